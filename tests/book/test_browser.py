"""Read the built book as a person does, in headless Chromium."""

import json

import pytest
from chromium import chromium, served
from prose import chapter_files, page_of
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser
PAGES = [page_of(path) for path in chapter_files()]
TALLEST = 12_000  # pixels; what a page rests on is folded
each_page = pytest.mark.parametrize("page", PAGES)


@pytest.fixture(scope="module")
def site(html):
    with served(html) as address:
        yield address


@pytest.fixture(scope="module")
def browser(driver_path):
    with chromium(driver_path, {"browser": "ALL", "performance": "ALL"}) as opened:
        yield opened


def resize(browser, width: int, height: int = 900) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
    )


def open_page(browser, url: str) -> None:
    browser.get(url)
    WebDriverWait(browser, 120).until(
        lambda d: d.execute_script("return document.readyState") == "complete"
    )


def requested(browser) -> list[str]:
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


@each_page
def test_page_loads_without_errors_and_without_the_network(browser, site, page):
    resize(browser, 1280)
    browser.get_log("browser"), browser.get_log("performance")
    open_page(browser, f"{site}/{page}.html")
    urls = requested(browser)
    assert any(url.endswith(f"{page}.html") for url in urls), "the log of requests is empty"
    assert not [u for u in urls if not u.startswith((site, "data:", "blob:"))]
    assert not [e for e in browser.get_log("browser") if e["level"] in {"SEVERE", "WARNING"}]


@each_page
@pytest.mark.parametrize("width", [390, 1280])
def test_page_never_scrolls_sideways(browser, site, page, width):
    resize(browser, width)
    open_page(browser, f"{site}/{page}.html")
    wide, seen = browser.execute_script(
        "const a = document.querySelector('.bd-article-container') || document.body;"
        "return [Math.max(document.documentElement.scrollWidth, document.body.scrollWidth,"
        " a.getBoundingClientRect().right), window.innerWidth]"
    )
    assert seen == width
    assert wide <= width


@each_page
def test_page_is_no_longer_than_a_reader_will_scroll(browser, site, page):
    resize(browser, 1280)
    open_page(browser, f"{site}/{page}.html")
    assert browser.execute_script("return document.documentElement.scrollHeight") <= TALLEST


@pytest.mark.parametrize("page", ["two_wheels", "innovation_chain", "references"])
def test_a_link_into_a_fold_opens_it(browser, site, page):
    open_page(browser, f"{site}/{page}.html")
    inside = ":is(figure, section, .citation)[id]"
    target = browser.execute_script(f"return document.querySelector('details.more {inside}').id")
    assert not browser.find_element(By.ID, target).is_displayed()
    open_page(browser, f"{site}/{page}.html?again#{target}")
    WebDriverWait(browser, 120).until(lambda d: d.find_element(By.ID, target).is_displayed())


@pytest.mark.parametrize("key", [Keys.ENTER, Keys.SPACE])
def test_a_fold_opens_by_keys_alone(browser, site, key):
    open_page(browser, f"{site}/exit.html")
    fold = browser.find_element(By.CSS_SELECTOR, "details.more")
    assert not fold.get_property("open")
    fold.find_element(By.TAG_NAME, "summary").send_keys(key)
    assert fold.get_property("open")


def test_print_opens_every_fold(browser, site):
    open_page(browser, f"{site}/exit.html")
    closed = "return document.querySelectorAll('details:not([open])').length"
    assert browser.execute_script(closed)
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert not browser.execute_script(closed)
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert browser.execute_script(closed)


@each_page
def test_pictures_are_there_and_have_alt_text(browser, site, page):
    resize(browser, 1280)
    open_page(browser, f"{site}/{page}.html")
    for image in browser.find_elements(By.CSS_SELECTOR, "article img"):
        assert int(image.get_property("naturalWidth")) > 0, image.get_attribute("src")
        assert len(image.get_attribute("alt") or "") >= 40, image.get_attribute("src")
    for drawing in browser.find_elements(By.CSS_SELECTOR, "svg.picture"):
        assert len(drawing.get_attribute("aria-label")) >= 40


@pytest.mark.parametrize("query", ["minimum detectable effect", "耐心资本", "重叠检查"])
def test_search_finds_english_and_chinese(browser, site, query):
    resize(browser, 1280)
    open_page(browser, f"{site}/search.html?q={query}")
    WebDriverWait(browser, 120).until(
        lambda d: d.find_elements(By.CSS_SELECTOR, "#search-results ul.search li a")
    )
    titles = [a.text for a in browser.find_elements(By.CSS_SELECTOR, "#search-results li a")]
    assert any("Glossary" in title for title in titles), titles


def test_search_for_nonsense_finds_nothing(browser, site):
    open_page(browser, f"{site}/search.html?q=齉龘麤")
    WebDriverWait(browser, 120).until(
        lambda d: "did not match" in d.find_element(By.ID, "search-results").text
    )


def test_a_hidden_cell_opens(browser, site):
    resize(browser, 1280)
    open_page(browser, f"{site}/two_wheels.html")
    cell = browser.find_element(By.CSS_SELECTOR, "details.hide")
    code = cell.find_element(By.CSS_SELECTOR, "pre")
    assert not code.is_displayed()
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", cell
    )
    cell.find_element(By.TAG_NAME, "summary").click()
    WebDriverWait(browser, 120).until(lambda _d: code.is_displayed())
    assert "analysis" in code.text


FORMULAS = """
const done = arguments[arguments.length - 1];
const all = (what) => [...document.querySelectorAll(what)].map((one) => one.textContent);
const ready = window.MathJax?.startup?.promise.then(() => document.fonts.ready);
ready ? ready.then(() => done({
  unset: all(".math:not(:has(> mjx-container > :first-child))"),
  errors: all("mjx-merror"),
  letters: all("mjx-utext"),
  fonts: [...document.fonts].filter((one) => one.status === "error").map((one) => one.family),
})) : done({ unset: all(".math") });
"""


@each_page
def test_formulas_are_set_with_letters_of_their_own(browser, site, page):
    resize(browser, 1280)
    open_page(browser, f"{site}/{page}.html")
    browser.set_script_timeout(120)
    missing = browser.execute_async_script(FORMULAS)
    assert not any(missing.values()), missing
