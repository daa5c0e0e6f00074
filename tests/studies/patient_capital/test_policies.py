from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.claims.explore.policies import other_pilots, policy_grid
from analysis.data import load_policies
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


@pytest.fixture(scope="module")
def made_up(study):
    return SimpleNamespace(policies=MADE_UP, panel=study.panel, main=study.main)


@pytest.mark.parametrize("policy", list(load_policies()["policy"].unique()))
def test_every_row_of_a_policy_is_shown_with_its_mark(policy, study):
    table = load_policies()
    chosen = table[table["policy"] == policy]
    grid = policy_grid(policy, study)
    assert [row[2] for row in grid.rows] == list(chosen["start"])
    sure = [f"**{words}**" if "verify" in words else words for words in chosen["confidence"]]
    assert [row[3] for row in grid.rows] == sure  # what was not checked stands out
    assert grid.caption.startswith(chosen["policy_zh"].iloc[0])


def test_the_caption_counts_what_is_to_be_verified(made_up):
    assert policy_grid("a", made_up).caption == "甲: 2 rows, of which 1 still to be verified"
    assert policy_grid("d", made_up).caption == "丁: 1 row, none marked to be verified"


def test_names_are_those_of_the_panel_and_words_are_escaped(made_up):
    grid = policy_grid("a", made_up)
    first, second = grid.rows
    assert first[0] == "Beijing 北京"
    assert "Zhongguancun &lt;north&gt;" in grid.html()
    assert "A &amp; B" in grid.html()
    assert [second[0], second[4]] == ["CN-XX", "–"]  # unknown to the panel, no note


def test_other_pilots_say_who_else_was_there_and_when(made_up):
    found = other_pilots("a", made_up, years=2)
    shown = {row[0]: row[1:] for row in found.grids["other_pilots"].rows}
    assert shown["b 乙"] == (
        "Beijing 北京 2009",
        "1",
        f"**{UNSURE}**",
        "0",
    )  # the first start counts
    assert shown["d 丁"][:2] == ("–", "1")
    assert shown["c 丙"][2:] == (SEEN, "1")  # two years after
    assert found.numbers == {
        "a_provinces": 2, "a_start": 2016, "a_years": 2, "a_others": 2, "a_largest": 1,
        "a_near": 1, "a_verify": 3, "a_earlier": 0,
    }  # fmt: skip
    assert other_pilots("a", made_up, years=7).numbers["a_near"] == 2
    # Tianjin had b in the year of d; CN-XX had a two years before c.
    earlier = [other_pilots(p, made_up).numbers[f"{p}_earlier"] for p in ("d", "c", "b")]
    assert earlier == [1, 1, 0]


def test_pilots_of_another_data_set_are_not_shown(study):
    found = other_pilots("fintech_sandbox", study)
    assert [row[0].rsplit(" ", 1)[0] for row in found.grids["other_pilots"].rows] == [
        "loan equity linkage pilot",
        "scitech finance pilot wave1",
        "scitech finance pilot wave2",
        "innovation demonstration zone",
        "green finance pilot",
    ]
    assert found.numbers["fintech_sandbox_verify"] == 41


@pytest.mark.parametrize("show", [policy_grid, other_pilots])
def test_an_unknown_policy_is_refused_with_a_suggestion(show, study):
    with pytest.raises(UnknownNameError, match="did you mean fintech_sandbox"):
        show("fintech_sandbx", study)


@pytest.mark.parametrize(
    ("family", "claim", "excluding"),
    [("banks-and-cycles", "m44", 0), ("rules-and-platforms", "m48", 1)]
)  # fmt: skip
def test_bounds_say_of_every_bend_what_the_chapter_says(family, claim, excluding, explored):
    page = explored(family)[1]
    bends = page.grids[f"{claim}_bounds"].rows
    assert bends[0][0] == "0"
    assert len({row[1] for row in bends}) == 1  # the bend moves the interval alone
    assert all(low[0] == "−" for _, _, low in bends)  # against the claim where zero is left out
    assert [" to −" in row[2] for row in bends] == [i < excluding for i in range(len(bends))]
    assert page.numbers[f"{claim}_comparisons"] == 1
    assert page.numbers[f"{claim}_comparisons_weight"] == pytest.approx(100)
