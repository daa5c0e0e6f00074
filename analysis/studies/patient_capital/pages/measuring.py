"""The page on measuring: how indices are built, how they move, what they owe to choices."""

from __future__ import annotations

import pandas as pd

from analysis.claims import Exhibit, Page, Study
from analysis.claims.exhibit import tiles, yearly_values
from analysis.claims.numbers import flatten
from analysis.data import Panel
from analysis.inference.cells import Grid
from analysis.measures import (
    Declarations,
    grade_sensitivity,
    overlap,
    rank_sensitivity,
    weights,
)

INDICES = ("nqp", "pcp", "ifin")
MIXED = "nqp_factors"  # outputs and inputs, as published indices mix them
RANDOM_WEIGHTS = 200
SCHEMES = ("entropy", "equal", "pca", "critic")


def explore(study: Study) -> Page:
    """Show ingredients, weights, trends, the map, rank and grade sensitivity."""
    panel, declared = study.panel(study.main), study.measures
    by_scheme = {
        (i, s): weights(panel, declared, i, s).by_ingredient for i in INDICES for s in SCHEMES
    }
    ranks = rank_sensitivity(panel, declared, "nqp", draws=RANDOM_WEIGHTS)
    grades = grade_sensitivity(panel, declared, ("pcp", "ifin"))
    year = int(panel["nqp"].dropna().index.get_level_values("year").max())
    latest = panel["nqp"].xs(year, level="year")
    label, names = panel.describe("nqp").label_en, panel.entities["label_en"]
    title, rank = f"{label} index, {year}", f"Rank in the {label} index"
    below = f"line: median {panel.roles.entity}; band: middle half; dots: lowest and highest"
    numbers = _numbers(panel, ranks, grades, latest, year)
    numbers["tmo_weight"] = by_scheme["nqp", "entropy"]["tmo"]
    numbers["mixed"] = _mixed_numbers(panel, declared)
    return Page(
        flatten(numbers, prefix="measuring"),
        {
            "trends": Exhibit("trends", {"rows": yearly_values(panel, INDICES), "xlabel": below}),
            "map": Exhibit("entity_map", {"rows": tiles(panel, latest), "title": title}),
            "ranks": Exhibit("rank_ranges", {"ranks": ranks, "labels": names, "title": rank}),
        },
        {
            "ingredients": _ingredients(panel, declared),
            "weights": _weights(panel, by_scheme),
            "grades": _grades(grades),
        },
    )


def _numbers(
    panel: Panel, ranks: pd.DataFrame, grades: pd.DataFrame, latest: pd.Series, year: int
) -> dict[str, object]:
    spread = ranks["random_p95"] - ranks["random_p05"]
    names = panel.entities["label_en"]
    sales = panel["tmo"].groupby(level="entity").mean().sort_values(ascending=False)
    finance = panel["ifin"].dropna().groupby(level="entity")
    change = finance.last() - finance.first()
    return {
        "year": year,
        "first_year": int(panel["nqp"].dropna().index.get_level_values("year").min()),
        "rows": int(panel["nqp"].notna().sum()),
        "top": names[latest.idxmax()],
        "top_value": float(latest.max()),
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
        "grade_count": int(grades["grade_en"].nunique()),
        "grade_lowest": grades.loc[grades["mean_d"].idxmin(), "grade_en"],
        "grade_lowest_zh": grades.loc[grades["mean_d"].idxmin(), "grade_zh"],
        "grade_highest": grades.loc[grades["mean_d"].idxmax(), "grade_en"],
        "grade_highest_zh": grades.loc[grades["mean_d"].idxmax(), "grade_zh"],
        "d_low": float(grades["mean_d"].min()),
        "d_high": float(grades["mean_d"].max()),
        "corr_d_t_low": float(grades["corr_d_t"].min()),
        "corr_d_t_high": float(grades["corr_d_t"].max()),
    }


def _mixed_numbers(panel: Panel, declared: Declarations) -> dict[str, object]:
    """Compare ranks year by year with those of the index that mixes outputs and inputs."""
    own, mixed = declared.index("nqp").ingredients, declared.index(MIXED).ingredients
    inputs = [name for name in mixed if name not in own]
    share = weights(panel, declared, MIXED).by_ingredient
    both = panel.frame[["nqp", MIXED, *inputs]].dropna()
    ranks = both.groupby(level="year").rank()
    by_year = ranks.groupby(level="year").corr()["nqp"].unstack()  # noqa: PD010
    return {
        "rows": len(both),
        "years": len(by_year),
        "first_year": int(by_year.index[0]),
        "last_year": int(by_year.index[-1]),
        "rank_low": float(by_year[MIXED].min()),
        "rank_high": float(by_year[MIXED].max()),
        "own_weight": sum(share[name] for name in own),
        "series": len(overlap(panel, declared, "nqp", MIXED).shared),
        "pcp_passes": "yes" if overlap(panel, declared, "pcp", MIXED).disjoint else "no",
        "with": {name: float(by_year[name].mean()) for name in inputs},
        "weight": {name: share[name] for name in inputs},
    }


def _correlation(panel: Panel, a: str, b: str) -> float:
    return float(panel[a].corr(panel[b]))


def _ingredients(panel: Panel, declared: Declarations) -> Grid:
    rows = []
    for index in INDICES:
        for i, name in enumerate(declared.index(index).ingredients):
            v = panel.describe(name)
            head = panel.describe(index).label_en if i == 0 else ""
            words, years = f"{v.label_en} {v.label_zh}", f"{v.first_year}–{v.last_year}"
            rows.append((head, words, f"`{v.formula}`", declared[name].unit.shown, years))
    heads = ("Index", "Ingredient", "Formula", "Unit", "Years")
    caption = "What each index is made of; no series stands in two of them"
    return Grid.of_frame(pd.DataFrame(rows, columns=heads), caption)


def _weights(panel: Panel, by_scheme: dict[tuple[str, str], dict[str, float]]) -> Grid:
    rows = []
    for index in INDICES:
        for i, name in enumerate(by_scheme[index, "entropy"]):
            shares = [by_scheme[index, scheme].get(name) for scheme in SCHEMES]
            head = panel.describe(index).label_en if i == 0 else ""
            rows.append((head, panel.describe(name).label_en, *shares))
    schemes = ["Entropy", "Equal", "PCA", "CRITIC"]
    shown = pd.DataFrame(rows, columns=["Index", "Ingredient", *schemes])
    caption = "Weights of the ingredients under four schemes"
    return Grid.of_frame(shown, caption, dict.fromkeys(schemes, "{:.2f}".format))


def _grades(grades: pd.DataFrame) -> Grid:
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
    caption = "The same figures, graded after different scalings"
    return Grid.of_frame(shown, caption, dict.fromkeys(["Mean D", "corr(D, T)"], "{:.2f}".format))
