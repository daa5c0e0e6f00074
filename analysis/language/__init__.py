"""Other languages: finished English sentences are recognised by their messages and said anew.

English is the source. A message is a whole sentence with named slots, ``p = {p} with {df} degrees
of freedom.``; a catalogue leads from it to the same in another language, slots in that language's
order. What estimates and what draws knows of no language: its words are translated where they are
shown, and a sentence without a message is reported, never guessed.
"""

from analysis.language.catalogue import Catalogue, Unsaid
from analysis.language.fragments import say_html
from analysis.language.pictures import say_svg
from analysis.language.reading import read_catalogue
from analysis.language.style import Style
from analysis.language.voice import LANGUAGES, Voice, voice

__all__ = [
    "LANGUAGES", "Catalogue", "Style", "Unsaid", "Voice", "read_catalogue", "say_html", "say_svg",
    "voice",
]  # fmt: skip
