"""An estimate under many specifications, sorted, with what each specification chose below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.display.picture import Picture
from analysis.display.theme import BLUE, INK, MUTED, ORANGE, subplots, zero_line

if TYPE_CHECKING:
    import pandas as pd

CHOICES = ("effects", "lag", "sample", "controls")


def specification_curve(table: pd.DataFrame, declared: float) -> Picture:
    """Draw the curve.

    Parameters
    ----------
    table
        One row per specification: ``estimate`` in within-SDs, ``p`` and the columns of `CHOICES`,
        whose values are listed in the order in which they come.
    declared
        Estimate of the declared specification, marked by a line.
    """
    ordered = table.sort_values("estimate", ignore_index=True)
    names = [(c, v) for c in CHOICES if len(ordered[c].unique()) > 1 for v in table[c].unique()]
    figure, (top, bottom) = subplots(
        2, 1, height=2.6 + 0.2 * len(names), sharex=True,
        gridspec_kw={"height_ratios": [2.2, 0.2 * max(len(names), 1)]},
    )  # fmt: skip
    x = np.arange(len(ordered))
    strong = (ordered["p"] < 0.05).to_numpy()
    top.scatter(x[~strong], ordered["estimate"][~strong], s=10, color=MUTED, lw=0)
    top.scatter(x[strong], ordered["estimate"][strong], s=14, color=BLUE, lw=0)
    top.axhline(declared, color=ORANGE, lw=1.2)
    # The words stand at the end of the line from which the dots are far.
    low = (ordered["estimate"] < declared).mean() < 0.5
    top.text(x[-1] if low else 0, declared, "declared", color=ORANGE, fontsize=9.5, va="bottom",
             ha="right" if low else "left")  # fmt: skip
    zero_line(top, axis="y")
    top.set_ylabel("estimate, within-SDs", fontsize=10)
    top.set_title("blue: CR1 p below 0.05", fontsize=10, color=BLUE)
    for row, (choice, value) in enumerate(names):
        chosen = (ordered[choice] == value).to_numpy()
        bottom.plot(x[chosen], np.full(chosen.sum(), row), "|", color=INK, ms=5, alpha=0.7)
    words = [f"lag {v}" if c == "lag" else str(v).replace("_", " ") for c, v in names]
    bottom.set_yticks(range(len(names)), words, fontsize=9.5)
    bottom.set_ylim(len(names) - 0.5, -0.5)
    bottom.set_xticks([])
    bottom.tick_params(axis="y", length=0)
    bottom.set_xlabel(f"{len(ordered)} specifications, sorted by estimate", fontsize=10)
    return Picture(figure)
