"""How measures move over the years: the typical entity, the middle half, the range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, MUTED, subplots

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["quartile_path", "trends"]


def quartile_path(path: pd.DataFrame, ylabel: str) -> Picture:
    """Draw the mean over entities year by year, with a band from the first to the third quartile.

    Parameters
    ----------
    path
        Columns ``year, mean, low, high, entities``.
    ylabel
        What is measured.
    """
    figure, ax = subplots(height=3.4)
    ax.fill_between(path["year"], path["low"], path["high"], color=BLUE, alpha=0.18, lw=0)
    ax.plot(path["year"], path["mean"], color=BLUE, lw=2)
    last = path.iloc[-1]
    ax.annotate(f"mean of {int(last['entities'])}", (last["year"], last["mean"]), xytext=(0, 8),
                textcoords="offset points", ha="right", color=BLUE)  # fmt: skip
    ax.annotate("middle half", (last["year"], last["low"]), xytext=(0, 5),
                textcoords="offset points", ha="right", color=BLUE, fontsize=9.5)  # fmt: skip
    ax.set(xlabel="year", ylabel=ylabel)
    ax.set_ylim(bottom=0)
    ax.set_xticks([int(y) for y in path["year"][:: max(1, len(path) // 6)]])
    return Picture(figure)


def trends(rows: pd.DataFrame, xlabel: str, colours: Mapping[str, str] | None = None) -> Picture:
    """Draw one small panel per measure: median, middle half, lowest and highest entity.

    Years in which fewer than half of the entities are observed are left open rather than joined.

    Parameters
    ----------
    rows
        One per entity, year and measure: columns ``label, side, entity, year, value``; measures
        from top to bottom.
    xlabel
        What line, band and dots are.
    colours
        By side.
    """
    groups = rows.groupby("label", sort=False)
    figure, axes = subplots(
        groups.ngroups, 1, height=1.75 * groups.ngroups + 0.3, sharex=True, squeeze=False
    )
    for ax, (label, part) in zip(axes[:, 0], groups, strict=True):
        colour = (colours or {}).get(part["side"].iloc[0], MUTED)
        by_year = part.groupby("year")["value"]
        spread = by_year.quantile([0, 0.25, 0.5, 0.75, 1]).unstack()  # noqa: PD010
        spread = spread.where(by_year.apply(lambda values: values.notna().mean()) >= 0.5)
        ax.fill_between(spread.index, spread[0.25], spread[0.75], color=colour, alpha=0.18, lw=0)
        ax.plot(spread.index, spread[0.5], color=colour, lw=2, marker="o", ms=3.5)
        for end in (1, 0):
            ax.plot(spread.index, spread[end], color=colour, lw=0.8, ls=":")
        ax.set_title(label, color=colour)
        ax.set_ylim(bottom=min(0.0, float(spread[0].min())))
        ax.margins(x=0.02)
    axes[-1, 0].set_xlabel(xlabel)
    return Picture(figure)
