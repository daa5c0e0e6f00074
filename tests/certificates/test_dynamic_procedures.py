"""The certificates of memory: every entry runs, and its panels hold the truth they claim."""

import numpy as np
import pytest

from analysis.certificates import certify, registry

METHODS = (
    "within_dynamic", "half_panel_jackknife", "bias_corrected", "half_panel_jackknife_effect",
    "bias_corrected_effect", "gmm_difference_collapsed", "dumitrescu_hurlin",
    "dumitrescu_hurlin_normal", "panel_var",
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_every_entry_runs_without_failures(method):
    table = certify(registry()[method], replications=2)
    assert table["failures"].sum() == 0
    assert table["rejects"].notna().all()
    assert np.isfinite(table["mean_estimate"]).all() == (not method.startswith("dumitrescu"))


def test_the_within_estimate_shows_nickells_bias():
    row = certify(registry()["within_dynamic"], replications=8).iloc[0]
    assert row["bias"] < -0.1
