"""What is there and what is missing, series by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap

from analysis.display.picture import Picture
from analysis.display.theme import INK, MUTED, subplots

if TYPE_CHECKING:
    import pandas as pd

# None, some, all but a few, all: four steps that also read in grey.
STEPS = ((0.0, "#eef1f4", "none"), (1e-9, "#e3b778", "some"), (0.9, "#7aa5b8", "most"),
         (1.0 - 1e-9, "#0b5c7a", "all"))  # fmt: skip


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
    edges = [start for start, *_ in STEPS] + [2.0]
    colours = ListedColormap([colour for _, colour, _ in STEPS])
    values = np.clip(coverage.to_numpy(dtype=float), 0.0, 1.0)
    ax.pcolormesh(
        values, cmap=colours, norm=BoundaryNorm(edges, colours.N), edgecolor="white", lw=0.6
    )
    ax.invert_yaxis()
    ax.set_yticks(np.arange(len(coverage)) + 0.5, labels.loc[coverage.index], fontsize=7.2)
    years = coverage.columns
    ax.set_xticks(np.arange(len(years)) + 0.5, [f"{year % 100:02d}" for year in years], fontsize=8)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    handles = [ax.scatter([], [], marker="s", s=50, color=colour) for _, colour, _ in STEPS]
    figure.legend(
        handles, [word for *_, word in STEPS], title=f"{noun} observed", loc="outside lower center",
        ncols=len(STEPS), frameon=False, fontsize=9, title_fontsize=9, labelcolor=INK,
    ).get_title().set_color(MUTED)  # fmt: skip
    return Picture(figure)
