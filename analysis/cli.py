"""The command line: list claims, evaluate one, describe a variable, check everything.

    python -m analysis claims [--json] [--family F] [--status S]
    python -m analysis claims --evaluate [--out DIR] [--draws N] [--jobs N]
    python -m analysis claim M16 [--json]
    python -m analysis describe gov [--json]
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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.claims import ledger
from analysis.claims.text import claim_text, labelled, ledger_text, table
from analysis.errors import AnalysisError, LedgerError

if TYPE_CHECKING:
    from analysis.claims import Claim
    from analysis.data import Panel

__all__ = ["main"]

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
    options = _parser().parse_args(arguments)
    try:
        facts, write = options.run(options)
        text = _json(facts) if options.json else write()
    except AnalysisError as error:
        print(error, file=sys.stderr)
        return 2
    return _print(text)


def _claims(options: argparse.Namespace) -> Answer:
    book = ledger()
    if options.evaluate:
        return _results(options)
    claims = book.filter(options.family, options.status)
    return [claim.to_dict() for claim in claims], lambda: ledger_text(claims, _width())


def _results(options: argparse.Namespace) -> Answer:
    """Evaluate the ledger, or a chapter or status of it, and write the results to a folder."""
    from analysis.claims.evidence_text import results_text
    from analysis.claims.results import evaluate_ledger, write_results

    # Judged first: a misspelt family or a file in place of the folder would cost minutes.
    wanted = {claim.id for claim in ledger().filter(options.family, options.status)}
    if any(path.exists() and not path.is_dir() for path in (options.out, *options.out.parents)):
        raise LedgerError(f"{options.out} is not a folder: give --out another name.")
    found = evaluate_ledger(options.data, options.dataset, draws=options.draws, jobs=options.jobs)
    results = [result for result in found if result.evidence.claim.id in wanted]
    written = write_results(results, options.out)
    facts = [result.to_dict() for result in results]
    names = " and ".join(str(path) for path in written)
    return facts, lambda: f"{results_text(results, _width())}\nWritten: {names}"


def _claim(options: argparse.Namespace) -> Answer:
    claim = ledger()[options.id]
    if not claim.declared:
        from analysis.claims import Evidence, verdict

        judged = verdict(Evidence(claim))
        facts = {**Evidence(claim).to_dict(), "verdict": judged.to_dict()}
        text = labelled("Verdict", f"{judged.word.upper()}. {judged.reason}", _width())
        return facts, lambda: f"{claim_text(claim, _width())}\n\n{text}"
    from analysis.claims import evaluate, verdict
    from analysis.claims.evidence_text import evidence_text

    evidence = evaluate(claim, _panel(options, claim))
    judged = verdict(evidence)
    facts = {**evidence.to_dict(), "verdict": judged.to_dict()}
    return facts, lambda: evidence_text(evidence, judged, _width())


def _describe(options: argparse.Namespace) -> Answer:
    from dataclasses import asdict

    variable = _panel(options).describe(options.name)
    return asdict(variable), lambda: str(variable)


def _check(options: argparse.Namespace) -> Answer:
    from analysis.claims.check import check

    found = check(options.data, options.dataset)
    rows = [("checked", "count"), *((name, f"{count:,}") for name, count in found.items())]
    return found, lambda: table(rows, "<>") + "\n\nAll as declared."


def _certify(options: argparse.Namespace) -> Answer:
    from analysis.certificates.table import certify_methods, write_rows

    rows = certify_methods(options.methods, options.replications, options.jobs)
    if options.write:
        write_rows(rows)
    shown = ("method", "effect", "replications", "bias", "coverage", "rejects", "mc_error")
    lines = [shown, *(tuple(_figure(row[name]) for name in shown) for row in rows)]
    return rows, lambda: table(lines, "<>>>>>>")


def _figure(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _panel(options: argparse.Namespace, claim: Claim | None = None) -> Panel:
    from analysis.claims.results import DATASETS
    from analysis.data import load
    from analysis.measures import build
    from analysis.studies.patient_capital import declared

    dataset = DATASETS.get(claim.unit, options.dataset) if claim else options.dataset
    return build(load(dataset, options.data), declared())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Fifty claims of one paper, and what published figures say about them.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], Answer], what: str) -> Any:  # noqa: ANN401
        found = commands.add_parser(name, help=what, description=what)
        found.add_argument("--json", action="store_true", help="print JSON instead of text")
        found.set_defaults(run=run)
        return found

    claims = command("claims", _claims, "List the claims of the ledger.")
    claims.add_argument("--family", help="only the claims of this chapter, such as two-wheels")
    claims.add_argument("--status", help="only the claims of this status, such as proxy")
    claims.add_argument(
        "--evaluate", action="store_true", help="put them to the figures; writes JSON and CSV"
    )
    claims.add_argument(
        "--out", type=Path, default=Path("_build/claims"), metavar="DIR", help="where to write"
    )
    claims.add_argument("--draws", type=_at_least(99), default=9_999, help="of the wild bootstrap")
    claims.add_argument(
        "--jobs", type=_at_least(1), default=2, help="processes; the answer is the same"
    )
    claim = command("claim", _claim, "Show one claim and what the figures say about it.")
    claim.add_argument("id", help="such as M16")
    describe = command("describe", _describe, "Say what a series or measure is and is made of.")
    describe.add_argument("name", help="such as gov or rd_funds_government")
    everything = command("check", _check, "Check the data, their sidecars and the ledger.")
    certify = command("certify", _certify, "Simulate methods on panels whose truth is known.")
    certify.add_argument(
        "methods", nargs="*", metavar="METHOD", help="all of them if none is named"
    )
    certify.add_argument(
        "--replications", type=_at_least(1), help="instead of those of the registry"
    )
    certify.add_argument(
        "--jobs", type=_at_least(1), default=2, help="processes; the answer is the same"
    )
    certify.add_argument("--write", action="store_true", help="put the rows into the table")
    for reader in (claims, claim, describe, everything):
        reader.add_argument("--data", type=Path, metavar="DIR", help="folder of data sets")
        reader.add_argument("--dataset", default="china", metavar="NAME", help="folder inside it")
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if (given := int(text)) < least:
            raise argparse.ArgumentTypeError(f"{given} is too few: ask for {least} or more")
        return given

    return number


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
