"""Further questions of the protocol: they inform a reader and decide no verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis import inference
from analysis.claims.curve import declared_samples
from analysis.claims.designs.derived import Regression, place, without_entities
from analysis.claims.numbers import entity_name
from analysis.errors import AnalysisError
from analysis.inference import Coefficient, Estimate
from analysis.inference.cells import signed
from analysis.inference.result import Row
from analysis.models import fit
from analysis.models.reference import library_slopes

__all__ = ["Answer", "ask_protocol"]

DRAWS = 199
_EDGE = 0.01
_WINDOW = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer in words.

    Parameters
    ----------
    topic : str
        What it is about: "errors", "dependence", "dynamics", "hidden variables", "samples".
    asks, found : str
        Question and answer; the answer says so where the question could not be put.
    """

    topic: str
    asks: str
    found: str


def ask_protocol(
    regression: Regression, leading: Estimate, columns: Sequence[str] = ()
) -> tuple[Answer, ...]:
    """Put the remaining questions of the protocol to one regression.

    Parameters
    ----------
    regression : Regression
        As arranged for a part of a claim.
    leading : Estimate
        Its two-way column.
    columns : sequence of str
        Effects of the columns with which it shares its rows.
    """
    out = []
    line = leading.coefficient(regression.focal)
    library = partial(_library, columns=columns)
    for (topic, asks), answer in {**_QUESTIONS, _LIBRARY: library}.items():
        try:
            found = answer(regression, leading, line)
        except AnalysisError as error:
            found = f"Could not be asked: {error}"
        out.append(Answer(topic, asks, found))
    return tuple(out)


def _small_sample(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    small = inference.satterthwaite(leading).coefficient(line.term)
    return f"p = {small.p:.3f} with {small.dof:.1f} degrees of freedom."


def _library(
    regression: Regression, leading: Estimate, line: Coefficient, columns: Sequence[str]
) -> str:
    """Solve the regression by linearmodels, whose effects are taken out by iteration."""
    other = float(library_slopes(leading.specification, regression.panel, columns)[line.term])
    apart = abs(other - line.estimate) / line.se
    same = "the same to a millionth" if apart < 1e-6 else f"{apart:.2g}"
    return f"{signed(other * line.scale)} within-SDs, {same} of the standard error."


def _trending(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    """Share of the term's within variation that lies on straight lines of the entities."""
    left = []
    for effects in ("two_way", "entity_trends"):
        one = fit(regression.spec.with_effects(effects), regression.panel)
        left.append(float((one.x[:, one.terms.index(line.term)] ** 2).sum()) / one.n)
    share = 1 - left[1] / left[0]
    return f"Straight lines by entity take up {share:.0%} of what two-way effects leave."


def _weights(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    heavy = inference.influence(leading).of(line.term).iloc[0]
    name = entity_name(str(heavy["cluster"]), regression.panel)
    return f"{name} holds {heavy['partial_leverage']:.0%} of the variation of the term."


def _dependence(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    found = inference.cross_section(regression.spec, regression.panel, draws=DRAWS)
    known = [s for s in found.statistics if np.isfinite(s.p_simulated)]
    words = "; ".join(f"{s.label}: p = {s.p_simulated:.3f}" for s in known)
    return f"Mean correlation of errors {signed(found.mean_correlation, 3)}; {words}."


def _factors(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    # Each entity carries its own slopes and averages; one with too few years has to stay out.
    rows = leading.fitted.index.to_frame(index=False).groupby("entity").size()
    short = rows[rows < 2 * len(leading.terms) + 3].index
    regression = without_entities(regression, map(str, short))
    found = inference.common_effects(regression.spec, regression.panel)
    text = _estimate(next(t for t in found.terms if t.term == line.term), line.scale)
    names = ", ".join(entity_name(str(code), regression.panel) for code in short)
    return f"{text} Left out for too few years: {names}." if names else text


def _memory(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    found = inference.dynamic_panel(regression.spec, regression.panel, draws=DRAWS)
    corrected = found.line(line.term, "half_panel_jackknife")
    own = found.persistence("half_panel_jackknife")
    ends = _estimate(corrected, corrected.scale)
    return f"{ends} Persistence of the outcome {own.estimate:.2f}."


def _long_difference(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    first, last = leading.first_year, leading.last_year
    found = inference.long_difference(
        regression.spec, regression.panel,
        first=(first, first + _WINDOW - 1), last=(last - _WINDOW + 1, last), complete=False,
    )  # fmt: skip
    return _estimate(found.coefficient(line.term), line.scale)


def _hidden(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    found = inference.cinelli_hazlett(regression.spec, regression.panel, line.term)
    return (
        f"One that explains {found.rv:.0%} of what is left of both sides would bring the estimate "
        f"to zero; {found.rv_clustered:.0%} would bring its clustered interval to zero."
    )


def _selection(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    delta = inference.oster(regression.spec, regression.panel, line.term).delta
    return f"Selection on unobservables would have to be {delta:.1f} times that on observables."


def _samples(regression: Regression, leading: Estimate, line: Coefficient) -> str:
    words = []
    pulled = ("winsorised at one per cent", _winsorised(regression))
    for name, other in (*declared_samples(regression, "question"), pulled):
        try:
            words.append(f"{name} {signed(_slope(other))}")
        except AnalysisError:
            words.append(f"{name}: cannot be estimated")
    return "; ".join(words) + "."


def _winsorised(regression: Regression) -> Regression:
    """Pull the outermost hundredth of outcome and regressors to its edge on either side."""
    panel, spec = regression.panel, regression.spec
    frame = panel.frame.copy()
    for name in (spec.outcome, *spec.regressors):
        low, high = np.nanquantile(frame[name].astype(float), [_EDGE, 1 - _EDGE])
        frame[name] = frame[name].astype(float).clip(low, high)
    return replace(regression, panel=replace(panel, frame=frame))


def _slope(regression: Regression) -> float:
    fitted = fit(regression.spec, regression.panel)
    at = place(fitted.terms, regression.focal)
    return float(fitted.coefficients[at] * fitted.within_sd[1 + at] / fitted.within_sd[0])


def _estimate(line: Row, scale: float) -> str:
    ends = f"[{signed(line.low * scale)}, {signed(line.high * scale)}]"
    return f"{signed(line.estimate * scale)} {ends} within-SDs."


_LIBRARY = ("errors", "Does another program (linearmodels) give the same slope?")
_QUESTIONS: Mapping[tuple[str, str], Callable[[Regression, Estimate, Coefficient], str]] = {
    ("errors", "What does CR2 with Satterthwaite's degrees of freedom say?"): _small_sample,
    ("errors", "Who weighs most?"): _weights,
    ("errors", "How much of the term do entity trends absorb?"): _trending,
    ("dependence", "Do errors of different entities hang together?"): _dependence,
    ("dependence", "What is left beside common factors (CCE)?"): _factors,
    ("dynamics", "With the outcome's own past, corrected for its bias?"): _memory,
    ("dynamics", "From the first to the last three years (long difference)?"): _long_difference,
    ("hidden variables", "How strong would a hidden confounder have to be?"): _hidden,
    ("hidden variables", "How much selection on what is not seen (Oster)?"): _selection,
    ("samples", "What do other samples give?"): _samples,
}
