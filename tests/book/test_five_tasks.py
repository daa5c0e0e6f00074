"""Five things a reader comes for, each by clicks on what the start page and the next ones show."""

# ruff: noqa: F811  (fixtures are imported by name)
import csv

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait
from test_browser import browser, open_page, resize, site  # noqa: F401

from analysis.claims.across import by_claim
from analysis.claims.replay import under
from analysis.display.interactive.rules import words_by
from tests.published import ledger

pytestmark = pytest.mark.browser
FROM = {"served": [1280, 390], "folder": [1280]}
starts = pytest.mark.parametrize(
    ("address", "width"), [(kind, w) for kind, widths in FROM.items() for w in widths]
)
LAPTOP, PHONE = 800, 844  # heights of a screen


class Reader:
    """Clicks on what is displayed and on nothing else, and counts the clicks."""

    def __init__(self, driver):
        self.driver, self.clicks = driver, 0

    def click(self, found) -> None:
        """Click as a hand does; the driver refuses where something lies above."""
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found
        )
        found.click()
        self.clicks += 1

    def follow(self, words: str, within: str = "body") -> None:
        """Follow the first link that is displayed with these words."""
        before = self.driver.current_url
        links = self.driver.find_elements(By.CSS_SELECTOR, f"{within} a")
        self.click(next(a for a in links if a.text.strip() == words and a.is_displayed()))
        wait(self.driver, lambda d: d.current_url != before)
        wait(self.driver, lambda d: d.execute_script("return document.readyState") == "complete")

    def choose(self, label: str, value: str) -> None:
        """Choose a value in the list that a label names."""
        boxes = self.driver.find_elements(By.CSS_SELECTOR, "label")
        box = next(one for one in boxes if one.text.startswith(label) and one.is_displayed())
        Select(box.find_element(By.TAG_NAME, "select")).select_by_value(value)
        self.clicks += 1

    def slide(self, number: str, value: str) -> None:
        """Click on the track of a slider where a value lies."""
        slider = wait(
            self.driver,
            lambda d: d.find_element(By.CSS_SELECTOR, f"input[data-number={number}]"),
        )
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", slider
        )
        stops, half = int(slider.get_attribute("max")), slider.rect["width"] / 2
        for stop in range(stops + 1):
            at = (0.94 * (2 * stop / stops - 1)) * half  # the thumb stays within its track
            hand = ActionChains(self.driver, duration=0)
            hand.move_to_element_with_offset(slider, round(at), 0).click().perform()
            if slider.get_attribute("aria-valuetext").startswith(f"{value};"):
                self.clicks += 1  # whoever aims needs one
                return
        raise AssertionError(f"nowhere on the slider lies {value}")


def wait(driver, until):
    return WebDriverWait(driver, 30).until(until)


def in_view(driver, found) -> bool:
    """Say whether an element is displayed within the screen as it now stands."""
    box = "const b = arguments[0].getBoundingClientRect();"
    inside = f"{box} return b.top < innerHeight && b.bottom > 0"
    return found.is_displayed() and driver.execute_script(inside, found)


@pytest.fixture
def reader(browser, site, html, address, width):
    resize(browser, width, LAPTOP if width > 600 else PHONE)
    folder = {"served": site, "folder": html.as_uri()}[address]
    open_page(browser, f"{folder}/intro.html")
    return Reader(browser)


@starts
def test_what_was_found_stands_on_the_first_screen(reader, browser):
    answer = browser.find_element(By.CSS_SELECTOR, ".start-answer")
    assert "do not show" in answer.text
    assert in_view(browser, answer)
    assert reader.clicks == 0


@starts
def test_two_clicks_lead_to_the_claims_that_rest_on_cities(reader, browser, archive):
    reader.follow("Which claims rest on which data")
    reader.choose("Data", "cities")
    rows = browser.find_elements(By.CSS_SELECTOR, "table.claims tbody tr:not([hidden])")
    shown = [row.find_element(By.XPATH, "./*[1]").text.strip() for row in rows]
    records = by_claim(archive.records)
    wanted = [c.id for c in ledger() if "cities" in {r.dataset for r in records.get(c.id, ())}]
    assert shown == wanted
    assert in_view(browser, rows[0])
    status = browser.find_element(By.CSS_SELECTOR, ".table-status")
    assert status.text.startswith(f"{len(wanted)} of ")
    assert reader.clicks == 2


@starts
def test_two_clicks_lead_from_a_claim_to_where_its_number_comes_from(reader, browser, archive):
    reader.follow("M30", ".mechanism")
    heading = "//h2[starts-with(., 'M30')]"
    wait(browser, lambda d: in_view(d, d.find_element(By.XPATH, heading)))
    reader.follow("Where these numbers come from")
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("M30: ")
    text = browser.find_element(By.TAG_NAME, "main").text
    first = archive.record("M30").evidence.findings[0]
    assert f"{first.tested:+.2f}".replace("-", "−") in text
    for part in ("Rows kept", "Published series", "Code that rebuilds the estimate"):
        assert part in text
    assert reader.clicks == 2


@starts
def test_two_clicks_show_what_another_plausible_effect_changes(reader, browser, archive, study):
    reader.follow("What changes if the rules do")
    reader.slide("plausible", "0.1")
    words = words_by(archive.records, study.rules)
    other = words_by(archive.records, under(study.rules, plausible=0.1))
    wanted = {key for key in words if "@" not in key and words[key] != other[key]}
    said = browser.find_element(By.CSS_SELECTOR, "[data-explorer=rules] .live .changed")
    assert said.text.startswith(f"{len(wanted)} of ")
    assert in_view(browser, said)
    groups = browser.find_element(By.CSS_SELECTOR, "[data-explorer=rules] .live .groups")
    assert {a.text for a in groups.find_elements(By.TAG_NAME, "a") if a.is_displayed()} == wanted
    assert reader.clicks == 2


@starts
def test_four_clicks_bring_the_panel_of_cities_and_its_codebook(reader, browser, study, tmp_path):
    allowed = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
    reader.follow("Panels and codebooks to take away")
    reader.follow(study.panel("cities").roles.title_en)
    for words in ("panel as csv", "codebook"):
        link = browser.find_element(By.LINK_TEXT, words)
        assert link.rect["y"] < LAPTOP, "the files stand on the first screen"
        reader.click(link)
    files = [tmp_path / "panel.csv", tmp_path / "codebook.csv"]
    wait(browser, lambda _d: {*files} == {*tmp_path.iterdir()})  # none is half there
    panel, codebook = (csv.DictReader(f.open(encoding="utf-8")) for f in files)
    columns = {row["name"] for row in codebook}
    assert {"entity", "year"} < set(panel.fieldnames)
    assert set(panel.fieldnames) - {"entity", "year"} == columns
    assert reader.clicks == 4
