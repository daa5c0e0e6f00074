"""Panels with nothing to find, drawn from the real figures.

`families` says which figures take the place of the real ones, `movement` holds the arithmetic.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "families": ["FAMILIES", "SEED", "Draw", "Family", "Figures", "figures_of", "seed_of"],
    },
)
