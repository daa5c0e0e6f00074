"""Whether an index's slope depends on its weights: the regression under many random weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.claims.designs.derived import Regression, place
from analysis.claims.designs.within import recipe
from analysis.claims.finding import Check
from analysis.claims.question import Question
from analysis.data import Panel
from analysis.errors import require_seed
from analysis.measures import Declarations
from analysis.models import estimation_rows
from analysis.models.design import build_design, split_effects

__all__ = ["reweighted_slopes", "reweighting_check"]

DRAWS = 200
SEED = 20261125
_ASKS = "Does the sign survive other weights of the indices?"


def reweighting_check(
    question: Question,
    regression: Regression,
    estimate: float,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Check:
    """Estimate a plain regression again with random (Dirichlet) and with equal weights.

    Parameters
    ----------
    question : Question
        Gives the indices of the study and the share that has to keep the sign.
    regression : Regression
        With indices on either side as they stand in the panel; designs with derived columns are
        not asked, because every draw would need a column of its own design.
    estimate : float
        The leading estimate.
    draws, seed : int
        Random weights, uniform over all weights that add to one.
    """
    spec = regression.spec
    parts = regression.term.split(":")
    made = recipe(parts) if len(parts) > 1 else {}
    plain = regression.focal in (regression.term, *made) and set(parts) <= set(spec.regressors)
    if not plain or not {*parts, spec.outcome} & question.measures.indices.keys():
        return Check("weights", _ASKS, "No index stands in this regression as it is.", None)
    signs = np.sign(reweighted_slopes(regression, question.measures, draws, seed)) == np.sign(
        estimate
    )
    share = float(signs[1:].mean())
    equal = "keep" if signs[0] else "turn"
    found = f"{share:.0%} of {draws} random weightings keep the sign; equal weights {equal} it."
    kept = share if signs[0] else 0.0
    return Check("weights", _ASKS, found, kept >= question.rules.reweighted, share=kept)


def reweighted_slopes(
    regression: Regression, measures: Declarations, draws: int = DRAWS, seed: int = SEED
) -> np.ndarray:
    """Return the focal slope with equal weights, then with each random weighting.

    All draws share the rows of the regression, because an index is observed where all of its
    ingredients are; so effects are taken out of every draw's columns at once.

    Returns
    -------
    ndarray, shape (1 + draws,)
    """
    spec, panel = regression.spec, regression.panel
    rows = estimation_rows(spec, panel)
    design = build_design(spec, panel, rows)
    names = [name for name in (spec.outcome, *spec.regressors) if name in measures.indices]
    scores = _scores(panel, names, measures, draws, seed)
    columns = _columns(regression, rows.frame, scores, draws + 1)
    stacked = np.concatenate(list(columns.values()), axis=1)
    clean = split_effects(stacked, design.absorbed, design.clusters)[2]
    y, *x = np.split(clean, len(columns), axis=1)
    systems = np.stack(x, axis=-1).transpose(1, 0, 2)  # (draws, n, k)
    scale = systems.std(axis=1, keepdims=True)
    systems = systems / scale
    gram = np.einsum("dnk,dnl->dkl", systems, systems)
    slopes = np.linalg.solve(gram, np.einsum("dnk,nd->dk", systems, y)[..., None])[..., 0]
    at = place(list(columns)[1:], regression.focal)
    return slopes[:, at] / scale[:, 0, at]


def _scores(
    panel: Panel, names: list[str], measures: Declarations, draws: int, seed: int
) -> dict[str, pd.DataFrame]:
    """Scores of every index on the panel, one column per weighting; column 0 weighs equally."""
    from analysis.measures.indices import directions, ingredient_frame
    from analysis.measures.weights import minmax

    rng, out = np.random.default_rng(require_seed(seed)), {}
    for name in names:
        index = measures.index(name)
        complete = ingredient_frame(panel, measures, index).dropna()
        scaled = minmax(complete.to_numpy(), directions(index, measures))
        k = scaled.shape[1]
        weights = np.vstack([np.full(k, 1 / k), rng.dirichlet(np.ones(k), size=draws)])
        out[name] = pd.DataFrame(scaled @ weights.T, index=complete.index).reindex(
            panel.frame.index
        )
    return out


def _columns(
    regression: Regression, frame: pd.DataFrame, scores: Mapping[str, pd.DataFrame], draws: int
) -> dict[str, np.ndarray]:
    """Outcome and terms on the rows used, each of shape (n, draws); products centred."""
    spec, names = regression.spec, regression.term.split(":")
    made = recipe(names) if len(names) > 1 else {}
    entity = np.unique(frame.index.codes[0], return_inverse=True)[1]
    rows = np.bincount(entity)[:, None]

    def entity_means(values: np.ndarray) -> np.ndarray:
        summed = np.zeros((len(rows), values.shape[1]))
        np.add.at(summed, entity, values)
        return (summed / rows)[entity]

    def values(name: str, lag: int, column: str) -> np.ndarray:
        if name not in scores:
            return np.repeat(frame[column].to_numpy()[:, None], draws, axis=1)
        moved = scores[name].groupby(level=0).shift(lag) if lag else scores[name]
        return moved.reindex(frame.index).to_numpy()

    out = {"": values(spec.outcome, 0, "")}
    for name in spec.slopes:
        pieces = name.split(":")
        if len(pieces) > 1 and set(pieces) <= set(out):  # a declared product of three
            out[name] = np.prod([out[n] - out[n].mean(axis=0) for n in pieces], axis=0)
        elif name in made:  # of means and movements of what stands before it
            means, moving = made[name]
            factors = [entity_means(out[part]) for part in means]
            factors += [out[part] - entity_means(out[part]) for part in moving]
            out[name] = np.prod(factors, axis=0)
        else:
            out[name] = values(name, spec.lag_of(name), name)
    for a, b in spec.interactions:
        out[f"{a}:{b}"] = (out[a] - out[a].mean(axis=0)) * (out[b] - out[b].mean(axis=0))
    return out
