"""Pictures, one module per question they answer."""

from analysis.display.charts.chain import CHAIN, Stage, chain_effects
from analysis.display.charts.coverage import coverage_map
from analysis.display.charts.effects import column_effects, marginal_effect, residual_scatter
from analysis.display.charts.events import event_path, permutation
from analysis.display.charts.forest import forest
from analysis.display.charts.horizons import responses
from analysis.display.charts.maps import entity_map
from analysis.display.charts.ranks import rank_ranges
from analysis.display.charts.spatial import spatial_effects
from analysis.display.charts.threshold import threshold_likelihood
from analysis.display.charts.trends import trends

__all__ = [
    "CHAIN",
    "Stage",
    "chain_effects",
    "column_effects",
    "coverage_map",
    "entity_map",
    "event_path",
    "forest",
    "marginal_effect",
    "permutation",
    "rank_ranges",
    "residual_scatter",
    "responses",
    "spatial_effects",
    "threshold_likelihood",
    "trends",
]
