"""One call from a formula and a panel to a table, for whoever comes with figures of their own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, require_known, require_level, require_type
from analysis.inference.coefficients import label_of
from analysis.inference.estimate import Estimate
from analysis.inference.estimate import estimate as by_specification
from analysis.inference.formula.design import Design, chosen, design
from analysis.inference.formula.groups import differences
from analysis.inference.formula.parse import Formula, parse
from analysis.inference.formula.result import Asked, FormulaEstimate, GroupedEstimate
from analysis.inference.formula.solve import Solved, jackknife, solve
from analysis.inference.formula.terms import columns
from analysis.inference.options import checked
from analysis.inference.power import minimum_detectable_effect
from analysis.inference.result import row
from analysis.models import Specification

__all__ = ["estimate"]

_TEXTS = (
    "weights and by name a column, include and exclude are comparisons such as 'year >= 2011', and "
    "what is no column of the panel comes into it by with_columns"
)
_MANY = 50  # groups; each is a regression


@checked
def estimate(
    formula: str | Specification, panel: Panel, *, cluster: str | Iterable[str] | None = "entity",
    weights: str | None = None, include: str | None = None, exclude: str | None = None,
    by: str | None = None, level: float = 0.05,
) -> FormulaEstimate | GroupedEstimate | Estimate:  # fmt: skip
    """Estimate a formula by least squares with absorbed effects and clustered errors.

    Parameters
    ----------
    formula : str
        ``"y ~ x + lag(z, 1) + i(group, ref='a') | entity + region^year"``. Terms are those of
        formulaic: ``a:b``, ``a*b``, ``C(a)``, ``I(a**2)``, ``np.log(a)``, ``poly(a, 2)``. ``lag``,
        ``lead`` and ``diff`` count calendar years inside an entity, whatever rows are left out.
        ``i(f, x, ref=...)`` gives x a slope for each level of f. After the bar stand columns whose
        levels are absorbed, ``a^b`` for combinations; without a bar there is a constant. Names that
        are no plain words stand in backticks. A `Specification` is estimated by
        `analysis.inference.estimate`.
    panel : Panel
        Its columns, the attributes of its entities, ``entity`` and ``year`` may be named.
    cluster : str or iterable of str, optional
        One column, or two for two-way clusters. None gives errors that hold for unequal variances
        but independent rows (HC1, the "robust" of Stata), ``"iid"`` the classical ones.
    weights : str, optional
        Column of weights, as Stata's aweights: their scale does not matter.
    include, exclude : str, optional
        Which rows may enter, such as ``"year >= 2011 and region == 'east'"``. Values they leave
        out may still be lags of rows that stay.
    by : str, optional
        Column of groups: one estimate for each, and tests that they are equal.
    level : float
        1 − coverage of intervals.

    Returns
    -------
    FormulaEstimate or GroupedEstimate
        CR1 as in `analysis.inference.estimate`, and CR3 where there is one kind of cluster and few
        enough of them; t(G−1), or t(n−K) without clusters. Rows left out are counted by reason.

    Raises
    ------
    UnknownNameError
        A column, a function or an option is not known.
    SpecificationError
        The formula cannot be read, a term is absorbed or collinear, or no row is left.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.data import Panel
    >>> table = pd.DataFrame({
    ...     "firm": list("aaabbbccc"), "t": [1, 2, 3] * 3,
    ...     "x": [1.0, 2, 4, 2, 2, 3, 5, 1, 0], "y": [1.0, 3, 4, 1, 2, 2, 6, 2, 2],
    ... }).assign(t=lambda d: 2000 + d["t"])
    >>> panel = Panel.from_frame(table, entity="firm", year="t")
    >>> found = estimate("y ~ x | entity + year", panel)
    >>> found.params.round(3).to_dict()
    {'x': 0.906}
    >>> found.n, found.clusters
    (9, 3)
    """
    if isinstance(formula, Specification):
        given = (cluster != "entity", weights, include, exclude, by)
        if any(given):
            raise SpecificationError(
                "A Specification carries its cluster and sample itself: set them there, or write "
                "a formula to use the other options."
            )
        return by_specification(formula, panel, level=level)
    parsed = parse(formula)
    require_level(level)
    for text in (weights, include, exclude, by):
        require_type("" if text is None else text, str, _TEXTS)
    kinds, errors = _kinds(cluster)
    table, where = columns(panel, parsed), f"the panel '{panel.name}'"
    asked = Asked(
        parsed.text, parsed.outcome, tuple(map("^".join, parsed.effects)), kinds, weights, include,
        exclude, errors,
    )  # fmt: skip
    if by is not None:
        return _grouped(parsed, asked, panel, table, by, level)
    return _estimate(design(parsed, table, asked, where), asked, panel, level)


def _kinds(cluster: str | Iterable[str] | None) -> tuple[tuple[str, ...], str]:
    """Columns that rows are clustered by, and the kind of errors."""
    if cluster is None or cluster == "iid":
        return (), "classical" if cluster else "hc1"
    require_type(cluster, Iterable, "name a column, two in a tuple, None for HC1 or 'iid'")
    kinds = (cluster,) if isinstance(cluster, str) else tuple(cluster)
    if not 1 <= len(kinds) <= 2 or len(set(kinds)) < len(kinds):
        raise SpecificationError(
            f"Clusters are {list(kinds)}: name one column, or two different ones in a tuple, None "
            "for heteroskedasticity-robust errors (HC1) or 'iid' for classical ones."
        )
    return kinds, "cr1"


def _estimate(made: Design, asked: Asked, panel: Panel, level: float) -> FormulaEstimate:
    solved = solve(made)
    _require_terms(solved, asked)
    third, why = jackknife(made, solved.at)
    dof = solved.dof
    variances = np.diag(solved.covariance)
    errors = np.sqrt(np.where(variances > 0, variances, np.nan))
    errors3 = np.full(len(errors), np.nan) if third is None else np.sqrt(np.diag(third))
    names, years = made.index.get_level_values(0), made.index.get_level_values(1)
    terms = tuple(
        row(term, label_of(panel, term), b, se, dof, level, se3,
            mde=minimum_detectable_effect(float(se3), dof, level=level))
        for term, b, se, se3 in zip(
            solved.names, solved.coefficients, errors, errors3, strict=True
        )
    )  # fmt: skip
    return FormulaEstimate(
        specification=asked, outcome_label=label_of(panel, made.outcome),
        nouns=(panel.roles.entity, panel.roles.entities), terms=terms, n=len(made.y),
        n_entities=names.nunique(), n_years=years.nunique(), first_year=int(years.min()),
        last_year=int(years.max()), clusters=solved.clusters, dof=dof,
        cluster_counts=tuple(len(c.labels) for c in made.clusters), parameters=solved.parameters,
        within_r2=solved.r2, level=level, dropped=made.dropped, grid_rows=made.grid_rows,
        omitted=solved.omitted, covariance=solved.covariance,
        notes=tuple(_notes(made, solved, errors, why)),
    )  # fmt: skip


def _require_terms(solved: Solved, asked: Asked) -> None:
    """Refuse a figure that is left out; levels of factors and parts of products are noted."""
    parts = {part for name in solved.names if ":" in name for part in name.split(":")}
    parts |= {name for name in solved.omitted if "[" in name or "::" in name}
    if plain := [name for name in solved.omitted if name not in parts]:
        raise SpecificationError(
            f"Term '{plain[0]}' is absorbed by {' and '.join(asked.effects) or 'the constant'} or "
            "is a linear combination of the other terms: leave it out or choose other effects."
        )


def _notes(made: Design, solved: Solved, errors: np.ndarray, why: str) -> Iterable[str]:
    if solved.omitted:
        yield (
            f"Left out, because effects absorb them or other terms span them: "
            f"{', '.join(solved.omitted)}."
        )
    if not (errors > 0).all():
        names = [name for name, se in zip(solved.names, errors, strict=True) if not se > 0]
        yield (
            f"The variance of {', '.join(names)} is not positive, as happens with two-way "
            "clusters: there is no standard error, so cluster by one of the two."
        )
    if not solved.exact:
        yield "K counts one redundancy per pair of effects; more can only make K smaller."
    if made.clusters and len(solved.names) >= solved.clusters:
        yield (
            f"{solved.clusters} clusters carry {len(solved.names)} coefficients: each can be "
            "tested, but not all at once."
        )
    if why:
        yield why
    if [c.name for c in made.clusters] == ["entity"]:
        shape = tuple(made.index.get_level_values(i).nunique() for i in (0, 1))
        yield from warnings_for(("cr1",) if why else ("cr1", "cr3"), shape)


def _grouped(
    parsed: Formula, asked: Asked, panel: Panel, table: pd.DataFrame, by: str, level: float
) -> GroupedEstimate:
    where = f"the panel '{panel.name}'"
    require_known("column", by, table.columns, where)
    values, inside = table[by], chosen(table, asked, where)
    names = sorted(values[inside].dropna().unique())
    if not 2 <= len(names) <= _MANY:
        raise SpecificationError(
            f"Column '{by}' has {len(names)} groups: name one with two groups to {_MANY}."
        )
    designs, found = {}, {}
    for value in names:
        name = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        try:
            designs[name] = design(parsed, table[(values == value).to_numpy()], asked, where)
            found[name] = _estimate(designs[name], asked, panel, level)
        except SpecificationError as error:
            raise SpecificationError(f"Group {name} of {by}: {error}") from None
    tests, notes = differences({n: (designs[n], e.params.index) for n, e in found.items()})
    if lost := int((values.isna() & inside).sum()):
        notes += (f"{lost:,} rows without {by} are in no group.",)
    return GroupedEstimate(by=by, groups=tuple(found.items()), tests=tests, notes=notes)
