"""The last claim lies across the margin as its finding says."""

import pytest


def test_the_last_claim_lies_across_the_margin_as_its_finding_says(explored, study):
    family, page = explored("quantity-or-structure")
    seen, loans = page.numbers, family.m50.evidence.findings[0]
    assert (seen["quantity_loans_two_way"] == "inside") == (loans.p < 0.05)
    assert seen["quantity_reach"] == pytest.approx(loans.smallest_margin - abs(loans.estimate))
    assert seen["quantity_margin"] == loans.plausible == study.rules.plausible
    assert len(page.exhibits["margins"].values["rows"]) == 2 * len(loans.columns)
