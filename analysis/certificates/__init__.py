"""Monte-Carlo certificates: what each method does on panels of this size whose truth is known.

``registry/*.yml`` declares which methods are certified, ``procedures/`` holds the few lines that
apply each to a simulated panel, `certify` runs one, and ``certificates.csv`` is the committed
result, read by `analysis.certified`.
"""

from __future__ import annotations

from analysis.certificates.design import Design, draw_panel, panel_from, simulate
from analysis.certificates.runner import COLUMNS, Certificate, Reading, certify, registry

__all__ = [
    "COLUMNS", "Certificate", "Design", "Reading", "certify", "draw_panel", "panel_from",
    "registry", "simulate",
]  # fmt: skip
