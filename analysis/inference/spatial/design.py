"""From a specification and weights to the balanced arrays a spatial panel model needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.data import Panel
from analysis.errors import SpecificationError, require_type
from analysis.inference.spatial.spectrum import Spectrum, spectrum
from analysis.models import EFFECTS, Dropped, Rows, Specification, estimation_rows
from analysis.models.design import ABSORBED, build_design, flat, split_effects
from analysis.models.spatial_weights import SpatialWeights

__all__ = ["SpatialDesign", "balanced_rows", "spatial_design"]

BALANCE = ("error", "largest")
_SHOWN = 5  # missing cells a message names


@dataclass(frozen=True, slots=True, eq=False)
class SpatialDesign:
    """Arrays of n entities, t years and k terms, all effects taken out.

    `y, wy`, shape (n, t), are the outcome and its spatial lag, `x, wx`, shape (n, t, k), the terms
    and theirs; `entities, years` are in the order of the arrays. `spectrum` holds the weights among
    exactly these entities, `periods` counts independent cells per entity, `partialled` says whether
    `initial` controls were taken out with the effects, and `within_sd`, shape (1 + k,), is as in
    `analysis.models.Fit`.
    """

    y: np.ndarray
    wy: np.ndarray
    x: np.ndarray
    wx: np.ndarray
    spectrum: Spectrum
    periods: int
    entities: tuple[str, ...]
    years: tuple[int, ...]
    partialled: bool
    within_sd: np.ndarray
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]


def spatial_design(
    spec: Specification, panel: Panel, weights: SpatialWeights, *, transform: bool, balance: str
) -> SpatialDesign:
    """Balance as in `balanced_rows`, lag in space, take entity or two-way effects out.

    `weights` may hold more entities than remain; `transform` uses the orthogonal transformations of
    Lee and Yu (2010).

    Raises
    ------
    SpecificationError
        Other effects, weights that do not fit, or rows that are not balanced.
    """
    if spec.effects not in ("entity", "two_way"):
        raise SpecificationError(
            f"A spatial panel model takes effects 'entity' or 'two_way', not '{spec.effects}': "
            f"{EFFECTS[spec.effects].words} would not commute with the weights."
        )
    require_type(weights, SpatialWeights, "make SpatialWeights of the matrix, or ask contiguity")
    year_effects = spec.effects == "two_way"
    if transform and year_effects and not weights.row_standardised:
        raise SpecificationError(
            f"Weights '{weights.name}' are not row-standardised, so year effects cannot be "
            "transformed away (Lee and Yu 2010): standardise them or use entity effects."
        )
    rows, notes = balanced_rows(spec, panel, balance)
    names, years = rows.frame.index.unique(0), rows.frame.index.unique(1)
    near = weights.among(names)
    if lost := len(weights.entities) - len(names):
        what = "entity" if lost == 1 else "entities"
        notes += (f"The weights hold {lost} more {what} than the sample; rows standardised anew.",)
    w = spectrum(near.matrix, year_effects, transform and year_effects)
    design = build_design(spec, panel, rows)
    levels = np.column_stack([design.y, design.x])
    cube = levels.reshape(len(names), len(years), -1)
    spaced = np.einsum("ij,jtk->itk", w.matrix, cube).reshape(levels.shape)
    both = np.column_stack([levels, spaced])
    clean = split_effects(both, design.absorbed, design.clusters)[2]
    _require_variation(spec, both, clean)
    arrays = clean.reshape(*cube.shape[:2], -1)
    k = levels.shape[1]
    return SpatialDesign(
        y=arrays[..., 0], wy=arrays[..., k], x=arrays[..., 1:k], wx=arrays[..., k + 1 :],
        spectrum=w, periods=len(years) - transform, entities=tuple(map(str, names)),
        years=tuple(map(int, years)), partialled=bool(spec.initial), within_sd=design.within_sd,
        dropped=design.dropped, grid_rows=rows.grid_rows, notes=(*rows.notes, *notes),
    )  # fmt: skip


def balanced_rows(
    spec: Specification, panel: Panel, balance: str = "error"
) -> tuple[Rows, tuple[str, ...]]:
    """Rows in which every entity has every year, and a note on what that cost.

    `balance` "error" refuses a panel with holes. "largest" leaves out entities or years, whichever
    keeps more rows, one at a time; they are counted among the dropped rows.

    Raises
    ------
    SpecificationError
        Cells are missing and `balance` is "error", or nothing is left.
    """
    if balance not in BALANCE:
        raise SpecificationError(
            f"Balance '{balance}' is not known: use {' or '.join(map(repr, BALANCE))}."
        )
    rows = estimation_rows(spec, panel)
    names, years = rows.frame.index.unique(0), np.sort(rows.frame.index.unique(1))
    seen = np.zeros((len(names), len(years)), dtype=bool)
    seen[names.get_indexer(rows.frame.index.get_level_values(0)),
         np.searchsorted(years, rows.frame.index.get_level_values(1))] = True  # fmt: skip
    if seen.all():
        return rows, ()
    if balance == "error":
        holes = [f"{names[i]} {years[j]}" for i, j in np.argwhere(~seen)]
        more = f" and {len(holes) - _SHOWN} more" if len(holes) > _SHOWN else ""
        raise SpecificationError(
            f"A spatial model of '{spec.outcome}' needs every entity in every year, and "
            f"{', '.join(holes[:_SHOWN])}{more} are missing: narrow the sample or use "
            "balance='largest'."
        )
    entities, kept = _largest(seen)
    out = [str(e) for e, keep in zip(names, entities, strict=True) if not keep]
    off = [int(t) for t, keep in zip(years, kept, strict=True) if not keep]
    sample = replace(
        spec.sample, exclude_entities=(*spec.sample.exclude_entities, *out),
        exclude_years=(*spec.sample.exclude_years, *off),
    )  # fmt: skip
    smaller = estimation_rows(replace(spec, sample=sample), panel)
    what = [f"{one if len(gone) == 1 else many} {', '.join(map(str, gone))}" for one, many, gone in
            (("entity", "entities", out), ("year", "years", off)) if gone]  # fmt: skip
    cost = f"{len(rows.frame) - len(smaller.frame)} rows with a value"
    return smaller, (f"Left out to balance the panel: {' and '.join(what)}, {cost}.",)


def _largest(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Entities and years to keep; the best of three greedy ways, by rows kept."""
    tries = [_shrink(seen, only) for only in (None, 0, 1)]
    entities, years = max(tries, key=lambda t: (t[0].sum() * t[1].sum(), t[0].sum()))
    if entities.sum() < 3 or years.sum() < 2:
        raise SpecificationError(
            "No balanced part with three entities and two years is left: use another outcome, "
            "fewer regressors or a shorter sample."
        )
    return entities, years


def _shrink(seen: np.ndarray, only: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Leave out the emptiest entity (only=0) or year (only=1), or the emptier of both (None)."""
    keep = [np.ones(size, dtype=bool) for size in seen.shape]
    while (holes := ~seen & np.outer(*keep)).any():
        shares = [holes.sum(axis=1 - a) / max(keep[1 - a].sum(), 1) for a in (0, 1)]
        axis = only if only is not None else int(shares[1].max() > shares[0].max())
        keep[axis][int(shares[axis].argmax())] = False
    return keep[0], keep[1]


def _require_variation(spec: Specification, raw: np.ndarray, clean: np.ndarray) -> None:
    """Refuse what the effects absorb and terms that repeat each other; spatial lags come last."""
    k, words = len(spec.terms), EFFECTS[spec.effects].words
    names = [spec.outcome, *spec.terms, f"W·{spec.outcome}", *(f"W·{t}" for t in spec.terms)]
    if (gone := flat(clean, raw)).any():
        raise SpecificationError(
            f"'{names[int(gone.argmax())]}' does not vary beyond {words} in these {len(raw)} "
            "rows: leave it out, or choose other effects or weights."
        )
    order = [*range(1, k + 1), *range(k + 2, 2 * k + 2)]
    unit = clean[:, order] / np.linalg.norm(clean[:, order], axis=0)
    triangle = np.abs(np.diag(np.linalg.qr(unit, mode="r")))
    if (weak := triangle < np.sqrt(ABSORBED)).any():
        raise SpecificationError(
            f"'{names[order[int(weak.argmax())]]}' is a linear combination of the terms before it "
            f"beyond {words}: leave one of them out or choose other weights."
        )
