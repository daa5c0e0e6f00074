"""What is explored about patience, and horizons and ingredients beside its claims."""

import pytest

from analysis.claims.grids import claim_grids
from analysis.claims.numbers import claim_numbers
from analysis.claims.pictures import ingredient_rows
from analysis.claims.verdicts import verdict


@pytest.fixture(scope="module")
def patience(explored):
    return explored("patience")


@pytest.fixture(scope="module")
def numbers_of(patience):
    def numbers(made):
        return claim_numbers(made, verdict(made.evidence, made.study.rules), None, None)

    return numbers


def test_every_response_is_in_the_unit_of_the_first(patience, numbers_of):
    made = patience[0].m02
    found, numbers = made.result["responses"], numbers_of(made)
    unit = found.responses[0].scale
    for h, line in zip(found.horizons, found.responses, strict=True):
        assert numbers[f"after{h}_std"] == pytest.approx(line.estimate * unit)
        assert numbers[f"after{h}_low"] == pytest.approx(line.low_cr3 * unit)
    gap = numbers["gap_late"] - numbers["gap_early"]
    assert numbers["gap_std"] == pytest.approx(gap)
    assert numbers["gap_std"] == pytest.approx(found.contrast.estimate * unit)
    shown = [row[0] for row in claim_grids(made, ())["horizons"].rows]
    assert shown == [*map(str, found.horizons), "late less early, means"]


def test_ingredients_stand_below_the_index(patience, numbers_of):
    made = next(c for c in patience[0].claims.values()
                if c.ingredients and not c.ingredients[0].empty)  # fmt: skip
    rows, table, numbers = ingredient_rows(made), made.ingredients[0], numbers_of(made)
    assert list(rows["label"]) == ["as declared", *table["label"]]
    assert rows["estimate"][0] == made.evidence.findings[0].estimate
    for row in table.itertuples():
        clear = row.low > 0 or row.high < 0
        assert numbers[f"with_{row.name}_std"] == row.estimate
        assert numbers[f"with_{row.name}_zero"] == f"{'ex' if clear else 'in'}cludes zero"


def test_tibet_is_left_out_of_m07(patience):
    family, page = patience
    finding = family.m07.evidence.findings[0]
    assert page.numbers["m07_without_name"] == "Tibet"
    assert "CN-XZ" in (finding.lowest_without, finding.highest_without)
    end = finding.lowest if finding.lowest_without == "CN-XZ" else finding.highest
    assert page.numbers["m07_without_two_way_std"] == pytest.approx(end)


@pytest.mark.parametrize(
    ("key", "of", "by"),
    [("m03", "growth", "sci"), ("m04", "growth", "loan"), ("m06", "ifin", "pcp")],
)
def test_slopes_in_thirds_are_drawn_as_they_are_named(patience, key, of, by):
    page = patience[1]
    bins = page.exhibits[f"{key}_slopes"].values["bins"]
    names = [f"{key}_{of}_{third}_std" for third in ("lowest", "middle", "highest")]
    assert [page.numbers[name] for name in names] == pytest.approx(bins["effect"].tolist())
    label = patience[0][key.upper()].panel.describe(by).label_en
    assert label in page.exhibits[f"{key}_slopes"].values["xlabel"]
