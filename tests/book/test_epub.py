"""The book as an EPUB: every file is XML, every link arrives, pictures and formulas are in it."""

from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import pytest
from made_editions import Edition
from test_print import EDITIONS
from write_epub import Section, files, main, pack

ABOUT = {"title": "A & B", "author": "C", "date": "2020-01-01", "lang": "en"}
XML = "{http://www.w3.org/XML/1998/namespace}"
DC = "{http://purl.org/dc/elements/1.1/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
BODY = '<section xmlns="http://www.w3.org/1999/xhtml"><p id="{}"><a href="#{}">x</a></p></section>'


SECTIONS = [
    Section("", "Cover", "", BODY.format("a", "b")),
    Section("Part <1>", "One", "p > a {}", BODY.format("b", "a")),
    Section("", "Two", "", BODY.format("c", "c").replace("<p", '<p style="fill: var(--x, red)"')),
    Section("Last", "Three", "", BODY.format("d", "a")),
]


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "book.epub"
    pack(path, files(SECTIONS, ABOUT, "p {}"))
    return path


def _parsed(book):
    return {name: ElementTree.fromstring(book.read(name)) for name in book.namelist()
            if name.endswith((".xhtml", ".opf", ".xml"))}  # fmt: skip


def _dead(pages):
    places = {name: {one.get("id") for one in page.iter()} for name, page in pages.items()}
    for name, page in pages.items():
        for link in page.iter(f"{XHTML}a"):
            home, _, place = (link.get("href") or name).partition("#")
            if ":" not in home and (place or None) not in places.get(home, ()):
                yield name, link.get("href")


def test_links_lead_from_file_to_file_and_all_files_are_declared(small):
    with ZipFile(small) as book:
        assert book.namelist()[0] == "mimetype"
        assert book.infolist()[0].compress_type == ZIP_STORED
        pages = _parsed(book)
        assert list(_dead(pages)) == []
        declared = {one.get("href") for one in pages["book.opf"].iter() if one.get("href")}
        kept = {"mimetype", "META-INF/container.xml", "book.opf"}
        assert declared == set(book.namelist()) - kept
        assert 'style="fill: red"' in book.read("section002.xhtml").decode()


def test_contents_hold_chapters_below_their_parts(small):
    with ZipFile(small) as book:
        top = _parsed(book)["nav.xhtml"].find(f".//{XHTML}nav/{XHTML}ol")
    assert ["".join(one.itertext()) for one in top] == ["Cover", "Part <1>OneTwo", "LastThree"]


def test_a_chinese_epub_names_its_language_in_every_file_and_its_contents_are_chinese():
    made = files(SECTIONS, ABOUT | {"lang": "zh-CN"}, "p {}", Edition("zh", "zh_CN").say)
    pages = {name: ElementTree.fromstring(text) for name, text in made.items()
             if name.endswith((".xhtml", ".opf"))}  # fmt: skip
    assert {one.get(f"{XML}lang") for one in pages.values()} == {"zh-CN"}
    assert pages["book.opf"].find(f".//{DC}language").text == "zh-CN"
    assert [pages["nav.xhtml"].find(f".//{XHTML}{tag}").text for tag in ("title", "h1")] == [
        "目录", "目录",
    ]  # fmt: skip


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("printing", EDITIONS)
def test_the_built_book_becomes_an_epub(html, driver_path, tmp_path, printing):
    main(tmp_path / "book.epub", *printing)
    with ZipFile(tmp_path / "book.epub") as book:
        pages = _parsed(book)
    assert list(_dead(pages)) == []
    for page in pages.values():
        places = [one.get("id") for one in page.iter() if one.get("id")]
        assert len(places) == len(set(places))
    names = [one.tag.partition("}")[2] for page in pages.values() for one in page.iter()]
    assert names.count("math") > (20 if printing[1] else 100)
    assert names.count("svg") > (20 if printing[1] else 100)
    assert "mjx-container" not in names
