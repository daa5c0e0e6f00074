import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import spatial_panel, spatial_placebo
from analysis.inference.spatial.design import balanced_rows, spatial_design
from analysis.inference.spatial.spectrum import impacts
from analysis.models import Sample, SpatialWeights, Specification

FIRMS = tuple(f"e{i:02d}" for i in range(12))
SPEC = Specification("y", ("a",), lag=0)


def circle(names=FIRMS, each=1, **options):
    n = len(names)
    raw = sum(np.roll(np.eye(n), s, axis=1) for k in range(1, each + 1) for s in (-k, k))
    return SpatialWeights("circle", tuple(names), raw, **options)


@pytest.fixture
def two_holes(full_panel):
    """e03 lacks y in 2005 and e07 in 2005 and 2006."""
    frame = full_panel.frame.copy()
    frame.loc[[("e03", 2005), ("e07", 2005), ("e07", 2006)], "y"] = np.nan
    return replace(full_panel, frame=frame)


@pytest.fixture(scope="module")
def spilling(make_panel):
    """ρ = 0.5, β = 1, θ = 0.5 on a circle of 40, with entity and year effects."""
    rng, names = np.random.default_rng(5), [f"e{i:02d}" for i in range(40)]
    w = circle(names).matrix
    x, u = rng.normal(size=(2, 40, 10))
    level = rng.normal(size=(40, 1)) + rng.normal(size=(1, 10))
    y = np.linalg.solve(np.eye(40) - 0.5 * w, x + 0.5 * w @ x + level + 0.5 * u)
    index = pd.MultiIndex.from_product([names, range(2001, 2011)], names=["entity", "year"])
    panel = make_panel(pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index))
    return panel, circle(names), Specification("y", ("x",), lag=0)


def test_finds_what_was_put_in(spilling):
    panel, w, spec = spilling
    found = spatial_panel(spec, panel, w)
    truth = np.linalg.inv(np.eye(40) - 0.5 * w.matrix) @ (np.eye(40) + 0.5 * w.matrix)
    direct, total = np.trace(truth) / 40, truth.sum() / 40
    for kind, value in (("direct", direct), ("indirect", total - direct), ("total", total)):
        line = found.effect("x", kind)
        assert line.low < value < line.high
        assert abs(line.estimate - value) < 0.25
        assert line.p < 0.01
    assert all(t.p < 0.01 for t in found.tests)
    assert found.coefficient("W·x").label == "neighbours' Label of x"
    assert (found.n, found.n_entities, found.first_year, found.last_year) == (400, 40, 2001, 2010)


def test_effects_are_those_of_the_coefficients(spilling):
    panel, w, spec = spilling
    for model in ("sdm", "sar", "slx", "sem"):
        found = spatial_panel(spec, panel, w, model=model)
        design = spatial_design(spec, panel, w, transform=True, balance="error")
        by = {c.term: c.estimate for c in found.coefficients}
        rho = 0.0 if model in ("sem", "slx") else by["rho"]
        expected = impacts(
            np.array([rho]), np.array([[by["x"]]]), np.array([[by.get("W·x", 0.0)]]),
            design.spectrum,
        )[0, 0]  # fmt: skip
        got = [found.effect("x", kind).estimate for kind in ("direct", "indirect", "total")]
        np.testing.assert_allclose(got, expected, atol=1e-12)
        assert bool(found.tests) == (model == "sdm")
        assert ("rho" in by) == (model != "slx")
        assert found.covariance.shape == (len(by), len(by))


def test_draws_follow_their_seed(spilling):
    panel, w, spec = spilling
    first, again, other = (
        spatial_panel(spec, panel, w, seed=seed, draws=300).effect("x", "indirect")
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first.estimate == other.estimate
    assert first.low != other.low


def test_scale_is_that_of_other_tables(spilling):
    from analysis.inference import estimate

    panel, w, spec = spilling
    assert spatial_panel(spec, panel, w).effect("x").scale == pytest.approx(
        estimate(spec, panel).coefficient("x").scale
    )


def test_initial_controls_are_taken_out_like_regressors(full_panel):
    """Without spatial lags of their own: the same as naming every product with a year."""
    w, years = circle(), full_panel.frame.index.get_level_values(1)
    first = full_panel.frame["c"].groupby(level=0).transform("first")
    columns = pd.DataFrame({f"c_{t}": first * (years == t) for t in range(2002, 2012)})
    described = {name: full_panel.describe("c") for name in columns}
    wider = full_panel.with_columns(columns, described)
    options = {"model": "sar", "covariance": "information"}
    short = spatial_panel(replace(SPEC, initial=("c",)), full_panel, w, **options)
    long = spatial_panel(replace(SPEC, controls=tuple(columns)), wider, w, **options)
    assert short.rho == pytest.approx(long.rho, abs=1e-7)
    assert short.coefficient("a").estimate == pytest.approx(long.coefficient("a").estimate)
    assert short.coefficient("a").se == pytest.approx(long.coefficient("a").se, rel=1e-4)
    durbin = spatial_panel(replace(SPEC, initial=("c",)), full_panel, w)
    assert {(t.against, t.kind) for t in durbin.tests} == {
        ("sar", "Wald"), ("sar", "LR"), ("slx", "Wald"), ("slx", "LR"), ("sem", "Wald"),
    }  # fmt: skip


def test_products_and_controls_have_effects_of_their_own(full_panel):
    spec = replace(SPEC, regressors=("a", "b"), interactions=(("a", "b"),), controls=("c",))
    found = spatial_panel(spec, full_panel, circle(), covariance="information")
    assert found.effect("a:b").label == "Label of a × Label of b"
    assert [c.term for c in found.coefficients] == [
        "rho", "a", "b", "a:b", "c", "W·a", "W·b", "W·a:b", "W·c",
    ]  # fmt: skip
    assert any("effect of a product" in note for note in found.notes)


def test_missing_cells_are_named(two_holes):
    with pytest.raises(SpecificationError, match=r"e03 2005, e07 2005, e07 2006 are missing: nar"):
        spatial_panel(SPEC, two_holes, circle())


def test_many_missing_cells_are_counted(panel):
    with pytest.raises(SpecificationError, match=r"e00 \d{4}, .* and \d+ more are missing"):
        spatial_panel(SPEC, panel, circle())


def test_largest_balanced_part_is_counted(two_holes):
    found = spatial_panel(SPEC, two_holes, circle(), balance="largest")
    # Without 2005 and e07: 11 × 10 rows; without e03 and e07: 10 × 11; without 2005-06: 12 × 9.
    assert found.n == 110
    assert found.n + sum(d.rows for d in found.dropped) == found.grid_rows == 132
    assert any(
        n.startswith("Left out to balance the panel: entities e03, e07") for n in found.notes
    )
    assert any("hold 2 more entities than the sample" in n for n in found.notes)


def test_either_side_can_be_left_out(full_panel):
    frame = full_panel.frame.copy()
    frame.loc[(slice(None), 2004), "y"] = np.nan
    frame.loc[[("e00", 2004), ("e01", 2004)], "y"] = 1.0
    frame.loc[("e05", slice(2006, 2011)), "y"] = np.nan
    rows, notes = balanced_rows(SPEC, replace(full_panel, frame=frame), "largest")
    assert len(rows.frame) == 11 * 10
    assert notes[0].startswith("Left out to balance the panel: entity e05 and year 2004, 6 rows")
    whole, none = balanced_rows(SPEC, full_panel)
    assert (len(whole.frame), none) == (132, ())


def test_nothing_balanced_is_left(full_panel):
    frame = full_panel.frame.copy()
    frame["y"] = frame["y"].where(np.arange(132) % 11 // 2 == np.arange(132) // 11 % 6)
    with pytest.raises(SpecificationError, match=r"No balanced part with three entities"):
        balanced_rows(SPEC, replace(full_panel, frame=frame), "largest")


@pytest.mark.parametrize(
    ("spec", "options", "message"),
    [
        ({"effects": "region_year"}, {}, r"takes effects 'entity' or 'two_way', not 'region_year'"),
        ({"effects": "first_difference"}, {}, r"not 'first_difference'"),
        ({}, {"model": "sac"}, r"model 'sac' is not known: use one of sdm, sar, sem, slx"),
        ({}, {"correction": "yes"}, r"correction 'yes' is not known"),
        ({}, {"covariance": "hac"}, r"covariance 'hac' is not known"),
        ({}, {"balance": "best"}, r"Balance 'best' is not known: use 'error' or 'largest'"),
        ({}, {"draws": 10}, r"10 draws and level 0.05 do not make an interval"),
        ({}, {"level": 1.5}, r"Level 1.5 must lie"),
        ({"cluster": "region"}, {}, r"by entity, not by 'region': set cluster"),
        ({"initial": ("c",)}, {"model": "sem"}, r"SEM cannot take out 'c' by year"),
        ({"regressors": ("group",)}, {}, r"'group' does not vary beyond entity and year"),
        ({"regressors": ("a", "a2")}, {}, r"'a2' is a linear combination of the terms before it"),
        ({"outcome": "flat"}, {}, r"'flat' does not vary beyond entity and year"),
        ({"outcome": "hot"}, {}, r"'hot' is infinite for e02 in 2003"),
        ({"regressors": tuple("abcdef")}, {}, r"12 entities cannot carry 13 spatial coefficients"),
    ],
)
def test_what_cannot_be_estimated_is_said(full_panel, spec, options, message):
    rng = np.random.default_rng(0)
    more = full_panel.frame[["a"]].rename(columns={"a": "a2"}) * 2 + 1
    more["flat"], more["hot"] = 1.0, full_panel.frame["y"].where(np.arange(132) != 24, np.inf)
    more[["d", "e", "f"]] = rng.normal(size=(132, 3))
    panel = full_panel.with_columns(more, {name: full_panel.describe("a") for name in more})
    with pytest.raises(SpecificationError, match=message):
        spatial_panel(replace(SPEC, **spec), panel, circle(), **options)


def test_weights_must_fit(full_panel):
    with pytest.raises(SpecificationError, match=r"do not know e10, e11: add a row"):
        spatial_panel(SPEC, full_panel, circle(FIRMS[:10]))
    plain = circle(row_standardised=False)
    with pytest.raises(SpecificationError, match=r"'circle' are not row-standardised, so year"):
        spatial_panel(SPEC, full_panel, plain)
    one_way = spatial_panel(SPEC.with_effects("entity"), full_panel, plain)
    assert one_way.stable[1] == pytest.approx(0.5)  # two neighbours of weight one each
    alone = replace(SPEC, sample=Sample(exclude_entities=("e01", "e11")))
    with pytest.raises(SpecificationError, match=r"e00 has no neighbour"):
        spatial_panel(alone, full_panel, circle())


def test_equal_weights_repeat_the_regressors(full_panel):
    """With year effects the mean of all others is minus one's own deviation, up to a factor."""
    equal = SpatialWeights("all", FIRMS, 1 - np.eye(12))
    with pytest.raises(SpecificationError, match=r"'W·a' is a linear combination"):
        spatial_panel(SPEC, full_panel, equal)


def test_unknown_lines_are_named(spilling):
    panel, w, spec = spilling
    found = spatial_panel(spec, panel, w)
    with pytest.raises(UnknownNameError, match=r"Unknown effect 'direct of z'"):
        found.effect("z")
    with pytest.raises(UnknownNameError, match=r"Unknown term 'W·z'"):
        found.coefficient("W·z")


def test_the_table_stands_alone(spilling):
    panel, w, spec = spilling
    found = spatial_panel(spec, panel, w)
    html = found._repr_html_()
    for text in ("Gibbons and Overman 2012", "Lee and Yu 2010", "sandwich by entity", "Indirect",
                 "Wald against SAR", "40 firms", "2001–2010"):  # fmt: skip
        assert text in html
    table = found.tidy()
    assert table["kind"].tolist() == ["direct", "indirect", "total", *["coefficient"] * 3]
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["effects"][0]["estimate"] == found.effect("x").estimate
    assert plain["specification"] == spec.to_mapping()
    assert len(plain["tests"]) == 6


def test_notes_say_what_to_doubt(spilling, monkeypatch):
    panel, w, spec = spilling
    said = []
    monkeypatch.setattr(
        "analysis.inference.spatial.durbin.warnings_for",
        lambda methods, _: said.extend(methods) or tuple(f"<{m}>" for m in methods),
    )
    found = spatial_panel(spec, panel, w, correction="none")
    assert found.notes[-2:] == ("<sdm_direct>", "<sdm_indirect>")
    assert any(n.startswith("Read direct effects first.") for n in found.notes)
    assert any("indirect effect exceeds the direct one for x" in n for n in found.notes)
    assert any("with year effects ρ is biased" in n for n in found.notes)
    assert spatial_panel(spec, panel, w, model="sar").notes[-1] == "<sar>"
    by_information = spatial_panel(spec, panel, w, covariance="information")
    assert by_information.notes[-1] == "<sdm_information>"


def test_unstable_draws_are_counted(make_panel):
    rng, names = np.random.default_rng(6), [f"e{i:02d}" for i in range(12)]
    w = circle(names)
    y = np.linalg.solve(np.eye(12) - 0.9 * w.matrix, rng.normal(size=(12, 5)))
    index = pd.MultiIndex.from_product([names, range(2001, 2006)], names=["entity", "year"])
    frame = pd.DataFrame({"y": y.ravel(), "x": rng.normal(size=60)}, index=index)
    spec = Specification("y", ("x",), lag=0, effects="entity")
    found = spatial_panel(spec, make_panel(frame), w)
    assert any("draws had an unstable ρ and were left out" in n for n in found.notes)


def test_false_maps_do_not_find_it(spilling):
    panel, w, spec = spilling
    found = spatial_placebo(spec, panel, w, maps=25, seed=3)
    table = found.tidy().set_index("quantity")
    assert table.loc["rho", "observed"] == pytest.approx(spatial_panel(spec, panel, w).rho)
    assert table.loc["rho", "share"] == pytest.approx(1 / 26)
    assert abs(table.loc["rho", "median"]) < 0.15
    assert table.loc["indirect of x", "high"] < table.loc["indirect of x", "observed"]
    again = spatial_placebo(spec, panel, w, maps=25, seed=3)
    pd.testing.assert_frame_equal(found.drawn, again.drawn)
    assert json.loads(json.dumps(found.to_dict()))["rows"][0]["quantity"] == "rho"
    assert "25 permutations" in found._repr_html_()
    with pytest.raises(SpecificationError, match=r"5 maps give no range"):
        spatial_placebo(spec, panel, w, maps=5)
