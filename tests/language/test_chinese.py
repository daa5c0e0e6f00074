"""The Chinese catalogue says what is meant where English could be taken for something else."""

import pytest

from analysis.language import read_catalogue


@pytest.fixture(scope="module")
def zh():
    return read_catalogue("zh_CN")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Germany", "德国"),
        ("Wuhan 武汉市", "武汉市"),
        ("−1.874 to −0.590", "−1.874至−0.590"),
        ("29 of 43", "29（共43）"),
        ("no sizeable effect", "无可观效应"),
        ("p = 0.813 with 15.7 degrees of freedom.", "p = 0.813，自由度为15.7。"),
    ],
)
def test_a_text_is_said_as_it_is_meant(zh, english, chinese):
    assert zh.say(english) == chinese


def test_a_standard_error_is_no_country(zh):
    assert "瑞典" not in zh.say("Estimate (SE)")
