import ast
import copy
import re
from collections import Counter
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
import yaml

from analysis.claims.literature import AGAINST, SEEN, WORD_LIMIT, read_literature
from analysis.errors import LedgerError
from analysis.strict import Loader
from tests.published import ledger, published

MODULE = Path(read_literature.__code__.co_filename)
FILE = published().folder / "literature.yml"
BIBLIOGRAPHY = Path(__file__).resolve().parents[2] / "book" / "references.bib"
CLAIMS = [claim.id for claim in ledger()]
ENTRIES = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Loader)["studies"]


def literature(claim, path=None):
    found = read_literature(path, CLAIMS) if path else published().literature
    return found.get(claim, ())


# Claims that stand in a chapter; those declared later get their studies when they are written up.
WRITTEN = CLAIMS[:50]

RESULTS = list({id(study): study for claim in CLAIMS for study in literature(claim)}.values())

# For these no published result was found that disagrees or is mixed. A claim that enters or leaves
# the list does so because a study was added: look again at what the chapter says about it.
WITHOUT_DISSENT = {"M21", "M23", "M35", "M37", "M48"}

ENTRY = {
    "key": "someone2020",
    "label": "Someone (2020)",
    "place": "Utopia",
    "years": "not read",
    "unit": "firms",
    "method": "regression",
    "seen": "abstract",
    "findings": [{"claims": ["M16"], "sign": "+", "text": "More of a went with more of b."}],
}


@pytest.fixture
def write(tmp_path):
    def write(*changes, findings=None):
        entries = []
        for change in changes or ({},):
            entry = {**copy.deepcopy(ENTRY), **change}
            entry["findings"][0].update(findings or {})
            entries.append({name: value for name, value in entry.items() if value is not None})
        path = tmp_path / "literature.yml"
        path.write_text(yaml.safe_dump({"studies": entries}, allow_unicode=True), "utf-8")
        return path

    return write


def bibliography() -> dict[str, str]:
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    return {m[1]: m[0] for m in re.finditer(r"^@\w+\{([^,\s]+),.*?(?=^@|\Z)", text, re.M | re.S)}


def test_every_entry_reaches_a_claim():
    assert {study.key for study in RESULTS} == {entry["key"] for entry in ENTRIES}
    assert len(RESULTS) == sum(len(entry["findings"]) for entry in ENTRIES)


def test_every_claim_named_is_in_the_ledger():
    assert set(WRITTEN) <= {claim for study in RESULTS for claim in study.claims} <= set(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_of_a_chapter_has_two_studies_and_names_each_once(claim):
    keys = Counter(study.key for study in literature(claim))
    assert len(keys) >= 2 or claim not in WRITTEN
    assert set(keys.values()) <= {1}


def test_dissent_is_shown_wherever_it_was_found():
    agreed = {c for c in WRITTEN if not {"-", "±"} & {study.sign for study in literature(c)}}
    assert agreed == WITHOUT_DISSENT
    assert sum(study.sign == "-" for study in RESULTS) >= 30


def test_no_key_of_the_bibliography_is_used_twice():
    keys = re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.M)
    assert len(keys) == len(set(keys)) > 200


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["key"])
def test_every_study_is_in_the_bibliography_under_its_year(entry):
    item = bibliography().get(entry["key"])
    assert item, f"{entry['key']} is not in references.bib: add it."
    year = re.search(r"\byear\s*=\s*\{(\d{4})\}", item)
    assert re.search(r"\((\d{4}|year not read)\)$", entry["label"])
    assert entry["label"].endswith(f"({year[1] if year else 'year not read'})")


@pytest.mark.parametrize("study", RESULTS, ids=lambda s: f"{s.key}-{s.claims[0]}")
def test_a_finding_is_one_short_sentence_without_numbers(study):
    text = study.finding
    assert text.endswith(".")
    assert ". " not in text
    assert len(text.split()) <= WORD_LIMIT < 30
    assert not re.search(r"\d", text), "coefficients of indices are not comparable"
    assert not re.search(r"\b(caus\w+|because|impact (of|on))\b", text), "mostly regressions"


@pytest.mark.parametrize("study", RESULTS, ids=lambda s: f"{s.key}-{s.claims[0]}")
def test_what_was_not_read_says_so(study):
    assert (study.seen == "memory") == (study.read == "from memory: check")
    assert study.note == "" or study.note.endswith(".")


def test_a_stand_in_for_unknown_authors_is_explained():
    for entry in ENTRIES:
        if "journal stands for" in entry.get("note", "") or "publisher stands" in entry.get(
            "note", ""
        ):
            assert "Authors" in entry["note"]
    journals = {"kuaiji2025", "kuaiji2024", "dangdai2025", "gdufe", "mpe2022", "scirep2025"}
    notes = {entry["key"]: entry.get("note", "") for entry in ENTRIES}
    assert all("Authors" in notes[key] for key in journals)


def test_the_head_of_the_file_explains_every_field_and_word():
    head = FILE.read_text(encoding="utf-8").split("studies:")[0]
    for name in (*ENTRY, "note"):
        assert re.search(rf"^#   {name} ", head, re.MULTILINE), name
    for name in ("claims", "sign", "text", *SEEN):
        assert re.search(rf"^# {{14,}}{name} ", head, re.MULTILINE), name
    for sign, word in AGAINST.items():
        assert f'"{sign}" {word}' in head


def test_two_results_as_they_were_read():
    # Boeing (2016), Research Policy 45(9), and Hsu, Tian & Xu (2014), JFE 112(1): abstracts.
    crowding = {study.key: study.sign for study in literature("M30")}
    assert crowding["boeing2016"] == "-"
    assert crowding["guellec2003"] == "+"
    market = next(study for study in literature("M14") if study.key == "hsu2014")
    assert market.against == "disagrees"
    assert "equity markets" in market.finding


def test_a_claim_without_a_study_has_none(write):
    path = write()
    assert [study.key for study in literature("M16", path)] == ["someone2020"]
    assert literature("M17", path) == ()


def test_a_study_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        literature("M16")[0].sign = "+"


def test_reading_it_needs_no_numerical_library():
    tree = ast.parse(MODULE.read_text(encoding="utf-8"))
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
    outside = {"analysis.claims.yaml_file", "analysis.errors"}
    standard = {"__future__", "collections.abc", "dataclasses", "pathlib"}
    assert set(named) == outside | standard


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seen": "hearsay"}, "someone2020 has the unknown seen 'hearsay': use one of abstract"),
        ({"place": None}, "someone2020 has no place: write it, or 'not read'"),
        ({"found": "x"}, "someone2020 has the unknown field 'found': take it out"),
        ({"key": None}, "A study has no key"),
    ],
)
def test_a_malformed_entry_is_named_in_one_sentence(write, change, words):
    with pytest.raises(LedgerError, match=re.escape(words)) as error:
        literature("M16", write(change))
    assert str(error.value).endswith(".")
    assert ". " not in str(error.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sign": "plus"}, "someone2020 has the unknown sign 'plus': use one of +, -"),
        ({"claims": ["M161"]}, "someone2020 names 'M161', which is no claim of the ledger"),
        ({"claims": "M16"}, "has claims that are no list: list ids"),
        ({"claims": []}, "A finding of someone2020 names no claim: add its id"),
        ({"text": "word " * 30}, "has 30 words: shorten it to 29 at most"),
        ({"text": ""}, "A finding of someone2020 has no text"),
    ],
)
def test_a_malformed_finding_is_named_in_one_sentence(write, change, words):
    with pytest.raises(LedgerError, match=re.escape(words)):
        literature("M16", write(findings=change))


def test_a_study_is_listed_once(write):
    with pytest.raises(LedgerError, match="someone2020 is listed twice: put its findings together"):
        literature("M16", write({}, {}))


def test_an_entry_without_findings_is_refused(tmp_path):
    path = tmp_path / "literature.yml"
    path.write_text(yaml.safe_dump({"studies": [{**ENTRY, "findings": []}]}), "utf-8")
    with pytest.raises(LedgerError, match="someone2020 has no findings"):
        literature("M16", path)
    path = tmp_path / "words.yml"
    path.write_text("studies: [words]", encoding="utf-8")
    with pytest.raises(LedgerError, match="is 'words': write fields with values"):
        literature("M16", path)


def test_unreadable_files_are_reported_in_one_sentence(tmp_path):
    with pytest.raises(LedgerError, match=r"none\.yml cannot be opened"):
        literature("M16", tmp_path / "none.yml")
    (tmp_path / "bad.yml").write_text("studies: [", encoding="utf-8")
    with pytest.raises(LedgerError, match=r"bad\.yml is not valid YAML near line"):
        literature("M16", tmp_path / "bad.yml")
    (tmp_path / "empty.yml").write_text("", encoding="utf-8")
    with pytest.raises(LedgerError, match="no list of studies"):
        literature("M16", tmp_path / "empty.yml")
