"""What the chapter on banks and cycles shows besides its claims: permutations, the common shock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.claims import Evaluated, Exhibit, Family, Page
from analysis.claims.curve import curve_table
from analysis.claims.explore.policies import diagnostics, other_pilots, policy_grid
from analysis.claims.numbers import flatten
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_terms

PILOT = "loan_equity_linkage_pilot"


def explore(page: Family) -> Page:
    """Look at what the permutation test of M44 rests on, and at the common shock of M45."""
    growth = _growth(page.m45)
    free = page.m44.result["free"]
    label = page.m44.evidence.findings[0].outcome_label
    permuted = {
        "distribution": 100 * free.distribution,
        "observed": 100 * free.observed,
        "xlabel": f"{label}, percentage points\ntreated less others, against the year before",
        "p": free.p,
    }
    years = {
        "values": growth,
        "ylabel": "growth of loans summed over\nprovinces, log points × 100",
        "marked": "slower than the year before",
    }
    shown = Page(
        flatten({"m44": _assignments(page.m44), "m45": _stance(growth)}),
        {
            "m44_permuted": Exhibit("permutation", permuted),
            "m45_stance": Exhibit("yearly_bars", years),
        },
        {"pilot": policy_grid(PILOT, page.study)},
    )
    declared = parts_of_terms(page.m43, page.m45)
    return shown | declared | diagnostics(page.m44) | other_pilots(PILOT, page.study)


def _assignments(made: Evaluated) -> dict[str, object]:
    """Say what the permutation test of a policy rests on, and its regression without controls.

    The last is exploratory: it shows whether test and regression differ by the control alone.
    """
    reading = made.readings[0]
    explored = curve_table(made.question).set_index(["outcome", "effects", "sample", "controls"])
    plain = explored.loc[(made.claim.outcome, "two_way", "all", "none"), "estimate"]
    results = made.result
    free, within, before = results["free"], results["within"], results["before"]
    half, most = before.powers[0], before.powers[-1]
    return {
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
    }


def _growth(made: Evaluated) -> pd.Series:
    """Return the common shock of a claim: growth of loans, one value a year."""
    used = made.readings[0].estimates["two_way"]
    yearly = made.panel.frame["tightening"].groupby(level=1).first()
    return -100 * yearly.loc[used.first_year : used.last_year]


def _stance(growth: pd.Series) -> dict[str, object]:
    return {
        "stance_years": int(growth.notna().sum()),
        "stance_lowest": float(growth.min()),
        "stance_lowest_year": int(growth.idxmin()),
        "stance_highest": float(growth.max()),
        "stance_highest_year": int(growth.idxmax()),
        "stance_slower": int((growth.diff() < 0).sum()),
        "stance_trend": float(np.corrcoef(growth.index, growth)[0, 1]),
    }
