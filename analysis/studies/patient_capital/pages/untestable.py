"""The page on what is not tested: norms, facts to look up, claims on firms, and better data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.claims import Claim, Page, Statement, Study
from analysis.claims.numbers import flatten
from analysis.data.files import read_yaml
from analysis.errors import LedgerError
from analysis.inference.cells import Grid

__all__ = ["bank_shares", "explore", "read_reasons"]

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


def explore(study: Study) -> Page:
    """Say of every statement that is not tested why, and of every claim what would test it better.

    Raises
    ------
    LedgerError
        A statement has no reason in untestable.yml, or a reason has no statement.
    """
    ledger = study.ledger
    country, reasons = read_reasons(study)
    norms, facts = ([s for s in ledger.not_tested if s.kind == k] for k in ("normative", "fact"))
    firms = ledger.filter(status="needs user data")
    others = [claim for claim in ledger if claim.status in ("testable", "proxy")]
    holders = bank_shares(study, country)
    numbers = {
        "normative": len(norms),
        "facts": len(facts),
        "with_premise": sum(bool(reasons[s.id].premises) for s in norms),
        "firms": len(firms),
        "proxies": len(ledger.filter(status="proxy")),
        "claims": len(ledger),
        **_bank_numbers(holders, study.panel(study.main).roles.count),
        **_debt_numbers(study, country),
    }
    return Page(
        flatten(numbers, prefix="untestable"),
        grids={
            "normative": _normative(norms, reasons, study),
            "facts": _facts(facts, reasons, study),
            "banks": _banks(holders),
            "firms": _wanted(
                study, firms, "Claims about firms, and the panel that would speak to each"
            ),
            "wanted": _wanted(
                study, others, "Claims that were tested, and what would test them better"
            ),
        },
    )


def read_reasons(study: Study, file: Path = FILE) -> tuple[str, Mapping[str, Reason]]:
    """Return the code of the country the facts are about, and the reasons by id."""
    raw = read_yaml(file)
    reasons = {
        key: Reason(**{**entry, "premises": tuple(entry["premises"])})
        for key, entry in raw["statements"].items()
    }
    wanted = [statement.id for statement in study.ledger.not_tested]
    if missing := [name for name in wanted if name not in reasons]:
        raise LedgerError(f"{file.name} gives no reason for {missing[0]}: add one.")
    if left := [name for name in reasons if name not in wanted]:
        raise LedgerError(f"{file.name} gives a reason for {left[0]}, which is not in the ledger.")
    return raw["country"], reasons


def _statement(one: Statement) -> str:
    return f"{one.sentence} 「{one.quote}」\nsection {one.section}"


def _premises(reason: Reason, study: Study) -> str:
    return ", ".join(study.link(study.ledger[claim]) for claim in reason.premises) or "none"


def _normative(norms: Sequence[Statement], reasons: Mapping[str, Reason], study: Study) -> Grid:
    shown = pd.DataFrame(
        {
            "Statement": [_statement(one) for one in norms],
            "Why no figure contradicts it": [reasons[one.id].why for one in norms],
            "Premise tested": [_premises(reasons[one.id], study) for one in norms],
            "What data would add": [reasons[one.id].data for one in norms],
        }
    )
    return Grid.of_frame(shown, "What the paper says ought to be")


def _facts(facts: Sequence[Statement], reasons: Mapping[str, Reason], study: Study) -> Grid:
    shown = pd.DataFrame(
        {
            "Statement": [_statement(one) for one in facts],
            "Why it is not regressed": [reasons[one.id].why for one in facts],
            "Held here": [reasons[one.id].held for one in facts],
            "Would settle it": [reasons[one.id].data for one in facts],
            "Used by": [_premises(reasons[one.id], study) for one in facts],
        }
    )
    return Grid.of_frame(shown, "Facts to look up; none of them is verified here")


def _wanted(study: Study, claims: Sequence[Claim], caption: str) -> Grid:
    shown = pd.DataFrame(
        {
            "Claim": [study.link(claim) for claim in claims],
            "In words": [claim.sentence for claim in claims],
            "Status": [claim.status for claim in claims],
            "Wanted": [claim.needs or "nothing named in the ledger" for claim in claims],
        }
    )
    return Grid.of_frame(shown, caption)


def bank_shares(study: Study, country: str) -> pd.DataFrame:
    """Put what is held on the assets of financial institutions side by side, by year.

    Returns
    -------
    DataFrame
        By year: ``provinces`` with bank assets, ``banks`` (their bank assets over their output),
        one column per other holder (over the country's output), and the ``share`` of banks in the
        four; all in percent. The two sources differ in what output they divide by.
    """
    frame = study.panel(study.main).frame
    assets = frame["bank_assets"].dropna()
    output = frame.loc[assets.index, "gdp"]
    years = assets.groupby(level="year")
    out = pd.DataFrame(
        {"provinces": years.size(), "banks": 100 * years.sum() / output.groupby(level="year").sum()}
    )
    held = study.panel("world").frame.xs(country, level="entity")[list(HOLDERS)]
    out = out.join(held)
    out["share"] = (
        100 * out["banks"] / (out["banks"] + out[list(HOLDERS)].sum(axis=1, skipna=False))
    )
    return out


def _banks(holders: pd.DataFrame) -> Grid:
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
    return Grid.of_frame(
        shown,
        "Assets in percent of output: banks over the provinces that report them, the others over "
        "the country. Securities firms, trusts and other institutions are in no table here",
        dict.fromkeys(columns, lambda v: v if isinstance(v, str) else whole(v)),
        style="estimates",
    )


def _bank_numbers(holders: pd.DataFrame, provinces: int) -> dict[str, object]:
    share = holders["share"].dropna()
    return {
        "banks_first_year": int(holders.index.min()),
        "banks_last_year": int(holders.index.max()),
        "banks_fewest": int(holders["provinces"].min()),
        "banks_cells": int(holders["provinces"].sum()),
        "banks_missing": int(len(holders) * provinces - holders["provinces"].sum()),
        "share_first_year": int(share.index.min()),
        "share_last_year": int(share.index.max()),
        "share_low": float(share.min()),
        "share_high": float(share.max()),
        "share_last": float(share.iloc[-1]),
        "share_start": float(share.iloc[0]),
    }


def _debt_numbers(study: Study, country: str) -> dict[str, object]:
    """Compare market value of shares and bank credit: the country and the middle economy."""
    frame = study.panel("world").frame[["stock_mktcap_gdp", "bank_private_credit_gdp"]].dropna()
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
