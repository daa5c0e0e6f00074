"""Patient capital in a mounted panel: planted truths found, biases seen, lacks named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.data.files import read_yaml
from analysis.errors import SpecificationError
from analysis.measures.firms import mount_firms
from analysis.models.large import estimate_large
from analysis.studies import patient_capital as study
from analysis.studies.patient_capital.patient import patient_capital
from analysis.studies.patient_capital.synthetic_firms import PLANTED, synthetic_firms
from tests.published import ledger


@pytest.fixture(scope="module")
def measures():
    return mount_firms(synthetic_firms().table)


def test_every_claim_that_the_panel_serves_is_answered_as_expected(measures):
    lines = patient_capital(measures).lines
    served = read_yaml(Path(study.__file__).with_name("firm_claims.yml"))
    wanted = {c.id: c.sign for c in ledger() if c.id in served}
    assert set(wanted) == set(served)
    assert set(lines["claim"]) == set(wanted)
    assert set(lines.index) == set(PLANTED)
    for _, line in lines[lines["outcome"] != "sa"].iterrows():
        assert np.sign(line["estimate"]) == {"+": 1, "-": -1}[wanted[line["claim"]]]
        assert line["low"] < line["estimate"] < line["high"]
        counts = [int(part.rsplit(": ", 1)[1]) for part in line["left_out"].split("; ") if part]
        assert line["n"] + sum(counts) == line["rows"]


@pytest.mark.slow
def test_intervals_cover_the_planted_truth_over_many_draws():
    # 24 panels, seven coefficients each: about 95 of 100 intervals should cover.
    scores = []
    for seed in range(24):
        lines = patient_capital(mount_firms(synthetic_firms(firms=300, seed=seed).table)).lines
        scores.append((lines["estimate"] - pd.Series(PLANTED)[lines.index]) / lines["se"])
    scores = pd.concat(scores, axis=1)
    assert (scores.abs() < 1.97).to_numpy().mean() > 0.90
    assert (scores.mean(axis=1).abs() < 0.75).all(), "no coefficient is biased"


def test_without_firm_effects_lasting_quality_passes_for_finance(measures):
    pooled = patient_capital(measures, "pooled").lines
    two_way = patient_capital(measures).lines
    for name in ("inventions.relational_share", "inventions.strategic_share"):
        assert pooled["low"][name] > PLANTED[name], "the pooled interval misses the truth"
        assert two_way["low"][name] < PLANTED[name] < two_way["high"][name]


def test_regressors_are_of_the_year_before(measures):
    # The invented panel has no gaps, so a shift by rows is a shift by years.
    frame = measures.frame.reset_index()
    frame["before"] = frame.groupby("firm")["relational_share"].shift(1)
    by_hand = estimate_large(
        "loan_spread", ["before"], frame, effects=["firm", "year"], cluster="firm"
    ).table.iloc[0]
    line = patient_capital(measures).lines.loc["loan_spread.relational_share"]
    assert line["estimate"] == pytest.approx(by_hand["estimate"], rel=1e-9)
    assert line["se"] == pytest.approx(by_hand["se"], rel=1e-9)


def test_what_the_panel_lacks_is_named(measures):
    thin = measures.frame.drop(columns=["internal_control", "young"])
    found = patient_capital(type(measures)(thin, measures.undefined))
    assert set(found.lines["claim"]) == {"M11"}
    assert found.skipped == (
        "inventions: the panel has no young",
        "internal_control: the panel has no internal_control",
    )
    bare = measures.frame[["industry", "strategic_share"]]
    with pytest.raises(SpecificationError, match=r"answers no claim .*loan_spread"):
        patient_capital(type(measures)(bare, measures.undefined))


def test_unknown_effects_are_refused(measures):
    with pytest.raises(SpecificationError, match="use two_way or pooled"):
        patient_capital(measures, "region_year")
