"""A home for programs that insist on writing to one, where the user's own cannot be written.

Matplotlib, IPython and Jupyter keep caches below the home folder and complain, inside a chapter's
output, if they cannot. In a container without a user's entry, ``HOME`` is often ``/`` or missing.
"""

from __future__ import annotations

import os
from pathlib import Path


def ensure_home(spare: Path) -> None:
    """Leave a home that can be written alone; else set ``HOME`` to ``spare`` and make it."""
    home = Path(os.environ.get("HOME") or "/nowhere")
    if not (home.is_dir() and os.access(home, os.W_OK | os.X_OK)):
        spare.mkdir(parents=True, exist_ok=True)
        os.environ["HOME"] = str(spare)
