"""Effects here, next door and together, under several maps and beside false ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.display.charts.intervals import intervals, label_rows, mark
from analysis.display.picture import Picture
from analysis.display.theme import MUTED, subplots
from analysis.errors import SpecificationError

KINDS = {
    "direct": "direct:\nown place",
    "indirect": "indirect:\nall other places",
    "total": "total",
}


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
        The rows hold more than one term, or more maps than there are marks.
    """
    rows = rows[rows["kind"].isin(list(KINDS))]
    maps, placebo = list(dict.fromkeys(rows["weights"])), placebo or {}
    terms = list(dict.fromkeys(rows["term"])) if "term" in rows else []
    if len(terms) > 1:
        raise SpecificationError(
            f"The rows hold effects of {' and '.join(terms)}: draw one term at a time."
        )
    marks = mark(maps, "maps")
    step = 1 / (len(maps) + 0.8)
    figure, ax = subplots(height=(0.42 if placebo else 0.3) * len(KINDS) / step + 1.2)
    note = "; pale: the same on permuted maps" if placebo else ""
    places = label_rows(ax, list(KINDS.values()), f"{xlabel}\n95% intervals{note}")
    for j, (name, colour, shape) in enumerate(marks):
        one = rows[rows["weights"] == name].set_index("kind").reindex(list(KINDS))
        at = places + step * ((len(maps) - 1) / 2 - j)
        intervals(ax, one, at, colour, shape, label=name)
        for kind, y in zip(KINDS, at, strict=True) if name in placebo else ():
            drawn = placebo[name]
            column = f"{kind} of {terms[0]}" if terms else kind
            _draw_hill(ax, drawn[column if column in drawn else kind], y, 0.8 * step)
    figure.legend(loc="outside lower center", ncols=min(len(maps), 3), frameon=False, fontsize=10,
                  handletextpad=0.3)  # fmt: skip
    return Picture(figure)


def _draw_hill(ax: Axes, drawn: pd.Series, y: float, height: float) -> None:
    """Draw a distribution on its row, smoothed by Silverman's rule."""
    values = drawn.dropna().to_numpy(dtype=float)
    width = max(float(values.std()), 1e-12) * (0.75 * len(values)) ** -0.2
    at = np.linspace(values.min() - 2 * width, values.max() + 2 * width, 160)
    density = np.exp(-0.5 * ((at[:, None] - values) / width) ** 2).sum(axis=1)
    ax.fill_between(at, y, y + height * density / density.max(), color="#c9d1d8", alpha=0.75, lw=0,
                    zorder=0.5)  # fmt: skip
    ax.plot(np.median(values), y + 0.1 * height, "|", color=MUTED, ms=5)
