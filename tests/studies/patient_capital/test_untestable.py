"""What is not tested: a reason for each statement, and figures that are shown as they are."""

from dataclasses import replace

import pytest

from analysis.claims import Statement
from analysis.errors import LedgerError
from analysis.studies.patient_capital.pages import untestable

COUNTRY = "CHN"


@pytest.fixture(scope="module")
def page(study):
    return untestable.explore(study)


def text(grid):
    return "\n".join(" | ".join(row) for row in grid.rows)


def test_every_statement_stands_on_the_page_once(page, study):
    norms, facts = page.grids["normative"], page.grids["facts"]
    seen = page.numbers
    counted = seen["untestable_normative"], seen["untestable_facts"]
    assert (len(norms.rows), len(facts.rows)) == counted
    together = text(norms) + text(facts)
    for statement in study.ledger.not_tested:
        assert together.count(f"「{statement.quote}」") == 1
        assert (statement.quote in text(norms)) == (statement.kind == "normative")


def test_no_cell_is_empty(page):
    assert set(page.grids) == {"normative", "facts", "banks", "firms", "wanted"}
    for grid in page.grids.values():
        assert not {"", "–"} & {cell for row in grid.rows for cell in row}


def test_premises_are_claims_of_the_ledger_with_their_place(page):
    norms = page.grids["normative"]
    assert "[M01](patience.html#m01)" in text(norms)
    linked = sum(".html#" in cell for row in norms.rows for cell in row)
    assert linked == page.numbers["untestable_with_premise"] > 0
    assert "none" in text(norms)


def test_a_statement_without_a_reason_is_refused(study):
    book = study.ledger
    more = Statement("N99", "normative", "一(一)", "词", "Something ought to be.")
    wider = replace(book, not_tested=(*book.not_tested, more))
    with pytest.raises(LedgerError, match="no reason for N99"):
        untestable.explore(replace(study, ledger=wider))
    fewer = replace(book, not_tested=book.not_tested[:-1])
    with pytest.raises(LedgerError, match=f"reason for {book.not_tested[-1].id}, which is not"):
        untestable.explore(replace(study, ledger=fewer))


def test_every_claim_says_what_it_wants(page, study):
    firms, wanted = page.grids["firms"], page.grids["wanted"]
    assert len(firms.rows) == page.numbers["untestable_firms"]
    lacking = study.ledger.filter(status="needs user data")
    elsewhere = [claim for claim in lacking if claim.tests]  # put to another data set after all
    assert len(firms.rows) + len(wanted.rows) == len(study.ledger)
    for claim in lacking:
        assert (study.link(claim) in text(firms)) == (claim not in elsewhere)
        assert claim in elsewhere or claim.needs.split(",")[0] in text(firms)


def test_the_share_of_banks_is_what_the_tables_give(page, study):
    frame = untestable.bank_shares(study, COUNTRY)
    raw = study.raw("china").frame
    assets = raw["bank_assets"].dropna().xs(2010, level="year")
    output = raw["gdp"].xs(2010, level="year").loc[assets.index]
    world = study.raw("world").frame.loc[(COUNTRY, 2010)]
    others = world[["insurance_assets_gdp", "pension_fund_assets_gdp", "mutual_fund_assets_gdp"]]
    banks = 100 * assets.sum() / output.sum()
    assert frame.loc[2010, "share"] == pytest.approx(100 * banks / (banks + others.sum()))
    assert page.numbers["untestable_share_low"] == pytest.approx(frame["share"].min())
    assert frame["banks"].min() > 100
    assert frame["banks"].max() < 400


def test_missing_cells_are_counted_and_a_year_without_a_figure_says_so(page, study):
    # As the sidecar of the finance table lists them: five provinces once, XZ thrice, HI four times.
    assert page.numbers["untestable_banks_missing"] == 12
    assert "no figure" in text(page.grids["banks"])
    assert untestable.bank_shares(study, COUNTRY)["share"].isna().any()


def test_debt_and_equity_are_of_one_year(page, study):
    seen = page.numbers
    row = study.raw("world").frame.loc[(COUNTRY, seen["untestable_debt_year"])]
    assert seen["untestable_credit"] == pytest.approx(row["bank_private_credit_gdp"])
    assert seen["untestable_shares_to_credit"] == pytest.approx(
        100 * row["stock_mktcap_gdp"] / row["bank_private_credit_gdp"]
    )
