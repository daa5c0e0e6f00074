"""What the chapters before the evidence show: one call a page."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from html import escape
from textwrap import shorten
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims import Ledger, ledger
from analysis.data import Panel, coverage, identities, load, provenance
from analysis.display.charts import coverage_map, entity_map, rank_ranges, trends
from analysis.display.html import Html, table
from analysis.display.mechanism import mechanism_map
from analysis.display.numbers import publish
from analysis.measures import (
    build,
    declarations,
    grade_sensitivity,
    rank_sensitivity,
    weights,
)

if TYPE_CHECKING:
    from analysis.display.picture import Picture

INDICES = ("nqp", "pcp", "ifin")
KINDS = {
    "normative": "says what ought to be; no figure can contradict it",
    "fact": "can be looked up; it is verified, not regressed",
}
RANDOM_WEIGHTS = 200
SCHEMES = ("entropy", "equal", "pca", "critic")


@cache
def book_panel(dataset: str = "china") -> Panel:
    """Return the panel with all measures, read once per chapter."""
    return build(load(dataset))


def overview() -> dict[str, object]:
    """Publish the numbers of the start page: how many claims of which status, how much data."""
    panel, book = book_panel(), ledger()
    status = pd.Series([claim.status for claim in book]).value_counts()
    return publish(
        {
            "claims": len(book),
            "testable": int(status.get("testable", 0)),
            "proxy": int(status.get("proxy", 0)),
            "user_data": int(status.get("needs user data", 0)),
            "executed": sum(claim.specification is not None for claim in book),
            "not_tested": len(book.not_tested),
            "entities": panel.roles.count,
            "first_year": panel.roles.first_year,
            "last_year": panel.roles.last_year,
            "series": sum(v.series == (n,) for n, v in panel.variables.items()),
        },
        prefix="book",
    )


@dataclass(frozen=True)
class LedgerPage:
    """The map of the mechanism and the list of what is claimed."""

    map: Picture
    claims: Html
    not_tested: Html


def ledger_page(book: Ledger | None = None) -> LedgerPage:
    """Lay out the ledger: the map, every claim in a row, and what no figure can test."""
    book = book or ledger()
    rows = pd.DataFrame(
        {
            "Claim": [c.id for c in book],
            "Section": [c.section for c in book],
            "What the paper claims": [
                Html(f'{c.sentence} <span lang="zh" class="quote">「{c.quote}」</span>')
                for c in book
            ],
            "Sign": [c.sign for c in book],
            "Status": [c.status for c in book],
        }
    )
    outside = pd.DataFrame(
        {
            "Statement": [Html(f'{n.sentence} <span lang="zh" class="quote">「{n.quote}」</span>')
                          for n in book.not_tested],
            "Section": [n.section for n in book.not_tested],
            "Kind": [KINDS[n.kind] for n in book.not_tested],
        }
    )  # fmt: skip
    return LedgerPage(
        map=mechanism_map(book),
        claims=table(rows, "Every claim of the ledger, in the order of the paper's argument"),
        not_tested=table(outside, "Statements of the paper that no figure can decide"),
    )


@dataclass(frozen=True)
class FiguresPage:
    """What figures there are, whether they add up and where they come from."""

    coverage: Picture
    identities: Html
    provenance: Html
    flags: Html


def figures_page(dataset: str = "china") -> FiguresPage:
    """Lay out coverage, identities, provenance and cell flags of a data set."""
    panel = load(dataset)
    checks, share = identities(panel), coverage(panel)
    labels = pd.Series(
        {n: shorten(v.label_en, 48, placeholder=" …") for n, v in panel.variables.items()}
    )
    publish(
        {
            "identities": len(checks),
            "identities_hold": int(checks["holds"].sum()),
            "cells": int(panel.frame.size),
            "cells_present": int(panel.frame.notna().sum().sum()),
            "share_present": float(panel.frame.notna().mean().mean()),
            "flagged": len(panel.flags),
            "suspicious": int((panel.flags["flag"] == "suspicious").sum()),
        },
        prefix="figures",
    )
    return FiguresPage(
        coverage=coverage_map(share, labels, panel.roles.entities),
        identities=_identities(checks),
        provenance=_provenance(provenance()),
        flags=_flags(panel),
    )


def _identities(checks: pd.DataFrame) -> Html:
    what = [
        Html(f"{escape(row.what)} <small>({row.statistic} deviation, {row.unit})</small>")
        for row in checks.itertuples()
    ]
    shown = pd.DataFrame(
        {
            "Identity": what,
            "Cells": checks["cells"],
            "Off by": checks["deviation"],
            "Allowed": checks["tolerance"],
            "Holds": checks["holds"].map({True: "yes", False: "NO"}),
        }
    )
    number = "{:.4f}".format
    return table(
        shown, "Accounting identities, recomputed at every build",
        {"Off by": number, "Allowed": number, "Cells": "{:,}".format},
    )  # fmt: skip


def _provenance(tables: pd.DataFrame) -> Html:
    rows = []
    for t in tables.itertuples():
        years = f"{t.years.replace('-', '–')}, " if t.years else ""
        source = [f"Published by {t.publisher}."] if t.publisher else []
        copies = ", ".join(dict.fromkeys(t.compiled_via.split("; ")))
        source += [f"Compiled via {copies}."] if copies else []
        rows.append(
            {
                "Table": Html(
                    f"{escape(t.title)}<br><small>{years}{t.variables} columns<br>"
                    f"SHA-256 {t.sha256[:10]}</small>"
                ),
                "Source and terms": Html(escape(" ".join([*source, f"Licence: {t.licence}."]))),
            }
        )
    return table(pd.DataFrame(rows), "Tables of the project: publisher, public copy, terms, hash")


def _flags(panel: Panel) -> Html:
    counted = (
        panel.flags.groupby(["variable", "flag", "note"], sort=True)
        .agg(cells=("entity", "size"), years=("year", lambda y: f"{y.min()}–{y.max()}"))
        .reset_index()
    )
    counted["years"] = counted["years"].str.replace(r"^(\d+)–\1$", r"\1", regex=True)
    counted["flag"] = counted["flag"].str.replace("_", " ")
    counted["variable"] = [panel.describe(name).label_en for name in counted["variable"]]
    counted = counted[["variable", "years", "cells", "flag", "note"]].rename(columns=str.capitalize)
    return table(counted, "Cells that carry a remark of their own")


@dataclass(frozen=True)
class MeasuringPage:
    """How the indices are built, how they move, and how much they owe to choices."""

    ingredients: Html
    weights: Html
    trends: Picture
    map: Picture
    ranks: Picture
    grades: Html
    notes: tuple[str, ...]


def measuring_page() -> MeasuringPage:
    """Lay out ingredients, weights, trends, the map, rank and grade sensitivity."""
    panel = book_panel()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        by_scheme = {(i, s): weights(panel, i, s).by_ingredient for i in INDICES for s in SCHEMES}
        ranks = rank_sensitivity(panel, "nqp", draws=RANDOM_WEIGHTS)
    grades = grade_sensitivity(panel)
    year = int(panel["nqp"].dropna().index.get_level_values("year").max())
    latest = panel["nqp"].xs(year, level="year")
    _publish_measuring(panel, ranks, grades, latest, year)
    label = panel.describe("nqp").label_en
    return MeasuringPage(
        ingredients=_ingredients(panel),
        weights=_weights(panel, by_scheme),
        trends=trends(panel, INDICES),
        map=entity_map(panel, latest, f"{label} index, {year}"),
        ranks=rank_ranges(ranks, panel.entities["label_en"], f"Rank in the {label} index"),
        grades=_grades(grades),
        notes=tuple(sorted({str(w.message) for w in caught})),
    )


def _publish_measuring(
    panel: Panel, ranks: pd.DataFrame, grades: pd.DataFrame, latest: pd.Series, year: int
) -> None:
    spread = ranks["random_p95"] - ranks["random_p05"]
    top = latest.sort_values(ascending=False)
    names = panel.entities["label_en"]
    sales = panel["tmo"].groupby(level="entity").mean().sort_values(ascending=False)
    finance = panel["ifin"].dropna().groupby(level="entity")
    change = finance.last() - finance.first()
    publish(
        {
            "year": year,
            "first_year": int(panel["nqp"].dropna().index.get_level_values("year").min()),
            "rows": int(panel["nqp"].notna().sum()),
            "top": names[top.index[0]],
            "top_value": float(top.iloc[0]),
            "median_value": float(latest.median()),
            "missing_latest": int(latest.isna().sum()),
            "rank_spread_median": float(spread.median()),
            "rank_spread_max": float(spread.max()),
            "rank_spread_name": names[spread.idxmax()],
            "draws": RANDOM_WEIGHTS,
            "sci_bas_corr": _correlation(panel, "sci", "bas"),
            "sci_app_corr": _correlation(panel, "sci", "app"),
            "d_pcp_corr": _correlation(panel, "d_wang", "pcp"),
            "pcp_lower": float((panel["pcp"] < panel["ifin"])[panel["ifin"].notna()].mean()),
            "d_ifin_corr": _correlation(panel, "d_wang", "ifin"),
            "tmo_top": names[sales.index[0]],
            "tmo_ratio": float(sales.iloc[0] / sales.iloc[1]),
            "ifin_rising": float((change > 0).mean()),
            "tmo_weight": weights(panel, "nqp", "entropy").by_ingredient["tmo"],
            "grade_count": int(grades["grade_en"].nunique()),
            "grade_lowest": grades.loc[grades["mean_d"].idxmin(), "grade_en"],
            "grade_lowest_zh": grades.loc[grades["mean_d"].idxmin(), "grade_zh"],
            "grade_highest": grades.loc[grades["mean_d"].idxmax(), "grade_en"],
            "grade_highest_zh": grades.loc[grades["mean_d"].idxmax(), "grade_zh"],
            "d_low": float(grades["mean_d"].min()),
            "d_high": float(grades["mean_d"].max()),
            "corr_d_t_low": float(grades["corr_d_t"].min()),
            "corr_d_t_high": float(grades["corr_d_t"].max()),
        },
        prefix="measuring",
    )


def _correlation(panel: Panel, a: str, b: str) -> float:
    return float(panel[a].corr(panel[b]))


def _ingredients(panel: Panel) -> Html:
    declared, rows = declarations(), []
    for index in INDICES:
        for i, name in enumerate(declared.index(index).ingredients):
            v = panel.describe(name)
            rows.append(
                {
                    "Index": panel.describe(index).label_en if i == 0 else "",
                    "Ingredient": Html(f'{v.label_en} <span lang="zh">{v.label_zh}</span>'),
                    "Formula": Html(f"<code>{v.formula}</code>"),
                    "Unit": declared[name].unit.shown,
                    "Years": f"{v.first_year}–{v.last_year}",
                }
            )
    return table(pd.DataFrame(rows), "What each index is made of; no series stands in two of them")


def _weights(panel: Panel, by_scheme: dict[tuple[str, str], dict[str, float]]) -> Html:
    rows = []
    for index in INDICES:
        for i, name in enumerate(by_scheme[index, "entropy"]):
            shares = [by_scheme[index, scheme].get(name) for scheme in SCHEMES]
            head = panel.describe(index).label_en if i == 0 else ""
            rows.append((head, panel.describe(name).label_en, *shares))
    shown = pd.DataFrame(rows, columns=["Index", "Ingredient", "Entropy", "Equal", "PCA", "CRITIC"])
    share = "{:.2f}".format
    return table(
        shown, "Weights of the ingredients under four schemes",
        dict.fromkeys(["Entropy", "Equal", "PCA", "CRITIC"], share),
    )  # fmt: skip


def _grades(grades: pd.DataFrame) -> Html:
    flat = grades.reset_index()
    shown = pd.DataFrame(
        {
            "Scaling": flat["scaling"],
            "Weights": flat["scheme"],
            "Form": flat["form"].map({"classic": "classic", "wang2021": "corrected"}),
            "Mean D": flat["mean_d"],
            "Grade": flat["grade_en"] + " " + flat["grade_zh"],
            "corr(D, T)": flat["corr_d_t"],
        }
    )
    number = "{:.2f}".format
    return table(
        shown, "The same figures, graded after different scalings",
        {"Mean D": number, "corr(D, T)": number},
    )  # fmt: skip
