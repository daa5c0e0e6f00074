"""Adding every declared measure, index and composite to a panel, each with its ``Variable``."""

from __future__ import annotations

import pandas as pd

from analysis.data import Panel, Variable
from analysis.measures.coupling import COMPOSITES
from analysis.measures.declarations import Composite, Declarations, Declared, Index, Measure, inputs
from analysis.measures.indices import Weights, apply_weights, ingredient_frame, weights
from analysis.measures.ratios import compute, lacking
from analysis.measures.weights import EPS


def build(panel: Panel, declared: Declarations) -> Panel:
    """Return the panel with all declared measures, indices and composites it has series for.

    Columns the panel already holds under a declared name are left as they are. What could not be
    built is told by ``missing_measures``; cells that could not be computed are counted in the notes
    of each variable.

    Parameters
    ----------
    panel : Panel
        Raw series.
    declared : Declarations
        From `read_declarations`.

    Returns
    -------
    Panel
        A new one; the one given is not changed.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> built = build(panel, read_study("patient_capital").measures)
    >>> "gov" in panel, "gov" in built
    (False, True)
    """
    for block in (declared.measures, declared.indices, declared.composites):
        columns: dict[str, pd.Series] = {}
        described: dict[str, Variable] = {}
        for item in block.values():
            if item.name not in panel and _possible(item, panel, declared):
                values, notes = _computed(item, panel, declared)
                columns[item.name] = values
                described[item.name] = _variable(item, declared, panel, values, notes)
        if columns:
            panel = panel.with_columns(pd.DataFrame(columns, index=panel.frame.index), described)
    return panel


def missing_measures(panel: Panel, declared: Declarations) -> pd.DataFrame:
    """Return what ``build`` cannot add to a panel and why: columns measure, lacks.

    ``lacks`` names raw series for a measure and the missing ingredients for an index or composite.
    Works on a raw and on a built panel. Blocks declared for another dataset only are left out.

    Parameters
    ----------
    panel : Panel
        Raw series.
    declared : Declarations
        From `read_declarations`.

    Returns
    -------
    DataFrame
        One row per measure that cannot be built; empty if all can.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> declared = read_study("patient_capital").measures
    >>> list(missing_measures(panel, declared))
    ['measure', 'lacks']
    """
    reasons: dict[str, str] = {}
    for item in declared:
        if item.name in panel:
            continue
        if isinstance(item, Measure):
            short = lacking(item, panel) if _meant_for(item, panel) else ()
        else:
            short = [name for name in inputs(item) if name in reasons]
            if isinstance(item, Index) and not short and not _estimable(panel, item, declared):
                short = ["complete rows in which an ingredient varies"]
        if short:
            reasons[item.name] = ", ".join(short)
    return pd.DataFrame(list(reasons.items()), columns=["measure", "lacks"])


def _possible(item: Declared, panel: Panel, declared: Declarations) -> bool:
    if not all(name in panel for name in inputs(item)):
        return False
    if isinstance(item, Index):
        return _estimable(panel, item, declared)
    return not isinstance(item, Measure) or _meant_for(item, panel)


def _meant_for(item: Measure, panel: Panel) -> bool:
    return not item.only or panel.name in item.only or panel.roles.like in item.only


def _estimable(panel: Panel, item: Index, declared: Declarations) -> bool:
    complete = ingredient_frame(panel, declared, item).dropna()
    return bool((complete.max() > complete.min()).any())


def _computed(item: Declared, panel: Panel, declared: Declarations) -> tuple[pd.Series, str]:
    """Return the values of a declared column on the index of the panel, and a note on them."""
    if isinstance(item, Measure):
        values, count = compute(item, panel)
        return values, str(count)
    if isinstance(item, Composite):
        return composed(panel, item), _LEVEL_NOTE
    found = weights(panel, declared, item.name)
    return apply_weights(panel, declared, found), _weights_note(found)


def _weights_note(found: Weights) -> str:
    shares = ", ".join(f"{name} {value:.3f}" for name, value in found.by_ingredient.items())
    lost = "; ".join(f"{reason} {n}" for reason, n in found.dropped.items())
    dropped = f" Rows dropped: {found.rows_dropped} ({lost})." if found.rows_dropped else ""
    against = f" Against the first component: {', '.join(found.against)}." if found.against else ""
    return f"Weights ({found.scheme}): {shares}. Complete rows: {found.rows}.{dropped}{against}"


_LEVEL_NOTE = (
    "Scores are divided by one plus the shift of the scaling, so that levels lie in (0, 1]."
)


def composed(panel: Panel, item: Composite) -> pd.Series:
    """Combine scores as levels in (0, 1], score / (1 + shift); missing where a system is."""
    levels = panel.frame[list(item.systems)].dropna() / (1.0 + EPS)
    values = COMPOSITES[item.form](levels.to_numpy())
    return pd.Series(values, index=levels.index).reindex(panel.frame.index).rename(item.name)


def _variable(
    item: Declared, declared: Declarations, panel: Panel, values: pd.Series, notes: str
) -> Variable:
    """Describe a column: what it is, what it is made of, when it is observed, what it stands for.

    ``series`` lists every raw series behind the column and ``scale`` those among them that serve
    only as size denominators. Publisher, table, compilation and licence are those of the raw
    series.
    """
    made_of = declared.ingredients(item.name)
    raw = [panel.describe(name) for name in made_of.series]
    seen = sorted({int(y) for y in values.dropna().index.get_level_values("year")})
    first, last = (seen[0], seen[-1]) if seen else (None, None)
    gaps = tuple(str(y) for y in range(first, last) if y not in set(seen)) if seen else ()
    proxy = f"A proxy for {item.proxy_for}." if item.proxy_for else ""
    remark = f"Years: {item.years}." if item.years else ""
    source = {
        key: "; ".join(dict.fromkeys(filter(None, (getattr(v, key) for v in raw))))
        for key in ("publisher", "table", "compiled_via", "licence")
    }
    return Variable(
        **source,
        name=item.name,
        label_en=item.label_en,
        label_zh=item.label_zh,
        definition=item.definition,
        unit=item.unit.stored,
        processing=_processing(item),
        first_year=first,
        last_year=last,
        gaps=gaps,
        notes=" ".join(text for text in (proxy, remark, notes) if text),
        series=made_of.series,
        scale=made_of.scale,
        formula=declared.formula(item.name),
        side=item.side,
        direction=item.direction if isinstance(item, Measure) else 1,
    )


def _processing(item: Declared) -> str:
    if isinstance(item, Index):
        return "index"
    if item.proxy_for:
        return "proxy"
    return "ratio" if isinstance(item, Measure) and item.denominator else "derived"
