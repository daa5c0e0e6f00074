"""One claim of the paper: what it says, what would speak to it, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from analysis.claims import vocabulary
from analysis.claims.vocabulary import REQUIRED, hint
from analysis.errors import AnalysisError, LedgerError

if TYPE_CHECKING:
    from analysis.models import Specification

__all__ = ["Claim", "Part", "Secondary"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that has to hold; a claim has one part unless the ledger lists more.

    Parameters
    ----------
    focal : str
        Term of the regression, "a" or "a:b".
    sign : str
        Predicted sign of its slope.
    less : str or None
        A second outcome whose slope, in within-SDs, is taken off that of the first.
    """

    focal: str
    sign: str
    less: str | None = None


@dataclass(frozen=True, slots=True)
class Secondary:
    """Secondary readings of a claim, declared together with the primary one.

    Parameters
    ----------
    outcomes : tuple of str
        Each takes the place of the outcome.
    regressors : tuple of str
        Each takes the place of the focal regressor.
    held : tuple of str
        Measures of size, each held fixed in turn where both sides of a claim grow with the economy.
    """

    outcomes: tuple[str, ...] = ()
    regressors: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.regressors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An entry of the ledger; the head of `ledger.yml` says what every field means.

    Parameters
    ----------
    id, section, quote, sentence, logic, estimand : str
        Where the claim stands, in the paper's words and in ours.
    outcome : str or None
        Measure on the left; None when no figure here can speak to the claim.
    regressors : tuple of str
        Measures on the right.
    focal : str or None
        Term whose sign is predicted, "a" or "a:b". None stands for the single regressor, or for a
        contrast that only `estimand` describes.
    sign, status, family, design : str
        One of `SIGNS`, `STATUSES`, `FAMILIES`, `DESIGNS`.
    unit : str
        What one row is where the claim is tested: a noun and "-year".
    policy : str or None
        Name of the policy of an event design.
    specification : mapping or None
        Primary regression as declared; None when the claim is not estimated.
    setup : mapping
        What the design needs besides a regression.
    parts : tuple of Part
        What has to hold all at once; by default the sign of the focal term.
    secondary : Secondary
        Readings declared beside the primary one.
    curve : mapping
        Where its specification curve differs from that of the protocol; see `Choices`.
    dataset : str
        Where this claim is tested; empty stands for the data set of its unit.
    tests : tuple of Claim
        The same claim as it is put to further data sets.
    needs, departures, notes : str
        What a user could supply, how the design differs from the baseline, and what to beware of.

    Raises
    ------
    LedgerError
        When a field is missing, unknown or contradicts another; names the claim and the field.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> study = read_study("patient_capital")
    >>> claim = study.ledger["M16"]
    >>> claim.sign, claim.outcome in claim.names
    ('+', True)
    """

    id: str
    section: str
    quote: str
    sentence: str
    logic: str
    estimand: str
    outcome: str | None
    regressors: tuple[str, ...]
    sign: str
    unit: str
    status: str
    family: str
    design: str
    focal: str | None = None
    policy: str | None = None
    specification: Mapping[str, Any] | None = None
    setup: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    secondary: Secondary = field(default_factory=Secondary)
    needs: str = ""
    departures: str = ""
    notes: str = ""
    curve: Mapping[str, Any] = field(default_factory=dict)
    dataset: str = ""
    tests: tuple[Claim, ...] = ()

    def __post_init__(self) -> None:
        if self.focal is None and len(self.regressors) == 1:
            object.__setattr__(self, "focal", self.regressors[0])
        if self.focal is None and self.parts and self.regressors:
            object.__setattr__(self, "focal", self.parts[0].focal)
        vocabulary.check_words(self)
        vocabulary.check_sides(self)
        vocabulary.check_setup(self)
        object.__setattr__(self, "setup", MappingProxyType(dict(self.setup)))
        if self.specification is not None:
            vocabulary.check_specification(self)
            object.__setattr__(self, "specification", MappingProxyType(dict(self.specification)))
        vocabulary.check_parts(self)
        if not self.parts:
            # A policy's or a descriptive claim has no regressor; its one part is named by design.
            object.__setattr__(self, "parts", (Part(self.focal or "effect", self.sign),))

    @property
    def declared(self) -> bool:
        """Whether a primary regression is declared, so that `evaluate` can run it."""
        return self.specification is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Every measure the claim mentions, once each."""
        secondary = (
            *self.secondary.outcomes, *self.secondary.regressors, *self.secondary.held
        )  # fmt: skip
        further = (
            *(part.less for part in self.parts),
            *(self.specification or {}).get("initial", ()),
        )
        every = (self.outcome, *self.regressors, *secondary, *further)
        return tuple(dict.fromkeys(name for name in every if name))

    def build_specification(self) -> Specification:
        """Return the primary regression.

        Raises
        ------
        LedgerError
            No regression is declared, or it cannot be built; the message says why.
        """
        from analysis.models import Specification  # heavy: listing the ledger must stay fast

        if self.specification is None:
            raise LedgerError(f"{self.id} has no declared regression: {self.why_not}")
        mapping = {"outcome": self.outcome, "regressors": self.regressors, **self.specification}
        try:
            return Specification.from_mapping(mapping)
        except AnalysisError as error:
            raise LedgerError(f"The specification of {self.id} cannot be built: {error}") from error

    def to_dict(self) -> dict[str, Any]:
        """Return plain types for JSON, fields in the order of the class."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        out["regressors"] = list(self.regressors)
        out["setup"], out["curve"] = dict(self.setup), dict(self.curve)
        out["parts"] = [asdict(part) for part in self.parts]
        out["secondary"] = {
            n: list(kept) for n, kept in asdict(self.secondary).items() if kept or n != "held"
        }
        out["tests"] = [test.to_dict() for test in self.tests]
        if self.specification is not None:
            out["specification"] = dict(self.specification)
        return out

    @classmethod
    def from_mapping(cls, entry: Mapping[str, Any]) -> Claim:
        """Build from one entry of the YAML file; unknown and missing keys are errors."""
        name = str(entry.get("id", "an entry without id"))
        known = [f.name for f in fields(cls)]
        if unknown := [key for key in entry if key not in known]:
            raise LedgerError(
                f"{name} has the unknown field '{unknown[0]}': {hint(unknown[0], known)}"
            )
        if missing := [key for key in REQUIRED if key not in entry]:
            raise LedgerError(f"{name} lacks the field '{missing[0]}': add it.")
        other = entry.get("secondary") or {}
        if unknown := [key for key in other if key not in ("outcomes", "regressors", "held")]:
            raise LedgerError(
                f"{name} has secondary.{unknown[0]}: use secondary.outcomes, "
                "secondary.regressors or secondary.held."
            )
        values = {
            key: value.strip() if isinstance(value, str) else value for key, value in entry.items()
        }
        values["regressors"] = _names(name, "regressors", entry["regressors"])
        values["setup"], values["curve"] = entry.get("setup") or {}, entry.get("curve") or {}
        values["parts"] = _parts(name, entry.get("parts") or [])
        values["secondary"] = Secondary(
            **{key: _names(name, f"secondary.{key}", other[key]) for key in other}
        )
        values["tests"] = tuple(_tests(name, entry))
        return cls(**values)

    def __reduce__(self) -> tuple[Callable[..., Claim], tuple[dict[str, Any]]]:
        # Views of mappings cannot be pickled; plain values can.
        return Claim.from_mapping, (self.to_dict(),)

    @property
    def runs(self) -> tuple[Claim, ...]:
        """The claim as it is put to each data set, the primary one first."""
        return (self, *self.tests)

    @property
    def why_not(self) -> str:
        """Why no regression is declared, in one sentence; empty if one is."""
        if self.declared:
            return ""
        if self.status == "needs user data":
            return f"it needs user data ({_clause(self.needs)})."
        if self.status == "normative":
            return "it says what ought to be, and no figure can contradict that."
        lacks = f" and would gain from better data ({_clause(self.needs)})" if self.needs else ""
        return (
            f"its status is '{self.status}'{lacks}, but its design '{self.design}' has no "
            "specification in the ledger yet; declare one before estimating it."
        )


def _names(claim: str, where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise LedgerError(f"{claim} must list names under '{where}', such as [pcp, ifin].")
    return tuple(value)


def _tests(claim: str, entry: Mapping[str, Any]) -> Iterator[Claim]:
    """Read further tests: each names a data set and whatever differs from the primary test."""
    primary = {key: value for key, value in entry.items() if key != "tests"}
    seen = {entry.get("dataset") or ""}
    for test in entry.get("tests") or []:
        if not isinstance(test, Mapping) or not test.get("dataset"):
            raise LedgerError(f"A test of {claim} names no dataset: write 'dataset: NAME' in it.")
        if test["dataset"] in seen:
            raise LedgerError(f"{claim} has two tests on '{test['dataset']}': take one out.")
        if fixed := [key for key in ("id", "family") if test.get(key, entry[key]) != entry[key]]:
            raise LedgerError(
                f"A test of {claim} changes {fixed[0]}: a claim keeps its own on every data set."
            )
        seen.add(test["dataset"])
        yield Claim.from_mapping({**primary, **test})


def _parts(claim: str, value: object) -> tuple[Part, ...]:
    try:
        return tuple(Part(**part) for part in value)
    except TypeError:
        raise LedgerError(
            f"{claim} must list parts with 'focal' and 'sign' (and perhaps 'less'), such as "
            "[{focal: loan, sign: '+'}]."
        ) from None


def _clause(text: str) -> str:
    text = text.rstrip(". ")
    return text[:1].lower() + text[1:]
