"""The front of the estimators: every name can be completed, found and used."""

import subprocess
import sys

import pytest

from analysis import inference


def test_names_can_be_completed_before_they_are_used():
    assert {"wild", "threshold", "estimate", "Grid"} <= set(dir(inference))
    assert sorted(inference.__all__) == sorted(set(inference.__all__))


@pytest.mark.parametrize("name", inference.__all__)
def test_every_name_leads_somewhere(name):
    assert getattr(inference, name).__name__ == name


def test_the_function_wins_over_the_module_of_its_name():
    code = (
        "from analysis.inference.estimate import Estimate\n"
        "from analysis.inference import estimate\n"
        "assert callable(estimate)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="wildd"):
        inference.wildd  # noqa: B018
