from __future__ import annotations

from analysis.data import coverage, provenance
from analysis.data.dataset import read_dataset


def test_coverage_is_a_share_of_entities(china):
    share = coverage(china)
    assert share.shape == (99, 15)
    assert share.loc["loans", 2015] == 30 / 31  # Guangdong is missing
    assert share.loc["hightech_revenue", 2017] == 0
    assert share.loc["gdp"].eq(1).all()


def test_provenance_names_every_table():
    table = provenance()
    for name in ("china", "world"):
        ds = read_dataset(name)
        tables = set(table.loc[table["dataset"] == name, "table"])
        assert set(ds.tables) <= tables
    assert (table["sha256"].str.len() == 64).all()
    assert table[["title", "licence", "retrieved", "publisher"]].ne("").all(axis=None)
    assert table.set_index(["dataset", "table"]).loc[("china", "finance"), "variables"] == 12


def test_provenance_of_someone_elses_data(toy):
    table = provenance(toy)
    assert table["table"].tolist() == ["money"]
    assert table["sha256"].tolist() == ["not pinned"]
