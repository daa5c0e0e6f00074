import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError
from analysis.inference import cr0, cr1, cr3
from analysis.models import Specification, estimation_rows, fit

SLOPES = ["value", "capital"]


def se(covariance):
    return np.sqrt(np.diag(covariance))


def dummies(codes):
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


@pytest.fixture(scope="module")
def two_way(grunfeld):
    return fit(Specification("invest", SLOPES, lag=0), grunfeld)


@pytest.fixture(scope="module")
def one_way(grunfeld):
    return fit(Specification("invest", SLOPES, lag=0, effects="entity"), grunfeld)


# R 4.2.2 on Grunfeld, clustered by firm: fixest 0.14.2, plm 2.6-2, clubSandwich 0.5.8.
GOLDEN = {
    "fixest, nested effects free": (22, [0.01082442948, 0.04784839659]),
    "fixest K.fixef=none = plm sss": (2, [0.01026319124, 0.04536749448]),
    "fixest K.fixef=full = clubSandwich CR1S": (31, [0.01110891552, 0.04910594103]),
    "clubSandwich CR1": (1, [0.01023737185, 0.04525336224]),
}


@pytest.mark.parametrize("name", list(GOLDEN))
def test_cr1_reproduces_each_convention_of_r(name, two_way):
    k, expected = GOLDEN[name]
    found = cr1(two_way.x, two_way.residuals, two_way.clusters, k)
    np.testing.assert_allclose(se(found), expected, atol=5e-12)


def test_fit_charges_for_what_fixest_charges_for(two_way, one_way):
    assert (two_way.parameters, one_way.parameters) == (22, 3)
    found = cr1(one_way.x, one_way.residuals, one_way.clusters, one_way.parameters)
    # fixest, firm effects only, clustered by firm.
    np.testing.assert_allclose(se(found), [0.01519449394, 0.05275177176], atol=5e-12)


def test_cr0_is_plm_hc0(two_way, one_way):
    for fitted, expected in (
        (two_way, [0.009712023687, 0.04293110894]),
        (one_way, [0.01434214371, 0.04979260872]),
    ):
        found = cr0(fitted.x, fitted.residuals, fitted.clusters)
        np.testing.assert_allclose(se(found), expected, atol=5e-12)


def test_linearmodels_factors_are_known(two_way, grunfeld):
    from linearmodels.iv.absorbing import AbsorbingLS
    from linearmodels.panel import PanelOLS

    frame = grunfeld.frame
    model = PanelOLS(frame["invest"], frame[SLOPES], entity_effects=True, time_effects=True)
    n, k, d, groups = 200, 2, 29, 10
    plain = cr0(two_way.x, two_way.residuals, two_way.clusters)
    debias = groups / (groups - 1) * (n - 1)
    for options, factor in (
        ({}, n / (n - k - d)),
        ({"group_debias": True}, debias / (n - k - d)),
        ({"group_debias": True, "debiased": False}, debias / (n - d)),
    ):
        theirs = model.fit(cov_type="clustered", cluster_entity=True, **options)
        np.testing.assert_allclose(theirs.std_errors, se(plain * factor), rtol=1e-9)
    effects = pd.DataFrame({n: pd.Categorical(frame.index.get_level_values(n)) for n in
                            ("entity", "year")}, index=frame.index)  # fmt: skip
    absorbing = AbsorbingLS(frame["invest"], frame[SLOPES], absorb=effects)
    codes = pd.Series(frame.index.codes[0], index=frame.index)
    theirs = absorbing.fit(cov_type="clustered", clusters=codes)
    np.testing.assert_allclose(theirs.std_errors, se(plain), rtol=1e-9)


def test_statsmodels_on_dummies_charges_for_every_effect(two_way, grunfeld):
    import statsmodels.api as sm

    frame = grunfeld.frame
    x = np.column_stack(
        [frame[SLOPES], dummies(frame.index.codes[0]), dummies(frame.index.codes[1])[:, 1:]]
    )
    model = sm.OLS(frame["invest"].to_numpy(), x)
    theirs = model.fit(cov_type="cluster", cov_kwds={"groups": frame.index.codes[0]})
    ours = cr1(two_way.x, two_way.residuals, two_way.clusters, 31)
    np.testing.assert_allclose(theirs.bse[:2], se(ours), rtol=1e-8)


def jackknife_by_hand(rows, clusters, blocks):
    """Estimate again without each cluster, every effect spelled out as a column."""
    y, x = rows.iloc[:, 0].to_numpy(), rows.iloc[:, 1:].to_numpy()

    def slopes(keep):
        columns = np.column_stack([x, *blocks])[keep]
        return np.linalg.lstsq(columns, y[keep], rcond=None)[0][: x.shape[1]]

    full = slopes(np.ones(len(y), dtype=bool))
    without = np.array([slopes(clusters != g) for g in np.unique(clusters)])
    groups, away = len(without), without - full
    return away.T @ away * (groups - 1) / groups, without


def jackknife(fitted):
    return cr3(
        fitted.x_nested, fitted.y_nested, fitted.clusters, fitted.nuisance,
        fitted.cluster_labels, fitted.terms,
    )  # fmt: skip


@pytest.mark.parametrize("effects", ["entity", "two_way", "region_year", "entity_trends"])
@pytest.mark.parametrize("cluster", ["entity", "group", "region", "year"])
def test_cr3_is_an_exact_re_estimation_without_each_cluster(effects, cluster, panel):
    spec = Specification("y", ["a", "b"], effects=effects, cluster=cluster)
    rows = estimation_rows(spec, panel).frame
    entity, year = rows.index.get_level_values(0), rows.index.get_level_values(1).to_numpy(int)
    region = np.array([int(e[1:]) % 3 for e in entity])
    blocks = {
        "entity": [dummies(entity)],
        "two_way": [dummies(entity), dummies(year)],
        "region_year": [dummies(entity), dummies(region * 10_000 + year)],
        "entity_trends": [
            dummies(entity), dummies(year), dummies(entity) * (year - 2006)[:, None],
        ],
    }[effects]  # fmt: skip
    clusters = {
        "entity": np.asarray(entity), "year": year, "region": region,
        "group": np.array([int(e[1:]) // 2 for e in entity]),
    }[cluster]  # fmt: skip
    expected, without = jackknife_by_hand(rows, clusters, blocks)
    fitted = fit(spec, panel)
    found = jackknife(fitted)
    np.testing.assert_allclose(found.full, fitted.coefficients, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.without, without, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-8, atol=1e-12)


def test_cr3_with_initial_slopes_and_differences(panel):
    spec = Specification("y", ["a"], initial=["c"], effects="first_difference")
    fitted = fit(spec, panel)
    year = fitted.index.get_level_values(1)
    first = panel.frame["c"].groupby(level=0).transform("first").reindex(fitted.index)
    rows = pd.DataFrame({"y": fitted.y, "a": fitted.x[:, 0]})
    blocks = [dummies(year), dummies(year) * first.to_numpy()[:, None]]
    expected, _ = jackknife_by_hand(rows, fitted.clusters, blocks)
    np.testing.assert_allclose(jackknife(fitted).covariance, expected, rtol=1e-8)


def test_cr3_against_bell_and_mccaffrey(two_way):
    # Bell and McCaffrey (2002), what clubSandwich calls CR3: M X_g'(I - H_gg)^-1 u_g summed over
    # g, without a factor. Ours is exactly (G-1)/G of it.
    design = np.column_stack([two_way.x_nested, two_way.nuisance])
    hat = design @ np.linalg.pinv(design)
    bread = np.linalg.inv(two_way.x.T @ two_way.x)
    scores = []
    for g in range(10):
        rows = two_way.clusters == g
        inner = np.eye(rows.sum()) - hat[np.ix_(rows, rows)]
        scores.append(two_way.x[rows].T @ np.linalg.solve(inner, two_way.residuals[rows]))
    theirs = bread @ np.transpose(scores) @ np.array(scores) @ bread
    ours = jackknife(two_way).covariance
    np.testing.assert_allclose(ours, theirs * 9 / 10, rtol=1e-8)
    # The same from re-estimating ten times with all 30 dummies spelled out.
    np.testing.assert_allclose(se(theirs), [0.05516089, 0.25990052], rtol=2e-7)
    # clubSandwich 0.5.8 printed 0.0558227236 and 0.260940669 with the firm dummies kept in the
    # design: I - H_gg is then singular and its inverse is rounding noise, hence 1.2% and 0.4%.
    np.testing.assert_allclose(se(theirs), [0.0558227236, 0.260940669], rtol=0.015)
    # So the factor cannot be read off that output; the algebra above settles it.


def test_hat_matrix_with_nested_dummies_is_singular_within_clusters(two_way, grunfeld):
    # The reason given above, checked.
    codes = grunfeld.frame.index.codes
    design = np.column_stack([grunfeld.frame[SLOPES], dummies(codes[0]), dummies(codes[1])[:, 1:]])
    hat = design @ np.linalg.pinv(design)
    inner = np.eye(20) - hat[:20, :20]
    assert np.abs(np.linalg.eigvalsh(inner)).min() < 1e-12


def test_jackknife_does_not_depend_on_units_or_row_order(panel):
    fitted = fit(Specification("y", ["a", "b"]), panel)
    base = jackknife(fitted)
    scale = np.array([1e9, 1e-6])
    order = np.random.default_rng(0).permutation(fitted.n)
    other = cr3(
        (fitted.x_nested * scale)[order], fitted.y_nested[order] * 1e3, fitted.clusters[order],
        fitted.nuisance[order],
    )  # fmt: skip
    np.testing.assert_allclose(se(other.covariance) * scale / 1e3, se(base.covariance), rtol=1e-9)


def test_coefficient_that_rests_on_one_cluster_is_refused_by_name(make_panel, gappy):
    gappy["only"] = 0.0
    gappy.loc[[("e04", year) for year in range(2006, 2012)], "only"] = 1.0
    fitted = fit(Specification("y", ["a", "only"]), make_panel(gappy))
    with pytest.raises(SpecificationError, match="Without e04 the coefficient of 'only' is not"):
        jackknife(fitted)


def test_years_seen_in_one_cluster_only_do_not_upset_the_jackknife(make_panel, gappy):
    gappy.loc[gappy.index.get_level_values(1) == 2003, "y"] = np.nan
    gappy.loc[[("e01", 2003), ("e02", 2003)], ["y", "a"]] = 1.0
    gappy["pair"] = [0.0 if e in ("e01", "e02") else float(e[1:]) for e, _ in gappy.index]
    spec = Specification("y", ["a"], lag=0, cluster="pair")
    rows = estimation_rows(spec, make_panel(gappy)).frame
    clusters = gappy["pair"].reindex(rows.index).to_numpy()
    blocks = [dummies(rows.index.get_level_values(i)) for i in (0, 1)]
    expected, _ = jackknife_by_hand(rows, clusters, blocks)
    found = jackknife(fit(spec, make_panel(gappy)))
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-8)


def test_cr1_refuses_one_cluster_and_too_many_parameters(two_way):
    with pytest.raises(SpecificationError, match="at least two clusters"):
        cr1(two_way.x, two_way.residuals, np.zeros(200, dtype=int), 2)
    with pytest.raises(SpecificationError, match="200 rows for 200 parameters"):
        cr1(two_way.x, two_way.residuals, two_way.clusters, 200)


@pytest.mark.parametrize(("big", "near"), [(1, 1e-3), (100, 1e-3), (1000, 1), (1000, 1e-3)])
def test_cr3_keeps_its_digits_where_regressors_nearly_repeat_each_other(big, near):
    rng = np.random.default_rng(1)
    firms, years = np.repeat(np.arange(12), 10), np.tile(np.arange(10), 12)
    x, z, y = rng.normal(size=(3, 120))
    national = years - 4.0
    columns = np.column_stack([
        x + big * national**2, x + near * z + big * np.sin(national)
    ])  # fmt: skip
    effects = np.column_stack([dummies(firms), dummies(years)[:, 1:]])

    def slopes(keep):
        basis = np.linalg.qr(effects[keep][:, effects[keep].any(axis=0)])[0]
        clean = np.column_stack([columns, y])[keep]
        for _ in range(2):  # once more takes out what rounding left
            clean = clean - basis @ (basis.T @ clean)
        size = np.sqrt((clean[:, :2] ** 2).sum(axis=0))
        return np.linalg.lstsq(clean[:, :2] / size, clean[:, 2], rcond=None)[0] / size

    full = slopes(firms >= 0)
    expected = np.sqrt(11 / 12 * sum((slopes(firms != g) - full) ** 2 for g in range(12)))
    nested = dummies(firms) / np.sqrt(10)
    partly = [a - nested @ (nested.T @ a) for a in (columns, y, dummies(years)[:, 1:])]
    found = cr3(partly[0], partly[1], firms, partly[2])
    np.testing.assert_allclose(se(found.covariance), expected, rtol=2e-8)
