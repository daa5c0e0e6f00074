"""The picture that a link to the book is shown with."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from analysis.claims import Study
from analysis.claims.across import across, by_claim
from analysis.claims.vocabulary import VERDICTS
from analysis.display.charts.verdicts import VERDICT_MARKS
from analysis.display.drawing import Picture, words_width, wrap_words
from analysis.display.opened import opened
from analysis.display.theme import INK, MUTED, RULE, subplots

__all__ = ["card"]

SIZE = (12.0, 6.3)  # inches at 100 dots: what sites cut a preview to
LEFT, RIGHT = 0.6, 11.4


def card(title: str, study: str | Path | Study, archive: Path | None = None) -> Picture:
    """Draw the title of the book over its claims, counted by the word over all data sets.

    Parameters
    ----------
    title
        Of the book.
    study, archive
        As for `analysis.display.chapter`.

    Returns
    -------
    Picture
        1200 by 630 dots when saved at 100 dots an inch.
    """
    study, kept = opened(study, archive)
    records = by_claim(kept.records)
    words = Counter(across(found, study.rules).word for found in records.values())
    figure, ax = subplots(width=SIZE[0], height=SIZE[1])
    figure.set_layout_engine("none")
    ax.set(position=(0, 0, 1, 1), xlim=(0, SIZE[0]), ylim=(SIZE[1], 0))
    ax.set_axis_off()
    lines = wrap_words(title, RIGHT - LEFT, 34)
    for at, line in enumerate(lines):
        ax.text(LEFT, 0.95 + 0.62 * at, line, fontsize=34, color=INK, va="baseline")
    top = 0.95 + 0.62 * len(lines)
    counted = [(word, words[word]) for word in VERDICTS if words[word]]
    step, most = (SIZE[1] - top - 0.55) / len(counted), max(n for _, n in counted)
    start = LEFT + max(words_width(word, 19) for word, _ in counted) + 0.25
    for at, (word, n) in enumerate(counted):
        y = top + step * (at + 0.5)
        colour = VERDICT_MARKS[word][0] if word in VERDICT_MARKS else RULE
        ax.barh(y, (RIGHT - 0.6 - start) * n / most, left=start, height=0.62 * step, color=colour)
        ax.text(start - 0.15, y, word, fontsize=19, color=INK, ha="right", va="center")
        ax.text(start + (RIGHT - 0.6 - start) * n / most + 0.1, y, str(n), fontsize=19,
                color=INK, va="center")  # fmt: skip
    ax.text(LEFT, SIZE[1] - 0.22, f"{len(records)} claims by the word over all data sets",
            fontsize=16, color=MUTED)  # fmt: skip
    return Picture(figure)
