"""How each design of the ledger becomes a regression, and what it adds to one."""

from analysis.claims.designs.arrange import arrange
from analysis.claims.designs.derived import Regression, with_sample
from analysis.claims.designs.leads import Lead, leading_test
from analysis.claims.designs.spatial import spatial_models
from analysis.claims.designs.tests import DesignTest, design_test
from analysis.claims.designs.within import at_mean_and_path

__all__ = [
    "DesignTest",
    "Lead",
    "Regression",
    "arrange",
    "at_mean_and_path",
    "design_test",
    "leading_test",
    "spatial_models",
    "with_sample",
]
