"""Reading files at the edge: bytes, hashes, YAML and CSV, with errors a user can mend."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from analysis.errors import DataError
from analysis.strict import Loader


def short(path: Path) -> str:
    """Folder and name of a file, the way messages name it: ``china/economy.csv``."""
    return f"{path.parent.name}/{path.name}"


def read_bytes(path: Path, mend: str) -> bytes:
    """Read a file; `mend` says what the user can do if it cannot be read (DataError)."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"The file {short(path)} is missing: {mend}.") from None
    except OSError as error:  # a folder in its place, a link to itself, no permission
        raise DataError(f"{short(path)} cannot be read ({error.strerror}): {mend}.") from None


def read_yaml(path: Path, mend: str = "restore it from version control") -> Any:  # noqa: ANN401
    """Read a YAML file, whatever it holds; see :func:`read_bytes` for the errors."""
    try:
        return yaml.load(read_bytes(path, mend).decode("utf-8"), Loader=Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark else ""
        twice = getattr(error, "problem", None) or ""
        if twice.endswith(" twice"):
            raise DataError(f"{short(path)} has the key {twice}{line}: take one out.") from None
        raise DataError(
            f"{short(path)} is not valid YAML{line}: mend the indentation or quote the text there."
        ) from None


def sha256(content: bytes) -> str:
    """SHA-256 of a text file's content with Unix line ends, so that every checkout agrees."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def check_hash(path: Path, content: bytes, recorded: str | None, sidecar: str) -> None:
    """Refuse a file that differs from the hash its sidecar records; no hash means no check."""
    found = sha256(content)
    if recorded and found != recorded:
        raise DataError(
            f"{short(path)} is not the file its sidecar describes (sha256 {found[:12]}, recorded "
            f"{recorded[:12]}): restore the file, or if the change is meant put "
            f"'sha256: {found}' in {sidecar}."
        )


def parse_csv(path: Path, content: bytes, text: Iterable[str]) -> pd.DataFrame:
    """Parse a comma-separated table; an empty cell is a missing value, and nothing else is.

    Columns in `text` are kept as text; all others become numbers where they are numbers. DataError
    if the file is not UTF-8 or a row has more cells than the header.
    """
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            dtype=dict.fromkeys(text, str),
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
            skip_blank_lines=False,
        )
    except UnicodeDecodeError:
        raise DataError(f"{short(path)} is not UTF-8: save it again as UTF-8.") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            f"{short(path)} is not a comma-separated table ({str(error).strip()}): give every row "
            "the cells of the header."
        ) from None
    # pandas makes the surplus cells an index of their own
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        raise DataError(
            f"{short(path)} has rows with more cells than the header: give every row the cells of "
            "the header."
        )
    return frame


def require_numbers(path: Path, frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return ``columns`` as floats; DataError at the first cell that is no finite number."""
    out = frame.copy()
    for name in columns:
        column = frame[name]
        numeric = pd.to_numeric(column.astype(str).where(column.notna()), errors="coerce")
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            numeric = column
        bad = column.notna() & ~np.isfinite(numeric.astype(float))
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise DataError(
                f"{short(path)} holds '{column.iloc[row]}' in column '{name}', row {row + 2}: "
                "write a plain number there, or leave the cell empty."
            )
        out[name] = numeric.astype(float)
    return out


def read_small(
    path: Path, needed: Sequence[str], check: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """Read a small table beside its sidecar, ``needed`` as text; rules first, then the hash."""
    sidecar = path.with_suffix(".yml")
    raw = read_yaml(sidecar, f"describe {path.name} there: title and sha256")
    content = read_bytes(path, "restore it from version control")
    frame = parse_csv(path, content, needed)
    for name in needed:
        if name not in frame.columns:
            raise DataError(f"{short(path)} has no column '{name}': add it.")
    frame = check(frame)
    check_hash(path, content, raw.get("sha256") if isinstance(raw, dict) else None, short(sidecar))
    return frame
