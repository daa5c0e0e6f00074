"""The maps of a spatial claim, and the model under each."""

from __future__ import annotations

import numpy as np

from analysis.claims.claim import Claim
from analysis.claims.designs.derived import Regression, without_entities
from analysis.data import Panel
from analysis.inference import SpatialEstimate
from analysis.models.spatial_weights import SpatialWeights

__all__ = ["connected", "maps_of", "spatial_models"]


def spatial_models(claim: Claim, regression: Regression) -> dict[str, SpatialEstimate]:
    """Estimate the spatial Durbin model under every declared map, contiguity first.

    All maps share the rows: those on which the panel is balanced, without entities that would be
    left without a neighbour on the first map.
    """
    from analysis.inference import spatial_panel

    maps = maps_of(claim, regression)
    regression = connected(regression, next(iter(maps.values())))
    return {
        name: spatial_panel(regression.spec, regression.panel, near, balance="largest")
        for name, near in maps.items()
    }


def maps_of(claim: Claim, regression: Regression) -> dict[str, SpatialWeights]:
    """Return the declared maps, contiguity first."""
    return {name.split()[0]: weights_of(regression.panel, name) for name in claim.setup["maps"]}


def weights_of(panel: Panel, words: str) -> SpatialWeights:
    """Return the weights of a map as the ledger names it: a kind and perhaps a measure."""
    from analysis.models import spatial_weights

    name, *given = words.split()
    return getattr(spatial_weights, name)(panel, *given)


def connected(regression: Regression, near: SpatialWeights) -> Regression:
    """Leave out entities without a neighbour among those that a balanced panel keeps."""
    from analysis.inference.spatial.design import balanced_rows

    while True:
        rows = balanced_rows(regression.spec, regression.panel, "largest")[0]
        kept = near.among(tuple(map(str, rows.frame.index.unique(0))))
        alone = np.array(kept.entities)[kept.raw.sum(axis=1) == 0]
        if not alone.size:
            return regression
        regression = without_entities(regression, map(str, alone))
