"""Firms: our figure beside the published one, kinds of owners, a planted truth and its estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

XLABEL = "percent more citations per ten points of ownership"
INTERVALS = "thick: 95%, clustered by firm; thin: 95%, by industry"
KIND_COLOURS = {"dedicated": BLUE, "transient": ORANGE, "quasiindexed": MUTED}


def replication(rows: pd.DataFrame) -> Picture:
    """Draw each regression's figure with two intervals and the published one on top.

    Parameters
    ----------
    rows
        Top first; columns ``label``, ``estimate``, ``low``, ``high``, ``low_industry``,
        ``high_industry`` and ``published``, in percent.
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
    _finish(ax, y, rows["label"])
    return Picture(figure)


def owner_kinds(rows: pd.DataFrame, labels: pd.Series) -> Picture:
    """Draw kinds of owners, one panel per comparison on one axis.

    Parameters
    ----------
    rows
        Index (comparison, kind); columns as for :func:`replication`, in percent.
    labels
        Heading of each comparison.
    """
    groups = list(rows.index.unique(0))
    figure, axes = subplots(len(groups), 1, height=1.75 * len(groups) + 0.6, sharex=True)
    for ax, group in zip(np.atleast_1d(axes), groups, strict=True):
        part = rows.loc[group]
        y = np.arange(len(part))[::-1]
        _intervals(ax, part, y, [KIND_COLOURS[kind] for kind in part.index])
        _finish(ax, y, part["label"], "")
        ax.set_title(labels[group], fontsize=11)
    np.atleast_1d(axes)[-1].set_xlabel(f"{XLABEL}\n{INTERVALS}", fontsize=10)
    return Picture(figure)


def planted(rows: pd.DataFrame) -> Picture:
    """Draw estimates on invented firms beside the truth that was put into them.

    Parameters
    ----------
    rows
        Top first; columns ``label``, ``planted``, ``estimate``, ``low``, ``high`` and ``pooled``,
        the estimate without firm effects.
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
    ax.set_xlabel("log of expected inventions per unit of the share", fontsize=10)
    return Picture(figure)


def _intervals(ax: Axes, rows: pd.DataFrame, y: np.ndarray, colours: list[str]) -> None:
    ax.hlines(y, rows["low_industry"], rows["high_industry"], color=colours, lw=1.3)
    ax.hlines(y, rows["low"], rows["high"], color=colours, lw=5, alpha=0.45)
    ax.scatter(rows["estimate"], y, color=colours, s=46, zorder=3)
    for height, value, colour in zip(y, rows["estimate"], colours, strict=True):
        ax.annotate(_signed(value), (value, height), xytext=(0, -15), textcoords="offset points",
                    ha="center", color=colour, fontsize=9.5)  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _finish(ax: Axes, y: np.ndarray, labels: pd.Series, xlabel: str | None = None) -> None:
    zero_line(ax)
    _rows(ax, y, labels)
    ax.set_xlabel(f"{XLABEL}\n{INTERVALS}" if xlabel is None else xlabel, fontsize=10)


def _rows(ax: Axes, y: np.ndarray, labels: pd.Series) -> None:
    ax.set_yticks(y, labels, fontsize=10, color=INK)
    ax.set_ylim(-0.7, len(y) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
