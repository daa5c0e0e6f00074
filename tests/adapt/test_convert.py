"""From a table to a data set: what is proposed, what is written, what is refused."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.adapt.command import put_down
from analysis.adapt.map import map_text, read_map
from analysis.adapt.write import written_whole
from analysis.data import load
from analysis.errors import AnalysisError, DataError


@pytest.fixture
def csv(tmp_path):
    def csv(frame, name="t.csv", **options):
        frame.to_csv(tmp_path / name, index=False, **options)
        return tmp_path / name

    return csv


def chosen(found):
    return {one.column: (one.series, one.unit, one.sure) for one in found.columns}


def test_names_and_units_are_found_by_heading_and_by_size(made, csv, cities):
    found, _ = made(csv(cities, encoding="gbk"))
    assert (found.entity, found.year, found.region, found.one) == ("城市", "年份", "省份", "city")
    assert chosen(found) == {
        "GDP": ("gdp", "亿元", False),
        "贷款余额(亿元)": ("loans", "亿元", True),
        "科学技术支出（万元）": ("fiscal_science", "万元", True),
        "年末人口": ("population_registered", "万人", False),
        "发明专利授权数": ("patents_granted_invention", "件", True),
    }


def test_the_data_set_on_disk_is_the_table_in_base_units(made, csv, cities, tmp_path):
    found, converted = made(csv(cities))
    put_down(tmp_path, converted, found)
    panel = load("t", tmp_path)
    keyed = cities.set_index(["城市", "年份"]).sort_index()
    assert panel.frame.index.tolist() == keyed.index.tolist()
    for series, heading, factor in (
        ("gdp", "GDP", 1e8),
        ("loans", "贷款余额(亿元)", 1e8),
    ):
        pd.testing.assert_series_equal(panel[series], keyed[heading] * factor, check_names=False,
                                       check_index=False)  # fmt: skip
    assert panel.region.tolist() == keyed["省份"].tolist()
    head = keyed["GDP"] * 1e8 / (keyed["年末人口"] * 1e4)
    pd.testing.assert_series_equal(panel["gdp_per_capita"], head, check_names=False,
                                   check_index=False)  # fmt: skip
    assert panel.describe("gdp_per_capita").processing == "derived"
    assert panel.describe("gdp").definition == "Column 'GDP' of t.csv."


def test_every_row_and_every_column_is_accounted_for(made, csv, cities):
    spoilt = cities.astype(object).drop(index=[5, 20])
    spoilt.loc[3, "GDP"], spoilt.loc[7, "GDP"] = "缺失", "1,234.50"
    _, converted = made(csv(spoilt.assign(备注="x")))
    account = converted.account
    assert (account.rows, account.absent, account.entities) == (len(cities) - 2, 2, 6)
    gdp = next(one for one in account.columns if one[1] == "gdp")
    assert gdp[3:] == (len(cities) - 3, 1, "thousands separators 1")
    assert account.unused == (("备注", "no series has this name"),)


def test_a_spoilt_cell_is_named_by_row_and_column_of_the_file(made, csv, cities):
    spoilt = cities.astype(object)
    spoilt.loc[3, "GDP"] = "约1200"
    with pytest.raises(DataError, match=r"t.csv holds '约1200' in column 'GDP', row 5"):
        made(csv(spoilt))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.assign(年份=d["年份"].where(d.index != 4, "二〇一五")), "'二〇一五' .* row 6"),
        (
            lambda d: d.assign(城市=d["城市"].where(d.index != 4)),
            "no entity in column '城市', row 6",
        ),
        (lambda d: pd.concat([d, d.iloc[[2]]]), r"南京市 in 2014 in rows 4 and 38"),
        (lambda d: d.assign(省份=d["省份"].where(d.index != 4, "福建")), "into '福建' .* row 6"),
        (lambda d: d[["城市", "年份", "省份"]], "No column .* is known"),
        (lambda d: d.drop(columns="年份"), "no columns that could be meant by --year"),
    ],
)
def test_what_cannot_be_placed_is_refused(made, csv, cities, change, said):
    with pytest.raises(DataError, match=said):
        made(csv(change(cities.astype(object))))


@pytest.mark.parametrize("form", ["{}年", "{}.0", "{}-12-31", "{}"])
def test_years_are_read_as_spreadsheets_write_them(made, csv, cities, form):
    _, converted = made(csv(cities.assign(年份=[form.format(y) for y in cities["年份"]])))
    assert (converted.account.first_year, converted.account.last_year) == (2012, 2017)


@pytest.mark.parametrize(
    ("heading", "figures", "series", "unit"),
    [
        ("城镇化率(%)", 55.0, "urbanisation_rate", "%"),
        ("城镇化率", 55.0, "urbanisation_rate", "%"),
        ("城镇化率", 0.55, "urbanisation_rate", "share as %"),
        ("科技支出占比", 0.012, "sci", "share"),
        ("科技支出占比(%)", 1.2, "sci", "% as share"),
    ],
)
def test_percent_and_shares_are_told_apart(
    made, csv, cities, heading, figures, series, unit, study
):
    noise = 1 + cities["年末人口"] / 1e4
    _, converted = made(csv(cities.assign(**{heading: figures * noise})))
    row = next(one for one in converted.account.columns if one[0] == heading)
    assert row[1:3] == (series, unit)
    text = pd.Series(converted.files["figures.csv"].splitlines())
    assert len(text) == len(cities) + 1


def test_a_share_that_could_be_either_is_asked_about(made, csv, cities, tmp_path):
    path = csv(cities.assign(城镇化率=[0.5 + i / 1e3 for i in range(len(cities))]).assign(
        金融深度=[0.9 + i / 1e3 for i in range(len(cities))]))  # fmt: skip
    with pytest.raises(DataError, match=r"'金融深度' .*percent or shares.*unit: share"):
        made(path, map=tmp_path / "map.yml")
    text = (tmp_path / "map.yml").read_text(encoding="utf-8")
    at = text.index("series: loan\n")
    (tmp_path / "map.yml").write_text(text[:at] + text[at:].replace("unit: ''", "unit: share", 1),
                                      encoding="utf-8")  # fmt: skip
    _, converted = made(path, map=tmp_path / "map.yml")
    assert ("金融深度", "loan", "share") in [one[:3] for one in converted.account.columns]


def test_the_edited_map_is_what_counts(made, csv, cities, tmp_path):
    path = csv(cities)
    found, _ = made(path, map=tmp_path / "map.yml")
    assert read_map(tmp_path / "map.yml") == found
    text = map_text(found).replace("series: population_registered", "series: population_resident")
    (tmp_path / "map.yml").write_text(text, encoding="utf-8")
    _, converted = made(path, map=tmp_path / "map.yml")
    assert "population_resident" in [one[1] for one in converted.account.columns]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("series: loans", "series: laons", "did you mean .*loans"),
        ("unit: 亿元", "unit: 万人", "persons|yuan"),
        ("unit: 万元", "unit: 亿元", "says 万元 itself and 亿元"),
        ("series: loans", "series: gdp", "names the series 'gdp' twice"),
        ("year: 年份", "yaer: 年份", "did you mean year"),
        ("column: GDP", "column: GDPP", "did you mean GDP"),
        ("columns:", "columns: 3\nx:", "x|columns"),
        ("series: loans", "series: my loans", "letters, digits"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(made, csv, cities, tmp_path, old, new, said):
    path = csv(cities)
    made(path, map=tmp_path / "map.yml")
    text = (tmp_path / "map.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "map.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AnalysisError, match=said):
        made(path, map=tmp_path / "map.yml")


def test_a_series_of_ones_own_needs_a_word_and_a_unit(made, csv, cities, tmp_path):
    path = csv(cities.assign(金融科技=[i % 7 + 0.5 for i in range(len(cities))]))
    made(path, map=tmp_path / "map.yml")
    text = (tmp_path / "map.yml").read_text(encoding="utf-8")
    start = text.index("column: 金融科技")
    own = text[:start] + text[start:].replace("series: ''", "series: fintech\n  own: true", 1)
    (tmp_path / "map.yml").write_text(own, encoding="utf-8")
    with pytest.raises(DataError, match="no unit in the map"):
        made(path, map=tmp_path / "map.yml")
    start = own.index("own: true")
    own = own[:start] + own[start:].replace("unit: ''", "unit: index", 1)
    (tmp_path / "map.yml").write_text(own, encoding="utf-8")
    _, converted = made(path, map=tmp_path / "map.yml")
    assert ("金融科技", "fintech", "index") in [one[:3] for one in converted.account.columns]


def tree(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError, OSError])
def test_whatever_stops_the_writing_leaves_the_folder_as_it_was(tmp_path, stop):
    out = tmp_path / "out"
    with written_whole(out) as made:
        (made / "a").write_text("1")
    before = tree(tmp_path)

    def work():
        with written_whole(out) as made:
            (made / "a").write_text("2")
            raise stop

    with pytest.raises((stop, DataError)):
        work()
    assert tree(tmp_path) == before


def test_a_swap_that_fails_brings_the_old_folder_back(tmp_path, monkeypatch):
    out = tmp_path / "out"
    with written_whole(out) as made:
        (made / "a").write_text("1")
    plain = Path.rename

    def rename(self, target):
        if self.name.startswith(".out-") and not self.name.endswith("-old"):
            raise KeyboardInterrupt
        return plain(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    before = tree(tmp_path)
    with pytest.raises(KeyboardInterrupt), written_whole(out):
        pass
    assert tree(tmp_path) == before


def test_a_folder_with_somebodys_files_is_not_taken(tmp_path):
    (tmp_path / "thesis.docx").write_text("x")
    with pytest.raises(DataError, match=r"thesis.docx"), written_whole(tmp_path):
        pass
    assert (tmp_path / "thesis.docx").read_text() == "x"


def test_what_was_made_is_named_and_may_be_replaced(tmp_path):
    for text in "12":
        with written_whole(tmp_path / "out") as made:
            (made / "a").write_text(text)
    assert json.loads((tmp_path / "out" / "made.json").read_text()) == {"made": ["a"]}
    assert (tmp_path / "out" / "a").read_text() == "2"
