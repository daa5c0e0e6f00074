"""Joint covariances and ratios: against R, against each fit's own errors, against each other."""

import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference import estimate
from analysis.inference.form.joint import combine, fieller, joint
from analysis.models import Specification


def test_diagonal_is_what_each_fit_prints(panel):
    specs = [Specification("y", ["a", "b"], effects=e) for e in ("two_way", "first_difference")]
    results = [estimate(s, panel) for s in specs]
    found = joint([r.fitted for r in results], [("a",), ("b",)])
    lines = [results[0].coefficient("a"), results[1].coefficient("b")]
    assert np.sqrt(np.diag(found.cr1)) == pytest.approx([x.se for x in lines], rel=1e-10)
    assert np.sqrt(np.diag(found.cr3)) == pytest.approx([x.se_cr3 for x in lines], rel=1e-10)
    assert found.estimates == pytest.approx([x.estimate for x in lines])


def test_the_same_fit_twice_is_perfectly_correlated(panel):
    fitted = estimate(Specification("y", ["a"]), panel).fitted
    gap = combine("gap", np.array([1.0, -1.0]), joint([fitted, fitted], [("a",), ("a",)]))
    assert (gap.estimate, gap.se, gap.se_cr3) == (0.0, 0.0, 0.0)
    assert np.isnan(gap.p)


def test_clusters_only_one_fit_sees_count_as_unrelated(panel):
    from dataclasses import replace

    spec = Specification("y", ["a"])
    less = replace(spec, sample=replace(spec.sample, exclude_entities=("e00", "e03")))
    one, two = (estimate(s, panel).fitted for s in (spec, less))
    found = joint([one, two], [("a",), ("a",)])

    def scores(f):
        rows = {f.cluster_labels[g]: f.clusters == g for g in range(len(f.cluster_labels))}
        k, n, groups = f.parameters, f.n, len(rows)
        scale = np.sqrt(groups / (groups - 1) * (n - 1) / (n - k)) / (f.x[:, 0] @ f.x[:, 0])
        return {g: scale * f.x[r, 0] @ f.residuals[r] for g, r in rows.items()}

    a, b = scores(one), scores(two)
    assert found.cr1[0, 1] == pytest.approx(sum(a[g] * b[g] for g in b))
    assert found.dof == 9


def test_fieller_interval_is_where_the_test_passes():
    v = np.array([[0.04, 0.01], [0.01, 0.02]])
    ratio = fieller(1.0, 0.8, v, 2.0)
    for theta in (ratio.low, ratio.high):
        se = np.sqrt(v[0, 0] - 2 * theta * v[0, 1] + theta**2 * v[1, 1])
        assert abs(1.0 - theta * 0.8) / se == pytest.approx(2.0)
    assert ratio.shape == "interval"
    assert ratio.low < 1.25 < ratio.high


@pytest.mark.parametrize(("top", "shape"), [(1.0, "rays"), (0.05, "line")])
def test_fieller_with_a_denominator_near_zero_is_no_interval(top, shape):
    v = np.diag([0.04, 0.04])
    ratio = fieller(top, 0.1, v, 2.0)
    assert ratio.shape == shape
    inside = np.linspace(-30, 30, 2001)
    passes = np.abs(top - inside * 0.1) <= 2.0 * np.sqrt(0.04 + inside**2 * 0.04)
    expected = (inside <= ratio.low) | (inside >= ratio.high) if shape == "rays" else True
    assert (passes == expected).all()


def test_a_coefficient_on_one_cluster_has_no_joint_error(make_panel, gappy):
    from analysis.models import fit

    gappy["only"] = 0.0
    gappy.loc[[("e04", year) for year in range(2006, 2012)], "only"] = 1.0
    fitted = fit(Specification("y", ["a", "only"]), make_panel(gappy))
    with pytest.raises(SpecificationError, match="Without e04"):
        joint([fitted], [("a",)])
