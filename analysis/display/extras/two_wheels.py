"""What the chapter on the two wheels shows besides its claims: channel, margin, search, balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.certificates.table import read_rows
from analysis.claims import rules
from analysis.claims.exhibit import tiles
from analysis.claims.robustness import curve_table
from analysis.display.charts import entity_map, searched, within_margin
from analysis.display.extras import rivals
from analysis.display.extras.channel import Channel, channel
from analysis.display.numbers import publish

if TYPE_CHECKING:
    from analysis.claims import Finding
    from analysis.claims.evidence import Column
    from analysis.data import Panel
    from analysis.display.chapters import Chapter
    from analysis.display.html import Html
    from analysis.display.picture import Picture
    from analysis.display.sections import Section
    from analysis.inference import Threshold

__all__ = ["TwoWheelsPage", "two_wheels_page"]

SINGLE = 3.841459  # 95% point of chi-squared with one degree of freedom


@dataclass(frozen=True)
class TwoWheelsPage:
    """Pictures and tables beside those of the claims.

    Attributes
    ----------
    channel : Channel
        M17: the product of two steps and what undoes it.
    margins : Picture
        M19: the estimates across the margin of no sizeable effect.
    search, forms : Picture, Html
        M20: every candidate threshold, and the rivals by BIC.
    map : Picture
        M21: the coordination degree by entity in the latest year.
    balance, balance_table : Picture, Html
        M21: the degree beside rival forms; exploratory.
    """

    channel: Channel
    margins: Picture
    search: Picture
    forms: Html
    map: Picture
    balance: Picture
    balance_table: Html


def two_wheels_page(page: Chapter) -> TwoWheelsPage:
    """Lay out the page and publish its numbers under ``wheels_``.

    Parameters
    ----------
    page
        `display.chapter("two-wheels")`.
    """
    beside = channel(page.m16, page.m17)
    found: Threshold = page.m20.evidence.details.own[0].results["threshold"]
    rows = balance_forms(page)
    panel = page.m21.panel
    degree = panel[page.m21.claim.focal].dropna()
    year = int(degree.index.get_level_values(1).max())
    latest = degree.xs(year, level=1)
    publish(
        {
            "plausible": rules().plausible,
            "channel": beside.numbers,
            "ingredient": _ingredients(page.m17),
            "reverse": _slopes(page.m18, page.m17.claim.outcome),
            "margin": _margin_numbers(page.m19.evidence.findings[0]),
            "threshold": threshold_numbers(found),
            "degree": _degree_numbers(panel, latest, year),
            "lower_share": lower_share(page),
            "curve": _curve_numbers(page.m21),
            "balance": rivals.rival_numbers(rows),
        },
        prefix="wheels",
    )
    return TwoWheelsPage(
        channel=beside,
        margins=margins(page.m19.evidence.findings[0]),
        search=searched(
            found.path, found.f, SINGLE, found.critical[1],
            f"candidate threshold in {found.by_label.lower()}",
        ),
        forms=rivals.bic_table(found.models, "M20: forms of the relation on the same rows"),
        map=entity_map(tiles(panel, latest), f"Coordination degree D 耦合协调度, {year}"),
        balance=rivals.rival_effects(rows, "slope of D, within-SDs of NQP"),
        balance_table=rivals.rivals_table(
            rows, "M21: the slope of D beside rival forms, within-SDs, [95% CR3 interval]; BIC "
            "under two-way effects less that of the declared form; exploratory except the first",
        ),
    )  # fmt: skip


def balance_forms(page: Chapter) -> pd.DataFrame:
    """Follow the slope of the degree while curvature of the levels is let in."""
    regression = page.m21.evidence.details.readings[0].regression
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


def margins(finding: Finding) -> Picture:
    """Draw the columns of a claim of no effect across the margin of the rules."""
    rows = {}
    for column in finding.columns:
        low, high = _ninety(column)
        rows[column.label] = {
            "estimate": column.estimate, "low95": column.low, "high95": column.high,
            "low90": low, "high90": high,
        }  # fmt: skip
    xlabel = f"{finding.outcome_label}: within-SDs\nper within-SD of the product"
    return within_margin(pd.DataFrame(rows).T, finding.plausible, xlabel)


def _ninety(column: Column) -> tuple[float, float]:
    """Narrow the 95% interval of a column to 90%."""
    dof = column.clusters - 1
    reach = (column.high - column.low) / 2 * float(stdtrit(dof, 0.95) / stdtrit(dof, 0.975))
    return column.estimate - reach, column.estimate + reach


def _margin_numbers(finding: Finding) -> dict[str, object]:
    out = {}
    for column in finding.columns:
        low, high = _ninety(column)
        inside = -finding.plausible < low and high < finding.plausible
        out[column.effects] = {"low": low, "high": high, "inside": "yes" if inside else "no"}
    return out


def _ingredients(made: Section) -> dict[str, object]:
    """Slopes of single ingredients in place of an index; exploratory."""
    rows = made.evidence.details.ingredients[0]
    return {
        str(r.name): {"std": r.estimate, "low": r.low, "high": r.high, "zero": _zero(r.low, r.high)}
        for r in rows.itertuples(index=False)
    }


def _slopes(made: Section, term: str) -> dict[str, object]:
    """Slope of a term that is no focal one, in every column."""
    out = {}
    for column in made.evidence.details.readings[0].estimates:
        line = column.coefficient(term)
        low, high = line.low_cr3 * line.scale, line.high_cr3 * line.scale
        out[column.specification.effects] = {
            "std": line.estimate * line.scale, "low": low, "high": high, "zero": _zero(low, high)
        }  # fmt: skip
    return out


def _curve_numbers(made: Section) -> dict[str, object]:
    """Median estimate of the specification curve under each set of effects; exploratory."""
    table = curve_table(made.evidence.details.readings[0].regression)
    return {str(k): float(v) for k, v in table.groupby("effects")["estimate"].median().items()}


def _zero(low: float, high: float) -> str:
    return "excludes zero" if low > 0 or high < 0 else "includes zero"


def threshold_numbers(found: Threshold) -> dict[str, object]:
    """Numbers of a threshold test, and what its certificate says of the naive interval."""
    gap = found.differences[0]
    bic = found.models.set_index("model")["bic"]
    certificate = next(
        row for row in read_rows() if row["method"] == "threshold" and float(row["effect"]) == 0
    )
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


def lower_share(page: Chapter) -> float:
    """Share of rows on which the first level of the balance is below the second."""
    panel, spec = page.m21.panel, page.m21.evidence.details.readings[0].regression.spec
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
