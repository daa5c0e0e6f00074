"""What the chapter on place adds to its two claims: maps, false maps and who is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.claims import Evaluated, Exhibit, Family, Page
from analysis.claims.designs.spatial import weights_of
from analysis.claims.exhibit import tiles
from analysis.claims.numbers import flatten, span
from analysis.claims.pictures import moderated
from analysis.data import Panel
from analysis.inference import SpatialEstimate, SpatialPlacebo, spatial_placebo
from analysis.inference.cells import Grid
from analysis.inference.spatial.design import spatial_design
from analysis.models import SpatialWeights
from analysis.studies.patient_capital.pages.parts_of_terms import parts_of_term

FALSE_MAPS = 99
_EXCLUDED = "excluded entity "


def explore(page: Family) -> Page:
    """Draw the maps of M33 and put the spatial model of M34 on false maps."""
    fit, near = page.m33, page.m34
    panel, maps = near.panel, near.result["maps"]
    by = fit.claim.focal.split(":")[1]
    term = near.readings[0].focal
    name, model = next(iter(maps.items()))
    false = _false_maps(near, name, model)
    gone = _gone(near, model)
    numbers = {
        **_map_numbers(panel, by, "quotient"),
        **_map_numbers(panel, term, "finance"),
        **_product_numbers(fit, by),
        **parts_of_term(fit),
        **_spatial_numbers(near, maps, term),
        **_false_numbers(false, term, model.effect(term).scale),
        "spatial_rows": model.n,
        "spatial_entities": model.n_entities,
        "left_out": _list(gone["name"]),
        "left_out_alone": _list(gone["name"][gone["alone"]]),
        "left_out_gaps": _list(gone["name"][~gone["alone"]]),
    }
    return Page(
        flatten(numbers, prefix="place"),
        {
            "strength": _map(panel, by),
            "finance": _map(panel, term),
            "placebo": _placebo_picture(near, name, model, false, term),
        },
        {
            "left_out": _left_out_table(gone),
            **{f"model_{one}": _titled(one, model) for one, model in maps.items()},
            "false_maps": false.grid(),
        },
    )


def _weights(near: Evaluated, name: str) -> SpatialWeights:
    """Return a map with the measure that the ledger gives it."""
    words = next(one for one in near.claim.setup["maps"] if one.split()[0] == name)
    return weights_of(near.readings[0].regression.panel, words)


def _titled(name: str, model: SpatialEstimate) -> Grid:
    grid = model.grid()
    return replace(grid, caption=f"{name.replace('_', ' ')}: {grid.caption}")


def _map(panel: Panel, name: str) -> Exhibit:
    """Draw the latest year."""
    year, variable = _latest(panel, name), panel.describe(name)
    title = f"{variable.label_en} {variable.label_zh}, {year}"
    rows = tiles(panel, panel[name].xs(year, level=1))
    return Exhibit("entity_map", {"rows": rows, "title": title})


def _latest(panel: Panel, name: str) -> int:
    return int(panel[name].dropna().index.get_level_values(1).max())


def _map_numbers(panel: Panel, name: str, prefix: str) -> dict[str, object]:
    year = _latest(panel, name)
    ranked = panel[name].xs(year, level=1).sort_values(ascending=False)
    return {
        f"{prefix}_year": year,
        f"{prefix}_top": panel.entities["label_en"][ranked.index[0]],
        f"{prefix}_top_value": float(ranked.iloc[0]),
        f"{prefix}_second_value": float(ranked.iloc[1]),
        f"{prefix}_median": float(ranked.median()),
        f"{prefix}_missing": int(ranked.isna().sum()),
    }


def _product_numbers(made: Evaluated, by: str) -> dict[str, object]:
    """Who carries the product, and at which value of the moderator the slope crosses zero."""
    reading, panel = made.readings[0], made.panel
    found, finding = moderated(reading), made.evidence.findings[0]
    rows = pd.Series(1, index=reading.estimates["two_way"].fitted.index).groupby(level=0).sum()
    top = panel[by].xs(_latest(panel, by), level=1).idxmax()
    curve, names = found.curve, panel.entities["label_en"]
    covers = ((found.bins["low"] < 0) & (found.bins["high"] > 0)).all()
    slope = np.diff(curve["effect"])[0] / np.diff(curve["at"])[0]
    crossing = float(curve["at"].iloc[0] - curve["effect"].iloc[0] / slope)
    return {
        "strongest_rows": int(rows[top]),
        "usual_rows": int(rows.max()),
        "crossing": crossing,
        "below": 100 * float((found.support < crossing).mean()),
        "bins_zero": "includes zero" if covers else "excludes zero",
        "slope_lowest": float(found.bins["effect"].min()),
        "slope_highest": float(found.bins["effect"].max()),
        "lowest_without": names[finding.lowest_without],
        "lowest_quotient": float(panel[by].loc[finding.lowest_without].dropna().iloc[-1]),
        "lowest_finance": float(panel[found.of].loc[finding.lowest_without].dropna().iloc[-1]),
        "highest_without": names[finding.highest_without],
    }


def _false_maps(near: Evaluated, name: str, model: SpatialEstimate) -> SpatialPlacebo:
    """Estimate the model again on permuted maps; rows are those of the model."""
    panel, weights = near.readings[0].regression.panel, _weights(near, name)
    return spatial_placebo(model.specification, panel, weights, balance="largest", maps=FALSE_MAPS)


def _placebo_picture(
    near: Evaluated, name: str, model: SpatialEstimate, false: SpatialPlacebo, term: str
) -> Exhibit:
    scale, ends = model.effect(term).scale, ["estimate", "low", "high"]
    rows = model.tidy()
    rows = rows[rows["term"] == term].assign(weights=name)
    rows[ends] *= scale
    outcome, regressor = (near.panel.describe(n).label_en for n in (near.claim.outcome, term))
    words = f"within-SDs of {outcome.lower()}\nper within-SD of {regressor.lower()}"
    shown = {"rows": rows, "xlabel": words, "placebo": {name: false.drawn * scale}}
    return Exhibit("spatial_effects", shown)


def _spatial_numbers(
    near: Evaluated, maps: Mapping[str, SpatialEstimate], term: str
) -> dict[str, object]:
    panel, numbers = near.readings[0].regression.panel, {}
    for name, model in maps.items():
        spread = _spread(panel, _weights(near, name), model)
        numbers[name] = {"rho": model.rho, "neighbours_spread": spread}
        for kind in ("direct", "indirect", "total"):
            line = model.effect(term, kind)
            ends = (line.estimate, line.low, line.high)
            numbers[name][kind] = {**span(*(v * line.scale for v in ends)), "p": line.p}
    return numbers


def _spread(panel: Panel, weights: SpatialWeights, model: SpatialEstimate) -> float:
    """Within-SD of the neighbours' regressor over that of the own one: what a map leaves to see."""
    design = spatial_design(model.specification, panel, weights, transform=True, balance="largest")
    return float(design.wx.std() / design.x.std())


def _false_numbers(false: SpatialPlacebo, term: str, scale: float) -> dict[str, object]:
    lines = false.tidy().set_index("quantity")
    numbers: dict[str, object] = {"false_maps": false.maps, "false_stable": len(false.drawn)}
    for kind in ("direct", "indirect", "total"):
        line = lines.loc[f"{kind} of {term}"]
        ends = {end: float(line[end]) * scale for end in ("median", "low", "high")}
        numbers[f"false_{kind}"] = {"share": 100 * float(line["share"]), **ends}
    return numbers


def _gone(near: Evaluated, model: SpatialEstimate) -> pd.DataFrame:
    """List who is missing from the spatial model: name, whether for want of a neighbour, gaps."""
    spec, panel = model.specification, near.panel
    used = range(model.first_year, model.last_year + 1)
    rows = []
    for reason in (drop.reason for drop in model.dropped):
        if not reason.startswith(_EXCLUDED):
            continue
        code = reason.removeprefix(_EXCLUDED)
        alone = code in spec.sample.exclude_entities
        rows.append((str(panel.entities["label_en"][code]), alone, _gaps(near, code, used)))
    return pd.DataFrame(rows, columns=["name", "alone", "gaps"])


def _gaps(near: Evaluated, code: str, years: Sequence[int]) -> str:
    """Name the years in which one of the two sides is missing, counted as it enters."""
    spec = near.readings[0].regression.spec
    out = []
    for name in (spec.outcome, *spec.regressors):
        lag = 0 if name == spec.outcome else spec.lag_of(name)
        values = near.panel[name]
        somewhere = set(values.dropna().index.get_level_values(1))
        own = values.xs(code, level=0)
        missing = [y - lag for y in years if y - lag in somewhere and pd.isna(own.get(y - lag))]
        if missing:
            label = near.panel.describe(name).label_en
            out.append(f"{label[:1].lower()}{label[1:]} {_spans(missing)}")
    return "; ".join(out)


def _spans(years: Sequence[int]) -> str:
    """Write runs of years as spans.

    >>> _spans([2011, 2012, 2013, 2016])
    '2011–2013, 2016'
    """
    spans: list[list[int]] = []
    for year in sorted(years):
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(f"{a}–{b}" if b > a else str(a) for a, b in spans)


def _left_out_table(gone: pd.DataFrame) -> Grid:
    why = [
        "all its neighbours are left out" if row.alone else f"without a figure: {row.gaps}"
        for row in gone.itertuples()
    ]
    return Grid.of_frame(
        pd.DataFrame({"Left out": gone["name"], "Why": why}),
        "A spatial model needs every entity in every year, and a neighbour for each",
    )


def _list(names: Sequence[str]) -> str:
    """Join names as a sentence does.

    >>> _list(["Here", "There", "Elsewhere"])
    'Here, There and Elsewhere'
    """
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
