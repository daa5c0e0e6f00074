"""How each design of the ledger becomes a regression, and what it adds to one."""

from analysis.claims.designs.arrange import arrange
from analysis.claims.designs.derived import Regression, with_sample
from analysis.claims.designs.tests import DesignTest, design_test, spatial_models

__all__ = ["DesignTest", "Regression", "arrange", "design_test", "spatial_models", "with_sample"]
