"""What the certified panels of this area promise, and that each method reads them."""

import numpy as np
import pytest

from analysis.certificates import Design, registry
from analysis.certificates.procedures import sensitivity as area
from analysis.inference import instrumented, mediation, poisson
from analysis.models import Specification

METHODS = {
    "mediation_product": (area.simulate_channel, area.product_reading),
    "iv_wald": (area.simulate_instrument, area.wald_reading),
    "iv_ar": (area.simulate_instrument, area.anderson_rubin_reading),
    "poisson": (area.simulate_counts, area.poisson_reading),
}


@pytest.mark.parametrize("method", METHODS)
def test_registered_and_readable(method):
    entry = registry()[method]
    simulate, read = METHODS[method]
    assert entry.procedure.endswith(read.__name__)
    assert entry.simulate.endswith(simulate.__name__)
    panel = simulate(Design(effect=0.3), np.random.default_rng(0))
    found = read(panel, np.random.default_rng(0))
    assert np.isfinite([found.estimate, found.low, found.high, found.p, found.truth]).all()
    assert found.low <= found.high
    null = simulate(Design(effect=0.0), np.random.default_rng(0))
    assert read(null, np.random.default_rng(0)).truth == 0


def test_large_panels_show_their_truth():
    large = Design(entities=100, years=30, effect=0.4)
    rng = np.random.default_rng(2)
    channel = mediation(area.SPEC, area.simulate_channel(large, rng), "m", draws=100)
    assert channel.product == pytest.approx(0.2, abs=0.05)
    counts = poisson(area.SPEC, area.simulate_counts(large, rng))
    assert counts.coefficient("x").estimate == pytest.approx(0.4, abs=0.06)
    assert counts.dispersion > 1.5
    panel = area.simulate_instrument(large, rng)
    found = instrumented(area.SAME_YEAR, panel, "x", "z")
    assert found.coefficient("x").estimate == pytest.approx(0.4, abs=0.3)
    assert found.least_squares.estimate > 1  # least squares is far off


def test_piece_that_holds_the_truth_or_the_nearest():
    panel = area.simulate_instrument(Design(), np.random.default_rng(0))
    found = instrumented(Specification("y", ("x",), lag=0), panel, "x", "z")
    rays = type("Found", (), {"ar_set": ((-np.inf, -1.0), (2.0, np.inf))})
    assert area._piece(rays, 3.0) == (2.0, area.FAR)
    assert area._piece(rays, -0.5) == (-area.FAR, -1.0)
    low, high = area._piece(found, 0.0)
    assert (low <= 0 <= high) == (found.ar_p >= 0.05)
