"""Tables spoilt at random: every row is accounted for, or a sentence says what is wrong."""

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.adapt.command import prepare, put_down
from analysis.adapt.map import map_text
from analysis.adapt.options import Wishes
from analysis.adapt.vocabulary import bare
from analysis.adapt.write import written_whole
from analysis.data import load
from analysis.errors import AnalysisError
from tests.adapt.conftest import SIZES, cities_table

pytestmark = pytest.mark.slow

HEADS = list(cities_table().columns)
ROWS = [list(map(str, row)) for row in cities_table(range(2013, 2016)).itertuples(index=False)]

QUICK = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

cell = st.one_of(
    st.sampled_from(
        ["", "-", "…", "缺失", "NA", "1,234", "１２３", "5%", "无", "inf", "1e999", "2015年", "0",
         "-3", "12,5", '"', "'", "=1+1", "\u3000", "南京市", "3亿元", "1 234", "十", "\ufeff7"]
    ),
    st.text(max_size=6),
    st.floats().map(str),
    st.integers(-(10**9), 10**9).map(lambda n: f"{n:,}"),
)  # fmt: skip
heads = st.one_of(st.sampled_from([*HEADS, "GDP(万元)", "gdp", "loans", "备注", "", "城镇化率"]),
                  st.text(max_size=8))  # fmt: skip
place = st.tuples(st.integers(0, len(ROWS) - 1), st.integers(0, len(HEADS) - 1))


@st.composite
def spoilt(draw):
    """Rows of a table with a few cells, headings and rows changed, and how it is written."""
    rows, top = [list(row) for row in ROWS], list(HEADS)
    for (i, j), text in draw(st.dictionaries(place, cell, max_size=4)).items():
        rows[i][j] = text
    for j, text in draw(st.dictionaries(st.integers(0, len(HEADS) - 1), heads, max_size=2)).items():
        top[j] = text
    for what, i in draw(st.lists(st.tuples(st.sampled_from("dropt"), place), max_size=2)):
        at = min(i[0], len(rows) - 1)
        if what == "d":
            rows.insert(at, list(rows[at]))
        elif what == "r":
            rows.pop(at)
        elif what == "o":
            rows.insert(at, [""] * len(top))
        elif what == "p":
            rows[at] = rows[at][: i[1]]
    text = io.StringIO()
    mark = draw(st.sampled_from(",;\t"))
    csv.writer(text, delimiter=mark, lineterminator="\n").writerows([top, *rows])
    codec = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    return text.getvalue().encode(codec, "replace"), rows, top


@pytest.fixture(scope="module")
def few_words(vocabulary):
    """The words of the study for these headings alone, so that a table takes milliseconds."""
    kept = ("gdp", "loans", "fiscal_science", "population", "population_registered",
            "patents_granted_invention", "urbanisation_rate")  # fmt: skip
    names = {name: tuple(t for t in found if t in kept) for name, found in vocabulary.names.items()}
    return replace(vocabulary, names={name: found for name, found in names.items() if found})


def through(content, vocabulary, out, edited=None, name="t.csv"):
    """Make a data set of a file's content and put it down; gives what was made."""
    with tempfile.TemporaryDirectory() as folder:
        path, edit = Path(folder, name), None
        path.write_bytes(content)
        if edited is not None:
            edit = Path(folder, "map.yml")
            edit.write_text(edited, encoding="utf-8", errors="replace")
        wishes = Wishes(path, out, "城市", "年份", map=edit)
        found, made = prepare(vocabulary, lambda _: SIZES, wishes, lambda _: None)
        with written_whole(out) as fresh:
            put_down(fresh, made, found)
        return found, made


def attempt(*given):
    """Return what was made and ""; or nothing and the sentence that says why."""
    try:
        return through(*given), ""
    except AnalysisError as error:
        return None, str(error)


def tree(folder):
    return {str(p.relative_to(folder)): p.is_file() and p.read_bytes() for p in folder.rglob("*")}


def assert_unchanged(line, heads, known, rows, top, made):
    """A figure whose cell was not spoilt stands in the data set as it stood in the table."""
    old = known.get((line[0], line[1]))
    if old is None or old not in rows:
        return
    series = {column: name for column, name, *_ in made.account.columns}
    for heading, text in zip(top, old, strict=True):
        if heading in series:
            assert float(line[heads.index(series[heading])]) == float(text)


@given(spoilt())
@settings(QUICK, max_examples=1200)
def test_a_spoilt_table_is_read_whole_or_refused_in_a_sentence(few_words, table):
    content, rows, top = table
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        done, said = attempt(content, few_words, out)
        if said:
            assert said.endswith((".", "?"))
            assert tree(Path(folder)) == {}
            return
        found, made = done
        full = [row for row in rows if any(text.strip() for text in row)]
        assert made.account.rows == len(full)
        for _heading, _series, _unit, figures, blanks, _ in made.account.columns:
            assert figures + blanks == len(full)
        written = list(csv.reader(made.files["figures.csv"].splitlines()))
        assert len(written) == len(full) + 1
        keys = {(row[0].strip(), row[1]): row for row in ROWS}
        for line in written[1:]:
            assert_unchanged(line, written[0], keys, full, top, made)
        named = {one[0] for one in (*made.account.columns, *made.account.unused)}
        assert len(named) + len({found.entity, found.year, found.region} - {""}) == len(HEADS)
        assert (out / "t" / "dataset.yml").is_file()


@given(st.data())
@settings(QUICK, max_examples=400)
def test_a_spoilt_map_is_used_or_refused_in_a_sentence(few_words, data):
    content = "\n".join(",".join(row) for row in [HEADS, *ROWS]).encode()
    with tempfile.TemporaryDirectory() as folder:
        proposed = map_text(through(content, few_words, Path(folder, "first"))[0])
        lines = proposed.splitlines()
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(7, len(lines) - 1))
            new = data.draw(st.one_of(cell, st.sampled_from([
                "- column: GDP", "  series: gdp", "  series: loans", "  unit: share", "  unit: 元",
                "  own: true", "  series: []", "columns: {}", "  candidates: 3", "", lines[at - 1],
            ])))  # fmt: skip
            lines[at] = new.replace("\n", " ")
        before = tree(Path(folder))
        _, said = attempt(content, few_words, Path(folder, "out"), "\n".join(lines))
        assert not said or said.endswith((".", "?"))
        assert not said or tree(Path(folder)) == before


@given(st.binary(max_size=200), st.sampled_from(["t.csv", "t.xlsx", "t.dta", "t.parquet"]))
@settings(QUICK, max_examples=400)
def test_bytes_at_random_are_refused_in_a_sentence(few_words, content, name):
    with tempfile.TemporaryDirectory() as folder, pytest.raises(AnalysisError, match="t\\."):
        through(content, few_words, Path(folder, "out"), name=name)


def test_what_is_made_of_a_spoilt_table_can_be_loaded(few_words, tmp_path):
    rows = [[text if i % 7 else "…" for i, text in enumerate(row, len(row) * k + 4)]
            if k not in (3,) else row for k, row in enumerate(ROWS)]  # fmt: skip
    rows = [[*old[:3], *new[3:]] for old, new in zip(ROWS, rows, strict=True)]
    content = "\n".join(",".join(row) for row in [HEADS, *rows]).encode("gbk", "replace")
    found, made = through(content, few_words, tmp_path / "out")
    panel = load(made.name, tmp_path / "out")
    assert panel.frame.shape[0] == len(ROWS)
    assert bare(found.entity) == "城市"
