"""The report on a reader's figures: one page, and its tables and figures as files."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path

import pandas as pd

from analysis.adapt.answers import Answers
from analysis.adapt.convert import Account
from analysis.adapt.map import Map
from analysis.adapt.tables import firm_frame, report_grids
from analysis.adapt.vocabulary import FIRMS
from analysis.data.codebook import Codebook
from analysis.display.chapters import FOREST, forest_rows
from analysis.display.charts import forest
from analysis.display.drawing import Picture
from analysis.display.html import claim_card, folded, grid_table
from analysis.display.words import finding_words
from analysis.inference.cells import Grid
from analysis.inference.tables.printed import save_grid
from analysis.inference.tables.summary import describe
from analysis.measures.patience import published_patience
from analysis.places import CODE

__all__ = ["write_report"]

FORMATS = (".csv", ".tex", ".docx")
SHEETS = (
    CODE.parent / "book" / "_static" / "book.css",
    Path(__file__).with_name("report.css"),
)
# The book's sheet asks the page which theme it has; a page of its own asks the system.
_THEME = (
    "const m=matchMedia('(prefers-color-scheme: dark)'),s=()=>document.documentElement.dataset."
    "theme=m.matches?'dark':'light';s();m.addEventListener('change',s)"
)


def write_report(folder: Path, found: Map, account: Account, answers: Answers) -> None:
    """Write ``index.html``, ``tables/`` and ``figures/``.

    Parameters
    ----------
    folder
        Made by this.
    found, account, answers
        What the columns are, where rows and cells went, and what the figures say.
    """
    for room in ("tables", "figures"):
        (folder / room).mkdir(parents=True)
    grids = report_grids(found, account, answers)
    used = [column[1] for column in account.columns]
    grids["descriptives"] = describe(answers.panel, used).grid()
    for name, grid in grids.items():
        for ending in FORMATS:
            save_grid(grid, folder / "tables" / f"{name}{ending}")
    if answers.panel.roles.like == FIRMS:
        made = published_patience(firm_frame(answers.panel)).frame
        made.dropna(how="all").to_csv(folder / "tables" / "measures_by_firm.csv")
    drawn = _forest(answers)
    if drawn:
        for ending in (".svg", ".png"):
            drawn.save(folder / "figures" / f"estimates{ending}")
    page = _page(found, account, answers, grids, drawn)
    (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")


def _forest(answers: Answers) -> Picture | None:
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
    return forest(table, FOREST)


def _page(
    found: Map, account: Account, answers: Answers, grids: dict[str, Grid], drawn: Picture | None
) -> str:
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in SHEETS if path.is_file())
    title = f"What {found.file} says"
    asked = len(answers.asked.study.ledger)
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{account.rows:,} rows of {account.entities:,} {escape(found.many)}, "
        f"{account.first_year} to {account.last_year}. {asked} of {len(answers.records)} claims "
        f"could be asked. {account.absent:,} entity-years of the rectangle have no row.</p>",
        '<nav><a href="#asked">Asked</a><a href="#cannot">Not asked</a>'
        '<a href="#table">The table</a></nav>',
        '<h2 id="asked">What was asked</h2>',
        *([_figure(drawn, answers)] if drawn else []),
        *([grid_table(grids["verdicts"]).text] if "verdicts" in grids else []),
        *([grid_table(grids["estimates"]).text] if "estimates" in grids else []),
        *([grid_table(grids["firm_measures"]).text] if "firm_measures" in grids else []),
        *_claims(answers, grids),
        f'<h2 id="cannot">What cannot be asked</h2>{grid_table(grids["cannot"]).text}',
        f'<h2 id="table">What was made of the table</h2>{grid_table(grids["columns"]).text}',
        "".join(f"<p>Read {escape(note)}.</p>" for note in account.notes),
        grid_table(grids["descriptives"]).text,
        "<p>Every table lies in <code>tables</code> as csv, tex and docx, the figure in "
        "<code>figures</code> as svg and png.</p>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>\n{sheets}</style></head>\n"
        f"<body><script>{_THEME}</script><main>\n{''.join(body)}\n</main></body></html>\n"
    )


def _figure(drawn: Picture, answers: Answers) -> str:
    words = "; ".join(
        f"{r.id} {f.term_label} {f.tested:+.2f}, {r.verdict.word}"
        for r in answers.answered for f in r.evidence.findings
    )  # fmt: skip
    data = base64.b64encode(drawn.svg().encode()).decode()
    return (
        f'<figure><img alt="Estimates with intervals: {escape(words)}" '
        f'src="data:image/svg+xml;base64,{data}"></figure>'
    )


def _claims(answers: Answers, grids: dict[str, Grid]) -> list[str]:
    book, out = Codebook.of(answers.panel), []
    for record in answers.answered:
        gone = answers.asked.left_out.get(record.id, ())
        said = f"<p>Left out for want of series: {escape(', '.join(gone))}.</p>" if gone else ""
        own = answers.book.get(record.id)
        said += f"<p>In the book: {escape(own)}.</p>" if own else ""
        card = claim_card(record.evidence.claim, book, record.verdict).text
        table = folded("Estimates", grid_table(grids[record.id]).text).text
        out.append(f'<section id="{record.id.lower()}">{card}{finding_words(record, book).text}'
                   f"{said}{table}</section>")  # fmt: skip
    return out
