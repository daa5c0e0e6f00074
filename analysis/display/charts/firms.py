"""Firms: our figure beside the published one, kinds of owners, a planted truth and its estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, GREEN, INK, ORANGE, PURPLE, subplots, zero_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes


def replication(rows: pd.DataFrame, xlabel: str) -> Picture:
    """Draw each regression's figure with two intervals and the published one on top.

    Parameters
    ----------
    rows
        Top first; columns ``label, estimate, low, high, low_wide, high_wide, published``.
    xlabel
        The effect with its unit, and what the two intervals are.
    """
    figure, ax = subplots(height=0.6 * len(rows) + 1.3)
    y = np.arange(len(rows))[::-1]
    _intervals(ax, rows, y, [BLUE] * len(rows))
    seen = rows["published"].notna().to_numpy()
    ax.scatter(rows["published"][seen], y[seen], marker="D", s=95, facecolors="none",
               edgecolors=ORANGE, linewidths=1.6, zorder=4)  # fmt: skip
    first = int(np.flatnonzero(seen)[0])
    ax.annotate("diamond: published", (rows["published"].iloc[first], y[first]), xytext=(10, 13),
                textcoords="offset points", color=ORANGE, fontsize=9.5)  # fmt: skip
    _finish(ax, y, rows["label"], xlabel)
    return Picture(figure)


def grouped_effects(
    rows: pd.DataFrame, xlabel: str, colours: Mapping[str, str] | None = None
) -> Picture:
    """Draw effects in groups, one panel per group on one axis.

    Parameters
    ----------
    rows
        Top first; columns ``group`` (its heading) and ``label, estimate, low, high, low_wide,
        high_wide``.
    xlabel
        The effect with its unit, and what the two intervals are.
    colours
        By label.
    """
    groups = list(dict.fromkeys(rows["group"]))
    figure, axes = subplots(len(groups), 1, height=1.75 * len(groups) + 0.6, sharex=True)
    for ax, group in zip(np.atleast_1d(axes), groups, strict=True):
        part = rows[rows["group"] == group]
        y = np.arange(len(part))[::-1]
        _intervals(ax, part, y, [(colours or {}).get(label, BLUE) for label in part["label"]])
        _finish(ax, y, part["label"], "")
        ax.set_title(group, fontsize=11)
    np.atleast_1d(axes)[-1].set_xlabel(xlabel, fontsize=10)
    return Picture(figure)


def planted(rows: pd.DataFrame, xlabel: str) -> Picture:
    """Draw estimates on invented firms beside the truth that was put into them.

    Parameters
    ----------
    rows
        Top first; columns ``label``, ``planted``, ``estimate``, ``low``, ``high`` and ``pooled``,
        the estimate without firm effects.
    xlabel
        The effect with its unit.
    """
    figure, ax = subplots(height=0.72 * len(rows) + 1.5)
    y = np.arange(len(rows))[::-1]
    ax.hlines(y, rows["low"], rows["high"], color=BLUE, lw=5, alpha=0.45)
    ax.scatter(rows["estimate"], y, color=BLUE, s=46, zorder=3)
    ax.scatter(rows["pooled"], y, marker="s", s=46, facecolors="none", edgecolors=ORANGE, zorder=3)
    ax.vlines(rows["planted"], y - 0.3, y + 0.3, color=GREEN, lw=2.2, zorder=4)
    zero_line(ax)
    words = {
        "synthetic: planted truth": (GREEN, 0.0),
        "firm and year effects, 95%": (BLUE, 0.4),
        "no firm effects": (ORANGE, 0.83),
    }
    for text, (colour, x) in words.items():
        ax.text(x, 1.02, text, transform=ax.transAxes, color=colour, fontsize=9, va="bottom")
    ax.text(0.99, 0.5, "synthetic", transform=ax.transAxes, fontsize=34, color=PURPLE, alpha=0.16,
            ha="right", va="center", zorder=0)  # fmt: skip
    _rows(ax, y, rows["label"])
    ax.set_xlabel(xlabel, fontsize=10)
    return Picture(figure)


def _intervals(ax: Axes, rows: pd.DataFrame, y: np.ndarray, colours: list[str]) -> None:
    ax.hlines(y, rows["low_wide"], rows["high_wide"], color=colours, lw=1.3)
    ax.hlines(y, rows["low"], rows["high"], color=colours, lw=5, alpha=0.45)
    ax.scatter(rows["estimate"], y, color=colours, s=46, zorder=3)
    for height, value, colour in zip(y, rows["estimate"], colours, strict=True):
        ax.annotate(_signed(value), (value, height), xytext=(0, -15), textcoords="offset points",
                    ha="center", color=colour, fontsize=9.5)  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _finish(ax: Axes, y: np.ndarray, labels: pd.Series, xlabel: str) -> None:
    zero_line(ax)
    _rows(ax, y, labels)
    ax.set_xlabel(xlabel, fontsize=10)


def _rows(ax: Axes, y: np.ndarray, labels: pd.Series) -> None:
    ax.set_yticks(y, labels, fontsize=10, color=INK)
    ax.set_ylim(-0.7, len(y) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
