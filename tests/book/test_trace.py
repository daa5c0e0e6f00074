"""From a printed number in two clicks to the file that it rests on."""

# ruff: noqa: F811  (fixtures are imported by name)
import hashlib
import json
import re

import pytest
from selenium.webdriver.common.by import By
from test_browser import browser, open_page, resize, site  # noqa: F401

from tests.published import published

pytestmark = pytest.mark.browser
CHAPTER = f"{published().chapters['state-and-market']['page']}.html"
NUMBER = "a.number[href^='trace/m30.html']"


def follow(browser, link) -> None:
    browser.execute_script("arguments[0].click()", link)


def test_two_clicks_lead_from_a_number_to_the_hash_of_a_file_that_can_be_had(browser, site, html):
    resize(browser, 1280)
    open_page(browser, f"{site}/{CHAPTER}")
    follow(browser, browser.find_elements(By.CSS_SELECTOR, NUMBER)[0])
    assert "/trace/m30.html#" in browser.current_url
    place = browser.current_url.rpartition("#")[2]
    series = f"section#{place} table a[href^='../data/{place}/']"
    follow(browser, browser.find_elements(By.CSS_SELECTOR, series)[0])
    printed = browser.find_element(By.CSS_SELECTOR, "code.hash").text
    file = browser.find_element(By.CSS_SELECTOR, "a[href*='/tables/']").get_attribute("href")
    content = (html / re.sub(r"^.*?/downloads/", "downloads/", file)).read_bytes()
    assert hashlib.sha256(content).hexdigest() == printed


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", ["trace/m16.html", "data/rd/index.html", "data/china/loans.html"])
def test_pages_beside_the_book_fit_and_complain_of_nothing(browser, site, page, width):
    resize(browser, width)
    browser.get_log("browser")
    open_page(browser, f"{site}/{page}")
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
    assert not [e for e in browser.get_log("browser") if e["level"] == "SEVERE"]


def test_pages_beside_the_book_keep_the_theme_that_the_reader_chose(browser, site):
    open_page(browser, f"{site}/{CHAPTER}")
    browser.execute_script("localStorage.setItem('mode', 'dark')")
    open_page(browser, f"{site}/trace/m30.html")
    assert browser.execute_script("return document.documentElement.dataset.theme") == "dark"
    browser.execute_script("localStorage.clear()")


def test_a_number_looks_like_the_words_around_it_until_it_is_pointed_at(browser, site):
    open_page(browser, f"{site}/{CHAPTER}")
    number = browser.find_elements(By.CSS_SELECTOR, NUMBER)[0]
    words = number.find_element(By.XPATH, "..")
    assert number.value_of_css_property("color") == words.value_of_css_property("color")
    assert "none" in number.value_of_css_property("text-decoration")


@pytest.mark.parametrize("dataset", published().datasets)
def test_every_data_set_can_be_had_as_its_description_says(html, dataset):
    folder = html / "downloads" / dataset
    told = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for one in told["resources"]:
        content = (folder / one["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["sha256"]


def test_every_link_of_the_chapters_to_a_trace_has_a_page_and_a_place(html):
    ids: dict[str, set[str]] = {}
    for path in sorted(html.glob("*.html")):
        for page, place in re.findall(r'href="(trace/\w+\.html)#([\w-]+)"', path.read_text()):
            if page not in ids:
                ids[page] = set(re.findall(r'id="([\w-]+)"', (html / page).read_text()))
            assert place in ids[page], (path.name, page, place)
    assert len(ids) > 20
