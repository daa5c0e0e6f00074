"""The certificate runner: honest counting, the same answer on any number of processes."""

import numpy as np
import pytest

from analysis.certificates import Certificate, Design, Reading, certify, registry, simulate
from analysis.certificates.design import draw_panel
from analysis.errors import SpecificationError

HERE = "tests.certificates.test_runner"


def knows_the_truth(panel, rng):
    """Right on average, its interval holds the truth nine times in ten."""
    hit = rng.random() < 0.9
    return Reading(0.5, -1.0 if hit else 2.0, 3.0, 0.01 if rng.random() < 0.2 else 0.5, truth=0.4)


def fails_on_odd_panels(panel, rng):
    if rng.random() < 0.5:
        raise SpecificationError("no estimate")
    return Reading(0.0)


def test_summary_counts_bias_coverage_and_rejections():
    entry = Certificate("toy", "Toy", f"{HERE}:knows_the_truth", effects=(0.0,), replications=600)
    row = certify(entry).iloc[0]
    assert row["bias"] == pytest.approx(0.1)
    assert row["coverage"] == pytest.approx(0.9, abs=0.04)
    assert row["rejects"] == pytest.approx(0.2, abs=0.05)
    assert row["mc_error"] == pytest.approx(np.sqrt(row["rejects"] * (1 - row["rejects"]) / 600))


def test_failures_are_counted_not_hidden():
    entry = Certificate("toy2", "Toy", f"{HERE}:fails_on_odd_panels", effects=(0.0,))
    row = certify(entry, replications=200).iloc[0]
    assert row["failures"] + row["replications"] == 200
    assert 60 < row["failures"] < 140
    assert np.isnan(row["rejects"])


@pytest.mark.slow
def test_answer_does_not_depend_on_the_number_of_processes():
    entry = registry()["cr1"]
    one, two = (certify(entry, replications=4, jobs=jobs) for jobs in (1, 2))
    assert one.equals(two)


def test_simulated_panel_has_the_declared_persistence_and_dependence():
    rng = np.random.default_rng(1)
    design = Design(entities=400, years=40, persistence=0.7, common=0.0)
    x = draw_panel(design, rng)
    assert np.corrcoef(x[:, 1:].ravel(), x[:, :-1].ravel())[0, 1] == pytest.approx(0.7, abs=0.03)
    assert x.std() == pytest.approx(1.0, abs=0.05)
    bound = draw_panel(Design(entities=60, years=400, common=0.5), rng)
    loose = draw_panel(Design(entities=60, years=400, common=0.0), rng)
    assert _mean_correlation(bound) > _mean_correlation(loose) + 0.1


def _mean_correlation(x):
    c = np.corrcoef(x)
    return np.abs(c[np.triu_indices_from(c, 1)]).mean()


def test_effect_is_on_last_years_x():
    panel = simulate(Design(effect=50.0, entities=10), np.random.default_rng(2))
    y, lag = panel["y"], panel["x"].groupby(level="entity").shift()
    seen = lag.notna()
    assert np.corrcoef(y[seen], 50 * lag[seen])[0, 1] > 0.99


def test_malformed_and_repeated_entries_are_refused(tmp_path):
    (tmp_path / "a.yml").write_text("- {method: m, title: t, procedure: p, wrong: 1}")
    with pytest.raises(SpecificationError, match=r"a\.yml is malformed"):
        registry(tmp_path)
    (tmp_path / "a.yml").write_text("- {method: m, title: t, procedure: p}")
    (tmp_path / "b.yml").write_text("- {method: m, title: t, procedure: p}")
    with pytest.raises(SpecificationError, match="registered twice"):
        registry(tmp_path)
