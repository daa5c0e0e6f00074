"""Which rows of a long table can be used, in which units, and how many parameters they carry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import SpecificationError
from analysis.models.effects import Absorbed
from analysis.models.rows import Dropped, numbers

__all__ = ["complete_rows", "free_parameters", "in_sds"]


def free_parameters(effects: Sequence[np.ndarray], clusters: np.ndarray) -> tuple[int, bool]:
    """Parameters besides the slopes (constant and effects not nested in clusters); whether exact.

    Up to two such effects this is the rank of their dummies, from the connected parts of the graph
    of levels (Abowd, Creecy and Kramarz 2002). For more it is Σ levels − (effects − 1), the count
    of R fixest, an upper bound. Effects and clusters are codes 0..levels−1.
    """
    free = [codes for codes in effects if not Absorbed("", codes).nested_in(clusters)]
    if not free:
        return 1, True
    levels = [int(codes.max()) + 1 for codes in free]
    if len(free) == 2:
        # Imported here: small panels never need graphs.
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        graph = coo_array(
            (np.ones(len(clusters), dtype=np.int8), (free[0], free[1] + levels[0])),
            shape=(sum(levels), sum(levels)),
        )
        return sum(levels) - int(connected_components(graph, directed=False)[0]), True
    return sum(levels) - (len(levels) - 1), len(levels) < 3


def complete_rows(
    frame: pd.DataFrame, variables: Sequence[str], codes: dict[str, np.ndarray],
    effects: Sequence[str],
) -> tuple[np.ndarray, tuple[Dropped, ...]]:  # fmt: skip
    """Rows with every figure, without those an effect fits perfectly."""
    kept, dropped = np.ones(len(frame), dtype=bool), []

    def drop(reason: str, bad: np.ndarray) -> None:
        if count := int((kept & bad).sum()):
            dropped.append(Dropped(reason, count))
            kept[bad] = False

    for name in variables:
        values = numbers(frame, name)
        if (endless := np.isinf(values)).any():
            raise SpecificationError(
                f"'{name}' is infinite in row {int(endless.argmax())}: a division by zero or the "
                "log of zero must become a missing value."
            )
        drop(f"{name} missing", np.isnan(values))
    for name, levels in codes.items():
        drop(f"{name} missing", levels < 0)
    lone = np.zeros(len(frame), dtype=bool)
    while True:
        alive = kept & ~lone
        for name in effects:
            few = np.bincount(codes[name][alive], minlength=int(codes[name].max()) + 1) == 1
            alive[alive] = ~few[codes[name][alive]]
        if alive.sum() == (kept & ~lone).sum():
            break
        lone = kept & ~alive
    drop("only row of a level", lone)
    return kept, tuple(dropped)


def in_sds(
    frame: pd.DataFrame, variables: Sequence[str], kept: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Variables in SDs under plain names: pyfixest's tolerances are absolute."""
    out, scale = {}, []
    for i, name in enumerate(variables):
        values = numbers(frame, name)[kept]
        size = float(np.abs(values).max()) or 1.0  # the square of a tiny number is zero
        spread = float((values / size).std()) * size
        if not spread > 0:
            raise SpecificationError(
                f"'{name}' does not vary in {len(values):,} rows: leave it out."
            )
        scale.append(spread)
        out[f"v{i}"] = (values - values.mean()) / spread
    return out, np.array(scale)
