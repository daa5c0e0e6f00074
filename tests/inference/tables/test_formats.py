"""Five kinds of file, each opened again by another program."""

import io
import os
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import html

from analysis.errors import SpecificationError
from analysis.inference import estimate, regression_grid
from analysis.inference.cells import Grid
from analysis.inference.tables import formats
from analysis.inference.tables.models import models_table
from analysis.inference.tables.printed import save_grid
from analysis.inference.tables.summary import describe
from analysis.inference.tables.word import word_file
from analysis.models import Specification


@pytest.fixture
def results(panel):
    return [estimate(Specification("y", names, lag=0), panel) for names in (["a", "b"], ["c", "b"])]


@pytest.fixture
def table(results):
    return models_table(*results, caption="表1 基准 regression & 100%", stars=True)


@pytest.fixture
def chinese(results):
    return models_table(*results, language="zh", labels={"a": "数字_金融"}, caption="基准回归")


def borders(row):
    """Edges of a row of Word with their weights, which all its cells share."""
    found = []
    for cell in row.cells:
        lines = cell._tc.tcPr.find(qn("w:tcBorders"))
        found.append({} if lines is None else {
            line.tag.split("}")[1]: int(line.get(qn("w:sz"))) for line in lines
        })  # fmt: skip
    assert all(edges == found[0] for edges in found)
    return found[0]


def test_word_opens_with_the_cells_and_three_rules(table, tmp_path):
    document = Document(table.save(tmp_path / "table.docx"))
    assert document.paragraphs[0].text == "表1 基准 regression & 100%"
    made = document.tables[0]
    rows = [[cell.text for cell in row.cells] for row in made.rows]
    assert rows[0] == ["", "(1)", "(2)"]
    assert rows[1] == ["", "Label of y", "Label of y"]
    flat = [row for part in formats.spread(table.grid()) for row in part]
    assert rows[2:] == [list(row) for row in flat]
    ruled = {i: edges for i, row in enumerate(made.rows) if (edges := borders(row))}
    assert ruled == {0: {"top": 12}, 1: {"bottom": 6}, len(rows) - 1: {"bottom": 12}}
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in made.rows]
    assert heads == [True, True] + [False] * (len(rows) - 2)
    assert document.paragraphs[-len(table.grid().notes)].text == table.grid().notes[0]


def test_word_has_a_font_for_chinese_letters_in_every_run(chinese):
    document = Document(io.BytesIO(chinese.docx()))
    cells = [cell for row in document.tables[0].rows for cell in row.cells]
    paragraphs = [*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)]
    runs = [run for paragraph in paragraphs for run in paragraph.runs]
    assert any("数字_金融" in run.text for run in runs)
    for run in runs:
        fonts = run._element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "宋体"
        assert fonts.get(qn("w:ascii")) == "Times New Roman"


def test_word_has_a_page_of_a4_turned_for_many_columns(table, panel):
    upright = Document(io.BytesIO(table.docx())).sections[0]
    across = Document(io.BytesIO(describe(panel).docx())).sections[0]
    assert (round(upright.page_width.mm), round(upright.page_height.mm)) == (210, 297)
    assert (round(across.page_width.mm), round(across.page_height.mm)) == (297, 210)


def test_a_cell_of_word_has_one_element_of_borders():
    one = Document(io.BytesIO(word_file(Grid.of("c", ["", "x"], []))))
    edges = one.tables[0].rows[0].cells[0]._tc.tcPr.findall(qn("w:tcBorders"))
    assert len(edges) == 1
    assert [line.get(qn("w:sz")) for line in edges[0]] == ["12", "12"]


def test_latex_has_the_rules_of_booktabs_and_as_many_cells_as_columns(table):
    text = table.tex()
    for rule in ("toprule", "bottomrule"):
        assert text.count(rf"\{rule}") == 1
    assert text.count(r"\midrule") == 2
    assert r"\hline" not in text
    assert r"\caption{表1 基准 regression \& 100\%}" in text
    inside = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    rows = [line for line in inside.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 2 + sum(map(len, formats.spread(table.grid())))
    assert {len(re.split(r"(?<!\\)&", row)) for row in rows} == {3}
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert not set("−×²–") & set(text)
    assert text.startswith("% \\usepackage{booktabs, ctex}; compile with XeLaTeX or LuaLaTeX\n")
    plain = formats.latex(Grid.of("Growth", ["", "x"], [["a", "0.1"]]), "en")
    assert plain.startswith("% \\usepackage{booktabs}\n")


def test_latex_of_a_chinese_table_asks_for_ctex_and_escapes_names(chinese):
    text = chinese.tex()
    assert text.startswith("% \\usepackage{booktabs, ctex}")
    assert r"数字\_金融" in text


def test_a_row_that_starts_with_a_bracket_is_no_option_of_the_line_before():
    text = formats.latex(Grid.of("c", ["", "x"], [["[a]", "1"], ["*", "2"]]), "en")
    assert "\n{}[a] & 1" in text
    assert "\n{}* & 2" in text


@pytest.fixture
def compiled(tmp_path):
    """Compile a table with the packages that its comment names; what the machine lacks is stood in.

    Without ctex, a Chinese letter is a box for pdfLaTeX; without booktabs, its rules are lines.
    """
    if shutil.which("pdflatex") is None:
        message = "no LaTeX on this machine: install Debian's texlive-latex-recommended"
        (pytest.fail if os.environ.get("REQUIRE_LATEX") else pytest.skip)(message)

    def compile_one(text):
        packages = re.match(r"% \\usepackage\{(.*)\}", text)[1].split(", ")
        xetex = "ctex" in packages and shutil.which("xelatex") and _there("ctex")
        preamble = [_package(name, text, xetex) for name in packages]
        page = [r"\documentclass{article}", *preamble, r"\begin{document}", text, r"\end{document}"]
        (tmp_path / "t.tex").write_text("\n".join(page), encoding="utf-8")
        engine = "xelatex" if xetex else "pdflatex"
        command = [engine, "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True)
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, said[-2000:]
        assert (tmp_path / "t.pdf").stat().st_size > 1000
        assert "Missing character" not in said
        return said

    return compile_one


def _there(package):
    return subprocess.run(["kpsewhich", f"{package}.sty"], capture_output=True).stdout


def _package(name, text, xetex):
    if name == "ctex" and not xetex:
        letters = {ord(letter) for letter in text if letter >= "\u2e80"}
        box = r"\rule{1em}{1ex}"
        return "\n".join(rf"\DeclareUnicodeCharacter{{{x:04X}}}{{{box}}}" for x in letters)
    if name == "booktabs" and not _there(name):
        return "".join(rf"\let\{rule}rule\hline" for rule in ("top", "mid", "bottom"))
    return rf"\usepackage{{{name}}}"


def test_latex_compiles(table, chinese, compiled):
    for one in (table, chinese):
        assert "Overfull" not in compiled(one.tex())


def test_every_letter_that_is_written_for_latex_compiles(compiled):
    rows = [[letter, f"[{letter}]"] for letter in formats._TEX]
    compiled(formats.latex(Grid.of("*&%", ["", "x_y^2"], rows[:40], ["½ … “é” — ü"]), "en"))
    compiled(formats.latex(Grid.of("c", ["", "x"], rows[40:]), "en"))


def test_a_table_wider_than_a_line_is_scaled_to_it(table, panel, compiled):
    grid = Grid.of("c", ["", *"abcdef"], [["a term with a long name", *["0.123 (0.045)"] * 6]])
    text = formats.latex(grid, "en")
    assert text.startswith("% \\usepackage{booktabs, graphicx}\n")
    assert "Overfull" not in compiled(text)
    assert "resizebox" not in table.tex()
    assert "Overfull" not in compiled(describe(panel).tex())


def test_csv_gives_the_numbers_back(results, tmp_path):
    path = models_table(*results, digits=6).save(tmp_path / "table.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # else a spreadsheet garbles Chinese
    read = pd.read_csv(path, index_col=[0, 1])
    for i, result in enumerate(results):
        tidy = result.tidy().set_index("label")
        for label in tidy.index:
            column = read.iloc[:, i].astype(object)
            assert float(column[label, "estimate"]) == round(tidy.loc[label, "estimate"], 6)
            assert float(column[label, "standard error"]) == round(tidy.loc[label, "se"], 6)
    assert np.isnan(float(read.iloc[:, 1]["Label of a", "estimate"]))
    assert read.iloc[:, 0].xs("Observations").iloc[0] == str(results[0].n)


def test_csv_writes_large_counts_and_missing_cells_as_a_program_reads_them():
    grid = Grid.of("c", ["", "x"], [["n", "1,234,567"], ["none", "–"], ["minus", "−1,000.5"]])
    rows = pd.read_csv(io.StringIO(formats.comma_separated(grid, ())), index_col=0)["x"]
    assert rows["n"] == 1234567
    assert np.isnan(rows["none"])
    assert rows["minus"] == -1000.5


def test_markdown_is_a_table_with_stars_that_stay_stars(table):
    text = table.markdown()
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert {len(row) for row in cells} == {3}
    plain = [[c.replace("\\", "") for c in row] for row in cells[2:]]
    assert plain == [list(row) for part in formats.spread(table.grid()) for row in part]
    assert re.search(r"(?<!\\)\*\*\*(?!\*)", text.replace("**表1", "").replace("%**", "")) is None
    assert text.startswith("**表1")


def test_html_is_a_page_of_its_own_with_scoped_heads(chinese, tmp_path):
    raw = chinese.save(tmp_path / "table.html").read_text(encoding="utf-8")
    page = html.document_fromstring(raw.encode("utf-8"))
    assert page.get("lang") == "zh-CN"
    assert page.xpath("//meta[@charset='utf-8']")
    (found,) = page.xpath("//table")
    assert [cell.text_content() for cell in found.xpath("./thead/tr/th")] == [
        "", "(1)Label of y", "(2)Label of y",
    ]  # fmt: skip
    names = [cell.text_content() for cell in found.xpath("./tbody/tr/th[@scope='row']")]
    assert names == [row[0] for row in chinese.grid().rows]
    assert found.xpath("./tfoot//p")[0].text_content() == chinese.grid().notes[0]
    assert "border-top:2px" in page.xpath("//style")[0].text_content()
    assert chinese._repr_html_().startswith("<style>")


def test_the_table_of_any_result_is_written_too(results, tmp_path):
    for ending in ("html", "tex", "docx", "md", "csv"):
        made = save_grid(regression_grid(results), tmp_path / f"any.{ending}")
        assert made.stat().st_size > 200


def test_a_path_that_cannot_be_written_changes_nothing(table, tmp_path):
    with pytest.raises(SpecificationError, match=r"let the name end in \.html, \.tex, \.docx"):
        table.save(tmp_path / "table.xlsx")
    with pytest.raises(SpecificationError, match="There is no folder"):
        table.save(tmp_path / "none" / "table.csv")
    assert list(tmp_path.iterdir()) == []
