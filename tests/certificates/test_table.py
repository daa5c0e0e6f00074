"""The committed table: complete, readable, reproducible within Monte-Carlo error."""

import pytest

from analysis import certified
from analysis.certificates import COLUMNS, registry
from analysis.certificates.table import certify_methods, read_rows, write_rows
from analysis.errors import SpecificationError, UnknownNameError


def row(method, effect=0.0, rejects=0.05):
    said = {"method": method, "effect": effect, "rejects": rejects, "entities": 30, "years": 12}
    return dict.fromkeys(COLUMNS, 0) | said


def test_every_registered_method_has_its_rows():
    found = {(r["method"], float(r["effect"])) for r in read_rows()}
    wanted = {(m, e) for m, entry in registry().items() for e in entry.effects}
    assert found == wanted, "run `python -m analysis certify --write` for what is missing"


def test_committed_replications_are_those_declared():
    entries = registry()
    for r in read_rows():
        done = int(r["replications"]) + int(r["failures"])
        assert done == entries[r["method"]].replications, r["method"]


@pytest.mark.parametrize("method", ["cr1", "cr3"])
def test_a_fresh_small_run_agrees_with_the_table(method):
    """Forty panels of the same seeds as the first forty of the committed run."""
    fresh = {r["effect"]: r for r in certify_methods([method], replications=40)}
    for committed in read_rows():
        if committed["method"] == method:
            new = fresh[float(committed["effect"])]
            spread = 4 * float(committed["sd"]) / 40**0.5
            assert abs(new["bias"] - float(committed["bias"])) < spread
            share = float(committed["coverage"])
            assert abs(new["coverage"] - share) < 4 * (share * (1 - share) / 40) ** 0.5 + 0.01


def test_writing_replaces_a_method_and_keeps_the_others(tmp_path):
    path = tmp_path / "table.csv"
    write_rows([row("cr1"), row("cr3")], path)
    write_rows([row("cr1", rejects=0.2)], path)
    rows = {r["method"]: r for r in read_rows(path)}
    assert rows["cr1"]["rejects"] == "0.2"
    assert rows["cr3"]["rejects"] == "0.05"


@pytest.mark.parametrize(
    ("rejects", "word"), [(0.02, "too seldom"), (0.03, ""), (0.08, ""), (0.20, "too often")]
)
def test_warning_outside_three_to_eight_percent(tmp_path, monkeypatch, rejects, word):
    path = tmp_path / "table.csv"
    write_rows([row("cr1", rejects=rejects)], path)
    monkeypatch.setattr(certified, "_sizes", lambda: certified.read_sizes(path))
    text = certified.warning_for("cr1", (30, 12))
    assert (word in text) if word else text == ""


@pytest.mark.parametrize("shape", [(31, 13), (27, 8), (45, 18), (20, 12)])
def test_a_panel_like_the_simulated_one_needs_no_word(shape):
    assert certified.warnings_for(("cr1", "cr3"), shape) == ()


@pytest.mark.parametrize("shape", [(143, 30), (30, 7), (12, 12), (280, 14)])
def test_another_panel_gets_no_approval_by_silence(shape):
    said = "certified on synthetic panels of 30 × 12 only, not of {} × {}.".format(*shape)
    assert certified.warnings_for(("cr1", "cr3"), shape) == (f"'cr1' and 'cr3' are {said}",)
    assert certified.warning_for("cr1", shape) == f"'cr1' is {said}"


def test_a_warning_names_the_panels_that_were_simulated(monkeypatch):
    poor = certified.Size(0.2, 500, (30, 12))
    monkeypatch.setattr(certified, "_sizes", lambda: {"cr1": poor})
    text = certified.warning_for("cr1", (143, 30))
    assert text.startswith("Warning: on synthetic panels of 30 × 12, 'cr1' rejects too often")


def test_a_method_never_simulated_says_so():
    assert "No certificate" in certified.warning_for("a method of tomorrow", (30, 12))
    assert certified.size_of("a method of tomorrow") is None


def test_unknown_method_and_too_few_replications_are_refused():
    with pytest.raises(UnknownNameError, match="did you mean cr1"):
        certify_methods(["cr11"])
    with pytest.raises(SpecificationError, match="two or more"):
        certify_methods(["cr1"], replications=1)
