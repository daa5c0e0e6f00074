"""Panels around events for the tests of the area."""

import numpy as np
import pandas as pd

from analysis.models import EventDesign, Exposure


def long_frame(y, first_year=2003, names=None):
    n, t = y.shape
    names = names or [f"u{i:03d}" for i in range(n)]
    index = pd.MultiIndex.from_product(
        [names, range(first_year, first_year + t)], names=["entity", "year"]
    )
    return pd.DataFrame({"y": y.ravel()}, index=index)


def design_of(starts, names=None, name="event"):
    names = names or [f"u{i:03d}" for i in range(len(starts))]
    pairs = zip(names, starts, strict=True)
    return EventDesign(name, tuple(Exposure(u, int(s)) for u, s in pairs if s))


def walk(starts, years=12, seed=3, effect=0.0, first_year=2003):
    """Random walks, so that nothing is independent over time."""
    rng = np.random.default_rng(seed)
    starts = np.asarray(starts)
    y = rng.normal(size=(len(starts), years)).cumsum(axis=1) + rng.normal(size=years)
    calendar = first_year + np.arange(years)
    return y + effect * ((starts[:, None] > 0) & (calendar >= starts[:, None]))


STARTS = np.array([2008] * 4 + [2010] * 5 + [2012] * 2 + [0] * 19)
