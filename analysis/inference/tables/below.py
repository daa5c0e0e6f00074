"""What stands below the coefficients: effects, counts, and how everything was computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analysis.inference.tables.read import ModelColumn
from analysis.inference.tables.words import reason, word

__all__ = ["notes_of", "sample_rows"]

_COUNTS = ("n", "entities", "clusters")
_FITS = ("within_r2", "r2")
_EFFECTS = ("entity", "year", "region^year", "entity_trend")  # these first, in this order
_MANY = 8  # so many names of terms fit in a note


def sample_rows(
    columns: Sequence[ModelColumn], label: Callable[[str], str], language: str
) -> list[tuple[str, ...]]:
    """One row per estimator where they differ, per effect, per count and per share explained.

    A cell is empty where a result does not say; "no" is only written where it says so.
    """
    rows: list[tuple[str, ...]] = []
    methods = [column.method or "OLS" for column in columns]
    if set(methods) != {"OLS"}:
        rows.append((word("method", language), *methods))
    answers = {True: word("yes", language), False: word("no", language)}
    for name in _absorbed(columns):
        cells = (
            "" if c.effects is None else answers[_stands(name, c.effects)] for c in columns
        )  # fmt: skip
        rows.append((label(name), *cells))
    for key, show in {**dict.fromkeys(_COUNTS, _count), **dict.fromkeys(_FITS, _share)}.items():
        if any(key in column.counts for column in columns):
            cells = (show(c.counts[key]) if key in c.counts else "" for c in columns)
            rows.append((word(key, language), *cells))
    return rows


def _absorbed(columns: Sequence[ModelColumn]) -> list[str]:
    found = dict.fromkeys(name for column in columns for name in column.effects or ())
    return [*(name for name in _EFFECTS if name in found),
            *(name for name in found if name not in _EFFECTS)]  # fmt: skip


def _stands(name: str, effects: Sequence[str]) -> bool:
    """Whether an effect is absorbed, by itself or inside a finer one: a year in region × year."""
    parts = set(name.split("^"))
    return any(parts <= set(other.split("^")) for other in effects)


def _count(value: Any) -> str:  # noqa: ANN401
    """Write a count, or one for each way of clustering."""
    values = value.values() if isinstance(value, dict) else value
    many = isinstance(value, dict | tuple | list)
    return " / ".join(f"{int(x):,}" for x in (values if many else (value,)))


def _share(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def notes_of(
    columns: Sequence[ModelColumn], below: str, thresholds: Sequence[float],
    hidden: Sequence[str], name: Callable[[str], str], language: str,
) -> tuple[str, ...]:  # fmt: skip
    """Say what stands below an estimate, what stars mean, and what is not in the table.

    `name` gives the label of a variable that rows are clustered by.
    """
    level = f"{100 * (1 - columns[0].level):g}%"
    shown = word(below, language, level) if below == "interval" else word(below, language)
    shown = shown if below == "t" else shown[:1].upper() + shown[1:]
    kind = "below_interval" if below == "interval" else "below"
    how = _each(columns, lambda c: (_errors(c, below, name, language),), language)
    said = [word(kind, language, shown, how)]
    if thresholds:
        marks = (word("star", language, "*" * i, x) for i, x in enumerate(thresholds, 1))
        said.append(word("listed", language).join(marks))
    said += _timing(columns, language)
    for key, at in (
        ("centred", [i for i, c in enumerate(columns, 1) if c.centred]),
        ("spatial_terms", [i for i, c in enumerate(columns, 1) if c.spatial]),
    ):
        whose = "" if len(at) == len(columns) else f"{_numbers(at)} "
        said += [whose + word(key, language)] if at else []
    said += _equal(columns, language)
    if hidden:
        said.append(word("hidden", language, _few(hidden, language)))
    if any(column.dropped for column in columns):
        dropped = _each(columns, lambda c: tuple(reason(d, language) for d in c.dropped), language)
        said.append(word("left_out", language, dropped))
    sentence = word("stop", language).join(said) + word("stop", language).strip()
    own = dict.fromkeys(note for column in columns for note in column.notes)
    return (word("note", language) + sentence, *(_whose(n, columns, language) for n in own))


def _equal(columns: Sequence[ModelColumn], language: str) -> list[str]:
    """Write the tests that coefficients are the same in all groups."""
    said = []
    for tests in dict.fromkeys(c.tests for c in columns if c.tests):
        shown = (
            f"{word(term, language) if term == 'all terms' else term} {_p(p)}"
            for _, term, p in tests
        )
        by = tests[0][0]
        noun = word(f"by_{by}", language) if by in ("year", "region") else by
        said.append(word("equality", language, noun, word("listed", language).join(shown)))
    return said


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _timing(columns: Sequence[ModelColumn], language: str) -> list[str]:
    """Say of which year regressors are, once if all are of the same."""
    lags = {lag or 0 for c in columns for x in c.lines if x.term != "Intercept" for _, lag in x.key}
    if len(lags) > 1:
        return [word("lags", language)]
    lag = next(iter(lags), 0)
    key = "one_year" if lag == 1 else "one_lag" if lag > 0 else "one_lead"
    return [word(key, language, abs(lag))] if lag else []


def _errors(column: ModelColumn, below: str, name: Callable[[str], str], language: str) -> str:
    key, *places = column.errors
    key = "cr3" if below == "se_cr3" else key
    if key not in ("cr1", "cr3", "clustered"):
        return word(key, language, *places)
    groups = [name(x) if x else word("unnamed", language) for x in places or ("",)]
    if column.noun and language == "en":
        groups = [column.noun if x == "entity" else x for x in groups]
    return word(key, language, word("two_groups", language).join(groups))


def _few(names: Sequence[str], language: str) -> str:
    shown = word("listed", language).join(names[:_MANY])
    more = len(names) - _MANY
    return shown + (word("more", language, more) if more > 0 else "")


def _each(
    columns: Sequence[ModelColumn], say: Callable[[ModelColumn], tuple[str, ...]], language: str
) -> str:
    """Say once what holds for all columns, else each thing with the columns it holds for."""
    said: dict[str, list[int]] = {}
    for i, column in enumerate(columns, 1):
        said.setdefault(word("listed", language).join(say(column)), []).append(i)
    if len(said) == 1:
        return next(iter(said))
    return word("and", language).join(
        f"{_numbers(at)} {text}" for text, at in said.items() if text
    )  # fmt: skip


def _whose(note: str, columns: Sequence[ModelColumn], language: str) -> str:
    at = [i for i, column in enumerate(columns, 1) if note in column.notes]
    return note if len(at) == len(columns) else f"{_numbers(at)} {note}"


def _numbers(at: Iterable[int]) -> str:
    return " ".join(f"({i})" for i in at)
