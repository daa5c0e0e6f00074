"""One word for one thing: the Chinese edition keeps to the table of terms.

The table is ``book/locale/zh_CN/terms.csv``: English, the Chinese that is right, what it must never
be called, a note; ``|`` stands between several. A message is held to a term where its English holds
the term as words. Longer terms win over shorter ones inside them. What Chinese does not say is not
held to it: roles, code, formulas, names of keys and columns, and a message left as it is.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

BOOK = Path(__file__).parents[2] / "book"
PROSE = BOOK / "locale" / "zh_CN" / "LC_MESSAGES"
PROGRAM = BOOK.parent / "analysis" / "language" / "zh_CN"

#: Messages of a term that may leave its word out: Chinese does not say a subject twice.
SHARE = 0.1

HAN = re.compile(r"[\u4e00-\u9fff]+")
WORD = re.compile(r"[^\W_]+(?:[&'’-][^\W_]+)*|[.;:!?,()]")
UNSAID = re.compile(
    r"\{[\w:.-]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|<[^>]*>|\{\w+\}"  # markup, slots
    r"|(?<!\w)'[^' ]*'|\S*[_~=|]\S*|\w+\.\w\S*"  # quoted keys, code, file names
)


def words(text):
    return tuple(WORD.findall(UNSAID.sub(" . ", text).lower()))


def forms(term):
    """The words of a term in the singular and the plural."""
    *head, last = words(term)
    plural = last[:-1] + "ies" if re.search("[^aeiou]y$", last) else last + "s"
    return [(*head, word) for word in (last, plural, last + "es")]


class Terms:
    """The rows of the table, found by the words of their English."""

    def __init__(self, rows):
        self.rows = [{key: cell.split("|") for key, cell in row.items()} for row in rows]
        self.at = {
            form: n for n, row in enumerate(self.rows) for en in row["en"] for form in forms(en)
        }
        self.longest = max(map(len, self.at))

    def found(self, english):
        """Numbers of the rows whose term stands in the text, the longest at each place."""
        left, rows = words(english), set()
        while left:
            fits = (n for n in range(self.longest, 0, -1) if left[:n] in self.at)
            length = next(fits, 0)
            if length:
                rows.add(self.at[left[:length]])
            left = left[max(length, 1) :]
        return rows

    def faults(self, messages):
        """What a term may never be called, and terms that too many messages call otherwise."""
        held, forbidden, others = defaultdict(int), [], defaultdict(list)
        for english, chinese in messages:
            if not says(english, chinese):
                continue
            rows = self.found(english)
            right = {zh for n in rows for zh in self.rows[n]["zh"]}
            for n in rows:
                row = self.rows[n]
                never = [w for w in row["never"] if w and w in chinese and w not in right]
                forbidden += [(row["en"][0], word, chinese) for word in never]
                held[n] += 1
                kept = any(en in chinese for en in row["en"])  # a key of a file, named in English
                if not kept and not any(zh in chinese for zh in row["zh"]):
                    others[n].append(chinese)
        strayed = [
            (self.rows[n]["en"][0], f"{len(texts)} of {held[n]}", texts)
            for n, texts in others.items()
            if len(texts) > SHARE * held[n]
        ]
        return forbidden, strayed


def says(english, chinese):
    """Whether a message is said in Chinese, and not by the Chinese that its English holds."""
    han = "".join(HAN.findall(chinese))
    return bool(han) and han not in "".join(HAN.findall(english))


def messages_of(path):
    with path.open("rb") as file:
        return [(m.id, m.string) for m in read_po(file) if m.id and m.string]


@pytest.fixture(scope="module")
def terms():
    with (BOOK / "locale" / "zh_CN" / "terms.csv").open(encoding="utf-8", newline="") as file:
        return Terms(list(csv.DictReader(file)))


@pytest.fixture(scope="module")
def messages():
    files = sorted(PROSE.rglob("*.po")) + sorted(PROGRAM.glob("*.po"))
    return [pair for path in files for pair in messages_of(path)]


def test_no_term_stands_twice_in_the_table_and_each_has_its_chinese(terms):
    english = [en.lower() for row in terms.rows for en in row["en"]]
    assert sorted(english) == sorted(set(english))
    assert all(row["zh"][0] for row in terms.rows)
    assert not [row for row in terms.rows if set(row["zh"]) & set(row["never"])]


def test_no_message_uses_a_word_that_its_term_must_not_be_called(terms, messages):
    assert terms.faults(messages)[0] == []


def test_nine_in_ten_messages_of_a_term_call_it_by_its_word(terms, messages):
    assert terms.faults(messages)[1] == []


def test_most_terms_stand_in_the_book(terms, messages):
    found = set().union(*(terms.found(english) for english, _ in messages))
    assert len(found) > 0.7 * len(terms.rows)


def test_a_planted_wrong_word_and_a_planted_second_word_are_found(terms, messages):
    forbidden, _ = terms.faults([*messages, ("Industrial finances grow.", "工业金融增长。")])
    assert ("industrial finance", "工业金融", "工业金融增长。") in forbidden
    second = [
        (english, chinese.replace("安慰剂", "伪药")) for english, chinese in messages[::2]
    ] + messages[1::2]
    assert "placebo" in [term for term, *_ in terms.faults(second)[1]]


def test_a_longer_term_wins_and_code_is_no_term(terms):
    def names(text):
        return {terms.rows[n]["en"][0] for n in terms.found(text)}

    assert names("Half-panel jackknives of `slope`") == set()
    assert names("the wild cluster bootstrap, clusters") == {"wild cluster bootstrap", "cluster"}
    assert names("Provinces differ in patient capital") == {"province", "patient capital"}
    assert names("{doc}`exit` of $slope$ in 'entity'") == set()


def test_the_glossary_calls_each_term_as_the_table_does(terms):
    heads = [
        (english, chinese)
        for english, chinese in messages_of(PROSE / "glossary.po")
        if re.fullmatch(r"[^.]* \S*[\u4e00-\u9fff]", english) and " " in chinese
    ]
    assert len(heads) > 30
    for english, chinese in heads:
        word, term = chinese.split(" ", 1)
        beside = english[len(term) :].replace(" ", "")  # the Chinese on the English page
        assert words(term) in terms.at, f"the table lacks {term}"
        row = terms.rows[terms.at[words(term)]]
        assert word in row["zh"], (term, word)
        assert beside in row["zh"] or f"括注“{beside}”" in row["note"][0], (term, beside)
