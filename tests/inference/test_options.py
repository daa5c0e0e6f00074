"""Options without meaning are refused in one sentence before any work is done."""

from inspect import signature

import numpy as np
import pytest

from analysis import inference
from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference.options import checked
from analysis.models import Specification

ESTIMATORS = [
    name for name in inference.__all__
    if name.islower() and {"spec", "design"} & set(signature(getattr(inference, name)).parameters)
]  # fmt: skip
BAD = {"level": (0, 1, 5, "0.05", np.nan), "seed": (-1, 1.5, None), "draws": (9.5, "many", True),
       "maps": (20.5,), "lags": ("two", 1.5), "horizons": ((0, 1.5),), "order": (1.5,)}  # fmt: skip


@pytest.mark.parametrize("name", ESTIMATORS)
def test_options_without_meaning_are_refused_before_any_work(name, panel):
    function = getattr(inference, name)
    takes = signature(function).parameters
    first = Specification("y", ["a"]) if "spec" in takes else None
    rest = {p: "a" for p in takes if p in ("of", "by", "mediator", "endogenous", "instruments")}
    if first is None:
        first = inference_design()
        rest["outcome"] = "y"
    needed = {"weights": None, "first": None, "last": None}
    rest |= {k: v for k, v in needed.items() if k in takes}
    key = "spec" if "spec" in takes else "design"
    for option in BAD.keys() & takes.keys():
        for value in BAD[option]:
            with pytest.raises(SpecificationError, match=r"[Ll]evel|seed|whole number"):
                function(**{key: first}, panel=panel, **rest, **{option: value})
    with pytest.raises(SpecificationError, match="is needed here, not Panel"):
        function(**{key: panel}, panel=panel, **rest)
    with pytest.raises(SpecificationError, match="Panel is needed here, not str"):
        function(**{key: first}, panel="panel", **rest)


def inference_design():
    from analysis.models import EventDesign, Exposure

    return EventDesign("event", (Exposure("e01", 2005),))


def test_whole_numbers_of_numpy_are_whole_numbers():
    @checked
    def taken(*, draws, lags, seed):
        return draws, lags, seed

    found = taken(draws=np.int64(99), lags=np.array([0, 1]), seed=np.uint8(3))
    assert found == (99, (0, 1), 3)
    assert type(found[0]) is int


def test_a_specification_given_for_an_estimate_is_named(panel):
    for function in (inference.wild, inference.satterthwaite, inference.influence):
        more = (panel,) if function is inference.wild else ()
        with pytest.raises(SpecificationError, match="not Specification"):
            function(Specification("y", ["a"]), *more)


def test_an_option_that_is_not_taken_is_named_with_those_that_are(panel):
    spec = Specification("y", ["a"])
    with pytest.raises(UnknownNameError, match=r"'levle' in estimate: did you mean level\?"):
        inference.estimate(spec, panel, levle=0.1)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        inference.wild(inference.estimate(spec, panel))
