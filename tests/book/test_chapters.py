"""Every chapter runs without a word of complaint, and every cell that is to show something does."""

import ast

import pytest
from prose import Cell, cells, chapter_files

CHAPTERS = [path.stem for path in chapter_files() if cells(path)]
each_chapter = pytest.mark.parametrize("page", CHAPTERS)
# What the book can show; a bare table or a list of objects would print as plain text.
RICH = {"text/html", "image/svg+xml"}


def complaints(chapter) -> list[str]:
    return [f"{said} <- {ran.cell.source}" for ran in chapter.cells for said in ran.complaints]


def to_be_shown(cell: Cell) -> set[str]:
    """Return the kinds of output of which a cell has to show one; none if it only computes."""
    tags = set(cell.options.get("tags", []))
    if "remove-output" in tags or "remove-cell" in tags:
        return set()
    if "figure" in cell.options.get("mystnb", {}):
        return {"image/svg+xml"}
    # A cell whose code is removed is there for its output alone; one that ends in a value shows it.
    ends = ast.parse(cell.source).body[-1:]
    return RICH if (ends and isinstance(ends[0], ast.Expr)) or "remove-input" in tags else set()


def silent(chapter) -> list[str]:
    return [
        ran.cell.source
        for ran in chapter.cells
        if to_be_shown(ran.cell) and not to_be_shown(ran.cell) & ran.shown
    ]


@each_chapter
def test_chapter_runs_without_error_or_warning(executed, page):
    assert not complaints(executed(page))


@each_chapter
def test_every_cell_shows_what_the_page_needs(executed, page):
    assert not silent(executed(page))


@each_chapter
def test_no_name_is_glued_twice(executed, page):
    names = [name for ran in executed(page).cells for name, _ in ran.glued]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("x = (", "SyntaxError"),
        ("import warnings; warnings.warn('glyph missing')", "UserWarning: glyph missing"),
        ("import sys; print('noise', file=sys.stderr)", "noise"),
        ("import logging; logging.getLogger('x').warning('no font')", "x: no font"),
    ],
)
def test_a_complaint_is_heard(run, source, said):
    (heard,) = complaints(run([Cell({}, "x = 1"), Cell({}, source)]))
    assert said in heard


def test_nothing_runs_after_an_error(run):
    assert len(run([Cell({}, "1 / 0"), Cell({}, "x = 1")]).cells) == 1


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({}, "[1, 2]"),
        ({"tags": ["remove-input"]}, "None"),
        ({"tags": ["remove-input"]}, "x = 1"),
        ({"mystnb": {"figure": {"name": "a"}}}, "import pandas\npandas.Series([1]).to_frame()"),
    ],
)
def test_a_silent_cell_is_seen(run, options, source):
    assert silent(run([Cell(options, source)])) == [source]


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({}, "x = [1, 2]"),
        ({}, "import pandas\npandas.Series([1]).to_frame()"),
        ({"tags": ["remove-output"]}, "[1, 2]"),
    ],
)
def test_a_cell_that_shows_or_need_not_is_left_alone(run, options, source):
    assert not silent(run([Cell(options, source)]))


def test_numbers_are_read_back_as_they_were_glued(run):
    values = {"a": 0.1 + 0.2, "b": 3, "c": "includes zero", "d": float("nan"), "e": -2.5e-17}
    glue = "from myst_nb import glue\nnan = float('nan')\nglue('{}', {!r}, display=False)"
    chapter = run([Cell({}, glue.format(*pair)) for pair in values.items()])
    assert not complaints(chapter)
    assert repr(chapter.numbers) == repr(values)  # as text, because nan equals nothing


def test_chapters_do_not_see_each_other(run):
    assert not complaints(run([Cell({}, "left_behind = 1")]))
    assert "NameError" in complaints(run([Cell({}, "left_behind")]))[0]


def test_no_shell_is_left_behind(run):
    from IPython import get_ipython

    run([Cell({}, "get_ipython()")])
    assert get_ipython() is None
