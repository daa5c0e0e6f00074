"""A channel from X over M to Y: what the figures show, and how little confounding undoes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.cells import Grid, plain_number
from analysis.inference.clustered import cr1, cr3
from analysis.inference.coefficients import label_of
from analysis.inference.options import checked
from analysis.inference.result import Result, Row, estimate_rows, row, share
from analysis.inference.sensitivity import channel as channels
from analysis.models import Dropped, Fit, Specification, fit
from analysis.models.scaling import least_squares

__all__ = ["Mediation", "mediation"]

SEED = 20261123


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mediation(Result):
    """One channel, measured; the specification is the outcome's equation without the mediator.

    Attributes
    ----------
    treatment, mediator, mediator_lag : str, str, int
        X, M and the years by which M precedes the outcome.
    x_to_m, m_to_y : Row
        a: M on X, the part that the figures can speak to; b: Y on M given X, an association.
    direct, total : Row
        Y on X given M, and without M; total = direct + product.
    product, low, high, p : float
        a·b, in units of the outcome per unit of X, with the percentile interval of the cluster
        bootstrap and the level at which it just holds zero.
    failed : int
        Bootstrap samples that did not identify both paths.
    rho_zero, channel : float, Channel
        Correlation between the error of M and that of Y given M at which a·b is zero, and the
        numbers behind `at_rho`.
    """

    specification: Specification
    treatment: str
    mediator: str
    outcome_label: str
    mediator_lag: int
    x_to_m: Row
    m_to_y: Row
    direct: Row
    total: Row
    product: float
    low: float
    high: float
    p: float
    draws: int
    failed: int
    seed: int
    rho_zero: float
    channel: channels.Channel = field(repr=False)
    n: int
    clusters: int
    parameters: int
    level: float
    dropped: tuple[Dropped, ...]
    grid_rows: int
    notes: tuple[str, ...]
    listed: ClassVar[tuple[str, ...]] = ("r2_zero",)

    @property
    def lines(self) -> dict[str, Row]:
        """The four regressions by name."""
        return {name: getattr(self, name) for name in ("x_to_m", "m_to_y", "direct", "total")}

    @property
    def r2_zero(self) -> float:
        """rho_zero²: product of the shares of unexplained M and Y that one confounder needs."""
        return self.rho_zero**2

    def at_rho(self, rho: float) -> float:
        """a·b if the residuals of M and Y had this correlation; 0 is sequential ignorability."""
        return channels.product_at(rho, self.channel)

    def rows(self) -> list[dict[str, Any]]:
        """Return the four regressions and the product."""
        ends = {name: getattr(self, name) for name in ("p", "low", "high")}
        label = f"{self.x_to_m.label} → {self.m_to_y.label}"
        product = {"path": "product", "label": label, "estimate": self.product, **ends}
        return [*({"path": k, **asdict(v)} for k, v in self.lines.items()), product]

    def grid(self) -> Grid:
        """Return the table."""
        words = ("X → M", "M → Y given X (association)", "X → Y given M", "X → Y")
        lines = estimate_rows(tuple(self.lines.values()))
        rows = [(word, *cells) for word, (_, *cells) in zip(words, lines, strict=True)]
        unit = (self.high - self.low) / 4
        ends = f"{plain_number(self.low, unit)} to {plain_number(self.high, unit)}"
        rows.append(("Product a·b", plain_number(self.product, unit), ends))
        head = ("Path", "Estimate (CR1)", f"{share(self.level)} interval")
        caption = f"{self.x_to_m.label} → {self.m_to_y.label} → {self.outcome_label}"
        return Grid.of(caption, head, rows, self.notes)


@checked
def mediation(
    spec: Specification, panel: Panel, mediator: str, *, treatment: str | None = None,
    mediator_lag: int = 0, level: float = 0.05, draws: int = 1999, seed: int = SEED,
) -> Mediation:  # fmt: skip
    """Report X → M, and M → Y as an association, with the product and its fragility.

    No ritual of causal steps: Jiang Ting (江艇 2022, China Industrial Economics 5, 100–120) shows
    why a significant M in the equation of Y proves no channel. What is shown is X → M. That M
    moves Y must be argued. The product a·b comes with a percentile interval of the cluster
    bootstrap, every effect and both equations re-estimated in every draw, and with the residual
    correlation that brings it to zero (Imai, Keele and Yamamoto 2010, Statistical Science 25(1),
    51–71), on data from which the effects are partialled out.

    Not to be used where X and M determine each other in the same year, or where a control is itself
    moved by X.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`: the outcome without the mediator M and without products.
    mediator : str
        M, a column of the panel.
    treatment : str, optional
        X; the first regressor by default. All other slopes enter both equations.
    mediator_lag : int
        Years by which M precedes the outcome; X must not come later than M.
    draws, seed : int
        Bootstrap samples and their seed; the same seed gives the same interval.

    Returns
    -------
    Mediation
        Both links, their product with its interval, and how fragile it is.

    Raises
    ------
    SpecificationError
        The specification has products, X follows M, draws are too few, or a fit fails.
    UnknownNameError
        The treatment is not a regressor, or the mediator not in the panel.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"])
    >>> found = mediation(spec, panel, "papers_sci", draws=199)
    >>> type(found).__name__, found.mediator
    ('Mediation', 'papers_sci')
    """
    treatment = treatment or spec.regressors[0]
    _require(spec, treatment, mediator, mediator_lag, draws)
    lags = {**dict(spec.lags), mediator: mediator_lag}
    fitted = fit(replace(spec, controls=(*spec.controls, mediator), lags=lags), panel)
    j, groups = fitted.terms.index(treatment), len(fitted.cluster_labels)
    found = channels.channel(fitted.x[:, :-1], fitted.x[:, -1], fitted.y, j)
    partly = np.column_stack([fitted.x_nested, fitted.y_nested])
    products = channels.bootstrap_products(partly, fitted.nuisance, fitted.clusters, j, draws, seed)
    failed = int(np.isnan(products).sum())
    if failed > 0.05 * draws:
        raise SpecificationError(
            f"{failed} of {draws} resamples of clusters lose '{treatment}' or '{mediator}': their "
            "variation rests on too few clusters for a bootstrap, so choose another specification."
        )
    low, high, p = channels.interval(products[~np.isnan(products)], level)
    return Mediation(
        specification=spec, treatment=treatment, mediator=mediator,
        outcome_label=label_of(panel, spec.outcome), mediator_lag=mediator_lag,
        **_paths(fitted, panel, j, level), product=found.a * found.b, low=low, high=high, p=p,
        draws=draws, failed=failed, seed=seed, rho_zero=found.rho_zero, channel=found, n=fitted.n,
        clusters=groups, parameters=fitted.parameters, level=level, dropped=fitted.dropped,
        grid_rows=fitted.grid_rows,
        notes=(*fitted.notes, *_notes(fitted, mediator, found, draws, failed, seed)),
    )  # fmt: skip


def _require(spec: Specification, treatment: str, mediator: str, lag: int, draws: int) -> None:
    if treatment not in spec.slopes:
        raise UnknownNameError("treatment", treatment, spec.slopes, "the specification")
    if spec.interactions:
        raise SpecificationError(
            f"'{spec.outcome}' is regressed on products, and a product of paths would then depend "
            "on where it is read: leave out the interactions."
        )
    if spec.lag_of(treatment) < lag:
        raise SpecificationError(
            f"Treatment '{treatment}' (lag {spec.lag_of(treatment)}) would come after mediator "
            f"'{mediator}' (lag {lag}): lower mediator_lag or lag the treatment."
        )
    if draws < 100:
        raise SpecificationError(f"{draws} draws give no interval: take 100 or more.")


def _paths(fitted: Fit, panel: Panel, j: int, level: float) -> dict[str, Row]:
    """Four regressions on the same rows, each with CR1 and CR3."""
    k, dof = fitted.x.shape[1], len(fitted.cluster_labels) - 1
    both, without = list(range(k)), list(range(k - 1))
    clean = np.column_stack([fitted.x, fitted.y])
    partly = np.column_stack([fitted.x_nested, fitted.y_nested])

    def path(left: int, right: list[int], of: int) -> Row:
        x, y, at = clean[:, right], clean[:, left], right.index(of)
        names = [fitted.terms[i] for i in right]
        b = least_squares(x, y)
        v = cr1(x, y - x @ b, fitted.clusters, fitted.parameters - (k - len(right)))
        jack = cr3(partly[:, right], partly[:, left], fitted.clusters, fitted.nuisance,
                   fitted.cluster_labels, names)  # fmt: skip
        errors = [float(np.sqrt(m[at, at])) for m in (v, jack.covariance)]
        return row(names[at], label_of(panel, names[at]), b[at], errors[0], dof, level, errors[1])

    return {"x_to_m": path(k - 1, without, j), "m_to_y": path(k, both, k - 1),
            "direct": path(k, both, j), "total": path(k, without, j)}  # fmt: skip


def _notes(
    fitted: Fit, mediator: str, found: channels.Channel, draws: int, failed: int, seed: int
) -> tuple[str, ...]:
    spec = fitted.specification
    lost = f"; {failed} draws did not identify both paths" if failed else ""
    return (
        f"X → {mediator} is estimated; {mediator} → {spec.outcome} given X is an association, "
        "for nothing here moves the mediator alone.",
        f"Interval of a·b: percentiles of {draws:,} resamples of {len(fitted.cluster_labels)} "
        f"clusters (by {spec.cluster}, seed {seed}), all effects re-estimated{lost}.",
        f"a·b is zero if the residuals of mediator and outcome correlate at {found.rho_zero:.2f}; "
        "sequential ignorability assumes 0.",
        *warnings_for(["mediation_product"], fitted.shape),
    )
