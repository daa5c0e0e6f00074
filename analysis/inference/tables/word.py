"""A `Grid` as a Word file: three rules, Latin and Chinese letters each in a font of their own."""

from __future__ import annotations

import io
from typing import Any

from analysis.errors import require_extra
from analysis.inference.cells import Grid
from analysis.inference.tables.formats import lines_of, spread

__all__ = ["word_file"]

LATIN, CHINESE = "Times New Roman", "宋体"
HEAVY, LIGHT = "12", "6"  # eighths of a point: 1.5 and 0.75
WIDE = 7  # columns that a page holds upright
BODY, SMALL = 10.5, 9.0  # points; 10.5 is the 五号 of Chinese journals


def word_file(grid: Grid) -> bytes:
    """Return a document of one table: caption above, notes below, the head on every page."""
    require_extra("docx", "docx", "Writing a Word file")
    from docx import Document
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = Document()
    document.core_properties.title, document.core_properties.author = grid.caption, ""
    _page(document.sections[0], len(grid.heads) > WIDE)
    caption = document.add_paragraph()
    _write(caption, grid.caption, BODY, WD_ALIGN_PARAGRAPH.CENTER)
    caption.paragraph_format.keep_with_next = True
    heads, parts = lines_of(grid.heads), spread(grid)
    rows = [*heads, *(row for part in parts for row in part)]
    table = document.add_table(rows=len(rows), cols=len(grid.heads))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, True
    for made, row in zip(table.rows, rows, strict=True):
        for j, (cell, text) in enumerate(zip(made.cells, row, strict=True)):
            side = WD_ALIGN_PARAGRAPH.CENTER if j else WD_ALIGN_PARAGRAPH.LEFT
            _write(cell.paragraphs[0], text, BODY, side)
        _set(made._tr.get_or_add_trPr(), "w:cantSplit")
    for made in table.rows[: len(heads)]:
        _set(made._tr.get_or_add_trPr(), "w:tblHeader")
    _rule(table.rows[0], "top", HEAVY)
    _rule(table.rows[len(heads) - 1], "bottom", LIGHT)
    _rule(table.rows[-1], "bottom", HEAVY)
    for note in grid.notes:
        paragraph = document.add_paragraph()
        _write(paragraph, note, SMALL, WD_ALIGN_PARAGRAPH.LEFT)
    return _bytes(document)


def _page(section: Any, across: bool) -> None:  # noqa: ANN401
    """Make the page A4, turned where the columns are many."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    short, long = Mm(210), Mm(297)
    section.page_width, section.page_height = (long, short) if across else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(25)


def _bytes(document: Any) -> bytes:  # noqa: ANN401
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(paragraph: Any, text: str, size: float, side: Any) -> None:  # noqa: ANN401
    """Write text; Word takes the font of Chinese letters from an attribute of its own."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.font.name, run.font.size = LATIN, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), CHINESE)
    paragraph.alignment = side
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)


def _rule(row: Any, edge: str, weight: str) -> None:  # noqa: ANN401
    """Draw one rule along a row; a cell has one element for all its borders."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for cell in row.cells:
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            properties.append(borders)
        if (before := borders.find(qn(f"w:{edge}"))) is not None:
            borders.remove(before)
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", weight), ("space", "0"), ("color", "auto")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)


def _set(properties: Any, name: str) -> None:  # noqa: ANN401
    from docx.oxml import OxmlElement

    properties.append(OxmlElement(name))
