"""Chapters that ran are kept, and what was not stored whole is run again."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from joblib import cpu_count
from jupyter_cache import get_cache
from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig
from parallel_execution import ChapterError, fill_cache, in_cache, read_chapter
from prose import cells, chapter_files
from running import of_the_cache, run_cells
from small_chapters import MARKING, ROOT, chapter, halve


@pytest.fixture
def shelf(tmp_path):
    """What Sphinx knows of a folder of pages, as far as running them goes."""
    settings = NbParserConfig(
        execution_mode="cache",
        execution_cache_path=str(tmp_path / "cache"),
        execution_raise_on_error=True,
        execution_timeout=600,
    )
    return SimpleNamespace(
        folder=tmp_path,
        mystnb_config=settings,
        myst_config=MdParserConfig(),
        doc2path=lambda name: str(tmp_path / f"{name}.md"),
    )


def write(shelf, **pages: str) -> None:
    for name, text in pages.items():
        (shelf.folder / f"{name}.md").write_text(text.replace("NAME", name))


def fill_with(shelf, *names: str, **settings: list[str]) -> None:
    config = SimpleNamespace(**{"run_first": [], "imported_first": []} | settings)
    fill_cache(SimpleNamespace(config=config), shelf, list(names))


def fill(shelf, *names: str) -> dict[str, int]:
    """Fill the cache and return how often each page has been run so far."""
    fill_with(shelf, *names)
    assert all(stored(shelf, name) for name in names)
    return runs(shelf)


def runs(shelf) -> dict[str, int]:
    marks = sorted(shelf.folder.glob("*.ran"))
    return {mark.stem: len(mark.read_text().splitlines()) for mark in marks}


def stored(shelf, name: str) -> bool:
    return in_cache(read_chapter(shelf, name), get_cache(shelf.mystnb_config.execution_cache_path))


def outputs(shelf, name: str) -> list[dict]:
    cache = get_cache(shelf.mystnb_config.execution_cache_path)
    _, notebook = cache.merge_match_into_notebook(read_chapter(shelf, name).notebook)
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.mark.book
def test_only_a_chapter_whose_code_changed_is_run_again(shelf):
    write(shelf, a=MARKING, b=MARKING)
    assert fill(shelf, "a", "b") == {"a": 1, "b": 1}
    write(shelf, a=MARKING.replace("Prose.", "Better prose."))
    assert fill(shelf, "a", "b") == {"a": 1, "b": 1}
    write(shelf, a=MARKING.replace("A caption.", "A better caption."))
    assert not stored(shelf, "a")  # jupyter-cache alone would run it
    assert fill(shelf, "a", "b") == {"a": 1, "b": 1}
    assert [o["data"]["text/plain"] for o in outputs(shelf, "a")] == ["'shown by a'"]
    write(shelf, a=MARKING.replace("said", "written"))
    assert fill(shelf, "a", "b") == {"a": 2, "b": 1}


@pytest.mark.book
def test_a_tag_that_the_kernel_obeys_is_code(shelf):
    write(shelf, a=MARKING)
    fill(shelf, "a")
    write(shelf, a=MARKING.replace("mystnb:", "tags: [hide-input]\nmystnb:"))
    assert fill(shelf, "a") == {"a": 1}
    write(shelf, a=MARKING.replace("mystnb:", "tags: [raises-exception]\nmystnb:"))
    assert fill(shelf, "a") == {"a": 2}


@pytest.mark.book
def test_a_failure_is_told_and_costs_no_other_chapter(shelf):
    write(shelf, a=MARKING, bad=chapter("1 / 0"), worse=chapter("no_such_name"))
    with pytest.raises(ChapterError, match=r"2 of 3 chapters failed.*'bad', 'worse'"):
        fill_with(shelf, "a", "bad", "worse")
    assert stored(shelf, "a")
    assert not stored(shelf, "bad")
    write(shelf, bad=MARKING)
    assert fill(shelf, "a", "bad") == {"a": 1, "bad": 1}


def lose(notebook: Path) -> None:
    shutil.rmtree(notebook.parent)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def spoil(file: Path) -> None:
    file.write_bytes(b"junk\n")


@pytest.mark.book
@pytest.mark.parametrize("damage", [lose, halve, empty, spoil])
def test_a_chapter_that_was_not_stored_whole_is_run_again(shelf, damage):
    write(shelf, a=MARKING, b=MARKING)
    fill(shelf, "a", "b")
    (hurt,) = (
        file
        for file in shelf.folder.glob("cache/executed/*/base.ipynb")
        if "by a" in file.read_text()
    )
    damage(hurt)
    assert fill(shelf, "a", "b") == {"a": 2, "b": 1}
    assert outputs(shelf, "a")


@pytest.mark.book
@pytest.mark.parametrize("damage", [Path.unlink, halve, empty, spoil])
def test_a_spoilt_list_of_stored_chapters_is_made_anew(shelf, damage):
    write(shelf, a=MARKING)
    fill(shelf, "a")
    damage(shelf.folder / "cache/global.db")
    assert fill(shelf, "a") == {"a": 2}
    assert outputs(shelf, "a")


@pytest.mark.book
def test_a_kernel_that_dies_is_a_failure(shelf):
    write(shelf, dead=chapter("import os\nos._exit(1)"))
    with pytest.raises(ChapterError, match="dead"):
        fill_with(shelf, "dead")


@pytest.mark.book
@pytest.mark.skipif(cpu_count() < 2, reason="one processor runs one chapter at a time")
def test_chapters_run_at_the_same_time(shelf):
    # Each waits for the other: one after the other, the first would never end.
    wait = (
        "import pathlib, time\npathlib.Path('{}.here').touch()\n"
        "while not pathlib.Path('{}.here').exists(): time.sleep(0.05)"
    )
    write(shelf, a=chapter(wait.format("a", "b")), b=chapter(wait.format("b", "a")))
    fill(shelf, "a", "b")


@pytest.mark.book
def test_chapters_named_in_the_configuration_and_long_ones_come_first(shelf, monkeypatch):
    monkeypatch.setattr("joblib.cpu_count", lambda: 1)
    short = chapter('print("NAME", file=open("order", "a"))')
    write(shelf, a=short, b=short + "\n```{code-cell}\nx = 1\n```\n", c=short)
    fill_with(shelf, "a", "b", "c", run_first=["c"])
    assert (shelf.folder / "order").read_text().split() == ["c", "b", "a"]


IMPORTING = chapter("import shared\nshared.seen.append('NAME')\nshared.seen")


@pytest.fixture
def shared(shelf, monkeypatch):
    """Write the module that the chapters import; it leaves a mark each time it is."""
    monkeypatch.setenv("PYTHONPATH", str(shelf.folder))

    def with_code(code: str) -> None:
        mark = f"print('x', file=open({str(shelf.folder / 'shared.ran')!r}, 'a'))"
        (shelf.folder / "shared.py").write_text(f"{mark}\nseen = []\n{code}\n")

    return with_code


@pytest.mark.book
@pytest.mark.parametrize(("first", "imports"), [(["shared"], 1), (["no_such_module"], 2)])
def test_what_is_imported_for_all_chapters_is_changed_for_one_alone(shelf, shared, first, imports):
    shared("")
    write(shelf, a=IMPORTING, b=IMPORTING)
    fill_with(shelf, "a", "b", imported_first=first)
    assert runs(shelf) == {"shared": imports}
    for name in ("a", "b"):
        assert [o["data"]["text/plain"] for o in outputs(shelf, name)] == [f"['{name}']"]


@pytest.mark.book
@pytest.mark.parametrize(
    "complaint",
    ["import sys; print('heard', file=sys.stderr)", "import warnings; warnings.warn('heard')"],
)
def test_a_complaint_of_an_import_is_heard_in_every_chapter(shelf, shared, complaint):
    shared(complaint)
    write(shelf, a=IMPORTING, b=IMPORTING)
    fill_with(shelf, "a", "b", imported_first=["shared"])
    for name in ("a", "b"):
        assert "heard" in outputs(shelf, name)[0]["text"]


@pytest.mark.book
def test_an_error_of_an_import_is_told_by_the_chapter(shelf, shared):
    shared("1 / 0")
    write(shelf, a=MARKING, b=IMPORTING)
    with pytest.raises(ChapterError, match=r"1 of 2 chapters failed.*'b'"):
        fill_with(shelf, "a", "b", imported_first=["shared"])
    assert stored(shelf, "a")


def test_the_configuration_names_chapters_that_exist():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    assert set(config["run_first"]) <= {path.stem for path in chapter_files() if cells(path)}


def test_pages_without_code_and_with_settings_of_their_own_are_left_to_the_builder(shelf):
    own = MARKING.replace("---\n#", "mystnb: {execution_mode: 'off'}\n---\n#")
    write(shelf, words="# Words\n", own=own)
    fill_with(shelf, "words", "own")
    assert runs(shelf) == {}


@pytest.mark.book
def test_a_chapter_is_read_from_the_cache_as_it_runs_in_this_process(shelf):
    source = (
        "import sys\nfrom myst_nb import glue\nprint('careful', file=sys.stderr)\n"
        "glue('a', 0.1 + 0.2, display=False)\nglue('b', 'zero', display=False)\n[1, 2]"
    )
    write(shelf, a=chapter(source))
    fill(shelf, "a")
    path = shelf.folder / "a.md"
    assert of_the_cache(path, shelf.folder / "cache") == run_cells(cells(path))
    write(shelf, a=chapter(source + "\n"))
    assert of_the_cache(path, shelf.folder / "cache")
    write(shelf, a=chapter(source + "[0]"))
    assert of_the_cache(path, shelf.folder / "cache") is None
