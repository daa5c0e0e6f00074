"""A regression table: estimates side by side, four columns at most on a phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, plain_number
from analysis.inference.result import share
from analysis.models import EFFECTS

__all__ = ["convention", "html_table", "regression_grid"]

SCALED_UNIT = 0.1
"""Within-SDs are read to two decimals; a third would be noise and would not fit a phone."""

_ABSENT = "–"
Column = Any
"""An `Estimate`, which stands on this module: its own table is one of these."""


def html_table(columns: Sequence[Column], *, scaled: bool = False) -> str:
    """Render estimates side by side, as `regression_grid` arranges them.

    Parameters
    ----------
    columns : sequence
        Estimates.
    scaled : bool
        Show slopes in within-SDs.

    Returns
    -------
    str
        A ``<table>``.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = estimate(spec, panel)
    >>> html_table([fitted]).startswith("<")
    True
    """
    return regression_grid(columns, scaled=scaled).html()


def regression_grid(columns: Sequence[Column], *, scaled: bool = False) -> Grid:
    """Arrange estimates side by side, one row per term of any of them.

    Each cell holds the estimate, the CR1 standard error in parentheses and the CR3 interval in
    brackets. No stars: the interval says more, and a threshold is not a finding. Columns of
    different outcomes or samples say so in their heads and notes.

    Parameters
    ----------
    columns : sequence of Estimate
        At least one, all at one level. A term that a column does not have is left open there.
    scaled : bool
        Show within-SDs of the outcome per within-SD of the term instead of the variables' units.

    Returns
    -------
    Grid
        Rows of text, ready for text or HTML.

    Raises
    ------
    SpecificationError
        No column, or intervals of different coverage.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = estimate(spec, panel)
    >>> type(regression_grid([fitted])).__name__
    'Grid'
    """
    if not columns or len({c.level for c in columns}) > 1:
        raise SpecificationError(
            "A regression table needs one or more estimates, all at the same level."
        )
    heads = _heads(columns)
    terms = dict.fromkeys(_key(line.term) for column in columns for line in column.terms)
    rows = [row for term in terms for row in _term_rows(columns, term, scaled)]
    sample = _sample_rows(columns)
    return Grid(
        "; ".join(dict.fromkeys(c.outcome_label for c in columns)),
        ("Within-SDs per within-SD of" if scaled else "Per unit of", *heads), (*rows, *sample),
        tuple(_notes(columns, heads)), bodies=(("terms", len(rows)), ("sample", len(sample))),
        marks=("", "mde") * len(terms) + ("",) * len(sample),
    )  # fmt: skip


def convention(columns: Sequence[Column]) -> str:
    """Say how standard errors were computed; one number per column where they differ."""

    def each(values: Sequence[object]) -> str:
        return ", ".join(map(str, values if len(set(values)) > 1 else values[:1]))

    kinds = [(c.specification.cluster, c.nouns[0]) for c in columns]
    words = [noun if cluster == "entity" else cluster for cluster, noun in kinds]
    groups, parameters = [c.clusters for c in columns], [c.parameters for c in columns]
    return (
        f"Clustered by {each(words)}, G = {each(groups)}. CR1: factor G/(G−1)·(n−1)/(n−K), "
        f"K = {each(parameters)} (slopes, constant, effects not nested in clusters). CR3: "
        "leave-one-cluster-out jackknife with every effect re-estimated, factor (G−1)/G. "
        "p-values and intervals from t(G−1)."
    )


def _key(term: str) -> str:
    """One name for a product in either order."""
    return ":".join(sorted(term.split(":")))


def _heads(columns: Sequence[Column]) -> tuple[str, ...]:
    """Effects; outcomes where they differ; numbers where that does not tell columns apart."""
    heads = [EFFECTS[c.specification.effects].label for c in columns]
    if len({c.outcome_label for c in columns}) > 1:
        heads = [f"{c.outcome_label}, {head}" for c, head in zip(columns, heads, strict=True)]
    if max(Counter(heads).values()) > 1:
        heads = [f"({i}) {head}" for i, head in enumerate(heads, 1)]
    return tuple(heads)


def _term_rows(columns: Sequence[Column], term: str, scaled: bool) -> list[tuple[str, ...]]:
    """Two rows: the estimate with its errors, and the smallest effect that could have been seen."""
    lines = [{_key(line.term): line for line in column.terms}.get(term) for column in columns]
    label = next(line.label for line in lines if line)
    scales = [line.scale if scaled and line else 1.0 for line in lines]
    errors = [line.se * k for line, k in zip(lines, scales, strict=True) if line]
    unit = min((se for se in errors if se > 0), default=None)
    unit = max(unit, SCALED_UNIT) if scaled and unit else unit  # same decimals all along
    top, bottom = [label], ["smallest detectable"]
    for line, k in zip(lines, scales, strict=True):
        names = ("estimate", "se", "low_cr3", "high_cr3", "mde") if line else ()
        cells = [plain_number(getattr(line, name) * k, unit) for name in names]
        top.append("{}\n({})\n[{}, {}]".format(*cells) if line else _ABSENT)
        bottom.append(cells[-1] if line else _ABSENT)
    return [tuple(top), tuple(bottom)]


def _sample_rows(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    rows: dict[str, Callable[[Column], str]] = {
        "Rows": lambda c: f"{c.n:,}",
        columns[0].nouns[1].capitalize(): lambda c: f"{c.n_entities:,}",
        "Years": lambda c: f"{c.n_years}",
        "Clusters": lambda c: f"{c.clusters:,}",
        "Within R²": lambda c: f"{c.within_r2:.3f}",
    }
    return [(name, *map(show, columns)) for name, show in rows.items()]


def _notes(columns: Sequence[Column], heads: Sequence[str]) -> list[str]:
    """Say for all columns what holds for all, and for each what holds for it alone."""
    first = columns[0]
    same = len({c.specification.with_effects("two_way") for c in columns}) == 1

    def once(say: Callable[[Column], str]) -> str:
        texts = [say(c) for c in (columns[:1] if same else columns)]
        if len(set(texts)) == 1:
            return texts[0]
        return " ".join(f"{head}: {text}" for head, text in zip(heads, texts, strict=True))

    out = [
        f"Estimate, (CR1 standard error), [{share(first.level)} CR3 interval]; smallest effect "
        f"found with 80% power at the CR3 error. {once(_timing)}",
        convention(columns),
        f"{once(lambda c: f'Rows of outcome years {c.first_year}–{c.last_year}.')} "
        f"{_dropped(columns, heads) if same else once(lambda c: _dropped([c], ''))}",
    ]
    return out + list(dict.fromkeys(n for c in columns for n in c.notes))


def _timing(estimate: Column) -> str:
    spec = estimate.specification
    lags = {name: spec.lag_of(name) for name in spec.slopes}
    if len(set(lags.values())) == 1:
        return f"Right-hand side {_years(spec.lag_of(spec.slopes[0]))}."
    return "Right-hand side: " + ", ".join(f"{n} {_years(lag)}" for n, lag in lags.items()) + "."


def _years(lag: int) -> str:
    if lag == 0:
        return "of the same year"
    noun = "year" if abs(lag) == 1 else "years"
    return f"{abs(lag)} {noun} {'before' if lag > 0 else 'after'} the outcome"


def _dropped(columns: Sequence[Column], heads: Sequence[str]) -> str:
    """Rows left out: what all columns share once, what only one has under its head."""
    shared = [d for d in columns[0].dropped if all(d in c.dropped for c in columns)]
    total = sum(d.rows for d in shared)
    text = f"Left out {total:,} of {columns[0].grid_rows:,} rows"
    text += f" ({'; '.join(map(str, shared))})." if shared else "."
    for column, head in zip(columns, heads, strict=False):
        alone = [d for d in column.dropped if d not in shared]
        if alone:
            text += f" {head} also: {'; '.join(map(str, alone))}."
    return text
