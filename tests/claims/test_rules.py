import copy

import pytest
import yaml

from analysis.claims import read_study
from analysis.claims.rules import Numbers, read_rules
from analysis.cli import main
from analysis.errors import LedgerError
from analysis.strict import Loader

PATH = read_study("patient_capital").folder / "rules.yml"
RAW = yaml.load(PATH.read_text(encoding="utf-8"), Loader=Loader)


def spoilt(tmp_path, change):
    raw = copy.deepcopy(RAW)
    change(raw)
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def test_every_number_lies_in_its_range_and_names_a_simulation():
    rules = read_rules(PATH)
    assert set(rules.simulation) == set(rules.meaning) == set(Numbers.__slots__)
    assert all(rules.simulation.values())
    assert rules.level == rules.numbers.level == 0.05
    assert rules.edition == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r["numbers"]["supported"].pop("simulation"), "names no simulation"),
        (lambda r: r["numbers"]["supported"].update(simulation="  "), "names no simulation"),
        (lambda r: r["numbers"]["level"].update(value=0.9), "is 0.9, outside its range 0.001 to"),
        (lambda r: r["numbers"]["level"].update(value="much"), "needs a number as value"),
        (lambda r: r["numbers"]["level"].update(range=0.1), "two numbers as range"),
        (lambda r: r["numbers"]["level"].pop("value"), "has no value"),
        (lambda r: r["numbers"].pop("trends"), "lacks the number 'trends'"),
        (lambda r: r["numbers"].update(trend={}), "unknown number 'trend': did you mean 'trends'"),
        (
            lambda r: r["verdicts"].pop("no sizeable effect"),
            "does not explain 'no sizeable effect'",
        ),
        (lambda r: r.pop("products"), "lacks 'products'"),
        (lambda r: r.update(verdicts=[]), "map each verdict"),
    ],
)
def test_a_spoilt_rule_is_refused_in_one_sentence(tmp_path, change, words):
    with pytest.raises(LedgerError, match=words) as caught:
        read_rules(spoilt(tmp_path, change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["calibrate", "wlk"], "Unknown family 'wlk'"),
        (["calibrate", "--panels", "0"], "0 is too few"),
    ],
)
def test_a_family_without_panels_ends_with_two_and_one_sentence(arguments, words, capsys):
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = stopped.code
    assert code == 2
    assert words in capsys.readouterr().err
