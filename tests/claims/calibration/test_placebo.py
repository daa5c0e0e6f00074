"""What is drawn on a placebo panel, what is made of it, and what stays as published."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.claims.calibration.books import claims_of
from analysis.claims.calibration.placebo import placebo
from analysis.claims.families.families import FAMILIES
from analysis.measures.indices import apply_weights, weights
from analysis.measures.weights import EPS

RIGHT = ("loans", "funds", "rent", "bank", "fund", "both")
LEFT = ("sales", "jobs", "rain", "size")


@pytest.fixture(scope="module", params=FAMILIES)
def made(request, invented):
    return placebo(invented, "toy", request.param)


def test_only_what_stands_on_the_right_is_drawn(made):
    assert set(made.figures.names) == {"loans", "funds", "rent"}
    assert set(made.indices) == {"bank", "fund"}
    assert made.composites == ("both",)
    assert set(made.replaced(0).columns) == set(RIGHT)


def test_outcomes_controls_and_measures_of_size_stay_as_published(made):
    real, drawn = made.panel.frame, made.replaced(3)
    for claim in claims_of(made):
        frame = made.question(claim, drawn).panel.frame
        for name in frame.columns.intersection(LEFT):
            pd.testing.assert_series_equal(frame[name], real[name])
        assert {claim.outcome, "rain"} <= set(frame.columns)
        for name in claim.regressors:
            assert not frame[name].equals(real[name])
            np.testing.assert_array_equal(frame[name], drawn.columns[name])
    question = made.question(next(iter(claims_of(made))), drawn)
    assert {"sales", "jobs", "rain", "size", "loans", "rent"} == set(question.panel.frame.columns)


def test_a_panel_follows_from_its_number_alone(made):
    first, other = made.replaced(4), made.replaced(5)
    again = made.replaced(4)
    for name in RIGHT:
        np.testing.assert_array_equal(first.columns[name], again.columns[name])
        assert not np.array_equal(first.columns[name], other.columns[name], equal_nan=True)
    pd.testing.assert_frame_equal(first.study.policies, again.study.policies)


def test_indices_and_composites_are_made_of_what_is_drawn_with_the_published_weights(made):
    study, drawn = made.study, made.replaced(2).columns
    real = made.panel
    published = weights(real, study.measures, "bank")
    assert dict(made.indices["bank"].by_ingredient) == dict(published.by_ingredient)
    frame = pd.DataFrame({n: drawn[n] for n in ("loans", "rent")}, real.frame.index)
    theirs = apply_weights(replace(real, frame=frame), study.measures, published)
    np.testing.assert_allclose(drawn["bank"], theirs.to_numpy(), rtol=1e-12)
    whole = np.isfinite(drawn["bank"]) & np.isfinite(drawn["fund"])
    lower = np.minimum(drawn["bank"], drawn["fund"])[whole]
    levels = np.clip(lower, EPS, 1 + EPS) / (1 + EPS)
    np.testing.assert_allclose(drawn["both"][whole], levels, rtol=1e-12)
    assert np.isnan(drawn["both"][~whole]).all()


def test_on_the_real_figures_they_are_what_is_published(invented):
    made = placebo(invented, "toy", "dealt")
    same = replace(made, draw=lambda _rng: made.figures.values)  # noqa: PD011
    drawn = same.replaced(0).columns
    for name in RIGHT:
        np.testing.assert_allclose(drawn[name], made.panel.frame[name].to_numpy(), rtol=1e-9)


def test_policies_are_dealt_out_anew(made, invented):
    real = invented.policies
    seen = set()
    for number in range(30):
        found = made.replaced(number).study.policies
        assert list(found["start"]) == list(real["start"])
        assert found["entity"].nunique() == len(real)
        seen |= set(found["entity"])
        if made.family == "dealt_regions":
            regions = made.panel.entities["region"]
            assert list(regions[found["entity"]]) == list(regions[real["entity"]])
    assert len(seen) == 20  # everyone is exposed on some panel
    assert list(invented.policies["entity"]) == [f"f{i:02d}" for i in range(6)]  # and none is lost


def test_one_permutation_moves_figures_and_not_outcomes_in_dealt_histories(invented):
    made = placebo(invented, "toy", "dealt")
    drawn = made.replaced(6).columns
    wide = {n: made.panel.frame[n].to_numpy().reshape(20, -1) for n in ("loans", "funds", "rent")}
    source = None
    for name, values in wide.items():
        found = drawn[name].reshape(20, -1)
        places = [
            next(j for j in range(20) if np.array_equal(values[j], row, equal_nan=True))
            for row in found
        ]
        assert sorted(places) == list(range(20))
        assert source is None or places == source
        source = places
