"""The page on the innovation chain: its estimates drawn on it, and what carries them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.claims import Also, Part, evaluate
from analysis.claims.exhibit import tiles
from analysis.display.charts import chain_effects, entity_map
from analysis.display.designs import moderated
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.theme import BLUE, GREEN, ORANGE, PURPLE
from analysis.inference import influence
from analysis.models.added_variable import added_variable

if TYPE_CHECKING:
    from analysis.claims import Reading
    from analysis.data import Panel
    from analysis.display.chapters import Chapter
    from analysis.display.picture import Picture
    from analysis.display.sections import Section
    from analysis.inference import DistributedLags

__all__ = ["ChainPage", "chain_page"]

STAGES = pd.DataFrame(
    {
        "stage": ["front", "middle", "back"],
        "name": ["Front 前端", "Middle 中端", "Back 后端"],
        "what": ["basic and applied research", "development, pilot tests", "products and market"],
    }
)
PLACES = {
    "ln_basic": ("front", "basic research"),
    "ln_applied": ("front", "applied research"),
    "invsh": ("front", "invention share of grants"),
    "ln_experimental": ("middle", "experimental development"),
    "tmo": ("middle", "technology sales"),
    "nps": ("back", "new-product sales"),
    "htr": ("back", "high-tech revenue"),
}
"""Where an outcome stands on the chain."""

EFFECT = "effect, within-SDs of the outcome\nper within-SD of the fund"
PRODUCT = "product term, within-SDs of the\noutcome per within-SD of the product"
COLOURS = {
    "loans": ORANGE,
    "government R&D money": BLUE,
    "public patient funding": PURPLE,
    "industrial finance": GREEN,
}
LINES = ("m22", "m23", "m24", "m25", "m27", "m28")
SIZES = {"basic": "rd_basic", "hightech": "hightech_revenue", "output": "gdp"}
DEGREE = {
    "pcp": "Public patient funding",
    "ifin": "Industrial finance",
    "link_mean": "T, mean of the two",
    "balance": "C*, how equal they are",
    "d_wang": "D, corrected",
    "d_classic": "D, classic",
}


@dataclass(frozen=True)
class ChainPage:
    """What the chapter on the innovation chain shows besides its sections.

    Attributes
    ----------
    funds : Picture
        Single funds on the outcomes of each stage.
    products : Picture
        Product terms on the outcomes of each stage.
    changes : Picture
        Change of the corrected coupling degree by entity.
    degree : Html
        The coupling degree taken apart, first and last year.
    """

    funds: Picture
    products: Picture
    changes: Picture
    degree: Html


def chain_page(page: Chapter) -> ChainPage:
    """Draw the chain of an evaluated chapter and publish its numbers under ``chain_``.

    Parameters
    ----------
    page
        `chapter("innovation-chain")`.
    """
    sales = _sales(page.m24)
    panel, results = page.m29.panel, page.m29.evidence.details.results
    first, last = results["years"]
    parts = _degree_parts(panel, first, last)
    publish(
        {
            **_sales_numbers(sales),
            **{name: _weight_numbers(getattr(page, name)) for name in LINES},
            "m24_thirds": _thirds(page.m24.evidence.details.readings[0]),
            "m27_thirds": _thirds(page.m27.evidence.details.readings[0]),
            "m28_thirds": _thirds(page.m28.evidence.details.readings[0]),
            "m28_trends": _without(page.m28),
            "smallest": {name: _smallest(panel, series) for name, series in SIZES.items()},
            "lag": _lag_numbers(page.m26),
            "degree": _degree_numbers(panel, results["change"], parts, (first, last)),
        },
        prefix="chain",
    )
    return ChainPage(
        funds=chain_effects(pd.DataFrame(_fund_rows(page, sales)), STAGES, EFFECT, COLOURS),
        products=chain_effects(pd.DataFrame(_product_rows(page, sales)), STAGES, PRODUCT),
        changes=entity_map(
            tiles(panel, results["change"]),
            f"Change of the corrected degree, {first} to {last}",
            around=0,
        ),
        degree=_degree_table(parts, (first, last)),
    )


def _sales(m24: Section) -> Reading:
    """Return the regression of technology sales alone, which M24 compares with the two ends."""
    claim = replace(m24.claim, parts=(Part(m24.claim.focal, m24.claim.sign),), also=Also())
    return evaluate(claim, m24.panel, draws=99).details.readings[0]  # its p is not shown


def _fund_rows(page: Chapter, sales: Reading) -> Iterator[dict[str, object]]:
    for name, group in (("m22", "loans"), ("m23", "government R&D money")):
        for reading in getattr(page, name).evidence.details.also:
            if reading.outcome in PLACES:
                yield _row(reading, group)
    loans, patient = page.m25.evidence.details.readings
    yield _row(loans, "loans")
    yield _row(sales, "public patient funding", "pcp")
    yield _row(patient, "public patient funding")
    yield _row(sales, "industrial finance", "ifin")


def _product_rows(page: Chapter, sales: Reading) -> Iterator[dict[str, object]]:
    m27 = page.m27.evidence.details
    for reading in (*page.m24.evidence.details.also, sales):
        yield _row(reading, "patient funding × finance")
    for reading in (*m27.readings, *m27.also):
        yield _row(reading, "inventions × finance")


def _row(reading: Reading, group: str, term: str | None = None) -> dict[str, object]:
    stage, label = PLACES[reading.outcome]
    found = _line(reading, term or reading.focal)
    return {"stage": stage, "label": label, "group": group, "estimate": found["std"],
            "low": found["low"], "high": found["high"]}  # fmt: skip


def _line(reading: Reading, term: str) -> dict[str, object]:
    line = reading.estimates["two_way"].coefficient(term)
    std, low, high = (v * line.scale for v in (line.estimate, line.low_cr3, line.high_cr3))
    return {"std": std, "low": low, "high": high, "zero": _zero(low, high)}


def _zero(low: float, high: float) -> str:
    return "excludes zero" if low > 0 or high < 0 else "includes zero"


def _sales_numbers(sales: Reading) -> dict[str, object]:
    terms = {"pcp": "pcp", "ifin": "ifin", "product": sales.focal}
    return {f"tmo_{name}": _line(sales, term) for name, term in terms.items()}


def _weight_numbers(made: Section) -> dict[str, object]:
    """Who carries the term, and how much of it a straight line for each entity takes away."""
    reading = made.evidence.details.readings[0]
    heaviest = influence(reading.estimates["two_way"]).of(reading.focal).iloc[0]
    spread = {
        name: added_variable(reading.estimates[name].fitted, reading.focal).x.var()
        for name in ("two_way", "entity_trends")
    }
    return {
        "heaviest": _name(made.panel, heaviest["cluster"]),
        "heaviest_share": 100 * float(heaviest["partial_leverage"]),
        "straight": 100 * (1 - float(spread["entity_trends"] / spread["two_way"])),
        "lowest_without": _name(made.panel, made.evidence.findings[0].lowest_without),
        "highest_without": _name(made.panel, made.evidence.findings[0].highest_without),
    }


def _name(panel: Panel, entity: str) -> str:
    return str(panel.entities.loc[entity, "label_en"])


def _smallest(panel: Panel, series: str) -> str:
    return _name(panel, panel[series].groupby(level=0).mean().idxmin())


def _thirds(reading: Reading) -> dict[str, object]:
    """Give the slope within each third of the moderator, and the ends of the straight line."""
    found = moderated(reading)
    ends = found.curve["effect"].iloc[[0, -1]].tolist()
    bins = {
        name: {"std": r.effect, "low": r.low, "high": r.high, "zero": _zero(r.low, r.high)}
        for name, r in zip(("first", "second", "third"), found.bins.itertuples(), strict=True)
    }
    return {**bins, "line_start": ends[0], "line_end": ends[1]}


def _without(made: Section) -> dict[str, object]:
    line = made.evidence.details.readings[0].lines["entity_trends"]
    return {
        "lowest": line.lowest * line.scale,
        "lowest_without": _name(made.panel, line.lowest_without),
    }


def _lag_numbers(made: Section) -> dict[str, object]:
    """Say what each period can tell, and read the other outcome that M26 declares."""
    results = made.evidence.details.results
    claim = replace(made.claim, outcome=made.claim.also.outcomes[0], also=Also())
    other = evaluate(claim, made.panel).findings[0].columns[0]
    return {
        **{name: _period_numbers(results[name]) for name in ("earlier", "later")},
        "longest": max(claim.setup["lags"]),
        "other": {"std": other.estimate, "low": other.low, "high": other.high},
    }


def _period_numbers(found: DistributedLags) -> dict[str, object]:
    effects = [line.estimate * line.scale for line in found.coefficients]
    across = all(line.low_cr3 < 0 < line.high_cr3 for line in found.coefficients)
    return {
        "years": found.estimate.n_years,
        "fieller": found.mean_lag_fieller.shape,
        "sum_zero": "includes zero" if found.weak else "excludes zero",
        "across": "yes" if across and min(effects) < 0 < max(effects) else "no",
        "first_two": min(effects[:2]),
        "rest": max(map(abs, effects[2:])),
    }


def _degree_parts(panel: Panel, first: int, last: int) -> pd.DataFrame:
    """Parts of the degree by year, of the entities that have a degree in both years."""
    frame = panel.frame[[name for name in DEGREE if name != "balance"]]
    frame = frame.assign(balance=frame["d_wang"] ** 2 / frame["link_mean"])[[*DEGREE]]
    wide = frame.astype(float).unstack(0)  # noqa: PD010
    both = wide.loc[[first, last], "d_wang"].notna().all()
    kept = wide.loc[:, wide.columns.get_level_values(1).isin(both.index[both])]
    return kept.loc[first:last]


def _degree_numbers(
    panel: Panel, change: pd.Series, parts: pd.DataFrame, years: tuple[int, int]
) -> dict[str, object]:
    first, last = years
    means = parts.T.groupby(level=0).mean().T
    falls = change[change < 0].sort_values()
    outside = panel.entities.index.difference(change.index)
    numbers: dict[str, object] = {
        "first": first,
        "next": first + 1,
        "last": last,
        "both": len(change),
        "left_out": len(outside),
        "left_out_in": ", ".join(_name(panel, entity) for entity in outside),
        "rises": int((change > 0).sum()),
        "falls": len(falls),
        "falls_in": ", ".join(_name(panel, entity) for entity in falls.index),
        "most": _name(panel, change.idxmax()),
        "top": ", ".join(_name(panel, entity) for entity in change.nlargest(5).index),
        "flat": float(np.ptp(means["d_wang"].iloc[-3:])),
    }
    for name in DEGREE:
        moved = parts[name].loc[last] - parts[name].loc[first]
        numbers[name.removeprefix("d_")] = {
            "first": means.loc[first, name],
            "next": means.loc[first + 1, name],
            "last": means.loc[last, name],
            "rises": int((moved > 0).sum()),
        }
    return numbers


def _degree_table(parts: pd.DataFrame, years: tuple[int, int]) -> Html:
    first, last = years
    rows = []
    for name, label in DEGREE.items():
        start, end = parts[name].loc[first], parts[name].loc[last]
        rows.append((label, start.mean(), end.mean(), int((end > start).sum())))
    heads = ("What", str(first), str(last), "Rises in")
    number = "{:.2f}".format
    return table(
        pd.DataFrame(rows, columns=heads),
        f"The coupling degree taken apart: means over the {parts['d_wang'].shape[1]} provinces "
        "with a degree in both years; the corrected D is the square root of C* times T",
        {str(first): number, str(last): number},
        style="estimates",
    )
