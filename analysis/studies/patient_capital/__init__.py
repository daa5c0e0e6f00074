"""Patient capital, industrial finance, new quality productive forces: a paper put to figures."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analysis.measures import Declarations, read_declarations


@cache
def declared() -> Declarations:
    """Return the measures of the study, read once."""
    return read_declarations(Path(__file__).with_name("measures.yml"))
