"""What can be typed on the command line: the commands, their options and what each is for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from analysis.adapt.options import add_options
from analysis.claims.text import columns_wide, spoken, wrap

__all__ = ["language_of", "parser"]

PROGRAM = "python -m analysis"

Add = Callable[..., argparse.Action]
"""Adds an argument to a command."""


class _Help(argparse.HelpFormatter):
    """Says headings and explanations by the voice that speaks, before they are wrapped."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ANN401
        super().add_usage(usage, actions, groups, spoken("usage: ") if prefix is None else prefix)

    def _format_usage(self, usage: Any, actions: Any, groups: Any, prefix: Any) -> str:  # noqa: ANN401
        more = columns_wide(prefix) - len(prefix)  # argparse counts characters
        self._width -= more
        text = super()._format_usage(usage, actions, groups, prefix)
        self._width += more
        return text.replace("\n ", f"\n {' ' * more}")

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and spoken(heading))

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in wrap(text, width))


class _Parser(argparse.ArgumentParser):
    def __init__(self, **more: Any) -> None:  # noqa: ANN401
        super().__init__(formatter_class=_Help, **more)

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {spoken('error')}: {spoken(message)}\n")


def language_of(words: Sequence[str], known: Collection[str]) -> tuple[str, list[str]]:
    """Return the language asked for, before or after the command, and the other words."""
    asks = _Parser(prog=PROGRAM, add_help=False, allow_abbrev=False)
    _add_language(asks.add_argument, known)
    options, rest = asks.parse_known_args(words)
    return options.lang, rest


def _add_language(add: Add, known: Collection[str]) -> None:
    add("--lang", choices=tuple(known), default="en", help="language of what is printed")


def parser(
    run: Mapping[str, Callable[[argparse.Namespace], object]], languages: Collection[str]
) -> argparse.ArgumentParser:
    """Return the parser; ``options.run`` is then what the command does.

    Parameters
    ----------
    run
        By the name of each command.
    languages
        That can be printed, two letters each.
    """
    made = _Parser(
        prog=PROGRAM,
        description="The claims of a study, and what published figures say about them.",
    )
    _add_language(made.add_argument, languages)
    commands = made.add_subparsers(required=True, metavar="command")

    def command(name: str, what: str) -> Add:
        found = commands.add_parser(name, help=what, description=what)
        found.add_argument("--json", action="store_true", help="print JSON instead of text")
        found.set_defaults(run=run[name])
        return found.add_argument

    for reader in (*_ask(command), *_simulate(command)):
        reader("--study", default="patient_capital", help="name or folder of a study")
        reader("--data", type=Path, metavar="DIR", help="folder of data sets")
        reader("--dataset", metavar="NAME", help="takes the place of the main data set")
    add_options(command("adapt", "Make a data set of your own table and evaluate it."))
    moved = command("drift", "List what moved between two archives.")
    moved("old", type=Path, help="folder of one archive of a study")
    moved("new", type=Path, help="folder of the other")
    moved("--tolerance", type=float, default=1e-10, help="relative")
    moved("--none", action="store_true", help="fail if anything moved")
    return made


def _ask(command: Callable[[str, str], Add]) -> tuple[Add, ...]:
    """Add the commands that ask what figures say; all of them read a study."""
    claims = command("claims", "List the claims of the ledger.")
    claims("--family", help="only the claims of this chapter, such as two-wheels")
    claims("--status", help="only the claims of this status, such as proxy")
    claims("--evaluate", action="store_true", help="put them to the figures; writes JSON and CSV")
    claims("--out", type=Path, default=Path("_build/claims"), metavar="DIR", help="where to write")
    whole = command("evaluate", "Evaluate a study with all it explores; keep the results.")
    whole("--out", type=Path, metavar="DIR", help="folder of archives")
    for one in (claims, whole):
        one("--draws", type=_at_least(99), default=9_999, help="of the wild bootstrap")
        _add_jobs(one)
    claim = command("claim", "Show one claim and what the figures say about it.")
    claim("id", help="such as M16")
    describe = command("describe", "Say what a series or measure is and is made of.")
    describe("name", help="such as gov or rd_funds_government")
    package = command("export", "Write a data set, its measures and what they mean.")
    package("name", metavar="NAME", help="of a data set, such as china")
    package("--out", type=Path, required=True, metavar="DIR", help="where to write")
    everything = command("check", "Check the data, their sidecars and the ledger.")
    return claims, whole, claim, describe, package, everything


def _simulate(command: Callable[[str, str], Add]) -> tuple[Add, ...]:
    """Add the commands that simulate; return the one that reads a study."""
    books = command("calibrate", "Simulate books with nothing to find, and judge them.")
    books("families", nargs="*", help="placebo families (all by default)")
    books("--datasets", nargs="+", metavar="NAME", help="data sets (all by default)")
    books("--panels", type=_at_least(1), default=200, help="placebo panels a family")
    planted = "panels with an effect of each size; 0 writes the table of whole books alone"
    books("--planted", type=_at_least(0), default=40, help=planted)
    books("--out", type=Path, help="folder of runs, _build/calibration by default")
    books("--tables", type=Path, help="folder of the tables, that of the study by default")
    certify = command("certify", "Simulate methods on panels whose truth is known.")
    certify("methods", nargs="*", metavar="METHOD", help="all of them if none is named")
    certify("--replications", type=_at_least(1), help="instead of those of the registry")
    certify("--write", action="store_true", help="put the rows into the table")
    for one in (books, certify):
        _add_jobs(one)
    return (books,)


def _add_jobs(add: Add) -> None:
    add("--jobs", type=_at_least(1), default=2, help="processes; the answer is the same")


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if (given := int(text)) < least:
            raise argparse.ArgumentTypeError(f"{given} is too few: ask for {least} or more")
        return given

    return number
