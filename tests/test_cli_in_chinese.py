"""The command line in Chinese: nothing but names stays English, and columns stand under heads."""

import json
import re

import pytest

from analysis.claims.evidence_text import results_text, verdict_text
from analysis.claims.text import claim_text, columns_wide, labelled, ledger_text, speaking, wrap
from analysis.cli import COMMANDS, main
from analysis.language import Voice, voice
from analysis.language.catalogue import Catalogue

# What is typed, and formats: the same in every language.
SAME = {"python", "analysis", "csv", "xlsx", "dta", "parquet", "book", "policy", "entity", "start"}


@pytest.fixture(scope="module")
def zh():
    return voice("zh")


@pytest.fixture
def chinese(study, zh, monkeypatch, capsys):
    """Run a command in this process, in Chinese, on a study whose panels are read once."""
    monkeypatch.setattr("analysis.cli._study", lambda _options: study)
    monkeypatch.setattr("analysis.cli.voice", lambda language: zh if language == "zh" else None)

    def chinese(*words):
        try:
            code = main(words)
        except SystemExit as stopped:
            code = stopped.code
        return code, *capsys.readouterr()

    return chinese


def english(text, study, zh):
    """Return the English words of a text that are no names."""
    names = {*zh.catalogue.names, *study.chapters, *COMMANDS, *SAME, *study.datasets}
    text = re.sub("|".join(sorted(map(re.escape, study.chapters), key=len)[::-1]), "", text)
    found = re.findall(r"(?<![\w\-./])[A-Za-z][a-z]{2,}(?![\w\-./])", text)
    return [word for word in found if word not in names]


def test_a_claim_is_said_whole(chinese, study, zh):
    code, out, err = chinese("--lang", "zh", "claim", "M30")
    assert (code, err) == (0, "")
    assert not english(out, study, zh)
    for words in (
        "判定        有所提示。",
        "检查        前导项（通过）：",
        "按省份聚类，G = 31",
        "组内R²",
    ):
        assert words in out


def test_the_list_is_said_whole_and_its_columns_stand_under_their_heads(chinese, study, zh):
    code, out, _ = chinese("claims", "--lang", "zh")
    assert code == 0
    assert not english(out, study, zh)
    head, *rows = out.splitlines()[:114]
    at = [
        columns_wide(head[: head.index(word)])
        for word in ("状态", "符号", "论文章节", "命题")
        if word in head
    ]
    assert len(rows) == 113
    for row in rows:
        for place in at:
            cells = "".join(c + "\0" * (columns_wide(c) - 1) for c in row)
            assert cells[place - 1] == " "
            assert cells[place] != " "
    assert out.rstrip().endswith("共113个命题：代理检验69个、需用户数据41个、可检验3个。")


@pytest.mark.parametrize("words", [("--help",), *((name, "--help") for name in COMMANDS)])
def test_help_is_said_whole_within_the_width(chinese, study, zh, words):
    code, out, _ = chinese("--lang", "zh", *words)
    assert code == 0
    assert out.startswith("用法：")
    assert not english(re.sub(r"(?sm)用法：.*?\n\n|^  \w+", "", out), study, zh)
    assert all(columns_wide(line) <= 110 for line in out.splitlines())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("claim", "M999"), "命题台账中没有名为“M999”的命题：是否指M99？"),
        (("claims", "--family", "two_wheels"), "没有名为“two_wheels”的"),
        (("describe", "gvo"), "是否指gov"),
        ((), "错误: 缺少以下参数：command（命令）"),
        (("clams",), "没有'clams'这个选项"),
        (("claims", "--jobs", "0"), "参数--jobs：0太少，至少应为1"),
    ],
)
def test_errors_are_said_and_end_as_in_english(chinese, words, said):
    code, out, err = chinese("--lang", "zh", *words)
    assert (code, out) == (2, "")
    assert said in err
    english_code, _, english_err = chinese(*words)
    assert english_code == 2
    assert not re.search("[\u3400-\u9fff]", english_err)


def test_json_is_the_same_in_every_language(chinese):
    assert chinese("claim", "M39", "--json", "--lang=zh") == chinese("claim", "M39", "--json")


def test_after_a_command_in_chinese_the_next_is_english_again(chinese):
    assert "需用户数据" in chinese("--lang", "zh", "claim", "M39")[1]
    assert "NEEDS USER DATA. No figure here can speak to it." in chinese("claim", "M39")[1]


def test_an_unknown_language_is_refused(chinese):
    code, out, err = chinese("--lang", "xx", "claims")
    assert (code, out) == (2, "")
    assert "argument --lang: invalid choice: 'xx'" in err


def test_every_card_and_every_verdict_has_its_messages(archive, study):
    zh = voice("zh")
    with speaking(zh):
        ledger_text(study.ledger.claims)
        results_text(archive.records)
        for record in archive.records:
            claim_text(record.evidence.claim)
            verdict_text(record.evidence, record.verdict)
    assert zh.unsaid.found == {}


def test_a_variable_is_described_and_its_names_stay(chinese):
    code, out, _ = chinese("--lang", "zh", "describe", "gov")
    assert code == 0
    assert "  处理方式: 代理变量\n" in out
    assert "  数据表: research; economy\n" in out
    assert "  公式: rd_funds_government / gdp\n" in out
    assert not re.search("Definition|Formula|Unit|Years|Publisher|Licence", out)


def test_a_line_never_begins_with_a_closing_mark():
    text = "公共资金（包括财政拨款）增加之后，“企业资金”随之增加。" * 9
    with speaking(str):
        for width in range(20, 60):
            lines = wrap(text, width)
            assert "".join(lines) == text
            assert not any(line[0] in "，。）”：；" or line[-1] in "（“" for line in lines)
            assert all(width - 5 <= columns_wide(line) <= width for line in lines[:-1])


def test_numbers_and_names_stay_whole_in_chinese_lines():
    with speaking(str):
        lines = wrap("估计值为-0.123，名称是invention_share，" * 6, 30)
    assert (
        "".join(lines).count("invention_share") == sum("invention_share" in x for x in lines) == 6
    )
    assert sum("-0.123" in line for line in lines) == 6


def test_labels_are_as_wide_as_in_english():
    with speaking({"Paper:": "原文", "x": "x"}.get):
        assert labelled("Paper", "x", 60) == "原文        x"


def test_what_has_no_message_stays_and_is_counted():
    zh = Voice(Catalogue("zh_CN", {"It holds.": "成立。"}))
    assert zh("  It holds. Unheard of. It holds.") == "  成立。Unheard of. 成立。"
    assert zh.unsaid.found == {"Unheard of.": 1}


def test_the_answer_in_json_needs_no_messages(chinese):
    assert json.loads(chinese("--lang", "zh", "check", "--json")[1])["claims"] == 113
