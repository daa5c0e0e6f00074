"""Permuted assignment: the test for events that reach a handful of entities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError, require_seed
from analysis.inference.cells import Grid, interval, plain_number
from analysis.inference.events import permutation
from analysis.inference.events.cells import cells, loadings, weights
from analysis.inference.events.data import CONTROLS, NEVER, EventData, event_data
from analysis.inference.events.study import about
from analysis.inference.options import checked
from analysis.inference.result import Result, share
from analysis.models import Sample
from analysis.models.treatment import EventDesign

__all__ = ["Randomisation", "randomisation_test"]

_STATISTICS = ("att", "t")
SEED = 20261123
DRAWS = 4999
THIRDS = 3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Randomisation(Result):
    """Result of `randomisation_test`.

    Attributes
    ----------
    statistic : str
        "att" or "t".
    observed, estimate, p : float
        The statistic, the average effect on the exposed, and the two-sided p.
    low, high : float
        Effects, taken as constant, that the test does not reject; NaN for "t".
    exact, assignments : bool, int
        Whether every assignment was computed, and how many were.
    smallest_p, headline : float, bool
        The smallest p this design can give; whether so few are exposed that this test should lead.
    strata, control : str
        Within what entities were exchanged, and who serves as control.
    distribution : ndarray
        The statistic under each assignment.
    data : EventData
        The rectangle behind the numbers.
    """

    statistic: str
    observed: float
    estimate: float
    p: float
    low: float
    high: float
    exact: bool
    assignments: int
    smallest_p: float
    headline: bool
    strata: str
    control: str
    level: float
    seed: int
    distribution: np.ndarray = field(repr=False)
    data: EventData = field(repr=False)
    notes: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return the test in one line."""
        other = ("level", "seed", "distribution", "data", "notes")
        return [{name: getattr(self, name) for name in self.__slots__ if name not in other}]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        return {**Result.to_dict(self), **about(self.data)}

    def grid(self) -> Grid:
        """Return effect, p, interval and how the p came about."""
        unit = (self.high - self.low) / 4
        how = "all" if self.exact else "draws, seeded"
        rows = [
            ("Average effect on the exposed", plain_number(self.estimate, unit)),
            ("p, two-sided", f"{self.p:.3f}"),
            ("Assignments", f"{self.assignments:,} ({how})"),
            ("Exchanged within", self.strata),
        ]
        if self.statistic == "att":
            ends = interval(self.low, self.high, unit)
            rows.insert(2, (f"{share(self.level)} interval", ends))
        caption = f"{self.data.event}, starts permuted"
        return Grid.of(caption, ("", "Value"), rows, (self.data.rows_note, *self.notes))


@checked
def randomisation_test(
    design: EventDesign, outcome: str, panel: Panel, *, statistic: str = "att",
    control: str = "not_yet_treated", strata: str | None = None, draws: int = DRAWS,
    seed: int = SEED, sample: Sample | None = None, level: float = 0.05,
) -> Randomisation:  # fmt: skip
    """Compare the effect of an event with effects it would seem to have had elsewhere.

    The starts are kept as a multiset and dealt out anew to the entities; the average effect on the
    exposed (Callaway and Sant'Anna 2021, "simple") is computed for every way of dealing, or for
    `draws` of them. p is the share of assignments with a statistic at least as far from zero:
    exact where all of at most 20,000 assignments are listed, (1 + count)/(1 + draws) otherwise
    (Fisher 1935; Young 2019, Quarterly Journal of Economics 134(2)).

    Parameters
    ----------
    design, outcome, panel, sample, draws, seed
        As in `event_study`; draws and their seed serve designs too large to list.
    statistic : str
        "att" tests that the event did nothing to anyone. "t" divides by an error that lets
        variances differ between cohorts; it needs two entities in every cohort.
    control : str
        "not_yet_treated" or "never_treated".
    strata : str, optional
        "region", a column of the table of entities, or a variable of the panel, cut into thirds
        by its value in the first year: entities are exchanged within strata only.
    level : float
        1 − coverage of the interval, which inverts the test under a constant effect.

    Returns
    -------
    Randomisation
        Effect, its p over re-assignments.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `event_study`; the strata leave a single assignment; "t" with a cohort of one.

    Notes
    -----
    The test takes assignment as random within strata. Pilots are chosen, so it answers whether the
    effect stands out among entities, not whether the event caused it.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.data import load_policies
    >>> from analysis.models import EventDesign
    >>> panel = load("china")
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> 0 < randomisation_test(design, "urbanisation_rate", panel, draws=199).p <= 1
    True
    """
    _check(statistic, control, draws, level)
    data = event_data(design, outcome, panel, sample)
    found = cells(data.starts, data.years, control)
    table = loadings(found, weights(found, "simple"))
    code = np.searchsorted(found.levels, data.starts)
    groups, words = strata_of(data, panel, strata)
    rng = np.random.default_rng(require_seed(seed))
    dealt, exact = permutation.assignments(code, groups, draws, rng)
    if exact and len(dealt) == 1:
        raise SpecificationError(
            f"Within {words} the starts of '{design.name}' can be dealt out in one way only: use "
            "coarser strata."
        )
    scores = data.y @ table.T
    values = permutation.summaries(scores, dealt)
    observed = estimate = float(permutation.summaries(scores, code[None])[0])
    low = high = float("nan")
    if statistic == "t":
        values, observed = permutation.studentised(scores, found.levels, dealt, code)
    else:
        exposed = (data.starts != NEVER)[:, None] & (data.years >= data.starts[:, None])
        slopes = permutation.summaries(exposed.astype(float) @ table.T, dealt)
        low, high = permutation.inverted_interval(estimate, values, slopes, exact, level)
    smallest = 1 / (len(dealt) + (not exact))
    return Randomisation(
        statistic=statistic, observed=observed, estimate=estimate,
        p=permutation.permutation_p(observed, values, exact), low=low, high=high, exact=exact,
        assignments=len(dealt), smallest_p=smallest, headline=data.few, strata=words,
        control=control, level=level, seed=seed, distribution=values, data=data,
        notes=_notes(data, smallest, level),
    )  # fmt: skip


def _check(statistic: str, control: str, draws: int, level: float) -> None:
    given = {"statistic": (statistic, _STATISTICS), "control": (control, CONTROLS)}
    for kind, (name, known) in given.items():
        if name not in known:
            raise UnknownNameError(kind, name, known, "randomisation_test")
    if draws < 99:
        raise SpecificationError(
            f"{draws} draws at level {level} cannot make a test: give at least 99 draws."
        )


def _notes(data: EventData, smallest: float, level: float) -> tuple[str, ...]:
    out = [
        *data.notes,
        "The test takes the assignment of starts as random within strata; pilots are chosen, so "
        "it says whether the effect stands out, not what caused it.",
    ]
    if data.few:
        out.append(
            f"With {data.n_treated} exposed {data.nouns[1]} this is the headline test: clustered "
            "errors are too small for so few."
        )
    if smallest > level:
        out.append(f"The smallest p this design can give is {smallest:.2f}.")
    return (*out, *warnings_for(["randomisation"], data.shape))


def strata_of(data: EventData, panel: Panel, name: str | None) -> tuple[np.ndarray, str]:
    """Return a stratum per entity and words for it.

    `name` is None for a single stratum; "region" or another column of the table of entities, taken
    as it is; or a variable of the panel, cut into thirds by its value in the first year. Other
    names are refused, and an entity without a value.
    """
    if name is None:
        return np.zeros(len(data.entities), dtype=int), f"all {data.nouns[1]}"
    index, year = pd.Index(data.entities), int(data.years[0])
    if name in panel.entities.columns:
        values, words = panel.entities[name].reindex(index), name.replace("_", " ")
    elif name in panel:
        values, words = panel[name].xs(year, level=1).reindex(index), f"thirds of {name} in {year}"
    else:
        known = [*map(str, panel.entities.columns), *map(str, panel.frame.columns)]
        raise UnknownNameError("stratum", name, known, "the panel")
    if values.isna().any():
        raise SpecificationError(
            f"{values.index[values.isna()][0]} has no value of '{name}' to put it in a stratum: "
            "give it one, exclude it, or choose other strata."
        )
    if name not in panel.entities.columns:
        # Ranks first, so that ties never empty a third.
        values = (values.rank(method="first") - 1) * THIRDS // len(values)
    return pd.factorize(values, sort=True)[0], words
