"""What the tutorial of the book calls: simulated traps, and a first study to start from.

>>> from analysis import learning
>>> learning.trap("trends").picture                 # doctest: +SKIP
>>> folder = learning.start("my_study")             # doctest: +SKIP

Panels are synthetic here; the truth about them is known, so a reading can be called wrong.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "firms": ["SLOPES", "invented_firms"],
        "first": ["answers", "start"],
        "sheet": ["CLAIM", "write_sheet"],
        "traps": ["TRAPS", "Trap", "drawn", "trap"],
    },
)
