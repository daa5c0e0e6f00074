"""Common correlated effects: against R, against regressions spelled out, and under a factor."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.certificates.design import panel_from
from analysis.errors import SpecificationError
from analysis.inference import common_effects
from analysis.models import Sample, Specification, estimation_rows, fit
from tests.goldens.read import golden

PRODUC = Path(__file__).parents[2] / "goldens" / "data" / "Produc.csv"
NAMES = {"pcap": "log(pcap)", "pc": "log(pc)", "emp": "log(emp)", "unemp": "unemp"}
SPECS = {
    "produc": Specification("gsp", tuple(NAMES), lag=0),
    "grunfeld": Specification("invest", ("value", "capital"), lag=0),
}


@pytest.fixture
def panels(grunfeld, make_panel):
    frame = pd.read_csv(PRODUC).rename(columns={"state": "entity"}).set_index(["entity", "year"])
    for name in ("gsp", "pcap", "pc", "emp"):
        frame[name] = np.log(frame[name])
    produc = make_panel(frame.sort_index()[["gsp", *NAMES]].astype(float))
    return {"produc": produc, "grunfeld": grunfeld}


# Golden: R 4.2.2, plm 2.6-2, pcce (tests/goldens/dependence.R). plm inverts cross-products of
# columns in levels, which costs it half its digits on Produc; the test after this one tells.
@pytest.mark.parametrize(("data", "digits"), [("produc", 5e-6), ("grunfeld", 1e-8)])
def test_slopes_and_errors_are_those_of_plm(panels, data, digits):
    for line in common_effects(SPECS[data], panels[data]).terms:
        name = NAMES.get(line.term, line.term)
        for ours, model, what in (
            (line.estimate, "p", "b"),
            (line.se, "p", "se"),
            (line.mean_group, "mg", "b"),
            (line.se_mean_group, "mg", "se"),
        ):
            expected = golden("dependence")[f"cce.{data}.{model}.{what}.{name}"]
            assert ours == pytest.approx(expected, rel=digits)


def test_pooled_slopes_of_produc_are_exact(panels):
    # The same estimator in rational arithmetic (Python fractions) on the doubles of Produc.
    exact = [0.0432375977190585, 0.03639219156362965, 0.8209631730811935, -0.002092543413889894]
    found = [line.estimate for line in common_effects(SPECS["produc"], panels["produc"]).terms]
    assert found == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize(("data", "controls"), [("panel", ()), ("full_panel", ("b",))])
def test_pooled_slope_equals_one_regression_on_everything(request, data, controls):
    panel = request.getfixturevalue(data)
    spec = Specification("y", ("a",), controls=controls)
    rows = estimation_rows(spec, panel).frame
    entity = rows.index.get_level_values(0)
    columns = []
    for name in entity.unique():
        mine = (entity == name).astype(float)
        columns.append(mine)
        for column in rows:
            average = rows[column].groupby(level=1).transform("mean").to_numpy()
            columns.append(mine * average)
    x = np.column_stack([rows[list(spec.terms)].to_numpy(), *columns])
    expected = np.linalg.lstsq(x, rows[""].to_numpy(), rcond=None)[0]
    found = common_effects(spec, panel)
    assert [t.estimate for t in found.terms] == pytest.approx(list(expected[: len(spec.terms)]))


def test_mean_group_is_the_mean_of_regressions_entity_by_entity(panel):
    spec = Specification("y", ("a",))
    rows = estimation_rows(spec, panel).frame
    averages = rows.groupby(level=1).transform("mean")
    own = []
    for name in rows.index.unique(0):
        x = np.column_stack([rows.loc[name, "a"], np.ones(len(rows.loc[name])), averages.loc[name]])
        own.append(np.linalg.lstsq(x, rows.loc[name, ""].to_numpy(), rcond=None)[0][0])
    line = common_effects(spec, panel).terms[0]
    assert line.mean_group == pytest.approx(np.mean(own))
    assert line.se_mean_group == pytest.approx(np.std(own, ddof=1) / np.sqrt(len(own)))


def test_a_factor_with_unequal_loadings_misleads_year_effects_but_not_cce():
    rng = np.random.default_rng(1)
    n, t = 60, 25
    factor, shape = rng.normal(size=(1, t)).cumsum(axis=1), (n, t)
    loading = 1 + rng.normal(size=(n, 1))
    x = loading * factor + rng.normal(size=shape)
    y = 0.5 * x + (loading + 0.3 * rng.normal(size=(n, 1))) * factor + rng.normal(size=shape)
    spec, panel = Specification("y", ("x",), lag=0), panel_from({"y": y, "x": x})
    line = common_effects(spec, panel).terms[0]
    assert fit(spec, panel).coefficients[0] > 0.75
    assert line.estimate == pytest.approx(0.5, abs=0.08)
    assert line.mean_group == pytest.approx(0.5, abs=0.08)


def test_mean_group_averages_slopes_that_differ():
    rng = np.random.default_rng(2)
    slope = 1 + rng.normal(size=(50, 1))
    x = rng.normal(size=(50, 30))
    y = slope * x + 0.1 * rng.normal(size=x.shape)
    line = common_effects(Specification("y", ("x",), lag=0), panel_from({"y": y, "x": x})).terms[0]
    assert line.mean_group == pytest.approx(slope.mean(), abs=0.05)
    assert line.se_mean_group == pytest.approx(slope.std() / np.sqrt(50), rel=0.1)
    assert 0.5 < line.se_cr3 / line.se < 2.0


def test_units_do_not_matter(panels):
    panel = panels["grunfeld"]
    scaled = panel_of_scaled(panel)
    one = common_effects(SPECS["grunfeld"], panel).terms[0]
    other = common_effects(SPECS["grunfeld"], scaled).terms[0]
    assert other.estimate == pytest.approx(one.estimate * 1e-6)
    assert other.se == pytest.approx(one.se * 1e-6)


def panel_of_scaled(panel):
    from tests.conftest import panel_of

    return panel_of(panel.frame.assign(value=panel.frame["value"] * 1e6))


def test_products_and_dropped_rows_mean_the_same_as_elsewhere(full_panel, make_panel):
    frame = full_panel.frame.copy()
    frame.loc[("e05", 2006), "a"] = np.nan
    panel = make_panel(frame)
    spec = Specification("y", ("a", "b"), [("a", "b")], initial=("c",))
    found = common_effects(spec, panel)
    rows = estimation_rows(spec, panel)
    assert [t.term for t in found.terms] == ["a", "b", "a:b"]
    assert (found.dropped, found.n) == (rows.dropped, len(rows.frame))
    assert any("Initial controls not used here: c" in note for note in found.notes)
    assert found.averages == 4


def test_too_few_years_name_the_counts(full_panel):
    spec = Specification("y", ("a", "b", "c"), sample=Sample(first_year=2006))
    with pytest.raises(
        SpecificationError, match=r"e00 has 6 years, .* need 9: a constant, 4 averages and 3 slopes"
    ):
        common_effects(spec, full_panel)


def test_a_regressor_common_to_all_is_named(full_panel, make_panel):
    frame = full_panel.frame.copy()
    frame["tide"] = np.tile(np.random.default_rng(3).normal(size=11), 12)
    with pytest.raises(SpecificationError, match="'tide' follows its average"):
        common_effects(Specification("y", ("a", "tide")), make_panel(frame))


def test_level_must_be_a_share(full_panel):
    with pytest.raises(SpecificationError, match="between 0 and 1"):
        common_effects(Specification("y", ("a",)), full_panel, level=95)


def test_result_speaks_json_html_and_table(full_panel):
    found = common_effects(Specification("y", ("a", "b")), full_panel)
    stored = json.loads(json.dumps(found.to_dict()))
    assert stored["terms"][1]["term"] == "b"
    assert stored["shortest"] == 10
    assert list(found.tidy()["label"]) == ["Label of a", "Label of b"]
    html = found._repr_html_()
    assert "CCE mean group" in html
    assert html.count("<tr>") == 4
