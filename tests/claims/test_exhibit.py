"""Exhibits come back from JSON exactly as they were, and refuse what would not."""

import json
import string

import numpy as np
import pandas as pd
import pytest

from analysis.claims.exhibit import Exhibit, tiles, yearly_values
from analysis.errors import AnalysisError


def back(value):
    text = json.dumps(Exhibit("any", {"x": value}).to_dict(), allow_nan=False, sort_keys=True)
    return Exhibit.from_dict(json.loads(text)).values["x"]  # noqa: PD011


def same(a, b):
    """Whether two values agree in type and content, missing ones included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b, check_exact=True)
        return type(a.index) is type(b.index) and type(a.columns) is type(b.columns)
    if isinstance(a, pd.Series):
        pd.testing.assert_series_equal(a, b, check_exact=True)
        return type(a.index) is type(b.index)
    if isinstance(a, np.ndarray):
        equal_nan = a.dtype.kind == "f"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=equal_nan)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return repr(a) == repr(b)  # nan is itself, and 0.0 is not -0.0


def some_float(rng):
    extremes = (np.nan, np.inf, -np.inf, -0.0, 5e-324)
    return float(rng.choice([rng.normal() * 10.0 ** rng.integers(-300, 300), *extremes]))


def some_word(rng):
    return "".join(rng.choice([*string.printable, "耐", "−", "$"], rng.integers(0, 6)))


def some_column(rng, n):
    kind = rng.integers(6)
    return [
        lambda: rng.integers(-(2**62), 2**62, n),
        lambda: np.array([some_float(rng) for _ in range(n)], float),
        lambda: rng.random(n) < 0.5,
        lambda: pd.array([None if rng.random() < 0.2 else some_word(rng) for _ in range(n)], "str"),
        lambda: pd.Series([some_plain(rng, 0) for _ in range(n)], dtype=object).array,
        lambda: rng.normal(size=n).astype(np.float32),
    ][kind]()


def some_index(rng, n):
    return [
        lambda: pd.RangeIndex(n),
        lambda: pd.RangeIndex(2000, 2000 + n, name="year"),
        lambda: pd.Index([some_word(rng) for _ in range(n)], name="label", dtype="str"),
        lambda: pd.MultiIndex.from_arrays([range(n), [some_word(rng) for _ in range(n)]],
                                          names=["a", None]),
    ][rng.integers(4)]()  # fmt: skip


def some_plain(rng, depth):
    simple = [
        lambda: None,
        lambda: bool(rng.random() < 0.5),
        lambda: int(rng.integers(-(2**62), 2**62)),
        lambda: some_float(rng),
        lambda: some_word(rng),
    ]
    if depth == 0:
        return simple[rng.integers(len(simple))]()
    n = int(rng.integers(0, 4))
    deeper = [
        lambda: [some_plain(rng, depth - 1) for _ in range(n)],
        lambda: tuple(some_plain(rng, depth - 1) for _ in range(n)),
        lambda: {some_word(rng): some_plain(rng, depth - 1) for _ in range(n)},
        lambda: pd.Series(some_column(rng, n), some_index(rng, n), name=some_word(rng)),
        lambda: pd.DataFrame({some_word(rng): some_column(rng, n) for _ in range(3)},
                             some_index(rng, n)),
        lambda: rng.normal(size=(n, 2)),
        lambda: rng.integers(0, 9, n),
        lambda: np.array([some_word(rng) for _ in range(n)], dtype="U8"),
        lambda: np.float64(some_float(rng)),
        lambda: np.int32(n),
        lambda: np.bool_(n > 1),
    ]  # fmt: skip
    return [*simple, *deeper][rng.integers(len(simple) + len(deeper))]()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_plain_comes_back_exactly(seed):
    rng = np.random.default_rng(seed)
    for _ in range(150):
        value = some_plain(rng, 3)
        found = back(value)
        assert same(found, value), value
        assert Exhibit("any", {"x": found}) == Exhibit("any", {"x": value})


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame(index=["a", "b"]),
        pd.DataFrame({2010: [1.0], 2011: [np.nan]}, index=["a"]).rename_axis(columns="year"),
        pd.DataFrame([[1, 2.5, "x", None]], columns=["a", "a", "b", "c"]),
        pd.DataFrame({"a": [1, 2, 3]}).iloc[[2, 0]],
        pd.DataFrame({"a": [[1, 2], (3.0, "x")]}),
    ],
)
def test_frames_of_every_shape_come_back(frame):
    assert same(back(frame), frame)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "'x' of an exhibit is of type object"),
        ([1, {2}], r"'x\[1\]' .* of type set"),
        ({"a": {"b": 1 + 2j}}, r"'x\.a\.b' .* of type complex"),
        ({1: 2}, "str keys"),
        (pd.DataFrame({"when": pd.to_datetime(["2020-01-01"])}), r"'x\.when' .* datetime64"),
        (pd.Series(["a"], dtype="category"), "dtype category"),
        (np.array([1j]), "dtype complex128"),
    ],
)
def test_what_is_not_plain_is_refused_by_the_name_of_its_key(value, words):
    with pytest.raises(TypeError, match=words) as caught:
        Exhibit("any", {"x": value}).to_dict()
    assert isinstance(caught.value, AnalysisError)


def test_a_panel_becomes_rows_of_a_map_and_of_trends(full_panel):
    values = full_panel["a"].groupby(level=0).mean().iloc[1:]
    rows = tiles(full_panel, values)
    assert rows.index.equals(full_panel.entities.index)
    assert rows["value"].isna().sum() == 1
    long = yearly_values(full_panel, ["a", "c"])
    assert len(long) == 2 * len(full_panel.frame)
    assert same(back(long), long)
