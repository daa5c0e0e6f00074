"""Every kind of result once, on one small panel."""

import numpy as np

import analysis
from analysis import inference as inf
from analysis.data import Variable
from analysis.inference.marginal import marginal_effects, product_slope
from analysis.models import EventDesign, Exposure, SpatialWeights, Specification

PLAIN = Specification("y", ["a", "b"], lag=0)
PRODUCT = Specification("y", ["a", "b"], [["a", "b"]], lag=0)
SQUARE = Specification("y", ["a"], [["a", "a"]], lag=0)
LAGGED = Specification("y", ["a"], lag=1)


def circle(panel):
    names = tuple(panel.entities.index)
    raw = np.roll(np.eye(len(names)), 1, axis=1)
    return SpatialWeights("circle", names, raw + raw.T)


def policy(panel):
    return EventDesign("policy", tuple(Exposure(e, 2006) for e in panel.entities.index[:4]))


def positive(panel):
    from dataclasses import replace

    return replace(panel, frame=panel.frame.assign(y=np.exp(panel.frame["y"]).round()))


MAKE = {
    "Estimate": lambda p: inf.estimate(PLAIN, p),
    "Estimates": lambda p: inf.estimate_columns(PLAIN, p),
    "FormulaEstimate": lambda p: analysis.estimate("y ~ a + lag(b, 1) | entity + year", p),
    "GroupedEstimate": lambda p: analysis.estimate("y ~ a + b | entity + year", p, by="region"),
    "Satterthwaite": lambda p: inf.satterthwaite(inf.estimate(PLAIN, p)),
    "DriscollKraay": lambda p: inf.driscoll_kraay(PLAIN, p),
    "RandomEffects": lambda p: inf.random_effects(PLAIN, p),
    "CommonEffects": lambda p: inf.common_effects(Specification("y", ["a"], lag=0), p),
    "Instrumented": lambda p: inf.instrumented(PLAIN, p, "a", ["c"]),
    "GmmResult": lambda p: inf.gmm(LAGGED, p, steps=1),
    "DynamicPanel": lambda p: inf.dynamic_panel(LAGGED, p, draws=99),
    "PanelVar": lambda p: inf.panel_var(LAGGED, p, draws=99),
    "LongDifference": lambda p: inf.long_difference(
        LAGGED, p, first=(2002, 2003), last=(2010, 2011)
    ),
    "Poisson": lambda p: inf.poisson(PLAIN, positive(p)),
    "SpatialEstimate": lambda p: inf.spatial_panel(PLAIN, p, circle(p), draws=200),
    "Mediation": lambda p: inf.mediation(Specification("y", ["a"], lag=0), p, "b", draws=199),
    "CinelliHazlett": lambda p: inf.cinelli_hazlett(PLAIN, p, "a"),
    "WildTest": lambda p: inf.wild(inf.estimate(PLAIN, p), "a", draws=199),
    "UTest": lambda p: inf.u_test(SQUARE, p, "a"),
    "Threshold": lambda p: inf.threshold(LAGGED, p, "b", draws=49, grid=40),
    "LocalProjections": lambda p: inf.local_projections(LAGGED, p, "a"),
    "DistributedLags": lambda p: inf.distributed_lags(LAGGED, p, "a", lags=(0, 1, 2)),
    "MarginalEffects": lambda p: marginal_effects(inf.estimate(PRODUCT, p), p, "a", "b"),
    "EventStudy": lambda p: inf.event_study(policy(p), "y", p),
    "Randomisation": lambda p: inf.randomisation_test(policy(p), "y", p, draws=99),
    "Influence": lambda p: inf.influence(inf.estimate(PLAIN, p)),
}


def staggered(panel):
    starts = zip(panel.entities.index, (2005, 2005, 2007, 2007, 2008), strict=False)
    return EventDesign("policy", tuple(Exposure(e, year) for e, year in starts))


def along_third(panel):
    a, b, c = (panel[name] - panel[name].mean() for name in "abc")
    label = {"a:b:c": Variable("a:b:c", "a, b and c")}
    wide = panel.with_columns((a * b * c).to_frame("a:b:c"), label)
    pairs = [["a", "b"], ["a", "c"], ["b", "c"]]
    spec = Specification("y", ["a", "b", "c", "a:b:c"], pairs, lag=0)
    return product_slope(inf.estimate(spec, wide), wide, "a:b:c", "c")


CHECKS = {
    "Oster": lambda p: inf.oster(PLAIN, p, "a"),
    "UnitRoot": lambda p: inf.cips(p, "a", draws=99),
    "UnitRoots": lambda p: inf.unit_roots(PLAIN, p, draws=99),
    "DumitrescuHurlin": lambda p: inf.dumitrescu_hurlin(LAGGED, p, draws=99),
    "CrossSection": lambda p: inf.cross_section(PLAIN, p, draws=49),
    "Pretrend": lambda p: inf.pretrend_test(inf.event_study(policy(p), "y", p), leads=2, draws=199),
    "Decomposition": lambda p: inf.goodman_bacon(staggered(p), "y", p),
    "SpatialPlacebo": lambda p: inf.spatial_placebo(PLAIN, p, circle(p), maps=40),
    "ProductSlope": lambda p: along_third(p),
}
"""Results that test or check another and hold no coefficients."""
