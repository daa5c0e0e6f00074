"""What chapters may hold: calls and words; no typed numbers, functions or bare pictures."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from prose import BOOK, FENCE, cells, chapter_files, prose

CHAPTERS = chapter_files()
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
NUMERAL = re.compile(r"[0-9０-９]+(?:[.,][0-9０-９]+)*%?")


@pytest.fixture(scope="module")
def allowed() -> dict[str, list[str]]:
    return yaml.safe_load((BOOK / "numerals.yml").read_text(encoding="utf-8"))


def typed_numerals(text: str, phrases: list[str]) -> list[str]:
    for phrase in phrases:
        text = text.replace(phrase, " ")
    return [text[max(0, m.start() - 30) : m.end() + 20] for m in NUMERAL.finditer(text)]


@each_chapter
def test_no_numeral_is_typed(path, allowed):
    found = typed_numerals(prose(path), allowed.get("everywhere", []) + allowed.get(path.stem, []))
    assert not found, (
        f"{path.name}: glue these numbers or allow the phrase in book/numerals.yml: {found}"
    )


def test_a_typed_numeral_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "---\na: 1\n---\n# T\n\nThe effect is 0.31, see `x1`, {glue:text}`n_2`, CR3 and M113.\n",
        encoding="utf-8",
    )
    assert ["0.31" in found for found in typed_numerals(prose(page), [])] == [True]
    assert not typed_numerals(prose(page), ["0.31"])


def test_every_allowed_phrase_is_used(allowed):
    texts = {path.stem: prose(path) for path in CHAPTERS}
    for page, phrases in allowed.items():
        text = " ".join(texts.values()) if page == "everywhere" else texts[page]
        for phrase in phrases:
            assert phrase in text, (
                f"numerals.yml allows '{phrase}' on {page}, which does not use it"
            )


@each_chapter
def test_chapters_only_import_and_call(path):
    for cell in cells(path):
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            assert not isinstance(
                node,
                ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.For | ast.While | ast.ListComp,
            ), f"{path.name}: a chapter computes: {ast.unparse(node)[:60]}"
        assert len(tree.body) <= 6


@each_chapter
def test_every_picture_says_what_it_shows(path):
    for cell in cells(path):
        if "figure" in cell.options.get("mystnb", {}):
            alt = cell.options["mystnb"].get("image", {}).get("alt", "")
            assert len(alt) >= 40, f"{path.name}: a figure without alt text: {cell.source}"
            assert cell.options["mystnb"]["figure"].get("caption")
            assert not NUMERAL.search(re.sub(r"\bM\d{2,3}\b|\bCR[13]\b", "", alt)), (
                f"a numeral in: {alt}"
            )


@each_chapter
def test_labels_in_captions_hold_no_numeral(path):
    for cell in cells(path):
        caption = cell.options.get("mystnb", {}).get("figure", {}).get("caption", "")
        assert not NUMERAL.search(re.sub(r"\bM\d{2,3}\b|\bCR[13]\b", "", caption)), caption


def glossary() -> dict[str, str]:
    text = (BOOK / "glossary.md").read_text(encoding="utf-8")
    pairs = re.findall(r"^([A-Z][A-Za-z -]+?) ([\u3400-\u9fff—]+)$", text, flags=re.M)
    return {english.lower(): chinese for english, chinese in pairs if english != "Glossary"}


@each_chapter
def test_chinese_stands_beside_a_term_at_first_use(path):
    if path.stem in {"glossary", "references"}:
        return
    text = prose(path, headings=False)
    for english, chinese in glossary().items():
        first = re.search(rf"\b{re.escape(english)}\b", text, flags=re.I)
        if first:
            near = text[first.start() : first.end() + len(chinese) + 12]
            assert chinese in near, f"{path.name}: '{english}' lacks {chinese} at first use"


def test_glossary_is_read():
    assert glossary()["patient capital"] == "耐心资本"
    assert len(glossary()) >= 12


def test_toc_lists_every_chapter():
    written = {*Path(BOOK).glob("*.md"), *Path(BOOK, "api").glob("*.md")}
    assert written == set(CHAPTERS)


@each_chapter
def test_every_fold_is_closed_before_the_next_heading(path):
    depth = 0
    for line in FENCE.sub("", path.read_text(encoding="utf-8")).splitlines():
        depth += line.startswith("<details") - line.startswith("</details>")
        assert 0 <= depth <= 1, f"{path.name}: {line}"
        assert not (depth and line.startswith("#")), f"{path.name}: a heading in a fold: {line}"
    assert depth == 0
