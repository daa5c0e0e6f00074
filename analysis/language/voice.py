"""The terminal in another language: whatever can be said is said, the rest stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from analysis.language.catalogue import SENTENCE, Catalogue, Unsaid
from analysis.language.fragments import say_html
from analysis.language.reading import CATALOGUES, SPOKEN, read_catalogue

__all__ = ["LANGUAGES", "Voice", "voice"]

LANGUAGES = {"en": ""} | {
    path.parent.name.partition("_")[0]: path.parent.name
    for path in sorted(CATALOGUES.glob(f"*/{SPOKEN[0]}"))
}
"""What a reader can ask for: from two letters to the folder of catalogues, none for English."""


@dataclass(frozen=True)
class Voice:
    """Says lines of the terminal and pages that a command writes.

    Parameters
    ----------
    catalogue : Catalogue
        The messages.
    unsaid : Unsaid
        Told of each sentence without one.

    Examples
    --------
    >>> known = {"All as declared.": "全部与声明一致。"}
    >>> Voice(Catalogue("zh_CN", known))("All as declared. Unheard of.")
    '全部与声明一致。Unheard of.'
    """

    catalogue: Catalogue
    unsaid: Unsaid = field(default_factory=Unsaid)

    def __call__(self, text: str) -> str:
        """Say a text, or what can be said of its sentences; blanks around it stay."""
        bare = text.strip()
        if not bare:
            return text
        found = self.say(bare)
        if found is None:
            found = "".join(
                self.say(part) or f"{self._noted(part)} " for part in SENTENCE.split(bare)
            ).rstrip()
        return text.replace(bare, found, 1)

    def say(self, text: str) -> str | None:
        """Say a text, sentence by sentence or else whole; names of files and series stay."""
        said = [self.catalogue.say_error(part) for part in SENTENCE.split(text)]
        return self.catalogue.say(text) if None in said else "".join(map(str, said))

    def page(self, text: str) -> str:
        """Say a finished page of HTML."""
        language = self.catalogue.language.replace("_", "-")
        said = say_html(text, self, self.unsaid)  # all but `say` is the catalogue's own
        return said.replace('<html lang="en">', f'<html lang="{language}">', 1)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.catalogue, name)

    def _noted(self, text: str) -> str:
        self.unsaid.note(text)
        return text


def voice(language: str) -> Voice | None:
    """Return the voice of one of `LANGUAGES`; None for English, which needs no other words."""
    folder = LANGUAGES[language]
    return Voice(read_catalogue(folder)) if folder else None
