"""How the coupling degree is spread over places and moves: what studies of it print, described.

No claim is asked here and no verdict rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.claims import Exhibit, Page, Study
from analysis.claims.numbers import flatten
from analysis.data import Panel
from analysis.inference.cells import Grid
from analysis.measures.distribution import Dagum, between_by_chance, dagum, densities
from analysis.measures.transitions import Homogeneity, Markov, homogeneity, markov, neighbour_means
from analysis.models import SpatialWeights
from analysis.models.spatial_weights import contiguity, inverse_distance, permuted

UNITS = {"province-year": "d_wang", "city-year": "d_city"}  # by unit, the degree that it has
QUARTILES = (0.25, 0.5, 0.75)
CLASSES = ("lowest", "second", "third", "highest")
DENSITIES = 4  # so many years are drawn, first and last among them
DRAWS = 499  # maps and regions dealt at random
LEVEL = 0.05
CHANCE = (5, 50, 95)  # percentiles of what chance gives
PARTS = {"within": "within", "between": "between", "transvariation": "overlap"}


@dataclass(frozen=True, slots=True)
class Spread:
    """One data set: the degree by entity and year, and who lies where."""

    name: str
    title: str
    degree: pd.DataFrame
    regions: pd.Series
    near: SpatialWeights

    @property
    def years(self) -> list[int]:
        """Years in which the degree is observed."""
        return [int(year) for year in self.degree.dropna(axis=1, how="all")]


def degree_spread(study: Study) -> Page:
    """Decompose the degree by region, draw its densities and count its moves."""
    regions = study.panel(study.main).entities["region"]
    found = [_spread(study.panel(study.units[unit]), name, regions) for unit, name in UNITS.items()]
    dagums = {one.name: _by_year(one) for one in found}
    pages = [_moves(one) for one in found]
    numbers = {one.name: _numbers(one, dagums[one.name]) for one in found}
    shown = Page(
        flatten(numbers | {"draws": DRAWS}, prefix="spread"),
        {"densities": _densities(found), "dagum": _shares(found, dagums)},
        {f"dagum_{one.name}": _dagum_grid(one, dagums[one.name]) for one in found},
    )
    for page in pages:
        shown |= page
    return shown


def _spread(panel: Panel, name: str, regions: pd.Series) -> Spread:
    """Cities lie in a province and take its region; they have no table of neighbours."""
    own = panel.entities["region"]
    pairs = None if panel.geography is None else panel.geography.neighbours
    degree = panel[name].unstack("year")  # noqa: PD010
    seen = degree.columns[degree.notna().any()]
    return Spread(
        name=panel.roles.entities,
        title=f"{panel.roles.entities.capitalize()} {panel.roles.entity_zh}",
        degree=degree.loc[:, seen[0] : seen[-1]],  # a year without any figure inside stays
        regions=own.replace(regions.to_dict()),
        near=contiguity(panel) if pairs is not None else inverse_distance(panel, power=2),
    )


def _by_year(one: Spread) -> pd.DataFrame:
    """Gini, the shares of its parts, and percentiles of the share that chance gives to regions."""
    rows = {}
    for year in one.years:
        values = one.degree[year].dropna()
        groups = one.regions[values.index].to_list()
        found: Dagum = dagum(values, groups)
        chance = np.percentile(between_by_chance(values, groups, DRAWS, seed=year), CHANCE)
        low, middle, high = map(float, chance)
        rows[year] = {"entities": len(values), "gini": found.gini, **found.shares,
                      "low": low, "chance": middle, "high": high}  # fmt: skip
    return pd.DataFrame(rows).T.rename_axis("year")


def _numbers(one: Spread, table: pd.DataFrame) -> dict[str, object]:
    return {
        "first": _year_numbers(one, table, one.years[0]),
        "last": _year_numbers(one, table, one.years[-1]),
        "years": len(table),
        "beyond_chance": int((table["between"] > table["high"]).sum()),
        "within_low": float(table["within"].min()),
        "within_high": float(table["within"].max()),
    }


def _year_numbers(one: Spread, table: pd.DataFrame, year: int) -> dict[str, object]:
    row, values = table.loc[year].to_dict(), one.degree[year]
    return {
        **row,
        "entities": int(row["entities"]),
        "year": year,
        "median": float(values.median()),
        "width": float(values.quantile(0.9) - values.quantile(0.1)),
    }


def _densities(found: list[Spread]) -> Exhibit:
    panels, medians = {}, {}
    for one in found:
        chosen = [one.years[i] for i in np.linspace(0, len(one.years) - 1, DENSITIES).astype(int)]
        samples = {str(year): one.degree[year].dropna() for year in chosen}
        at = np.linspace(0, 1.1 * float(one.degree[chosen].max(axis=None)), 121)
        panels[one.title] = densities(samples, at).curves
        medians[one.title] = pd.Series({name: float(v.median()) for name, v in samples.items()})
    shown = {"panels": panels, "marks": medians, "xlabel": "coordination degree D; dot: median"}
    return Exhibit("ridges", shown)


def _shares(found: list[Spread], tables: dict[str, pd.DataFrame]) -> Exhibit:
    names = PARTS | {"between": "between regions"}
    panels = {one.title: 100 * tables[one.name][list(names)].rename(columns=names) for one in found}
    bands = {one.title: 100 * tables[one.name][["low", "high"]] for one in found}
    words = "% of the Gini coefficient; band: between regions by chance"
    return Exhibit("named_lines", {"panels": panels, "bands": bands, "xlabel": words})


def _moves(one: Spread) -> Page:
    """Count moves of the degree, and of the degree over the mean of its year.

    Where everyone rises in the same years, own moves and classes of neighbours go together by the
    calendar alone; over the mean of the year they do not.
    """
    relative = one.degree / one.degree.mean()
    return _chain(one, one.degree, "level") | _chain(one, relative, "relative")


def _chain(one: Spread, degree: pd.DataFrame, kind: str) -> Page:
    """Count moves between quartiles; ask on true and false maps whether neighbours matter."""
    values = degree.to_numpy(float)
    cuts = np.nanquantile(values, QUARTILES)
    alone, beside = markov(values, cuts), _conditioned(values, cuts, one.near)
    rng = np.random.default_rng(one.years[0])
    maps = (permuted(one.near, rng) for _ in range(DRAWS))
    false = [homogeneity(_conditioned(values, cuts, near).counts) for near in maps]
    space = _space_numbers(homogeneity(beside.counts), false)
    numbers = _chain_numbers(alone, beside) | {"space": space}
    grid = _markov_grid(one, kind, alone, beside, _note(space))
    return Page(
        flatten({one.name: {kind: numbers}}, prefix="spread"),
        grids={f"markov_{one.name}_{kind}": grid},
    )


def _conditioned(values: np.ndarray, cuts: np.ndarray, near: SpatialWeights) -> Markov:
    return markov(values, cuts, neighbour_means(values, near.raw))


def _chain_numbers(alone: Markov, beside: Markov) -> dict[str, object]:
    counts, total = alone.counts, int(alone.counts.sum())
    share = alone.probabilities
    return {
        "moves": total,
        "missing": alone.missing,
        "without_neighbours": total - int(beside.counts.sum()),
        "stay": float(np.trace(counts) / total),
        "stay_lowest": float(share[0, 0]),
        "stay_highest": float(share[-1, -1]),
        "up": float(np.triu(counts, 1).sum() / total),
        "down": float(np.tril(counts, -1).sum() / total),
        "far": float((np.triu(counts, 2) + np.tril(counts, -2)).sum() / total),
        "stay_beside": {
            name: {CLASSES[k]: float(table[k, k]) for k in range(4) if np.isfinite(table[k, k])}
            for name, table in zip(CLASSES, beside.probabilities, strict=True)
        },
    }


def _space_numbers(test: Homogeneity, false: list[Homogeneity]) -> dict[str, float | int]:
    ratios = np.array([one.lr for one in false])
    return {
        "lr": test.lr,
        "chi2": test.chi2,
        "dof": test.dof,
        "p": test.p_lr,
        "p_chi2": test.p_chi2,
        "false_median": float(np.median(ratios)),
        "false_rejects": float(np.mean([one.p_lr < LEVEL for one in false])),
        "p_false": float((1 + (ratios >= test.lr).sum()) / (1 + len(false))),
    }


def _note(space: dict[str, float | int]) -> str:
    p_lr, p_chi2, p_false = (
        f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"
        for p in (space["p"], space["p_chi2"], space["p_false"])
    )
    return (
        f"One matrix whatever the neighbours: LR {space['lr']:.1f} ({p_lr}), chi-squared "
        f"{space['chi2']:.1f} ({p_chi2}), {space['dof']} degrees of freedom, moves taken for "
        f"independent. On {DRAWS} maps dealt at random the median LR is "
        f"{space['false_median']:.1f}; by these maps {p_false}."
    )


def _markov_grid(one: Spread, kind: str, alone: Markov, beside: Markov, note: str) -> Grid:
    blocks = {"any": alone.counts} | dict(zip(CLASSES, beside.counts, strict=True))
    rows = []
    for name, counts in blocks.items():
        shares = Markov(counts, missing=0).probabilities
        for start, row, total in zip(CLASSES, shares, counts.sum(axis=1), strict=True):
            rows.append((name, start, *row, int(total)))
    heads = [f"to {name}" for name in CLASSES]
    shown = pd.DataFrame(rows, columns=["Neighbours", "From", *heads, "Moves"])
    of = {"level": "the degree", "relative": "the degree over the mean of its year"}[kind]
    caption = (
        f"{one.title}: yearly moves of {of} between its quartiles over all years, as shares of "
        f"each row, for any neighbours and by the quartile of their mean; weights: "
        f"{one.near.note[0].lower()}{one.near.note[1:].rstrip('.')}; descriptive"
    )
    grid = Grid.of_frame(shown, caption, dict.fromkeys(heads, "{:.2f}".format))
    return replace(grid, notes=(note,))


def _dagum_grid(one: Spread, table: pd.DataFrame) -> Grid:
    names = {"entities": one.name.capitalize(), "gini": "Gini", "within": "Within",
             "between": "Between", "transvariation": "Overlap"}  # fmt: skip
    shown = table[list(names)].rename(columns=names)
    shown.insert(0, "Year", table.index)
    shown["Between, by chance"] = [
        f"{row.chance:.2f} [{row.low:.2f}, {row.high:.2f}]" for row in table.itertuples()
    ]
    shares = [*names.values()][2:]
    formats = dict.fromkeys(shares, "{:.2f}".format) | {
        "Gini": "{:.3f}".format, one.name.capitalize(): "{:.0f}".format,
    }  # fmt: skip
    caption = (
        f"{one.title}: Gini coefficient of the degree, the shares of its parts by four regions, "
        f"and the share between regions dealt at random, median [5th, 95th percentile]"
    )
    return Grid.of_frame(shown, caption, formats)
