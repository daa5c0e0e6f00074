"""The table of all numbers, the command line and the page give one p, estimate and interval."""

import csv
import math
import re

import pytest

from analysis.claims.evidence_text import finding_line, results_text, verdict_text
from analysis.display.verdicts import largest_grid, verdict_table
from analysis.display.words import finding_words, further_words, made_of
from analysis.inference.cells import signed
from tests.published import published

RUNS = [
    (run.id, published().dataset_of(run))
    for run in published().runs() if run.declared and run.design != "descriptive"
]  # fmt: skip
each_run = pytest.mark.parametrize("run", RUNS, ids="@".join)


@pytest.fixture(scope="session")
def records(archive):
    return {(record.id, record.dataset): record for record in archive.records}


@pytest.fixture(scope="session")
def rows(archive):
    with (archive.folder / "claims.csv").open(encoding="utf-8") as stream:
        found = {}
        for row in csv.DictReader(stream):
            found.setdefault((row["claim"], row["dataset"] or ""), []).append(row)
    return found


def number(text):
    return math.nan if text == "" else float(text)


def printed(value):
    return f"{value:+.2f}"


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def sentences(record, book):
    return finding_words(record, book).text + further_words(record, book).text


@each_run
def test_p_estimate_and_interval_of_the_leading_test_agree(records, rows, archive, run):
    record = records[run]
    card = words(sentences(record, archive.codebook(record.dataset)))
    line = words(verdict_table([record], published()).text)
    one_line = " ".join(verdict_text(record.evidence, record.verdict).split())
    listed = " ".join(results_text([record]).split())
    for finding, row in zip(record.evidence.findings, rows[run], strict=True):
        p, tested, low, high = (
            number(row[k]) for k in ("p", "tested", "tested_low", "tested_high")
        )
        assert (p, tested) == (finding.p, finding.tested)
        assert row["test"] == finding.test
        ends = f"[{printed(low)}, {printed(high)}]"
        shown = f"[{signed(low)}, {signed(high)}]"
        if math.isnan(low):
            ends, shown = "without interval", "no interval"
            assert "which has no interval" in card
        else:
            assert f"95% interval {signed(low)} to {signed(high)}" in card
        said = "less than 0.001" if p < 0.001 else f"{p:.3f}"
        assert f"estimate is {signed(tested)} {finding.unit}" in card
        assert f"p = {said}" in card
        unit = "" if finding.unit == "within-SDs" else f" {finding.unit}"
        assert f"{signed(tested)}{unit} {shown}" in line
        assert f"{p:.3f} ({finding.p_family:.3f})" in line
        assert number(row["p_dealt"]) == pytest.approx(finding.p_dealt, rel=0, nan_ok=True)
        if not math.isnan(finding.p_dealt):
            dealt = "less than 0.001" if finding.p_dealt < 0.001 else f"{finding.p_dealt:.3f}"
            assert f"499 times, p = {dealt}." in card
            assert f"{finding.p_dealt:.3f} with histories dealt out anew" in one_line
        for text in (finding_line(finding), one_line):
            assert f"{printed(tested)} {ends} {finding.unit}, p = {p:.3f} ({finding.test})" in text
        in_list = ends if finding.has_interval else "none"
        assert f"{printed(tested)} {in_list} {p:.3f} {finding.p_family:.3f}" in listed


@each_run
def test_columns_and_the_parts_of_a_term_agree(records, rows, archive, run):
    record = records[run]
    card = words(sentences(record, archive.codebook(record.dataset)))
    parts = words(made_of(record).text)
    for finding, row in zip(record.evidence.findings, rows[run], strict=True):
        line = finding_line(finding)
        for column in finding.columns:
            low, high = (number(row[f"{column.effects}_{end}_cr3"]) for end in ("low", "high"))
            assert number(row[column.effects]) == column.estimate
            assert number(row[f"{column.effects}_p_cr3"]) == column.p_cr3
            assert f"{printed(column.estimate)} [{printed(low)}, {printed(high)}]" in line
        for slope in finding.decomposition:
            name = slope.name.replace(" ", "_")
            low, high = (number(row[f"{name}_{end}_cr3"]) for end in ("low", "high"))
            assert number(row[f"{name}_slope"]) == slope.estimate
            assert f"{printed(slope.estimate)} [{printed(low)}, {printed(high)}]" in line
            assert f"{signed(slope.estimate)} [{signed(low)}, {signed(high)}]" in parts
        if finding.p_without_entity:
            assert number(row["p_without"]) == finding.p_without
            assert row["p_without_entity"] == finding.p_without_entity
            assert "The largest p that this brings about is" in card


def test_the_bootstrap_leads_with_the_estimate_of_the_first_column(records):
    for record in records.values():
        for finding in record.evidence.findings:
            if finding.test == "wild bootstrap":
                assert finding.tested == pytest.approx(finding.estimate, rel=1e-12)
                assert finding.low < finding.tested < finding.high


def test_the_word_of_the_first_edition_is_kept_for_every_claim_that_had_one(records, rows, study):
    (first,) = study.editions
    kept = {name: r.earlier["1"] for (name, _), r in records.items() if r.earlier}
    assert kept == dict(first["words"])
    printed = {
        name: f[0]["first_edition"] for (name, _), f in rows.items() if f[0]["first_edition"]
    }
    assert printed == kept


def test_the_largest_effect_is_the_end_of_the_leading_interval(records, study):
    grid = largest_grid(tuple(records.values()), study)
    signed_parts = [(r, f) for r in records.values() for f in r.evidence.findings]
    assert len(grid.rows) == sum(f.sign in "+-0" for _, f in signed_parts)
    for row, (_, finding) in zip(grid.rows, signed_parts, strict=True):
        end = {"+": finding.high, "-": finding.low}.get(finding.sign, finding.largest)
        assert math.isnan(end) or signed(end) in row[3]
        if finding.persistence >= 1 and finding.has_interval and "none" not in row[3]:
            assert row[5] == "not bounded"
        elif math.isfinite(finding.persistence) and row[5] not in ("–", "not bounded"):
            assert row[5] == signed(finding.largest / (1 - finding.persistence))
