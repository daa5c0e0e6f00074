"""All that is kept of an evaluated claim or page, in plain values: what chapters and tests read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.claims.evidence import Evidence
from analysis.claims.exhibit import Exhibit
from analysis.claims.verdicts import Verdict, verdict
from analysis.inference.cells import Grid

if TYPE_CHECKING:
    from analysis.claims.evaluated import Evaluated

__all__ = ["Page", "Record", "make_record"]


@dataclass(frozen=True)
class Page:
    """What a chapter or page explores besides its claims.

    Parameters
    ----------
    numbers : mapping of str to int, float or str
        What its prose may use, by the name under which it is printed.
    exhibits : mapping of str to Exhibit
        Pictures by name.
    grids : mapping of str to Grid
        Tables by name.

    Examples
    --------
    >>> (Page({"provinces": 31}) | Page({"years": 13})).numbers
    {'provinces': 31, 'years': 13}
    """

    numbers: Mapping[str, int | float | str] = field(default_factory=dict)
    exhibits: Mapping[str, Exhibit] = field(default_factory=dict)
    grids: Mapping[str, Grid] = field(default_factory=dict)

    def __or__(self, other: Page) -> Page:
        """Put two pages together."""
        return Page(
            {**self.numbers, **other.numbers},
            {**self.exhibits, **other.exhibits},
            {**self.grids, **other.grids},
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "numbers": {k: None if v != v else v for k, v in self.numbers.items()},
            "exhibits": {name: one.to_dict() for name, one in self.exhibits.items()},
            "grids": {name: one.to_dict() for name, one in self.grids.items()},
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Page:
        """Read back what `to_dict` wrote."""
        return cls(
            {k: math.nan if v is None else v for k, v in plain["numbers"].items()},
            {name: Exhibit.from_dict(one) for name, one in plain["exhibits"].items()},
            {name: Grid.from_dict(one) for name, one in plain["grids"].items()},
        )


@dataclass(frozen=True)
class Record:
    """One claim on one data set: evidence, verdict, and everything its section shows.

    Parameters
    ----------
    evidence : Evidence
        Plain numbers.
    verdict : Verdict
        As the rules of the study give it.
    q : float or None
        False-discovery rate over everything the study tested; None if not tested or not asked.
    shown : Page
        Numbers of its prose, pictures and tables; empty where only the evidence was wanted.
    slopes : mapping or None
        For a product: ``of`` and ``by``, and the slope ``low`` and ``high`` at both ends.
    earlier : mapping of str to str
        The word of the claim by edition of the rules, "1", where these were declared anew.
    """

    evidence: Evidence
    verdict: Verdict
    q: float | None = None
    shown: Page = field(default_factory=Page)
    slopes: Mapping[str, Any] | None = None
    earlier: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Of the claim."""
        return self.evidence.claim.id

    @property
    def dataset(self) -> str:
        """What it was put to."""
        return self.evidence.dataset

    def plain(self) -> dict[str, Any]:
        """Evidence and verdict as plain values for JSON."""
        judged = {"verdict": asdict(self.verdict), "earlier": dict(self.earlier), "q": self.q}
        found = self.evidence.findings  # the smallest detectable effect of the first part
        judged["mde"] = found[0].mde if found and math.isfinite(found[0].mde) else None
        return {**self.evidence.to_dict(), **judged}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**self.plain(), "shown": self.shown.to_dict(), "slopes": self.slopes}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Record:
        """Read back what `to_dict` wrote."""
        judged = {key: tuple(v) if isinstance(v, list) else v for key, v in
                  plain["verdict"].items()}  # fmt: skip
        return cls(
            Evidence.from_dict(plain), Verdict(**judged), plain["q"],
            Page.from_dict(plain["shown"]), plain["slopes"], plain.get("earlier", {}),
        )  # fmt: skip


def make_record(made: Evaluated, *, explore: bool = True, lengthy: bool = True) -> Record:
    """Judge an evaluated claim and put down what its section shows.

    Parameters
    ----------
    made : Evaluated
        With p-values adjusted in its family.
    explore : bool
        Whether pictures, tables, the protocol's questions and the curve are wanted as well.
    lengthy : bool
        Whether the last two are, which take hours on thousands of entities.

    Returns
    -------
    Record
        Plain values.

    Examples
    --------
    >>> from analysis.claims import Question, evaluate, read_study
    >>> study = read_study("patient_capital")
    >>> made = evaluate(Question(study.ledger["M05"], study.panel("china"), study), draws=99)
    >>> record = make_record(made, explore=False)
    >>> record.id, record.dataset
    ('M05', 'china')
    """
    judged = verdict(made.evidence, made.question.rules)
    if not explore:
        return Record(made.evidence, judged)
    if made.claim.dataset:  # shown beside the primary test, in numbers alone
        from analysis.claims.numbers import claim_numbers

        return Record(made.evidence, judged, shown=Page(claim_numbers(made, judged, None, None)))
    from analysis.claims.curve import curve
    from analysis.claims.grids import claim_grids
    from analysis.claims.numbers import claim_numbers
    from analysis.claims.pictures import claim_pictures, moderated
    from analysis.claims.protocol import ask_protocol

    first = made.readings[0] if made.readings else None
    answers = ()
    if first and lengthy:
        columns = first.estimates
        answers = ask_protocol(first.regression, columns.columns[0], columns.names)
    slopes = moderated(first) if first else None
    found = curve(made.question) if lengthy and made.readings else None
    pictures = claim_pictures(made, found, lengthy=lengthy)
    shown = Page(claim_numbers(made, judged, slopes, found), pictures, claim_grids(made, answers))
    ends = None
    if slopes is not None:
        low, high = map(float, slopes.curve["effect"].iloc[[0, -1]])
        ends = {"of": slopes.of, "by": slopes.by, "low": low, "high": high}
    return Record(made.evidence, judged, shown=shown, slopes=ends)
