"""The tables of a claim as plain text: columns, secondary readings, ingredients, questions."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.claims.evaluated import Evaluated, Reading
from analysis.claims.evidence import Evidence
from analysis.claims.numbers import scaled
from analysis.claims.protocol import Answer
from analysis.inference.cells import Grid, signed
from analysis.inference.report import regression_grid
from analysis.models import EFFECTS

__all__ = ["checks_grid", "claim_grids", "slope_cell"]

PASSED = {True: "yes", False: "no", None: "–"}


def claim_grids(made: Evaluated, answers: tuple[Answer, ...]) -> dict[str, Grid]:
    """Return the tables of a claim by name.

    Parameters
    ----------
    made : Evaluated
        The claim.
    answers : tuple of Answer
        To the questions of the protocol.

    Returns
    -------
    dict of str to Grid
        ``columns`` and ``columns2`` and so on for each part; ``checks``, ``secondary``,
        ``ingredients`` and ``protocol`` where there is something to show; ``horizons`` for a local
        projection.
    """
    out = {
        "columns" if i == 0 else f"columns{i + 1}": regression_grid(
            reading.estimates.columns, scaled=True
        )
        for i, reading in enumerate(made.readings)
    }
    tables = {
        "checks": checks_grid(made.evidence),
        "secondary": _secondary(made),
        "ingredients": _ingredients(made),
        "protocol": _protocol(made, answers),
        "horizons": _horizons(made),
    }
    return {**out, **{name: grid for name, grid in tables.items() if grid is not None}}


def _protocol(made: Evaluated, answers: tuple[Answer, ...]) -> Grid | None:
    if not answers:
        return None
    return _words(
        f"Further questions to {made.claim.id} under two-way effects; they decide no verdict",
        ("Question", "Answer"),
        [(one.asks, one.found) for one in answers],
    )


def checks_grid(evidence: Evidence) -> Grid | None:
    """List what was asked besides the leading test, with the answers; None if nothing was."""
    if not evidence.checks:
        return None
    several = len(evidence.findings) > 1
    return _words(
        f"Checks of {evidence.claim.id}; a dash means that the question could not be put",
        ("Question", "Answer", "Passed"),
        [
            (f"{c.asks} (part {c.part + 1})" if several else c.asks, c.found, PASSED[c.passed])
            for c in evidence.checks
        ],
    )


def _words(caption: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Grid:
    return Grid(caption, heads, tuple(rows), style="book")


def _secondary(made: Evaluated) -> Grid | None:
    if not made.secondary:
        return None
    names = list(dict.fromkeys(name for r in made.secondary for name in r.estimates.names))
    rows = []
    for reading in made.secondary:
        replaced = reading.outcome if "outcome" in reading.name else reading.name.split()[-1]
        cells = (_cell(reading, name) if name in reading.lines else "–" for name in names)
        rows.append((made.panel.describe(replaced).label_en, *cells))
    return Grid.of(
        f"Secondary readings declared with {made.claim.id}, each with another outcome or "
        "regressor: effect in within-SDs, [95% CR3 interval], smallest detectable effect",
        ("Instead", *(EFFECTS[name].label for name in names)),
        rows,
    )


def _cell(reading: Reading, name: str) -> str:
    line = reading.lines[name]
    return f"{slope_cell(*scaled(line, line.scale))}\n{line.mde * line.scale:.2f}"


def _ingredients(made: Evaluated) -> Grid | None:
    shown = [t for t in made.ingredients if not t.empty]
    if not shown:
        return None
    both = pd.concat(shown, ignore_index=True).drop_duplicates(["side", "name", "estimate"])
    return Grid.of(
        f"{made.claim.id}, one ingredient at a time in place of its index: two-way effect in "
        "within-SDs, [95% CR3 interval]; exploratory",
        ("Ingredient", "Stands for", "Effect", "Rows"),
        [
            (r.label, r.side, slope_cell(r.estimate, r.low, r.high), str(r.n))
            for r in both.itertuples()
        ],
    )


def slope_cell(value: float, low: float, high: float) -> str:
    """Write a slope above its interval."""
    return f"{signed(value)}\n[{signed(low)}, {signed(high)}]"


def _horizons(made: Evaluated) -> Grid | None:
    """Each response in numbers, in the unit of its picture."""
    found = made.result.get("responses")
    if found is None:
        return None
    label = found.outcome_label
    return Grid.of(
        f"{made.claim.id} by horizon: within-SDs of {label[:1].lower()}{label[1:]}, "
        f"[95% CR3 interval], {found.columns[0].n} rows at every horizon",
        ("Years after", "Response", "Smallest detectable"),
        list(_horizon_rows(found)),
    )


def _horizon_rows(found: object) -> Iterator[tuple[str, str, str]]:
    unit = found.responses[0].scale
    for h, line in zip(found.horizons, found.responses, strict=True):
        yield f"{h}", slope_cell(*scaled(line, unit)), signed(line.mde * unit).lstrip("+")
    yield "late less early, means", slope_cell(*scaled(found.contrast, unit)), "–"
