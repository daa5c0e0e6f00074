"""Which words change when numbers of the rules are moved: every case judged beforehand.

A page without a server cannot ask `verdict`, and a second copy of the rules in another language
would one day say something else. So the words are looked up, not made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product

from analysis.claims import Record
from analysis.claims.across import across, by_claim
from analysis.claims.replay import judged_by, under
from analysis.claims.rules import Numbers, Rules
from analysis.claims.vocabulary import VERDICTS

__all__ = ["GRID", "NAMES", "TOGETHER", "Moved", "Words", "moved_rules", "words_by"]

GRID: Mapping[str, tuple[float, ...]] = {
    "plausible": (0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6,
                  0.75, 1.0),
    "level": (0.01, 0.02, 0.05, 0.1, 0.2),
    "supported": (0.001, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05),
    "asked": (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2),
    "deleted": (0.01, 0.05, 0.1, 0.2, 0.5),
    "trends": (0.0, 0.25, 0.5, 0.75, 1.0),
    "clusters": (1.0, 2.5, 5.0, 7.5, 10.0),
    "plausible_lag": (0.25, 0.5, 1.0, 2.0, 5.0),
    "reweighted": (0.5, 0.8, 0.9, 0.95, 1.0),
    "ingredients": (0.0, 0.25, 0.5, 0.75, 1.0),
}  # fmt: skip
"""Values to which each number is moved, inside its range; that of the rules is added."""

NAMES: Mapping[str, str] = {
    "plausible": "Plausible effect, within-SDs", "level": "Level of a test",
    "supported": "Largest p of “supported”", "asked": "Level of leads and controls",
    "deleted": "Largest p without one entity", "trends": "Share left beside trends",
    "clusters": "Fewest effective clusters", "plausible_lag": "Plausible lag, years",
    "reweighted": "Share of re-weighted indices",
    "ingredients": "Share of single ingredients",
}  # fmt: skip
"""What each number is called where readers see it."""

TOGETHER = ("plausible", "level")
"""Numbers moved together; the others are moved one at a time, these two as in the rules."""

Words = dict[str, str]
"""Word by claim (over all data sets) and by "claim@data set"."""


@dataclass(frozen=True)
class Moved:
    """Words under moved numbers.

    Attributes
    ----------
    steps : mapping of str to tuple of float
        By number of the rules, where it was moved, in rising order.
    default : mapping of str to float
        Where the rules have it.
    words : Words
        Under the rules as they are.
    together : tuple of Words
        Changed words for every pair of values of `TOGETHER`, the second moving fastest.
    alone : mapping of str to tuple of Words
        Changed words for every value of each other number.
    """

    steps: Mapping[str, tuple[float, ...]]
    default: Mapping[str, float]
    words: Words
    together: tuple[Words, ...]
    alone: Mapping[str, tuple[Words, ...]]

    def at(self, name: str, value: float) -> Words:
        """Return the words that change when one number alone is moved to a value."""
        place = self.steps[name].index(value)
        if name not in TOGETHER:
            return self.alone[name][place]
        places = [self.steps[one].index(self.default[one]) for one in TOGETHER]
        places[TOGETHER.index(name)] = place
        return self.together[places[0] * len(self.steps[TOGETHER[1]]) + places[1]]

    def plain(self) -> dict[str, object]:
        """Return it for JSON: words as places in a list of them, changes alone."""
        at = {word: i for i, word in enumerate(VERDICTS)}

        def coded(words: Words) -> dict[str, int]:
            return {key: at[word] for key, word in words.items()}

        return {
            "verdicts": list(VERDICTS), "values": self.steps, "default": self.default,
            "words": coded(self.words), "together": [coded(one) for one in self.together],
            "alone": {name: [coded(one) for one in cases] for name, cases in self.alone.items()},
        }  # fmt: skip


def words_by(records: Sequence[Record], by: Rules) -> Words:
    """Judge records by rules, on every data set and over all of them.

    Parameters
    ----------
    records : sequence of Record
        Of an archive.
    by : Rules
        Perhaps other than those of its study.
    """
    judged = judged_by(records, by)
    words = {f"{r.id}@{r.dataset}": r.verdict.word for r in judged}
    return words | {claim: across(rows, by).word for claim, rows in by_claim(judged).items()}


def moved_rules(records: Sequence[Record], by: Rules) -> Moved:
    """Judge an archive by every set of rules of the grid.

    Parameters
    ----------
    records : sequence of Record
        Of an archive.
    by : Rules
        Of its study.

    Returns
    -------
    Moved
        What changes where.
    """
    rest = [field.name for field in fields(Numbers) if field.name not in TOGETHER]
    names = [*TOGETHER, *rest]
    default = {name: float(getattr(by, name)) for name in names}
    values = {name: tuple(sorted({*GRID[name], default[name]})) for name in names}
    words = words_by(records, by)
    claims = by_claim(records)
    asked = {claim for claim, rows in claims.items() if any(r.evidence.findings for r in rows)}
    tested = [record for record in records if record.id in asked]  # the others never change

    def changed(**numbers: float) -> Words:
        if all(default[name] == value for name, value in numbers.items()):
            return {}
        found = words_by(tested, under(by, **numbers))
        return {key: word for key, word in found.items() if word != words[key]}

    pairs = product(*(values[name] for name in TOGETHER))
    return Moved(
        values, default, words,
        tuple(changed(**dict(zip(TOGETHER, pair, strict=True))) for pair in pairs),
        {name: tuple(changed(**{name: value}) for value in values[name])
         for name in rest},
    )  # fmt: skip


def over_all(words: Words) -> Iterator[str]:
    """Yield the claims among changed words, without what single data sets say."""
    return (key for key in words if "@" not in key)
