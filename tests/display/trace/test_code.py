"""Scripts of trace pages: each runs from published figures to the number that the book prints."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest

import analysis
from analysis.claims import Question
from analysis.display.trace.code import claim_code
from tests.published import published

DATASETS = published().datasets
LEADS = {"wild bootstrap": "wild(", "permutation": "randomisation_test(", "CR3": "mean_lag_change(",
         "two one-sided tests": "tost(", "spatial bootstrap": "direct_effect(",
         "threshold bootstrap": "leading_test("}  # fmt: skip


@pytest.fixture
def run(monkeypatch, study):
    """Run a script on panels that are read once; return what it leaves and what it prints."""
    monkeypatch.setattr(analysis, "load", study.panel, raising=False)
    monkeypatch.setattr("analysis.claims.read_study", lambda name: study)

    def ran(text):
        space, said = {}, io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(text, "script", "exec"), space)
        return space, said.getvalue()

    return ran


def records(archive, dataset):
    return [record for record in archive.records if record.dataset == dataset]


def question(study, record):
    return Question(record.evidence.claim, study.panel(record.dataset), study)


def scripts(study, archive, dataset) -> Iterator[tuple]:
    for record in records(archive, dataset):
        for part, finding in enumerate(record.evidence.findings):
            yield record, finding, claim_code(question(study, record), record, part)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_every_script_ends_with_the_number_and_the_p_of_the_archive(study, archive, run, dataset):
    for record, finding, code in scripts(study, archive, dataset):
        space, said = run(code.text)
        found = (record.id, float(space["size"]), float(space["p"]))
        assert found == (record.id, pytest.approx(finding.tested, rel=1e-8, abs=1e-10),
                         pytest.approx(finding.p, abs=1e-9))  # fmt: skip
        assert f"{finding.tested:+.3f}" in said


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_script_calls_the_test_that_leads_and_starts_from_the_figures(
    study, archive, dataset
):
    for record, finding, code in scripts(study, archive, dataset):
        assert LEADS[finding.test] in code.text
        assert f'load("{dataset}")' in code.text
        assert len(code.text.splitlines()) <= 45, record.id
        assert max(map(len, code.text.splitlines())) <= 100, record.id


def test_a_description_is_counted_anew(study, archive, run):
    described = [r for r in archive.records if r.evidence.describes]
    assert described
    for record in described:
        space, _ = run(claim_code(question(study, record), record).text)
        first, last = (f"{value:.2f}" for value in space["size"])
        assert f"goes from {first} to {last}" in record.evidence.describes


def test_where_nothing_is_estimated_the_page_says_why(study, archive):
    silent = [r for r in archive.records
              if r.dataset and not r.evidence.findings and not r.evidence.describes]  # fmt: skip
    for record in silent:
        code = claim_code(question(study, record), record)
        assert not code.text
        assert code.why_not.startswith("Nothing is estimated here: ")


def test_a_script_can_be_adapted_in_one_place(study, archive, run):
    record = archive.record("M30")
    text = claim_code(question(study, record), record).text
    changed = text.replace("    outcome=", "    sample=Sample(last_year=2019),\n    outcome=")
    space, _ = run("from analysis import Sample\n" + changed)
    spec = record.evidence.claim.build_specification()
    shorter = analysis.inference.estimate_columns(
        replace(spec, sample=analysis.Sample(last_year=2019)), study.panel("china")
    )["two_way"]
    line = shorter.coefficient("ln_gov")
    assert space["size"] == pytest.approx(line.estimate * line.scale)
    assert space["size"] != pytest.approx(record.evidence.findings[0].tested, rel=1e-3)
