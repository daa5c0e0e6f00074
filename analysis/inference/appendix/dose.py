"""Exposure in amounts: the two-way regression of the outcome on the dose in force."""

from __future__ import annotations

from dataclasses import replace

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.inference.estimate import Estimate, estimate
from analysis.inference.events.data import FEW
from analysis.inference.options import checked
from analysis.models import Sample, Specification
from analysis.models.treatment import EventDesign, with_treatment

__all__ = ["dose_estimate"]


@checked
def dose_estimate(
    design: EventDesign, outcome: str, panel: Panel, *, effects: str = "two_way",
    controls: tuple[str, ...] = (), initial: tuple[str, ...] = (), sample: Sample | None = None,
    level: float = 0.05,
) -> Estimate:  # fmt: skip
    """Regress the outcome on the dose in force in the same year.

    y_it = β·dose_it + a_i + d_t + u_it, where dose_it is zero before the first year of exposure and
    the sum of the doses since. Without doses it is the familiar post dummy. The term is named after
    the design.

    Parameters
    ----------
    design, outcome, panel, sample
        As in `event_study`; entities the design excludes are left out.
    effects : str
        A key of `analysis.models.EFFECTS`.
    controls, initial, level
        As in `Specification` and `estimate`; controls are of the year before.

    Returns
    -------
    Estimate
        With the dose as its regressor.

    Raises
    ------
    SpecificationError, UnknownNameError
        As in `estimate`.

    Notes
    -----
    Not for staggered starts with effects that grow or fade: entities exposed earlier then serve as
    controls (see `goodman_bacon`). A dose adds the assumption that effects are proportional to it.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.data import load_policies
    >>> from analysis.models import EventDesign
    >>> panel = load("china")
    >>> design = EventDesign.from_table(load_policies(), "green_finance_pilot")
    >>> dose_estimate(design, "urbanisation_rate", panel).n
    465
    """
    wider = with_treatment(panel, design)
    spec = Specification(
        outcome, (design.name,), lags={design.name: 0}, controls=controls, initial=initial,
        effects=effects, sample=design.sample(sample),
    )  # fmt: skip
    notes = [design.rule, *design.notes]
    if len(set(design.starts.values())) > 1:
        notes.append("Starts are staggered: entities exposed earlier serve as controls here.")
    found = estimate(spec, wider, level=level)
    used = set(found.fitted.entities) & set(design.treated)
    if len(used) < FEW:
        notes.append(
            f"Only {len(used)} {found.nouns[1]} are exposed: clustered errors are too small, so "
            "the permutation test is the headline."
        )
        notes += warnings_for(["event_cr1_few_treated"], found.fitted.shape)
    return replace(found, notes=(*found.notes, *notes))
