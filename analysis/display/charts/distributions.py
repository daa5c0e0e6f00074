"""How a measure is spread, year by year: densities one below the other, and named lines."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.ticker import MaxNLocator

from analysis.display.charts.years import ROOM, name_lines
from analysis.display.drawing import Picture
from analysis.display.theme import BLUE, INK, MARKS, MUTED, ORANGE, PAPER, subplots

RISE = 1.7  # height of the highest peak, in rows: neighbouring rows may overlap


def ridges(
    panels: Mapping[str, pd.DataFrame], marks: Mapping[str, pd.Series], xlabel: str
) -> Picture:
    """Draw the densities of some samples one below the other, one column of axes per panel.

    Parameters
    ----------
    panels
        By title: points as index, one column of densities per sample, in drawing order; all panels
        have the same samples.
    marks
        By title: a value per sample, drawn as a dot on its base line.
    xlabel
        What is measured, and what the dots are.
    """
    rows = max(table.shape[1] for table in panels.values())
    figure, axes = subplots(
        1, len(panels), height=0.75 * rows + 1.2, sharey=True, sharex=True, squeeze=False
    )
    for ax, (title, table) in zip(axes[0], panels.items(), strict=True):
        scale = RISE / float(table.to_numpy().max())
        for i, name in enumerate(table):
            colour = ORANGE if i == table.shape[1] - 1 else BLUE
            top = -i + scale * table[name].to_numpy()
            ax.fill_between(table.index, -i, top, color=PAPER, alpha=0.75, lw=0, zorder=2 * i)
            ax.fill_between(table.index, -i, top, color=colour, alpha=0.18, lw=0, zorder=2 * i)
            ax.plot(table.index, top, color=colour, lw=1.6, zorder=2 * i + 1)
            ax.plot(marks[title][name], -i, "o", color=colour, ms=5, zorder=2 * rows)
        ax.set_title(title, fontsize=11.5)
        ax.set_yticks([-i for i in range(rows)], list(table))
        ax.tick_params(axis="y", length=0, labelcolor=INK)
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=3))
        ax.set_xlim(left=0)
    figure.supxlabel(xlabel, fontsize=10.5, color=MUTED)
    return Picture(figure)


def named_lines(
    panels: Mapping[str, pd.DataFrame], bands: Mapping[str, pd.DataFrame], xlabel: str
) -> Picture:
    """Draw lines over years, named at their ends, before a band; one panel below the other.

    Parameters
    ----------
    panels
        By title: years as index, one column per line, up to four.
    bands
        By title: years as index, columns ``low, high``.
    xlabel
        What is drawn, with its unit, and what the band is.
    """
    figure, axes = subplots(
        len(panels), 1, height=2.2 * len(panels) + 0.5, sharex=True, squeeze=False
    )
    for ax, (title, table) in zip(axes[:, 0], panels.items(), strict=True):
        first, last = int(table.index.min()), int(table.index.max())
        band = bands[title]
        ax.fill_between(band.index, band["low"], band["high"], color=ORANGE, alpha=0.15, lw=0)
        for (colour, shape), name in zip(MARKS, table, strict=False):
            ax.plot(table.index, table[name], color=colour, lw=1.8, marker=shape, ms=3.8)
        name_lines(ax, table, last)
        ax.set_title(title, fontsize=11.5)
        ax.set_ylim(bottom=0)
        ax.set_xlim(first - 0.6, last + ROOM * (last - first))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=4))
        ax.set_xticks(range(first, last + 1, 4))
    axes[-1, 0].set_xlabel(xlabel, fontsize=10)
    return Picture(figure)
