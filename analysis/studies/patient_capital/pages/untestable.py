"""The page on what is not tested: norms, facts to look up, claims on firms, and better data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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
SHOWN = {
    "normative": (
        "What the paper says ought to be",
        {
            "statement": "Statement",
            "why": "Why no figure contradicts it",
            "premises": "Premise tested",
            "data": "What data would add",
        },
    ),
    "fact": (
        "Facts to look up; none of them is verified here",
        {
            "statement": "Statement",
            "why": "Why it is not regressed",
            "held": "Held here",
            "data": "Would settle it",
            "premises": "Used by",
        },
    ),
}
"""Caption of the table of each kind of statement, what it shows and under which heads."""


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
    firms = [c for c in ledger.filter(status="needs user data") if not c.tests]
    others = [c for c in ledger if c.status in ("testable", "proxy") or c.tests]
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
            "normative": _statements(study, norms, reasons, "normative"),
            "facts": _statements(study, facts, reasons, "fact"),
            "banks": _banks(holders),
            "firms": _wanted(
                study, firms, "Claims without a test here, and the panel that would speak to each"
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


def _statements(
    study: Study, statements: Sequence[Statement], reasons: Mapping[str, Reason], kind: str
) -> Grid:
    rows = []
    for one in statements:
        reason, words = reasons[one.id], f"{one.sentence} 「{one.quote}」\nsection {one.section}"
        links = ", ".join(study.link(study.ledger[claim]) for claim in reason.premises) or "none"
        rows.append(asdict(reason) | {"statement": words, "premises": links})
    caption, heads = SHOWN[kind]
    return Grid.of_frame(pd.DataFrame(rows)[[*heads]].rename(columns=heads), caption)


def _wanted(study: Study, claims: Sequence[Claim], caption: str) -> Grid:
    rows = [
        (study.link(one), one.sentence, one.status, one.needs or "nothing named in the ledger")
        for one in claims
    ]
    heads = ("Claim", "In words", "Status", "Wanted")
    return Grid.of_frame(pd.DataFrame(rows, columns=heads), caption)


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
    together = out["banks"] + out[list(HOLDERS)].sum(axis=1, skipna=False)
    return out.assign(share=100 * out["banks"] / together)


def _banks(holders: pd.DataFrame) -> Grid:
    words = {"banks": "Banks", **HOLDERS, "share": "Banks in the four"}
    shown = holders[["provinces", *words]].rename(columns={"provinces": "Provinces", **words})
    shown.insert(0, "Year", holders.index.astype(str))
    shown = shown.astype(object).where(shown.notna(), "no figure")
    return Grid.of_frame(
        shown,
        "Assets in percent of output: banks over the provinces that report them, the others over "
        "the country. Securities firms, trusts and other institutions are in no table here",
        dict.fromkeys(words.values(), lambda v: v if isinstance(v, str) else f"{v:.0f}"),
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
