"""The page on what is not tested: norms, facts to look up, claims on firms, and better data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import yaml

from analysis.claims import ledger
from analysis.display.extras.addresses import link
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.pages import book_panel
from analysis.errors import LedgerError

if TYPE_CHECKING:
    from analysis.claims import Claim, Ledger, Statement

__all__ = ["UntestablePage", "untestable_page"]

FILE = Path(__file__).with_name("untestable.yml")
HOLDERS = {
    "insurance_assets_gdp": "Insurers",
    "pension_fund_assets_gdp": "Pension funds",
    "mutual_fund_assets_gdp": "Mutual funds",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a statement is left alone; the head of untestable.yml says what each field means."""

    why: str
    premises: tuple[str, ...]
    data: str
    held: str = ""


@dataclass(frozen=True)
class UntestablePage:
    """What the page shows.

    Attributes
    ----------
    normative, facts : Html
        Statement by statement: why it is left alone, and what would change that.
    banks : Html
        What the tables hold on the share of banks, year by year.
    firms, wanted : Html
        Claims on firms, and every other claim, with the data that would test it better.
    """

    normative: Html
    facts: Html
    banks: Html
    firms: Html
    wanted: Html


def untestable_page(book: Ledger | None = None) -> UntestablePage:
    """Lay out the page and publish its numbers under ``untestable_``.

    Raises
    ------
    LedgerError
        A statement has no reason in untestable.yml, or a reason has no statement.
    """
    book = book or ledger()
    reasons = _reasons(book)
    norms, facts = ([s for s in book.not_tested if s.kind == k] for k in ("normative", "fact"))
    firms = book.filter(status="needs user data")
    others = [claim for claim in book if claim.status in ("testable", "proxy")]
    holders = bank_shares()
    publish(
        {
            "normative": len(norms),
            "facts": len(facts),
            "with_premise": sum(bool(reasons[s.id].premises) for s in norms),
            "firms": len(firms),
            "proxies": len(book.filter(status="proxy")),
            "claims": len(book),
            **_bank_numbers(holders),
            **_debt_numbers(),
        },
        prefix="untestable",
    )
    return UntestablePage(
        normative=_normative(norms, reasons, book),
        facts=_facts(facts, reasons, book),
        banks=_banks(holders),
        firms=_wanted(firms, "Claims about firms, and the panel that would speak to each"),
        wanted=_wanted(others, "Claims that were tested, and what would test them better"),
    )


@cache
def _read() -> tuple[str, dict[str, Reason]]:
    """Return the code of the country the facts are about, and the reasons by id."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    entries = raw["statements"].items()
    return raw["country"], {
        key: Reason(**{**entry, "premises": tuple(entry["premises"])}) for key, entry in entries
    }


def _reasons(book: Ledger) -> dict[str, Reason]:
    (_, reasons), wanted = _read(), [statement.id for statement in book.not_tested]
    if missing := [name for name in wanted if name not in reasons]:
        raise LedgerError(f"{FILE.name} gives no reason for {missing[0]}: add one.")
    if left := [name for name in reasons if name not in wanted]:
        raise LedgerError(f"{FILE.name} gives a reason for {left[0]}, which is not in the ledger.")
    return reasons


def _statement(one: Statement) -> Html:
    return Html(
        f'{escape(one.sentence)} <span lang="zh" class="quote">「{escape(one.quote)}」</span> '
        f'<small>section <span lang="zh">{escape(one.section)}</span></small>'
    )


def _premises(reason: Reason, book: Ledger) -> Html:
    return Html(", ".join(link(book[claim]).text for claim in reason.premises) or "none")


def _normative(norms: Sequence[Statement], reasons: dict[str, Reason], book: Ledger) -> Html:
    shown = pd.DataFrame(
        {
            "Statement": [_statement(one) for one in norms],
            "Why no figure contradicts it": [reasons[one.id].why for one in norms],
            "Premise tested": [_premises(reasons[one.id], book) for one in norms],
            "What data would add": [reasons[one.id].data for one in norms],
        }
    )
    return table(shown, "What the paper says ought to be")


def _facts(facts: Sequence[Statement], reasons: dict[str, Reason], book: Ledger) -> Html:
    shown = pd.DataFrame(
        {
            "Statement": [_statement(one) for one in facts],
            "Why it is not regressed": [reasons[one.id].why for one in facts],
            "Held here": [reasons[one.id].held for one in facts],
            "Would settle it": [reasons[one.id].data for one in facts],
            "Used by": [_premises(reasons[one.id], book) for one in facts],
        }
    )
    return table(shown, "Facts to look up; none of them is verified here")


def _wanted(claims: Sequence[Claim], caption: str) -> Html:
    shown = pd.DataFrame(
        {
            "Claim": [link(claim) for claim in claims],
            "In words": [claim.sentence for claim in claims],
            "Status": [claim.status for claim in claims],
            "Wanted": [claim.needs or "nothing named in the ledger" for claim in claims],
        }
    )
    return table(shown, caption)


def bank_shares() -> pd.DataFrame:
    """Put what is held on the assets of financial institutions side by side, by year.

    Returns
    -------
    DataFrame
        By year: ``provinces`` with bank assets, ``banks`` (their bank assets over their output),
        one column per other holder (over the country's output), and the ``share`` of banks in the
        four; all in percent. The two sources differ in what output they divide by.
    """
    frame = book_panel().frame
    assets = frame["bank_assets"].dropna()
    output = frame.loc[assets.index, "gdp"]
    years = assets.groupby(level="year")
    out = pd.DataFrame(
        {
            "provinces": years.size(),
            "banks": 100 * years.sum() / output.groupby(level="year").sum(),
        }
    )
    country = book_panel("world").frame.xs(_read()[0], level="entity")[list(HOLDERS)]
    out = out.join(country)
    out["share"] = (
        100 * out["banks"] / (out["banks"] + out[list(HOLDERS)].sum(axis=1, skipna=False))
    )
    return out


def _banks(holders: pd.DataFrame) -> Html:
    whole = "{:.0f}".format
    shown = pd.DataFrame(
        {
            "Year": holders.index.astype(str),
            "Provinces": holders["provinces"],
            "Banks": holders["banks"],
            **{words: holders[name] for name, words in HOLDERS.items()},
            "Banks in the four": holders["share"],
        }
    ).astype(object)
    shown = shown.where(shown.notna(), "no figure")
    columns = ["Banks", *HOLDERS.values(), "Banks in the four"]
    return table(
        shown,
        "Assets in percent of output: banks over the provinces that report them, the others over "
        "the country. Securities firms, trusts and other institutions are in no table here",
        dict.fromkeys(columns, lambda v: v if isinstance(v, str) else whole(v)),
        style="estimates",
    )


def _bank_numbers(holders: pd.DataFrame) -> dict[str, object]:
    share = holders["share"].dropna()
    return {
        "banks_first_year": int(holders.index.min()),
        "banks_last_year": int(holders.index.max()),
        "banks_fewest": int(holders["provinces"].min()),
        "banks_cells": int(holders["provinces"].sum()),
        "banks_missing": int(len(holders) * book_panel().roles.count - holders["provinces"].sum()),
        "share_first_year": int(share.index.min()),
        "share_last_year": int(share.index.max()),
        "share_low": float(share.min()),
        "share_high": float(share.max()),
        "share_last": float(share.iloc[-1]),
        "share_start": float(share.iloc[0]),
    }


def _debt_numbers() -> dict[str, object]:
    """Compare market value of shares and bank credit: the country and the middle economy."""
    frame = book_panel("world").frame[["stock_mktcap_gdp", "bank_private_credit_gdp"]].dropna()
    country, _ = _read()
    year = int(frame.xs(country, level="entity").index.max())
    then = frame.xs(year, level="year")
    shares, credit = then.loc[country]
    ratio = then["stock_mktcap_gdp"] / then["bank_private_credit_gdp"]
    return {
        "debt_year": year,
        "shares": float(shares),
        "credit": float(credit),
        "shares_to_credit": 100 * float(ratio[country]),
        "middle": 100 * float(ratio.median()),
        "economies": len(ratio),
    }
