"""How measures move: the typical entity, the middle half and the range, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import MUTED, SIDE_COLOURS, subplots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.data import Panel


def trends(panel: Panel, names: Sequence[str]) -> Picture:
    """Draw one small panel per measure: median line, band from the first to the third quartile.

    Years in which fewer than half of the entities are observed are left open rather than joined.

    Parameters
    ----------
    panel
        The panel that holds the measures.
    names
        Measures, drawn from top to bottom.
    """
    figure, axes = subplots(
        len(names), 1, height=1.75 * len(names) + 0.3, sharex=True, squeeze=False
    )
    for ax, name in zip(axes[:, 0], names, strict=True):
        variable = panel.describe(name)
        colour = SIDE_COLOURS.get(variable.side, MUTED)
        wide = panel[name].unstack("entity")
        wide = wide.where(wide.notna().mean(axis=1) >= 0.5)
        years = wide.index.to_numpy()
        ax.fill_between(years, wide.quantile(0.25, axis=1), wide.quantile(0.75, axis=1),
                        color=colour, alpha=0.18, lw=0)  # fmt: skip
        ax.plot(years, wide.median(axis=1), color=colour, lw=2, marker="o", ms=3.5)
        ax.plot(years, wide.max(axis=1), color=colour, lw=0.8, ls=":")
        ax.plot(years, wide.min(axis=1), color=colour, lw=0.8, ls=":")
        ax.set_title(f"{variable.label_en} {variable.label_zh}", color=colour)
        ax.set_ylim(bottom=min(0.0, float(wide.min().min())))
        ax.margins(x=0.02)
    axes[-1, 0].set_xlabel(
        f"line: median {panel.roles.entity}; band: middle half; dots: lowest and highest"
    )
    return Picture(figure)
