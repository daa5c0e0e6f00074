import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.measures import (
    coupling,
    grade,
    grade_sensitivity,
    rank_sensitivity,
    score,
)
from analysis.measures.weights import EPS
from tests.published import declared

SYSTEMS = ("pcp", "ifin")


@pytest.fixture(scope="module")
def grade_table(panel):
    return grade_sensitivity(panel, declared(), SYSTEMS)


@pytest.fixture(scope="module")
def rank_table(panel):
    return rank_sensitivity(panel, declared(), "nqp")


def test_ranks_cover_all_entities(panel, rank_table):
    n = len(panel.entities)
    assert sorted(rank_table.index) == sorted(panel.entities.index)
    for scheme in ("entropy", "equal", "critic", "topsis"):
        assert rank_table[scheme].sum() == pytest.approx(n * (n + 1) / 2)
    assert rank_table["entropy"].is_monotonic_increasing
    assert (rank_table["random_p05"] <= rank_table["random_p50"]).all()
    assert (rank_table["random_p50"] <= rank_table["random_p95"]).all()
    assert rank_table["random_p05"].min() >= 1


def test_draws_can_be_repeated(panel, rank_table):
    assert rank_table.equals(rank_sensitivity(panel, declared(), "nqp"))
    assert not rank_table.equals(rank_sensitivity(panel, declared(), "nqp", seed=1))


def test_no_draw_gives_no_range(panel):
    with pytest.raises(SpecificationError, match="0 random weightings give no range"):
        rank_sensitivity(panel, declared(), "nqp", draws=0)


def test_late_arrivals_gain_nothing_from_a_rising_index(panel, toy):
    # Place c is lowest in each year it is seen, but is seen only at the end of a steep rise.
    level = np.array([[1, 2, 30, 40], [2, 3, 31, 41], [0, 0, 29, 39]], dtype=float)
    funds = level.ravel()
    funds[8:10] = np.nan
    columns = {"loans": funds, "gdp": np.ones(12), "digital_finance_index": funds}
    table = rank_sensitivity(toy(columns), declared(), "ifin", draws=20)
    assert table["entropy"].to_dict() == {"b": 1, "a": 2, "c": 3}
    assert table.loc["c", "random_p05"] == 3


def test_grades_repeat_the_columns_of_the_panel(panel, grade_table):
    both = panel.frame[["pcp", "ifin"]].dropna()
    pcp, ifin = (panel.frame.loc[both.index, n] for n in ("pcp", "ifin"))
    row = grade_table.loc[("levels", "entropy", "classic")]
    # The same rows are used throughout, so weights are those of the rows both indices share.
    assert row["rows"] == len(both)
    assert row["mean_u_pcp"] == pytest.approx(pcp.mean(), abs=0.02)
    assert row["mean_u_ifin"] == pytest.approx(ifin.mean(), abs=0.02)
    assert row["mean_d"] == pytest.approx(panel["d_classic"].mean(), abs=0.02)


def test_grades_are_those_of_the_mean(grade_table):
    for _, row in grade_table.iterrows():
        assert row["grade_zh"] == grade(row["mean_d"]).zh
    assert len(grade_table) == 4 * 2 * 2
    assert grade_table["rows"].nunique() == 1


def test_the_grade_depends_on_the_scaling(grade_table):
    # Why no grade is printed alone.
    classic = grade_table.xs(("entropy", "classic"), level=("scheme", "form"))
    assert classic.loc["logs", "mean_d"] - classic.loc["levels", "mean_d"] > 0.1
    assert classic["grade_en"].nunique() > 1


def test_coordination_is_nearly_the_mean_level(grade_table):
    classic = grade_table.xs("classic", level="form")
    assert (classic["corr_d_t"] > 0.9).all()
    assert (classic["corr_d_t_within"] > 0.75).all()


def test_grades_of_a_small_panel_by_hand(toy):
    rng = np.random.default_rng(5)
    names = ["rd_basic", "rd_applied", "rd_expenditure", "rd_funds_government", "gdp"]
    names += ["fiscal_science", "fiscal_expenditure", "loans", "digital_finance_index"]
    panel = toy({name: rng.lognormal(size=12) for name in names})
    u = np.column_stack([score(panel, declared(), n, "equal") for n in ("pcp", "ifin")]) / (1 + EPS)
    found = coupling(u, "wang2021")
    row = grade_sensitivity(panel, declared(), SYSTEMS).loc[("levels", "equal", "wang2021")]
    assert row["mean_d"] == pytest.approx(found.D.mean())
    assert row["corr_d_t"] == pytest.approx(np.corrcoef(found.D, found.T)[0, 1])
    d, t = (v.reshape(3, 4) for v in (found.D, found.T))
    d, t = (v - v.mean(0) - v.mean(1, keepdims=True) + v.mean() for v in (d, t))
    assert row["corr_d_t_within"] == pytest.approx(np.corrcoef(d.ravel(), t.ravel())[0, 1])


def test_one_index_has_no_grade(panel):
    with pytest.raises(SpecificationError, match="at least two indices"):
        grade_sensitivity(panel, declared(), ["pcp"])


def test_indices_without_common_rows_are_refused(toy):
    names = ["rd_basic", "rd_applied", "rd_expenditure", "rd_funds_government", "gdp"]
    names += ["fiscal_science", "fiscal_expenditure", "loans", "digital_finance_index"]
    columns = {name: np.arange(1.0, 13) for name in names}
    columns["loans"] = np.zeros(12)
    with pytest.raises(SpecificationError, match="0 rows in common"):
        grade_sensitivity(toy(columns), declared(), SYSTEMS)
