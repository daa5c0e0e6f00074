"""Poisson regression on a long table: R, counted rows, differences and refusals."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.sensitivity.counts import count_regression
from analysis.measures.firms import us_regressors
from analysis.studies.patient_capital.us_firms import us_firms
from tests.goldens.read import golden

R = golden("sensitivity")


@pytest.fixture(scope="module")
def firms():
    return us_regressors(us_firms().frame)


def toy():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {"firm": np.repeat(np.arange(20), 8), "year": np.tile(np.arange(8), 20),
         "x": rng.normal(size=160), "z": rng.normal(size=160)}
    )  # fmt: skip
    return table.assign(y=rng.poisson(np.exp(0.5 + 0.3 * table["x"] - 0.1 * table["z"])))


def fit(table, **changes):
    said = {"effects": ["firm", "year"], "cluster": "firm"} | changes
    return count_regression("y", ["x", "z"], table, **said)


def test_both_conventions_of_the_error_are_those_of_r(firms):
    # R sandwich 3.0.2, vcovCL with cadjust: HC0 is G/(G-1), HC1 the project's factor with K = 147.
    terms = ["institutions", "log_capital_labour", "log_sales"]
    said = {"effects": ["industry", "year"], "cluster": "company"}
    plain = count_regression("cites", terms, firms, charge=False, **said)
    charged = count_regression("cites", terms, firms, **said)
    for term, name in zip(
        terms, ["institutions", "log(capital/employment)", "log(sales)"], strict=True
    ):
        assert plain.coefficient(term).estimate == pytest.approx(R[f"poisson.b.{name}"], rel=1e-7)
        assert plain.coefficient(term).se == pytest.approx(
            R[f"poisson.cadjust.se.{name}"], rel=1e-6
        )
        assert charged.coefficient(term).se == pytest.approx(R[f"poisson.HC1.se.{name}"], rel=1e-6)
    assert (charged.parameters, charged.n, charged.clusters) == (147, 6208, 803)
    assert not charged.dropped


def test_a_difference_has_the_error_of_a_shifted_regressor():
    # x·a + z·b = (a − b)·x + b·(x + z): the first coefficient then is the difference.
    table = toy()
    found = fit(table).difference("x", "z")
    shifted = count_regression(
        "y", ["x", "s"], table.assign(s=table["x"] + table["z"]), effects=["firm", "year"],
        cluster="firm",
    ).coefficient("x")  # fmt: skip
    assert found.estimate == pytest.approx(shifted.estimate, abs=1e-8)
    assert found.se == pytest.approx(shifted.se, rel=1e-5)


def test_rows_left_out_are_counted_and_change_nothing():
    table = toy()
    silent = table[table["firm"] == 0].assign(firm=99, y=0)
    gaps = table.head(5).assign(firm=98, x=np.nan)
    found = fit(pd.concat([table, silent, gaps], ignore_index=True))
    assert [str(d) for d in found.dropped] == ["x missing: 5", "only zero counts in its firm: 8"]
    assert found.n + 13 == found.grid_rows
    alone = fit(table)
    assert found.coefficient("x").estimate == pytest.approx(
        alone.coefficient("x").estimate, abs=1e-9
    )
    assert found.coefficient("x").se == pytest.approx(alone.coefficient("x").se, rel=1e-8)


def test_a_separated_zero_is_left_out_by_name():
    table = toy()
    table["z"] = 0.0
    table.loc[[3, 40], "z"] = 1.0
    table.loc[[3, 40], "y"] = 0
    with pytest.raises(SpecificationError, match="'z' is absorbed"):
        fit(table)  # the two rows go, and nothing of z is left


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"y": -1}, SpecificationError, "'y' is negative"),
        ({"y": 0}, SpecificationError, "No row informs a slope"),
        ({"x": np.inf}, SpecificationError, "'x' is infinite"),
        ({"x": np.nan}, SpecificationError, "No row has every figure"),
        ({"firm": 1}, SpecificationError, "1 clusters by firm cannot carry 2 terms"),
    ],
)
def test_what_cannot_be_run_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        fit(toy().assign(**change))


def test_an_unknown_column_or_term_is_named():
    with pytest.raises(UnknownNameError, match="'industry' in the table"):
        fit(toy(), effects=["industry"])
    with pytest.raises(UnknownNameError, match="'w' in this estimate"):
        fit(toy()).difference("x", "w")
