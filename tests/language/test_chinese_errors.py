"""Every error that a reader can meet is said in Chinese, with all that the English names."""

import ast
import re
from itertools import product
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from analysis.errors import UnknownNameError
from analysis.language import read_catalogue
from analysis.language.catalogue import SLOT
from analysis.language.reading import CATALOGUES, SPOKEN

CODE = Path(__file__).resolve().parents[2] / "analysis"
# Python's own protocol, or a slip in the code of a chapter: no sentence for a reader.
INTERNAL = {"AttributeError", "TypeError", "ValueError"}
NAMES = {"UnknownNameError", "require_known"}
# The sentence is made of parts that belong together; `PARTS` holds what comes of them.
TOGETHER = {
    "claims/choices.py",
    "claims/yaml_file.py",
    "claims/exhibit.py",
    "claims/study.py",
    "inference/sensitivity/ppml.py",
}
PARTS = [
    ("The ledger mine.yml is not valid YAML near line 3: mend it.", "mine.yml在第3行附近"),
    ("The ledger mine.yml has the key 'id' twice near line 3: mend it.", "两个键“id”"),
    ("The file mine.yml has no list of claims: add the key 'claims'.", "没有claims列表"),
    ("The drawing mine.yml cannot be opened: No such file.", "图示mine.yml无法打开"),
    ("study.yml of mine has no mapping 'units': add it.", "mine的study.yml没有映射“units”"),
    ("study.yml of mine has the unknown key 'unit': did you mean 'units'?", "是否指“units”？"),
    ("'a.b' of an exhibit is of type set, which is no plain data: give a mapping with str keys.",
     "图表内容的“a.b”类型是set"),
    ("The Poisson regression did not converge (singular matrix): rescale the regressors, or leave "
     "out one that only separates zeros.", "泊松回归没有收敛（singular matrix）"),
    ("The curve of M01 has lags: [1, 1]; name each once.", "的lags有误：[1, 1]；每个只写一次。"),
    ("M01 has no declared regression: it needs user data (a panel of firms).", "需用户数据（"),
]  # fmt: skip
ENGLISH = re.compile(r"\b(?:the|must|has|have|give|write|is|are|cannot|leave|choose|mend)\b")


def texts(node):
    """Return what an expression can say, a made-up word for each value; empty if no sentence."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(one) for one in product(*(texts(part) for part in node.values))]
    if isinstance(node, ast.FormattedValue):
        either = isinstance(node.value, ast.IfExp | ast.JoinedStr)
        return (texts(node.value) if either else []) or [invented(node.value)]
    if isinstance(node, ast.IfExp):
        return [said for way in (node.body, node.orelse) for said in texts(way) or [invented(way)]]
    return []


def invented(node):
    letters = str.maketrans("0123456789", "ghijklmnop")
    return f"q{sum(map(ord, ast.unparse(node)))}x".translate(letters)


def calls():
    """Return place, name and arguments of every call by a bare name."""
    for path in sorted(CODE.rglob("*.py")):
        place = path.relative_to(CODE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                yield place, getattr(node.func, "id", getattr(node.func, "attr", "")), node.args


@pytest.fixture(scope="module")
def zh():
    return read_catalogue("zh_CN")


def test_every_error_is_said_and_keeps_its_values(zh):
    met, wrong = 0, []
    for place, name, given in calls():
        if not name.endswith("Error") or name in INTERNAL | NAMES or place in TOGETHER:
            continue
        for text in texts(given[0]):
            said, met = zh.say_error(" ".join(text.split())), met + 1
            values = set(re.findall(r"q[a-z]+x\b", text))
            if said is None or ENGLISH.search(said) or any(value not in said for value in values):
                wrong.append(f"{place}: {text} -> {said}")
    assert met > 500
    assert not wrong, "\n".join(wrong)


def test_every_unknown_name_is_said_with_its_kind_and_place(zh):
    met, wrong = 0, []
    for place, name, given in calls():
        if name not in NAMES or len(given) < 4:
            continue
        for kind, where in product(texts(given[0]), texts(given[3])):
            said, met = zh.say_error(str(UnknownNameError(kind, "this", [], where))), met + 1
            if said is None or kind in said.split("名为")[1] or ENGLISH.search(said):
                wrong.append(f"{place}: {kind} in {where} -> {said}")
    assert met > 50
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", SPOKEN)
def test_every_message_of_the_terminal_is_the_one_that_its_sentence_finds(zh, name):
    def filled(text):
        return SLOT.sub(lambda slot: "17" if slot[1] == "n" else f"q{slot[1]}x", text)

    with (CATALOGUES / zh.language / name).open("rb") as stream:
        found = [one for one in read_po(stream) if one.id]
    assert len(found) > 300
    for one in found:
        said = filled(one.string)
        assert zh.say_error(filled(one.id)) in (said, zh.style.tidied(said)), one.id


@pytest.mark.parametrize(("english", "chinese"), PARTS)
def test_a_sentence_made_of_parts_is_said(zh, english, chinese):
    said = zh.say_error(english)
    assert chinese in said
    assert not ENGLISH.search(said.split("（")[0])


def test_what_a_reader_wrote_stays_as_it_is(zh):
    error = UnknownNameError("variable", "loan on gdp", ["loans"], "the panel 'my own cities'")
    assert zh.say_error(str(error)) == (
        "面板“my own cities”中没有名为“loan on gdp”的变量：是否指loans？"
    )


def test_what_is_no_error_is_not_said(zh):
    assert zh.say_error("Nothing of the kind was ever written here.") is None
