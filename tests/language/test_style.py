"""The marks of Chinese: GB/T 15834, citations as Chinese journals print them."""

import pytest

from analysis.language.reading import read_style


@pytest.fixture(scope="module")
def style():
    return read_style("zh_CN")


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("二(一)", "二（一）"),
        ("贷款(对数), 省份", "贷款（对数），省份"),
        ("城市 （282个城市）", "城市（282个城市）"),
        ("2010-2024", "2010—2024"),
        ("2010–24", "2010—24"),
        ("M50, M55, M107", "M50、M55、M107"),
        ("「钱多本少」", "“钱多本少”"),
        ("[−0.14, +0.36]", "[−0.14, +0.36]"),
        ("10.1093/rfs/2014-2015.1", "10.1093/rfs/2014-2015.1"),
        ("f(x, y)", "f(x, y)"),
    ],
)
def test_marks_are_those_of_the_language(style, text, tidy):
    assert style.tidied(text) == tidy
    assert style.tidied(tidy) == tidy


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        ("[", "（"),
        ("Azoulay et al., 2011", "Azoulay等，2011"),
        ("Tian and Wang, 2014", "Tian和Wang，2014"),
        ("Yang and others, 2024", "Yang等，2024"),
        (", ", "；"),
        ("]", "）"),
    ],
)
def test_a_citation_reads_as_in_a_chinese_journal(style, piece, said):
    assert style.cited(piece) == said
