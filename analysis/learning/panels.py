"""Synthetic figures in which nothing is to be found, as arrays of shape (entities, years)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.certificates.design import Design, draw_panel, lagged, levels

__all__ = ["alone", "few", "products", "shared", "trends"]

Arrays = Mapping[str, np.ndarray]

INGREDIENTS = 5
SPREAD = 0.3  # SD of the log of a series that is divided
DRIFT = 0.2  # SD of the yearly drift of an entity, in SDs of the noise
MOVERS = 2  # entities in which the regressor of `few` moves


def alone(design: Design, rng: np.random.Generator) -> Arrays:
    """Draw an outcome and a regressor that have nothing to do with each other."""
    return {"y": levels(design, rng) + draw_panel(design, rng), "x": draw_panel(design, rng)}


def few(design: Design, rng: np.random.Generator) -> Arrays:
    """Draw the same, but let the regressor stand still everywhere except in two entities."""
    drawn = alone(design, rng)
    moves = np.arange(design.entities)[:, None] < MOVERS
    return {**drawn, "x": drawn["x"] * moves}


def products(design: Design, rng: np.random.Generator) -> Arrays:
    """Draw series with entity means and national paths; where x is high, y follows the path of z.

    No movement inside an entity does anything, alone or together with another.
    """
    means = rng.normal(size=(2, design.entities, 1))
    paths = rng.normal(size=(2, 1, design.years)).cumsum(axis=2)
    x, z = (m + p + draw_panel(design, rng) for m, p in zip(means, paths, strict=True))
    drift = means[0] * lagged(paths[1] - paths[1].mean())
    y = levels(design, rng) + draw_panel(design, rng) + drift / drift.std()
    return {"y": y, "x": x, "z": z}


def shared(design: Design, rng: np.random.Generator) -> Arrays:
    """Draw four series and five ingredients one by one, and divide and add them up.

    ``a_over_c`` and ``b_over_c`` have one denominator, ``a_over_c`` and ``b_over_d`` nothing in
    common; ``index`` is the mean of the ingredients and ``ingredient`` one of them.
    """
    a, b, c, d = (np.exp(SPREAD * draw_panel(design, rng)) for _ in range(4))
    parts = [draw_panel(design, rng) for _ in range(INGREDIENTS)]
    made = {"a_over_c": a / c, "b_over_c": b / c, "b_over_d": b / d}
    return {**made, "index": np.mean(parts, axis=0), "ingredient": parts[0]}


def trends(design: Design, rng: np.random.Generator) -> Arrays:
    """Draw outcome and regressor that grow in the same places, along lines, and are unrelated.

    Half of the variance of the drift lies between regions.
    """
    region = np.arange(design.entities) % design.regions
    of_region = rng.normal(size=design.regions)[region]
    drift = DRIFT * np.sqrt(0.5) * (of_region + rng.normal(size=design.entities))
    grown = drift[:, None] * np.arange(design.years)
    return {name: v + grown for name, v in alone(design, rng).items()}
