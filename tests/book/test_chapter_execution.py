"""What changed is run again and reaches the page, nothing else is; what fails, fails the build."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from chapter_execution import execution_key
from joblib import cpu_count
from jupyter_cache import get_cache
from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig
from parallel_execution import ChapterError, fill_cache, in_cache, read_chapter
from prose import cells, chapter_files
from running import of_the_cache, run_cells

ROOT = Path(__file__).resolve().parents[2]

TOP = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Page
"""
CHAPTER = (
    TOP
    + """
```{code-cell}
from analysis.constant import VALUE
from myst_nb import glue
glue("value", VALUE, display=False)
```

The value is {glue:text}`value`.
"""
)
# Leaves a mark every time it is run.
MARKING = (
    TOP
    + """
```{code-cell}
---
mystnb:
  figure:
    caption: A caption.
---
print("said by NAME", file=open("NAME.ran", "a"))
"shown by NAME"
```

Prose.
"""
)


def chapter(source: str) -> str:
    return f"{TOP}\n```{{code-cell}}\n{source}\n```\n"


# In whole builds of a small book.


@pytest.fixture
def small_book(tmp_path):
    """The project's own configuration and extensions around one tiny chapter."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config.pop("logo")
    config["sphinx"]["config"]["studies"] = []
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    shutil.copytree(ROOT / "book/_ext", tmp_path / "book/_ext")
    (tmp_path / "book/_static").mkdir()
    (tmp_path / "book/references.bib").write_text("")
    (tmp_path / "book/_toc.yml").write_text("format: jb-book\nroot: page\n")
    (tmp_path / "book/page.md").write_text(CHAPTER)
    (tmp_path / "data").mkdir()
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "analysis").mkdir()
    shutil.copy(ROOT / "analysis/fingerprint.py", tmp_path / "analysis")
    (tmp_path / "analysis/constant.py").write_text("VALUE = 1001\n")
    return tmp_path


def add_page(folder: Path, name: str, text: str) -> None:
    (folder / f"book/{name}.md").write_text(text)
    toc = folder / "book/_toc.yml"
    listed = yaml.safe_load(toc.read_text())
    listed.setdefault("chapters", []).append({"file": name})
    toc.write_text(yaml.safe_dump(listed))


def attempt(folder: Path, *flags: str) -> subprocess.CompletedProcess:
    tool = Path(sys.executable).with_name("jupyter-book")
    return subprocess.run(
        [tool, "build", "book", "--quiet", *flags],
        cwd=folder, capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def build(folder: Path, page: str = "page") -> str:
    done = attempt(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    html = (folder / f"_build/html/{page}.html").read_text(encoding="utf-8")
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.book
@pytest.mark.slow
def test_changing_a_constant_changes_the_page(small_book):
    assert "The value is 1001." in build(small_book)
    (small_book / "analysis/constant.py").write_text("VALUE = 2002\n")
    page = build(small_book)
    assert "The value is 2002." in page
    assert "1001" not in page


@pytest.mark.book
@pytest.mark.slow
def test_a_number_shown_from_another_page_follows_that_page(small_book):
    add_page(small_book, "other", "# Other\n\nThere it is {glue:text}`page.md::value:d`.\n")
    assert "There it is 1001." in build(small_book, "other")
    (small_book / "book/page.md").write_text(CHAPTER.replace("VALUE, d", "VALUE + 1, d"))
    assert "There it is 1002." in build(small_book, "other")


@pytest.mark.book
@pytest.mark.slow
def test_changing_the_style_alone_reaches_the_built_book(small_book):
    style = small_book / "book/_static/extra.css"
    style.write_text("p { color: red }")
    build(small_book)
    style.write_text("p { color: blue }")
    build(small_book)
    assert "blue" in (small_book / "_build/html/_static/extra.css").read_text()


@pytest.mark.book
def test_a_failing_cell_fails_the_build_and_says_where(small_book):
    add_page(small_book, "bad", chapter("good = 1\ngood / 0"))
    done = attempt(small_book)
    assert done.returncode != 0
    assert "bad.md: ERROR" in done.stderr
    assert "----> 2 good / 0" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr


@pytest.mark.book
@pytest.mark.slow
def test_a_chapter_that_writes_to_standard_error_fails_every_build(small_book):
    add_page(small_book, "loud", chapter("import sys\nprint('careful', file=sys.stderr)"))
    for _ in range(2):  # the second build reads no page unless it is made to
        done = attempt(small_book, "-W", "--keep-going")
        assert done.returncode != 0
        assert "loud.md" in done.stderr
        assert "stderr was found" in done.stderr


@pytest.mark.book
@pytest.mark.slow
def test_a_page_half_written_when_the_build_was_killed_is_written_again(small_book):
    whole = build(small_book)
    halve(small_book / "_build/html/page.html")
    (small_book / "_build/.doctrees/unfinished").touch()  # as the start of a build leaves it
    assert build(small_book) == whole


@pytest.mark.book
def test_a_home_that_cannot_be_written_is_no_reason_to_fail(small_book, monkeypatch):
    monkeypatch.setenv("HOME", "/dev/null")
    for name in ("MPLCONFIGDIR", "IPYTHONDIR"):
        monkeypatch.delenv(name, raising=False)
    add_page(small_book, "drawn", chapter("import matplotlib\nmatplotlib.get_cachedir()"))
    done = attempt(small_book)
    assert done.returncode == 0
    assert "stderr was found" not in done.stderr
    assert (small_book / "_build/home").is_dir()


@pytest.mark.book
@pytest.mark.slow
def test_side_by_side_or_one_by_one_the_pages_are_the_same(small_book):
    add_page(small_book, "marking", MARKING)
    html = small_book / "_build/html"
    build(small_book)
    pages = [(html / f"{name}.html").read_text() for name in ("page", "marking")]
    assert "shown by NAME" in pages[1]
    shutil.rmtree(small_book / "_build")
    config = small_book / "_config.yml"
    lines = config.read_text().splitlines()
    kept = [line for line in lines if "parallel_execution" not in line]
    assert len(kept) == len(lines) - 2
    config.write_text("\n".join(kept))
    build(small_book)
    assert (small_book / "book/NAME.ran").read_text() == "said by NAME\n" * 2
    assert [(html / f"{name}.html").read_text() for name in ("page", "marking")] == pages


def test_key_follows_content_of_each_input(small_book):
    seen = {execution_key(small_book)}
    for name in ("analysis/constant.py", "data/new.csv", "requirements.lock"):
        (small_book / name).write_text("changed")
        seen.add(execution_key(small_book))
    assert len(seen) == 4
    (small_book / "book/page.md").write_text("prose only")
    (small_book / "analysis/__pycache__").mkdir()
    (small_book / "analysis/__pycache__/constant.pyc").write_text("compiled")
    assert execution_key(small_book) in seen


# In the cache alone, without a build around it.


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


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


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
