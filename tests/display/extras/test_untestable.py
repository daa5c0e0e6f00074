"""What is not tested: a reason for each statement, and figures that are shown as they are."""

import re
from dataclasses import replace

import pytest

from analysis.claims import Statement, ledger
from analysis.data import load
from analysis.display.extras import untestable
from analysis.errors import LedgerError


@pytest.fixture(scope="module")
def published():
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        original = untestable.publish
        patch.setattr(untestable, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        page = untestable.untestable_page()
    return page, seen


def rows(html):
    return re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", html.text, re.S)


def test_every_statement_stands_on_the_page_once(published):
    page, seen = published
    norms, facts = rows(page.normative), rows(page.facts)
    assert (len(norms), len(facts)) == (seen["untestable_normative"], seen["untestable_facts"])
    together = " ".join(norms + facts)
    for statement in ledger().not_tested:
        assert together.count(f"「{statement.quote}」") == 1
        assert (statement.quote in " ".join(norms)) == (statement.kind == "normative")


def test_no_cell_is_empty(published):
    for html in (page := published[0]).normative, page.facts, page.banks, page.firms, page.wanted:
        assert "<td></td>" not in html.text
        assert "<td>–</td>" not in html.text


def test_premises_are_claims_of_the_ledger_with_their_place(published):
    page, seen = published
    assert 'href="patience.html#m01"' in page.normative.text
    linked = sum("<a href=" in row for row in rows(page.normative))
    assert linked == seen["untestable_with_premise"] > 0
    assert "none" in page.normative.text


def test_a_statement_without_a_reason_is_refused():
    book = ledger()
    more = Statement("N99", "normative", "一(一)", "词", "Something ought to be.")
    with pytest.raises(LedgerError, match="no reason for N99"):
        untestable.untestable_page(replace(book, not_tested=(*book.not_tested, more)))
    with pytest.raises(LedgerError, match=f"reason for {book.not_tested[-1].id}, which is not"):
        untestable.untestable_page(replace(book, not_tested=book.not_tested[:-1]))


def test_every_claim_says_what_it_wants(published):
    page, seen = published
    assert len(rows(page.firms)) == seen["untestable_firms"]
    assert len(rows(page.firms)) + len(rows(page.wanted)) == len(ledger())
    for claim in ledger().filter(status="needs user data"):
        assert claim.needs.split(",")[0] in page.firms.text


def test_the_share_of_banks_is_what_the_tables_give(published):
    _, seen = published
    frame = untestable.bank_shares()
    raw = load("china").frame
    assets = raw["bank_assets"].dropna().xs(2010, level="year")
    output = raw["gdp"].xs(2010, level="year").loc[assets.index]
    world = load("world").frame.loc[("CHN", 2010)]
    others = world[["insurance_assets_gdp", "pension_fund_assets_gdp", "mutual_fund_assets_gdp"]]
    banks = 100 * assets.sum() / output.sum()
    assert frame.loc[2010, "share"] == pytest.approx(100 * banks / (banks + others.sum()))
    assert seen["untestable_share_low"] == pytest.approx(frame["share"].min())
    assert frame["banks"].min() > 100
    assert frame["banks"].max() < 400


def test_missing_cells_are_counted_and_a_year_without_a_figure_says_so(published):
    page, seen = published
    # As the sidecar of the finance table lists them: five provinces once, XZ thrice, HI four times.
    assert seen["untestable_banks_missing"] == 12
    assert "no figure" in page.banks.text
    assert untestable.bank_shares()["share"].isna().any()


def test_debt_and_equity_are_of_one_year(published):
    _, seen = published
    world = load("world").frame
    row = world.loc[("CHN", seen["untestable_debt_year"])]
    assert seen["untestable_credit"] == pytest.approx(row["bank_private_credit_gdp"])
    assert seen["untestable_shares_to_credit"] == pytest.approx(
        100 * row["stock_mktcap_gdp"] / row["bank_private_credit_gdp"]
    )
