"""One call from a result to its picture: `plot(result)` finds the chart that fits.

Results are known by their names and by what `tidy` gives, so that nothing is estimated here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.display.charts import rows
from analysis.display.charts.intervals import CR3
from analysis.display.drawing import Picture
from analysis.display.shapes import SHAPES, outcome_of, reworded
from analysis.display.theme import MARKS
from analysis.errors import SpecificationError, UnknownNameError, require_type

__all__ = ["plot"]

ENDS = ("estimate", "low", "high", *CR3)
APART = 20.0
"""Intervals that differ in width by this factor cannot be read on one axis."""
READINGS = ("estimator", "stage", "kind", "effects")
"""Columns of a table that tell readings of the same term apart."""
SHORT = {"second": "2SLS", "half_panel_jackknife": "half-panel"}
"""Readings whose names would not fit beside each other."""


def plot(
    result: Any,  # noqa: ANN401
    *, terms: str | Iterable[str] | None = None, labels: Mapping[str, str] | None = None,
    standardised: bool | None = None, xlabel: str | None = None, ylabel: str | None = None,
) -> Picture:  # fmt: skip
    """Draw a result.

    Coefficients become rows with their intervals, thick CR1 and thin CR3 where both are there. An
    event study and responses by horizon or lag become paths, a threshold its likelihood, a
    quadratic its curve, a product the slope along its moderator, a permutation test its
    distribution, a spatial model its direct, indirect and total effects. A test or a diagnostic
    shows what it found beside what that is held against: a critical value, independent entities,
    permuted maps, the estimate that it takes apart.

    Parameters
    ----------
    result
        What a method of this package returns, honest bounds among them, or a frame with columns
        ``estimate, low, high``.
    terms
        Coefficients to draw as rows; all by default, the constant left out.
    labels
        What to write for a term, a label or a variable instead, in any script.
    standardised
        Draw within-SDs of the outcome per within-SD of the term. By default only where units of
        the terms are so far apart that one axis could not hold them; the axis says which.
    xlabel, ylabel
        Words for the axes; a figure of rows has no words on the vertical one.

    Returns
    -------
    Picture
        Shown in a notebook; `save` writes PNG, SVG or PDF by the ending of the path.

    Raises
    ------
    SpecificationError
        The result has no picture; the sentence says what has one.
    UnknownNameError
        A term is not in the result.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"estimate": [0.3], "low": [0.1], "high": [0.5]}, ["耐心资本"])
    >>> plot(rows).figure.axes[0].get_yticklabels()[0].get_text()
    '耐心资本'
    >>> plot(rows).save("effects.pdf")    # doctest: +SKIP
    """
    require_type(labels or {}, Mapping, "map names to words, as in {'x': 'Capital'}")
    require_type(terms or (), Iterable, "name terms in a list")
    labels = dict(labels or {})
    names = [cls.__name__ for cls in type(result).__mro__]
    shape = next((SHAPES[name] for name in names if name in SHAPES), None)
    if shape is not None and terms is None and not standardised:
        return shape(result, lambda text: labels.get(text, text), xlabel, ylabel)
    table = _table(result)
    if shape is not None and not {"estimate", "low", "high"} <= set(table):
        raise SpecificationError(
            f"This {type(result).__name__} is drawn whole: leave out terms and standardised."
        )
    if not {"estimate", "low", "high"} <= set(table):
        raise SpecificationError(
            f"A {type(result).__name__} has no picture: plot draws results whose tidy() has "
            f"estimate, low and high, and {', '.join(sorted(SHAPES))}."
        )
    table, unit = _scaled(_labelled(_picked(table, terms), result, labels), standardised)
    outcome = outcome_of(result)
    return _rows(table, result, xlabel or f"{labels.get(outcome, outcome)},\n{unit}")


def _table(result: Any) -> pd.DataFrame:  # noqa: ANN401
    """Rows of a result, those on the outcome's own scale."""
    table = result.tidy() if hasattr(result, "tidy") else result
    if isinstance(table, tuple | list) and table and all(map(is_dataclass, table)):
        table = pd.DataFrame(list(map(asdict, table)))
    if isinstance(table, pd.DataFrame) and "bend" in table and "label" not in table:
        table = table.assign(label=[f"trends bend by {x:.3g} a year" for x in table["bend"]])
    if not isinstance(table, pd.DataFrame):
        return pd.DataFrame()
    if not {"term", "label"} & set(table):
        table = table.assign(label=table.index.astype(str))
    if "kind" in table and "coefficient" in set(table["kind"]):  # those of a map are no effects
        table = table[table["kind"] != "coefficient"]
    if (
        "stage" in table and getattr(result, "by", "") != "stage"
    ):  # the first stage and the reduced form have other units
        table = table[table["stage"].isin(["second", "least_squares"])]
    return table.reset_index(drop=True)


def _picked(table: pd.DataFrame, terms: str | Iterable[str] | None) -> pd.DataFrame:
    if terms is None:
        constant = table["term"] == "Intercept" if "term" in table else np.zeros(len(table), bool)
        return table[~constant] if not constant.all() else table
    known = list(table["term"]) if "term" in table else list(table.index)
    wanted = [terms] if isinstance(terms, str) else list(terms)
    for term in wanted:
        if term not in known:
            raise UnknownNameError("term", term, dict.fromkeys(known), "this result")
    parts = [table[[name == term for name in known]] for term in wanted]
    return pd.concat(parts, ignore_index=True)


def _labelled(table: pd.DataFrame, result: Any, labels: Mapping[str, str]) -> pd.DataFrame:  # noqa: ANN401
    """Name the rows, and what tells rows of one name apart."""
    table = table.copy()
    own = table.get("label", table.get("term", pd.Series(table.index.astype(str), table.index)))
    terms = table.get("term", own)
    table["label"] = [
        labels.get(term, labels.get(label, label)) for term, label in zip(terms, own, strict=True)
    ]
    if "outcome_label" in table:
        arrows = zip(table["label"], table["outcome_label"], strict=True)
        table["label"] = [f"{label} → {labels.get(to, to)}" for label, to in arrows]
    if "path" in table:
        table["label"] = table["path"].map(_channel(result, labels)).fillna(table["label"])
    if "strength" in table:
        pairs = zip(table["covariate"], table["strength"], strict=True)
        table["label"] = [f"confounder {k:g} times {labels.get(x, x)}" for x, k in pairs]
    named = (*READINGS, *filter(None, [getattr(result, "by", None)]))
    found = [c for c in named if isinstance(c, str) and c in table and len(set(table[c])) > 1]
    if found and table["label"].duplicated().any():
        words = table[found[0]].astype(str).replace(SHORT).str.replace("_", " ")
        if words.nunique() <= len(MARKS):
            return table.assign(reading=words)
        table["label"] = table["label"] + ", " + words
    return table.drop(columns="effects", errors="ignore")


def _channel(result: Any, labels: Mapping[str, str]) -> dict[str, str]:  # noqa: ANN401
    """Words for the paths of a channel."""
    names = result.x_to_m.label, result.m_to_y.label, result.outcome_label
    x, m, y = (labels.get(name, name) for name in names)
    return {
        "x_to_m": f"{x} → {m}", "m_to_y": f"{m} → {y}, given {x}", "product": f"{x} → {m} → {y}",
        "direct": f"{x} → {y}, direct", "total": f"{x} → {y}, total",
    }  # fmt: skip


def _scaled(table: pd.DataFrame, standardised: bool | None) -> tuple[pd.DataFrame, str]:
    """Put rows into within-SDs if that was asked for, or if their units are far apart."""
    ends = [name for name in ENDS if name in table]
    if standardised is None:
        width = (table["high"] - table["low"]).replace([0, np.inf], np.nan)
        apart = width.max() / width.min() > APART
        standardised = apart and "scale" in table and bool(table["scale"].notna().all())
    if standardised and "scale" not in table:
        raise SpecificationError(
            "This result has no within-SDs: draw it in its own units, standardised=False."
        )
    if standardised:
        table[ends] = table[ends].mul(table["scale"], axis=0)
        return table, "within-SDs per within-SD of the term"
    size = float(table[["low", "high"]].abs().replace(np.inf, np.nan).max().max())
    power = 3 * round((math.log10(size) - 0.5) / 3) if size > 0 else 0  # 0.6 rather than 600
    if power in (-3, 0, 3):
        return table, "per unit of the term"
    table[ends] = table[ends] / 10.0**power
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return table, f"per unit of the term, × 10{raised}"


def _rows(table: pd.DataFrame, result: Any, xlabel: str) -> Picture:  # noqa: ANN401
    """Draw one row per line; an interval without an end reaches to the edge, which is said."""
    if table["low"].isna().all():
        raise SpecificationError(
            f"This {type(result).__name__} holds no interval to draw: ask for one where it is made."
        )
    if not set(CR3) <= set(table) or table[list(CR3)].isna().any(axis=None):
        table = table.drop(columns=list(CR3), errors="ignore")
        xlabel = f"{xlabel}\nbars: 95%"
    ends = [name for name in ENDS if name in table]
    finite = table[ends].abs().replace(np.inf, np.nan)
    if np.isinf(table[ends]).any(axis=None):
        table[ends] = table[ends].clip(-3 * finite.max().max(), 3 * finite.max().max())
        xlabel += "; a bar cut off has no end"
    widths = (table["high"] - table["low"]).loc[lambda x: x > 0]
    size = float(widths.min()) / 4 if len(widths) else 1.0  # about one standard error
    picture = rows.interval_rows(
        table, xlabel, digits=min(max(1 - math.floor(math.log10(size)), 0), 4)
    )
    return reworded(picture, result)
