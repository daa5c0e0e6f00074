"""The front of the library: its names can be completed, and importing it loads next to nothing."""

import subprocess
import sys

import pandas as pd
import pytest

import analysis

HEAVY = {
    "formulaic", "joblib", "linearmodels", "matplotlib", "numpy", "pandas", "pyfixest", "scipy",
    "seaborn", "statsmodels", "yaml",
}  # fmt: skip


def loaded(code):
    """Modules in a new process after some code."""
    code += "\nimport sys\nprint(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(told.stdout.splitlines()[-1].split())


def test_importing_the_library_loads_nothing_heavy():
    found = loaded("import analysis\ndir(analysis)")
    assert not found & HEAVY
    assert {m for m in found if m.startswith("analysis")} == {"analysis"}


def test_a_panel_needs_no_estimator():
    found = loaded("import analysis\nanalysis.Panel")
    assert "pandas" in found
    assert not found & {"pyfixest", "formulaic", "matplotlib", "statsmodels", "linearmodels"}


def test_a_specification_waits_for_no_formula():
    code = (
        "import analysis\nanalysis.Specification('y', ['x'])\nfrom analysis.inference import wild"
    )
    assert not loaded(code) & {"pyfixest", "formulaic", "matplotlib", "linearmodels"}


def test_names_can_be_completed_before_they_are_used():
    assert {"Panel", "Sample", "Specification", "estimate", "load"} <= set(dir(analysis))


@pytest.mark.parametrize("name", analysis.__all__)
def test_every_name_leads_somewhere_and_says_what_it_is(name):
    assert getattr(analysis, name).__doc__
    assert getattr(analysis, name).__name__ == name


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="estimat"):
        analysis.estimat  # noqa: B018


def test_a_panel_with_words_in_it_is_described_by_its_figures():
    table = pd.DataFrame({"e": list("aabb"), "t": [2001, 2002] * 2, "x": [1.0, 2, 4, 3]})
    words = table.assign(owner=["state", "private", "state", "state"])
    panel = analysis.Panel.from_frame(words, entity="e", year="t")
    assert panel.figures == ("x",)
    assert "owner" not in str(analysis.describe(panel))
    plain = analysis.Panel.from_frame(table, entity="e", year="t")
    assert str(analysis.describe(panel)) == str(analysis.describe(plain))
