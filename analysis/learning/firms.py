"""Invented firms of two kinds of owners, in every stage of life: for trying out comparisons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.certificates.design import Design, draw_panel, lagged
from analysis.measures.firms import STAGES, life_cycle

__all__ = ["SLOPES", "invented_firms"]

SEED = 20261128
SLOPES = {"private": 0.03, "state": 0.01, "early": 0.02}
"""What a point held by patient owners adds to next year's research, in points of sales: by kind of
owner, and besides in a firm that is in its introduction or growth."""

MEAN = 30.0  # percent held by patient owners
SIGNS = np.array([(-1, -1, 1), (1, -1, 1), (1, -1, -1), (1, 1, -1), (-1, 1, -1)])
ODD = 0.08  # share of flows with another sign than their stage has


def invented_firms(
    firms: int = 300, years: int = 10, last: int = 2022, seed: int = SEED
) -> pd.DataFrame:
    """Draw a synthetic panel of firms with a truth that differs by owner and by stage of life.

    Size makes no difference, and nothing about these firms is an observation.

    Parameters
    ----------
    firms, years, last
        How many firms and years, and the last year.
    seed
        Of all figures.

    Returns
    -------
    DataFrame
        One row per firm and year: ``firm``, ``year``, ``owner`` (private or state), ``assets`` and
        the flows ``operating``, ``investing``, ``financing`` (million yuan), ``debt`` (percent of
        assets), ``patient`` (percent held by owners who stay) and ``research`` (percent of sales).

    Examples
    --------
    >>> invented_firms(firms=20, years=6)["owner"].nunique()
    2
    """
    rng, design = np.random.default_rng(seed), Design(entities=firms, years=years)
    private = rng.random(firms) < 0.6
    moves, drift, debt, noise = (draw_panel(design, rng) for _ in range(4))
    assets = np.exp(rng.normal(7.5, 1.2, (firms, 1)) + 0.06 * np.arange(years) + 0.1 * drift)
    flows = _flows(rng, assets)
    stage = life_cycle(*(pd.Series(flow.ravel()) for flow in flows))
    early = stage.isin(STAGES[:2]).to_numpy().reshape(assets.shape)
    slope = np.where(private, SLOPES["private"], SLOPES["state"])[:, None] + SLOPES["early"] * early
    patient = (MEAN + 9 * moves).clip(0, 100)
    research = (
        4 + rng.normal(0, 1, (firms, 1)) + 0.05 * np.arange(years)
        + lagged(slope * (patient - MEAN)) - 0.15 * lagged(debt) + 0.35 * noise
    )  # fmt: skip
    columns = {
        "assets": assets, "operating": flows[0], "investing": flows[1], "financing": flows[2],
        "debt": (45 + 10 * debt).clip(2, 98), "patient": patient, "research": research,
    }  # fmt: skip
    return pd.DataFrame({
        "firm": np.repeat([f"SYN{i:03d}" for i in range(firms)], years),
        "year": np.tile(np.arange(last - years + 1, last + 1), firms),
        "owner": np.repeat(np.where(private, "private", "state"), years),
        **{name: values.ravel().round(3) for name, values in columns.items()},
    })  # fmt: skip


def _flows(rng: np.random.Generator, assets: np.ndarray) -> np.ndarray:
    """Draw three flows whose signs follow a firm that grows older, with some odd years."""
    age = rng.uniform(0, 3, (len(assets), 1)) + 0.15 * np.arange(assets.shape[1])
    at = np.floor(age + rng.normal(0, 0.3, assets.shape)).clip(0, len(SIGNS) - 1).astype(int)
    signs = np.moveaxis(SIGNS[at], -1, 0)
    signs = np.where(rng.random(signs.shape) < ODD, -signs, signs)
    return signs * 0.08 * assets * rng.gamma(4, 0.25, signs.shape)
