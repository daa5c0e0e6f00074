"""Many effects at once, against R, against our own fit and against dummies spelled out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError, SpecificationError, UnknownNameError
from analysis.inference import cr1
from analysis.models import Specification, fit
from analysis.models.large import estimate_large
from analysis.models.large_rows import free_parameters

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def long():
    """Workers who move between firms, with a hole and two rows that are alone in their level."""
    rng = np.random.default_rng(8)
    n = 900
    frame = pd.DataFrame(
        {
            "worker": rng.integers(0, 90, n), "firm": rng.integers(0, 25, n),
            "year": rng.integers(0, 8, n), "a": rng.normal(size=n), "b": rng.normal(size=n),
        }
    )  # fmt: skip
    frame["a"] += 0.1 * frame["firm"] + 0.02 * frame["worker"]
    noise = rng.normal(size=n) + rng.normal(size=90)[frame["worker"]]
    frame["y"] = 0.3 * frame["a"] - frame["b"] + 0.2 * frame["firm"] + noise
    frame.loc[5, "a"] = np.nan
    frame.loc[6, "worker"] = 999
    frame.loc[7, "firm"] = 999
    frame["worker"] = "w" + frame["worker"].astype(str)
    return frame.set_index(pd.Index(range(100, 100 + n)))


def dummies(codes):
    return (np.asarray(codes)[:, None] == np.unique(codes)).astype(float)


def by_hand(frame, effects, cluster):
    blocks = np.column_stack([dummies(frame[e]) for e in effects])
    z = frame[["y", "a", "b"]].to_numpy()
    clean = z - blocks @ np.linalg.lstsq(blocks, z, rcond=1e-11)[0]
    b = np.linalg.lstsq(clean[:, 1:], clean[:, 0], rcond=None)[0]
    codes = pd.factorize(frame[cluster])[0]
    loose = [dummies(frame[e]) for e in effects if frame.groupby(e)[cluster].nunique().max() > 1]
    k = 2 + np.linalg.matrix_rank(np.column_stack([np.ones(len(z)), *loose]))
    return b, np.sqrt(np.diag(cr1(clean[:, 1:], clean[:, 0] - clean[:, 1:] @ b, codes, k))), k


@pytest.mark.parametrize("cluster", ["worker", "firm", "year"])
@pytest.mark.parametrize("effects", [["worker", "firm", "year"], ["worker", "year"], ["firm"]])
def test_agrees_with_dummies_spelled_out(effects, cluster, long):
    found = estimate_large("y", ["a", "b"], long, effects=effects, cluster=cluster)
    lost = [105] + [106] * ("worker" in effects) + [107] * ("firm" in effects)
    b, se, k = by_hand(long.drop(index=lost), effects, cluster)
    assert (found.n, found.parameters, found.grid_rows) == (900 - len(lost), k, 900)
    assert found.n + sum(d.rows for d in found.dropped) == 900
    np.testing.assert_allclose(found.table["estimate"], b, rtol=1e-6)
    np.testing.assert_allclose(found.table["se"], se, rtol=1e-6)


def test_agrees_with_our_own_fit(panel):
    fitted = fit(Specification("y", ("a", "b"), lag=0), panel)
    frame = panel.frame.reset_index()
    found = estimate_large("y", ["a", "b"], frame, effects=["entity", "year"], cluster="entity",
                           tolerance=1e-12)  # fmt: skip
    se = np.sqrt(np.diag(cr1(fitted.x, fitted.residuals, fitted.clusters, fitted.parameters)))
    assert (found.n, found.parameters) == (fitted.n, fitted.parameters)
    np.testing.assert_allclose(found.table["estimate"], fitted.coefficients, rtol=1e-8)
    np.testing.assert_allclose(found.table["se"], se, rtol=1e-8)


SCRIPT = """
import json, sys
import pandas as pd
from analysis.models.large import estimate_large
frame = pd.read_csv(sys.argv[1])
out = {}
for cluster in ("entity", "year"):
    found = estimate_large("invest", ["value", "capital"], frame, effects=["entity", "year"],
                           cluster=cluster, tolerance=1e-13)
    out[cluster] = [found.parameters, *found.table["estimate"], *found.table["se"]]
print(json.dumps(out))
"""


@pytest.mark.slow
def test_golden_fixest_under_two_hash_seeds(grunfeld, tmp_path):
    grunfeld.frame.to_csv(tmp_path / "grunfeld.csv")
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "grunfeld.csv")]
    started = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        )
        for seed in ("0", "1")
    ]  # fmt: skip
    runs = [json.loads(process.communicate()[0]) for process in started]
    # R 4.2.2 on Grunfeld: plm 2.6-2 two-way slopes; fixest 0.14.2 standard errors, by firm and by
    # year. Parameters: two slopes and twenty years, two slopes and ten firms.
    slopes = [0.1177158551, 0.3579162731]
    golden = {
        "entity": [22, *slopes, 0.01082442948, 0.04784839659],
        "year": [12, *slopes, 0.01916382991, 0.05253902036],
    }
    for cluster, expected in golden.items():
        for run in runs:
            np.testing.assert_allclose(run[cluster], expected, rtol=0, atol=6e-11)
        np.testing.assert_allclose(runs[0][cluster], runs[1][cluster], rtol=1e-12)


def test_frame_is_left_alone_and_units_do_not_matter(long):
    before = long.copy()
    found = estimate_large("y", ["a", "b"], long, effects=["worker", "firm"], cluster="worker")
    pd.testing.assert_frame_equal(long, before)
    other = estimate_large("y", ["a", "b"], long.assign(a=long["a"] * 1e-9, b=long["b"] * 1e9),
                           effects=["worker", "firm"], cluster="worker")  # fmt: skip
    for column in ("estimate", "se"):
        ratio = other.table[column] / found.table[column]
        np.testing.assert_allclose(ratio, [1e9, 1e-9], rtol=1e-6)
    np.testing.assert_allclose(other.table["p"], found.table["p"], rtol=1e-4)


def test_parameters_follow_the_graph_of_levels():
    clusters = np.arange(8)
    # Two separate halves: four levels of each effect, one redundancy per half.
    left, right = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])
    columns = np.column_stack([np.ones(8), dummies(left), dummies(right)])
    assert free_parameters([left, right], clusters) == (np.linalg.matrix_rank(columns), True)
    assert free_parameters([left, right], clusters) == (6, True)
    assert free_parameters([left], left) == (1, True)
    third = np.array([0, 1] * 4)
    assert free_parameters([left, right, third], clusters) == (4 + 4 + 2 - 2, False)


def test_result_speaks_json_and_html_and_names_its_bound(long):
    found = estimate_large("y", ["a"], long, effects=["worker", "firm", "year"], cluster="worker")
    back = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert back["dropped"] == ["a missing: 1", "only row of a level: 2"]
    assert back["levels"] == {"worker": 90, "firm": 25, "year": 8}
    assert "only row of a level: 2" in found._repr_html_()
    by_year = estimate_large("y", ["a"], long.assign(cell=range(900)),
                             effects=["worker", "firm", "year"], cluster="cell")  # fmt: skip
    assert "one redundancy per pair" in by_year.notes[1]


def test_errors_say_what_to_mend(long):
    def run(outcome="y", regressors=("a",), frame=long, effects=("worker", "firm"), cluster="firm"):
        estimate_large(outcome, regressors, frame, effects=effects, cluster=cluster)

    with pytest.raises(UnknownNameError, match="Unknown column 'wroker' in the frame: did you"):
        run(effects=("wroker",))
    with pytest.raises(SpecificationError, match="at least one regressor and one effect"):
        run(regressors=())
    with pytest.raises(SpecificationError, match="enters twice"):
        run(regressors=("a", "a"))
    with pytest.raises(SpecificationError, match="'a' is infinite in row 3"):
        run(frame=long.assign(a=np.where(np.arange(900) == 3, np.inf, 1.0)))
    with pytest.raises(SpecificationError, match="'a' does not vary"):
        run(frame=long.assign(a=1.0))
    with pytest.raises(SpecificationError, match="'c' is absorbed by the effects or repeats"):
        run(regressors=("a", "c"), frame=long.assign(c=pd.factorize(long["worker"])[0] * 1.0))
    with pytest.raises(SpecificationError, match="'c' is absorbed by the effects or repeats"):
        run(regressors=("a", "c"), frame=long.assign(c=3 * long["a"]))
    with pytest.raises(SpecificationError, match="No row is left to explain 'y'"):
        run(frame=long.assign(a=np.nan))
    with pytest.raises(SpecificationError, match="897 rows in 1 clusters cannot carry 1"):
        run(frame=long.assign(one=1), cluster="one")


OPTIONS = {
    "Level 95 must lie": {"level": 95},
    "Level 0 must lie": {"level": 0},
    "Level -0.05 must lie": {"level": -0.05},
    "Tolerance 0 must lie": {"tolerance": 0},
    "Tolerance 1 must lie": {"tolerance": 1},
    "Tolerance nan must lie": {"tolerance": float("nan")},
}


@pytest.mark.parametrize(("message", "option"), OPTIONS.items(), ids=list(OPTIONS))
def test_options_out_of_range_are_told(message, option):
    frame = pd.DataFrame({"y": [1.0, 2.0], "x": [1.0, 0.0], "e": [1, 1]})
    with pytest.raises(SpecificationError, match=message):
        estimate_large("y", ["x"], frame, effects=["e"], cluster="e", **option)


def test_a_table_that_is_none_is_told():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"e": rng.integers(0, 30, 300), "x": rng.normal(size=300)})
    frame["y"] = 0.3 * frame["x"] + rng.normal(size=300)

    def run(table):
        return estimate_large("y", ["x"], table, effects=["e"], cluster="e")

    with pytest.raises(SpecificationError, match="no row to explain 'y'"):
        run(frame[:0])
    with pytest.raises(SpecificationError, match="holds column 'x' twice"):
        run(pd.concat([frame, frame[["x"]]], axis=1))
    text = frame["y"].astype(object).where(frame.index != 3, "1,234")
    with pytest.raises(DataError, match="'y' holds '1,234' in row 3"):
        run(frame.assign(y=text))
    plain, tiny = run(frame).table, run(frame.assign(x=frame["x"] * 1e-200)).table
    np.testing.assert_allclose(tiny["estimate"] * 1e-200, plain["estimate"], rtol=1e-9)
    np.testing.assert_allclose(tiny["t"], plain["t"], rtol=1e-9)


def test_names_under_a_table_are_escaped():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"e": rng.integers(0, 30, 300), "<u>x": rng.normal(size=300)})
    frame["y"] = frame["<u>x"] + rng.normal(size=300)
    frame.loc[:9, "<u>x"] = np.nan
    shown = estimate_large("y", ["<u>x"], frame, effects=["e"], cluster="e")._repr_html_()
    assert "&lt;u&gt;x missing: 10" in shown
    assert "<u>" not in shown
