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
    "broken_links_page": "extras.broken_links",
    "certificates_page": "certificates",
    "chain_page": "extras.chain",
    "chapter": "chapters",
    "close_ups": "extras.looks",
    "countries_page": "extras.countries",
    "diagram": "diagrams",
    "exit_page": "extras.exits",
    "figures_page": "figures",
    "firms_page": "extras.firms",
    "horizons": "extras.horizon_table",
    "ingredients": "extras.apart",
    "ledger_page": "pages",
    "literature_table": "literature",
    "loop": "extras.loops",
    "measuring_page": "measuring",
    "method_certificates": "certificates",
    "other_pilots": "extras.policies",
    "overview": "pages",
    "place_page": "extras.place",
    "platforms_page": "extras.platforms",
    "policy_table": "extras.policies",
    "quantity_page": "extras.quantity",
    "section": "sections",
    "slopes": "extras.moderation",
    "two_wheels_page": "extras.two_wheels",
    "untestable_page": "extras.untestable",
    "verdicts_page": "extras.verdicts",
    "without": "extras.omissions",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Callable[..., object]:
    # Imported on first use: a page that estimates nothing should not wait for the estimators.
    if name not in _HOME:
        raise AttributeError(f"module 'analysis.display' has no attribute '{name}'")
    return getattr(import_module(f"analysis.display.{_HOME[name]}"), name)
