from __future__ import annotations

import pytest

from analysis.data.dataset import DATA, read_dataset, read_units
from analysis.data.sidecar import read_sidecar
from analysis.errors import DataError


def test_roles_of_the_provinces():
    roles = read_dataset("china").roles
    assert (roles.entity, roles.entities, roles.entity_zh) == ("province", "provinces", "省份")
    assert roles.count == 31
    assert list(roles.years) == list(range(2010, 2025))


def test_unknown_data_set_names_the_known():
    with pytest.raises(DataError, match=r"no data set 'chian' \(known: china, .*world\)"):
        read_dataset("chian")


@pytest.mark.parametrize("key", ["entity", "title", "years", "tables"])
def test_description_without_a_key(toy, key):
    path = toy / "toy" / "dataset.yml"
    lines = [
        line for line in path.read_text("utf-8").splitlines() if not line.startswith(key + ":")
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=rf"toy/dataset.yml lacks {key}"):
        read_dataset("toy", toy)


def test_columns_that_go_by_another_name(toy):
    assert read_dataset("toy", toy).renames == {
        "nation": "entity",
        "t": "year",
        "bloc": "region",
        "R_and_D": "research",
    }


def test_units_lead_to_base_units():
    units = read_units(DATA, {})
    # 1 亿 = 10^8, 1 万 = 10^4
    assert (units["亿元"].base, units["亿元"].factor) == ("yuan", 1e8)
    assert (units["万元"].base, units["万元"].factor) == ("yuan", 1e4)
    assert (units["万人年"].base, units["万人年"].factor) == ("FTE person-years", 1e4)
    assert (units["万美元"].base, units["万美元"].factor) == ("US dollars", 1e4)
    assert units["%"].factor == 1


def test_every_declared_unit_is_used():
    sets = [read_dataset(path.parent.name) for path in DATA.glob("*/dataset.yml")]
    tables = [ds.path(name, ".yml") for ds in sets for name in (*ds.tables, ds.totals) if name]
    used = {c.unit for path in tables for c in read_sidecar(path).columns.values()}
    assert set(read_units(DATA, {})) == used
