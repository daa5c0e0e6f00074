from dataclasses import replace

import numpy as np
import pytest

from analysis.certificates import Design, registry
from analysis.certificates.procedures.spatial import (
    RHO,
    THETA,
    sdm_bootstrap,
    sdm_direct,
    sdm_indirect,
    sdm_information,
    simulate,
)
from analysis.models import contiguity


def test_truth_stands_in_the_panel():
    panel = simulate(Design(effect=0.4), np.random.default_rng(1))
    w, eye = contiguity(panel).matrix, np.eye(30)
    effects = 0.4 * np.linalg.inv(eye - RHO * w) @ (eye + THETA * w)
    assert np.allclose(panel["direct"], np.trace(effects) / 30)
    assert np.allclose(panel["indirect"], effects.sum() / 30 - np.trace(effects) / 30)
    assert contiguity(panel).neighbours.min() >= 4


def test_outcome_follows_last_years_x_through_space():
    """Two panels drawn alike but for the effect differ by the effect alone."""
    none, some = (simulate(Design(effect=e), np.random.default_rng(7)) for e in (0.0, 0.5))
    w, eye = contiguity(some).matrix, np.eye(30)
    gap = (some["y"] - none["y"]).to_numpy().reshape(30, 12)[:, 1:]
    x = some["x"].to_numpy().reshape(30, 12)[:, :-1]
    assert np.allclose((eye - RHO * w) @ gap, 0.5 * (eye + THETA * w) @ x)
    assert not none["direct"].any()


def test_readings_hold_a_large_effect():
    design = Design(effect=1.5, persistence=0.0, common=0.0)
    panel = simulate(design, np.random.default_rng(2))
    for procedure, kind in ((sdm_direct, "direct"), (sdm_indirect, "indirect"),
                            (sdm_information, "direct"), (sdm_bootstrap, "direct")):  # fmt: skip
        reading = procedure(panel, np.random.default_rng(3))
        assert reading.truth == panel[kind].iloc[0]
        assert reading.low < reading.estimate < reading.high
        assert reading.p < 0.05
        again = procedure(panel, np.random.default_rng(3))
        assert replace(again, estimate=reading.estimate) == reading


def test_the_bootstrap_is_about_the_effect_that_the_sandwich_is_about():
    panel = simulate(Design(effect=0.3), np.random.default_rng(5))
    one, two = (f(panel, np.random.default_rng(3)) for f in (sdm_direct, sdm_bootstrap))
    assert two.estimate == pytest.approx(one.estimate, rel=1e-7)
    assert two.truth == one.truth


def test_registered():
    known = registry()
    names = {"sdm_direct", "sdm_indirect", "sdm_information", "sdm_bootstrap"}
    assert names <= known.keys()
    assert all(0.0 in known[m].effects for m in names)
