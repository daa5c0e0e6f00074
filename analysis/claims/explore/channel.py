"""A channel of two steps: both slopes, their product, and how little undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.claims.evaluated import Evaluated
from analysis.claims.exhibit import Exhibit
from analysis.claims.numbers import flatten, scaled
from analysis.claims.record import Page
from analysis.data import Panel
from analysis.inference import Mediation, estimate, mediation
from analysis.inference.cells import Grid, signed, zero_words

__all__ = ["channel"]

RHO = (-0.5, 0.5)  # hidden correlations shown


def channel(second: Evaluated, first: Evaluated, words: Mapping[str, str], name: str) -> Page:
    """Multiply the first step of a channel by the second one.

    Parameters
    ----------
    second
        Its claim names the outcome.
    first
        Its claim explains the mediator by the treatment; each step takes the lag of its claim.
    words
        ``steps``, what a hidden cause would move; and how the rows ``x_to_m, m_to_y, product,
        direct, total`` are called.
    name
        Prefix of the numbers: slopes in within-SDs with CR3 ends; ``product`` and ``p`` by the
        cluster bootstrap; ``rho`` and ``r2`` at which the product is gone; ``n``.

    Returns
    -------
    Page
        The exhibit ``channel``, the product under every hidden correlation, and the grid
        ``channel_table``.
    """
    one, two = (s.readings[0].regression for s in (first, second))
    treatment, mediator = one.spec.regressors[0], one.spec.outcome
    spec = replace(one.spec, outcome=two.spec.outcome, lag=one.spec.lag + two.spec.lag)
    found = mediation(
        spec, two.panel, mediator, treatment=treatment, mediator_lag=two.spec.lag
    )  # fmt: skip
    x_to_y, m_to_y = _scales(found, two.panel)
    scales = {"x_to_m": x_to_y / m_to_y, "m_to_y": m_to_y, "direct": x_to_y, "total": x_to_y}
    rows = _lines(found, scales, x_to_y)
    rho = np.linspace(*RHO, 201)
    product = rows.loc["product"]
    shown = {
        "rho": rho,
        "product": np.array([found.at_rho(r) for r in rho]) * x_to_y,
        "at_zero": (product["estimate"], product["low"], product["high"]),
        "rho_zero": found.rho_zero,
        "xlabel": "correlation that a hidden cause leaves between\n"
        f"the unexplained parts of {words['steps']}",
        "ylabel": "product of the two steps,\nwithin-SDs",
    }
    return Page(
        flatten(_numbers(found, rows), name),
        {"channel": Exhibit("channel_fragility", shown)},
        {"channel_table": _table(first, found, rows, words)},
    )


def _scales(found: Mediation, panel: Panel) -> tuple[float, float]:
    """Within-SDs of treatment and mediator over that of the outcome, on the rows of the channel."""
    spec = found.specification
    lags = {**dict(spec.lags), found.mediator: found.mediator_lag}
    both = estimate(replace(spec, controls=(*spec.controls, found.mediator), lags=lags), panel)
    return both.coefficient(found.treatment).scale, both.coefficient(found.mediator).scale


def _lines(found: Mediation, scales: Mapping[str, float], of_product: float) -> pd.DataFrame:
    rows = {name: scaled(line, scales[name]) for name, line in found.lines.items()}
    rows["product"] = tuple(v * of_product for v in (found.product, found.low, found.high))
    return pd.DataFrame.from_dict(rows, "index", columns=["estimate", "low", "high"])


def _table(
    first: Evaluated, found: Mediation, rows: pd.DataFrame, words: Mapping[str, str]
) -> Grid:
    names = [name for name in words if name in rows.index]
    return Grid.of(
        f"{first.claim.id}, both steps on the same {found.n:,} rows, within-SDs; CR3 intervals, "
        f"that of the product by {found.draws:,} resamples of {found.clusters} "
        f"{first.panel.roles.entities}; exploratory but for the product and its fragility, which "
        "the ledger announces",
        ("Association", "Estimate", "95% interval"),
        [
            (words[name], signed(rows["estimate"][name]),
             f"{signed(rows['low'][name])} to {signed(rows['high'][name])}")
            for name in names
        ],
    )  # fmt: skip


def _numbers(found: Mediation, rows: pd.DataFrame) -> dict[str, object]:
    out: dict[str, object] = {
        name: {**values, "zero": zero_words(values["low"], values["high"])}
        for name, values in rows.to_dict("index").items()
    }
    return {**out, "p": found.p, "rho": found.rho_zero, "r2": found.r2_zero, "n": found.n}
