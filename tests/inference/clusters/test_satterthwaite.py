import json

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import sqrtm

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate
from analysis.inference.clusters.satterthwaite import cr2, satterthwaite
from analysis.models import Specification, fit
from tests.goldens.read import FOLDER, golden

SLOPES = ["value", "capital"]
GRUNFELD = Specification("invest", SLOPES, lag=0)


def of(fitted):
    design = np.column_stack([fitted.x_nested, fitted.nuisance])
    return cr2(
        fitted.x, fitted.residuals, fitted.clusters, design, fitted.cluster_labels, fitted.terms
    )


def table(make_panel, name, entity, columns, cluster=None):
    """One of R plm's data sets as a panel, in logs where the column says so."""
    raw = pd.read_csv(FOLDER / "data" / f"{name}.csv").set_index([entity, "year"]).sort_index()
    frame = np.log(raw[columns])
    if cluster:
        frame[cluster] = raw[cluster].astype(float)
    grid = pd.MultiIndex.from_product(frame.index.levels, names=["entity", "year"])
    return make_panel(frame.rename_axis(["entity", "year"]).reindex(grid))


@pytest.mark.parametrize(
    ("effects", "designs"),
    # R clubSandwich 0.5.8: all dummies in the design, firm effects taken out, and plm's object.
    [
        ("two_way", ["club.dummies", "club.firms_out", "club.plm"]),
        ("entity", ["club_one_way.dummies", "club_one_way.firms_out"]),
    ],
)
def test_clubsandwich_on_grunfeld(effects, designs, grunfeld):
    r = golden("grunfeld")
    found = of(fit(GRUNFELD.with_effects(effects), grunfeld))
    for design in designs:
        se, dof = ([r[f"{design}.CR2.{what}.{s}"] for s in SLOPES] for what in ("se", "df"))
        np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), se, rtol=1e-8)
        np.testing.assert_allclose(found.dof, dof, rtol=1e-7)


def test_taking_out_both_effects_and_forgetting_the_years_is_another_figure(grunfeld):
    r = golden("grunfeld")
    fitted = fit(GRUNFELD, grunfeld)
    wrong = cr2(fitted.x, fitted.residuals, fitted.clusters, fitted.x)
    se = np.sqrt(np.diag(wrong.covariance))
    # clubSandwich makes the same mistake when handed the demeaned regression: 22% too small.
    np.testing.assert_allclose(se, [r[f"club.both_out.CR2.se.{s}"] for s in SLOPES], rtol=1e-8)
    assert se[0] < 0.8 * r["club.dummies.CR2.se.value"]


@pytest.mark.parametrize(
    ("name", "entity", "terms", "outcome", "cluster", "key"),
    # R clubSandwich 0.5.8 on the regression with all dummies: unbalanced, and coarser clusters.
    [
        ("EmplUK", "firm", ["wage", "capital"], "emp", "entity", "empluk.by_firm"),
        ("Produc", "state", ["pc", "emp"], "gsp", "entity", "produc.by_state"),
        ("Produc", "state", ["pc", "emp"], "gsp", "area", "produc.by_region"),
    ],
)
def test_clubsandwich_on_other_panels(name, entity, terms, outcome, cluster, key, make_panel):
    r = golden("clusters")
    panel = table(
        make_panel, name, entity, [*terms, outcome], cluster="region" * (name == "Produc")
    )
    renamed = make_panel(panel.frame.rename(columns={"region": "area"}))
    found = satterthwaite(
        estimate(Specification(outcome, terms, lag=0, cluster=cluster), renamed)
    ).tidy()
    for column, what in (("estimate", "b"), ("se", "CR2.se"), ("dof", "CR2.df")):
        expected = [r[f"{key}.{what}.log({s})"] for s in terms]
        np.testing.assert_allclose(found[column], expected, rtol=2e-7)


def test_formula_spelled_out_with_square_matrices(panel):
    fitted = fit(Specification("y", ["a", "b"], effects="region_year"), panel)
    design = np.column_stack([fitted.x_nested, fitted.nuisance])
    rest = np.eye(fitted.n) - design @ np.linalg.pinv(design, rcond=1e-10)
    bread = np.linalg.inv(fitted.x.T @ fitted.x)
    pieces = np.zeros((fitted.clusters.max() + 1, fitted.n, 2))
    for g in range(len(pieces)):
        at = fitted.clusters == g
        root = np.linalg.pinv(np.real(sqrtm(rest[np.ix_(at, at)] + 0j)), rcond=1e-5)
        pieces[g][at] = root @ fitted.x[at] @ bread
    scores = np.einsum("gnk,n->gk", pieces, fitted.residuals)
    found = of(fitted)
    np.testing.assert_allclose(found.covariance, scores.T @ scores, rtol=1e-6)
    for j in range(2):
        p = pieces[:, :, j] @ rest @ pieces[:, :, j].T
        assert found.dof[j] == pytest.approx(np.trace(p) ** 2 / (p**2).sum(), rel=1e-6)


def test_unbiased_under_the_working_model(full_panel):
    # Independent equal errors: the mean of V over draws is the true variance, 4 MC errors allowed.
    fitted = fit(Specification("y", ["a"], lag=0), full_panel)
    design = np.column_stack([fitted.x_nested, fitted.nuisance])
    rng = np.random.default_rng(5)
    true = 1 / (fitted.x.T @ fitted.x)[0, 0]
    drawn = []
    hat = design @ np.linalg.pinv(design, rcond=1e-10)
    entity = (fitted.clusters[:, None] == np.arange(12)).astype(float)
    for _ in range(400):
        e = rng.normal(size=fitted.n)
        e -= entity @ (entity.T @ e / entity.sum(axis=0))
        drawn.append(cr2(fitted.x, e - hat @ e, fitted.clusters, design).covariance[0, 0])
    assert np.mean(drawn) == pytest.approx(true, abs=4 * np.std(drawn) / 20)


def test_result_reads_each_coefficient_against_its_own_t(grunfeld):
    from scipy.stats import t

    found = satterthwaite(estimate(GRUNFELD, grunfeld), level=0.1)
    value = found.coefficient("value")
    assert value.p == pytest.approx(2 * t.sf(value.estimate / value.se, value.dof), rel=1e-9)
    reach = t.ppf(0.95, value.dof) * value.se
    assert (value.low, value.high) == pytest.approx(
        (value.estimate - reach, value.estimate + reach)
    )
    assert list(found.tidy()["term"]) == SLOPES
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["level"] == 0.1
    assert "G = 10" in found.notes[0]
    html = found._repr_html_()
    assert "Label of capital" in html
    assert ">1.8<" in html  # the degrees of freedom are printed
    with pytest.raises(UnknownNameError, match="Unknown term 'valeu'"):
        found.coefficient("valeu")
    with pytest.raises(SpecificationError, match="Level 5 must lie between"):
        satterthwaite(estimate(GRUNFELD, grunfeld), level=5)


def test_coefficient_that_rests_on_one_cluster_is_refused_by_name(make_panel, gappy):
    gappy["only"] = 0.0
    gappy.loc[[("e04", year) for year in range(2006, 2012)], "only"] = 1.0
    fitted = fit(Specification("y", ["a", "only"]), make_panel(gappy))
    with pytest.raises(SpecificationError, match="e04 alone carries the coefficient of 'only'"):
        of(fitted)


def test_one_cluster_is_refused(full_panel):
    fitted = fit(Specification("y", ["a"], lag=0), full_panel)
    with pytest.raises(SpecificationError, match="at least two clusters"):
        cr2(fitted.x, fitted.residuals, np.zeros(fitted.n, dtype=int), fitted.x)


def test_singleton_clusters_do_not_upset_it(make_panel, gappy):
    # A cluster of one row keeps a residual, because its effect is not absorbed.
    gappy["lone"] = np.where(np.arange(len(gappy)) == 5, 99.0, gappy["group"])
    fitted = fit(Specification("y", ["a"], lag=0, effects="entity", cluster="lone"),
                 make_panel(gappy))  # fmt: skip
    found = of(fitted)
    assert 1 <= found.dof[0] <= len(fitted.cluster_labels)


def test_units_do_not_matter(panel):
    fitted = fit(Specification("y", ["a", "b"]), panel)
    scale = np.array([1e9, 1e-6])
    base = of(fitted)
    other = cr2(
        fitted.x * scale, fitted.residuals, fitted.clusters,
        np.column_stack([fitted.x_nested * scale, fitted.nuisance]),
    )  # fmt: skip
    np.testing.assert_allclose(
        other.covariance * np.outer(scale, scale), base.covariance, rtol=1e-8
    )
    np.testing.assert_allclose(other.dof, base.dof, rtol=1e-8)
