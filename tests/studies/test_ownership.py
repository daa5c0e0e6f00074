"""Owners of US firms: the published figures, R for everything else."""

import numpy as np
import pytest

from analysis.studies.patient_capital.ownership import KINDS, ownership
from analysis.studies.patient_capital.us_firms import us_firms
from tests.goldens.read import golden

# tests/goldens/firms.R: glm and lm with dummies, vcovCL(type = "HC0", cadjust = TRUE).
R = golden("firms")


@pytest.fixture(scope="module")
def found():
    return ownership(us_firms().frame)


def test_published_figures_come_out_to_their_last_digit(found):
    # R sandwich, tests/Examples/sandwich-Ex.Rout.save, "replication of columns 3 to 5 from Table I
    # in Aghion et al. (2013)"; typed again here, so that a changed ownership.yml is seen.
    printed = {
        "col3": (0.009687237, 0.002406388),
        "col4": (0.008460789, 0.002242345),
        "col5": (0.007381543, 0.002443707),
    }
    for name, (estimate, se) in printed.items():
        row = found.table.loc[name]
        assert (row["published"], row["published_se"]) == (estimate, se)
        assert row["estimate"] == pytest.approx(estimate, abs=6e-10)
        assert row["se"] == pytest.approx(se, abs=2e-9)
    assert found.table["published"].notna().sum() == len(printed)


@pytest.mark.parametrize("name", ["col3", "col4", "col5", "firm", "firm_kinds"])
def test_counts_agree_with_glm(found, name):
    row = found.table.loc[name]
    assert row["estimate"] == pytest.approx(R[f"{name}.b.institutions"], rel=1e-6)
    assert row["se"] == pytest.approx(R[f"{name}.company.se.institutions"], rel=1e-4)
    half = (row["high_industry"] - row["low_industry"]) / 2
    assert half / R[f"{name}.industry.se.institutions"] == pytest.approx(1.98, abs=0.01)


def test_the_linear_column_agrees_with_lm(found):
    row = found.table.loc["ols"]
    assert row["estimate"] == pytest.approx(R["ols.b.institutions"], rel=1e-7)
    # The project's factor has (n-1)/(n-K), and drops rows that an industry dummy fits exactly.
    assert row["se"] == pytest.approx(R["ols.company.se.institutions"], rel=0.03)
    assert row["se"] > R["ols.company.se.institutions"]
    assert row["n"] + 2183 + 10 == row["rows"] == R["rows"]


@pytest.mark.parametrize(("column", "name"), [("between", "owners"), ("within", "owners_firm")])
def test_kinds_of_owners_agree_with_glm(found, column, name):
    for kind in KINDS:
        row = found.owners.loc[(column, kind)]
        assert row["estimate"] == pytest.approx(R[f"{name}.b.{kind}"], rel=1e-6)
        assert row["se"] == pytest.approx(R[f"{name}.company.se.{kind}"], rel=1e-4)
    # R keeps rows that are alone in their level; they inform nothing.
    assert 0 <= R[f"{name}.n"] - row["n"] <= 27


def test_the_difference_of_dedicated_and_transient_owners(found):
    less = found.differences["between"]
    owners = found.owners.loc["between", "estimate"]
    assert less.estimate == pytest.approx(owners["dedicated"] - owners["transient"])
    assert less.se == pytest.approx(R["owners.dedicated_less_transient.se"], rel=1e-4)


def test_every_row_left_out_is_counted(found):
    for table in (found.table, found.owners):
        for _, row in table.iterrows():
            counts = [int(part.rsplit(": ", 1)[1]) for part in row["dropped"].split("; ") if part]
            assert row["n"] + sum(counts) == row["rows"]


def test_what_a_design_could_see_follows_its_error(found):
    ratio = (found.table["mde"] / found.table["se"]).astype(float)
    np.testing.assert_allclose(ratio, 2.80, atol=0.02)
