"""The bootstrap of a direct effect against the model whose effect it is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.inference import spatial_panel
from analysis.inference.spatial.design import spatial_design
from analysis.inference.spatial.direct import direct_effect
from analysis.inference.spatial.lines import fit_design
from analysis.models import SpatialWeights, Specification

NAMES = tuple(f"e{i:02d}" for i in range(12))
SPEC = Specification("y", ("a",), lag=0)


def circle(names=NAMES):
    n = len(names)
    raw = sum(np.roll(np.eye(n), s, axis=1) for s in (-1, 1))
    return SpatialWeights("circle", tuple(names), raw)


def uneven(names=NAMES, seed=2):
    """A map on which some have more neighbours than others."""
    raw = np.random.default_rng(seed).random((len(names),) * 2) < 0.3
    raw = np.triu(raw, 1) + np.eye(len(names), k=1)
    return SpatialWeights("uneven", tuple(names), np.minimum(raw + raw.T, 1.0))


MAPS = {"circle": circle, "uneven": uneven}
SPECS = {
    "one": SPEC,
    "lagged": replace(SPEC, regressors=("a", "b"), lag=1, lags={"b": 0}),
    "product": replace(SPEC, regressors=("a", "b"), interactions=(("a", "b"),), controls=("c",)),
}


@pytest.mark.parametrize("near", MAPS)
@pytest.mark.parametrize("name", SPECS)
def test_it_is_the_direct_effect_of_the_model_at_its_rho(name, near, full_panel):
    spec, w = SPECS[name], MAPS[near]()
    model = spatial_panel(spec, full_panel, w, draws=100)
    for term in spec.terms:
        found = direct_effect(spec, full_panel, w, term, model.rho, draws=99, interval=False)
        line = model.effect(term, "direct")
        assert found.estimate == pytest.approx(line.estimate, rel=1e-7)
        assert found.term == term


def test_initial_controls_are_held_as_in_the_model(full_panel):
    spec, w = replace(SPEC, initial=("c",)), uneven()
    model = spatial_panel(spec, full_panel, w, draws=100)
    found = direct_effect(spec, full_panel, w, "a", model.rho, draws=99, interval=False)
    assert found.estimate == pytest.approx(model.effect("a", "direct").estimate, rel=1e-7)


def test_without_a_spatial_lag_of_the_outcome_it_is_the_slope_beside_that_of_neighbours(full_panel):
    model = spatial_panel(SPEC, full_panel, uneven(), model="slx", draws=100)
    found = direct_effect(SPEC, full_panel, uneven(), "a", 0.0, draws=999)
    line = model.effect("a", "direct")
    assert found.estimate == pytest.approx(line.estimate, rel=1e-9)
    assert found.low < found.estimate < found.high
    assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_rows_are_balanced_as_in_the_model(full_panel):
    frame = full_panel.frame.copy()
    frame.loc[[("e03", 2005), ("e07", 2005), ("e07", 2006)], "y"] = np.nan
    panel = replace(full_panel, frame=frame)
    model = spatial_panel(SPEC, panel, uneven(), balance="largest", draws=100)
    found = direct_effect(SPEC, panel, uneven(), "a", model.rho, draws=99, interval=False)
    assert found.estimate == pytest.approx(model.effect("a", "direct").estimate, rel=1e-7)
    assert found.weights.clusters == model.n_entities < 12


def test_columns_of_the_panel_are_left_as_they_are(full_panel):
    before = full_panel.frame.copy()
    direct_effect(SPEC, full_panel, circle(), "a", 0.3, draws=99, interval=False)
    pd.testing.assert_frame_equal(full_panel.frame, before)


def test_the_level_is_kept_where_nothing_is_to_be_found(make_panel):
    rng, w = np.random.default_rng(6), uneven(tuple(f"e{i:02d}" for i in range(20)), 5)
    index = pd.MultiIndex.from_product([w.entities, range(2001, 2011)], names=["entity", "year"])
    mix = np.linalg.inv(np.eye(20) - 0.4 * w.matrix)
    rejected, panels = 0, 200
    for _ in range(panels):
        x, u = rng.normal(size=(2, 20, 10))
        for year in range(1, 10):
            x[:, year] += 0.7 * x[:, year - 1]
            u[:, year] += 0.7 * u[:, year - 1]
        frame = pd.DataFrame({"y": (mix @ u).ravel(), "a": x.ravel()}, index=index)
        panel = make_panel(frame)
        rho = fit_design(spatial_design(SPEC, panel, w, transform=True, balance="error"), "sdm").rho
        found = direct_effect(SPEC, panel, w, "a", rho, draws=199, interval=False)
        rejected += found.p < 0.05
    assert 0.01 <= rejected / panels <= 0.10
