"""Fonts that hold no more than a book shows."""

from __future__ import annotations

from pathlib import Path

from fontTools import subset


def write_font(source: Path, wanted: str, path: Path) -> None:
    """Write some letters of a font as a font, the same bytes for the same letters."""
    options = subset.Options(flavor="woff", layout_features=[], recalc_timestamp=False)
    font = subset.load_font(str(source), options)
    chosen = subset.Subsetter(options)
    chosen.populate(text=wanted)
    chosen.subset(font)
    subset.save_font(font, str(path), options)
