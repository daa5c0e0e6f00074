"""Pictures by name: `draw` turns an exhibit, which is plain data, into a picture.

Every chart takes plain values by keyword: frames, series, arrays, numbers and words. Charts with
rows of estimates also take a result that has `tidy`, and use its columns ``estimate, low, high``.
"""

from __future__ import annotations

from importlib import import_module

import lazy_loader

from analysis.claims.exhibit import Exhibit
from analysis.display.drawing import Picture
from analysis.errors import UnknownNameError

_MODULES = {
    "chain": ("chain_effects",),
    "chance": ("beside_chance", "error_rates", "frontier"),
    "curves": ("channel_fragility", "marginal_effect", "parabola"),
    "distributions": ("named_lines", "ridges"),
    "maps": ("coverage_map", "entity_map", "point_map", "yearly_map"),
    "paths": ("event_path", "lag_profiles", "responses"),
    "repeats": ("permutation", "power_chart", "size_chart"),
    "rows": ("grouped_effects", "interval_rows", "planted", "spatial_effects", "within_margin"),
    "scatters": ("carriers", "cross_section", "leave_one_out", "rank_ranges", "residual_scatter"),
    "specifications": ("specification_curve",),
    "thresholds": ("searched", "threshold_likelihood"),
    "verdicts": ("forest",),
    "years": ("broken_series", "count_of_all", "entity_paths", "grouped_counts", "quartile_path",
              "trends", "yearly_bars"),
}  # fmt: skip

CHARTS = {name: module for module, names in _MODULES.items() for name in names}
"""By name of a chart, the module that holds it; modules are imported on first use."""

__getattr__, __dir__, _names = lazy_loader.attach(__name__, submod_attrs=_MODULES)
__all__ = ["CHARTS", "draw", *sorted(CHARTS)]


def draw(exhibit: Exhibit) -> Picture:
    """Draw an exhibit.

    Parameters
    ----------
    exhibit : Exhibit
        A chart's name with its plain values.

    Returns
    -------
    Picture
        Shown as SVG.

    Raises
    ------
    UnknownNameError
        There is no chart of its name.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.claims import Exhibit
    >>> series = pd.Series([3.0, 2.5], index=[2020, 2021])
    >>> picture = draw(Exhibit("yearly_bars", {"values": series, "ylabel": "firms"}))
    >>> picture.figure.axes[0].get_ylabel()
    'firms'
    """
    if exhibit.chart not in CHARTS:
        raise UnknownNameError("chart", exhibit.chart, CHARTS, "an exhibit")
    module = import_module(f"{__name__}.{CHARTS[exhibit.chart]}")
    return getattr(module, exhibit.chart)(**exhibit.values)
