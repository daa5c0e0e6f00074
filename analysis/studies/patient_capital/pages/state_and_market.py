"""A closer look at claims on state and market; every number is one of their evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.claims import Evaluated, Exhibit, Family, Page
from analysis.claims.curve import curve_table
from analysis.claims.explore.leverage import carriers, carriers_picture, on_rows
from analysis.claims.numbers import flatten
from analysis.inference.form.joint import combine, joint
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_term


def explore(page: Family) -> Page:
    """Look where an estimate turns, who carries it and how a path runs."""
    numbers = {
        "m30": _by_effects(page.m30),
        "m31": {**_turning_numbers(page.m31), **parts_of_term(page.m31)},
        "m32": _surplus(page.m32),
        "m35": {**carriers(page.m35), **parts_of_term(page.m35)},
        "m36": _path(page.m36),
        "m37": {**carriers(page.m37), **parts_of_term(page.m37), "mirror": _mirror(page.m37)},
    }
    return Page(
        flatten(numbers),
        {
            "m31_turning": _turning(page.m31),
            "m35_carriers": carriers_picture(page.m35),
            "m37_carriers": carriers_picture(page.m37),
        },
    )


def _by_effects(made: Evaluated) -> dict[str, object]:
    """Return where the exploratory estimates lie, by the effects they absorb."""
    found = curve_table(made.question)
    by = found.groupby("effects")["estimate"]
    return {"explored": {"lowest": by.min().to_dict(), "highest": by.max().to_dict()}}


def _turning(made: Evaluated) -> Exhibit:
    """Return the parabola of a quadratic, in percent of the regressor."""
    u = made.result["u"]
    values = on_rows(made.readings[0], u.of).to_numpy(dtype=float)
    mean, sd = float(values.mean()), u.fitted.within_sd[0]
    found = joint([u.fitted], [(u.of, f"{u.of}:{u.of}")])
    at = np.linspace(*u.ends, 60)
    points = [combine("", np.array([x - mean, (x - mean) ** 2]), found) for x in at]
    rows = np.array([(p.estimate, p.low_cr3, p.high_cr3) for p in points]) / sd
    curve = pd.DataFrame(rows, columns=["estimate", "low", "high"])
    curve.insert(0, "at", 100 * at)
    percent = (100 * mean, u.linear.estimate / sd / 100, u.square.estimate / sd / 1e4)
    shown = {
        "curve": curve, "coefficients": percent, "turning": 100 * u.turning,
        "support": 100 * values, "xlabel": f"{u.label}, %",
        "ylabel": f"{u.outcome_label},\nwithin-SDs from the mean", "form": "{:.0f} %",
    }  # fmt: skip
    return Exhibit("parabola", shown)


def _turning_numbers(made: Evaluated) -> dict[str, object]:
    """Say where a quadratic turns and how sure that is."""
    u = made.result["u"]
    return {
        "turning": 100 * u.turning,
        "turning_set": u.turning_cr3.shape,
        "turning_inside": "yes" if u.inside else "no",
        "shape": u.shape,
        "u_p": u.p_cr3,
        "support_low": 100 * u.ends[0],
        "support_high": 100 * u.ends[1],
        "rows_before": u.rows_before,
        "rows_after": u.rows_after,
    }


def _mirror(made: Evaluated) -> float:
    """Say how far the moderator of M37 repeats that of M35."""
    reading = made.readings[0]
    own = on_rows(reading, "fiscal_gap")
    lag = reading.regression.spec.lag_of("fiscal_gap")
    other = made.panel["market"].groupby(level=0).shift(lag).loc[own.index]
    return float(own.corr(other))


def _surplus(made: Evaluated) -> dict[str, object]:
    """Return how often public money exceeds the research it is held against."""
    reading, frame = made.readings[0], made.panel.frame
    rows = on_rows(reading, "mismatch").index
    research = (frame["rd_basic"] + frame["rd_applied"]) / frame["rd_expenditure"]
    lag = reading.regression.spec.lag_of("mismatch")
    excess = (frame["govsh"] - research).groupby(level=0).shift(lag)
    return {"surplus": 100 * float((excess.loc[rows] > 0).mean())}


def _path(made: Evaluated) -> dict[str, object]:
    """Return the ends of the path of a fixed exposure, and its climb a year on either side."""
    path = made.result["path"]
    first, last = path.table.iloc[0], path.table.iloc[-1]
    before = path.table[path.table["year"] < path.base]
    return {
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
