"""Where in the project a claim is declared and a function stands: file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.places import CODE

if TYPE_CHECKING:
    from analysis.claims import Claim, Study

__all__ = ["Place", "called", "declared", "measure_place", "place_link"]

TOP = CODE.parent
DEFINED = re.compile(r"^(?:def|class) (\w+)", re.M)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, as seen from the top folder of the project."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def place_link(place: Place, repository: str) -> str:
    """Return path and line, as a link where the repository has an address.

    Parameters
    ----------
    place : Place
        A line.
    repository : str
        Address of the files of a branch, such as ``https://host/owner/name/blob/main``; or empty.
    """
    words = f"<code>{escape(str(place))}</code>"
    if not repository:
        return words
    return f'<a href="{escape(repository)}/{escape(place.path)}#L{place.line}">{words}</a>'


def declared(study: Study, claim: Claim) -> tuple[Place, ...]:
    """Return where a claim stands in the ledger, and its test on a further data set.

    Empty where a line is not laid out as expected.
    """
    found = [_line(study.folder / "ledger.yml", [rf"- id: {claim.id}\b"])]
    if claim.dataset:
        steps = [rf"\s*{claim.dataset}:\s*$", rf"\s*{claim.id}:"]
        found.append(_line(study.folder / "replications.yml", steps))
    return tuple(place for place in found if place)


def measure_place(study: Study, name: str) -> Place | None:
    """Return where a measure is declared; None for a published series."""
    return _line(study.folder / "measures.yml", [rf"\s+{re.escape(name)}:\s*$"])


def called(script: str) -> tuple[Place, ...]:
    """Return where the functions that a script calls are defined, in the order of its calls."""
    names = dict.fromkeys(re.findall(r"(?<![\w.\"'])(\w+)\(", script))
    return tuple(_defined()[name] for name in names if name in _defined())


def _line(path: Path, steps: list[str]) -> Place | None:
    """Return the line that matches the last step, below those that match the steps before it."""
    lines, at = _lines(path), -1
    for step in steps:
        wanted = re.compile(r"\s*" + step)
        at = next((i for i in range(at + 1, len(lines)) if wanted.match(lines[i])), len(lines))
    inside = path.is_relative_to(TOP)
    shown = path.relative_to(TOP).as_posix() if inside else path.name
    return Place(shown, at + 1) if at < len(lines) else None


@cache
def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()


@cache
def _defined() -> dict[str, Place]:
    """Return where every public function and class of the engine is defined, by name."""
    found: dict[str, Place] = {}
    for path in sorted(CODE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for match in DEFINED.finditer(text):
            if not match[1].startswith("_"):
                line = text.count("\n", 0, match.start()) + 1
                found.setdefault(match[1], Place(path.relative_to(TOP).as_posix(), line))
    return found
