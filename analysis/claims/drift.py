"""What moved between two archives: claim, number, old value, new value, verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.claims.archive import Archive

__all__ = ["drift"]

_HEADS = ["claim", "dataset", "number", "old", "new", "verdict"]


def drift(old: Archive, new: Archive, tolerance: float = 1e-10) -> pd.DataFrame:
    """List every number and word that differs between two archives.

    Parameters
    ----------
    old, new : Archive
        Of one study, or of two.
    tolerance : float
        Relative; smaller movements are none.

    Returns
    -------
    DataFrame
        Columns ``claim, dataset, number, old, new, verdict``. A chapter or page stands under
        ``claim`` as well. What one archive lacks is None there; ``verdict`` is the new word, with
        the old one before an arrow where it changed.
    """
    before, after = dict(_facts(old)), dict(_facts(new))
    rows = []
    for key in dict.fromkeys((*before, *after)):
        one, two = (side.get(key, {}) for side in (before, after))
        words = dict.fromkeys(str(side["verdict"]) for side in (one, two) if "verdict" in side)
        for name in dict.fromkeys((*one, *two)):
            a, b = one.get(name), two.get(name)
            if not _same(a, b, tolerance):
                rows.append((*key, name, a, b, " → ".join(words)))
    return pd.DataFrame(rows, columns=_HEADS, dtype=object)


def _facts(archive: Archive) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Yield the key of a claim or page and all its numbers and words by dotted name."""
    for claim, dataset in archive.manifest["records"]:
        record = archive.record(claim, dataset)
        plain = record.plain()
        kept = {k: plain[k] for k in ("findings", "checks", "dropped", "notes", "describes", "q")}
        facts = {"verdict": record.verdict.word, "reason": record.verdict.reason}
        shown = {"shown": record.shown.numbers, **kept}
        yield (claim, dataset), facts | dict(_flat(shown))
    for path in sorted((archive.folder / "pages").glob("*.json")):
        yield (path.stem, ""), dict(archive.page(path.stem).numbers)


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value, start=1)
    else:
        yield name, value
        return
    for key, item in pairs:
        yield from _flat(item, f"{name}.{key}" if name else str(key))


def _same(a: object, b: object, tolerance: float) -> bool:
    if isinstance(a, float | int) and isinstance(b, float | int):
        return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b)) or (a != a and b != b)
    return a == b
