"""The house: how large a room may grow. `lint-imports` says which layer imports which."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "analysis").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_file_outgrows_its_question(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 330
