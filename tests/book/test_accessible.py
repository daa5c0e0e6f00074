"""No page breaks a rule of axe-core, in light or in dark."""

import pytest
import yaml
from prose import ROOT
from test_browser import PAGES, browser, open_page, resize, site  # noqa: F401

pytestmark = pytest.mark.browser
AXE = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
# Colours are judged as they end, not on their way there.
STILL = """document.head.insertAdjacentHTML("beforeend",
  "<style>* { transition: none !important; animation: none !important; }</style>")"""
# What the theme around our pages does is judged too; nothing is left out.
ASKED = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}  # only colours follow the theme


BESIDE = ["search", "404", "trace/m16", "data/index", "data/rd/index", "data/china/loans"]
CONFIGURED = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
FOLDERS = ["", *(f"{name}/" for name in CONFIGURED["sphinx"]["config"]["editions"])]


@pytest.mark.parametrize("page", [f"{f}{page}" for f in FOLDERS for page in (*PAGES, *BESIDE)])
def test_page_breaks_no_rule_of_accessibility(browser, site, page):  # noqa: F811
    resize(browser, 1280)
    open_page(browser, f"{site}/{page}.html")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    browser.execute_script(STILL)
    for theme, asked in ASKED.items():
        browser.execute_script(
            "document.documentElement.dataset.theme = document.documentElement.dataset.mode ="
            " arguments[0];"
            "document.querySelectorAll('details').forEach((fold) => { fold.open = true; });",
            theme,
        )
        found = browser.execute_async_script(
            "const said = arguments[arguments.length - 1];"
            "axe.run(document, arguments[0]).then(r => said(r.violations.map(v =>"
            " `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)}`)))",
            asked,
        )
        assert found == [], theme
