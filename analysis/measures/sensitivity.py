"""How far ranks and grades depend on choices nobody can defend: weights and scaling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtr

from analysis.data import Panel
from analysis.errors import SpecificationError, require_seed
from analysis.measures.coupling import coupling, grade
from analysis.measures.declarations import Declarations
from analysis.measures.indices import directions, ingredient_frame, score
from analysis.measures.weights import EPS, SCHEMES, Floats, minmax

SEED = 20211


def rank_sensitivity(
    panel: Panel, declared: Declarations, index: str, draws: int = 200, seed: int = SEED
) -> pd.DataFrame:
    """Rank entities by an index under every weighting scheme and under random weights.

    An entity's standing is its mean score less the mean score of the year, so that an entity
    observed only in late years gains nothing by a rising index. Rank 1 is the highest.

    Parameters
    ----------
    panel, declared, index
        A panel, declarations and the name of an index among them.
    draws
        Random weights from the uniform Dirichlet distribution, each a rank of its own.
    seed
        Seed of the draws.

    Returns
    -------
    DataFrame
        Indexed by entity, sorted by the rank under entropy weights: one column per scheme
        (``entropy``, ``equal``, ``pca``, ``critic``, ``topsis``), and ``random_p05``,
        ``random_p50``, ``random_p95`` with the range of ranks under random weights.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> declared = read_study("patient_capital").measures
    >>> ranks = rank_sensitivity(load("china"), declared, "pcp", draws=20)
    >>> ranks.shape, sorted(ranks["entropy"].astype(int).head(3))
    ((31, 8), [1, 2, 3])
    """
    if draws < 1:
        raise SpecificationError(f"{draws} random weightings give no range: ask for one or more.")
    item = declared.index(index)
    ranks = {
        scheme: _standing(score(panel, declared, index, scheme)).rank(ascending=False)
        for scheme in (*SCHEMES, "topsis")
    }
    complete = ingredient_frame(panel, declared, item).dropna()
    z = minmax(complete.to_numpy(), directions(item, declared))
    mean = _standing(pd.DataFrame(z, index=complete.index, columns=complete.columns))
    w = np.random.default_rng(require_seed(seed)).dirichlet(np.ones(z.shape[1]), size=draws)
    drawn = _ranks(-(mean.to_numpy() @ w.T))
    table = pd.DataFrame(ranks).reindex(mean.index)
    for name, share in (("random_p05", 5), ("random_p50", 50), ("random_p95", 95)):
        table[name] = np.percentile(drawn, share, axis=1)
    return table.sort_values(["entropy", "equal"]).rename_axis("entity")


def _standing(scores: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Mean over years of the score less the mean of the year."""
    seen = scores.dropna()
    centred = seen - seen.groupby(level="year").transform("mean")
    return centred.groupby(level="entity").mean()


def _ranks(x: Floats) -> Floats:
    """Rank each column, ties at their mean; scipy.stats would take half a second to import."""
    return pd.DataFrame(x).rank().to_numpy()


SCALINGS: Mapping[str, Callable[[Floats], Floats]] = {
    "levels": lambda x: x,
    "logs": np.log,
    "ranks": _ranks,
    "normal": lambda x: ndtr((x - x.mean(axis=0)) / x.std(axis=0)),
}
"""What is done to ingredients before they are scaled by their range."""


def grade_sensitivity(
    panel: Panel,
    declared: Declarations,
    indices: Iterable[str],
    schemes: Iterable[str] = ("entropy", "equal"),
) -> pd.DataFrame:
    """Mean coordination degree and its grade under scalings, weights and forms.

    All rows of the table use the same entity-years: those on which every ingredient of every index
    is observed and, for logs, above zero.

    Parameters
    ----------
    panel
        With the ingredients or their raw series.
    declared, indices
        Declarations and two or more indices among them, the systems.
    schemes
        Weighting schemes to cross with the scalings.

    Returns
    -------
    DataFrame
        One row per scaling (``levels``, ``logs``, ``ranks``, and ``normal`` for z-scores through
        the normal distribution), scheme and form, with columns ``mean_u_<index>``, ``mean_c``,
        ``mean_t``, ``mean_d``, ``grade_en``, ``grade_zh``, ``corr_d_t`` (pooled),
        ``corr_d_t_within`` (entity and year means taken off) and ``rows``.

    Raises
    ------
    SpecificationError
        If fewer than two indices are given, or no row is complete and positive.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> declared = read_study("patient_capital").measures
    >>> found = grade_sensitivity(load("china"), declared, ["pcp", "ifin"], ["equal"])
    >>> found.shape, bool(found["mean_d"].between(0, 1).all())
    ((8, 10), True)
    """
    names = list(indices)
    if len(names) < 2:
        raise SpecificationError("Grades need at least two indices: name the systems to couple.")
    frames = _common_rows(panel, names, declared)
    signs = {name: directions(declared.index(name), declared) for name in names}
    rows = []
    for scaling, change in SCALINGS.items():
        x = {name: change(frame.to_numpy()) for name, frame in frames.items()}
        for scheme in schemes:
            u = np.column_stack([_level(x[name], signs[name], scheme) for name in names])
            for form in ("classic", "wang2021"):
                key = {"scaling": scaling, "scheme": scheme, "form": form}
                rows.append(key | _graded(u, form, names, frames[names[0]].index))
    return pd.DataFrame(rows).set_index(["scaling", "scheme", "form"])


def _common_rows(panel: Panel, names: list[str], declared: Declarations) -> dict[str, pd.DataFrame]:
    frames = {name: ingredient_frame(panel, declared, declared.index(name)) for name in names}
    joined = pd.concat(frames, axis=1).dropna()
    joined = joined[(joined > 0).all(axis=1)]
    if len(joined) < 2:
        raise SpecificationError(
            f"The indices {', '.join(names)} have {len(joined)} rows in common with all "
            "ingredients above zero: use indices observed in the same years."
        )
    return {name: frame.loc[joined.index] for name, frame in frames.items()}


def _level(x: Floats, signs: Floats, scheme: str) -> Floats:
    w = SCHEMES[scheme](x, signs, EPS)
    return (minmax(x, signs) + EPS) @ w / (1.0 + EPS)


def _graded(u: Floats, form: str, names: list[str], index: pd.MultiIndex) -> dict[str, object]:
    found = coupling(u, form)
    verbal = grade(float(found.D.mean()))
    means = {f"mean_u_{name}": u[:, i].mean() for i, name in enumerate(names)}
    return means | {
        "mean_c": found.C.mean(),
        "mean_t": found.T.mean(),
        "mean_d": found.D.mean(),
        "grade_en": verbal.en,
        "grade_zh": verbal.zh,
        "corr_d_t": np.corrcoef(found.D, found.T)[0, 1],
        "corr_d_t_within": np.corrcoef(_within(found.D, index), _within(found.T, index))[0, 1],
        "rows": len(u),
    }


def _within(values: Floats, index: pd.MultiIndex, rounds: int = 200) -> Floats:
    """Take entity and year means off, in turns until nothing is left (unbalanced rows)."""
    series = pd.Series(values, index=index)
    for _ in range(rounds):
        before = series
        for level in ("entity", "year"):
            series = series - series.groupby(level=level).transform("mean")
        if float((series - before).abs().max()) < 1e-12:
            break
    return series.to_numpy()
