"""Local projections: against R horizon by horizon and across horizons, and on planted responses."""

import json

import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.inference import estimate
from analysis.inference.form.local_projections import local_projections
from analysis.models import Sample, Specification

GRUNFELD = Specification("invest", ["value"], controls=["capital"], lag=0)
SPEC = Specification("y", ["a", "b"])
SHORT = {"horizons": (0, 1, 2), "early": (0, 1), "late": (2,)}


def test_grunfeld_reproduces_r(grunfeld):
    # R 4.2.2: per horizon lm(lead of inv ~ value + capital + firm + year) on 1935-52; across
    # horizons sandwich 3.0-2 vcovCL (HC0) of the stacked residualised regressions times
    # 10/9 * 179/(180 - 20); CR3 by leaving out each firm in all horizons, factor 9/10.
    found = local_projections(GRUNFELD, grunfeld, "value", **SHORT)
    table = found.tidy()
    estimates = [0.0877308157044, 0.0653722015239, 0.0492632237873]
    np.testing.assert_allclose(table["estimate"], estimates, rtol=1e-8)
    errors = [0.00816610696587, 0.0197081637943, 0.0367578325351]
    np.testing.assert_allclose(table["se"], errors, rtol=1e-8)
    across = [-4.37841211754e-05, -1.23637553315e-04, 7.15142669185e-04]
    assert found.joint.cr1[np.triu_indices(3, 1)] == pytest.approx(across, rel=1e-7)
    gap = found.contrast
    assert gap.estimate == pytest.approx(-0.0272882848268, rel=1e-8)
    assert gap.se == pytest.approx(0.0291807356316, rel=1e-8)
    assert gap.se_cr3 == pytest.approx(0.0595835407996, rel=1e-8)


def test_horizon_zero_on_its_own_rows_is_the_plain_regression(panel):
    found = local_projections(SPEC, panel, "a", common=False, **SHORT)
    plain = estimate(SPEC, panel)
    line = plain.coefficient("a")
    assert found.responses[0].estimate == pytest.approx(line.estimate)
    assert found.responses[0].se_cr3 == pytest.approx(line.se_cr3)
    assert found.columns[0].n == plain.n


def test_common_rows_are_those_of_every_horizon(panel):
    common = local_projections(SPEC, panel, "a", **SHORT)
    own = local_projections(SPEC, panel, "a", common=False, **SHORT)
    assert len({c.n for c in common.columns}) == 1
    assert [c.n for c in own.columns] == sorted((c.n for c in own.columns), reverse=True)
    assert common.columns[0].n <= own.columns[-1].n
    first = common.columns[0].fitted.index
    assert all(c.fitted.index.equals(first) for c in common.columns)


def test_a_response_after_three_years_is_dated_rightly(make_panel, full_panel):
    frame = full_panel.frame.copy()
    rng = np.random.default_rng(0)
    frame["a"] = rng.normal(size=len(frame))
    late = frame["a"].groupby(level=0).shift(4)
    frame["y"] = 2.0 * late.fillna(0.0) + 0.1 * rng.normal(size=len(frame))
    frame.loc[late.isna(), "y"] = np.nan
    found = local_projections(Specification("y", ["a"]), make_panel(frame), "a", common=False)
    sizes = [line.estimate for line in found.responses]
    assert sizes[3] == pytest.approx(2.0, abs=0.1)
    assert np.argmax(np.abs(sizes)) == 3
    assert found.contrast.label == "mean of h = 3, 4 less mean of h = 0, 1"
    assert found.contrast.estimate == pytest.approx(np.mean(sizes[3:]) - np.mean(sizes[:2]))


def test_cumulated_changes_are_the_level(make_panel, full_panel):
    frame = full_panel.frame.copy()
    frame["level"] = frame["y"].groupby(level=0).cumsum()
    frame["before"] = frame["level"].groupby(level=0).shift()
    panel = make_panel(frame)
    spec = Specification("y", ["a"], lag=0)
    summed = local_projections(spec, panel, "a", cumulative=True, **SHORT)
    frame["gain"] = frame["level"].groupby(level=0).shift(-2) - frame["before"]
    frame.loc[frame["before"].isna(), "gain"] = frame["level"].groupby(level=0).shift(-2)
    by_hand = estimate(Specification("gain", ["a"], lag=0), make_panel(frame))
    line = by_hand.coefficient("a")
    assert summed.responses[2].estimate == pytest.approx(line.estimate, rel=1e-8)


def test_sample_counts_by_the_year_of_each_outcome(full_panel):
    spec = Specification("y", ["a"], sample=Sample(last_year=2009, exclude_years=(2007,)))
    found = local_projections(spec, full_panel, "a", common=False, **SHORT)
    for h, column in zip((0, 1, 2), found.columns, strict=True):
        outcome_years = {year + h for year in column.fitted.years}
        assert max(outcome_years) == 2009
        assert 2007 not in outcome_years


def test_history_holds_the_past_fixed(full_panel):
    found = local_projections(SPEC, full_panel, "a", history=1, **SHORT)
    assert found.columns[0].specification.controls == ("a 2 years before", "y 2 years before")
    frame = full_panel.frame
    past = found.columns[0].fitted.index
    assert min(past.get_level_values(1)) == frame.index.get_level_values(1).min() + 2
    assert not any("Nothing of the past" in note for note in found.notes)


def test_errors_name_what_is_wrong(full_panel):
    cases = [
        ({"of": "c"}, "'c' is not a regressor"),
        ({"of": "a", "horizons": (0, -1)}, "years from 0 on"),
        ({"of": "a", "late": (9,)}, "two different parts"),
        ({"of": "a", "early": (3,)}, "two different parts"),
        ({"of": "a", "history": -1}, "must not be negative"),
        ({"of": "a", "horizons": (0, 11), "early": (0,), "late": (11,)}, "No entity has rows"),
    ]
    for options, message in cases:
        with pytest.raises(SpecificationError, match=message):
            local_projections(SPEC, full_panel, **options)


def test_result_is_json_and_a_table(full_panel):
    found = local_projections(SPEC, full_panel, "a", **SHORT)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["horizons"] == found.tidy()["horizon"].tolist() == [0, 1, 2]
    assert "Response [CR3 interval]" in found._repr_html_()
    assert any("t(G−1)" in note for note in found.notes)
