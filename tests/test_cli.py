"""The command line: exit codes, JSON, one sentence on standard error, early readers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.cli import main

ROOT = Path(__file__).resolve().parents[1]


def run(*words, **more):
    command = [sys.executable, "-m", "analysis", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600, **more
    )


@pytest.fixture
def answer(study, monkeypatch, capsys):
    """Run a command in this process, on a study whose panels are read once."""
    monkeypatch.setattr("analysis.cli._study", lambda _options: study)

    def answer(*words):
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return answer


def test_claims_as_json_in_a_process_of_its_own():
    done = run("claims", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert [claim["id"] for claim in json.loads(done.stdout)][:2] == ["M01", "M02"]


def test_a_claim_as_json_in_a_process_of_its_own():
    done = run("claim", "M16", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert list(facts["readings"][0]["columns"]) == ["two_way", "region_year", "entity_trends"]
    # The declared product stands first among the readings; the verdict goes by that of movements.
    assert facts["readings"][0]["focal"] == "pcp:ifin"
    assert facts["findings"][0]["term"] == "pcp × ifin within"
    assert facts["verdict"]["word"] == "suggestive"


@pytest.mark.parametrize("words", [("claim", "M999"), ("claims", "--family", "two_wheels")])
def test_an_error_is_one_sentence_and_exit_code_two(words):
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Unknown ")
    assert "Traceback" not in done.stderr


def test_listing_reads_no_numerical_library():
    code = (
        "import sys; from analysis.cli import main; main(['claims']); "
        "print({'numpy', 'pandas', 'scipy'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.strip() == "set()"


def test_a_reader_who_stops_early_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)  # gone before the first word, as `head` is after the last it wants
    command = [sys.executable, "-m", "analysis", "claims"]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, timeout=600)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_without_chinese_still_gets_valid_json(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    quote = json.loads(run("claims", "--json", "--family", "exit").stdout)[0]["quote"]
    assert quote == "难以发挥投资成功的预期激励效应"


def test_the_list_can_be_narrowed(answer):
    code, out, _ = answer("claims", "--family", "innovation-chain", "--status", "testable")
    assert code == 0
    assert [line[:3] for line in out.splitlines() if line.startswith("M")] == ["M22", "M23", "M27"]


@pytest.mark.parametrize("claim", ["M01", "M08", "M16", "M21"])
def test_declared_claims_are_printed_with_their_columns(answer, claim):
    code, out, _ = answer("claim", claim)
    assert code == 0
    for words in (
        "CR1 SE",
        "CR3 interval",
        "detectable",
        "Left out",
        "Clustered by province, G = 31",
        "n  ",
    ):
        assert words in out


def test_a_claim_that_needs_user_data_says_so(answer):
    code, out, _ = answer("claim", "M39")
    assert code == 0
    assert "NEEDS USER DATA. No figure here can speak to it. Wanted: A firm panel" in out
    facts = json.loads(answer("claim", "M39", "--json")[1])
    assert facts["findings"] == []
    assert facts["verdict"]["word"] == "needs user data"


@pytest.fixture
def two_results(monkeypatch):
    """Stand in for the evaluation of the whole ledger, which its own tests run."""
    from analysis.claims import Evidence, Record, verdict
    from analysis.claims.study_results import Results

    seen = {}

    def evaluate_study(study, *, draws, jobs):
        seen.update(study=study.name, draws=draws, jobs=jobs)
        found = [Evidence(claim) for claim in study.ledger]
        return Results(tuple(Record(e, verdict(e, study.rules)) for e in found), {}, {})

    monkeypatch.setattr("analysis.claims.study_results.evaluate_study", evaluate_study)
    return seen


def test_the_ledger_is_evaluated_printed_and_written(answer, two_results, tmp_path):
    words = (
        "claims",
        "--evaluate",
        "--out",
        str(tmp_path / "out"),
        "--draws",
        "999",
        "--jobs",
        "1",
    )
    code, out, _ = answer(*words)
    assert code == 0
    assert two_results == {"study": "patient_capital", "draws": 999, "jobs": 1}
    assert sum(line.startswith("M") for line in out.splitlines()) == 113
    assert "Written: " in out
    plain = json.loads((tmp_path / "out" / "claims.json").read_text(encoding="utf-8"))
    assert len(plain) == 113
    assert (tmp_path / "out" / "claims.csv").exists()


def test_only_the_chapter_asked_for_is_written(answer, two_results, tmp_path):
    words = ("claims", "--evaluate", "--family", "exit", "--out", str(tmp_path), "--json")
    code, out, _ = answer(*words)
    assert code == 0
    assert [entry["claim"]["id"] for entry in json.loads(out)] == ["M38", "M95", "M102"]


def test_too_few_draws_are_refused(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["claims", "--evaluate", "--draws", "10"])
    assert caught.value.code == 2
    assert "10 is too few: ask for 99 or more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--family", "nosuch"), "nosuch"),
        (("--out", "README.md"), "README.md is not a folder"),
        (("--out", "README.md/x"), "is not a folder: give --out another name"),
    ],
)
def test_options_are_judged_before_any_work(words, said, answer, monkeypatch):
    def never(*_args, **_options):
        raise AssertionError("evaluated before the options were judged")

    monkeypatch.setattr("analysis.claims.study_results.evaluate_study", never)
    code, out, err = answer("claims", "--evaluate", *words)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize("words", [("claims", "--jobs", "0"), ("certify", "--replications", "0")])
def test_counts_of_zero_are_refused(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "0 is too few: ask for 1 or more" in capsys.readouterr().err


def test_describe_says_what_a_measure_is_made_of(answer):
    code, out, _ = answer("describe", "gov")
    assert code == 0
    assert "rd_funds_government / gdp" in out
    facts = json.loads(answer("describe", "gov", "--json")[1])
    assert facts["series"] == ["rd_funds_government", "gdp"]


def test_describe_suggests_near_names(answer):
    code, out, err = answer("describe", "gvo")
    assert (code, out) == (2, "")
    assert "did you mean gov" in err


def test_check_counts(answer):
    code, out, _ = answer("check", "--json")
    assert code == 0
    assert json.loads(out)["claims"] == 113


@pytest.mark.parametrize("command", [("check",), ("describe", "gov"), ("claim", "M01")])
def test_another_data_folder_is_really_used(tmp_path, capsys, command):
    assert main([*command, "--data", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [(), ("clams",), ("claim",)])
def test_misuse_is_exit_code_two(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: python -m analysis" in capsys.readouterr().err
