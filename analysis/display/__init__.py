"""What chapters call: one function a page or a section, everything it shows in the result.

>>> from analysis import display
>>> m16 = display.section("M16")     # doctest: +SKIP
>>> m16.card, m16.scatter, m16.table # doctest: +SKIP

Nothing is estimated here. Numbers that prose uses are glued under the name of the page or the
claim, for example ``m16_two_way_std``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_HOME = {
    "certificates_page": "certificates",
    "figures_page": "figures",
    "ledger_page": "pages",
    "method_certificates": "certificates",
    "measuring_page": "measuring",
    "overview": "pages",
    "section": "sections",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Callable[..., object]:
    # Imported on first use: a page that estimates nothing should not wait for the estimators.
    if name not in _HOME:
        raise AttributeError(f"module 'analysis.display' has no attribute '{name}'")
    return getattr(import_module(f"analysis.display.{_HOME[name]}"), name)
