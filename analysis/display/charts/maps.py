"""Fields of colour: a tile for each entity, and what is observed when."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Rectangle

from analysis.display.drawing import Picture
from analysis.display.theme import DIVERGING, INK, MUTED, PAPER, SEQUENTIAL, subplots
from analysis.inference.cells import signed

# None, some, all but a few, all: four steps that also read in grey.
STEPS = ((0.0, "#eef1f4", "none"), (1e-9, "#e3b778", "some"), (0.9, "#7aa5b8", "most"),
         (1.0 - 1e-9, "#0b5c7a", "all"))  # fmt: skip


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
        dark = missing or np.dot(face[:3], (0.3, 0.59, 0.11)) > 0.5
        x, y = row.tile_col, row.tile_row
        ax.add_patch(Rectangle((x, y), 0.94, 0.94, fc=face, ec=MUTED if missing else face))
        style = {"ha": "center", "va": "center", "color": INK if dark else PAPER}
        ax.text(x + 0.47, y + 0.36, row.label_zh[:3], fontsize=9.5, **style)
        number = "—" if missing else signed(row.value).removeprefix("" if sign else "+")
        ax.text(x + 0.47, y + 0.70, number, fontsize=7.8, **style)
    down, across = rows["tile_row"], rows["tile_col"]
    ax.set(xlim=(across.min() - 0.1, across.max() + 1.1), ylim=(down.max() + 1.1, down.min() - 0.1))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(title)
    bar = figure.colorbar(shades, ax=ax, orientation="horizontal", shrink=0.5, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9, length=0)
    return Picture(figure)


def _ranked(rows: pd.DataFrame, title: str, shades: mpl.cm.ScalarMappable, _sign: str) -> Picture:
    known = rows.dropna(subset="value").sort_values("value")
    places = range(len(known))
    figure, ax = subplots(height=0.2 * len(known) + 0.9)
    ax.scatter(known["value"], places, c=shades.to_rgba(known["value"]), s=28)
    ax.set_yticks(places, known["label_en"], fontsize=8.5)
    ax.set_title(title)
    return Picture(figure)


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
    figure, ax = subplots(height=0.152 * len(coverage) + 0.8)
    colours = ListedColormap([colour for _, colour, _ in STEPS])
    norm = BoundaryNorm([start for start, *_ in STEPS] + [2.0], colours.N)
    sns.heatmap(
        coverage.astype(float).clip(0.0, 1.0), cmap=colours, norm=norm, cbar=False, lw=0.6,
        linecolor=PAPER, yticklabels=list(labels.loc[coverage.index]),
        xticklabels=[f"{year % 100:02d}" for year in coverage.columns], ax=ax,
    )  # fmt: skip
    ax.tick_params(axis="y", length=0, labelsize=7.2, rotation=0)
    ax.tick_params(axis="x", length=0, labelsize=8, top=True, labeltop=True, labelbottom=False)
    ax.set(xlabel="", ylabel="")
    handles = [ax.scatter([], [], marker="s", s=50, color=colour) for _, colour, _ in STEPS]
    figure.legend(
        handles, [word for *_, word in STEPS], title=f"{noun} observed", loc="outside lower center",
        ncols=len(STEPS), fontsize=9, title_fontsize=9, labelcolor=INK,
    ).get_title().set_color(MUTED)  # fmt: skip
    return Picture(figure)
