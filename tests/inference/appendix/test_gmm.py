import json
import sys

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.appendix.gmm import LagInstruments, gmm
from analysis.inference.appendix.gmm_estimation import (
    GmmData,
    autocorrelation,
    estimate_gmm,
)
from analysis.models import Sample, Specification
from tests.goldens.read import FOLDER, golden

# R 4.2.2, plm 2.6-2, in tests/goldens/empluk.txt.
PLM = golden("empluk")
AB = ("emp.1", "emp.2", "wage.0", "wage.1", "capital.0", "capital.1", "capital.2", "output.0",
      "output.1", "output.2")  # fmt: skip
BB = ("emp.1", "wage.0", "wage.1", "capital.0", "capital.1")


@pytest.fixture(scope="module")
def empluk(make_panel):
    """Logs of the 140 British firms of Arellano and Bond (1991), with lags as columns."""
    data = pd.read_csv(FOLDER / "data" / "EmplUK.csv").set_index(["firm", "year"])
    grid = pd.MultiIndex.from_product([sorted(data.index.unique(0)), range(1976, 1985)])
    logs = np.log(data[["emp", "wage", "capital", "output"]]).reindex(grid)
    logs.index.names = ["entity", "year"]
    lags = {
        f"{name}{j}": logs[name].groupby(level=0).shift(j)
        for name in ("wage", "capital", "output")
        for j in (1, 2)
    }
    return make_panel(logs.assign(**lags))


def arellano_bond(panel, collapse=False, **options):
    terms = ("wage", "wage1", "capital", "capital1", "capital2", "output", "output1", "output2")
    instruments = [LagInstruments("emp", 2, None, collapse)]
    return gmm(Specification("emp", terms, lag=0), panel, order=2, instruments=instruments,
               **options)  # fmt: skip


def blundell_bond(panel, **options):
    terms = ("wage", "wage1", "capital", "capital1")
    instruments = [LagInstruments(v, 2, None, False) for v in ("emp", "wage", "capital")]
    return gmm(Specification("emp", terms, lag=0), panel, kind="system", standard=(),
               instruments=instruments, **options)  # fmt: skip


def against(result, call, names):
    found = result.tidy()
    expected = [[PLM[f"{call}.b.{n}"], PLM[f"{call}.robust.se.{n}"]] for n in names]
    np.testing.assert_allclose(found[["estimate", "se"]], expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("collapse", "steps", "call"),
    [
        (False, 1, "difference.onestep"),
        (False, 2, "difference.twosteps"),
        (True, 1, "difference.collapse.onestep"),
        (True, 2, "difference.collapse.twosteps"),
    ],
)
def test_difference_gmm_is_plm(empluk, collapse, steps, call):
    result = arellano_bond(empluk, collapse, steps=steps)
    against(result, call, AB)
    assert result.ar1[0] == pytest.approx(PLM[f"{call}.robust.ar1"], rel=1e-7)
    assert result.ar2[0] == pytest.approx(PLM[f"{call}.robust.ar2"], rel=1e-7)
    assert result.instruments == result.rank == PLM[f"{call}.instruments"]
    assert (result.equations, result.levels, result.n_entities) == (611, 0, 140)
    # plm calls the two-step J Sargan; it does not depend on the step that is reported here.
    two = call.replace("onestep", "twosteps")
    assert result.hansen.statistic == pytest.approx(PLM[f"{two}.sargan"], rel=1e-7)
    assert result.hansen.df == PLM[f"{two}.sargan_df"]
    if steps == 2:
        plain = [PLM[f"{call}.plain.se.{n}"] for n in AB]
        np.testing.assert_allclose(result.tidy()["se_plain"], plain, rtol=1e-6)


def test_sargan_is_that_of_xtabond2(empluk):
    # Roodman (2009, Stata Journal 9(1)): Sargan 67.59, Hansen 31.38, both with 25 degrees of
    # freedom. plm's one-step "Sargan" of 48.75 is neither.
    result = arellano_bond(empluk, steps=1)
    assert round(result.sargan.statistic, 2) == 67.59
    assert round(result.hansen.statistic, 2) == 31.38
    assert round(result.hansen.p, 3) == 0.177
    assert result.sargan.df == result.hansen.df == 25


@pytest.mark.parametrize(("steps", "call"), [(1, "system.onestep"), (2, "system.twosteps")])
def test_system_gmm_is_plm(empluk, steps, call):
    result = blundell_bond(empluk, steps=steps)
    against(result, call, BB)
    assert result.hansen.statistic == pytest.approx(PLM["system.twosteps.sargan"], rel=1e-7)
    assert result.instruments == PLM[f"{call}.instruments"] == 113
    assert result.equations + result.levels == PLM[f"{call}.rows"]
    assert result.levels == 891  # what xtabond2 prints as the number of observations


@pytest.mark.parametrize(("steps", "call"), [(1, "system.onestep"), (2, "system.twosteps")])
def test_plm_leaves_level_residuals_out_of_the_ar_test_of_a_system(empluk, steps, call, caught):
    data, fitted = caught(blundell_bond, empluk, steps=steps)
    # Our test sums Z_i'e_i over all equations of a firm. With the level equations' residuals set
    # to zero in that sum, and there alone, plm's figures come out.
    e = np.where(data.level, 0.0, fitted.residuals)
    for order in (1, 2):
        w = np.zeros_like(e)
        for i in np.flatnonzero(~data.level):
            same = (data.entity == data.entity[i]) & ~data.level
            w[i] = e[same & (data.year == data.year[i] - order)].sum()
        paired = np.bincount(data.entity, w * e)
        zx = data.z.T @ data.x
        half = np.linalg.inv(zx.T @ fitted.weight @ zx) @ zx.T @ fitted.weight
        variances = []
        for residuals in (e, fitted.residuals):
            scores = np.zeros((140, data.z.shape[1]))
            np.add.at(scores, data.entity, data.z * residuals[:, None])
            wx = w @ data.x
            variances.append(
                paired @ paired - 2 * wx @ half @ (scores.T @ paired) + wx @ fitted.covariance @ wx
            )
        theirs, ours = paired.sum() / np.sqrt(variances)
        assert theirs == pytest.approx(PLM[f"{call}.robust.ar{order}"], rel=1e-6)
        assert ours == pytest.approx(autocorrelation(data, fitted, order)[0], rel=1e-9)


@pytest.fixture
def caught(monkeypatch):
    """Run a call and return the stacked data and the fit inside it."""

    def run(call, *args, **options):
        seen = []

        def spy(data, steps):
            seen.append((data, estimate_gmm(data, steps)))
            return seen[-1][1]

        # By way of sys.modules: the front of the package names the function, not the module.
        monkeypatch.setattr(sys.modules["analysis.inference.appendix.gmm"], "estimate_gmm", spy)
        call(*args, **options)
        return seen[0]

    return run


def test_windmeijer_correction_by_numerical_derivative(caught, panel):
    # Three instruments for twelve firms: the weighting matrix is regular and so is its derivative.
    few = {"instruments": [LagInstruments("y", 2, 4)]}
    data, two = caught(gmm, Specification("y", ["a"], effects="entity"), panel, **few)
    one = estimate_gmm(data, 1)
    zx = data.z.T @ data.x

    def second(b1):
        e = data.y - data.x @ b1
        scores = np.zeros((int(data.entity.max()) + 1, data.z.shape[1]))
        np.add.at(scores, data.entity, data.z * e[:, None])
        a = np.linalg.inv(scores.T @ scores)
        return np.linalg.solve(zx.T @ a @ zx, zx.T @ a @ data.z.T @ data.y)

    np.testing.assert_allclose(second(one.coefficients), two.coefficients, rtol=1e-6)
    step = 1e-6
    d = np.column_stack(
        [
            (second(one.coefficients + step * unit) - second(one.coefficients - step * unit))
            / (2 * step)
            for unit in np.eye(len(one.coefficients))
        ]
    )
    v = two.plain
    expected = v + d @ v + v @ d.T + d @ one.covariance @ d.T
    np.testing.assert_allclose(two.covariance, expected, rtol=1e-6)


def test_exactly_identified_gmm_is_instrumental_variables():
    rng = np.random.default_rng(3)
    z, entity = rng.normal(size=(60, 2)), np.repeat(np.arange(12), 5)
    x = z @ [[1.0, 0.3], [0.2, 1.0]] + rng.normal(size=(60, 2))
    y, year = rng.normal(size=60), np.tile(np.arange(2001, 2006), 12)
    found = estimate_gmm(GmmData(y, x, z, entity, year, np.zeros(60, dtype=bool)), 2)
    np.testing.assert_allclose(found.coefficients, np.linalg.solve(z.T @ x, z.T @ y), rtol=1e-9)
    assert found.hansen.df == 0
    assert np.isnan(found.hansen.p)


def test_collapsing_and_limits_count_instruments(full_panel):
    # Eleven years, first row in the second, so nine differences; lags 2 to 10 exist.
    def count(instruments, **options):
        spec = Specification("y", ["a"])
        return gmm(spec, full_panel, instruments=instruments, steps=1, **options)

    years, own = 9, 1
    assert count([LagInstruments("y")]).instruments == years + own + 9
    assert count([LagInstruments("y", 2, 4)]).instruments == years + own + 3
    assert count([LagInstruments("y", 2, 4, False)]).instruments == years + own + 9 + 8 + 7
    assert count([LagInstruments("y", 2, 2)], kind="system").instruments == 10 + own + 1 + 1


def test_equations_without_year_effects(full_panel):
    spec = Specification("y", ["a"], effects="entity")
    difference = gmm(spec, full_panel, instruments=[LagInstruments("y", 2, 3)])
    assert difference.instruments == 3
    system = gmm(spec, full_panel, kind="system", instruments=[LagInstruments("y", 2, 3)])
    assert system.instruments == 3 + 1 + 1  # one lagged difference for levels, one constant


def test_warnings_and_words(empluk, panel):
    spec = Specification("y", ["a"], effects="entity")
    result = gmm(spec, panel, instruments=[LagInstruments("y", 2, 9, False)])
    assert any(f"{result.instruments} instruments for 11 entities" in n for n in result.notes)
    assert any("Hansen p-value of 1.00" in note for note in result.notes)
    assert "appendix" in result.notes[0]
    assert not any("instruments for 140" in note for note in arellano_bond(empluk).notes)
    assert sum(d.rows for d in result.dropped) + len_rows(result, panel) == result.grid_rows
    json.dumps(result.to_dict(), allow_nan=False)
    assert "Hansen J" in result._repr_html_()
    assert result.coefficient("a").label == "Label of a"
    with pytest.raises(UnknownNameError, match="Unknown term 'aa'"):
        result.coefficient("aa")


def len_rows(result, panel):
    from analysis.inference.dynamic.lagged import with_lagged_outcome
    from analysis.models import estimation_rows

    spec, wide = with_lagged_outcome(Specification("y", ["a"]), panel)
    return len(estimation_rows(spec, wide, ("first_difference",)).frame)


def test_units_do_not_matter(gappy, make_panel):
    spec = Specification("y", ["a"], effects="entity")
    base = gmm(spec, make_panel(gappy))
    scaled = gmm(spec, make_panel(gappy.assign(a=gappy["a"] * 1e9)))
    assert scaled.coefficient("a").estimate * 1e9 == pytest.approx(
        base.coefficient("a").estimate, rel=1e-6
    )
    assert scaled.coefficient("a").se * 1e9 == pytest.approx(base.coefficient("a").se, rel=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "levels"}, "GMM of kind 'levels' in 2 steps is unknown"),
        ({"steps": 3}, "in 3 steps is unknown"),
        ({"order": 0}, "0 lags of 'y' make no dynamic panel"),
        ({"level": 1.0}, "must lie between 0 and 1"),
        ({"instruments": [LagInstruments("y", 9, 10)], "standard": ()}, "cannot identify"),
        ({"instruments": [LagInstruments("y", 2, 9, False)]}, "11 entities cannot carry 11 coef"),
    ],
)
def test_bad_options_are_refused(options, message, panel):
    with pytest.raises(SpecificationError, match=message):
        gmm(Specification("y", ["a"]), panel, **options)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"effects": "region_year"}, "not defined with entity and region-by-year effects"),
        ({"initial": ["c"]}, "no initial-by-year controls such as 'c'"),
        ({"sample": Sample(2004, 2004)}, "No first difference of 'y'"),
    ],
)
def test_bad_specifications_are_refused(spec, message, panel):
    with pytest.raises(SpecificationError, match=message):
        gmm(Specification("y", ["a"], **spec), panel)


def test_constant_and_infinite_variables_are_refused(gappy, make_panel):
    gappy["own"] = np.repeat(np.arange(12.0), 11)
    gappy["bad"] = gappy["a"]
    gappy.loc[("e03", 2003), "bad"] = np.inf
    panel = make_panel(gappy)
    with pytest.raises(SpecificationError, match="coefficient of 'own' is not identified"):
        gmm(Specification("y", ["a", "own"]), panel)
    with pytest.raises(SpecificationError, match="Instrument 'bad' is infinite for e03 in 2003"):
        gmm(Specification("y", ["a"]), panel, instruments=[LagInstruments("bad")])
    with pytest.raises(UnknownNameError, match="Unknown standard instrument 'b'"):
        gmm(Specification("y", ["a"]), panel, standard=("b",))
    with pytest.raises(SpecificationError, match="start at lag 1 or deeper"):
        LagInstruments("y", 3, 2)
