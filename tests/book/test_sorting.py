"""The table of all verdicts as a reader uses it: sort, narrow, by keys, without a script."""

# ruff: noqa: F811  (fixtures are imported by name)
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_browser import browser, open_page, resize, site  # noqa: F401

from analysis.claims import VERDICTS
from tests.published import ledger

pytestmark = pytest.mark.browser
PAGE = "quantity_or_structure.html"
COLUMNS = [
    "Claim",
    "Verdict",
    "Estimate",
    "p",
    "In words",
    "Sign",
    "q, book",
    "Smallest",
    "First edition",
    "Status",
]


@pytest.fixture
def table(browser, site):
    resize(browser, 1280)
    open_page(browser, f"{site}/{PAGE}")
    return browser.find_element(By.CSS_SELECTOR, ".verdicts table")


def cells(table, column, shown_only=False):
    rows = table.find_elements(By.CSS_SELECTOR, "tbody tr")
    at = COLUMNS.index(column)
    kept = [r for r in rows if r.is_displayed() or not shown_only]
    return [r.find_elements(By.XPATH, "./*")[at] for r in kept]


def texts(table, column, shown_only=False):
    return [c.get_property("textContent").strip() for c in cells(table, column, shown_only)]


def keys(table, column):
    return [c.get_attribute("data-sort") for c in cells(table, column)]


def head(table, column):
    return table.find_elements(By.CSS_SELECTOR, "thead th")[COLUMNS.index(column)]


def press(table, column):
    # The page's bar may cover a head that is scrolled to the edge; the click is what is tested.
    button = head(table, column).find_element(By.TAG_NAME, "button")
    table.parent.execute_script("arguments[0].click()", button)


def directions(table):
    return [h.get_attribute("aria-sort") for h in table.find_elements(By.CSS_SELECTOR, "thead th")]


def status(browser):
    return browser.find_element(By.CSS_SELECTOR, ".table-status").text


def test_every_claim_stands_in_a_row_and_no_cell_is_empty(table):
    assert texts(table, "Claim") == [claim.id for claim in ledger()]
    assert [
        h.text.strip("\xa0↑↓") for h in table.find_elements(By.CSS_SELECTOR, "thead th")
    ] == COLUMNS
    for column in COLUMNS:
        assert all(texts(table, column)), column
        assert not {"–", "-", "nan", "None"} & set(texts(table, column)), column


def test_every_cell_stands_under_its_head(table):
    left = [h.rect["x"] for h in table.find_elements(By.CSS_SELECTOR, "thead th")]
    for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")[:5]:
        found = [cell.rect["x"] for cell in row.find_elements(By.XPATH, "./*")]
        assert found == pytest.approx(left, abs=1)


def test_a_click_sorts_and_a_second_one_turns_round(table, browser):
    assert directions(table)[0] == "ascending"
    press(table, "Smallest")
    up = [float(k) for k in keys(table, "Smallest") if k]
    assert up == sorted(up)
    assert len(up) > 40
    at = COLUMNS.index("Smallest")
    assert directions(table) == ["ascending" if i == at else "none" for i in range(len(COLUMNS))]
    assert status(browser) == "Sorted by Smallest, ascending."
    press(table, "Smallest")
    assert [float(k) for k in keys(table, "Smallest") if k] == up[::-1]
    assert directions(table)[at] == "descending"


def test_what_was_not_tested_comes_last_both_ways(table):
    for _ in range(2):
        press(table, "q, book")
        known = [bool(key) for key in keys(table, "q, book")]
        assert known == sorted(known, reverse=True)
        assert not all(known)


def test_ties_keep_the_order_of_the_page(table):
    press(table, "Status")
    found = list(zip(map(int, keys(table, "Status")), keys(table, "Claim"), strict=True))
    assert found == sorted(found)
    claims = texts(table, "Claim")
    assert claims.index("M12") < claims.index("M103")


def test_numbers_sort_as_numbers_and_words_as_words(table):
    press(table, "Estimate")
    values = [float(k) for k in keys(table, "Estimate") if k]
    assert values == sorted(values)
    assert values[0] < 0 < values[-1]
    press(table, "In words")
    assert texts(table, "In words") == sorted(texts(table, "In words"), key=str.lower)


def test_keys_alone_sort_the_table(table, browser):
    button = head(table, "Verdict").find_element(By.TAG_NAME, "button")
    browser.execute_script("arguments[0].focus({preventScroll: true})", button)
    assert browser.switch_to.active_element == button
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    order = [VERDICTS.index(word) for word in texts(table, "Verdict")]
    assert order == sorted(order)
    browser.switch_to.active_element.send_keys(Keys.SPACE)
    assert directions(table)[1] == "descending"


def test_a_verdict_can_be_singled_out_and_all_come_back(table, browser):
    buttons = browser.find_elements(By.CSS_SELECTOR, ".table-filter button")
    assert buttons[0].text == f"all ({len(ledger())})"
    counts = {}
    for button in buttons[1:]:
        word, count = button.text.rstrip(")").split(" (")
        browser.execute_script("arguments[0].click()", button)
        assert set(texts(table, "Verdict", shown_only=True)) == {word}
        assert len(texts(table, "Verdict", shown_only=True)) == int(count)
        assert button.get_attribute("aria-pressed") == "true"
        counts[word] = int(count)
    assert sum(counts.values()) == len(ledger())
    assert list(counts) == [word for word in VERDICTS if word in counts]
    browser.execute_script("arguments[0].click()", buttons[0])
    assert len(texts(table, "Claim", shown_only=True)) == len(ledger())
    assert status(browser) == f"{len(ledger())} of {len(ledger())} rows shown."


def test_every_row_leads_to_the_place_of_its_claim(table, html):
    links = [c.find_element(By.TAG_NAME, "a") for c in cells(table, "Claim")]
    for claim, link in zip(ledger(), links, strict=True):
        page, _, place = link.get_attribute("href").rpartition("/")[2].partition("#")
        assert place == claim.id.lower()
        assert f'id="{place}"' in (html / page).read_text(encoding="utf-8"), link.text


def test_without_a_script_the_table_is_complete(browser, site):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        resize(browser, 1280)
        browser.get(f"{site}/{PAGE}")
        table = browser.find_element(By.CSS_SELECTOR, ".verdicts table")
        assert not table.find_elements(By.TAG_NAME, "button")
        assert not browser.find_elements(By.CSS_SELECTOR, ".table-filter")
        assert len(table.find_elements(By.CSS_SELECTOR, "tbody tr")) == len(ledger())
        assert table.find_elements(By.CSS_SELECTOR, "tbody tr")[-1].text.startswith("M113")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [390, 1280])
def test_the_table_scrolls_in_its_own_box_and_fits_one_screen(browser, site, width):
    resize(browser, width)
    open_page(browser, f"{site}/{PAGE}")
    box, page, height = browser.execute_script(
        "const b = document.querySelector('.verdicts').getBoundingClientRect();"
        "return [[b.left, b.right, b.height], document.documentElement.scrollWidth, innerHeight]"
    )
    assert page <= width
    assert box[0] >= 0
    assert box[1] <= width
    assert box[2] <= height


def test_the_heads_stay_while_the_rows_scroll(table, browser):
    top = browser.execute_script(
        "const b = document.querySelector('.verdicts'), top = (x) => x.getBoundingClientRect().top;"
        "b.scrollTop = 600; return top(b.querySelector('thead th')) - top(b)"
    )
    assert abs(top) <= 2


def test_the_numbers_can_be_taken_home(browser, site):
    open_page(browser, f"{site}/{PAGE}")
    text = browser.execute_async_script(
        "const done = arguments[0];"
        "fetch(document.querySelector('a.download').href).then((r) => r.text()).then(done)"
    )
    lines = text.strip().splitlines()
    assert lines[0].startswith("claim,part,verdict")
    assert {line.split(",")[0] for line in lines[1:]} == {claim.id for claim in ledger()}
