"""Texts of YAML files with what stands beside them in another language."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from analysis.strict import ELSEWHERE

__all__ = ["beside", "labels", "short_names"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def beside(paths: Iterable[Path], language: str) -> dict[str, str]:
    """Return what YAML files say in two languages, from English to the other.

    A text and its translation are keys of one mapping: ``sentence`` and ``sentence@zh``,
    ``label_en`` and ``label_zh``, ``en`` and ``zh``; lists correspond member by member.

    Parameters
    ----------
    paths
        The files.
    language
        Two letters, ``zh``.
    """
    found: dict[str, str] = {}
    for path in paths:
        found.update(_pairs(_read(path), language))
    return found


def labels(paths: Iterable[Path], language: str) -> dict[str, str]:
    """Return what the rows of tables are called, from columns such as ``label_en``, ``label_zh``.

    Parameters
    ----------
    paths
        Tables as csv. ``region`` beside ``region_zh`` counts as well.
    language
        Two letters.
    """
    found: dict[str, str] = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            heads = set(rows.fieldnames or ())
            ends = [h for h in heads if h.endswith(f"_{language}")]
            pairs = [(e, h) for h in ends for e in (f"{h[:-3]}_en", h[:-3]) if e in heads]
            if pairs:
                found |= {row[e]: row[h] for row in rows for e, h in pairs if row[e] and row[h]}
    return found


def short_names(paths: Iterable[Path]) -> frozenset[str]:
    """Return the names of series and measures that YAML files declare."""
    found: set[str] = set()
    for path in paths:
        read = _read(path)
        for part in ("columns", "composites", "indices", "measures"):
            if isinstance(read, dict) and isinstance(read.get(part), dict):
                found |= set(map(str, read[part]))
    return frozenset(found)


def _read(path: Path) -> object:
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=_LOADER)


def _pairs(value: object, language: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _pairs(one, language)
    if not isinstance(value, dict):
        return
    for key, said in value.items():
        name = str(key)
        if (marked := ELSEWHERE.fullmatch(name)) and marked[2] == language:
            yield from _same(value.get(marked[1]), said)
        elif name in (language, f"{name[:-3]}_{language}"):
            yield from _same(value.get(f"{name[:-2]}en"), said)
        yield from _pairs(said, language)


def _same(english: object, said: object) -> Iterator[tuple[str, str]]:
    if isinstance(english, str) and isinstance(said, str):
        yield " ".join(english.split()), " ".join(said.split())
    elif isinstance(english, list) and isinstance(said, list) and len(english) == len(said):
        for one, other in zip(english, said, strict=True):
            yield from _same(one, other)
