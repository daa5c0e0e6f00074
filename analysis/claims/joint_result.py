"""The joint answer of signed parts beside what placebo panels answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from analysis.claims.joint import Joint
from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, interval, plain_number
from analysis.inference.result import Result

__all__ = ["STATISTICS", "JointResult", "Place", "against", "independent_parts", "joint_result"]

STATISTICS = {
    "signs": "Signs as predicted",
    "mean": "Mean estimate",
    "z": "Combined z",
    "pooled": "Partially pooled mean",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statistic of the figures stands among those of placebo panels.

    `share` is (1 + panels with a value at least as large) / (1 + `panels`), the one-sided Monte
    Carlo p; `low`, `median` and `high` are 5th, 50th and 95th percentile of the placebo values.
    """

    statistic: str
    figure: float
    share: float
    low: float
    median: float
    high: float
    panels: int


def against(real: Joint, placebo: Sequence[Joint]) -> tuple[Place, ...]:
    """Place each of `STATISTICS` among those of a placebo family, large as predicted.

    Signs enter as a share, since a panel may lack a part; panels without parts do not count. If
    figures and placebo panels are exchangeable the share is uniform on its steps (Phipson and
    Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9, 39).

    Raises
    ------
    SpecificationError
        No parts, no panels, or p-values that were capped differently.
    """
    some = _panels(placebo, 1)
    if not real.parts:
        raise SpecificationError("No signed part has an estimate: there is nothing to place.")
    if other := {x.draws for x in some} - {real.draws}:
        raise SpecificationError(
            f"p-values are capped for {real.draws} draws in the figures and {min(other)} in a "
            "placebo panel: combine both with the same number."
        )
    return tuple(_place(name, real, some) for name in STATISTICS)


def _panels(placebo: Sequence[Joint], least: int) -> list[Joint]:
    some = [x for x in placebo if x.parts]
    if len(some) < least:
        raise SpecificationError(
            f"Panels of the placebo family with signed parts are too few, {len(some)}: "
            f"give {least} or more."
        )
    return some


def _place(name: str, real: Joint, placebo: Sequence[Joint]) -> Place:
    figure, values = getattr(real, name), np.array([getattr(x, name) for x in placebo])
    larger = int((values >= figure - 1e-12).sum())  # ties that were summed in another order
    low, median, high = map(float, np.quantile(values, (0.05, 0.5, 0.95)))
    return Place(
        name, figure, (1 + larger) / (1 + len(values)), low, median, high, len(values)
    )  # fmt: skip


def independent_parts(placebo: Sequence[Joint]) -> float:
    """Return how many independent parts would let the count of signs vary as it does.

    The count C of n independent fair signs has variance n/4, so its share C/n has 1/(4n). Parts on
    the same figures go together and the share varies more, as that of m < n independent signs:
    var(C) / n² = 1 / (4m), so m = n² / (4 var(C)). If any two signs correlate with r, then
    var(C) = n (1 + (n − 1) r) / 4 and m = n / (1 + (n − 1) r), Kish's effective sample size
    (Survey Sampling, 1965, section 8.2). m exceeds n where signs offset each other and is infinite
    if the share never varies. Signs that are not fair within the family (a part that leans one way
    in every panel) vary less and make m larger.

    Parameters
    ----------
    placebo : sequence of Joint
        Of one family and group; at least two with parts.
    """
    shares = np.array([x.signs for x in _panels(placebo, 2)])
    return 1 / (4 * float(shares.var(ddof=1))) if np.ptp(shares) > 0 else math.inf


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class JointResult(Result):
    """The joint answer of one group beside every placebo family.

    `group` is its name, `real` holds the statistics of the figures, `families` the places by name
    of the family and `independent` how many independent parts each family makes of them.
    """

    group: str
    real: Joint
    families: Mapping[str, tuple[Place, ...]] = field(repr=False)
    independent: Mapping[str, float]

    def rows(self) -> list[dict[str, Any]]:
        """Return one line per family and statistic."""
        return [
            {"family": name, **{f.name: getattr(place, f.name) for f in fields(Place)}}
            for name, places in self.families.items()
            for place in places
        ]

    def grid(self) -> Grid:
        """Return statistics by family: the share at least as large, below it the placebo values."""
        real = self.real
        figures = {
            "signs": f"{real.predicted} of {real.parts}",
            "mean": plain_number(real.mean, real.pooled_se),
            "z": plain_number(real.z, 0.1),
            "pooled": f"{plain_number(real.pooled, real.pooled_se)} "
            f"({plain_number(real.pooled_se, real.pooled_se)})",
        }
        by_name = [{x.statistic: x for x in places} for places in self.families.values()]
        rows = [
            (label, figures[name], *(_cell(places[name], real) for places in by_name))
            for name, label in STATISTICS.items()
        ]
        blank = [""] * len(self.families)
        for label, value in (("Median estimate", real.median), ("Spread (tau)", real.tau)):
            rows.append((label, plain_number(value, real.pooled_se), *blank))
        worth = (plain_number(x, 1.0) for x in self.independent.values())
        rows.append(("Independent parts", str(real.parts), *worth))
        heads = ("Statistic", "Figures", *self.families)
        return Grid.of(f"Signed parts together, {self.group}", heads, rows, self.foot)

    @property
    def foot(self) -> tuple[str, ...]:
        """Sentences under the table."""
        real, shown = self.real, []
        if self.families:
            shown.append(
                "Under each placebo family: share of panels with a value at least as large, and "
                "below it the median of the placebo values with their 5th and 95th percentile."
            )
        for count, why in ((real.zero_se, "has an SE of zero"), (real.missing, "lacks a number")):
            if count:
                shown.append(f"Left out because it {why}: {count} of the signed parts.")
        shown.append(
            "Estimates in within-SDs, positive as predicted. The error of the pooled mean takes "
            "the parts as independent; p-values below "
            f"1/{real.draws + 1:,} count as that in the combined z."
        )
        return tuple(shown)


def _cell(place: Place, real: Joint) -> str:
    if place.statistic == "signs":
        low, median, high = (f"{x:.0%}" for x in (place.low, place.median, place.high))
        return f"{place.share:.3f}\n{median} [{low}, {high}]"
    unit = 0.1 if place.statistic == "z" else real.pooled_se
    return (
        f"{place.share:.3f}\n{plain_number(place.median, unit)} "
        f"{interval(place.low, place.high, unit)}"
    )


def joint_result(group: str, real: Joint, placebo: Mapping[str, Sequence[Joint]]) -> JointResult:
    """Put the joint answer of a group beside placebo families, by name.

    Raises
    ------
    SpecificationError
        As `against`, or a family of one panel.
    """
    return JointResult(
        group=group, real=real,
        families={name: against(real, panels) for name, panels in placebo.items()},
        independent={name: independent_parts(panels) for name, panels in placebo.items()},
    )  # fmt: skip
