from dataclasses import replace

import numpy as np
import pytest

from analysis.certificates import Design, certify, registry
from analysis.certificates.procedures import events

METHODS = (
    "callaway_santanna",
    "callaway_santanna_few",
    "sun_abraham",
    "imputation",
    "event_cr1_few_treated",
    "randomisation",
)


def test_starts_are_dealt_out_at_random_and_add_the_effect():
    design = Design(effect=0.0)
    panel = events.four_of_thirty(design, np.random.default_rng(1))
    with_effect = events.four_of_thirty(replace(design, effect=2.0), np.random.default_rng(1))
    post = panel["post"]
    assert post.groupby("entity").max().sum() == 4
    assert post.groupby("year").sum().tolist() == [0.0] * 6 + [4.0] * 6
    np.testing.assert_allclose(with_effect["y"] - panel["y"], 2.0 * post, atol=1e-12)
    other = events.four_of_thirty(design, np.random.default_rng(2))
    assert not other["post"].equals(post)
    waves = events.staggered(design, np.random.default_rng(1))["post"].groupby("year").sum()
    assert waves.tolist() == [0.0] * 5 + [4.0] * 2 + [8.0] * 2 + [12.0] * 3


@pytest.mark.parametrize("method", METHODS)
def test_a_procedure_centres_on_the_truth(method):
    entry = replace(registry()[method], effects=(1.0,))
    row = certify(entry, replications=3).iloc[0]
    assert row["failures"] == 0
    # One SD of an average of four entities is near 0.45 (committed table); far from 0 and 2.
    assert row["mean_estimate"] == pytest.approx(1.0, abs=0.9)
    assert 0 <= row["coverage"] <= 1


@pytest.mark.parametrize("method", ["pretrend", "pretrend_permutation"])
def test_a_pretrend_reading_is_a_p_value(method):
    row = certify(registry()[method], replications=2).iloc[0]
    assert 0 <= row["rejects"] <= 1
    assert np.isnan(row["coverage"])
