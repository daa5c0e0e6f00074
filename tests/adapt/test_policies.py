"""Policies whose dates a reader gives, for entities of the reader's own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.adapt.command import adapt
from analysis.adapt.options import Wishes
from analysis.adapt.policies import read_policies
from analysis.adapt.words import adapted_text
from analysis.claims import Question
from analysis.claims.evaluation import answer
from analysis.data import load_policies
from analysis.errors import DataError

HEAD = "policy,entity,start"
CLAIM = {
    "id": "zone-1", "section": "s", "quote": "q", "sentence": "The pilot raises patents.",
    "logic": "l", "estimand": "e", "outcome": "ln_inv_granted", "regressors": [], "sign": "+",
    "unit": "city-year", "status": "testable", "family": "mine", "design": "event",
    "policy": "my_pilot", "specification": {"lag": 0},
}  # fmt: skip
YEARS = range(2010, 2020)


@pytest.fixture
def given(tmp_path):
    def given(*lines, head=HEAD, name="mine.csv"):
        (tmp_path / name).write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        return tmp_path / name

    return given


def planted() -> pd.DataFrame:
    """Twenty-four cities; six of them get a third more patents from 2015 on."""
    rng = np.random.default_rng(4)
    rows = []
    for i in range(24):
        for year in YEARS:
            log = 4 + i / 24 + 0.3 * (i < 6 and year >= 2015) + rng.normal(0, 0.1)
            rows.append((f"第{i:02d}市", f"省{i % 4}", year, round(100 * np.exp(log))))
    return pd.DataFrame(rows, columns=["城市", "省份", "年份", "发明专利授权数(件)"])


@pytest.fixture
def asked(tmp_path, study):
    """Ask the claim of the planted cities under a table of policies."""
    claims = yaml.safe_dump({"claims": [CLAIM]}, allow_unicode=True)
    (tmp_path / "my.yml").write_text(claims, encoding="utf-8")

    def asked(policies, change=lambda frame: frame):
        change(planted()).to_csv(tmp_path / "cities.csv", index=False)
        wishes = Wishes(tmp_path / "cities.csv", tmp_path / "out", ledger=tmp_path / "my.yml",
                        policies=policies, draws=99, jobs=1)  # fmt: skip
        return adapt(study, wishes, lambda _: None)

    return asked


def pilot(*when):
    return [f"my_pilot,第{i:02d}市,{start}" for i, start in enumerate(when or ["2015-03"] * 6)]


def test_a_policy_with_the_readers_dates_is_the_difference_of_differences(asked, given):
    found = asked(given(*pilot()))
    (record,) = found.answers.answered
    table = planted()
    log = np.log(table["发明专利授权数(件)"]).to_numpy().reshape(24, len(YEARS))
    change = log[:, 5:].mean(axis=1) - log[:, :5].mean(axis=1)
    by_hand = change[:6].mean() - change[6:].mean()
    around = log - log.mean(axis=1, keepdims=True) - log.mean(axis=0) + log.mean()
    dummy = np.zeros_like(log)
    dummy[:6, 5:] = 1
    moved = dummy - dummy.mean(axis=1, keepdims=True) - dummy.mean(axis=0) + dummy.mean()
    column = record.evidence.findings[0].columns[0]
    assert column.estimate == pytest.approx(by_hand * moved.std() / around.std())
    assert record.evidence.findings[0].test == "permutation"
    assert found.answers.policies == (("my_pilot", 6, "2015-03", "2015-03", ("zone-1",)),)
    words = " ".join(adapted_text(found).split())
    assert "my_pilot begins in 6 cities from 2015-03; asked by zone-1." in words


def test_the_data_set_holds_the_policies_as_the_study_holds_its_own(asked, given):
    found = asked(given(*pilot(2014, *["2015年9月"] * 5)))
    table = load_policies(found.folder)
    assert table["start"].tolist() == ["2014", *["2015-09"] * 5]
    assert set(table["confidence"]) == {"the reader's own"}


def test_without_its_dates_a_policy_is_not_asked_and_others_are_no_harm(asked, given):
    found = asked(given("another,第00市,2015"))
    ((_, why),) = found.answers.asked.cannot
    assert "give dates of your own with --policies" in why
    assert found.answers.policies == (("another", 1, "2015", "2015", ()),)


def test_without_regions_the_question_within_them_is_not_asked(asked, given, tmp_path):
    def bare(frame):
        return frame.drop(columns="省份")

    found = asked(given(*pilot()), bare)
    (record,) = found.answers.answered
    passed = {check.name: check.passed for check in record.evidence.checks}
    assert passed["within regions"] is None
    assert record.verdict.word == "suggestive"
    assert "regions by year" in record.verdict.failed


def test_provinces_of_ones_own_give_the_events_of_the_book(
    tmp_path, study, vocabulary, monkeypatch
):
    monkeypatch.setattr("analysis.adapt.command.write_report", lambda *_: None)
    events = [claim for claim in study.ledger if claim.policy]
    panel = study.panel("china")
    raw = study.raw("china")
    book = {c.id: answer(Question(c, panel, study), 99).evidence.findings for c in events}
    units = {name: raw.describe(name).published_unit for name in raw.frame}
    figures = raw.frame / {name: vocabulary.units[unit].factor for name, unit in units.items()}
    heads = {name: f"figure {i}" for i, name in enumerate(units)}
    table = figures.rename(columns=heads).reset_index().assign(region=raw.region.to_numpy())
    table.to_parquet(tmp_path / "provinces.parquet")
    columns = [{"column": heads[n], "series": n, "unit": unit} for n, unit in units.items()]
    about = {"file": "provinces.parquet", "entity": "entity", "year": "year", "region": "region",
             "rows": {"one": "province", "many": "provinces", "zh": "省份"}, "like": "china",
             "columns": columns}  # fmt: skip
    (tmp_path / "map.yml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    mine = load_policies()
    mine = mine[mine["policy"].isin([c.policy for c in events])].drop(columns="start_year")
    mine.to_csv(tmp_path / "policies.csv", index=False)
    few = replace(study, ledger=replace(study.ledger, claims=tuple(events), replications=()))
    wishes = Wishes(tmp_path / "provinces.parquet", tmp_path / "out", map=tmp_path / "map.yml",
                    policies=tmp_path / "policies.csv", draws=99, jobs=1)  # fmt: skip
    found = adapt(few, wishes, lambda _: None)
    assert len(events) == len(found.answers.answered) > 1
    for record in found.answers.answered:
        for here, there in zip(record.evidence.findings, book[record.id], strict=True):
            assert (here.term, here.test) == (there.term, there.test)
            for name in ("estimate", "p", "low", "high", "lowest"):
                assert getattr(here, name) == pytest.approx(getattr(there, name), rel=1e-6)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["my_pilot,第00市,spring"], "'spring' in column 'start', row 2"),
        (["my_pilot,第00市,2015-13"], "'2015-13' in column 'start', row 2"),
        (["my_pilot,第00市,2015", "my_pilot,,2015"], "no entity in column 'entity', row 3"),
        (["my_pilot,第00市,2015", "my_pilot,第00市,2016"], "'my_pilot' in rows 2 and 3"),
        (["my pilot,第00市,2015"], "'my pilot' in column 'policy', row 2"),
        (["my_pilot,第00市"], "2 cells in row 2 under 3"),
        (["my_pilot,第77市,2015", "my_pilot,第88市,2015"], "'第77市' in row 2, '第88市' in row 3"),
    ],
)
def test_a_malformed_table_is_refused_by_row_and_column_and_nothing_is_written(
    asked, given, tmp_path, lines, said
):
    with pytest.raises(DataError, match=said):
        asked(given(*lines))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("head", "said"),
    [("policy,city,start", "no column 'entity'"), ("policy,entity,start,dose", "column 'dose'")],
)
def test_headings_are_those_of_the_study(given, head, said):
    with pytest.raises(DataError, match=said):
        read_policies(given("my_pilot,第00市,2015" + ",1" * (head.count(",") - 2), head=head))
