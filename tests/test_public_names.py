"""What a reader can call is described, and every example in the code prints what it says."""

import doctest
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import pytest
from public_names import public as shown_of

from analysis import data

ROOT = Path(__file__).resolve().parents[1]
AREAS = ("analysis", *(f"analysis.{area}" for area in ("data", "measures", "models", "inference",
         "claims", "display")))  # fmt: skip
MODULES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().removesuffix("/__init__").replace("/", ".")
    for path in (ROOT / "analysis").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
MOST_USED = {
    "load", "describe", "Specification", "estimate", "estimate_columns", "wild", "event_study",
    "threshold", "spatial_panel", "u_test", "mediation", "read_study", "evaluate", "verdict",
    "coverage", "build", "coupling", "entropy_weights", "fit", "local_projections", "oster",
}  # fmt: skip


def public() -> list:
    return list(_public())


def _public():
    for area in AREAS:
        module = importlib.import_module(area)
        for name in module.__all__:
            found = getattr(module, name)
            if callable(found) and found.__module__.startswith("analysis."):
                yield pytest.param(found, id=f"{area}.{name}")


def sections(doc: str) -> set[str]:
    return set(re.findall(r"^(\w+)\n-{4,}$", doc, flags=re.M))


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
    doc = inspect.getdoc(found)
    names = [name for name in inspect.signature(found).parameters if name not in ("self", "_")]
    assert not names or "Parameters" in sections(doc)
    assert [name for name in names if not re.search(rf"\b{name}\b", doc)] == []
    assert "Returns" in sections(doc) or re.match("Return|Say", doc)


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


def test_what_is_used_most_has_an_example():
    shown = {one.values[0].__name__ for one in public() if ">>> " in inspect.getdoc(one.values[0])}
    module = importlib.import_module("analysis.data.panel")
    shown |= {"describe"} if ">>> " in inspect.getdoc(module.Panel.describe) else set()
    assert MOST_USED - shown == set()


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name):
    module = importlib.import_module(name)
    done = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert done.failed == 0
