"""The editions of the book: which are configured, and where `make book` leaves them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from speech import LANGUAGE, ROOT, catalogue

__all__ = ["BUILT", "READ", "ROOT", "Edition", "config", "editions"]

BUILT = ROOT / "_build"
READ = BUILT / "read"
"""There once every chapter has run and been read, so that other editions can begin."""


@dataclass(frozen=True)
class Edition:
    """An edition: its folder below ``_build/html``, none for the English one, and its language.

    Examples
    --------
    >>> Edition("zh", "zh_CN").beside(Path("book.pdf")).name
    'book.zh.pdf'
    """

    folder: str = ""
    language: str = LANGUAGE

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return self.language.replace("_", "-")

    @property
    def html(self) -> Path:
        """The folder of the pages."""
        if not (BUILT / "html" / self.folder / "intro.html").exists():
            sys.exit("The book is not built: run `make book` first.")
        return BUILT / "html" / self.folder

    def say(self, words: str) -> str:
        """Say what the book-maker says, or a caption or title of the book."""
        return words if self.language == LANGUAGE else catalogue(self.language).say(words) or words

    def beside(self, path: Path) -> Path:
        """Return where that stands in this edition which in English stands at a path."""
        return path.with_suffix(f".{self.folder}{path.suffix}") if self.folder else path


def config() -> dict:
    """Return the configuration of the book."""
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


def editions(names: Sequence[str] = ()) -> list[Edition]:
    """Return the editions of these names, ``en`` or a folder; all that are configured for none."""
    folders = config()["sphinx"]["config"].get("editions", {})
    known = {LANGUAGE: Edition()} | {name: Edition(name, code) for name, code in folders.items()}
    if lost := [name for name in names if name not in known]:
        sys.exit(f"There is no edition {lost[0]}: choose from {', '.join(known)}.")
    return [known[name] for name in names or known]
