"""The terminal in another language: whatever can be said is said, the rest stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field

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
        parts = SENTENCE.split(bare)
        said = [self.say(part) for part in parts]
        found = "".join(map(str, said)) if None not in said else self.catalogue.say(bare)
        if found is None:
            pairs = zip(parts, said, strict=True)
            found = "".join(new or f"{self._noted(old)} " for old, new in pairs).rstrip()
        return text.replace(bare, found, 1)

    def say(self, text: str) -> str | None:
        """Say a text; None where it has no message, names of files and series aside."""
        return self.catalogue.say_error(text)

    def page(self, text: str) -> str:
        """Say a finished page of HTML."""
        language = self.catalogue.language.replace("_", "-")
        said = say_html(text, self, self.unsaid)  # it asks for nothing but `say`
        return said.replace('<html lang="en">', f'<html lang="{language}">', 1)

    def _noted(self, text: str) -> str:
        self.unsaid.note(text)
        return text


def voice(language: str) -> Voice | None:
    """Return the voice of one of `LANGUAGES`; None for English, which needs no other words."""
    folder = LANGUAGES[language]
    return Voice(read_catalogue(folder)) if folder else None
