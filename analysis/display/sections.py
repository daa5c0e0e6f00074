"""A claim as the book shows it: card, picture, table, and the numbers its prose may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.claims import Evidence, Reading, evaluate, ledger
from analysis.display.charts import column_effects, marginal_effect, residual_scatter
from analysis.display.html import Html, claim_card, table
from analysis.display.numbers import publish
from analysis.display.pages import book_panel
from analysis.inference import html_table
from analysis.inference.marginal import MarginalEffects, marginal_effects
from analysis.models import EFFECTS
from analysis.models.added_variable import added_variable

if TYPE_CHECKING:
    from analysis.data import Panel
    from analysis.display.picture import Picture
    from analysis.inference import Coefficient


@dataclass(frozen=True)
class Section:
    """Everything a section about one claim shows.

    Attributes
    ----------
    card : Html
        What the paper says and what would then be true.
    scatter : Picture
        What the two-way regression sees of the focal term.
    effects : Picture
        The focal effect in every column, with intervals and zero.
    table : Html
        The three columns of the primary regression.
    also : Html or None
        The secondary readings declared with it, focal terms only; None if there are none.
    marginal : Picture or None
        For an interaction: how the slope changes with the moderator.
    evidence : Evidence
        What all of this was made from.
    """

    card: Html
    scatter: Picture
    effects: Picture
    table: Html
    also: Html | None
    marginal: Picture | None
    evidence: Evidence


def section(claim_id: str, panel: Panel | None = None) -> Section:
    """Evaluate a claim, publish its numbers under ``<id>_`` and lay out what the page shows.

    Parameters
    ----------
    claim_id
        For example "M16".
    panel
        Panel with measures; the book's own if None.
    """
    panel = panel or book_panel()
    claim = ledger()[claim_id]
    evidence = evaluate(claim, panel)
    moderated = _moderated(evidence.primary, panel)
    publish(section_numbers(evidence) | _moderated_numbers(moderated), prefix=claim_id.lower())
    return Section(
        card=claim_card(claim, panel),
        scatter=_scatter(evidence.primary),
        effects=column_effects(_effect_rows(evidence.primary), _effect_label(evidence.primary)),
        table=Html(html_table(evidence.estimates.columns, scaled=True)),
        also=_also(evidence, panel),
        marginal=_marginal(moderated, panel),
        evidence=evidence,
    )


def section_numbers(evidence: Evidence) -> dict[str, object]:
    """Name the numbers and words that prose about a claim may use.

    Returns
    -------
    dict
        Per column (``two_way``, ``region_year``, ``entity_trends``) the standardised effect
        ``std``, its CR3 interval ``low``, ``high``, ``mde`` in the same unit, both p-values and
        the words ``direction`` and ``zero`` ("excludes zero" or "includes zero"); for the claim
        ``n``, ``entities``, years and ``agreement``; the same per secondary reading.
    """
    first = next(iter(evidence.estimates))
    numbers: dict[str, object] = {
        "n": first.n,
        "entities": first.n_entities,
        "first_year": first.first_year,
        "last_year": first.last_year,
        "years": first.n_years,
        "dropped": first.grid_rows - first.n,
        "agreement": _agreement(evidence),
        **_reading_numbers(evidence.primary),
    }
    for reading in evidence.also:
        numbers[reading.name.split()[-1]] = _reading_numbers(reading)
    return numbers


def _reading_numbers(reading: Reading) -> dict[str, object]:
    return {name: _line_numbers(line) for name, line in reading.lines.items()}


def _line_numbers(line: Coefficient) -> dict[str, object]:
    low, high = line.low_cr3 * line.scale, line.high_cr3 * line.scale
    return {
        "std": line.estimate * line.scale,
        "low": low,
        "high": high,
        "mde": line.mde * line.scale,
        "p": line.p,
        "p_cr3": line.p_cr3,
        "estimate": line.estimate,
        "direction": "positive" if line.estimate > 0 else "negative",
        "zero": "excludes zero" if low > 0 or high < 0 else "includes zero",
        "lowest_without": line.lowest_without,
        "lowest": line.lowest * line.scale,
        "highest": line.highest * line.scale,
    }


def _agreement(evidence: Evidence) -> str:
    signs = list(evidence.primary.signs.values())
    matching = sum(sign == evidence.claim.sign for sign in signs)
    counted = ("none", "one", "two", "all three")[matching] if len(signs) == 3 else str(matching)
    return f"{counted} of the columns" if matching < len(signs) else "all three columns"


def _effect_rows(reading: Reading) -> pd.DataFrame:
    rows = {
        EFFECTS[name].label: {
            "estimate": line.estimate, "low": line.low, "high": line.high,
            "cr3_low": line.low_cr3, "cr3_high": line.high_cr3,
        }
        for name, line in reading.lines.items()
    }  # fmt: skip
    scale = next(iter(reading.lines.values())).scale
    return pd.DataFrame(rows).T * scale


def _effect_label(reading: Reading) -> str:
    line = next(iter(reading.lines.values()))
    outcome = next(iter(reading.estimates)).outcome_label
    return f"within-SDs of {outcome}\nper within-SD of {line.label}"


def _scatter(reading: Reading) -> Picture:
    """Frisch-Waugh-Lovell: both axes with effects and the other regressors taken out."""
    estimate = reading.estimates["two_way"]
    partial = added_variable(estimate.fitted, reading.focal)
    line = estimate.coefficient(reading.focal)
    return residual_scatter(
        partial.x / partial.x_sd, partial.y / partial.y_sd,
        partial.slope * partial.x_sd / partial.y_sd,
        f"{line.label}, what is left (SD)", f"{estimate.outcome_label}, what is left (SD)",
    )  # fmt: skip


def _moderated(reading: Reading, panel: Panel) -> MarginalEffects | None:
    if ":" not in reading.focal:
        return None
    of, by = reading.focal.split(":")
    return marginal_effects(reading.estimates["two_way"], panel, of, by)


def _moderated_numbers(found: MarginalEffects | None) -> dict[str, str]:
    if found is None:
        return {}
    curve, bins = found.curve, found.bins
    low, high = (np.interp(bins["at"], curve["at"], curve[side]) for side in ("low", "high"))
    inside = bins["effect"].between(low, high).all()
    covers = ((curve["low"] < 0) & (curve["high"] > 0)).all()
    return {
        "bins_within_band": "yes" if inside else "no",
        "band_covers_zero": "yes" if covers else "no",
    }


def _marginal(found: MarginalEffects | None, panel: Panel) -> Picture | None:
    if found is None:
        return None
    of, by = panel.describe(found.of), panel.describe(found.by)
    return marginal_effect(
        found.curve, found.support, found.bins, f"{by.label_en} ({by.label_zh})",
        f"effect of {of.label_en},\nwithin-SDs of the outcome",
    )  # fmt: skip


def _also(evidence: Evidence, panel: Panel) -> Html | None:
    if not evidence.also:
        return None
    rows = []
    for reading in evidence.also:
        replaced = reading.outcome if "outcome" in reading.name else reading.focal
        cells = {
            EFFECTS[name].label: Html(
                f"{line.estimate * line.scale:+.2f}<br><small>[{line.low_cr3 * line.scale:+.2f}, "
                f"{line.high_cr3 * line.scale:+.2f}]<br>{line.mde * line.scale:.2f}</small>"
            )
            for name, line in reading.lines.items()
        }
        rows.append({"Instead": panel.describe(replaced).label_en, **cells})
    kind = "another outcome" if evidence.claim.also.outcomes else "another regressor"
    return table(
        pd.DataFrame(rows),
        f"Secondary readings declared with {evidence.claim.id}, each with {kind}: effect in "
        "within-SDs, [95% CR3 interval], smallest detectable effect",
        style="estimates",
    )
