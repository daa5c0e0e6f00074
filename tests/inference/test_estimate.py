import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import t

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import Coefficient, estimate, minimum_detectable_effect
from analysis.models import Specification, fit

GRUNFELD = Specification("invest", ["value", "capital"], lag=0)


@pytest.fixture(scope="module")
def found(grunfeld):
    return estimate(GRUNFELD, grunfeld, notes=["Both sides are divided by nothing."])


def test_lines_carry_the_published_convention(found):
    value = found.coefficient("value")
    # R plm two-way estimate; R fixest 0.14.2 SE clustered by firm.
    assert value.estimate == pytest.approx(0.1177158551, abs=5e-11)
    assert value.se == pytest.approx(0.01082442948, abs=5e-12)
    # Ten re-estimations with all dummies spelled out, see test_clustered; G = 10.
    assert value.se_cr3 == pytest.approx(0.05516089 * np.sqrt(9 / 10), rel=2e-7)


def test_intervals_and_p_values_are_of_t_with_one_less_than_clusters(found):
    for line in found.terms:
        for se, p, low, high in (
            (line.se, line.p, line.low, line.high),
            (line.se_cr3, line.p_cr3, line.low_cr3, line.high_cr3),
        ):
            assert p == pytest.approx(2 * t.sf(abs(line.estimate) / se, 9), rel=1e-9)
            assert (high - low) / 2 == pytest.approx(t.ppf(0.975, 9) * se, rel=1e-9)
            assert (high + low) / 2 == pytest.approx(line.estimate, rel=1e-9)
        assert line.t == pytest.approx(line.estimate / line.se)
        assert line.mde == minimum_detectable_effect(line.se_cr3, 9)


def test_level_moves_the_interval_and_the_detectable_effect(found, grunfeld):
    wide = estimate(GRUNFELD, grunfeld, level=0.01).coefficient("value")
    value = found.coefficient("value")
    assert wide.low < value.low
    assert wide.mde > value.mde
    assert wide.p == value.p
    with pytest.raises(SpecificationError, match="Level 95 must lie between"):
        estimate(GRUNFELD, grunfeld, level=95)


def test_range_without_each_cluster_is_reached(found, grunfeld):
    from analysis.models import Sample

    value = found.coefficient("value")
    for firm, edge in (
        (value.lowest_without, value.lowest),
        (value.highest_without, value.highest),
    ):
        spec = dataclasses.replace(GRUNFELD, sample=Sample(exclude_entities=[firm]))
        assert fit(spec, grunfeld).coefficients[0] == pytest.approx(edge, rel=1e-9)
    assert value.lowest <= value.estimate <= value.highest


def test_counts_and_words(found):
    assert (found.n, found.n_entities, found.n_years, found.clusters) == (200, 10, 20, 10)
    assert (found.first_year, found.last_year, found.parameters) == (1935, 1954, 22)
    assert found.dropped == ()
    assert found.notes[:-1] == ("Both sides are divided by nothing.",)
    assert found.notes[-1].endswith("synthetic panels of 30 × 12 only, not of 10 × 20.")
    assert found.outcome_label == "Label of invest"
    assert found.nouns == ("firm", "firms")
    for part in ("Clustered by firm, G = 10", "K = 22", "CR3", "(G−1)/G", "t(G−1)"):
        assert part in found.convention
    assert found.within_r2_of.startswith("share of the outcome's variance around entity and year")


def test_tidy_has_one_row_per_term_and_every_field(found):
    table = found.tidy()
    assert list(table["term"]) == ["value", "capital"]
    assert list(table.columns) == [f.name for f in dataclasses.fields(Coefficient)]


def test_dictionary_survives_strict_json(found):
    back = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert back["terms"][0]["estimate"] == found.terms[0].estimate
    assert Specification.from_mapping(back["specification"]) == GRUNFELD
    assert back["dropped"] == []
    assert back["grid_rows"] == 200


def test_unknown_term_gets_a_suggestion_and_products_work_both_ways(panel):
    crossed = estimate(Specification("y", ["a", "b"], [["a", "b"]]), panel)
    assert crossed.coefficient("b:a") is crossed.coefficient("a:b")
    assert crossed.coefficient("a:b").label == "Label of a × Label of b"
    with pytest.raises(UnknownNameError, match="Unknown term 'aa' in this estimate: did you mean"):
        crossed.coefficient("aa")


def test_standardised_equals_a_regression_on_scaled_variables(panel):
    found = estimate(Specification("y", ["a", "b"]), panel)
    fitted = found.fitted
    y, x = fitted.y / fitted.y.std(), fitted.x / fitted.x.std(axis=0)
    table = found.standardised()
    np.testing.assert_allclose(table["estimate"], np.linalg.lstsq(x, y, rcond=None)[0], rtol=1e-9)
    plain = found.tidy()
    np.testing.assert_allclose(table["estimate"] / table["se"], plain["t"], rtol=1e-12)
    np.testing.assert_allclose(table["mde"] / plain["mde"], plain["scale"], rtol=1e-12)
    assert "scale" not in table


def test_standardised_is_none_where_two_way_effects_leave_nothing(make_panel, gappy):
    gappy["common"] = np.sin(gappy.index.get_level_values(1))
    found = estimate(Specification("y", ["common"], effects="entity"), make_panel(gappy))
    assert found.to_dict()["terms"][0]["standardised"] is None


def test_against_simulated_truth(make_panel, gappy):
    # Twelve clusters, a true slope of 0.5: nineteen in twenty CR3 intervals should hold it.
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(60):
        a = rng.normal(size=132)
        frame = gappy[[]].assign(a=a, y=0.5 * a + rng.normal(size=132))
        line = estimate(Specification("y", ["a"], lag=0), make_panel(frame)).terms[0]
        inside += line.low_cr3 <= 0.5 <= line.high_cr3
    assert inside >= 52


def test_a_failed_certificate_is_printed_under_the_table(panel, monkeypatch):
    from analysis import certified

    spec = Specification("y", ["a", "b"])
    assert not any("Warning" in note for note in estimate(spec, panel).notes)
    sizes = {"cr1": certified.Size(0.2, 500, (12, 11)), "cr3": certified.Size(0.05, 500, (12, 11))}
    monkeypatch.setattr(certified, "_sizes", lambda: sizes)
    notes = estimate(spec, panel).notes
    assert any("'cr1' rejects too often" in note for note in notes)
    assert "rejects too often" in estimate(spec, panel)._repr_html_()
