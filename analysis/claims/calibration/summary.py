"""What the simulations say: how often each word comes out, family by family and claim by claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from analysis.claims.across import across
from analysis.claims.calibration.run import Simulated
from analysis.claims.evidence import Evidence
from analysis.claims.finding import Finding
from analysis.claims.joint import SignedPart, groups, joint, to_row
from analysis.claims.record import Record
from analysis.claims.rules import Rules
from analysis.claims.verdicts import verdict

__all__ = ["by_claim", "by_dataset", "by_family", "joint_rows", "signed_parts", "word_rows"]

WORDS = ("supported", "suggestive", "contradicted", "no sizeable effect", "cannot be tested here")
EVERY = "all"
"""In place of a data set: the word over all of them."""
_KINDS = {"threshold": "product", "spatial": "plain"}


def word_rows(simulated: Iterable[Simulated], rules: Rules) -> pd.DataFrame:
    """Judge every claim on every simulated panel.

    Returns
    -------
    DataFrame
        One row a panel and claim: ``family, size, panel, claim, kind, predicts`` (whether it says
        that there is an effect), ``word`` (of the part in which an effect was planted, of the claim
        on placebo panels), ``p05`` (share of signed parts with
        p below the level), ``covered`` (share of 95% intervals of signed parts that hold the
        truth), both missing where there is none.
    """
    rows = []
    for one in simulated:
        for evidence, kind in zip(one.evidence, one.kinds, strict=True):
            found = verdict(evidence, rules)
            first = slice(0, 1) if one.size else slice(None)
            signed = [f for f in evidence.findings[first] if f.sign in ("+", "-")]
            rows.append({
                "family": one.family, "size": one.size, "panel": one.panel,
                "claim": evidence.claim.id, "kind": kind,
                "predicts": any(f.sign in ("+", "-") for f in evidence.findings),
                "word": found.parts[0] if one.size and found.parts else found.word,
                "p05": _mean(f.p < rules.level for f in signed),
                "covered": _mean(_covers(f, one.size) for f in signed if np.isfinite(f.low)),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _mean(values: Iterable[bool]) -> float:
    kept = list(values)
    return float(np.mean(kept)) if kept else float("nan")


def _covers(finding: Finding, size: float) -> bool:
    truth = size if finding.sign == "+" else -size
    return finding.low <= truth <= finding.high


def by_family(words: pd.DataFrame) -> pd.DataFrame:
    """Count words by family and planted size: one row each, as calibration.csv has them.

    ``any_supported`` is the share of panels (books) with at least one "supported"; the words are
    shares of claims; planted effects are counted by the kind of the focal term as well. A claim
    that predicts no effect is right on a placebo panel and does not count.
    """
    words = words[words["predicts"]]
    placebo, planted = words[words["size"] == 0], words[words["size"] > 0]
    rows = [_row(name, table) for name, table in placebo.groupby("family", sort=False)]
    for size, table in planted.groupby("size"):
        rows.append(_row(f"planted {size:g}", table))
        rows += [_row(f"planted {size:g} {kind}", t) for kind, t in table.groupby("kind")]
    return pd.DataFrame(rows)


def by_claim(words: pd.DataFrame) -> pd.DataFrame:
    """Count words by family, planted size and claim."""
    rows = [
        {"claim": claim, **_row(f"planted {size:g}" if size else family, table)}
        for (claim, size, family), table in words.groupby(["claim", "size", "family"], sort=False)
    ]
    return pd.DataFrame(rows).drop(columns="any_supported")


def by_dataset(simulated: Iterable[Simulated], rules: Rules) -> pd.DataFrame:
    """Count false "supported" in whole books: on each data set, and in the words over all of them.

    Returns
    -------
    DataFrame
        One row a family and data set, `EVERY` for the word over all: ``family, dataset, panels,
        claims, any_supported`` (share of books), ``supported`` (share of claims), ``p05,
        coverage`` (shares of signed parts; missing for the word over all).
    """
    read = [one for one in simulated if not one.size]
    rows = []
    for (family, dataset), books in _grouped(read, lambda s: (s.family, s.dataset)).items():
        words = word_rows(books, rules)
        words = words[words["predicts"]]
        row = _row(family, words)
        rows.append({
            "family": family, "dataset": dataset, "panels": row["panels"],
            "claims": words["claim"].nunique(),
            **{k: row[k] for k in ("any_supported", "supported", "p05", "coverage")},
        })  # fmt: skip
    for family, books in _grouped(read, lambda s: s.family).items():
        found = [_over_all(book, rules) for book in _grouped(books, lambda s: s.panel).values()]
        hits = [[word == "supported" for word in book.values()] for book in found]
        rows.append({
            "family": family, "dataset": EVERY, "panels": len(found),
            "claims": len({claim for book in found for claim in book}),
            "any_supported": _mean(map(any, hits)), "supported": _mean(chain.from_iterable(hits)),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _grouped(simulated: Iterable[Simulated], by: Callable[[Simulated], Any]) -> dict[Any, list]:
    out: dict[Any, list[Simulated]] = {}
    for one in simulated:
        out.setdefault(by(one), []).append(one)
    return out


def _over_all(book: Iterable[Simulated], rules: Rules) -> dict[str, str]:
    """Return the word over the data sets of one book for each claim that predicts an effect."""
    records: dict[str, list[Record]] = {}
    for one in book:
        for evidence in one.evidence:
            if any(f.sign in ("+", "-") for f in evidence.findings):
                record = Record(evidence, verdict(evidence, rules))
                records.setdefault(evidence.claim.id, []).append(record)
    return {claim: across(found, rules).word for claim, found in records.items()}


def _row(family: str, table: pd.DataFrame) -> dict[str, Any]:
    books = table.groupby(["size", "panel"])["word"].agg(lambda w: (w == "supported").any())
    shares = {w.replace(" ", "_"): float((table["word"] == w).mean()) for w in WORDS}
    return {
        "family": family, "panels": int(table["panel"].nunique()),
        "any_supported": float(books.mean()), **shares, "p05": float(table["p05"].mean()),
        "coverage": float(table["covered"].mean()),
    }  # fmt: skip


def signed_parts(evidence: Sequence[Evidence], kinds: Mapping[str, str]) -> list[SignedPart]:
    """Turn the signed parts of a book into the predicted direction, in within-SDs.

    The error is that of the leading column, CR1; parts in years are left out.
    """
    return [
        SignedPart.turned(
            sign=1 if finding.sign == "+" else -1, estimate=finding.tested, claim=one.claim.id,
            part=i, kind=_KINDS.get(kinds[one.claim.id], kinds[one.claim.id]),
            chapter=one.claim.family, se=finding.columns[0].se, p=finding.p,
        )
        for one in evidence
        for i, finding in enumerate(one.findings, start=1)
        if finding.sign in ("+", "-") and finding.unit == "within-SDs"
    ]  # fmt: skip


def joint_rows(simulated: Iterable[Simulated], draws: int) -> Iterator[dict[str, Any]]:
    """Yield the joint answer of every placebo book, one row a group of claims."""
    for one in simulated:
        if one.size:
            continue
        kinds = {e.claim.id: kind for e, kind in zip(one.evidence, one.kinds, strict=True)}
        for name, parts in groups(signed_parts(one.evidence, kinds)).items():
            found = to_row(joint(parts, draws=draws))
            yield {"family": one.family, "panel": one.panel, "group": name, **found}
