"""Chapters on a reader's figures: a small book whose words are the ledger's and the results'."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from analysis.adapt.markup import cell, figure, page, plain, quoted, template
from analysis.adapt.report import ESTIMATES, Report, account_words, estimates_alt, linked
from analysis.adapt.sections import alt_text, caption, words
from analysis.adapt.study_folder import write_study
from analysis.claims.archive import write_archive
from analysis.claims.claim import Claim
from analysis.claims.record import Page
from analysis.claims.study import Study
from analysis.claims.study_results import Results
from analysis.data.codebook import Codebook
from analysis.display.chapters import forest_rows
from analysis.display.sections import Section
from analysis.places import STYLES

__all__ = ["write_book"]

OWN = "mine"  # the archive's page with what belongs to no claim
FOLDED = ("card", "measures", "models", "tables", "literature")


def write_book(folder: Path, report: Report, draws: int) -> None:
    """Write ``study/``, ``archive/`` and ``book/``, the source of a Jupyter Book.

    Pages hold words of the ledger and calls of `analysis.display`; what came out is put in when
    they are executed. Only captions and alternative texts are made of the results here.

    Parameters
    ----------
    folder
        A folder that holds none of these.
    report
        What is shown.
    draws
        Of the wild bootstrap, kept with the results.
    """
    study = write_study(folder / "study", report.answers)
    shown = Page(
        grids={name: linked(grid, lambda claim: study.address(study.ledger[claim]), report.sections)
               for name, grid in report.grids.items()},
        exhibits={"forest": report.estimates} if report.estimates else {},
    )  # fmt: skip
    records = tuple(one.record for one in report.sections.values())
    panel = report.answers.panel
    results = Results(records, {OWN: shown}, {panel.name: Codebook.of(panel)})
    write_archive(study, results, draws, folder / "archive")
    pages = _pages(study, report)
    static = folder / "book" / "_static"
    static.mkdir(parents=True)
    for path in sorted(STYLES.glob("*")):
        shutil.copyfile(path, static / path.name)
    (static / "mine.css").write_text(template("mine.css"), "utf-8")
    for name, text in pages.items():
        (folder / "book" / name).write_text(text, encoding="utf-8", newline="\n")


def _pages(study: Study, report: Report) -> dict[str, str]:
    """Return every file of the source by its name."""
    said, chapters = words()["pages"], study.chapters if report.sections else {}
    title, grids = f"What {report.found.file} says", report.grids

    def own(name: str, head: str, text: str, tables: Iterable[str], more: str = "") -> str:
        first, *rest = (table for table in tables if table in grids)
        body = more + "\n".join(map(cell, (f"page.{table}" for table in rest)))
        return page("page", head, text, OWN, study.name, first, body)

    forest = ""
    if report.estimates:
        forest = figure("fig-estimates", ESTIMATES, estimates_alt(report), "page.forest")
    index = ("counts", "verdicts", "estimates", "firm_measures", "comparison")
    read = " ".join(f"Read {note}." for note in report.account.notes)
    named = words()["titles"]
    out = {
        "_config.yml": template("_config.yml", title=quoted(title)),
        "_toc.yml": _contents(chapters),
        "index.md": own("index", plain(title), f"{plain(account_words(report))} {said['index']}",
                        index, forest),
        "cannot.md": own("cannot", named["cannot"], said["cannot"], ["cannot"]),
        "table.md": own("table", named["table"], f"{said['table']} {plain(read)}",
                        ["columns", "descriptives"]),
    }  # fmt: skip
    for family, chapter in chapters.items():
        out[f"{chapter['page']}.md"] = _chapter(study, family, report)
    return out


def _contents(chapters: Mapping[str, Mapping[str, str]]) -> str:
    named = words()["titles"]
    parts = [(named["claims"], [chapter["page"] for chapter in chapters.values()]),
             (named["figures"], ["table", "cannot"])]  # fmt: skip
    parts = [{"caption": head, "chapters": [{"file": name} for name in names]}
             for head, names in parts if names]  # fmt: skip
    return yaml.safe_dump({"format": "jb-book", "root": "index", "parts": parts}, sort_keys=False)


def _chapter(study: Study, family: str, report: Report) -> str:
    here = [report.sections[claim.id] for claim in study.ledger.filter(family=family)]
    head = ""
    if any(forest_rows(one.record, study) for one in here):
        alt = f"{ESTIMATES} {' '.join(alt_text(one.record, one.book, False) for one in here)}"
        head = figure(f"fig-{study.chapters[family]['page']}", ESTIMATES, alt, "page.estimates")
    body = "\n".join([head, template("summary.md"), *map(_claim, here)])
    title, text = plain(study.chapters[family]["title"]), words()["pages"]["claims"]
    return page("chapter", title, text, family, study.name, "answer", body)


def _claim(one: Section) -> str:
    claim, call = one.claim, f"page.sections[{quoted(one.claim.id)}]"
    shown = one.record.shown
    folded = [name for name in FOLDED if name not in ("measures", "models") or name in shown.grids]
    more = [cell(f"{call}.{name}") for name in folded]
    for name, text in words()["further"].items():
        if name in shown.exhibits:
            text = text.format(id=claim.id)
            more.append(figure(f"fig-{claim.id.lower()}-{name}", text, text, f"{call}.{name}"))
    label, alt = caption(one.record, one.book), alt_text(one.record, one.book)
    return template(
        "claim.md", anchor=claim.id.lower(), id=claim.id, sentence=plain(claim.sentence),
        logic=plain(claim.logic), against=_against(claim), answer=cell(f"{call}.answer"),
        picture=figure(f"fig-{claim.id.lower()}", label, alt, f"{call}.picture"),
        finding=cell(f"{call}.finding"), more="\n".join(more),
    )  # fmt: skip


def _against(claim: Claim) -> str:
    known = words()["against"]
    said = dict.fromkeys(known[part.sign] for part in claim.parts)
    return " Or ".join(said) + (f" {known['parts']}" if len(claim.parts) > 1 else "")
