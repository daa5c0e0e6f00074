"""Every chart is found by its name and draws what an exhibit holds."""

import inspect
import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.claims.exhibit import Exhibit
from analysis.display import charts
from analysis.errors import UnknownNameError


@pytest.mark.parametrize("name", charts.CHARTS)
def test_every_chart_is_in_the_front_and_says_what_it_takes(name):
    chart = getattr(charts, name)
    assert chart.__module__ == f"analysis.display.charts.{charts.CHARTS[name]}"
    assert name in dir(charts)
    for parameter in inspect.signature(chart).parameters.values():
        assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        assert parameter.name in chart.__doc__


def rows(n=3, **more):
    at = np.linspace(-0.2, 0.3, n)
    names = {"label": [f"row {i}" for i in range(n)], "estimate": at, "low": at - 0.2,
             "high": at + 0.2}  # fmt: skip
    return pd.DataFrame(names | more)


AT = np.linspace(0.1, 1.0, 20)
CURVE = pd.DataFrame({"at": AT, "effect": AT, "estimate": AT, "low": AT - 1, "high": AT + 1})
PATH = pd.DataFrame({"gamma": AT, "lr": 20 * (AT - 0.4) ** 2})
YEARS = pd.Series([3.0, -1.0, 2.0], [2011, 2012, 2013])
WORDS = {"xlabel": "x 横轴", "ylabel": "y"}
X = {"xlabel": "x"}
ONE = {"label_en": "Degree", "label_zh": "耦合协调度", "unit": "",
       "values": pd.DataFrame([[0.1, 0.2], [0.3, np.nan]], ["a", "b"], [2011, 2012])}  # fmt: skip
MEASURES = {"d": ONE}
VALUES = {
    "broken_series": {"series": pd.DataFrame({"A": YEARS, "B": YEARS}), "year": 2012,
                      "ylabel": "y"},
    "carriers": {"rows": rows(2, share=[0.9, 0.1], without=[-0.2, 0.0]), "full": 0.1, "unit": "SD"},
    "chain_effects": {"rows": rows(2, stage=["a", "b"], group=["g", "h"]), "ylabel": "y",
                      "stages": pd.DataFrame({"stage": ["a", "b"], "name": "N", "what": "w"}),
                      "colours": {"g": "#123456"}},
    "channel_fragility": {"rho": AT, "product": 0.4 - AT, "at_zero": (0.4, 0.1, 0.7),
                          "rho_zero": 0.4, **WORDS},
    "count_of_all": {"counts": YEARS.abs(), "totals": YEARS.abs() + 1, "words": "weaker"},
    "coverage_map": {"coverage": pd.DataFrame([[0.0, 1.0]], ["a"], [2010, 2011]),
                     "labels": pd.Series({"a": "A"}), "noun": "firms"},
    "cross_section": {"means": rows(x=[0.5, 1.0, 4.0], y=1.0, name=["", "b", ""], shade=0.5),
                      "shade": "income", "sides": ("less", "more"), **WORDS},
    "entity_map": {"rows": rows(label_en="E", label_zh="省", value=[1.0, np.nan, 2.0],
                                tile_row=[0, 0, 1], tile_col=[0, 1, 1]), "title": "t"},
    "entity_paths": {"rows": pd.DataFrame({"region": ["n", "s"]}, ["a", "b"]),
                     "measures": MEASURES},
    "event_path": {"path": rows(event_time=[-2, -1, 0], reference=[False, True, False]), **WORDS},
    "forest": {"rows": rows(claim=["X1", "X2", "X3"], group="G", mde=0.3, sign=["+", "-", "0"],
                            verdict=["supported", "suggestive", "inconclusive"]), **X},
    "grouped_counts": {"counts": {"t": pd.DataFrame({"g": YEARS, "h": 2 * YEARS})}, "start": 2012,
                       "since": "from 2012"},
    "grouped_effects": {"rows": rows(group=["g", "g", "h"], low_wide=-1.0, high_wide=1.0,
                                     published=[0.1, np.nan, np.nan]), **X},
    "interval_rows": {"rows": rows(reading=["a", "b", "c"], low_cr3=-1.0, high_cr3=1.0), **X},
    "lag_profiles": {"tables": {"early": rows(lag=[0, 1, 2], low_cr3=-1.0, high_cr3=1.0)}, **WORDS},
    "leave_one_out": {"rows": rows(without=[0.1, 0.2, 0.3], share=[0.5, 0.3, 0.2]), "full": 0.2,
                      **X},
    "marginal_effect": {"curve": CURVE, "support": AT, "bins": CURVE[::9], "years": YEARS, **WORDS},
    "named_lines": {"panels": {"t": pd.DataFrame({"g": YEARS.abs(), "h": 2 * YEARS.abs()})},
                    "bands": {"t": pd.DataFrame({"low": YEARS * 0, "high": YEARS * 0 + 2})}, **X},
    "parabola": {"curve": CURVE, "coefficients": (0.5, 1.0, -1.0), "turning": 1.0, "support": AT,
                 **WORDS},
    "permutation": {"distribution": np.sin(np.arange(99.0)), "observed": 0.4, "p": 0.2, **X},
    "planted": {"rows": rows(planted=0.1, pooled=0.2), **X},
    "point_map": {"rows": rows(label_en=["E", "F", "G"], label_zh="市", value=[1.0, np.nan, 2.0],
                               latitude=[30.0, 31.0, 45.0], longitude=[110.0, 120.0, 90.0]),
                  "title": "t", "named": ["a"]},
    "power_chart": {"curves": pd.DataFrame({"CR1": [0.05, 0.9]}, [0.0, 0.4])},
    "quartile_path": {"path": pd.DataFrame({"year": [2011, 2012], "mean": 2.0, "low": 1.0,
                                            "high": 3.0, "entities": 30}), "ylabel": "y"},
    "rank_ranges": {"ranks": pd.DataFrame({"entropy": [1, 2], "equal": [2, 1], "random_p05": 1,
                                           "random_p95": 2}, ["a", "b"]),
                    "labels": pd.Series({"a": "A", "b": "B"}), "title": "t"},
    "residual_scatter": {"x": AT, "y": AT**2, "slope": 0.5, **WORDS},
    "responses": {"rows": rows(5, horizon=range(5)), "contrast": {"estimate": 0.1, "low_cr3": 0.0,
                                                                  "high_cr3": 0.2}, **WORDS},
    "ridges": {"panels": {"t": pd.DataFrame({"2011": AT, "2012": 2 * AT}, AT)},
               "marks": {"t": pd.Series({"2011": 0.4, "2012": 0.6})}, **X},
    "searched": {"path": PATH, "f": 9.0, "single": 3.8, "best": 12.0, **X},
    "beside_chance": {"panels": [
        {"rows": rows(share=0.5), "value": 0.1, "xlabel": "mean"},
        {"rows": rows(share=0.2), "value": 0.3, "xlabel": "z"},
    ]},
    "error_rates": {"rows": rows(reading=["edition 1", "edition 2", "edition 2"]), "aim": 0.05},
    "frontier": {"rows": pd.DataFrame({"level": [0.01, 0.02], "worst": [0.01, 0.04],
                                       "plain 0.4": [0.5, 0.6]}),
                 "chosen": 0.01, "aim": 0.05, "sizes": ["plain 0.4"]},
    "size_chart": {"sizes": pd.DataFrame({"rejects": [0.05, 0.2], "mc_error": 0.01}, ["a", "b"])},
    "spatial_effects": {"rows": rows(weights="map", kind=["direct", "indirect", "total"]),
                        "placebo": {"map": pd.DataFrame({"direct": AT, "indirect": AT,
                                                         "total": AT})}, **X},
    "specification_curve": {"table": pd.DataFrame({"estimate": [0.1, 0.2], "low_cr3": [-0.1, 0.1],
                                                   "high_cr3": [0.3, 0.3], "lag": 1,
                                                   "sample": "all",
                                                   "declared": [True, False], "outcome": "y",
                                                   "effects": ["two_way", "trends"], "weights": "w",
                                                   "controls": "none"}),
                            "band": pd.DataFrame({"low": [-0.1, 0.0], "high": [0.0, 0.1]}),
                            "null": "Of 99 curves.", "words": {}},
    "threshold_likelihood": {"path": PATH, "gamma": 0.4, "low": 0.1, "high": 0.9, "critical": 7.35,
                             "support": AT, **X},
    "trends": {"rows": pd.DataFrame({"label": "m", "side": "s", "entity": ["a", "b"] * 2,
                                     "year": [2011, 2011, 2012, 2012],
                                     "value": [1.0, 2.0, 3.0, np.nan]}), "colours": {}, **X},
    "within_margin": {"rows": rows(low90=-0.1, high90=0.1, low95=-0.2, high95=0.2), "margin": 0.2,
                      **X},
    "yearly_map": {"rows": rows(2, label_en="E", label_zh="省", tile_row=0, tile_col=[0, 1])
                           .set_index(pd.Index(["a", "b"])), "measures": MEASURES},
    "yearly_bars": {"values": YEARS, "ylabel": "y", "marked": "slower"},
}  # fmt: skip


@pytest.mark.parametrize("name", charts.CHARTS)
def test_every_chart_draws_plain_values_the_same_after_a_way_through_json(name):
    exhibit = Exhibit(name, VALUES[name])
    again = Exhibit.from_dict(json.loads(json.dumps(exhibit.to_dict(), allow_nan=False)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert charts.draw(again).svg() == charts.draw(exhibit).svg()


def test_an_unknown_chart_is_named():
    with pytest.raises(UnknownNameError, match="did you mean interval_rows"):
        charts.draw(Exhibit("intervals_rows", {}))
