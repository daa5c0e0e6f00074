"""Hubei was the centre of the shock of 2020: the ledger asks for M10 without it."""

import re

import pytest

from analysis.claims import ledger
from analysis.claims.evaluation import evaluate_chapter
from analysis.display.extras import omissions
from analysis.display.pages import book_panel
from analysis.display.sections import Section


@pytest.fixture(scope="module")
def m10():
    claim = ledger()["M10"]
    panel = book_panel("china")
    evidence = evaluate_chapter([claim], panel, draws=99)[0]
    return Section(claim, panel, evidence, None)


@pytest.fixture(scope="module")
def shown(m10):
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        original = omissions.publish
        patch.setattr(omissions, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        return omissions.without(m10, "CN-HB"), seen


def test_numbers_are_those_of_the_leave_one_out(m10, shown):
    numbers, finding = shown[1], m10.evidence.findings[0]
    assert numbers["m10_without_name"] == "Hubei"
    assert finding.lowest_without == "CN-HB"
    assert numbers["m10_without_two_way_std"] == pytest.approx(finding.lowest)


def test_the_years_before_are_counted_and_tested(m10, shown):
    numbers, path = shown[1], m10.evidence.details.own[0].results["path"]
    assert numbers["m10_years_before_p"] == pytest.approx(path.p)
    assert numbers["m10_years_before_count"] == path.leads
    assert numbers["m10_without_years_before_p"] != numbers["m10_years_before_p"]
    assert f"m10_path_{path.base}_std" not in numbers  # zero by construction


def test_who_was_less_exposed_is_counted(m10, shown):
    exposure = m10.panel["ifin"].xs(2019, level=1)
    assert shown[1]["m10_without_less_exposed"] == (exposure < exposure["CN-HB"]).sum()
    assert shown[1]["m10_without_compared"] == exposure.notna().sum() - 1


def test_picture_and_table_show_every_column_twice(m10, shown):
    columns = m10.evidence.findings[0].columns
    ax = shown[0].picture.figure.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == [c.label for c in columns]
    assert {"all provinces", "without Hubei"} <= {t.get_text() for t in ax.texts}
    body = shown[0].table.text.split("<tbody>")[1]
    assert len(re.findall("<tr>", body)) == len(columns) + 1
    assert "Years before, joint test" in body
