"""Chapters as notebooks that run wherever the package is installed.

    python book/_ext/notebooks.py _build/notebooks

What only a Sphinx build understands becomes plain Markdown: numbers of the prose are put in as they
are in the archive, citations name author and year, links lead to the other notebooks. A first cell
makes the archive, which every chapter reads, where there is none.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from pybtex.database import parse_file
from writable_home import ensure_home

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a script knows nothing of the folder it is started from
BOOK = ROOT / "book"
LABEL = re.compile(r"^\(([\w-]+)\)=\n", re.M)
ROLE = re.compile(r"\{([\w:]+)\}`(?:([^`<]+?)\s*<([^`>]+)>|([^`]+))`")
ADMONITION = re.compile(
    r"^:::\{admonition\} ([^\n]*)\n(?::\w+:[^\n]*\n)*\n?(.*?)^:::\s*$", re.M | re.S
)
RUBRIC = re.compile(r"^:::\{rubric\} ([^\n]*)\n(?::[\w-]+:[^\n]*\n)*:::[ ]*$", re.M)
BLOCK = re.compile(r"^</?div\b[^>]*>\n?", re.M)  # around cells, which no notebook can hold together
# A fold holds cells, which no notebook can fold together.
FOLD = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>|</details>", re.S)
FENCED = re.compile(r"^```\{([\w-]+)\}([^\n]*)\n((?::[\w-]+:[^\n]*\n)*)```[ ]*$", re.M)
INTRODUCTION = (
    "*A chapter of the evidence book, as a notebook. It needs the package and the figures that "
    "come with it: run `pip install .[lab]` in the folder of the project, once.*"
)
EVALUATES = (
    "*The next cell evaluates the study where that has not been done; this takes some minutes. "
    "Everything below reads what it keeps.*"
)
# Colab brings its own machine; everywhere else the cell does nothing.
COLAB = """import sys

if "google.colab" in sys.modules:
    %pip install --quiet "git+{source}@{branch}\""""
FIRST = 'from analysis.claims import make_archive\n\narchive = make_archive("{study}")'


@dataclass(frozen=True)
class Book:
    """What a page needs to know of the others.

    Parameters
    ----------
    pages : mapping of str to NotebookNode
        As they are written, by name.
    numbers : mapping of str to mapping
        What each page publishes, by page and glue name.
    cited : mapping of str to str
        Author and year by key.
    source, branch : str
        Where the package can be had by a machine that lends itself; nowhere if empty.
    """

    pages: Mapping[str, NotebookNode]
    numbers: Mapping[str, Mapping[str, object]]
    cited: Mapping[str, str]
    source: str = ""
    branch: str = "main"

    def title(self, page: str) -> str:
        """Return the first heading of a page."""
        text = (BOOK / f"{page}.md").read_text(encoding="utf-8")
        return re.search(r"^# (.*)$", text, flags=re.M)[1]

    def link(self, page: str, words: str = "") -> str:
        """Return a link to a page; its name alone where it has no notebook."""
        words = words or self.title(page)
        return f"[{words}]({page}.ipynb)" if page in self.pages else f"*{words}*"

    def home(self, label: str) -> str:
        """Return the page on which a label stands."""
        for page in self.pages:
            if f"({label})=\n" in (BOOK / f"{page}.md").read_text(encoding="utf-8"):
                return page
        raise LookupError(f"No page has the label '{label}': mend the reference.")


def notebook(page: str, book: Book, study: str) -> NotebookNode:
    """Return a page as a notebook in plain Markdown and code."""
    code = [cell.source for cell in book.pages[page].cells if cell.cell_type == "code"]
    reads = any("display." in one and f'"{study}"' in one for one in code)
    first = [new_markdown_cell(EVALUATES), new_code_cell(FIRST.format(study=study))]
    lent = [new_code_cell(COLAB.format(source=book.source, branch=book.branch))]
    cells = [new_markdown_cell(INTRODUCTION), *(lent if book.source else ())]
    cells += first if reads else []
    figures = figures_of(book.pages[page])
    for cell in book.pages[page].cells:
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(plain(cell.source, page, book, figures)))
            continue
        cells.append(new_code_cell(cell.source, metadata={"tags": cell.metadata.get("tags", [])}))
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if said := figure.get("caption"):
            said = plain(said, page, book, figures)
            number = f"**Figure {figures[figure['name']]}.** " if "name" in figure else ""
            cells.append(new_markdown_cell(f"{number}{said}"))
    for position, cell in enumerate(cells):
        cell["id"] = f"{page.replace('_', '-')}-{position}"  # not drawn at random
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.validate(made)
    return made


def plain(text: str, page: str, book: Book, figures: Mapping[str, int]) -> str:
    """Turn what only Sphinx reads into Markdown."""

    def role(found: re.Match[str]) -> str:
        kind, words = found[1], found[2] or ""
        target = found[3] or found[4]
        if kind == "glue:text":
            return number(target, page, book)
        if kind.startswith("cite"):
            cited = "; ".join(book.cited[key.strip()] for key in target.split(","))
            return {"cite:empty": "", "cite:t": cited}.get(kind, f"({cited})")
        if kind == "doc":
            return book.link(target, words)
        if kind == "ref":
            return book.link(book.home(target), words)
        if kind == "term":  # the glossary is no notebook
            return words or target
        if kind == "numref":
            return figure(target, figures, book)
        raise LookupError(f"{page} holds {found[0]}, which a notebook cannot show: add the role.")

    text = ADMONITION.sub(lambda f: f"> **{f[1]}**\n>\n" + quoted(f[2]), LABEL.sub("", text))
    text = BLOCK.sub("", RUBRIC.sub(r"**\1**", text))
    text = FOLD.sub(lambda f: f"**{f[1]}**" if f[1] else "", text)
    text = ROLE.sub(role, FENCED.sub(fenced, text))
    return re.sub(r"\[([^\]]+)\]\((?!http)([\w.#-]+)\)", lambda f: inside(f, book), text)


def fenced(found: re.Match[str]) -> str:
    """Turn exercises, solutions and quoted files into Markdown."""
    kind, words = found[1], found[2].strip()
    if kind.endswith("-end"):
        return ""
    if kind in ("exercise-start", "solution-start"):
        return f"**Exercise: {words}**\n" if kind == "exercise-start" else "**Solution**\n"
    if kind != "literalinclude":
        raise LookupError(f"A page holds {{{kind}}}, which a notebook cannot show: add it.")
    options = dict(re.findall(r"^:([\w-]+):\s*(.*)$", found[3], flags=re.M))
    lines = (BOOK / words).read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if options.get("start-at", "") in line)
    last = len(lines) - 1
    if "end-at" in options:
        last = next(i for i in range(first, len(lines)) if options["end-at"] in lines[i])
    return "\n".join([f"```{options.get('language', '')}", *lines[first : last + 1], "```"])


def figure(label: str, figures: Mapping[str, int], book: Book) -> str:
    """Name a figure of this page by its number, one of another page with that page."""
    if label in figures:
        return f"Figure {figures[label]}"
    for name, page in book.pages.items():
        if label in (there := figures_of(page)):
            return f"Figure {there[label]} of {book.link(name)}"
    raise LookupError(f"No page has a figure '{label}': mend the reference.")


def quoted(text: str) -> str:
    """Set every line off, as Markdown does for a quotation."""
    return "".join(f"> {line}\n" for line in text.strip().splitlines())


def inside(found: re.Match[str], book: Book) -> str:
    """Rewrite a link to a page or a label of the book."""
    target = found[2].split("#")[0]
    if target.endswith(".ipynb"):
        return found[0]
    if target.endswith(".md"):
        return book.link(target.removesuffix(".md"), found[1])
    return book.link(book.home(target), found[1])


def number(target: str, page: str, book: Book) -> str:
    """Return a published number as the prose shows it: ``page.md::name:format``, or less."""
    home, name = target.split(".md::") if ".md::" in target else (page, target)
    name, _, form = name.partition(":")
    return format(book.numbers[home][name], form.removesuffix("s"))


def figures_of(page: NotebookNode) -> dict[str, int]:
    """Return the numbers of the figures of a page by their labels."""
    shown = [cell.metadata.get("mystnb", {}).get("figure", {}) for cell in page.cells]
    return {figure["name"]: at for at, figure in enumerate(filter(None, shown), 1)}


def published(page: NotebookNode) -> dict[str, object]:
    """Return what the cells of a page publish; bare values are not looked at, so not drawn."""
    found: dict[str, object] = {}
    space: dict[str, object] = {}
    with glued_into(found), redirect_stdout(StringIO()):
        for cell in page.cells:
            if cell.cell_type == "code":
                tree = ast.parse(cell.source)
                tree.body = [one for one in tree.body if not _bare(one)]
                exec(compile(tree, "a page", "exec"), space)
    return found


def _bare(one: ast.stmt) -> bool:
    """Whether a statement shows something and does nothing else."""
    if not isinstance(one, ast.Expr):
        return False
    calls = any(isinstance(node, ast.Call) for node in ast.walk(one))
    return not calls or ast.unparse(one).startswith("page.")


@contextmanager
def glued_into(found: dict[str, object]) -> Iterator[None]:
    """Catch what pages glue."""

    def glue(name: str, value: object, display: bool = False) -> None:
        found[name] = value

    with patch("myst_nb.glue", glue), patch("IPython.get_ipython", lambda: glue):
        yield


def names(key: str, entry: object) -> str:
    """Return author and year of an entry of the bibliography."""
    people = [" ".join(person.prelast_names + person.last_names)
              for person in entry.persons.get("author", [])]  # fmt: skip
    who = people[0] if people else key
    who = f"{who} et al." if len(people) > 2 else " and ".join(people) or who
    return f"{who.strip('{}')} {entry.fields.get('year', '')}".strip()


def write(folder: Path, study: str = "patient_capital") -> list[Path]:
    """Write every page that holds code as a notebook, and return their paths."""
    from analysis.claims import make_archive

    make_archive(study)
    read = {path.stem: jupytext.read(path, fmt="md:myst") for path in sorted(BOOK.glob("*.md"))}
    pages = {n: page for n, page in read.items() if any(c.cell_type == "code" for c in page.cells)}
    entries = parse_file(BOOK / "references.bib").entries
    cited = {key: names(key, entry) for key, entry in entries.items()}
    stands = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    numbers = {name: published(page) for name, page in pages.items()}
    book = Book(pages, numbers, cited, stands["url"], stands["branch"])
    folder.mkdir(parents=True, exist_ok=True)
    for name in pages:
        nbformat.write(notebook(name, book, study), folder / f"{name}.ipynb")
    return [folder / f"{name}.ipynb" for name in pages]


if __name__ == "__main__":
    ensure_home(ROOT / "_build" / "home")
    made = write(Path(sys.argv[1]))
    print(f"{len(made)} notebooks are in {made[0].parent}")
