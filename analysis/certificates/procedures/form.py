"""Forms of a relation: U, threshold, build-up over time, long change. Panels and procedures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.certificates.design import Design, draw_panel, lagged, levels, panel_from
from analysis.certificates.runner import Reading
from analysis.data import Panel
from analysis.inference.clusters.shared_rows import share_rows
from analysis.inference.clusters.wild import search_test
from analysis.inference.estimate import estimate
from analysis.inference.form.distributed_lags import distributed_lags
from analysis.inference.form.joint import Ratio
from analysis.inference.form.local_projections import local_projections
from analysis.inference.form.long_difference import long_difference
from analysis.inference.form.quadratic import u_test
from analysis.inference.form.threshold import threshold
from analysis.models import Specification, estimation_rows
from analysis.models.design import build_design

SPEC = Specification("y", ("x",))
SQUARE = Specification("y", ("x",), (("x", "x"),))
SEARCH = 199
DRAWS, GRID = 99, 60  # enough to count rejections; a real run uses 999 and every value
WEIGHTS = (0.1, 0.2, 0.4, 0.2, 0.1)  # of lags 0 to 4, mean lag two years
CURVATURE = 0.5  # coefficient of the square in the U, in SD of y per squared SD of x
_ANYWHERE = 1e9


def _levels(design: Design, rng: np.random.Generator) -> np.ndarray:
    """Entity and year effects plus autoregressive errors."""
    return levels(design, rng) + draw_panel(design, rng)


def simulate_step(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel whose slope of last year's x is `effect` where last year's z is above 0."""
    x, z = draw_panel(design, rng), draw_panel(design, rng)
    step = design.effect * lagged(x) * (lagged(z) > 0)
    return panel_from({"y": step + _levels(design, rng), "x": x, "z": z}, design.regions)


def search_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """Largest t of twenty thresholds with its own bootstrap; the slope above less below."""
    spec = Specification("y", ("x", "z"))
    design = build_design(spec, panel, estimation_rows(spec, panel))
    x, z = design.x.T
    gammas = np.quantile(z, np.linspace(0.1, 0.9, 20))
    columns = np.stack([np.column_stack([x * (z > gamma), x, z]) for gamma in gammas])
    found = share_rows(design).slopes(np.broadcast_to(design.y, columns.shape[:2]), columns)
    p, best = search_test(found.scores, draws=SEARCH, seed=int(rng.integers(2**32)))
    return Reading(float(found.estimate[best]), p=p)


def simulate_product(design: Design, rng: np.random.Generator) -> Panel:
    """Draw `effect` times a product of two series, beside means of one times the other's path.

    Both have entity means and a national random walk. Means of x times the path of z, of SD one
    in y, are no interplay inside any entity.
    """
    n, t = design.entities, design.years
    means, paths = rng.normal(size=(2, n, 1)), rng.normal(size=(2, 1, t)).cumsum(axis=2)
    x, z = (m + p + draw_panel(design, rng) for m, p in zip(means, paths, strict=True))
    drift = (means[0] - means[0].mean()) * (paths[1] - paths[1].mean())
    y = design.effect * lagged(x * z) + lagged(drift) / drift.std() + _levels(design, rng)
    return panel_from({"y": y, "x": x, "z": z}, design.regions)


def within_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Product of movements inside entities, beside means of one times movements of the other."""
    shape = (-1, len(panel.years))
    y, x, z = (panel[name].to_numpy().reshape(shape) for name in "yxz")
    of_x, of_z = (v[:, :-1].mean(axis=1, keepdims=True) for v in (x, z))  # years that are used
    columns = {"both": (x - of_x) * (z - of_z), "x mean": of_x * (z - of_z),
               "z mean": of_z * (x - of_x)}  # fmt: skip
    wide = panel_from({"y": y, "x": x, "z": z, **columns})
    found = estimate(Specification("y", (*columns, "x", "z")), wide)
    return Reading.of_cr3(found.coefficient("both"))


def product_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Product of the series themselves, as a table of interactions has it."""
    found = estimate(Specification("y", ("x", "z"), (("x", "z"),)), panel)
    return Reading.of_cr3(found.coefficient("x:z"))


def simulate_bend(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel in which y follows the standardised square of last year's x, with no step."""
    x = draw_panel(design, rng)
    bend = design.effect * (lagged(x) ** 2 - 1) / np.sqrt(2)
    return panel_from({"y": bend + _levels(design, rng), "x": x}, design.regions)


def simulate_u(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a parabola in last year's x that turns at the share `effect` of its range.

    At zero it turns at the lowest value, where its slope is nil: the edge of the null that there
    is no U, at which a test should reject most often among all cases without one.
    """
    x = draw_panel(design, rng)
    seen = x[:, :-1]
    turn = seen.min() + design.effect * (seen.max() - seen.min())
    y = CURVATURE * (lagged(x) - turn) ** 2 + _levels(design, rng)
    return panel_from({"y": y, "x": x, "turn": turn}, design.regions)


def simulate_late(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel in which x acts after four years: at horizon 3 when x is a year old at 0."""
    longer = replace(design, years=design.years + 4)
    x = draw_panel(longer, rng)
    y = design.effect * x[:, :-4] + _levels(design, rng)
    # An impulse is answered at horizon 3 alone. x persists, so a projection sees more than that,
    # and entity effects on few years bend it further: the bias of the certificate says how far.
    columns = {"y": y, "x": x[:, 4:], "truth": design.effect / 2}
    return panel_from(columns, design.regions)


def simulate_lags(design: Design, rng: np.random.Generator) -> Panel:
    """Draw a panel in which x acts over five years with weights `WEIGHTS` that add to one."""
    longer = replace(design, years=design.years + 4)
    x = draw_panel(longer, rng)
    parts = [w * x[:, 4 - k : x.shape[1] - k] for k, w in enumerate(WEIGHTS)]
    y = design.effect * np.sum(parts, axis=0) + _levels(design, rng)
    return panel_from({"y": y, "x": x[:, 4:]}, design.regions)


def threshold_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """Bootstrap p; slope above less slope below with its CR3 interval."""
    found = threshold(SPEC, panel, "z", draws=DRAWS, grid=GRID, seed=rng)
    gap = found.differences[0]
    return Reading(gap.estimate, gap.low_cr3, gap.high_cr3, found.p)


def bend_reading(panel: Panel, rng: np.random.Generator) -> Reading:
    """Bootstrap p; 1 where BIC, too, takes the bend for a step, else 0."""
    found = threshold(SPEC, panel, "x", draws=DRAWS, grid=GRID, seed=rng)
    return Reading(float(not found.smooth_fits_better), p=found.p, truth=0.0)


def u_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Joint CR3 test; the turning point and its Fieller set."""
    found, truth = u_test(SQUARE, panel, "x"), float(panel["turn"].iloc[0])
    return Reading(found.turning, *_interval(found.turning_cr3, truth), found.p_cr3, truth)


def late_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Mean of horizons 3 and 4 less mean of 0 and 1, CR3."""
    contrast = local_projections(SPEC, panel, "x").contrast
    return Reading.of_cr3(contrast, float(panel["truth"].iloc[0]))


def sum_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Sum of lags 0 to 4, CR3."""
    return Reading.of_cr3(distributed_lags(SPEC, panel, "x").total)


def mean_lag_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """Mean lag with its delta-method CR3 interval."""
    mean = distributed_lags(SPEC, panel, "x").mean_lag
    truth = float(np.dot(range(len(WEIGHTS)), WEIGHTS))
    return Reading(mean.estimate, mean.low_cr3, mean.high_cr3, truth=truth)


def long_reading(panel: Panel, _rng: np.random.Generator) -> Reading:
    """First three against last three years of the outcome, HC3."""
    first, last = (panel.years[1], panel.years[3]), (panel.years[-3], panel.years[-1])
    return Reading.of(long_difference(SPEC, panel, first=first, last=last).coefficient("x"))


def _interval(ratio: Ratio, truth: float) -> tuple[float, float]:
    """Give ends that hold the truth exactly when the set does, whatever its shape."""
    if ratio.shape == "interval":
        return ratio.low, ratio.high
    held = ratio.shape == "line" or truth <= ratio.low or truth >= ratio.high
    return (-_ANYWHERE, _ANYWHERE) if held else (_ANYWHERE, _ANYWHERE)
