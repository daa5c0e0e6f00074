"""Feedback: both arrows of a loop: whether each of two variables helps to predict the other."""

from __future__ import annotations

import pandas as pd

from analysis.claims.evaluated import Evaluated
from analysis.claims.exhibit import Exhibit
from analysis.claims.numbers import flatten, span
from analysis.claims.record import Page
from analysis.data import Panel
from analysis.inference import DynamicPanel, PanelVar
from analysis.inference.result import Row

__all__ = ["loop"]

READINGS = {"half_panel_jackknife": "half-panel jackknife", "within": "within, uncorrected"}


def loop(made: Evaluated) -> Page:
    """Follow both arrows of a loop; numbers are named ``<id>_loop_...``.

    ``claimed`` is the arrow that the claim is about, ``other`` the arrow back.

    Parameters
    ----------
    made
        A claim whose design is panel-var.

    Returns
    -------
    Page
        The exhibit ``<id>_loop``, both arrows by both estimators, and the grids ``<id>_loop_table``
        and ``<id>_dynamic``, all coefficients with the warnings of the methods.
    """
    found, dynamic = made.result["loop"], made.result["dynamic"]
    name = made.claim.id.lower()
    return Page(
        flatten(_numbers(found, dynamic), f"{name}_loop"),
        {f"{name}_loop": _picture(found, made.panel)},
        {f"{name}_loop_table": found.grid(), f"{name}_dynamic": dynamic.grid()},
    )


def _arrows(found: PanelVar) -> dict[str, tuple[str, str]]:
    """From and to; the outcome of the claim comes first among the variables."""
    outcome, regressor = found.variables
    return {"claimed": (regressor, outcome), "other": (outcome, regressor)}


def _scaled(line: Row) -> tuple[float, float, float]:
    return line.estimate * line.scale, line.low * line.scale, line.high * line.scale


def _numbers(found: PanelVar, dynamic: DynamicPanel) -> dict[str, object]:
    numbers: dict[str, object] = {"n": found.n, "first": found.first_year, "last": found.last_year}
    for arrow, ends in _arrows(found).items():
        for estimator in READINGS:
            line = found.line(*ends, estimator)
            numbers[f"{arrow}_{estimator.split('_')[0]}"] = {**span(*_scaled(line)), "p": line.p}
    for estimator, (root, low, high) in found.roots.items():
        numbers[f"root_{estimator.split('_')[0]}"] = {"at": root, "low": low, "high": high}
    numbers["explosive"] = dynamic.explosive
    numbers["persistence"] = {
        name: dynamic.persistence(name).estimate for name in ("within", "bias_corrected")
    }
    return numbers


def _picture(found: PanelVar, panel: Panel) -> Exhibit:
    rows = []
    for estimator, words in READINGS.items():
        for source, target in _arrows(found).values():
            value, low, high = _scaled(found.line(source, target, estimator))
            label = _arrow(panel.describe(source).label_en, panel.describe(target).label_en)
            rows.append(
                {"label": label, "reading": words, "estimate": value, "low": low, "high": high}
            )
    xlabel = (
        "within-SDs this year per within-SD of last year;\n"
        f"bars: 95%, resampling whole {panel.roles.entities}"
    )
    return Exhibit.of("interval_rows", rows=pd.DataFrame(rows), xlabel=xlabel)


def _arrow(source: str, target: str) -> str:
    to = target if target[:2].isupper() else target[:1].lower() + target[1:]
    return f"{source} →\n{to}"
