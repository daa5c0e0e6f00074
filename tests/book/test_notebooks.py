"""Chapters as notebooks: plain Markdown, and code that runs wherever the package is installed."""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from notebooks import ROLE, Book, figures_of, notebook, number, plain, published, write
from prose import BOOK, cells, chapter_files

ROOM = ("exit", "industrial_finance", "untestable")  # a chapter with pictures, a short one, a page
CODED = [path.stem for path in chapter_files() if cells(path)]
FIGURE = {"mystnb": {"figure": {"name": "fig-b"}}}


@pytest.fixture(scope="module")
def folder(once, archive, tmp_path_factory):
    def make():
        made = tmp_path_factory.mktemp("notebooks")
        write(made)
        return made

    return once("notebooks", make)


@pytest.fixture
def book():
    return Book(
        {
            "exit": new_notebook(),
            "place": new_notebook(cells=[new_code_cell("1", metadata=FIGURE)]),
        },
        {"exit": {"a": 1.234, "n": 7, "w": "no"}, "place": {"b": -0.5}},
        {"hsu2014": "Hsu et al. 2014"},
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{glue:text}`a:+.2f` and {glue:text}`n`, {glue:text}`w:s`", "+1.23 and 7, no"),
        ("{glue:text}`place.md::b:.1f`", "-0.5"),
        ("so {cite}`hsu2014`.", "so (Hsu et al. 2014)."),
        ("{cite:t}`hsu2014` say", "Hsu et al. 2014 say"),
        ("{doc}`place`, {doc}`exits <exit>`", "[Place](place.ipynb), [exits](exit.ipynb)"),
        ("{doc}`reading`", "*How to read a claim*"),
        ("{numref}`fig-a`", "Figure 2"),
        ("{numref}`fig-b`", "Figure 1 of [Place](place.ipynb)"),
        ('<details class="more"><summary>More</summary>\n\nA.\n\n</details>', "**More**\n\nA.\n\n"),
        ("(m38)=\n## M38", "## M38"),
        (":::{rubric} Three\n:heading-level: 2\n:::\n", "**Three**\n"),
        ('<div class="a">\n<div>\n\nA.\n\n</div>\n', "\nA.\n\n"),
        (":::{admonition} Mind\n:class: a\n\n- b\n- c\n:::", "> **Mind**\n>\n> - b\n> - c\n"),
        ("```{exercise-start} How many?\n:label: ex-a\n```\nCount.\n```{exercise-end}\n```",
         "**Exercise: How many?**\n\nCount.\n"),
        ("```{solution-start} ex-a\n:class: dropdown\n```\nTwo.", "**Solution**\n\nTwo."),
        ("[all](m38) of it", "[all](exit.ipynb) of it"),
        ("[there](https://example.org)", "[there](https://example.org)"),
    ],
)  # fmt: skip
def test_what_only_the_book_reads_becomes_markdown(book, text, written):
    assert plain(text, "exit", book, {"fig-a": 2}) == written


def test_a_role_that_is_not_known_is_named(book):
    with pytest.raises(LookupError, match=r"exit holds \{abbr\}`x`, which a notebook cannot show"):
        plain("{abbr}`x`", "exit", book, {})


def test_a_quoted_file_is_put_in_between_its_marks(book):
    text = (
        "```{literalinclude} ../analysis/learning/first_study/measures.yml\n"
        ":language: yaml\n:start-at: own_money:\n:end-at: only: rd\n```"
    )
    shown = plain(text, "exit", book, {}).splitlines()
    whole = (BOOK / "../analysis/learning/first_study/measures.yml").read_text().splitlines()
    assert (shown[0], shown[-1]) == ("```yaml", "```")
    assert "own_money:" in shown[1]
    assert "only: rd" in shown[-2]
    assert "\n".join(shown[1:-1]) in "\n".join(whole)


def test_a_number_that_no_page_publishes_is_an_error(book):
    with pytest.raises(KeyError):
        number("nothing:d", "exit", book)


def test_numbers_of_a_page_are_caught_and_nothing_is_shown():
    page = new_notebook(
        cells=[
            new_code_cell("from analysis.display.html import publish\nx = publish({'a': 2})"),
            new_code_cell("1 / 0"),  # a last value is not asked for
        ]
    )
    assert published(page) == {"a": 2}


def test_figures_are_numbered_in_their_order():
    shown = [{"mystnb": {"figure": {"name": name}}} for name in ("one", "two")]
    page = new_notebook(cells=[new_code_cell("1", metadata=metadata) for metadata in shown])
    assert figures_of(page) == {"one": 1, "two": 2}


@pytest.mark.book
@pytest.mark.slow
def test_every_page_with_code_is_a_notebook_in_plain_markdown(folder):
    assert {path.stem for path in folder.glob("*.ipynb")} == set(CODED)
    for path in folder.glob("*.ipynb"):
        made = nbformat.read(path, as_version=4)
        text = "\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
        assert not ROLE.search(text), path.name
        assert not re.search(r"^(:::|```\{|</?details|\([\w-]+\)=$)", text, flags=re.M), path.name
        linked = re.findall(r"\]\((\w+)\.ipynb\)", text)
        assert set(linked) <= set(CODED)
        chapter = BOOK / f"{path.stem}.md"
        code = [cell.source for cell in made.cells if cell.cell_type == "code"]
        own = code[1:] if code[0].startswith("from analysis.claims import make_archive") else code
        assert [one.strip() for one in own] == [one.source.strip() for one in cells(chapter)]


@pytest.mark.book
@pytest.mark.slow
@pytest.mark.parametrize("name", ROOM)
def test_a_notebook_runs_in_an_empty_folder(
    folder, archive, installed, tmp_path, monkeypatch, name
):
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.setenv("ANALYSIS_ARCHIVE", str(archive.folder.parent))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    made = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    made.cells.append(new_code_cell("import analysis.places\nprint(analysis.places.CODE)"))
    run = NotebookClient(made, timeout=60, resources={"metadata": {"path": str(tmp_path)}})
    run.execute()
    printed = made.cells[-1].outputs[0].text.strip()
    assert printed == str(installed / "analysis")
    shown = {
        kind
        for cell in made.cells
        for one in cell.get("outputs", ())
        for kind in one.get("data", {})
    }
    assert {"text/html", "image/svg+xml"} & shown
    assert not [
        one for cell in made.cells for one in cell.get("outputs", ()) if one.get("name") == "stderr"
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_installs_the_package_on_a_machine_that_is_lent():
    page = new_notebook(cells=[new_code_cell("1")])
    for source in ("", "https://github.com/team/book"):
        made = notebook("place", Book({"place": page}, {}, {}, source), "patient_capital")
        cells = [cell.source for cell in made.cells if "google.colab" in cell.source]
        assert len(cells) == bool(source)
        assert all(f'"git+{source}@main"' in cell for cell in cells)
