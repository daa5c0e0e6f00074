"""The schema of ledgers is in step with their reader."""

import copy
import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from analysis.claims.ledger import read_ledger
from analysis.claims.ledger_schema import SCHEMA, ledger_schema
from analysis.errors import LedgerError
from analysis.strict import Loader
from tests.published import published

ONE = {
    "id": "mine-1", "section": "我的论文", "quote": "金融科技促进城市创新", "sentence": "It rises.",
    "logic": "Cheap.", "estimand": "A slope.", "outcome": "a", "regressors": ["b"], "sign": "+",
    "unit": "city-year", "status": "testable", "family": "thesis", "design": "panel",
    "specification": {"lag": 1, "controls": ["c"], "sample": {"first_year": 2012}},
}  # fmt: skip


@pytest.fixture(scope="module")
def schema():
    made = ledger_schema()
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def test_the_file_is_what_the_reader_knows():
    """Written anew with json.dumps(ledger_schema(), ensure_ascii=False, indent=1)."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == ledger_schema()


def test_the_ledger_of_the_book_fits(schema):
    raw = yaml.load((published().folder / "ledger.yml").read_text(encoding="utf-8"), Loader=Loader)
    for claim in raw["claims"]:
        error = next(schema.iter_errors({"claims": [claim]}), None)
        assert error is None, f"{claim['id']}: {error.message}"


def read(tmp_path, entry):
    text = yaml.safe_dump({"claims": [entry]}, allow_unicode=True)
    (tmp_path / "l.yml").write_text(text, encoding="utf-8")
    return read_ledger(tmp_path / "l.yml", ["thesis"])


def test_a_ledger_of_ones_own_fits_and_is_read(schema, tmp_path):
    assert schema.is_valid({"claims": [ONE]})
    assert read(tmp_path, ONE)["mine-1"].family == "thesis"


@pytest.mark.parametrize(
    "change",
    [
        {"sign": "up"}, {"status": "maybe"}, {"design": "ols"}, {"unit": "city"}, {"id": "a b"},
        {"quote": "长" * 21}, {"specification": {"outcome": "a"}}, {"regressors": "b"},
        {"secondary": {"outcome": ["a"]}}, {"wrong": 1}, {"logic": None},
        {"parts": [{"sign": "+"}]},
        {"setup": {"horizon": 3}},
    ],
    ids=str,
)  # fmt: skip
def test_what_the_schema_refuses_the_reader_refuses(schema, tmp_path, change):
    entry = {**copy.deepcopy(ONE), **change}
    assert not schema.is_valid({"claims": [entry]})
    with pytest.raises(LedgerError):
        read(tmp_path, entry)


@pytest.mark.parametrize("field", [name for name in ONE if name != "specification"])
def test_a_field_that_the_reader_needs_the_schema_needs(schema, tmp_path, field):
    entry = {name: value for name, value in ONE.items() if name != field}
    assert not schema.is_valid({"claims": [entry]})
    with pytest.raises(LedgerError):
        read(tmp_path, entry)
