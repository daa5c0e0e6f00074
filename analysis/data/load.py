"""Loading: tables and sidecars in, one validated panel in base units out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd

from analysis.data import files
from analysis.data.dataset import DATA, Dataset, read_dataset, read_identities
from analysis.data.files import read_small, short
from analysis.data.geography import read_geography
from analysis.data.labels import year_and_month
from analysis.data.panel import FLAG_COLUMNS, Panel
from analysis.data.samples import require_columns
from analysis.data.sidecar import Column, Gap, Sidecar, read_sidecar
from analysis.data.variable import Variable
from analysis.errors import DataError, require_known

TOTAL = "total"  # entity of the one-row-per-year table of totals while it is being checked


def load(dataset: str, root: Path | None = None) -> Panel:
    """Load a data set, check it against its sidecars and convert it to base units.

    Parameters
    ----------
    dataset
        Folder under ``root``.
    root
        Folder of data sets; the project's ``data`` if None.

    Returns
    -------
    Panel
        Every entity in every year, in base units: yuan, persons, shares.

    Raises
    ------
    DataError
        At the first thing that is not as declared: what, where and how to mend.

    Examples
    --------
    >>> panel = load("china")
    >>> panel.years, len(panel.entities)
    (range(2010, 2025), 31)
    >>> panel.describe("gdp").unit
    'yuan'
    """
    ds = read_dataset(dataset, root)
    entities = _read_entities(ds)
    require_columns(ds.samples, entities, short(ds.path(ds.entities, ".csv")))
    ids = sorted(entities.index)
    index = pd.MultiIndex.from_product([ids, list(ds.roles.years)], names=["entity", "year"])
    columns: list[pd.DataFrame] = []
    variables: dict[str, Variable] = {}
    for table in ds.tables:
        frame, sidecar = _read_table(ds, table, ids)
        if twice := [name for name in sidecar.columns if name in variables]:
            raise DataError(
                f"{sidecar.file} describes '{twice[0]}', which table "
                f"'{variables[twice[0]].table}' already holds: keep it in one table."
            )
        columns.append(_to_base(frame, sidecar, ds).reindex(index))
        variables |= {v.name: v for v in _variables(sidecar, ds, entities)}
    frame = pd.concat(columns, axis=1)
    flags = _read_flags(ds, frame)
    frame, variables = _without_doubtful(ds, frame, variables, flags)
    return Panel(
        name=ds.name,
        frame=frame,
        variables=variables,
        entities=entities,
        roles=ds.roles,
        totals=_read_totals(ds),
        flags=flags,
        identities=read_identities(ds.path(ds.identities, ".yml")) if ds.identities else (),
        geography=read_geography(ds, entities.index),
        samples=ds.samples,
    )


def load_policies(root: Path | None = None) -> pd.DataFrame:
    """Pilot policies: one row per policy and entity.

    Parameters
    ----------
    root
        Folder of data sets; the project's ``data`` if None.

    Returns
    -------
    pandas.DataFrame
        Columns policy, policy_zh, entity, start, where, confidence, note as in the table, and
        ``start_year`` (int). ``confidence`` says which rows were not checked against a source.

    Examples
    --------
    >>> load_policies()["entity"].str.startswith("CN-").any().item()
    True
    """
    path = (DATA if root is None else Path(root)) / "policies" / "policies.csv"

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        year = frame["start"].str.extract(r"^(\d{4})(?:-\d{2})?$", expand=False)
        if year.isna().any():
            row = int(year.isna().to_numpy().argmax())
            raise DataError(
                f"{short(path)} has start '{frame['start'].iloc[row]}' in row {row + 2}: write a "
                "year or year-month, 2016 or 2016-04."
            )
        return frame.fillna({"note": ""}).assign(start_year=year.astype(int))

    needed = ("policy", "policy_zh", "entity", "start", "where", "confidence", "note")
    return read_small(path, needed, check)


def _read_entities(ds: Dataset) -> pd.DataFrame:
    path = ds.path(ds.entities, ".csv")

    def check(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.rename(columns=ds.renames)
        if (twice := frame["entity"][frame["entity"].duplicated()]).size:
            raise DataError(f"{short(path)} holds {twice.iloc[0]} twice: keep one row.")
        if len(frame) != ds.roles.count:
            raise DataError(
                f"{short(path)} holds {len(frame)} {ds.roles.entities} but dataset.yml expects "
                f"{ds.roles.count}: mend the table or the count."
            )
        return frame.set_index("entity").sort_index()

    return read_small(path, [ds.columns.get("entity", "entity"), "label_en"], check)


def _read_table(ds: Dataset, table: str, ids: Sequence[str]) -> tuple[pd.DataFrame, Sidecar]:
    # pandera takes a quarter of a second to import; only loading pays for it
    from analysis.data.schema import validate

    path = ds.path(table, ".csv")
    content = files.read_bytes(path, "restore it, or take the table out of dataset.yml")
    sidecar = read_sidecar(ds.path(table, ".yml"))
    frame = files.parse_csv(path, content, [ds.columns.get("entity", "entity")])
    frame = frame.rename(columns=ds.renames)
    if ids == [TOTAL]:
        frame.insert(0, "entity", TOTAL)
    frame = files.require_numbers(path, frame, [c for c in sidecar.columns if c in frame.columns])
    frame = _whole_years(path, frame)
    years = ds.roles.years
    if sidecar.years[0] < years[0] or sidecar.years[-1] > years[-1]:
        raise DataError(
            f"{sidecar.file} covers {sidecar.years[0]}-{sidecar.years[-1]} but dataset.yml says "
            f"{years[0]}-{years[-1]}: widen the years there, so that no figure is left out."
        )
    full = validate(frame, sidecar, short(path), list(ids))
    # last, so that a change which breaks a rule is reported as that and not as another hash
    files.check_hash(path, content, sidecar.sha256, sidecar.file)
    return full.set_index(["entity", "year"]), sidecar


def _whole_years(path: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Make the year column whole numbers; a missing column is left to the schema to report."""
    if "year" not in frame.columns:
        return frame
    known = {value: year_and_month(value) for value in frame["year"].unique()}
    for row, value in enumerate(frame["year"], 2):
        if known.get(value) is None:
            raise DataError(
                f"{short(path)} has no whole year in row {row} ('{value}'): write one, such as "
                "2015, or delete the row."
            )
    return frame.assign(year=[known[value][0] for value in frame["year"]]).astype({"year": int})


def _to_base(frame: pd.DataFrame, sidecar: Sidecar, ds: Dataset) -> pd.DataFrame:
    """Multiply every column by the factor of its unit; the one place where units change."""
    for column in sidecar.columns.values():
        if column.unit not in ds.units:
            raise DataError(
                f"Column '{column.name}' of {sidecar.file} has unit '{column.unit}', which is not "
                "known: add it to units.yml with base and factor."
            )
    factors = {name: ds.units[c.unit].factor for name, c in sidecar.columns.items()}
    return frame * pd.Series(factors)


def _read_totals(ds: Dataset) -> pd.DataFrame:
    if ds.totals is None:
        return pd.DataFrame(index=pd.Index([], name="year"))
    frame, sidecar = _read_table(ds, ds.totals, [TOTAL])
    return _to_base(frame, sidecar, ds).droplevel("entity")


def _read_flags(ds: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    if ds.flags is None:
        return pd.DataFrame(columns=list(FLAG_COLUMNS))
    path = ds.path(ds.flags, ".csv")

    def check(flags: pd.DataFrame) -> pd.DataFrame:
        flags = _whole_years(path, flags)[list(FLAG_COLUMNS)]
        keys = pd.MultiIndex.from_frame(flags[["entity", "year", "variable"]])
        rows = frame.index.get_indexer(keys.droplevel("variable"))
        columns = frame.columns.get_indexer(keys.get_level_values("variable"))
        stray = (rows < 0) | (columns < 0) | frame.isna().to_numpy()[rows, columns]
        if stray.any():
            entity, year, variable = keys[int(stray.argmax())]
            raise DataError(
                f"{short(path)} flags '{variable}' of {entity} in {year}, a cell without a "
                "number: take the row out or mend it."
            )
        return flags

    return read_small(path, FLAG_COLUMNS, check)


def _without_doubtful(
    ds: Dataset, frame: pd.DataFrame, variables: dict[str, Variable], flags: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, Variable]]:
    """Leave out cells with a code that the data set calls doubtful; each variable counts its own.

    They stay in the table on disk, which is checked with them.
    """
    for code in ds.doubtful:
        require_known("code", code, flags["flag"].unique(), short(ds.path(str(ds.flags), ".csv")))
    if not ds.doubtful:
        return frame, variables
    out = flags[flags["flag"].isin(ds.doubtful)]
    values, variables = frame.to_numpy(copy=True), dict(variables)
    rows = frame.index.get_indexer(pd.MultiIndex.from_frame(out[["entity", "year"]]))
    values[rows, frame.columns.get_indexer(out["variable"])] = float("nan")
    for name, count in out["variable"].value_counts().items():
        said = f"{count} {'figure' if count == 1 else 'figures'} marked as doubtful left out."
        notes = f"{variables[name].notes} {said}".strip()
        variables[name] = replace(variables[name], notes=notes)
    return pd.DataFrame(values, index=frame.index, columns=frame.columns), variables


def _years(years: Sequence[int]) -> str:
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}-{years[-1]}"
    return ", ".join(map(str, years))


def _gap_text(gap: Gap, entities: pd.DataFrame) -> str:
    if gap.sparse:
        return f"scattered: {gap.why}"
    who = "all" if gap.entity is None else str(entities["label_en"].get(gap.entity, gap.entity))
    return f"{who} {_years(gap.years)}: {gap.why}"


def _variables(sidecar: Sidecar, ds: Dataset, entities: pd.DataFrame) -> list[Variable]:
    """Describe the columns of a table in base units; what a sidecar says in words is kept."""
    said = {f.name for f in fields(Column)} & {f.name for f in fields(Variable)}
    return [
        Variable(
            **{key: getattr(c, key) for key in said - {"unit", "gaps"}},
            unit=ds.units[c.unit].base,
            published_unit=c.unit,
            table=sidecar.table,
            gaps=tuple(_gap_text(gap, entities) for gap in c.gaps),
            licence=sidecar.licence,
            series=(c.name,),
        )
        for c in sidecar.columns.values()
    ]
