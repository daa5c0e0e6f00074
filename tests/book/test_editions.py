"""What makes an edition in another language: its catalogues are in step, its links lead there."""

import re
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest
import speech
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from build_editions import configuration
from catalogues import further, renewed
from docutils import nodes
from edition import GLUED, _elsewhere, refill, spoken
from speech import SOURCE, words_key
from switch import with_switch

from analysis.language.catalogue import SLOT
from analysis.language.reading import CATALOGUES

PAGES = sorted(SOURCE.rglob("*.po"))
PROGRAM = sorted(CATALOGUES.rglob("*.po"))
ROLE = re.compile(r"(\{[\w:-]+\})`(?:[^`<]*<)?([^`>]*)>?`")
HEAD = '<div class="article-header-buttons"><a>menu</a></div>'


def messages(path):
    with path.open("rb") as stream:
        return [one for one in read_po(stream) if one.id]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_keeps_its_roles_and_has_nothing_doubtful(path):
    for one in messages(path):
        assert not one.fuzzy, one.id
        roles = [Counter(ROLE.findall(text)) for text in (one.id, one.string)]
        assert roles[0] == roles[1], one.id
        assert one.string, one.id


@pytest.mark.parametrize("path", PROGRAM, ids=lambda path: path.stem)
def test_a_message_fills_no_slot_that_english_lacks(path):
    found = messages(path)
    assert len(found) > 1000 or path.stem != "engine"
    for one in found:
        assert one.string
        assert not one.fuzzy
        assert set(SLOT.findall(one.string)) <= set(SLOT.findall(one.id)), one.id


def test_words_that_sphinx_leaves_out_are_found():
    page = (
        "```{exercise-start} Does it help?\n```\n<details><summary>More\nof it</summary>\n"
        "```{code-cell}\n---\nmystnb:\n  figure: {caption: A line.}\n"
        "  image: {alt: A dot.}\n---\nx\n```\n"
    )
    assert list(further(page)) == ["Does it help?", "More of it", "A dot.", "A line."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$x_{it}$", False),
        ("`code`", False),
        ("A $\\hat x$ of", True),
        ("", False),
        ("\\hat{b} = \\frac{xy}{zz}", False),
        ("140 s", False),
        ("140 states", True),
    ],
)
def test_formulas_and_code_are_no_words(text, words):
    assert spoken(text) == words


def test_a_catalogue_in_step_keeps_what_is_said_and_drops_what_is_gone(tmp_path):
    kept, template = tmp_path / "page.po", Catalog()
    kept.write_text('msgid "Old"\nmsgstr "旧"\n\nmsgid "Gone"\nmsgstr "去"\n', encoding="utf-8")
    for message in ("Old", "New", "$x$"):
        template.add(message)
    made = {one.id: one.string for one in renewed(kept, template, "zh_CN") if one.id}
    assert made == {"Old": "旧", "New": "", "$x$": "$x$"}


def test_a_glued_number_names_its_page_in_a_translation():
    text = "{glue:text}`a:+.2f`，{glue:text}`b`，{glue:text}`other.md::c:d`"
    said = GLUED.sub(lambda found: _elsewhere("page", found), text)
    assert said == (
        "{glue:text}`page.md::a:+.2f`，{glue:text}`page.md::b:s`，{glue:text}`other.md::c:d`"
    )


@pytest.mark.parametrize(
    ("language", "page", "address"),
    [
        ("en", "exit.html", "zh/exit.html"),
        ("en", "trace/m30.html", "../zh/trace/m30.html"),
        ("zh_CN", "exit.html", "../exit.html"),
        ("zh_CN", "trace/m30.html", "../../trace/m30.html"),
    ],
)
def test_a_page_leads_to_itself_in_the_other_edition_and_only_once(language, page, address):
    app = SimpleNamespace(config=SimpleNamespace(language=language, editions={"zh": "zh_CN"}))
    said = with_switch(HEAD, page, app)
    assert f'href="{address}"' in said
    assert said.count('class="edition') == 1
    assert with_switch(said, page, app) == said


def test_a_book_in_one_language_has_no_switch():
    app = SimpleNamespace(config=SimpleNamespace(language="en", editions={}))
    assert with_switch(HEAD, "exit.html", app) == HEAD


def test_an_edition_is_configured_as_the_book_but_for_its_language():
    raw = {
        "title": "inconclusive",
        "sphinx": {"local_extensions": {"one": "book/_ext"}, "config": {"studies": ["x"]}},
    }
    made = configuration(raw, "zh_CN")
    assert made["title"] == "无法定论"
    numbered = made["sphinx"]["config"].pop("numfig_format")
    assert numbered["figure"] == "图%s"
    assert made["sphinx"]["config"] == {"studies": ["x"], "language": "zh_CN"}
    assert made["sphinx"]["local_extensions"]["one"].endswith("/book/_ext")
    assert raw["sphinx"]["config"] == {"studies": ["x"]}


def test_a_node_is_filled_anew():
    node = nodes.raw("", "<b>old</b>", format="html")
    refill(node, "<b>new</b>")
    assert node.astext() == "<b>new</b>"
    assert node.children[0].parent is node


def test_new_words_make_pages_of_an_edition_anew(monkeypatch):
    app = SimpleNamespace(config=SimpleNamespace(language="zh_CN"))
    known, before = speech.catalogue("zh_CN"), words_key(app)
    more = replace(known, messages={**known.messages, "A new one.": "新的一句。"})
    monkeypatch.setattr(speech, "catalogue", lambda _: more)
    assert words_key(app) != before
    assert words_key(SimpleNamespace(config=SimpleNamespace(language="en"))) == ""
