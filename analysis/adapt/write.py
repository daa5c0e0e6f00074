"""Putting a folder in place whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from analysis.errors import DataError

__all__ = ["MADE", "require_ours", "written_whole"]

MADE = "made.json"
"""Names what the command put into a folder; whatever else lies there is the reader's own."""


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to fill; it takes the place of `folder` if nothing goes wrong.

    An error or an interruption leaves `folder` as it was.

    Raises
    ------
    DataError
        The folder cannot be written, is a file, or holds files that this command did not make.
    """
    require_ours(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _cannot(folder, error) from error
    try:
        yield made
        names = sorted(path.name for path in made.iterdir())
        (made / MADE).write_text(json.dumps({"made": names}, ensure_ascii=False) + "\n", "utf-8")
        made.chmod(0o755)  # a temporary folder is its maker's alone
        require_ours(folder)  # it may have changed in the meantime
        _swap(made, folder)
    except OSError as error:
        raise _cannot(folder, error) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _swap(made: Path, folder: Path) -> None:
    if not folder.exists():
        made.rename(folder)
        return
    old = made.with_name(f"{made.name}-old")
    folder.rename(old)
    try:
        made.rename(folder)
    except BaseException:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def require_ours(folder: Path) -> None:
    """Refuse a folder that holds what this command did not make: it would be lost."""
    if any(one.exists() and not one.is_dir() for one in (folder, *folder.parents)):
        raise DataError(f"{folder} is not a folder: give --out another name.")
    if not folder.is_dir():
        return
    ours = {MADE}
    if (folder / MADE).is_file():
        try:
            ours |= set(json.loads((folder / MADE).read_text("utf-8"))["made"])
        except (ValueError, KeyError, TypeError):
            ours = set()
    if strange := sorted(path.name for path in folder.iterdir() if path.name not in ours):
        raise DataError(
            f"{folder} holds '{strange[0]}', which this command did not make and would lose: give "
            "--out another name, or move it away."
        )


def _cannot(folder: Path, error: OSError) -> DataError:
    return DataError(f"{folder} cannot be written ({error.strerror}): give --out another name.")
