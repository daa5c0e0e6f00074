"""What the chapter on rules and platforms adds: permuted pilots, and a triple product drawn."""

from __future__ import annotations

import pandas as pd

from analysis.claims import Evaluated, Exhibit, Family, Page, Reading
from analysis.claims.designs.derived import without_initial
from analysis.claims.explore.policies import diagnostics, other_pilots, policy_grid
from analysis.claims.numbers import flatten, span
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.inference import event_study, pretrend_test, randomisation_test
from analysis.inference.cells import Grid, signed, zero_words
from analysis.inference.marginal import ProductSlope, product_slope
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_term

PILOT = "fintech_sandbox"
OVER = "dfi"  # the measure along which the product is followed


def explore(page: Family) -> Page:
    """Permute the sandbox of M48, and follow the triple product of M49; exploratory."""
    sandbox, product = page.m48, page.m49
    results = sandbox.result
    found = _product(product)
    rows = [_permuted_reading(sandbox, reading) for reading in sandbox.secondary]
    numbers = {
        **_sandbox_numbers(sandbox),
        **_product_numbers(product, found),
        **parts_of_term(product),
        **_calendar(product.panel),
        "secondary": {row["outcome"]: row["numbers"] for row in rows},
    }
    label = sandbox.evidence.findings[0].outcome_label.lower()
    permuted = {name: getattr(results["free"], name) for name in ("distribution", "observed", "p")}
    permuted["xlabel"] = f"treated less others, points of {label}"
    shown = Page(
        flatten(numbers, prefix="rules"),
        {"permuted": Exhibit("permutation", permuted), "product": _product_picture(product, found)},
        {"pilot": policy_grid(PILOT, page.study), "secondary": _secondary_table(sandbox, rows)},
    )
    return shown | diagnostics(sandbox) | other_pilots(PILOT, page.study)


def _sandbox_numbers(made: Evaluated) -> dict[str, object]:
    """Two averages over the same years: from the year before, and from all years before."""
    results = made.result
    free, study, before = results["free"], results["study"], results["before"]
    line = made.readings[0].lines["two_way"]
    path = study.tidy().set_index("event_time")
    lead = path[path.index < -1]
    return {
        "treated": study.n_treated,
        "controls": study.n_control,
        "start": min(study.data.design.starts.values()),
        "starts": len(set(study.data.design.starts.values())),
        "last_year": int(study.data.years[-1]),
        "permuted": {
            "estimate": free.estimate, "low": free.low, "high": free.high, "p": free.p,
            "draws": free.assignments, "within_p": results["within"].p,
        },
        "regression": {"estimate": line.estimate, "low": line.low_cr3, "high": line.high_cr3},
        "lead_lowest": float(lead["estimate"].min()),
        "lead_highest": float(lead["estimate"].max()),
        "lead_gap": float(-lead["estimate"].min()),
        "lead_mean": float(lead["estimate"].mean()),
        "lead_excluding": int((lead["high"] < 0).sum()),
        "lead_years": len(lead),
        "pretrend_p": before.p,
        "pretrend_p_permuted": before.p_permutation,
        "after_lowest": float(path["estimate"][path.index >= 0].min()),
        "after_highest": float(path["estimate"][path.index >= 0].max()),
    }  # fmt: skip


def _permuted_reading(made: Evaluated, reading: Reading) -> dict[str, object]:
    """Put a secondary outcome to the test that leads for the primary one."""
    outcome, spec = reading.outcome, reading.regression.spec
    design, label = made.study.policy(made.claim.policy), made.panel.describe(outcome).label_en
    panel, left = without_initial(made.panel, spec)
    try:
        free = randomisation_test(design, left, panel, sample=spec.sample)
        within = randomisation_test(design, left, panel, strata="region", sample=spec.sample)
        before = pretrend_test(event_study(design, left, panel, sample=spec.sample))
    except AnalysisError as error:
        return {"outcome": outcome, "label": label, "why": str(error), "numbers": {"tested": "no"}}
    numbers = {
        "tested": "yes", "estimate": free.estimate, "p": free.p, "within_p": within.p,
        "before_p": before.p, "before_p_permuted": before.p_permutation,
    }  # fmt: skip
    return {"outcome": outcome, "label": label, "why": "", "numbers": numbers}


def _secondary_table(made: Evaluated, rows: list[dict[str, object]]) -> Grid:
    shown = []
    for row in rows:
        found = row["numbers"]
        cells = {"Outcome": row["label"], "Average effect": f"not possible: {row['why']}"}
        if found["tested"] == "yes":
            permuted = f"{found['before_p']:.3f}, permuted {found['before_p_permuted']:.3f}"
            cells |= {
                "Average effect": signed(found["estimate"], 3),
                "p, permuted": f"{found['p']:.3f}",
                "p, within regions": f"{found['within_p']:.3f}",
                "p of the years before": permuted,
            }
        shown.append(cells)
    return Grid.of_frame(
        pd.DataFrame(shown),
        f"Secondary readings of {made.claim.id} under permutation, in units of the outcome, "
        "counted from the year before; exploratory",
    )


def _product(made: Evaluated) -> ProductSlope:
    reading = made.readings[0]
    leading, panel = reading.estimates["two_way"], reading.regression.panel
    return product_slope(leading, panel, reading.focal, OVER)


def _product_numbers(made: Evaluated, found: ProductSlope) -> dict[str, object]:
    curve, term = found.curve, f"{found.pair[0]}:{found.by}"
    columns = made.readings[0].estimates
    pair, region = (columns[name].coefficient(term) for name in ("two_way", "region_year"))
    low, high = pair.low_cr3 * pair.scale, pair.high_cr3 * pair.scale
    single = made.ingredients[0]["estimate"]
    same = (single > 0) == (made.evidence.findings[0].estimate > 0)
    return {
        "ingredients_share": 100 * float(same.mean()),
        "product_first": float(curve["effect"].iloc[0]),
        "product_last": float(curve["effect"].iloc[-1]),
        "product_widest": float((curve["high"] - curve["low"]).max()),
        "product_below": int((curve["high"] < 0).sum()),
        "product_above": int((curve["low"] > 0).sum()),
        "other_pair": span(pair.estimate * pair.scale, low, high),
        "other_pair_region": zero_words(region.low_cr3, region.high_cr3),
    }


def _calendar(panel: Panel) -> dict[str, object]:
    """How much of digital finance is the calendar, and what two-way effects leave of it."""
    values = panel[OVER].dropna()
    year, entity = (values.groupby(level=i).transform("mean") for i in (1, 0))
    left = values - year - entity + values.mean()
    return {
        "calendar_share": 100 * float(year.var() / values.var()),
        "left_share": 100 * float(left.var() / values.var()),
    }


def _product_picture(made: Evaluated, found: ProductSlope) -> Exhibit:
    panel = made.panel
    a, b, by = (panel.describe(name) for name in (*found.pair, found.by))
    shown = {
        "curve": found.curve,
        "support": found.support["at"],
        "xlabel": f"{by.label_en} ({by.label_zh})",
        "ylabel": f"slope of {a.label_en.lower()}\n× {b.label_en.lower()}, within-SDs",
        "years": found.support.groupby("year")["at"].mean(),
    }
    return Exhibit("marginal_effect", shown)
