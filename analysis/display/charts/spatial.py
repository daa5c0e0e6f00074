"""Effects here, next door and together, under several maps and beside false ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, GREEN, MUTED, ORANGE, PURPLE, subplots, zero_line
from analysis.errors import SpecificationError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["spatial_effects"]

KINDS = {
    "direct": "direct:\nown place",
    "indirect": "indirect:\nall other places",
    "total": "total",
}
LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"))
PALE = "#c9d1d8"


def spatial_effects(
    rows: pd.DataFrame, xlabel: str, placebo: Mapping[str, pd.DataFrame] | None = None
) -> Picture:
    """Draw direct, indirect and total effect of one term, an interval per map.

    Parameters
    ----------
    rows
        `SpatialEstimate.tidy` of one term under each map, stacked, with a column ``weights`` that
        names the map: ``weights, kind, estimate, low, high`` and, if there, ``term``. Rows of kind
        "coefficient" are no effects and are not drawn.
    xlabel
        The effect with its unit.
    placebo
        By name of the map, `SpatialPlacebo.drawn`: effects on permuted maps in the same unit,
        drawn as a pale distribution above the interval.

    Raises
    ------
    SpecificationError
        The rows hold more than one term, or more maps than there are looks.
    """
    rows = rows[rows["kind"].isin(list(KINDS))]
    maps = list(dict.fromkeys(rows["weights"]))
    terms = list(dict.fromkeys(rows["term"])) if "term" in rows else []
    _check(maps, terms)
    placebo = placebo or {}
    gap = len(maps) + 0.8
    figure, ax = subplots(height=(0.42 if placebo else 0.3) * len(KINDS) * gap + 1.2)
    zero_line(ax)
    for i, kind in enumerate(KINDS):
        for j, name in enumerate(maps):
            y = -(i * gap + j)
            if name in placebo:
                _draw_false(ax, placebo[name], kind, terms, y)
            one = rows[(rows["kind"] == kind) & (rows["weights"] == name)]
            colour, shape = LOOKS[j]
            ax.hlines([y] * len(one), one["low"], one["high"], color=colour, lw=1.8)
            ax.plot(one["estimate"], [y] * len(one), shape, color=colour, ms=6,
                    label=name if i == 0 else None)  # fmt: skip
    ax.set_yticks([-(i * gap + (len(maps) - 1) / 2) for i in range(len(KINDS))], KINDS.values())
    ax.set_ylim(-(gap * len(KINDS) - 1.2), 1.0)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    note = "; pale: the same on permuted maps" if placebo else ""
    ax.set_xlabel(f"{xlabel}\n95% intervals{note}", fontsize=10)
    figure.legend(loc="outside lower center", ncols=min(len(maps), 3), frameon=False, fontsize=10,
                  handletextpad=0.3)  # fmt: skip
    return Picture(figure)


def _check(maps: list[str], terms: list[str]) -> None:
    if len(terms) > 1:
        raise SpecificationError(
            f"The rows hold effects of {' and '.join(terms)}: draw one term at a time."
        )
    if len(maps) > len(LOOKS):
        raise SpecificationError(
            f"{len(maps)} maps are too many for one figure: draw {len(LOOKS)} at most."
        )


def _draw_false(ax: Axes, drawn: pd.DataFrame, kind: str, terms: list[str], y: float) -> None:
    """Draw the distribution as a hill of unit area on the row, smoothed by Silverman's rule."""
    name = f"{kind} of {terms[0]}" if terms else kind
    values = drawn[name if name in drawn else kind].dropna().to_numpy(dtype=float)
    width = max(float(values.std()), 1e-12) * (0.75 * len(values)) ** -0.2
    at = np.linspace(values.min() - 2 * width, values.max() + 2 * width, 160)
    density = np.exp(-0.5 * ((at[:, None] - values) / width) ** 2).sum(axis=1)
    ax.fill_between(at, y, y + 0.8 * density / density.max(), color=PALE, alpha=0.75, lw=0,
                    zorder=0.5)  # fmt: skip
    ax.plot(np.median(values), y + 0.08, "|", color=MUTED, ms=5)
