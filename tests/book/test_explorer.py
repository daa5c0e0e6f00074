"""The page on which readers look for themselves, opened from a folder as a reader may have it."""

# ruff: noqa: F811  (fixtures are imported by name)
import re

import pytest
from chromium import chromium
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_browser import browser, open_page, requested, resize  # noqa: F401

from analysis.claims.replay import under
from analysis.display.interactive.rules import words_by

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(html):
    return (html / "explorer.html").as_uri()


@pytest.fixture
def page(browser, address):
    resize(browser, 1280)
    browser.get_log("browser"), browser.get_log("performance")
    open_page(browser, address)
    WebDriverWait(browser, 120).until(lambda d: piece(d, "paths").find_elements(By.TAG_NAME, "svg"))
    return browser


def piece(browser, name):
    return browser.find_element(By.CSS_SELECTOR, f"[data-explorer={name}] .live")


def move(browser, number, value):
    """Put a slider where its label reads a value, by keys alone."""
    slider = browser.find_element(By.CSS_SELECTOR, f"[data-number={number}]")
    slider.send_keys(Keys.HOME)
    for _ in range(int(slider.get_attribute("max"))):
        if slider.get_attribute("aria-valuetext").split(";")[0].split(",")[0] == value:
            return
        slider.send_keys(Keys.ARROW_RIGHT)


def test_from_a_folder_nothing_is_asked_for_outside_and_nothing_fails(page, html):
    urls = requested(page)
    assert any(url.endswith("plot.umd.min.js") for url in urls)
    assert not [url for url in urls if not url.startswith((html.as_uri(), "data:", "blob:"))]
    assert not [e for e in page.get_log("browser") if e["level"] == "SEVERE"]


def test_a_slider_lists_the_claims_that_the_rules_would_change(page, archive, study):
    words = words_by(archive.records, study.rules)
    other = words_by(archive.records, under(study.rules, plausible=0.1))
    wanted = {key for key in words if "@" not in key and words[key] != other[key]}
    assert wanted
    rules = piece(page, "rules")
    assert rules.find_element(By.CSS_SELECTOR, ".changed").text.startswith("0 of ")
    move(page, "plausible", "0.1")
    said = rules.find_element(By.CSS_SELECTOR, ".changed").text
    assert said.startswith(f"{len(wanted)} of {len(words) - len(archive.records)} claims")
    shown = rules.find_element(By.CSS_SELECTOR, ".groups")
    assert {link.text for link in shown.find_elements(By.TAG_NAME, "a")} == wanted
    for line in shown.find_elements(By.TAG_NAME, "p"):
        was, will = [b.text for b in line.find_elements(By.CSS_SELECTOR, ".verdict")]
        claims = [link.text for link in line.find_elements(By.TAG_NAME, "a")]
        assert {(words[c], other[c]) for c in claims} == {(was, will)}


def test_a_map_says_both_names_by_keys(page):
    maps = piece(page, "maps")
    stage = maps.find_element(By.CSS_SELECTOR, ".stage")
    stage.send_keys(Keys.HOME)
    said = maps.find_elements(By.CSS_SELECTOR, ".pointed")[-1]
    assert re.match(r"[A-Z][a-z]+ [\u3400-\u9fff]+: ", said.text)
    assert said.find_element(By.CSS_SELECTOR, "[lang=zh]").text
    first = said.text
    stage.send_keys(Keys.ARROW_RIGHT)
    assert said.text != first


def test_a_map_says_both_names_when_pointed_at(page):
    maps = piece(page, "maps")
    svg = maps.find_elements(By.CSS_SELECTOR, ".stage svg")[-1]
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", svg)
    webdriver.ActionChains(page).move_to_element(svg).perform()
    said = maps.find_elements(By.CSS_SELECTOR, ".pointed")[-1].text
    assert re.search(r"[A-Z][a-z]+ [\u3400-\u9fff]+", said)
    assert re.search(r"[A-Z][a-z]+ [\u3400-\u9fff]+", svg.get_property("textContent"))


def test_a_claim_is_found_and_its_curve_is_read_by_keys(page, archive):
    claims = piece(page, "claims")
    search = claims.find_element(By.CSS_SELECTOR, "input[type=search]")
    search.send_keys("M16 ")
    claims.find_element(By.CSS_SELECTOR, "option[value=M16]").click()
    assert claims.find_element(By.CSS_SELECTOR, ".claim strong").text == "M16"
    stages = claims.find_elements(By.CSS_SELECTOR, ".claim .stage")
    stages[1].send_keys(Keys.END)
    last = len(archive.record("M16").shown.exhibits["curve"].values["table"])
    said = claims.find_elements(By.CSS_SELECTOR, ".claim .pointed")[1].text
    assert said.startswith(str(last))
    assert "effects: " in said


def test_lines_name_a_place_in_both_languages(page):
    paths = piece(page, "paths")
    paths.find_element(By.CSS_SELECTOR, ".stage").send_keys(Keys.HOME)
    said = paths.find_element(By.CSS_SELECTOR, ".pointed").text
    assert re.match(r"[A-Z][a-z]+ [\u3400-\u9fff]+: .*\d{4} ", said)
    assert len(paths.find_elements(By.CSS_SELECTOR, ".pointed-at")) == 1


def test_without_a_script_the_figures_stand_and_nothing_can_be_moved(driver_path, address):
    quiet = {"profile.managed_default_content_settings.javascript": 2}
    with chromium(driver_path, preferences=quiet) as driver:
        driver.get(address)
        stills = driver.find_elements(By.CSS_SELECTOR, ".explorer .still")
        assert len(stills) == 4
        assert all(still.is_displayed() and still.rect["height"] > 100 for still in stills)
        assert not driver.find_elements(By.CSS_SELECTOR, ".explorer :is(input, select)")
