"""An event on a further data set as a book shows it: its path in words and in a fold."""

from __future__ import annotations

import pandas as pd

from analysis.claims import Exhibit, Record
from analysis.data.codebook import Codebook
from analysis.display.charts import draw
from analysis.display.html import Html, figure, folded, grid_table
from analysis.inference.cells import signed

__all__ = ["event_block", "path_words"]

# In the order in which a reader asks: what happened, against whom, was it so before, who else.
GRIDS = ("path", "controls", "before", "bounds", "other_pilots")


def event_block(record: Record, book: Codebook | None) -> Html:
    """Fold path, controls, years before, bounds and other pilots of an event; else nothing."""
    shown = record.shown
    if "picture" not in shown.exhibits:
        return Html("")
    picture = shown.exhibits["picture"]
    who = f"{record.id} on {book.roles.entities if book else record.dataset}"
    caption = f"{who}: years before the event shaded. Exploratory; decides no verdict."
    grids = [name for name in GRIDS if name in shown.grids]
    what = "controls, bounds, other pilots there" if "bounds" in grids else "the test of them"
    return folded(
        f"{who}: the years before and after, {what}",
        figure(draw(picture).svg(), f"{who}. {path_words(picture)}", caption).text,
        *(grid_table(shown.grids[name]).text for name in grids),
    )


def path_words(picture: Exhibit) -> str:
    """Say the path of an event for those who do not see it.

    Parameters
    ----------
    picture
        An `event_path`: rows ``event_time`` or ``year``, ``estimate, low, high, reference``.
    """
    shown = dict(picture.values)
    path, start = shown["path"], shown.get("start", 0)
    before = path["event_time" if "event_time" in path else "year"] < start
    free = ~path["reference"].astype(bool)
    return (
        "Path of the effect by year with intervals. Before the event "
        f"{_range(path[free & before])}; from then on {_range(path[free & ~before])}."
    )


def _range(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "nothing is estimated"
    low, high = (signed(float(v), 2) for v in (rows["estimate"].min(), rows["estimate"].max()))
    out = int(((rows["low"] > 0) | (rows["high"] < 0)).sum())
    if len(rows) == 1:
        return f"one estimate, {low}, whose interval {'leaves zero out' if out else 'holds zero'}"
    return f"{len(rows)} estimates from {low} to {high}, {out} with zero outside the interval"
