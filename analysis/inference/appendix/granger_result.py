"""What a panel Granger test says, one part for each direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.errors import UnknownNameError
from analysis.inference.cells import Grid, plain_number
from analysis.inference.result import Result
from analysis.models import Dropped, Specification

__all__ = ["Causality", "DumitrescuHurlin"]


@dataclass(frozen=True, slots=True, eq=False)
class Causality:
    """The test of one arrow: whether the cause helps to predict the effect in some entity.

    Attributes
    ----------
    wald_mean : float
        W̄, the mean over entities of K times the F statistic.
    z_bar, p_bar, z_tilde, p_tilde : float
        Standardised for many and for few years, each with its two-sided p from the normal, which
        takes entities as independent.
    p_bootstrap : float
        Share of simulated W̄ at least as large, entities dependent as in the data; one-sided,
        because only a large W̄ speaks for causality.
    shortest, longest : int
        Fewest and most rows of an entity.
    individual : DataFrame
        By entity: ``wald`` and ``rows``.
    """

    cause: str
    effect: str
    cause_label: str
    effect_label: str
    wald_mean: float
    z_bar: float
    p_bar: float
    z_tilde: float
    p_tilde: float
    p_bootstrap: float
    n: int
    n_entities: int
    shortest: int
    longest: int
    individual: pd.DataFrame
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DumitrescuHurlin(Result):
    """Two tests of no Granger causality, one for each direction.

    Attributes
    ----------
    directions : tuple of Causality
        Regressor to outcome first, then back.
    order, demeaned : int, bool
        K, lags of both; whether the mean over entities of each year was taken out.
    """

    specification: Specification
    directions: tuple[Causality, Causality]
    order: int
    demeaned: bool
    draws: int
    seed: int
    grid_rows: int
    notes: tuple[str, ...]

    def of(self, cause: str) -> Causality:
        """Return the test in which `cause` is the cause."""
        for direction in self.directions:
            if direction.cause == cause:
                return direction
        raise UnknownNameError("cause", cause, [d.cause for d in self.directions], "this test")

    def rows(self) -> list[dict[str, Any]]:
        """Return one line per direction."""
        names = [name for name in Causality.__slots__ if name not in ("individual", "dropped")]
        return [{name: getattr(d, name) for name in names} for d in self.directions]

    def grid(self) -> Grid:
        """Return the table."""
        rows = [
            [f"{d.cause_label} → {d.effect_label}", plain_number(d.wald_mean, 0.1),
             f"{plain_number(d.z_tilde, 0.1)} (p = {d.p_tilde:.3f})", f"{d.p_bootstrap:.3f}",
             f"{d.n_entities:,} × {d.shortest}–{d.longest}"]
            for d in self.directions
        ]  # fmt: skip
        heads = ["Cause → effect", "Mean Wald", "Z-tilde", "Bootstrap p", "Entities × years"]
        return Grid.of("Panel Granger test", heads, rows, self.notes)
