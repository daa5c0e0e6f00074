"""Shares of one and percent in tables of firms, where the study has no figures to compare with."""

import numpy as np
import pandas as pd
import pytest

from analysis.adapt.command import prepare
from analysis.adapt.options import Wishes
from analysis.errors import DataError

RATES = {
    "percent": np.linspace(2, 93, 60),
    "percent with many zeros": np.r_[np.zeros(40), np.linspace(3, 60, 20)],
    "shares of one": np.linspace(0.02, 0.93, 60),
    "a rate in percent below one, such as R&D of small firms": np.linspace(0.05, 0.8, 60),
    "shares of one with a few far above it": np.r_[np.linspace(0.2, 0.9, 57), 1.8, 2.4, 7.0],
}


@pytest.fixture
def firms(tmp_path, vocabulary):
    """Propose and convert a table of firms with one rate; gives unit, sure and where the map is."""

    def firms(values, heading="机构投资者持股比例"):
        rows = [(600000 + i // 6, 2014 + i % 6, v) for i, v in enumerate(values)]
        table = pd.DataFrame(rows, columns=["证券代码", "会计年度", heading])
        table.to_csv(tmp_path / "f.csv", index=False)
        wishes = Wishes(tmp_path / "f.csv", tmp_path / "out", map=tmp_path / "map.yml")
        found, made = prepare(vocabulary, lambda _: {}, wishes, lambda _: None)
        assert found.like == "firms"
        (one,) = found.columns
        assert one.series == "institutions"
        return one, made

    return firms


@pytest.mark.parametrize("kind", list(RATES)[:2])
def test_figures_far_above_one_are_percent_and_marked_as_unsure(firms, kind):
    one, made = firms(RATES[kind])
    assert (one.unit, one.sure) == ("%", False)
    assert made.account.columns[0][2] == "%"


@pytest.mark.parametrize("kind", list(RATES)[2:])
def test_figures_that_may_be_either_are_asked_about_and_nothing_is_guessed(firms, kind, tmp_path):
    with pytest.raises(DataError, match=r"percent or shares of one.*'%' or unit: share"):
        firms(RATES[kind])
    text = (tmp_path / "map.yml").read_text("utf-8")
    assert "unit: ''" in text
    assert "sure: false" in text
    for said, factor in (("share", 100), ("'%'", 1)):
        (tmp_path / "map.yml").write_text(text.replace("unit: ''", f"unit: {said}"), "utf-8")
        _, made = firms(RATES[kind])
        assert made.account.columns[0][2] == {100: "share as %", 1: "%"}[factor]


def test_a_heading_that_says_its_unit_is_believed(firms):
    one, _ = firms(RATES["shares of one"], "机构投资者持股比例(%)")
    assert (one.unit, one.sure) == ("%", True)
