"""What chapters call: one function a page, everything it shows in the result.

>>> from analysis import display
>>> page = display.chapter("patient_capital", "two-wheels")  # doctest: +SKIP
>>> page.m16.card, page.m16.picture, page.m16.tables         # doctest: +SKIP

Nothing is estimated here: pages read the archive that evaluating a study writes. Numbers that prose
uses are glued under the name of the page or the claim, for example ``m16_two_way_std``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "certificates": ["certificates_page", "method_certificates"],
        "chapters": ["chapter", "page"],
        "charts": ["draw"],
        "diagrams": ["diagram"],
        "interactive": ["explorer"],
        "pages": ["ledger_page"],
        "replication": ["replication_page", "sources"],
        "start": ["overview"],
        "verdicts": ["verdicts_page"],
    },
)
