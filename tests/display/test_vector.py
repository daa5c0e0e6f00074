"""Drawings inside a page: its colours, its letters, names that never meet."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.patheffects import withStroke

from analysis.display import theme
from analysis.display.drawing import Picture, write
from analysis.display.theme import subplots
from analysis.display.vector import inline, least_width

SHEET = Path(__file__).resolve().parents[2] / "book" / "_static" / "book.css"
LETTERS = ("ink", "muted", "blue", "orange", "green", "purple", "ochre")
SVG = "{http://www.w3.org/2000/svg}"


def drawn():
    figure, ax = subplots()
    ax.set_title("耐心资本 −1.5 × R² & more")
    ax.plot([0, 1], [0, 1], "o-", color=theme.BLUE)
    write(ax, "upon a line", (0.5, 0.5), path_effects=[withStroke(foreground=theme.PAPER)])
    return Picture(figure)


def palette(selector: str) -> dict[str, str]:
    """Read the colours that the style sheet gives a theme."""
    rules = re.findall(rf"^{re.escape(selector)} {{(.*?)}}", SHEET.read_text("utf-8"), re.M | re.S)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", " ".join(rules)))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2.2 defines it."""

    def light(colour: str) -> float:
        shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        return sum(w * s for w, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_of_a_drawing_are_text_also_upon_a_halo():
    root = ElementTree.fromstring(drawn().svg())
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "耐心资本 −1.5 × R² & more" in words
    (upon,) = (text for text in root.iter(f"{SVG}text") if text.text == "upon a line")
    assert "paint-order: stroke" in upon.get("style")


def test_a_saved_file_holds_outlines_and_no_variables(tmp_path):
    picture = drawn()
    before = picture.svg()
    picture.save(tmp_path / "one.svg")
    text = (tmp_path / "one.svg").read_text("utf-8")
    assert "<text" not in text
    assert "var(" not in text
    assert picture.svg() == before


def test_every_colour_of_the_theme_is_a_variable_with_itself_in_reserve():
    text = drawn().svg()
    bare = re.sub(r"var\(--[\w-]+, (#[0-9a-f]{6})\)", "", text)
    assert not set(re.findall(r"#[0-9a-f]{6}\b", bare)) & theme.PAGE_COLOURS.keys()
    assert f"var(--ground, var(--paper, {theme.PAPER}))" in text


def test_the_sheet_of_the_book_and_the_theme_agree_on_colours_by_day():
    light = palette(":root")
    assert {name: light[name] for name in theme.PAGE_COLOURS.values()} == {
        name: colour for colour, name in theme.PAGE_COLOURS.items()
    }
    assert light.keys() - {"ground"} <= palette('html[data-theme="dark"]').keys()


@pytest.mark.parametrize("selector", [":root", 'html[data-theme="dark"]'])
@pytest.mark.parametrize("ground", ["paper", "pale", "wash"])
def test_letters_are_readable_on_every_ground_by_day_and_in_the_dark(selector, ground):
    colours = palette(selector)
    faint = {name: contrast(colours[name], colours[ground]) for name in LETTERS}
    assert not {name: ratio for name, ratio in faint.items() if ratio < 4.5}


def test_names_of_two_drawings_in_a_page_never_meet_and_each_is_found():
    svg = drawn().svg()
    page = inline(svg, "a", 'says "x" & y') + inline(svg, "b", "says z")
    names = re.findall(r'\sid="([^"]*)"', page)
    used = re.findall(r'(?:url\(#|href="#)([^")]*)', page)
    assert used
    assert len(names) == len(set(names))
    assert set(used) == set(names)
    root = ElementTree.fromstring(f"<p>{page}</p>")
    assert [one.get("aria-label") for one in root] == ['says "x" & y', "says z"]
    assert "<style" not in page, "a rule for all elements would reach the whole page"


def test_the_narrowest_width_makes_the_smallest_letters_nine_pixels_high():
    words = '<text style="font-size: 10px"/><text style="font-size: 12px"/>'
    assert least_width(f'<svg viewBox="0 0 400 100">{words}</svg>') == 360
