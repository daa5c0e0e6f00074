"""Invented Chinese firms in the layout of CSMAR, with a truth planted in them.

They exist to show that the measures and the regressions find what was put in. Nothing about them is
an observation: no number made from them is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.errors import require_seed
from analysis.measures.firms import earlier, relational_share, stability, strategic_share, young

__all__ = ["PLANTED", "SEED", "SyntheticFirms", "synthetic_firms"]

SEED = 2026
INDUSTRIES = ("C26", "C27", "C34", "C35", "C36", "C37", "C38", "C39", "C40", "I65")
HOLDERS = {
    "FundHoldProportion": 4.0,
    "InsuranceHoldProportion": 1.5,
    "SecurityFundHoldProportion": 1.0,
    "QFIIHoldProportion": 1.0,
    "": 2.0,  # other institutions, in the total only
}

# What a unit of each regressor of the year before adds: to the log of expected inventions, to the
# loan spread in points, to the internal-control index. The SA index is made of assets and age,
# which no share moves, so its truth is zero.
PLANTED: Mapping[str, float] = MappingProxyType(
    {
        "inventions.strategic_share": 0.8,
        "inventions.relational_share": 0.6,
        "inventions.strategic_share:relational_share": 1.5,
        "inventions.strategic_share:young": 0.9,
        "loan_spread.relational_share": -0.8,
        "sa.relational_share": 0.0,
        "internal_control.strategic_share": 30.0,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticFirms:
    """An invented panel and what is true of it.

    Attributes
    ----------
    table : DataFrame
        One row per firm and year, columns named as in CSMAR.
    planted : mapping of str to float
        ``outcome.term`` and its true coefficient.
    seed, firms, first_year, last_year : int
        How it was drawn.
    """

    table: pd.DataFrame
    planted: Mapping[str, float]
    seed: int
    firms: int
    first_year: int
    last_year: int


def synthetic_firms(
    firms: int = 500, first_year: int = 2008, last_year: int = 2023, seed: int = SEED
) -> SyntheticFirms:
    """Draw an invented panel; the same arguments give the same panel.

    Every firm has a lasting quality that raises its inventions, its owners' stability and the
    bank's share alike. A regression without firm effects mistakes it for the work of finance.

    Parameters
    ----------
    firms
        How many firms.
    first_year, last_year
        Firms enter at different years and stay.
    seed
        Of the draws.
    """
    rng = np.random.default_rng(require_seed(seed))
    frame = _firms(rng, firms, first_year, last_year)
    quality = frame["quality"].to_numpy()
    _accounts(rng, frame, quality)
    _holdings(rng, frame, quality)
    _outcomes(rng, frame, quality)
    table = frame.drop(columns=["quality", "entry", "firm", "year"]).reset_index(drop=True)
    return SyntheticFirms(table, PLANTED, seed, firms, first_year, last_year)


def _firms(rng: np.random.Generator, firms: int, first: int, last: int) -> pd.DataFrame:
    founded = rng.integers(first - 18, last - 7, firms)
    entry = np.maximum(founded + 3, rng.integers(first - 6, last - 5, firms)).clip(first, last - 4)
    one = pd.DataFrame(
        {
            "firm": [f"SYN{i:04d}" for i in range(firms)],  # no exchange gives such codes out
            "entry": entry,
            "quality": rng.normal(size=firms),
            "IndustryCode": rng.choice(INDUSTRIES, firms),
            "EstablishDate": [f"{year}-06-30" for year in founded],
        }
    )
    frame = one.merge(pd.DataFrame({"year": range(first, last + 1)}), how="cross")
    frame = frame[frame["year"] >= frame["entry"]].reset_index(drop=True)
    frame.insert(0, "Stkcd", frame["firm"])
    frame.insert(1, "ShortName", "synthetic " + frame["firm"])
    frame.insert(2, "Accper", frame["year"].astype(str) + "-12-31")
    frame.insert(3, "Typrep", "A")
    return frame


def _drift(rng: np.random.Generator, frame: pd.DataFrame, keep: float) -> np.ndarray:
    """Draw a value per row that wanders within each firm: AR(1) with unit variance."""
    start = (frame["year"] == frame["entry"]).to_numpy()
    shocks = rng.normal(size=len(frame)) * np.where(start, 1.0, np.sqrt(1 - keep**2))
    out = np.empty(len(frame))
    for row, shock in enumerate(shocks):
        out[row] = shock if start[row] else keep * out[row - 1] + shock
    return out


def _accounts(rng: np.random.Generator, frame: pd.DataFrame, quality: np.ndarray) -> None:
    size = 21.5 + 0.8 * _drift(rng, frame, 0.97) + 0.04 * (frame["year"] - 2008)
    assets = np.exp(size)
    debt = assets * _logistic(-1.2 + 0.5 * _drift(rng, frame, 0.8))
    bank = _logistic(0.9 + 0.5 * quality + 1.1 * _drift(rng, frame, 0.7))
    short = rng.beta(5, 4, len(frame))
    frame["A001000000"] = assets.round()
    frame["A002000000"] = (debt + 0.2 * assets).round()
    frame["A002101000"] = (debt * bank * short).round()
    frame["A002201000"] = (debt * bank * (1 - short)).round()
    frame["A002203000"] = (debt * (1 - bank)).round()


def _holdings(rng: np.random.Generator, frame: pd.DataFrame, quality: np.ndarray) -> None:
    """Draw owners who at times stay and at times trade: the spread of the total differs."""
    calm = _drift(rng, frame, 0.75) + 0.4 * quality > 0
    level = 38 + 9 * _drift(rng, frame, 0.95)
    total = (level + rng.normal(size=len(frame)) * np.where(calm, 0.8, 6.0)).clip(1, 90)
    parts = rng.dirichlet([20 * weight for weight in HOLDERS.values()], len(frame))
    for (name, _), share in zip(HOLDERS.items(), parts.T, strict=True):
        if name:
            frame[name] = (total * share).round(4)
    frame["InsInvestorProp"] = total.round(4)


def _outcomes(rng: np.random.Generator, frame: pd.DataFrame, quality: np.ndarray) -> None:
    """Draw what follows a year after the shares were what they were."""
    before = _before(frame)
    centred = before - before.dropna().mean()  # products are centred where all parts are known
    strategic, relational, is_young = (before[name] for name in before)
    b = {name.split(".", 1)[1]: value for name, value in PLANTED.items() if "inventions" in name}
    log_mean = (
        1.2 + 0.6 * quality + 0.03 * (frame["year"] - 2008) + 0.2 * is_young
        + b["strategic_share"] * strategic + b["relational_share"] * relational
        + centred["strategic_share"]
        * (b["strategic_share:relational_share"] * centred["relational_share"]
           + b["strategic_share:young"] * centred["young"])
    )  # fmt: skip
    mean = np.exp(log_mean.fillna(1.2)) * rng.gamma(4.0, 0.25, len(frame))
    frame["RDSpendSum"] = (0.02 * frame["A001000000"] * np.exp(0.3 * quality)).round()
    frame["Invention"] = rng.poisson(mean)
    frame["Patents"] = frame["Invention"] + rng.poisson(1.5 * mean)
    noise = rng.normal(size=(2, len(frame)))
    bank = PLANTED["loan_spread.relational_share"] * relational.fillna(relational.mean())
    frame["LoanSpread"] = (2.4 - 0.2 * quality + bank + 0.35 * noise[0]).round(4)
    stay = PLANTED["internal_control.strategic_share"] * strategic.fillna(strategic.mean())
    frame["InternalControl"] = (650 + 12 * quality + stay + 15 * noise[1]).round(2)


def _before(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares and stage of the year before, by the same measures a reader's panel goes through."""
    indexed = frame.set_index(["firm", "year"])
    share = indexed["InsInvestorProp"]
    loans = relational_share(indexed["A002101000"], indexed["A002201000"], indexed["A002203000"])
    owners = strategic_share(share, stability(share), indexed["IndustryCode"])
    age = indexed.index.get_level_values("year") - pd.to_datetime(indexed["EstablishDate"]).dt.year
    stage = young(age.astype(float))
    columns = {"strategic_share": owners, "relational_share": loans, "young": stage}
    lagged = pd.DataFrame({name: earlier(values, 1) for name, values in columns.items()})
    return lagged.reset_index(drop=True)


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))
