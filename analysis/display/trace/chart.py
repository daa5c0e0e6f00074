"""One series over the years as a small drawing: its middle, its quartiles, every entity."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

__all__ = ["Course", "course", "scale_words", "series_chart"]

WIDTH, HEIGHT = 480, 256
LEFT, RIGHT, TOP, BOTTOM = 54, 92, 30, 26
FEW = 60  # so many entities can have a line each
SIZES = ((1e12, "trillion "), (1e9, "billion "), (1e6, "million "), (1e3, "thousand "))
QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
Place = Callable[[float], float]


@dataclass(frozen=True, eq=False)
class Course:
    """A series by year, in a unit for readers.

    Parameters
    ----------
    years : ndarray of shape (T,)
        Years with a figure.
    figures : ndarray of shape (T, N)
        Figures, NaN where there is none.
    quantiles : ndarray of shape (7, T)
        Over entities, at `QUANTILES`.
    unit : str
        Of all of these.
    """

    years: np.ndarray
    figures: np.ndarray
    quantiles: np.ndarray
    unit: str

    @property
    def counts(self) -> np.ndarray:
        """Entities with a figure, by year."""
        return np.isfinite(self.figures).sum(axis=1)


def course(series: pd.Series, unit: str) -> Course | None:
    """Arrange a column of a panel by year; None where it holds no figure.

    Parameters
    ----------
    series : Series
        On entity and year, the full rectangle.
    unit : str
        In which it is stored.
    """
    years = np.unique(series.index.get_level_values(1).to_numpy(dtype=int))
    values = series.to_numpy(dtype=float).reshape(-1, len(years)).T
    seen = np.isfinite(values).any(axis=1)
    if not seen.any():
        return None
    size, words = scale_words(values, unit)
    values = values[seen] / size
    return Course(years[seen], values, np.nanquantile(values, QUANTILES, axis=1), words)


def scale_words(values: np.ndarray, unit: str) -> tuple[float, str]:
    """Return by what to divide figures for readers, and the unit they then have.

    >>> scale_words(np.array([2e13, 5e9]), "yuan")
    (1000000000000.0, 'trillion yuan')
    """
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    return next(((s, w + unit) for s, w in SIZES if largest >= 10 * s), (1.0, unit))


def series_chart(found: Course, alt: str, many: str) -> str:
    """Draw a series: years across, figures up.

    Parameters
    ----------
    found : Course
        From `course`.
    alt : str
        What the drawing shows, for those who do not see it.
    many : str
        Noun for the entities.

    Returns
    -------
    str
        An ``svg`` element whose words are words.
    """
    each = found.figures.shape[1] <= FEW
    low, high = (found.quantiles[i] for i in ((0, -1) if each else (1, -2)))
    x, y, ticks = _places(found.years, float(low.min()), float(high.max()))
    parts = [f'<text class="unit" x="0" y="12">{escape(found.unit)}</text>']
    parts += _rules(ticks, found.years, x, y)
    at = [x(year) for year in found.years]
    if each:
        for values in found.figures.T:
            parts += _line(found.years, at, values, "each", y)
    lower, middle, upper = found.quantiles[2:5]
    around = [*zip(at, upper, strict=True), *zip(at[::-1], lower[::-1], strict=True)]
    outline = " ".join(f"{a:.0f},{y(v):.1f}" for a, v in around)
    parts.append(f'<polygon class="half" points="{outline}"/>')
    parts += _line(found.years, at, middle, "middle", y)
    parts += _names(y(upper[-1]), y(middle[-1]), many if each else "")
    return (
        f'<svg class="series" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">'
        f"{''.join(parts)}</svg>"
    )


def _places(years: np.ndarray, low: float, high: float) -> tuple[Place, Place, list[float]]:
    """Return where a year and a figure lie, and round figures for the axis."""
    ticks = _ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    span = max(int(years[-1] - years[0]), 1)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return (
        lambda year: LEFT + width * (year - years[0]) / span,
        lambda value: TOP + height * (high - value) / ((high - low) or 1.0),
        ticks,
    )


def _rules(ticks: list[float], years: np.ndarray, x: Place, y: Place) -> Iterator[str]:
    end = WIDTH - RIGHT
    for tick in ticks:
        at = y(tick)
        yield f'<line class="rule" x1="{LEFT}" x2="{end}" y1="{at:.1f}" y2="{at:.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{tick:,g}</text>'
    first, last = int(years[0]), int(years[-1])
    for year in dict.fromkeys((first, (first + last) // 2, last)):
        yield f'<text x="{x(year):.0f}" y="{HEIGHT - 6}" text-anchor="middle">{year}</text>'


def _line(
    years: np.ndarray, at: list[float], values: np.ndarray, style: str, y: Place
) -> Iterator[str]:
    """Draw runs of years with a figure; a lone year is a dot."""
    known = np.flatnonzero(np.isfinite(values))
    steps = np.diff(years[known])
    usual = np.median(steps) if len(steps) else 1  # a survey of every other year has no hole
    for run in np.split(known, np.flatnonzero(steps > usual) + 1):
        points = [f"{at[i]:.0f},{y(values[i]):.1f}" for i in run]
        if len(points) == 1:
            a, b = points[0].split(",")
            yield f'<circle class="{style}" cx="{a}" cy="{b}" r="1.6"/>'
        elif points:
            yield f'<polyline class="{style}" points="{" ".join(points)}"/>'


def _names(half: float, middle: float, many: str) -> Iterator[str]:
    """Name the middle, the half and the lines beside their last year, without overlap."""
    at, middle = WIDTH - RIGHT + 6, max(middle, half + 15)
    yield f'<text class="half" x="{at}" y="{half + 1:.1f}">middle half</text>'
    yield f'<text class="middle" x="{at}" y="{middle + 1:.1f}">median</text>'
    if many:
        yield f'<text x="{at}" y="{middle + 16:.1f}">{escape(many)}</text>'


def _ticks(low: float, high: float) -> list[float]:
    """Return three to seven round numbers that span the figures."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 4))
    step = next(power * s for s in (1, 2, 2.5, 5, 10) if span / (power * s) <= 5)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]
