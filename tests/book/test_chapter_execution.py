"""What changed is run again and reaches the page, nothing else is; what fails, fails the build."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from chapter_execution import execution_key
from small_chapters import CHAPTER, MARKING, ROOT, chapter, halve

ENGINE = {"edition", "finished_pages", "trace_pages", "claims_domain", "replication_page"}


@pytest.fixture
def small_book(tmp_path):
    """The project's own configuration and extensions around one tiny chapter."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config.pop("logo")
    config["sphinx"]["config"]["studies"] = []
    # What writes pages about claims and figures needs the whole engine; here chapters are run.
    listed = config["sphinx"]["config"]["extensions"]
    config["sphinx"]["config"]["extensions"] = [name for name in listed if name not in ENGINE]
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
