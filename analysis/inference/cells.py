"""How numbers and tables are written: the ground under every result, it imports none of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from textwrap import fill
from typing import Any

import pandas as pd
from scipy.special import stdtrit

__all__ = ["Grid", "bracketed", "interval", "plain_number", "reach", "signed", "zero_words"]


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
        rounded = round(value, decimals) + 0.0  # no minus before a zero
        text = f"{rounded:,.{max(decimals, 0)}f}"
    return text.replace("-", "−")


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign, a true minus and no negative zero.

    Parameters
    ----------
    value : float
        Any number.
    digits : int
        Behind the point.

    Returns
    -------
    str
        For a cell or a sentence.

    Examples
    --------
    >>> signed(0.314), signed(-0.0004)
    ('+0.31', '0.00')
    """
    if not math.isfinite(value):
        return "–"
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def zero_words(low: float, high: float) -> str:
    """Say whether an interval excludes zero; one without an end (NaN) does not.

    Parameters
    ----------
    low, high : float
        Ends of an interval.

    Returns
    -------
    str
        "excludes zero" or "includes zero".

    Examples
    --------
    >>> zero_words(0.1, 0.4)
    'excludes zero'
    """
    return "excludes zero" if low > 0 or high < 0 else "includes zero"


def reach(dof: float, level: float = 0.05) -> float:
    """Quantile of t(`dof`) by which a standard error is multiplied for coverage 1 − `level`."""
    return float(stdtrit(dof, 1 - level / 2))


def interval(low: float, high: float, unit: float | None = None) -> str:
    """Write an interval with the decimals of its unit; an infinite end is unbounded."""
    ends = ("unbounded" if math.isinf(x) else plain_number(x, unit) for x in (low, high))
    return "[{}, {}]".format(*ends)


def bracketed(value: float, low: float, high: float, unit: float | None, *errors: float) -> str:
    """Write "estimate (error) [low, high]", the error where one is given."""
    shown = "".join(f" ({plain_number(se, unit)})" for se in errors)
    return f"{plain_number(value, unit)}{shown} {interval(low, high, unit)}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as plain text: what an archive keeps, a page renders and a terminal prints.

    Attributes
    ----------
    caption : str
        Title of the table.
    heads : tuple of str
        Over the columns, the first over the row names.
    rows : tuple of tuple of str
        Cells in the order of `heads`, each of one or more lines.
    notes : tuple of str
        One paragraph each.
    style : str
        Class of the table.
    bodies, marks : tuple of (str, int), tuple of str
        Class and number of rows of each part (empty for one part without a class), and the class of
        each row (empty for none).
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    style: str = "estimates"
    bodies: tuple[tuple[str, int], ...] = ()
    marks: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]],
        notes: Iterable[str] = (),
    ) -> Grid:  # fmt: skip
        """Make a table from any sequences."""
        return cls(caption, tuple(heads), tuple(tuple(row) for row in rows), tuple(notes))

    @classmethod
    def of_frame(
        cls, frame: pd.DataFrame, caption: str,
        formats: Mapping[str, Callable[[Any], str]] | None = None, style: str = "book",
    ) -> Grid:  # fmt: skip
        """Write a frame out: columns become heads, the index is not shown, nothing is a dash."""
        shown = frame.astype(object).where(frame.notna(), None)
        write = [(formats or {}).get(name, str) for name in frame]
        rows = tuple(
            tuple("–" if v is None else w(v) for v, w in zip(row, write, strict=True))
            for row in shown.itertuples(index=False)
        )
        return cls(caption, tuple(map(str, frame)), rows, style=style)

    def html(self) -> str:
        """Render as semantic HTML: scoped heads, notes in the foot, bracketed lines small."""
        head = "".join(f'<th scope="col">{_lines(h)}</th>' for h in self.heads)
        rows, body, at = [self._row(i) for i in range(len(self.rows))], "", 0
        for name, size in self.bodies or (("", len(rows)),):
            body += _open("tbody", name) + "".join(rows[at : at + size]) + "</tbody>"
            at += size
        foot = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.notes)
        if foot:
            foot = f'<tfoot><tr><td colspan="{len(self.heads)}">{foot}</td></tr></tfoot>'
        return (
            f'<table class="{self.style}"><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead>{body}{foot}</table>"
        )

    def _row(self, i: int) -> str:
        name, *cells = self.rows[i]
        data = "".join(f"<td>{_lines(cell)}</td>" for cell in cells)
        mark = self.marks[i] if self.marks else ""
        return f'{_open("tr", mark)}<th scope="row">{escape(name)}</th>{data}</tr>'

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Grid:
        """Read what `to_dict` or a JSON file of it holds."""
        nested = {name: tuple(map(tuple, plain.get(name, ()))) for name in ("rows", "bodies")}
        flat = {name: tuple(plain.get(name, ())) for name in ("heads", "notes", "marks")}
        return cls(plain["caption"], **nested, **flat, style=plain.get("style", "estimates"))

    def __str__(self) -> str:
        table = [[c.replace("\n", " ") for c in row] for row in (self.heads, *self.rows)]
        widths = [max(len(row[j]) for row in table if j < len(row)) for j in range(len(self.heads))]
        lines = [
            "  ".join((row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:]))).rstrip()
            for row in table
        ]
        notes = [fill(note, max(len(self.caption), 100)) for note in self.notes]
        rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
        return "\n".join([self.caption, rule, lines[0], rule, *lines[1:], rule, *notes])

    _repr_html_ = html


def _lines(cell: str) -> str:
    """Break the lines of a cell; what stands below a number or its error is printed small."""
    first, *rest = map(escape, cell.split("\n"))
    small = (f"<small>{text}</small>" if not text.startswith("(") else text for text in rest)
    return "<br>".join((first, *small))


def _open(tag: str, name: str) -> str:
    return f'<{tag} class="{name}">' if name else f"<{tag}>"
