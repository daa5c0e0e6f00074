"""Panel regressions with few clusters, and the evidence book that is made with them.

>>> import pandas as pd
>>> import analysis
>>> table = pd.DataFrame({
...     "firm": list("aaabbbccc"), "t": [2001, 2002, 2003] * 3,
...     "x": [1.0, 2, 4, 2, 2, 3, 5, 1, 0], "y": [1.0, 3, 4, 1, 2, 2, 6, 2, 2],
... })
>>> panel = analysis.Panel.from_frame(table, entity="firm", year="t")
>>> analysis.estimate("y ~ x | entity + year", panel).params.round(3).to_dict()
{'x': 0.906}

Names are imported when first asked for, so `import analysis` costs next to nothing.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "data.load": ["load"],
        "data.panel": ["Panel"],
        "display.plot": ["plot"],
        "inference.formula": ["estimate"],
        "inference.tables.coverage": ["balance"],
        "inference.tables.models": ["models_table"],
        "inference.tables.summary": ["correlations", "describe"],
        "measures.winsorise": ["winsorise"],
        "models.specification": ["Sample", "Specification"],
    },
)
