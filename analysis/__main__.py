"""Entry point of ``python -m analysis``."""

from __future__ import annotations

import os
import sys

# One linear-algebra thread: the same sums on every machine, and no contention between processes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from analysis.cli import main

sys.exit(main())
