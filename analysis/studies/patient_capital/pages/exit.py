"""What the chapter on exit adds to its claim: did exits open wider where it needs them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.claims import Evaluated, Exhibit, Family, Page
from analysis.claims.designs.derived import fixed_exposure
from analysis.claims.designs.paths import ExposurePath, exposure_path
from analysis.claims.numbers import flatten
from analysis.data import Panel
from analysis.inference import Poisson, poisson
from analysis.inference.cells import Grid, signed, zero_words
from analysis.models import EFFECTS

SERIES = {
    "ipos": "Offerings in the year 当年首发",
    "listed_firms_growth_boards": "Firms on the growth boards 创业板与科创板",
    "listed_firms": "All listed firms 上市公司",
}
COUNT, LOGGED, STOCK = "ipos", "ln_ipos", "ln_listed"
GROUPS = ("lowest third", "middle third", "highest third")
RECENT = 5  # years just before the base year, to see whether that year stands low
POISSON_COLUMNS = ("two_way", "region_year")


def explore(family: Family) -> Page:
    """Count listings by exposure and look at the years before; exploratory."""
    made = family.m38
    exposure = _exposure(made)
    third = pd.qcut(exposure, len(GROUPS), labels=GROUPS).astype(str)
    counts = _counts(family.study.raw(family.study.main), third)
    start = made.claim.setup["active"][0]
    paths = {
        r.name.split()[-1]: exposure_path(made.claim, made.panel, r.regression)
        for r in made.secondary
    }
    main = made.result["path"]
    models = _poisson(made)
    numbers = {
        **_count_numbers(counts, start),
        "path": _path_numbers(main, start),
        **{name: {"path": _path_numbers(path, start)} for name, path in paths.items()},
        "poisson": {n: _percent(m, exposure.std()) for n, m in models.items()},
        "start": start,
        "base": main.base,
        "leads": main.leads,
        "exposure_first": made.claim.setup["exposure"][0],
        "exposure_last": made.claim.setup["exposure"][1],
        "exposure_top": made.panel.entities["label_en"][exposure.idxmax()],
        "edge": made.panel.entities["label_en"][exposure[third == GROUPS[1]].idxmax()],
    }
    shown = {"counts": counts, "start": start, "since": f"from {start}"}
    return Page(
        flatten(numbers, prefix="exit"),
        {
            "counts": Exhibit("grouped_counts", shown),
            "listed": _listed_picture(made, paths[STOCK], start),
        },
        {
            "poisson": _poisson_table(models, float(exposure.std()), made),
            "before": _before_table(made, {made.claim.outcome: main, **paths}),
        },
    )


def _exposure(made: Evaluated) -> pd.Series:
    """Return the fixed exposure, one number per entity."""
    years = tuple(made.claim.setup["exposure"])
    return fixed_exposure(made.panel, made.claim.focal, years).groupby(level=0).first()


def _counts(raw: Panel, third: pd.Series) -> dict[str, pd.DataFrame]:
    """Sum the published counts over entities within thirds of the exposure."""
    out = {}
    for name, title in SERIES.items():
        of = third.reindex(raw.frame.index.get_level_values(0)).to_numpy()
        year = raw.frame.index.get_level_values(1)
        sums = {g: raw[name].where(of == g).groupby(year).sum(min_count=1) for g in GROUPS[::-1]}
        out[title] = pd.DataFrame(sums).dropna()
    return out


def _count_numbers(counts: Mapping[str, pd.DataFrame], start: int) -> dict[str, object]:
    """Share of the highest third before and after, and the years that stand out."""
    numbers: dict[str, object] = {}
    for name, title in SERIES.items():
        by_year = counts[title]
        highest, whole = by_year[GROUPS[-1]], by_year.sum(axis=1)
        after = whole.index >= start
        if name == COUNT:
            before = [100 * float(highest[m].sum() / whole[m].sum()) for m in (~after, after)]
            numbers |= {
                "offerings_total_base": int(whole.loc[start - 1]),
                "offerings_peak": int(whole.max()),
                "offerings_peak_year": int(whole.idxmax()),
                "offerings_empty_year": int(whole.idxmin()),
                "offerings_empty": int(whole.min()),
                "offerings_last": int(whole.iloc[-1]),
                "last_year": int(whole.index.max()),
            }
        else:
            before = [100 * float((highest / whole).loc[y]) for y in (start - 1, whole.index.max())]
        numbers[f"{name}_share"] = {"before": before[0], "after": before[1]}
    return numbers


def _path_numbers(path: ExposurePath, start: int) -> dict[str, object]:
    """How the slope moved before and after, and how many later years leave zero out."""
    rows = path.table.set_index("year")
    before, after = rows[rows.index < path.base], rows[rows.index >= start]
    recent = before.iloc[-RECENT:]
    return {
        "p": path.p,
        "first_std": float(before["estimate"].iloc[0]),
        "last_std": float(after["estimate"].iloc[-1]),
        "last_low": float(after["low"].iloc[-1]),
        "lowest_after": float(after["estimate"].min()),
        "recent_years": len(recent),
        "recent_above": int((recent["estimate"] > 0).sum()),
        "highest_before": float(before["estimate"].max()),
        "highest_before_year": int(before["estimate"].idxmax()),
        "yearly_before": float(-before["estimate"].iloc[0] / (path.base - before.index[0])),
        "yearly_after": float(after["estimate"].iloc[-1] / (after.index[-1] - path.base)),
        "years_after": len(after),
        "years_above": int((after["low"] > 0).sum()),
        "last_year": int(after.index[-1]),
        "first_year": int(before.index[0]),
    }


def _poisson(made: Evaluated) -> dict[str, Poisson]:
    """Regress the count itself on the exposure, with the sample and controls of the claim."""
    regression = next(r.regression for r in made.secondary if r.outcome == LOGGED)
    spec = replace(regression.spec, outcome=COUNT)
    return {
        effects: poisson(replace(spec, effects=effects), regression.panel)
        for effects in POISSON_COLUMNS
    }


def _percent(model: Poisson, spread: float) -> dict[str, object]:
    """Percent more offerings per SD of the exposure over entities."""
    line = model.terms[0]
    plain = {name: getattr(line, name) * spread for name in ("estimate", "low", "high")}
    ends = {name: 100 * float(np.expm1(value)) for name, value in plain.items()}
    zero = zero_words(ends["low"], ends["high"])
    return {**ends, "zero": zero, "n": model.n, "dispersion": model.dispersion}


def _poisson_table(models: Mapping[str, Poisson], spread: float, made: Evaluated) -> Grid:
    rows = []
    for effects, model in models.items():
        found = _percent(model, spread)
        value, low, high = (signed(found[name], 1) for name in ("estimate", "low", "high"))
        rows.append(
            {
                "Effects": EFFECTS[effects].label,
                "Change of the count": f"{value}%\n[{low}, {high}]",
                "Rows": f"{model.n:,} of {model.grid_rows:,}",
                "Left out": "; ".join(map(str, model.dropped)) or "none",
            }
        )
    exposure = made.panel.describe(made.claim.focal).label_en.lower()
    return Grid.of_frame(
        pd.DataFrame(rows),
        f"Poisson regression of the number of offerings: percent per SD of the {exposure} before, "
        "[95% CR1 interval]; exploratory",
        style="estimates",
    )


def _listed_picture(made: Evaluated, path: ExposurePath, start: int) -> Exhibit:
    exposure = made.panel.describe(made.claim.focal).label_en
    label = made.panel.describe(STOCK).label_en
    ylabel = f"{label}, within-SDs\nper SD of {exposure[:1].lower()}{exposure[1:]}"
    shown = {"path": path.table, "xlabel": "year", "ylabel": ylabel, "start": start}
    return Exhibit("event_path", shown | {"since": f"{path.base} is the base year"})


def _before_table(made: Evaluated, paths: Mapping[str, ExposurePath]) -> Grid:
    rows = [
        {
            "Outcome": made.panel.describe(name).label_en,
            "Declared as": "primary" if name == made.claim.outcome else "secondary reading",
            "Years before": path.leads,
            "Joint p": f"{path.p:.3f}",
        }
        for name, path in paths.items()
    ]
    return Grid.of_frame(
        pd.DataFrame(rows),
        "Did more exposed provinces move like the others before? Joint test of the years before "
        "the base year; for the secondary readings exploratory",
    )
