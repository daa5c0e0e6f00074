"""Whether coefficients differ between groups: the fully interacted regression and its Wald test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from analysis.inference.formula.design import Design, Levels
from analysis.inference.formula.result import Difference
from analysis.inference.formula.solve import Solved, solve

__all__ = ["differences", "interacted"]

_ALL = "all terms"


def interacted(names: Sequence[str], designs: Sequence[Design]) -> Design:
    """Stack the designs of groups: every term and every effect has a life of its own in each.

    Terms are called "group|term". Levels of effects are those of each group; a constant becomes one
    effect, the group. Clusters keep their names, so that one which lies in two groups is one.
    """
    first = designs[0]
    sizes = [len(d.y) for d in designs]
    x = [d.x[:, 1:] if d.intercept else d.x for d in designs]
    wide = np.zeros((sum(sizes), sum(part.shape[1] for part in x)))
    row = column = 0
    for part in x:
        wide[row : row + len(part), column : column + part.shape[1]] = part
        row, column = row + len(part), column + part.shape[1]
    group = Levels("group", np.repeat(np.arange(len(sizes)), sizes), tuple(names))
    effects = [_joined([d.effects[i] for d in designs], True) for i in range(len(first.effects))]
    weights = None if first.weights is None else np.concatenate([d.weights for d in designs])
    return replace(
        first, index=first.index.append([d.index for d in designs[1:]]),
        names=tuple(
            f"{name}|{term}" for name, d in zip(names, designs, strict=True)
            for term in d.names[d.intercept :]
        ),
        y=np.concatenate([d.y for d in designs]), x=wide, intercept=False,
        effects=tuple(effects) or ((group,) if first.intercept else ()),
        clusters=tuple(
            _joined([d.clusters[i] for d in designs], False) for i in range(len(first.clusters))
        ),
        weights=weights,
    )  # fmt: skip


def differences(
    names: Sequence[str], designs: Sequence[Design], terms: Sequence[str]
) -> tuple[Difference, ...]:
    """Test each term, and all of them, for equality over the groups; Σ constant is not tested."""
    solved = solve(interacted(names, designs))
    return tuple(_tests(solved, names, [t for t in terms if t != "Intercept"]))


def _tests(solved: Solved, names: Sequence[str], terms: Sequence[str]) -> Iterator[Difference]:
    place = {name: i for i, name in enumerate(solved.names)}
    blocks = []
    for term in terms:
        at = [place[f"{name}|{term}"] for name in names]
        contrast = np.zeros((len(at) - 1, len(place)))
        contrast[:, at[0]] = -1.0
        contrast[np.arange(len(at) - 1), at[1:]] = 1.0
        blocks.append(contrast)
        yield _wald(term, contrast, solved)
    if len(blocks) > 1:
        yield _wald(_ALL, np.vstack(blocks), solved)


def _wald(term: str, contrast: np.ndarray, solved: Solved) -> Difference:
    """W = (Rb)'(RVR')⁻¹(Rb); no answer where clusters are too few for so many contrasts."""
    gap, q, dof = contrast @ solved.coefficients, len(contrast), solved.clusters - 1
    spread = contrast @ solved.covariance @ contrast.T
    size = np.sqrt(np.diag(spread))
    if q > dof or not (size > 0).all():
        return Difference(term, float("nan"), q, dof, float("nan"))
    unit = spread / np.outer(size, size)
    if np.linalg.cond(unit) > 1e12:
        return Difference(term, float("nan"), q, dof, float("nan"))
    f = float((gap / size) @ np.linalg.solve(unit, gap / size)) / q
    return Difference(term, f, q, dof, float(fdtrc(q, dof, f)) if f > 0 else float("nan"))


def _joined(levels: Sequence[Levels], apart: bool) -> Levels:
    """One grouping of the stacked rows; levels of the same name are one, or one in each group."""
    keys = [
        (at if apart else 0, label)
        for at, one in enumerate(levels)
        for label in np.array(one.labels, dtype=object)[one.codes]
    ]
    codes, found = pd.factorize(pd.MultiIndex.from_tuples(keys), sort=True)
    return Levels(levels[0].name, codes, tuple(str(label) for _, label in found))
