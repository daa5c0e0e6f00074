"""What the tutorial writes to disk: a study that runs, and a spreadsheet with blemishes."""

import pandas as pd
import pytest

from analysis.claims import read_study
from analysis.claims.consistency import check
from analysis.errors import DataError, UnknownNameError
from analysis.learning import CLAIM, start, write_sheet
from analysis.learning.sheet import EFFECT


def test_a_first_study_is_named_after_its_folder_and_is_consistent(tmp_path):
    study = read_study(start(tmp_path / "mine"))
    assert (study.name, study.ids, study.datasets) == ("mine", ("LEVER",), ("rd", "us_states"))
    assert check(study)["claims checked against measures"] == 2


def test_a_first_study_asks_what_the_book_asks(tmp_path):
    own, book = read_study(start(tmp_path / "mine")), read_study("patient_capital")
    assert own.rules == book.rules
    for mine in own.ledger["LEVER"].runs:
        dataset = own.dataset_of(mine)
        theirs = next(r for r in book.ledger["M30"].runs if r.dataset == dataset)
        pairs = zip(
            (mine.outcome, *mine.regressors), (theirs.outcome, *theirs.regressors), strict=True
        )
        for one, other in pairs:
            pd.testing.assert_series_equal(
                own.panel(dataset)[one], book.panel(dataset)[other], check_names=False
            )
        assert (mine.sign, mine.specification["lag"]) == (theirs.sign, theirs.specification["lag"])


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(DataError, match="exists already: choose a new name, nothing was written"):
        start(tmp_path / "mine")
    assert not list((tmp_path / "mine").iterdir())


def test_a_study_without_rules_to_copy_is_not_begun(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean patient_capital"):
        start(tmp_path / "mine", rules="patient_captial")
    assert not list(tmp_path.iterdir())


def test_a_spreadsheet_is_the_same_each_time_and_holds_its_truth(tmp_path):
    one, two = write_sheet(tmp_path / "a.csv"), write_sheet(tmp_path / "b.csv")
    assert one.read_bytes() == two.read_bytes()
    table = pd.read_csv(one, thousands=",", na_values="—").drop(columns="备注")
    assert table.iloc[:, 5].isna().sum() == 4
    assert len(table) == 22 * 12 - 1
    assert 0 < EFFECT < 1
    assert CLAIM.is_file()


def test_a_spreadsheet_without_its_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be written"):
        write_sheet(tmp_path / "nowhere" / "a.csv")
