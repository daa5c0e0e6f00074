"""The description of a data set: entity and year, tables, units, accounting identities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.data.files import read_yaml, short
from analysis.data.samples import DeclaredSample, read_samples
from analysis.data.variable import Roles
from analysis.errors import DataError
from analysis.places import FIGURES as DATA

_OPTIONAL = ("totals", "flags", "identities", "neighbours", "coordinates")
IDENTITIES = ("parts", "ratio", "totals")


@dataclass(frozen=True, slots=True)
class Unit:
    """A published unit: its base unit and the factor that leads there."""

    base: str
    factor: float


@dataclass(frozen=True, slots=True)
class Dataset:
    """A folder of tables as its ``dataset.yml`` describes it."""

    name: str
    folder: Path
    roles: Roles
    columns: Mapping[str, str]
    tables: tuple[str, ...]
    entities: str
    totals: str | None
    flags: str | None
    identities: str | None
    units: Mapping[str, Unit]
    neighbours: str | None = None
    coordinates: str | None = None
    samples: Mapping[str, DeclaredSample] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()

    def path(self, table: str, suffix: str) -> Path:
        """File of a table or its sidecar."""
        return self.folder / f"{table}{suffix}"

    @property
    def renames(self) -> dict[str, str]:
        """Column in the tables -> role, for columns that go by another name there."""
        return {column: role for role, column in self.columns.items() if column != role}


def read_dataset(name: str, root: Path | None = None) -> Dataset:
    """Read the description of a data set in `root`, the project's own folder if None.

    Raises
    ------
    DataError
        If the folder, the description or a needed key is missing.
    """
    base = DATA if root is None else Path(root)
    folder = base / name
    if not folder.is_dir():
        known = ", ".join(sorted(p.parent.name for p in base.glob("*/dataset.yml"))) or "none"
        raise DataError(f"There is no data set '{name}' (known: {known}): give one of these names.")
    path = folder / "dataset.yml"
    raw = read_yaml(path, "describe the tables there: entity, years and tables")
    try:
        roles = _roles(raw)
        tables = tuple(str(t) for t in raw["tables"])
    except (KeyError, TypeError) as error:
        key = error.args[0] if isinstance(error, KeyError) else "a mapping"
        raise DataError(
            f"{short(path)} lacks {key}: add it as data/china/dataset.yml does."
        ) from None
    return Dataset(
        name=str(raw.get("name", name)),
        folder=folder,
        roles=roles,
        columns={str(k): str(v) for k, v in (raw.get("columns") or {}).items()},
        tables=tables,
        entities=str(raw.get("entities", "entities")),
        **{name: raw.get(name) for name in _OPTIONAL},
        units=read_units(base, raw.get("units") or {}),
        samples=read_samples(raw.get("samples") or {}, short(path)),
        doubtful=_doubtful(raw, short(path)),
    )


def _doubtful(raw: Mapping[str, Any], file: str) -> tuple[str, ...]:
    codes = raw.get("doubtful") or []
    if codes and not (raw.get("flags") and isinstance(codes, list)):
        raise DataError(f"{file} has 'doubtful' without a list or without flags: name codes of it.")
    return tuple(map(str, codes))


def _roles(raw: Mapping[str, Any]) -> Roles:
    entity, title, years = raw["entity"], raw["title"], raw["years"]
    return Roles(
        entity=str(entity["one"]),
        entities=str(entity["many"]),
        entity_zh=str(entity.get("zh", "")),
        title_en=str(title["en"]),
        title_zh=str(title.get("zh", "")),
        first_year=int(years[0]),
        last_year=int(years[1]),
        count=int(entity["count"]),
        unit=str(raw.get("unit", "")),
        like=str(raw.get("like", "")),
    )


def read_units(root: Path, extra: Mapping[str, Any]) -> dict[str, Unit]:
    """Units of ``root`` (the project's own if it declares none), and those a data set adds."""
    path = root / "units.yml"
    raw = read_yaml(path if path.exists() else DATA / "units.yml")["units"]
    return {
        str(name): Unit(str(u["base"]), float(u["factor"])) for name, u in {**raw, **extra}.items()
    }


@dataclass(frozen=True, slots=True)
class Identity:
    """An accounting identity as declared; ``terms`` holds the series its kind needs."""

    name: str
    what: str
    kind: str
    tolerance: float
    statistic: str
    terms: Mapping[str, Any]


def read_identities(path: Path) -> tuple[Identity, ...]:
    """Read declared identities; DataError if an entry lacks a key or has an unknown kind."""
    fixed = ("name", "what", "kind", "tolerance", "statistic")
    out = []
    for raw in read_yaml(path) or ():
        try:
            terms = {k: v for k, v in raw.items() if k not in fixed}
            kind, statistic = raw["kind"], raw.get("statistic", "largest")
            out.append(
                Identity(raw["name"], raw["what"], kind, float(raw["tolerance"]), statistic, terms)
            )
        except KeyError as error:
            raise DataError(
                f"Identity '{raw.get('name', '?')}' in {short(path)} has no {error}: add it."
            ) from None
        if kind not in IDENTITIES or statistic not in ("largest", "median"):
            raise DataError(
                f"Identity '{raw['name']}' in {short(path)} is of kind '{kind}', statistic "
                f"'{statistic}': use {', '.join(IDENTITIES)} and largest or median."
            )
    return tuple(out)
