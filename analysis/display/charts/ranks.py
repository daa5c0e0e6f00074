"""How much an entity's rank owes to the choice of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, GREEN, MUTED, ORANGE, PURPLE, RULE, subplots

if TYPE_CHECKING:
    import pandas as pd

MARKS = {
    "entropy": ("o", BLUE),
    "equal": ("s", ORANGE),
    "pca": ("^", GREEN),
    "critic": ("D", PURPLE),
    "topsis": ("x", MUTED),
}


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
    figure, ax = subplots(height=0.2 * len(ranks) + 1.0)
    rows = range(len(ranks))
    ax.hlines(rows, ranks["random_p05"], ranks["random_p95"], color=RULE, lw=6)
    for scheme, (marker, colour) in MARKS.items():
        if scheme in ranks:
            ax.scatter(
                ranks[scheme], rows, marker=marker, color=colour, s=20, label=scheme, zorder=3
            )
    ax.set_yticks(rows, labels.loc[ranks.index], fontsize=9)
    ax.set_xlabel(
        "rank (1 = highest); bar: 5th to 95th percentile under random weights", fontsize=9.5
    )
    ax.set_xlim(0, len(ranks) + 1)
    ax.set_ylim(-0.7, len(ranks) - 0.3)
    ax.set_title(title)
    figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=9, handletextpad=0.1)
    return Picture(figure)
