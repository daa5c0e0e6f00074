"""The page on measuring: how indices are built, how they move, what they owe to choices."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.claims.exhibit import tiles, yearly_values
from analysis.data import Panel
from analysis.display.charts import entity_map, rank_ranges, trends
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.pages import book_panel
from analysis.display.theme import SIDE_COLOURS
from analysis.measures import grade_sensitivity, rank_sensitivity, weights
from analysis.studies.patient_capital import declared

if TYPE_CHECKING:
    from analysis.display.picture import Picture

INDICES = ("nqp", "pcp", "ifin")
RANDOM_WEIGHTS = 200
SCHEMES = ("entropy", "equal", "pca", "critic")


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
        by_scheme = {
            (i, s): weights(panel, declared(), i, s).by_ingredient for i in INDICES for s in SCHEMES
        }
        ranks = rank_sensitivity(panel, declared(), "nqp", draws=RANDOM_WEIGHTS)
    grades = grade_sensitivity(panel, declared(), ("pcp", "ifin"))
    year = int(panel["nqp"].dropna().index.get_level_values("year").max())
    latest = panel["nqp"].xs(year, level="year")
    _publish_measuring(panel, ranks, grades, latest, year)
    label = panel.describe("nqp").label_en
    return MeasuringPage(
        ingredients=_ingredients(panel),
        weights=_weights(panel, by_scheme),
        trends=trends(
            yearly_values(panel, INDICES),
            f"line: median {panel.roles.entity}; band: middle half; dots: lowest and highest",
            SIDE_COLOURS,
        ),
        map=entity_map(tiles(panel, latest), f"{label} index, {year}"),
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
            "tmo_weight": weights(panel, declared(), "nqp", "entropy").by_ingredient["tmo"],
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
    rows = []
    for index in INDICES:
        for i, name in enumerate(declared().index(index).ingredients):
            v = panel.describe(name)
            rows.append(
                {
                    "Index": panel.describe(index).label_en if i == 0 else "",
                    "Ingredient": Html(f'{v.label_en} <span lang="zh">{v.label_zh}</span>'),
                    "Formula": Html(f"<code>{v.formula}</code>"),
                    "Unit": declared()[name].unit.shown,
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
