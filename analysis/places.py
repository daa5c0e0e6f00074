"""Where figures are found and results are kept: in a clone, or in an installed package.

The wheel carries the folder of figures inside the package. Nothing is ever written there: results
of an installed package go to the user's cache folder. ``ANALYSIS_ARCHIVE`` names another folder of
results, in a clone as well.
"""

from __future__ import annotations

import os
from pathlib import Path

CODE = Path(__file__).resolve().parent
INSTALLED = (CODE / "_figures").is_dir()
FIGURES = CODE / "_figures" if INSTALLED else CODE.parent / "data"
STYLES = CODE / "_static" if INSTALLED else CODE.parent / "book" / "_static"


def archives() -> Path:
    """Return the folder of archives, one folder in it per study.

    >>> archives().name
    'archive'
    """
    if named := os.environ.get("ANALYSIS_ARCHIVE"):
        return Path(named)
    if not INSTALLED:
        return CODE.parent / "_build" / "archive"
    from platformdirs import user_cache_path  # a clone does not need it

    return user_cache_path("analysis-panels") / "archive"
