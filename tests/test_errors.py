"""Every error survives the way from a worker to its parent, with its sentence."""

import importlib
import pickle
import pkgutil

import numpy as np
import pytest

import analysis
from analysis.errors import (
    AnalysisError,
    SpecificationError,
    UnknownNameError,
    require_level,
    require_seed,
    suggestion,
)  # fmt: skip


def _errors(kind=AnalysisError):
    return {kind}.union(*(_errors(one) for one in kind.__subclasses__()))


def _all_errors():
    for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return _errors()


def test_every_error_survives_pickling():
    found = _all_errors()
    assert len(found) >= 6
    for kind in found:
        error = kind.__new__(kind, "One sentence.")
        error.seen = 3
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is kind
        assert again.args == ("One sentence.",)
        assert again.seen == 3


def test_an_error_that_builds_its_sentence_keeps_it():
    error = UnknownNameError("variable", "nqp", ["a"], "the panel")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert isinstance(pickle.loads(pickle.dumps(error)), KeyError)


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("simpel", ["simple", "cohort"], "did you mean simple?"),
        ("event", ["simple", "cohort", "year"], "use one of cohort, simple, year."),
        ("zzz", [f"a{i}" for i in range(40)], "list the known names and pick one."),
        ("zzz", [], "list the known names and pick one."),
        (3, [33, 7], "did you mean 33?"),
    ],
)
def test_an_unknown_name_is_told_what_there_is(name, known, said):
    assert suggestion(name, known) == said


@pytest.mark.parametrize("seed", [-1, 1.5, None, "1"])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(SpecificationError, match="give a whole number of zero or more"):
        require_seed(seed)
    assert require_seed(np.int64(3)) == 3
    generator = np.random.default_rng(1)
    assert require_seed(generator) is generator


@pytest.mark.parametrize("level", [0, 1, 95, -0.05, float("nan"), "a", None])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(SpecificationError, match="must lie between 0 and 1"):
        require_level(level)
