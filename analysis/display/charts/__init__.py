"""Pictures, one module per question they answer."""

from analysis.display.charts.coverage import coverage_map
from analysis.display.charts.effects import column_effects, marginal_effect, residual_scatter
from analysis.display.charts.maps import entity_map
from analysis.display.charts.ranks import rank_ranges
from analysis.display.charts.trends import trends

__all__ = [
    "column_effects",
    "coverage_map",
    "entity_map",
    "marginal_effect",
    "rank_ranges",
    "residual_scatter",
    "trends",
]
