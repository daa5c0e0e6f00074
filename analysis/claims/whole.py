"""One answer for a paper as a whole: all signed parts together, beside what chance would give."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.claims.calibration.kept import Calibration, read_calibration
from analysis.claims.calibration.plant import kind_of
from analysis.claims.calibration.run import DRAWS
from analysis.claims.calibration.summary import signed_parts
from analysis.claims.exhibit import Exhibit
from analysis.claims.families.families import FAMILIES
from analysis.claims.joint import Joint, from_row, groups, joint
from analysis.claims.joint_result import JointResult, joint_result
from analysis.claims.numbers import flatten
from analysis.claims.record import Page, Record
from analysis.claims.study import Study
from analysis.inference.cells import Grid, plain_number

__all__ = ["whole"]


def whole(study: Study, records: Sequence[Record]) -> Page:
    """Combine what is signed, for all claims, by kind and by chapter.

    Parameters
    ----------
    study : Study
        If it was calibrated, every statistic stands beside its distribution on every placebo
        family.
    records : sequence of Record
        Everything that was evaluated; primary tests count, and only claims that were simulated.

    Returns
    -------
    Page
        Numbers ``joint_<group>_<statistic>`` and ``joint_<group>_<family>_<statistic>``, exhibit
        ``joint`` (all claims), grids ``joint_table``, ``joint_groups`` and ``joint_shrunken``;
        nothing without a signed part.
    """
    kept = read_calibration(study)
    evidence = [r.evidence for r in records if not r.evidence.claim.dataset]
    if kept is not None:  # the others have nothing to stand beside
        simulated = set(kept.claims["claim"])
        evidence = [e for e in evidence if e.claim.id in simulated]
    kinds = {e.claim.id: kind_of(e.claim, study.measures) for e in evidence if e.findings}
    parts = groups(signed_parts(evidence, kinds))
    if not parts:
        return Page()
    found = {name: _beside(name, joint(some, draws=DRAWS), kept) for name, some in parts.items()}
    numbers = {name.replace("-", "_"): _numbers(one) for name, one in found.items()}
    grids = {"joint_table": found["all"].grid(), "joint_groups": _by_group(found, study),
             "joint_shrunken": _shrunken(found["all"].real, study)}  # fmt: skip
    shown = {"joint": Exhibit("beside_chance", {"panels": _panels(found["all"])})}
    return Page(flatten(numbers, "joint"), shown if kept else {}, grids)


def _beside(name: str, real: Joint, kept: Calibration | None) -> JointResult:
    placebo: dict[str, list[Joint]] = {}
    if kept is not None:
        mine = kept.joint[kept.joint["group"] == name]
        for family, table in mine.groupby("family", sort=False):
            placebo[str(family)] = [from_row(row) for row in table.to_dict("records")]
    return joint_result(name, real, placebo)


def _numbers(one: JointResult) -> dict[str, object]:
    real = one.real
    figures = {
        name: getattr(real, name)
        for name in ("parts", "predicted", "mean", "median", "z", "pooled", "pooled_se", "tau")
    }
    families = {
        family: {
            place.statistic: {
                "share": place.share,
                "median": place.median,
                "low": place.low,
                "high": place.high,
            }
            for place in places
        }
        for family, places in one.families.items()
    }
    least = (
        {
            name: {
                "most": max(f[name]["share"] for f in families.values()),
                "least": min(f[name]["share"] for f in families.values()),
            }
            for name in ("signs", "mean", "z", "pooled")
        }
        if families
        else {}
    )
    return {**figures, **families, "share": least}


def _panels(one: JointResult) -> list[dict[str, object]]:
    """One panel a statistic: a row a family with what chance gives, and the figures as a line."""
    words = {"signs": "share of signs as predicted", "mean": "mean estimate, within-SDs",
             "z": "combined z"}  # fmt: skip
    panels = []
    for name, xlabel in words.items():
        rows = [
            {"label": FAMILIES[family].label if family in FAMILIES else family,
             "low": place.low, "estimate": place.median, "high": place.high, "share": place.share}
            for family, places in one.families.items()
            for place in places if place.statistic == name
        ]  # fmt: skip
        value = float(getattr(one.real, name))
        panels.append({"rows": pd.DataFrame(rows), "value": value, "xlabel": xlabel})
    return panels


def _by_group(found: dict[str, JointResult], study: Study) -> Grid:
    heads = ["Group", "Parts", "As predicted", "Mean", "Combined z"]
    families = tuple(found["all"].families)
    rows = []
    for name, one in found.items():
        title = study.chapters[name]["title"] if name in study.chapters else name
        real = one.real
        shares = [
            next((f"{p.share:.3f}" for p in one.families.get(f, ()) if p.statistic == "mean"), "–")
            for f in families
        ]
        rows.append(
            (
                title,
                str(real.parts),
                str(real.predicted),
                plain_number(real.mean, real.pooled_se),
                plain_number(real.z, 0.1),
                *shares,
            )
        )
    note = "Under each placebo family: share of panels with a mean at least as large."
    labels = [FAMILIES[f].label if f in FAMILIES else f for f in families]
    return Grid.of("The signed parts by kind and by chapter", (*heads, *labels), rows, (note,))


def _shrunken(real: Joint, study: Study) -> Grid:
    heads = ("Claim", "Part", "Estimate", "Shrunken", "SD")
    rows = [
        (study.link(study.ledger[one.claim]), str(one.part), plain_number(one.estimate, one.se),
         plain_number(one.posterior, one.posterior_sd),
         plain_number(one.posterior_sd, one.posterior_sd))
        for one in sorted(real.shrunken, key=lambda one: -one.posterior)
    ]  # fmt: skip
    note = (
        "Every estimate drawn towards the mean of all, the more the less it is known. Within-SDs, "
        "positive as predicted; the spread of true effects is taken as estimated."
    )
    return Grid.of("Estimates after partial pooling", heads, rows, (note,))
