"""Both arrows of a loop: whether each of two variables helps to predict the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.display.charts import interval_rows
from analysis.display.drawing import wrap_words
from analysis.display.html import Html
from analysis.display.numbers import publish

if TYPE_CHECKING:
    from analysis.data import Panel
    from analysis.display.picture import Picture
    from analysis.display.sections import Section
    from analysis.inference.dynamic.panel_var import PanelVar, VarLine
    from analysis.inference.dynamic.result import DynamicPanel

__all__ = ["Loop", "loop"]

LABEL = 1.7  # inches that the words of a row may take

READINGS = {"half_panel_jackknife": "half-panel jackknife", "within": "within, uncorrected"}


@dataclass(frozen=True)
class Loop:
    """Two variables, each explained by last year's values of both.

    Attributes
    ----------
    picture : Picture
        Both arrows by both estimators.
    tables : Html
        All coefficients, and the claim's own regression by three estimators, folded, with the
        warnings of the methods.
    """

    picture: Picture
    tables: Html


def loop(made: Section) -> Loop:
    """Lay out the loop of a claim and publish its numbers under ``<id>_loop_``.

    ``claimed`` is the arrow that the claim is about, ``other`` the arrow back.

    Parameters
    ----------
    made
        Section of a claim whose design is panel-var.
    """
    results = made.evidence.details.own[0].results
    found, dynamic = results["loop"], results["dynamic"]
    publish({"loop": _numbers(found, dynamic)}, made.claim.id.lower())
    return Loop(_picture(found, made.panel), _tables(found, dynamic))


def _arrows(found: PanelVar) -> dict[str, tuple[str, str]]:
    """From and to; the outcome of the claim comes first among the variables."""
    outcome, regressor = found.variables
    return {"claimed": (regressor, outcome), "other": (outcome, regressor)}


def _scaled(line: VarLine) -> tuple[float, float, float]:
    return line.estimate * line.scale, line.low * line.scale, line.high * line.scale


def _numbers(found: PanelVar, dynamic: DynamicPanel) -> dict[str, object]:
    numbers: dict[str, object] = {"n": found.n, "first": found.first_year, "last": found.last_year}
    for arrow, ends in _arrows(found).items():
        for estimator in READINGS:
            line = found.line(*ends, estimator)
            value, low, high = _scaled(line)
            numbers[f"{arrow}_{estimator.split('_')[0]}"] = {
                "std": value, "low": low, "high": high, "p": line.p,
                "zero": "excludes zero" if low > 0 or high < 0 else "includes zero",
            }  # fmt: skip
    for estimator, (root, low, high) in found.roots.items():
        numbers[f"root_{estimator.split('_')[0]}"] = {"at": root, "low": low, "high": high}
    numbers["explosive"] = dynamic.explosive
    numbers["persistence"] = {
        name: dynamic.persistence(name).estimate for name in ("within", "bias_corrected")
    }
    return numbers


def _picture(found: PanelVar, panel: Panel) -> Picture:
    rows = []
    for estimator, words in READINGS.items():
        for source, target in _arrows(found).values():
            value, low, high = _scaled(found.line(source, target, estimator))
            label = _arrow(panel.describe(source).label_en, panel.describe(target).label_en)
            rows.append(
                {"label": label, "reading": words, "estimate": value, "low": low, "high": high}
            )
    return interval_rows(
        pd.DataFrame(rows),
        "within-SDs this year per within-SD of last year;\n"
        f"bars: 95%, resampling whole {panel.roles.entities}",
    )


def _arrow(source: str, target: str) -> str:
    """Write an arrow on lines short enough to stand before an axis."""
    to = target if target[:2].isupper() else target[:1].lower() + target[1:]
    return "\n".join([*wrap_words(f"{source} →", LABEL, 10.5), *wrap_words(to, LABEL, 10.5)])


def _tables(found: PanelVar, dynamic: DynamicPanel) -> Html:
    return Html(
        '<details class="tables"><summary>Tables: the loop, and the claim by three estimators'
        f"</summary>{found._repr_html_()}{dynamic._repr_html_()}</details>"
    )
