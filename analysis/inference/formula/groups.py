"""Whether coefficients differ between groups: the fully interacted regression and its Wald test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from analysis.inference.formula.design import Design, Levels
from analysis.inference.formula.result import Difference
from analysis.inference.formula.solve import Solved, solve

__all__ = ["differences", "interacted"]

_SINGULAR = 1e12  # condition beyond which contrasts repeat each other


def differences(
    groups: Mapping[str, tuple[Design, Iterable[str]]],
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Test each term, and all of them, for equality over groups: tests and notes on them.

    `groups` holds a design and the terms that have a coefficient there. The constant is not tested,
    and a level of a factor only where all groups have the same terms: it is measured from the level
    left out, which is another one where a group lacks levels.
    """
    parts = {name: _narrowed(design, list(terms)) for name, (design, terms) in groups.items()}
    first, *others = (part.names for part in parts.values())
    shared = [t for t in first if t != "Intercept" and all(t in other for other in others)]
    notes = (
        "Equality: Wald tests in the regression with every term and every effect interacted with "
        "the group; F with G−1 degrees of freedom.",
    )
    if any(set(other) != set(first) for other in others):
        shared = [t for t in shared if "[" not in t and "::" not in t]
        notes += ("Terms that are not the same in all groups are not tested for equality.",)
    return tuple(_tests(solve(interacted(parts)), tuple(parts), shared)), notes


def interacted(groups: Mapping[str, Design]) -> Design:
    """Stack the designs of groups: every term and every effect has a life of its own in each.

    Terms are called "group|term". Clusters keep their names, so that one which lies in two groups
    is one.
    """
    designs = list(groups.values())
    first, blocks = designs[0], [_centred(d) for d in designs]
    wide = np.zeros((sum(map(len, blocks)), sum(block.shape[1] for block in blocks)))
    row = column = 0
    for block in blocks:
        wide[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]

    def joined(kind: str, apart: bool) -> tuple[Levels, ...]:
        each = zip(*(getattr(d, kind) for d in designs), strict=True)
        return tuple(_joined(levels, apart) for levels in each)

    return replace(
        first, index=first.index.append([d.index for d in designs[1:]]),
        names=tuple(f"{name}|{term}" for name, d in groups.items() for term in d.names),
        y=np.concatenate([d.y for d in designs]), x=wide, intercept=False,
        effects=joined("effects", True), clusters=joined("clusters", False),
        weights=None if first.weights is None else np.concatenate([d.weights for d in designs]),
    )  # fmt: skip


def _narrowed(design: Design, terms: list[str]) -> Design:
    at = [design.names.index(term) for term in terms]
    return replace(design, names=tuple(terms), x=design.x[:, at])


def _centred(design: Design) -> np.ndarray:
    """Terms around their means beside a constant: the slopes are the same, the digits safer."""
    x = design.x.copy()
    if design.intercept or design.effects:
        slopes = x[:, int(design.intercept) :]
        slopes -= np.average(slopes, axis=0, weights=design.weights)
    return x


def _joined(levels: Sequence[Levels], apart: bool) -> Levels:
    """One grouping of the stacked rows; levels of the same name are one, or one in each group."""
    keys = [
        (at if apart else 0, label)
        for at, one in enumerate(levels)
        for label in np.array(one.labels, dtype=object)[one.codes]
    ]
    codes, found = pd.factorize(pd.MultiIndex.from_tuples(keys), sort=True)
    return Levels(levels[0].name, codes, tuple(str(label) for _, label in found))


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
        yield _wald("all terms", np.vstack(blocks), solved)


def _wald(term: str, contrast: np.ndarray, solved: Solved) -> Difference:
    """W = (Rb)'(RVR')⁻¹(Rb); no answer where clusters are too few for so many contrasts."""
    gap, q, dof = contrast @ solved.coefficients, len(contrast), solved.dof
    spread = contrast @ solved.covariance @ contrast.T
    size = np.sqrt(np.maximum(np.diag(spread), 0))
    none = Difference(term, float("nan"), q, dof, float("nan"))
    if q > dof or not (size > 0).all():
        return none
    unit = spread / np.outer(size, size)
    if np.linalg.cond(unit) > _SINGULAR:
        return none
    f = float((gap / size) @ np.linalg.solve(unit, gap / size)) / q
    return Difference(term, f, q, dof, float(fdtrc(q, dof, f))) if f >= 0 else none
