"""What a reader can call is described, and every example in the code prints what it says."""

import doctest
import importlib
import inspect
import re
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest
from public_names import AREAS, entries, has_example, holders, makers, sections
from public_names import public as shown_of

from analysis import data

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().removesuffix("/__init__").replace("/", ".")
    for path in (ROOT / "analysis").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
READ_ARCHIVE = {
    "analysis.claims.archive", "analysis.claims.finding", "analysis.claims.making",
    "analysis.display.chapters", "analysis.display.interactive.page", "analysis.display.pages",
    "analysis.display.replication", "analysis.display.verdicts",
}  # fmt: skip
HOW = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def public() -> list:
    return list(_public())


def _public():
    for area in AREAS:
        module = importlib.import_module(area)
        for name in module.__all__:
            found = getattr(module, name)
            if callable(found) and found.__module__.startswith("analysis."):
                yield pytest.param(found, id=f"{area}.{name}")


NAMED = [one.values[0] for one in public()]
each_name = pytest.mark.parametrize("found", public())


@each_name
def test_every_public_name_says_what_it_is(found):
    assert inspect.getdoc(found)
    # A dataclass without a docstring is given its signature.
    assert not inspect.getdoc(found).startswith(f"{found.__name__}(")


@each_name
def test_every_public_function_names_its_parameters_and_what_comes_back(found):
    if not inspect.isfunction(found):
        return
    assert [
        name for name in inspect.signature(found).parameters if name not in entries(found)
    ] == []
    said = sections(found)
    assert "Returns" in said or re.match("Return|Say", said[""])


@each_name
def test_every_field_of_a_public_class_is_described(found):
    if is_dataclass(found):
        names = [one.name for one in fields(found) if not one.name.startswith("_")]
        assert [name for name in names if name not in entries(found)] == []


@each_name
def test_every_public_name_has_an_example_or_what_gives_it_has_one(found):
    """A class may leave it to a function that returns it, or to a class that holds it."""
    assert has_example(found) or (isinstance(found, type) and (makers(found) or holders(found)))


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """Read a data set once for all examples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "load", cache(data.load))
        yield


def test_every_public_name_stands_once_in_the_reference():
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "book/api").glob("*.md"))
    asked = re.findall(
        r"^```\{public\} ([\w.]+)\n(?::room: ([\w.]+)\n)?(?::again:\n)?```", pages, flags=re.M
    )
    for area in AREAS:
        module = importlib.import_module(area)
        rooms = [room for name, room in asked if name == area]
        shown = [name for room in rooms for name, _ in shown_of(module, room)]
        assert sorted(shown) == sorted(module.__all__)


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name, request):
    """That of a public name runs where nothing but the name itself was imported."""
    if name in READ_ARCHIVE:
        request.getfixturevalue("archive")
    module, runner = importlib.import_module(name), doctest.DocTestRunner(optionflags=HOW)
    for test in doctest.DocTestFinder().find(module, name):
        own = test.name.removeprefix(f"{name}.").split(".")[0]
        if getattr(module, own, None) in NAMED:
            test.globs = {own: getattr(module, own)}
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
