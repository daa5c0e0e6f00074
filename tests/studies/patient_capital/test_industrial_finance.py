"""Hubei was the centre of the shock of 2020: the ledger asks for M10 without it."""

import pytest


@pytest.fixture(scope="module")
def m10(explored):
    return explored("industrial-finance")[0].m10


@pytest.fixture(scope="module")
def page(explored):
    return explored("industrial-finance")[1]


def test_numbers_are_those_of_the_leave_one_out(m10, page):
    finding = m10.evidence.findings[0]
    assert page.numbers["m10_without_name"] == "Hubei"
    assert finding.lowest_without == "CN-HB"
    assert page.numbers["m10_without_two_way_std"] == pytest.approx(finding.lowest)


def test_the_years_before_are_counted_and_tested(m10, page):
    numbers, path = page.numbers, m10.result["path"]
    assert numbers["m10_years_before_p"] == pytest.approx(path.p)
    assert numbers["m10_years_before_count"] == path.leads
    assert numbers["m10_without_years_before_p"] != numbers["m10_years_before_p"]
    assert f"m10_path_{path.base}_std" not in numbers  # zero by construction


def test_who_was_less_exposed_is_counted(m10, page):
    exposure = m10.panel["ifin"].xs(2019, level=1)
    assert page.numbers["m10_without_less_exposed"] == (exposure < exposure["CN-HB"]).sum()
    assert page.numbers["m10_without_compared"] == exposure.notna().sum() - 1


def test_picture_and_table_show_every_column_twice(m10, page):
    columns = [c.label for c in m10.evidence.findings[0].columns]
    rows = page.exhibits["m10_without"].values["rows"]
    assert list(rows["label"]) == columns * 2
    assert set(rows["reading"]) == {"all provinces", "without Hubei"}
    body = [row[0] for row in page.grids["m10_without_table"].rows]
    assert body == [*columns, "Years before, joint test"]


def test_the_loop_of_m15_runs_from_the_claimed_regressor(explored, page):
    found = explored("industrial-finance")[0].m15.result["loop"]
    outcome, regressor = found.variables
    line = found.line(regressor, outcome, "within")
    assert page.numbers["m15_loop_claimed_within_p"] == line.p
    assert page.numbers["m15_loop_n"] == found.n
