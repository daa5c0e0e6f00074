"""An invented study with a claim of every kind that is put to placebo panels, on twenty firms."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.claims import read_study
from analysis.measures import build

TOP = Path(__file__).parents[3]
NAMES = [f"f{i:02d}" for i in range(20)]
REGIONS = {name: f"r{i % 4}" for i, name in enumerate(NAMES)}
INDEX = pd.MultiIndex.from_product([NAMES, range(2001, 2014)], names=["entity", "year"])
RAW = ("sales", "jobs", "loans", "funds", "rent", "rain", "size")


def words(name):
    return {"label_en": name, "label_zh": name, "definition": name}


def plain(name, side):
    return {**words(name), "numerator": f"raw_{name}", "unit": "ratio", "side": side,
            "direction": 1}  # fmt: skip


MEASURES = {
    "sides": {"core": ["outcome", "finance"], "other": ["context"]},
    "units": {"ratio": {"stored": "ratio", "shown": "ratio", "multiply": 1}},
    "measures": {
        name: plain(name, "outcome" if name in ("sales", "jobs") else
                    "context" if name in ("rain", "size") else "finance")
        for name in RAW
    },
    "indices": {
        "bank": {**words("bank"), "ingredients": ["loans", "rent"], "scheme": "entropy",
                 "side": "finance"},
        "fund": {**words("fund"), "ingredients": ["funds"], "scheme": "equal", "side": "finance"},
    },
    "composites": {
        "both": {**words("both"), "systems": ["bank", "fund"], "form": "minimum",
                 "side": "context"},
    },
}  # fmt: skip


def claim(name, regressors, **changes):
    return {
        "id": name, "section": "一", "quote": "合成", "sentence": "s", "logic": "l",
        "estimand": "e", "outcome": "sales", "regressors": regressors, "sign": "+",
        "unit": "firm-year", "status": "testable", "family": "all", "design": "panel",
        "specification": {"lag": 1}, **changes,
    }  # fmt: skip


PAIR = {"lag": 1, "interactions": [["loans", "funds"]]}
LEDGER = {
    "source": {"title": "合成", "citation": "none"},
    "protocol": {"declared": "2026-01-01", "negative_controls": {"firm-year": ["rain"]}},
    "claims": [
        claim("plain", ["loans"], specification={"lag": 1, "initial": ["size"]},
              secondary={"outcomes": ["jobs"], "regressors": ["rent"], "held": ["size"]}),
        claim("two", ["loans", "funds"], specification={"lag": 1, "lags": {"funds": 2}},
              parts=[{"focal": "loans", "sign": "+"}, {"focal": "funds", "sign": "-"}]),
        claim("less", ["loans"], parts=[{"focal": "loans", "sign": "+", "less": "jobs"}]),
        claim("product", ["loans", "funds"], focal="loans:funds", specification=PAIR,
              design="interaction"),
        claim("square", ["loans"], focal="loans:loans", design="quadratic", sign="-",
              specification={"lag": 1, "interactions": [["loans", "loans"]]}),
        claim("composite", ["both", "bank", "fund"], focal="both"),
        claim("threshold", ["loans", "funds"], focal="loans", design="threshold",
              setup={"by": "funds"}),
        claim("none", ["loans"], sign="0", design="equivalence"),
        claim("late", ["loans"], design="local-projection", specification={"lag": 0},
              setup={"horizons": [0, 1, 2], "early": [0], "late": [2]}),
        claim("exposed", ["loans"], design="event", specification={"lag": 0},
              setup={"exposure": [2002, 2004], "active": [2007, None]}),
        claim("near", ["loans"], design="spatial",
              setup={"maps": ["economic_proximity size"]}),
        claim("pilot", [], design="event", policy="pilot", specification={"lag": 0}),
        claim("seen", ["loans"], design="descriptive"),
        claim("elsewhere", ["loans"], unit="plant-year"),
    ],
}  # fmt: skip
STUDY = {
    "name": "invented",
    "units": {"firm-year": "toy", "plant-year": "plants"},
    "chapters": {"all": {"page": "all", "title": "All"}},
}


def invented_frame():
    rng = np.random.default_rng(17)
    values = rng.normal(size=(len(RAW), 20, 13))
    for year in range(1, 13):
        values[..., year] += 0.6 * values[..., year - 1]
    values += rng.normal(size=(len(RAW), 20, 1)) + rng.normal(size=(len(RAW), 1, 13))
    frame = pd.DataFrame(values.reshape(len(RAW), -1).T, INDEX, [f"raw_{n}" for n in RAW])
    frame["raw_size"] = np.exp(frame["raw_size"])
    frame.loc[rng.random(260) < 0.04, "raw_loans"] = np.nan
    frame.loc[("f06", slice(2001, 2004)), "raw_funds"] = np.nan
    frame.loc[rng.random(260) < 0.03, "raw_jobs"] = np.nan
    return frame


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("invented") / "invented"
    out.mkdir()
    for name, content in (("study", STUDY), ("ledger", LEDGER), ("measures", MEASURES)):
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (out / f"{name}.yml").write_text(text, encoding="utf-8")
    shutil.copyfile(TOP / "analysis/studies/patient_capital/rules.yml", out / "rules.yml")
    return out


@pytest.fixture(scope="session")
def read_invented(folder, make_panel):
    """Read the study; its panel and its policies come from here and not from files."""

    def read(_where=None):
        study = read_study(folder)
        study._panels["toy"] = build(make_panel(invented_frame(), REGIONS), study.measures)
        pilots = pd.DataFrame({"policy": "pilot", "entity": NAMES[:6], "start": "2007"})
        return study.with_policies(pilots.assign(start_year=2007))

    return read


@pytest.fixture(scope="session")
def invented(read_invented):
    return read_invented()
