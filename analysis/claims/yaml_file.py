"""Read the YAML files of a study; what is wrong with one is said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import LedgerError
from analysis.strict import Loader

__all__ = ["read_yaml"]


def read_yaml(path: Path, what: str, listed: str | None = None) -> Mapping[str, Any]:
    """Read a mapping from a file.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it is, for messages: "The ledger".
    listed : str, optional
        A key that must hold a list.

    Raises
    ------
    LedgerError
        The file cannot be opened, is not YAML in UTF-8, or lacks the list.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            raw = yaml.load(stream, Loader=Loader)
    except OSError as error:
        raise LedgerError(f"{what} {path.name} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise LedgerError(f"{what} {path.name} is not UTF-8: save it again as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark else ""
        twice = getattr(error, "problem", None) or ""
        said = f"has the key {twice}" if twice.endswith(" twice") else "is not valid YAML"
        raise LedgerError(f"{what} {path.name} {said}{line}: mend it.") from error
    if not isinstance(raw, Mapping) or (listed and not isinstance(raw.get(listed), list)):
        wanted = f"has no list of {listed}: add the key '{listed}'" if listed else "is no mapping"
        raise LedgerError(f"{what} {path.name} {wanted}.")
    return raw
