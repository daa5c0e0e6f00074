"""The index that mixes outputs and inputs is compared, and nothing else."""

import re

import pytest

from analysis.studies.patient_capital.pages import measuring
from tests.published import declared, ledger


def test_no_claim_uses_the_index_that_mixes_inputs():
    mixed = {measuring.MIXED, "fte_density", "broadband"}
    said = {
        word for claim in ledger() for one in claim.runs for word in re.findall(r"\w+", str(one))
    }
    assert {"nqp", "pcp"} <= said
    assert not mixed & said
    assert declared().index(measuring.MIXED).side == "context"


def test_the_mixed_index_ranks_as_a_rank_correlation_says(study):
    panel = study.panel("china")
    seen = measuring._mixed_numbers(panel, study.measures)
    both = panel.frame[["nqp", measuring.MIXED]].dropna()
    by_year = [
        year["nqp"].corr(year[measuring.MIXED], method="spearman")
        for _, year in both.groupby(level="year")
    ]
    assert (seen["rank_low"], seen["rank_high"]) == pytest.approx((min(by_year), max(by_year)))
    assert seen["own_weight"] + sum(seen["weight"].values()) == pytest.approx(1)
