"""The page on equity and debt: cards, pictures and tables that say what they are."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import display
from analysis.claims import ledger
from analysis.data.firm_panel import firm_fields
from analysis.display import charts
from analysis.display.extras import firms


@pytest.fixture(scope="module")
def published():
    """The page and every number it publishes."""
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        original = firms.publish
        patch.setattr(firms, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        page = display.firms_page()
    return page, seen


def words(picture):
    texts = [t.get_text() for ax in picture.figure.axes for t in ax.texts]
    return texts + [t.get_text() for ax in picture.figure.axes for t in ax.get_yticklabels()]


def test_every_claim_of_the_chapter_has_a_card_and_its_status(published):
    page, _ = published
    wanted = {c.id for c in ledger() if c.family == "equity-and-debt"}
    assert set(page.cards) == set(page.studies) == wanted
    for claim, card in page.cards.items():
        assert f"Claim {claim}" in card.text
        assert "needs user data" in card.text


def test_numbers_carry_the_prefix_and_agree_with_the_table(published):
    page, seen = published
    assert all(name.startswith("firms_") for name in seen)
    assert (seen["firms_us_rows"], seen["firms_us_firms"]) == (6208, 803)
    assert seen["firms_largest_gap"] < 2e-9, "ours and the published figures agree as printed"
    # Percent per ten points of the printed coefficient of column 3.
    assert seen["firms_col3_estimate"] == pytest.approx(100 * np.expm1(10 * 0.009687237), abs=1e-6)
    assert "0.0097" in page.replication_table.text


def test_ours_lies_on_the_published_figure(published):
    page, _ = published
    ax = page.replication.figure.axes[0]
    ours, diamonds = (
        np.array([line.get_xydata()[0] for line in ax.lines if line.get_marker() == shape])
        for shape in "oD"
    )
    np.testing.assert_allclose(diamonds, ours[: len(diamonds)], atol=1e-5)
    assert ax.get_title(loc="right") == "diamond: published"


@pytest.mark.parametrize("name", ["replication", "owners", "synthetic"])
def test_zero_stands_on_every_axis(published, name):
    for ax in getattr(published[0], name).figure.axes:
        low, high = ax.get_xlim()
        assert low < 0 < high


def test_every_invented_piece_says_synthetic(published):
    page, _ = published
    assert "synthetic" in words(page.synthetic)
    for piece in (page.synthetic_table, page.measures, page.undefined):
        assert re.search(r"<caption>Synthetic firm", piece.text)
    assert "Synthetic" not in page.replication_table.text + page.owners_table.text


def test_tables_say_which_figures_are_ours_alone(published):
    page, _ = published
    assert "Our own regressions on the same firms" in page.owners_table.text
    assert page.replication_table.text.count("<td>–</td>") == 3, "nothing read for three rows"
    assert "of 6,208" in page.owners_table.text, "rows left out are counted"


def test_fields_and_needs_name_every_column(published):
    page, _ = published
    for field in firm_fields().values():
        assert f"<code>{field.column}</code>" in page.fields.text
    for claim in page.cards:
        assert f'<th scope="row">{claim}</th>' in page.needs.text


def test_negative_figures_carry_a_minus_sign_and_not_a_hyphen(published):
    shown = [w for w in words(published[0].owners) if re.search(r"\d", w)]
    assert any(w.startswith("−") for w in shown)
    assert not any(w.startswith("-") for w in shown)


def test_replication_draws_a_row_without_a_published_figure():
    row = {"label": "a", "estimate": 2.0, "low": 1.0, "high": 3.0, "low_wide": 0.5,
           "high_wide": 4.0, "published": 2.0}  # fmt: skip
    rows = pd.DataFrame([row, row | {"label": "b", "published": float("nan")}])
    ax = charts.grouped_effects(rows, "percent").figure.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
    assert sum(line.get_marker() == "D" for line in ax.lines) == 1
