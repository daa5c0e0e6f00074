"""What a set of files says, as one short name: results are kept under it and found again."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

DIGITS = 16
# What YAML says in another language (`analysis.strict`) decides no result.
_KEY = rb'(?:"[^"\n]+@[a-z]{2}"|[^"\n,:{}]+@[a-z]{2}): '
_TEXT = rb'(?:"(?:[^"\\\n]|\\.)*"|\[[^\]\n]*\])'
TRANSLATION = re.compile(rb"^[ \t]*" + _KEY + rb".*\n|, " + _KEY + _TEXT, re.M)


def fingerprint(
    paths: Iterable[Path], suffixes: Collection[str] = (), without: Collection[str] = ()
) -> str:
    """Return 16 hexadecimal digits that follow the names and bytes of files and nothing else.

    Times, the place of the checkout and the order on the disk do not count; the order of ``paths``
    does. Compiled modules and hidden files are left out, and in YAML
    what a key such as ``sentence@zh`` says: a translation is no reason to compute anew.

    Parameters
    ----------
    paths
        Files and folders; a folder stands for every file below it.
    suffixes
        Which files of a folder count, ``{".py", ".yml"}``; all if empty.
    without
        Names of folders that do not count.

    Raises
    ------
    FileNotFoundError
        If one of ``paths`` does not exist.
    """
    digest = hashlib.sha256()
    for position, path in enumerate(paths):
        for name in _files(path, suffixes, without) if Path(path).is_dir() else [""]:
            content = Path(path, name).read_bytes()
            if Path(path, name).suffix == ".yml":
                content = TRANSLATION.sub(b"", content)
            body = hashlib.sha256(content).digest()
            # The name ends with a zero byte, so that no two lists of files spell the same bytes.
            digest.update(f"{position}/{name}".encode() + b"\0" + body)
    return digest.hexdigest()[:DIGITS]


def _files(top: Path, suffixes: Collection[str], without: Collection[str]) -> Iterator[str]:
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = [n for n in folders if n not in {"__pycache__", *without} and n[0] != "."]
        found += [
            Path(folder, name).relative_to(top).as_posix()
            for name in names
            if not name.startswith(".") and (not suffixes or Path(name).suffix in suffixes)
        ]
    return iter(sorted(found))
