"""A regression table as semantic HTML: pure text in, text out, four columns at most on a phone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

from analysis.inference.coefficients import Coefficient
from analysis.inference.estimate import Estimate, convention
from analysis.models import EFFECTS

__all__ = ["html_grid", "html_table", "plain_number"]


SCALED_UNIT = 0.1
"""Within-SDs are read to two decimals; a third would be noise and would not fit a phone."""


def html_table(columns: Sequence[Estimate], *, scaled: bool = False) -> str:
    """Render estimates of one specification side by side.

    Each cell holds the estimate, the CR1 standard error in parentheses and the CR3 interval in
    brackets. No stars: the interval says more, and a threshold is not a finding.

    Parameters
    ----------
    columns : sequence of Estimate
        Same outcome and terms, different effects.
    scaled : bool
        Show within-SDs of the outcome per within-SD of the term instead of the variables' units.

    Returns
    -------
    str
        A `<table class="estimates">` with caption, scoped heads and a `<tfoot>` for the notes.
    """
    heads = "".join(
        f'<th scope="col">{escape(EFFECTS[c.specification.effects].label)}</th>' for c in columns
    )
    terms = "".join(_term_rows(columns, i, scaled) for i in range(len(columns[0].terms)))
    unit = "Within-SDs per within-SD of" if scaled else "Per unit of"
    foot = "".join(f"<p>{escape(sentence)}</p>" for sentence in _notes(columns))
    return (
        '<table class="estimates">'
        f"<caption>{escape(columns[0].outcome_label)}</caption>"
        f'<thead><tr><th scope="col">{unit}</th>{heads}</tr></thead>'
        f'<tbody class="terms">{terms}</tbody>'
        f'<tbody class="sample">{_sample_rows(columns)}</tbody>'
        f'<tfoot><tr><td colspan="{len(columns) + 1}">{foot}</td></tr></tfoot>'
        "</table>"
    )


def html_grid(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], notes: Iterable[str] = ()
) -> str:
    """Render plain text as a table whose first column names the rows and whose foot holds notes.

    Parameters
    ----------
    caption : str
        What the table shows.
    heads : sequence of str
        Column heads, the first over the row names.
    rows : iterable of sequence of str
        Cells in the order of `heads`.
    notes : iterable of str
        One paragraph each.
    """
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in rows
    )
    foot = "".join(f"<p>{escape(sentence)}</p>" for sentence in notes)
    return (
        f'<table class="estimates"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        f'<tfoot><tr><td colspan="{len(heads)}">{foot}</td></tr></tfoot></table>'
    )


def plain_number(value: float, unit: float | None = None) -> str:
    """Write a number with as many decimals as two digits of `unit` (its SE) call for.

    >>> plain_number(-0.11771, 0.0108)
    '−0.118'
    """
    if not math.isfinite(value):
        return "–"
    size = abs(value) if unit is None or not math.isfinite(unit) or unit <= 0 else unit
    decimals = 0 if size == 0 else 1 - math.floor(math.log10(size))
    if decimals > 6:  # a coefficient per yuan: decimals would outgrow the cell
        digits, power = f"{value:.1e}".split("e")
        text = f"{digits}e{int(power)}"
    else:
        text = (
            f"{round(value, decimals) + 0.0:,.{max(decimals, 0)}f}"  # + 0.0: no minus before a zero
        )
    return text.replace("-", "−")


def _term_rows(columns: Sequence[Estimate], i: int, scaled: bool) -> str:
    """Two rows: the estimate with its errors, and the smallest effect that could have been seen."""
    lines = [column.terms[i] for column in columns]
    factors = [line.scale if scaled else 1.0 for line in lines]
    errors = [line.se * k for line, k in zip(lines, factors, strict=True)]
    unit = min((se for se in errors if se > 0), default=None)  # same decimals all along
    unit = max(unit, SCALED_UNIT) if scaled and unit else unit
    pairs = list(zip(lines, factors, strict=True))
    cells = "".join(_cell(line, k, unit) for line, k in pairs)
    seen = "".join(f"<td>{plain_number(line.mde * k, unit)}</td>" for line, k in pairs)
    return (
        f'<tr><th scope="row">{escape(lines[0].label)}</th>{cells}</tr>'
        f'<tr class="mde"><th scope="row">smallest detectable</th>{seen}</tr>'
    )


def _cell(line: Coefficient, factor: float, unit: float | None) -> str:
    value, se, low, high = (
        plain_number(x * factor, unit)
        for x in (line.estimate, line.se, line.low_cr3, line.high_cr3)
    )
    return f"<td>{value}<br>({se})<br><small>[{low}, {high}]</small></td>"


def _sample_rows(columns: Sequence[Estimate]) -> str:
    rows: dict[str, Callable[[Estimate], str]] = {
        "Rows": lambda c: f"{c.n:,}",
        columns[0].nouns[1].capitalize(): lambda c: f"{c.n_entities:,}",
        "Years": lambda c: f"{c.n_years}",
        "Clusters": lambda c: f"{c.clusters:,}",
        "Within R²": lambda c: f"{c.within_r2:.3f}",
    }
    return "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f"<td>{show(c)}</td>" for c in columns)
        + "</tr>"
        for name, show in rows.items()
    )


def _notes(columns: Sequence[Estimate]) -> list[str]:
    first = columns[0]
    share = f"{100 * (1 - first.level):g}%"
    out = [
        f"Estimate, (CR1 standard error), [{share} CR3 interval]; smallest effect found with 80% "
        f"power at the CR3 error. {_timing(first)}",
        convention(columns),
        f"Rows of outcome years {first.first_year}–{first.last_year}. {_dropped(columns)}",
    ]
    return out + list(dict.fromkeys(n for c in columns for n in c.notes))


def _timing(estimate: Estimate) -> str:
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


def _dropped(columns: Sequence[Estimate]) -> str:
    """Rows left out: what all columns share once, what only one has under its head."""
    shared = [d for d in columns[0].dropped if all(d in c.dropped for c in columns)]
    total = sum(d.rows for d in shared)
    text = f"Left out {total:,} of {columns[0].grid_rows:,} rows"
    text += f" ({'; '.join(map(str, shared))})." if shared else "."
    for column in columns:
        own = [d for d in column.dropped if d not in shared]
        if own:
            head = EFFECTS[column.specification.effects].label
            text += f" {head} also: {'; '.join(map(str, own))}."
    return text
