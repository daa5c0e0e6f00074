"""Which claims lead the start page, and the table of the ledger."""

import math
import re
from types import SimpleNamespace

import pytest

from analysis.claims import current_archive
from analysis.claims.across import Across, across, by_claim
from analysis.display.pages import claims_table
from analysis.display.start import leading_claims, overview
from analysis.display.tally import counted
from tests.published import ledger, published


def claim(word, mde=math.inf, spread=math.nan):
    finding = SimpleNamespace(unit="within-SDs", mde=mde)
    record = SimpleNamespace(evidence=SimpleNamespace(findings=[finding]))
    return Across(word, "", (record,), spread)


def test_the_supported_claim_the_sharpest_null_and_the_widest_spread_lead():
    found = {
        "A": claim("supported", 0.3),
        "B": claim("supported", 0.2, 0.4),
        "C": claim("no sizeable effect", 0.01),
        "D": claim("no sizeable effect", 0.15),
        "E": claim("no sizeable effect", 0.1, 0.3),
        "F": claim("mixed", 0.1, 0.001),
    }
    assert list(leading_claims(found, ("D", "E", "F")).values()) == ["B", "E", "F"]


def test_a_reason_that_no_claim_fits_is_left_out():
    assert leading_claims({"A": claim("inconclusive")}, ("A",)) == {}


@pytest.fixture(scope="module")
def found():
    kept = current_archive(published(), None)
    return {c: across(rs, published().rules) for c, rs in by_claim(kept.records).items()}


def test_the_start_page_tells_the_leading_claims_with_their_words(found):
    told = overview(published()).findings.text
    leading = leading_claims(found, tuple(found)).values()
    links = re.findall(r'<a href="([^"]+)">(\w+)</a>', told)
    assert len(links) == len(re.findall("<li>", told)) == 3
    for href, name in links:
        assert href == published().address(ledger()[name])
        assert f'verdict">{found[name].word}<' in re.sub(r"verdict verdict-[\w-]+", "verdict", told)
    assert {name for _, name in links} - set(leading) <= {links[1][1]}  # the core is narrower


def test_every_claim_has_a_row_with_its_word_and_its_data_sets(found):
    nouns = {name: f"the {name}" for name in published().datasets}
    rows = re.findall(r"<tr><th scope=.row.*?</tr>", claims_table(found, published(), nouns).text)
    assert len(rows) == len(ledger())
    for one, row in zip(ledger(), rows, strict=True):
        assert f'href="{published().address(one)}">{one.id}</a>' in row
        cells = re.findall(r'data-words="([^"]*)"', row)
        assert cells[1:4] == [
            found[one.id].word,
            published().chapters[one.family]["title"],
            one.status,
        ]
        asked = {f"the {r.dataset}" for r in found[one.id].records if r.dataset}
        assert set(cells[4].split("|")) == (asked or {"none"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["supported"], "The claim is supported by the figures."),
        (["no sizeable effect"], "For the claim an effect of plausible size is excluded."),
        (
            ["inconclusive", "needs user data", "inconclusive"],
            "Of 3 claims none is supported by the figures: 2 stay open and 1 waits for figures.",
        ),
        (["supported", "suggestive", "supported"], None),
    ],
)
def test_an_answer_counts_its_claims_in_words(words, said):
    expected = said or "Of 3 claims 2 are supported by the figures and 1 is suggestive."
    assert counted(words) == expected
