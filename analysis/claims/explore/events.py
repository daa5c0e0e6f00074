"""An event on a further data set: its path, the years before, bounds, and pilots beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis.claims.designs.derived import without_initial
from analysis.claims.evaluated import Evaluated
from analysis.claims.explore.policies import bounded, concurrent
from analysis.claims.numbers import flatten
from analysis.claims.pictures import design_picture
from analysis.claims.record import Page
from analysis.errors import AnalysisError
from analysis.inference import event_study
from analysis.inference.cells import Grid, signed
from analysis.inference.events.study import EventStudy

__all__ = ["event_page"]

_EXPLORATORY = "exploratory, decides no verdict"


def event_page(made: Evaluated) -> Page:
    """Show what stands behind an event claim besides its numbers; no verdict goes by any of it.

    Parameters
    ----------
    made : Evaluated
        A claim of an event design with estimates.

    Returns
    -------
    Page
        The exhibit ``picture``; the grid ``path`` and, for a pilot, ``controls`` (cohorts, and
        both groups of controls), ``before`` (the test of the years before and what it would
        miss), ``bounds`` (by how much trends may bend) and ``other_pilots``. The numbers are
        ``pre_p``, for a pilot also ``pre_p_permuted``, those of `bounded`, the average against
        entities that are never treated as ``never``, ``never_low``, ``never_high``, and those of
        `concurrent` under ``pilots_``.
    """
    shown = Page(exhibits={"picture": design_picture(made)})
    return shown | (_pilot(made) if made.claim.policy else _exposure(made))


def _pilot(made: Evaluated) -> Page:
    study, before, who = made.result["study"], made.result["before"], _who(made)
    never = _never_treated(made, study)
    numbers: dict[str, object] = {"pre_p": before.p, "pre_p_permuted": before.p_permutation}
    grids = {"controls": _controls(made, study, never)}
    grids |= {"path": _headed(study.grid(), who), "before": _headed(before.grid(), who)}
    if isinstance(never, EventStudy):
        line = never.overall
        numbers["never"] = line.estimate
        numbers |= {"never_low": line.low, "never_high": line.high}
    try:
        found, bounds = bounded(made)
        numbers, grids = numbers | found, grids | ({"bounds": bounds} if bounds else {})
    except AnalysisError as error:  # a bound is a further reading: it says why it is missing
        grids["bounds"] = Grid.of(f"{who}: bounds", ("Bend a year",), (), (str(error),))
    numbers["pilots"], grids["other_pilots"] = concurrent(
        made.claim.policy, made.study, dataset=made.panel.name
    )
    return Page(flatten(numbers), grids=grids)


def _never_treated(made: Evaluated, study: EventStudy) -> EventStudy | str:
    """Estimate the study against entities that are never treated; why not, where it cannot be."""
    spec = made.judged[0].regression.spec
    panel, outcome = without_initial(made.panel, spec)
    try:
        return event_study(
            study.data.design, outcome, panel, control="never_treated", sample=spec.sample
        )
    except AnalysisError as error:
        return str(error)


def _controls(made: Evaluated, study: EventStudy, never: EventStudy | str) -> Grid:
    many = made.panel.roles.entities
    return Grid(
        f"{_who(made)}: cohorts, and both groups of controls, in units of the outcome",
        ("Who is compared", many.capitalize(), "Average effect, 95% interval"),
        tuple(_control_rows(study, never, many)),
        style="book",
    )


def _control_rows(
    study: EventStudy, never: EventStudy | str, many: str
) -> Iterator[tuple[str, str, str]]:
    for cohort in study.cohorts:
        half = study.critical * cohort.se
        cell = _cell(cohort.estimate, cohort.estimate - half, cohort.estimate + half)
        yield f"first counted year {cohort.start}", f"{len(cohort.entities)}", cell
    for words, one in ((study.control.replace("_", " "), study), ("never treated", never)):
        against = f"all, against {many} {words}"
        if isinstance(one, str):
            yield against, "–", one
        else:
            line = one.overall
            size = f"{one.n_treated} and {one.n_control}"
            yield against, size, _cell(line.estimate, line.low, line.high)


def _exposure(made: Evaluated) -> Page:
    """Everyone is reached at once: years before and after, in proportion to the exposure."""
    path = made.result["path"]
    rows = [
        (f"{at.year:.0f}", "base year" if at.reference else _cell(at.estimate, at.low, at.high))
        for at in path.table.itertuples()
    ]
    note = (
        f"Joint test of {path.leads} earlier years: p = {path.p:.3f}. Everyone was reached at "
        "once: there are no cohorts, and nobody stayed untreated."
    )
    head = ("Year", "Slope, 95% CR3 interval")
    grid = Grid.of(f"{_who(made)}: within-SDs per SD of the exposure", head, rows, (note,))
    return Page({"pre_p": path.p}, grids={"path": grid})


def _who(made: Evaluated) -> str:
    return f"{made.claim.id} on {made.panel.roles.entities}, {_EXPLORATORY}"


def _headed(grid: Grid, who: str) -> Grid:
    return replace(grid, caption=f"{who}: {grid.caption}")


def _cell(value: float, low: float, high: float) -> str:
    return f"{signed(value, 3)} [{signed(low, 3)}, {signed(high, 3)}]"
