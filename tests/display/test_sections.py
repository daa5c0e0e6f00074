import re

import pytest

from analysis.claims import VERDICTS
from analysis.claims.grids import checks_grid
from analysis.display import chapters
from analysis.display.chapters import chapter
from analysis.display.words import finding_words
from analysis.errors import UnknownNameError
from analysis.inference.cells import signed
from tests.published import ledger


@pytest.fixture(scope="module")
def published():
    return {}


@pytest.fixture(scope="module")
def exits(study, archive, published):
    with pytest.MonkeyPatch.context() as patch:
        original = chapters.publish
        patch.setattr(chapters, "publish", lambda *a, **k: published.update(original(*a, **k)))
        return chapter(study, "exit", archive.folder.parent)


@pytest.mark.parametrize(
    ("value", "text"), [(0.126, "+0.13"), (-0.2, "−0.20"), (-0.0004, "0.00"), (float("nan"), "–")]
)
def test_numbers_carry_a_true_minus_and_no_negative_zero(value, text):
    assert signed(value) == text


def test_a_chapter_gives_its_claims_by_name(exits):
    assert list(exits.sections) == ["M38", "M95", "M102"]
    assert exits.m38.claim is exits.sections["M38"].claim
    with pytest.raises(UnknownNameError, match="Unknown exhibit 'm39' in exit"):
        _ = exits.m39


def test_an_unknown_chapter_is_refused(study):
    with pytest.raises(UnknownNameError, match="did you mean exit"):
        chapter(study, "exits")


def test_numbers_of_a_claim_and_of_the_chapter_are_published(exits, published):
    finding = exits.m38.evidence.findings[0]
    assert published["m38_two_way_std"] == finding.estimate
    assert published["m38_two_way_low"] == finding.columns[0].low
    assert published["m38_verdict"] == exits.m38.verdict.word
    assert published["m38_pre_years_passed"] in ("yes", "no")
    assert published["m38_ln_ent_two_way_zero"] in ("includes zero", "excludes zero")
    assert published["exit_claims"] == 3
    assert published[f"exit_{exits.m38.verdict.word}"] == 1
    assert published["exit_needs_user_data"] == 2


def test_the_finding_says_what_the_numbers_say(exits):
    made = exits.m38
    finding, text = made.evidence.findings[0], made.finding.text
    first = finding.columns[0]
    assert f"{signed(first.estimate)} within-SDs" in text
    assert f"{signed(finding.low)} to {signed(finding.high)}" in text
    assert f"found four times in five is {first.mde:.2f}" in text
    assert f">{made.verdict.word}</span>" in text
    assert "(without " not in text
    assert re.search(r"\(without (Tianjin|Guangdong)\)", made.tables.text)


def test_the_finding_points_out_few_clusters_and_disagreeing_errors(exits):
    import dataclasses

    made = exits.m38
    finding = made.evidence.findings[0]
    column = dataclasses.replace(finding.columns[0], p_cr3=0.3)
    doubtful = dataclasses.replace(
        finding, p=0.01, effective_clusters=2.4, columns=(column, *finding.columns[1:])
    )
    evidence = dataclasses.replace(made.evidence, findings=(doubtful,))
    text = finding_words(dataclasses.replace(made.record, evidence=evidence), made.book).text
    assert "Bootstrap and CR3 (p = 0.300) disagree" in text
    assert "rests on the equivalent of 2.4 of 31" in text
    assert "disagree" not in made.finding.text


def test_the_card_shows_the_verdict(exits):
    assert f'<span class="verdict verdict-{exits.m38.verdict.word}">' in exits.m38.card.text


def test_tables_hold_every_column_reading_and_check(exits):
    text = exits.m38.tables.text
    for label in (
        "Two-way",
        "Region × year",
        "Entity trends",
        "Secondary readings",
        "Checks of M38",
    ):
        assert label in text
    assert len(checks_grid(exits.m38.evidence).rows) == len(exits.m38.evidence.checks)


def test_the_answer_names_every_claim_once_under_its_word(exits):
    text = exits.answer.text
    assert re.findall(r'<a href="#m\d+" title="[^"]+">(M\d+)</a>', text) == sorted(
        exits.sections, key=lambda c: (VERDICTS.index(exits.sections[c].word), int(c[1:]))
    )
    assert text.count('class="verdict') == len({s.word for s in exits.sections.values()})


def test_what_a_term_is_made_of_stands_in_the_tables(study, archive):
    made = chapter(study, "two-wheels", archive.folder.parent).m16
    assert made.evidence.findings[0].decomposition
    assert "What the term is made of" in made.tables.text
    assert "What the term is made of" not in made.finding.text
    assert made.answer.text.count("<svg") == 1 + len(made.others)
    assert f">{made.word}</span>" in made.answer.text


def test_the_summary_links_to_the_sections(exits):
    assert '<a href="#m38">M38</a>' in exits.summary.text
    assert ledger()["M38"].sentence in exits.summary.text


@pytest.mark.parametrize("name", ["picture", "effects", "diagram", "estimates"])
def test_pictures_are_drawn_when_asked_for(exits, name):
    holder = exits if name in ("diagram", "estimates") else exits.m38
    assert re.match(r"<\?xml|<svg", getattr(holder, name).svg())


def test_a_curve_publishes_its_numbers(exits, published):
    assert exits.m38.curve.svg()
    assert 0 <= published["m38_curve_same_sign"] <= 1
    assert published["m38_curve_specifications"] > 8


def test_what_a_section_or_a_chapter_shows_is_listed_and_anything_else_refused(exits):
    assert {"m38", "counts", "before"} <= set(dir(exits))
    with pytest.raises(UnknownNameError, match="did you mean picture"):
        _ = exits.m38.pictur


def test_a_claim_without_figures_has_a_card_and_a_reason(study, archive):
    made = chapter(study, "equity-and-debt", archive.folder.parent).m39
    assert made.verdict.word == "needs user data"
    assert made.book is None
    assert "needs user data" in made.card.text
