"""The engine is written against roles: claims, entities, years and measures are declared."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("data", "measures", "models", "inference", "certificates", "claims", "display", "adapt")
MODULES = sorted(path for room in ROOMS for path in (ROOT / "analysis" / room).rglob("*.py"))
# Words of the language or of a method that a measure or series happens to be called as well.
COMMON = {
    "growth",
    "market",
    "mismatch",
    "region",
    "population",
    "place",
    "industry",
    "research",
    "finance",
}


def constants(path):
    """Every string and number of a module, docstrings left out; attributes and names as well."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [
                one
                for one in node.body
                if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr


@pytest.fixture(scope="module")
def named(study):
    """What belongs to the study: names that stand alone, and words that may not stand anywhere."""
    measures = study.measures
    panels = [study.panel(name) for name in ("china", "world")]
    alone = {*study.families, *study.units, *study.units.values(), *measures.measures}
    alone |= {*measures.indices, *measures.composites, *study.policies["policy"]}
    alone |= {name for panel in panels for name in panel.frame.columns}
    alone |= {v.table for panel in panels for v in panel.variables.values()}
    inside = {str(code) for panel in panels for code in panel.entities.index}
    inside |= {str(label) for panel in panels for label in panel.entities["label_en"]}
    return alone - COMMON, {word for word in inside if len(word) > 3 and word != "Georgia"}


SYNTHETIC = ROOT / "analysis/certificates/design.py"  # its panels have a calendar of their own


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_names_no_claim_entity_year_table_or_measure(path, named):
    alone, inside = named
    for value in constants(path):
        if isinstance(value, str):
            assert not re.search(r"\b[mM]\d\d\b", value), f"a claim: {value!r}"
            assert value not in alone, f"a name of the study: {value!r}"
            words = set(re.findall(r"\w[\w-]*", value))
            assert not words & inside, f"an entity: {value!r}"
            assert not re.search(r"\b(provinces?|municipalit(y|ies))\b", value), f"{value!r}"
        elif type(value) is int and path != SYNTHETIC:
            assert not 2001 <= value <= 2030, f"a year: {value}"
