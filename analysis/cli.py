"""The command line: list claims, evaluate one, describe a variable, check everything.

    python -m analysis [--lang zh] claims [--json] [--family F] [--status S]
    python -m analysis claims --evaluate [--out DIR] [--draws N] [--jobs N]
    python -m analysis claim M16 [--json]
    python -m analysis evaluate [--out DIR] [--draws N] [--jobs N] [--json]
    python -m analysis adapt FILE --out DIR [--entity COL] [--year COL] [--region COL] [--map FILE]
    python -m analysis drift OLD NEW [--tolerance T] [--none] [--json]
    python -m analysis describe gov [--json]
    python -m analysis export DATASET --out DIR
    python -m analysis check [--json]
    python -m analysis certify [METHOD ...] [--replications N] [--jobs N] [--write] [--json]

Exit code 0 means done, 2 means that something has to be mended; one sentence on standard error
then says what. Numerical libraries are imported only by the commands that need them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from analysis.adapt.options import Wishes
from analysis.claims.study import Study, read_study
from analysis.claims.text import claim_text, labelled, ledger_text, speaking, spoken, table
from analysis.commands import language_of, parser
from analysis.errors import AnalysisError, DataError, require_known
from analysis.language import LANGUAGES, Voice, voice

__all__ = ["main"]

UNITS = "Parts are in within-SDs, as the book prints them; regressions in units of the figures."
Answer = tuple[Any, Callable[[], str]]
"""What a command found: plain types for JSON, and a function that writes them for a reader."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; those of the process by default.

    Returns
    -------
    int
        Exit code: 0, or 2 after an error the user can mend.
    """
    language, words = language_of(sys.argv[1:] if arguments is None else arguments, LANGUAGES)
    try:
        speaker = voice(language)
    except AnalysisError as error:  # what reads catalogues is not installed
        print(error, file=sys.stderr)
        return 2
    with speaking(speaker):
        return _run(words, speaker)


def _run(words: Sequence[str], speaker: Voice | None) -> int:
    options = parser(COMMANDS, LANGUAGES).parse_args(words, argparse.Namespace(voice=speaker))
    try:
        facts, write = options.run(options)
        text = _json(facts) if options.json else write()
    except AnalysisError as error:
        print(spoken(str(error)), file=sys.stderr)
        return 2
    return _print(text)


def _study(options: argparse.Namespace) -> Study:
    """Read the study that is asked for, put to the figures that are asked for."""
    return read_study(options.study).at(options.data, options.dataset)


def _claims(options: argparse.Namespace) -> Answer:
    study = _study(options)
    claims = study.ledger.filter(options.family, options.status)
    if options.evaluate:
        return _results(options, study, {claim.id for claim in claims})
    return [claim.to_dict() for claim in claims], lambda: ledger_text(claims, _width())


def _results(options: argparse.Namespace, study: Study, wanted: set[str]) -> Answer:
    """Evaluate the ledger, or a chapter or status of it, and write the results to a folder."""
    from analysis.claims.evidence_text import results_text
    from analysis.claims.study_results import evaluate_study
    from analysis.claims.tables import write_claims

    _require_folder(options.out)
    found = evaluate_study(study, draws=options.draws, jobs=options.jobs).records
    results = [record for record in found if record.id in wanted]
    names = " and ".join(map(str, write_claims(results, options.out)))
    facts = [record.plain() for record in results]
    return facts, lambda: f"{results_text(results, _width())}\n{spoken(f'Written: {names}')}"


def _require_folder(path: Path) -> None:
    """Judge where to write before any work: a file in the way would cost minutes."""
    if any(one.exists() and not one.is_dir() for one in (path, *path.parents)):
        raise DataError(f"{path} is not a folder: give --out another name.")


def _evaluate(options: argparse.Namespace) -> Answer:
    """Evaluate a study with all it explores and keep the results, unless they are up to date."""
    from analysis.claims.archive import ROOT
    from analysis.claims.making import make_archive

    study, root = _study(options), options.out or ROOT
    _require_folder(root)
    said: list[str] = []
    kept = make_archive(study, draws=options.draws, jobs=options.jobs, root=root, said=said.append)
    facts = {"archive": str(kept.folder), "written": bool(said), **kept.manifest}
    words = "written" if said else "up to date"
    return facts, lambda: spoken(f"The archive of '{study.name}' is {words}: {kept.folder}")


def _drift(options: argparse.Namespace) -> Answer:
    from analysis.claims.archive import open_archive
    from analysis.claims.drift import drift

    found = drift(open_archive(options.old), open_archive(options.new), options.tolerance)
    if options.none and len(found):
        first = found.iloc[0]
        raise DataError(
            f"{len(found)} numbers and words moved, the first is {first['number']} of "
            f"{first['claim']}, {first['old']} before and {first['new']} now: say why, or mend it."
        )
    rows = [tuple(found.columns), *(tuple(map(_figure, row)) for row in found.to_numpy())]
    text = spoken(f"{len(found)} numbers and words moved.")
    facts = found.to_dict(orient="records")
    return facts, lambda: f"{table(rows, '<<<>><', _width())}\n\n{text}" if len(found) else text


def _adapt(options: argparse.Namespace) -> Answer:
    """Make a data set of a reader's table and put the study to it."""
    from analysis.adapt.command import adapt
    from analysis.adapt.words import adapted_text

    wishes = Wishes(**{f.name: getattr(options, f.name) for f in fields(Wishes)})
    page = options.voice.page if options.voice else str
    found = adapt(read_study(options.study), wishes, _told, page)
    return found.plain(), lambda: adapted_text(found, _width())


def _claim(options: argparse.Namespace) -> Answer:
    from analysis.claims import Evidence, verdict
    from analysis.claims.evidence_text import evidence_text

    study = _study(options)
    claim = study.ledger[options.id]
    if claim.declared:
        from analysis.claims import Question, evaluate

        made = evaluate(Question(claim, study.panel(study.dataset_of(claim)), study))
        judged = verdict(made.evidence, study.rules)
        facts = {**made.to_dict(), "verdict": asdict(judged)}
        units = labelled("Units", UNITS, _width())
        return facts, lambda: f"{evidence_text(made, judged, _width())}\n\n{units}"
    evidence = Evidence(claim)
    judged = verdict(evidence, study.rules)
    text = labelled("Verdict", f"{judged.word.upper()}. {judged.reason}", _width())
    facts = {**evidence.to_dict(), "verdict": asdict(judged)}
    return facts, lambda: f"{claim_text(claim, _width())}\n\n{text}"


def _describe(options: argparse.Namespace) -> Answer:
    study = _study(options)
    variable = study.panel(study.main).describe(options.name)
    lines = [f"{variable.name}: {spoken(variable.title)}"]
    lines += [f"  {_fact(label, text)}" for label, text in variable.facts()]
    return asdict(variable), lambda: "\n".join(lines)


def _fact(label: str, text: str) -> str:
    names = label in ("Formula", "Table", "Compiled via", "Made of", "Size denominators")
    if label == "Processing":  # its words mean other things elsewhere
        return f"{spoken(label)}: {spoken(f'{label}: {text}').removeprefix(f'{label}: ')}"
    return f"{spoken(label)}: {text if names else spoken(text)}"


def _export(options: argparse.Namespace) -> Answer:
    """Write a data set with the measures of the study as a data package."""
    from analysis.display.trace.package import data_set_package, write_package

    study, folder = _study(options), options.out
    _require_folder(folder)
    package = data_set_package(study.panel(options.name), study.data)
    told = write_package(package, folder)
    facts = {"package": str(told), "files": sorted(package.files)}
    text = f"{len(package.files)} files are written; {told} says what they hold."
    return facts, lambda: spoken(text)


def _check(options: argparse.Namespace) -> Answer:
    from analysis.claims.consistency import check

    found = check(_study(options))
    rows = [("checked", "count"), *((name, f"{count:,}") for name, count in found.items())]
    return found, lambda: f"{table(rows, '<>')}\n\n{spoken('All as declared.')}"


def _certify(options: argparse.Namespace) -> Answer:
    from analysis.certificates.table import certify_methods, write_rows

    rows = certify_methods(options.methods, options.replications, options.jobs)
    if options.write:
        write_rows(rows)
    shown = ("method", "effect", "replications", "bias", "coverage", "rejects", "mc_error")
    lines = [shown, *(tuple(_figure(row[name]) for name in shown) for row in rows)]
    return rows, lambda: table(lines, "<>>>>>>")


def _calibrate(options: argparse.Namespace) -> Answer:
    """Simulate books, judge them by the rules of the study and write the tables beside it."""
    from analysis.claims.calibration.kept import write_books, write_calibration
    from analysis.claims.calibration.run import key, revision, run, tasks
    from analysis.claims.families.families import FAMILIES

    study = _study(options)
    runs = (options.out or Path("_build/calibration")) / key(study)
    for family in options.families:
        require_known("family", family, FAMILIES, "the placebo families")
    families = options.families or tuple(FAMILIES)
    for dataset in options.datasets or ():
        require_known("data set", dataset, study.datasets, "the study")
    datasets = options.datasets or study.datasets
    todo = list(tasks(datasets, families, options.panels, options.planted))
    run(study.folder, todo, runs, jobs=options.jobs or 1, said=_told)
    where = study, todo, runs, options.tables or study.folder, revision()
    found = write_calibration(*where).families if options.planted else write_books(*where)
    rows = [tuple(found.columns), *(tuple(map(_figure, row)) for row in found.to_numpy())]
    return found.to_dict("records"), lambda: table(rows, "<" + ">" * (len(rows[0]) - 1), _width())


def _told(words: str) -> None:
    """Say how far a long command is."""
    print(spoken(words), file=sys.stderr, flush=True)


def _figure(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _json(facts: object) -> str:
    # NaN is not JSON: whoever puts one in gets an error here instead of a broken file there.
    return json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False, default=str)


def _width() -> int:
    return max(shutil.get_terminal_size((110, 24)).columns, 60)


def _print(text: str) -> int:
    """Write to standard output; a reader who stops early, such as ``head``, is no error."""
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal that cannot show Chinese gets escapes, which JSON readers understand too.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes again on exit, so the closed pipe is replaced first.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


COMMANDS = {
    "claims": _claims, "claim": _claim, "evaluate": _evaluate, "describe": _describe,
    "export": _export, "check": _check, "calibrate": _calibrate, "certify": _certify,
    "adapt": _adapt, "drift": _drift,
}  # fmt: skip
"""What each word of `analysis.commands` does."""
