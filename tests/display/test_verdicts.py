"""All verdicts: every claim in a row, nothing empty, links that lead somewhere, honest counts."""

import base64
import csv
import io
import re
from dataclasses import replace
from html import escape

import numpy as np
import pytest
import yaml

from analysis.claims import VERDICTS, Column, Evidence, Finding, Record
from analysis.claims.archive import ROOT
from analysis.claims.verdicts import Verdict, verdict
from analysis.display import tally as tallying
from analysis.display import verdicts
from analysis.display.charts.verdicts import VERDICT_MARKS
from analysis.display.html import claim_card
from tests.published import ledger, published

BOOK = ROOT.parents[1] / "book"
HEADS = ["Claim", "Verdict", "Estimate", "p", "In words", "Sign", "q, book", "Smallest",
         "First edition", "Status"]  # fmt: skip
T = 2.0423  # 97.5% point of t with 30 degrees of freedom


def made_column(effects, estimate, half=0.3):
    return Column(effects, effects.replace("_", "-").capitalize(), estimate, half / T,
                  estimate - half, estimate + half, 0.5, 0.5, 2.9 * half / T, 300, 31, 31, 2012,
                  2023)  # fmt: skip


def made_finding(part, outcome="nqp", estimate=0.1, half=0.3, **changes):
    columns = tuple(
        made_column(effects, estimate * factor, half)
        for effects, factor in (("two_way", 1), ("region_year", 0.8), ("entity_trends", 0.2))
    )
    plain = Finding(
        outcome, f"Label of {outcome}", part.focal, f"Label of {part.focal}", part.sign, columns,
        p=0.4, test="wild bootstrap", tested=estimate, low=estimate - half, high=estimate + half,
        lowest=estimate - 0.05, lowest_without="a", highest=estimate + 0.05, highest_without="b",
        effective_clusters=12.0, plausible=0.2, p_zero=0.4, smallest_margin=0.5, p_family=0.8,
    )  # fmt: skip
    return replace(plain, **changes)


def tally(records):
    return tallying.tally(records, published().rules)


def verdict_table(records):
    return verdicts.verdict_table(records, published())


def made_results(**changes):
    """Return a whole ledger of results; changes are by claim id."""
    out = []
    for claim in ledger():
        parts = claim.parts if claim.declared and claim.design != "descriptive" else ()
        findings = tuple(made_finding(p, claim.outcome) for p in parts)
        if claim.id in changes and findings:
            findings = tuple(replace(f, **changes[claim.id]) for f in findings)
        evidence = Evidence(claim, findings)
        out.append(
            Record(evidence, verdict(evidence, published().rules), 0.7 if findings else None)
        )
    return out


@pytest.fixture(scope="module")
def results():
    return made_results()


def grid(page):
    body = re.search(r"<tbody>(.*)</tbody>", page.text, re.S)[1]
    return [
        re.findall(r"<t[hd][^>]*data-sort=\"([^\"]*)\"[^>]*>(.*?)</t[hd]>", row, re.S)
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def plain(shown):
    return re.sub(r"<[^>]+>", " ", shown).strip()


def test_every_claim_stands_in_one_row_and_no_cell_is_empty(results):
    page = verdict_table(results)
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page.text) == HEADS
    rows = grid(page)
    assert [plain(row[0][1]) for row in rows] == [claim.id for claim in ledger()]
    assert {len(row) for row in rows} == {len(HEADS)}
    for row in rows:
        for (_, shown), head in zip(row, HEADS, strict=True):
            assert plain(shown) not in ("", "–", "nan", "None"), (plain(row[0][1]), head)


def test_what_was_not_tested_says_so_and_sorts_last(results):
    for result, row in zip(results, grid(verdict_table(results)), strict=True):
        cells = dict(zip(HEADS, row, strict=True))
        if result.evidence.findings:
            assert all(key for head, (key, _) in cells.items() if head != "First edition")
            continue
        assert cells["Estimate"] == ("", "not tested")
        for head in ("p", "q, book", "Smallest"):
            assert cells[head] == ("", "none")


def test_a_claim_of_several_parts_has_a_line_for_each(results):
    rows = {plain(row[0][1]): dict(zip(HEADS, row, strict=True)) for row in
            grid(verdict_table(results))}  # fmt: skip
    for claim in ledger():
        lines = rows[claim.id]["Sign"][1].split("<br>")
        assert lines == [part.sign.replace("-", "−") for part in claim.parts]
    assert len(rows["M50"]["Estimate"][1].split("<br>")) == 2


def test_p_sorts_by_the_part_that_holds_worst():
    one, two = made_results(M14={"p": 0.01}), made_results(M14={"p": 0.01})
    at = [r.evidence.claim.id for r in two].index("M14")
    parts = two[at].evidence.findings
    evidence = replace(two[at].evidence, findings=(parts[0], replace(parts[1], p=0.6)))
    two[at] = replace(two[at], evidence=evidence)
    found = [dict(zip(HEADS, grid(verdict_table(r))[at], strict=True)) for r in (one, two)]
    assert [float(cells["p"][0]) for cells in found] == [0.01, 0.6]


def test_estimates_carry_a_true_minus_and_their_unit():
    rows = made_results(M26={"unit": "years"}, M01={"tested": -0.25})
    text = {plain(row[0][1]): plain(row[2][1]) for row in grid(verdict_table(rows))}
    assert text["M01"].startswith("−0.25")
    assert "years" in text["M26"]
    assert "years" not in text["M01"]


def test_every_verdict_has_its_badge(results):
    marked = [
        replace(result, verdict=Verdict(VERDICTS[i % len(VERDICTS)], ""))
        for i, result in enumerate(results)
    ]
    for i, row in enumerate(grid(verdict_table(marked))):
        word = VERDICTS[i % len(VERDICTS)]
        assert plain(row[1][1]) == word
        assert f"verdict-{word.replace(' ', '-')}" in row[1][1]
        assert row[1][0] == str(VERDICTS.index(word))


def test_every_family_has_a_page_of_the_book_where_its_claims_are_labelled(study):
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    pages = {chapter["file"] for part in toc["parts"] for chapter in part["chapters"]}
    assert tuple(study.chapters) == study.families
    for claim in study.ledger:
        page, _, place = study.address(claim).partition(".html#")
        assert page in pages
        text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
        briefly = " ".join(re.findall(r"page\.brief\(([^)]*)\)", text))
        labelled = f"\n({place})=\n" in text or f'"{claim.id}"' in briefly
        assert labelled, f"{page}.md has no label ({place})= and does not tell {claim.id} briefly"


def test_titles_are_short_enough_for_the_picture_and_differ(study):
    titles = [chapter["title"] for chapter in study.chapters.values()]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 24


@pytest.fixture(scope="module")
def page(study, archive):
    """The page as published, and the numbers it glued."""
    seen = {}
    with pytest.MonkeyPatch.context() as patch:
        glue = verdicts.publish
        patch.setattr(verdicts, "publish", lambda *a, **k: seen.update(glue(*a, **k)))
        found = verdicts.verdicts_page(study, archive.folder.parent)
    return found, seen


def test_the_forest_holds_every_part_by_chapter_in_the_order_of_the_book(page, study, archive):
    written = [t.get_text() for t in page[0].forest.figure.axes[0].texts]
    titles = [chapter["title"] for chapter in study.chapters.values()]
    drawn = [t for t in written if t in titles]
    assert drawn == [t for t in titles if t in drawn]
    assert set(titles) - set(drawn) == {"Equity and debt"}, "claims on firms have no estimate"
    lines = [w for w in written if re.fullmatch(r"M\d{2,3}", w)]
    found = [f for r in archive.primary for f in r.evidence.findings]
    assert len(lines) == sum(f.unit == "within-SDs" for f in found)  # a mean lag is in years


def test_the_rules_are_printed_in_full(study):
    rules = study.rules
    text = verdicts.rules_table(rules).text
    for word in VERDICTS:
        assert f'<th scope="row">{word}</th>' in text
    for words in rules.words.values():
        assert words[:40].replace('"', "&quot;") in text
    for name, meaning in rules.meaning.items():
        assert f'<th scope="row">{name}</th><td>{escape(meaning)}</td>' in text
        assert f"<td>{getattr(rules, name):g}</td>" in text
        assert escape(rules.simulation[name]) in text


def test_a_test_without_interval_shows_none():
    made = made_results(M20={"low": float("nan"), "high": float("nan")})
    text = {plain(row[0][1]): plain(row[2][1]) for row in grid(verdict_table(made))}
    assert text["M20"].endswith("no interval")
    assert "[" not in text["M20"]


def test_the_word_of_the_first_edition_stands_beside_the_present_one(results):
    (at,) = (i for i, r in enumerate(results) if r.id == "M21")
    marked = [replace(r, earlier={"1": "supported"}) if i == at else r
              for i, r in enumerate(results)]  # fmt: skip
    cells = dict(zip(HEADS, grid(verdict_table(marked))[at], strict=True))
    assert "verdict-supported" in cells["First edition"][1]
    assert (
        "First edition: supported"
        in claim_card(
            marked[at].evidence.claim, judged=marked[at].verdict, earlier=marked[at].earlier
        ).text
    )
    same = claim_card(marked[at].evidence.claim, judged=Verdict("supported", ""),
                      earlier=marked[at].earlier).text  # fmt: skip
    assert "edition" not in same


def test_every_word_that_can_be_tested_has_a_mark_of_its_own():
    tested = VERDICTS[: VERDICTS.index("contradicted") + 1]
    assert list(VERDICT_MARKS)[: len(tested)] == list(tested)
    assert len({colour for colour, _, _ in VERDICT_MARKS.values()}) == len(VERDICT_MARKS)
    assert len({mark[1:] for mark in VERDICT_MARKS.values()}) == len(VERDICT_MARKS)
    css = (BOOK / "_static" / "book.css").read_text(encoding="utf-8")
    for word in set(VERDICT_MARKS) - {"inconclusive"}:  # it keeps the plain style
        assert css.count(f".verdict-{word.replace(' ', '-')} {{") == 2, "light and dark"


def test_the_download_holds_every_claim_and_part(page, archive):
    text = page[0].download.text
    assert 'download="claims.csv"' in text
    body = base64.b64decode(re.search(r"base64,([^\"]+)\"", text)[1]).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert {row["claim"] for row in rows} == {claim.id for claim in ledger()}
    assert len(rows) == sum(max(1, len(r.evidence.findings)) for r in archive.records)


def test_verdicts_are_counted_and_listed(results):
    counts = tally(results)
    assert counts["claims"] == len(ledger()) == sum(
        counts[word.replace(" ", "_")] for word in VERDICTS
    )  # fmt: skip
    firms = [c.id for c in ledger() if c.status == "needs user data"]
    assert counts["needs_user_data"] == len(firms)
    assert counts["needs_user_data_list"] == ", ".join(firms[:-1]) + f" and {firms[-1]}"
    assert counts["normative_list"] == "none"


def test_small_p_values_are_counted_by_direction():
    quiet = tally(made_results())
    assert (quiet["p_below_level"], quiet["found_for"], quiet["found_against"]) == (0, 0, 0)
    # M01 predicts "+" and M03 "-"; the made-up estimate is positive.
    loud = tally(made_results(M01={"p": 0.01}, M03={"p": 0.01}, M26={"p": 0.01, "unit": "years"}))
    assert (loud["found_for"], loud["found_against"]) == (1, 1)
    assert loud["p_below_level"] == 3
    assert loud["p_expected"] == pytest.approx(0.05 * loud["tested"])


def test_the_smallest_q_is_named(results):
    marked = [
        replace(r, q=0.03) if r.evidence.claim.id == "M30" else r for r in results
    ]  # fmt: skip
    counts = tally(marked)
    assert (counts["smallest_q_claim"], counts["smallest_q"]) == ("M30", 0.03)
    assert counts["q_below_level"] == 1
    assert tally(results)["q_below_level"] == 0


@pytest.mark.parametrize(("size", "expected"), [(2.0423 + 0.8538, 0.80), (2.0423, 0.50)])
def test_power_is_that_of_t_at_the_plausible_size(size, expected):
    # An effect of t-quantile standard errors is found half the time; 0.8538 is the 80% point of
    # t with 30 degrees of freedom.
    half = 0.2 / size * T
    columns = tuple(made_column(e, 0.1, half) for e in ("two_way", "region_year", "entity_trends"))
    changed = {claim.id: {"columns": columns} for claim in ledger()}
    counts = tally(made_results(**changed))
    assert counts["power_median"] == pytest.approx(expected, abs=2e-3)
    assert counts["expected_if_true"] == pytest.approx(expected * _signed(counts), rel=1e-2)
    assert counts["expected_if_false"] == pytest.approx(0.025 * _signed(counts))


def _signed(counts):
    return counts["signed"]


def test_detectable_effects_are_compared_with_the_plausible_one():
    counts = tally(
        made_results(M05={"tested": 0.0, "columns": (made_column("two_way", 0.0, 0.05),)})
    )
    assert counts["mde_within"] == 1
    assert counts["mde_above"] == counts["mde_parts"] - 1
    assert counts["mde_smallest"] < published().rules.plausible < counts["mde_median"]
    assert counts["below_mde"] == counts["mde_parts"], "0.1 is smaller than every MDE"


def test_signs_and_doubts_are_counted(results):
    counts = tally(results)
    assert counts["smaller_with_trends"] == counts["with_trends"] == counts["parts"]
    assert counts["one_sign"] == counts["parts"]
    positive = sum(f.sign == "+" for r in results for f in r.evidence.findings)
    assert counts["sign_as_predicted"] == positive
    assert counts["one_out_turns"] == 0
    turned = tally(made_results(M01={"lowest": -0.2}))
    assert turned["one_out_turns"] == 1
    assert np.isclose(counts["effective_median"], 12.0)


def test_numbers_are_published_under_one_prefix(page, archive):
    found, seen = page
    assert {f"verdicts_{name}" for name in found.counts} == set(seen)
    assert found.counts == tally(archive.primary)
