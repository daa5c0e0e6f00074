"""What is explored about place: maps, false maps, and who the spatial model does without."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis.claims.pictures import moderated
from analysis.display.charts import draw
from analysis.inference.spatial.design import spatial_design
from analysis.models import spatial_weights
from analysis.studies.patient_capital.pages import place


@pytest.fixture(scope="module")
def made(explored):
    return explored("place")


@pytest.fixture(scope="module")
def model(made):
    return made[0].m34.result["maps"]["contiguity"]


def test_those_left_out_are_those_the_model_lacks(made, model):
    family, page = made
    panel, seen = family.m34.readings[0].regression.panel, page.numbers
    near = spatial_weights.contiguity(panel)
    kept = spatial_design(
        model.specification, panel, near, transform=True, balance="largest"
    ).entities
    names = panel.entities["label_en"]
    lacking = set(names) - set(names[list(kept)])
    assert set(re.split(", | and ", seen["place_left_out"])) == lacking
    assert {row[0] for row in page.grids["left_out"].rows} == lacking
    code = names.index[names == seen["place_left_out_alone"]][0]
    row = pd.Series(near.raw[near.entities.index(code)], index=list(near.entities))
    assert row.sum() > 0 == row[list(kept)].sum()  # it has neighbours, but none of them is kept


def test_gaps_are_dated_as_they_enter(made):
    family, page = made
    shown = str(page.grids["left_out"])
    spec = family.m34.readings[0].regression.spec
    panel, names = family.m34.panel, family.m34.panel.entities["label_en"]
    for name in page.numbers["place_left_out_gaps"].split(" and "):
        code = names.index[names == name][0]
        own = panel.frame.loc[code]
        missing = [y for y in own.index if 2012 <= y + spec.lag <= 2023 and pd.isna(own["ifin"][y])]
        if missing and missing[-1] - missing[0] == len(missing) - 1:
            assert f"industrial finance {missing[0]}–{missing[-1]}" in shown


@pytest.mark.parametrize(
    ("years", "words"),
    [([2013, 2011, 2012], "2011–2013"), ([2011, 2013], "2011, 2013"), ([2020], "2020"), ([], "")],
)
def test_runs_of_years_are_spans(years, words):
    assert place._spans(years) == words


def test_effects_are_in_within_sds_on_every_map(made):
    family, page = made
    for name, model in family.m34.result["maps"].items():
        line, seen = model.effect("ifin", "indirect"), page.numbers
        assert seen[f"place_{name}_indirect_std"] == pytest.approx(line.estimate * line.scale)
        assert seen[f"place_{name}_indirect_high"] == pytest.approx(line.high * line.scale)


def test_a_map_on_which_all_are_near_leaves_neighbours_little_to_vary(made):
    near, far = (
        made[1].numbers[f"place_{name}_neighbours_spread"]
        for name in ("contiguity", "inverse_distance")
    )
    assert 0 < far < near


def test_false_maps_are_drawn_in_the_same_unit(made):
    numbers, exhibit = made[1].numbers, made[1].exhibits["placebo"]
    ax = draw(exhibit).figure.axes[0]
    hills = [c.get_paths()[0].vertices[:, 0] for c in ax.collections
             if type(c).__name__ in {"PolyCollection", "FillBetweenPolyCollection"}]  # fmt: skip
    assert len(hills) == 3
    for hill, kind in zip(hills, ("direct", "indirect", "total"), strict=True):
        assert hill.min() < numbers[f"place_false_{kind}_low"]
        assert hill.max() > numbers[f"place_false_{kind}_high"]
    assert numbers["place_false_stable"] <= numbers["place_false_maps"] == place.FALSE_MAPS
    assert "permuted maps" in ax.get_xlabel()


def test_the_slope_crosses_zero_where_it_says(made):
    family, page = made
    numbers, reading = page.numbers, family.m33.readings[0]
    estimate = reading.estimates["two_way"]
    rows = estimate.fitted.index
    values = family.m33.panel["lq_ht"].groupby(level=0).shift(1).loc[rows]
    slope = reading.lines["two_way"].estimate
    crossing = values.mean() - estimate.coefficient("ifin").estimate / slope
    assert numbers["place_crossing"] == pytest.approx(crossing)
    bins = moderated(reading).bins
    covered = all(low < 0 < high for low, high in zip(bins["low"], bins["high"], strict=True))
    assert (numbers["place_bins_zero"] == "includes zero") == covered
    assert numbers["place_below"] == pytest.approx(100 * (values < crossing).mean())


def test_the_strongest_province_is_counted_in_the_rows_used(made):
    family, page = made
    rows = family.m33.readings[0].estimates["two_way"].fitted.index
    names = family.m33.panel.entities["label_en"]
    code = names.index[names == page.numbers["place_quotient_top"]][0]
    used = (rows.get_level_values(0) == code).sum()
    assert page.numbers["place_strongest_rows"] == used
    assert page.numbers["place_usual_rows"] == np.unique(rows.get_level_values(1)).size


def test_maps_show_the_latest_year(made):
    page = made[1]
    for name, prefix in (("strength", "quotient"), ("finance", "finance")):
        year = page.numbers[f"place_{prefix}_year"]
        shown = page.exhibits[name].values  # noqa: PD011
        assert shown["title"].endswith(str(year))


def test_every_map_has_its_table(made):
    grids = made[1].grids
    for name in ("contiguity", "inverse distance", "economic proximity"):
        assert grids[f"model_{name.replace(' ', '_')}"].caption.startswith(f"{name}: ")
    assert "permuted maps" in str(grids["false_maps"])
