"""Read the YAML files of a study; what is wrong with one is said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import LedgerError

__all__ = ["read_yaml"]

# The C parser reads a file about eight times faster; it is absent from some builds.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
            raw = yaml.load(stream, Loader=_LOADER)
    except OSError as error:
        raise LedgerError(f"{what} {path.name} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise LedgerError(f"{what} {path.name} is not UTF-8: save it again as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark else ""
        raise LedgerError(f"{what} {path.name} is not valid YAML{line}: mend it.") from error
    if not isinstance(raw, Mapping) or (listed and not isinstance(raw.get(listed), list)):
        wanted = f"has no list of {listed}: add the key '{listed}'" if listed else "is no mapping"
        raise LedgerError(f"{what} {path.name} {wanted}.")
    return raw
