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
    "broken_links_page": "broken_links",
    "certificates_page": "certificates",
    "chain_page": "chain",
    "chapter": "chapters",
    "close_ups": "looks",
    "countries_page": "countries",
    "diagram": "diagrams",
    "exit_page": "exits",
    "figures_page": "figures",
    "firms_page": "firms",
    "horizons": "horizon_table",
    "ingredients": "apart",
    "ledger_page": "pages",
    "literature_table": "literature",
    "loop": "loops",
    "measuring_page": "measuring",
    "method_certificates": "certificates",
    "other_pilots": "policies",
    "overview": "pages",
    "place_page": "place",
    "platforms_page": "platforms",
    "policy_table": "policies",
    "quantity_page": "quantity",
    "section": "sections",
    "untestable_page": "untestable",
    "verdicts_page": "verdicts",
    "slopes": "moderation",
    "two_wheels_page": "two_wheels",
    "without": "omissions",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Callable[..., object]:
    # Imported on first use: a page that estimates nothing should not wait for the estimators.
    if name not in _HOME:
        raise AttributeError(f"module 'analysis.display' has no attribute '{name}'")
    return getattr(import_module(f"analysis.display.{_HOME[name]}"), name)
