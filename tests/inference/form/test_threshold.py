"""The panel threshold: against a brute-force search in R, and on planted steps and bends.

Hansen's own investment data (565 firms) come with none of the libraries used here, so his figures
(threshold .0157, sum of squares 17.7817) cannot be a golden. The grid is held instead against a
search by lm over every value of Grunfeld's capital, balanced and unbalanced.
"""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.form.threshold import threshold
from analysis.models import Specification

FAST = {"draws": 99, "grid": 60}
SPEC = Specification("y", ["a"], lag=0)

# R 4.2.2: for each of 160 values of capital with 10% to 90% of rows below, lm(inv ~ terms + value *
# (capital <= v) + effects); errors vcovCL(HC0) of sandwich 3.0-2 times the CR1 factor.
# gamma, S0, S1, F1, ends of the 95% LR set, slopes and errors below and above, error of the gap.
GOLDEN = {
    ("two_way", ()): (
        321.3, 1116160.811165703, 562751.288393836, 168.161371365, 279.1, 443.0,
        [0.133371992277, 0.207369872725], [0.0206558075623, 0.0267897944917], 0.00712863725776,
    ),
    ("two_way", ("capital",)): (
        261.4, 452147.0703789373, 416555.5739179992, 14.6106456759, 213.8, 336.2,
        [0.117203007918, 0.141717017605], [0.00935477296813, 0.01304125749603], 0.00916714677058,
    ),
    ("entity", ()): (
        323.1, 1412316.53986285, 626014.939459655, 238.648145052, 279.1, 443.0,
        [0.126636764508, 0.203283340597], [0.0216524900078, 0.0276847693067], 0.00617199022006,
    ),
}  # fmt: skip
# The same without firm 3 before 1938, firm 7 after 1950 and firm 10 in 1944.
UNBALANCED = (
    321.3, 1090601.446226593, 549848.496801929, 160.303667772, 279.1, 443.0,
    [0.138471879103, 0.212608041598], [0.0135017261447, 0.0193045661257], 0.00704894399159,
)  # fmt: skip


def hold(found, expected):
    gamma, s0, s1, f, low, high, slopes, errors, gap = expected
    assert (found.gamma, found.gamma_low, found.gamma_high) == pytest.approx((gamma, low, high))
    assert (found.ssr_linear, found.ssr, found.f) == pytest.approx((s0, s1, f), rel=1e-9)
    lines = found.regimes.terms[:2]
    assert [x.estimate for x in lines] == pytest.approx(slopes, rel=1e-7)
    assert [x.se for x in lines] == pytest.approx(errors, rel=1e-7)
    assert found.differences[0].estimate == pytest.approx(slopes[1] - slopes[0], rel=1e-7)
    assert found.differences[0].se == pytest.approx(gap, rel=1e-7)


@pytest.mark.parametrize("case", list(GOLDEN), ids=str)
def test_grunfeld_reproduces_a_brute_force_search_in_r(case, grunfeld):
    effects, controls = case
    spec = Specification("invest", ["value"], controls=controls, lag=0, effects=effects)
    found = threshold(spec, grunfeld, "capital", draws=99)
    hold(found, GOLDEN[case])
    assert len(found.path) == 160
    assert (found.p == 0.01) == (found.f > 100)


def test_unbalanced_grunfeld_reproduces_r(make_panel, grunfeld):
    # R plm's firms 3, 7 and 10 by the name statsmodels gives them.
    frame = grunfeld.frame.copy()
    gone = [("General Electric", range(1935, 1938)), ("Union Oil", range(1951, 1955))]
    for firm, years in (*gone, ("Diamond Match", [1944])):
        frame.loc[[(firm, y) for y in years], "invest"] = np.nan
    spec = Specification("invest", ["value"], lag=0)
    found = threshold(spec, make_panel(frame), "capital", draws=99)
    hold(found, UNBALANCED)
    assert any("unbalanced" in note for note in found.notes)
    assert found.dropped[0].rows == 8


def planted(make_panel, frame, shape, seed=1):
    rng = np.random.default_rng(seed)
    frame = frame.assign(y=shape(frame) + 0.5 * rng.normal(size=len(frame)))
    return make_panel(frame)


def step(frame):
    return frame["a"] * np.where(frame["c"] > 0.3, 1.5, 0.2)


def test_a_planted_step_is_found_and_beats_the_curves(make_panel, full_panel):
    found = threshold(SPEC, planted(make_panel, full_panel.frame, step), "c", **FAST)
    assert found.gamma == pytest.approx(0.3, abs=0.15)
    assert found.gamma_low <= found.gamma <= found.gamma_high
    assert found.p == 0.01
    assert found.differences[0].low < 1.3 < found.differences[0].high
    assert not found.smooth_fits_better
    assert found.rows_low + found.rows_high == found.regimes.n


def test_a_smooth_bend_passes_the_test_but_loses_to_the_quadratic(make_panel, full_panel):
    panel = planted(make_panel, full_panel.frame, lambda f: f["a"] ** 2)
    found = threshold(SPEC, panel, "a", **FAST)
    assert found.p <= 0.05  # so the test alone would have sold a threshold
    assert found.smooth_fits_better
    assert any("do not tell a threshold from a smooth bend" in note for note in found.notes)


def test_rivals_are_regressions_on_the_same_rows(make_panel, full_panel):
    from analysis.models import fit

    panel = planted(make_panel, full_panel.frame, lambda f: f["a"] ** 2)
    found = threshold(SPEC, panel, "a", **FAST).models.set_index("model")
    square = fit(Specification("y", ["a"], [["a", "a"]], lag=0), panel)
    ssr = square.residuals @ square.residuals
    assert found.loc["quadratic", "ssr"] == pytest.approx(ssr, rel=1e-9)
    n, k = square.n, 12 + 10 + 2  # entities, years less one, two slopes
    assert found.loc["quadratic", "parameters"] == k
    assert found.loc["quadratic", "bic"] == pytest.approx(n * np.log(ssr / n) + k * np.log(n))
    assert found.loc["threshold", "parameters"] == k + 1
    other = threshold(SPEC, panel, "b", **FAST).models.set_index("model")
    product = fit(Specification("y", ["a"], lag=0), panel)
    assert other.loc["linear", "ssr"] == pytest.approx(product.residuals @ product.residuals)
    assert other.loc["spline", "parameters"] == k + 1


@pytest.mark.parametrize("effects", ["region_year", "entity_trends", "first_difference"])
def test_other_effects_search_the_same_model(make_panel, full_panel, effects):
    panel = planted(make_panel, full_panel.frame, step)
    panel = replace(panel, entities=full_panel.entities)  # the regions
    found = threshold(SPEC.with_effects(effects), panel, "c", **FAST)
    assert found.gamma == pytest.approx(0.3, abs=0.2)
    fitted = found.regimes.fitted
    assert found.ssr == pytest.approx(fitted.residuals @ fitted.residuals, rel=1e-8)


def test_two_switching_slopes_and_the_level(make_panel, full_panel):
    spec = Specification("y", ["a", "b"], lag=0)
    panel = planted(make_panel, full_panel.frame, step)
    found = threshold(spec, panel, "c", of=("a", "b"), shift=True, **FAST)
    fitted = found.regimes.fitted
    assert len(found.differences) == 2
    assert len(found.regimes.terms) == 5
    assert found.ssr == pytest.approx(fitted.residuals @ fitted.residuals, rel=1e-8)


def test_lags_reach_the_threshold_variable(make_panel, full_panel):
    frame = full_panel.frame.copy()
    lagged = frame.groupby(level=0).shift(2)
    rng = np.random.default_rng(4)
    frame["y"] = step(lagged) + 0.3 * rng.normal(size=len(frame))
    found = threshold(Specification("y", ["a"], lag=2), make_panel(frame), "c", **FAST)
    assert found.gamma == pytest.approx(0.3, abs=0.15)


def test_missing_threshold_values_are_counted_as_such(make_panel, full_panel):
    frame = full_panel.frame.copy()
    frame.loc[[("e01", 2003), ("e02", 2004)], "c"] = np.nan
    found = threshold(SPEC, make_panel(frame), "c", **FAST)
    assert [str(d) for d in found.dropped] == ["threshold variable c missing: 2"]


def test_same_seed_same_answer_and_wild_signs_agree_roughly(full_panel):
    one, two = (threshold(SPEC, full_panel, "c", draws=399, grid=60) for _ in range(2))
    assert (one.p, one.critical) == (two.p, two.critical)
    wild = threshold(SPEC, full_panel, "c", draws=399, grid=60, scheme="wild")
    assert wild.p == pytest.approx(one.p, abs=0.15)


def test_errors_name_what_is_wrong(full_panel, make_panel):
    cases = [
        ({"by": "y"}, "select on it"),
        ({"by": "c", "of": ("b",)}, "slope of 'b' cannot switch"),
        ({"by": "c", "trim": 0.6}, "Trim 0.6"),
        ({"by": "c", "draws": 5}, "say too little"),
        ({"by": "c", "scheme": "pairs"}, "Unknown scheme 'pairs'"),
        ({"by": "flag"}, "takes too few values"),
    ]
    panel = make_panel(full_panel.frame.assign(flag=1.0))
    for options, message in cases:
        with pytest.raises(SpecificationError, match=message):
            threshold(SPEC, panel, **{**FAST, **options})
    with pytest.raises(UnknownNameError, match="nothing"):
        threshold(SPEC, panel, "nothing", **FAST)
    product = replace(SPEC, regressors=("a", "b"), interactions=(("a", "b"),))
    with pytest.raises(SpecificationError, match="stands in no product"):
        threshold(product, panel, "c", **FAST)


def test_result_is_json_and_a_table(full_panel):
    found = threshold(SPEC, full_panel, "c", **FAST)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert len(plain["path"]) == len(found.path)
    assert isinstance(found.tidy(), pd.DataFrame)
    html = found._repr_html_()
    assert "Label of a where c" in html
    assert "t(G−1)" in html
    assert html.count("<table") == 1
