"""Worlds of the dependence certificates: what is declared about them holds in them."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.certificates import Design, certify, registry
from analysis.certificates.procedures.dependence import linked, persistent, related

METHODS = (
    "pesaran_cd", "cd_w", "mean_correlation", "ips", "cips", "cce_pooled", "hausman", "mundlak",
)  # fmt: skip


def grid(panel, name):
    values = panel.frame[name].to_numpy()
    return values.reshape(len(panel.entities), -1)


def test_entities_are_linked_by_the_effect_alone():
    def likeness(effect):
        design = Design(entities=40, years=300, common=0.5, effect=effect)
        y = grid(linked(design, np.random.default_rng(1)), "y")
        clean = y - y.mean(1, keepdims=True) - y.mean(0) + y.mean()
        return np.abs(np.corrcoef(clean)[np.triu_indices(40, 1)]).mean()

    assert likeness(0.0) < 0.16  # what persistence alone leaves in 300 years
    assert likeness(0.4) > 0.2


@pytest.mark.parametrize(("effect", "expected"), [(0.0, 1.0), (0.1, 0.9), (0.4, 0.6)])
def test_autoregression_falls_short_of_one_by_the_effect(effect, expected):
    design = Design(entities=200, years=200, persistence=1.0, effect=effect)
    y = grid(persistent(design, np.random.default_rng(2)), "y")
    y = y - y.mean(axis=0)
    slope = (y[:, 1:] * y[:, :-1]).sum() / (y[:, :-1] ** 2).sum()
    assert slope == pytest.approx(expected, abs=0.03)


def test_levels_are_related_by_the_effect_alone():
    design = Design(entities=3000, years=6)
    for effect, expected in ((0.0, 0.0), (0.5, np.sqrt(0.5))):
        panel = related(replace(design, effect=effect), np.random.default_rng(3))
        x, y = (grid(panel, name).mean(axis=1) for name in "xy")
        assert np.cov(x, y)[0, 1] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_registered_and_runs(method):
    entry = registry()[method]
    found = certify(replace(entry, effects=(0.0,)), replications=3).iloc[0]
    assert found["replications"] == 3
    assert 0 <= found["rejects"] <= 1
