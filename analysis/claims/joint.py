"""What all signed parts of a ledger say together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from scipy.special import ndtri

from analysis.errors import DataError, SpecificationError

__all__ = [
    "DRAWS", "KINDS", "Joint", "Shrunken", "SignedPart", "from_row", "groups", "joint", "to_row",
]  # fmt: skip

KINDS = ("plain", "product", "event")
DRAWS = 999


@dataclass(frozen=True, slots=True)
class SignedPart:
    """One part of a claim that predicts a sign.

    Parameters
    ----------
    claim, part : str, int
        Which one, parts counted from 0.
    kind, chapter : str
        One of `KINDS`, and the family of the claim.
    sign : int
        As predicted, +1 or -1.
    estimate, se : float
        In within-SDs, the estimate turned: positive where the sign is as predicted.
    p : float
        Leading p-value, two-sided.
    """

    claim: str
    part: int
    kind: str
    chapter: str
    sign: int
    estimate: float
    se: float
    p: float

    def __post_init__(self) -> None:
        faults = {
            f"kind is '{self.kind}': use one of {', '.join(KINDS)}": self.kind not in KINDS,
            f"sign is {self.sign}: use 1 or -1": self.sign not in (1, -1),
            f"standard error is {self.se}: it cannot be negative": self.se < 0,
            f"p is {self.p}: it lies between 0 and 1": self.p < 0 or self.p > 1,
        }
        for fault in (text for text, found in faults.items() if found):
            raise SpecificationError(f"Part {self.part} of {self.claim}, {fault}.")

    @classmethod
    def turned(cls, *, sign: int, estimate: float, **rest: Any) -> SignedPart:  # noqa: ANN401
        """Make a part from an estimate as the regression gives it."""
        return cls(sign=sign, estimate=sign * estimate, **rest)


@dataclass(frozen=True, slots=True)
class Shrunken:
    """One part, its own `estimate` and `se`, and mean and SD of its posterior."""

    claim: str
    part: int
    estimate: float
    se: float
    posterior: float
    posterior_sd: float


@dataclass(frozen=True, slots=True)
class Joint:
    """All parts of a group together; estimates are turned into the predicted direction.

    Attributes
    ----------
    parts, predicted : int
        How many count, and how many of them have the predicted sign.
    mean, median : float
        Of the estimates, unweighted.
    z : float
        Combined z of Stouffer.
    pooled, pooled_se, tau : float
        Random-effects mean, its standard error for independent parts, and the SD of the true
        effects around it.
    zero_se, missing : int
        Parts left out: those with a standard error of zero, those with a number that is not finite.
    draws : int
        p-values below 1 / (`draws` + 1) count as that.
    shrunken : tuple of Shrunken
        Every part that counts; empty where the figures were read from a row.
    """

    parts: int
    predicted: int
    mean: float
    median: float
    z: float
    pooled: float
    pooled_se: float
    tau: float
    zero_se: int
    missing: int
    draws: int
    shrunken: tuple[Shrunken, ...] = field(default=(), compare=False)

    @property
    def signs(self) -> float:
        """Share of parts with the predicted sign; NaN without parts."""
        return self.predicted / self.parts if self.parts else math.nan


def joint(parts: Iterable[SignedPart], draws: int = DRAWS) -> Joint:
    """Combine signed parts; parts with a standard error of zero or without a number are left out.

    Each p becomes z = sign(estimate) Φ⁻¹(1 − p/2), and Stouffer's z is Σz / √k. A bootstrap of B
    draws cannot tell p-values below 1 / (B + 1) apart, so z is capped there for every part, by
    whatever test: figures and placebo panels must be capped alike to be compared.

    Partial pooling takes y ~ N(θ, se²) and θ ~ N(μ, τ²). τ² solves Σ (y − μ)² / (se² + τ²) = k − 1
    (Paule and Mandel), zero if no positive value does, as with one part; μ weights by
    1 / (se² + τ²). With b = se² / (se² + τ²) the posterior of a part has mean b μ + (1 − b) y and
    variance (1 − b) se² + b² var(μ), flat prior on μ, τ taken as known (Efron and Morris; Morris).
    A τ of zero puts every part on μ.

    Both z and the standard error of μ take the parts as independent, which parts on the same
    figures are not: judge them by `analysis.claims.joint_result.against`.

    Parameters
    ----------
    parts : iterable of SignedPart
        Any number; all statistics of none are NaN.
    draws : int
        B, the fewest draws of any bootstrap behind figures or placebo panels.

    References
    ----------
    Stouffer, Suchman, DeVinney, Star and Williams (1949), The American Soldier I, Princeton.
    Paule and Mandel (1982), Journal of Research of the National Bureau of Standards 87, 377-385.
    DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188.
    Efron and Morris (1975), Journal of the American Statistical Association 70, 311-319.
    Morris (1983), Journal of the American Statistical Association 78, 47-55.
    """
    if draws < 1:
        raise SpecificationError(f"The bootstrap has {draws} draws: give one or more.")
    given = list(parts)
    finite = [x for x in given if np.isfinite([x.estimate, x.se, x.p]).all()]
    used = [x for x in finite if x.se > 0]
    left_out = {"zero_se": len(finite) - len(used), "missing": len(given) - len(finite)}
    if not used:
        return Joint(0, 0, *[math.nan] * 6, **left_out, draws=draws)
    y, se, p = np.array([(x.estimate, x.se, x.p) for x in used], dtype=float).T
    z = np.sign(y) * -ndtri(np.maximum(p, 1 / (draws + 1)) / 2)
    mu, mu_se, tau = _pool(y, se)
    b = se**2 / (se**2 + tau**2)
    posterior, sd = b * mu + (1 - b) * y, np.sqrt((1 - b) * se**2 + b**2 * mu_se**2)
    shrunken = (
        Shrunken(x.claim, x.part, x.estimate, x.se, float(m), float(s))
        for x, m, s in zip(used, posterior, sd, strict=True)
    )
    return Joint(
        parts=len(used), predicted=int((y > 0).sum()), mean=float(y.mean()),
        median=float(np.median(y)), z=float(z.sum() / math.sqrt(len(z))), pooled=mu,
        pooled_se=mu_se, tau=tau, **left_out, draws=draws, shrunken=tuple(shrunken),
    )  # fmt: skip


def _pool(y: np.ndarray, se: np.ndarray) -> tuple[float, float, float]:
    """Return μ, its standard error and τ."""
    from statsmodels.stats.meta_analysis import combine_effects  # takes a second to import

    # Newton's steps at most double a τ² far above se². With one part or equal estimates the
    # measures of heterogeneity beside it, which are not used, are 0/0.
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = combine_effects(y, se**2, method_re="pm", maxiter=200)
    return float(fit.mean_effect_re), float(fit.sd_eff_w_re), math.sqrt(fit.tau2)


def groups(parts: Iterable[SignedPart]) -> dict[str, tuple[SignedPart, ...]]:
    """Return "all", each kind that occurs and each chapter, chapters in the order of the parts."""
    given = tuple(parts)
    if clash := {"all", *KINDS} & {x.chapter for x in given}:
        raise SpecificationError(
            f"Chapter '{min(clash)}' has the name of another group: rename it in the ledger."
        )
    names = [*KINDS, *dict.fromkeys(x.chapter for x in given)]
    split = {name: tuple(x for x in given if name in (x.kind, x.chapter)) for name in names}
    return {"all": given, **{name: some for name, some in split.items() if some}}


def to_row(given: Joint) -> dict[str, float]:
    """Return the statistics as one flat line, without the parts."""
    return {f.name: getattr(given, f.name) for f in fields(Joint) if f.name != "shrunken"}


def from_row(line: Mapping[str, Any]) -> Joint:
    """Read back a line of `to_row`, also as text from a CSV file; further columns do not matter.

    Raises
    ------
    DataError
        A column is missing or holds no number.
    """
    out: dict[str, float] = {}
    for f in (f for f in fields(Joint) if f.name != "shrunken"):
        try:
            value = float("nan" if line[f.name] in ("", None) else line[f.name])
            out[f.name] = int(value) if f.type == "int" else value
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"Column '{f.name}' of a joint answer is {line.get(f.name, 'missing')!r}: "
                "it needs a number, write the line anew."
            ) from error
    return Joint(**out)
