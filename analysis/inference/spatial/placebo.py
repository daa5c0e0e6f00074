"""What a spatial model finds on maps that are false."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.errors import SpecificationError, require_seed
from analysis.inference.cells import Grid, plain_number
from analysis.inference.options import checked
from analysis.inference.result import Result
from analysis.inference.spatial.design import spatial_design
from analysis.inference.spatial.lines import KINDS, fit_design, parameters
from analysis.inference.spatial.spectrum import impacts
from analysis.models import Specification
from analysis.models.spatial_weights import SpatialWeights, permuted

__all__ = ["SpatialPlacebo", "spatial_placebo"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SpatialPlacebo(Result):
    """ρ and average effects on the true map and on permuted ones.

    Attributes
    ----------
    observed : Series
        "rho", then "direct of x", "indirect of x" and "total of x" for each term.
    drawn : DataFrame
        The same columns, one row for each map drawn that has a stable ρ.
    maps : int
        Maps drawn.
    """

    observed: pd.Series
    drawn: pd.DataFrame = field(repr=False)
    maps: int
    notes: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return observed, median and 95% range on false maps, and their share, by quantity.

        ``share`` is that of maps, the true one among them, with a value at least as far from zero.
        """
        beyond = (self.drawn.abs() >= self.observed.abs()).sum()
        low, mid, high = (self.drawn.quantile(q) for q in (0.025, 0.5, 0.975))
        table = {"observed": self.observed, "median": mid, "low": low, "high": high}
        table["share"] = (beyond + 1) / (len(self.drawn) + 1)
        return pd.DataFrame(table).rename_axis("quantity").reset_index().to_dict("records")

    def grid(self) -> Grid:
        """Return the table."""
        rows = [
            [r.quantity, *(plain_number(v, abs(r.high - r.low)) for v in
                           (r.observed, r.median, r.low, r.high)), f"{r.share:.3f}"]
            for r in self.tidy().itertuples()
        ]  # fmt: skip
        heads = ["Quantity", "True map", "Median", "2.5%", "97.5%", "Share as far from zero"]
        return Grid.of("The same model on permuted maps", heads, rows, self.notes)


@checked
def spatial_placebo(
    spec: Specification, panel: Panel, weights: SpatialWeights, *, model: str = "sdm",
    balance: str = "error", maps: int = 199, seed: int = 20261123,
) -> SpatialPlacebo:  # fmt: skip
    """Estimate a spatial model again on maps whose entities are permuted at random.

    An indirect effect that false maps give as well comes from shocks that all entities share or
    from the functional form, not from neighbours. It is a check of a finding, not a test of a
    hypothesis: entities are no more exchangeable than places are. Options are as in
    `spatial_panel`, with the transformation of Lee and Yu; `maps` are drawn by `seed`.

    Parameters
    ----------
    spec, panel, weights, model, balance
        As in `spatial_panel`.
    maps : int
        Permuted maps.
    seed : int
        Of the permutations.

    Returns
    -------
    SpatialPlacebo
        The estimate beside those on permuted maps.

    Raises
    ------
    SpecificationError
        As in `spatial_panel` on the true map, or fewer than twenty maps are asked for.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification, contiguity
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> found = spatial_placebo(spec, panel, contiguity(panel), balance="largest", maps=20)
    >>> list(found.observed.index[:2]), len(found.drawn) <= found.maps
    (['rho', 'direct of rd_fte'], True)
    """
    if maps < 20:
        raise SpecificationError(f"{maps} maps give no range: ask for twenty or more.")
    observed, entities = _once(spec, panel, weights, model, balance)
    near, rng = weights.among(entities), np.random.default_rng(require_seed(seed))
    lines, unstable = [], 0
    for _ in range(maps):
        try:
            lines.append(_once(spec, panel, permuted(near, rng), model, balance)[0])
        except SpecificationError:  # the true map passed, so only ρ can have run to its edge
            unstable += 1
    if not lines:
        raise SpecificationError(
            f"None of {maps} permuted maps has a stable ρ: use year effects or another outcome."
        )
    notes = [f"{maps} permutations of weights '{weights.name}', seed {seed}."]
    if unstable:
        notes.append(f"{unstable} maps had no stable ρ and were left out.")
    return SpatialPlacebo(observed, pd.DataFrame(lines), maps, tuple(notes))


def _once(
    spec: Specification, panel: Panel, weights: SpatialWeights, model: str, balance: str
) -> tuple[pd.Series, tuple[str, ...]]:
    design = spatial_design(spec, panel, weights, transform=True, balance=balance)
    fitted = fit_design(design, model)
    found = parameters(spec, design, fitted, model, robust=False)
    effects = impacts(*found.split(found.estimates[None]), design.spectrum)[0]
    cells = {f"{kind} of {t}": effects[i, j] for i, t in enumerate(spec.terms)
             for j, kind in enumerate(KINDS)}  # fmt: skip
    return pd.Series({"rho": fitted.rho, **cells}, dtype=float), design.entities
