"""Fits of pyfixest, linearmodels and statsmodels, read by the names each gives its parts.

No library is imported: a fit that is here brought its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.errors import SpecificationError

__all__ = ["ForeignFit", "effect", "read", "readable"]

_CANONICAL = {"entity": "entity", "year": "year", "time": "year"}
_CONSTANTS = {"const", "(Intercept)"}
_PARTS = {
    "pyfixest": {"estimate": "coef", "se": "se", "t": "tstat", "p": "pvalue"},
    "linearmodels": {"estimate": "params", "se": "std_errors", "t": "tstats", "p": "pvalues"},
    "statsmodels": {"estimate": "params", "se": "bse", "t": "tvalues", "p": "pvalues"},
}


@dataclass(frozen=True, slots=True)
class ForeignFit:
    """A fit of another library in plain values; `lines` pairs a term with its statistics."""

    outcome: str
    lines: tuple[tuple[str, Mapping[str, float]], ...]
    method: str
    effects: tuple[str, ...] | None
    counts: Mapping[str, Any]
    errors: tuple[str, ...]


def readable(fit: Any) -> bool:  # noqa: ANN401
    """Whether this is one fit of a library that is known."""
    names = _PARTS.get(_library(fit), {"": "no such part"}).values()
    return all(hasattr(fit, name) for name in names)


def read(fit: Any) -> ForeignFit:  # noqa: ANN401
    """Read coefficients at 95%, effects, counts and the kind of errors.

    Raises
    ------
    SpecificationError
        The coefficients carry no names, as after a fit on plain arrays.
    """
    library = _library(fit)
    parts = {}
    for name, where in _PARTS[library].items():
        part = getattr(fit, where)
        parts[name] = part() if callable(part) else part
    if not isinstance(parts["estimate"], pd.Series):
        raise SpecificationError(
            f"The coefficients of this {library} fit have no names, so that no row can be found "
            "for them: fit it on a DataFrame or a formula."
        )
    ends = fit.confint() if library == "pyfixest" else fit.conf_int()
    table = pd.DataFrame(parts).assign(low=ends.iloc[:, 0], high=ends.iloc[:, 1])
    terms = ["Intercept" if term in _CONSTANTS else str(term) for term in table.index]
    lines = tuple(zip(terms, table.astype(float).to_dict("records"), strict=True))
    return ForeignFit(lines=lines, **_ABOUT[library](fit))


def effect(name: str) -> str:
    """One name for an effect: parts of an interaction in order, ``entity`` and ``year`` as here."""
    parts = (_CANONICAL.get(part.strip(), part.strip()) for part in name.split("^"))
    return "^".join(sorted(parts))


def _library(fit: Any) -> str:  # noqa: ANN401
    homes = (cls.__module__.partition(".")[0] for cls in type(fit).__mro__)
    return next((home for home in homes if home in _PARTS), "")


def _pyfixest(fit: Any) -> dict[str, Any]:  # noqa: ANN401
    named = (getattr(fit, "_fixef", None) or "").split("+")
    effects = tuple(effect(x) for x in named if x.strip() and x.strip() != "0")
    groups = [str(x) for x in getattr(fit, "_clustervar", None) or ()]
    kind = str(getattr(fit, "_vcov_type_detail", ""))
    if groups:
        errors = (kind.lower() if kind in ("CR1", "CR3") else "clustered", *groups)
    else:
        errors = ("classical",) if kind == "iid" else ("robust",)
    counts = {"n": int(fit._N)}
    if groups:
        counts["clusters"] = tuple(int(g) for g in fit._G[: len(groups)])
    r2 = getattr(fit, "_r2_within" if effects else "_r2", None)
    if r2 is not None:
        counts["within_r2" if effects else "r2"] = float(r2)
    method = {"feols": "", "fepois": "PPML"}.get(fit._method, str(fit._method))
    method = "2SLS" if getattr(fit, "_is_iv", False) else method
    return {"outcome": str(fit._depvar), "method": method, "effects": effects, "counts": counts,
            "errors": errors}  # fmt: skip


def _linearmodels(fit: Any) -> dict[str, Any]:  # noqa: ANN401
    model = fit.model
    effects = [x for x in ("entity", "time") if getattr(model, f"{x}_effects", False)]
    if isinstance(absorbed := getattr(model, "_absorb", None), pd.DataFrame):
        effects += list(absorbed.columns)
    if getattr(model, "other_effects", False):
        effects += list(getattr(model, "_other_effect_cats").dataframe.columns)  # noqa: B009
    kind = str(getattr(fit, "cov_type", None) or getattr(fit, "_cov_type", "")).lower()
    known = {"clustered": ("clustered", ""), "unadjusted": ("classical",), "robust": ("robust",)}
    counts = {"n": int(fit.nobs)}
    if (info := getattr(fit, "entity_info", None)) is not None:
        counts["entities"] = int(info["total"])
    counts["within_r2" if effects else "r2"] = float(
        getattr(fit, "absorbed_rsquared", None) or fit.rsquared
    )
    dependent = model.dependent
    outcome = getattr(dependent, "vars", None) or dependent.cols
    name = type(model).__name__
    method = {"PanelOLS": "", "AbsorbingLS": "", "PooledOLS": "", "OLS": "", "RandomEffects": "RE",
              "IV2SLS": "2SLS"}.get(name, name)  # fmt: skip
    return {"outcome": str(outcome[0]), "method": method, "effects": tuple(map(effect, effects)),
            "counts": counts, "errors": known.get(kind, ("own",))}  # fmt: skip


def _statsmodels(fit: Any) -> dict[str, Any]:  # noqa: ANN401
    kind = str(getattr(fit, "cov_type", ""))
    counts = {"n": int(fit.nobs)}
    if hasattr(fit, "rsquared"):
        counts["r2"] = float(fit.rsquared)
    errors = ("robust",) if kind.startswith("HC") else ("own",)
    errors = {"nonrobust": ("classical",), "cluster": ("clustered", "")}.get(kind, errors)
    name = type(fit.model).__name__
    method = {"OLS": "", "WLS": ""}.get(name, name)
    return {  # effects would be dummies among the terms: nothing says which
        "outcome": str(fit.model.endog_names), "method": method, "effects": None,
        "counts": counts, "errors": errors,
    }  # fmt: skip


_ABOUT = {"pyfixest": _pyfixest, "linearmodels": _linearmodels, "statsmodels": _statsmodels}
