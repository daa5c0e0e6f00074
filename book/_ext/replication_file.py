"""The file that data editors ask for, written from the data, the chapters and the code.

    python book/_ext/replication_file.py REPLICATION.md

Its words stand in `replication.md` beside this; what is counted or listed is read, never typed. The
page of the book is the same text, with the time and memory of the build that made it.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from string import Template

import jupytext
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # a script knows nothing of the folder it is started from
from analysis.claims import Archive, read_study  # noqa: E402
from analysis.claims.exhibit import Exhibit  # noqa: E402
from analysis.data.files import read_yaml  # noqa: E402

BOOK = ROOT / "book"
STUDY = "patient_capital"
CLAIM = re.compile(r"page\.(m\d{2,3})\.(\w+)")
GLUED = re.compile(r"\{glue:\w+\}`(?:[\w/]+\.md::)?(\w+)")
TABLE = ("data set", "file", "publisher", "retrieved", "licence", "hash")
EXHIBIT = ("page", "exhibit", "cell", "drawn by", "data sets")
NUMBER = ("page", "numbers shown", "of them published by other pages")
KEPT = {".csv", ".yml", ".py", ".otf"}
NOT_MEASURED = "The page of the book prints what the build that made it took."


Table = Callable[[str, Sequence[str], Iterable[Sequence[object]]], str]


def table(_name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def replication_text(archive: Archive, measured: str = NOT_MEASURED, table: Table = table) -> str:
    """Return the whole file in Markdown.

    Parameters
    ----------
    archive
        Of the study, for the charts and the data sets of each claim.
    measured
        A paragraph or table on time and memory.
    table
        Lays a table out, from what it lists, its heads and its rows.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    listed = list(exhibits(archive))
    rows = [*tables()]
    return Template((Path(__file__).with_name("replication.md")).read_text("utf-8")).substitute(
        title=cited["title"], version=project["version"], study=STUDY,
        claims=len(read_study(STUDY).ledger), first=archive.manifest["records"][0][0],
        datasets=len({one for _, one in archive.manifest["records"] if one}),
        exhibits=len(listed), pages=len(pages()),
        unstated=sum("not stated" in row[4] for row in rows),
        python=project["requires-python"].lstrip(">="), measured=measured, storage=storage(),
        tables=table("Tables of figures", TABLE, rows),
        software=table("Packages", ("package", "version"), software(project)),
        seeds=table("Seeds", ("module", "seed"), seeds()),
        programs=table("Folders of the engine", ("folder", "what it does"), programs()),
        list=table("Exhibits", EXHIBIT, listed),
        numbers=table("Numbers by page", NUMBER, numbers()),
    )  # fmt: skip


def pages() -> list[Path]:
    """Return the pages of the book in the order of its contents."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(one["file"] for part in toc["parts"] for one in part["chapters"])]
    return [BOOK / f"{name}.md" for name in names]


def tables() -> Iterator[tuple[str, ...]]:
    """Yield every table of figures: data set, file, publisher, retrieved, licence, hash."""
    for path in sorted((ROOT / "data").glob("*/*.csv")):
        raw = read_yaml(path.with_suffix(".yml"), "describe the table there")
        said = (raw.get("publisher", "–"), raw.get("retrieved", "–"))
        hashed = f"`{str(raw.get('sha256', '–'))[:12]}`"
        terms = raw.get("licence", "not stated")
        yield (f"`{path.parent.name}`", f"`{path.relative_to(ROOT)}`", *said, terms, hashed)


def software(project: dict) -> Iterator[tuple[str, str]]:
    """Yield what the code asks for by name, with the version that is pinned."""
    lock = dict(re.findall(r"^([\w.-]+)==([^\s\\]+)",
                           (ROOT / "requirements.lock").read_text("utf-8"), re.M))  # fmt: skip
    for line in project["dependencies"] + project["optional-dependencies"]["book"]:
        name = Requirement(line).name
        yield f"`{name}`", f"`{lock[name.lower()]}`"


def seeds() -> Iterator[tuple[str, int]]:
    """Yield every seed that a module names, or that a function takes unless told another."""
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        found = dict.fromkeys(_seeds(ast.parse(path.read_text(encoding="utf-8"))))
        yield from ((f"`{path.relative_to(ROOT)}`", seed) for seed in found)


def _seeds(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
            pairs += [(t, v) for target, value in pairs if isinstance(value, ast.Tuple)
                      and isinstance(target, ast.Tuple)
                      for t, v in zip(target.elts, value.elts, strict=True)]  # fmt: skip
            named = [v for t, v in pairs if isinstance(t, ast.Name) and t.id == "SEED"]
        elif isinstance(node, ast.FunctionDef):
            plain = node.args.posonlyargs + node.args.args
            given = dict(zip(reversed(plain), reversed(node.args.defaults), strict=False))
            given |= dict(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
            named = [value for name, value in given.items() if name.arg == "seed"]
        else:
            continue
        yield from (v.value for v in named if isinstance(v, ast.Constant) and v.value is not None)


def programs() -> Iterator[tuple[str, str]]:
    """Yield each package of the engine with the first line of its docstring."""
    for path in sorted((ROOT / "analysis").glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        yield f"`analysis/{path.parent.name}/`", said.split("\n")[0]


def exhibits(archive: Archive) -> Iterator[tuple[str, ...]]:
    """Yield every figure of the book: page, name, cell, the module that draws it, data sets."""
    for path in pages():
        for cell in jupytext.read(path, fmt="md:myst").cells:
            figure = cell.metadata.get("mystnb", {}).get("figure")
            if not figure:
                continue
            call = [line for line in cell.source.splitlines() if line.strip()][-1]
            drawn, asked = _made(path.stem, call, archive)
            yield f"`{path.stem}`", f"`{figure.get('name', '–')}`", f"`{call}`", drawn, asked


def _made(page: str, call: str, archive: Archive) -> tuple[str, str]:
    """Say which file draws the exhibit of a cell, and from which data sets."""
    if found := CLAIM.search(call):
        shown = archive.record(found[1].upper()).shown.exhibits
        asked = ", ".join(f"`{one}`" for one in archive.datasets_of(found[1].upper()))
        return drawn_by(shown.get(found[2])), asked
    name = call.removeprefix("page.").split("(")[0]
    if shown := archive.page(page.replace("_", "-")).exhibits.get(name):
        return drawn_by(shown), "–"
    return f"`{_home(page, name)}`", "–"


def _home(page: str, name: str) -> str:
    """Return the file in which a page's own drawing is defined."""
    own = ROOT / "analysis" / "studies" / STUDY / "pages"
    for path in (own / f"{page}.py", *own.glob("*.py"), *(ROOT / "analysis/display").glob("*.py")):
        if path.is_file() and re.search(rf"^    (def )?{name}[(:]", path.read_text("utf-8"), re.M):
            return path.relative_to(ROOT).as_posix()
    return "analysis/display/"


def drawn_by(shown: Exhibit | None) -> str:
    """Return the file of the function that draws an exhibit."""
    from analysis.display import charts

    module = f"charts/{charts.CHARTS[shown.chart]}.py" if shown else "sections.py"
    return f"`analysis/display/{module}`"


def numbers() -> Iterator[tuple[str, int, int]]:
    """Yield for each page how many numbers its prose shows, and how many come from other pages."""
    for path in pages():
        shown = GLUED.findall(text := path.read_text(encoding="utf-8"))
        if shown:
            yield f"`{path.stem}`", len(shown), len(re.findall(r"\{glue:\w+\}`[\w/]+\.md::", text))


def storage() -> str:
    """Return the size of figures and code."""
    files = (path for room in ("data", "analysis") for path in (ROOT / room).rglob("*"))
    size = sum(path.stat().st_size for path in files if path.suffix in KEPT)
    return f"about {size / 1e6:.0f} MB"


if __name__ == "__main__":
    from analysis.claims import make_archive

    text = replication_text(make_archive(STUDY))
    Path(sys.argv[1]).write_text(text, encoding="utf-8", newline="\n")
