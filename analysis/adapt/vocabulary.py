"""What a column of a reader's table may be: the series and measures of a study, by every name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.adapt.cells import plain
from analysis.claims.yaml_file import read_yaml
from analysis.data.dataset import DATA, Unit, read_dataset, read_units
from analysis.data.firm_panel import firm_fields
from analysis.data.sidecar import read_sidecar
from analysis.errors import LedgerError
from analysis.measures.patience import patience_fields

if TYPE_CHECKING:
    from analysis.claims.study import Study

__all__ = ["FIRMS", "Noun", "Target", "Vocabulary", "bare", "read_vocabulary", "split_unit"]

SHARE, PERCENT = "share", "percent"
FIRMS = "firms"
"""What a table of firms is like: no data set of a study, but columns with names of their own."""
KINDS = {"amount": "元", "percent": "%", "count": "件", "number": "index"}
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_SECTIONS = ("entities", "year", "region", "units", "series", "derive")


@dataclass(frozen=True, slots=True)
class Target:
    """A series or measure that a column may hold.

    Attributes
    ----------
    name, label_en, label_zh : str
        As the study calls it.
    unit, base : str
        Unit in which the study publishes it, and the one of a panel.
    labels : mapping of str to tuple of str
        Labels in each data set of the study that holds it; empty for a measure.
    """

    name: str
    label_en: str
    label_zh: str
    unit: str
    base: str
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def label(self, dataset: str) -> tuple[str, str]:
        """Return its labels as a data set has them, or as the first that holds it does."""
        return self.labels.get(dataset, (self.label_en, self.label_zh))


@dataclass(frozen=True, slots=True)
class Noun:
    """What a row is about, and the data set of the study whose series it resembles."""

    one: str
    many: str
    zh: str
    like: str = ""
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of a study, in both languages.

    Attributes
    ----------
    targets : mapping of str to Target
        Series and measures.
    names : mapping of str to tuple of str
        Bare spelling -> the targets it stands for.
    nouns : mapping of str to Noun
        What rows may be about.
    year, region : tuple of str
        Headings of these columns.
    units : mapping of str to Unit
        Every unit a table may be written in.
    spellings : mapping of str to str
        Bare spelling of a unit -> its name.
    derive : mapping of str to tuple
        Series -> ways to work it out: (series,) or (numerator, denominator).
    """

    targets: Mapping[str, Target]
    names: Mapping[str, tuple[str, ...]]
    nouns: Mapping[str, Noun]
    year: tuple[str, ...]
    region: tuple[str, ...]
    units: Mapping[str, Unit]
    spellings: Mapping[str, str]
    derive: Mapping[str, tuple[tuple[str, ...], ...]]

    def unit_named(self, text: str) -> str:
        """Return the name of a unit as somebody spells it; "" if it is none."""
        return self.spellings.get(bare(text), "")

    @cached_property
    def tails(self) -> frozenset[str]:
        """Units as they may stand behind a number, in plain letters."""
        return frozenset({"%", *(plain(name) for name in self.units), *self.spellings})

    def written(self, unit: str, base: str) -> str:
        """Return the unit to write for figures in `unit` of a target with a base; "" if none fits.

        Percent and shares of one go into each other.
        """
        found = self.units[unit].base
        if found == base:
            return unit
        return {(PERCENT, SHARE): "% as share", (SHARE, PERCENT): "share as %"}.get(
            (found, base), ""
        )


def bare(text: str) -> str:
    """Reduce a name to what counts: small letters and digits without spaces and brackets.

    Examples
    --------
    >>> bare("R&D 经费 （内部支出）")
    'r&d经费内部支出'
    """
    return re.sub(r"[\s_()\[\]{}:;,.、·\"'“”/-]", "", plain(text).lower())


def split_unit(heading: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Part a heading into its name and the unit it says, "" if none.

    "科学技术支出（万元）" gives ("科学技术支出", "万元"); so do other brackets and "gdp, 亿元".
    """
    text = plain(heading)
    for found in reversed(list(_BRACKETS.finditer(text))):
        said = re.sub(r"^单位[::]?", "", found[1].strip())
        if unit := vocabulary.unit_named(said):
            return text[: found.start()] + text[found.end() :], unit
    parts = re.split(r"[,:、]|单位[::]?|\s+in\s+|_", text)
    if len(parts) > 1 and (unit := vocabulary.unit_named(parts[-1])):
        return text[: text.rindex(parts[-1])].rstrip(" ,:、_").removesuffix("单位"), unit
    if text.endswith("%"):
        return text[:-1], "%"
    return text, ""


def read_vocabulary(study: Study) -> Vocabulary:
    """Collect names from sidecars, measures and the ``terms.yml`` of a study, if it has one.

    Raises
    ------
    LedgerError
        ``terms.yml`` is malformed.
    """
    path = study.folder / "terms.yml"
    terms = read_yaml(path, "The file") if path.is_file() else {}
    if unknown := [key for key in terms if key not in _SECTIONS]:
        raise LedgerError(f"{path.name} has the unknown key '{unknown[0]}': use {_SECTIONS}.")
    given = terms.get("units") or {}
    units = read_units(study.data or DATA, {k: v for k, v in given.items() if isinstance(v, dict)})
    spellings = {bare(name): name for name in units}
    spellings |= {bare(str(k)): str(v) for k, v in given.items() if not isinstance(v, dict)}
    targets = _targets(study, units)
    _require_known_series(terms, targets, units, spellings)
    return Vocabulary(
        targets,
        _names(targets, terms.get("series") or {}),
        {one: _noun(one, block) for one, block in (terms.get("entities") or {}).items()},
        tuple(map(bare, map(str, terms.get("year") or ["year"]))),
        tuple(map(bare, map(str, terms.get("region") or ["region"]))),
        units,
        spellings,
        {k: tuple(tuple(way) for way in ways) for k, ways in (terms.get("derive") or {}).items()},
    )


def _require_known_series(
    terms: Mapping[str, Any],
    targets: Mapping[str, Target],
    units: Mapping[str, Unit],
    spellings: Mapping[str, str],
) -> None:
    told = {**(terms.get("series") or {}), **(terms.get("derive") or {})}
    if strange := [name for name in told if name not in targets]:
        raise LedgerError(
            f"terms.yml names '{strange[0]}', which is no series or measure of the study: mend it."
        )
    if strange := [name for name in spellings.values() if name not in units]:
        raise LedgerError(
            f"terms.yml spells the unknown unit '{strange[0]}': give base and factor."
        )


def _noun(one: str, block: Mapping[str, Any]) -> Noun:
    return Noun(
        one, str(block["many"]), str(block.get("zh", "")), str(block.get("like", "")),
        tuple(bare(str(name)) for name in block.get("headings", ())),
    )  # fmt: skip


def _targets(study: Study, units: Mapping[str, Unit]) -> dict[str, Target]:
    """Return series by name, those of the main data set first, then measures."""
    out: dict[str, Target] = {}
    for name in dict.fromkeys((study.main, *study.units.values(), *study.datasets)):
        dataset = read_dataset(name, study.data)
        for table in dataset.tables:
            for column in read_sidecar(dataset.path(table, ".yml")).columns.values():
                base, labels = units[column.unit].base, (column.label_en, column.label_zh)
                known = out.setdefault(column.name, Target(column.name, *labels, column.unit, base))
                out[column.name] = replace(known, labels={**known.labels, name: labels})
    for name, (label, zh, column, kind) in _firm_columns().items():
        unit = KINDS[kind]
        labels = {FIRMS: (label, zh), f"{FIRMS} as downloaded": (column, "")}
        out.setdefault(name, Target(name, label, zh, unit, units[unit].base, labels))
    for measure in study.measures:
        stored = measure.unit.stored
        out.setdefault(
            measure.name, Target(measure.name, measure.label_en, measure.label_zh, stored, stored)
        )
    return out


def _firm_columns() -> dict[str, tuple[str, str, str, str]]:
    """Return label in English and Chinese, name in a download and kind of columns of firms."""
    known = firm_fields().values()
    seen = {f.name: (f.label_en, f.label_zh, f.column, f.kind) for f in known if f.kind in KINDS}
    further = {
        name: (said["label_en"], said["label_zh"], name, said["kind"])
        for name, said in patience_fields().items()
    }
    return seen | further


def _names(
    targets: Mapping[str, Target], told: Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    out: dict[str, list[str]] = {}
    for target in targets.values():
        labels = [*target.labels.values(), (target.label_en, target.label_zh)]
        every = (target.name, *sum(labels, ()), *map(str, told.get(target.name, ())))
        for name in filter(None, dict.fromkeys(map(bare, every))):
            out.setdefault(name, []).append(target.name)
    return {name: tuple(found) for name, found in out.items()}
