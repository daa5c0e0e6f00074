"""The page on place: maps, false maps, and who the spatial model does without."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import display
from analysis.display.extras import place
from analysis.inference.spatial.design import spatial_design
from analysis.models import spatial_weights


@pytest.fixture(scope="module")
def page():
    return display.chapter("place")


@pytest.fixture(scope="module")
def made(page):
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        original = place.publish
        patch.setattr(place, "publish", lambda *a, **k: seen.update(original(*a, **k)))
        found = display.place_page(page)
    return found, seen


@pytest.fixture(scope="module")
def model(page):
    return page.m34.evidence.details.own[0].results["maps"]["contiguity"]


def text(html):
    return re.sub(r"<[^>]+>", " ", html.text)


def test_those_left_out_are_those_the_model_lacks(page, made, model):
    panel = page.m34.evidence.details.readings[0].regression.panel
    near = spatial_weights.contiguity(panel)
    kept = spatial_design(
        model.specification, panel, near, transform=True, balance="largest"
    ).entities
    names = panel.entities["label_en"]
    lacking = set(names) - set(names[list(kept)])
    assert set(re.split(", | and ", made[1]["place_left_out"])) == lacking
    assert {name for name in names if name in text(made[0].left_out)} == lacking
    code = names.index[names == made[1]["place_left_out_alone"]][0]
    row = pd.Series(near.raw[near.entities.index(code)], index=list(near.entities))
    assert row.sum() > 0 == row[list(kept)].sum()  # it has neighbours, but none of them is kept


def test_gaps_are_dated_as_they_enter(page, made):
    shown = text(made[0].left_out)
    spec = page.m34.evidence.details.readings[0].regression.spec
    panel, names = page.m34.panel, page.m34.panel.entities["label_en"]
    for name in made[1]["place_left_out_gaps"].split(" and "):
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


def test_effects_are_in_within_sds_on_every_map(page, made):
    maps = page.m34.evidence.details.own[0].results["maps"]
    for name, model in maps.items():
        line = model.effect("ifin", "indirect")
        assert made[1][f"place_{name}_indirect_std"] == pytest.approx(line.estimate * line.scale)
        assert made[1][f"place_{name}_indirect_high"] == pytest.approx(line.high * line.scale)


def test_a_map_on_which_all_are_near_leaves_neighbours_little_to_vary(made):
    numbers = made[1]
    assert numbers["place_inverse_distance_neighbours_spread"] > 0
    assert (
        numbers["place_inverse_distance_neighbours_spread"]
        < numbers["place_contiguity_neighbours_spread"]
    )


def test_false_maps_are_drawn_in_the_same_unit(made, model):
    numbers = made[1]
    ax = made[0].placebo.figure.axes[0]
    hills = [c.get_paths()[0].vertices[:, 0] for c in ax.collections
             if type(c).__name__ in {"PolyCollection", "FillBetweenPolyCollection"}]  # fmt: skip
    assert len(hills) == 3
    for hill, kind in zip(hills, ("direct", "indirect", "total"), strict=True):
        assert hill.min() < numbers[f"place_false_{kind}_low"]
        assert hill.max() > numbers[f"place_false_{kind}_high"]
    assert numbers["place_false_stable"] <= numbers["place_false_maps"] == place.FALSE_MAPS
    assert "permuted maps" in ax.get_xlabel()


def test_the_slope_crosses_zero_where_it_says(page, made):
    numbers, line = made[1], page.m33.evidence.details.readings[0].lines["two_way"]
    estimate = page.m33.evidence.details.readings[0].estimates["two_way"]
    rows = estimate.fitted.index
    values = page.m33.panel["lq_ht"].groupby(level=0).shift(1).loc[rows]
    crossing = values.mean() - estimate.coefficient("ifin").estimate / line.estimate
    assert numbers["place_crossing"] == pytest.approx(crossing)
    bins = place.moderated(page.m33.evidence.details.readings[0]).bins
    covered = all(low < 0 < high for low, high in zip(bins["low"], bins["high"], strict=True))
    assert (numbers["place_bins_zero"] == "includes zero") == covered
    assert numbers["place_below"] == pytest.approx(100 * (values < crossing).mean())


def test_the_strongest_province_is_counted_in_the_rows_used(page, made):
    rows = page.m33.evidence.details.readings[0].estimates["two_way"].fitted.index
    names = page.m33.panel.entities["label_en"]
    code = names.index[names == made[1]["place_quotient_top"]][0]
    assert made[1]["place_strongest_rows"] == (rows.get_level_values(0) == code).sum()
    assert made[1]["place_usual_rows"] == np.unique(rows.get_level_values(1)).size


def test_maps_show_the_latest_year(made):
    for picture, prefix in ((made[0].strength, "quotient"), (made[0].finance, "finance")):
        ax = picture.figure.axes[0]
        assert ax.get_title(loc="left").endswith(str(made[1][f"place_{prefix}_year"]))


def test_every_map_is_in_the_folded_tables(made):
    shown = made[0].models.text
    assert shown.startswith("<details")
    assert [f"<h4>{n}</h4>" in shown for n in
            ("contiguity", "inverse distance", "economic proximity")] == [True] * 3  # fmt: skip
    assert "permuted maps" in shown
