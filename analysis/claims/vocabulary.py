"""The words that a ledger may use, and what an entry may say, checked in one sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from analysis.errors import LedgerError

if TYPE_CHECKING:
    from analysis.claims.claim import Claim

QUOTE_LIMIT = 20
"""Most characters that may be quoted from the paper for one claim."""

STATUSES = ("testable", "proxy", "needs user data", "normative")
SIGNS = ("+", "-", "±", "0")
DESIGNS = (
    "panel",
    "interaction",
    "quadratic",
    "threshold",
    "local-projection",
    "distributed-lag",
    "stacked",
    "event",
    "spatial",
    "panel-var",
    "equivalence",
    "long-difference",
    "descriptive",
    "firm",
)

VOCABULARY = {"status": STATUSES, "sign": SIGNS, "design": DESIGNS}
TEXTS = ("section", "quote", "sentence", "logic", "estimand")
REQUIRED = ("id", *TEXTS, "outcome", "regressors", "unit", *VOCABULARY, "family")
"""Fields that every entry has."""

WORD = r"\w[\w-]*"
UNIT = "[a-z]+-year"
"""What an id and a unit look like, as regular expressions."""

SETUPS: Mapping[str, tuple[str, ...]] = {
    "local-projection": ("horizons", "early", "late"),
    "distributed-lag": ("lags", "periods"),
    "event": ("exposure", "active"),
    "threshold": ("by",),
    "spatial": ("maps",),
}
"""What a declared design must be told besides its regression."""

VERDICTS = (
    "supported",
    "suggestive",
    "inconclusive",
    "cannot be tested here",
    "no sizeable effect",
    "contradicted",
    "mixed",
    "descriptive",
    "cannot be asked here",
    "needs user data",
    "normative",
)
"""What a claim may be called; "cannot be asked here" where the panel lacks a series,
"cannot be tested here" where the term moves in too few entities; "mixed" where data sets speak for
a claim and against it."""


def is_word(name: object) -> bool:
    """Whether a name can stand in a file's name and in an address."""
    return isinstance(name, str) and bool(re.fullmatch(WORD, name))


def hint(value: object, known: Iterable[str]) -> str:
    """Suggest the nearest known word, or list them all."""
    known = list(known)
    near = get_close_matches(str(value), known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(known)}."


def check_words(claim: Claim) -> None:
    """Check the wording: a plain id, nothing empty, a short quote, known status, sign and unit."""
    if not is_word(claim.id):
        raise LedgerError(f"The id {claim.id!r} is no word of letters, digits, - and _: change it.")
    for name in TEXTS:
        text = getattr(claim, name)
        if not isinstance(text, str) or not text:
            raise LedgerError(f"{claim.id} has no {name}: write it.")
    if len(claim.quote) > QUOTE_LIMIT:
        raise LedgerError(
            f"The quote of {claim.id} has {len(claim.quote)} characters: "
            f"shorten it to {QUOTE_LIMIT} at most."
        )
    for name, known in VOCABULARY.items():
        value = getattr(claim, name)
        if value not in known:
            raise LedgerError(f"{claim.id} has the unknown {name} '{value}': {hint(value, known)}")
    if not re.fullmatch(UNIT, str(claim.unit)):
        raise LedgerError(
            f"{claim.id} has the unit '{claim.unit}': write a noun and '-year', such as city-year."
        )
    if claim.status == "needs user data" and not claim.needs:
        raise LedgerError(f"{claim.id} needs user data: say which under 'needs'.")


def check_sides(claim: Claim) -> None:
    """Check outcome, regressors and focal term against each other and against the status."""
    testable = claim.status in ("testable", "proxy")
    if testable != (claim.outcome is not None):
        verb = "names no" if testable else "names an"
        raise LedgerError(
            f"{claim.id} has the status '{claim.status}' and {verb} outcome: change one of the two."
        )
    if testable and not (claim.regressors or claim.policy or claim.design == "descriptive"):
        raise LedgerError(
            f"{claim.id} names neither regressors nor a policy: add one, or call it descriptive."
        )
    if claim.outcome in claim.regressors:
        raise LedgerError(f"{claim.id} has '{claim.outcome}' on both sides: take it off one.")
    for part in (claim.focal or "").split(":"):
        if part and part not in claim.regressors:
            raise LedgerError(
                f"The focal term of {claim.id} names '{part}', which is no regressor: "
                f"{hint(part, claim.regressors)}"
            )


def check_specification(claim: Claim) -> None:
    """Check a declared regression against the claim, without importing the models."""
    spec = claim.specification
    if not isinstance(spec, Mapping):
        raise LedgerError(f"The specification of {claim.id} must be a mapping such as {{lag: 1}}.")
    if twice := {"outcome", "regressors"} & spec.keys():
        raise LedgerError(
            f"The specification of {claim.id} repeats {' and '.join(sorted(twice))}: "
            "leave it out, it is taken from the claim."
        )
    if not claim.regressors:
        return
    crosses = {":".join(pair) for pair in spec.get("interactions", ())}
    # The product of all regressors needs no declaration of its own: its pairs are declared.
    if len(claim.regressors) > 2:
        crosses.add(":".join(claim.regressors))
    for term in (claim.focal, *(part.focal for part in claim.parts)):
        if term not in {*claim.regressors, *crosses}:
            raise LedgerError(
                f"The specification of {claim.id} does not contain its focal term '{term}': "
                "add the interaction or name another term."
            )
    if claim.secondary.regressors and ":" in claim.focal:
        raise LedgerError(
            f"{claim.id} declares other regressors beside the product '{claim.focal}', and it is "
            "unclear which part they replace: declare them as a claim of their own."
        )


def check_setup(claim: Claim) -> None:
    """Check that a declared design is told what it needs, and nothing else."""
    wanted = SETUPS.get(claim.design, ())
    if claim.specification is None or claim.policy:
        wanted = ()
    if missing := [key for key in wanted if key not in claim.setup]:
        raise LedgerError(
            f"The design '{claim.design}' of {claim.id} needs setup.{missing[0]}: add it."
        )
    if unknown := [key for key in claim.setup if key not in wanted]:
        raise LedgerError(
            f"{claim.id} has setup.{unknown[0]}, which its design '{claim.design}' does not use: "
            "take it out."
        )


def check_parts(claim: Claim) -> None:
    """Check the sign of every part and that its term is in the regression."""
    for part in claim.parts:
        if part.sign not in SIGNS:
            raise LedgerError(
                f"A part of {claim.id} has the unknown sign '{part.sign}': {hint(part.sign, SIGNS)}"
            )
        for name in part.focal.split(":") if claim.focal and claim.regressors else ():
            if name not in claim.regressors:
                raise LedgerError(
                    f"A part of {claim.id} names '{name}', which is no regressor: "
                    f"{hint(name, claim.regressors)}"
                )
