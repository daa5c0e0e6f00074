"""The largest of many t statistics against its own bootstrap distribution."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError
from analysis.inference import estimate, wild
from analysis.inference.clusters.shared_rows import share_rows
from analysis.inference.clusters.wild import search_test
from analysis.models import Specification, estimation_rows
from analysis.models.design import build_design

SPEC = Specification("y", ("a", "b"))


def scores(panel, columns, effects="two_way"):
    """Each column alone beside the terms of the specification."""
    spec = SPEC.with_effects(effects)
    design = build_design(spec, panel, estimation_rows(spec, panel))
    x = np.stack([np.column_stack([c, design.x]) for c in columns(design)])
    return share_rows(design).slopes(np.broadcast_to(design.y, x.shape[:2]), x).scores


def steps(design):
    a, b = design.x.T
    return [a * (b > g) for g in np.quantile(b, [0.2, 0.4, 0.6, 0.8])]


@pytest.mark.parametrize("effects", ["two_way", "region_year", "entity_trends"])
@pytest.mark.parametrize("weights", ["rademacher", "webb"])
def test_one_candidate_is_the_bootstrap_of_one_coefficient(effects, weights, panel):
    options = {"draws": 499, "weights": weights, "seed": 3}
    own = scores(panel, lambda d: [d.x[:, 0]], effects)  # repeated by the specification: no slope
    with pytest.raises(SpecificationError, match="None of 1 candidates has a slope"):
        search_test(own, **options)
    spec = SPEC.with_effects(effects)
    design = build_design(spec, panel, estimation_rows(spec, panel))
    rows = share_rows(design)
    for name, order in (("a", [0, 1]), ("b", [1, 0])):
        found = rows.slopes(design.y[None], design.x[None][..., order]).scores
        theirs = wild(estimate(spec, panel), name, interval=False, **options)
        assert search_test(found, **options) == (theirs.p, 0)


def test_all_signs_are_enumerated_as_for_one_coefficient(panel):
    found = scores(panel, steps)
    p, best = search_test(found, draws=4096, weights="rademacher")
    again = search_test(found, draws=9999, weights="rademacher", seed=8)
    assert (p, best) == again
    assert p * 4096 == pytest.approx(round(p * 4096))
    assert p >= 2 / 4096  # the sample and its mirror image


def test_a_search_never_rejects_before_its_best_candidate_does(panel):
    found = scores(panel, steps)
    single = [search_test([one], draws=999)[0] for one in found]
    p, best = search_test(found, draws=999)
    t = [abs(one.estimate / one.se) for one in found]
    assert best == int(np.argmax(t))
    assert p >= max(single[best], min(single))
    assert p <= sum(single)  # nor after Bonferroni's
    assert search_test([found[best]] * 3, draws=999)[0] == single[best]


def test_candidates_without_a_slope_are_passed_over(panel):
    found = scores(panel, steps)
    wider = scores(panel, lambda d: [d.x[:, 1], *steps(d), 1.0 + 0 * d.y, d.clusters * 1.0])
    p, best = search_test(found, draws=499)
    assert search_test(wider, draws=499) == (p, best + 1)


def test_the_level_is_kept_where_nothing_is_to_be_found(make_panel):
    rng = np.random.default_rng(4)
    index = pd.MultiIndex.from_product(
        [[f"e{i:02d}" for i in range(20)], range(2001, 2011)], names=["entity", "year"]
    )
    rejected, single, panels = 0, 0, 200
    for _ in range(panels):
        values = rng.normal(size=(3, 20, 10))
        for year in range(1, 10):
            values[..., year] += 0.7 * values[..., year - 1]
        frame = pd.DataFrame(values.reshape(3, -1).T, index=index, columns=list("aby"))
        found = scores(make_panel(frame), steps)
        rejected += search_test(found, draws=199)[0] < 0.05
        single += min(search_test([one], draws=199)[0] for one in found) < 0.05
    assert 0.01 <= rejected / panels <= 0.10
    assert single > rejected  # a search that is not part of the test rejects too often
