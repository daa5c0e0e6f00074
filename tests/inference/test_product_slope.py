"""The slope of a product along a third variable, against a regression centred at each point."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data import Variable
from analysis.errors import SpecificationError
from analysis.inference import estimate
from analysis.inference.marginal import product_slope
from analysis.models import Specification

TRIPLE = "a:b:c"
SPEC = Specification(
    "y", ("a", "b", "c", TRIPLE), lag=1, interactions=(("a", "b"), ("a", "c"), ("b", "c"))
)


def with_triple(panel, centre=None):
    centred = panel.frame - panel.frame.mean()
    third = centred["c"] if centre is None else panel["c"] - centre
    column = pd.DataFrame({TRIPLE: centred["a"] * centred["b"] * third})
    return panel.with_columns(column, {TRIPLE: Variable(TRIPLE, "Triple product")})


@pytest.fixture
def found(panel):
    wide = with_triple(panel)
    made = estimate(SPEC, wide)
    return panel, made, product_slope(made, wide, TRIPLE, "c", points=7)


def test_each_point_is_the_pair_of_a_regression_centred_there(found):
    panel, made, slope = found
    scale = made.coefficient("a:b").scale
    for row in slope.curve.iloc[[0, 3, 6]].itertuples():
        line = estimate(SPEC, with_triple(panel, row.at)).coefficient("a:b")
        wanted = scale * np.array([line.estimate, line.low_cr3, line.high_cr3])
        np.testing.assert_allclose([row.effect, row.low, row.high], wanted, rtol=1e-6)


def test_a_planted_triple_product_is_found(full_panel):
    frame = full_panel.frame.copy()
    before = frame[["a", "b", "c"]].groupby(level=0).shift(1)
    mean = frame[["a", "b", "c"]].mean()
    a, b, c = (before[n] - mean[n] for n in "abc")
    frame["y"] = 1.5 * a * b + 0.7 * a * b * c + 0.001 * frame["y"]
    wide = with_triple(replace(full_panel, frame=frame))
    made = estimate(SPEC, wide)
    slope = product_slope(made, wide, TRIPLE, "c")
    planted = (1.5 + 0.7 * (slope.curve["at"] - mean["c"])) * made.coefficient("a:b").scale
    np.testing.assert_allclose(slope.curve["effect"], planted, atol=0.01)


def test_support_is_dated_by_the_year_of_the_moderator(found):
    panel, made, slope = found
    assert len(slope.support) == made.n
    assert slope.support["year"].max() == made.last_year - 1
    seen = panel["c"].loc[[(e, y - 1) for e, y in made.fitted.index]]
    np.testing.assert_array_equal(slope.support["at"].to_numpy(), seen.to_numpy())


def test_what_is_no_triple_product_is_refused(found, panel):
    made = found[1]
    with pytest.raises(SpecificationError, match="no product of three"):
        product_slope(made, panel, "a:b", "b")
    with pytest.raises(SpecificationError, match="no product of three"):
        product_slope(made, panel, TRIPLE, "d")
    plain = estimate(replace(SPEC, interactions=(("a", "c"), ("b", "c"))), with_triple(panel))
    with pytest.raises(SpecificationError, match="needs all its pairs"):
        product_slope(plain, panel, TRIPLE, "c")
