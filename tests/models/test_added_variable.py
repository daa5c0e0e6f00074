import numpy as np
import pytest

from analysis.errors import UnknownNameError
from analysis.models import Specification, fit
from analysis.models.fit import added_variable


@pytest.mark.parametrize("effects", ["two_way", "entity_trends", "first_difference"])
@pytest.mark.parametrize("terms", [["a"], ["a", "b"]])
def test_line_through_the_cloud_has_the_slope_of_the_regression(effects, terms, panel):
    fitted = fit(Specification("y", terms, effects=effects), panel)
    view = added_variable(fitted, terms[-1])
    assert np.polyfit(view.x, view.y, 1) == pytest.approx([view.slope, 0], abs=1e-10)
    assert view.slope == fitted.coefficients[-1]
    assert (view.y_sd, view.x_sd) == (fitted.within_sd[0], fitted.within_sd[-1])


def test_unknown_term_is_refused(panel):
    with pytest.raises(UnknownNameError, match="Unknown term 'z'"):
        added_variable(fit(Specification("y", ["a"]), panel), "z")
