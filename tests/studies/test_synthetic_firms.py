"""Invented firms: the same every time, labelled, and in the layout a reader's table has."""

import pandas as pd
import pytest

from analysis.data.firm_panel import firm_fields, read_firm_panel
from analysis.measures.firms import mount_firms
from analysis.studies.patient_capital.synthetic_firms import synthetic_firms


@pytest.fixture(scope="module")
def invented():
    return synthetic_firms(firms=120)


def test_a_seed_gives_one_panel(invented):
    pd.testing.assert_frame_equal(synthetic_firms(firms=120).table, invented.table)
    assert not synthetic_firms(firms=120, seed=1).table.equals(invented.table)


def test_every_row_says_that_it_is_invented(invented):
    assert invented.table["ShortName"].str.startswith("synthetic").all()
    assert invented.table["Stkcd"].str.startswith("SYN").all()


def test_columns_are_those_of_the_layout(invented):
    known = {f.column for f in firm_fields().values()} | {"Typrep"}
    assert set(invented.table) <= known
    assert read_firm_panel(invented.table).absent == ("citations", "myopia", "pledge_pilot")


def test_accounts_add_up(invented):
    t = invented.table
    debt = t[["A002101000", "A002201000", "A002203000"]].sum(axis=1)
    assert (debt <= t["A002000000"] + 2).all(), "debt is part of liabilities"
    assert (t["A002000000"] < t["A001000000"] * 1.3).all()
    kinds = [c for c in t if c.endswith("HoldProportion")]
    assert (t[kinds].sum(axis=1) <= t["InsInvestorProp"] + 1e-3).all()


def test_panel_is_unbalanced_and_measures_exist(invented):
    measured = mount_firms(invented.table)
    per_firm = measured.frame.groupby(level="firm").size()
    assert per_firm.min() < per_firm.max()
    assert measured.frame["strategic_share"].notna().mean() > 0.5
    assert measured.frame["relational_share"].between(0, 1).all()
    assert measured.frame["young"].groupby(level="firm").nunique().max() == 2
