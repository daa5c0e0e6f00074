"""Search Chinese text without a word list, beside stemmed English.

Chinese is written without spaces. Each run of Chinese characters is indexed as its single
characters and its overlapping pairs; the page cuts a query into the same pairs, so any term of
one character or more is found, whatever a dictionary may know of it. A name with an ampersand
inside, R&D, is one term.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

import snowballstemmer
from sphinx.search import SearchLanguage, languages
from sphinx.search.zh import english_stopwords, js_porter_stemmer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HAN = "\u3400-\u9fff"
RUN = re.compile(f"[{HAN}]+")
JOINED = re.compile(r"\w+(?:&\w+)+")

# Runs in the page: cut at blanks and marks, then where scripts meet, then Chinese into pairs.
SPLIT_QUERY = """
function splitQuery(query) {
  const pairs = (run) => Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2));
  return query
    .split(/[^\\p{L}\\p{N}_&]+|&(?![\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])&/gu)
    .flatMap((part) => part.match(/[HAN]+|[^HAN]+/gu) || [])
    .flatMap((run) => (/[HAN]/u.test(run) && run.length > 2 ? pairs(run) : [run]));
}
""".replace("HAN", HAN)


class ChinesePairs(SearchLanguage):
    """Chinese as one- and two-character terms, everything else as stemmed English."""

    lang = "zh"
    language_name = "Chinese"
    js_stemmer_code = js_porter_stemmer
    js_splitter_code = SPLIT_QUERY
    stopwords = english_stopwords

    def init(self, _options: dict[str, str]) -> None:
        """Make the stemmer once; each word is stemmed once, however often it stands in the book."""
        self._stem = cache(snowballstemmer.stemmer("porter").stemWord)

    def split(self, text: str) -> list[str]:
        """Cut text into index terms."""
        text = unescape(text)  # a finished table says R&amp;D
        english = RUN.sub(" ", text)
        terms = [*super().split(english), *JOINED.findall(english)]
        for run in RUN.findall(text):
            terms.extend(run)
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
        return terms

    def word_filter(self, word: str) -> bool:
        """Keep Chinese terms of any length and English words that carry meaning."""
        return bool(RUN.match(word)) or (len(word) > 1 and word.lower() not in self.stopwords)

    def stem(self, word: str) -> str:
        """Stem English; Chinese has nothing to stem."""
        return self._stem(word.lower()) if word.isascii() else word


def setup(_app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx in place of the dictionary-based splitter."""
    languages["zh"] = ChinesePairs
    return {"parallel_read_safe": True, "parallel_write_safe": True}
