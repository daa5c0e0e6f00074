from __future__ import annotations

from analysis.data import Variable


def test_text_gives_every_fact_that_is_known(china):
    text = str(china.describe("loans"))
    for word in (
        "yuan (published in 亿元)",
        "2010-2023",
        "Guangdong 2010-2018",
        "RMB only",
        "finance",
    ):
        assert word in text
    assert "Formula" not in text


def test_computed_variable_shows_formula_and_series():
    text = str(Variable("a", "A", formula="b / c", series=("b", "c"), scale=("c",)))
    assert "Formula: b / c" in text
    assert "Made of: b, c" in text
    assert "Size denominators: c" in text


def test_html_is_escaped():
    html = Variable("a", "A & B", "甲", definition="x < y")._repr_html_()
    assert "A &amp; B 甲" in html
    assert "x &lt; y" in html
