"""Every page on a phone of 390 pixels: letters, formulas and estimates that a reader sees."""

# ruff: noqa: F811  (fixtures are imported by name)
import pytest
from test_browser import PAGES, browser, open_page, resize, site  # noqa: F401

pytestmark = pytest.mark.browser
LEAST = 9  # pixels
WIDEST = 1.35  # boxes and arrows may scroll this little beyond the screen
DRAWINGS = """
const shown = (svg) => svg.checkVisibility();  // a script may have put another in its place
return [...document.querySelectorAll('svg.picture')].filter(shown).map((svg) => {
  const frame = svg.getBoundingClientRect(), scale = frame.width / svg.viewBox.baseVal.width;
  const words = [...svg.querySelectorAll('text')];
  const cut = words.filter((word) => {
    const box = word.getBoundingClientRect();
    return box.left < frame.left - 2 || box.right > frame.right + 2
      || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
  });
  return {
    name: svg.getAttribute('aria-label').slice(0, 50),
    smallest: Math.min(...words.map((word) => parseFloat(getComputedStyle(word).fontSize) * scale)),
    wide: frame.width / svg.parentElement.clientWidth,
    cut: cut.map((word) => word.textContent),
  };
});
"""
FORMULAS = """
const done = arguments[0];
const wide = () => [...document.querySelectorAll('div.math')]
  .filter((line) => line.scrollWidth > line.clientWidth + 1).map((line) => line.textContent);
window.MathJax?.startup ? MathJax.startup.promise.then(() => done(wide())) : done([]);
"""
HIDDEN = """
const hidden = [];
for (const table of document.querySelectorAll('table.estimates, table.book')) {
  const box = (table.closest('.scroll') || table.parentElement).getBoundingClientRect();
  for (const row of table.rows) {
    if (row.hidden) continue;
    const heads = [...table.tHead?.rows[0].cells ?? []];
    const at = heads.findIndex((head) => /^Estimate/.test(head.textContent));
    const cell = at > 0 && row.parentElement.tagName === 'TBODY' && row.cells[at];
    if (cell && cell.getBoundingClientRect().right > box.right + 1)
      hidden.push(`${table.caption?.textContent}: ${cell.textContent}`);
  }
}
return hidden;
"""
OPEN = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
each_page = pytest.mark.parametrize("page", PAGES)


@pytest.fixture
def opened(browser, site, page):
    resize(browser, 390)
    open_page(browser, f"{site}/{page}.html")
    browser.execute_script(OPEN)
    return browser


@each_page
def test_drawings_are_legible_whole_and_hardly_wider_than_a_phone(opened, page):
    for drawing in opened.execute_script(DRAWINGS):
        assert drawing["smallest"] >= LEAST - 0.05, drawing
        assert drawing["wide"] <= WIDEST, drawing
        assert not drawing["cut"], drawing


@each_page
def test_no_formula_scrolls(opened, page):
    opened.set_script_timeout(120)
    assert not opened.execute_async_script(FORMULAS)


@each_page
def test_estimates_are_in_view_without_scrolling(opened, page):
    assert not opened.execute_script(HIDDEN)


@pytest.mark.parametrize("page", ["measuring"])
def test_the_system_decides_whether_a_page_is_dark(browser, site, page):
    for scheme in ("dark", "light"):
        preference = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
        open_page(browser, f"{site}/{page}.html")
        assert browser.execute_script("return document.documentElement.dataset.theme") == scheme
        paper = "getComputedStyle(document.documentElement).getPropertyValue('--paper')"
        ground = "getComputedStyle(document.body).backgroundColor"
        shown = browser.execute_script(
            "const probe = document.createElement('p'); document.body.append(probe);"
            f"probe.style.color = {paper}; return [getComputedStyle(probe).color, {ground}]"
        )
        assert shown[0] == shown[1], "halos and empty dots have the colour of the page"
