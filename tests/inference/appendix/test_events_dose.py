import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference import dose_estimate, goodman_bacon
from analysis.models import EventDesign, Exposure, Sample
from tests.inference.events.events_panels import STARTS, design_of, long_frame, walk


def test_the_post_dummy_gives_what_the_decomposition_adds_up_to(make_panel):
    panel = make_panel(long_frame(walk(STARTS)))
    found = dose_estimate(design_of(STARTS), "y", panel)
    line = found.coefficient("event")
    bacon = goodman_bacon(design_of(STARTS), "y", panel)
    assert line.estimate == pytest.approx(bacon.estimate, abs=1e-9)
    assert any("staggered" in note for note in found.notes)


def test_an_effect_in_proportion_to_the_dose_is_found(make_panel):
    rng = np.random.default_rng(9)
    doses = np.concatenate([rng.uniform(0.5, 3.0, size=10), np.zeros(10)])
    years = np.arange(2003, 2015)
    noise = 0.01 * rng.normal(size=(20, 12))
    y = noise + rng.normal(size=(20, 1)) + 2.0 * doses[:, None] * (years >= 2008)
    exposures = tuple(Exposure(f"u{i:03d}", 2008, d) for i, d in enumerate(doses[:10]))
    design = EventDesign("event", exposures, dosed=True)
    found = dose_estimate(design, "y", make_panel(long_frame(y)))
    assert found.coefficient("event").estimate == pytest.approx(2.0, abs=0.02)
    assert found.specification.lag_of("event") == 0
    assert not any("staggered" in note for note in found.notes)


def test_few_exposed_entities_hand_over_to_the_permutation_test(make_panel):
    starts = np.array([2008] * 4 + [0] * 12)
    found = dose_estimate(design_of(starts), "y", make_panel(long_frame(walk(starts))))
    assert any("Only 4 firms are exposed" in note for note in found.notes)


def test_excluded_entities_and_years_stay_out(make_panel):
    design = EventDesign("event", design_of(STARTS).exposures, excluded=("u020",))
    panel = make_panel(long_frame(walk(STARTS)))
    found = dose_estimate(design, "y", panel, sample=Sample(first_year=2005))
    assert found.n_entities == 29
    assert found.first_year == 2005
    assert found.n + sum(d.rows for d in found.dropped) == found.grid_rows


def test_a_design_without_variation_is_refused(make_panel):
    starts = np.array([2003] * 15 + [0] * 15)
    with pytest.raises(SpecificationError, match="'event' is absorbed"):
        dose_estimate(design_of(starts), "y", make_panel(long_frame(walk(starts))))
