"""A change of units changes no t statistic, whichever method and however far apart the units."""

import numpy as np
import pandas as pd
import pytest

from analysis import inference as ways
from analysis.data import Panel, Roles, Variable
from analysis.models import EventDesign, Exposure, SpatialWeights, Specification

ENTITIES, YEARS = [f"f{i:02d}" for i in range(24)], range(2001, 2015)
SPEC = Specification("y", ["x", "z"], lag=0)
ONE = Specification("y", ["x"], lag=0)
EVENT = EventDesign("reform", tuple(Exposure(e, 2006 + i % 3) for i, e in enumerate(ENTITIES[:9])))


def _panel(**unit: float) -> Panel:
    rng = np.random.default_rng(11)
    index = pd.MultiIndex.from_product([ENTITIES, YEARS], names=["entity", "year"])
    frame = pd.DataFrame(rng.normal(size=(len(index), 5)), index, list("xzumq"))
    frame["x"] += 0.5 * frame["u"]
    frame["m"] += 0.5 * frame["x"]
    frame["y"] = 0.5 * frame["x"] + 0.2 * frame["z"] + rng.normal(size=len(frame))
    frame = frame * pd.Series(unit).reindex(frame.columns).fillna(1.0)
    named = {c: Variable(c, c) for c in frame}
    table = pd.DataFrame(index=pd.Index(ENTITIES, name="entity"))
    roles = Roles("firm", "firms", "企业", "Case", "例", YEARS[0], YEARS[-1], len(ENTITIES))
    return Panel("case", frame, named, table, roles)


def _weights() -> SpatialWeights:
    rng = np.random.default_rng(3)
    points = rng.uniform(size=(len(ENTITIES), 2))
    distance = np.sqrt(((points[:, None] - points) ** 2).sum(-1))
    near = np.divide(1, distance, out=np.zeros_like(distance), where=distance > 0)
    return SpatialWeights("inverse", tuple(ENTITIES), near)


def _t(lines):
    return [line.estimate / line.se for line in lines]


def _spatial(panel, model):
    found = ways.spatial_panel(SPEC, panel, _weights(), model=model, draws=200)
    return [*_t(found.coefficients), *(t.p for t in found.tests)]


def _random(panel):
    found = ways.random_effects(SPEC, panel)
    return [*(t.p for t in found.terms), found.hausman.p, found.mundlak.p]


def _common(panel):
    found = ways.common_effects(SPEC, panel).terms
    return [v for t in found for v in (t.p, t.p_cr3, t.p_mean_group)]


def _instrumented(panel):
    found = ways.instrumented(SPEC, panel, "x", ["u"])
    return [*_t(found.terms), found.effective_f, found.ar_p, found.robust_f]


def _mediation(panel):
    found = ways.mediation(SPEC, panel, "m", draws=199)
    return [*_t(found.lines.values()), found.p, found.rho_zero]


def _oster(panel):
    found = ways.oster(SPEC, panel)
    return [found.moments.controlled_r2, found.delta, *(r["delta"] for r in found.rows())]


def _estimate(panel):
    found = ways.estimate(SPEC, panel)
    return [*_t(found.terms), *(c.p_cr3 for c in found.terms)]


def _small_samples(panel):
    found = ways.estimate(SPEC, panel)
    wild = ways.wild(found, "z", draws=199)
    return [*_t(ways.satterthwaite(found).rows()), wild.p, wild.t, wild.low / found.terms[1].se,
            ways.influence(found).leverage.max()]  # fmt: skip


def _threshold(panel):
    found = ways.threshold(SPEC, panel, "q", draws=99)
    return [found.f, found.p, found.rows_low]


def _u_test(panel):
    spec = Specification("y", ["x", "z"], lag=0, interactions=[("x", "x")])
    found = ways.u_test(spec, panel, "x")
    return [found.p, found.p_cr3, *_t([found.linear, found.square])]


def _cinelli(panel):
    found = ways.cinelli_hazlett(SPEC, panel, benchmarks=["z"])
    return [found.t, found.rv, found.rv_clustered, *(b.t for b in found.benchmarks)]


def _dynamic(panel):
    found = ways.dynamic_panel(ONE, panel, draws=199).tidy()
    return (found["estimate"] / found["se"]).dropna()


def _tidy(found):
    table = found.tidy()
    return (table["estimate"] / table["se"]).dropna()


def _granger(panel):
    table = ways.dumitrescu_hurlin(ONE, panel, draws=199).tidy()
    return table.filter(regex="^p").to_numpy().ravel()


def _gmm(panel, kind):
    lags = (ways.LagInstruments("y", 2, 3),)
    return _tidy(ways.gmm(SPEC, panel, kind=kind, instruments=lags))


METHODS = {
    "estimate": _estimate,
    "small samples": _small_samples,
    **{f"spatial {m}": (lambda p, m=m: _spatial(p, m)) for m in ("sdm", "sar", "sem", "slx")},
    "driscoll_kraay": lambda p: _t(ways.driscoll_kraay(SPEC, p).terms),
    "long_difference": lambda p: _t(
        ways.long_difference(SPEC, p, first=(2001, 2004), last=(2011, 2014)).terms
    ),
    "common_effects": _common,
    "random_effects": _random,
    "instrumented": _instrumented,
    "mediation": _mediation,
    "oster": _oster,
    "cinelli_hazlett": _cinelli,
    "u_test": lambda p: _u_test(p),
    "threshold": _threshold,
    "local_projections": lambda p: _tidy(ways.local_projections(SPEC, p, "x")),
    "distributed_lags": lambda p: _tidy(ways.distributed_lags(SPEC, p, "x", lags=(0, 1))),
    "cross_section": lambda p: [s.value for s in ways.cross_section(SPEC, p, draws=99).statistics],
    "dynamic_panel": _dynamic,
    "panel_var": lambda p: _tidy(ways.panel_var(ONE, p, draws=199)),
    "difference gmm": lambda p: _gmm(p, "difference"),
    "system gmm": lambda p: _gmm(p, "system"),
    "dumitrescu_hurlin": lambda p: _granger(p),
    "unit_roots": lambda p: ways.unit_roots(ONE, p, draws=199).tidy()["p"],
    "event_study": lambda p: _t([ways.event_study(EVENT, "y", p).overall]),
    "randomisation_test": lambda p: [ways.randomisation_test(EVENT, "y", p, draws=99).p],
}  # fmt: skip
UNITS = [
    {"x": 1e8}, {"x": 1e-8}, {"y": 1e8}, {"y": 1e-8}, {"x": 1e8, "z": 1e-8, "m": 1e-3},
]  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_change_of_units_changes_no_t_statistic(name):
    call = METHODS[name]
    expected = np.asarray(call(_panel()), dtype=float)
    assert expected.size
    for unit in UNITS:
        found = np.asarray(call(_panel(**unit)), dtype=float)
        # A likelihood's maximum is known to half of a double's digits.
        np.testing.assert_allclose(found, expected, rtol=2e-7, atol=1e-7, err_msg=str(unit))
