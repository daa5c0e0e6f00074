import json

import numpy as np
import pandas as pd
import pytest

from analysis.certificates.design import panel_from
from analysis.certified import Size
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.appendix.granger import dumitrescu_hurlin
from analysis.inference.appendix.granger_wald import History, resample_null, wald, z_bar, z_tilde
from analysis.models import Sample, Specification
from tests.goldens.read import golden

# R 4.2.2, plm 2.6-2, pgrangertest(inv ~ value, data = Grunfeld), in tests/goldens/unitroot.txt.
PLM = golden("unitroot")
SPEC = Specification("y", ["a"])


@pytest.mark.parametrize("order", [1, 2])
def test_statistics_are_those_of_plm(order, grunfeld):
    spec = Specification("invest", ["value"])
    found = dumitrescu_hurlin(spec, grunfeld, order=order, demean=False, draws=9).of("value")
    assert found.wald_mean == pytest.approx(PLM[f"granger.Wbar.{order}"], rel=1e-8)
    assert found.z_bar == pytest.approx(PLM[f"granger.Zbar.{order}"], rel=1e-8)
    assert found.z_tilde == pytest.approx(PLM[f"granger.Ztilde.{order}"], rel=1e-8)
    assert found.p_bar == pytest.approx(PLM[f"granger.Zbar.{order}.p"], rel=1e-6)
    assert found.p_tilde == pytest.approx(PLM[f"granger.Ztilde.{order}.p"], rel=1e-6)
    assert (found.shortest, found.longest) == (20 - order, 20 - order)


def test_single_firms_are_those_of_lmtest(grunfeld):
    spec = Specification("invest", ["value"])
    found = dumitrescu_hurlin(spec, grunfeld, demean=False, draws=9).of("value").individual
    # plm numbers the firms in its own order, by size.
    order = ["General Motors", "US Steel", "General Electric", "Chrysler", "Atlantic Refining",
             "IBM", "Union Oil", "Westinghouse", "Goodyear", "Diamond Match"]  # fmt: skip
    expected = [PLM[f"granger.chisq.1.{i}"] for i in range(1, 11)]
    np.testing.assert_allclose(found.loc[order, "wald"], expected, rtol=1e-7)


def test_the_convention_for_t():
    # T is the rows of the regression. Grunfeld has 20 years, hence T = 19 at one lag and plm's
    # 3.2896; taking 19 for the years and the lag off once more would give 3.210, taking 20 for
    # the rows 3.360.
    statistics = np.full(10, PLM["granger.Wbar.1"])
    for periods, expected in ((18, 3.210), (19, 3.290), (20, 3.360)):
        assert z_tilde(statistics, np.full(10, periods), 1) == pytest.approx(expected, abs=6e-4)
    # Many years: the two statistics meet.
    assert z_tilde(statistics, np.full(10, 10**7), 1) == pytest.approx(z_bar(statistics, 1))


def test_unbalanced_panels_use_the_moments_of_each_entity():
    # E and Var of K·F(K, T−2K−1), from scipy.
    from scipy.stats import f

    periods, k = np.array([9, 12, 15]), 1
    statistics = np.array([1.0, 2.0, 4.0])
    means = [k * f.mean(k, t - 2 * k - 1) for t in periods]
    spread = [k**2 * f.var(k, t - 2 * k - 1) for t in periods]
    expected = np.sqrt(3) * (statistics.mean() - np.mean(means)) / np.sqrt(np.mean(spread))
    assert z_tilde(statistics, periods, k) == pytest.approx(expected, rel=1e-10)


def test_wald_is_k_times_f(panel, gappy):
    import statsmodels.api as sm

    found = dumitrescu_hurlin(SPEC, panel, demean=False, draws=9).of("a")
    for entity, row in found.individual.iterrows():
        own = gappy.loc[entity, ["y", "a"]]
        rows = own[["y"]].join(own.shift().add_suffix("1")).dropna()
        model = sm.OLS(rows["y"], sm.add_constant(rows[["y1", "a1"]])).fit()
        assert row["wald"] == pytest.approx(model.tvalues["a1"] ** 2, rel=1e-8)
        assert row["rows"] == len(rows)
    assert found.n + sum(d.rows for d in found.dropped) == len(gappy)


def test_units_and_levels_do_not_matter(gappy, make_panel):
    base = dumitrescu_hurlin(SPEC, make_panel(gappy), demean=False, draws=9).of("a")
    moved = gappy.assign(a=gappy["a"] * 1e8 + 1e11, y=gappy["y"] / 1e6 + 3.0)
    other = dumitrescu_hurlin(SPEC, make_panel(moved), demean=False, draws=9).of("a")
    np.testing.assert_allclose(other.individual["wald"], base.individual["wald"], rtol=1e-4)
    assert other.p_bootstrap == base.p_bootstrap


def causal(strength, seed=1, common=0.0, n=20, years=16):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, years + 20))
    shock = rng.normal(size=(n, years + 20)) + common * rng.normal(size=years + 20)
    y = np.zeros_like(x)
    for t in range(1, years + 20):
        y[:, t] = 0.5 * y[:, t - 1] + strength * x[:, t - 1] + shock[:, t]
    return panel_from({"y": y[:, 20:], "x": x[:, 20:]})


def test_causality_is_found_in_its_own_direction_only():
    result = dumitrescu_hurlin(Specification("y", ["x"]), causal(0.6), draws=99)
    there, back = result.directions
    assert (there.cause, there.effect) == ("x", "y")
    assert there.p_bootstrap == 0.01
    assert there.p_tilde < 1e-4
    assert back.p_bootstrap > 0.05
    assert result.of("y") is back


def test_null_panels_keep_initial_values_residuals_and_common_years():
    panel = causal(3.0, common=5.0, n=30, years=14)
    y, x = (panel.frame[v].to_numpy().reshape(30, -1).copy() for v in "yx")
    y[4, 6] = np.nan
    seen = np.isfinite(y)
    used = seen & np.roll(seen, 1, axis=1)
    used[:, 0] = False
    data = History(y, x, used, 1)
    drawn = resample_null(data, 200, np.random.default_rng(1))
    assert (np.isnan(drawn) == np.isnan(y)).all()
    np.testing.assert_array_equal(drawn[:, :, 0], np.broadcast_to(y[:, 0], (200, 30)))
    np.testing.assert_array_equal(drawn[:, 4, 7], np.broadcast_to(y[4, 7], 200))
    # A common shock five times the own one: changes of two entities still move together.
    steps = drawn[:, :, 2:] - drawn[:, :, 1:-1]
    assert np.corrcoef(steps[:, 0].ravel(), steps[:, 1].ravel())[0, 1] > 0.6
    # The cause is not in it.
    assert np.nanmean(wald(drawn, data)) < 2.5 < np.nanmean(wald(y, data))
    flat = resample_null(data, 5, np.random.default_rng(1), demean=True)
    np.testing.assert_allclose(np.nanmean(flat, axis=1), 0.0, atol=1e-12)


def test_blocks_are_consecutive_years():
    n, t = 3, 12
    trend = np.arange(t, dtype=float)
    rng = np.random.default_rng(0)
    y = rng.normal(size=(n, t)) + trend
    used = np.ones((n, t), dtype=bool)
    used[:, 0] = False
    data = History(y, rng.normal(size=(n, t)), used, 1)
    from analysis.inference.appendix.granger_wald import _drawn

    residuals = np.where(used, np.broadcast_to(trend, (n, t)), np.nan)
    years = _drawn(residuals, data.used, 50, rng, 4)[:, 0, 1:]
    steps = np.diff(years, axis=1)
    inside = np.arange(10) % 4 != 3
    assert (steps[:, inside] == 1).all()
    assert years.min() >= 1


def test_result_can_stand_alone(panel):
    result = dumitrescu_hurlin(SPEC, panel, draws=29)
    pd.testing.assert_frame_equal(result.tidy(), dumitrescu_hurlin(SPEC, panel, draws=29).tidy())
    json.dumps(result.to_dict(), allow_nan=False)
    assert "Label of a → Label of y" in result._repr_html_()
    assert "less the mean of each year" in result.notes[0]
    plain = dumitrescu_hurlin(SPEC, panel, draws=9, demean=False, block=2)
    assert "blocks of 2 years" in plain.notes[0]
    assert any("Common shocks were left in" in note for note in plain.notes)
    with pytest.raises(UnknownNameError, match="Unknown cause 'b'"):
        result.of("b")


def test_short_and_constant_entities_are_left_out_and_counted(gappy, make_panel):
    gappy.loc[("e05", slice(2007, 2011)), "y"] = np.nan
    gappy.loc["e06", "a"] = 1.0
    found = dumitrescu_hurlin(SPEC, make_panel(gappy), demean=False, draws=9).of("a")
    assert {"e05", "e06"}.isdisjoint(found.individual.index)
    reasons = [d.reason for d in found.dropped]
    assert "entity with fewer than 8 rows" in reasons
    assert "entity in which a variable is constant or explained exactly" in reasons
    assert found.n + sum(d.rows for d in found.dropped) == len(gappy)


def test_excluded_entities_do_not_enter_the_means_of_a_year(gappy, make_panel):
    spec = Specification("y", ["a"], sample=Sample(exclude_entities=("e02",)))
    base = dumitrescu_hurlin(spec, make_panel(gappy), draws=9).of("a")
    gappy.loc["e02", ["y", "a"]] = 1e6
    other = dumitrescu_hurlin(spec, make_panel(gappy), draws=9).of("a")
    assert other.wald_mean == pytest.approx(base.wald_mean, rel=1e-10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": 0}, "'order' of a Granger test is 0"),
        ({"draws": 0}, "'draws' of a Granger test is 0"),
        ({"block": 1.5}, "'block' is 1.5"),
        ({"block": 50}, "Blocks of 50 years cannot be drawn from the 9 years"),
        ({"order": 4}, "Only 0 entities can test 'a' against 'y': each needs 14 years"),
    ],
)
def test_bad_options_are_refused(options, message, panel):
    with pytest.raises(SpecificationError, match=message):
        dumitrescu_hurlin(SPEC, panel, **{"draws": 9, **options})


def test_more_than_a_pair_is_refused(panel):
    with pytest.raises(SpecificationError, match="takes the outcome and one regressor, and 'b'"):
        dumitrescu_hurlin(Specification("y", ["a", "b"]), panel)
    with pytest.raises(UnknownNameError, match="Unknown variable 'q'"):
        dumitrescu_hurlin(Specification("y", ["q"]), panel)


def test_the_bootstrap_and_the_normal_p_carry_their_own_warnings(panel, monkeypatch):
    sizes = {"dumitrescu_hurlin": 0.05, "dumitrescu_hurlin_normal": 0.27}
    sizes = {name: Size(p, 300, (30, 12)) for name, p in sizes.items()}
    monkeypatch.setattr("analysis.certified._sizes", lambda: sizes)
    notes = dumitrescu_hurlin(SPEC, panel, draws=9).notes
    assert [n for n in notes if "Warning" in n] == [n for n in notes if "_normal' rejects" in n]
    assert any("_normal' rejects too often" in n for n in notes)
