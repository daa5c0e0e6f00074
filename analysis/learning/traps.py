"""Traps of panel regressions: how often each way of reading figures finds what is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.certificates.design import Design, panel_from
from analysis.certified import ACCEPTED
from analysis.data import Panel
from analysis.display.charts.intervals import intervals, label_rows
from analysis.display.drawing import Picture, wrap_words, write
from analysis.display.html import Html, table
from analysis.display.theme import BLUE, GREEN, ORANGE, subplots
from analysis.errors import SpecificationError, require_known
from analysis.learning import panels
from analysis.learning.readings import Slopes, slopes

__all__ = ["TRAPS", "Trap", "drawn", "trap"]

SEED = 20261128
LEVEL = 0.05
LABEL = 1.9  # inches that the words of a row may take


@dataclass(frozen=True, slots=True)
class Look:
    """One way to read the panels of a trap.

    `regressors` are columns, or make them of the arrays of many panels; the first one's slope is
    read. They precede the outcome by `lag` years, zero or one.
    """

    title: str
    draw: Callable[[Design, np.random.Generator], Mapping[str, np.ndarray]]
    outcome: str = "y"
    regressors: tuple[str, ...] | Callable[[Mapping[str, np.ndarray]], list[np.ndarray]] = ("x",)
    lag: int = 1
    effects: str = "two_way"
    clustered: bool = True

    def read(self, arrays: Mapping[str, np.ndarray], regions: int) -> Slopes:
        """Estimate on every panel at once; arrays are (panels, entities, years)."""
        last = arrays[self.outcome].shape[-1] - self.lag
        before = {name: v[..., :last] for name, v in arrays.items()}
        x = self.regressors(before) if callable(self.regressors) else [
            before[name] for name in self.regressors
        ]  # fmt: skip
        y = arrays[self.outcome][..., self.lag :]
        return slopes(y, np.stack(x), self.effects, regions, self.clustered)


def _series(a: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    return [a["x"] * a["z"], a["x"], a["z"]]


def _movements(a: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Product of deviations from entity means, beside means times deviations and both series."""
    of_x, of_z = (a[name].mean(axis=-1, keepdims=True) for name in "xz")
    x, z = a["x"] - of_x, a["z"] - of_z
    return [x * z, of_x * z, of_z * x, a["x"], a["z"]]


_SAME_YEAR = {"draw": panels.shared, "lag": 0}
TRAPS: Mapping[str, Mapping[str, Look]] = {
    "products": {
        "series": Look("product of the series themselves", panels.products, regressors=_series),
        "movements": Look(
            "product of movements inside entities", panels.products, regressors=_movements
        ),
    },
    "shared": {
        "denominator": Look("two ratios with one denominator", outcome="a_over_c",
                            regressors=("b_over_c",), **_SAME_YEAR),
        "ingredient": Look("an index on one of its five ingredients", outcome="index",
                           regressors=("ingredient",), **_SAME_YEAR),
        "nothing": Look("two ratios with nothing in common", outcome="a_over_c",
                        regressors=("b_over_d",), **_SAME_YEAR),
    },
    "clusters": {
        "rows": Look("every row counted as independent", panels.alone, clustered=False),
        "entities": Look("clustered by entity", panels.alone),
        "few": Look("clustered; the regressor moves in two entities alone", panels.few),
    },
    "trends": {
        "two_way": Look("entity and year effects", panels.trends),
        "region_year": Look("region-by-year effects", panels.trends, effects="region_year"),
        "entity_trends": Look("a line for every entity", panels.trends, effects="entity_trends"),
    },
}  # fmt: skip
"""By name of the trap and of the reading."""


@dataclass(frozen=True)
class Trap:
    """Readings of synthetic panels in which there is nothing to find.

    Attributes
    ----------
    name : str
        One of `TRAPS`.
    rows : DataFrame
        One row per reading, by its short name: ``title``, ``panels``, ``rejects`` (share with p
        below five percent), ``mc_error`` (its Monte-Carlo standard error) and ``mean`` and ``sd``
        of the estimates, whose truth is zero.
    """

    name: str
    rows: pd.DataFrame

    @property
    def rejects(self) -> dict[str, float]:
        """Share of panels in which a reading finds something, by its short name."""
        return self.rows["rejects"].to_dict()

    @cached_property
    def picture(self) -> Picture:
        """The shares with their Monte-Carlo intervals beside the accepted band."""
        figure, ax = subplots(height=0.62 * len(self.rows) + 1.2)
        words = ("\n".join(wrap_words(title, LABEL, 10.5)) for title in self.rows["title"])
        at = label_rows(ax, list(words), f"share of panels with p < {LEVEL}; bars: 95% Monte Carlo")
        ax.axvspan(*ACCEPTED, color=GREEN, alpha=0.12, lw=0)
        reach = 1.96 * self.rows["mc_error"]
        shares = self.rows.assign(
            estimate=self.rows["rejects"], low=self.rows["rejects"] - reach,
            high=self.rows["rejects"] + reach,
        )  # fmt: skip
        for row, place in zip(shares.itertuples(), at, strict=True):
            sound = ACCEPTED[0] <= row.rejects <= ACCEPTED[1]
            colour, shape = (BLUE, "o") if sound else (ORANGE, "D")
            intervals(ax, shares.loc[[row.Index]], [place], colour, shape)
            write(ax, f"{row.rejects:.0%}", (row.rejects, place), (0, 8), ha="center",
                  color=colour, fontsize=10.5)  # fmt: skip
        ax.set_xlim(0, 1.08)
        ax.xaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
        return Picture(figure)

    @cached_property
    def table(self) -> Html:
        """The shares, and mean and spread of the estimates."""
        shown = self.rows[["title", "panels", "rejects", "mean", "sd"]]
        heads = ["Reading", "Panels", "Finds something", "Mean estimate", "Spread"]
        return table(
            shown.set_axis(heads, axis=1),
            "Synthetic panels in which there is nothing to find",
            {"Finds something": "{:.1%}".format, "Mean estimate": "{:+.2f}".format,
             "Spread": "{:.2f}".format},
        )  # fmt: skip


@threadpool_limits.wrap(limits=1, user_api="blas")  # many small matrices, no large one
def trap(name: str, *, replications: int = 400, seed: int = SEED, **design: float) -> Trap:
    """Draw panels with nothing to find, read each in several ways, and count false alarms.

    Parameters
    ----------
    name
        One of `TRAPS`.
    replications
        Panels.
    seed
        Of all panels.
    **design
        Fields of `analysis.certificates.design.Design` that are to differ, such as ``years``.

    Raises
    ------
    UnknownNameError
        There is no such trap or no such field of a design.
    SpecificationError
        Fewer than two panels are asked for.

    Examples
    --------
    >>> list(trap("trends", replications=20).rejects)
    ['two_way', 'region_year', 'entity_trends']
    """
    made = _design(name, design)
    if replications < 2:
        raise SpecificationError(f"{replications} panels say nothing: ask for two or more.")
    rows, known = {}, {}
    for key, look in TRAPS[name].items():
        if look.draw not in known:
            rng = np.random.default_rng(seed)
            known[look.draw] = _stacked([look.draw(made, rng) for _ in range(replications)])
        found = look.read(known[look.draw], made.regions)
        share = float((found.p < LEVEL).mean())
        rows[key] = {
            "title": look.title, "panels": replications, "rejects": share,
            "mc_error": float(np.sqrt(share * (1 - share) / replications)),
            "mean": float(found.estimate.mean()), "sd": float(found.estimate.std(ddof=1)),
        }  # fmt: skip
    return Trap(name, pd.DataFrame.from_dict(rows, orient="index"))


def drawn(name: str, reading: str = "", *, seed: int = SEED, **design: float) -> Panel:
    """Draw one panel of a trap, to be looked at with the tools for any panel.

    Parameters
    ----------
    name
        One of `TRAPS`.
    reading
        Whose panel, where the readings of a trap have different ones; the first if empty.
    seed, **design
        As for `trap`, whose first panel this is.

    Examples
    --------
    >>> len(drawn("trends", entities=10).entities)
    10
    """
    made = _design(name, design)
    looks = TRAPS[name]
    if reading:
        require_known("reading", reading, looks, f"the trap '{name}'")
    look = looks[reading or next(iter(looks))]
    return panel_from(dict(look.draw(made, np.random.default_rng(seed))), made.regions)


def _design(name: str, fields: Mapping[str, float]) -> Design:
    require_known("trap", name, TRAPS, "the tutorial")
    for field in fields:
        require_known("field", field, Design.__slots__, "the design of a panel")
    return Design(**fields)


def _stacked(panels: list[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.stack([one[name] for one in panels]) for name in panels[0]}
