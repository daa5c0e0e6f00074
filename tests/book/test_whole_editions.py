"""Every edition has every page of the book, with all that is on it, in its own language."""

import re
from collections import Counter
from html import unescape

import pytest
import yaml
from babel.messages.pofile import read_po
from prose import ROOT
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from speech import SOURCE
from test_browser import PAGES, browser, each_page, open_page, resize, site  # noqa: F401

CONFIGURED = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
EDITIONS = CONFIGURED["sphinx"]["config"]["editions"]
# What no edition says in its language: code, formulas, scripts, and what a reader types.
SILENT = re.compile(
    r"<!--.*?-->|<(script|style|pre|code|math|head|noscript|cite|template)\b.*?</\1>"
    r'|<(span|div) class="[^"]*\bmath\b[^"]*"[^>]*>.*?</\2>',
    re.S,
)
# Docstrings, titles of what is cited, and the glossary, which gives terms in both languages.
ENGLISH_PAGES = ("api/", "references", "genindex", "search", "glossary")
PLACE = re.compile(r'<(?:section|figure|span|table|div)[^>]* id="([^"]+)"')
NUMBERED = re.compile(r"^(?:id|footnote|index|cid|p|d|m)[-_]?\d*[a-z]?-?\d*$")
NUMBER = re.compile(r'class="number [^"]*\breference')
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
SENTENCE = re.compile(r"(?:\b[a-z]{2,}\b[ ,]+){3}\b[a-z]{2,}\b")
NAMED = re.compile(r'\s(?:aria-label|title|alt|placeholder|data-bs-title)="([^"]*)"')
CITED = re.compile(r"\d{4}|doi|In Chinese|Journal|Review|https?:|[a-z]_[a-z]|--|\\")
each_edition = pytest.mark.parametrize("folder", EDITIONS)


def article(text):
    """The part of a page that a reader reads."""
    return text[text.find("<article") : text.find("</article>")]


def nodes_of(html):
    """The texts of a page, one for each piece between two tags."""
    pieces = re.split(r"<[^>]*>", SILENT.sub(" ", html))
    return [words for piece in pieces if (words := unescape(piece).strip())]


def read(html, folder, page):
    return (html / folder / f"{page}.html").read_text(encoding="utf-8")


@each_edition
@each_page
def test_an_edition_has_the_page_with_all_that_is_on_it(html, folder, page):
    first, other = (article(read(html, where, page)) for where in ("", folder))
    places = [{i for i in PLACE.findall(text) if not NUMBERED.match(i)} for text in (first, other)]
    assert places[0] == places[1]
    numbers = [len(NUMBER.findall(text)) for text in (first, other)]
    assert numbers[0] == numbers[1]
    for what in ('class="picture"', "references.html#", "<table", "<svg",
                 'class="math notranslate', "<details", "<pre"):  # fmt: skip
        assert first.count(what) == other.count(what), what


@each_edition
def test_an_edition_has_every_trace_page_and_every_page_of_data(html, folder):
    first, other = (
        {p.relative_to(top).as_posix() for room in ("trace", "data") for p in
         (top / room).rglob("*.html")}
        for top in (html, html / folder)
    )  # fmt: skip
    assert first == other
    assert len(first) > 500


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith(ENGLISH_PAGES)])
def test_a_chinese_page_is_in_chinese(html, page):
    texts = nodes_of(article(read(html, "zh", page)))
    left = [text for text in texts if SENTENCE.search(text) and not CITED.search(text)]
    assert not left
    # Letters of Chinese against words of English: names, abbreviations and code stay.
    words = sum(len(WORD.findall(text)) for text in texts)
    letters = sum(len(CHINESE.findall(text)) for text in texts)
    assert letters > 4 * words, (letters, words)


@pytest.mark.parametrize("room", ["trace", "data"])
def test_pages_beside_the_book_are_in_chinese(html, room):
    left = Counter(
        text
        for path in sorted((html / "zh" / room).rglob("*.html"))
        for text in nodes_of(path.read_text(encoding="utf-8").partition("<body")[2])
        if SENTENCE.search(text) and not CITED.search(text)
    )
    assert not left


@each_edition
def test_buttons_links_and_pictures_of_an_edition_have_names_in_its_language(html, folder):
    """A name in both editions is one of code, of what is cited, or has no word."""
    same = Counter()
    for path in sorted((html / folder).rglob("*.html")):
        first = html / path.relative_to(html / folder)
        names, others = (
            set(NAMED.findall(SILENT.sub(" ", one.read_text(encoding="utf-8"))))
            for one in (first, path)
        )
        same.update(names & others)
    left = [
        name
        for name in same
        if re.search("[A-Za-z]{3}", name) and not re.match(r"analysis\.", name)
    ]
    assert not [name for name in left if not CITED.search(name)]


@each_page
def test_an_english_page_marks_what_is_chinese(html, page):
    body = read(html, "", page).partition("<body")[2]
    bare = re.sub(r'<(\w+)[^>]*\slang="zh[^"]*"[^>]*>[^<]*</\1>', "", SILENT.sub(" ", body))
    bare = re.sub(
        r"<[^>]*>", " ", re.sub(r'<(\w+)[^>]*\slang="zh[^"]*".*?</\1>', "", bare, flags=re.S)
    )
    assert not CHINESE.findall(bare)[:5]


@each_edition
@each_page
def test_a_page_says_its_language_and_names_the_other_editions(html, folder, page):
    code = EDITIONS[folder].replace("_", "-")
    assert f'<html lang="{code}"' in read(html, folder, page)
    assert '<html lang="en"' in read(html, "", page)
    assert f'hreflang="{code}"' in read(html, "", page)
    assert 'hreflang="en"' in read(html, folder, page)


@pytest.mark.parametrize(
    "page", [p for p in PAGES if (ROOT / f"book/statements/{p}.yml").is_file()]
)
def test_a_condition_binds_the_translation_of_its_sentence(page):
    """A sentence bound to a result stands in a message; a changed sentence has no translation."""
    path = SOURCE / "zh_CN" / "LC_MESSAGES" / f"{page}.po"
    with path.open("rb") as stream:
        said = {" ".join(one.id.split()): one.string for one in read_po(stream) if one.id}
    bound = yaml.safe_load((ROOT / f"book/statements/{page}.yml").read_text(encoding="utf-8"))
    texts = "\n".join(said)
    for one in bound[page]:
        # A bound phrase may run over the end of a paragraph; each part stands in a message then.
        for part in re.split(r"(?<=\.) (?=[A-Z])", " ".join(str(one["says"]).split())):
            assert part in texts, part
    assert all(
        string
        for message, string in said.items()
        if any(" ".join(str(one["says"]).split()) in message for one in bound[page])
    )


def until(driver, found):
    WebDriverWait(driver, 60).until(found)


@pytest.mark.browser
def test_the_switch_lands_on_the_section_that_is_read(browser, site):  # noqa: F811
    browser.get(f"{site}/two_wheels.html#m18")
    browser.execute_script("document.getElementById('m18').scrollIntoView()")
    browser.find_element(By.CSS_SELECTOR, "a.edition").click()
    until(browser, lambda d: "/zh/two_wheels.html" in d.current_url)
    assert browser.current_url.partition("#")[2]
    until(
        browser,
        lambda d: -50 < d.execute_script(
            "return document.getElementById(location.hash.slice(1)).getBoundingClientRect().top"
        ) < 450,
    )  # fmt: skip
    browser.find_element(By.CSS_SELECTOR, "a.edition").click()
    until(browser, lambda d: "/zh/" not in d.current_url)


@pytest.mark.browser
@pytest.mark.parametrize("term", ["耐心资本", "门槛", "双重差分", "M30"])
def test_the_search_of_an_edition_finds(browser, site, term):  # noqa: F811
    browser.get(f"{site}/zh/search.html?q={term}")
    until(browser, lambda d: d.find_elements(By.CSS_SELECTOR, "#search-results li a"))
    found = browser.find_elements(By.CSS_SELECTOR, "#search-results li a")
    assert all("/zh/" in link.get_attribute("href") for link in found)
    assert any(CHINESE.search(link.text) for link in found)


@pytest.mark.browser
@each_page
def test_a_page_of_an_edition_has_no_error_asks_nobody_and_fits_a_phone(browser, site, page):  # noqa: F811
    browser.get_log("browser")
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    browser.get(f"{site}/zh/{page}.html")
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    asked = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
    )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= phone["width"]
    assert not [address for address in asked if not address.startswith((site, "data:"))]
    assert not [e for e in browser.get_log("browser") if e["level"] in {"SEVERE", "WARNING"}]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("folder", ["", *(f"{folder}/" for folder in EDITIONS)])
def test_labels_of_the_explorer_stay_inside_their_drawing(browser, site, folder, width):  # noqa: F811
    resize(browser, width)
    open_page(browser, f"{site}/{folder}explorer.html")
    until(browser, lambda d: d.find_elements(By.CSS_SELECTOR, ".curve svg"))
    beyond = browser.execute_script(
        "return [...document.querySelectorAll('.curve svg')].flatMap(svg => {"
        "  const left = svg.getBoundingClientRect().left;"
        "  return [...svg.querySelectorAll('text')]"
        "    .filter(one => one.getBoundingClientRect().left < left).map(one => one.textContent);"
        "})"
    )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert not beyond
