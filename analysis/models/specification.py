"""What a regression is, before any figure is read: frozen, hashable and checked on creation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from numbers import Integral
from typing import Any, Self

from analysis.errors import SpecificationError, suggestion
from analysis.models.effects import EFFECTS

__all__ = ["Sample", "Specification"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of the panel that may enter, by the year of the outcome.

    A lag may reach back before `first_year` or into an excluded year; a first difference may not.

    Parameters
    ----------
    first_year, last_year : int, optional
        Inclusive bounds; None means the bound of the panel.
    exclude_entities : tuple of str
        Entities left out altogether.
    exclude_years : tuple of int
        Years left out.

    Examples
    --------
    >>> str(Sample(2012, 2020, exclude_entities=("CN-BJ",)))
    '2012 to 2020, without CN-BJ'
    """

    first_year: int | None = None
    last_year: int | None = None
    exclude_entities: tuple[str, ...] = ()
    exclude_years: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        # A panel holds codes of entities as text, so a code given as a number means that text.
        names = (str(n) if _is_int(n) else n for n in _many(self.exclude_entities))
        _set(self, "exclude_entities", _names(names, "sample.exclude_entities"))
        _set(self, "exclude_years", tuple(map(_year, _many(self.exclude_years))))
        for end in ("first_year", "last_year"):
            if (year := getattr(self, end)) is not None:
                _set(self, end, _year(year))
        if None not in (self.first_year, self.last_year) and self.first_year > self.last_year:
            raise SpecificationError(
                f"The sample starts in {self.first_year}, after its last year {self.last_year}: "
                "swap the two years."
            )

    def __str__(self) -> str:
        first, last = self.first_year or "start", self.last_year or "end"
        years = "all years" if (first, last) == ("start", "end") else f"{first} to {last}"
        out = [str(x) for x in (*self.exclude_entities, *self.exclude_years)]
        return f"{years}, without {', '.join(out)}" if out else years


@dataclass(frozen=True, slots=True)
class Specification:
    """One regression on a panel: outcome on regressors, with effects absorbed.

    Parameters
    ----------
    outcome : str
        Variable on the left, in the year of the row.
    regressors : tuple of str
        Variables whose coefficients are of interest.
    interactions : tuple of (str, str)
        Products of two regressors, each centred on the estimation sample before multiplying. A
        variable paired with itself gives its square.
    lag : int
        Years by which regressors, parts of interactions and controls precede the outcome; a
        negative lag is a lead.
    lags : mapping of str to int
        Other lags for single variables; stored as sorted pairs so that the object can be hashed.
    controls : tuple of str
        Further variables, lagged like regressors and printed after them.
    initial : tuple of str
        Variables whose first observed value per entity is multiplied by year dummies and absorbed.
    effects : str
        A key of `analysis.models.EFFECTS`.
    sample : Sample
        Rows that may enter.
    cluster : str
        "entity", "region", "year" or a variable of the panel.

    Raises
    ------
    SpecificationError
        When the parts contradict each other.

    Examples
    --------
    >>> spec = Specification("patents_granted", ["rd_fte"], controls=["gdp"], lag=2)
    >>> spec.slopes, spec.effects
    (('rd_fte', 'gdp'), 'two_way')
    """

    outcome: str
    regressors: tuple[str, ...]
    interactions: tuple[tuple[str, str], ...] = ()
    lag: int = 1
    lags: tuple[tuple[str, int], ...] | Mapping[str, int] = ()
    controls: tuple[str, ...] = ()
    initial: tuple[str, ...] = ()
    effects: str = "two_way"
    sample: Sample = field(default_factory=Sample)
    cluster: str = "entity"

    def __post_init__(self) -> None:
        for name in ("regressors", "controls", "initial"):
            _set(self, name, _names(getattr(self, name), name))
        _set(self, "interactions", _pairs(self.interactions))
        lags = self.lags.items() if isinstance(self.lags, Mapping) else self.lags
        try:
            _set(self, "lags", tuple(sorted((name, _int(lag)) for name, lag in lags)))
        except (TypeError, ValueError):
            raise SpecificationError(
                f"'lags' must map a variable to a number of years, not {self.lags!r}."
            ) from None
        _set(self, "lag", _int(self.lag))
        _check(self)

    @property
    def slopes(self) -> tuple[str, ...]:
        """Regressors and controls, in order."""
        return self.regressors + self.controls

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients: regressors, interactions as "a:b", controls."""
        return self.regressors + tuple(map(":".join, self.interactions)) + self.controls

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable the panel must hold, once each, outcome first."""
        return tuple(dict.fromkeys((self.outcome, *self.slopes, *self.initial)))

    def lag_of(self, name: str) -> int:
        """Years by which `name` precedes the outcome."""
        return dict(self.lags).get(name, self.lag)

    def with_effects(self, effects: str) -> Specification:
        """Copy this specification with other effects."""
        return replace(self, effects=effects)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Build from what YAML or JSON gives; unknown keys are errors, not ignored."""
        values = dict(_known(cls, mapping, "specification"))
        if isinstance(sample := values.get("sample"), Mapping):
            values["sample"] = Sample(**_known(Sample, sample, "sample"))
        missing = {"outcome", "regressors"} - values.keys()
        if missing:
            raise SpecificationError(
                f"The specification lacks {' and '.join(sorted(missing))}: add the key."
            )
        return cls(**values)

    def to_mapping(self) -> dict[str, Any]:
        """Plain lists and dicts for YAML or JSON; defaults are left out."""
        out = _plain(self)
        if "lags" in out:
            out["lags"] = dict(self.lags)
        if "sample" in out:
            out["sample"] = _plain(self.sample)
        return out

    def __str__(self) -> str:
        def dated(name: str) -> str:
            lag = self.lag_of(name)
            return f"{name}(t{-lag:+d})".replace("-", "−") if lag else name

        crosses = [f"{dated(a)}×{dated(b)}" for a, b in self.interactions]
        right = [*map(dated, self.regressors), *crosses, *map(dated, self.controls)]
        right += [f"initial {name}×year" for name in self.initial]
        return (
            f"{self.outcome} on {' + '.join(right)}, with {EFFECTS[self.effects].words}; "
            f"{self.sample}; clustered by {self.cluster}"
        )


def _check(spec: Specification) -> None:
    if not isinstance(spec.outcome, str) or not spec.outcome:
        raise SpecificationError(
            f"The outcome must be the name of a variable, not {spec.outcome!r}."
        )
    if not spec.regressors:
        raise SpecificationError(f"'{spec.outcome}' has no regressor: name at least one.")
    if not isinstance(spec.effects, str) or spec.effects not in EFFECTS:
        raise SpecificationError(
            f"Unknown effects '{spec.effects}': {suggestion(spec.effects, EFFECTS)}"
        )
    if not isinstance(spec.sample, Sample):
        raise SpecificationError(f"'sample' must be a Sample, not {type(spec.sample).__name__}.")
    if not isinstance(spec.cluster, str):
        raise SpecificationError(f"'cluster' must be one name, not {spec.cluster!r}.")
    for name, lag in (("lag", spec.lag), *spec.lags):
        if not _is_int(lag):
            raise SpecificationError(f"The lag of '{name}' must be a whole number, not {lag!r}.")
    _check_roles(spec)


def _check_roles(spec: Specification) -> None:
    if spec.outcome in spec.slopes:
        raise SpecificationError(
            f"'{spec.outcome}' is the outcome and also a regressor: leave it out on one side."
        )
    once = [*spec.slopes, *(" × ".join(sorted(pair)) for pair in spec.interactions)]
    twice = sorted({name for name in once if once.count(name) > 1})
    if twice:
        raise SpecificationError(f"'{twice[0]}' enters more than once: name it once.")
    for part in (part for pair in spec.interactions for part in pair):
        if part not in spec.regressors:
            raise SpecificationError(
                f"Interaction part '{part}' is not a regressor: add it to the regressors, "
                "or the product would carry its main effect."
            )
    for name, _ in spec.lags:
        if name not in spec.slopes:
            raise SpecificationError(
                f"'lags' names '{name}', which is neither regressor nor control: "
                f"{suggestion(name, spec.slopes)}"
            )


def _set(instance: object, name: str, value: object) -> None:
    object.__setattr__(instance, name, value)


def _is_int(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _int(value: Any) -> Any:  # noqa: ANN401
    """Turn a whole number of any library into Python's own; leave all else to be refused."""
    return int(value) if _is_int(value) else value


def _year(value: object) -> int:
    if not _is_int(value):
        raise SpecificationError(f"Year {value!r} in the sample must be a whole number.")
    return int(value)


def _many(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


def _names(value: object, what: str) -> tuple[str, ...]:
    names = _many(value)
    for name in names:
        if not isinstance(name, str) or not name:
            raise SpecificationError(f"'{what}' must list names, and {name!r} is not a name.")
    return names


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    pairs = tuple(_names(pair, "interactions") for pair in _many(value))
    for pair in pairs:
        if len(pair) != 2:
            raise SpecificationError(
                f"An interaction is a pair of regressors, not {'/'.join(pair)}: "
                "write [[a, b]] for the product of a and b."
            )
    return pairs


def _known(cls: type, mapping: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    keys = [f.name for f in fields(cls)]
    for key in mapping:
        if key not in keys:
            raise SpecificationError(f"Unknown key '{key}' in the {what}: {suggestion(key, keys)}")
    return mapping


def _plain(instance: Specification | Sample) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for f in fields(instance):
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if (value := getattr(instance, f.name)) != default:
            out[f.name] = [_listed(v) for v in value] if isinstance(value, tuple) else value
    return out


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
