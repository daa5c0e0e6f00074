"""Further questions of the protocol: they inform a reader and decide no verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis.claims.curve import declared_samples
from analysis.claims.designs import Regression, with_sample
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.inference import Estimate
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
    library = partial(_library, columns=columns)
    for (topic, asks), answer in {**_QUESTIONS, _LIBRARY: library}.items():
        try:
            found = answer(regression, leading)
        except AnalysisError as error:
            found = f"Could not be asked: {error}"
        out.append(Answer(topic, asks, found))
    return tuple(out)


def _small_sample(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import satterthwaite

    line = satterthwaite(leading).coefficient(_term(leading, regression.focal))
    return f"p = {line.p:.3f} with {line.dof:.1f} degrees of freedom."


def _library(regression: Regression, leading: Estimate, columns: Sequence[str]) -> str:
    """Solve the regression by linearmodels, whose effects are taken out by iteration."""
    line = leading.coefficient(regression.focal)
    other = float(library_slopes(leading.specification, regression.panel, columns)[line.term])
    apart = abs(other - line.estimate) / line.se
    scaled = _signed(other * line.scale)
    same = "the same to a millionth" if apart < 1e-6 else f"{apart:.2g}"
    return f"{scaled} within-SDs, {same} of the standard error."


def _trending(regression: Regression, leading: Estimate) -> str:
    """Share of the term's within variation that lies on straight lines of the entities."""
    fits = [
        fit(regression.spec.with_effects(e), regression.panel) for e in ("two_way", "entity_trends")
    ]
    at = [one.terms.index(_term(leading, regression.focal)) for one in fits]
    left = [float((one.x[:, j] ** 2).sum()) / one.n for one, j in zip(fits, at, strict=True)]
    share = 1 - left[1] / left[0]
    return f"Straight lines by entity take up {share:.0%} of what two-way effects leave."


def _weights(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import influence

    heavy = influence(leading).of(_term(leading, regression.focal)).iloc[0]
    name = _name(regression.panel, str(heavy["cluster"]))
    return f"{name} holds {heavy['partial_leverage']:.0%} of the variation of the term."


def _dependence(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import cross_section

    found = cross_section(regression.spec, regression.panel, draws=DRAWS)
    known = [s for s in found.statistics if np.isfinite(s.p_simulated)]
    words = "; ".join(f"{s.label}: p = {s.p_simulated:.3f}" for s in known)
    return f"Mean correlation of errors {_signed(found.mean_correlation, 3)}; {words}."


def _factors(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import common_effects

    # Each entity carries its own slopes and averages; one with too few years has to stay out.
    rows = leading.fitted.index.to_frame(index=False).groupby("entity").size()
    short = rows[rows < 2 * len(leading.terms) + 3].index
    regression = _without(regression, map(str, short))
    found = common_effects(regression.spec, regression.panel)
    line = next(t for t in found.terms if t.term == _term(leading, regression.focal))
    scale = leading.coefficient(regression.focal).scale
    text = _estimate(line.estimate * scale, line.low * scale, line.high * scale)
    names = ", ".join(_name(regression.panel, str(code)) for code in short)
    return f"{text} Left out for too few years: {names}." if names else text


def _memory(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import dynamic_panel

    found = dynamic_panel(regression.spec, regression.panel, draws=DRAWS)
    line = found.line(_term(leading, regression.focal), "half_panel_jackknife")
    ends = _estimate(line.estimate * line.scale, line.low * line.scale, line.high * line.scale)
    own = found.persistence("half_panel_jackknife")
    return f"{ends} Persistence of the outcome {own.estimate:.2f}."


def _long_difference(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import long_difference

    first, last = leading.first_year, leading.last_year
    found = long_difference(
        regression.spec, regression.panel,
        first=(first, first + _WINDOW - 1), last=(last - _WINDOW + 1, last), complete=False,
    )  # fmt: skip
    line = found.coefficient(regression.focal)
    scale = leading.coefficient(regression.focal).scale
    return _estimate(line.estimate * scale, line.low * scale, line.high * scale)


def _hidden(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import cinelli_hazlett

    found = cinelli_hazlett(regression.spec, regression.panel, _term(leading, regression.focal))
    return (
        f"One that explains {found.rv:.0%} of what is left of both sides would bring the estimate "
        f"to zero; {found.rv_clustered:.0%} would bring its clustered interval to zero."
    )


def _selection(regression: Regression, leading: Estimate) -> str:
    from analysis.inference import oster

    found = oster(regression.spec, regression.panel, _term(leading, regression.focal))
    return (
        f"Selection on unobservables would have to be {found.delta:.1f} times that on observables."
    )


def _samples(regression: Regression, leading: Estimate) -> str:
    words = []
    for name, other in _other_samples(regression):
        try:
            words.append(f"{name} {_signed(_slope(other))}")
        except AnalysisError:
            words.append(f"{name}: cannot be estimated")
    return "; ".join(words) + "."


def _other_samples(regression: Regression) -> Iterator[tuple[str, Regression]]:
    yield from declared_samples(regression, "question")
    yield "winsorised at one per cent", _winsorised(regression)


def _without(regression: Regression, names: Iterable[str]) -> Regression:
    gone = dict.fromkeys((*regression.spec.sample.exclude_entities, *names))
    return with_sample(regression, exclude_entities=tuple(gone))


def _winsorised(regression: Regression) -> Regression:
    """Pull the outermost hundredth of outcome and regressors to its edge on either side."""
    panel, spec = regression.panel, regression.spec
    names = [spec.outcome, *spec.regressors]
    frame = panel.frame.copy()
    for name in names:
        low, high = np.nanquantile(frame[name].astype(float), [_EDGE, 1 - _EDGE])
        frame[name] = frame[name].astype(float).clip(low, high)
    return replace(regression, panel=replace(panel, frame=frame))


def _slope(regression: Regression) -> float:
    fitted = fit(regression.spec, regression.panel)
    swapped = ":".join(reversed(regression.focal.split(":")))
    at = next(i for i, t in enumerate(fitted.terms) if t in (regression.focal, swapped))
    return float(fitted.coefficients[at] * fitted.within_sd[1 + at] / fitted.within_sd[0])


def _term(leading: Estimate, focal: str) -> str:
    return leading.coefficient(focal).term


def _name(panel: Panel, code: str) -> str:
    known = "label_en" in panel.entities.columns and code in panel.entities.index
    return str(panel.entities.loc[code, "label_en"]) if known else code


def _estimate(value: float, low: float, high: float) -> str:
    return f"{_signed(value)} [{_signed(low)}, {_signed(high)}] within-SDs."


def _signed(value: float, digits: int = 2) -> str:
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


_LIBRARY = ("errors", "Does another program (linearmodels) give the same slope?")
_QUESTIONS: Mapping[tuple[str, str], Callable[[Regression, Estimate], str]] = {
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
