"""What a formula gives: one estimate, or one per group with tests of their difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.inference.cells import Grid, interval, plain_number
from analysis.inference.result import PanelResult, Result, Row, named, share

__all__ = ["Asked", "Difference", "FormulaEstimate", "GroupedEstimate"]

_UNCLUSTERED = {"hc1": "heteroskedasticity-robust (HC1)", "classical": "classical errors (iid)"}
_FACTORS = {
    "hc1": "HC1: White's sandwich times n/(n−K)",
    "classical": "Classical: one variance of the noise, e'e/(n−K)",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was estimated: the formula and its options, as they were given.

    `effects` are the absorbed columns, "region^year" for a combination. `errors` is "cr1" where
    rows are clustered; without clusters it is "hc1" or "classical" and `cluster` is empty.
    """

    formula: str
    outcome: str
    effects: tuple[str, ...]
    cluster: tuple[str, ...]
    weights: str | None = None
    include: str | None = None
    exclude: str | None = None
    errors: str = "cr1"

    def __str__(self) -> str:
        told = {"weighted by": self.weights, "only": self.include, "without": self.exclude}
        more = "".join(f"; {word} {text}" for word, text in told.items() if text)
        how = _UNCLUSTERED.get(self.errors) or f"clustered by {' and '.join(self.cluster)}"
        return f"{self.formula}; {how}{more}"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FormulaEstimate(PanelResult):
    """One regression given as a formula.

    `terms` are in the order of the formula, with the constant first where there is one. `clusters`
    is G, the smaller of two, and 0 where rows are not clustered; `dof` are the degrees of freedom
    of t. `within_r2` is a share of the variance beyond the effects, or of all variance without any.
    `covariance`, (k, k), is that of the standard errors, in the order of `terms`.
    """

    specification: Asked
    outcome_label: str
    nouns: tuple[str, str]
    terms: tuple[Row, ...]
    n_years: int
    clusters: int
    dof: int
    cluster_counts: tuple[int, ...]
    parameters: int
    within_r2: float
    omitted: tuple[str, ...]
    covariance: np.ndarray = field(repr=False)
    listed: ClassVar[tuple[str, ...]] = ("convention",)

    @property
    def convention(self) -> str:
        """How the standard errors were computed, for the foot of a table."""
        if factor := _FACTORS.get(self.specification.errors):
            return (
                f"{factor}, K = {self.parameters} (slopes, constant, effects); rows of one "
                f"{self.nouns[0]} count as independent. p-values and intervals from t(n−K)."
            )
        counts = ", ".join(map(str, self.cluster_counts))
        two = "" if len(self.cluster_counts) < 2 else " with the smaller G"
        jackknife = "" if np.isnan([t.se_cr3 for t in self.terms]).all() else (
            "CR3: leave-one-cluster-out jackknife with every effect re-estimated, factor (G−1)/G. "
        )  # fmt: skip
        return (
            f"Clustered by {' and '.join(self.specification.cluster)}, G = {counts}. CR1: factor "
            f"G/(G−1)·(n−1)/(n−K){two}, K = {self.parameters} (slopes, constant, effects not "
            f"nested in clusters). {jackknife}p-values and intervals from t(G−1)."
        )

    def grid(self) -> Grid:
        """Return the regression table with this column alone."""
        third = not np.isnan([t.se_cr3 for t in self.terms]).all()
        heads = ["Term", "Estimate (SE)", f"{share(self.level)} interval", "p"]
        rows = [
            [
                t.label, f"{plain_number(t.estimate, t.se)} ({plain_number(t.se, t.se)})",
                interval(t.low, t.high, t.se), f"{t.p:.3f}",
                *([interval(t.low_cr3, t.high_cr3, t.se)] if third else []),
            ]
            for t in self.terms
        ]  # fmt: skip
        heads += ["CR3 interval"] if third else []
        used = (
            f"{self.n:,} rows, {self.n_entities:,} {self.nouns[1]}, {self.first_year}–"
            f"{self.last_year}; R² {self.within_r2:.3f}"
            f"{' beyond the effects' if self.specification.effects else ''}. {self._left_out()}"
        )
        notes = (str(self.specification) + ".", used, self.convention, *self.notes)
        return Grid.of(self.outcome_label, heads, rows, notes)

    def _left_out(self) -> str:
        lost = sum(d.rows for d in self.dropped)
        why = f" ({'; '.join(map(str, self.dropped))})" if self.dropped else ""
        return f"Left out {lost:,} of {self.grid_rows:,} rows{why}."


@dataclass(frozen=True, slots=True)
class Difference:
    """A Wald test that coefficients are the same in all groups.

    `term` is one term, or "all terms"; `f` is W/q, read in F(q, G−1), or F(q, n−K) without
    clusters: `dof` and `dof_error`.
    """

    term: str
    f: float
    dof: int
    dof_error: int
    p: float


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class GroupedEstimate(Result):
    """One estimate per group; `result["east"]` gives one.

    `tests` come from the regression in which every term and every effect is interacted with the
    group, on the rows of all groups: it has the same coefficients, and its errors know of clusters
    that lie in several groups.
    """

    by: str
    groups: tuple[tuple[str, FormulaEstimate], ...]
    tests: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The groups, in order."""
        return tuple(name for name, _ in self.groups)

    def __getitem__(self, name: object) -> FormulaEstimate:
        return named(dict(self.groups), "group", str(name), "these estimates")

    def __iter__(self) -> Iterator[FormulaEstimate]:
        return (estimate for _, estimate in self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def rows(self) -> Sequence[Any]:
        """Return the tests of difference."""
        return self.tests

    def tidy(self) -> pd.DataFrame:
        """One row per group and term, the group first."""
        tables = {name: estimate.tidy().assign(n=estimate.n) for name, estimate in self.groups}
        stacked = pd.concat(tables, names=[self.by])
        return stacked.reset_index(level=0).reset_index(drop=True)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**Result.to_dict(self), "groups": {n: e.to_dict() for n, e in self.groups}}

    def grid(self) -> Grid:
        """Return the groups side by side, with the p-value of the test that they are equal."""
        tests = {t.term: t for t in self.tests}
        lines = {line.term: line.label for e in self for line in e.terms}
        rows = []
        for term, label in lines.items():
            cells = [
                next((
                    f"{plain_number(t.estimate, t.se)}\n({plain_number(t.se, t.se)})"
                    for t in e.terms if t.term == term
                ), "–")
                for e in self
            ]  # fmt: skip
            rows.append([label, *cells, f"{tests[term].p:.3f}" if term in tests else "–"])
        if "all terms" in tests:
            rows.append(["All terms", *("" for _ in self), f"{tests['all terms'].p:.3f}"])
        rows.append(["Rows", *(f"{e.n:,}" for e in self), ""])
        first = self.groups[0][1]
        kind = {"cr1": "CR1", "hc1": "HC1"}.get(first.specification.errors, "classical")
        notes = (
            f"{first.specification.formula}, by {self.by}: estimate, ({kind} standard error).",
        )
        return Grid.of(
            first.outcome_label, ["Term", *self.names, "p of equality"], rows,
            notes + self.notes,
        )  # fmt: skip
