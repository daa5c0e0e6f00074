"""Reading and checking a file of declared measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.data.files import read_yaml
from analysis.errors import SpecificationError, UnknownNameError
from analysis.measures.composites import FORMS
from analysis.measures.declarations import (
    Composite,
    Crossed,
    Declarations,
    Index,
    Measure,
    Parts,
    Step,
    Twins,
    Unit,
)
from analysis.measures.transforms import ARGUMENT, COMBINATIONS, TRANSFORMS
from analysis.measures.weights import SCHEMES

Block = Mapping[str, Any]

_SECTIONS = (
    "units",
    "sides",
    "scale",
    "twins",
    "parts",
    "crossed",
    "measures",
    "indices",
    "composites",
)
_COMMON = ("label_en", "label_zh", "definition", "side")
_NEEDED = {
    "measure": (*_COMMON, "numerator", "unit", "direction"),
    "index": (*_COMMON, "ingredients", "scheme"),
    "composite": (*_COMMON, "systems", "form"),
}
_OPTIONAL = {
    "measure": ("minus", "denominator", "combine", "transform", "proxy_for", "years", "only"),
    "index": ("primary", "proxy_for", "years"),
    "composite": ("proxy_for", "years"),
}


def read_declarations(path: Path) -> Declarations:
    """Read and check a file of declarations.

    Raises
    ------
    UnknownNameError
        For an unknown key, unit, side, transform, scheme, form, ingredient or system.
    SpecificationError
        For a malformed block, a name declared twice, a raw series that stands on two core sides, or
        primary indices that share a raw series or a twin of one.
    DataError
        The file is missing or no YAML.
    """
    where = path.name
    document = read_yaml(path, "declare ratios and indices there")
    if not isinstance(document, Mapping):
        raise SpecificationError(
            f"{where} is not a mapping of sections: start it with 'measures:'."
        )
    return parse(document, where)


def parse(document: Block, where: str = "measures.yml") -> Declarations:
    """Turn the content of a file of declarations into checked ``Declarations``."""
    for section in document:
        _known("section", section, _SECTIONS, where)
    units = {name: Unit(name=name, **block) for name, block in document["units"].items()}
    sides = document.get("sides") or {}
    core, other = (_names(sides.get(kind)) for kind in ("core", "other"))
    scale = document.get("scale") or {"series": [], "why": ""}
    found = Declarations(
        measures=_section(document, "measures", lambda n, b: _measure(n, b, units, where)),
        indices=_section(document, "indices", lambda n, b: _index(n, b, units, where)),
        composites=_section(document, "composites", lambda n, b: _composite(n, b, units, where)),
        twins=tuple(Twins(tuple(t["pair"]), t["why"]) for t in document.get("twins") or ()),
        parts=tuple(
            Parts(p["whole"], tuple(p["parts"]), p["why"]) for p in document.get("parts") or ()
        ),
        crossed=tuple(
            Crossed((tuple(c["by"][0]), tuple(c["by"][1])), c["why"])
            for c in document.get("crossed") or ()
        ),
        scale=tuple(scale["series"]),
        scale_why=scale["why"],
        units=units,
        core_sides=core,
        sides=core + other,
        where=where,
    )
    check(found)
    return found


def _section(document: Block, name: str, make: Callable[[str, Block], Any]) -> dict[str, Any]:
    return {key: make(key, block) for key, block in (document.get(name) or {}).items()}


def _measure(name: str, block: Block, units: Mapping[str, Unit], where: str) -> Measure:
    at = f"measure '{name}' of {where}"
    _check_block("measure", block, at)
    _known("unit", block["unit"], units, at)
    combine = block.get("combine", "ratio")
    _known("combination", combine, COMBINATIONS, at)
    if block["direction"] not in (-1, 0, 1):
        raise SpecificationError(f"The direction in {at} must be 1, -1 or 0.")
    return Measure(
        name=name,
        numerator=_names(block["numerator"]),
        minus=_names(block.get("minus")),
        denominator=_names(block.get("denominator")),
        combine=combine,
        steps=tuple(_step(raw, at) for raw in block.get("transform") or ()),
        unit=units[block["unit"]],
        direction=block["direction"],
        **_text(block, "proxy_for", "years", "only"),
    )


def _index(name: str, block: Block, units: Mapping[str, Unit], where: str) -> Index:
    at = f"index '{name}' of {where}"
    _check_block("index", block, at)
    _known("scheme", block["scheme"], (*SCHEMES, "topsis"), at)
    return Index(
        name=name,
        ingredients=_names(block["ingredients"]),
        unit=_score_unit(units),
        primary=bool(block.get("primary", False)),
        **_text(block, "scheme", "proxy_for", "years"),
    )


def _composite(name: str, block: Block, units: Mapping[str, Unit], where: str) -> Composite:
    at = f"composite '{name}' of {where}"
    _check_block("composite", block, at)
    _known("form", block["form"], FORMS, at)
    systems = _names(block["systems"])
    if len(systems) < 2:
        raise SpecificationError(f"The {at} needs at least two systems: name two indices.")
    return Composite(
        name=name,
        systems=systems,
        unit=_score_unit(units),
        **_text(block, "form", "proxy_for", "years"),
    )


def _score_unit(units: Mapping[str, Unit]) -> Unit:
    return units.get("score", Unit("score", "score", "score", 1.0))


def _check_block(kind: str, block: Block, at: str) -> None:
    for key in block:
        _known("key", key, _NEEDED[kind] + _OPTIONAL[kind], at)
    absent = [key for key in _NEEDED[kind] if key not in block]
    if absent:
        raise SpecificationError(f"The {at} lacks {', '.join(absent)}: add it to the block.")


def _step(raw: str | Block, at: str) -> Step:
    name, argument = (raw, None) if isinstance(raw, str) else next(iter(raw.items()))
    _known("transform", name, TRANSFORMS, at)
    if (argument is not None) != (name in ARGUMENT):
        example = f"'{name}: 4'" if name in ARGUMENT else f"'{name}' alone"
        raise SpecificationError(f"The transform {name} in {at} is written {example}.")
    if name == "rolling_sd" and not (isinstance(argument, int) and argument > 1):
        raise SpecificationError(f"rolling_sd in {at} needs two years or more, not {argument}.")
    return Step(name, argument)


def _names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _text(block: Block, *keys: str) -> dict[str, str]:
    return {key: str(block[key]) for key in (*_COMMON, *keys) if key in block}


def _known(kind: str, name: str, known: Iterable[str], where: str) -> None:
    if name not in known:
        raise UnknownNameError(kind, str(name), known, where)


def check(found: Declarations) -> None:
    """Check what holds between blocks; see ``declarations`` for the errors."""
    _check_names(found)
    for item in found if found.sides else ():
        _known("side", item.side, found.sides, f"'{item.name}' of {found.where}")
    for index in found.indices.values():
        at = f"index '{index.name}' of {found.where}"
        for name in index.ingredients:
            _known("ingredient", name, found.measures, at)
            if found.measures[name].direction == 0:
                raise SpecificationError(
                    f"The ingredient {name} of {at} has direction 0: give the measure 1 or -1."
                )
    for composite in found.composites.values():
        for name in composite.systems:
            _known("system", name, found.indices, f"composite '{composite.name}' of {found.where}")
    _check_sides(found)
    _check_primary(found)


def _check_names(found: Declarations) -> None:
    names = [item.name for item in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SpecificationError(f"{found.where} declares {twice[0]} twice: rename one of them.")


def _check_sides(found: Declarations) -> None:
    """Refuse a raw series that is content of measures on two core sides."""
    seen: dict[str, Measure] = {}
    for measure in found.measures.values():
        if measure.side not in found.core_sides:
            continue
        for series in found.ingredients(measure.name).content:
            other = seen.setdefault(series, measure)
            if other.side != measure.side:
                raise SpecificationError(
                    f"The raw series {series} stands on side {other.side} in {other.name} and on "
                    f"side {measure.side} in {measure.name} of {found.where}: move one measure to "
                    "the side of the other or to side mediator."
                )


def _check_primary(found: Declarations) -> None:
    primary = [index for index in found.indices.values() if index.primary]
    for i, one in enumerate(primary):
        for other in primary[i + 1 :]:
            mine = set(found.ingredients(one.name).content)
            theirs = set(found.ingredients(other.name).series)
            twins = {twin for series in mine for twin in found.twin_of(series)}
            common = sorted((mine | twins) & theirs)
            if common:
                raise SpecificationError(
                    f"The primary indices {one.name} and {other.name} of {found.where} share "
                    f"{', '.join(common)}: take an ingredient out of one of them."
                )
