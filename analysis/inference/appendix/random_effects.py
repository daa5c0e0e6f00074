"""Random effects, and two tests of what they suppose: entities unrelated to their regressors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.appendix.mundlak import Wald, clustered_wald, independent_columns, mundlak
from analysis.inference.cells import Grid, plain_number
from analysis.inference.coefficients import label_of, term_label
from analysis.inference.options import checked
from analysis.inference.result import Regression, Row, estimate_rows, row
from analysis.models import EFFECTS, Dropped, Rows, Specification, estimation_rows, fit
from analysis.models.design import Design, build_design
from analysis.models.scaling import units

__all__ = ["RandomEffects", "RandomTerm", "random_effects"]


@dataclass(frozen=True, slots=True)
class RandomTerm(Row):
    """One slope, in units of the outcome per unit of the term; CR1 by entity, t(G−1).

    `se_model` is the error that random effects themselves imply; `fixed, se_fixed` are fixed
    effects on the same rows, with the classical error; `between` is the coefficient of the entity's
    mean beside the term: 0 if random effects are right.
    """

    se_model: float = float("nan")
    fixed: float = float("nan")
    se_fixed: float = float("nan")
    between: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomEffects(Regression):
    """Random-effects estimates beside fixed effects, and the tests between them.

    Attributes
    ----------
    hausman : Wald
        Hausman (1978), chi-squared; p is NaN where the statistic is negative.
    mundlak : Wald
        The clustered form: coefficients of the entity means, F(k, G−1) after division by k.
    theta : tuple of float
        Smallest and largest share of its mean that is taken out of an entity.
    sd_effects, sd_errors : float
        SD of the entity effects and of the errors.
    entities, years : int
        Entities and years used.
    """

    specification: Specification
    outcome_label: str
    terms: tuple[RandomTerm, ...]
    hausman: Wald
    mundlak: Wald
    theta: tuple[float, float]
    sd_effects: float
    sd_errors: float
    n: int
    entities: int
    years: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    @property
    def dof(self) -> int:
        """Entities less one."""
        return self.entities - 1

    def grid(self) -> Grid:
        """Return the table."""
        fixed = (replace(t, estimate=t.fixed, se=t.se_fixed) for t in self.terms)
        both = zip(estimate_rows(self.terms), estimate_rows(tuple(fixed)), strict=True)
        rows = [[label, random, other] for (label, random, _), (_, other, _) in both]
        for name, test in (("Hausman", self.hausman), ("Mundlak, clustered", self.mundlak)):
            p = plain_number(test.p, 0.01)
            rows.append([f"{name} test", f"{plain_number(test.statistic, 0.1)}, p {p}", ""])
        heads = ["Per unit of", "Random effects", "Fixed effects"]
        return Grid.of(self.outcome_label, heads, rows, self.notes)


@checked
def random_effects(
    spec: Specification, panel: Panel, *, rows: Rows | None = None, level: float = 0.05
) -> RandomEffects:
    """Estimate with random entity effects and test them against fixed ones.

    y_it = b'x_it + d_t + a_i + e_it, a_i drawn independently of x (Swamy and Arora 1972 variance
    components, from linearmodels). The constant is always included, and year effects enter as
    dummies on both sides of the comparison. Hausman (1978, Econometrica 46(6), 1251–1271) is valid
    only if errors are neither heteroskedastic nor serially correlated; the clustered Mundlak form
    does without that.

    When not to use it: as the main estimate where entities were not drawn at random, such as all
    regions of a country. A test that does not reject is no licence either: it may lack power.

    Parameters
    ----------
    spec, panel, rows, level
        As in `estimate`; effects must be "entity", "two_way" or "region_year".

    Returns
    -------
    RandomEffects
        Slopes and the Hausman test.

    Raises
    ------
    SpecificationError
        As in `analysis.models.fit`; or the effects leave no room for random ones; or there are no
        more entities than coefficients to tell apart.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification
    >>> panel = load("china")
    >>> spec = Specification("patents_granted_invention", ["rd_fte"], controls=["papers_sci"])
    >>> len(random_effects(spec, panel).params)
    2
    """
    if EFFECTS[spec.effects].differenced or "entity_trend" in EFFECTS[spec.effects].absorbs:
        raise SpecificationError(
            f"Random effects cannot stand beside {EFFECTS[spec.effects].words}: use effects "
            "'entity', 'two_way' or 'region_year'."
        )
    rows = estimation_rows(spec, panel) if rows is None else rows
    fitted = fit(spec, panel, rows)  # the checks of a fixed-effects fit hold here as well
    design = build_design(spec, panel, rows)
    unit = units(design.x)
    design = replace(design, x=design.x / unit)
    codes = np.unique(design.index.codes[0], return_inverse=True)[1]
    entities, k = int(codes.max()) + 1, design.x.shape[1]
    columns = [a.columns() for a in design.absorbed if a.name != "entity"]
    other = independent_columns(np.column_stack([np.ones(len(design.y)), *columns]), 1)
    if entities <= 2 * k + 1:
        raise SpecificationError(
            f"{entities} entities cannot tell {k} slopes from {k} entity means: use fewer "
            "regressors."
        )
    try:
        random, clustered, fixed = _linearmodels(design, other, spec.terms)
    except ValueError as error:  # linearmodels says which regression lacks degrees of freedom
        raise SpecificationError(
            f"{entities} entities are too few to estimate the variance of their effects beside "
            f"{EFFECTS[spec.effects].words} with gaps: use effects 'entity' or more entities."
        ) from error
    theta = random.theta["theta"].to_numpy()[codes]
    between, covariance = mundlak(design.x, design.y, other, codes, theta)
    hausman, definite = _hausman(random, fixed, spec.terms)
    return RandomEffects(
        specification=spec, outcome_label=label_of(panel, spec.outcome),
        terms=_lines(spec, panel, random, fixed, clustered.std_errors, between, entities, level,
                     unit),
        hausman=hausman,
        mundlak=clustered_wald(between, covariance, entities, fitted.n, 2 * k + other.shape[1]),
        theta=(float(theta.min()), float(theta.max())),
        sd_effects=float(np.sqrt(random.variance_decomposition["Effects"])),
        sd_errors=float(np.sqrt(random.variance_decomposition["Residual"])), n=fitted.n,
        entities=entities, years=len(fitted.years), dropped=fitted.dropped,
        notes=(*_notes(rows, definite, theta),
               *warnings_for(("hausman", "mundlak"), fitted.shape)),
    )  # fmt: skip


def _linearmodels(design: Design, other: np.ndarray, terms: tuple[str, ...]) -> tuple[Any, ...]:
    # Imported here: it takes about a second, and reading the data or the ledger needs none of it.
    from linearmodels.panel import PanelOLS
    from linearmodels.panel import RandomEffects as Model
    from linearmodels.panel.utility import AbsorbingEffectWarning

    names = ["constant", *(f"effect {i}" for i in range(1, other.shape[1])), *terms]
    # Centred, which the constant takes up: a level far above its movement counts as absorbed there.
    inner, y = design.x - design.x.mean(axis=0), design.y - design.y.mean()
    x = pd.DataFrame(np.column_stack([other, inner]), design.index, names)
    y = pd.Series(y, design.index, name="outcome")
    model = Model(y, x)
    random = model.fit(cov_type="unadjusted")
    clustered = model.fit(cov_type="clustered", cluster_entity=True, group_debias=True)  # CR1
    with warnings.catch_warnings():
        # Only dummies can be absorbed here: `fit` has checked the terms.
        warnings.simplefilter("ignore", AbsorbingEffectWarning)
        model = PanelOLS(y, x.drop(columns="constant"), entity_effects=True, drop_absorbed=True)
        return random, clustered, model.fit(cov_type="unadjusted")


def _hausman(random: Any, fixed: Any, terms: tuple[str, ...]) -> tuple[Wald, bool]:  # noqa: ANN401
    """Compute (b_FE − b_RE)'(V_FE − V_RE)⁻¹(b_FE − b_RE), and whether the middle is as it should.

    Over the terms only: year dummies are not tested. The library's own `hausman` compares every
    shared coefficient, dummies included.
    """
    names = list(terms)
    gap = (fixed.params[names] - random.params[names]).to_numpy()
    spread = (fixed.cov.loc[names, names] - random.cov.loc[names, names]).to_numpy()
    statistic = float(gap @ np.linalg.solve(spread, gap))
    p = float(chdtrc(len(names), statistic)) if statistic >= 0 else float("nan")
    unit = np.sqrt(np.diag(fixed.cov.loc[names, names]))
    definite = bool(np.linalg.eigvalsh(spread / np.outer(unit, unit)).min() > 0)
    return Wald(statistic, len(names), p), definite


def _lines(
    spec: Specification, panel: Panel, random: Any, fixed: Any, clustered: pd.Series,  # noqa: ANN401
    between: np.ndarray, groups: int, level: float, unit: np.ndarray,
) -> tuple[RandomTerm, ...]:  # fmt: skip
    return tuple(
        row(
            term, term_label(panel, term), random.params[term] / u, clustered[term] / u,
            groups - 1, level, kind=RandomTerm, se_model=float(random.std_errors[term] / u),
            fixed=float(fixed.params[term] / u), se_fixed=float(fixed.std_errors[term] / u),
            between=float(between[i] / u),
        )
        for i, (term, u) in enumerate(zip(spec.terms, unit, strict=True))
    )  # fmt: skip


def _notes(rows: Rows, definite: bool, theta: np.ndarray) -> tuple[str, ...]:
    out = [
        *rows.notes,
        "Random effects with CR1 by entity, t(G−1); fixed effects with classical errors, which "
        "the Hausman test compares. The clustered Mundlak test needs no such errors.",
    ]
    if not definite:
        out.append(
            "The variances that the Hausman test compares are in the wrong order for some "
            "combination of slopes, so its p-value means little here: read the Mundlak test."
        )
    if theta.max() == 0:
        out.append("No variance between entities was found: this is the pooled regression.")
    return tuple(out)
