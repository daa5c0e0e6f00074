"""A study of other claims on other figures: no file of the engine is touched for it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from threadpoolctl import threadpool_info, threadpool_limits

from analysis.claims import (
    Family,
    current_archive,
    evaluate_study,
    read_study,
    write_archive,
)
from analysis.claims.archive import archive_key
from analysis.claims.drift import drift
from analysis.claims.study_results import Results
from analysis.cli import main
from analysis.display import chapter, verdicts_page
from analysis.errors import DataError, LedgerError, UnknownNameError
from analysis.strict import Loader

HERE = Path(__file__).parent
SERIES = {"sales": "Sales", "taxes": "Taxes", "loans": "Loans", "assets": "Assets"}


def write_firms(folder, name, series=SERIES, noun="firm", effect=0.8, seed=5):
    """Twenty synthetic entities over twelve years; sales follow credit by `effect`."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"f{i:02d}" for i in range(20)], range(2001, 2013)])
    frame = pd.DataFrame(rng.normal(size=(240, 3)), index=index, columns=["x", "taxes", "noise"])
    frame["assets"] = np.exp(rng.normal(size=240))
    frame["loans"] = frame["x"].abs() * frame["assets"]
    before = (frame["loans"] / frame["assets"]).groupby(level=0).shift(fill_value=0.5)
    frame["sales"] = effect * before - 0.5 * frame["taxes"].groupby(level=0).shift(fill_value=0)
    frame["sales"] += 0.3 * frame["noise"]
    out = folder / name
    out.mkdir(parents=True)
    table = frame[list(series)].rename_axis(["entity", "year"]).reset_index()
    table.to_csv(out / "main.csv", index=False)
    entities = pd.DataFrame({"entity": sorted(set(table["entity"]))})
    entities.assign(label_en=entities["entity"], label_zh=entities["entity"],
                    region="r" + (entities.index % 4).astype(str)).to_csv(
        out / "entities.csv", index=False)  # fmt: skip
    columns = {n: {"label_en": label, "unit": "index", "years": [2001, 2012]}
               for n, label in SERIES.items() if n in series}  # fmt: skip
    write(out / "main.yml", {"title": "Synthetic", "table": "main", "columns": columns})
    write(out / "entities.yml", {"title": "Synthetic", "table": "entities"})
    noted = {"one": noun, "many": f"{noun}s", "zh": "企业", "count": 20}
    described = {
        "name": name, "title": {"en": "Synthetic", "zh": "合成"}, "entity": noted,
        "years": [2001, 2012], "tables": ["main"], "entities": "entities",
        "columns": {"entity": "entity", "year": "year", "region": "region"},
    }  # fmt: skip
    write(out / "dataset.yml", described)


def write(path, plain):
    path.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    top = tmp_path_factory.mktemp("own")
    shutil.copytree(HERE / "own", top / "study")
    rules = HERE.parents[1] / "analysis/studies/patient_capital/rules.yml"
    shutil.copyfile(rules, top / "study" / "rules.yml")
    write_firms(top / "data", "firms")
    write_firms(top / "data", "shops", noun="shop", effect=-0.8, seed=6)
    return top


@pytest.fixture(scope="module")
def own(home):
    study = read_study(home / "study")
    object.__setattr__(study, "data", home / "data")
    return study


@pytest.fixture(scope="module")
def kept(own, home):
    results = evaluate_study(own, draws=199, jobs=1, explore=True)
    return write_archive(own, results, 199, home / "archive")


def test_ids_families_and_number_of_claims_are_those_of_the_study(own, kept):
    assert [(r.id, r.dataset) for r in kept.records] == [
        ("X1", "firms"), ("X1", "shops"), ("X2", "firms"), ("X3", "plants"),
    ]  # fmt: skip
    assert (own.families, own.main) == (("reform",), "firms")


def test_a_claim_is_tested_on_each_data_set_with_its_own_sign_and_lag(kept):
    firms, shops = kept.record("X1"), kept.record("X1", "shops")
    assert (firms.verdict.word, firms.evidence.findings[0].sign) == ("supported", "+")
    assert shops.evidence.findings[0].sign == "-"
    assert shops.evidence.claim.specification["lag"] == 0


def test_p_values_are_adjusted_within_family_and_data_set(kept):
    # Two claims ask the firms, one alone asks the shops.
    firms, shops = kept.record("X1"), kept.record("X1", "shops")
    assert shops.evidence.findings[0].p_family == pytest.approx(shops.evidence.findings[0].p)
    assert firms.evidence.findings[0].p_family >= firms.evidence.findings[0].p


def test_a_claim_without_its_data_set_says_so_and_its_neighbours_are_not_touched(kept):
    record = kept.record("X3")
    assert record.verdict.word == "cannot be asked here"
    assert "plants" in record.verdict.reason
    assert kept.record("X2").verdict.word == "supported"


def test_a_claim_without_a_series_names_the_series_behind_its_measure(own, home, tmp_path):
    write_firms(tmp_path, "thin", series=["sales", "taxes", "assets"])
    found = evaluate_study(own.at(tmp_path, "thin"), draws=99, jobs=1).records
    words = {(r.id, r.dataset): r.verdict for r in found}
    assert words["X1", "thin"].word == "cannot be asked here"
    assert "credit (needs loans)" in words["X1", "thin"].reason
    assert words["X2", "thin"].word == "supported"


def test_a_claim_put_to_another_kind_of_unit_says_so(own, tmp_path):
    write_firms(tmp_path, "towns", noun="town")
    found = evaluate_study(own.at(tmp_path, "towns"), draws=99, jobs=1).records
    note = next(r for r in found if r.id == "X2").evidence.notes[0]
    assert note.startswith("The claim is declared for rows of one firm-year")
    assert "town-year" in note


def test_the_archive_gives_back_what_was_written(own, home, kept):
    again = current_archive(own, home / "archive")
    assert [r.plain() for r in again.records] == [r.plain() for r in kept.records]
    assert again.page("reform").numbers == {"reform_firms": 20}
    assert drift(kept, again).empty
    assert archive_key(own, 199) != archive_key(own, 999)


def test_a_folder_that_is_no_archive_is_not_replaced(own, tmp_path):
    (tmp_path / own.name).mkdir()
    (tmp_path / own.name / "ledger.yml").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="something else than an archive"):
        write_archive(own, Results((), {}, {}), 99, tmp_path)
    assert (tmp_path / own.name / "ledger.yml").read_text(encoding="utf-8") == "mine"


def test_drift_lists_claim_number_old_new_and_verdict(own, home, kept):
    changed = evaluate_study(own, draws=99, jobs=1, explore=True)
    moved = drift(kept, write_archive(own, changed, 99, home / "other"))
    assert list(moved.columns) == ["claim", "dataset", "number", "old", "new", "verdict"]
    assert "findings.1.p" in set(moved["number"])
    assert not moved["number"].str.contains("estimate").any()  # draws move p-values alone


def test_the_number_of_processes_decides_nothing(own, kept):
    found = evaluate_study(own, draws=199, jobs=2).records
    assert [r.plain() for r in found] == [r.plain() for r in kept.records]


def test_linear_algebra_keeps_to_one_thread_whatever_the_caller_uses(own):
    used = set()

    def look(_):
        used.update(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")

    with threadpool_limits(limits=2, user_api="blas"):
        evaluate_study(own, draws=9, jobs=1, said=look)
    assert used == {1}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "../other"}, "has the name '../other': use letters"),
        ({"units": {}}, "has no mapping 'units': add it"),
        ({"chapters": ["reform"]}, "has no mapping 'chapters': add it"),
        ({"chapters": {"reform": {"page": "reform"}}}, "'reform' without page and title"),
        ({"chapters": {"reform": None}}, "'reform' without page and title"),
        ({"pages": "reform"}, "has pages that are no list"),
        ({"leters": {}}, "unknown key 'leters': did you mean 'letters'"),
    ],
)
def test_a_malformed_study_is_refused_in_one_sentence(home, tmp_path, change, words):
    shutil.copytree(home / "study", tmp_path / "study")
    path = tmp_path / "study" / "study.yml"
    write(path, {**yaml.load(path.read_text(encoding="utf-8"), Loader=Loader), **change})
    with pytest.raises(LedgerError, match=words):
        read_study(tmp_path / "study")


def test_a_study_that_is_not_there_is_suggested():
    with pytest.raises(UnknownNameError, match="did you mean patient_capital"):
        read_study("patient_captial")


def test_a_claim_of_a_family_is_found_in_capitals_or_not(own):
    family = Family("reform", own, {"X1": 1, "credit": 2})
    assert (family.x1, family["X1"], family.credit) == (1, 1, 2)
    with pytest.raises(AttributeError, match="family 'reform' has no 'x9'"):
        _ = family.x9


def test_the_shell_fails_on_demand_where_a_number_moved(kept, own, home, capsys):
    same, other = str(kept.folder), home / "moved"
    write_archive(own, evaluate_study(own, draws=99, jobs=1, explore=True), 99, other)
    assert main(["drift", "--none", same, same]) == 0
    assert "0 numbers and words moved." in capsys.readouterr().out
    assert main(["drift", "--none", same, str(other / "own")]) == 2
    assert "moved, the first is" in capsys.readouterr().err
    assert main(["drift", same, str(other / "own")]) == 0
    assert "findings.1.p" in capsys.readouterr().out


def test_a_chapter_shows_the_claims_of_the_study(own, home, kept):
    page = chapter(own, "reform", home / "archive")
    assert "X1" in page.x1.card.text
    assert "<svg" in page.x1.picture.svg()
    assert "20" in page.count.text
    assert "cannot be asked here" in page.x3.finding.text
    assert page.summary.text.count("<tr>") >= 3
    assert "X3" in verdicts_page(own, home / "archive").table.text


def test_the_shell_evaluates_the_study_and_finds_it_up_to_date(home, capsys):
    words = ["--study", str(home / "study"), "--data", str(home / "data"), "--jobs", "1"]
    words += ["--out", str(home / "shell"), "--draws", "99", "--json"]
    assert main(["evaluate", *words]) == 0
    assert json.loads(capsys.readouterr().out)["written"] is True
    assert main(["evaluate", *words]) == 0
    assert json.loads(capsys.readouterr().out)["written"] is False
