import numpy as np
import pytest

from analysis.errors import SpecificationError, UnknownNameError
from analysis.inference import event_study, goodman_bacon
from analysis.inference.events.data import NEVER, event_data
from analysis.models import EventDesign, Exposure, Sample
from tests.inference.events.events_panels import STARTS, design_of, long_frame, walk


@pytest.fixture
def frame():
    return long_frame(walk(STARTS))


def test_every_row_is_used_or_counted_once(frame, make_panel):
    frame.loc[("u020", 2005), "y"] = np.nan  # a control with a hole
    frame.loc[(slice(None), 2014), "y"] = np.nan  # an empty year at the end
    starts = STARTS.copy()
    starts[25] = 2003  # exposed from the start
    starts[26] = 2014  # exposed after the last year that is left
    design = EventDesign("event", design_of(starts).exposures, excluded=("u027",))
    sample = Sample(first_year=2004, exclude_entities=("u028",))
    found = event_data(design, "y", make_panel(frame), sample)
    assert [(d.reason, d.rows) for d in found.dropped] == [
        ("outside 2004 to 2014", 30),
        ("y missing for every entity (2014)", 30),
        ("excluded by event event (u027)", 10),
        ("excluded by the sample (u028)", 10),
        ("exposed in or before 2004, the first year (u025)", 10),
        ("y missing in some year (u020)", 10),
    ]
    assert found.y.size + sum(d.rows for d in found.dropped) == found.grid_rows == 360
    assert found.starts[found.entities.index("u026")] == NEVER
    assert "Exposed after 2013 and so controls here: u026." in found.notes
    assert (found.n_treated, found.n_control) == (11, 15)
    assert found.cohorts == {2008: 4, 2010: 5, 2012: 2}


def test_the_rectangle_holds_the_panel(frame, make_panel):
    found = event_data(design_of(STARTS), "y", make_panel(frame))
    assert found.dropped == ()
    assert found.y[7, 3] == frame.loc[("u007", 2006), "y"]
    row = found.long().iloc[7 * 12 + 3]
    assert (row["unit"], row["year"], row["start"], row["y"]) == (7, 2006, 2010, found.y[7, 3])
    assert found.regions == ("",) * 30


def broken(frame, change):
    frame = frame.copy()
    change(frame)
    return frame


def put(key, value):
    def change(frame):
        frame.loc[key, "y"] = value

    return change


@pytest.mark.parametrize(
    ("change", "starts", "sample", "message"),
    [
        (put((slice(None), 2007), np.nan), STARTS, None, "no figure in 2007 for any entity.*2006"),
        (put((slice(None), slice(None)), np.nan), STARTS, None, "no figure from 2003 to 2014"),
        (put(("u003", 2005), np.inf), STARTS, None, "infinite for u003 in 2005"),
        (put((slice(None), slice(None)), 1.0), STARTS, None, "does not vary beyond"),
        (put(("u000", 2003), 1.0), [2003] * 30, None, r"No entity is exposed.*u000, u001"),
        (put(("u000", 2003), 1.0), [2008] * 30, None, "nothing can serve as control"),
        (put(("u000", 2003), 1.0), STARTS, Sample(exclude_years=(2005,)), "Year 2005 cannot be"),
        (put(("u000", 2003), 1.0), STARTS, Sample(last_year=2007), "No entity is exposed"),
    ],
)
def test_what_cannot_be_compared_is_refused(frame, make_panel, change, starts, sample, message):
    panel = make_panel(broken(frame, change))
    with pytest.raises(SpecificationError, match=message):
        event_data(design_of(starts), "y", panel, sample)


@pytest.mark.parametrize(
    ("outcome", "design", "sample", "message"),
    [
        ("z", design_of(STARTS), None, "variable 'z'"),
        ("y", EventDesign("event", (Exposure("u99", 2005),)), None, "entity 'u99'"),
        ("y", design_of(STARTS), Sample(exclude_entities=("u99",)), "entity 'u99'"),
    ],
)
def test_unknown_names_are_refused(frame, make_panel, outcome, design, sample, message):
    with pytest.raises(UnknownNameError, match=message):
        event_data(design, outcome, make_panel(frame), sample)


@pytest.mark.parametrize("estimator", ["callaway_santanna", "sun_abraham", "imputation"])
def test_the_origin_of_the_calendar_changes_no_effect(make_panel, estimator):
    def around(first, reform):
        y = walk(np.where(STARTS > 0, STARTS, 0), effect=2.0)
        starts = {f"u{i:03d}": s - 2008 + reform for i, s in enumerate(STARTS) if s}
        design = EventDesign("event", tuple(Exposure(u, int(s)) for u, s in starts.items()))
        return event_study(
            design, "y", make_panel(long_frame(y, first)), estimator=estimator
        )  # fmt: skip

    usual, counted = around(2003, 2008), around(-5, 0)
    assert counted.data.cohorts == {0: 4, 2: 5, 4: 2}
    assert counted.data.n_control == usual.data.n_control
    assert counted.overall.estimate == pytest.approx(usual.overall.estimate, abs=1e-10)
    assert counted.overall.se == pytest.approx(usual.overall.se, abs=1e-10)
    assert [p.estimate for p in counted.path] == pytest.approx([p.estimate for p in usual.path])
    assert [c.start + 2008 for c in counted.cohorts] == [c.start for c in usual.cohorts]
    parts = [goodman_bacon(f.data.design, "y", make_panel(long_frame(f.data.y, f.data.years[0])))
             for f in (usual, counted)]  # fmt: skip
    assert parts[0].estimate == pytest.approx(parts[1].estimate)
