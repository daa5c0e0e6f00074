"""The tutorial's regressions of many panels are those of the engine, and its traps are traps."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from threadpoolctl import threadpool_info, threadpool_limits

from analysis.certificates.design import Design, panel_from
from analysis.certificates.procedures.form import product_reading, within_reading
from analysis.certified import read_rows
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import estimate
from analysis.learning import TRAPS, drawn, trap, traps
from analysis.learning.traps import SEED
from analysis.models import Specification

PLAIN = [
    (name, key)
    for name, looks in TRAPS.items()
    for key, look in looks.items()
    if look.clustered and not callable(look.regressors)
]


def first(name, key):
    """The tutorial's reading of one panel, and the panel."""
    look, made = TRAPS[name][key], Design()
    arrays = look.draw(made, np.random.default_rng(SEED))
    found = look.read({n: v[None] for n, v in arrays.items()}, made.regions)
    return found, panel_from(dict(arrays)), look


@pytest.mark.parametrize(("name", "key"), PLAIN)
def test_many_panels_at_once_give_what_the_engine_gives_one_by_one(name, key):
    found, panel, look = first(name, key)
    spec = Specification(look.outcome, look.regressors, lag=look.lag, effects=look.effects)
    line = estimate(spec, panel).coefficient(look.regressors[0])
    got = (found.estimate[0], found.se[0], found.p[0])
    assert got == pytest.approx((line.estimate, line.se, line.p), rel=1e-8)
    pd.testing.assert_frame_equal(drawn(name, key).frame, panel.frame)


@pytest.mark.parametrize(("key", "reading"), [("series", product_reading),
                                              ("movements", within_reading)])  # fmt: skip
def test_products_are_read_as_the_certificates_read_them(key, reading):
    found, panel, _ = first("products", key)
    assert found.estimate[0] == pytest.approx(reading(panel, None).estimate, rel=1e-8)


def test_rows_alone_have_the_error_of_a_regression_with_dummies():
    found, panel, _ = first("clusters", "rows")
    frame = panel.frame.assign(x=panel.frame.groupby("entity")["x"].shift()).dropna().reset_index()
    dummies = pd.get_dummies(frame[["entity", "year"]].astype(str), drop_first=True, dtype=float)
    fitted = sm.OLS(frame["y"], sm.add_constant(dummies.assign(x=frame["x"]))).fit()
    got = (found.estimate[0], found.se[0], found.p[0])
    assert got == pytest.approx(
        (fitted.params["x"], fitted.bse["x"], fitted.pvalues["x"]), rel=1e-7
    )


def test_the_trap_of_products_is_that_of_the_certificates():
    known = {r["method"]: float(r["rejects"]) for r in read_rows() if float(r["effect"]) == 0}
    found = trap("products", replications=200).rejects
    assert found["series"] == pytest.approx(known["product_declared"], abs=0.1)
    assert found["movements"] == pytest.approx(known["product_within"], abs=0.06)


def test_shared_ingredients_give_the_slopes_of_arithmetic():
    rows = trap("shared", replications=100).rows
    # Logs of b/c and a/c share the variance of c: half of it; an ingredient is a fifth of an index.
    assert rows.loc["denominator", "mean"] == pytest.approx(0.5, abs=0.05)
    assert rows.loc["ingredient", "mean"] == pytest.approx(0.2, abs=0.02)
    assert rows.loc["nothing", "mean"] == pytest.approx(0, abs=0.04)


def test_a_trap_depends_on_its_seed_alone():
    one, two = (trap("trends", replications=20).rows for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["mean"].equals(trap("trends", replications=20, seed=1).rows["mean"])


def test_many_small_regressions_use_one_thread(monkeypatch):
    used, read = set(), traps.slopes

    def look(*given):
        used.update(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")
        return read(*given)

    monkeypatch.setattr(traps, "slopes", look)
    with threadpool_limits(limits=2, user_api="blas"):
        trap("trends", replications=2)
    assert used == {1}


def test_a_trap_shows_its_shares_and_its_table():
    found = trap("clusters", replications=20)
    assert "<svg" in found.picture.svg()
    assert all(look.title in found.table.text for look in TRAPS["clusters"].values())


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: trap("trend"), UnknownNameError, "did you mean trends"),
        (lambda: trap("trends", year=3), UnknownNameError, "did you mean years"),
        (lambda: trap("trends", replications=1), SpecificationError, "1 panels say nothing"),
        (lambda: drawn("shared", "denominators"), UnknownNameError, "did you mean denominator"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()
