"""The whole way from a file to a folder with data set, answers and report."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from analysis.adapt.answers import Answers, answer
from analysis.adapt.asking import with_ledger
from analysis.adapt.building import HTML, build_book, require_builder
from analysis.adapt.chapters import write_book
from analysis.adapt.convert import Account, Converted, convert
from analysis.adapt.map import Map, map_text, read_map
from analysis.adapt.options import Wishes
from analysis.adapt.policies import FOLDER, Policies, read_policies
from analysis.adapt.proposal import Sizes, propose, sizes_of
from analysis.adapt.report import make_report, write_report
from analysis.adapt.table import Table, read_table
from analysis.adapt.vocabulary import FIRMS, Noun, Vocabulary, bare, read_vocabulary
from analysis.adapt.write import require_ours, written_whole
from analysis.claims.study import Study
from analysis.errors import DataError, require_known

__all__ = ["Adapted", "adapt", "make_map", "prepare", "put_down"]

MAP = "map.yml"


@dataclass(frozen=True, slots=True, eq=False)
class Adapted:
    """What came of a table: the map, the account of its rows and cells, and the answers."""

    name: str
    folder: Path
    map: Map
    account: Account
    answers: Answers

    def plain(self) -> dict[str, object]:
        """Plain values for JSON."""
        answers = self.answers
        return {
            "name": self.name, "folder": str(self.folder), "account": asdict(self.account),
            "unsure": [asdict(one) for one in self.map.used if not one.sure],
            "asked": [r.id for r in answers.answered],
            "cannot": {claim.id: why for claim, why in answers.asked.cannot},
            "reasons": answers.asked.reasons,
            "verdicts": {r.id: r.verdict.word for r in answers.records},
            "book": dict(answers.book),
            "policies": [list(one) for one in answers.policies],
        }  # fmt: skip


def adapt(
    study: Study,
    wishes: Wishes,
    said: Callable[[str], None] | None = None,
    page: Callable[[str], str] = str,
) -> Adapted:
    """Make a data set of a reader's table, put the study to it and write a report.

    Parameters
    ----------
    study
        Gives series, measures and claims.
    wishes
        What is asked for.
    said
        Told of every step; standard error by default.
    page
        Says the finished page of the report in another language.

    Returns
    -------
    Adapted

    Raises
    ------
    AnalysisError
        Anything in table, map or ledger cannot be read; the folder is left as it was.
    """
    said = said or (lambda words: print(words, file=sys.stderr, flush=True))
    require_ours(wishes.out)
    if wishes.book:
        require_builder()
    asked = with_ledger(study, wishes.ledger) if wishes.ledger else study
    policies = read_policies(wishes.policies) if wishes.policies else None
    vocabulary = read_vocabulary(study)
    found, made = prepare(vocabulary, partial(_sizes, study), wishes, said)
    if policies:
        policies.require_entities(made.entities, found.file)
    with written_whole(wishes.out) as folder:
        put_down(folder, made, found, policies)
        answers = answer(asked, folder, made.name, draws=wishes.draws, jobs=wishes.jobs, said=said,
                         policies=policies)  # fmt: skip
        report = make_report(found, made.account, answers)
        write_report(folder / "report", report, page)
        if wishes.book:
            write_book(folder, report, wishes.draws)
            (folder / HTML).mkdir()
    if wishes.book:
        said("the chapters are built, which takes a few minutes")
        build_book(wishes.out)
    return Adapted(made.name, wishes.out, found, made.account, answers)


def prepare(
    vocabulary: Vocabulary,
    sizes: Callable[[str], Sizes],
    wishes: Wishes,
    said: Callable[[str], None],
) -> tuple[Map, Converted]:
    """Read a table and make a data set of it by the edited map, or by one that is proposed.

    Nothing is written but the proposal, where `wishes.map` names a file that is not there yet.

    Parameters
    ----------
    vocabulary
        Names and units of the study.
    sizes
        Gives how large the figures of a data set of the study are.
    wishes, said
        As in `adapt`.
    """
    table, found = _table_and_map(vocabulary, sizes, wishes, said)
    made = convert(table, found, vocabulary, _name(wishes))
    used, unused = len(found.used), len(made.account.unused)
    said(f"{made.account.rows} rows, {used} columns used, {unused} not used")
    return found, made


def _table_and_map(
    vocabulary: Vocabulary,
    sizes: Callable[[str], Sizes],
    wishes: Wishes,
    said: Callable[[str], None],
) -> tuple[Table, Map]:
    kept = wishes.map or wishes.out / MAP
    if kept.is_file():
        found = _with_wishes(read_map(kept), wishes)
        said(f"the map {kept} is used as it stands")
        return read_table(wishes.file, (found.entity, found.year), wishes.sheet), found
    wanted = [name for name in (wishes.entity, wishes.year) if name]
    table = read_table(wishes.file, wanted, wishes.sheet)
    found = make_map(table, wishes, vocabulary, sizes)
    if wishes.map:
        try:
            wishes.map.write_text(map_text(found), encoding="utf-8")
        except OSError as error:
            raise DataError(f"{wishes.map} cannot be written: {error.strerror}.") from error
        said(f"a map is proposed in {wishes.map}")
    return table, found


def _with_wishes(found: Map, wishes: Wishes) -> Map:
    """Let what the command says of a row count for more than the map."""
    told = {key: getattr(wishes, key) for key in ("entity", "year", "region", "like")}
    return replace(found, file=wishes.file.name, **{k: v for k, v in told.items() if v})


def make_map(
    table: Table, wishes: Wishes, vocabulary: Vocabulary, sizes: Callable[[str], Sizes]
) -> Map:
    """Propose a map of a table.

    Parameters
    ----------
    table, wishes, vocabulary
        As read, as asked, and the words of the study.
    sizes
        Gives the size of figures of a data set.
    """
    every = [name for noun in vocabulary.nouns.values() for name in noun.headings]
    entity = _column(table, wishes.entity, every, "--entity")
    year = _column(table, wishes.year, vocabulary.year, "--year")
    noun = _noun(wishes, entity, vocabulary)
    region = ""
    if wishes.region:
        region = table.column(wishes.region, "--region")
    else:
        named = [h for h in table.frame if bare(h) in vocabulary.region and h not in (entity, year)]
        region = named[0] if len(named) == 1 else ""
    like = wishes.like or noun.like
    keys = tuple(filter(None, (entity, year, region)))
    columns = propose(table, keys, like, vocabulary, sizes(like))
    return Map(wishes.file.name, entity, year, region, noun.one, noun.many, noun.zh, like, columns)


def _column(table: Table, wish: str, headings: list[str] | tuple[str, ...], option: str) -> str:
    if wish:
        return table.column(wish, option)
    found = [heading for heading in table.frame if bare(heading) in headings]
    if option == "--entity" and len(found) > 1:  # a city beside its province names the row
        found = sorted(found, key=lambda h: -table.frame[h].nunique())[:1]
    if len(found) != 1:
        raise DataError(
            f"{table.file} has {len(found) or 'no'} columns that could be meant by {option}: name "
            f"one of {', '.join(map(str, table.frame))}."
        )
    return found[0]


def _noun(wishes: Wishes, entity: str, vocabulary: Vocabulary) -> Noun:
    if wishes.noun:
        plural = f"{wishes.noun[:-1]}ies" if wishes.noun.endswith("y") else f"{wishes.noun}s"
        return vocabulary.nouns.get(wishes.noun, Noun(wishes.noun, plural, ""))
    nouns = vocabulary.nouns.values()
    return next((n for n in nouns if bare(entity) in n.headings), Noun("entity", "entities", ""))


def _sizes(study: Study, like: str) -> Sizes:
    if like in ("", FIRMS):
        return {}
    require_known("data set", like, study.units.values(), "the study (like)")
    return sizes_of(study.panel(like).frame)


def _name(wishes: Wishes) -> str:
    stem = re.sub(r"[^\w-]+", "_", wishes.file.stem).strip("_-")
    name = wishes.name or stem or "mine"
    if name in (FOLDER, "answers", "report"):
        raise DataError(f"A data set cannot be called '{name}': give it another name with --name.")
    return name


def put_down(folder: Path, made: Converted, found: Map, policies: Policies | None = None) -> None:
    """Write a data set, its map and the reader's policies into a folder of data sets."""
    rooms = {made.name: made.files} | ({FOLDER: policies.files()} if policies else {})
    for room, files in rooms.items():
        (folder / room).mkdir()
        for name, text in files.items():
            (folder / room / name).write_text(text, encoding="utf-8", newline="\n")
    (folder / MAP).write_text(map_text(found), encoding="utf-8", newline="\n")
