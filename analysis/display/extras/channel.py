"""A channel of two steps: both slopes, their product, and how little undoes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.display.charts import channel_fragility
from analysis.display.html import Html, table
from analysis.display.words import signed
from analysis.inference import estimate, mediation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.data import Panel
    from analysis.display.picture import Picture
    from analysis.display.sections import Section
    from analysis.inference import Mediation

__all__ = ["Channel", "channel"]

RHO = (-0.5, 0.5)  # hidden correlations shown


@dataclass(frozen=True, slots=True)
class Channel:
    """What a page shows of a channel.

    Attributes
    ----------
    picture : Picture
        The product under every hidden correlation.
    table : Html
        Both steps, the direct slope and the product.
    numbers : mapping of str to object
        Slopes in within-SDs with CR3 ends; ``product`` and ``p`` by the cluster bootstrap; ``rho``
        and ``r2`` at which the product is gone; ``n``.
    """

    picture: Picture
    table: Html
    numbers: Mapping[str, object]


def channel(second: Section, first: Section) -> Channel:
    """Multiply the first step of a channel by the second one.

    Parameters
    ----------
    second
        Its claim names the outcome.
    first
        Its claim explains the mediator by the treatment; each step takes the lag of its claim.
    """
    one, two = (s.evidence.details.readings[0].regression for s in (first, second))
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
    return Channel(
        picture=channel_fragility(
            rho, np.array([found.at_rho(r) for r in rho]) * x_to_y,
            (product["estimate"], product["low"], product["high"]), found.rho_zero,
            "correlation that a hidden cause leaves between\n"
            "the unexplained parts of finance and NQP",
            "product of the two steps,\nwithin-SDs",
        ),
        table=_table(found, rows),
        numbers=_numbers(found, rows),
    )  # fmt: skip


def _scales(found: Mediation, panel: Panel) -> tuple[float, float]:
    """Within-SDs of treatment and mediator over that of the outcome, on the rows of the channel."""
    spec = found.specification
    lags = {**dict(spec.lags), found.mediator: found.mediator_lag}
    both = estimate(replace(spec, controls=(*spec.controls, found.mediator), lags=lags), panel)
    return both.coefficient(found.treatment).scale, both.coefficient(found.mediator).scale


def _lines(found: Mediation, scales: Mapping[str, float], of_product: float) -> pd.DataFrame:
    rows = {
        name: {
            "estimate": line.estimate * scales[name],
            "low": line.low_cr3 * scales[name],
            "high": line.high_cr3 * scales[name],
        }
        for name, line in found.lines.items()
    }
    ends = (found.product, found.low, found.high)
    rows["product"] = dict(
        zip(("estimate", "low", "high"), (v * of_product for v in ends), strict=True)
    )
    return pd.DataFrame(rows).T


WORDS = {
    "x_to_m": "First step: funding → finance, estimated",
    "m_to_y": "Second step: finance → NQP given funding, argued",
    "product": "Product of the two steps",
    "direct": "Funding → NQP given finance",
    "total": "Funding → NQP",
}


def _table(found: Mediation, rows: pd.DataFrame) -> Html:
    shown = pd.DataFrame(
        {
            "Association": list(WORDS.values()),
            "Estimate": [signed(rows["estimate"][name]) for name in WORDS],
            "95% interval": [
                f"{signed(rows['low'][name])} to {signed(rows['high'][name])}" for name in WORDS
            ],
        }
    )
    return table(
        shown,
        f"M17, both steps on the same {found.n:,} rows, within-SDs; CR3 intervals, that of the "
        f"product by {found.draws:,} resamples of {found.clusters} provinces; exploratory but for "
        "the product and its fragility, which the ledger announces",
        style="estimates",
    )


def _numbers(found: Mediation, rows: pd.DataFrame) -> dict[str, object]:
    out: dict[str, object] = {
        name: {**values, "zero": _zero(values["low"], values["high"])}
        for name, values in rows.to_dict("index").items()
    }
    return {**out, "p": found.p, "rho": found.rho_zero, "r2": found.r2_zero, "n": found.n}


def _zero(low: float, high: float) -> str:
    return "excludes zero" if low > 0 or high < 0 else "includes zero"
