"""A declared regression in words and as a formula, for a page without a formula engine."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.claims import Claim
    from analysis.data import Panel
    from analysis.models import Specification

__all__ = ["dropped_words", "formula_html", "specification_words"]

EFFECTS = {
    "two_way": "entity and year effects",
    "region_year": "entity and region-by-year effects",
    "entity_trends": "entity and year effects and a trend of each entity",
}
_WANTED = re.compile(r"\b(outcome|regressor|control|first value of) (\w+)")


def specification_words(claim: Claim, panel: Panel) -> str:
    """Say a declared regression in words, with the labels of its measures."""
    spec = claim.build_specification() if not claim.policy else None
    if spec is None:
        treated = escape((claim.policy or "").replace("_", " "))
        return f"{_label(claim.outcome, panel)} on exposure to the {treated}"
    right = [_dated(name, spec, panel) for name in spec.slopes]
    right += [f"{_label(a, panel)} × {_label(b, panel)}" for a, b in spec.interactions]
    held = [f"first {_label(name, panel)} times year" for name in spec.initial]
    text = f"{_label(spec.outcome, panel)} on {'; '.join(right)}"
    if held:
        text += f"; beside {' and '.join(held)}"
    return f"{text}; with {EFFECTS.get(spec.effects, spec.effects)}"


def dropped_words(reason: str, panel: Panel) -> str:
    """Put the label of a measure in place of its short name, where rows fell for want of it.

    Examples
    --------
    >>> from analysis.data import load
    >>> dropped_words("outcome gdp missing: 31", load("china"))
    'outcome “Gross regional product, current prices, revised” missing: 31'
    """
    return _WANTED.sub(lambda found: f"{found[1]} “{_label(found[2], panel)}”", escape(reason))


def formula_html(claim: Claim, panel: Panel) -> str:
    """Write a declared regression as a formula with the short names of its measures."""
    if claim.policy:
        return _formula(_code(claim.outcome, "i,t"), [f"β {_code(claim.policy, 'i,t')}"], ())
    spec = claim.build_specification()
    at = {name: _when(spec.lag_of(name)) for name in spec.slopes}
    terms = [_code(name, at[name]) for name in spec.regressors]
    terms += [f"{_code(a, at[a])}·{_code(b, at[b])}" for a, b in spec.interactions]
    terms += [_code(name, at[name]) for name in spec.controls]
    slopes = [f"β<sub>{i}</sub> {term}" for i, term in enumerate(terms, 1)]
    if len(slopes) == 1:
        slopes = [f"β {terms[0]}"]
    return _formula(_code(spec.outcome, "i,t"), slopes, spec.initial)


def _formula(left: str, slopes: list[str], initial: tuple[str, ...]) -> str:
    held = [f"γ<sub>t</sub> {_code(name, 'i,0')}" for name in initial]
    rest = ["α<sub>i</sub>", "δ<sub>t</sub>", "ε<sub>i,t</sub>"]
    return f"{left} = {' + '.join([*slopes, *held, *rest])}"


def _code(name: str | None, when: str) -> str:
    return f"<code>{escape(str(name))}</code><sub>{when}</sub>"


def _when(lag: int) -> str:
    return f"i,t{-lag:+d}".replace("-", "−") if lag else "i,t"


def _label(name: str | None, panel: Panel) -> str:
    return escape(panel.describe(name).label_en if name in panel else str(name))


def _dated(name: str, spec: Specification, panel: Panel) -> str:
    lag = spec.lag_of(name)
    if not lag:
        return f"{_label(name, panel)} of the same year"
    years = "the year" if abs(lag) == 1 else f"{abs(lag)} years"
    return f"{_label(name, panel)} {years} {'before' if lag > 0 else 'after'}"
