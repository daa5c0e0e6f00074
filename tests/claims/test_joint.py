"""The joint answer over signed parts: by hand, by statsmodels, and where there is nothing."""

import csv
import dataclasses
import io
import json
import math

import numpy as np
import pytest
from scipy import optimize, stats

from analysis.claims.joint import SignedPart, from_row, groups, joint, to_row
from analysis.claims.joint_result import against, independent_parts, joint_result
from analysis.errors import DataError, SpecificationError


def part(estimate=0.2, se=0.1, p=0.04, **more):
    given = {"claim": "M01", "part": 0, "kind": "plain", "chapter": "patience", "sign": 1}
    return SignedPart(**{**given, "estimate": estimate, "se": se, "p": p, **more})


def parts(estimates, ses):
    p = 2 * stats.norm.sf(np.abs(np.asarray(estimates) / ses))
    return [part(*map(float, row)) for row in zip(estimates, ses, p, strict=True)]


def noise(rng, k=20, common=0.0):
    """Parts whose estimates share a component: correlation `common` between any two."""
    y = math.sqrt(common) * rng.normal() + math.sqrt(1 - common) * rng.normal(size=k)
    return parts(0.1 * y, np.full(k, 0.1))


@pytest.fixture(scope="module")
def placebo():
    rng = np.random.default_rng(7)
    return [joint(noise(rng)) for _ in range(99)]


def test_three_parts_are_combined_as_by_hand():
    found = joint([part(0.3, 0.1, 0.01), part(0.1, 0.1, 0.2), part(-0.1, 0.1, 0.5)])
    assert (found.parts, found.predicted) == (3, 2)
    assert found.signs == pytest.approx(2 / 3)
    assert (found.mean, found.median) == pytest.approx((0.1, 0.1))
    # normal quantiles 2.5758, 1.2816 and -0.6745 from a table
    assert found.z == pytest.approx((2.5758 + 1.2816 - 0.6745) / math.sqrt(3), abs=1e-4)
    # equal errors: tau² = variance of the estimates less that of one, 0.04 - 0.01
    assert found.tau == pytest.approx(math.sqrt(0.03), rel=1e-4)
    assert found.pooled == pytest.approx(0.1)
    assert found.pooled_se == pytest.approx(0.2 / math.sqrt(3), rel=1e-4)
    # b = 0.01 / 0.04, so 0.1 / 4 + 0.3 * 3 / 4 with variance 0.01 * 3 / 4 + 0.04 / 3 / 16
    first = found.shrunken[0]
    assert (first.estimate, first.se) == (0.3, 0.1)
    assert first.posterior == pytest.approx(0.25, rel=1e-4)
    assert first.posterior_sd == pytest.approx(math.sqrt(0.0075 + 0.04 / 48), rel=1e-4)


def test_unequal_errors_solve_the_equation_of_paule_and_mandel():
    rng = np.random.default_rng(3)
    se = rng.uniform(0.03, 0.2, 41)
    y = rng.normal(0.1, 0.12, 41) + se * rng.normal(size=41)

    def mean(tau2):
        return np.average(y, weights=1 / (se**2 + tau2))

    def equation(tau2):
        return np.sum((y - mean(tau2)) ** 2 / (se**2 + tau2)) - 40

    tau2 = optimize.brentq(equation, 0, 1, xtol=1e-14)
    found = joint(parts(y, se))
    assert found.tau == pytest.approx(math.sqrt(tau2), rel=1e-5)
    assert found.pooled == pytest.approx(mean(tau2), rel=1e-5)
    assert found.pooled_se == pytest.approx(np.sum(1 / (se**2 + tau2)) ** -0.5, rel=1e-5)


def test_stouffers_z_is_that_of_scipy_where_no_p_is_below_the_floor():
    y, se = np.array([0.1, -0.2, 0.05, 0.15]), np.array([0.1, 0.1, 0.04, 0.2])
    expected = stats.combine_pvalues(stats.norm.sf(y / se), method="stouffer").statistic
    assert joint(parts(y, se)).z == pytest.approx(expected)


def test_the_posterior_is_that_of_the_normal_model_with_a_flat_mean():
    # theta and mu jointly: precision matrix of the model, inverted
    se = np.array([0.1, 0.2, 0.05, 0.1])
    found = joint(parts(np.array([0.5, -0.3, 0.1, 0.3]), se))
    tau = found.tau
    precision = np.diag([*(1 / se**2 + 1 / tau**2), len(se) / tau**2])
    precision[-1, :-1] = precision[:-1, -1] = -1 / tau**2
    covariance = np.linalg.inv(precision)
    y = np.array([x.estimate for x in found.shrunken])
    mean = covariance @ [*(y / se**2), 0]
    assert [x.posterior for x in found.shrunken] == pytest.approx(mean[:-1])
    assert [x.posterior_sd for x in found.shrunken] == pytest.approx(
        np.sqrt(np.diag(covariance))[:-1]
    )
    assert (found.pooled, found.pooled_se) == pytest.approx((mean[-1], covariance[-1, -1] ** 0.5))


@pytest.mark.filterwarnings("error")
def test_equal_estimates_have_no_spread_and_stand_on_their_mean():
    found = joint(parts(np.full(5, 0.2), np.array([0.1, 0.2, 0.1, 0.3, 0.1])))
    assert found.tau == 0
    assert found.pooled == pytest.approx(0.2)
    assert all(x.posterior == pytest.approx(0.2) for x in found.shrunken)
    assert all(x.posterior_sd == pytest.approx(found.pooled_se) for x in found.shrunken)


@pytest.mark.filterwarnings("error")
def test_one_part_is_its_own_answer():
    found = joint([part(-0.2, 0.1, 0.04)])
    assert (found.parts, found.predicted, found.tau) == (1, 0, 0)
    assert (found.mean, found.median, found.pooled) == pytest.approx((-0.2, -0.2, -0.2))
    assert found.pooled_se == pytest.approx(0.1)
    assert found.z == pytest.approx(stats.norm.ppf(0.02))
    only = found.shrunken[0]
    assert (only.posterior, only.posterior_sd) == pytest.approx((-0.2, 0.1))


def test_no_part_gives_no_number():
    found = joint([])
    assert found.parts == found.predicted == 0
    statistics = (found.mean, found.median, found.z, found.pooled, found.tau, found.signs)
    assert all(map(math.isnan, statistics))


def test_parts_without_an_error_or_a_number_are_left_out_and_counted():
    whole = joint([part(0.3), part(0.1)])
    some = joint([part(0.3), part(9.0, 0.0), part(0.1), part(math.nan), part(p=math.nan)])
    assert (some.zero_se, some.missing) == (1, 2)
    assert dataclasses.replace(some, zero_se=0, missing=0) == whole
    table = str(joint_result("all", some, {}))
    assert "Left out because it has an SE of zero: 1" in table
    assert "Left out because it lacks a number: 2" in table


def test_no_part_counts_more_than_the_smallest_p_of_the_bootstrap():
    assert joint([part(p=0.0)]).z == pytest.approx(stats.norm.isf(0.0005))
    assert joint([part(p=1e-9)], draws=99).z == pytest.approx(stats.norm.isf(0.005))
    assert joint([part(-0.2, p=0.0)]).z == pytest.approx(stats.norm.ppf(0.0005))
    assert joint([part(p=1.0)]).z == 0


def test_an_estimate_is_turned_into_the_predicted_direction():
    rest = {"claim": "M02", "part": 1, "kind": "event", "chapter": "trial", "se": 0.1, "p": 0.1}
    assert SignedPart.turned(sign=-1, estimate=-0.2, **rest).estimate == 0.2
    assert SignedPart.turned(sign=1, estimate=-0.2, **rest).estimate == -0.2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "cubic"}, "kind is 'cubic': use one of plain"),
        ({"sign": 0}, "sign is 0: use 1 or -1"),
        ({"se": -0.1}, "standard error is -0.1"),
        ({"p": 1.2}, "p is 1.2: it lies between"),
    ],
)
def test_a_malformed_part_is_refused(wrong, says):
    with pytest.raises(SpecificationError, match=says):
        part(**wrong)


def test_parts_are_grouped_by_kind_and_chapter():
    a, b, c = part(kind="event"), part(chapter="trial"), part(kind="event", chapter="trial")
    found = groups([a, b, c])
    assert list(found) == ["all", "plain", "event", "patience", "trial"]
    assert found == {
        "all": (a, b, c), "plain": (b,), "event": (a, c), "patience": (a,), "trial": (b, c),
    }  # fmt: skip
    with pytest.raises(SpecificationError, match="'event' has the name of another group"):
        groups([part(chapter="event")])


def test_a_row_survives_a_csv_file():
    found = joint([part(0.31), part(-0.123456789, 0.07), part(1.0, 0.0)], draws=499)
    text = io.StringIO()
    writer = csv.DictWriter(text, ["panel", *to_row(found)])
    writer.writeheader()
    writer.writerow({"panel": 3, **to_row(found)})
    line = next(csv.DictReader(io.StringIO(text.getvalue())))
    assert from_row(line) == found
    assert from_row(to_row(found)) == found
    empty = from_row({name: "" if v != v else v for name, v in to_row(joint([])).items()})
    assert math.isnan(empty.z)
    assert empty.parts == 0


@pytest.mark.parametrize("bad", [{"z": "much"}, {"parts": ""}, {"tau": [1]}])
def test_a_row_that_holds_no_number_is_refused(bad):
    with pytest.raises(DataError, match=f"Column '{next(iter(bad))}' of a joint answer"):
        from_row({**to_row(joint([part()])), **bad})


def test_a_row_without_a_column_is_refused():
    line = to_row(joint([part()]))
    del line["pooled"]
    with pytest.raises(DataError, match="'pooled' of a joint answer is 'missing'"):
        from_row(line)


def test_a_place_counts_the_figures_among_the_panels():
    values = (0.1, 0.2, 0.3, 0.4)
    panels = [joint([part(x), part(-0.1)]) for x in values]
    places = {x.statistic: x for x in against(joint([part(0.3), part(-0.1)]), panels)}
    assert list(places) == ["signs", "mean", "z", "pooled"]
    assert places["signs"].share == 1  # every panel ties
    assert places["mean"].share == pytest.approx((1 + 2) / (1 + 4))
    means = (np.array(values) - 0.1) / 2
    assert (places["mean"].low, places["mean"].median, places["mean"].high) == pytest.approx(
        tuple(np.quantile(means, (0.05, 0.5, 0.95)))
    )
    assert places["mean"].panels == 4


def test_a_panel_that_lacks_parts_is_compared_by_its_share_of_signs():
    real = joint([part(0.1), part(0.1), part(-0.1), part(-0.1)])
    place = against(real, [joint([part(0.1), part(-0.1)]), joint([])])[0]
    assert (place.figure, place.median, place.share, place.panels) == (0.5, 0.5, 1.0, 1)


def test_under_the_null_a_share_is_uniform():
    rng = np.random.default_rng(11)
    shares = {"mean": [], "z": [], "pooled": [], "signs": []}
    for _ in range(300):
        real, *panels = (joint(noise(rng, k=9, common=0.2)) for _ in range(20))
        for place in against(real, panels):
            shares[place.statistic].append(place.share)
    steps = np.arange(1, 21) / 20
    for name in ("mean", "z", "pooled"):
        counts = [np.isclose(shares[name], s).sum() for s in steps]
        assert stats.chisquare(counts).pvalue > 0.01
    assert np.mean(np.array(shares["signs"]) <= 0.1) <= 0.13  # ties make it careful


def test_an_effect_in_every_part_stands_at_the_edge(placebo):
    real = joint(parts(np.full(20, 0.15), np.full(20, 0.1)))
    assert all(x.share == 0.01 for x in against(real, placebo))


@pytest.mark.parametrize(
    ("panels", "says"), [([], "too few, 0: give 1"), ([joint([])], "too few, 0: give 1")]
)
def test_a_family_without_panels_is_refused(panels, says):
    with pytest.raises(SpecificationError, match=says):
        against(joint([part()]), panels)


def test_figures_and_panels_are_capped_alike_or_refused(placebo):
    with pytest.raises(SpecificationError, match="capped for 9999 draws in the figures and 999"):
        against(joint([part()], draws=9999), placebo)
    with pytest.raises(SpecificationError, match="nothing to place"):
        against(joint([]), placebo)
    with pytest.raises(SpecificationError, match="0 draws"):
        joint([part()], draws=0)


ONE = joint([part()])


def signs(count, n=40):
    return dataclasses.replace(ONE, parts=n, predicted=int(count))


@pytest.mark.parametrize("common", [0.0, 0.15, 0.5])
def test_correlated_signs_are_worth_as_many_as_kish_says(common):
    rng, n = np.random.default_rng(5), 40
    shared = math.sqrt(common) * rng.normal(size=(5_000, 1))
    y = shared + math.sqrt(1 - common) * rng.normal(size=(5_000, n))
    r = 2 / math.pi * math.asin(common)  # correlation of signs of normal variables (Sheppard)
    found = independent_parts([signs(x) for x in (y > 0).sum(axis=1)])
    assert found == pytest.approx(n / (1 + (n - 1) * r), rel=0.07)


def test_signs_that_go_together_in_blocks_are_worth_one_a_block():
    # every outcome of ten fair blocks of four once
    panels = [signs(4 * k) for k in range(11) for _ in range(math.comb(10, k))]
    assert independent_parts(panels) == pytest.approx(10 * 1023 / 1024)


def test_signs_that_never_vary_have_no_bound_and_one_panel_is_refused():
    assert independent_parts([signs(28, 41)] * 3) == math.inf
    with pytest.raises(SpecificationError, match="too few, 1: give 2"):
        independent_parts([signs(20)])


def test_the_answer_is_printed_beside_every_family(placebo):
    rng = np.random.default_rng(9)
    real = joint(noise(rng))
    other = [joint(noise(rng, common=0.4)) for _ in range(50)]
    found = joint_result("all", real, {"dealt out": placebo, "walk": other})
    grid = found.grid()
    assert grid.heads == ("Statistic", "Figures", "dealt out", "walk")
    assert all(len(row) == 4 for row in grid.rows)
    assert grid.rows[0][1] == f"{real.predicted} of 20"
    place = found.families["walk"][0]
    assert grid.rows[0][3].startswith(f"{place.share:.3f}\n{place.median:.0%} [")
    assert grid.rows[-1][2] == f"{independent_parts(placebo):.1f}"
    assert list(found.tidy()["family"].unique()) == ["dealt out", "walk"]
    assert len(found.tidy()) == 8
    assert json.loads(json.dumps(found.to_dict()))["rows"][0]["panels"] == 99
    assert "Combined z" in str(found)


def test_the_answer_can_be_printed_before_any_placebo_panel():
    found = joint_result("all", joint([part()]), {})
    assert found.grid().heads == ("Statistic", "Figures")
    assert found.tidy().empty
