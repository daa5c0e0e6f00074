"""What the chapter on the two wheels shows besides its claims: channel, margin, search, balance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.certificates.table import read_rows
from analysis.claims import Column, Evaluated, Exhibit, Family, Finding, Page
from analysis.claims.curve import curve_table
from analysis.claims.exhibit import tiles
from analysis.claims.explore import rivals
from analysis.claims.explore.channel import channel
from analysis.claims.explore.margins import margin_row
from analysis.claims.numbers import flatten, span
from analysis.data import Panel
from analysis.inference import Threshold
from analysis.studies.patient_capital.pages.coupling_distribution import degree_spread
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_term

SINGLE = 3.841459  # 95% point of chi-squared with one degree of freedom


CHANNEL = {
    "steps": "finance and NQP",
    "x_to_m": "First step: funding → finance, estimated",
    "m_to_y": "Second step: finance → NQP given funding, argued",
    "product": "Product of the two steps",
    "direct": "Funding → NQP given finance",
    "total": "Funding → NQP",
}


def explore(page: Family) -> Page:
    """Show the channel of M17, the margin of M19, the search of M20 and the balance of M21."""
    found: Threshold = page.m20.result["threshold"]
    rows = balance_forms(page)
    panel = page.m21.panel
    degree = panel[page.m21.claim.focal].dropna()
    year = int(degree.index.get_level_values(1).max())
    latest = degree.xs(year, level=1)
    numbers = {
        "plausible": page.study.rules.plausible,
        "ingredient": {
            str(one.name): span(one.estimate, one.low, one.high)
            for one in page.m17.ingredients[0].itertuples()  # in place of an index; exploratory
        },
        "reverse": _slopes(page.m18, page.m17.claim.outcome),
        "margin": _margin_numbers(page.m19.evidence.findings[0]),
        "threshold": threshold_numbers(found),
        "degree": _degree_numbers(panel, latest, year),
        "lower_share": lower_share(page),
        "curve": _curve_numbers(page.m21),
        **{name: parts_of_term(getattr(page, name)) for name in ("m16", "m19", "m20", "m21")},
        "balance": rivals.rival_numbers(rows),
    }
    search = {
        "path": found.path, "f": found.f, "single": SINGLE, "best": found.critical[1],
        "xlabel": f"candidate threshold in {found.by_label.lower()}",
    }  # fmt: skip
    title = f"Coordination degree D 耦合协调度, {year}"
    shown = Page(
        flatten(numbers, prefix="wheels"),
        {
            "margins": margins(page.m19.evidence.findings[0]),
            "search": Exhibit("searched", search),
            "map": Exhibit("entity_map", {"rows": tiles(panel, latest), "title": title}),
            "balance": rivals.rival_effects(rows, "slope of D, within-SDs of NQP"),
        },
        {
            "forms": rivals.bic_table(found.models, "M20: forms of the relation on the same rows"),
            "balance_table": rivals.rivals_table(
                rows,
                "M21: the slope of D beside rival forms, within-SDs, [95% CR3 interval]; BIC under "
                "two-way effects less that of the declared form; exploratory except the first",
            ),
        },
    )
    spread = degree_spread(page.study)
    return shown | channel(page.m16, page.m17, CHANNEL, "wheels_channel") | spread


def balance_forms(page: Family) -> pd.DataFrame:
    """Follow the slope of the degree while curvature of the levels is let in."""
    regression = page.m21.readings[0].regression
    degree, one, two = regression.spec.regressors
    product, squares = (one, two), ((one, one), (two, two))
    levels, curved, weaker = (one, two), (*squares, product), "link_weakest"
    forms = (
        rivals.Form("levels", "both levels\n(declared)", (degree, *levels)),
        rivals.Form("product", "levels and\ntheir product", (degree, *levels), (product,)),
        rivals.Form("squares", "levels and\ntheir squares", (degree, *levels), squares),
        rivals.Form("curved", "levels, product\nand squares", (degree, *levels), curved),
        rivals.Form("weaker", "levels and\nthe weaker one", (degree, weaker, *levels)),
        rivals.Form("no_degree", "levels alone,\nno D", levels),
        rivals.Form("only_curved", "product and\nsquares, no D", levels, curved),
        rivals.Form("only_weaker", "the weaker one,\nno D", (weaker, *levels)),
    )  # fmt: skip
    return rivals.rival_forms(regression, forms, degree)


def margins(finding: Finding) -> Exhibit:
    """Set the columns of a claim of no effect beside the margin of the rules."""
    rows = {column.label: _row(column) for column in finding.columns}
    xlabel = f"{finding.outcome_label}: within-SDs\nper within-SD of the product"
    shown = {"rows": pd.DataFrame(rows).T, "margin": finding.plausible, "xlabel": xlabel}
    return Exhibit("within_margin", shown)


def _row(column: Column) -> dict[str, float]:
    return margin_row(column.estimate, column.low, column.high, column.clusters)


def _margin_numbers(finding: Finding) -> dict[str, object]:
    out = {}
    for column in finding.columns:
        row = _row(column)
        low, high = row["low90"], row["high90"]
        inside = -finding.plausible < low and high < finding.plausible
        out[column.effects] = {"low": low, "high": high, "inside": "yes" if inside else "no"}
    return out


def _slopes(made: Evaluated, term: str) -> dict[str, object]:
    """Slope of a term that is no focal one, in every column."""
    out = {}
    for column in made.readings[0].estimates:
        line = column.coefficient(term)
        ends = (line.estimate, line.low_cr3, line.high_cr3)
        out[column.specification.effects] = span(*(v * line.scale for v in ends))
    return out


def _curve_numbers(made: Evaluated) -> dict[str, object]:
    """Median estimate of the specification curve under each set of effects; exploratory."""
    table = curve_table(made.question)
    return {str(k): float(v) for k, v in table.groupby("effects")["estimate"].median().items()}


def threshold_numbers(found: Threshold) -> dict[str, object]:
    """Numbers of a threshold test, and what its certificate says of the naive interval."""
    gap = found.differences[0]
    bic = found.models.set_index("model")["bic"]
    certificates = (row for row in read_rows() if row["method"] == "threshold")
    certificate = next(row for row in certificates if float(row["effect"]) == 0)
    reach = found.f - found.path["lr"]
    return {
        "gamma": found.gamma,
        "low": found.gamma_low,
        "high": found.gamma_high,
        "f": found.f,
        "p": found.p,
        "critical": found.critical[1],
        "single": SINGLE,
        "candidates": len(found.path),
        "enough_alone": int((reach > SINGLE).sum()),
        "f_clustered": (gap.estimate / gap.se_cr3) ** 2,
        "rows_below": found.rows_low,
        "rows_above": found.rows_high,
        "bic": {name: float(value - bic.min()) for name, value in bic.items()},
        "best": str(found.models.set_index("model")["words"][bic.idxmin()]),
        "connected": "yes" if found.gamma_connected else "no",
        "no_bound": "yes" if found.gamma_high >= found.path["gamma"].max() else "no",
        "synthetic_wrong": 1 - float(certificate["coverage"]),
        "synthetic_bootstrap": float(certificate["rejects"]),
        "synthetic_panels": int(certificate["replications"]),
    }


def lower_share(page: Family) -> float:
    """Share of rows on which the first level of the balance is below the second."""
    panel, spec = page.m21.panel, page.m21.readings[0].regression.spec
    one, two = spec.regressors[1:]
    both = panel.frame[[one, two]].dropna()
    return float((both[one] < both[two]).mean())


def _degree_numbers(panel: Panel, latest: pd.Series, year: int) -> dict[str, object]:
    order = latest.sort_values(ascending=False)
    names = panel.entities["label_en"]
    return {
        "year": year,
        "top": names[order.index[0]],
        "top_value": float(order.iloc[0]),
        "second": names[order.index[1]],
        "second_value": float(order.iloc[1]),
        "lowest": names[order.index[-1]],
        "lowest_value": float(order.iloc[-1]),
        "median": float(np.median(order)),
        **{f"of_{names[code].lower().replace(' ', '_')}": float(v) for code, v in latest.items()},
    }
