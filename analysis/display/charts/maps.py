"""Where a measure is high: a tile for each entity, or a ranked list where there is no map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.patches import Rectangle

from analysis.display.picture import Picture
from analysis.display.theme import DIVERGING, INK, MUTED, PAPER, SEQUENTIAL, subplots
from analysis.display.words import signed

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["entity_map"]


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
    look = _look(values, around)
    numbers = "{:.2f}".format if around is None else signed
    if {"tile_row", "tile_col"} <= set(rows):
        return _tiles(rows, values, title, look, numbers)
    return _ranked(rows, values, title, look)


def _look(values: pd.Series, around: float | None) -> mpl.cm.ScalarMappable:
    if around is None:
        norm = mpl.colors.Normalize(np.nanmin(values), np.nanmax(values))
        return mpl.cm.ScalarMappable(norm, SEQUENTIAL)
    reach = float(np.nanmax(np.abs(values - around))) or 1.0  # where nothing differs, one colour
    return mpl.cm.ScalarMappable(mpl.colors.CenteredNorm(around, reach), DIVERGING)


def _tiles(
    entities: pd.DataFrame, values: pd.Series, title: str, look: mpl.cm.ScalarMappable,
    numbers: Callable[[float], str],
) -> Picture:  # fmt: skip
    figure, ax = subplots(height=5.3)
    rows, columns = entities["tile_row"], entities["tile_col"]
    for entity, value in values.items():
        row, column = rows[entity], columns[entity]
        missing = not np.isfinite(value)
        face = PAPER if missing else look.to_rgba(value)
        dark = missing or sum(c * w for c, w in zip(face[:3], (0.3, 0.59, 0.11), strict=True)) > 0.5
        ink = INK if dark else PAPER
        ax.add_patch(
            Rectangle(
                (column, row), 0.94, 0.94, facecolor=face, edgecolor=MUTED if missing else face
            )
        )
        style = {"ha": "center", "va": "center", "color": ink}
        name, number = entities["label_zh"][entity][:3], "—" if missing else numbers(value)
        ax.text(column + 0.47, row + 0.36, name, fontsize=9.5, **style)
        ax.text(column + 0.47, row + 0.70, number, fontsize=7.8, **style)
    ax.set(
        xlim=(columns.min() - 0.1, columns.max() + 1.1), ylim=(rows.max() + 1.1, rows.min() - 0.1)
    )
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(title)
    _colour_bar(ax, look)
    return Picture(figure)


def _colour_bar(ax: Axes, look: mpl.cm.ScalarMappable) -> None:
    bar = ax.figure.colorbar(look, ax=ax, orientation="horizontal", shrink=0.5, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9, length=0)


def _ranked(
    entities: pd.DataFrame, values: pd.Series, title: str, look: mpl.cm.ScalarMappable
) -> Picture:
    known = values.dropna().sort_values()
    figure, ax = subplots(height=0.2 * len(known) + 0.9)
    ax.scatter(known, range(len(known)), c=look.to_rgba(known), s=28)
    ax.set_yticks(range(len(known)), entities["label_en"].loc[known.index], fontsize=8.5)
    ax.set_title(title)
    return Picture(figure)
