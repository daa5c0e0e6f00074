"""Reading and checking a file of declared measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from analysis.data.files import read_yaml
from analysis.errors import SpecificationError, require_known
from analysis.measures import declarations
from analysis.measures.coupling import COMPOSITES
from analysis.measures.declarations import Composite, Declarations, Index, Measure, Step, Unit
from analysis.measures.transforms import COMBINATIONS, TRANSFORMS
from analysis.measures.weights import SCHEMES

Block = Mapping[str, Any]
Units = Mapping[str, Unit]

_LISTS = {"twins": declarations.Twins, "parts": declarations.Parts, "crossed": declarations.Crossed}
_PLURAL = {Measure: "measures", Index: "indices", Composite: "composites"}
_SECTIONS = ("units", "sides", "scale", *_LISTS, *_PLURAL.values())
_OPTIONS = {"combine": COMBINATIONS, "scheme": (*SCHEMES, "topsis"), "form": COMPOSITES}
_SCORE = Unit("score", "score", "score", 1.0)


def read_declarations(path: Path) -> Declarations:
    """Read and check a file of declarations.

    Parameters
    ----------
    path
        A YAML file in the form of the study's ``measures.yml``.

    Returns
    -------
    Declarations
        Measures, indices and composites.

    Raises
    ------
    UnknownNameError
        For an unknown key, unit, side, transform, scheme, form, ingredient or system.
    SpecificationError
        For a malformed block, a name declared twice, a raw series that stands on two core sides, or
        primary indices that share a raw series or a twin of one.
    DataError
        The file is missing or no YAML.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> found = read_declarations(read_study("patient_capital").folder / "measures.yml")
    >>> "gov" in found.measures
    True
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
        require_known("section", section, _SECTIONS, where)
    units = {
        name: _entry(Unit, {"name": name, **block}, f"unit '{name}' of {where}")
        for name, block in (document.get("units") or {}).items()
    }
    sides, scale = document.get("sides") or {}, document.get("scale") or {}
    core, other = (_names(sides.get(kind)) for kind in ("core", "other"))
    blocks = {name: _section(document, kind, units, where) for kind, name in _PLURAL.items()}
    pairs = {
        name: tuple(_entry(kind, e, f"'{name}' of {where}") for e in document.get(name) or ())
        for name, kind in _LISTS.items()
    }
    found = Declarations(
        **blocks, **pairs, scale=_names(scale.get("series")), scale_why=scale.get("why", ""),
        units=units, core_sides=core, sides=core + other, where=where,
    )  # fmt: skip
    check(found)
    return found


def _section(document: Block, kind: type[Any], units: Units, where: str) -> dict[str, Any]:
    blocks = document.get(_PLURAL[kind]) or {}
    return {name: _declared(kind, name, block, units, where) for name, block in blocks.items()}


def _entry(kind: type[Any], entry: Any, at: str) -> Any:  # noqa: ANN401
    """Build one entry of a short section; lists become tuples."""
    keys = [f.name for f in fields(kind)]
    if not isinstance(entry, Mapping) or set(entry) != set(keys):
        raise SpecificationError(f"The entry {entry} in {at} must have {', '.join(keys)}: mend it.")
    return kind(**{key: _frozen(value) for key, value in entry.items()})


def _frozen(value: Any) -> Any:  # noqa: ANN401
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _declared(kind: type[Any], name: str, block: Block, units: Units, where: str) -> Any:  # noqa: ANN401
    """Build a measure, an index or a composite: its fields are the keys of its block."""
    at = f"{kind.__name__.lower()} '{name}' of {where}"
    keys = {"transform" if f.name == "steps" else f.name: f for f in fields(kind)[1:]}
    if kind is not Measure:
        del keys["unit"]  # a score
    for key in block:
        require_known("key", key, keys, at)
    if absent := [key for key, f in keys.items() if f.default is MISSING and key not in block]:
        raise SpecificationError(f"The {at} lacks {', '.join(absent)}: add it to the block.")
    for key, options in {**_OPTIONS, "unit": units}.items():
        if key in block:
            require_known("combination" if key == "combine" else key, block[key], options, at)
    if block.get("direction", 1) not in (-1, 0, 1):
        raise SpecificationError(f"The direction in {at} must be 1, -1 or 0.")
    values = {f.name: _value(f, block[key], at) for key, f in keys.items() if key in block}
    unit = units[values.pop("unit")] if "unit" in values else units.get("score", _SCORE)
    if kind is Composite and len(values["systems"]) < 2:
        raise SpecificationError(f"The {at} needs at least two systems: name two indices.")
    return kind(name=name, unit=unit, **values)


def _value(key: Field[Any], raw: Any, at: str) -> Any:  # noqa: ANN401
    if key.name == "steps":
        return tuple(_step(one, at) for one in raw)
    return {"tuple[str, ...]": _names, "str": str}.get(key.type, lambda value: value)(raw)


def _step(raw: str | Block, at: str) -> Step:
    name, argument = (raw, None) if isinstance(raw, str) else next(iter(raw.items()))
    require_known("transform", name, TRANSFORMS, at)
    if (argument is not None) != TRANSFORMS[name].numbered:
        example = f"'{name}: 4'" if TRANSFORMS[name].numbered else f"'{name}' alone"
        raise SpecificationError(f"The transform {name} in {at} is written {example}.")
    if name == "rolling_sd" and not (isinstance(argument, int) and argument > 1):
        raise SpecificationError(f"rolling_sd in {at} needs two years or more, not {argument}.")
    return Step(name, argument)


def _names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def check(found: Declarations) -> None:
    """Check what holds between blocks; see ``declarations`` for the errors."""
    names = [item.name for item in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SpecificationError(f"{found.where} declares {twice[0]} twice: rename one of them.")
    for item in found if found.sides else ():
        require_known("side", item.side, found.sides, f"'{item.name}' of {found.where}")
    for index in found.indices.values():
        at = f"index '{index.name}' of {found.where}"
        for name in index.ingredients:
            require_known("ingredient", name, found.measures, at)
            if found.measures[name].direction == 0:
                raise SpecificationError(
                    f"The ingredient {name} of {at} has direction 0: give the measure 1 or -1."
                )
    for composite in found.composites.values():
        at = f"composite '{composite.name}' of {found.where}"
        for name in composite.systems:
            require_known("system", name, found.indices, at)
    _check_sides(found)
    _check_primary(found)


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
            if common := sorted((mine | twins) & theirs):
                raise SpecificationError(
                    f"The primary indices {one.name} and {other.name} of {found.where} share "
                    f"{', '.join(common)}: take an ingredient out of one of them."
                )
