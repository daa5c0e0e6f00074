"""Pictures by name: `draw` turns an exhibit, which is plain data, into a picture.

Every chart takes plain values by keyword: frames, series, arrays, numbers and words. Charts with
rows of estimates also take a result that has `tidy`, and use its columns ``estimate, low, high``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import lazy_loader

from analysis.errors import UnknownNameError

if TYPE_CHECKING:
    from analysis.claims.exhibit import Exhibit
    from analysis.display.picture import Picture

_MODULES = {
    "certificates": ("power_chart", "size_chart"),
    "chain": ("chain_effects",),
    "channel": ("channel_fragility",),
    "countries": ("broken_series", "carriers", "cross_section", "tilt"),
    "counts": ("grouped_counts",),
    "coverage": ("coverage_map",),
    "curve": ("specification_curve",),
    "effects": ("column_effects", "marginal_effect", "residual_scatter"),
    "events": ("event_path", "permutation"),
    "firms": ("grouped_effects", "planted", "replication"),
    "verdicts": ("forest",),
    "horizons": ("responses",),
    "influence": ("leave_one_out",),
    "rows": ("interval_rows",),
    "lags": ("lag_profiles",),
    "maps": ("entity_map",),
    "margin": ("within_margin",),
    "quadratic": ("parabola",),
    "products": ("slope_along",),
    "ranks": ("rank_ranges",),
    "search": ("searched",),
    "spatial": ("spatial_effects",),
    "threshold": ("threshold_likelihood",),
    "trend": ("quartile_path", "trends"),
    "weaker": ("count_of_all",),
    "years": ("yearly_bars",),
}

CHARTS = {name: module for module, names in _MODULES.items() for name in names}
"""By name of a chart, the module that holds it; modules are imported on first use."""

__getattr__, __dir__, _names = lazy_loader.attach(__name__, submod_attrs=_MODULES)
__all__ = ["CHARTS", "draw", *sorted(CHARTS)]


def draw(exhibit: Exhibit) -> Picture:
    """Draw an exhibit.

    Raises
    ------
    UnknownNameError
        There is no chart of its name.
    """
    if exhibit.chart not in CHARTS:
        raise UnknownNameError("chart", exhibit.chart, CHARTS, "an exhibit")
    module = import_module(f"{__name__}.{CHARTS[exhibit.chart]}")
    return getattr(module, exhibit.chart)(**exhibit.values)
