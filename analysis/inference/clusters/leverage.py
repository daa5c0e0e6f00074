"""Which clusters carry an estimate: leverage, effective number, and the estimate without each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import SpecificationError
from analysis.inference.cells import Grid, plain_number
from analysis.inference.clustered import orthonormal, sums
from analysis.inference.coefficients import jackknife_of
from analysis.inference.estimate import Estimate
from analysis.inference.options import checked
from analysis.inference.result import Result, named

__all__ = [
    "Influence", "cluster_leverage", "effective_clusters", "influence", "partial_leverage",
]  # fmt: skip

_NOTHING = 1e-10  # share of a regressor's variation in cluster sums that counts as none
_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Influence(Result):
    """How much each cluster weighs in an estimate: k terms, G clusters.

    Attributes
    ----------
    sizes : ndarray of int, shape (G,)
        Rows of each cluster.
    leverage : ndarray, shape (G,)
        Trace of the cluster's block of the hat matrix of slopes and effects not nested in clusters;
        they sum to the rank of these columns.
    partial : ndarray, shape (G, k)
        Share of each cluster in what identifies each coefficient; columns sum to one.
    full, without : ndarray, shapes (k,) and (G, k)
        Coefficients on all rows, and without each cluster, every effect estimated anew.
    effective, effective_correlated : ndarray, shape (k,)
        G* of Carter, Schnepel and Steigerwald for errors that are independent within clusters, and
        perfectly correlated within them; the latter is NaN where cluster effects are absorbed.
    terms, labels, clusters : tuple of str
        Names and labels of the coefficients; names of the clusters.
    """

    outcome_label: str
    terms: tuple[str, ...]
    labels: tuple[str, ...]
    clusters: tuple[str, ...]
    sizes: np.ndarray
    leverage: np.ndarray
    partial: np.ndarray
    full: np.ndarray
    without: np.ndarray
    effective: np.ndarray
    effective_correlated: np.ndarray
    notes: tuple[str, ...]

    def of(self, term: str) -> pd.DataFrame:
        """One row per cluster for one term, the heaviest first."""
        tables = dict(iter(self.tidy().groupby("term")))
        table = named(tables, "term", term).drop(columns=["term", "label"])
        return table.sort_values("partial_leverage", ascending=False, ignore_index=True)

    def tidy(self) -> pd.DataFrame:
        """One row per term and cluster: rows, leverages, estimate without, and the shift."""
        groups, k = len(self.clusters), len(self.terms)
        return pd.DataFrame({
            "term": np.repeat(self.terms, groups), "label": np.repeat(self.labels, groups),
            "cluster": np.tile(self.clusters, k), "rows": np.tile(self.sizes, k),
            "leverage": np.tile(self.leverage, k), "partial_leverage": self.partial.T.ravel(),
            "estimate_without": self.without.T.ravel(),
            "shift": (self.without - self.full).T.ravel(),
        })  # fmt: skip

    def grid(self) -> Grid:
        """Return the table."""
        rows = []
        for term, label in zip(self.terms, self.labels, strict=True):
            for row in self.of(term).head(_SHOWN).to_dict("records"):
                unit = float(np.abs(self.without - self.full).max()) or None
                shift = plain_number(row["shift"], unit)
                share = f"{row['partial_leverage']:.0%}"
                rows.append((f"{label}: {row['cluster']}", share, shift))
        heads = ("Term and cluster", "Partial leverage", "Estimate moves by")
        return Grid.of(f"{self.outcome_label}: clusters that weigh most", heads, rows, self.notes)


def cluster_leverage(design: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Trace of H_gg, the cluster blocks of design (design'design)⁺ design'; shape (G,).

    MacKinnon, Nielsen and Webb (2023), Stata Journal 23(4), 942–982.
    """
    return np.bincount(clusters, weights=(orthonormal(design) ** 2).sum(axis=1))


def partial_leverage(x: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Share of each cluster in the sum of squares of each regressor freed of all others, (G, k).

    `x`, shape (n, k), are regressors with all effects partialled out, `clusters` codes 0..G-1;
    columns sum to one. MacKinnon, Nielsen and Webb (2023), as above.
    """
    squares = sums(_freed(x) ** 2, clusters)
    return squares / squares.sum(axis=0)


def effective_clusters(weights: np.ndarray) -> np.ndarray:
    """G* = G/(1+Γ) with Γ the squared coefficient of variation of the clusters' weights.

    `weights` (G, k) are γ_g = a'(X'X)⁻¹X_g'Ω_gX_g(X'X)⁻¹a up to scale, which for independent errors
    are the partial leverages. G* equals G when all clusters weigh the same and 1 when one weighs
    everything (Carter, Schnepel and Steigerwald 2017, Review of Economics and Statistics 99(4),
    698–709).
    """
    mean = weights.mean(axis=0)
    return len(weights) / (1 + ((weights - mean) ** 2).mean(axis=0) / mean**2)


@checked
def influence(estimate: Estimate) -> Influence:
    """Say which clusters carry each coefficient of an estimate.

    A description, not a test: a cluster is not to be left out because it weighs much. It tells
    whether CR1 can be believed, which needs many clusters of similar weight.

    Parameters
    ----------
    estimate : Estimate
        From `estimate`.

    Returns
    -------
    Influence
        Partial leverage and the move of each estimate, by cluster.

    Raises
    ------
    SpecificationError
        Without some cluster a coefficient is not identified.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import estimate
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> fitted = estimate(spec, panel)
    >>> influence(fitted).tidy().shape[0] > 0
    True
    """
    fitted = estimate.fitted
    found = jackknife_of(fitted)
    partial = partial_leverage(fitted.x, fitted.clusters)
    effective = effective_clusters(partial)
    design = np.column_stack([fitted.x_nested, fitted.nuisance])
    labels = tuple(line.label for line in estimate.terms)
    return Influence(
        outcome_label=estimate.outcome_label, terms=fitted.terms, labels=labels,
        clusters=fitted.cluster_labels, sizes=np.bincount(fitted.clusters),
        leverage=cluster_leverage(design, fitted.clusters), partial=partial, full=found.full,
        without=found.without, effective=effective,
        effective_correlated=_correlated(fitted.x, fitted.clusters),
        notes=_notes(labels, effective, partial, fitted.cluster_labels),
    )  # fmt: skip


def _freed(x: np.ndarray) -> np.ndarray:
    """Each column less its projection on the others: x (x'x)⁻¹, rescaled."""
    bread = np.linalg.inv(x.T @ x)
    return x @ bread / np.diag(bread)


def _correlated(x: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """G* for Ω_g = ιι'; absorbed cluster effects leave cluster sums of zero and no G*."""
    freed = _freed(x)
    squares = sums(freed, clusters) ** 2
    none = squares.sum(axis=0) <= _NOTHING * (freed**2).sum(axis=0)
    return np.where(none, np.nan, effective_clusters(np.where(none, 1.0, squares)))


def _notes(
    labels: Sequence[str], effective: np.ndarray, partial: np.ndarray, clusters: Sequence[str]
) -> tuple[str, ...]:
    if not np.isfinite(effective).all():
        raise SpecificationError("A regressor without variation has no leverage: leave it out.")
    least = int(effective.argmin())
    heaviest = int(partial[:, least].argmax())
    return (
        f"Effective number of clusters for {labels[least]}: {effective[least]:.1f} of "
        f"{len(clusters)}; {clusters[heaviest]} alone gives {partial[heaviest, least]:.0%} of what "
        "identifies it. Where the effective number is far below the actual one, CR1 is too small.",
    )
