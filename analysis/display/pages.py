"""The ledger: every claim in a table that can be narrowed, and what no figure can decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from analysis.claims import (
    STATUSES,
    VERDICTS,
    Claim,
    Ledger,
    Statement,
    Study,
)
from analysis.claims.across import Across, across, by_claim
from analysis.claims.statements import coverage, read_statements
from analysis.display.html import Html, badge, folded, natural_key, publish, scrolling, table
from analysis.display.mechanism import mechanism_map
from analysis.display.opened import opened

__all__ = ["LedgerPage", "claims_table", "ledger_page"]

COLUMNS = {
    "Claim": "text",
    "What the paper claims": "text",
    "Verdict": "number",
    "Chapter": "number",
    "Status": "number",
    "Data": "number",
}
"""How the keys of a column compare."""

KINDS = {
    "normative": "says what ought to be; no figure can contradict it",
    "fact": "can be looked up; it is verified, not regressed",
}


@dataclass(frozen=True)
class LedgerPage:
    """The map of the mechanism and the list of what is claimed.

    Attributes
    ----------
    map : Html
        The mechanism with every claim and its word over all data sets.
    claims : Html
        Every claim in a row.
    looks, not_tested, statements : Html
        Looks at the figures, what no figure decides, and the paper statement by statement.
    """

    map: Html
    claims: Html
    looks: Html
    not_tested: Html
    statements: Html


def ledger_page(study: str | Path | Study, archive: Path | None = None) -> LedgerPage:
    """Lay out the ledger: the map, every claim in a row, and what no figure can test.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.

    Returns
    -------
    LedgerPage
        Map and tables.

    Examples
    --------
    >>> "M16" in ledger_page("patient_capital").claims.text
    True
    """
    study, kept = opened(study, archive)
    book = study.ledger
    publish(kept.page("ledger").numbers)
    found = {c: across(rs, study.rules) for c, rs in by_claim(kept.records).items()}
    nouns = {name: kept.codebook(name).roles.entities for name in study.datasets}
    outside = pd.DataFrame(
        {
            "Statement": [_quoted(n) for n in book.not_tested],
            "Section": [n.section for n in book.not_tested],
            "Kind": [KINDS[n.kind] for n in book.not_tested],
        }
    )
    return LedgerPage(
        map=mechanism_map(study, found, "ledger.html"),
        claims=claims_table(found, study, nouns),
        looks=_looks(book),
        not_tested=table(outside, "Statements of the paper that no figure can decide"),
        statements=_statements(study),
    )


def claims_table(found: Mapping[str, Across], study: Study, nouns: Mapping[str, str]) -> Html:
    """Show every claim in a row that a reader can sort and narrow, complete without a script.

    Parameters
    ----------
    found : mapping of str to Across
        Every claim over all data sets.
    study
        Says on which page a claim is treated.
    nouns : mapping of str to str
        What the entities of a data set are called, "provinces".
    """
    caption = f"All {len(study.ledger)} claims and the word of each over all data sets"
    heads = "".join(
        f'<th scope="col" data-kind="{kind}">{escape(head)}</th>' for head, kind in COLUMNS.items()
    )
    body = "".join(_row(claim, found[claim.id], study, nouns) for claim in study.ledger)
    whole = (
        '<table class="book claims" data-sortable data-select="Verdict, Chapter, Status, Data">'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
    return Html(f'<div id="every-claim">{scrolling(whole, caption).text}</div>')


def _row(claim: Claim, one: Across, study: Study, nouns: Mapping[str, str]) -> str:
    asked = [nouns[r.dataset] for r in one.records if r.dataset]
    title = study.chapters[claim.family]["title"]
    said = f'{escape(claim.sentence)} <small lang="zh">{escape(claim.section)}</small>'
    cells = (
        (said, claim.sentence, ()),
        (badge(one.word), VERDICTS.index(one.word), (one.word,)),
        (escape(title), study.families.index(claim.family), (title,)),
        (escape(claim.status), STATUSES.index(claim.status), (claim.status,)),
        (escape(", ".join(asked)) or "none", len(asked), asked or ("none",)),
    )
    rest = "".join(
        f'<td data-sort="{escape(str(key))}" data-words="{escape("|".join(words))}">{shown}</td>'
        for shown, key, words in cells
    )
    key = escape(natural_key(claim.id))
    return f'<tr><th scope="row" data-sort="{key}">{_entry(study, claim.id)}</th>{rest}</tr>'


def _folds(what: str, groups: Mapping[str, Sequence[Mapping[str, object]]]) -> Html:
    """Hide one table a group behind a line that counts its rows."""
    return Html(
        "".join(
            folded(f"{name}: {len(rows)}", table(pd.DataFrame(rows), f"{what}, {name}").text).text
            for name, rows in groups.items()
        )
    )


def _statements(study: Study) -> Html:
    """Set every statement of the paper beside what covers it, by section; publish the counts."""
    path = study.folder / "statements.yml"
    if not path.is_file():
        return Html("")
    book = study.ledger
    found = read_statements(path, [*study.ids, *(one.id for one in book.not_tested)])
    counts = coverage(found)
    asked = {"statements": len(found), "asked": sum(counts.values())}
    publish(asked | counts, prefix="ledger_paper")
    sections: dict[str, list[Mapping[str, object]]] = {}
    for s in found:
        row = {
            "Statement": s.id,
            "What it says": Html(
                f'{escape(s.gist_en)} <span lang="zh" class="quote">「{escape(s.quote)}」</span>'
            ),
            "Kind": s.kind,
            "Covered by": Html(", ".join(_entry(study, name) for name in s.claims) or "none"),
            "How far": s.covered + (f": {s.note}" if s.note else ""),
        }
        sections.setdefault(f"Section {s.section}", []).append(row)
    return _folds("The paper statement by statement, and what covers it", sections)


def _entry(study: Study, name: str) -> str:
    """Link a claim; norms and facts stand on the same page."""
    if name not in study.ids:
        return name
    return f'<a href="{escape(study.address(study.ledger[name]))}">{name}</a>'


def _quoted(one: Claim | Statement) -> Html:
    return Html(f'{one.sentence} <span lang="zh" class="quote">「{one.quote}」</span>')


def _looks(book: Ledger) -> Html:
    """List every look at the figures that came before or beside the declaration."""
    kinds = {"earlier_looks": "before the declaration", "later_looks": "after it"}
    rows = [
        {"When": words, "What was looked at": look}
        for kind, words in kinds.items()
        for look in book.protocol.get(kind, ())
    ]
    frame = pd.DataFrame(rows, columns=["When", "What was looked at"])
    kept = ("declared", "declared_in_full", "declared_further")
    dates = {str(book.protocol[k]) for k in kept if k in book.protocol}
    return table(frame, f"Looks at the figures; declared on {', '.join(sorted(dates))}")
