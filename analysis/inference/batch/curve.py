"""The specification curve: one claim under every defensible way of estimating it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.certified import warning_for
from analysis.errors import SpecificationError
from analysis.inference.batch.grid import Grid
from analysis.inference.coefficients import jsonable
from analysis.inference.report import html_grid, plain_number
from analysis.models import Dropped, Specification, fit_many
from analysis.models.kernel import Batch, Kernel
from analysis.models.many import Dated, dated_name, wide

if TYPE_CHECKING:
    from analysis.data import Panel

__all__ = ["Curve", "specification_curve"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Estimates of one claim under many specifications.

    Attributes
    ----------
    table : DataFrame
        One row per specification: ``outcome, term, effects, lag, sample, controls`` (how many),
        ``estimate, se, t, p, low, high`` (CR1, t(G−1)), ``scale`` (times the estimate gives
        within-SDs per within-SD), ``n, clusters, parameters, refused``.
    uses : DataFrame
        Same rows, one bool column per candidate control: for the panel below the picture.
    level : float
        1 − coverage of the intervals.
    dropped : mapping
        "lag 1, all years" -> rows of the panel left out, by reason; empty where specifications have
        rows of their own.
    notes : tuple of str
        What a reader should know.
    """

    table: pd.DataFrame
    uses: pd.DataFrame
    level: float
    dropped: dict[str, tuple[Dropped, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """One row per specification, estimates ascending within standardised size."""
        both = pd.concat([self.table, self.uses], axis=1)
        size = (both["estimate"] * both["scale"]).rename("standardised")
        return both.assign(standardised=size).sort_values("standardised", ignore_index=True)

    def summary(self) -> dict[str, float | int]:
        """Count signs and rejections; median and range in within-SDs per within-SD."""
        kept = self.table[~self.table["refused"]]
        size, reject = kept["estimate"] * kept["scale"], kept["p"] < self.level
        return {
            "specifications": len(self.table),
            "refused": int(self.table["refused"].sum()),
            "positive": float((kept["estimate"] > 0).mean()),
            "positive_and_rejected": float(((kept["estimate"] > 0) & reject).mean()),
            "negative_and_rejected": float(((kept["estimate"] < 0) & reject).mean()),
            "median": float(size.median()),
            "lowest": float(size.min()),
            "highest": float(size.max()),
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        return {
            "summary": jsonable(self.summary()),
            "specifications": [jsonable(row) for row in self.tidy().to_dict("records")],
            "level": self.level,
            "dropped": {key: list(map(str, lost)) for key, lost in self.dropped.items()},
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        found = self.summary()
        rows = [
            ("Specifications", f"{found['specifications']:,}"),
            ("Positive", f"{found['positive']:.0%}"),
            ("Positive, null rejected", f"{found['positive_and_rejected']:.0%}"),
            ("Negative, null rejected", f"{found['negative_and_rejected']:.0%}"),
            ("Median, within-SDs", plain_number(found["median"], 0.1)),
            ("Range", f"{plain_number(found['lowest'], 0.1)} to "
                      f"{plain_number(found['highest'], 0.1)}"),
        ]  # fmt: skip
        return html_grid("Specification curve", ("", "All specifications"), rows, self.notes)


def specification_curve(
    specs: Grid | Iterable[Specification],
    panel: Panel,
    *,
    level: float = 0.05,
    shared_rows: bool = True,
) -> Curve:
    """Estimate a claim in every specification of a grid, or in a list of them.

    With a grid, all specifications of one lag and sample use the rows on which every part of the
    grid is observed, so that they differ in nothing but the specification (Simonsohn, Simmons and
    Nelson 2020, Nature Human Behaviour 4, 1208–1214). A list keeps the rows of each.

    A curve shows how much a result owes to choices; it is not a test, because its specifications
    share their data. Counting rejections says nothing about the null without a bootstrap of the
    whole curve.

    Parameters
    ----------
    specs : Grid or iterable of Specification
        The first regressor of a specification is the one that is followed.
    panel : Panel
        The full grid of entities and years.
    level : float
        1 − coverage of the intervals.
    shared_rows : bool
        False lets each specification of a grid use all rows it can: as a list would.

    Raises
    ------
    SpecificationError
        An empty or oversized grid, no rows, or too many terms for the clusters.
    UnknownNameError
        A name is not in the panel.
    """
    if not 0 < level < 1:
        raise SpecificationError(f"Level {level} must lie between 0 and 1: 0.05 gives 95%.")
    if isinstance(specs, Grid) and shared_rows:
        return _from_grid(specs, panel, level)
    return _from_list(tuple(specs), panel, level)


def _from_grid(grid: Grid, panel: Panel, level: float) -> Curve:
    subsets = grid.subsets
    tables, dropped = [], {}
    for lag in grid.lags:
        # An outcome is read in the year of the row, everything else `lag` years before.
        left = {y: (y, 0) for y in grid.outcomes}
        right = {x: (x, lag) for x in (*grid.regressors, *grid.always, *grid.controls)}
        for sample in grid.samples:
            columns = list(dict.fromkeys((*left.values(), *right.values())))
            like = grid.specification(*grid.pairs[0], grid.effects[0], lag, sample, ())
            found = wide(columns, (), like, panel, grid.effects)
            dropped[f"lag {lag}, {sample}"] = found.rows.dropped
            for effects in grid.effects:
                kernel, design = found.kernel(effects)
                at = {c: kernel.column(dated_name(c)) for c in columns}
                outcomes, terms = _positions(grid, subsets, at, left, right)
                batch = kernel.solve(outcomes, terms, every=False)
                table = _table(batch, outcomes, terms[:, 0], design.within_sd, kernel, level)
                table.insert(0, "outcome", np.repeat([y for y, _ in grid.pairs], len(subsets)))
                table.insert(1, "term", np.repeat([x for _, x in grid.pairs], len(subsets)))
                table.insert(2, "effects", effects)
                table.insert(3, "lag", lag)
                table.insert(4, "sample", str(sample))
                table.insert(5, "controls", np.tile(subsets.sum(axis=1), len(grid.pairs)))
                tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    uses = pd.DataFrame(
        np.tile(subsets, (len(table) // len(subsets), 1)), columns=list(grid.controls)
    )
    note = "Specifications of one lag and sample share their rows."
    return Curve(table, uses, level, dropped, _notes(table, note))


def _positions(
    grid: Grid,
    subsets: np.ndarray,
    at: dict[Dated, int],
    left: dict[str, Dated],
    right: dict[str, Dated],
) -> tuple[np.ndarray, np.ndarray]:
    """Columns of the kernel for every pair and subset; terms start with the regressor."""
    controls = np.array([at[right[c]] for c in grid.controls], dtype=int)
    order = np.argsort(~subsets, axis=1, kind="stable")  # members first, padding last
    members = np.where(np.take_along_axis(subsets, order, 1), controls[order], -1)
    always = np.tile([at[right[c]] for c in grid.always], (len(subsets), 1)).astype(int)
    outcomes, terms = [], []
    for y, x in grid.pairs:
        outcomes.append(np.full(len(subsets), at[left[y]]))
        terms.append(np.column_stack([np.full(len(subsets), at[right[x]]), always, members]))
    return np.concatenate(outcomes), np.concatenate(terms)


def _table(
    batch: Batch, outcomes: np.ndarray, first: np.ndarray, within_sd: np.ndarray,
    kernel: Kernel, level: float,
) -> pd.DataFrame:  # fmt: skip
    groups = len(kernel.cluster_labels)
    estimate, se = batch.coefficients[:, 0], batch.errors[:, 0]
    reach = float(stdtrit(groups - 1, 1 - level / 2)) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = within_sd[first] / within_sd[outcomes]
    return pd.DataFrame(
        {
            "estimate": estimate,
            "se": se,
            "t": batch.t[:, 0],
            "p": batch.p[:, 0],
            "low": estimate - reach,
            "high": estimate + reach,
            "scale": scale,
            "n": kernel.n,
            "clusters": groups,
            "parameters": batch.parameters,
            "refused": batch.refused,
        }
    )


def _from_list(specs: tuple[Specification, ...], panel: Panel, level: float) -> Curve:
    found = fit_many(specs, panel)
    first = found.table.groupby("specification").first(skipna=False)
    reach = stdtrit(first["clusters"] - 1, 1 - level / 2) * first["se"]
    table = pd.DataFrame(
        {
            "outcome": [s.outcome for s in specs],
            "term": [s.terms[0] for s in specs],
            "effects": [s.effects for s in specs],
            "lag": [s.lag_of(s.terms[0]) for s in specs],
            "sample": [str(s.sample) for s in specs],
            "controls": [len(s.controls) for s in specs],
        }
    )
    table[["estimate", "se", "t", "p"]] = first[["estimate", "se", "t", "p"]]
    table["low"], table["high"] = first["estimate"] - reach, first["estimate"] + reach
    rest = ["scale", "n", "clusters", "parameters", "refused"]
    table[rest] = first[rest]
    names = dict.fromkeys(c for s in specs for c in s.controls)
    uses = pd.DataFrame({c: [c in s.controls for s in specs] for c in names}, index=table.index)
    note = "Each specification uses every row it can."
    return Curve(table, uses, level, {}, _notes(table, note))


def _notes(table: pd.DataFrame, rows: str) -> tuple[str, ...]:
    notes = [rows, "CR1 with t(G−1). A curve is not a test: its specifications share their data."]
    if lost := int(table["refused"].sum()):
        notes.append(f"{lost:,} specifications have no solution and are left out of the summary.")
    return (*notes, *filter(None, [warning_for("cr1")]))
