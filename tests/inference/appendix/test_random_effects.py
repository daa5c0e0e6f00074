"""Random effects and the tests between random and fixed: R, brute force, known worlds, errors."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.certificates.design import panel_from
from analysis.errors import SpecificationError
from analysis.inference import estimate, random_effects
from analysis.inference.appendix.mundlak import entity_means, independent_columns, mundlak
from analysis.models import Specification
from tests.goldens.read import golden

PRODUC = Path(__file__).parents[2] / "goldens" / "data" / "Produc.csv"
NAMES = {"pcap": "log(pcap)", "pc": "log(pc)", "emp": "log(emp)", "unemp": "unemp"}
GRUNFELD = Specification("invest", ("value", "capital"), lag=0, effects="entity")


@pytest.fixture(scope="module")
def produc(make_panel):
    frame = pd.read_csv(PRODUC).rename(columns={"state": "entity"}).set_index(["entity", "year"])
    for name in ("gsp", "pcap", "pc", "emp"):
        frame[name] = np.log(frame[name])
    return make_panel(frame.sort_index()[["gsp", *NAMES]].astype(float))


@pytest.fixture(scope="module")
def produc_result(produc):
    return random_effects(Specification("gsp", tuple(NAMES), lag=0, effects="entity"), produc)


# Golden: R 4.2.2, plm 2.6-2, plm(model = "random"), phtest (tests/goldens/grunfeld.R).
def test_grunfeld_is_that_of_plm(grunfeld):
    found, expected = random_effects(GRUNFELD, grunfeld), golden("grunfeld")
    for line in found.terms:
        assert line.estimate == pytest.approx(expected[f"re.b.{line.term}"], rel=1e-8)
        assert line.se_model == pytest.approx(expected[f"re.se.{line.term}"], rel=1e-8)
        assert line.fixed == pytest.approx(expected[f"fe.b.{line.term}"], rel=1e-8)
        assert line.se_fixed == pytest.approx(expected[f"fe.se.{line.term}"], rel=1e-8)
    assert found.theta == pytest.approx((expected["re.theta"],) * 2, rel=1e-8)
    assert found.sd_effects**2 == pytest.approx(expected["re.sigma2_entity"], rel=1e-8)
    assert found.sd_errors**2 == pytest.approx(expected["re.sigma2_idios"], rel=1e-8)
    assert found.hausman.statistic == pytest.approx(expected["hausman.chisq"], rel=1e-7)
    assert found.hausman.p == pytest.approx(expected["hausman.p"], rel=1e-7)


# Golden: the same on Produc (tests/goldens/produc.R); "sss" is the CR1 factor with K = columns.
def test_produc_is_that_of_plm(produc_result):
    expected = golden("produc")
    for line in produc_result.terms:
        name = NAMES[line.term]
        assert line.estimate == pytest.approx(expected[f"re.b.{name}"], rel=1e-7)
        assert line.se_model == pytest.approx(expected[f"re.se.{name}"], rel=1e-7)
        assert line.se == pytest.approx(expected[f"re.sss.{name}"], rel=1e-7)
        assert line.fixed == pytest.approx(expected[f"fe.b.{name}"], rel=1e-7)
        assert line.se_fixed == pytest.approx(expected[f"fe.se.{name}"], rel=1e-7)
    assert produc_result.theta[0] == pytest.approx(expected["re.theta"], rel=1e-8)
    assert produc_result.hausman.statistic == pytest.approx(expected["hausman.chisq"], rel=1e-7)
    assert produc_result.hausman.p == pytest.approx(expected["hausman.p"], rel=1e-6)


# Golden: phtest(method = "aux", vcov = vcovHC), which is CR0 (tests/goldens/*.R).
@pytest.mark.parametrize(
    ("data", "file", "name"),
    [
        ("grunfeld", "grunfeld", "hausman_robust.chisq"),
        ("produc", "dependence", "hausman_robust.produc"),
    ],
)
def test_mundlak_form_is_the_robust_hausman_of_plm(request, data, file, name):
    panel = request.getfixturevalue(data)
    outcome, *terms = panel.frame.columns
    spec = Specification(outcome, tuple(terms), lag=0, effects="entity")
    theta = random_effects(spec, panel).theta[0]
    codes = panel.frame.index.codes[0].astype(int)
    x, y = panel.frame[terms].to_numpy(), panel.frame[outcome].to_numpy()
    g, v = mundlak(x, y, np.ones((len(y), 1)), codes, np.full(len(y), theta))
    assert g @ np.linalg.solve(v, g) == pytest.approx(golden(file)[name], rel=1e-7)


# Golden: plm with factor(year) on both sides (tests/goldens/dependence.R).
def test_year_effects_enter_as_dummies(grunfeld):
    found, expected = (
        random_effects(GRUNFELD.with_effects("two_way"), grunfeld),
        golden("dependence"),
    )
    for line in found.terms:
        assert line.estimate == pytest.approx(expected[f"years.re.b.{line.term}"], rel=1e-7)
        assert line.se_model == pytest.approx(expected[f"years.re.se.{line.term}"], rel=1e-7)
        assert line.fixed == pytest.approx(golden("grunfeld")[f"tw.b.{line.term}"], rel=1e-7)
    assert found.hausman.statistic == pytest.approx(expected["years.hausman"], rel=1e-7)


@pytest.fixture
def wide_panel():
    rng = np.random.default_rng(6)
    shape = (40, 8)
    own = rng.normal(size=(40, 1))
    columns = {name: rng.normal(size=shape) + own for name in "aby"}
    columns["y"][rng.random(shape) < 0.1] = np.nan
    return panel_from(columns, regions=2)


@pytest.mark.parametrize("effects", ["entity", "two_way", "region_year"])
def test_fixed_slopes_are_those_of_the_column_with_gaps_and_dummies(wide_panel, effects):
    spec = Specification("y", ("a", "b"), effects=effects)
    found = random_effects(spec, wide_panel)
    assert found.theta[0] < found.theta[1]  # entities differ in their number of years
    fixed = [line.estimate for line in estimate(spec, wide_panel).terms]
    assert [line.fixed for line in found.terms] == pytest.approx(fixed, rel=1e-7)


def test_slope_beside_the_mean_is_the_fixed_effects_slope(wide_panel):
    # Mundlak's (1978) theorem with gaps: quasi-demeaning by any theta leaves it in place.
    frame = wide_panel.frame.dropna()
    codes = np.unique(frame.index.codes[0], return_inverse=True)[1]
    x, y, theta = frame[["a", "b"]].to_numpy(), frame["y"].to_numpy(), 0.3 + 0.01 * codes
    means = entity_means(x, codes)
    both = np.column_stack([x, means, np.ones(len(y))])
    z = both - theta[:, None] * entity_means(both, codes)
    b = np.linalg.lstsq(z, y - theta * entity_means(y[:, None], codes)[:, 0], rcond=None)[0]
    inside = x - means
    fixed = np.linalg.lstsq(inside, y - entity_means(y[:, None], codes)[:, 0], rcond=None)[0]
    assert b[:2] == pytest.approx(fixed)
    g, _ = mundlak(x, y, np.ones((len(y), 1)), codes, theta)
    assert g == pytest.approx(b[2:4])


def test_too_many_dummies_for_the_entities_are_refused(panel):
    with pytest.raises(SpecificationError, match=r"12 entities are too few .* year effects"):
        random_effects(Specification("y", ("a", "b"), effects="two_way"), panel)


def test_mundlak_returns_the_between_difference_of_a_balanced_panel():
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(40), 6)
    x = rng.normal(size=(240, 1)) + np.repeat(rng.normal(size=(40, 1)), 6, axis=0)
    y = 2.0 * x[:, 0] - 0.7 * entity_means(x, codes)[:, 0] + 0.01 * rng.normal(size=240)
    g, v = mundlak(x, y, np.ones((240, 1)), codes, np.full(240, 0.6))
    assert g[0] == pytest.approx(-0.7, abs=0.01)
    assert 0 < v[0, 0] < 1e-4


def _world(rng, related):
    n, t = 60, 8
    level = rng.normal(size=(n, 1))
    x = rng.normal(size=(n, t)) + (level if related else rng.normal(size=(n, 1)))
    return panel_from({"x": x, "y": 0.5 * x + level + rng.normal(size=(n, t))})


@pytest.mark.parametrize("related", [False, True])
def test_both_tests_tell_related_levels_from_unrelated(related):
    found = random_effects(
        Specification("y", ("x",), lag=0), _world(np.random.default_rng(3), related)
    )
    assert (found.hausman.p < 0.01) is related
    assert (found.mundlak.p < 0.01) is related
    line = found.terms[0]
    assert line.fixed == pytest.approx(0.5, abs=0.15)
    assert (abs(line.estimate - 0.5) < 0.12) is not related
    assert (line.between > 0.3) is related


def test_no_variance_between_entities_is_said():
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(2, 30, 6))
    noise -= 0.9 * noise.mean(axis=2, keepdims=True)
    panel = panel_from({"y": noise[0], "x": rng.normal(size=(30, 6))})
    found = random_effects(Specification("y", ("x",), lag=0, effects="entity"), panel)
    assert found.theta == (0.0, 0.0)
    assert any("pooled regression" in note for note in found.notes)


def test_wrong_order_of_variances_is_said(produc_result, grunfeld):
    def told(found):
        return any("wrong order" in note for note in found.notes)

    assert told(produc_result)
    assert not told(random_effects(GRUNFELD, grunfeld))


def test_collinear_columns_are_dropped_behind_those_kept():
    rng = np.random.default_rng(5)
    keep, extra = rng.normal(size=(20, 2)), rng.normal(size=(20, 1))
    columns = np.column_stack([keep, keep[:, 0] + keep[:, 1], extra, 2 * extra])
    assert independent_columns(columns, 2).shape == (20, 3)
    assert independent_columns(keep, 2).shape == (20, 2)


@pytest.mark.parametrize("effects", ["entity_trends", "first_difference"])
def test_effects_without_room_for_random_ones_are_refused(panel, effects):
    with pytest.raises(SpecificationError, match="Random effects cannot stand beside"):
        random_effects(Specification("y", ("a",), effects=effects), panel)


def test_too_few_entities_for_their_means(panel, make_panel):
    few = make_panel(panel.frame.loc["e00":"e04"])
    with pytest.raises(SpecificationError, match="5 entities cannot tell 2 slopes"):
        random_effects(Specification("y", ("a", "b"), effects="entity"), few)


def test_level_must_be_a_share(panel):
    with pytest.raises(SpecificationError, match="between 0 and 1"):
        random_effects(Specification("y", ("a",)), panel, level=0)


def test_result_speaks_json_html_and_table(produc_result):
    stored = json.loads(json.dumps(produc_result.to_dict()))
    assert stored["hausman"]["dof"] == 4
    assert stored["specification"]["effects"] == "entity"
    assert list(produc_result.tidy()["term"]) == list(NAMES)
    html = produc_result._repr_html_()
    assert html.count("<tr>") == 8
    assert "Hausman test" in html


def test_a_level_far_above_its_movement_changes_nothing(grunfeld):
    spec = Specification("invest", ["value", "capital"], lag=0, effects="two_way")
    plain = [t.estimate for t in random_effects(spec, grunfeld).terms]
    frame = grunfeld.frame.assign(value=grunfeld.frame["value"] + 1e9)
    moved = [t.estimate for t in random_effects(spec, replace(grunfeld, frame=frame)).terms]
    np.testing.assert_allclose(moved, plain, rtol=1e-5)
