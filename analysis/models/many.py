"""Many specifications at once: group them by rows and effects, absorb once, solve together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import Panel, Variable
from analysis.errors import SpecificationError, UnknownNameError
from analysis.models.design import Design, build_design
from analysis.models.kernel import Kernel, build_kernel
from analysis.models.rows import Rows, estimation_rows, numbers, require_grid, shift, years_each
from analysis.models.specification import Specification

__all__ = ["Dated", "ManyFits", "Wide", "fit_many", "product_name", "wide"]

Dated = tuple[str, int]
"""A variable and the years by which it precedes the outcome."""


@dataclass(frozen=True, slots=True, eq=False)
class Wide:
    """Many candidate columns on shared rows, ready to be absorbed under any effects.

    Attributes
    ----------
    specification : Specification
        One regression that names every column, already lagged; its effects are replaced.
    panel : Panel
        The panel with the lagged columns.
    rows : Rows
        The rows on which every column is observed, and why others were dropped.
    """

    specification: Specification
    panel: Panel
    rows: Rows

    def kernel(self, effects: str) -> tuple[Kernel, Design]:
        """Absorb effects from every column; names are those of `dated_name` and `product_name`."""
        spec = self.specification.with_effects(effects)
        design = build_design(spec, self.panel, self.rows)
        columns = np.column_stack([design.y, design.x])
        return build_kernel((spec.outcome, *spec.terms), columns, design), design


@dataclass(frozen=True, slots=True, eq=False)
class ManyFits:
    """Estimates of many specifications, each on its own rows, exactly as `fit` would choose them.

    Attributes
    ----------
    specifications : tuple of Specification
        What was estimated.
    table : DataFrame
        One row per specification and term: ``specification`` (position), ``term``, ``estimate``,
        ``se``, ``t``, ``p`` (CR1, t(G−1)), ``se_cr3`` and ``p_cr3`` if asked for, ``scale``
        (within-SD of the term over that of the outcome), ``n``, ``dropped`` (rows of the panel not
        used), ``clusters``, ``parameters``, ``refused``.
    notes : tuple of str
        How many regressions have no solution.
    """

    specifications: tuple[Specification, ...]
    table: pd.DataFrame
    notes: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """One row per specification and term."""
        return self.table.copy()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what does not exist is None."""
        plain = self.table.astype(object).where(self.table.notna(), None)
        return {
            "specifications": [spec.to_mapping() for spec in self.specifications],
            "table": plain.to_dict("records"),
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        many = f"{len(self.specifications):,} regressions"
        return f"<p>{many}</p>{self.table.head(20).to_html(index=False)}"


def wide(
    columns: Sequence[Dated],
    products: Iterable[tuple[Dated, Dated]],
    like: Specification,
    panel: Panel,
    effects: Iterable[str] | None = None,
) -> Wide:
    """Select the rows on which all columns, given as (name, lag), are observed.

    Parameters
    ----------
    columns, products
        Outcomes and candidate terms, each once, and products of two, centred on the selected rows.
    like : Specification
        Gives initial controls, sample, cluster and, unless `effects` says more, the effects.
    panel : Panel
        The full grid.
    effects : iterable of str, optional
        Effects that are to share the rows.
    """
    require_grid(panel.frame)
    _require_columns(columns, panel)
    _require_columns([(name, 0) for name in like.initial], panel)
    frame, width = panel.frame, years_each(panel.frame.index)
    values = {dated_name(c): shift(numbers(frame, c[0]), c[1], width) for c in columns}
    held = {name: frame[name] for name in (*like.initial, like.cluster) if name in frame}
    described = {name: Variable(name, name) for name in values}
    # Only what is used: to carry a whole panel along takes as long as a regression.
    lean = pd.DataFrame({**held, **values}, frame.index)
    panel = replace(panel, frame=lean, variables={**described, **panel.variables})
    outcome, *terms = map(dated_name, columns)
    pairs = [(dated_name(a), dated_name(b)) for a, b in products]
    kept = {name: getattr(like, name) for name in ("initial", "effects", "sample", "cluster")}
    spec = Specification(outcome, terms, pairs, lag=0, **kept)
    return Wide(spec, panel, estimation_rows(spec, panel, effects))


def dated_name(column: Dated) -> str:
    """Name of a lagged column: "x" or "x(t−1)"."""
    name, lag = column
    return f"{name}(t{-lag:+d})".replace("-", "−") if lag else name


def product_name(left: Dated, right: Dated) -> str:
    """Name of the product of two columns."""
    return f"{dated_name(left)}:{dated_name(right)}"


def fit_many(specs: Iterable[Specification], panel: Panel, *, cr3: bool = False) -> ManyFits:
    """Estimate many specifications, a thousand times faster than one by one.

    Specifications with the same missing rows, sample, effects, initial controls and clusters share
    one absorption; each group is then solved from cross-products (see `analysis.models.kernel`).
    Coefficients and standard errors are those of `fit` and `cr1` to rounding.

    Parameters
    ----------
    specs : iterable of Specification
        At least one.
    panel : Panel
        The full grid of entities and years.
    cr3 : bool
        Also the leave-one-cluster-out jackknife: about G times as long.

    Returns
    -------
    ManyFits
        Arrays in the order of the specifications.

    Raises
    ------
    SpecificationError
        No specification, or one that has too many terms or no rows.
    UnknownNameError
        A name is not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> specs = [Specification("patents_granted", ["rd_fte"], lag=lag) for lag in (1, 2, 3)]
    >>> fit_many(specs, panel).tidy()["estimate"].round(3).tolist()
    [0.942, 1.008, 1.045]
    """
    specs = tuple(specs)
    if not specs:
        raise SpecificationError("No specification to estimate: name at least one.")
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, (spec, gaps) in enumerate(zip(specs, _gaps(specs, panel), strict=True)):
        key = (spec.effects, spec.sample, spec.cluster, spec.initial, gaps)
        groups.setdefault(key, []).append(i)
    tables = [_solve_group(members, specs, panel, cr3) for members in groups.values()]
    table = pd.concat(tables).sort_values("specification", kind="stable", ignore_index=True)
    lost = table.loc[table["refused"], "specification"].nunique()
    note = (
        f"{lost:,} of {len(specs):,} regressions have no solution, because the outcome or a term "
        "is absorbed by the effects or a term repeats the others: they stay empty."
    )
    return ManyFits(specs, table, (note,) if lost else ())


def _gaps(specs: Iterable[Specification], panel: Panel) -> Iterator[bytes]:
    """Rows each specification cannot use, as a key; a variable and lag is looked up once."""
    require_grid(panel.frame)
    width, missing = years_each(panel.frame.index), {}
    for spec in specs:
        columns = _columns(spec)
        for name, lag in columns:
            if (name, lag) not in missing:
                _require_columns([(name, lag)], panel)
                missing[name, lag] = np.isnan(shift(numbers(panel.frame, name), lag, width))
        yield np.any([missing[c] for c in columns], axis=0).tobytes()


def _solve_group(
    members: list[int], specs: Sequence[Specification], panel: Panel, cr3: bool
) -> pd.DataFrame:
    columns = dict.fromkeys(c for i in members for c in _columns(specs[i]))
    products = dict.fromkeys(p for i in members for p in _products(specs[i]))
    like = specs[members[0]]
    found = wide(list(columns), products, like, panel)
    kernel, design = found.kernel(like.effects)
    place = {name: j for j, name in enumerate(kernel.names)}
    # A Specification sorts its own parts into terms: regressors, products, controls.
    chosen = [[place[name] for name in _term_names(specs[i])] for i in members]
    terms = np.full((len(members), max(map(len, chosen))), -1)
    for row, positions in zip(terms, chosen, strict=True):
        row[: len(positions)] = positions
    outcomes = np.array([place[specs[i].outcome] for i in members])
    batch, used = kernel.solve(outcomes, terms, cr3=cr3), terms >= 0
    each = used.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = design.within_sd[terms] / design.within_sd[outcomes][:, None]
    values = {
        "specification": np.repeat(members, each),
        "term": [term for i in members for term in specs[i].terms],
        "estimate": batch.coefficients[used],
        "se": batch.errors[used],
        "t": batch.t[used],
        "p": batch.p[used],
        **({"se_cr3": batch.errors_cr3[used], "p_cr3": batch.p_cr3[used]} if cr3 else {}),
        "scale": scale[used],
        "n": kernel.n,
        "dropped": found.rows.grid_rows - kernel.n,
        "clusters": len(kernel.cluster_labels),
        "parameters": np.repeat(batch.parameters, each),
        "refused": np.repeat(batch.refused, each),
    }
    return pd.DataFrame(values)


def _columns(spec: Specification) -> list[Dated]:
    return [(spec.outcome, 0), *((name, spec.lag_of(name)) for name in spec.slopes)]


def _products(spec: Specification) -> list[tuple[Dated, Dated]]:
    return [((a, spec.lag_of(a)), (b, spec.lag_of(b))) for a, b in spec.interactions]


def _term_names(spec: Specification) -> list[str]:
    def own(name: str) -> str:
        return dated_name((name, spec.lag_of(name)))

    products = [product_name(a, b) for a, b in _products(spec)]
    return [*map(own, spec.regressors), *products, *map(own, spec.controls)]


def _require_columns(columns: Iterable[Dated], panel: Panel) -> None:
    for name, _ in columns:
        if name not in panel.frame.columns:
            raise UnknownNameError("variable", name, panel.frame.columns, "the panel")
