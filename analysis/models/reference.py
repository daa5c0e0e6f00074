"""The same regression by linearmodels: another program on the same rows, to compare with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.data import Panel
from analysis.models.design import build_design
from analysis.models.effects import Absorbed
from analysis.models.rows import estimation_rows
from analysis.models.specification import Specification

__all__ = ["library_slopes"]


def library_slopes(spec: Specification, panel: Panel, effects: Sequence[str] = ()) -> pd.Series:
    """Return the slopes of a specification as ``AbsorbingLS`` of linearmodels solves it.

    It takes effects out by iteration (LSMR), where `fit` takes them out exactly, so the two share
    the rows and nothing else.

    Parameters
    ----------
    spec, panel
        As for `fit`.
    effects
        Other columns with which the rows are shared.

    Returns
    -------
    Series
        By term, in units of the outcome per unit of the term.
    """
    # Imported here: it takes about a second, and reading the data or the ledger needs none of it.
    from linearmodels.iv.absorbing import AbsorbingLS, Interaction

    design = build_design(spec, panel, estimation_rows(spec, panel, effects or None))

    def category(effect: Absorbed) -> pd.Series:
        return pd.Series(pd.Categorical(effect.codes), name=effect.name)

    dummies = pd.DataFrame({a.name: category(a) for a in design.absorbed if a.slope is None})
    slopes = [
        Interaction(cat=category(a).to_frame(), cont=pd.DataFrame({"slope": a.slope}))
        for a in design.absorbed
        if a.slope is not None
    ]
    # On one scale: yuan beside a share differ by 1e13, where least squares loses the small one.
    x_sd, y_sd = (values.std(axis=0) for values in (design.x, design.y))
    x = pd.DataFrame(design.x / x_sd, columns=list(spec.terms))
    y = pd.Series(design.y / y_sd, name="outcome")
    # The default tolerance of 1e-8 is too loose to compare ten digits.
    tight = {"atol": 1e-14, "btol": 1e-14, "conlim": 1e14, "maxiter": 10_000}
    model = AbsorbingLS(y, x, absorb=dummies, interactions=slopes or None)
    found = model.fit(method="lsmr", absorb_options=tight, use_cache=False)
    return pd.Series(np.asarray(found.params) * y_sd / x_sd, index=list(spec.terms))
