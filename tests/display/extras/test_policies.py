import re

import pandas as pd
import pytest

from analysis.data import load_policies
from analysis.display.extras import policies as module
from analysis.display.extras.policies import other_pilots, policy_table
from analysis.errors import UnknownNameError

COLUMNS = ["policy", "policy_zh", "entity", "start", "where", "confidence", "note", "start_year"]
SEEN, UNSURE = "seen in sources", "from memory: verify"
MADE_UP = pd.DataFrame(
    [
        ("a", "甲", "CN-BJ", "2016-04", "Zhongguancun <north>", SEEN, "A & B", 2016),
        ("a", "甲", "CN-XX", "2016-04", "Nowhere", UNSURE, "", 2016),
        ("b", "乙", "CN-BJ", "2009", "Beijing", UNSURE, "", 2009),
        ("b", "乙", "CN-BJ", "2017", "Beijing again", UNSURE, "", 2017),
        ("b", "乙", "CN-TJ", "2016", "Tianjin", UNSURE, "", 2016),
        ("c", "丙", "CN-XX", "2018-12", "Nowhere", SEEN, "", 2018),
        ("d", "丁", "CN-TJ", "2016", "Tianjin", SEEN, "", 2016),
    ],
    columns=COLUMNS,
)


def rows(text):
    body = text.split("<tbody>")[1]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("<tr>")[1:]]


def caption(text):
    return re.search("<caption>(.*?)</caption>", text)[1]


@pytest.mark.parametrize("policy", list(load_policies()["policy"].unique()))
def test_every_row_of_a_policy_is_shown_with_its_mark(policy):
    table = load_policies()
    own = table[table["policy"] == policy]
    text = policy_table(policy).text
    assert [row[2] for row in rows(text)] == list(own["start"])
    marks = [re.sub("<.*?>", "", row[3]) for row in rows(text)]
    assert marks == list(own["confidence"])
    assert [row[3].startswith("<strong>") for row in rows(text)] == ["verify" in m for m in marks]
    assert caption(text).startswith(own["policy_zh"].iloc[0])


def test_the_caption_counts_what_is_to_be_verified():
    assert caption(policy_table("a", MADE_UP).text) == "甲: 2 rows, of which 1 still to be verified"
    assert caption(policy_table("d", MADE_UP).text) == "丁: 1 row, none marked to be verified"


def test_names_are_those_of_the_panel_and_words_are_escaped():
    first, second = rows(policy_table("a", MADE_UP).text)
    assert first[0] == 'Beijing <span lang="zh">北京</span>'
    assert first[1] == "Zhongguancun &lt;north&gt;"
    assert first[4] == "A &amp; B"
    assert [second[0], second[4]] == ["CN-XX", "–"]  # unknown to the panel, no note


def test_other_pilots_say_who_else_was_there_and_when(monkeypatch):
    seen = {}
    monkeypatch.setattr(module, "publish", lambda values, prefix: seen.update({prefix: values}))
    found = other_pilots("a", MADE_UP, years=2)
    shown = {re.sub("<.*?>", "", r[0]): r[1:] for r in rows(found.table.text)}
    assert re.sub("<.*?>", "", shown["b 乙"][0]) == "Beijing 北京 2009"  # the first start counts
    assert shown["b 乙"][1] == "1"
    assert shown["d 丁"][:2] == ["–", "1"]
    assert "<strong>" in shown["b 乙"][2]
    assert "<strong>" not in shown["c 丙"][2]
    assert found.numbers == {
        "provinces": 2, "start": 2016, "years": 2, "others": 2, "largest": 1, "near": 1,
        "verify": 3, "earlier": 0,
    }  # fmt: skip
    assert seen == {"a": found.numbers}
    assert other_pilots("a", MADE_UP, years=7).numbers["near"] == 2
    # Tianjin had b in the year of d; CN-XX had a two years before c.
    assert [other_pilots(p, MADE_UP).numbers["earlier"] for p in ("d", "c", "b")] == [1, 1, 0]


@pytest.mark.parametrize("show", [policy_table, other_pilots])
def test_an_unknown_policy_is_refused_with_a_suggestion(show):
    with pytest.raises(UnknownNameError, match="did you mean fintech_sandbox"):
        show("fintech_sandbx")
