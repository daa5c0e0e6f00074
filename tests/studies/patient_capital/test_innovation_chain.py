"""The page on the innovation chain: estimates in their places, and what carries them."""

import numpy as np
import pandas as pd
import pytest

from analysis.claims.exhibit import tiles
from analysis.display.charts import entity_map
from analysis.studies.patient_capital.pages import innovation_chain as chain


@pytest.fixture(scope="module")
def made(explored):
    """The claims, what is explored besides them, and its numbers."""
    family, page = explored("innovation-chain")
    return family, page, page.numbers


@pytest.fixture(scope="module")
def sales(made):
    return chain._sales(made[0].m24)


def test_every_outcome_stands_on_a_stage_of_the_chain():
    assert {stage for stage, _ in chain.PLACES.values()} == set(chain.STAGES["stage"])


def test_the_picture_of_funds_holds_the_declared_readings(made, sales):
    page, _, seen = made
    rows = pd.DataFrame(chain._fund_rows(page, sales))
    found = rows.set_index(["group", "label"])["estimate"]
    basic, *_ = page.m22.secondary
    line = basic.lines["two_way"]
    assert found["loans", "basic research"] == line.estimate * line.scale
    first, second = page.m25.evidence.findings
    assert found["loans", "new-product sales"] == first.estimate
    assert found["public patient funding", "new-product sales"] == second.estimate
    assert found["industrial finance", "technology sales"] == seen["chain_tmo_ifin_std"]
    assert len(found) == 10
    assert (rows["low"] < rows["estimate"]).all()
    assert (rows["estimate"] < rows["high"]).all()


def test_the_contrast_of_m24_lies_between_its_two_slopes_in_sign(made, sales):
    # Scaled by the spread of the difference, a contrast keeps the sign of the difference.
    page, _, _ = made
    rows = pd.DataFrame(chain._product_rows(page, sales))
    slope = rows[rows["group"] == "patient funding × finance"].set_index("label")["estimate"]
    for reading, other in zip(
        page.m24.readings, ("invention share of grants", "new-product sales"), strict=True
    ):
        assert np.sign(reading.lines["two_way"].estimate) == np.sign(
            slope["technology sales"] - slope[other]
        )


def test_straight_lines_take_from_a_product_what_least_squares_says(made):
    page, _, seen = made
    reading = page.m28.readings[0]
    panel = page.m28.panel
    index = reading.estimates["two_way"].fitted.index
    before = panel.frame[["htp", "ifin"]].astype(float).groupby(level=0).shift(1).loc[index]
    centred = before - before.mean()
    product = (centred["htp"] * centred["ifin"]).to_numpy()
    entity = pd.get_dummies(index.get_level_values(0), dtype=float).to_numpy()
    year = pd.get_dummies(index.get_level_values(1), dtype=float).to_numpy()
    output = panel["gdp_per_head"].groupby(level=0).first().reindex(index, level=0).to_numpy()
    rest = [entity, year, year * (output / output.mean())[:, None], centred.to_numpy()]
    trend = entity * (index.get_level_values(1).to_numpy() - 2017.0)[:, None]

    def left(columns):
        z = np.column_stack(columns)
        return (product - z @ np.linalg.lstsq(z, product, rcond=None)[0]).var()

    share = 100 * (1 - left([*rest, trend]) / left(rest))
    assert seen["chain_m28_straight_declared"] == pytest.approx(share, abs=1e-6)


def test_the_heaviest_entity_carries_more_than_an_equal_share(made):
    _, _, seen = made
    for name in chain.LINES:
        assert 100 / 31 < seen[f"chain_{name}_heaviest_share"] < 100


def test_the_degree_is_the_root_of_its_two_factors(made):
    page, _, _ = made
    first, last = page.m29.results["years"]
    parts = chain._degree_parts(page.m29.panel, first, last)
    np.testing.assert_allclose(parts["d_wang"] ** 2, parts["balance"] * parts["link_mean"])
    # The corrected C by its formula (Wang Shujia et al. 2021); levels are scores over 1.0001, the
    # shift of the scaling.
    high = np.maximum(parts["pcp"], parts["ifin"]) / 1.0001
    low = np.minimum(parts["pcp"], parts["ifin"]) / 1.0001
    np.testing.assert_allclose(
        parts["balance"], np.sqrt((1 - (high - low)) * low / high), atol=2e-4
    )


def test_numbers_of_the_degree_agree_with_the_sentence_of_the_claim(made):
    page, shown, seen = made
    said = page.m29.evidence.describes
    assert (
        f"from {seen['chain_degree_wang_first']:.2f} to {seen['chain_degree_wang_last']:.2f}"
        in said
    )
    assert f"rises in {seen['chain_degree_wang_rises']} of them" in said
    assert seen["chain_degree_rises"] + seen["chain_degree_falls"] == seen["chain_degree_both"]
    balance = next(row for row in shown.grids["degree"].rows if row[0].startswith("C*"))
    assert balance[2] == f"{seen['chain_degree_balance_last']:.2f}"


def test_the_second_outcome_of_m26_is_read(made):
    page, _, seen = made
    assert page.m26.claim.secondary.outcomes == ("invsh",)
    assert seen["chain_lag_other_low"] < seen["chain_lag_other_std"] < seen["chain_lag_other_high"]
    assert seen["chain_lag_other_std"] != page.m26.evidence.findings[0].estimate


def test_a_map_around_a_value_has_two_sides(study):
    panel = study.panel("china")
    values = pd.Series({"CN-BJ": 0.2, "CN-TJ": -0.1, "CN-HE": 0.0})
    ax = entity_map(tiles(panel, values), "change", around=0).figure.axes[0]
    places = panel.entities[["tile_col", "tile_row"]]
    faces = {tuple(patch.get_xy()): patch.get_facecolor() for patch in ax.patches}
    up, down, level = (faces[tuple(places.loc[code])] for code in values.index)
    assert up[0] > up[2]
    assert down[2] > down[0]
    assert min(level[:3]) > 0.9
    assert {"+0.20", "−0.10", "0.00", "—"} <= {text.get_text() for text in ax.texts}
