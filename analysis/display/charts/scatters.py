"""Points: what a regression sees, entities side by side, who carries an estimate, ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from analysis.display import theme
from analysis.display.drawing import Picture, write
from analysis.inference.cells import signed

SCHEMES = {
    "entropy": ("o", theme.BLUE),
    "equal": ("s", theme.ORANGE),
    "pca": ("^", theme.GREEN),
    "critic": ("D", theme.PURPLE),
    "topsis": ("X", theme.MUTED),
}


def residual_scatter(
    x: np.ndarray, y: np.ndarray, slope: float, xlabel: str, ylabel: str, bins: int = 12
) -> Picture:
    """Draw what the regression sees: both variables after effects and controls are taken out.

    Parameters
    ----------
    x, y
        Partialled-out regressor and outcome, one value per row (Frisch-Waugh-Lovell: the line
        through them has exactly the regression's slope).
    slope
        The regression's coefficient.
    xlabel, ylabel
        What is left of each variable.
    bins
        Equal-count bins whose means are drawn on top.
    """
    figure, ax = theme.subplots(height=3.9)
    theme.zero_line(ax, color=theme.RULE)
    theme.zero_line(ax, axis="y", color=theme.RULE)
    sns.scatterplot(x=x, y=y, s=9, color=theme.MUTED, alpha=0.35, linewidth=0, ax=ax)
    # Means of both: seaborn's own bins stand at their middle, where few rows may be.
    means = pd.DataFrame({"x": x, "y": y}).groupby(pd.qcut(x, bins, duplicates="drop")).mean()
    sns.scatterplot(means, x="x", y="y", s=42, color=theme.BLUE, linewidth=0, zorder=3, ax=ax)
    span = np.array([x.min(), x.max()])
    ax.plot(span, slope * span, color=theme.ORANGE, lw=2)
    # Over a rising line and under a falling one there is room for words.
    side = 1 if slope >= 0 else -1
    write(ax, f"slope {signed(slope)}", (span[1], slope * span[1]), (-4, 8 * side), ha="right",
          va="bottom" if side > 0 else "top", color=theme.ORANGE)  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return Picture(figure)


def cross_section(
    means: pd.DataFrame, xlabel: str, ylabel: str, shade: str = "",
    sides: tuple[str, str] | None = None,
) -> Picture:  # fmt: skip
    """Draw one dot per entity over a log scale; some are named, marked or shaded.

    Parameters
    ----------
    means
        One row per entity; columns ``x, y, name`` (empty where the dot has no label), ``shade`` if
        dots are shaded, else ``marked``.
    xlabel, ylabel
        What the two are, with units.
    shade
        What the shade is, with its unit.
    sides
        What it means to lie left and right of one.
    """
    figure, ax = theme.subplots(height=4.1)
    if shade:
        dots = ax.scatter(means["x"], means["y"], c=means["shade"], cmap=theme.SEQUENTIAL, s=34,
                          lw=0.5, edgecolors=theme.INK, zorder=2)  # fmt: skip
        bar = figure.colorbar(dots, ax=ax, pad=0.02, aspect=28)
        bar.set_label(shade, fontsize=10)
        bar.ax.tick_params(labelsize=9.5)
    else:
        for marked, style in ((False, {"s": 20, "color": theme.MUTED, "alpha": 0.45}),
                              (True, {"s": 70, "color": theme.ORANGE, "zorder": 3})):  # fmt: skip
            part = means[means["marked"] == marked]
            sns.scatterplot(part, x="x", y="y", linewidth=0, ax=ax, **style)
    ax.set_xscale("log", base=2)
    low, high = np.ceil(np.log2(means["x"].min())), np.floor(np.log2(means["x"].max()))
    ticks = 2.0 ** np.arange(low, high + 1, max(1, int(np.ceil((high - low) / 6))))
    ax.set_xticks(ticks, [f"{v:g}" if v >= 1 else f"1/{1 / v:g}" for v in ticks])
    ax.minorticks_off()
    for row in means[means["name"] != ""].itertuples():
        write(ax, row.name, (row.x, row.y), (5, 5), fontsize=10.5, color=theme.INK, zorder=4,
              path_effects=[withStroke(linewidth=2.5, foreground=theme.PAPER)])  # fmt: skip
    if sides:
        theme.zero_line(ax, at=1)
        for words, ha in ((f"← {sides[0]} ", "right"), (f" {sides[1]} →", "left")):
            ax.text(1, 1.01, words, transform=ax.get_xaxis_transform(), ha=ha, va="bottom",
                    fontsize=10, color=theme.MUTED)  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.set_ylim(bottom=0)
    return Picture(figure)


def leave_one_out(rows: pd.DataFrame, full: float, xlabel: str, unit: str = "entity") -> Picture:
    """Draw one dot per cluster: the estimate without it, against its weight in the estimate.

    Parameters
    ----------
    rows
        Columns ``label``, ``without`` (estimate when the cluster is left out) and ``share`` (its
        share in what identifies the estimate, 0 to 1).
    full
        Estimate on all rows.
    xlabel
        The estimate with its unit.
    unit
        What one cluster is. Named are the two heaviest and those without which the estimate is
        smallest and largest.
    """
    figure, ax = theme.subplots(height=3.8)
    rows = rows.assign(percent=100 * rows["share"])
    ends = rows["without"].agg(["idxmin", "idxmax"])
    named = rows.index.isin(rows["share"].nlargest(2).index.union(pd.Index(ends)))
    theme.zero_line(ax)
    ax.axvline(full, color=theme.ORANGE, lw=1.3)
    for part, style in ((rows[~named], {"s": 24, "color": theme.MUTED, "alpha": 0.6}),
                        (rows[named], {"s": 44, "color": theme.BLUE, "zorder": 3})):  # fmt: skip
        sns.scatterplot(part, x="without", y="percent", linewidth=0, ax=ax, **style)
    for row in rows[named].itertuples():
        write(ax, row.label, (row.without, row.percent), (0, 6), ha="center", color=theme.INK,
              fontsize=10)  # fmt: skip
    write(ax, f"with all: {signed(full)}", (full, 1), (5, -3), color=theme.ORANGE, fontsize=10.5,
          xycoords=("data", "axes fraction"), va="top")  # fmt: skip
    values = [0.0, full, *rows["without"]]
    room = 0.1 * (np.ptp(values) or 1.0)
    ax.set_xlim(min(values) - room, max(values) + room)
    ax.set_ylim(0, rows["percent"].max() * 1.2)
    ax.set_xlabel(f"estimate without one {unit}, {xlabel}", fontsize=10)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.set_ylabel("share in what\nidentifies it, %")
    return Picture(figure)


def carriers(rows: pd.DataFrame, full: float, unit: str) -> Picture:
    """Draw the entities that weigh most in a slope, with the slope left without each.

    Parameters
    ----------
    rows
        Heaviest first; columns ``label``, ``share`` (0 to 1) and ``without``.
    full
        The slope on all rows.
    unit
        Of the slope.
    """
    figure, ax = theme.subplots(height=0.36 * len(rows) + 1.0)
    sns.barplot(rows, x="share", y="label", color=theme.BLUE, width=0.6, saturation=1,
                errorbar=None, ax=ax)  # fmt: skip
    ax.bar_label(ax.containers[0], fmt="{:.0%}", padding=4, color=theme.BLUE, fontsize=10)
    beside = {"ha": "center", "color": theme.ORANGE, "annotation_clip": False}
    for place, value in enumerate(rows["without"]):
        write(ax, signed(value), (1, place), (30, 0), xycoords=("axes fraction", "data"),
              va="center", **beside)  # fmt: skip
    write(ax, "without it", (1, 1), (30, 10), xycoords="axes fraction", fontsize=10.5, **beside)
    ax.set_xlim(0, 1.12 * float(rows["share"].max()))
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0, labelsize=10.5)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_title("share in what identifies the slope", fontsize=10.5, color=theme.BLUE)
    words = f"with all of them the slope is {signed(full)} {unit}"
    ax.set_xlabel(words, fontsize=10, color=theme.ORANGE)
    ax.set_ylabel("")
    return Picture(figure)


def rank_ranges(ranks: pd.DataFrame, labels: pd.Series, title: str) -> Picture:
    """Draw each entity's rank under every scheme and its range under random weights.

    Parameters
    ----------
    ranks
        One row per entity; a column per scheme and ``random_p05``, ``random_p95`` (the 5th and
        95th percentile of the rank under random weights). Rank 1 is the highest score.
    labels
        Names on the same index.
    title
        Name of the index.
    """
    ranks = ranks.sort_values("entropy", ascending=False)
    figure, ax = theme.subplots(height=0.2 * len(ranks) + 1.0)
    places = range(len(ranks))
    ax.hlines(places, ranks["random_p05"], ranks["random_p95"], color=theme.RULE, lw=6)
    for scheme, (marker, colour) in SCHEMES.items():
        if scheme in ranks:
            sns.scatterplot(x=ranks[scheme], y=places, marker=marker, color=colour, s=22, zorder=3,
                            linewidth=0, label=scheme, legend=False, ax=ax)  # fmt: skip
    ax.set_yticks(places, labels.loc[ranks.index], fontsize=9.5)
    words = "rank (1 = highest); bar: 5th to 95th percentile under random weights"
    ax.set_xlabel(words, fontsize=9.5)
    ax.set_xlim(0, len(ranks) + 1)
    ax.set_ylim(-0.7, len(ranks) - 0.3)
    ax.set_title(title)
    figure.legend(loc="outside lower center", ncols=5, fontsize=9.5, handletextpad=0.1)
    return Picture(figure)
