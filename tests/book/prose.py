"""Read a MyST chapter: its prose without code, and its code cells with their settings."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{code-cell\}[^\n]*\n(?P<body>.*?)^(?P=fence)\s*$", re.M | re.S
)
OPTIONS = re.compile(r"\A---\n(.*?)^---\n", re.M | re.S)
SHORT_OPTIONS = re.compile(r"\A((?::[\w-]+:.*\n)+)")

# What a reader does not read as a typed number.
NOT_PROSE = [
    re.compile(r"\A---\n.*?^---\n", re.M | re.S),  # front matter
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"\$\$.*?\$\$", re.S),
    re.compile(r"\$[^$\n]+\$"),
    re.compile(r"^```\w+\n.*?^```$", re.M | re.S),  # code of another language
    re.compile(r"^`{3,}\{(math|bibliography).*?^`{3,}", re.M | re.S),
    re.compile(r"\{glue:\w+\}`[^`]*`"),
    re.compile(r"\{(cite\w*|cite:\w+|ref|numref|doc|term|eq)\}`[^`]*`"),
    re.compile(r"\]\([^)]*\)"),  # link targets
    re.compile(r"^\([\w-]+\)=$", re.M),  # labels
    re.compile(r"^:\w[\w-]*:.*$", re.M),  # directive options
    re.compile(r"`[^`\n]+`"),
    re.compile(r"\bM\d{2,3}\b"),  # claim ids
    re.compile(r"\b(?:CR|HC)[0-3]\b"),  # names of standard errors
]


def chapter_files() -> list[Path]:
    """Return the chapters in the order of the table of contents."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"]] + [c["file"] for part in toc["parts"] for c in part["chapters"]]
    return [BOOK / f"{name}.md" for name in names]


def page_of(path: Path) -> str:
    """Return the address of a chapter in the book, without an ending."""
    return path.relative_to(BOOK).with_suffix("").as_posix()


@dataclass(frozen=True)
class Cell:
    options: dict
    source: str


def cells(path: Path) -> list[Cell]:
    found = []
    for match in FENCE.finditer(path.read_text(encoding="utf-8")):
        body = match["body"]
        options = OPTIONS.match(body) or SHORT_OPTIONS.match(body)
        settings = yaml.safe_load(re.sub(r"^:", "", options[1], flags=re.M)) if options else {}
        found.append(Cell(settings or {}, body[options.end() :] if options else body))
    return found


def prose(path: Path, headings: bool = True) -> str:
    """Return what a reader reads as words, on one line."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    if not headings:
        text = re.sub(r"^#+ .*$", "", text, flags=re.M)
    for pattern in NOT_PROSE:
        text = pattern.sub(" ", text)
    return re.sub(r"\s+", " ", text)
