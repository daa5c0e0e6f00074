"""The archive: results of a study as plain JSON and CSV, made once and read by all that show them.

Layout of its folder, ``_build/archive/<study>/`` in a clone: ``manifest.json`` (the key of code,
data and study), ``claims.csv`` (one row per claim, data set and part), ``claims.json`` (evidence
and verdicts), ``records/`` (one file per claim and data set), ``pages/``, ``codebooks/``,
``certificates.csv``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from analysis.claims.record import Page, Record
from analysis.claims.tables import write_claims, write_json
from analysis.data.codebook import Codebook
from analysis.errors import DataError, UnknownNameError
from analysis.fingerprint import fingerprint
from analysis.places import CODE, FIGURES, archives

if TYPE_CHECKING:
    from analysis.claims.study import Study
    from analysis.claims.study_results import Results

__all__ = ["Archive", "archive_key", "current_archive", "open_archive", "write_archive"]

ROOT = archives()
# What results rest on; what only draws or prints is left out.
ROOMS = ("errors.py", "strict.py", "certified.py", "data", "measures", "models", "inference",
         "certificates", "claims")  # fmt: skip
SUFFIXES = {".py", ".yml", ".csv"}
CERTIFICATES = CODE / "certificates" / "certificates.csv"


@dataclass(frozen=True)
class Archive:
    """Results of a study on disk.

    Parameters
    ----------
    folder : Path
        Of one study.
    manifest : mapping
        ``study``, ``key``, ``draws`` and ``records``: claim and data set of each, in order.
    """

    folder: Path
    manifest: Mapping[str, Any]

    def record(self, claim: str, dataset: str | None = None) -> Record:
        """Return one claim, on its first data set unless another is named.

        Raises
        ------
        UnknownNameError
            The archive has no such claim, or not on this data set.
        """
        names = [(c, d) for c, d in self.manifest["records"] if c.upper() == claim.upper()]
        if not names:
            known = dict.fromkeys(c for c, _ in self.manifest["records"])
            raise UnknownNameError("claim", claim, known, "the archive")
        for found in names:
            if dataset in (None, found[1]):
                return Record.from_dict(_read(self.folder / "records" / _file(*found)))
        raise UnknownNameError("data set", dataset, [d for _, d in names], f"the tests of {claim}")

    def datasets_of(self, claim: str) -> tuple[str, ...]:
        """Return the data sets that a claim was put to, the primary one first."""
        return tuple(d for c, d in self.manifest["records"] if c.upper() == claim.upper())

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Every claim on every data set, in the order of the ledger, without what sections show."""
        bare = {"shown": {"numbers": {}, "exhibits": {}, "grids": {}}, "slopes": None}
        plain = _read(self.folder / "claims.json")
        return tuple(Record.from_dict({**one, **bare}) for one in plain)

    @property
    def primary(self) -> tuple[Record, ...]:
        """Every claim on the data set that it was declared for first."""
        return tuple(record for record in self.records if not record.evidence.claim.dataset)

    def page(self, name: str) -> Page:
        """Return what a chapter or page explores; empty where it explores nothing."""
        path = self.folder / "pages" / f"{name}.json"
        return Page.from_dict(_read(path)) if path.is_file() else Page()

    def codebook(self, dataset: str) -> Codebook | None:
        """Return labels and definitions of a data set; None where no claim was put to one."""
        path = self.folder / "codebooks" / f"{dataset}.json"
        return Codebook.from_dict(_read(path)) if dataset and path.is_file() else None


def archive_key(study: Study, draws: int) -> str:
    """Return the key of everything results rest on: code, data, study and draws."""
    paths = [*(CODE / room for room in ROOMS), study.folder, study.data or FIGURES]
    units = "-".join(f"{unit}={dataset}" for unit, dataset in sorted(study.units.items()))
    return f"{fingerprint(paths, SUFFIXES)}-{draws}-{units}"


def open_archive(folder: Path) -> Archive:
    """Open what `write_archive` wrote.

    Parameters
    ----------
    folder : Path
        Of one study.

    Returns
    -------
    Archive
        Opened, whatever it was made from.

    Raises
    ------
    DataError
        There is no archive.

    Examples
    --------
    >>> from analysis.places import archives
    >>> open_archive(archives() / "patient_capital").manifest["study"]
    'patient_capital'
    """
    if not (folder / "manifest.json").is_file():
        raise DataError(
            f"There is no archive in {folder}: run `python -m analysis evaluate` to write one."
        )
    return Archive(folder, _read(folder / "manifest.json"))


def current_archive(study: Study, root: Path | None = None) -> Archive:
    """Open the archive of a study, if it was made from code, data and study as they are now.

    Parameters
    ----------
    study : Study
        From `read_study`.
    root : Path, optional
        Folder of archives; `analysis.places.archives` if None.

    Returns
    -------
    Archive
        Opened.

    Raises
    ------
    DataError
        There is no archive or it is out of date.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> archive = current_archive(read_study("patient_capital"))
    >>> archive.record("M16").evidence.claim.sign
    '+'
    """
    found = open_archive((root or ROOT) / study.name)
    if found.manifest["key"] != archive_key(study, found.manifest["draws"]):
        raise DataError(
            f"The archive of '{study.name}' was made from other code or data: run "
            "`python -m analysis evaluate` to make it anew."
        )
    return found


def write_archive(study: Study, results: Results, draws: int, root: Path | None = None) -> Archive:
    """Write results in place of an earlier archive; an error leaves the earlier one as it was.

    Parameters
    ----------
    study, results
        As evaluated with `explore`.
    draws
        Of the wild bootstrap.
    root
        Folder of archives; `analysis.places.archives` if None.

    Returns
    -------
    Archive
        As written.

    Raises
    ------
    DataError
        The folder cannot be written, or holds something else than an archive.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from analysis.claims import read_study
    >>> from analysis.claims.study_results import Results
    >>> with TemporaryDirectory() as folder:
    ...     written = write_archive(
    ...         read_study("patient_capital"), Results((), {}, {}), draws=999, root=Path(folder)
    ...     )
    ...     sorted(path.name for path in written.folder.iterdir())[:2]
    ['certificates.csv', 'claims.csv']
    """
    folder = (root or ROOT) / study.name
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "manifest.json").is_file():
        raise DataError(
            f"{folder} holds something else than an archive, so it is not replaced: choose another "
            "folder of archives."
        )
    names = [(r.id, r.dataset) for r in results.records]
    manifest = {
        "study": study.name, "key": archive_key(study, draws), "draws": draws, "records": names,
    }  # fmt: skip
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f".{study.name}-", dir=folder.parent))
        for room, items in (
            ("records", {_file(r.id, r.dataset): r for r in results.records}),
            ("pages", {f"{name}.json": page for name, page in results.pages.items()}),
            ("codebooks", {f"{name}.json": book for name, book in results.codebooks.items()}),
        ):
            (made / room).mkdir()
            for name, item in items.items():
                write_json(made / room / name, item.to_dict())
        write_claims(results.records, made)
        shutil.copyfile(CERTIFICATES, made / "certificates.csv")
        write_json(made / "manifest.json", manifest)
        made.chmod(0o755)  # a temporary folder is its maker's alone
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    except OSError as error:
        raise DataError(
            f"The archive cannot be written to {folder}: {error.strerror}, choose another folder."
        ) from error
    return Archive(folder, {**manifest, "records": [list(name) for name in names]})


def _file(claim: str, dataset: str) -> str:
    return f"{claim}@{dataset}.json" if dataset else f"{claim}.json"


def _read(path: Path) -> Any:  # noqa: ANN401
    return json.loads(path.read_text(encoding="utf-8"))
