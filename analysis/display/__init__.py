"""What chapters call: one function a page or a section, everything it shows in the result.

>>> from analysis import display
>>> m16 = display.section("M16")     # doctest: +SKIP
>>> m16.card, m16.scatter, m16.table # doctest: +SKIP

Nothing is estimated here. Numbers that prose uses are glued under the name of the page or the
claim, for example ``m16_two_way_std``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.display.pages import figures_page, ledger_page, measuring_page, overview
    from analysis.display.sections import section

__all__ = ["figures_page", "ledger_page", "measuring_page", "overview", "section"]


def __getattr__(name: str) -> Callable[..., object]:
    # A page that estimates nothing should not wait for the estimators to be imported.
    if name == "section":
        from analysis.display.sections import section

        return section
    if name in __all__:
        from analysis.display import pages

        return getattr(pages, name)
    raise AttributeError(f"module 'analysis.display' has no attribute '{name}'")
