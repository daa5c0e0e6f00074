"""A whole ledger on many placebo panels against each claim on each panel by itself."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.claims.calibration.books import EVERYTHING, book, claims_of
from analysis.claims.calibration.placebo import placebo
from analysis.claims.evaluation import answer

DRAWS = 199
PANELS = {"dealt": (1,), "entity_trend": (2,)}
SAME = ("estimate", "se", "low", "high", "p_cr3", "mde")
COUNTED = ("effects", "label", "n", "entities", "clusters", "first_year", "last_year")


@pytest.fixture(scope="module")
def made(invented):
    return {family: placebo(invented, "toy", family) for family in PANELS}


@pytest.fixture(scope="module")
def alone(made):
    """Every claim on every panel, evaluated as for a book that is printed."""
    return {
        (family, number): [
            answer(one.question(claim, one.replaced(number)), DRAWS).evidence
            for claim in claims_of(one)
        ]
        for family, one in made.items()
        for number in PANELS[family]
    }


@pytest.fixture(scope="module")
def together(made):
    found = {}
    for family, one in made.items():
        books = book(one, PANELS[family], draws=DRAWS, full=False)
        found |= {(family, n): b for n, b in zip(PANELS[family], books, strict=True)}
    return found


def test_what_is_asked_are_the_claims_that_predict_something_here(made):
    asked = [claim.id for claim in claims_of(made["dealt"])]
    assert asked == [
        "plain", "two", "less", "product", "square", "composite", "threshold", "none", "late",
        "exposed", "near", "pilot",
    ]  # fmt: skip


def test_panels_together_give_every_figure_of_a_claim_by_itself(alone, together):
    compared = set()
    for key, theirs in alone.items():
        for one, two in zip(together[key], theirs, strict=True):
            assert (one.claim.id, one.cannot, one.dataset) == (two.claim.id, two.cannot, "toy")
            for a, b in zip(one.findings, two.findings, strict=True):
                where = f"{key} {one.claim.id}"
                assert (a.outcome, a.term, a.sign, a.test) == (b.outcome, b.term, b.sign, b.test)
                ours, printed = ([f.p, f.tested, f.low, f.high] for f in (a, b))
                bounds = 1e-4 * a.columns[0].se  # ends of a bootstrap are found to that
                np.testing.assert_allclose(ours[:2], printed[:2], rtol=1e-8, err_msg=where)
                np.testing.assert_allclose(ours[2:], printed[2:], atol=bounds, err_msg=where)
                ours, printed = (
                    [f.effective_clusters, f.p_zero, f.smallest_margin, f.plausible] for f in (a, b)
                )
                np.testing.assert_allclose(ours, printed, rtol=1e-8, err_msg=where)
                for c, d in zip(a.columns, b.columns, strict=True):
                    assert [getattr(c, n) for n in COUNTED] == [getattr(d, n) for n in COUNTED]
                    ours, printed = ([getattr(x, n) for n in SAME] for x in (c, d))
                    np.testing.assert_allclose(ours, printed, rtol=1e-7, err_msg=where)
                compared.add((one.claim.id, len(a.columns)))
    assert len(compared) >= 12
    assert {columns for _, columns in compared} == {3}


def test_what_could_be_supported_is_asked_everything_and_what_speaks_what_could_take_a_step_off(
    made, alone, invented
):
    rules, asked = invented.rules, {"everything": 0, "steps": 0, "nothing": 0}
    (found,) = book(made["dealt"], PANELS["dealt"], draws=DRAWS)
    for one, two in zip(found, alone["dealt", PANELS["dealt"][0]], strict=True):
        least = min(f.p for f in two.findings)
        if least <= EVERYTHING:
            asked["everything"] += 1
            assert one.to_dict() == two.to_dict()
        elif least < rules.level:
            asked["steps"] += 1
            theirs = [
                c for c in two.checks if c.steps_down and two.findings[c.part].p < rules.level
            ]
            ours = [(c.name, c.part, c.passed, c.p) for c in one.checks]
            assert ours == [(c.name, c.part, c.passed, c.p) for c in theirs]
        else:
            asked["nothing"] += 1
            assert one.checks == ()
    assert min(asked.values()) > 0


def plain(evidence):
    return [[(f.p, f.estimate, f.low, f.high) for f in one.findings] for one in evidence]


def test_a_panel_gives_the_same_answers_in_any_chunk(made):
    one = made["dealt"]
    chunk = book(one, (0, 3), draws=DRAWS, full=False)
    (single,) = book(one, (3,), draws=DRAWS, full=False)
    for a, b in zip(plain(chunk[1]), plain(single), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    differ = [a != b for a, b in zip(plain(chunk[0]), plain(single), strict=True)]
    assert all(differ)  # another panel is another panel


def test_a_claim_that_cannot_be_estimated_says_why_and_its_neighbours_are_not_touched(
    invented, made
):
    """Where one firm alone moves a regressor there is no jackknife, and so no answer."""
    one = made["dealt"]
    draw = one.draw

    def still(rng):
        values = draw(rng)
        at = one.figures.names.index("loans")
        values[at, 1:] = values[at, 1:, :1]
        return values

    broken = replace(one, draw=still)
    (found,) = book(broken, (0,), draws=DRAWS)
    said = {e.claim.id: e for e in found}
    drawn = broken.replaced(0)
    for claim in claims_of(broken):
        theirs = answer(broken.question(claim, drawn), DRAWS).evidence
        assert said[claim.id].cannot == theirs.cannot
        assert len(said[claim.id].findings) == len(theirs.findings)
    assert "is not identified" in said["plain"].cannot
    assert not said["pilot"].cannot
