"""The first minute of a reader: the start page, the answers of chapters, the ledger, the search."""

# ruff: noqa: F811  (fixtures are imported by name)
import re
from itertools import combinations
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait
from test_browser import browser, open_page, resize, site  # noqa: F401

from analysis.claims import VERDICTS
from tests.published import ledger, published

pytestmark = pytest.mark.browser
CHAPTERS = [chapter["page"] for chapter in published().chapters.values()]
SCREENS = {1280: 900, 390: 2 * 844}  # one screen of a laptop, two of a phone


@pytest.mark.parametrize("width", SCREENS)
def test_the_start_page_answers_within_the_first_screens(browser, site, width):
    resize(browser, width)
    open_page(browser, f"{site}/intro.html")
    parts = ["h1", ".start-answer", ".start .mechanism", ".start .findings", ".start-side > ul"]
    for part in parts:
        (found,) = browser.find_elements(By.CSS_SELECTOR, f".bd-article {part}")
        assert found.is_displayed()
        assert found.rect["y"] + found.rect["height"] <= SCREENS[width], part


@pytest.mark.parametrize("page", ["intro", "mechanism"])
@pytest.mark.parametrize("width", SCREENS)
def test_tags_of_the_mechanism_stand_in_their_box_and_do_not_touch(browser, site, page, width):
    resize(browser, width)
    open_page(browser, f"{site}/{page}.html")
    tags, parts = browser.execute_script(
        "const box = (e) => { const b = e.getBoundingClientRect();"
        " return [b.left, b.top, b.right, b.bottom]; };"
        "const tags = Array.from(document.querySelectorAll('.mechanism .tag'));"
        "return [tags.map(box), tags.map((t) => box(t.closest('.part')))]"
    )
    assert len(tags) == len(ledger())
    for (left, top, right, bottom), part in zip(tags, parts, strict=True):
        assert part[0] <= left < right <= part[2]
        assert part[1] <= top < bottom <= part[3]
    for a, b in combinations(tags, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_every_tag_of_the_mechanism_leads_to_the_place_of_its_claim(html):
    page = (html / "intro.html").read_text(encoding="utf-8")
    links = re.findall(r'<a class="verdict tag [^>]*href="([\w.]+)#([\w-]+)"', page)
    assert {place for _, place in links} == {claim.id.lower() for claim in ledger()}
    for name, place in links:
        assert f'id="{place}"' in (html / name).read_text(encoding="utf-8"), place


def test_the_legend_leads_to_the_rows_of_its_word(browser, site):
    resize(browser, 1280)
    open_page(browser, f"{site}/intro.html")
    found = browser.find_elements(By.CSS_SELECTOR, ".mechanism .legend a")
    words = [link.text.rsplit(" ", 1) for link in found]
    assert [word for word, _ in words] == [w for w in VERDICTS if w in dict(words)]
    assert sum(int(count) for _, count in words) == len(ledger())
    word, count = next(pair for pair in words if " " in pair[0])
    address = next(link for link in found if link.text.startswith(word)).get_attribute("href")
    open_page(browser, address)
    assert shown(browser, 2) == [word] * int(count)


def shown(browser, column):
    rows = browser.find_elements(By.CSS_SELECTOR, "table.claims tbody tr:not([hidden])")
    return [r.find_elements(By.XPATH, "./*")[column].text.strip() for r in rows]


def choose(browser, name, word):
    label = next(
        one
        for one in browser.find_elements(By.CSS_SELECTOR, ".table-filter label")
        if one.text.startswith(name)
    )
    Select(label.find_element(By.TAG_NAME, "select")).select_by_value(word)


def test_the_ledger_narrows_by_several_columns_at_once(browser, site):
    resize(browser, 1280)
    open_page(browser, f"{site}/ledger.html")
    assert len(shown(browser, 0)) == len(ledger())
    choose(browser, "Data", "cities")
    cities = shown(browser, 5)
    assert 0 < len(cities) < len(ledger())
    assert all("cities" in cell.split(", ") for cell in cities)
    choose(browser, "Chapter", "Two wheels")
    both = shown(browser, 0)
    assert 0 < len(both) < len(cities)
    assert set(shown(browser, 3)) == {"Two wheels"}
    told = browser.find_element(By.CSS_SELECTOR, ".table-status").text
    assert told == f"{len(both)} of {len(ledger())} rows shown."
    choose(browser, "Data", "all")
    choose(browser, "Status", "needs user data")
    waiting = [c.id for c in ledger().filter(family="two-wheels") if c.status == "needs user data"]
    assert shown(browser, 0) == waiting


def test_without_a_script_the_ledger_is_complete(browser, site):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        resize(browser, 1280)
        browser.get(f"{site}/ledger.html?verdict=mixed")
        assert shown(browser, 0) == [claim.id for claim in ledger()]
        assert not browser.find_elements(By.CSS_SELECTOR, ".table-filter")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_begins_with_its_answer(browser, site, page):
    resize(browser, 1280)
    open_page(browser, f"{site}/{page}.html")
    title = browser.find_element(By.CSS_SELECTOR, ".bd-article h1")
    answer = browser.find_element(By.CSS_SELECTOR, ".bd-article h1 ~ .cell .answer > p")
    assert answer.rect["y"] - title.rect["y"] - title.rect["height"] < 60
    assert len(answer.text.split()) > 4
    code = browser.find_element(By.CSS_SELECTOR, ".bd-article details.hide")
    assert code.rect["y"] > answer.rect["y"]


def results(browser, site, query):
    resize(browser, 1280)
    open_page(browser, f"{site}/search.html?q={quote(query)}")
    WebDriverWait(browser, 120).until(
        lambda d: d.find_elements(By.CSS_SELECTOR, "#search-results ul.search li a")
    )
    found = browser.find_elements(By.CSS_SELECTOR, "#search-results ul.search li a")
    return [a.get_attribute("href").partition("?")[0].rpartition("/")[2] for a in found]


@pytest.mark.parametrize("claim", ["M21", "m64", "M113"])
def test_search_for_a_claim_leads_to_its_place(browser, site, claim):
    first = results(browser, site, claim)[0]
    assert first == published().address(ledger()[claim.upper()])


@pytest.mark.parametrize(
    ("query", "page"), [("R&D", "innovation_chain"), ("双重差分", "methods_events")]
)
def test_search_finds_names_with_marks_and_methods_in_chinese(browser, site, query, page):
    assert f"{page}.html" in {found.partition("#")[0] for found in results(browser, site, query)}
