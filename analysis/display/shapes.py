"""Results that are more than rows of coefficients, each drawn as what it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.display import checks
from analysis.display.charts import curves, paths, repeats, rows, scatters, thresholds
from analysis.display.drawing import Picture, wrap_words

__all__ = ["SHAPES", "outcome_of", "reworded"]

Named = Callable[[str], str]
_COLUMN = 4.6  # inches that words of an axis may take


def outcome_of(result: Any) -> str:  # noqa: ANN401
    """Return the outcome for readers, if the result says it."""
    for holder in (result, *getattr(result, "columns", ()), *getattr(result, "groups", ())):
        holder = holder[1] if isinstance(holder, tuple) else holder
        if isinstance(name := getattr(holder, "outcome_label", None), str):
            return name
    named = getattr(result, "outcome", "")
    return named if isinstance(named, str) and named else "effect"


def reworded(picture: Picture, result: Any, also: Mapping[str, str] | None = None) -> Picture:  # noqa: ANN401
    """Break long words of the axes, and let these say the coverage that the result has."""
    level = getattr(result, "level", None)
    share = f"{100 * (1 - level):g}%" if isinstance(level, float) else "95%"
    for ax in picture.figure.axes:
        for read, write in ((ax.get_xlabel, ax.set_xlabel), (ax.get_ylabel, ax.set_ylabel)):
            text = read().replace("95%", share)
            for old, new in (also or {}).items():
                text = text.replace(old, new)
            lines = (part for line in text.split("\n") for part in wrap_words(line, _COLUMN, 10))
            write("\n".join(lines))
    return picture


def _events(result: Any, named: Named, xlabel: str | None, ylabel: str | None) -> Picture:  # noqa: ANN401
    outcome = named(result.data.label)
    return reworded(
        paths.event_path(result.tidy(), xlabel or "years since exposure", ylabel or outcome), result
    )


def _responses(result: Any, named: Named, xlabel: str | None, ylabel: str | None) -> Picture:  # noqa: ANN401
    contrast = {
        name: getattr(result.contrast, name) for name in ("estimate", "low_cr3", "high_cr3")
    }
    made = paths.responses(
        result.tidy(), xlabel or f"years after {named(result.of_label)}",
        ylabel or named(result.outcome_label), result.early, result.late, contrast,
    )  # fmt: skip
    return reworded(made, result)


def _lags(result: Any, named: Named, xlabel: str | None, ylabel: str | None) -> Picture:  # noqa: ANN401
    what = named(result.of_label)
    made = paths.lag_profiles(
        {what: result}, xlabel or f"years by which {what} precedes the outcome; bars: 95% CR3",
        ylabel or named(result.outcome_label),
    )  # fmt: skip
    return reworded(made, result)


def _threshold(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    # Hansen (2000), the quantile of the likelihood ratio of a threshold.
    critical = -2 * math.log(1 - math.sqrt(1 - result.level))
    made = thresholds.threshold_likelihood(
        result.path, result.gamma, result.gamma_low, result.gamma_high, critical,
        xlabel or f"threshold in {named(result.by_label)}",
    )  # fmt: skip
    return reworded(made, result)


def _quadratic(result: Any, named: Named, xlabel: str | None, ylabel: str | None) -> Picture:  # noqa: ANN401
    """Draw the curve less its value at the mean; four reported errors give the band."""
    b1, b2 = result.linear, result.square
    mean = result.turning + b1.estimate / (2 * b2.estimate)
    end = result.ends[int(np.argmax(np.abs(np.array(result.ends) - mean)))]
    far = result.slope_low if end == result.ends[0] else result.slope_high
    v1, v2, d = b1.se_cr3**2, b2.se_cr3**2, end - mean
    shared = (far.se_cr3**2 - v1 - 4 * d**2 * v2) / (4 * d)  # Var(b₁ + 2db₂), solved for the middle
    at = np.linspace(*result.ends, 120)
    x = at - mean
    half = (
        (b1.high_cr3 - b1.estimate)
        / b1.se_cr3
        * np.sqrt(np.maximum(x**2 * v1 + x**4 * v2 + 2 * x**3 * shared, 0))
    )
    value = b1.estimate * x + b2.estimate * x**2
    curve = pd.DataFrame({"at": at, "estimate": value, "low": value - half, "high": value + half})
    made = curves.parabola(
        curve, (mean, b1.estimate, b2.estimate), result.turning, np.array(result.ends),
        xlabel or named(result.label),
        ylabel or f"{named(result.outcome_label)},\nless its value at the mean",
        form="{:.3g}",
    )  # fmt: skip
    return reworded(made, result, {"rug: observations": "ticks: ends at which slopes are tested"})


def _marginal(result: Any, named: Named, xlabel: str | None, ylabel: str | None) -> Picture:  # noqa: ANN401
    made = curves.marginal_effect(
        result.curve, result.support, xlabel or named(result.by),
        ylabel or f"effect of {named(result.of)},\nwithin-SDs", result.bins,
    )  # fmt: skip
    return reworded(made, result)


def _product(result: Any, named: Named, xlabel: str | None, ylabel: str | None) -> Picture:  # noqa: ANN401
    what = " × ".join(map(named, result.pair))
    years = result.support.groupby("year")["at"].mean()
    made = curves.marginal_effect(
        result.curve, result.support["at"].to_numpy(), xlabel or named(result.by),
        ylabel or f"slope of {what},\nwithin-SDs", years=years,
    )  # fmt: skip
    return reworded(made, result)


def _permuted(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    words = {"att": "average effect on the exposed", "t": "t statistic"}
    what = xlabel or named(words.get(result.statistic, result.statistic))
    made = repeats.permutation(result.distribution, result.observed, what, result.p)
    return reworded(made, result)


def _spatial(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """One term in full; several as rows of direct, indirect and total."""
    table = result.tidy()
    effects = table[table["kind"] != "coefficient"]
    outcome = xlabel or f"{named(result.outcome_label)}, per unit of "
    if len(set(effects["term"])) == 1:
        what = outcome if xlabel else outcome + named(effects["label"].iloc[0])
        return reworded(rows.spatial_effects(effects.assign(weights=result.weights), what), result)
    effects = effects.assign(
        label=effects["label"].map(named), reading=effects["kind"]
    )  # fmt: skip
    what = xlabel or f"{named(result.outcome_label)},\nper unit of the term"
    made = rows.interval_rows(effects, f"{what}\nbars: 95%")
    return reworded(made, result)


def _influence(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """Clusters in the first term."""
    table = result.of(result.terms[0]).rename(
        columns={"cluster": "label", "estimate_without": "without", "partial_leverage": "share"}
    )
    what = xlabel or f"coefficient of {named(result.labels[0])}"
    return scatters.leave_one_out(table, float(result.full[0]), what, "cluster")


SHAPES: Mapping[str, Callable[[Any, Named, str | None, str | None], Picture]] = {
    "EventStudy": _events, "LocalProjections": _responses, "DistributedLags": _lags,
    "Threshold": _threshold, "UTest": _quadratic, "MarginalEffects": _marginal,
    "ProductSlope": _product, "Randomisation": _permuted, "SpatialEstimate": _spatial,
    "Influence": _influence,
    "Oster": checks.selection, "UnitRoot": checks.unit_root, "UnitRoots": checks.unit_root,
    "DumitrescuHurlin": checks.granger, "CrossSection": checks.correlation,
    "Pretrend": checks.bias, "Decomposition": checks.bacon, "SpatialPlacebo": checks.placebo,
}  # fmt: skip
"""By class of a result, how it is drawn."""
