"""The page on which readers look for themselves: thresholds, claims, maps and paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.claims import Archive, Exhibit, Study
from analysis.display.charts import draw
from analysis.display.html import Html, figure, publish, table
from analysis.display.interactive.claims import claims_data
from analysis.display.interactive.places import places_data
from analysis.display.interactive.rules import NAMES, TOGETHER, Moved, moved_rules, over_all
from analysis.display.opened import opened

__all__ = ["Explorer", "explorer"]

SCRIPTS = (
    "plot/d3.min.js", "plot/plot.umd.min.js", "explorer/tools.js", "explorer/rules.js",
    "explorer/claims.js", "explorer/places.js",
)  # fmt: skip
STYLE = "explorer/explorer.css"
PAGE = "explorer"


@dataclass(frozen=True)
class Explorer:
    """Pieces of the page; each is an `Html` with its data and what stands without a script.

    Attributes
    ----------
    study : Study
        What is explored.
    archive : Archive
        Its results.
    """

    study: Study
    archive: Archive

    @cached_property
    def moved(self) -> Moved:
        """Every word under moved rules."""
        return moved_rules(self.archive.records, self.study.rules)

    @cached_property
    def start(self) -> Html:
        """Style and scripts of the page, which no other page loads."""
        scripts = "".join(f'<script defer src="{path}"></script>' for path in SCRIPTS)
        return Html(f'<link rel="stylesheet" href="{STYLE}"/>{scripts}')

    @cached_property
    def thresholds(self) -> Html:
        """How many words change when a number of the rules is moved."""
        meaning = self.study.rules.meaning
        sentences = {claim.id: claim.sentence for claim in self.study.ledger}
        names = {name: self.archive.codebook(name) for name in self.study.datasets}
        data = {
            **self.moved.plain(), "together_names": TOGETHER, "names": NAMES, "meaning": meaning,
            "sentences": sentences,
            "href": {claim.id: self.study.address(claim) for claim in self.study.ledger},
            "datasets": {n: b.roles.entities for n, b in names.items() if b},
        }  # fmt: skip
        return _piece("rules", data, _counts(self.moved, meaning).text)

    @cached_property
    def claims(self) -> Html:
        """Estimates on every data set and the specification curve of a claim to be chosen."""
        data = claims_data(self.archive, self.study)
        first = _telling(data)
        alt, caption = _CURVE
        picture = draw(self.archive.record(first).shown.exhibits["curve"]) if first else None
        still = figure(picture.svg(), alt, caption.format(first)).text if picture else ""
        return _piece("claims", {"first": first, "claims": data}, still)

    @cached_property
    def maps(self) -> Html:
        """Places by measure and year."""
        shown = {k: v for k, v in self._exhibits.items() if v.chart == "yearly_map"}
        data = [places_data(kind, _values(one)) for kind, one in shown.items()]
        still = "".join(_map(kind, one).text for kind, one in shown.items())
        return _piece("maps", {"sets": data}, still)

    @cached_property
    def paths(self) -> Html:
        """The first measure of the first map, place by place over the years."""
        one = self._exhibits["paths"]
        names = _first(one)
        svg = draw(one).svg()
        alt = f"{names['label_en']} of every place by year, and the median of each region."
        return _piece("paths", {}, figure(svg, alt, alt).text)

    @property
    def _exhibits(self) -> Mapping[str, Exhibit]:
        return self.archive.page(PAGE).exhibits


_CURVE = (
    "Estimates of one claim under every admissible specification, sorted, with intervals, and "
    "below them what each specification chose.",
    "{} under every specification that the ledger admits.",
)


def explorer(study: str | Path | Study, archive: Path | Archive | None = None) -> Explorer:
    """Open a study for readers who want to move its numbers, and publish those of the page.

    Numbers are glued under ``explorer_``: ``explorer_half`` is half the plausible effect of the
    rules, ``explorer_half_changed`` how many claims then get another word over all data sets.

    Parameters
    ----------
    study, archive
        As for `analysis.display.chapter`.

    Returns
    -------
    Explorer
        Its pieces, made when asked for.

    Examples
    --------
    >>> page = explorer("patient_capital")
    >>> page.moved.at("plausible", page.study.rules.plausible)
    {}
    """
    study, kept = opened(study, archive)
    page = Explorer(study, kept)
    publish(_numbers(page), prefix="explorer")
    return page


def _numbers(page: Explorer) -> dict[str, object]:
    """Say what hangs on the plausible effect, and what on any other number moved as far."""
    moved, plausible = page.moved, page.study.rules.plausible
    half = min(moved.steps["plausible"], key=lambda value: abs(value - plausible / 2))
    changed = [*over_all(moved.at("plausible", half))]
    others = [
        len([*over_all(moved.at(name, value))])
        for name, values in moved.steps.items() if name != "plausible"
        for value in values if moved.default[name] / 2 <= value <= moved.default[name] * 2
    ]  # fmt: skip
    idle = [name for name in moved.alone if not any(map(any, map(over_all, moved.alone[name])))]
    return {
        "claims": len([*over_all(moved.words)]), "numbers": len(moved.steps),
        "plausible": plausible, "half": half, "half_changed": len(changed),
        "half_lost": sum(moved.words[claim] == "no sizeable effect" for claim in changed),
        "others_changed": max(others), "idle": len(idle),
        "idle_names": "; ".join(NAMES[name][0].lower() + NAMES[name][1:] for name in idle),
    }  # fmt: skip


def _piece(name: str, data: Mapping[str, object], still: str) -> Html:
    """Set what stands without a script beside the data of a script that would replace it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return Html(
        f'<div class="explorer" data-explorer="{name}"><div class="still">{still}</div>'
        f'<script type="application/json">{text}</script></div>'
    )


def _counts(moved: Moved, meaning: Mapping[str, str]) -> Html:
    """One row a number: where the rules have it, and how many claims change elsewhere."""
    rows = []
    for name, values in moved.steps.items():
        counted = ((v, len([*over_all(moved.at(name, v))])) for v in values)
        elsewhere = ", ".join(f"{v:g}: {n}" for v, n in counted if v != moved.default[name])
        rows.append(
            {
                "Parameter": NAMES[name],
                "In the rules": f"{moved.default[name]:g}",
                "Claims that change, by value": elsewhere,
                "What it is": meaning[name],
            }
        )
    caption = "How many claims get another word over all data sets when one number is moved"
    return table(pd.DataFrame(rows), caption)


def _telling(data: list[dict[str, object]]) -> str:
    """Return the first claim with a curve among those with an estimate on most data sets."""
    drawn = [one for one in data if "curve" in one]
    tested = [sum(bool(record["parts"]) for record in one["records"]) for one in drawn]
    return str(drawn[tested.index(max(tested))]["id"]) if drawn else ""


def _values(one: Exhibit) -> Mapping[str, Any]:
    return one.values  # noqa: PD011


def _first(one: Exhibit) -> Mapping[str, Any]:
    """Return the measure that is drawn where nothing can be chosen."""
    return next(iter(_values(one)["measures"].values()))


def _map(kind: str, one: Exhibit) -> Html:
    names = _first(one)
    year = names["values"].columns[-1]
    said = f"{names['label_en']} of {kind}, {year}."
    return figure(draw(one).svg(), f"A map. {said} Names and values are in the data.", said)
