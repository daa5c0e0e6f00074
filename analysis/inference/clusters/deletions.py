"""One slope without each cluster in turn, with its error and the SDs of the sample that is left."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.special import stdtr

from analysis.data import Panel
from analysis.inference.clusters.shared_rows import SharedRows, share_rows
from analysis.models import Specification, estimation_rows
from analysis.models.design import build_design

__all__ = ["deletion_table", "deletions"]


def deletions(
    spec: Specification, panel: Panel, term: str, effects: Iterable[str] | None = None
) -> pd.DataFrame:
    """Estimate a regression without each cluster in turn, all effects anew.

    Parameters
    ----------
    spec, panel
        As for `estimate`.
    term : str
        Coefficient, as it stands in `spec.terms`.
    effects : iterable of str, optional
        Columns that share the rows, as in `estimation_rows`.

    Returns
    -------
    DataFrame
        One row a cluster left out: ``cluster``, ``estimate`` and ``se`` (CR1) in within-SDs of the
        rows that are left, ``p`` with t(G−2). Dividing by the SDs of all rows would let the one
        entity that makes them decide how large every other estimate looks.
    """
    rows = estimation_rows(spec, panel, effects)
    design = build_design(spec, panel, rows)
    first = spec.terms.index(term)
    order = [first, *(j for j in range(len(spec.terms)) if j != first)]
    around = build_design(spec.with_effects("two_way"), panel, rows)
    return deletion_table(
        share_rows(design),
        share_rows(around, levels_only=True),
        design.y[None],
        design.x[None][..., order],
    )[0]


def deletion_table(
    rows: SharedRows, plain: SharedRows, y: np.ndarray, x: np.ndarray
) -> list[pd.DataFrame]:
    """Do so for P regressions of y (P, n) on x (P, n, k), the first term in question.

    `plain` holds entity and year effects alone, by which SDs are counted.
    """
    found = rows.slopes(y, x, errors_without=True)
    sd = plain.sd_without(np.stack([y, x[..., 0]], axis=-1))
    scale = sd[..., 1] / sd[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(len(rows.labels) - 2, -np.abs(found.without / found.se_without))
    return [
        pd.DataFrame({"cluster": rows.labels, "estimate": b, "se": se, "p": one})
        for b, se, one in zip(found.without * scale, found.se_without * scale, p, strict=True)
    ]
