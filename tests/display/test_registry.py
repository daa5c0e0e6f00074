"""Every chart is found by its name and draws what an exhibit holds."""

import inspect
import json

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


def test_an_exhibit_is_drawn_the_same_after_a_way_through_json():
    rows = pd.DataFrame({"label": ["a", "b"], "estimate": [0.1, np.nan], "low": [0.0, np.nan],
                         "high": [0.2, np.nan]})  # fmt: skip
    exhibit = Exhibit("interval_rows", {"rows": rows, "xlabel": "SD", "colours": {"a": "#123456"}})
    again = Exhibit.from_dict(json.loads(json.dumps(exhibit.to_dict())))
    assert charts.draw(again).svg() == charts.draw(exhibit).svg()


def test_an_unknown_chart_is_named():
    with pytest.raises(UnknownNameError, match="did you mean interval_rows"):
        charts.draw(Exhibit("intervals_rows", {}))
