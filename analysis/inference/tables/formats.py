"""A `Grid` as HTML, LaTeX, Markdown and CSV: text in, text out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from analysis.inference.cells import Grid

__all__ = ["comma_separated", "html_fragment", "html_page", "latex", "markdown", "spread"]

Row = tuple[str, ...]

_STYLE = (
    "<style>table.three-rules{border-collapse:collapse;border-top:2px solid;"
    "border-bottom:0;margin:auto}table.three-rules caption{padding:.4em}"
    "table.three-rules :is(th,td){border:0;padding:.15em .6em;text-align:center;"
    "font-weight:normal;vertical-align:top;background:none}"
    "table.three-rules th[scope=row]{text-align:left}"
    "table.three-rules thead tr{border-bottom:1px solid}"
    "table.three-rules tbody+tbody tr:first-child>*{padding-top:.5em}"
    "table.three-rules tfoot tr{border-top:2px solid}"
    "table.three-rules tfoot td{text-align:left;font-size:.85em}"
    "table.three-rules tfoot p{margin:.2em 0;max-width:46em}</style>"
)
_GREEK = (
    "alpha beta gamma delta varepsilon eta theta kappa lambda mu nu xi pi rho sigma tau varphi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": "$<$", ">": "$>$", "|": "$|$", "−": "$-$", "×": r"$\times$", "–": "--",
    "·": r"$\cdot$", "→": r"$\to$", "≥": r"$\geq$", "≤": r"$\leq$", "∞": r"$\infty$",
    "±": r"$\pm$", "√": r"$\surd$", "≈": r"$\approx$", "←": r"$\gets$", "↔": r"$\leftrightarrow$",
    **{letter: f"$^{sign}$" for letter, sign in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True)},
    **{letter: f"$_{sign}$" for letter, sign in zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True)},
    **{
        letter: f"$\\{name}$"
        for letter, name in zip(
            "αβγδεηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ",
            _GREEK.split(),
            strict=True,
        )
    },
}  # fmt: skip
_CHINESE = re.compile("[\u2e80-\uffef]")
_LINE, _LETTER, _APART = 345.0, 4.8, 12.0
"""Points: a line of the class article, a letter of ten points, the room between columns."""
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_ALONE = re.compile(r"\((-?[\d.,e-]+)\)")  # a spreadsheet takes (0.1) for minus 0.1


def spread(grid: Grid) -> list[list[Row]]:
    """Give every line of a cell a row of its own; one list for each part of the table."""
    sizes = [size for _, size in grid.bodies] or [len(grid.rows)]
    parts, at = [], 0
    for size in sizes:
        rows = [line for row in grid.rows[at : at + size] for line in lines_of(row)]
        parts.append(rows)
        at += size
    return parts


def lines_of(row: Sequence[str]) -> list[Row]:
    """Rows of a row whose cells have several lines; a shorter cell is empty below."""
    cells = [cell.split("\n") for cell in row]
    height = max(map(len, cells))
    filled = [cell + [""] * (height - len(cell)) for cell in cells]
    return list(zip(*filled, strict=True))


def html_fragment(grid: Grid) -> str:
    """Return the table with the rules it needs, for a notebook or another page."""
    return _STYLE + grid.html()


def html_page(grid: Grid, language: str) -> str:
    """Return a page of its own."""
    tongue = {"zh": "zh-CN"}.get(language, language)
    return (
        f'<!doctype html>\n<html lang="{tongue}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_plain(grid.caption)}</title></head>"
        f'<body style="overflow-x:auto">{html_fragment(grid)}</body></html>\n'
    )


def latex(grid: Grid, language: str) -> str:
    """Return a table for LaTeX with the rules of booktabs.

    The comment on top names the packages: booktabs; graphicx where the table is wider than a line
    and is scaled down to it; ctex where it is in Chinese or any letter of it is, with XeLaTeX or
    LuaLaTeX, since the letters of pdfLaTeX end before Chinese ones. All else compiles everywhere.
    """
    inside = "\n".join((grid.caption, *grid.heads, *(c for r in grid.rows for c in r), *grid.notes))
    chinese = language == "zh" or bool(_CHINESE.search(inside))
    wide = _points(grid) > _LINE
    packages = ", ".join(["booktabs", *["graphicx"] * wide, *["ctex"] * chinese])
    engine = "; compile with XeLaTeX or LuaLaTeX" if chinese else ""
    heads = [f"{_tex_row(row)} \\\\" for row in lines_of(grid.heads)]
    body = "\n\\midrule\n".join(
        "\n".join(f"{_tex_row(row)} \\\\" for row in part) for part in spread(grid) if part
    )
    notes = [f"{_tex(note)}\\par" for note in grid.notes]
    lines = [
        f"% \\usepackage{{{packages}}}{engine}", r"\begin{table}[htbp]", r"\centering",
        f"\\caption{{{_tex(grid.caption)}}}",
        *[r"\resizebox{\linewidth}{!}{%"] * wide,
        f"\\begin{{tabular}}{{l{'c' * (len(grid.heads) - 1)}}}", r"\toprule", *heads, r"\midrule",
        body, r"\bottomrule", r"\end{tabular}" + "}" * wide,
    ]  # fmt: skip
    if notes:
        lines += [r"\par\smallskip", r"\begin{minipage}{\linewidth}\footnotesize", *notes,
                  r"\end{minipage}"]  # fmt: skip
    return "\n".join([*lines, r"\end{table}", ""])


def markdown(grid: Grid) -> str:
    """Return a pipe table: the caption above, a paragraph for each note below."""
    width = len(grid.heads)
    head = [_mark(head.replace("\n", " ")) for head in grid.heads]
    rule = ["---", *[":---:"] * (width - 1)]
    rows = [list(map(_mark, row)) for part in spread(grid) for row in part]
    lines = ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]
    blocks = [f"**{_mark(grid.caption)}**", "\n".join(lines), *map(_mark, grid.notes)]
    return "\n\n".join(blocks) + "\n"


def comma_separated(grid: Grid, line_names: Sequence[str]) -> str:
    """Return the table for a spreadsheet: plain minus signs, no parentheses around errors.

    Where cells have several lines, each has a row and a second column says what it is. Notes are
    left out, since a program that reads the file would take them for rows; a cell without a number
    is empty.
    """
    several = any("\n" in cell for row in grid.rows for cell in row)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    first, *heads = (head.replace("\n", " ") for head in grid.heads)
    writer.writerow([first or "term", *(["statistic"] if several else []), *heads])
    for row in grid.rows:
        height = len(split := lines_of(row))
        for i, (_, *cells) in enumerate(split):
            named = line_names[i] if height > 1 and i < len(line_names) else ""
            second = [named] if several else []
            writer.writerow([row[0], *second, *map(_number, cells)])
    return out.getvalue()


def _number(cell: str) -> str:
    text = cell.replace("−", "-")
    text = "" if text in ("–", "(–)") else text
    if found := _ALONE.fullmatch(text):
        text = found[1]
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def _points(grid: Grid) -> float:
    """About how wide LaTeX sets the table; a Chinese letter is two wide."""
    lines = [line for row in (grid.heads, *grid.rows) for line in lines_of(row)]
    sizes = ([len(cell) + len(_CHINESE.findall(cell)) for cell in line] for line in lines)
    return sum(_LETTER * max(column) + _APART for column in zip(*sizes, strict=True))


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in text)


def _tex_row(row: Row) -> str:
    """Join cells; a row that starts with a bracket or a star would be an option of the break."""
    text = " & ".join(map(_tex, row))
    return f"{{}}{text}" if text.startswith(("[", "*")) else text


def _mark(text: str) -> str:
    """Escape what Markdown would take for marks."""
    return re.sub(r"([\\`*_\[\]<>|~])", r"\\\1", text)


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
