"""From estimation rows to arrays: differences, effects, clusters and exact partialling out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.models.effects import EFFECTS, Absorbed
from analysis.models.rows import Dropped, Rows, few
from analysis.models.scaling import rank, without_columns
from analysis.models.specification import Specification

__all__ = ["ABSORBED", "Design", "build_design", "flat", "split_effects", "without_nested"]

ABSORBED = 1e-10  # share of variance left below which a term counts as a combination of others
_MANY = 4e6  # cells of effects spelled out from which their means are taken from counts
_VANISHED = 1e-14  # share of variance left by effects below which nothing but rounding is left


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Arrays of one regression, row by row as in `index`.

    Attributes
    ----------
    index : MultiIndex
        (entity, year) of each row.
    y, x : ndarray, shapes (n,) and (n, k)
        Outcome and terms, differenced where the effects say so, nothing absorbed yet.
    absorbed : tuple of Absorbed
        Everything to absorb.
    clusters : ndarray of int, shape (n,)
        Cluster of each row; `cluster_labels[clusters]` names them.
    within_sd : ndarray, shape (1 + k,)
        SD of outcome and terms in levels around entity and year means; see `Fit.within_sd`.
    dropped : tuple of Dropped
        All reasons, those of differencing last.
    """

    index: pd.MultiIndex
    y: np.ndarray
    x: np.ndarray
    absorbed: tuple[Absorbed, ...]
    clusters: np.ndarray
    cluster_labels: tuple[str, ...]
    within_sd: np.ndarray
    dropped: tuple[Dropped, ...]

    @property
    def free(self) -> int:
        """Parameters besides slopes: rank of the constant and effects not nested in clusters."""
        families = [a for a in self.absorbed if not a.nested_in(self.clusters)]
        if len(families) == 1 and families[0].slope is None and not families[0].omit_first:
            return int(families[0].codes.max()) + 1  # dummies add up to the constant
        free = [a.columns() for a in families]
        return rank(np.column_stack([np.ones(len(self.y)), *free]))


def build_design(spec: Specification, panel: Panel, rows: Rows) -> Design:
    """Turn rows into arrays; refuse rows without a cluster and a sample without differences."""
    levels, frame, dropped = rows.frame, rows.frame, rows.dropped
    if EFFECTS[spec.effects].differenced:
        frame, lost = _differences(levels)
        dropped = (*dropped, *lost)
        if frame.empty:
            raise SpecificationError(
                f"No first difference of '{spec.outcome}' can be used: no two entities have rows "
                "in the same two consecutive years, so use other effects."
            )
    index, table = frame.index, frame.to_numpy()
    clusters, labels = _clusters(spec, panel, rows, index)
    y, x, absorbed = table[:, 0], table[:, 1:], _absorbed(spec, rows, index)
    return Design(index, y, x, absorbed, clusters, labels, _within_sd(rows), dropped)


def split_effects(
    z: np.ndarray, absorbed: Sequence[Absorbed], clusters: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Partial effects out of z in two steps, so that a cluster can later be left out exactly.

    Effects nested in clusters vanish with their cluster: taking them out of the other clusters'
    rows is the same with and without it. The other effects must be estimated anew without the
    cluster, so they are kept as columns. (Frisch and Waugh 1933; Lovell 1963.)

    Parameters
    ----------
    z : ndarray, shape (n, m)
        Columns to clean.
    absorbed : sequence of Absorbed
        Effects to take out.
    clusters : ndarray of int, shape (n,)
        Cluster of each row.

    Returns
    -------
    tuple of ndarray
        z less the nested effects (n, m); the other effects as columns less the nested ones
        (n, q); z less all effects (n, m).
    """
    if any(a.slope is None and not a.omit_first for a in absorbed):
        z = z - z.mean(axis=0)  # effects span it; a level far above its movement would cost digits
    nested = [a for a in absorbed if a.nested_in(clusters)]
    free = [a for a in absorbed if not a.nested_in(clusters)]
    if len(nested) == 1 and nested[0].slope is None and sum(map(_levels, free)) > _MANY:
        partly = without_nested(z, nested, clusters)
        nuisance = np.column_stack([_less_means(a, nested[0].codes) for a in free])
    else:
        both = without_nested(np.column_stack([z, *(a.columns() for a in free)]), nested, clusters)
        partly, nuisance = both[:, : z.shape[1]], both[:, z.shape[1] :]
    if not free:
        return partly, nuisance, partly
    return partly, nuisance, without_columns(partly, nuisance)


def _levels(family: Absorbed) -> int:
    return len(family.codes) * (int(family.codes.max()) + 1)


def _less_means(family: Absorbed, codes: np.ndarray) -> np.ndarray:
    """Columns of a family less their means in each level of `codes`, from counts alone."""
    levels, width = int(codes.max()) + 1, int(family.codes.max()) + 1
    sums = np.bincount(codes * width + family.codes, family.slope, levels * width)
    means = sums.reshape(levels, width) / np.bincount(codes)[:, None]
    return family.columns() - means[codes, int(family.omit_first) :]


def flat(clean: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Mark columns of which the effects in `clean` leave nothing of `raw` but rounding, (m,)."""
    rounding = (100 * np.finfo(float).eps) ** 2 * (raw**2).sum(axis=0)
    moved = ((raw - raw.mean(axis=0)) ** 2).sum(axis=0)
    return (clean**2).sum(axis=0) <= np.maximum(_VANISHED * moved, rounding)


def without_nested(z: np.ndarray, absorbed: Sequence[Absorbed], clusters: np.ndarray) -> np.ndarray:
    """Residuals of z, shape (n, m), on those effects that are nested in clusters."""
    nested = [a for a in absorbed if a.nested_in(clusters)]
    if not nested:
        return z
    lead, *rest = nested
    shared = all(np.array_equal(lead.codes, a.codes) for a in rest)
    if shared and lead.slope is None and len(rest) < 2 and all(a.slope is not None for a in rest):
        return _within_levels(z, lead.codes, rest[0].slope if rest else None)
    out = np.empty_like(z)  # levels overlap: one small regression per cluster
    order = np.argsort(clusters, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(clusters[order])) + 1):
        block = np.column_stack([a.at(rows).columns() for a in nested])
        out[rows] = z[rows] - block @ np.linalg.lstsq(block, z[rows], rcond=1e-10)[0]
    return out


def _within_levels(z: np.ndarray, codes: np.ndarray, slope: np.ndarray | None) -> np.ndarray:
    """Residuals of z on a constant, and perhaps a line, for each level of a grouping."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    counts = np.diff(starts, append=len(codes))

    def off(values: np.ndarray, weights: np.ndarray, size: np.ndarray) -> np.ndarray:
        sums = np.add.reduceat(values * weights, starts, axis=0)
        return values - weights * np.repeat(sums / size, counts, axis=0)

    flat_line, size = np.ones((len(z), 1)), counts[:, None].astype(float)
    out = off(off(z[order], flat_line, size), flat_line, size)  # twice: the first mean rounds
    if slope is not None:
        line = off(slope[order, None], flat_line, size)
        length = np.add.reduceat(line**2, starts, axis=0)
        line *= np.repeat(length > _VANISHED * size, counts, axis=0)  # a level of one year
        out = off(off(out, line, np.where(length > 0, length, 1.0)), flat_line, size)
    back = np.empty_like(out)
    back[order] = out
    return back


@lru_cache(maxsize=4)  # columns of a table share their rows
def _within_sd(rows: Rows) -> np.ndarray:
    """SD of each column around entity and year effects; zero where these take all of it."""
    z, index = rows.frame.to_numpy(), rows.frame.index
    entity, year = _codes(index, 0), _codes(index, 1)
    effects = Absorbed("entity", entity), Absorbed("year", year)
    clean = split_effects(z, effects, entity)[2]
    return np.where(flat(clean, z), 0.0, np.sqrt((clean**2).sum(axis=0) / (len(z) - 1)))


def _differences(levels: pd.DataFrame) -> tuple[pd.DataFrame, list[Dropped]]:
    """Change on the year before, where that year is itself a row of the sample."""
    years = levels.index.get_level_values(1)
    grid = pd.MultiIndex.from_product(
        [levels.index.unique(0), range(years.min(), years.max() + 1)], names=levels.index.names
    )
    change = levels.reindex(grid).groupby(level=0).diff().dropna()
    lost = [Dropped("first difference unavailable", len(levels) - len(change))]
    lone = few(_codes(change.index, 1), np.ones(len(change)), 1) if len(change) else np.zeros(0)
    if lone.any():
        lost.append(Dropped("only difference of its year", int(lone.sum())))
        change = change[~lone]
    return change, [d for d in lost if d.rows]


def _absorbed(spec: Specification, rows: Rows, index: pd.MultiIndex) -> tuple[Absorbed, ...]:
    kinds = EFFECTS[spec.effects].absorbs
    entity, year = _codes(index, 0), _codes(index, 1)
    time = _standard(index.get_level_values(1).to_numpy(dtype=float))
    area = pd.factorize(_on(rows.region, index))[0] * (year.max() + 1) + year
    made = {
        "entity": lambda: Absorbed("entity", entity),
        "year": lambda: Absorbed("year", year),
        "region_year": lambda: Absorbed("region × year", pd.factorize(area, sort=True)[0]),
        "entity_trend": lambda: Absorbed("entity trend", entity, time),
    }
    out = [made[kind]() for kind in kinds]
    for name, values in _on(rows.initial, index).items():
        z = _standard(values.to_numpy())
        # Entity effects already span the sum of these columns over the years.
        out.append(Absorbed(f"initial {name} × year", year, z, omit_first="entity" in kinds))
    return tuple(out)


def _clusters(
    spec: Specification, panel: Panel, rows: Rows, index: pd.MultiIndex
) -> tuple[np.ndarray, tuple[str, ...]]:
    if spec.cluster in ("entity", "year"):
        values = index.get_level_values(0 if spec.cluster == "entity" else 1).to_series(index)
    elif spec.cluster == "region":
        values = _on(rows.region, index)
    elif spec.cluster in panel.frame.columns:
        values = panel.frame[spec.cluster].reindex(index)
    else:
        known = ["entity", "region", "year", *map(str, panel.frame.columns)]
        raise UnknownNameError("cluster variable", spec.cluster, known, "the panel")
    if values.isna().any():
        entity, year = index[values.isna().to_numpy()][0]
        raise SpecificationError(
            f"Cluster variable '{spec.cluster}' is missing for {entity} in {year}: fill it in or "
            "leave these rows out of the sample."
        )
    codes, labels = pd.factorize(values.to_numpy(), sort=True)
    return codes, tuple(map(str, labels))


def _on(values: Any, index: pd.MultiIndex) -> Any:  # noqa: ANN401
    """Values on the rows of an index; differences have fewer rows than levels."""
    return values if len(values) == len(index) else values.reindex(index)


def _codes(index: pd.MultiIndex, level: int) -> np.ndarray:
    codes = index.codes[level]
    values = index.levels[1].to_numpy()[codes] if level else codes
    return pd.factorize(values, sort=bool(level))[0]


def _standard(values: np.ndarray) -> np.ndarray:
    """Centre and scale: the span with the effects is the same, the arithmetic is steadier."""
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 0 else 1.0)
