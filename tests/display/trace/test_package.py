"""What leaves the project as a data package is the panel, and says what it is."""

import hashlib
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from analysis import cli
from analysis.claims import read_study
from analysis.data import load
from analysis.display.trace.package import data_package, data_set_package, write_package
from analysis.errors import DataError

STUDY = read_study("patient_capital")
# What the specification asks of a package and of its resources (data packages 1.0).
NAME = re.compile(r"^([-a-z0-9._/])+$")
TYPES = {"string", "number", "integer", "boolean", "any"}


@pytest.fixture(scope="module")
def panel():
    return STUDY.panel("us_industries")


@pytest.fixture(scope="module")
def package(panel):
    return data_set_package(panel)


def resource(package, name):
    return next(r for r in package.descriptor["resources"] if r["name"] == name)


def test_the_descriptor_keeps_to_the_specification(package):
    told = package.descriptor
    assert NAME.match(told["name"])
    assert all(one.keys() & {"name", "path"} for one in told["licenses"])
    assert all(one["title"] for one in told["sources"])
    names = [one["name"] for one in told["resources"]]
    assert len(names) == len(set(names))
    assert all(map(NAME.match, names))
    for one in told["resources"]:
        fields = one["schema"]["fields"]
        assert {f["type"] for f in fields} <= TYPES
        assert len({f["name"] for f in fields}) == len(fields)
        assert set(one["schema"].get("primaryKey", [])) <= {f["name"] for f in fields}


def test_every_file_is_described_by_its_hash_and_length(package):
    told = {one["path"]: one for one in package.descriptor["resources"]}
    assert set(told) | {"datapackage.json"} == set(package.files)
    for path, one in told.items():
        content = package.files[path]
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
        if one["format"] == "csv":
            assert one["bytes"] == len(content)
            assert one["hash"] == f"sha256:{one['sha256']}"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_tables_hold_the_panel_to_the_last_digit(package, panel, kind):
    read = {"csv": pd.read_csv, "parquet": lambda f: parquet.read_table(f).to_pandas()}[kind]
    found = read(io.BytesIO(package.files[f"panel.{kind}"]))
    found = found.set_index(["entity", "year"])
    numbers = list(panel.figures)
    np.testing.assert_array_equal(found[numbers].to_numpy(), panel.frame[numbers].to_numpy())
    assert [str(e) for e in found.index.get_level_values(0)] == [
        str(e) for e in panel.frame.index.get_level_values(0)
    ]


def test_every_csv_has_the_columns_its_schema_names(package):
    for one in package.descriptor["resources"]:
        if one["format"] == "csv":
            head = pd.read_csv(io.BytesIO(package.files[one["path"]]), nrows=0)
            assert list(head) == [f["name"] for f in one["schema"]["fields"]]


def test_a_series_says_unit_publisher_and_licence_and_a_measure_its_formula(package, panel):
    fields = {f["name"]: f for f in resource(package, "panel")["schema"]["fields"]}
    series = next(v for n, v in panel.variables.items() if v.series == (n,))
    measure = next(v for v in panel.variables.values() if v.formula)
    assert fields[series.name]["unit"] == series.unit
    assert fields[series.name]["publisher"] == series.publisher
    assert fields[series.name]["licence"] == series.licence
    assert fields[measure.name]["formula"] == measure.formula
    assert fields[measure.name]["series"] == list(measure.series)


def test_published_tables_are_the_files_whose_hash_the_sidecars_record(package):
    from analysis.data import provenance

    told = provenance().query("dataset == 'us_industries'").set_index("table")["sha256"]
    for table, recorded in told.items():
        content = package.files[f"tables/{table}.csv"]
        assert hashlib.sha256(content).hexdigest() == recorded


def test_the_same_panel_gives_the_same_bytes(package, panel):
    assert data_set_package(panel).files == package.files


def test_a_panel_without_measures_or_tables_is_a_package_too():
    package = data_package(load("us_industries"))
    assert not [path for path in package.files if path.startswith("tables/")]
    assert package.descriptor["name"] == "us_industries"


def test_the_command_writes_what_the_function_returns(package, tmp_path, capsys):
    assert cli.main(["export", "us_industries", "--out", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == sorted(package.files)
    assert all((tmp_path / path).read_bytes() == text for path, text in package.files.items())


def test_an_unknown_data_set_and_a_file_in_the_way_are_said_in_a_sentence(
    package, tmp_path, capsys
):
    assert cli.main(["export", "us_industry", "--out", str(tmp_path / "new")]) == 2
    assert "us_industries" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    (tmp_path / "tables").write_text("")
    with pytest.raises(DataError, match="choose another"):
        write_package(package, tmp_path)
