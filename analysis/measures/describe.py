"""The ``Variable`` of a declared measure, index or composite."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.data import Panel, Variable
from analysis.measures.declarations import Declarations, Declared, Index, Measure


def variable(
    item: Declared, declared: Declarations, panel: Panel, values: pd.Series, notes: str = ""
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
    return Variable(
        name=item.name,
        label_en=item.label_en,
        label_zh=item.label_zh,
        definition=item.definition,
        unit=item.unit.stored,
        publisher=_joined(v.publisher for v in raw),
        table=_joined(v.table for v in raw),
        processing=_processing(item),
        first_year=first,
        last_year=last,
        gaps=gaps,
        notes=" ".join(text for text in (proxy, remark, notes) if text),
        compiled_via=_joined(v.compiled_via for v in raw),
        licence=_joined(v.licence for v in raw),
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
    if isinstance(item, Measure) and item.denominator:
        return "ratio"
    return "derived"


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
