"""What the chapter on broken links shows besides its claim: which link is the weaker one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.claims import Exhibit, Family, Page
from analysis.claims.explore import rivals
from analysis.claims.numbers import flatten
from analysis.data import Panel
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_term

LINKS = ("pcp", "ifin")


def explore(page: Family) -> Page:
    """Show which link is the weaker one, and the slope of the weaker link beside rival forms."""
    panel = page.m46.panel
    second = which_is_weaker(panel)
    years = second.groupby(level=1)
    rows = link_forms(page)
    numbers = {
        **_weaker_numbers(panel, second),
        **parts_of_term(page.m46),
        "forms": rivals.rival_numbers(rows),
    }
    shown = {
        "counts": years.sum(), "totals": years.count(),
        "words": "provinces in which finance is the weaker of the two",
    }  # fmt: skip
    return Page(
        flatten(numbers, prefix="links"),
        {
            "weaker": Exhibit("count_of_all", shown),
            "forms": rivals.rival_effects(rows, "slope of the weaker link,\nwithin-SDs of NQP"),
        },
        {
            "forms_table": rivals.rivals_table(
                rows,
                "M46: the slope of the weaker link beside rival forms, within-SDs, [95% CR3 "
                "interval]; BIC under two-way effects less that of the declared form, on the same "
                "rows only; all but the first row exploratory",
            )
        },
    )


def which_is_weaker(panel: Panel) -> pd.Series:
    """Return where the second link is the lower one, True or False, on rows that have both."""
    both = panel.frame[list(LINKS)].dropna()
    return both[LINKS[1]] < both[LINKS[0]]


def link_forms(page: Family) -> pd.DataFrame:
    """Follow the slope of the weaker link while the levels are set free."""
    reading = page.m46.readings[0]
    weaker, mean = reading.regression.spec.regressors
    first = reading.estimates.columns[0].first_year
    later = replace(reading.regression.spec.sample, first_year=first + 1)
    free = (weaker, *LINKS)
    curved = tuple((one, two) for one in LINKS for two in LINKS if one <= two)
    forms = (
        rivals.Form("mean", "the mean\n(declared)", (weaker, mean)),
        rivals.Form("levels", "both levels", free),
        rivals.Form("later", "both levels,\nfirst year out", free, sample=later),
        rivals.Form("straight", "levels alone,\nno weaker link", LINKS),
        rivals.Form("degree", "coordination degree,\nno weaker link", ("d_wang", *LINKS)),
        rivals.Form("curved", "product and squares,\nno weaker link", LINKS, curved),
    )
    return rivals.rival_forms(reading.regression, forms, weaker)


def _weaker_numbers(panel: Panel, second: pd.Series) -> dict[str, object]:
    both = panel.frame[list(LINKS)].dropna()
    ranks = both.rank(pct=True)
    by_rank = ranks[LINKS[1]] < ranks[LINKS[0]]
    by_year, by_entity = second.groupby(level=1).sum(), second.groupby(level=0).sum()
    shares = second.groupby(level=1).mean()
    return {
        "rows": len(second),
        "finance_weaker": int(second.sum()),
        "finance_share": float(second.mean()),
        "funding_share": float(1 - second.mean()),
        "first_year": int(by_year.index[0]),
        "second_year": int(by_year.index[1]),
        "first_year_share": float(shares.iloc[0]),
        "second_year_share": float(shares.iloc[1]),
        "first_two": int(by_year.iloc[:2].sum()),
        "later": int(by_year.iloc[2:].sum()),
        "later_most": int(by_year.iloc[2:].max()),
        "later_years": len(by_year) - 2,
        "later_years_none": int((by_year.iloc[2:] == 0).sum()),
        "most_often": panel.entities["label_en"][by_entity.idxmax()],
        "most_often_rows": int(by_entity.max()),
        "rank_share": float(by_rank.mean()),
        "rank_switched": float((by_rank != second).mean()),
    }
