import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.certificates.design import Design
from analysis.certificates.procedures.dynamic import PERSISTENCE, simulate_dynamic
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.dynamic.bias import adjusted_score, half_panel, nickell_bias, within
from analysis.inference.dynamic.design import dynamic_design, long_run, percentiles
from analysis.inference.dynamic.lagged import with_lagged_outcome
from analysis.inference.dynamic.lagged_outcome import dynamic_panel
from analysis.models import Sample, Specification, estimation_rows, fit
from analysis.models.design import build_design
from tests.goldens.read import FOLDER

SPEC = Specification("y", ["a"])
EFFECTS = ["entity", "two_way", "region_year", "entity_trends"]


def blocks_of(spec, panel):
    dynamic, wide = with_lagged_outcome(spec, panel)
    rows = estimation_rows(dynamic, wide)
    return dynamic, wide, rows, dynamic_design(build_design(dynamic, wide, rows))


def ones(design):
    return np.ones((1, len(design.years)))


def dummies(codes):
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


def by_hand(frame, effects):
    """Within estimates with every effect spelled out as a column."""
    entity, year = frame.index.get_level_values(0), frame.index.get_level_values(1).to_numpy(int)
    region = np.array([int(e[1:]) % 3 for e in entity])
    own = dummies(entity)
    free = {
        "entity": [own],
        "two_way": [own, dummies(year)],
        "region_year": [own, dummies(region * 10_000 + year)],
        "entity_trends": [own, dummies(year), own * (year - 2006)[:, None]],
    }[effects]
    x = frame.iloc[:, 1:].to_numpy()
    solved = np.linalg.lstsq(np.column_stack([x, *free]), frame.iloc[:, 0], rcond=None)[0]
    return solved[: x.shape[1]]


def test_within_on_empluk_is_that_of_stata(make_panel):
    # Roodman (2009, Stata Journal 9(1), section 2): xtreg n nL1 nL2 w wL1 k kL1 kL2 ys ysL1 ysL2
    # yr*, fe gives .7329476 for the first lag of employment.
    data = pd.read_csv(FOLDER / "data" / "EmplUK.csv").set_index(["firm", "year"])
    grid = pd.MultiIndex.from_product([sorted(data.index.unique(0)), range(1976, 1985)])
    logs = np.log(data[["emp", "wage", "capital", "output"]]).reindex(grid)
    logs.index = logs.index.set_levels([f"f{i:03d}" for i in logs.index.levels[0]], level=0)
    logs.index.names = ["entity", "year"]
    terms = ["wage", "capital", "output"]
    for name, j in (("emp", 2), ("wage", 1), ("capital", 1), ("capital", 2), ("output", 1),
                    ("output", 2)):  # fmt: skip
        logs[f"{name}{j}"] = logs[name].groupby(level=0).shift(j)
        terms.append(f"{name}{j}")
    result = dynamic_panel(Specification("emp", terms, lag=0), make_panel(logs), draws=9)
    assert result.n == 751
    assert result.persistence("within").estimate == pytest.approx(0.7329476, abs=1e-7)


@pytest.mark.parametrize("effects", EFFECTS)
def test_within_is_what_fit_estimates(effects, panel):
    dynamic, wide, rows, design = blocks_of(replace(SPEC, effects=effects), panel)
    found, fine = within(design.whole, ones(design))
    assert fine.all()
    np.testing.assert_allclose(found[0, :, 0], fit(dynamic, wide, rows).coefficients, rtol=1e-7)


@pytest.mark.parametrize("effects", EFFECTS)
def test_half_panel_jackknife_by_hand(effects, panel):
    _, _, rows, design = blocks_of(replace(SPEC, effects=effects), panel)
    frame = rows.frame
    rank = frame.groupby(level=0).cumcount()
    size = frame.groupby(level=0)[""].transform("size")
    parts = []
    for cut in (size // 2, (size + 1) // 2):
        parts += [by_hand(frame[rank < cut], effects), by_hand(frame[rank >= cut], effects)]
    assert (size % 2 == 1).any()
    assert len(design.halves) == 2
    expected = 2 * by_hand(frame, effects) - np.mean(parts, axis=0)
    found = half_panel(design, ones(design))[0]
    np.testing.assert_allclose(found[0, :, 0], expected, rtol=1e-6)


def test_even_panels_are_split_once(full_panel):
    spec = replace(SPEC, sample=Sample(first_year=2002))
    assert len(blocks_of(spec, full_panel)[3].halves) == 1


@pytest.mark.parametrize("effects", ["entity", "two_way", "entity_trends"])
def test_adjusted_score_solves_its_equation(effects, panel):
    _, _, rows, design = blocks_of(replace(SPEC, effects=effects), panel)
    (rho, slope), _, root = (part[0] for part in adjusted_score(design, ones(design)))
    assert root
    frame = rows.frame
    # Residuals at this persistence, all else least squares, every effect spelled out.
    left = (frame[""] - rho[0] * frame["y(t-1)"]).to_frame("").assign(a=frame["a"])
    entity = frame.index.get_level_values(0)
    year = frame.index.get_level_values(1).to_numpy(int)
    own = dummies(entity)
    trends = [own * (year - 2006)[:, None]] if effects == "entity_trends" else []
    free = [own, *([] if effects == "entity" else [dummies(year)]), *trends]
    columns = np.column_stack([left["a"], *free])
    b = np.linalg.lstsq(columns, left[""], rcond=None)[0]
    assert slope[0] == pytest.approx(b[0], rel=1e-6)
    e = left[""].to_numpy() - columns @ b
    total = 0.0
    for name in np.unique(entity):
        mine = np.flatnonzero(entity == name)
        nested = np.ones((len(mine), 1))
        if effects == "entity_trends":
            nested = np.column_stack([nested, year[mine]])
        remover = np.eye(len(mine)) - nested @ np.linalg.pinv(nested)
        gap = year[mine][:, None] - year[mine]
        powers = np.where(gap > 0, rho[0] ** (np.maximum(gap, 1) - 1), 0.0)
        bias = np.trace(remover @ powers) / np.trace(remover)
        total += frame["y(t-1)"].to_numpy()[mine] @ e[mine] - bias * e[mine] @ e[mine]
    scale = frame["y(t-1)"].to_numpy() @ frame["y(t-1)"].to_numpy()
    assert abs(total) < 1e-8 * scale


def test_nickell_bias_at_known_points():
    # Two rows: -(1+rho)/2, Nickell (1981, equation 19 onwards); rho = 1: -3/(T+1), Harris and
    # Tzavalis (1999).
    for rho in (0.0, 0.3, 0.9):
        assert nickell_bias(rho, 2) == pytest.approx(-(1 + rho) / 2, rel=1e-12)
    assert nickell_bias(1.0, 11) == -3 / 12
    assert nickell_bias(1 - 1e-5, 11) == pytest.approx(-3 / 12, abs=1e-4)
    assert nickell_bias(0.5, 200) == pytest.approx(-1.5 / 199, rel=0.03)
    assert np.isnan(nickell_bias(1.1, 11))
    assert np.isnan(nickell_bias(0.5, 1))
    assert nickell_bias(-0.4, 3.5) == pytest.approx(
        (nickell_bias(-0.4, 3) + nickell_bias(-0.4, 4)) / 2
    )


def test_corrections_undo_the_bias_that_nickell_predicts():
    # 600 entities: what is left is bias, not chance (standard errors near 0.02).
    design = Design(entities=600, years=12, common=0.0)
    panel = simulate_dynamic(design, np.random.default_rng(4))
    frame = panel.frame.copy()
    frame.loc[np.random.default_rng(1).random(len(frame)) < 0.05, "y"] = np.nan
    holed = replace(panel, frame=frame)
    for data in (panel, holed):
        blocks = blocks_of(Specification("y", ["x"]), data)[3]
        raw = within(blocks.whole, ones(blocks))[0][0, 0, 0]
        periods = float(blocks.sizes.mean())
        assert raw - PERSISTENCE == pytest.approx(nickell_bias(PERSISTENCE, periods), abs=0.03)
        score = adjusted_score(blocks, ones(blocks))[0][0, 0, 0]
        halved = half_panel(blocks, ones(blocks))[0][0, 0, 0]
        assert score == pytest.approx(PERSISTENCE, abs=0.05)
        assert halved == pytest.approx(PERSISTENCE, abs=0.06)


def test_drawing_an_entity_twice_is_having_it_twice(gappy, make_panel):
    _, _, _, design = blocks_of(SPEC, make_panel(gappy))
    weights = np.ones((1, 12))
    weights[0, 3], weights[0, 7] = 2.0, 0.0
    twin = gappy.loc[["e03"]].rename(index={"e03": "e12"}, level=0)
    double = pd.concat([gappy.drop("e07", level=0), twin]).sort_index()
    _, _, _, other = blocks_of(SPEC, make_panel(double))
    for estimator in (lambda d, w: within(d.whole, w), half_panel, adjusted_score):
        np.testing.assert_allclose(
            estimator(design, weights)[0], estimator(other, ones(other))[0], rtol=1e-6
        )


def test_result_can_stand_alone(panel):
    result = dynamic_panel(SPEC, panel, draws=49)
    again = dynamic_panel(SPEC, panel, draws=49)
    other = dynamic_panel(SPEC, panel, draws=49, seed=1)
    pd.testing.assert_frame_equal(result.tidy(), again.tidy())
    assert (result.tidy()["se"] != other.tidy()["se"]).all()
    assert result.n + sum(d.rows for d in result.dropped) == result.grid_rows
    line = result.line("a")
    assert line.long_run == pytest.approx(line.estimate / (1 - result.persistence().estimate))
    assert line.long_run_low <= line.long_run_high
    assert result.nickell == nickell_bias(result.persistence().estimate, result.rows_per_entity)
    assert len(result.terms) == 6
    assert np.isnan(result.persistence().long_run)
    json.dumps(result.to_dict(), allow_nan=False)
    html = result._repr_html_()
    assert "in the long run" in html
    assert "Nickell" in html
    assert any("49 resamples" in note for note in result.notes)
    with pytest.raises(UnknownNameError, match="Unknown estimator 'gmm'"):
        result.line("a", "gmm")
    with pytest.raises(UnknownNameError, match="Unknown term 'b'"):
        result.line("b")


def test_long_run_effects_without_a_bound():
    found = long_run(np.array([0.2, 0.2, -0.2]), np.array([0.5, 1.0, 1.1]))
    np.testing.assert_array_equal(found, [0.4, np.inf, -np.inf])
    assert percentiles(np.array([0.0, 1.0, np.inf, np.inf]), 0.05)[1] == np.inf


def test_persistence_near_one_is_called_unbounded():
    panel = simulate_dynamic(Design(entities=12, years=8), np.random.default_rng(3))
    frame = panel.frame.assign(y=panel.frame["y"].groupby(level=0).cumsum())
    result = dynamic_panel(Specification("y", ["x"]), replace(panel, frame=frame), draws=49)
    assert result.explosive > 0.05
    assert "unbounded" in result._repr_html_()
    assert any("one or more in" in note for note in result.notes)
    json.dumps(result.to_dict(), allow_nan=False)


def test_clusters_may_hold_entities_but_not_cut_them(gappy, make_panel):
    panel = make_panel(gappy)
    assert dynamic_panel(replace(SPEC, cluster="group"), panel, draws=9).clusters == 6
    with pytest.raises(SpecificationError, match="e00 has rows in two clusters by year"):
        dynamic_panel(replace(SPEC, cluster="year"), panel, draws=9)


def test_what_cannot_be_estimated_is_refused(gappy, make_panel):
    gappy["own"] = np.repeat(np.arange(12.0), 11)
    gappy["late"] = np.where(gappy.index.get_level_values(1) > 2008, gappy["a"], 0.0)
    gappy["one"] = np.where(gappy.index.get_level_values(0) == "e04", gappy["a"], 0.0)
    gappy["flat"] = 3.0
    panel = make_panel(gappy)

    def call(spec, **options):
        return dynamic_panel(spec, panel, **{"draws": 19, **options})

    with pytest.raises(SpecificationError, match="Regressor 'own' is absorbed"):
        call(Specification("y", ["own"]))
    with pytest.raises(SpecificationError, match="does not vary within one half"):
        call(Specification("y", ["late"]))
    with pytest.raises(SpecificationError, match="resamples identify every coefficient"):
        call(Specification("y", ["one"]))
    with pytest.raises(SpecificationError, match="Outcome 'flat' does not vary"):
        call(Specification("flat", ["a"]))
    with pytest.raises(SpecificationError, match="not defined with first differences"):
        call(replace(SPEC, effects="first_difference"))
    with pytest.raises(SpecificationError, match="at least 2 draws, not 1"):
        call(SPEC, draws=1)
    with pytest.raises(SpecificationError, match="must lie between 0 and 1"):
        call(SPEC, level=0.0)
    with pytest.raises(UnknownNameError, match="Unknown variable 'q'"):
        call(Specification("q", ["a"]))


def test_short_entities_are_counted(full_panel, make_panel):
    frame = full_panel.frame.copy()
    frame.loc[("e05", slice(2004, 2011)), "y"] = np.nan
    result = dynamic_panel(SPEC, make_panel(frame), draws=19)
    assert any("1 of 12 firms have fewer than four rows" in note for note in result.notes)
