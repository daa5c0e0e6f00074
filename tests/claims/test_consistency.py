"""The ledger against the real panels: measures exist, sides are disjoint, policies are known."""

import dataclasses
import shutil

import pytest

from analysis.claims.consistency import check, check_claim
from analysis.data.dataset import DATA
from analysis.errors import DataError, LedgerError, OverlapError, UnknownNameError
from tests.published import declared, published


def panel_of(claim):
    return published().panel(published().dataset_of(claim))


@pytest.mark.parametrize("claim", [c for c in published().ledger if c.outcome], ids=lambda c: c.id)
def test_measures_exist_and_sides_are_disjoint(claim):
    check_claim(claim, panel_of(claim), declared())


def test_an_unknown_measure_names_the_claim(study):
    claim = dataclasses.replace(study.ledger["M09"], outcome="htrr")
    with pytest.raises(LedgerError, match=r"M09 cannot be tested: Unknown variable 'htrr'.*htr"):
        check_claim(claim, study.panel("china"), declared())


def test_a_secondary_reading_is_guarded_too(study):
    claim = study.ledger["M33"]
    claim = dataclasses.replace(
        claim, secondary=dataclasses.replace(claim.secondary, outcomes=("nqp",))
    )
    with pytest.raises(OverlapError, match="hightech_revenue"):
        check_claim(claim, study.panel("china"), declared())


def test_an_unknown_policy_is_suggested(study):
    claims = (
        dataclasses.replace(c, policy="fintech_sandpit") if c.id == "M48" else c
        for c in study.ledger
    )
    ledger = dataclasses.replace(study.ledger, claims=tuple(claims))
    with pytest.raises(UnknownNameError, match=r"fintech_sandpit.*fintech_sandbox"):
        check(dataclasses.replace(study, ledger=ledger))


def test_everything_is_counted(study):
    found = check(study)
    assert found["claims"] == 113
    assert found["claims checked against measures"] == 134
    assert found["claims without measures or their data set"] == 41
    assert found["claims declared for estimation"] == 72
    assert found["provinces in china"] == 31
    assert found["cells in identities"] > 4000


def test_a_folder_without_the_other_data_set_is_checked_as_far_as_it_goes(study, tmp_path):
    for name in ("china", "policies"):
        shutil.copytree(DATA / name, tmp_path / name)
    shutil.copy(DATA / "units.yml", tmp_path)
    assert (
        check(study.at(tmp_path))["claims without measures or their data set"] == 107
    )  # M05, M14, M66 and M68 as well


def test_a_figure_that_was_changed_is_reported(study, tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    table = tmp_path / "data" / "china" / "research.csv"
    text = table.read_text(encoding="utf-8")
    head, first, rest = text.split("\n", 2)
    table.write_text("\n".join([head, first.replace("1", "2"), rest]), encoding="utf-8")
    with pytest.raises(DataError, match="research"):
        check(study.at(tmp_path / "data"))
