"""A loop shows both arrows as its estimators give them."""

from types import SimpleNamespace as Of

import pytest

from analysis.claims.explore.feedback import loop
from analysis.inference import dynamic_panel, panel_var
from analysis.models import Specification


def test_loop_names_both_arrows_and_shows_them(full_panel):
    spec = Specification("y", ("a",), lag=1)
    result = {
        "loop": panel_var(spec, full_panel, draws=49),
        "dynamic": dynamic_panel(spec, full_panel, draws=49),
    }
    page = loop(Of(claim=Of(id="M99"), panel=full_panel, result=result))
    numbers = page.numbers
    for arrow, (source, target) in {"claimed": ("a", "y"), "other": ("y", "a")}.items():
        line = result["loop"].line(source, target, "half_panel_jackknife")
        assert numbers[f"m99_loop_{arrow}_half_std"] == pytest.approx(line.estimate * line.scale)
        assert numbers[f"m99_loop_{arrow}_half_high"] == pytest.approx(line.high * line.scale)
    root = result["loop"].roots["within"][0]
    assert numbers["m99_loop_root_within_at"] == pytest.approx(root)
    labels = page.exhibits["m99_loop"].values["rows"]["label"]
    assert list(labels.unique()) == ["Label of a →\nlabel of y", "Label of y →\nlabel of a"]
    assert set(page.grids) == {"m99_loop_table", "m99_dynamic"}
