import json

import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate
from analysis.inference.clusters.leverage import (
    cluster_leverage,
    effective_clusters,
    influence,
    partial_leverage,
)
from analysis.models import Specification
from tests.goldens.read import golden

# plm numbers Grunfeld's firms, statsmodels names them.
FIRMS = [
    "General Motors", "US Steel", "General Electric", "Chrysler", "Atlantic Refining", "IBM",
    "Union Oil", "Westinghouse", "Goodyear", "Diamond Match",
]  # fmt: skip


@pytest.fixture(scope="module")
def found(grunfeld):
    return influence(estimate(Specification("invest", ["value", "capital"], lag=0), grunfeld))


def test_r_on_the_regression_with_all_dummies(found):
    r = golden("clusters")  # R 4.2.2, lm and hatvalues
    table = found.of("value").set_index("cluster")
    assert set(FIRMS) == set(found.clusters)
    for number, firm in enumerate(FIRMS, 1):
        row = table.loc[firm]
        assert row["leverage"] == pytest.approx(r[f"leverage.{number}"], rel=1e-8)
        assert row["partial_leverage"] == pytest.approx(r[f"partial.value.{number}"], rel=1e-8)
        assert row["estimate_without"] == pytest.approx(r[f"without.{number}.value"], rel=1e-8)
        shift = r[f"without.{number}.value"] - golden("grunfeld")["tw.b.value"]
        assert row["shift"] == pytest.approx(shift, abs=1e-9)
        at = found.clusters.index(firm)
        assert found.without[at, 1] == pytest.approx(r[f"without.{number}.capital"], rel=1e-8)


def test_sums_and_order(found):
    # Two slopes and the year effects less one (the firm effects span their sum).
    assert found.leverage.sum() == pytest.approx(21)
    np.testing.assert_allclose(found.partial.sum(axis=0), 1)
    assert found.of("value")["cluster"].iloc[0] == "General Motors"
    assert found.of("value")["partial_leverage"].is_monotonic_decreasing
    assert found.tidy().shape == (20, 8)
    assert (found.sizes == 20).all()


def test_effective_number_by_hand(found):
    weights = np.array([golden("clusters")[f"partial.value.{i}"] for i in range(1, 11)])
    # Carter, Schnepel and Steigerwald (2017): G/(1+Γ), Γ the squared coefficient of variation;
    # for weights that sum to one this is the inverse of the sum of their squares.
    assert found.effective[0] == pytest.approx(1 / (weights**2).sum(), rel=1e-8)
    assert effective_clusters(np.ones((7, 1)))[0] == 7
    assert effective_clusters(np.eye(7)[:, :1])[0] == pytest.approx(1)
    assert effective_clusters(np.array([[3.0], [1.0]]))[0] == pytest.approx(2 / 1.25)


def test_correlated_errors_have_no_effective_number_under_entity_effects(found, panel):
    assert np.isnan(found.effective_correlated).all()
    by_year = estimate(Specification("y", ["a"], effects="entity", cluster="year"), panel)
    sums = np.bincount(by_year.fitted.clusters, weights=by_year.fitted.x[:, 0])
    got = influence(by_year).effective_correlated
    np.testing.assert_allclose(got, effective_clusters(sums[:, None] ** 2), rtol=1e-9)
    assert 1 <= got[0] <= by_year.clusters


def test_partial_leverage_is_of_the_residual_on_the_other_regressors():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 3)) @ rng.normal(size=(3, 3))
    clusters = np.repeat(np.arange(8), 5)
    others = x[:, 1:]
    rest = x[:, 0] - others @ np.linalg.lstsq(others, x[:, 0], rcond=None)[0]
    expected = (rest**2).reshape(8, 5).sum(axis=1) / (rest**2).sum()
    np.testing.assert_allclose(partial_leverage(x, clusters)[:, 0], expected, rtol=1e-9)
    # Collinear and empty columns change nothing.
    wide = np.column_stack([x, x.sum(axis=1), np.zeros(40)])
    np.testing.assert_allclose(cluster_leverage(wide, clusters), cluster_leverage(x, clusters))


def test_words_and_dictionary(found):
    assert found.notes[0].startswith("Effective number of clusters for Label of capital: 2.0 of 10")
    assert "General Motors alone gives 69%" in found.notes[0]
    back = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert back["effective_correlated"][0] is None
    assert len(back["clusters"]) == 10
    assert "Label of value: General Motors" in found._repr_html_()
    with pytest.raises(UnknownNameError, match="Unknown term 'values'"):
        found.of("values")


def test_coefficient_that_rests_on_one_cluster_is_refused(make_panel, gappy):
    gappy["only"] = np.where(gappy.index.get_level_values(0) == "e04", gappy["b"], 0.0)
    with pytest.raises(SpecificationError, match="Without e04 the coefficient of 'only'"):
        influence(estimate(Specification("y", ["a", "only"], lag=0), make_panel(gappy)))
