"""A channel: paths against R, the bootstrap against re-estimation, sensitivity by brute force."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate
from analysis.inference.sensitivity.channel import bootstrap_products, channel, interval, product_at
from analysis.inference.sensitivity.mediation import mediation
from analysis.models import Specification, fit
from tests.goldens.read import FOLDER, golden

R = golden("sensitivity")
SPEC = Specification("lcrmrte", ["lprbarr"], controls=["ldensity"], lag=0)


@pytest.fixture(scope="module")
def crime(make_panel):
    d = pd.read_csv(Path(FOLDER) / "data" / "Crime.csv")
    d["entity"] = d["county"].map("c{:03d}".format)
    return make_panel(d.drop(columns="county").set_index(["entity", "year"]).sort_index())


@pytest.fixture(scope="module")
def found(crime):
    return mediation(SPEC, crime, "lpolpc", draws=500)


def test_paths_and_product_are_those_of_r_plm(found):
    a, b = R["channel.m_on_x.b.lprbarr"], R["channel.y_on_both.b.lpolpc"]
    assert found.x_to_m.estimate == pytest.approx(a, rel=1e-8)
    assert found.m_to_y.estimate == pytest.approx(b, rel=1e-8)
    assert found.product == pytest.approx(a * b, rel=1e-8)
    assert found.direct.estimate == pytest.approx(R["channel.y_on_both.b.lprbarr"], rel=1e-8)
    assert found.total.estimate == pytest.approx(R["channel.y_on_x.b.lprbarr"], rel=1e-8)
    assert found.rho_zero == pytest.approx(R["channel.rho"], rel=1e-8)


def test_clustered_errors_are_those_of_r_plm_with_the_project_s_factor(found):
    def factor(k):
        return np.sqrt(90 / 89 * 629 / (630 - k))

    for line, name, k in (
        (found.x_to_m, "m_on_x.CR0.se.lprbarr", found.parameters - 1),
        (found.total, "y_on_x.CR0.se.lprbarr", found.parameters - 1),
        (found.m_to_y, "y_on_both.CR0.se.lpolpc", found.parameters),
        (found.direct, "y_on_both.CR0.se.lprbarr", found.parameters),
    ):
        assert line.se == pytest.approx(R[f"channel.{name}"] * factor(k), rel=1e-8)


def test_path_to_the_mediator_is_the_estimate_of_that_regression(found, crime):
    spec = Specification("lpolpc", ["lprbarr"], controls=["ldensity"], lag=0)
    line = estimate(spec, crime).coefficient("lprbarr")
    same = found.x_to_m
    for name in ("estimate", "se", "p", "low", "high", "se_cr3", "low_cr3", "high_cr3"):
        assert getattr(same, name) == pytest.approx(getattr(line, name), rel=1e-7)


def test_total_is_direct_plus_product(found):
    assert found.total.estimate == pytest.approx(found.direct.estimate + found.product)


@pytest.mark.parametrize("effects", ["two_way", "entity_trends", "first_difference"])
def test_a_draw_equals_estimating_the_drawn_panel(panel, make_panel, effects):
    """Draw clusters, give copies names of their own, run the whole pipeline."""
    spec = Specification("y", ["a"], controls=["b"], lag=1, effects=effects)
    wide = Specification(
        "y", ["a"], controls=["b", "c"], lags={"c": 0}, effects=effects
    )  # fmt: skip
    fitted = fit(wide, panel)
    z = np.column_stack([fitted.x_nested, fitted.y_nested])
    products = bootstrap_products(z, fitted.nuisance, fitted.clusters, 0, 3, seed=4)
    groups = len(fitted.cluster_labels)
    weights = np.random.default_rng(4).multinomial(groups, np.full(groups, 1 / groups), size=3)
    frame, compared = panel.frame, 0
    for weight, product in zip(weights, products, strict=True):
        copies = []
        for name, times in zip(fitted.cluster_labels, weight, strict=True):
            for i in range(times):
                piece = frame.xs(name, level=0, drop_level=False).reset_index()
                copies.append(piece.assign(entity=f"{name}-{i}"))
        drawn = pd.concat(copies).set_index(["entity", "year"]).sort_index()
        found = mediation(spec, make_panel(drawn), "c", draws=100)
        if found.n == (weight[fitted.clusters]).sum():  # no year lost all its rows but one
            assert product == pytest.approx(found.product, rel=1e-7)
            compared += 1
    assert compared >= 2


def test_interval_is_reproducible_and_does_not_depend_on_the_chunk(crime, monkeypatch):
    first = mediation(SPEC, crime, "lpolpc", draws=300, seed=1)
    monkeypatch.setattr("analysis.inference.sensitivity.channel._CHUNK", 70)
    again = mediation(SPEC, crime, "lpolpc", draws=300, seed=1)
    other = mediation(SPEC, crime, "lpolpc", draws=300, seed=2)
    assert (first.low, first.high, first.p) == pytest.approx((again.low, again.high, again.p))
    assert (first.low, first.high) != (other.low, other.high)
    assert first.low < first.product < first.high


def test_p_value_is_where_the_interval_meets_zero():
    products = np.arange(-9.5, 190.5)  # 10 of 200 draws are negative
    low, high, p = interval(products, 0.05)
    assert p == pytest.approx(2 * 11 / 201)
    assert low < 0 < high
    assert interval(products, 2 * p)[0] > 0
    assert interval(-products, 0.05)[2] == p


def test_product_at_a_correlation_equals_its_definition():
    # Choose b so that the error of M and that of Y given M correlate at rho; then a·b is what the
    # closed form says (Imai, Keele and Yamamoto 2010).
    rng = np.random.default_rng(3)
    x, v, u = rng.normal(size=(3, 400))
    m = 0.6 * x + v
    y = 0.3 * x + 0.5 * m + u + 0.4 * v
    x, m, y = (c - c.mean() for c in (x, m, y))
    found = channel(x[:, None], m, y, 0)
    e_m, e_y = m - found.a * x, y - found.total * x
    for rho in (-0.5, 0.0, 0.2, 0.7):
        b = brentq(lambda b, r=rho: np.corrcoef(e_m, e_y - b * e_m)[0, 1] - r, -20, 20)
        assert product_at(rho, found) == pytest.approx(found.a * b, rel=1e-9)
    assert product_at(0.0, found) == pytest.approx(found.a * found.b)
    assert product_at(found.rho_zero, found) == pytest.approx(0, abs=1e-12)
    with pytest.raises(SpecificationError, match="must lie between"):
        product_at(1.0, found)


def test_confounding_of_known_strength_is_undone():
    # The errors correlate at 0.6 by construction and M does nothing: a·b at 0.6 must vanish.
    rng = np.random.default_rng(6)
    n = 200_000
    x, v, w = rng.normal(size=(3, n))
    m, y = 0.5 * x + v, 0.2 * x + 0.6 * v + 0.8 * w
    found = channel(x[:, None], m, y, 0)
    assert found.a * found.b > 0.2
    assert product_at(0.6, found) == pytest.approx(0, abs=0.01)


def test_mediator_keeps_its_own_lag(full_panel):
    spec = Specification("y", ["a"], lag=2)
    found = mediation(spec, full_panel, "b", mediator_lag=1, draws=100)
    later = full_panel.with_columns(
        pd.DataFrame({"b1": full_panel.frame["b"].groupby(level=0).shift(1)}),
        {"b1": full_panel.describe("b")},
    )
    assert mediation(spec, later, "b1", draws=100).product == pytest.approx(found.product)
    assert found.mediator_lag == 1


def test_region_clusters_are_resampled_whole(crime, make_panel):
    frame = crime.frame.assign(block=np.repeat(np.arange(90) // 3, 7).astype(float))
    spec = Specification("lcrmrte", ["lprbarr"], controls=["ldensity"], lag=0, cluster="block")
    found = mediation(spec, make_panel(frame), "lpolpc", draws=200)
    assert found.clusters == 30
    assert "resamples of 30 clusters (by block" in " ".join(found.notes)


def test_result_is_plain(found):
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["rho_zero"] ** 2 == pytest.approx(plain["r2_zero"])
    assert list(found.tidy()["path"]) == ["x_to_m", "m_to_y", "direct", "total", "product"]
    assert found.at_rho(found.rho_zero) == pytest.approx(0, abs=1e-12)
    html = found._repr_html_()
    assert "M → Y given X (association)" in html
    assert "is an association" in html
    assert found.n == found.grid_rows == 630


def test_refusals(panel, make_panel):
    spec = Specification("y", ["a"])
    with pytest.raises(UnknownNameError, match="treatment 'b'"):
        mediation(spec, panel, "c", treatment="b")
    with pytest.raises(SpecificationError, match="regressed on products"):
        mediation(Specification("y", ["a", "b"], [["a", "b"]]), panel, "c")
    with pytest.raises(SpecificationError, match="would come after mediator 'c'"):
        mediation(spec, panel, "c", mediator_lag=2)
    with pytest.raises(SpecificationError, match="20 draws give no interval"):
        mediation(spec, panel, "c", draws=20)
    with pytest.raises(SpecificationError, match="'y' is the outcome and also a regressor"):
        mediation(spec, panel, "y")
    frame = panel.frame.assign(lone=0.0)
    frame.loc[("e03", 2005), "lone"] = 1.0
    frame.loc[("e04", 2006), "lone"] = 1.0
    with pytest.raises(SpecificationError, match="resamples of clusters lose 'lone' or 'c'"):
        mediation(Specification("y", ["lone"], lag=0), make_panel(frame), "c")
