"""Simulations in chunks: what is there is not made again, and nothing is written half."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.claims.across import across
from analysis.claims.calibration import run as module
from analysis.claims.calibration.books import book, claims_of
from analysis.claims.calibration.placebo import placebo
from analysis.claims.calibration.plant import plant
from analysis.claims.calibration.run import Task, run, simulated, tasks
from analysis.claims.calibration.summary import EVERY, by_dataset
from analysis.claims.evaluation import answer
from analysis.claims.record import Record
from analysis.claims.verdicts import verdict
from analysis.errors import SpecificationError

DRAWS = 99
TODO = [
    Task("toy", "dealt", 0.0, 0, 2), Task("toy", "walk", 0.0, 0, 2),
    Task("toy", "dealt", 0.6, 0, 2),
]  # fmt: skip


@pytest.fixture(scope="module")
def few(invented):
    """The study with four of its claims."""
    kept = [c for c in invented.ledger if c.id in ("plain", "two", "product", "late")]
    return replace(invented, ledger=replace(invented.ledger, claims=tuple(kept)))


@pytest.fixture
def quick(few, monkeypatch):
    """Let workers read this study, and ask for few draws; count what they are asked to do."""
    asked = []
    real = module._answers

    def answers(study, task):
        asked.append(task)
        return real(study, task)

    monkeypatch.setattr(module, "read_study", lambda _where: few)
    monkeypatch.setattr(module, "DRAWS", DRAWS)
    monkeypatch.setattr(module, "_answers", answers)
    return asked


@pytest.fixture(scope="module")
def there(few, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "read_study", lambda _where: few)
        patch.setattr(module, "DRAWS", DRAWS)
        run("any", TODO, folder, said=lambda _line: None)
    return folder


def test_tasks_are_chunks_of_every_family_and_of_every_planted_size():
    todo = list(tasks(["toy"], ["dealt", "walk"], 60, 11))
    placebos = [t for t in todo if not t.size]
    assert [(t.family, t.first, t.last) for t in placebos[:3]] == [
        ("dealt", 0, 25), ("dealt", 25, 50), ("dealt", 50, 60),
    ]  # fmt: skip
    assert sum(t.last - t.first for t in placebos) == 120
    planted = [t for t in todo if t.size]
    assert {t.size for t in planted} == {0.2, 0.4, 0.6}
    assert all(t.deep for t in todo)
    words = list(tasks(["toy"], ["dealt"], 60, 0))
    assert [t.file for t in words] == [
        f"toy-dealt-words-{a:04d}-{b:04d}.json" for a, b in ((0, 25), (25, 50), (50, 60))
    ]
    assert sum(t.last - t.first for t in planted) == 33
    assert len({t.file for t in todo}) == len(todo)
    with pytest.raises(SpecificationError, match="of no panels says nothing"):
        list(tasks(["toy"], ["dealt"], 0, 0))


def test_what_is_read_back_is_what_was_said(few, there):
    made = placebo(few, "toy", "dealt")
    books = book(made, (0, 1), draws=DRAWS)
    back = list(simulated(few, there, TODO[:1]))
    assert [(s.dataset, s.family, s.size, s.panel) for s in back] == [
        ("toy", "dealt", 0.0, 0), ("toy", "dealt", 0.0, 1),
    ]  # fmt: skip
    for one, found in zip(back, books, strict=True):
        assert one.kinds == ("plain", "plain", "product", "plain")
        for a, b in zip(one.evidence, found, strict=True):
            assert (a.claim, a.cannot, a.dataset) == (b.claim, b.cannot, b.dataset)
            for x, y in zip(a.findings, b.findings, strict=True):
                assert (x.sign, x.term, x.test) == (y.sign, y.term, y.test)
                np.testing.assert_array_equal([x.p, x.low, x.high], [y.p, y.low, y.high])
                assert x.columns == y.columns
            assert [(c.name, c.passed) for c in a.checks] == [(c.name, c.passed) for c in b.checks]


def test_what_is_asked_for_words_alone_gives_the_same_words(few):
    made = placebo(few, "toy", "walk")
    deep, words = (book(made, range(3), draws=DRAWS, deep=deep) for deep in (True, False))
    for one, other in zip(deep, words, strict=True):
        assert [verdict(a, few.rules).word == "supported" for a in one] == [
            verdict(b, few.rules).word == "supported" for b in other
        ]
        assert [a.findings[0].p for a in one] == [b.findings[0].p for b in other]


def test_planted_effects_are_those_of_single_claims(few, there):
    made = placebo(few, "toy", "dealt")
    for one in simulated(few, there, TODO[2:]):
        assert [e.claim.id for e in one.evidence] == ["plain", "two", "product"]
        drawn = made.replaced(one.panel)
        claim = claims_of(made)[2]
        theirs = answer(plant(made.question(claim, drawn), 0.6), DRAWS).evidence
        assert one.evidence[2].findings[0].p == theirs.findings[0].p
        assert all(e.findings[0].p < 0.05 for e in one.evidence)


def test_what_is_there_is_not_made_again(quick, there):
    before = {path.name: path.read_bytes() for path in there.iterdir()}
    said = []
    run("any", TODO, there, said=said.append)
    assert quick == []
    assert said == ["3 of 3 tasks are there already."]
    assert {path.name: path.read_bytes() for path in there.iterdir()} == before
    assert set(before) == {task.file for task in TODO}


def test_what_is_missing_is_made_and_is_the_same(quick, there, tmp_path):
    for task in TODO[:2]:
        (tmp_path / task.file).write_bytes((there / task.file).read_bytes())
    (tmp_path / TODO[0].file).unlink()
    said = []
    run("any", TODO[:2], tmp_path, said=said.append)
    assert quick == [TODO[0]]
    assert said == ["1 of 2 tasks are there already.", f"1 of 1: {TODO[0].file}"]
    again, first = (json.loads((f / TODO[0].file).read_text("utf-8")) for f in (tmp_path, there))
    assert again == first


def test_a_panel_is_the_same_in_a_longer_chunk(quick, there, tmp_path):
    longer = Task("toy", "walk", 0.0, 1, 2)
    run("any", [longer], tmp_path, said=lambda _line: None)
    (alone,) = json.loads((tmp_path / longer.file).read_text("utf-8"))
    second = json.loads((there / TODO[1].file).read_text("utf-8"))[1]
    for a, b in zip(alone, second, strict=True):
        for x, y in zip(a["findings"], b["findings"], strict=True):
            assert x["p"] == pytest.approx(y["p"], abs=1e-12)
            assert x["tested"] == pytest.approx(y["tested"], rel=1e-9)


def test_a_run_that_breaks_off_leaves_no_half_of_a_file(quick, few, tmp_path, monkeypatch):
    counted = module._answers

    def breaks(study, task):
        answers = counted(study, task)
        yield next(answers)
        if task.family == "walk":
            raise KeyboardInterrupt
        yield from answers

    monkeypatch.setattr(module, "_answers", breaks)
    with pytest.raises(KeyboardInterrupt):
        run("any", TODO[:2], tmp_path, said=lambda _line: None)
    assert [path.name for path in tmp_path.iterdir()] == [TODO[0].file]
    monkeypatch.setattr(module, "_answers", counted)
    run("any", TODO[:2], tmp_path, said=lambda _line: None)
    assert len(list(simulated(few, tmp_path, TODO[:2]))) == 4


def test_a_write_that_breaks_off_is_not_taken_for_an_answer(quick, few, tmp_path):
    (tmp_path / f"{TODO[0].file}.partial").write_text("[[{", encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        list(simulated(few, tmp_path, TODO[:1]))
    run("any", TODO[:1], tmp_path, said=lambda _line: None)
    assert quick == TODO[:1]
    assert [path.name for path in tmp_path.iterdir()] == [TODO[0].file]


def test_a_claim_on_another_data_set_is_read_back_as_it_is_put_to_that(few, there):
    plain = few.ledger["plain"]
    entry = {**plain.to_dict(), "tests": [{"dataset": "shops", "sign": "-"}]}
    claims = tuple(type(plain).from_mapping(entry) if c.id == "plain" else c for c in few.ledger)
    study = replace(few, ledger=replace(few.ledger, claims=claims))
    other = Task("shops", "dealt", 0.0, 0, 1)
    answers = json.loads((there / TODO[0].file).read_text("utf-8"))[0][:1]
    (there / other.file).write_text(json.dumps([answers]), encoding="utf-8")
    (found,) = simulated(study, there, [other])
    (there / other.file).unlink()
    assert (found.evidence[0].claim.sign, found.evidence[0].dataset) == ("-", "shops")


def test_a_panel_on_which_an_effect_has_no_place_says_why(quick, few, tmp_path, monkeypatch):
    def refuses(question, _size):
        raise SpecificationError(f"{question.claim.id} cannot be arranged.")

    monkeypatch.setattr(module, "plant", refuses)
    run("any", TODO[2:], tmp_path, said=lambda _line: None)
    (first, _second) = simulated(few, tmp_path, TODO[2:])
    assert [e.cannot for e in first.evidence] == [
        f"{name} cannot be arranged." for name in ("plain", "two", "product")
    ]


def test_a_whole_book_is_judged_on_each_data_set_and_over_all(few, there):
    """Second data set: the answers of the first, so that both say the same by hand."""
    plain = few.ledger["plain"]
    entry = {**plain.to_dict(), "tests": [{"dataset": "shops"}]}
    claims = tuple(type(plain).from_mapping(entry) if c.id == "plain" else c for c in few.ledger)
    study = replace(few, ledger=replace(few.ledger, claims=claims))
    other = Task("shops", "dealt", 0.0, 0, 2)
    answers = json.loads((there / TODO[0].file).read_text("utf-8"))
    answers[1][0]["findings"][0]["p"] = 1e-9  # a find by chance, if nothing speaks against it
    (there / other.file).write_text(json.dumps([one[:1] for one in answers]), encoding="utf-8")
    panels = list(simulated(study, there, [TODO[0], other]))
    (there / other.file).unlink()
    table = by_dataset(panels, study.rules).set_index("dataset")
    words = [verdict(p.evidence[0], study.rules).word for p in panels if p.dataset == "shops"]
    assert table.loc["shops", "any_supported"] == words.count("supported") / 2
    assert table.loc["shops", ["panels", "claims"]].tolist() == [2, 1]
    assert table.loc["toy", "claims"] == table.loc[EVERY, "claims"] == 4
    over = []
    for number in range(2):
        both = [p.evidence[0] for p in panels if p.panel == number]
        over.append(across([Record(e, verdict(e, study.rules)) for e in both], study.rules).word)
        rest = [verdict(e, study.rules).word
                for p in panels if (p.panel, p.dataset) == (number, "toy")
                for e in p.evidence[1:]]  # fmt: skip
        over[-1] = "supported" in (over[-1], *rest)
    assert table.loc[EVERY, "any_supported"] == np.mean(over)
