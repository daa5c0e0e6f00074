"""Slopes along a moderator are those of the estimate, seen from either side."""

from types import SimpleNamespace as Of

import pytest

from analysis.claims.explore.moderation import THIRDS, slopes
from analysis.errors import SpecificationError
from analysis.inference import estimate_columns
from analysis.inference.marginal import marginal_effects
from analysis.models import Specification


@pytest.fixture
def product(full_panel):
    spec = Specification("y", ("a", "b"), lag=0, interactions=[("a", "b")])
    estimates = estimate_columns(spec, full_panel, ["two_way"])
    reading = Of(focal="a:b", estimates=estimates, regression=Of(panel=full_panel))
    study = Of(measures=Of(measures={}))
    return Of(claim=Of(id="M99"), panel=full_panel, readings=[reading], study=study)


@pytest.mark.parametrize(("of", "by"), [("a", "b"), ("b", "a")])
def test_slopes_are_those_of_the_thirds_from_either_side(product, of, by):
    estimate = product.readings[0].estimates["two_way"]
    bins = marginal_effects(estimate, product.panel, of, by).bins
    page = slopes(product, of, by)
    got = [page.numbers[f"m99_{of}_{third}_std"] for third in THIRDS]
    assert got == pytest.approx(bins["effect"].tolist())
    assert [row[0] for row in page.grids["m99_thirds"].rows] == list(THIRDS)
    assert f"Label of {by}" in page.exhibits["m99_slopes"].values["xlabel"]


def test_slopes_of_another_product_are_refused(product):
    with pytest.raises(SpecificationError, match="not about a along y"):
        slopes(product, "a", "y")
