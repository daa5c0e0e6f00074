"""A small table as students keep one: Chinese headings, some with units, some without."""

import numpy as np
import pandas as pd
import pytest

from analysis.adapt.command import prepare
from analysis.adapt.options import Wishes
from analysis.adapt.vocabulary import read_vocabulary

CITIES = ["南京市", "苏州市", "杭州市", "宁波市", "合肥市", "武汉市"]
PROVINCE = dict(zip(CITIES, ["江苏", "江苏", "浙江", "浙江", "安徽", "湖北"], strict=True))
SIZES = {"gdp": 1.2e11, "loans": 1.3e11, "population_registered": 3.6e6, "fiscal_science": 4e8,
         "digital_finance_index": 190.0, "sci": 0.012, "urbanisation_rate": 55.0,
         "patents_granted_invention": 40.0}  # fmt: skip


def cities_table(years=range(2012, 2018)) -> pd.DataFrame:
    """Invented figures of six cities, drawn from one seed."""
    rng = np.random.default_rng(11)
    rows = [
        (c, y, PROVINCE[c], round(1000 * 1.08 ** (y - 2012) * rng.uniform(0.8, 1.2), 2),
         round(rng.uniform(900, 3000), 1), round(rng.uniform(2e4, 9e4), 1),
         round(rng.uniform(200, 800), 1), int(rng.poisson(40)))
        for c in CITIES for y in years
    ]  # fmt: skip
    heads = ["城市", "年份", "省份", "GDP", "贷款余额(亿元)", "科学技术支出（万元）", "年末人口",
             "发明专利授权数"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


@pytest.fixture
def cities():
    return cities_table()


@pytest.fixture(scope="session")
def vocabulary(study):
    return read_vocabulary(study)


@pytest.fixture
def made(vocabulary, tmp_path):
    """Read a file and make a data set of it; gives the map and what was made."""

    def made(path, **wishes):
        asked = Wishes(path, tmp_path / "out", **wishes)
        return prepare(vocabulary, lambda _: SIZES, asked, lambda _: None)

    return made
