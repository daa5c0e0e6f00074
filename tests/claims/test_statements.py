import ast
import re
from collections import Counter
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
import yaml

from analysis.claims.statements import COVERED, KINDS, PaperStatement, coverage, read_statements
from analysis.claims.vocabulary import QUOTE_LIMIT
from analysis.errors import LedgerError
from tests.published import ledger, published

# The paper's text is not part of the repository, so that a quotation is verbatim cannot be tested.
FILE = published().folder / "statements.yml"
IDS = [entry.id for entry in (*ledger(), *ledger().not_tested)]
STATEMENTS = read_statements(FILE, IDS)
MODULE = Path(read_statements.__code__.co_filename)

ENTRY = {
    "id": "S01",
    "section": "一",
    "quote": "耐心资本",
    "gist_en": "Capital waits.",
    "gist_zh": "资本有耐心",
    "kind": "causal",
    "claims": ["M01"],
    "covered": "fully",
}


@pytest.fixture
def write(tmp_path):
    def write(*changes):
        entries = [{**ENTRY, **change} for change in changes or ({},)]
        entries = [{n: v for n, v in entry.items() if v is not None} for entry in entries]
        path = tmp_path / "statements.yml"
        path.write_text(yaml.safe_dump({"statements": entries}, allow_unicode=True), "utf-8")
        return path

    return write


def test_statements_are_numbered_through():
    assert [one.id for one in STATEMENTS] == [f"S{i:02d}" for i in range(1, len(STATEMENTS) + 1)]
    assert len(STATEMENTS) == 153


def test_nearly_every_causal_or_descriptive_statement_is_covered():
    assert coverage(STATEMENTS) == {"fully": 125, "partly": 6, "no": 0}
    kinds = Counter(one.kind for one in STATEMENTS)
    assert kinds == {"causal": 123, "descriptive": 8, "fact": 7, "definition": 2, "norm": 13}


def test_every_norm_and_every_fact_of_the_ledger_is_a_statement():
    named = {claim for one in STATEMENTS for claim in one.claims}
    listed = {entry.id for entry in ledger().not_tested}
    assert listed <= named
    for one in STATEMENTS:
        letters = {claim[0] for claim in one.claims}
        if one.kind in ("norm", "fact"):
            assert letters == {one.kind[0].upper()}, one.id
        if one.kind == "causal":
            assert letters == {"M"}, one.id


def test_every_claim_is_a_statement_of_the_paper():
    named = {claim for one in STATEMENTS for claim in one.claims}
    assert {claim.id for claim in ledger()} <= named


@pytest.mark.parametrize("one", STATEMENTS, ids=lambda one: one.id)
def test_quotes_are_short_and_gists_are_our_own(one):
    assert 4 <= len(one.quote) <= QUOTE_LIMIT
    assert not re.search(r"\s", one.quote)
    assert one.gist_en.endswith(".")
    assert len(one.gist_en.split()) <= 22
    assert not one.gist_zh.endswith("。")
    assert one.quote not in one.gist_zh


def test_no_passage_is_quoted_twice():
    quotes = [one.quote for one in STATEMENTS]
    assert len(set(quotes)) == len(quotes)


def test_a_statement_stands_where_its_claims_stand_or_says_the_same_elsewhere():
    sections = {entry.id: entry.section for entry in (*ledger(), *ledger().not_tested)}
    at_home = [any(sections[c] == one.section for c in one.claims) for one in STATEMENTS]
    assert sum(at_home) >= 120


def test_a_statement_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        STATEMENTS[0].kind = "norm"


def test_the_head_of_the_file_explains_every_field_and_word():
    head = FILE.read_text(encoding="utf-8").split("statements:")[0]
    for name in [field.name for field in fields(PaperStatement)] + [*KINDS, *COVERED]:
        assert re.search(rf"\b{name}\b", head), name


def test_counts_by_kind():
    assert coverage(STATEMENTS, ["definition"]) == {"fully": 0, "partly": 1, "no": 1}
    assert coverage([]) == dict.fromkeys(COVERED, 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quote": "长" * 21}, "The quote of S01 has 21 characters: shorten it to 20 at most"),
        ({"claims": ["M01", "M161"]}, "S01 names 'M161', which is no entry of the ledger"),
        ({"claims": "M01"}, "S01 has claims that are no list"),
        ({"claims": []}, "S01 is covered 'fully' by 0 entries: change one of the two"),
        ({"covered": "no", "note": "x"}, "S01 is covered 'no' by 1 entries"),
        ({"covered": "partly"}, "S01 is covered 'partly': a note says what is left out"),
        ({"note": "x"}, "S01 is covered 'fully': a note says what is left out"),
        ({"kind": "normative"}, "S01 has the unknown kind 'normative': use one of causal"),
        ({"covered": "half"}, "S01 has the unknown covered 'half': use one of fully"),
        ({"gist_zh": None}, "S01 has no gist_zh: write it"),
        ({"id": None}, "A statement has no id: write it"),
        ({"gist": "x"}, "S01 has the unknown field 'gist': take it out"),
    ],
)
def test_a_malformed_statement_is_named_in_one_sentence(write, change, words):
    with pytest.raises(LedgerError, match=re.escape(words)) as error:
        read_statements(write(change), IDS)
    assert str(error.value).endswith(".")
    assert ". " not in str(error.value)


def test_ids_and_quotes_are_used_once(write):
    with pytest.raises(LedgerError, match="The id S01 is used twice"):
        read_statements(write({}, {"quote": "产业金融"}), IDS)
    with pytest.raises(LedgerError, match="S02 quotes the words of S01: choose other words"):
        read_statements(write({}, {"id": "S02"}), IDS)


def test_unreadable_files_are_reported_in_one_sentence(tmp_path):
    with pytest.raises(LedgerError, match=r"none\.yml cannot be opened"):
        read_statements(tmp_path / "none.yml", IDS)
    path = tmp_path / "words.yml"
    path.write_text("statements: [words]", encoding="utf-8")
    with pytest.raises(LedgerError, match="is 'words': write fields with values"):
        read_statements(path, IDS)
    path.write_text("rows: []", encoding="utf-8")
    with pytest.raises(LedgerError, match="has no list of statements"):
        read_statements(path, IDS)


def test_reading_it_needs_no_numerical_library():
    tree = ast.parse(MODULE.read_text(encoding="utf-8"))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    outside = {"analysis.claims.vocabulary", "analysis.claims.yaml_file", "analysis.errors"}
    assert named == outside | {"__future__", "collections.abc", "dataclasses", "pathlib"}
