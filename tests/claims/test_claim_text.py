import pytest

from analysis.claims.text import claim_text, columns_wide, ledger_text, table
from tests.published import ledger


@pytest.mark.parametrize(
    ("text", "wide"), [("abc", 3), ("二(二)1", 7), ("耐心资本", 8), ("e\u0301", 1), ("ＩＦ", 4)]
)
def test_chinese_takes_two_columns(text, wide):
    assert columns_wide(text) == wide


def test_columns_line_up_across_scripts():
    rows = table([("a", "section", "x"), ("M1", "结语", "y"), ("M22", "二(二)1", "z")], "<<<")
    starts = {columns_wide(line[: len(line) - 1]) for line in rows.splitlines()}
    assert len(starts) == 1


def test_numbers_are_set_to_the_right():
    assert table([("x", "n"), ("y", "1,234")], "<>").splitlines() == ["x      n", "y  1,234"]


def test_long_sentences_wrap_and_lose_nothing():
    sentence = "word " * 40
    text = table([("id", sentence)], "<<", width=50)
    assert all(columns_wide(line) <= 50 for line in text.splitlines())
    assert text.split().count("word") == 40


def test_wide_characters_wrap_by_columns():
    lines = table([("id", "耐心资本" * 20)], "<<", width=44).splitlines()
    assert all(columns_wide(line) <= 44 for line in lines)
    assert "".join(line.strip().removeprefix("id").strip() for line in lines) == "耐心资本" * 20


def test_the_list_holds_every_claim_within_the_width():
    text = ledger_text(ledger().claims, width=90)
    assert all(columns_wide(line) <= 90 for line in text.splitlines())
    assert sum(line.startswith("M") for line in text.splitlines()) == 113
    assert text.endswith("113 claims: 69 proxy, 41 needs user data, 3 testable.")


def test_the_list_of_one_and_of_none_reads_well():
    assert ledger_text([ledger()["M38"]]).endswith("1 claim: 1 proxy.")
    assert ledger_text([]).endswith("0 claims.")


@pytest.mark.parametrize("claim", ledger().claims, ids=lambda c: c.id)
def test_every_card_shows_quote_and_status(claim):
    text = claim_text(claim, width=80)
    assert f"「{claim.quote}」" in text
    assert f"Status      {claim.status}" in text
    assert all(columns_wide(line) <= 80 for line in text.splitlines())
