"""Pieces beside the section of a claim: what they show and publish is what the evidence holds."""

import re
from types import SimpleNamespace as Of

import pandas as pd
import pytest

from analysis.display.extras import apart, horizon_table, loops, moderation
from analysis.errors import SpecificationError
from analysis.inference import dynamic_panel, estimate_columns, local_projections, panel_var
from analysis.inference.marginal import marginal_effects
from analysis.models import Specification


@pytest.fixture
def published(monkeypatch):
    """Numbers that any of the modules publishes."""
    seen = {}
    for module in (apart, horizon_table, loops, moderation):
        original = module.publish
        monkeypatch.setattr(
            module, "publish", lambda *a, _o=original, **k: seen.update(_o(*a, **k))
        )
    return seen


def section(panel, **details):
    return Of(claim=Of(id="M99"), panel=panel, evidence=Of(details=Of(**details)))


def cells(html):
    body = html.text.split("<tbody>")[1]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("<tr>")[1:]]
    return [[re.sub("<[^>]+>", " ", cell).strip() for cell in row] for row in rows]


def test_horizons_shows_every_response_in_one_unit(full_panel, published):
    spec = Specification("y", ("a",), lag=0)
    found = local_projections(
        spec, full_panel, "a", horizons=(0, 1, 2, 3), early=(0, 1), late=(2, 3)
    )
    html = horizon_table.horizons(section(full_panel, own=[Of(results={"responses": found})]))
    unit = found.responses[0].scale
    for h, line in zip(found.horizons, found.responses, strict=True):
        assert published[f"m99_after{h}_std"] == pytest.approx(line.estimate * unit)
        assert published[f"m99_after{h}_low"] == pytest.approx(line.low_cr3 * unit)
    gap = published["m99_gap_late"] - published["m99_gap_early"]
    assert published["m99_gap_std"] == pytest.approx(gap)
    assert published["m99_gap_std"] == pytest.approx(found.contrast.estimate * unit)
    assert [row[0] for row in cells(html)] == ["0", "1", "2", "3", "late less early, means"]


def test_loop_publishes_both_arrows_and_draws_them(full_panel, published):
    spec = Specification("y", ("a",), lag=1)
    results = {
        "loop": panel_var(spec, full_panel, draws=49),
        "dynamic": dynamic_panel(spec, full_panel, draws=49),
    }
    made = loops.loop(section(full_panel, own=[Of(results=results)]))
    for arrow, (source, target) in {"claimed": ("a", "y"), "other": ("y", "a")}.items():
        line = results["loop"].line(source, target, "half_panel_jackknife")
        assert published[f"m99_loop_{arrow}_half_std"] == pytest.approx(line.estimate * line.scale)
        assert published[f"m99_loop_{arrow}_half_high"] == pytest.approx(line.high * line.scale)
    root = results["loop"].roots["within"][0]
    assert published["m99_loop_root_within_at"] == pytest.approx(root)
    ax = made.picture.figure.axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "Label of a →\nlabel of y",
        "Label of y →\nlabel of a",
    ]
    assert made.tables.text.count("<table") == 2


SLOPES = pd.DataFrame(
    {
        "side": ["outcome", "a"], "name": ["y", "b"], "label": ["Sales", "Lending"],
        "estimate": [0.3, -0.1], "low": [0.1, -0.4], "high": [0.5, 0.2], "n": [9, 9], "p": [0, 1],
    }
)  # fmt: skip


def test_ingredients_stand_below_the_index(full_panel, published):
    made = section(full_panel, ingredients=[SLOPES])
    column = Of(estimate=0.2, low=0.0, high=0.4)
    made.evidence.findings = [Of(columns=[column])]
    full_panel.variables["y"] = Of(side="nqp")
    full_panel.variables["b"] = Of(side="if")
    ax = apart.ingredients(made).figure.axes[0]
    labels = [t.get_text() for t in ax.get_yticklabels()]
    assert labels == ["as declared", "Sales", "Lending"]
    assert published["m99_with_y_zero"] == "excludes zero"
    assert published["m99_with_b_zero"] == "includes zero"
    assert published["m99_with_b_std"] == -0.1


def test_a_claim_without_an_index_cannot_be_taken_apart(full_panel):
    with pytest.raises(SpecificationError, match="M99 has no index"):
        apart.ingredients(section(full_panel, ingredients=[SLOPES[:0]]))


@pytest.fixture
def product(full_panel):
    spec = Specification("y", ("a", "b"), lag=0, interactions=[("a", "b")])
    estimates = estimate_columns(spec, full_panel, ["two_way"])
    regression = Of(panel=full_panel)
    return section(
        full_panel, readings=[Of(focal="a:b", estimates=estimates, regression=regression)]
    )


def test_slopes_are_those_of_the_thirds_from_either_side(product, published):
    reading = product.evidence.details.readings[0]
    for of, by in (("a", "b"), ("b", "a")):
        bins = marginal_effects(reading.estimates["two_way"], product.panel, of, by).bins
        shown = moderation.slopes(product, of, by)
        got = [published[f"m99_{of}_{third}_std"] for third in moderation.THIRDS]
        assert got == pytest.approx(bins["effect"].tolist())
        assert [row[0] for row in cells(shown.table)] == list(moderation.THIRDS)
        assert f"Label of {by}" in shown.picture.figure.axes[0].get_xlabel()


def test_slopes_of_another_product_are_refused(product):
    with pytest.raises(SpecificationError, match="not about a along y"):
        moderation.slopes(product, "a", "y")
