"""Spatial Durbin panels and the models nested in them, with direct and indirect effects."""

from __future__ import annotations

from analysis.certified import warnings_for
from analysis.data import Panel
from analysis.errors import SpecificationError
from analysis.inference.coefficients import label_of
from analysis.inference.options import checked
from analysis.inference.spatial import lines
from analysis.inference.spatial.design import SpatialDesign, spatial_design
from analysis.inference.spatial.result import SpatialEffect, SpatialEstimate
from analysis.models import Specification
from analysis.models.spatial_weights import SpatialWeights

__all__ = ["spatial_panel"]

MODELS = ("sdm", "sar", "sem", "slx")
COVARIANCES = ("sandwich", "information")
CORRECTIONS = ("transformation", "none")
READ_DIRECT_FIRST = (
    "Read direct effects first. ρ and the effects of neighbours' regressors are told apart by the "
    "functional form and by weights that are assumed, so an indirect effect far larger than the "
    "direct one is no causal spillover (Gibbons and Overman 2012)."
)


@checked
def spatial_panel(
    spec: Specification, panel: Panel, weights: SpatialWeights, *, model: str = "sdm",
    correction: str = "transformation", covariance: str = "sandwich", balance: str = "error",
    draws: int = 2000, seed: int = 20261123, level: float = 0.05,
) -> SpatialEstimate:  # fmt: skip
    """Estimate y = ρWy + Xβ + WXθ + effects + u by maximum likelihood.

    "sdm" estimates ρ, β and θ; "sar" sets θ = 0, "slx" ρ = 0; "sem" is y = Xβ + v, v = λWv + u. The
    effect of a term is (I − ρW)⁻¹(βI + θW): direct is the mean of its diagonal, total its mean row
    sum (LeSage and Pace 2009). A spatial lag of the outcome does not identify who influences whom;
    with other than assumed weights the same data give another ρ. Do not use it for a panel with few
    entities, nor to show that a policy spills over.

    Parameters
    ----------
    spec, panel, level
        As in `estimate`, with "entity" or "two_way" effects. Products get effects of their own;
        `initial` controls are taken out without spatial lags.
    weights, model : SpatialWeights, str
        From `analysis.models.spatial_weights`; "sdm", "sar", "sem" or "slx".
    correction : str
        "transformation": Lee and Yu (2010, Journal of Econometrics 154(2), 165–185). Entity effects
        cost one year (only the error variance changes), year effects one entity and the unit
        eigenvalue of W (ρ changes as well). "none": demeaned data as if they were raw.
    covariance : str
        "sandwich" allows any dependence over the years of an entity, with t(n − 1); "information"
        assumes independent errors of equal variance, as most published tables do. Either way ρ
        itself rests on errors whose variance is the same for all entities.
    balance : str
        "error" or "largest": see `balanced_rows`.
    draws, seed : int
        Draws of (ρ, β, θ) behind the intervals of effects.

    Returns
    -------
    SpatialEstimate
        ρ, slopes, and direct, indirect and total effects.

    Raises
    ------
    SpecificationError
        An option is unknown, the panel is not balanced, weights do not fit, ρ is not stable, a term
        is absorbed, or entities are fewer than coefficients.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.models import Specification, Sample
    >>> from analysis.models import contiguity
    >>> panel = load("china")
    >>> spec = Specification("urbanisation_rate", ["rd_intensity"], sample=Sample(2013, 2020))
    >>> found = spatial_panel(spec, panel, contiguity(panel), draws=200, balance="largest")
    >>> -1 < found.rho < 1
    True
    """
    _require_options(spec, model, correction, covariance, draws, level)
    lee_yu = correction == "transformation"
    design = spatial_design(spec, panel, weights, transform=lee_yu, balance=balance)
    fitted, robust = lines.fit_design(design, model), covariance == "sandwich"
    found = lines.parameters(spec, design, fitted, model, robust=robust)
    effects, lost = lines.effect_lines(spec, panel, design, found, level, draws, seed)
    certified = ("sdm_direct", "sdm_indirect") if robust else ("sdm_information",)
    methods = certified if model == "sdm" else (model,)
    years = design.years
    return SpatialEstimate(
        specification=spec, model=model, weights=weights.name,
        outcome_label=label_of(panel, spec.outcome),
        nouns=(panel.roles.entity, panel.roles.entities), rho=fitted.rho,
        stable=(design.spectrum.low, design.spectrum.high),
        coefficients=lines.coefficient_lines(panel, found, level), effects=effects,
        tests=lines.nested_tests(design, fitted, found) if model == "sdm" else (),
        sigma2=fitted.sigma2, log_likelihood=fitted.log_likelihood, n=design.y.size,
        n_entities=len(design.entities), n_years=len(years), first_year=years[0],
        last_year=years[-1], covariance=found.covariance, dof=found.dof,
        method=_method(spec, correction, robust, draws, seed), level=level,
        dropped=design.dropped, grid_rows=design.grid_rows,
        notes=_notes(spec, design, weights, effects, lost, draws, correction, methods),
    )  # fmt: skip


def _require_options(
    spec: Specification, model: str, correction: str, covariance: str, draws: int, level: float
) -> None:
    options = (("model", model, MODELS), ("correction", correction, CORRECTIONS),
               ("covariance", covariance, COVARIANCES))  # fmt: skip
    for what, value, known in options:
        if value not in known:
            raise SpecificationError(
                f"The {what} '{value}' is not known: use one of {', '.join(known)}."
            )
    if covariance == "sandwich" and spec.cluster != "entity":
        raise SpecificationError(
            f"The sandwich of a spatial model is by entity, not by '{spec.cluster}': set cluster "
            "to 'entity' or covariance='information'."
        )
    if model == "sem" and spec.initial:
        raise SpecificationError(
            f"An SEM cannot take out '{spec.initial[0]}' by year beforehand: name it as a control "
            "or use another model."
        )
    if draws < 100:
        raise SpecificationError(
            f"{draws} draws and level {level} do not make an interval: ask for 100 draws or more."
        )


def _method(spec: Specification, correction: str, robust: bool, draws: int, seed: int) -> str:
    words = "entity and year effects" if spec.effects == "two_way" else "entity effects"
    how = (
        f"Maximum likelihood; {words} taken out by orthogonal transformation (Lee and Yu 2010)."
        if correction == "transformation"
        else f"Maximum likelihood on data demeaned by {words}, without correction for them."
    )
    errors = "sandwich by entity, t(entities − 1)" if robust else "information matrix, normal"
    return f"{how} Errors: {errors}. Intervals of effects from {draws:,} draws, seed {seed}."


def _notes(
    spec: Specification, d: SpatialDesign, weights: SpatialWeights,
    effects: tuple[SpatialEffect, ...], lost: int, draws: int, correction: str,
    methods: tuple[str, ...],
) -> tuple[str, ...]:  # fmt: skip
    notes = [*d.notes, READ_DIRECT_FIRST]
    size = {(e.term, e.kind): abs(e.estimate) for e in effects}
    larger = [t for t in spec.terms if size[t, "indirect"] > size[t, "direct"]]
    if larger:
        notes.append(f"The indirect effect exceeds the direct one for {', '.join(larger)}.")
    if weights.note:
        notes.append(f"Weights: {weights.note}")
    if correction == "none":
        notes.append(
            "Without correction the error variance is too small by one year in all"
            + (", and with year effects ρ is biased by the order of one over the entities."
               if spec.effects == "two_way" else ".")
        )  # fmt: skip
    if spec.interactions:
        notes.append("The effect of a product is that of the product as a variable of its own.")
    if lost:
        notes.append(f"{lost} of {draws} draws had an unstable ρ and were left out.")
    if "sdm" in methods[0]:
        notes.append("LR tests assume independent errors; the Wald tests do not.")
    return (*notes, *warnings_for(methods, (len(d.entities), len(d.years))))
