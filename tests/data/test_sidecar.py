from __future__ import annotations

import pytest

from analysis.data.dataset import DATA
from analysis.data.sidecar import parse_years, read_sidecar
from analysis.errors import DataError

MINIMAL = "title: T\ncolumns:\n  x: {label_en: X, unit: 人, years: [2000, 2001]}\n"


@pytest.mark.parametrize(
    ("written", "years"),
    [(2011, (2011,)), ([2011, 2013], (2011, 2013)), ("2010-2012", (2010, 2011, 2012))],
)
def test_years_of_a_gap(written, years):
    assert parse_years(written, "here") == years


@pytest.mark.parametrize("written", ["2012-2010", "soon", [], None, "2010-"])
def test_years_that_are_none(written):
    with pytest.raises(DataError, match=r"here has years .*: write 2011"):
        parse_years(written, "here")


def test_minimal_sidecar(tmp_path):
    path = tmp_path / "t.yml"
    path.write_text(MINIMAL, encoding="utf-8")
    side = read_sidecar(path)
    assert side.columns["x"].processing == "published"
    assert side.columns["x"].gaps == ()
    assert side.sha256 is None
    assert list(side.years) == [2000, 2001]


@pytest.mark.parametrize(
    ("old", "new", "pattern"),
    [
        ("label_en: X, ", "", r"Column 'x' of .* has no label_en: add it"),
        ("unit: 人", "unti: 人", r"unknown key 'unti': did you mean 'unit'\?"),
        ("[2000, 2001]", "[2001, 2000]", r"has years .*: write \[lowest, highest\]"),
        ("unit: 人", "unit: 人, processing: guessed", r"processing 'guessed': use published"),
        ("unit: 人", "unit: 人, gaps: [2000]", r"has a gap '2000'"),
        ("columns:", "colums:", r"has no columns: describe every column"),
    ],
)
def test_malformed_sidecar(tmp_path, old, new, pattern):
    path = tmp_path / "t.yml"
    path.write_text(MINIMAL.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=pattern):
        read_sidecar(path)


def test_table_publisher_is_the_default_of_its_columns():
    side = read_sidecar(DATA / "china" / "research.yml")
    assert side.columns["rd_basic"].publisher == side.publisher
    assert side.columns["rd_intensity"].publisher.startswith("Communique")


def test_faults_are_written_where_the_reader_looks():
    finance = read_sidecar(DATA / "china" / "finance.yml").columns
    assert "RMB only for Guizhou, Yunnan, Tibet and Qinghai" in finance["loans"].notes
    assert "Redefined in 2015" in finance["deposits"].notes
    assert finance["loans_city_sum"].processing == "proxy"
    assert finance["listed_firms"].processing == "counted"
    economy = read_sidecar(DATA / "china" / "economy.yml").columns
    assert "revised" in economy["gdp"].definition
    assert "first printed" in economy["gdp_first_published"].definition
