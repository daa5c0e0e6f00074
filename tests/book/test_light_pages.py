"""No page is heavy: what it does not show it does not load."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pydata_sphinx_theme
import pytest
from fontTools.ttLib import TTFont
from light_pages import icons, letters, light
from prose import chapter_files, page_of
from small_fonts import write_font
from weighing import browsing, loaded, served

PAGES = [page_of(path) for path in chapter_files()]
BESIDE = ["trace/m30", "data/cities/index", "search"]
HEAVIEST = 700_000  # bytes as they travel, formulas with them
STATIC = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
SCRIPT = STATIC / "scripts/fontawesome.js"
WEBFONT = STATIC / "vendor/fontawesome/webfonts/fa-solid-900.ttf"
PAGE = """<head>
  <script src="_static/scripts/fontawesome.js?digest=1"></script>
    <script async="async" src="_static/../mathjax/tex-chtml.js?v=1"></script>
</head><i class="theme-switch fa-solid fa-sun   fa-lg" data-mode="light"></i>
<span class="fa-solid fa-bars"></span>{}"""
KNOWN = {("fas", "sun"): ("0 0 512 512", "M1 2"), ("fas", "bars"): ("0 0 448 512", "M3 4")}
FORMULA = '<span class="math notranslate nohighlight">\\(x\\)</span>'


def test_every_icon_of_the_theme_is_read_from_its_script():
    drawn = icons(SCRIPT.read_text(encoding="utf-8"))
    assert {pack for pack, _name in drawn} == {"fab", "far", "fas"}
    assert drawn["fas", "file"] != drawn["far", "file"]
    assert drawn["fab", "github"][1].startswith("M")
    assert len(drawn) > 2000


def test_an_icon_becomes_a_drawing_and_its_script_goes():
    made = light(PAGE.format(""), KNOWN)
    assert "<i " not in made
    assert "<span " not in made
    assert "fontawesome" not in made
    assert 'class="svg-inline--fa theme-switch fa-solid fa-sun fa-lg" data-mode="light"' in made
    assert light(made, KNOWN) == made


def test_the_script_of_icons_stays_where_one_is_not_known():
    made = light(PAGE.format('<i class="fas fa-unheard-of"></i>'), KNOWN)
    assert "fontawesome.js" in made
    assert "fa-unheard-of" in made


def test_icons_that_style_sheets_show_come_in_a_font_of_their_own(tmp_path):
    sheet = '.fa-x:before{content:"\\f00d"} details summary:after{content:"\\f078"}'
    assert letters([sheet]) == {0xF078}
    write_font(WEBFONT, "\uf078", tmp_path / "a.woff")
    write_font(WEBFONT, "\uf078", tmp_path / "b.woff")
    assert (tmp_path / "a.woff").read_bytes() == (tmp_path / "b.woff").read_bytes()
    assert set(TTFont(tmp_path / "a.woff").getBestCmap()) == {0xF078}


@pytest.mark.parametrize(("rest", "stays"), [("", False), (FORMULA, True)])
def test_the_script_of_formulas_stays_where_there_is_a_formula(rest, stays):
    assert ("mathjax" in light(PAGE.format(rest), KNOWN)) == stays


@pytest.mark.book
def test_built_pages_load_formulas_only_where_there_are_some(html):
    pages = [page for page in html.rglob("*.html") if page.parent.name[0] != "_"]
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    loads = {page for page, text in texts.items() if re.search(r"src=[^>]*mathjax", text)}
    assert loads == {page for page, text in texts.items() if 'class="math ' in text}
    assert loads
    assert not [page for page, text in texts.items() if "fontawesome.js" in text]


@pytest.mark.browser
@pytest.mark.slow
def test_no_page_weighs_more_than_a_slow_line_carries(html, driver_path):
    names = [*PAGES, *BESIDE]
    with served(html) as site, browsing(driver_path) as browser:
        weights = {page: loaded(browser, site, html, page) for page in names}
    assert all(f"{page}.html" in files for page, files in weights.items())
    heavy = {page: sum(files.values()) for page, files in weights.items()}
    assert {page: weight for page, weight in heavy.items() if weight >= HEAVIEST} == {}


def test_the_bench_of_pages_finds_its_modules_without_pytest():
    bench = Path(__file__).parents[1] / "bench"
    alone = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", "import pages"],
        cwd=bench, env=alone | {"PYTHONPATH": str(bench.parents[1])}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
