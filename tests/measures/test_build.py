from dataclasses import replace

import numpy as np
import pytest

from analysis.data import load
from analysis.errors import DataError, SpecificationError, UnknownNameError
from analysis.measures import (
    build,
    coupling,
    entropy_weights,
    missing_measures,
    score,
    weights,
)
from analysis.measures.weights import EPS
from tests.published import declared

SCHEMES = ["entropy", "equal", "pca", "critic"]


@pytest.fixture
def pcp_panel(toy):
    """Three places, four years, all raw series of the pcp index; one row incomplete."""
    rng = np.random.default_rng(7)
    names = [
        "rd_basic",
        "rd_applied",
        "rd_expenditure",
        "rd_funds_government",
        "gdp",
        "fiscal_science",
        "fiscal_expenditure",
    ]
    columns = {name: rng.lognormal(size=12) for name in names}
    columns["rd_basic"][5] = np.nan
    return toy(columns)


def test_everything_declared_for_the_book_is_built(panel, study):
    built = {name: study.panel(name) for name in study.datasets}
    for item in declared():
        only = getattr(item, "only", ())
        meant = [built[name] for name in only or built if name in built]
        assert any(item.name in one for one in meant), item.name
        assert all(item.name not in one for name, one in built.items() if only and name not in only)
    assert missing_measures(panel, declared()).empty


def test_build_describes_what_it_adds(panel):
    gov = panel.describe("gov")
    assert gov.formula == "rd_funds_government / gdp"
    assert gov.series == ("rd_funds_government", "gdp")
    assert gov.scale == ("gdp",)
    assert (gov.side, gov.direction, gov.processing) == ("funding", 1, "proxy")
    assert (gov.first_year, gov.last_year) == (2010, 2023)
    assert gov.notes.startswith("A proxy for patient capital")
    assert "China Statistical Yearbook on Science and Technology" in gov.publisher
    assert panel.describe("nqp").gaps == ("2017",)
    assert panel.describe("nqp").processing == "index"
    assert set(panel.describe("nqp").scale) == {"gdp"}
    assert "loans" in panel.describe("d_wang").series


def test_ratios_are_the_ratios_of_the_published_figures(panel):
    ratio = panel["rd_funds_government"] / panel["gdp"]
    assert panel["gov"].dropna().to_numpy() == pytest.approx(ratio.dropna().to_numpy())
    # R&D intensity as published uses first GDP figures; the median gap to ours is small.
    gap = (100 * panel["rd_gdp"] - panel["rd_intensity"]).abs()
    assert gap.median() < 0.06


def test_no_column_is_ever_infinite(panel):
    assert not np.isinf(panel.frame.to_numpy(dtype=float)).any()


def test_build_is_idempotent_and_leaves_its_input_alone(raw, panel):
    before = list(raw.frame.columns)
    again = build(panel, declared())
    assert again.frame.equals(panel.frame)
    assert list(raw.frame.columns) == before


def test_the_work_of_a_build_does_not_grow_with_the_panel(raw, calls):
    names = raw.frame.index.unique(0)[:10]
    few = replace(raw, frame=raw.frame.loc[list(names)], entities=raw.entities.loc[names])
    build(few, declared())
    assert calls(lambda: build(raw, declared())) < 1.1 * calls(lambda: build(few, declared()))


def test_a_data_set_without_the_series_gets_what_it_can():
    world = build(load("world"), declared())
    assert "long_assets" in world
    assert "nqp" not in world
    lacks = missing_measures(world, declared()).set_index("measure")["lacks"]
    assert lacks["gov"] == "rd_funds_government, gdp"
    assert lacks["pcp"] == "bas, app, gov, sci"
    assert lacks["d_wang"] == "pcp, ifin"
    assert "long_assets" not in lacks.index


def test_measures_for_another_data_set_are_not_missed(toy):
    lacks = missing_measures(toy({"gdp": np.ones(12)}), declared())
    assert "long_assets" not in set(lacks["measure"])


def test_an_index_that_cannot_vary_is_told_not_raised(pcp_panel, toy):
    flat = toy({name: np.ones(12) for name in pcp_panel.frame.columns})
    built = build(flat, declared())
    assert "bas" in built
    assert "pcp" not in built
    lacks = missing_measures(flat, declared()).set_index("measure")["lacks"]
    assert lacks["pcp"] == "complete rows in which an ingredient varies"
    assert missing_measures(built, declared()).set_index("measure")["lacks"]["pcp"] == lacks["pcp"]


def test_index_by_hand(pcp_panel):
    built = build(pcp_panel, declared())
    x = built.frame[["bas", "app", "gov", "sci"]].dropna()
    z = (x - x.min()) / (x.max() - x.min()) + 1e-4
    by_hand = z.to_numpy() @ entropy_weights(x.to_numpy())
    assert built["pcp"].dropna().to_numpy() == pytest.approx(by_hand)
    assert built["pcp"].isna().sum() == 1


def test_weights_count_every_row(pcp_panel):
    found = weights(pcp_panel, declared(), "pcp")
    assert sum(found.by_ingredient.values()) == pytest.approx(1)
    assert (found.rows, found.rows_dropped) == (11, 1)
    assert found.dropped == {"bas missing": 1}
    assert found.years == (2001, 2002, 2003, 2004)
    assert "bas missing 1" in build(pcp_panel, declared()).describe("pcp").notes


def test_real_weights_count_every_row(panel):
    found = weights(panel, declared(), "nqp")
    assert found.rows + found.rows_dropped == len(panel.frame)
    assert 2017 not in found.years
    assert min(found.years) == 2012
    assert found.dropped["tmo missing"] == panel["tmo"].isna().sum()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_scores_do_not_depend_on_units(pcp_panel, scheme):
    from dataclasses import replace

    other = replace(pcp_panel, frame=pcp_panel.frame * [1, 1, 1, 1e3, 1, 1, 1])
    one, two = (score(p, declared(), "pcp", scheme).dropna().to_numpy() for p in (pcp_panel, other))
    assert one == pytest.approx(two)


@pytest.mark.parametrize("scheme", [*SCHEMES, "topsis"])
def test_scores_of_raw_and_built_panels_agree(raw, panel, scheme):
    one, two = score(raw, declared(), "pcp", scheme), score(panel, declared(), "pcp", scheme)
    assert one.equals(two)
    assert one.dropna().between(0, 1 + EPS).all()


def test_frozen_weights_ignore_the_other_years(panel):
    from dataclasses import replace

    years = panel.frame.index.get_level_values("year")
    frame = panel.frame.copy()
    frame.loc[years > 2016, "bas"] *= 5
    shifted = replace(panel, frame=frame)
    early = range(2011, 2017)
    assert weights(shifted, declared(), "pcp", frozen_years=early) == weights(
        panel, declared(), "pcp", frozen_years=early
    )
    assert weights(panel, declared(), "pcp", frozen_years=early).years == tuple(early)
    old, new = (score(p, declared(), "pcp", frozen_years=early) for p in (panel, shifted))
    assert old[years <= 2016].equals(new[years <= 2016])
    assert (new[years > 2016] > old[years > 2016]).sum() > 100
    assert (
        weights(shifted, declared(), "pcp").by_ingredient
        != weights(panel, declared(), "pcp").by_ingredient
    )


def test_frozen_topsis_scores_all_years(panel):
    found = score(panel, declared(), "pcp", "topsis", frozen_years=range(2011, 2017))
    assert found.notna().sum() == panel["pcp"].notna().sum()


def test_eps_moves_weights_little(panel):
    default, coarse, none = (
        np.array(list(weights(panel, declared(), "nqp", eps=eps).by_ingredient.values()))
        for eps in (1e-4, 1e-2, None)
    )
    assert np.abs(default - none).max() < 0.01
    assert np.abs(default - coarse).max() < 0.05
    assert not np.array_equal(default, coarse)


def test_coordination_columns_match_the_formula(panel):
    u = (panel.frame[["pcp", "ifin"]] / (1 + EPS)).dropna()
    for column, form in (("d_classic", "classic"), ("d_wang", "wang2021")):
        assert panel[column].dropna().to_numpy() == pytest.approx(coupling(u, form).D)
        assert panel[column].notna().sum() == len(u)
    assert (panel["d_wang"].dropna() <= panel["d_classic"].dropna()).all()
    assert (panel["link_weakest"].dropna() <= panel["link_mean"].dropna()).all()


def test_errors_of_indices(panel, toy, pcp_panel):
    with pytest.raises(UnknownNameError, match="Unknown index 'pcq'"):
        weights(panel, declared(), "pcq")
    with pytest.raises(UnknownNameError, match="did you mean entropy"):
        score(panel, declared(), "pcp", "entrop")
    with pytest.raises(SpecificationError, match="which lacks rd_basic"):
        score(toy({"gdp": np.ones(12)}), declared(), "pcp")
    with pytest.raises(DataError, match="0 complete rows in toy"):
        weights(pcp_panel, declared(), "pcp", frozen_years=[1999])
