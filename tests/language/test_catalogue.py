"""A finished sentence finds its message, and what has none is told."""

import pytest

from analysis.language import Catalogue
from analysis.language.reading import read_style

MESSAGES = {
    "{n} rows, p = {p}.": "p = {p}，{n}个观测。",
    "supported": "得到支持",
    "Public funding": "公共资金",
    "loans": "贷款",
    "Wuhan": "武汉市",
    "{a} on {b}": "{a}对{b}",
    "The verdict is {word}.": "判定为{word}。",
    "{low} to {high} of {low}": "{low}到{high}",
    "It holds.": "成立。",
    "Bars: 95%": "线段：95%",
    "Bars: 95%, {n} rows": "线段：95%，{n}个观测",
}


@pytest.fixture
def zh():
    return Catalogue(
        "zh_CN", MESSAGES, frozenset({"fsQCA"}), {"Where $x_{i}$ stands.": "$x_{i}$处。"},
        style=read_style("zh_CN"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("supported", "得到支持"),
        ("31 rows, p = 0.04.", "p = 0.04，31个观测。"),
        ("1,234 rows, p = −1.5e-05.", "p = −1.5e-05，1,234个观测。"),
        ("Public funding on loans", "公共资金对贷款"),
        ("The verdict is supported. It holds.", "判定为得到支持。成立。"),
        ("It holds.; supported", "成立。；得到支持"),
        ("public funding on loans", "公共资金对贷款"),
        ("loans, Wuhan and supported", "贷款、武汉市和得到支持"),
        ("Wuhan 武汉市", "武汉市"),
        ("Nowhere 无名镇", "无名镇"),
        ("Where $x_{i}$ stands.", "$x_{i}$处。"),
        ("1 to 2 of 1", "1到2"),
        ("Bars: 95%, 7 rows", "线段：95%，7个观测"),
        ("贷款余额占GDP比重", "贷款余额占GDP比重"),
    ],
)
def test_a_sentence_is_said(zh, english, chinese):
    assert zh.say(english) == chinese


@pytest.mark.parametrize(
    "same", ["fsQCA", "0.12", "Jordà (2005)", "ln_gdp", "9d5625ad4b", "–", "R²"]
)
def test_names_numbers_and_citations_stay(zh, same):
    assert zh.say(same) == same


@pytest.mark.parametrize(
    "strange",
    [
        "Unheard of",
        "Public funding on unheard",
        "Bars: 90%",
        "loans and unheard",
        "1 to 2 of 3",
        "Bars: 90%, 7 rows",
    ],
)
def test_what_has_no_message_is_told(zh, strange):
    assert zh.say(strange) is None


def test_a_slot_stays_inside_its_clause(zh):
    assert zh.say("supported; 3 rows, p = 0.5.") == "得到支持；p = 0.5，3个观测。"
