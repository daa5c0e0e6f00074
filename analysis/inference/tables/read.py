"""What a column of a table needs of a result: lines by term, what was absorbed, counts, errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analysis.errors import SpecificationError
from analysis.inference.result import Regression
from analysis.inference.tables import elsewhere
from analysis.models import EFFECTS, Specification

__all__ = ["Line", "ModelColumn", "columns_of", "parts_of"]

Key = tuple[tuple[str, int | None], ...]
"""Parts of a term with the years by which each precedes the outcome; None where unknown."""

_LAGGED = re.compile(r"^lag\(\s*(?:`)?([^`,()]+?)(?:`)?\s*(?:,\s*(-?\d+)\s*)?\)$")
_UNABSORBED = {"RandomEffects", "CommonEffects", "GmmResult", "Satterthwaite", "DriscollKraay",
               "LongDifference"}  # fmt: skip
_METHODS = {
    "Instrumented": "2SLS", "RandomEffects": "RE", "CommonEffects": "CCE", "GmmResult": "GMM",
    "Poisson": "PPML", "CountFit": "PPML", "LongDifference": "Long difference",
}  # fmt: skip
_ERRORS = {
    "DriscollKraay": "driscoll_kraay", "Satterthwaite": "cr2", "LongDifference": "hc3",
    "GmmResult": "windmeijer", "CommonEffects": "pesaran", "DynamicPanel": "bootstrap",
    "PanelVar": "bootstrap", "SpatialEstimate": "spatial",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One coefficient; `key` says which regressor it belongs to, whatever the library."""

    key: Key
    term: str
    label: str
    estimate: float
    se: float
    t: float
    p: float
    low: float
    high: float
    se_cr3: float = float("nan")
    p_cr3: float = float("nan")


@dataclass(frozen=True, slots=True)
class ModelColumn:
    """One column: coefficients and what stands below them.

    `effects` names what was absorbed and is None where the result does not say; `errors` is a key
    of the words with the variables that rows are clustered by. `noun` is what an entity is called;
    `tests` hold a grouping, a term and the p-value that it is the same in all groups.
    """

    outcome: str
    label: str
    lines: tuple[Line, ...]
    name: str = ""
    method: str = ""
    noun: str = ""
    effects: tuple[str, ...] | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ("own",)
    level: float = 0.05
    centred: bool = False
    spatial: bool = False
    dropped: tuple[Any, ...] = ()
    tests: tuple[tuple[str, str, float], ...] = ()
    notes: tuple[str, ...] = ()


def columns_of(results: Any) -> Iterator[ModelColumn]:  # noqa: ANN401
    """Read results of any kind, several of them in a list, a mapping (by heading) or a container.

    Raises
    ------
    SpecificationError
        Something among them holds no coefficients.
    """
    if isinstance(results, Regression):
        yield from _own(results)
    elif isinstance(results, Mapping):
        for name, result in results.items():
            for column in columns_of(result):
                yield replace(column, name=" ".join(filter(None, (str(name), column.name))))
    elif isinstance(groups := getattr(results, "groups", None), tuple):
        tests = tuple((results.by, t.term, t.p) for t in getattr(results, "tests", ()))
        for column in columns_of(dict(groups)):
            yield replace(column, tests=tests)
    elif elsewhere.readable(results):
        yield _foreign(results)
    elif isinstance(inside := getattr(results, "columns", None), tuple):
        steps = [f"h = {h}" for h in getattr(results, "horizons", ())]
        yield from columns_of(dict(zip(steps, inside, strict=True)) if steps else inside)
    elif isinstance(results, Iterable) and not isinstance(results, str):
        for result in results:
            yield from columns_of(result)
    else:
        raise SpecificationError(
            f"A {type(results).__name__} holds no coefficients for a table of models: give what "
            "estimate returns, or a fit of pyfixest, linearmodels or statsmodels."
        )


def parts_of(term: str) -> Key:
    """Split a product into its parts, in the order written; a lag of a formula is a year."""
    parts = (part.strip() for part in re.split("(?<!:):(?!:)", term))
    found = ((part, _LAGGED.match(part)) for part in parts)
    return tuple((x[1], int(x[2] or 1)) if x else (part, None) for part, x in found)


def _method(kind: str, spec: Any) -> str:  # noqa: ANN401
    if isinstance(spec, Specification) and EFFECTS[spec.effects].differenced:
        return "FD"
    return _METHODS.get(kind, "")


def _own(result: Any) -> Iterator[ModelColumn]:  # noqa: ANN401
    """One column, or one for each estimator and outcome where a result holds several."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for line in result.rows():
        held = tuple(getattr(line, key) for key in result.keys if key != "term")
        groups.setdefault(held, []).append(line)
    kind, spec = type(result).__name__, getattr(result, "specification", None)
    for held, lines in groups.items():
        outcome = getattr(lines[0], "outcome", "") or _outcome(result, spec)
        yield ModelColumn(
            outcome=outcome,
            label=getattr(lines[0], "outcome_label", "")
            or getattr(result, "outcome_label", outcome),
            lines=tuple(_line(x, _key(x.term, spec)) for x in lines),
            name=", ".join(x.replace("_", " ") for x in held if x != outcome),
            method=_method(kind, spec),
            noun=getattr(result, "nouns", ("",))[0],
            effects=None if kind in _UNABSORBED else _effects(result, spec),
            counts=_counts(result, getattr(spec, "effects", None) == ()),
            errors=_errors(result, spec),
            level=getattr(result, "level", 0.05),
            centred=bool(getattr(spec, "interactions", ())),
            spatial=kind == "SpatialEstimate",
            dropped=tuple(getattr(result, "dropped", ())),
            notes=tuple(getattr(result, "notes", ())),
        )


def _outcome(result: Any, spec: Any) -> str:  # noqa: ANN401
    for holder in (spec, result):
        if isinstance(name := getattr(holder, "outcome", None), str):
            return name
    return getattr(result, "outcome_label", "")


def _line(line: Any, key: Key) -> Line:  # noqa: ANN401
    nan = float("nan")
    more = {name: getattr(line, name, nan) for name in ("se_cr3", "p_cr3")}
    names = ("term", "label", "estimate", "se", "t", "p", "low", "high")
    return Line(key=key, **{name: getattr(line, name) for name in names}, **more)


def _key(term: str, spec: Any) -> Key:  # noqa: ANN401
    """Name the regressor behind a term: the same variable of another year is another one."""

    def dated(part: str, lag: int | None) -> tuple[str, int | None]:
        if lag is None and isinstance(spec, Specification):
            return part, _lag(spec, part)
        return part, 0 if lag is None and hasattr(spec, "formula") else lag

    return tuple(sorted(dated(*part) for part in parts_of(term)))


def _lag(spec: Specification, part: str) -> int:
    name = part.removeprefix("W·")
    return spec.lag_of(name) if name in spec.slopes else 0


def _effects(result: Any, spec: Any) -> tuple[str, ...] | None:  # noqa: ANN401
    if isinstance(spec, Specification):
        own = (name.replace("_year", "^year") for name in EFFECTS[spec.effects].absorbs)
        return (*own, *(f"initial {name}" for name in spec.initial))
    for holder in (spec, result):  # a formula says what it absorbs; a count regression does too
        if isinstance(named := getattr(holder, "effects", None), tuple | list):
            return tuple(map(elsewhere.effect, map(str, named)))
    return None


def _counts(result: Any, pooled: bool) -> dict[str, Any]:  # noqa: ANN401
    """Return rows, entities, clusters and fit, as far as the result says; without effects R²."""
    places = {"n": ("n",), "entities": ("n_entities", "entities"), "r2": ("r2",),
              "clusters": ("cluster_counts", "clusters"), "within_r2": ("within_r2",)}  # fmt: skip
    found = {}
    for key, names in places.items():
        values = (getattr(result, name) for name in names if hasattr(result, name))
        if (value := next(values, None)) not in (None, ()):
            found["r2" if pooled and key == "within_r2" else key] = value
    return found


def _errors(result: Any, spec: Any) -> tuple[str, ...]:  # noqa: ANN401
    key = _ERRORS.get(type(result).__name__)
    if key == "driscoll_kraay":
        return key, str(result.lags)
    if key or (key := getattr(spec, "errors", "cr1")) != "cr1":
        return (key,)
    by = getattr(result, "cluster", None) or getattr(spec, "cluster", None)
    by = (by,) if isinstance(by, str) else tuple(by or ())
    if not by and not hasattr(result, "clusters"):
        return ("own",)
    return ("cr1", *(by or ("entity",)))


def _foreign(fit: Any) -> ModelColumn:  # noqa: ANN401
    found = elsewhere.read(fit)
    lines = tuple(
        Line(key=tuple(sorted((part, lag or 0) for part, lag in parts_of(term))), term=term,
             label=term.replace(":", " × "), **values)
        for term, values in found.lines
    )  # fmt: skip
    return ModelColumn(
        outcome=found.outcome, label=found.outcome, lines=lines, method=found.method,
        effects=found.effects, counts=found.counts, errors=found.errors,
    )  # fmt: skip
