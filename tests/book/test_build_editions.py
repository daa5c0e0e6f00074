"""All editions are built side by side, the others once the English one has run its chapters."""

import subprocess
import sys
from pathlib import Path

import build_editions
import pytest
from made_editions import Edition

ENGLISH = """
import pathlib, sys, time
room = pathlib.Path(sys.argv[1])
(room / "log").open("a").write("chapters ")
time.sleep(0.3)
(room / "read").touch() if sys.argv[2] == "reads" else None
code = int(sys.argv[3])
while code == 0 and sys.argv[2] == "reads" and not (room / "begun").exists():
    time.sleep(0.05)
(room / "log").open("a").write("english ")
sys.exit(code)
"""
OTHER = """
import pathlib, sys
room = pathlib.Path(sys.argv[1])
(room / "begun").touch()
(room / "log").open("a").write("other ")
page = room / "editions/zh/_build/html/intro.html"
page.parent.mkdir(parents=True)
page.write_text("new")
print("a warning of the other edition")
sys.exit(int(sys.argv[2]))
"""


@pytest.fixture
def built(tmp_path, monkeypatch, capfd):
    """A build of two editions by programs that only note what they do; what came of it."""

    def run(english: tuple, other: str) -> tuple[int, str, str, Path]:
        folder = tmp_path / "editions" / "zh"
        folder.mkdir(parents=True)
        (tmp_path / "html" / "zh").mkdir(parents=True)
        (tmp_path / "html" / "zh" / "intro.html").write_text("old")

        def start(edition):
            code, asked = (OTHER, [other]) if edition.folder else (ENGLISH, english)
            said = (folder / "said.txt").open("wb") if edition.folder else None
            return subprocess.Popen([sys.executable, "-c", code, tmp_path, *asked], stdout=said)

        monkeypatch.setattr(build_editions, "BUILT", tmp_path)
        monkeypatch.setattr(build_editions, "READ", tmp_path / "read")
        monkeypatch.setattr(build_editions, "editions", lambda: [Edition(), Edition("zh", "zh_CN")])
        monkeypatch.setattr(build_editions, "start", start)
        (tmp_path / "read").touch()  # of the build before
        code = build_editions.main()
        page = (tmp_path / "html" / "zh" / "intro.html").read_text()
        return code, (tmp_path / "log").read_text().split(), page, capfd.readouterr().err

    return run


def test_another_edition_begins_when_the_chapters_have_run_and_not_sooner(built):
    code, log, page, said = built(("reads", "0"), "0")
    assert code == 0
    assert log == ["chapters", "other", "english"]
    assert page == "new"
    assert "a warning of the other edition" in said


def test_a_build_that_never_says_so_is_waited_for(built):
    code, log, page, _ = built(("says nothing", "0"), "0")
    assert code == 0
    assert log == ["chapters", "english", "other"]
    assert page == "new"


def test_pages_stay_where_the_english_build_fails(built):
    code, log, page, _ = built(("says nothing", "2"), "0")
    assert (code, log, page) == (2, ["chapters", "english"], "old")


def test_pages_stay_where_another_edition_fails(built):
    code, _, page, said = built(("reads", "0"), "3")
    assert (code, page) == (3, "old")
    assert "a warning of the other edition" in said
