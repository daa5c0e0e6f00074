"""What every table for a journal can do: be shown, and be written into five kinds of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.errors import SpecificationError
from analysis.inference.cells import Grid
from analysis.inference.tables import formats
from analysis.inference.tables.word import word_file

__all__ = ["Printed", "save_grid"]


class Printed:
    """Base of tables; a subclass says its `frame` and, as text, its `grid`.

    Attributes
    ----------
    frame : DataFrame
        The numbers.
    language : str
        "en" or "zh", of headings and notes.
    notes : tuple of str
        Sentences under the table.

    Examples
    --------
    >>> from analysis.data import load
    >>> from analysis.inference import describe
    >>> table = describe(load("china"), ["gdp"])
    >>> isinstance(table, Printed), table.csv().splitlines()[0].split(",")[0]
    (True, 'Variable')
    """

    __slots__ = ()
    language: str
    line_names: tuple[str, ...] = ()

    def grid(self) -> Grid:
        """Return the table as plain text."""
        raise NotImplementedError

    def html(self) -> str:
        """Return the table as HTML that brings its rules along."""
        return formats.html_fragment(self.grid())

    def tex(self) -> str:
        """Return the table as LaTeX with the rules of booktabs.

        A comment on top names the packages it needs. A table with Chinese letters needs ctex and is
        compiled with XeLaTeX or LuaLaTeX; every other one compiles with pdfLaTeX too.
        """
        return formats.latex(self.grid(), self.language)

    def markdown(self) -> str:
        """Return the table as a pipe table with its notes below."""
        return formats.markdown(self.grid())

    def csv(self) -> str:
        """Return the printed numbers for a spreadsheet; `frame` has all digits."""
        return formats.comma_separated(self.grid(), self.line_names)

    def docx(self) -> bytes:
        """Return the table as a Word file."""
        return word_file(self.grid())

    def save(self, path: str | Path) -> Path:
        """Write the table; the ending of the path decides the format.

        Parameters
        ----------
        path : str or Path
            Ends in ``.html``, ``.tex``, ``.docx``, ``.md`` or ``.csv``. A file that is there is
            replaced.

        Raises
        ------
        SpecificationError
            No format has this ending, or the folder is not there.
        """
        return save_grid(self.grid(), path, self.language, self.line_names)

    _repr_html_ = html

    def __str__(self) -> str:
        return str(self.grid())

    __repr__ = __str__


_WRITERS: Mapping[str, Callable[[Grid, str, tuple[str, ...]], Any]] = {
    ".html": lambda grid, language, _: formats.html_page(grid, language),
    ".tex": lambda grid, language, _: formats.latex(grid, language),
    ".docx": lambda grid, *_: word_file(grid),
    ".md": lambda grid, *_: formats.markdown(grid),
    # Without the mark at the start, a spreadsheet takes Chinese letters for another encoding.
    ".csv": lambda grid, _, names: "\ufeff" + formats.comma_separated(grid, names),
}


def save_grid(
    grid: Grid, path: str | Path, language: str = "en", line_names: tuple[str, ...] = ()
) -> Path:
    """Write any table; every result has its own as ``result.grid()``.

    Parameters
    ----------
    grid : Grid
        The table as plain text.
    path : str or Path
        Ends in ``.html``, ``.tex``, ``.docx``, ``.md`` or ``.csv``; a file that is there is
        replaced.
    language : {"en", "zh"}
        Language of the page; Chinese letters make LaTeX ask for ctex in either.
    line_names : tuple of str
        What the lines of a cell are, for CSV.

    Returns
    -------
    Path
        Where the table is.

    Raises
    ------
    SpecificationError
        No format has this ending, or the folder is not there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from analysis.inference import Grid
    >>> grid = Grid.of("Sizes", ["name", "n"], [("a", "3")], ())
    >>> with TemporaryDirectory() as folder:
    ...     path = save_grid(grid, Path(folder) / "sizes.md")
    ...     print(path.read_text(encoding="utf-8").splitlines()[0])
    **Sizes**
    """
    path = Path(path)
    if (ending := path.suffix.lower()) not in _WRITERS:
        raise SpecificationError(
            f"No table is written as '{path.name}': let the name end in {', '.join(_WRITERS)}."
        )
    if not path.parent.is_dir():
        raise SpecificationError(f"There is no folder {path.parent}: make it first.")
    made = _WRITERS[ending](grid, language, line_names)  # all of it, before the file is touched
    path.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
    return path
