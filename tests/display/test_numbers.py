import numpy as np
import pytest

from analysis.claims.numbers import flatten
from analysis.display.html import publish


def test_flatten_joins_names_and_gives_plain_scalars():
    flat = flatten({"a": np.float64(1.5), "b": {"c": np.int64(2), "d": "word"}}, "m16")
    assert flat == {"m16_a": 1.5, "m16_b_c": 2, "m16_b_d": "word"}
    assert [type(v) for v in flat.values()] == [float, int, str]


@pytest.mark.parametrize("value", [None, [1, 2], np.array([1.0])])
def test_only_scalars_and_words_are_published(value):
    with pytest.raises(TypeError, match="'x_a' is a"):
        publish({"a": value}, "x")
