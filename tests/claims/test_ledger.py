import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from analysis.claims import QUOTE_LIMIT, Claim, read_ledger
from analysis.errors import LedgerError, UnknownNameError
from tests.published import ledger, published

FILE = published().folder / "ledger.yml"
FAMILIES = ("two-wheels",)
CJK = re.compile(r"[一-鿿]")

# Every specification as it was declared, before it was estimated. A change there is a change of the
# protocol: say so in the ledger and in the book.
DECLARED = yaml.safe_load(Path(__file__).with_name("declared.yml").read_text(encoding="utf-8"))
FIELDS = ("outcome", "regressors", "focal", "sign", "specification", "setup", "parts", "secondary")


@pytest.fixture
def write(tmp_path, entry):
    def write(*ids, **top):
        path = tmp_path / "ledger.yml"
        claims = [{**entry, "id": i} for i in ids]
        path.write_text(yaml.safe_dump({"claims": claims, **top}, allow_unicode=True), "utf-8")
        return path

    return write


def test_every_claim_stands_in_order():
    assert [claim.id for claim in ledger()] == [f"M{i:02d}" for i in range(1, 114)]


@pytest.mark.parametrize("entry", [*ledger(), *ledger().not_tested], ids=lambda c: c.id)
def test_quotes_are_short_chinese_without_blanks(entry):
    assert 4 <= len(entry.quote) <= QUOTE_LIMIT
    assert len(CJK.findall(entry.quote)) >= len(entry.quote) - 3  # marks and digits may stand in
    assert not re.search(r"\s", entry.quote)


def test_no_passage_is_quoted_twice():
    quotes = [entry.quote for entry in (*ledger(), *ledger().not_tested)]
    assert len(set(quotes)) == len(quotes)


@pytest.mark.parametrize("claim", ledger().claims, ids=lambda c: c.id)
def test_our_words_are_plain_sentences(claim):
    for text in (claim.sentence, claim.logic, claim.estimand, claim.needs, claim.notes):
        assert text == "" or text.endswith("."), text
    assert ". " not in claim.sentence.rstrip(".")
    assert len(claim.sentence.split()) <= 22
    assert not re.search(r"\b(should|ought|must)\b", claim.sentence), "a claim says what is"


@pytest.mark.parametrize("claim", ledger().filter(status="testable"), ids=lambda c: c.id)
def test_a_testable_sentence_names_no_concept_that_only_a_proxy_measures(claim):
    assert not re.search("patient capital|industrial finance", claim.sentence, re.IGNORECASE)


@pytest.mark.parametrize("claim", ledger().filter(status="proxy"), ids=lambda c: c.id)
def test_a_proxy_is_called_one(claim):
    assert claim.notes, "say what stands for what"


def test_what_needs_user_data_is_named_and_what_has_a_data_set_is_declared_on_it():
    here = {"province-year", "country-year"}
    for claim in ledger():
        assert claim.declared <= (claim.unit in here), claim.id
        assert (claim.status == "needs user data") == (not claim.declared), claim.id
    firms = [claim for claim in ledger() if claim.unit == "firm-year"]
    assert all(claim.status == "needs user data" for claim in firms)


def test_a_claim_that_an_entry_points_to_exists():
    known = {entry.id for entry in (*ledger(), *ledger().not_tested)}
    for claim in ledger():
        assert set(re.findall(r"\b[MNF]\d{2,3}\b", claim.notes)) <= known - {claim.id}, claim.id


def test_further_tests_stand_on_a_line_of_their_own():
    for claim in ledger():
        found = [line for line in claim.notes.splitlines() if "Further tests" in line]
        assert len(found) <= 1, claim.id
        assert all(line.startswith("Further tests: ") for line in found), claim.id


def test_every_chapter_has_a_claim():
    assert {claim.family for claim in ledger()} == set(published().families)


def test_the_declared_specifications_are_those_of_the_protocol():
    plain = [claim.to_dict() for claim in ledger() if claim.declared]
    assert {c["id"]: {name: c[name] for name in FIELDS} for c in plain} == DECLARED


@pytest.mark.parametrize("claim", [c for c in ledger() if c.declared], ids=lambda c: c.id)
def test_a_declared_regression_holds_the_baseline_fixed(claim):
    initial = claim.specification.get("initial")
    unit = {"province-year": ["gdp_per_head"], "country-year": ["ln_gdp_per_head_real"]}
    assert claim.design == "descriptive" or initial == unit[claim.unit]
    assert "effects" not in claim.specification, "the columns decide"


def test_everything_that_can_be_tested_is_declared():
    assert {c.id for c in ledger() if not c.declared} == {
        c.id for c in ledger().filter(status="needs user data")
    }


def test_the_protocol_is_dated_and_owns_up_to_earlier_looks():
    protocol = ledger().protocol
    assert str(protocol["declared"]) == "2026-11-23"
    assert "72 outcome-regressor pairs" in protocol["earlier_looks"][0]
    assert len(protocol["earlier_looks"]) == 4
    assert len(protocol["later_looks"]) == 7
    assert str(protocol["rules_declared_anew"]) == "2026-11-28"
    assert str(protocol["declared_in_full"]) == "2026-11-25"
    assert str(protocol["declared_further"]) == "2026-11-28"
    assert "before any of them was estimated" in protocol["further"]


def test_the_paper_itself_can_be_cited():
    bib = Path(__file__).resolve().parents[2] / "book" / "references.bib"
    assert f"{{{ledger().source['citation']}," in bib.read_text(encoding="utf-8")


def test_the_head_of_the_file_explains_every_field():
    head = FILE.read_text(encoding="utf-8").split("source:")[0]
    for one in fields(Claim):
        assert re.search(rf"^#   {one.name} ", head, re.MULTILINE), one.name


def test_lookup_forgives_lower_case_and_suggests():
    book = ledger()
    assert book["m16"] is book["M16"]
    with pytest.raises(UnknownNameError, match=r"Unknown claim 'MM16' in the ledger: .*M16"):
        book["MM16"]


def test_filters_combine():
    both = ledger().filter(family="innovation-chain", status="testable")
    assert [claim.id for claim in both] == ["M22", "M23", "M27"]
    with pytest.raises(UnknownNameError, match="did you mean two-wheels"):
        ledger().filter(family="two wheels")
    with pytest.raises(UnknownNameError, match="Unknown status"):
        ledger().filter(status="open")


def test_counts_add_up():
    counts = ledger().counts()
    assert counts == {**dict.fromkeys(counts, 0), **Counter(claim.status for claim in ledger())}
    assert sum(counts.values()) == len(ledger())


def test_not_tested_statements_are_normative_or_facts():
    kinds = Counter(statement.kind for statement in ledger().not_tested)
    assert kinds == {"normative": 13, "fact": 8}


def test_an_id_is_used_once_and_may_be_any_word(write):
    with pytest.raises(LedgerError, match="M01 is used twice"):
        read_ledger(write("M01", "M01"), FAMILIES)
    found = read_ledger(write("M07", "X3", "credit"), FAMILIES)
    assert [claim.id for claim in found] == ["M07", "X3", "credit"]
    assert found["x3"] is found["X3"]


def test_ids_that_only_differ_in_capitals_are_one(write):
    with pytest.raises(LedgerError, match="x1 is used twice"):
        read_ledger(write("X1", "x1"), FAMILIES)


@pytest.mark.parametrize("name", [7, "", "a b", "a/b", "../a", "a@b"])
def test_an_id_can_stand_in_the_name_of_a_file(write, name):
    with pytest.raises(LedgerError, match="is no word of letters, digits, - and _"):
        read_ledger(write(name), FAMILIES)


def test_a_claim_belongs_to_a_family_of_the_study(write):
    with pytest.raises(LedgerError, match="family 'two-wheels': did you mean 'two_wheels'"):
        read_ledger(write("M01"), ("two_wheels",))


def test_another_ledger_can_be_read(write):
    book = read_ledger(write("M01", "M02", protocol={"declared": "2030-01-01"}), FAMILIES)
    assert len(book) == 2
    assert book.protocol["declared"] == "2030-01-01"


def test_an_unknown_kind_of_statement_is_refused(write):
    statement = {"id": "N01", "kind": "norm", "section": "一", "quote": "x", "sentence": "x."}
    with pytest.raises(LedgerError, match="N01 has the unknown kind 'norm'"):
        read_ledger(write("M01", not_tested=[statement]), FAMILIES)


def test_unreadable_files_are_reported_in_one_sentence(tmp_path):
    with pytest.raises(LedgerError, match=r"none\.yml cannot be opened"):
        read_ledger(tmp_path / "none.yml", FAMILIES)
    (tmp_path / "bad.yml").write_text("claims: [", encoding="utf-8")
    with pytest.raises(LedgerError, match=r"bad\.yml is not valid YAML near line"):
        read_ledger(tmp_path / "bad.yml", FAMILIES)
    (tmp_path / "old.yml").write_bytes("claims: [信贷]".encode("gbk"))
    with pytest.raises(LedgerError, match=r"old\.yml is not UTF-8: save it again as UTF-8"):
        read_ledger(tmp_path / "old.yml", FAMILIES)
    (tmp_path / "empty.yml").write_text("", encoding="utf-8")
    with pytest.raises(LedgerError, match="no list of claims"):
        read_ledger(tmp_path / "empty.yml", FAMILIES)
