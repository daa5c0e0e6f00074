"""The house: which layer may import which, and how large a room may grow."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = [
    "errors",
    "fingerprint",
    "certified",
    "data",
    "measures",
    "models",
    "inference",
    "certificates",
    "claims",
    "display",
]
LAYERS += ["cli", "__main__"]
MODULES = sorted((ROOT / "analysis").rglob("*.py"))


def layer(path: Path) -> str:
    parts = path.relative_to(ROOT / "analysis").with_suffix("").parts
    return parts[0]


def imported_layers(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [node.module]
            if node.module == "analysis":
                names = [f"analysis.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("analysis.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_go_one_way(path):
    own = layer(path)
    if own == "__init__":
        return
    for other in imported_layers(path):
        assert LAYERS.index(other) <= LAYERS.index(own), f"{path.name} ({own}) imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_file_outgrows_its_question(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 330


def test_every_layer_is_known():
    assert {layer(path) for path in MODULES} <= {*LAYERS, "__init__"}


def test_analysis_never_names_a_province_code():
    # Layers are written against roles; codes of entities live in data/ alone.
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert "CN-" not in text, f"{path} names an entity"
