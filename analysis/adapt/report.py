"""The report on a reader's figures: one page, and its tables and figures as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from analysis.adapt.answers import Answers
from analysis.adapt.convert import Account
from analysis.adapt.map import Map
from analysis.adapt.sections import alt_text, caption, sections
from analysis.adapt.tables import firm_frame, report_grids
from analysis.adapt.vocabulary import FIRMS
from analysis.claims.exhibit import Exhibit
from analysis.display.chapters import FOREST, forest_rows
from analysis.display.charts import draw
from analysis.display.html import badge, figure, folded, grid_table
from analysis.display.sections import Section
from analysis.inference.cells import Grid
from analysis.inference.tables.printed import save_grid
from analysis.measures.patience import published_patience
from analysis.places import STYLES

__all__ = [
    "ESTIMATES", "Report", "account_words", "estimates_alt", "linked", "make_report",
    "write_report",
]  # fmt: skip

FORMATS = (".html", ".csv", ".tex", *([".docx"] if find_spec("docx") else []))
ESTIMATES = "Every estimate with its interval."
HERE = Path(__file__).parent
SHEETS = (STYLES / "book.css", HERE / "templates" / "mine.css",
          HERE / "report.css")  # fmt: skip
# The book's sheet asks the page which theme it has; a page of its own asks the system.
_THEME = (
    "const m=matchMedia('(prefers-color-scheme: dark)'),s=()=>document.documentElement.dataset."
    "theme=m.matches?'dark':'light';s();m.addEventListener('change',s)"
)


@dataclass(frozen=True, eq=False)
class Report:
    """All that the page and the chapters on a reader's figures show.

    Attributes
    ----------
    found, account, answers
        What the columns are, where rows and cells went, and what the figures say.
    sections : mapping of str to Section
        The claims that were estimated.
    grids : mapping of str to Grid
        Tables by the name of their files.
    estimates : Exhibit or None
        Every estimate in one picture; None where there is none in within-SDs.
    """

    found: Map
    account: Account
    answers: Answers
    sections: Mapping[str, Section]
    grids: Mapping[str, Grid]
    estimates: Exhibit | None


def make_report(found: Map, account: Account, answers: Answers) -> Report:
    """Put together what page and chapters show.

    Parameters
    ----------
    found, account, answers
        As in `Report`.
    """
    made = sections(answers)
    models = {name: grid for name, one in made.items()
              if (grid := one.record.shown.grids.get("models"))}  # fmt: skip
    grids = report_grids(found, account, answers) | models
    return Report(found, account, answers, made, grids, _forest(answers))


def write_report(folder: Path, report: Report, page: Callable[[str], str] = str) -> None:
    """Write ``index.html``, ``tables/`` and ``figures/``.

    Parameters
    ----------
    folder
        Made by this.
    report
        What is shown.
    page
        Says the finished page in another language.
    """
    for room in ("tables", "figures"):
        (folder / room).mkdir(parents=True)
    for name, grid in report.grids.items():
        for ending in FORMATS:
            save_grid(grid, folder / "tables" / f"{name}{ending}")
    panel = report.answers.panel
    if panel.roles.like == FIRMS:
        made = published_patience(firm_frame(panel)).frame
        made.dropna(how="all").to_csv(folder / "tables" / "measures_by_firm.csv")
    drawn = {name: one.picture for name, one in report.sections.items()}
    if report.estimates:
        drawn["estimates"] = draw(report.estimates)
    for name, picture in drawn.items():
        for ending in (".svg", ".png"):
            picture.save(folder / "figures" / f"{name}{ending}")
    svg = {name: (folder / "figures" / f"{name}.svg").read_text("utf-8") for name in drawn}
    (folder / "index.html").write_text(page(_page(report, svg)), encoding="utf-8", newline="\n")


def _forest(answers: Answers) -> Exhibit | None:
    study = answers.asked.study
    titles = {name: chapter["title"] for name, chapter in study.chapters.items()}
    rows = [
        row for record in answers.answered
        for row in forest_rows(record, study, titles[record.evidence.claim.family])
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    if table.empty:
        return None
    table = table.sort_values(
        "group", kind="stable", key=lambda g: g.map(list(titles.values()).index)
    )
    return Exhibit.of("forest", rows=table.reset_index(drop=True), xlabel=FOREST)


def account_words(report: Report) -> str:
    """Say how large the table is and how much could be asked of it."""
    account, answers = report.account, report.answers
    asked = len(answers.asked.study.ledger)
    return (
        f"{account.rows:,} rows of {account.entities:,} {report.found.many}, {account.first_year} "
        f"to {account.last_year}. {asked} of {len(answers.records)} claims could be asked. "
        f"{account.absent:,} entity-years of the rectangle have no row."
    )


def linked(grid: Grid, address: Callable[[str], str], ids: Mapping[str, object]) -> Grid:
    """Make the ids of claims in a table into links; its files keep the bare ids."""

    def link(cell: str) -> str:
        return ", ".join(f"[{i}]({address(i)})" if i in ids else i for i in cell.split(", "))

    return replace(grid, rows=tuple(tuple(map(link, row)) for row in grid.rows))


def _page(report: Report, svg: Mapping[str, str]) -> str:
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in SHEETS if path.is_file())
    title = f"What {report.found.file} says"
    grids = report.grids

    def shown(*names: str) -> str:
        found = (linked(grids[n], _address, report.sections) for n in names if n in grids)
        return "".join(grid_table(grid).text for grid in found)

    body = [
        f"<h1>{escape(title)}</h1><p>{escape(account_words(report))}</p>",
        shown("counts"),
        _contents(report),
        '<h2 id="asked">What was asked</h2>',
        figure(svg["estimates"], estimates_alt(report), ESTIMATES).text
        if "estimates" in svg
        else "",
        shown("verdicts", "estimates", "firm_measures"),
        f'<h2 id="book">Beside the book</h2>{shown("comparison")}' if "comparison" in grids else "",
        *(_claim(report, name, svg[name]) for name in report.sections),
        f'<h2 id="cannot">What cannot be asked</h2>{shown("cannot")}',
        f'<h2 id="table">What was made of the table</h2>{shown("columns")}',
        "".join(f"<p>Read {escape(note)}.</p>" for note in report.account.notes),
        shown("descriptives"),
        f"<p>Every table lies in <code>tables</code> as {', '.join(e[1:] for e in FORMATS)}, every "
        "figure in <code>figures</code> as svg and png.</p>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>\n{sheets}</style></head>\n"
        f"<body><script>{_THEME}</script><main>\n{''.join(body)}\n</main></body></html>\n"
    )


def _address(claim: str) -> str:
    return f"#{claim.lower()}"


def _contents(report: Report) -> str:
    rows = "".join(
        f'<li><a href="{_address(name)}">{name}</a> {escape(one.claim.sentence)} '
        f"{badge(one.verdict.word)}</li>"
        for name, one in report.sections.items()
    )
    rest = {"asked": "What was asked", "book": "Beside the book", "cannot": "What cannot be asked",
            "table": "What was made of the table"}  # fmt: skip
    if "comparison" not in report.grids:
        del rest["book"]
    rooms = "".join(f'<a href="#{at}">{words}</a>' for at, words in rest.items())
    return f'<nav aria-label="Contents">{rooms}<ul>{rows}</ul></nav>'


def estimates_alt(report: Report) -> str:
    """Say every estimate and verdict of the picture that shows them all."""
    said = "; ".join(
        f"{name} {f.term_label} {f.tested:+.2f}, {one.verdict.word}"
        for name, one in report.sections.items() for f in one.evidence.findings
    )  # fmt: skip
    return f"{ESTIMATES} {said}."


def _claim(report: Report, name: str, svg: str) -> str:
    one = report.sections[name]
    shown = one.record.shown.grids
    picture = figure(svg, alt_text(one.record, one.book), caption(one.record, one.book))
    models = grid_table(shown["models"]).text if "models" in shown else ""
    tests = folded(
        "Intervals, p and what each measure is",
        grid_table(report.grids[f"{name}_tests"]).text, grid_table(shown["measures"]).text,
    )  # fmt: skip
    return (
        f'<section id="{name.lower()}">{one.card.text}{picture.text}{one.finding.text}'
        f"{_left_out(report, name)}{models}{tests.text}</section>"
    )


def _left_out(report: Report, name: str) -> str:
    gone = report.answers.asked.left_out.get(name, ())
    return f"<p>Left out for want of series: {escape(', '.join(gone))}.</p>" if gone else ""
