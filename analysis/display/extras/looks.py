"""A closer look where a claim has a trap of its own; every number is one of its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.display.charts import parabola, permutation, yearly_bars
from analysis.display.extras.leverage import carriers, carriers_picture, on_rows
from analysis.display.numbers import publish

if TYPE_CHECKING:
    from analysis.display.chapters import Chapter
    from analysis.display.picture import Picture
    from analysis.display.sections import Section

__all__ = ["CloseUps", "close_ups"]


@dataclass(frozen=True, slots=True)
class _Look:
    numbers: Mapping[str, object]
    draw: Callable[[], Picture] | None = None


@dataclass(frozen=True)
class CloseUps:
    """Pictures of a chapter beside those of its sections; ``close.m31`` is that of M31.

    Attributes
    ----------
    family : str
        Of the chapter.
    numbers : mapping of str to object
        By claim id, what was published under it.
    draw : mapping of str to callable
        By claim id, what draws its picture.
    """

    family: str
    numbers: Mapping[str, Mapping[str, object]]
    draw: Mapping[str, Callable[[], Picture]]

    def __getattr__(self, name: str) -> Picture:
        draw = self.__dict__.get("draw", {})
        if name.upper() in draw:
            return draw[name.upper()]()
        raise AttributeError(f"chapter '{self.__dict__.get('family')}' has no close-up of '{name}'")


def close_ups(page: Chapter) -> CloseUps:
    """Look closer at the claims of a chapter and publish what is seen under their ids.

    Parameters
    ----------
    page
        As `analysis.display.chapter` returns it.
    """
    looks = {key: look(made) for key, made in page.sections.items() if (look := _LOOKS.get(key))}
    for key, look in looks.items():
        publish(look.numbers, prefix=key.lower())
    return CloseUps(
        page.family,
        {key: look.numbers for key, look in looks.items()},
        {key: look.draw for key, look in looks.items() if look.draw},
    )


def _by_effects(made: Section) -> _Look:
    """Return where the exploratory estimates lie, by the effects they absorb."""
    from analysis.claims.robustness import curve_table

    found = curve_table(made.evidence.details.readings[0].regression)
    by = found.groupby("effects")["estimate"]
    return _Look(
        {"explored": {"lowest": by.min().to_dict(), "highest": by.max().to_dict()}},
    )


def _turning(made: Section) -> _Look:
    """Return the parabola of a quadratic and where it turns."""
    from analysis.inference.form.joint import combine, joint

    u = made.evidence.details.own[0].results["u"]
    values = on_rows(made.evidence.details.readings[0], u.of).to_numpy(dtype=float)
    mean, sd = float(values.mean()), u.fitted.within_sd[0]
    found = joint([u.fitted], [(u.of, f"{u.of}:{u.of}")])

    def draw() -> Picture:
        at = np.linspace(*u.ends, 60)
        points = [combine("", np.array([x - mean, (x - mean) ** 2]), found) for x in at]
        curve = pd.DataFrame(
            {
                "at": 100 * at,
                "estimate": [p.estimate / sd for p in points],
                "low": [p.low_cr3 / sd for p in points],
                "high": [p.high_cr3 / sd for p in points],
            }
        )
        percent = (100 * mean, u.linear.estimate / sd / 100, u.square.estimate / sd / 1e4)
        return parabola(
            curve, percent, 100 * u.turning, 100 * values, f"{u.label}, %",
            f"{u.outcome_label},\nwithin-SDs from the mean", "{:.0f} %",
        )  # fmt: skip

    return _Look(
        {
            "turning": 100 * u.turning,
            "turning_set": u.turning_cr3.shape,
            "turning_inside": "yes" if u.inside else "no",
            "shape": u.shape,
            "u_p": u.p_cr3,
            "support_low": 100 * u.ends[0],
            "support_high": 100 * u.ends[1],
            "rows_before": u.rows_before,
            "rows_after": u.rows_after,
        },
        draw,
    )


def _carriers(made: Section) -> _Look:
    """Return which entities carry the leading estimate of a claim."""
    return _Look(carriers(made), lambda: carriers_picture(made))


def _mirror(made: Section) -> _Look:
    """Return the carriers of M37, and how far its moderator repeats that of M35."""
    reading = made.evidence.details.readings[0]
    own = on_rows(reading, "fiscal_gap")
    lag = reading.regression.spec.lag_of("fiscal_gap")
    other = made.panel["market"].groupby(level=0).shift(lag).loc[own.index]
    return _Look(
        {**carriers(made), "mirror": float(own.corr(other))}, lambda: carriers_picture(made)
    )


def _surplus(made: Section) -> _Look:
    """Return how often public money exceeds the research it is held against."""
    reading, frame = made.evidence.details.readings[0], made.panel.frame
    rows = on_rows(reading, "mismatch").index
    research = (frame["rd_basic"] + frame["rd_applied"]) / frame["rd_expenditure"]
    lag = reading.regression.spec.lag_of("mismatch")
    excess = (frame["govsh"] - research).groupby(level=0).shift(lag)
    return _Look({"surplus": 100 * float((excess.loc[rows] > 0).mean())})


def _path(made: Section) -> _Look:
    """Return the ends of the path of a fixed exposure, and its climb a year on either side."""
    path = made.evidence.details.own[0].results["path"]
    first, last = path.table.iloc[0], path.table.iloc[-1]
    before = path.table[path.table["year"] < path.base]
    return _Look(
        {
            "start": made.claim.setup["active"][0],
            "base_year": path.base,
            "first_path_year": first["year"],
            "last_path_year": last["year"],
            "first_slope": first["estimate"],
            "first_slope_low": first["low"],
            "first_slope_high": first["high"],
            "last_slope": last["estimate"],
            "last_slope_low": last["low"],
            "last_slope_high": last["high"],
            "climb_before": -first["estimate"] / (path.base - first["year"]),
            "climb_after": last["estimate"] / (last["year"] - path.base),
            "rising_before": "yes" if before["estimate"].is_monotonic_increasing else "no",
            "pre_p": path.p,
            "leads": path.leads,
        }
    )


def _assignments(made: Section) -> _Look:
    """Return what the permutation test of a policy rests on, and its regression without controls.

    The last is exploratory: it shows whether test and regression differ by the control alone.
    """
    from analysis.claims.robustness import curve_table

    reading = made.evidence.details.readings[0]
    explored = curve_table(reading.regression).set_index(["effects", "sample", "controls"])
    plain = explored.loc[("two_way", "all", "no controls"), "estimate"]
    results = made.evidence.details.own[0].results
    free, within, before = results["free"], results["within"], results["before"]
    half, most = before.powers[0], before.powers[-1]
    label = made.evidence.findings[0].outcome_label
    return _Look(
        {
            "explored_plain": 100 * float(plain) / reading.lines["two_way"].scale,
            "declared_points": 100 * reading.lines["two_way"].estimate,
            "att": 100 * free.estimate,
            "att_low": 100 * free.low,
            "att_high": 100 * free.high,
            "assignments": free.assignments,
            "treated": free.data.n_treated,
            "others": free.data.n_control,
            "within_p": within.p,
            "within_assignments": within.assignments,
            "pre_p": before.p,
            "pre_p_permuted": before.p_permutation,
            "half_power": 100 * half.power,
            "half_bias": 100 * half.bias,
            "most_power": 100 * most.power,
            "most_bias": 100 * most.bias,
        },
        lambda: permutation(
            100 * free.distribution,
            100 * free.observed,
            f"{label}, percentage points\ntreated less others, against the year before",
            free.p,
        ),
    )


def _stance(made: Section) -> _Look:
    """Return the common shock of a claim: one value a year."""
    used = made.evidence.details.readings[0].estimates["two_way"]
    yearly = made.panel.frame["tightening"].groupby(level=1).first()
    growth = -100 * yearly.loc[used.first_year : used.last_year]
    return _Look(
        {
            "stance_years": int(growth.notna().sum()),
            "stance_lowest": float(growth.min()),
            "stance_lowest_year": int(growth.idxmin()),
            "stance_highest": float(growth.max()),
            "stance_highest_year": int(growth.idxmax()),
            "stance_slower": int((growth.diff() < 0).sum()),
            "stance_trend": float(np.corrcoef(growth.index, growth)[0, 1]),
        },
        lambda: yearly_bars(
            growth,
            "growth of loans summed over\nprovinces, log points × 100",
            "slower than the year before",
        ),
    )


_LOOKS: Mapping[str, Callable[[Section], _Look]] = {
    "M30": _by_effects,
    "M31": _turning,
    "M32": _surplus,
    "M35": _carriers,
    "M36": _path,
    "M37": _mirror,
    "M44": _assignments,
    "M45": _stance,
}
