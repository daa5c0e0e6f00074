"""The page on equity and debt: pictures and tables that say what they are."""

import re

import numpy as np
import pytest

from analysis.data.firm_panel import firm_fields
from analysis.display.charts import draw

SERVED = ("M11", "M39", "M40", "M41", "M42", "M47")
SYNTHETIC = ("synthetic_table", "measures", "undefined")


@pytest.fixture(scope="module")
def made(explored):
    return explored("equity-and-debt")


@pytest.fixture(scope="module")
def page(made):
    return made[1]


def words(picture):
    texts = [t.get_text() for ax in picture.figure.axes for t in ax.texts]
    return texts + [t.get_text() for ax in picture.figure.axes for t in ax.get_yticklabels()]


def test_a_panel_of_firms_serves_six_claims_and_the_others_wait(made, study, archive):
    claims = study.ledger.filter(family="equity-and-debt")
    served = [row[0] for row in made[1].grids["needs"].rows]
    assert served == list(SERVED)
    assert [claim.id for claim in claims if claim.id in SERVED] == served
    for claim in claims:
        first, *further = archive.datasets_of(claim.id)
        record = archive.record(claim.id, first)
        assert claim.status == record.verdict.word == "needs user data"
        assert not (claim.id in SERVED and further), "figures of firms are needed, and no others do"


def test_numbers_carry_the_prefix_and_agree_with_the_table(page):
    seen = page.numbers
    assert all(name.startswith("firms_") for name in seen)
    assert (seen["firms_us_rows"], seen["firms_us_firms"]) == (6208, 803)
    assert seen["firms_largest_gap"] < 2e-9, "ours and the published figures agree as printed"
    # Percent per ten points of the printed coefficient of column 3.
    assert seen["firms_col3_estimate"] == pytest.approx(100 * np.expm1(10 * 0.009687237), abs=1e-6)
    assert "0.0097" in str(page.grids["replication_table"])


def test_ours_lies_on_the_published_figure(page):
    ax = draw(page.exhibits["replication"]).figure.axes[0]
    ours, diamonds = (
        np.array([line.get_xydata()[0] for line in ax.lines if line.get_marker() == shape])
        for shape in "oD"
    )
    np.testing.assert_allclose(diamonds, ours[: len(diamonds)], atol=1e-5)
    assert ax.get_title(loc="right") == "diamond: published"


@pytest.mark.parametrize("name", ["replication", "owners", "synthetic"])
def test_zero_stands_on_every_axis(page, name):
    for ax in draw(page.exhibits[name]).figure.axes:
        low, high = ax.get_xlim()
        assert low < 0 < high


def test_every_invented_piece_says_synthetic(page):
    assert "synthetic" in words(draw(page.exhibits["synthetic"]))
    marked = {name for name, grid in page.grids.items() if grid.caption.startswith("Synthetic")}
    assert marked == set(SYNTHETIC)


def test_tables_say_which_figures_are_ours_alone(page):
    owners, replication = (page.grids[f"{name}_table"] for name in ("owners", "replication"))
    assert "Our own regressions on the same firms" in owners.caption
    published = [row[replication.heads.index("Published")] for row in replication.rows]
    assert published.count("–") == 3, "nothing read for three rows"
    assert "of 6,208" in str(owners), "rows left out are counted"


def test_fields_name_every_column(page):
    named = [row[1].split("\n")[0] for row in page.grids["fields"].rows]
    assert named == [f"`{field.column}`" for field in firm_fields().values()]


def test_negative_figures_carry_a_minus_sign_and_not_a_hyphen(page):
    shown = [w for w in words(draw(page.exhibits["owners"])) if re.search(r"\d", w)]
    assert any(w.startswith("−") for w in shown)
    assert not any(w.startswith("-") for w in shown)
