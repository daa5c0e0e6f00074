"""Lines of a label are anchored where matplotlib aligned them."""

import io
import re

import matplotlib.pyplot as plt
import pytest

from analysis.display.aligned import aligned
from analysis.display.theme import use_theme
from analysis.display.vector import page_form


def drawn(**placed):
    """A label of two lines of unlike lengths, as matplotlib writes it and as a page holds it."""
    use_theme()
    figure = plt.figure(figsize=(4, 3))
    figure.text(0.5, 0.5, "a long first line of a label\nshort", **placed)
    held = io.StringIO()
    with plt.rc_context({"svg.fonttype": "none", "savefig.bbox": None}):
        figure.savefig(held, format="svg")
    plt.close(figure)
    return page_form(held.getvalue())


@pytest.mark.parametrize(
    ("side", "anchor"), [("left", "start"), ("center", "middle"), ("right", "end")]
)
@pytest.mark.parametrize("turned", [0, 90])
def test_lines_are_anchored_where_they_were_aligned(side, anchor, turned):
    va = {"left": "bottom", "center": "center", "right": "top"}[side]
    svg = drawn(ha=side, va=va, multialignment=side, rotation=turned)
    heads = re.findall(r'<text style="text-anchor: (\w+);[^>]*translate\(([\d.]+) ([\d.]+)\)', svg)
    assert [head[0] for head in heads] == [anchor, anchor]
    along = 2 if turned else 1
    assert heads[0][along] == heads[1][along]
    # Half of the drawing, 288 by 216 points, is where the text was put.
    assert float(heads[0][along]) == pytest.approx(108 if turned else 144, abs=2)


def test_a_label_of_one_line_stays_as_it_is():
    one = '<text style="font-size: 9px" transform="translate(1 2)">one</text>'
    assert aligned(one) == one
