"""What a picture shows, as plain data: kept in an archive as JSON and drawn when a page is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import AnalysisError

__all__ = ["Exhibit", "NotPlainError", "tiles", "yearly_values"]

TAG = "$"  # key under which JSON says what is no JSON of its own
PLACES = ("tile_row", "tile_col")


class NotPlainError(AnalysisError, TypeError):
    """A value of an exhibit cannot be written as plain data."""

    def __init__(self, where: str, value: object, hint: str = "") -> None:
        hint = hint or "give numbers, words, lists, mappings, arrays, series or data frames."
        super().__init__(
            f"'{where}' of an exhibit is of type {type(value).__name__}, which is no plain data: "
            f"{hint}"
        )


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A picture before it is drawn; `analysis.display.charts.draw` draws it.

    Parameters
    ----------
    chart
        Name of the chart, one of `analysis.display.charts.CHARTS`.
    values
        Keywords of the chart. Data frames and series (columns of int, float, bool, str or of mixed
        plain values), NumPy arrays and scalars, float, int, bool, str, None, and lists, tuples and
        mappings with str keys of these.

    Examples
    --------
    >>> import pandas as pd
    >>> series = pd.Series([3.0, 2.5], index=[2020, 2021])
    >>> shown = Exhibit("yearly_bars", {"values": series, "ylabel": "firms"})
    >>> Exhibit.from_dict(shown.to_dict()).values["values"].tolist()
    [3.0, 2.5]
    """

    chart: str
    values: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, chart: str, **values: object) -> Exhibit:
        """Make an exhibit from the keywords of its chart."""
        return cls(chart, values)

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON data, from which `from_dict` makes an equal exhibit.

        Raises
        ------
        NotPlainError
            A value is no plain data; the sentence names its key.
        """
        return {
            "chart": self.chart,
            "values": {name: _encode(value, name) for name, value in self.values.items()},
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, object]) -> Exhibit:
        """Read what `to_dict` wrote; every value comes back with its type."""
        values = {name: _decode(value) for name, value in plain["values"].items()}
        return cls(plain["chart"], values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Exhibit):
            return NotImplemented
        return self.to_dict() == other.to_dict()


def _encode(value: object, where: str) -> object:
    kind = type(value)  # exactly: a subclass would not come back as what it was
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if np.isfinite(value) else {TAG: "float", "is": repr(value)}
    if kind in (list, tuple):
        items = [_encode(item, f"{where}[{i}]") for i, item in enumerate(value)]
        return items if kind is list else {TAG: "tuple", "items": items}
    if isinstance(value, np.ndarray | np.generic):
        return _encode_array(value, where)
    if isinstance(value, pd.Series):
        parts = {"index": _encode_index(value.index, where), "name": _encode(value.name, where)}
        return {TAG: "series", "values": _encode_column(value, where), **parts}
    if isinstance(value, pd.DataFrame):
        columns = [_encode_column(value.iloc[:, i], f"{where}.{name}")
                   for i, name in enumerate(value.columns)]  # fmt: skip
        return {TAG: "frame", "values": columns, "index": _encode_index(value.index, where),
                "columns": _encode_index(value.columns, where)}  # fmt: skip
    if isinstance(value, Mapping):
        # Pairs, because the order of a mapping is the order of drawing and JSON may be sorted.
        return {TAG: "dict", "items": [_encode_pair(pair, where) for pair in value.items()]}
    raise NotPlainError(where, value)


def _encode_pair(pair: tuple[object, object], where: str) -> list[object]:
    key, value = pair
    if type(key) is not str:
        raise NotPlainError(f"{where} key {key!r}", key, "give a mapping with str keys.")
    return [key, _encode(value, f"{where}.{key}")]


def _encode_array(value: np.ndarray | np.generic, where: str) -> dict[str, object]:
    if value.dtype.kind not in "biufUO" or (value.dtype.itemsize > 8 and value.dtype.kind == "f"):
        raise NotPlainError(where, value, f"turn its dtype {value.dtype} into float, int or str.")
    items = np.asarray(value).ravel().tolist()
    return {
        TAG: "scalar" if isinstance(value, np.generic) else "array",
        "dtype": value.dtype.str if value.dtype.kind == "U" else value.dtype.name,
        "shape": list(value.shape),
        "values": [_encode(item, where) for item in items],
    }


def _encode_column(column: pd.Series | pd.Index, where: str) -> dict[str, object]:
    if isinstance(column.dtype, np.dtype):
        return _encode_array(column.to_numpy(), where)
    if column.dtype == "str":  # the one dtype of pandas' own that labels have
        return {TAG: "labels", "values": [None if pd.isna(v) else str(v) for v in column]}
    raise NotPlainError(where, column, f"turn its dtype {column.dtype} into float, int or str.")


def _encode_index(index: pd.Index, where: str) -> dict[str, object] | None:
    names = [_encode(name, f"{where}.index") for name in index.names]
    if type(index) is pd.RangeIndex:
        steps = [index.start, index.stop, index.step]
        default = steps[0] == 0 and steps[2] == 1 and names == [None]
        return {"length": len(index)} if default else {"range": steps, "names": names}
    levels = [_encode_column(index.get_level_values(i), f"{where}.index")
              for i in range(index.nlevels)]  # fmt: skip
    return {"levels": levels, "names": names, "multi": isinstance(index, pd.MultiIndex)}


def _decode(plain: object) -> object:
    if isinstance(plain, list):
        return [_decode(item) for item in plain]
    return _DECODE[plain[TAG]](plain) if isinstance(plain, Mapping) else plain


def _decode_array(plain: Mapping[str, object]) -> np.ndarray:
    items, dtype = [_decode(item) for item in plain["values"]], np.dtype(plain["dtype"])
    flat = np.empty(len(items), dtype)
    for i, item in enumerate(items):  # one by one: NumPy would unpack lists inside an object array
        flat[i] = item
    return flat.reshape(plain["shape"])


def _decode_index(plain: Mapping[str, object]) -> pd.Index:
    if "length" in plain:
        return pd.RangeIndex(plain["length"])
    names = [_decode(name) for name in plain["names"]]
    if "range" in plain:
        return pd.RangeIndex(*plain["range"], name=names[0])
    levels = [_decode(level) for level in plain["levels"]]
    if plain["multi"]:
        return pd.MultiIndex.from_arrays(levels, names=names)
    return pd.Index(levels[0], dtype=levels[0].dtype, name=names[0])


def _decode_series(plain: Mapping[str, object]) -> pd.Series:
    values, index = _decode(plain["values"]), _decode_index(plain["index"])
    return pd.Series(values, index, dtype=values.dtype, name=_decode(plain["name"]))


def _decode_frame(plain: Mapping[str, object]) -> pd.DataFrame:
    index = _decode_index(plain["index"])
    columns = (_decode(column) for column in plain["values"])
    frame = pd.DataFrame(
        {i: pd.Series(c, index, dtype=c.dtype) for i, c in enumerate(columns)}, index
    )
    return frame.set_axis(_decode_index(plain["columns"]), axis=1)


_DECODE = {
    "float": lambda plain: float(plain["is"]),
    "tuple": lambda plain: tuple(_decode(item) for item in plain["items"]),
    "dict": lambda plain: {key: _decode(value) for key, value in plain["items"]},
    "array": _decode_array,
    "scalar": lambda plain: _decode_array(plain)[()],
    "labels": lambda plain: pd.array(plain["values"], dtype="str"),
    "series": _decode_series,
    "frame": _decode_frame,
}


def tiles(panel: Panel, values: pd.Series) -> pd.DataFrame:
    """Return one row per entity of a panel for a map.

    Parameters
    ----------
    panel
        Gives names and, where it has them, places of tiles.
    values
        One number per entity; entities without one are kept, their value is missing.

    Returns
    -------
    pandas.DataFrame
        Indexed by entity: ``value, label_en, label_zh`` and, if known, ``tile_row, tile_col``.
    """
    entities = panel.entities
    kept = [name for name in ("label_en", "label_zh", *PLACES) if name in entities]
    return entities[kept].assign(value=values.reindex(entities.index).astype(float))


def yearly_values(panel: Panel, names: Sequence[str]) -> pd.DataFrame:
    """Return every observation of some measures in long form.

    Returns
    -------
    pandas.DataFrame
        ``label, side, entity, year, value``, measures in the order of ``names``.
    """
    parts = []
    for name in names:
        variable = panel.describe(name)
        label = f"{variable.label_en} {variable.label_zh}"
        rows = panel[name].rename("value").astype(float).rename_axis(["entity", "year"])
        parts.append(rows.reset_index().assign(label=label, side=variable.side))
    return pd.concat(parts, ignore_index=True)[["label", "side", "entity", "year", "value"]]
