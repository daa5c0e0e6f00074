"""What the chapter on countries shows beside its claims: a break, two scatters, a difference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.claims import Evaluated, Exhibit, Family, Page, Reading
from analysis.claims.designs import Regression, with_sample
from analysis.claims.numbers import flatten
from analysis.data import Panel
from analysis.data.files import read_yaml
from analysis.errors import UnknownNameError
from analysis.inference import Estimates, estimate_columns
from analysis.inference.cells import Grid
from analysis.studies.patient_capital.pages.countries_systems import line_numbers, systems

NAMES = Path(__file__).with_name("countries.yml")
JUMP, FACTOR, LEAST = 25.0, 2.0, 5.0
"""A yearly change counts as a break from JUMP points of GDP on, or where the series is multiplied
or divided by FACTOR and moves by LEAST points or more."""
BEFORE, AFTER = 7, 6  # years drawn around the break
ENOUGH = 5  # years that a mean needs


def explore(chapter: Family) -> Page:
    """Show the break, both scatters and the difference of M14.

    What is estimated anew here is exploratory, except the difference that M14 declares.

    Raises
    ------
    UnknownNameError
        countries.yml names an economy that the panel does not hold.
    """
    assets, both = chapter.m05, chapter.m14
    broken, breaks = _broken(assets)
    readings, again = _readings(assets)
    between, across = _between(assets)
    tilt, models = _tilt(both)
    numbers = {**breaks, **again, **across, **models}
    remarks = _remarks(assets.panel, (*assets.claim.secondary.outcomes, *both.claim.names))
    shown = Page(
        flatten(numbers, prefix="countries"),
        {"broken": broken, "readings": readings, "between": between, "tilt": tilt},
        {"remarks": remarks},
    )
    return shown | systems(both, "countries")


def _names(part: str) -> dict[str, str]:
    """Read codes, and words for each, from countries.yml."""
    return read_yaml(NAMES)[part]


def _codes(panel: Panel, part: str) -> list[str]:
    codes = list(_names(part))
    for code in codes:
        if code not in panel.entities.index:
            raise UnknownNameError("economy", code, panel.entities.index, NAMES.name)
    return codes


def _remarks(panel: Panel, names: tuple[str, ...]) -> Grid:
    rows = [
        (f"{v.label_en} {v.label_zh}", f"{v.first_year}–{v.last_year}", v.notes or "none")
        for v in map(panel.describe, dict.fromkeys(names))
    ]
    shown = pd.DataFrame(rows, columns=["Series", "Years", "Remark"])
    return Grid.of_frame(shown, "What the sidecars of the tables say about the series used here")


def _broken(made: Evaluated) -> tuple[Exhibit, dict[str, object]]:
    """Draw the pension series that break in the first year of the sample."""
    panel, name = made.panel, made.claim.secondary.outcomes[0]
    year = made.claim.specification["sample"]["first_year"]
    wide = panel[name].unstack("entity")  # noqa: PD010
    change, factor = wide.diff(), wide / wide.shift()
    moved = (factor >= FACTOR) | (factor <= 1 / FACTOR)
    jumps = (change.abs() >= JUMP) | (moved & (change.abs() >= LEAST))
    size = change.loc[year][jumps.loc[year]]
    order = size.abs().sort_values(ascending=False).index
    shown = wide.loc[year - BEFORE : year + AFTER, order]
    variable = panel.describe(name)
    series = shown.rename(columns=panel.entities["label_en"])
    words = f"{variable.label_en}, {variable.unit}"
    picture = Exhibit("broken_series", {"series": series, "year": year, "ylabel": words})
    return picture, {
        "rule": {"jump": JUMP, "factor": FACTOR, "least": LEAST},
        "break_year": year,
        "break_count": len(order),
        "break_observed": int(change.loc[year].notna().sum()),
        "break_up": int((size > 0).sum()),
        "break_down": int((size < 0).sum()),
        "break_up_names": ", ".join(panel.entities["label_en"][size[size > 0].index]),
        "break_down_names": ", ".join(panel.entities["label_en"][size[size < 0].index]),
        "break_later": int(jumps.loc[year + 1 :].sum(axis=1).max()),
    }


def _readings(made: Evaluated) -> tuple[Exhibit, dict[str, object]]:
    """Put M05 again: declared, secondary, and on other samples."""
    panel, plausible = made.panel, made.study.rules.plausible
    first, doubtful = made.readings[0], _codes(panel, "doubtful")
    pension, insurers = (reading.estimates for reading in made.secondary)
    sound = _again(first.regression, exclude_entities=doubtful)
    whole = _again(first.regression, first_year=panel.roles.first_year)
    found: dict[str, tuple[str, Estimates]] = {
        "declared": ("as declared", first.estimates),
        "pension": ("pension funds alone", pension),
        "insurers": ("insurers alone", insurers),
        "sound": ("without doubtful series", sound),
        "all_years": ("all years, across the break", whole),
    }
    rows, numbers = [], {}
    for key, (label, estimates) in found.items():
        line = line_numbers(estimates["two_way"].coefficient(first.focal))
        numbers[key] = {**line, "n": estimates["two_way"].n}
        rows.append({"label": label, **line})
    assets_sd, volatility_sd = map(float, first.estimates["two_way"].fitted.within_sd)
    numbers |= {
        "assets_sd": assets_sd,
        "volatility_sd": 100 * float(np.expm1(volatility_sd)),
        "plausible": plausible,
        "plausible_points": plausible * assets_sd,
        "doubtful": len(doubtful),
        "doubtful_names": ", ".join(panel.entities["label_en"][doubtful]),
        **_reporting(made),
    }
    xlabel = "within-SDs of the assets per within-SD of volatility;\nbars: 95% CR3"
    return Exhibit("interval_rows", {"rows": pd.DataFrame(rows), "xlabel": xlabel}), numbers


def _reporting(made: Evaluated) -> dict[str, object]:
    """Compare economies that enter a regression with those that do not: medians of their means."""
    reading = made.readings[0]
    columns = {"income": "gdppc_const2015usd", "volatility": "inflation_sd"}
    means = _years_of(reading, made.panel, columns).groupby(level="entity").mean()
    enters = means.index.isin(reading.estimates["two_way"].fitted.index.get_level_values(0))
    medians = {"in": means[enters].median(), "out": means[~enters].median()}
    return {key: {side: by[key] for side, by in medians.items()} for key in columns}


def _again(regression: Regression, **sample: object) -> Estimates:
    changed = with_sample(regression, **sample)
    return estimate_columns(changed.spec, changed.panel)


def _between(made: Evaluated) -> tuple[Exhibit, dict[str, object]]:
    """Draw the means of economies in the years of the regression, shaded by income."""
    panel, reading = made.panel, made.readings[0]
    names = {"x": "inflation_sd", "y": reading.outcome, "shade": "gdppc_const2015usd"}
    means = _means(panel, names, reading)
    means["shade"] /= 1000
    shown = {
        "means": means.assign(name=_labels(panel, means.index)),
        "xlabel": "volatility of inflation, percentage points",
        "ylabel": f"{panel.describe(reading.outcome).label_en}, % of GDP",
        "shade": "real GDP per head, thousand US$ of 2015",
    }
    logs = np.log(means[["x", "shade"]])
    return Exhibit("cross_section", shown), {
        "between": len(means),
        "between_corr": float(logs["x"].corr(means["y"])),
        "between_income": float(logs["x"].corr(logs["shade"])),
        "between_assets_income": float(logs["shade"].corr(means["y"])),
    }


def _tilt(made: Evaluated) -> tuple[Exhibit, dict[str, object]]:
    """Draw R&D against the tilt of finance, the paper's models named."""
    panel, reading = made.panel, made.readings[0]
    means = _means(panel, {"x": "market_tilt", "y": reading.outcome}, reading)
    means["x"] = np.exp(means["x"])
    codes = _codes(panel, "models")
    shown = {
        "means": means.assign(name=_labels(panel, means.index), marked=means.index.isin(codes)),
        "xlabel": "stock market capitalisation over bank credit",
        "ylabel": f"{panel.describe(reading.outcome).label_en}, % of GDP",
        "sides": ("more banks", "more market"),
    }
    numbers: dict[str, object] = {
        "tilted": len(means),
        "tilt_median": float(means["x"].median()),
        "tilt_corr": float(np.log(means["x"]).corr(means["y"])),
    }
    for code in codes:
        at = means.loc[code]
        below = float((means["x"] < at["x"]).mean())
        numbers[code.lower()] = {"ratio": float(at["x"]), "rd": float(at["y"]), "below": below}
    return Exhibit("cross_section", shown), numbers


def _means(panel: Panel, names: dict[str, str], reading: Reading) -> pd.DataFrame:
    """Means by economy over the years of a regression, of those with enough years."""
    grouped = _years_of(reading, panel, names).dropna().groupby(level="entity")
    return grouped.mean()[grouped.size() >= ENOUGH]


def _years_of(reading: Reading, panel: Panel, names: dict[str, str]) -> pd.DataFrame:
    """Return measures, under names of one's own, in the years of a regression."""
    sample = reading.regression.spec.sample
    years = panel.frame.index.get_level_values("year")
    kept = (years >= sample.first_year) & (years <= sample.last_year)
    return panel.frame.loc[kept, list(names.values())].set_axis(list(names), axis=1)


def _labels(panel: Panel, codes: pd.Index) -> list[str]:
    marked, names = _codes(panel, "models"), panel.entities["label_en"]
    return [names[code] if code in marked else "" for code in codes]
