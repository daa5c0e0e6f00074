"""A claim on several data sets: order, drawing, words."""

import re

import pytest

from analysis.claims import Evidence, Record, Verdict
from analysis.claims.across import across
from analysis.display.across import REACH, WIDTH, across_block, dataset_name, dataset_table
from analysis.display.chapters import chapter
from tests.claims.test_verdicts import RULES, finding
from tests.published import ledger, published

CLAIM = ledger()["M01"]


def record(dataset, word="inconclusive", mde=0.3, **changes):
    found = finding(mde=mde, **changes)
    return Record(Evidence(CLAIM, (found,), dataset=dataset), Verdict(word, ""))


def block(*records):
    return across_block(across(records, RULES), {}).text


def test_one_data_set_has_its_row_and_no_word_over_all():
    text = block(record("a"))
    assert text.count("<svg") == 1
    assert "Over all" not in text


def test_the_sharpest_comes_first_and_the_word_over_all_is_said():
    text = block(record("a", "suggestive"), record("b", "no sizeable effect", mde=0.1))
    assert text.index(">b <small>") < text.index(">a <small>")
    assert 'Over all data sets: <span class="verdict verdict-mixed">mixed</span>' in text
    assert "smallest seen 0.10" in text


def test_nothing_is_shaded_where_the_smallest_effect_is_not_known():
    blind = {"test": "threshold bootstrap", "low": float("nan"), "high": float("nan")}
    text = block(record("a", **blind), record("b"))
    assert "smallest seen not known" in text
    assert text.count('class="unseen"') == 1
    assert "nan" not in text


@pytest.mark.parametrize("estimate", [-5.0, 0.0, 5.0])
def test_a_drawing_stays_inside_its_frame(estimate):
    text = block(record("a", estimates=(estimate,) * 3), record("b"))
    places = [float(x) for x in re.findall(r'(?:x1|x2|cx)="([\d.]+)"', text)]
    assert len(places) == 2 * 5
    assert min(places) >= 0
    assert max(places) <= WIDTH
    middle = WIDTH / 2 * (1 + max(-1, min(1, estimate / REACH)))
    assert f'cx="{round(middle, 1)}"' in text


def test_a_data_set_that_could_not_be_asked_says_why():
    bare = Record(Evidence(CLAIM, dataset="c"), Verdict("cannot be asked here", "no <series>"))
    text = block(record("a"), bare)
    assert "no &lt;series&gt;" in text
    assert text.count("<svg") == 1


def test_a_data_set_is_called_by_its_nouns(archive):
    books = {name: archive.codebook(name) for name in published().datasets}
    assert dataset_name(published().main, books) == "Provinces"
    assert dataset_name("strange", books) == "strange"


def test_the_table_sets_every_run_in_its_column(archive):
    text = dataset_table(archive, published()).text
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", text)
    ids = {r.id for r in archive.records if r.evidence.findings}
    assert len(rows) == len(ids)
    (row,) = [r for r in rows if ">M16</a>" in r]
    assert row.count('class="verdict') == 1 + sum(r.id == "M16" for r in archive.records)


def test_a_brief_claim_has_its_anchor_a_word_and_a_fold(archive):
    text = chapter(published(), "exit", archive.folder.parent).brief("M95", "M102").text
    assert re.findall(r'<section class="brief" id="(\w+)">', text) == ["m95", "m102"]
    assert text.count("<summary>Card, finding, tables") == 2
    assert "Wanted: " in text[text.index('id="m102"') :]
    assert "economies:" in text
