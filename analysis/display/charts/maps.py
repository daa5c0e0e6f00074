"""Fields of colour: a tile or a point for each entity, and what is observed when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from analysis.display.drawing import Picture, write
from analysis.display.theme import (
    BLUE,
    DIVERGING,
    INK,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    PALE,
    PAPER,
    SAND,
    SEQUENTIAL,
    TINT,
    subplots,
)
from analysis.errors import SpecificationError
from analysis.inference.cells import signed

# None, some, all but a few, all: four steps that also read in grey.
STEPS = ((0.0, PALE, "none"), (1e-9, SAND, "some"), (0.9, TINT, "most"),
         (1.0 - 1e-9, BLUE, "all"))  # fmt: skip


def entity_map(rows: pd.DataFrame, title: str, around: float | None = None) -> Picture:
    """Draw one value per entity.

    Each tile stands roughly where the entity lies, all tiles are of one size, so that a large
    empty region does not outweigh a small crowded one. Rows without places (firms, say) get a
    ranked dot chart with the same colours.

    Parameters
    ----------
    rows
        As `analysis.claims.exhibit.tiles`: one row per entity, columns ``value, label_en,
        label_zh`` and, if known, ``tile_row, tile_col``. An entity without a value is drawn empty
        and marked as such.
    title
        What the values are, with their unit.
    around
        A value, such as no change, on whose two sides the colours differ.
    """
    values = rows["value"]
    if around is None:
        name, norm = SEQUENTIAL, mpl.colors.Normalize(np.nanmin(values), np.nanmax(values))
    else:  # where nothing differs, one colour
        reach = float(np.nanmax(np.abs(values - around))) or 1.0
        name, norm = DIVERGING, mpl.colors.CenteredNorm(around, reach)
    shades = mpl.cm.ScalarMappable(norm, name)
    draw = _tiles if {"tile_row", "tile_col"} <= set(rows) else _ranked
    return draw(rows, title, shades, "" if around is None else "+")


def _tiles(rows: pd.DataFrame, title: str, shades: mpl.cm.ScalarMappable, sign: str) -> Picture:
    figure, ax = subplots(height=5.3)
    for row in rows.itertuples():
        missing = not np.isfinite(row.value)
        face = PAPER if missing else shades.to_rgba(row.value)
        pale = missing or np.dot(face[:3], (0.3, 0.59, 0.11)) > 0.5
        x, y = row.tile_col, row.tile_row
        ax.add_patch(Rectangle((x, y), 0.94, 0.94, fc=face, ec=MUTED if missing else face))
        ink = INK if missing else ON_LIGHT if pale else ON_DARK
        style = {"ha": "center", "va": "center", "color": ink}
        ax.text(x + 0.47, y + 0.36, row.label_zh[:3], fontsize=9.5, **style)
        number = "—" if missing else signed(row.value).removeprefix("" if sign else "+")
        ax.text(x + 0.47, y + 0.70, number, fontsize=9.5, **style)
    down, across = rows["tile_row"], rows["tile_col"]
    ax.set(xlim=(across.min() - 0.1, across.max() + 1.1), ylim=(down.max() + 1.1, down.min() - 0.1))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(title)
    _scale(figure, ax, shades)
    return Picture(figure)


def _ranked(rows: pd.DataFrame, title: str, shades: mpl.cm.ScalarMappable, _sign: str) -> Picture:
    known = rows.dropna(subset="value").sort_values("value")
    places = range(len(known))
    figure, ax = subplots(height=0.2 * len(known) + 0.9)
    ax.scatter(known["value"], places, c=shades.to_rgba(known["value"]), s=28)
    ax.set_yticks(places, known["label_en"], fontsize=9.5)
    ax.set_title(title)
    return Picture(figure)


def point_map(rows: pd.DataFrame, title: str, named: Sequence[str] = ()) -> Picture:
    """Draw one value per entity as a point where it lies; colour and size say the same.

    Equirectangular: a degree of longitude is as wide as it is on the middle parallel, cos(latitude)
    of a degree of latitude. No boundary is drawn. An entity without a value is an empty ring; how
    many there are, and how many have no place, is said. In the SVG every point carries its names
    and value as a title.

    Parameters
    ----------
    rows
        Indexed by entity: ``value, label_en, label_zh, latitude, longitude``, degrees north and
        east.
    title
        What the values are, with their unit.
    named
        Entities whose English name stands beside their point.

    Raises
    ------
    SpecificationError
        No entity has both a value and a place.
    """
    whole, rows = len(rows), rows.dropna(subset=["latitude", "longitude"])
    known = rows.dropna(subset="value").sort_values("value")
    if known.empty:
        raise SpecificationError("No entity of the map has a value and a place: give one.")
    empty = rows[rows["value"].isna()]
    norm = mpl.colors.Normalize(known["value"].min(), known["value"].max())
    shades = mpl.cm.ScalarMappable(norm, SEQUENTIAL)
    figure, ax = subplots(height=5.0)
    ring = {"ms": 3.4, "mfc": "none", "mec": MUTED, "mew": 0.7}
    for row in empty.itertuples():
        _point(ax, row, **ring)
    for row in known.itertuples():
        share = float(norm(row.value))
        _point(ax, row, ms=3.2 + 5.2 * share, mfc=shades.to_rgba(row.value), mec=INK, mew=0.35)
    for row in rows.loc[[name for name in named if name in rows.index]].itertuples():
        write(ax, row.label_en, (row.longitude, row.latitude), (6, 0), fontsize=10, va="center",
              path_effects=[withStroke(linewidth=2.5, foreground=PAPER)], zorder=6)  # fmt: skip
    _globe(ax, rows)
    ax.set_title(title)
    left = {"rings: {} without a figure": len(empty), "{} without a place": whole - len(rows)}
    _scale(figure, ax, shades, "; ".join(text.format(n) for text, n in left.items() if n))
    return Picture(figure, {_gid(row): _title(row) for row in rows.itertuples()})


def yearly_map(rows: pd.DataFrame, measures: Mapping[str, Mapping[str, Any]]) -> Picture:
    """Draw the first of several measures in its last year; a page can show the others.

    Parameters
    ----------
    rows
        Indexed by entity: names, ``region``, and ``tile_row, tile_col`` or ``latitude, longitude``.
    measures
        By name: ``label_en, label_zh, unit`` and ``values``, entities down and years across.
    """
    one = next(iter(measures.values()))
    table = one["values"]
    title = f"{one['label_en']}, {table.columns[-1]}"
    rows = rows.assign(value=table.iloc[:, -1])
    return entity_map(rows, title) if "tile_row" in rows else point_map(rows, title)


def _globe(ax: Axes, rows: pd.DataFrame) -> None:
    """Give both axes degrees, and a degree of longitude the width of the middle parallel."""
    ax.set_aspect(1 / np.cos(np.radians(rows["latitude"].agg(["min", "max"]).mean())))
    ax.margins(0.05)
    for axis, letters in ((ax.xaxis, "WE"), (ax.yaxis, "SN")):
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(lambda v, _, e=letters: f"{abs(v):.0f}°{e[int(v >= 0)]}")
    ax.tick_params(length=0, labelsize=9.5, labelcolor=MUTED)


def _scale(figure: Figure, ax: Axes, shades: mpl.cm.ScalarMappable, words: str = "") -> None:
    bar = figure.colorbar(shades, ax=ax, orientation="horizontal", shrink=0.5, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9.5, length=0)
    bar.set_label(words, fontsize=9.5)


def _point(ax: Axes, row: Any, **style: object) -> None:  # noqa: ANN401
    (dot,) = ax.plot(row.longitude, row.latitude, "o", **style)
    dot.set_gid(_gid(row))


def _gid(row: Any) -> str:  # noqa: ANN401
    return f"place-{row.Index}"


def _title(row: Any) -> str:  # noqa: ANN401
    value = f": {row.value:.4g}" if np.isfinite(row.value) else ""
    return f"{row.label_en} {row.label_zh}{value}"


def coverage_map(coverage: pd.DataFrame, labels: pd.Series, noun: str) -> Picture:
    """Draw a heat map of the share of entities observed.

    Parameters
    ----------
    coverage
        Series by year, values in [0, 1].
    labels
        What to write beside each row, on the same index.
    noun
        Plural of the entity, for the legend.
    """
    figure, ax = subplots(height=0.172 * len(coverage) + 0.9)
    colours = ListedColormap([colour for _, colour, _ in STEPS])
    norm = BoundaryNorm([start for start, *_ in STEPS] + [2.0], colours.N)
    sns.heatmap(
        coverage.astype(float).clip(0.0, 1.0), cmap=colours, norm=norm, cbar=False, lw=0.6,
        linecolor=PAPER, yticklabels=list(labels.loc[coverage.index]),
        xticklabels=[year if year % 5 == 0 else "" for year in coverage.columns], ax=ax,
    )  # fmt: skip
    ax.tick_params(axis="y", length=0, labelsize=9.5, rotation=0)
    ax.tick_params(axis="x", length=0, labelsize=9.5, top=True, labeltop=True, labelbottom=False)
    ax.set(xlabel="", ylabel="")
    handles = [ax.scatter([], [], marker="s", s=50, color=colour) for _, colour, _ in STEPS]
    figure.legend(
        handles, [word for *_, word in STEPS], title=f"{noun} observed", loc="outside lower center",
        ncols=len(STEPS), fontsize=9.5, title_fontsize=9.5, labelcolor=INK,
    ).get_title().set_color(MUTED)  # fmt: skip
    return Picture(figure)
