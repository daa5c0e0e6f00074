"""One absorption, many regressions: everything from cross-products per cluster.

Effects are partialled out of every candidate column once. After that no row is read again: with
A_g = Z_g'Z_g for cluster g and the columns Z, the slopes of a regression are the solution of a
k × k block of Σ_g A_g, the score of term j in cluster g is α_j'A_g c (α_j the row of the inverse,
c = 1 at the outcome and −b at the terms), and a bootstrap draw or a left-out cluster is a weighted
sum of the A_g (Frisch and Waugh 1933; Lovell 1963).

Use `fit` for one regression: it explains itself better. Columns that are nearly collinear lose
digits here, because a cross-product squares their condition number; `Batch.refused` marks those
that `fit` would refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from analysis.errors import SpecificationError, UnknownNameError
from analysis.models import crossproducts as cross
from analysis.models.design import Design, flat, split_effects

__all__ = ["Batch", "Kernel", "build_kernel"]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Coefficients of B regressions; k is the largest number of terms, shorter rows end in NaN.

    Attributes
    ----------
    coefficients : ndarray, shape (B, k)
        In units of the outcome per unit of the term.
    errors, t, p : ndarray, shape (B, k)
        CR1 standard error, factor G/(G−1)·(n−1)/(n−K), and its t(G−1) test. Shape (B, 1) where
        only the first term was asked for.
    errors_cr3, p_cr3 : ndarray or None
        The leave-one-cluster-out jackknife, same shape; NaN where it does not exist.
    parameters : ndarray of int, shape (B,)
        K of each regression.
    refused : ndarray of bool, shape (B,)
        Regressions without a solution: the outcome or a term is absorbed by the effects, or a
        term is a combination of the others. All their numbers are NaN.
    """

    coefficients: np.ndarray
    errors: np.ndarray
    t: np.ndarray
    p: np.ndarray
    errors_cr3: np.ndarray | None
    p_cr3: np.ndarray | None
    parameters: np.ndarray
    refused: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """Cross-products of m columns on one set of rows under one set of effects.

    Attributes
    ----------
    names : tuple of str
        The columns.
    scale : ndarray, shape (m,)
        Length of each column after partialling out; 0 where nothing is left. Products are of
        columns divided by it.
    products : ndarray, shape (G, m, m)
        A_g of the columns with all effects partialled out.
    nested : ndarray, shape (G, m + q, m + q)
        The same with only the effects nested in clusters partialled out, followed by the q columns
        of the other effects: what leaving out or redrawing clusters needs.
    n : int
        Rows.
    free : int
        Parameters charged besides the slopes: constant and effects not nested in clusters.
    cluster_labels : tuple of str
        Name of each cluster.
    """

    names: tuple[str, ...]
    scale: np.ndarray
    products: np.ndarray
    nested: np.ndarray
    n: int
    free: int
    cluster_labels: tuple[str, ...]

    def column(self, name: str) -> int:
        """Position of a column; UnknownNameError if the kernel has none of that name."""
        if name not in self.names:
            raise UnknownNameError("column", name, self.names, "this kernel")
        return self.names.index(name)

    def solve(
        self, outcomes: np.ndarray, terms: np.ndarray, *, every: bool = True, cr3: bool = False
    ) -> Batch:
        """Estimate B regressions.

        Parameters
        ----------
        outcomes : ndarray of int, shape (B,)
            Column of each outcome.
        terms : ndarray of int, shape (B, k)
            Columns of the terms; −1 fills up shorter regressions at the end.
        every : bool
            Standard errors of every term, or of the first alone, which is several times faster.
        cr3 : bool
            Also the jackknife: G further solves per regression.

        Raises
        ------
        SpecificationError
            A regression has as many terms as there are clusters, or no degree of freedom.
        """
        outcomes, terms = np.asarray(outcomes), np.asarray(terms)
        used, groups = terms >= 0, len(self.products)
        parameters = self.free + used.sum(axis=1)
        if (used.sum(axis=1) >= groups).any() or (parameters >= self.n).any():
            raise SpecificationError(
                f"{int(used.sum(axis=1).max())} terms and {self.free} other parameters are too "
                f"many for {groups} clusters and {self.n} rows: use fewer terms."
            )
        b, spread, refused = cross.solve_many(self.products, outcomes, terms, every=every)
        refused |= self.scale[outcomes] == 0
        b[refused], spread[refused] = np.nan, np.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            units = self.scale[outcomes][:, None] / np.where(used, self.scale[terms], np.nan)
        shown = slice(None) if every else slice(0, 1)
        factor = groups / (groups - 1) * (self.n - 1) / (self.n - parameters)
        errors = spread * np.sqrt(factor)[:, None] * units[:, shown]
        b, jackknife = b * units, None
        if cr3:
            jackknife = self._jackknife(outcomes, terms)[:, shown] * units[:, shown]
            jackknife[refused] = np.nan
        t, p = _test(b[:, shown], errors, groups - 1)
        p_cr3 = None if jackknife is None else _test(b[:, shown], jackknife, groups - 1)[1]
        return Batch(b, errors, t, p, jackknife, p_cr3, parameters, refused)

    def resample(self, counts: np.ndarray, outcome: int, terms: Sequence[int]) -> np.ndarray:
        """Estimate one regression on D samples of whole clusters, every effect estimated anew.

        Parameters
        ----------
        counts : ndarray, shape (D, G)
            How often each cluster is in each sample: 0 and 1 for a jackknife, multinomial counts
            for the pairs cluster bootstrap. A cluster drawn twice counts as two clusters.
        outcome, terms : int and sequence of int
            Columns.

        Returns
        -------
        ndarray, shape (D, k)
            Coefficients; NaN in samples that do not identify them.
        """
        terms, m = list(terms), len(self.names)
        keep = [*terms, outcome, *range(m, self.nested.shape[1])]
        blocks = self.nested[:, keep][:, :, keep]
        whole, blocks = blocks.sum(axis=0), blocks.reshape(len(blocks), -1)
        out = np.empty((len(counts), len(terms)))
        for start in range(0, len(counts), cross.CHUNK):
            rows = slice(start, start + cross.CHUNK)
            summed = np.asarray(counts[rows], dtype=float) @ blocks
            stacked = summed.reshape(-1, len(keep), len(keep))
            left = cross.partial_out(stacked, len(terms) + 1, whole)
            inverse, lost = cross.inverses(left[:, :-1, :-1], cross.UNIDENTIFIED)
            out[rows] = (inverse @ left[:, :-1, -1:])[..., 0]
            out[rows][lost] = np.nan
        return out * self.scale[outcome] / self.scale[terms]

    def _jackknife(self, outcomes: np.ndarray, terms: np.ndarray) -> np.ndarray:
        """CR3 standard errors in units of unit columns: (G−1)/G · Σ_g (b₍g₎ − b)², (B, k)."""
        m, groups = len(self.names), len(self.nested)
        total = self.nested.sum(axis=0)
        spread, full = np.zeros(terms.shape), None
        stacked = np.concatenate([total[None], total - self.nested])
        for left in cross.partial_out(stacked, m, total):
            b, lost = cross.slopes_of(left, outcomes, terms, cross.UNIDENTIFIED)[:2]
            b[lost] = np.nan
            full = b if full is None else full
            spread += (b - full) ** 2
        return np.sqrt(spread * (groups - 1) / groups)


def build_kernel(names: Sequence[str], columns: np.ndarray, design: Design) -> Kernel:
    """Partial a design's effects out of columns on its rows, (n, m); keep their products."""
    partly, nuisance, clean = split_effects(columns, design.absorbed, design.clusters)
    scale = np.where(flat(clean, columns), 0.0, np.linalg.norm(clean, axis=0))
    unit = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    length = np.sqrt((nuisance**2).sum(axis=0))
    both = np.column_stack([partly * unit, nuisance / np.where(length > 0, length, 1.0)])
    products, nested = (cross.cross_products(z, design.clusters) for z in (clean * unit, both))
    n, labels = len(columns), design.cluster_labels
    return Kernel(tuple(names), scale, products, nested, n, design.free, labels)


def _test(b: np.ndarray, errors: np.ndarray, dof: int) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(errors > 0, b / errors, np.nan)
    return t, 2 * stdtr(dof, -np.abs(t))
