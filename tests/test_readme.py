"""The two front pages say the same: as many headings, the same commands, files and links."""

import re
from collections import Counter
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def pages():
    return [(TOP / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")]


def test_headings_and_rows_correspond(pages):
    levels = [re.findall(r"(?m)^(#+) ", page) for page in pages]
    assert levels[0] == levels[1]
    rows = [len(re.findall(r"(?m)^\|", page)) for page in pages]
    assert rows[0] == rows[1]


def test_commands_are_the_same(pages):
    blocks = [re.findall(r"(?m)^    (\S[^#\n]*?)(?:  .*|#.*)?$", page) for page in pages]
    first = [[row for row in found if not re.search("[㐀-鿿]{3}", row)] for found in blocks]
    assert first[0] == first[1]
    tables = [re.findall(r"(?m)^\| `([^`]+)`", page) for page in pages]
    assert tables[0] == tables[1]


def test_code_and_links_are_the_same(pages):
    code = [Counter(re.findall(r"`([^`\n]+)`", page)) for page in pages]
    more = {"_build/html/zh/intro.html", "--lang zh"}  # what only a Chinese reader looks for
    assert set(code[1]) - more == set(code[0]) - more
    links = [set(re.findall(r"\]\(([^)]+)\)", page)) for page in pages]
    assert links[0] - {"README.zh.md"} == links[1] - {"README.md"}
    assert all((TOP / link).exists() for found in links for link in found)
