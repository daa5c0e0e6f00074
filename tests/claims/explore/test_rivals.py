"""Rival forms: the same rows, the same slope as an ordinary estimate, BIC as it is defined."""

import numpy as np
import pandas as pd
import pytest

from analysis.claims.designs import Regression
from analysis.claims.explore.rivals import (
    Form,
    bic_table,
    rival_effects,
    rival_forms,
    rival_numbers,
    rivals_table,
)
from analysis.inference import estimate
from analysis.models import Sample, Specification

FORMS = (
    Form("declared", "beside b", ("a", "b")),
    Form("square", "beside b and its square", ("a", "b"), (("b", "b"),)),
    Form("without", "b alone", ("b",)),
    Form("later", "beside b, later", ("a", "b"), sample=Sample(first_year=2004)),
)


@pytest.fixture
def rows(full_panel):
    spec = Specification("y", ("a", "b"))
    return rival_forms(Regression(full_panel, spec, "a", "+", "y", "a"), FORMS, "a"), full_panel


def test_slopes_are_those_of_ordinary_estimates(rows):
    table, panel = rows
    for spec, key in (
        (Specification("y", ("a", "b")), "declared"),
        (Specification("y", ("a", "b"), (("b", "b"),), effects="region_year"), "square"),
        (Specification("y", ("a", "b"), sample=Sample(first_year=2004)), "later"),
    ):
        line = estimate(spec, panel).coefficient("a")
        row = table[(table["key"] == key) & (table["effects"] == spec.effects)].iloc[0]
        assert row["estimate"] == pytest.approx(line.estimate * line.scale)
        assert row["low_cr3"] == pytest.approx(line.low_cr3 * line.scale)
        assert row["mde"] == pytest.approx(line.mde * line.scale)


def test_bic_counts_one_parameter_a_term_and_stays_on_the_same_rows(rows):
    table, panel = rows
    one, two = (
        estimate(Specification("y", names), panel).fitted.residuals
        for names in (("a", "b"), ("b",))
    )
    n = len(one)
    wanted = n * np.log((two @ two) / (one @ one)) - np.log(n)
    bic = table.groupby("key")["bic"].first()
    assert bic["declared"] == 0
    assert bic["without"] == pytest.approx(wanted)
    assert np.isnan(bic["later"]), "other rows cannot be compared"


def test_a_form_without_the_term_has_no_slope_and_publishes_none(rows):
    table, _ = rows
    numbers = rival_numbers(table)
    assert set(numbers["without"]) == {"n", "bic"}
    assert "bic" not in numbers["later"]
    found = numbers["declared"]["two_way"]
    assert (found["zero"] == "excludes zero") == (found["low"] > 0 or found["high"] < 0)
    exhibit = rival_effects(table, "slope")
    assert list(exhibit.values["rows"]["key"]) == ["declared", "square", "later"]  # noqa: PD011


def test_the_table_shows_a_dash_where_there_is_nothing(rows):
    table, _ = rows
    body = {row[0]: row[1:] for row in rivals_table(table, "Forms").rows}
    assert body["b alone"].count("–") == 3
    assert body["beside b, later"].count("–") == 1


def test_forms_by_bic_put_the_best_first():
    models = pd.DataFrame({"words": ["x", "z"], "parameters": [3, 4], "bic": [-10.0, -12.5]})
    rows = bic_table(models, "Forms").rows
    assert [(row[0], row[-1]) for row in rows] == [("z", "0.0"), ("x", "2.5")]
