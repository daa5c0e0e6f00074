"""What rows and columns of a table of models are called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.data import Panel
from analysis.inference.tables.read import Key, Line, ModelColumn, parts_of
from analysis.inference.tables.words import word

__all__ = ["Names", "first_line", "marked", "own_labels"]


_LOG = re.compile(r"^(?:np\.)?log\((.+)\)$")


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called in this table.

    `dated` are the terms whose year is written, `seen` labels that some result has for a variable.
    """

    labels: Mapping[str, str]
    panel: Panel | None
    language: str
    dated: frozenset[Key]
    seen: Mapping[str, str]

    def variable(self, name: str, otherwise: str = "") -> str:
        """Return the label given for a variable, else that of the panel, else `otherwise`."""
        if name in self.labels:
            return self.labels[name]
        if self.panel is not None and name in self.panel:
            described = self.panel.describe(name)
            zh = described.label_zh if self.language == "zh" else ""
            return zh or described.label_en or name
        if otherwise not in ("", name):
            return otherwise
        if found := _LOG.match(name):
            return f"ln({self.variable(found[1])})"
        part, lag = parts_of(name)[0]
        if lag is not None:  # inside a function; a lag by itself has its year written beside it
            return self.variable(part) + word(
                "dated", self.language, f"{-lag:+d}".replace("-", "−")
            )
        return self.seen.get(name, name)

    def term(self, key: Key, columns: Sequence[ModelColumn]) -> str:
        """Label of a row: the one given for it, or made of its parts, or what the result says."""
        line = first_line(key, columns)
        if line.term == "Intercept":
            return self.labels.get("Intercept", word("constant_term", self.language))
        for term in (line.term, ":".join(reversed(line.term.split(":")))):
            if term in self.labels:
                return self.labels[term] + ("" if "lag(" in term else self._when(key))
        parts, own = [part for part, _ in key], line.label.split(" × ")
        if len(own) != len(parts):
            own = [line.label] if len(parts) == 1 else parts
        elif len(parts) > 1:  # a label follows the order of the term, a key the alphabet
            parts = [part for part, _ in parts_of(line.term)]
        if line.label == line.term:
            own = parts
        return " × ".join(map(self.variable, parts, own)) + self._when(key)

    def _when(self, key: Key) -> str:
        """Year of a term, where the table has several; the outcome's own only if it must be."""
        lags = sorted({lag or 0 for _, lag in key})
        if key not in self.dated:
            return ""
        shown = ", ".join(f"{-lag:+d}".replace("-", "−") if lag else "" for lag in lags)
        return word("dated", self.language, shown)

    def cluster(self, name: str) -> str:
        """Say what rows are clustered by."""
        if name == "entity" and self.panel is not None and self.language == "zh":
            return self.panel.roles.entity_zh or word("by_entity", "zh")
        if name in ("entity", "year", "region") and name not in self.labels:
            return word(f"by_{name}", self.language)
        return self.variable(name)

    def effect(self, name: str) -> str:
        """Label of a row that says what was absorbed."""
        if name in self.labels:
            return self.labels[name]
        if name in ("entity", "year", "region^year", "entity_trend"):
            return word(name, self.language)
        if name.startswith("initial "):
            return word("initial", self.language, self.variable(name.removeprefix("initial ")))
        parts = [self.labels.get(part, part) for part in name.split("^")]
        return word("effects", self.language, "×".join(parts))


def own_labels(columns: Sequence[ModelColumn]) -> dict[str, str]:
    """Return labels that results have for variables, for terms that only name these."""
    lines = (line for column in columns for line in column.lines if len(line.key) == 1)
    return {x.key[0][0]: x.label for x in lines if x.label not in (x.term, x.key[0][0])}


def marked(columns: Sequence[ModelColumn]) -> frozenset[Key]:
    """Terms whose year is written beside them: all that are lagged, unless by the same years."""
    keys = {line.key for c in columns for line in c.lines if line.term != "Intercept"}
    if len({lag or 0 for key in keys for _, lag in key}) < 2:
        return frozenset()
    names = [tuple(part for part, _ in key) for key in keys]
    return frozenset(
        key for key in keys
        if any(lag for _, lag in key) or names.count(tuple(part for part, _ in key)) > 1
    )  # fmt: skip


def first_line(key: Key, columns: Sequence[ModelColumn]) -> Line:
    """Return the line that names a row: the first with a label of its own, if there is one."""
    lines = [line for column in columns for line in column.lines if line.key == key]
    own = (line for line in lines if line.label != line.term.replace(":", " × "))
    return next(own, lines[0])
