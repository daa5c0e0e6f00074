import json

import numpy as np
import pandas as pd
import pytest

from analysis.certificates.design import Design, panel_from
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.dynamic.lagged import with_lagged_outcome
from analysis.inference.dynamic.panel_var import panel_var
from analysis.models import Specification, fit

SPEC = Specification("y", ["a"])


def dummies(codes):
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


def test_both_equations_by_hand_on_shared_rows(panel, gappy):
    result = panel_var(SPEC, panel, draws=19)
    lagged = gappy[["y", "a"]].groupby(level=0).shift(1).add_suffix("_before")
    rows = gappy[["y", "a"]].join(lagged).dropna()
    effects = [dummies(rows.index.get_level_values(i)) for i in (0, 1)]
    x = np.column_stack([rows[["y_before", "a_before"]], *effects])
    assert result.n == len(rows)
    assert result.n + sum(d.rows for d in result.dropped) == result.grid_rows
    for outcome in "ya":
        expected = np.linalg.lstsq(x, rows[outcome], rcond=None)[0][:2]
        found = [result.line(term, outcome, "within").estimate for term in "ya"]
        np.testing.assert_allclose(found, expected, rtol=1e-7)
    matrix = [[result.line(t, o, "within").estimate for t in "ya"] for o in "ya"]
    root = np.abs(np.linalg.eigvals(np.array(matrix))).max()
    assert result.roots["within"][0] == pytest.approx(root)


def test_first_equation_is_a_dynamic_panel(full_panel):
    from analysis.inference.dynamic.lagged_outcome import dynamic_panel

    var, single = panel_var(SPEC, full_panel, draws=49), dynamic_panel(SPEC, full_panel, draws=49)
    for estimator in ("within", "half_panel_jackknife"):
        here, there = var.line("a", "y", estimator), single.line("a", estimator)
        # Same rows, same resamples: the same figures.
        assert here.estimate == pytest.approx(there.estimate, rel=1e-7)
        assert here.se == pytest.approx(there.se, rel=1e-6)
        assert here.scale == pytest.approx(there.scale)


def loop(n=900, years=12, seed=2):
    """y and x drive each other: 0.5 own, 0.2 from x to y, -0.3 from y to x."""
    rng = np.random.default_rng(seed)
    y, x = np.zeros((2, n, years + 30))
    own = rng.normal(size=(2, n))
    for t in range(1, years + 30):
        y[:, t] = 0.5 * y[:, t - 1] + 0.2 * x[:, t - 1] + own[0] + rng.normal(size=n)
        x[:, t] = -0.3 * y[:, t - 1] + 0.5 * x[:, t - 1] + own[1] + rng.normal(size=n)
    return panel_from({"y": y[:, 30:], "x": x[:, 30:]})


def test_jackknife_finds_a_loop_that_within_misses():
    result = panel_var(Specification("y", ["x"]), loop(), draws=19)
    truth = {("y", "y"): 0.5, ("x", "y"): 0.2, ("y", "x"): -0.3, ("x", "x"): 0.5}
    for (term, outcome), value in truth.items():
        assert result.line(term, outcome).estimate == pytest.approx(value, abs=0.06)
    assert result.line("y", "y", "within").estimate < 0.45
    # Eigenvalues 0.5 ± i·√0.06.
    assert result.roots["half_panel_jackknife"][0] == pytest.approx(np.sqrt(0.31), abs=0.06)


def test_result_can_stand_alone(panel):
    result = panel_var(SPEC, panel, draws=29)
    pd.testing.assert_frame_equal(result.tidy(), panel_var(SPEC, panel, draws=29).tidy())
    assert len(result.terms) == 8
    json.dumps(result.to_dict(), allow_nan=False)
    assert "Label of a → Label of y" in result._repr_html_()
    with pytest.raises(UnknownNameError, match="Unknown line"):
        result.line("b", "y")


@pytest.mark.parametrize("effects", ["entity", "region_year", "entity_trends"])
def test_other_effects_are_those_of_fit(effects, full_panel):
    spec = Specification("y", ["a"], effects=effects)
    result = panel_var(spec, full_panel, draws=9)
    assert (result.n, result.first_year) == (120, 2002)
    # No cell is missing, so both equations have the rows of the first.
    dynamic, wide = with_lagged_outcome(spec, full_panel)
    found = [result.line(t, "y", "within").estimate for t in "ya"]
    np.testing.assert_allclose(found, fit(dynamic, wide).coefficients, rtol=1e-6)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Specification("y", ["a", "b"]), "takes the outcome and one regressor, and 'b'"),
        (Specification("y", ["a"], controls=["c"]), "and 'c' is one more"),
        (Specification("y", ["a"], interactions=[["a", "a"]]), "and 'a:a' is one more"),
        (Specification("y", ["a"], effects="first_difference"), "not defined with first diff"),
        (Specification("y", ["a"], cluster="year"), "two clusters by year"),
    ],
)
def test_bad_specifications_are_refused(spec, message, panel):
    with pytest.raises(SpecificationError, match=message):
        panel_var(spec, panel, draws=9)
    with pytest.raises(SpecificationError, match="must lie between"):
        panel_var(SPEC, panel, draws=9, level=2.0)


def test_design_of_the_certificate_holds_its_truth():
    from analysis.certificates.procedures.dynamic import PERSISTENCE, simulate_dynamic

    big = Design(entities=400, years=60, effect=0.5, common=0.0)
    panel = simulate_dynamic(big, np.random.default_rng(1))
    result = panel_var(Specification("y", ["x"]), panel, draws=9)
    assert result.line("y", "y").estimate == pytest.approx(PERSISTENCE, abs=0.01)
    assert result.line("x", "y").estimate == pytest.approx(0.5, abs=0.03)
    assert result.line("x", "x").estimate == pytest.approx(0.8, abs=0.01)
    assert result.line("y", "x").estimate == pytest.approx(0.0, abs=0.01)
