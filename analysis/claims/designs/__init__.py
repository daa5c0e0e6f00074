"""How each design of the ledger becomes a regression, and what it adds to one."""

from analysis.claims.designs.arrange import Regression, arrange, policy_design, with_sample
from analysis.claims.designs.own import Own, own_test, spatial_models

__all__ = [
    "Own",
    "Regression",
    "arrange",
    "own_test",
    "policy_design",
    "spatial_models",
    "with_sample",
]
