import copy

import numpy as np
import pandas as pd
import pytest

from analysis.claims import Claim, Question, evaluate, verdict
from analysis.data import Panel, Roles, Variable

ENTRY = {
    "id": "M01",
    "section": "二(二)1",
    "quote": "打造互补协作的金融服务生态",
    "sentence": "More of a is followed by more of y.",
    "logic": "a causes y.",
    "estimand": "Change in y per unit of a.",
    "outcome": "y",
    "regressors": ["a"],
    "sign": "+",
    "unit": "firm-year",
    "status": "proxy",
    "family": "two-wheels",
    "design": "panel",
    "specification": {"lag": 1},
}


@pytest.fixture
def entry():
    return copy.deepcopy(ENTRY)


@pytest.fixture
def make_claim(entry):
    def make(**changes):
        return Claim.from_mapping({**entry, **changes})

    return make


@pytest.fixture
def put(study):
    """Put a claim to a panel under the rules and measures of the book's study."""
    return lambda claim, panel: Question(claim, panel, study)


@pytest.fixture
def ask(put):
    """Evaluate a claim on a panel; it stands alone, as no claim of the study."""
    return lambda claim, panel, **options: evaluate(put(claim, panel), **options)


@pytest.fixture
def judge(study):
    return lambda made: verdict(getattr(made, "evidence", made), study.rules)


@pytest.fixture
def toy():
    """Twenty firms over twelve years; y follows last year's a by +0.8 and last year's b by -0.5."""
    rng = np.random.default_rng(11)
    names, years = [f"f{i:02d}" for i in range(20)], range(2001, 2013)
    index = pd.MultiIndex.from_product([names, years], names=["entity", "year"])
    frame = pd.DataFrame(rng.normal(size=(240, 3)), index=index, columns=list("abz"))
    before = frame.groupby(level="entity").shift()
    own = np.repeat(rng.normal(size=20), 12)
    frame["y"] = 0.8 * before["a"] - 0.5 * before["b"] + own + 0.3 * rng.normal(size=240)
    frame["y2"] = -frame["y"]
    table = pd.DataFrame({"region": [f"r{i % 4}" for i in range(20)]}, index=names)
    raw = {"y": "sales", "y2": "losses", "a": "lending", "b": "rate", "z": "lending"}
    described = {
        name: Variable(name, name, series=(series, "size"), scale=("size",))
        for name, series in raw.items()
    }
    roles = Roles("firm", "firms", "企业", "Toy", "玩具", 2001, 2012, 20)
    return Panel("toy", frame, described, table.rename_axis("entity"), roles)
