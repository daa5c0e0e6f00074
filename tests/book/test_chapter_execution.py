"""A changed constant in analysis/ reaches the built page; unchanged code is not run again."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

CHAPTER = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Page

```{code-cell}
from analysis.constant import VALUE
from myst_nb import glue
glue("value", VALUE, display=False)
```

The value is {glue:text}`value`.
"""


@pytest.fixture
def small_book(tmp_path):
    """The project's own configuration and extensions around one tiny chapter."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config.pop("logo")
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    shutil.copytree(ROOT / "book/_ext", tmp_path / "book/_ext")
    (tmp_path / "book/_static").mkdir()
    (tmp_path / "book/references.bib").write_text("")
    (tmp_path / "book/_toc.yml").write_text("format: jb-book\nroot: page\n")
    (tmp_path / "book/page.md").write_text(CHAPTER)
    (tmp_path / "data").mkdir()
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis/constant.py").write_text("VALUE = 1001\n")
    return tmp_path


def build(folder: Path) -> str:
    tool = Path(sys.executable).with_name("jupyter-book")
    done = subprocess.run(
        [tool, "build", "book", "--quiet"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (folder / "_build/html/page.html").read_text(encoding="utf-8")
    return re.sub(r"<[^>]+>", "", page)


@pytest.mark.book
def test_changing_a_constant_changes_the_page(small_book):
    assert "The value is 1001." in build(small_book)
    (small_book / "analysis/constant.py").write_text("VALUE = 2002\n")
    page = build(small_book)
    assert "The value is 2002." in page
    assert "1001" not in page


@pytest.mark.book
def test_changing_the_style_alone_reaches_the_built_book(small_book):
    style = small_book / "book/_static/extra.css"
    style.write_text("p { color: red }")
    build(small_book)
    style.write_text("p { color: blue }")
    build(small_book)
    assert "blue" in (small_book / "_build/html/_static/extra.css").read_text()


def test_key_follows_content_of_each_input(small_book, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "book/_ext"))
    from chapter_execution import execution_key

    seen = {execution_key(small_book)}
    for name in ("analysis/constant.py", "data/new.csv", "requirements.lock"):
        (small_book / name).write_text("changed")
        seen.add(execution_key(small_book))
    assert len(seen) == 4
    (small_book / "book/page.md").write_text("prose only")
    (small_book / "analysis/__pycache__").mkdir()
    (small_book / "analysis/__pycache__/constant.pyc").write_text("compiled")
    assert execution_key(small_book) in seen
