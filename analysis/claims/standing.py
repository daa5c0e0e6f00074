"""Whether a finding stands beside what else was declared: other readings, size, its own slope."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analysis.claims.claim import Part
from analysis.claims.designs import Regression, arrange, at_mean_and_path
from analysis.claims.designs.derived import add_column, lagged, place
from analysis.claims.evaluated import Reading
from analysis.claims.finding import Check, Slope
from analysis.claims.numbers import scaled
from analysis.claims.question import Question
from analysis.errors import AnalysisError
from analysis.inference import estimate
from analysis.inference.cells import reach
from analysis.inference.coefficients import jackknife_of
from analysis.models import fit

__all__ = ["decomposition", "held_check", "persistence", "rising_check", "secondary_check"]

HIGH = 0.9
"""Quantile of the other factor at which the slope of the first is read."""


def _t(regression: Regression) -> tuple[float, float]:
    """Slope over its jackknife error, and the value of t(G−1) that a 5% test asks for."""
    found = fit(regression.spec, regression.panel)
    at = place(found.terms, regression.focal)
    error = np.sqrt(jackknife_of(found).covariance[at, at])
    return float(found.coefficients[at] / error), reach(len(found.cluster_labels) - 1)


def secondary_check(question: Question, part: Part, estimate: float) -> Check:
    """Ask whether a declared secondary reading says the opposite.

    A reading that says nothing does not count against the claim: other outcomes and measures are
    not what it is about. One that is significant with the other sign does.
    """
    asks = "Does another declared reading say the opposite?"
    against, read = [], 0
    for name, regression in _secondary(question, part):
        try:
            t, critical = _t(regression)
        except AnalysisError:
            continue
        read += 1
        if t * estimate < 0 and abs(t) > critical:
            against.append(name)
    if not read:
        return Check("secondary", asks, "No other reading is declared or can be estimated.", None)
    words = f"Against it: {', '.join(against)}" if against else "None does"
    return Check("secondary", asks, f"{words}, of {read}.", not against)


def _secondary(question: Question, part: Part) -> Iterator[tuple[str, Regression]]:
    claim, panel = question.claim, question.panel
    if part != claim.parts[0]:
        return
    for outcome in claim.secondary.outcomes:
        words = panel.describe(outcome).label_en
        yield words, arrange(question, part, outcome=outcome, within=True)
    for name in claim.secondary.regressors:
        words = panel.describe(name).label_en
        yield words, arrange(question, part, swap={part.focal: name}, within=True)


def held_check(question: Question, regression: Regression) -> Check:
    """Hold declared measures of size fixed, one at a time: both sides may just grow with them."""
    asks = "Does it stand beside the size of the economy?"
    spec, names = regression.spec, question.claim.secondary.held
    if not names:
        return Check("size", asks, "No measure of size is declared for this claim.", None)
    said, stands, sign = [], [], np.sign(_t(regression)[0])
    for name in names:
        words = f"beside {question.panel.describe(name).label_en}"
        try:
            wider = replace(spec, controls=(*spec.controls, name))
            t, critical = _t(replace(regression, spec=wider))
        except AnalysisError:
            said.append(f"{words} it cannot be estimated")
            continue
        stands.append(bool(t * sign > critical))
        said.append(f"{words}, t = {t:.1f}".replace("-", "−"))
    return Check("size", asks, f"{'; '.join(said)}.", all(stands) if stands else None)


def rising_check(question: Question, regression: Regression) -> Check:
    """Ask whether a product that "raises more" raises at all, where its other factor is high.

    The slope of the first factor's movement, b(x) + b(x̃z̃) z̃, at the ninetieth percentile of z̃
    and average means, with a jackknife interval, should lie above zero.
    """
    asks = "Is the slope itself positive where the other factor is high?"
    names = regression.term.split(":")
    spec = regression.spec
    plain = len(names) == 2 and names[0] != names[1] and set(names) <= set(spec.regressors)
    if not plain or regression.sign != "+" or regression.in_sds:
        return Check("rising", asks, "The claim is not that one of two raises more.", None)
    found = fit(spec, regression.panel)
    product, first = place(found.terms, regression.focal), place(found.terms, names[0])
    moved = _movement(regression, names[1], found.index)
    weights = np.zeros(len(found.terms))
    weights[first], weights[product] = 1.0, np.quantile(moved, HIGH)
    slope = weights @ found.coefficients
    error = np.sqrt(weights @ jackknife_of(found).covariance @ weights)
    low = slope - reach(len(found.cluster_labels) - 1) * error
    scale = found.within_sd[1 + first] / found.within_sd[0]
    words = f"{slope * scale:+.2f}, low end {low * scale:+.2f}".replace("-", "−")
    return Check("rising", asks, f"At the ninetieth percentile: {words} within-SDs.", bool(low > 0))


def _movement(regression: Regression, name: str, index: object) -> np.ndarray:
    values = regression.panel[name].astype(float)
    moved = values.groupby(level=0).shift(regression.spec.lag_of(name)).loc[index]
    return (moved - moved.groupby(level=0).transform("mean")).to_numpy()


def persistence(question: Question, regression: Regression) -> float:
    """How much of its movement an outcome keeps from year to year, under the same effects.

    The slope on its own lag by half-panel jackknife, 2ρ − mean of both halves' ρ (Dhaene and
    Jochmans 2015), because within slopes on short panels are too small; the within slope where a
    half cannot be estimated. NaN for outcomes that are no measure by the year.
    """
    claim, outcome, panel = question.claim, regression.spec.outcome, regression.panel
    if claim.policy or claim.design == "event" or outcome != claim.outcome:
        return math.nan
    name = f"{outcome} before"
    panel = add_column(panel, name, lagged(panel, outcome, 1), (outcome,), name)
    spec = replace(
        regression.spec.with_effects("two_way"), regressors=(name,), interactions=(),
        lags={name: 0},
    )  # fmt: skip
    try:
        whole = fit(spec, panel)
    except AnalysisError:
        return math.nan
    years = whole.index.get_level_values(1)
    middle = int(np.unique(years)[len(np.unique(years)) // 2])
    rho, halves = float(whole.coefficients[0]), []
    for ends in ({"last_year": middle - 1}, {"first_year": middle}):
        half = replace(spec, sample=replace(spec.sample, **ends))
        try:
            halves.append(float(fit(half, panel).coefficients[0]))
        except AnalysisError:
            return rho
    return 2 * rho - float(np.mean(halves))


def decomposition(judged: Reading, declared: Reading) -> tuple[Slope, ...]:
    """Slopes of what moves inside entities, of the declared term, of means and national paths."""
    path = at_mean_and_path(declared.regression, judged.regression)
    lines = [
        ("within", judged.lines["two_way"], judged.scale()),
        ("declared", declared.lines["two_way"], declared.scale()),
    ]
    try:
        line = estimate(path.spec, path.panel).coefficient(path.focal)
        unit = declared.scale() / declared.lines["two_way"].scale
        lines.append(("mean and path", line, line.scale * unit))
    except AnalysisError:
        pass  # nothing of the term is left at means and paths
    return tuple(Slope(name, *scaled(line, unit), line.p_cr3) for name, line, unit in lines)
