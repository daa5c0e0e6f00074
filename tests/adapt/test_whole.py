"""From a file to a report, on invented cities in which one effect was put in."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.adapt.asking import ask, with_ledger
from analysis.adapt.command import adapt
from analysis.adapt.options import Wishes
from analysis.adapt.sections import claim_models
from analysis.adapt.words import adapted_text
from analysis.claims.text import speaking
from analysis.cli import main
from analysis.data import load
from analysis.errors import AnalysisError
from analysis.language import voice
from analysis.measures import build

CLAIM = {
    "id": "thesis-1", "section": "我的论文", "quote": "金融科技促进城市创新",
    "sentence": "Digital finance raises invention patents in cities.", "logic": "Cheap credit.",
    "estimand": "A slope.", "outcome": "ln_inv_granted", "regressors": ["dfi"], "sign": "+",
    "unit": "city-year", "status": "testable", "family": "mine", "design": "panel",
    "specification": {"lag": 1}, "secondary": {"outcomes": ["ln_green"]},
}  # fmt: skip
EVENT = {**CLAIM, "id": "thesis-2", "design": "event", "policy": "my_pilot", "regressors": [],
         "specification": {"lag": 0}}  # fmt: skip
ABSENT = {**CLAIM, "id": "thesis-3", "regressors": ["deposit"]}


def invented(n=30, years=range(2011, 2020)) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = []
    for i in range(n):
        before = 100.0
        for year in years:
            now = 60 + 10 * (year - 2011) + rng.normal(0, 12)
            patents = int(np.exp(4 + i / n + 0.02 * before + rng.normal(0, 0.1)))
            rows.append(
                (
                    f"第{i:02d}市",
                    f"{year}年",
                    f"省{i % 5}",
                    patents,
                    round(now, 2),
                    round(float(np.exp(rng.normal(7, 0.2))), 2),
                    round(2e3 + 50 * i + 9 * rng.normal(), 1),
                    300 + i,
                )
            )
            before = now
    heads = ["城市", "年份", "省份", "发明专利授权数(件)", "数字普惠金融指数", "GDP(亿元)",
             "贷款余额（亿元）", "常住人口(万人)"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine")
    invented().to_excel(folder / "我的数据.xlsx", index=False)
    claims = {"claims": [CLAIM, EVENT, ABSENT]}
    (folder / "my.yml").write_text(yaml.safe_dump(claims, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def adapted(files, study):
    wishes = Wishes(files / "我的数据.xlsx", files / "out", "城市", "年份", draws=199, jobs=1,
                    ledger=files / "my.yml", name="mine")  # fmt: skip
    said = []
    return adapt(study, wishes, said.append), said


def test_what_can_be_asked_is_asked_and_the_rest_says_why(adapted):
    found, said = adapted
    assert [record.id for record in found.answers.records] == ["thesis-1", "thesis-2", "thesis-3"]
    assert [record.id for record in found.answers.answered] == ["thesis-1"]
    why = {claim.id: words for claim, words in found.answers.asked.cannot}
    assert "policy 'my_pilot'" in why["thesis-2"]
    assert "deposit (needs deposits)" in why["thesis-3"]
    assert found.answers.asked.left_out == {"thesis-1": ("ln_green",)}
    assert "1 of 3 claims can be asked" in said


def test_the_slope_is_that_of_least_squares_with_dummies(adapted):
    finding = adapted[0].answers.answered[0].evidence.findings[0]
    slope, scale = slope_by_dummies(invented())
    assert finding.columns[0].estimate == pytest.approx(slope * scale)
    assert slope == pytest.approx(0.02, abs=0.002)


def test_a_vast_panel_gives_the_same_slope_without_a_verdict(adapted, files, study, monkeypatch):
    monkeypatch.setattr("analysis.adapt.large.VAST", 0)
    wishes = Wishes(files / "我的数据.xlsx", files / "large", jobs=1, ledger=files / "my.yml")
    found = adapt(study, wishes, lambda _: None).answers
    column = adapted[0].answers.answered[0].evidence.findings[0].columns[0]
    assert not found.answered
    (one,) = found.large
    assert (one.id, one.n, one.entities) == ("thesis-1", column.n, column.entities)
    assert (one.estimate, one.low, one.high) == pytest.approx(
        (column.estimate, column.low, column.high)
    )
    assert "without a verdict" in found.records[0].evidence.cannot
    assert (files / "large" / "report" / "tables" / "estimates.docx").is_file()


def test_a_large_panel_is_judged_but_where_a_design_searches(adapted, files, study, monkeypatch):
    monkeypatch.setattr("analysis.adapt.large.LARGE", 0)
    search = {**CLAIM, "id": "thesis-4", "design": "threshold", "setup": {"by": "loan"}}
    (files / "two.yml").write_text(
        yaml.safe_dump({"claims": [CLAIM, search]}, allow_unicode=True), encoding="utf-8"
    )
    wishes = Wishes(files / "我的数据.xlsx", files / "two", draws=199, jobs=1,
                    ledger=files / "two.yml")  # fmt: skip
    found = adapt(study, wishes, lambda _: None)
    one, two = found.answers.records
    before = adapted[0].answers.answered[0]
    assert (one.verdict, one.evidence.checks) == (before.verdict, before.evidence.checks)
    assert "threshold, searches its threshold anew" in two.evidence.cannot
    words = " ".join(adapted_text(found).split())
    assert "2 of 2 claims were asked. thesis-4 has no answer: Its design, threshold" in words


def test_why_claims_are_not_asked_is_counted_in_plain_words(adapted):
    words = " ".join(adapted_text(adapted[0]).split())
    assert (
        "1 of 3 claims were asked. Not asked: 1 for want of the dates of a policy (give them with "
        "--policies); 1 for want of series that the table lacks." in words
    )


def test_every_claim_of_the_book_is_asked_or_counted_with_a_reason(files, study, adapted):
    panel = build(load("mine", files / "out"), study.measures)
    asked = ask(study, panel, files / "out")
    status = [claim.status for claim in study.ledger]
    assert sum(asked.reasons.values()) == len(status) - len(asked.study.ledger)
    assert asked.reasons["about things for which the study has no series"] == sum(
        claim.status == "needs user data" for claim, _ in asked.cannot
    )
    assert len(asked.reasons) <= 5


def test_the_data_set_is_one_like_any_other(adapted, files, study):
    panel = load("mine", files / "out")
    assert (len(panel.entities), panel.years[0], panel.years[-1]) == (30, 2011, 2019)
    assert panel.roles.unit == "city-year"
    assert "ln_green" not in build(panel, study.measures)
    assert panel.describe("loans").published_unit == "亿元"


def test_the_report_is_one_page_with_its_tables_and_figures(adapted, files):
    report = files / "out" / "report"
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "thesis-1" in page
    assert "deposit (needs deposits)" in page
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page), (
        "something outside the page is needed"
    )
    images = re.findall("<img[^>]*>", page)
    assert len(images) == 2
    assert all("alt=" in image for image in images)
    found = {p.name for p in (report / "figures").iterdir()}
    assert found == {
        f"{name}.{end}" for name in ("estimates", "thesis-1") for end in ("svg", "png")
    }
    kinds = {"html", "csv", "tex", "docx"}
    rest = ("counts", "verdicts", "columns", "cannot", "descriptives", "thesis-1_tests")
    for name in ("thesis-1", *rest):
        found = {p.suffix[1:] for p in (report / "tables").glob(f"{name}.*")}
        assert found == kinds, name


def slope_by_dummies(table):
    """Slope of log patents on the index of the year before, and what moves inside cities."""
    y = np.log(table["发明专利授权数(件)"])
    x = table.groupby("城市")["数字普惠金融指数"].shift(1)
    keep = x.notna()
    dummies = pd.get_dummies(table.loc[keep, ["城市", "年份"]], drop_first=True).astype(float)
    right = np.column_stack([x[keep], np.ones(keep.sum()), dummies])
    slope = np.linalg.lstsq(right, y[keep], rcond=None)[0][0]
    others = np.delete(right, 0, axis=1)
    moved = [v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (x[keep], y[keep])]
    return slope, moved[0].std() / moved[1].std()


def test_the_regressions_stand_side_by_side_in_units_of_the_figures(adapted, files):
    record = adapted[0].answers.answered[0]
    table = claim_models(record, adapted[0].answers)
    first = table.frame[(table.frame["column"] == 1) & (table.frame["term"] == "dfi")]
    assert first["estimate"].item() == pytest.approx(slope_by_dummies(invented())[0])
    kept = (files / "out" / "report" / "tables" / "thesis-1.html").read_text(encoding="utf-8")
    assert "three-rules" in kept
    assert CLAIM["sentence"] in kept


def test_every_picture_says_in_words_what_is_to_be_seen(adapted, files):
    page = (files / "out" / "report" / "index.html").read_text(encoding="utf-8")
    (alt,) = re.findall(r'alt="(thesis-1 [^"]*)"', page)
    finding = adapted[0].answers.answered[0].evidence.findings[0]
    assert f"{finding.tested:+.2f}" in alt
    assert adapted[0].answers.answered[0].verdict.word in alt
    assert '<a href="#thesis-1">thesis-1</a>' in page
    assert 'id="thesis-1"' in page


def test_the_map_that_lies_there_is_used_again_and_an_error_changes_nothing(adapted, files, study):
    out = files / "out"
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    wishes = Wishes(files / "我的数据.xlsx", out, jobs=1, ledger=files / "none.yml")
    with pytest.raises(AnalysisError, match=r"none\.yml"):
        adapt(study, wishes, lambda _: None)
    text = (out / "map.yml").read_text(encoding="utf-8")
    (out / "map.yml").write_text(text.replace("series: loans", "series: laons"), encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"did you mean .*loans"):
        adapt(study, Wishes(wishes.file, out, jobs=1), lambda _: None)
    (out / "map.yml").write_bytes(before[out / "map.yml"])
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_an_interruption_while_claims_are_asked_leaves_nothing(files, study, monkeypatch):
    def stopped(*_given, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.adapt.answers.evaluate_study", stopped)
    before = sorted(p.name for p in files.iterdir())
    with pytest.raises(KeyboardInterrupt):
        adapt(study, Wishes(files / "我的数据.xlsx", files / "new", jobs=1), lambda _: None)
    assert sorted(p.name for p in files.iterdir()) == before


def test_the_book_is_asked_in_the_form_for_the_data_set_it_resembles(adapted, study, files):
    panel = build(load("mine", files / "out"), study.measures)
    asked = ask(study, panel, files / "out")
    here = {claim.id: claim for claim in asked.study.ledger}
    assert here.keys() | {claim.id for claim, _ in asked.cannot} == set(study.ids)
    one = here["M08"]
    cities = next(run for run in study.ledger["M08"].runs if run.dataset == "cities")
    assert (one.outcome, one.regressors) == (cities.outcome, cities.regressors)
    assert study.ledger["M08"].outcome != one.outcome
    assert asked.study.datasets == ("mine",)


def test_a_ledger_of_ones_own_brings_its_own_families(files, study):
    mine = with_ledger(study, files / "my.yml")
    assert mine.families == ("mine",)
    assert mine.ids == ("thesis-1", "thesis-2", "thesis-3")


def test_the_command_says_in_a_sentence_what_stands_in_the_way(files, capsys):
    code = main(
        ["adapt", str(files / "我的数据.xlsx"), "--out", str(files / "x"), "--entity", "县"]
    )
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("Unknown column '县'")
    assert not (files / "x").exists()


def test_what_came_of_it_is_plain_for_other_programs(adapted):
    facts = json.loads(json.dumps(adapted[0].plain(), ensure_ascii=False))
    assert facts["asked"] == ["thesis-1"]
    assert facts["account"]["rows"] == 270


def firms_table() -> pd.DataFrame:
    """Invented firms under headings of a download and its Chinese labels."""
    rng = np.random.default_rng(2)
    rows = [
        (600000 + i, f"{year}-12-31", "C" + str(i % 3), rng.lognormal(21, 1), rng.lognormal(19, 1),
         rng.lognormal(18, 1), rng.lognormal(17, 1), rng.uniform(20, 70), rng.lognormal(16, 1))
        for i in range(6) for year in range(2014, 2020)
    ]  # fmt: skip
    heads = ["证券代码", "会计年度", "行业", "负债合计(元)", "A002101000", "长期借款(元)",
             "应付债券(元)", "机构投资者持股比例(%)", "应付票据(元)"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


def test_firms_get_the_published_measures_their_columns_allow(tmp_path, study):
    firms_table().to_csv(tmp_path / "firms.csv", index=False, encoding="gbk")
    wishes = Wishes(
        tmp_path / "firms.csv", tmp_path / "out", "证券代码", "会计年度", "行业", jobs=1
    )
    found = adapt(study, wishes, lambda _: None)
    assert {one.series for one in found.map.used} >= {"short_loans", "long_loans", "institutions"}
    assert not found.answers.answered
    tables = tmp_path / "out" / "report" / "tables"
    made = pd.read_csv(tables / "measures_by_firm.csv")
    table = firms_table().set_axis(["firm", "t", "i", "debt", "s", "l", "b", "held", "n"], axis=1)
    first = table.head(6)
    by_hand = first["held"][3] / first["held"][:3].std(ddof=1)
    by_hand += first["l"][3] / (first["s"] + first["l"] + first["b"] + first["n"])[3]
    row = made[(made["entity"] == 600000) & (made["year"] == 2017)]
    assert row["A2"].item() == pytest.approx(by_hand)
    text = (tables / "firm_measures.csv").read_text(encoding="utf-8-sig")
    assert "lacks low_turnover_third" in text
    assert "explodes" in text


def test_report_and_account_are_said_in_chinese(adapted):
    found = adapted[0]
    zh = voice("zh")
    page = zh.page((found.folder / "report" / "index.html").read_text(encoding="utf-8"))
    with speaking(zh):
        text = adapted_text(found)
    assert '<html lang="zh-CN">' in page
    for said in ("检验了什么", "各列的识别结果", "得到支持", CLAIM["sentence"]):
        assert said in page
    for head in ("What was asked", "Remarks", "Blanks", "Those with an estimate"):
        assert head not in page
    assert "个城市，2011至" in text
    assert "3个命题中检验了1个。" in text
    assert not [line for line in text.splitlines() if line.startswith(("Read", "Not", "Worked"))]
