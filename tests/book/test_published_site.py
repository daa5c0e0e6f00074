"""With an address a page names it; without one nothing leads to a place that is not there."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from published_site import save_card
from small_chapters import ROOT

from analysis.claims import make_archive
from analysis.display.card import card

ADDRESS, SOURCE = "https://book.example/evidence/", "https://github.com/team/book"


def built(folder: Path, address: str, source: str) -> Path:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config.pop("logo"), config["html"].pop("favicon")
    config["html"]["baseurl"], config["repository"]["url"] = address, source
    mine = config["sphinx"]
    mine["local_extensions"] = dict.fromkeys(mine["local_extensions"], str(ROOT / "book/_ext"))
    mine["config"] |= {"studies": [], "html_extra_path": []}
    (folder / "book/_static").mkdir(parents=True)
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "book/references.bib").write_text("")
    (folder / "book/_toc.yml").write_text("format: jb-book\nroot: page\n")
    (folder / "book/page.md").write_text("# Page\n\nWhat this page says of one thing.\n")
    tool = Path(sys.executable).with_name("jupyter-book")
    done = subprocess.run([tool, "build", "book", "-W", "--quiet"], cwd=folder,
                          capture_output=True, text=True, timeout=600)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build/html"


@pytest.mark.book
@pytest.mark.slow
def test_with_addresses_pages_name_theirs_and_lead_to_their_source(tmp_path):
    html = built(tmp_path, ADDRESS, SOURCE)
    page = (html / "page.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{ADDRESS}page.html"' in page
    assert f'<meta property="og:image" content="{ADDRESS}_static/card.png"' in page
    assert '<meta name="description" content="What this page says of one thing.' in page
    assert f"{SOURCE}/edit/main/book/page.md" in page
    assert f"<loc>{ADDRESS}page.html</loc>" in (html / "sitemap.xml").read_text("utf-8")


@pytest.mark.book
@pytest.mark.slow
def test_without_addresses_no_link_leads_out_of_the_book(tmp_path):
    html = built(tmp_path, "", "")
    page = (html / "page.html").read_text(encoding="utf-8")
    assert '<meta name="description" content="What this page says of one thing.' in page
    assert "canonical" not in page
    assert "og:image" not in page
    assert "/edit/" not in page
    assert not (html / "sitemap.xml").exists()


def test_the_picture_of_a_link_has_the_size_that_sites_show(tmp_path):
    make_archive("patient_capital")
    drawn = card("A title that is long enough to be broken into two lines", "patient_capital")
    save_card(drawn, tmp_path / "card.png")
    head = (tmp_path / "card.png").read_bytes()[16:24]
    wide, high = struct.unpack(">II", head)
    assert (wide, high) == (1200, 630)


def test_a_wrong_address_leads_back_into_the_book(html):
    lost = (html / "404.html").read_text(encoding="utf-8")
    assert 'href="/intro.html"' in lost
    assert 'src="/_static/' in lost
