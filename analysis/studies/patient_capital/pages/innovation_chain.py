"""The page on the innovation chain: its estimates drawn on it, and what carries them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.claims import Evaluated, Exhibit, Family, Page, Part, Reading, Secondary
from analysis.claims.evaluation import evaluate
from analysis.claims.exhibit import tiles
from analysis.claims.numbers import entity_name, flatten, span
from analysis.claims.pictures import moderated
from analysis.claims.question import Question
from analysis.data import Panel
from analysis.inference import DistributedLags, influence
from analysis.inference.cells import Grid
from analysis.models.fit import added_variable
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_term

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
    "loans": "orange",
    "government R&D money": "blue",
    "public patient funding": "purple",
    "industrial finance": "green",
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


def explore(page: Family) -> Page:
    """Set every estimate on its stage of the chain, and say what carries it."""
    sales = _sales(page.m24)
    panel, results = page.m29.panel, page.m29.results
    first, last = results["years"]
    parts = _degree_parts(panel, first, last)
    means = panel.frame[[*SIZES.values()]].groupby(level=0).mean()
    numbers = {
        **_sales_numbers(sales),
        **{name: _weight_numbers(getattr(page, name)) for name in LINES},
        **{f"{name}_parts": parts_of_term(getattr(page, name)) for name in ("m24", "m27", "m28")},
        "m24_thirds": _thirds(page.m24.readings[0]),
        "m27_thirds": _thirds(page.m27.readings[0]),
        "m28_thirds": _thirds(page.m28.readings[0]),
        "smallest": {name: entity_name(means[of].idxmin(), panel) for name, of in SIZES.items()},
        "lag": _lag_numbers(page.m26),
        "degree": _degree_numbers(panel, results["change"], parts, (first, last)),
    }
    funds = {"rows": pd.DataFrame(_fund_rows(page, sales)), "stages": STAGES, "ylabel": EFFECT}
    products = {"rows": pd.DataFrame(_product_rows(page, sales)), "stages": STAGES}
    changes = {
        "rows": tiles(panel, results["change"]), "around": 0,
        "title": f"Change of the corrected degree, {first} to {last}",
    }  # fmt: skip
    return Page(
        flatten(numbers, prefix="chain"),
        {
            "funds": Exhibit("chain_effects", {**funds, "colours": COLOURS}),
            "products": Exhibit("chain_effects", {**products, "ylabel": PRODUCT}),
            "changes": Exhibit("entity_map", changes),
        },
        {"degree": _degree_table(parts, (first, last))},
    )


def _sales(m24: Evaluated) -> Reading:
    """Return the regression of technology sales alone, which M24 compares with the two ends."""
    parts = (Part(m24.claim.focal, m24.claim.sign),)
    claim = replace(m24.claim, parts=parts, secondary=Secondary())
    question = Question(claim, m24.panel, m24.study)
    return evaluate(question, draws=99).readings[0]  # its p is not shown


def _fund_rows(page: Family, sales: Reading) -> Iterator[dict[str, object]]:
    for name, group in (("m22", "loans"), ("m23", "government R&D money")):
        for reading in getattr(page, name).secondary:
            if reading.outcome in PLACES:
                yield _row(reading, group)
    loans, patient = page.m25.readings
    yield _row(loans, "loans")
    yield _row(sales, "public patient funding", "pcp")
    yield _row(patient, "public patient funding")
    yield _row(sales, "industrial finance", "ifin")


def _product_rows(page: Family, sales: Reading) -> Iterator[dict[str, object]]:
    for reading in (*page.m24.secondary, sales):
        yield _row(reading, "patient funding × finance")
    for reading in (*page.m27.readings, *page.m27.secondary):
        yield _row(reading, "inventions × finance")


def _row(reading: Reading, group: str, term: str | None = None) -> dict[str, object]:
    stage, label = PLACES[reading.outcome]
    found = _line(reading, term or reading.focal)
    return {"stage": stage, "label": label, "group": group, "estimate": found["std"],
            "low": found["low"], "high": found["high"]}  # fmt: skip


def _line(reading: Reading, term: str) -> dict[str, object]:
    line = reading.estimates["two_way"].coefficient(term)
    return span(*(v * line.scale for v in (line.estimate, line.low_cr3, line.high_cr3)))


def _sales_numbers(sales: Reading) -> dict[str, object]:
    terms = {"pcp": "pcp", "ifin": "ifin", "product": sales.focal}
    return {f"tmo_{name}": _line(sales, term) for name, term in terms.items()}


def _weight_numbers(made: Evaluated) -> dict[str, object]:
    """Who carries the term judged, and how much of it a line for each entity takes away."""
    reading = made.judged[0]
    heaviest = influence(reading.estimates["two_way"]).of(reading.focal).iloc[0]
    return {
        "heaviest": entity_name(heaviest["cluster"], made.panel),
        "heaviest_share": 100 * float(heaviest["partial_leverage"]),
        "straight": _straight(reading),
        "straight_declared": _straight(made.readings[0]),
        "lowest_without": entity_name(made.evidence.findings[0].lowest_without, made.panel),
        "highest_without": entity_name(made.evidence.findings[0].highest_without, made.panel),
    }


def _straight(reading: Reading) -> float:
    """Per cent of what identifies the term that a straight line for each entity takes away."""
    spread = {
        name: added_variable(reading.estimates[name].fitted, reading.focal).x.var()
        for name in ("two_way", "entity_trends")
    }
    return 100 * (1 - float(spread["entity_trends"] / spread["two_way"]))


def _thirds(reading: Reading) -> dict[str, object]:
    """Give the slope within each third of the moderator, and the ends of the straight line."""
    found = moderated(reading)
    ends = found.curve["effect"].iloc[[0, -1]].tolist()
    bins = {
        name: span(r.effect, r.low, r.high)
        for name, r in zip(("first", "second", "third"), found.bins.itertuples(), strict=True)
    }
    return {**bins, "line_start": ends[0], "line_end": ends[1]}


def _lag_numbers(made: Evaluated) -> dict[str, object]:
    """Say what each period can tell, and read the other outcome that M26 declares."""
    results = made.results
    outcome = made.claim.secondary.outcomes[0]
    claim = replace(made.claim, outcome=outcome, secondary=Secondary())
    found = evaluate(Question(claim, made.panel, made.study))
    other = found.evidence.findings[0].columns[0]
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
        "left_out_in": ", ".join(entity_name(entity, panel) for entity in outside),
        "rises": int((change > 0).sum()),
        "falls": len(falls),
        "falls_in": ", ".join(entity_name(entity, panel) for entity in falls.index),
        "most": entity_name(change.idxmax(), panel),
        "top": ", ".join(entity_name(entity, panel) for entity in change.nlargest(5).index),
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


def _degree_table(parts: pd.DataFrame, years: tuple[int, int]) -> Grid:
    first, last = years
    rows = []
    for name, label in DEGREE.items():
        start, end = parts[name].loc[first], parts[name].loc[last]
        rows.append((label, start.mean(), end.mean(), int((end > start).sum())))
    means = [str(first), str(last)]
    return Grid.of_frame(
        pd.DataFrame(rows, columns=["What", *means, "Rises in"]),
        f"The coupling degree taken apart: means over the {parts['d_wang'].shape[1]} provinces "
        "with a degree in both years; the corrected D is the square root of C* times T",
        dict.fromkeys(means, "{:.2f}".format),
        style="estimates",
    )
