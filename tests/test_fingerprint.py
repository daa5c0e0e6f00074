"""The name under which results are kept follows what files say, and only that."""

import os
import shutil

import pytest

from analysis.fingerprint import fingerprint


@pytest.fixture
def folder(tmp_path):
    top = tmp_path / "code"
    (top / "inner").mkdir(parents=True)
    (top / "a.py").write_text("a = 1\n")
    (top / "inner/b.yml").write_text("b: 2\n")
    return top


def test_names_and_bytes_count(folder):
    seen = {fingerprint([folder])}
    (folder / "a.py").write_text("a = 2\n")
    seen.add(fingerprint([folder]))
    (folder / "a.py").rename(folder / "c.py")
    seen.add(fingerprint([folder]))
    (folder / "inner/empty.txt").touch()
    seen.add(fingerprint([folder]))
    assert len(seen) == 4
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in seen)


def test_times_places_compiled_and_hidden_files_do_not(folder, tmp_path):
    before = fingerprint([folder])
    os.utime(folder / "a.py", (1, 1))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/a.pyc").write_text("compiled")
    (folder / ".a.py.swp").write_text("an editor's")
    assert fingerprint([folder]) == before
    shutil.copytree(folder, tmp_path / "elsewhere")
    assert fingerprint([tmp_path / "elsewhere"]) == before


def test_only_files_with_a_suffix_that_was_asked_for(folder):
    before = fingerprint([folder], {".py"})
    (folder / "inner/b.yml").write_text("b: 3\n")
    assert fingerprint([folder], {".py"}) == before
    assert fingerprint([folder], {".yml"}) != before


def test_what_yaml_says_in_another_language_does_not_count(folder):
    path = folder / "inner/b.yml"
    path.write_text("b: word\nc: {d: word, e: 2}\nf: [one, two]\n")
    before = fingerprint([folder])
    path.write_text(
        'b: word\nb@zh: "词：甚"\nc: {d: word, d@zh: "词, {词}", e: 2}\n'
        'f: [one, two]\nf@zh: ["一", "二"]\n'
    )
    assert fingerprint([folder]) == before
    path.write_text('b: word\nc: {d: word, e: 3}\nf: [one, two]\nf@zh: ["一", "二"]\n')
    assert fingerprint([folder]) != before
    # A label that is a value of its own is shown in every edition.
    path.write_text("b: word\nb_zh: 词\nc: {d: word, e: 2}\nf: [one, two]\n")
    assert fingerprint([folder]) != before


def test_a_folder_that_does_not_count_is_left_out(folder):
    before = fingerprint([folder], without=["inner"])
    (folder / "inner/b.yml").write_text("b: 3\n")
    assert fingerprint([folder], without=["inner"]) == before
    assert fingerprint([folder]) != before


def test_text_that_moves_between_files_or_folders_is_noticed(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for top in (one, two):
        top.mkdir()
    (one / "x").write_text("same")
    before = fingerprint([one, two])
    (one / "x").rename(two / "x")
    assert fingerprint([one, two]) != before


def test_single_files_are_taken_and_a_missing_one_is_refused(folder):
    assert fingerprint([folder / "a.py"]) != fingerprint([folder / "inner/b.yml"])
    with pytest.raises(FileNotFoundError, match=r"gone\.py"):
        fingerprint([folder / "gone.py"])
