import pytest

from analysis.claims import Record
from analysis.claims.evidence_text import evidence_text, results_text
from analysis.claims.text import columns_wide


@pytest.fixture
def shown(ask, judge, make_claim, toy):
    def shown(**changes):
        made = ask(make_claim(**changes), toy, draws=199)
        return evidence_text(made, judge(made), width=90)

    return shown


def test_the_evidence_shows_verdict_errors_rows_and_checks(shown):
    text = shown(secondary={"outcomes": ["y2"]})
    for words in ("CR1 SE", "CR3 interval", "[outcome y2]", "a *", "lead (passed)"):
        assert words in text
    # The other outcome is the first one turned round: a reading that says the opposite.
    assert "SUGGESTIVE" in text
    assert "secondary (failed): Against it: y2, of 1." in text
    assert "20 of 240 rows (" in text  # the lag costs every firm its first year
    assert all(columns_wide(line) <= 90 for line in text.splitlines())


def test_a_planted_effect_is_supported(shown):
    assert "SUPPORTED. Leading p = 0.005; every condition is met." in shown()


def test_an_opposite_sign_is_said(shown):
    assert "CONTRADICTED. The opposite sign passes every check." in " ".join(
        shown(sign="-").split()
    )


def test_the_list_of_results_counts_the_verdicts(ask, judge, make_claim, toy):
    made = ask(make_claim(), toy, draws=199)
    text = results_text([Record(made.evidence, judge(made), 0.005)])
    assert "M01" in text
    assert text.endswith("1 supported.")
