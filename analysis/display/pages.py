"""The start page, the ledger and the map of the mechanism."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from analysis.claims import Claim, Ledger, Statement, Study, current_archive, read_study
from analysis.claims.statements import coverage, read_statements
from analysis.display import drawing
from analysis.display.html import Html, folded, publish, table
from analysis.display.routes import Link, Node
from analysis.display.theme import MUTED, SIDE_COLOURS, WIDTH, subplots

__all__ = ["Box", "LedgerPage", "layout", "ledger_page", "mechanism_map", "overview"]

STEP = 9.4  # from one tag to the next, in drawing units
TALL = 0.043  # inches: the height of one drawing unit
ROW = 5.7  # from one row of tags to the next
ACROSS = (-9, 109)  # the drawing's width in units, which the figure's width must hold

KINDS = {
    "normative": "says what ought to be; no figure can contradict it",
    "fact": "can be looked up; it is verified, not regressed",
}


def overview(study: str | Path | Study, archive: Path | None = None) -> dict[str, object]:
    """Publish the numbers of the start page: how many claims of which status, how much data.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.

    Returns
    -------
    dict
        What was published, by glue name.

    Examples
    --------
    >>> numbers = overview("patient_capital")
    >>> 0 < numbers["book_executed"] <= numbers["book_claims"]
    True
    """
    study = study if hasattr(study, "ledger") else read_study(study)
    main, claims = current_archive(study, archive).codebook(study.main), study.ledger
    status = Counter(claim.status for claim in claims)
    return publish(
        {
            "claims": len(claims),
            "testable": status["testable"],
            "proxy": status["proxy"],
            "user_data": status["needs user data"],
            "executed": sum(claim.declared for claim in claims),
            "not_tested": len(claims.not_tested),
            "entities": main.roles.count,
            "first_year": main.roles.first_year,
            "last_year": main.roles.last_year,
            "series": sum(v.series == (n,) for n, v in main.variables.items()),
        },
        prefix="book",
    )


@dataclass(frozen=True)
class LedgerPage:
    """The map of the mechanism and the list of what is claimed."""

    map: drawing.Picture
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
    study = study if hasattr(study, "ledger") else read_study(study)
    book = study.ledger
    publish(current_archive(study, archive).page("ledger").numbers)
    outside = pd.DataFrame(
        {
            "Statement": [_quoted(n) for n in book.not_tested],
            "Section": [n.section for n in book.not_tested],
            "Kind": [KINDS[n.kind] for n in book.not_tested],
        }
    )
    return LedgerPage(
        map=mechanism_map(study),
        claims=_claims(study),
        looks=_looks(book),
        not_tested=table(outside, "Statements of the paper that no figure can decide"),
        statements=_statements(study),
    )


def _claims(study: Study) -> Html:
    """List every claim, a fold for each chapter."""
    found = {family: study.ledger.filter(family=family) for family in study.families}
    return _folds(
        "Claims",
        {
            study.chapters[family]["title"]: [
                {
                    "Claim": Html(_entry(study, c.id)),
                    "Section": c.section,
                    "What the paper claims": _quoted(c),
                    "Sign": c.sign,
                    "Status": c.status,
                }
                for c in claims
            ]
            for family, claims in found.items()
        },
    )


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


@dataclass(frozen=True, slots=True)
class Box(Node):
    """One part of the mechanism and the claims about it."""

    claims: tuple[str, ...] = ()


def layout(study: Study) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    """Return the boxes and the arrows of the map."""
    raw = study.diagrams["mechanism"]
    boxes = tuple(Box(**{**box, "claims": tuple(box["claims"])}) for box in raw["boxes"])
    return boxes, tuple(map(Link.read, raw["arrows"]))


def mechanism_map(study: Study) -> drawing.Picture:
    """Draw the mechanism: suppliers, two kinds of finance, the innovation chain, the outcome.

    Parameters
    ----------
    study
        Gives the map and each claim's status; a claim the map does not place is not drawn, which
        a test forbids.
    """
    height = study.diagrams["mechanism"]["height"]
    figure, ax = subplots(height=(height + 12) * TALL)
    ax.set(xlim=ACROSS, ylim=(height + 11, -1))
    ax.axis("off")
    boxes, arrows = layout(study)
    status = {claim.id: claim.status for claim in study.ledger}
    for box in boxes:
        _draw_box(ax, box, status)
    for arrow in arrows:
        look = {"arrowstyle": "-|>", "mutation_scale": 11, "color": MUTED, "lw": 1.2, "zorder": 3}
        curve = f"arc3,rad={arrow.bend}"
        ax.add_patch(FancyArrowPatch(arrow.start, arrow.end, connectionstyle=curve, **look))
    shown = drawing.statuses_shown(status.values())
    _draw_legend(ax, height + 7, next(iter(status))[:1], shown)
    return drawing.Picture(figure)


def _draw_box(ax: Axes, box: Box, status: dict[str, str]) -> None:
    drawing.draw_outline(ax, box.x, box.y, box.w, box.h, box.side)
    colour, size = SIDE_COLOURS[box.side], 10 if box.w < 40 else 11
    # Both names on one line where they fit, the Chinese one below where they do not.
    unit = WIDTH / (ACROSS[1] - ACROSS[0])
    names = drawing.words_width(box.en, size) + drawing.words_width(box.zh, 10)
    stacked = names > (box.w - 6) * unit
    left, right = box.x + 2.5, box.x + box.w - 2.5
    style = {"color": colour, "va": "center"}
    ax.text(left, box.y + 5, box.en, fontsize=size, **style)
    if stacked:
        ax.text(left, box.y + 10.2, box.zh, fontsize=10, **style)
    else:
        ax.text(right, box.y + 5, box.zh, fontsize=10, ha="right", **style)
    top = box.y + (16 if stacked else 12)
    per_row = max(1, int((box.w - 3) // STEP))
    for i, claim in enumerate(box.claims):
        row, column = divmod(i, per_row)
        drawing.draw_tag(ax, box.x + 6.6 + STEP * column, top + ROW * row, claim, status[claim])


def _draw_legend(ax: Axes, y: float, letter: str, statuses: Iterable[str]) -> None:
    for i, status in enumerate(statuses):
        drawing.draw_tag(ax, 5 + 27 * i, y, letter, status)
        ax.text(9 + 27 * i, y, status, fontsize=9.5, va="center")
