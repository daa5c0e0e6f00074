"""Run a method many times on panels whose truth is known, and count."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.certificates.design import Design
from analysis.data import Panel
from analysis.data.files import read_yaml
from analysis.errors import SpecificationError
from analysis.inference.parallel import replicate

__all__ = ["COLUMNS", "Certificate", "Reading", "certify", "registry"]

SEED = 20261123
REGISTRY = Path(__file__).parent / "registry"
COLUMNS = (
    "method", "effect", "replications", "failures", "mean_estimate", "bias", "sd", "coverage",
    "rejects", "mc_error", "entities", "years", "persistence", "common", "seed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What one method said about one simulated panel; NaN where it says nothing of the kind.

    `low, high` are the 95% interval, `p` belongs to the null of no effect and `truth` is what the
    estimate should be; NaN means the effect of the design.
    """

    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p: float = float("nan")
    truth: float = float("nan")

    @classmethod
    def of(cls, line: Any, truth: float = float("nan")) -> Reading:  # noqa: ANN401
        """Read estimate, interval and p off a line of a result."""
        return cls(line.estimate, line.low, line.high, line.p, truth)

    @classmethod
    def of_cr3(cls, line: Any, truth: float = float("nan")) -> Reading:  # noqa: ANN401
        """Read the same with the jackknife's interval and p."""
        return cls(line.estimate, line.low_cr3, line.high_cr3, line.p_cr3, truth)


Procedure = Callable[[Panel, np.random.Generator], Reading]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One entry of the registry.

    Attributes
    ----------
    method, title : str
        Short name (the key of `analysis.certified`) and words for readers.
    procedure, simulate : str
        ``package.module:function`` taking (panel, rng) and returning a `Reading`, and taking
        (design, rng) and returning a panel.
    design : mapping
        Fields of `Design` that differ from the default.
    effects, replications : tuple of float, int
        True effects, of which 0 gives the size, the others the power curve; panels per effect.
    nominal : str
        What `rejects` counts at zero effect: "test" (5% nominal) or "none" (no test is made).
    file : str
        Stem of the registry file, filled in on reading.
    """

    method: str
    title: str
    procedure: str
    simulate: str = "analysis.certificates.design:simulate"
    design: dict[str, Any] = field(default_factory=dict)
    effects: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4)
    replications: int = 1000
    nominal: str = "test"
    file: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "effects", tuple(map(float, self.effects)))


def registry(folder: Path = REGISTRY) -> dict[str, Certificate]:
    """Read every ``*.yml`` of the registry, by method.

    Raises
    ------
    SpecificationError
        A method is registered twice or an entry is malformed.
    """
    out: dict[str, Certificate] = {}
    for path in sorted(folder.glob("*.yml")):
        for raw in read_yaml(path) or ():
            try:
                entry = Certificate(**raw, file=path.stem)
            except (TypeError, AttributeError) as error:
                message = f"An entry of {path.name} is malformed: {error}."
                raise SpecificationError(message) from None
            if entry.method in out:
                message = f"'{entry.method}' is registered twice, again in {path.name}."
                raise SpecificationError(message)
            out[entry.method] = entry
    return out


def certify(
    entry: Certificate, *, replications: int | None = None, seed: int = SEED, jobs: int = 1
) -> pd.DataFrame:
    """Simulate, apply the method and summarise: columns `COLUMNS`, one row per true effect.

    Every replication has its own seed, made of `seed`, the method, the effect and its number, so
    the answer does not depend on the number of processes (`jobs`) or the backend of joblib, which
    ``joblib.parallel_config`` may choose. `replications` may be fewer (or more) than the entry
    says.

    ``rejects`` is the share with p < 0.05 where the method gives p-values; ``coverage`` the share
    of intervals that hold the truth; ``failures`` counts panels on which the method raised a
    `SpecificationError`, left out of the rest; ``mc_error`` is the Monte-Carlo standard error of
    ``rejects``.
    """
    number = replications or entry.replications
    rows = []
    for effect in entry.effects:
        design = replace(Design(**entry.design), effect=effect)
        key = zlib.crc32(f"{entry.method}|{design.effect:.6f}".encode())
        given = {"seed": seed, "key": (key,), "arguments": (entry, design), "jobs": jobs}
        rows.append(_summary(entry, design, seed, replicate(_once, number, **given)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _once(rng: np.random.Generator, entry: Certificate, design: Design) -> Reading | None:
    panel = _named(entry.simulate)(design, rng)
    try:
        reading: Reading = _named(entry.procedure)(panel, rng)
    except SpecificationError:
        return None
    return reading if np.isfinite(reading.truth) else replace(reading, truth=design.effect)


def _named(path: str) -> Callable[..., Any]:
    module, name = path.split(":")
    return getattr(import_module(module), name)


def _summary(
    entry: Certificate, design: Design, seed: int, readings: list[Reading | None]
) -> dict[str, object]:
    kept = [r for r in readings if r is not None]
    values = {name: np.array([getattr(r, name) for r in kept], float)
              for name in Reading.__slots__}  # fmt: skip
    inside = (values["low"] <= values["truth"]) & (values["truth"] <= values["high"])
    has_interval, has_p = np.isfinite(values["low"]), np.isfinite(values["p"])
    rejects = _mean((values["p"] < 0.05)[has_p])
    tests = int(has_p.sum())
    return {
        "method": entry.method, "effect": design.effect, "replications": len(kept),
        "failures": len(readings) - len(kept), "mean_estimate": _mean(values["estimate"]),
        "bias": _mean(values["estimate"] - values["truth"]),
        "sd": float(np.std(values["estimate"], ddof=1)) if len(kept) > 1 else float("nan"),
        "coverage": _mean(inside[has_interval]), "rejects": rejects,
        "mc_error": float(np.sqrt(rejects * (1 - rejects) / tests)) if tests else float("nan"),
        "entities": design.entities, "years": design.years, "persistence": design.persistence,
        "common": design.common, "seed": seed,
    }  # fmt: skip


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else float("nan")
