"""A data set in which the figures on the right of every claim are a placebo.

Outcomes, initial controls, regions and maps stay as published. What is drawn anew are the measures
that stand on the right of a claim, down to the ingredients of indices; indices and composites are
then made of them with the published weights. Policies are dealt out anew among the entities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.claims.claim import Claim
from analysis.claims.families.families import FAMILIES, Draw, Figures, figures_of, seed_of
from analysis.claims.question import Question
from analysis.claims.study import Study
from analysis.data import Panel
from analysis.measures.coupling import COMPOSITES
from analysis.measures.indices import Weights, apply_weights, weights
from analysis.measures.weights import EPS

__all__ = ["Placebo", "Replaced", "placebo"]


@dataclass(frozen=True, eq=False)
class Replaced:
    """The figures of one placebo panel.

    Parameters
    ----------
    columns : mapping of str to ndarray
        New values of every column that is drawn or made of what is drawn, on the panel's index.
    study : Study
        With its policies dealt out anew.
    """

    columns: Mapping[str, np.ndarray]
    study: Study


@dataclass(frozen=True, eq=False)
class Placebo:
    """What the placebo panels of one data set and family have in common.

    Parameters
    ----------
    study, panel
        The study and the real figures with measures.
    family : str
        Of `FAMILIES`.
    figures : Figures
        The series that are drawn.
    draw : callable
        Draws them.
    indices : mapping of str to Weights
        Made of what is drawn, with the published weights.
    composites : tuple of str
        Made of indices.
    """

    study: Study
    panel: Panel
    family: str
    figures: Figures
    draw: Draw
    indices: Mapping[str, Weights]
    composites: tuple[str, ...]

    def replaced(self, number: int) -> Replaced:
        """Draw panel `number`; the same number gives the same figures in any order."""
        rng = seed_of(self.family, number)
        values = self.draw(rng)
        columns = {n: v.ravel() for n, v in zip(self.figures.names, values, strict=True)}
        index = self.panel.frame.index
        for name in self.indices:
            columns[name] = self._score(name, columns, index)
        for name in self.composites:
            item = self.study.measures.composites[name]
            scores = np.column_stack([columns[s] for s in item.systems])
            whole = np.isfinite(scores).all(axis=1)
            levels = scores[whole].clip(EPS, 1.0 + EPS) / (1.0 + EPS)
            columns[name] = np.full(len(scores), np.nan)
            columns[name][whole] = COMPOSITES[item.form](levels)
        return Replaced(columns, self.study.with_policies(self._dealt(rng)))

    def _score(
        self, name: str, columns: Mapping[str, np.ndarray], index: pd.MultiIndex
    ) -> np.ndarray:
        item = self.study.measures.index(name)
        frame = pd.DataFrame({n: columns[n] for n in item.ingredients}, index)
        drawn = replace(self.panel, frame=frame)
        return apply_weights(drawn, self.study.measures, self.indices[name]).to_numpy()

    def _dealt(self, rng: np.random.Generator) -> pd.DataFrame:
        """Deal out the entities of the policies anew, inside regions where the family does."""
        names = np.array(self.figures.entities)
        groups = np.zeros(len(names)) if self.figures.regions is None else self.figures.regions
        if not FAMILIES[self.family].inside_regions:
            groups = np.zeros(len(names))
        new = names.copy()
        for code in np.unique(groups):
            at = np.flatnonzero(groups == code)
            new[at] = names[rng.permutation(at)]
        table = self.study.policies
        return table.assign(entity=table["entity"].replace(dict(zip(names, new, strict=True))))

    def question(self, claim: Claim, found: Replaced) -> Question:
        """Put a claim to one placebo panel: what stands on its left is real, on its right drawn."""
        left = {
            claim.outcome,
            *claim.secondary.outcomes,
            *claim.secondary.held,
            *(p.less for p in claim.parts if p.less),
        }
        left |= set(self.study.negative_controls(claim.unit)) & set(self.panel.frame.columns)
        left |= set((claim.specification or {}).get("initial", ()))
        for name in tuple(left):
            left |= set(self._made_of(name))
        right = {*claim.regressors, *claim.secondary.regressors, claim.setup.get("by", "")} - {""}
        for name in tuple(right):
            right |= set(self._made_of(name))
        frame = self.panel.frame
        shared = {word.split()[1] for word in claim.setup.get("maps", ()) if " " in word}
        columns = {n: frame[n].to_numpy() for n in (left | shared) if n in frame}
        columns |= {n: found.columns.get(n, frame[n].to_numpy()) for n in right - left}
        lean = replace(self.panel, frame=pd.DataFrame(columns, frame.index))
        return Question(claim, lean, found.study)

    def _made_of(self, name: str) -> tuple[str, ...]:
        measures = self.study.measures
        if name in measures.composites:
            systems = measures.composites[name].systems
            return (*systems, *(i for s in systems for i in self._made_of(s)))
        return tuple(measures.index(name).ingredients) if name in measures.indices else ()


def placebo(study: Study, dataset: str, family: str) -> Placebo:
    """Prepare the placebo panels of a data set.

    Raises
    ------
    UnknownNameError, DataError
        No such family, or one that needs regions the entities do not have.
    """
    panel, measures = study.panel(dataset), study.measures
    wanted: dict[str, None] = {}
    for claim in study.runs(dataset=dataset):
        if claim.declared and claim.regressors:
            right = (*claim.regressors, *claim.secondary.regressors, claim.setup.get("by", ""))
            wanted |= dict.fromkeys(name for name in right if name in panel)
    composites = [n for n in wanted if n in measures.composites]
    wanted |= dict.fromkeys(s for n in composites for s in measures.composites[n].systems)
    indices = {n: weights(panel, measures, n) for n in wanted if n in measures.indices}
    wanted |= dict.fromkeys(i for n in indices for i in measures.index(n).ingredients)
    drawn = [n for n in wanted if n not in measures.composites and n not in measures.indices]
    figures = figures_of(panel, drawn)
    draw = FAMILIES[family].prepare(figures)
    return Placebo(study, panel, family, figures, draw, indices, tuple(composites))
