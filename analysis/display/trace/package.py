"""A data set with its measures as a Data Package: tables that any program reads, and what they say.

The descriptor follows the Frictionless specification (https://specs.frictionlessdata.io). What that
has no word for stands beside it under words of its own: ``unit``, ``publisher``, ``formula``.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.dataset import Dataset, read_dataset
from analysis.data.panel import Panel
from analysis.data.sidecar import read_sidecar
from analysis.data.variable import Variable
from analysis.errors import DataError

__all__ = ["DataPackage", "data_package", "data_set_package", "source_tables", "write_package"]

KEYS = ("entity", "year")
# Fields of a variable that the descriptor names otherwise.
RENAMED = ("name", "label_en", "label_zh", "definition")
LICENCES = {  # what a licence text begins with -> its name among the open licences
    "CC BY 4.0": "CC-BY-4.0",
    "OECD: CC BY 4.0": "CC-BY-4.0",
    "US federal government work": "other-pd",
    "works of the US government": "other-pd",
}


@dataclass(frozen=True)
class DataPackage:
    """A data set as files.

    Parameters
    ----------
    name : str
        Of the data set.
    files : mapping of str to bytes
        Content by path inside the package; ``datapackage.json`` describes the others.
    """

    name: str
    files: Mapping[str, bytes]

    @property
    def descriptor(self) -> dict[str, Any]:
        """What ``datapackage.json`` says."""
        return json.loads(self.files["datapackage.json"])


def data_package(
    panel: Panel, tables: Mapping[str, bytes] | None = None,
    described: Mapping[str, Mapping[str, str]] | None = None,
) -> DataPackage:  # fmt: skip
    """Write a panel as a data package in memory; the same panel gives the same bytes.

    Parameters
    ----------
    panel : Panel
        With or without measures.
    tables : mapping of str to bytes, optional
        Further files as they were published, by path; see `source_tables`.
    described : mapping of str to mapping, optional
        What columns of such a table say: title, description and unit by name, by path.

    Returns
    -------
    DataPackage
        ``panel.csv``, ``panel.parquet`` where pyarrow is installed, ``entities.csv``,
        ``codebook.csv``, ``flags.csv`` where cells are flagged, and the tables.

    Examples
    --------
    >>> from analysis.data import load
    >>> package = data_package(load("us_industries"))
    >>> package.descriptor["resources"][0]["schema"]["primaryKey"]
    ['entity', 'year']
    """
    frame = panel.frame.copy().reset_index()  # a copy, because measures leave it in pieces
    about = [*_keys(panel), *(_field(panel.variables[name]) for name in panel.frame)]
    belongs = {"fields": "entity", "reference": {"resource": "entities", "fields": "entity"}}
    schema = {"fields": about, "primaryKey": list(KEYS), "foreignKeys": [belongs]}
    title = f"{panel.roles.title_en}: series and measures"
    made = [_resource("panel", "panel.csv", _csv(frame), schema, title)]
    if find_spec("pyarrow"):
        content = _parquet(frame)
        made.append(_resource("panel-parquet", "panel.parquet", content, schema, title))
    made += list(_small(panel))
    for path, content in (tables or {}).items():
        words = (described or {}).get(path, {})
        stem = path.rpartition("/")[2].removesuffix(".csv")
        title = words.get("", {}).get("title", stem) if words else stem
        names = pd.read_csv(io.BytesIO(content), nrows=0, encoding="utf-8-sig").columns
        schema = {"fields": [_published(name, words.get(name, {})) for name in names]}
        made.append(_resource(f"published-{stem}", path, content, schema, f"As published: {title}"))
    files = {resource["path"]: content for resource, content in made}
    text = json.dumps(_head(panel) | {"resources": [resource for resource, _ in made]},
                      ensure_ascii=False, indent=1)  # fmt: skip
    return DataPackage(panel.name, {**files, "datapackage.json": f"{text}\n".encode()})


def data_set_package(panel: Panel, root: Path | None = None) -> DataPackage:
    """Return the package of a panel and of the published tables in its folder.

    Parameters
    ----------
    panel : Panel
        Of a data set.
    root : Path, optional
        Folder of data sets; the project's own if None.

    Raises
    ------
    DataError
        There is no such data set.
    """
    found = read_dataset(panel.name, root)
    tables = source_tables(found)
    described = {path: _sidecar_words(found, Path(path).stem) for path in tables}
    return data_package(panel, tables, described)


def source_tables(dataset: Dataset) -> dict[str, bytes]:
    """Return the published tables of a data set by their path in the package.

    Line ends are those that sidecars hash, whatever the checkout made of them.
    """
    names = [*dataset.tables, *([dataset.totals] if dataset.totals else [])]
    return {
        f"tables/{name}.csv": dataset.path(name, ".csv").read_bytes().replace(b"\r\n", b"\n")
        for name in names
    }


def write_package(package: DataPackage, folder: Path) -> Path:
    """Write a package and return the path of its descriptor.

    Raises
    ------
    DataError
        The folder cannot be written.
    """
    try:
        for path, content in package.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as error:
        raise DataError(
            f"The data package cannot be written to {folder}: {error.strerror}, choose another "
            "folder."
        ) from error
    return folder / "datapackage.json"


def _head(panel: Panel) -> dict[str, Any]:
    series = [v for name, v in panel.variables.items() if v.series == (name,)]
    publishers = dict.fromkeys(v.publisher for v in series if v.publisher)
    terms = dict.fromkeys(v.licence for v in series if v.licence)
    roles = panel.roles
    return {
        "profile": "data-package",
        "name": panel.name,
        "title": roles.title_en,
        "title_zh": roles.title_zh,
        "description": (
            f"{roles.count} {roles.entities}, {roles.first_year} to {roles.last_year}: series as "
            "published, in base units, and the measures built of them. An empty cell is a missing "
            "figure. Terms differ by series; see `licence` of each field."
        ),
        "licenses": [{"name": _open_name(text), "title": text} for text in terms],
        "sources": [{"title": publisher} for publisher in publishers],
    }


def _open_name(text: str) -> str:
    return next((n for start, n in LICENCES.items() if text.startswith(start)), "notspecified")


def _keys(panel: Panel) -> list[dict[str, Any]]:
    required = {"constraints": {"required": True}}
    return [
        {"name": "entity", "type": "string", "title": panel.roles.entity, **required},
        {"name": "year", "type": "integer", "title": "Year", **required},
    ]


def _field(variable: Variable) -> dict[str, Any]:
    """Describe a column: what the specification has words for, then what it has none for."""
    said = {key: value for key, value in asdict(variable).items() if key not in RENAMED and value}
    kind = "string" if variable.processing == "factor" else "number"
    words = {"title": variable.label_en, "title_zh": variable.label_zh,
             "description": variable.definition}  # fmt: skip
    kept = {key: value for key, value in words.items() if value}
    return {"name": variable.name, "type": kind, **kept, **said}


def _published(name: str, words: Mapping[str, str]) -> dict[str, Any]:
    kind = {"entity": "string", "year": "integer"}.get(name, "number" if words else "any")
    return {"name": name, "type": kind, **words}


def _sidecar_words(dataset: Dataset, table: str) -> dict[str, dict[str, str]]:
    """Return title, description and published unit of the columns of a table; "" is the table."""
    side = read_sidecar(dataset.path(table, ".yml"))
    words = {
        name: {"title": c.label_en, "title_zh": c.label_zh, "description": c.definition,
               "unit": c.unit, "publisher": c.publisher, "notes": c.notes}
        for name, c in side.columns.items()
    }  # fmt: skip
    kept = {name: {k: v for k, v in one.items() if v} for name, one in words.items()}
    return {**kept, "": {"title": side.title}}


def _small(panel: Panel) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the tables of entities, of columns and of flagged cells."""
    entities = panel.entities.rename_axis("entity").reset_index()
    yield _table("entities", entities, f"The {panel.roles.entities}", ["entity"])
    names = [f.name for f in fields(Variable)]
    rows = [[_plain(getattr(v, n)) for n in names] for v in panel.variables.values()]
    yield _table("codebook", pd.DataFrame(rows, columns=names), "What the columns mean", ["name"])
    if len(panel.flags):
        yield _table("flags", panel.flags, "Remarks on single cells", None)


def _table(
    name: str, frame: pd.DataFrame, title: str, key: list[str] | None
) -> tuple[dict[str, Any], bytes]:
    types = {"i": "integer", "f": "number", "b": "boolean"}
    kinds = [types.get(getattr(frame[c].dtype, "kind", "O"), "string") for c in frame]
    schema: dict[str, Any] = {
        "fields": [{"name": n, "type": kind} for n, kind in zip(frame, kinds, strict=True)]
    }
    if key:
        schema["primaryKey"] = key
    return _resource(name, f"{name}.csv", _csv(frame), schema, title)


def _resource(
    name: str, path: str, content: bytes, schema: Mapping[str, Any], title: str
) -> tuple[dict[str, Any], bytes]:
    kind = path.rpartition(".")[2]
    media = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}[kind]
    about = {
        "name": name.replace("_", "-"),
        "path": path,
        "title": title,
        "format": kind,
        "mediatype": media,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if kind == "csv":  # tools that check a package count and hash what they read as text alone
        about |= {"profile": "tabular-data-resource", "encoding": "utf-8", "bytes": len(content),
                  "hash": f"sha256:{about['sha256']}"}  # fmt: skip
    return {**about, "schema": {**schema, "missingValues": [""]}}, content


def _plain(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    # Without what pandas adds about itself: the content alone decides on the bytes.
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    stream = io.BytesIO()
    parquet.write_table(table, stream, compression="zstd")
    return stream.getvalue()
