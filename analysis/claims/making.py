"""The archive of a study, made if there is none or if code, data or study have changed since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis.claims.archive import ROOT, Archive, archive_key, open_archive, write_archive
from analysis.claims.family import DRAWS
from analysis.claims.study import Study, read_study
from analysis.claims.study_results import evaluate_study
from analysis.errors import DataError

__all__ = ["make_archive"]


def make_archive(
    study: str | Path | Study, *, draws: int = DRAWS, jobs: int = 2, root: Path | None = None,
    said: Callable[[str], object] = print,
) -> Archive:  # fmt: skip
    """Return the archive of a study; evaluate the study first unless its archive is up to date.

    Parameters
    ----------
    study
        A study, its name or its folder.
    draws
        Of the wild bootstrap.
    jobs
        Processes; the answer does not depend on it.
    root
        Folder of archives; `analysis.places.archives` if None.
    said
        Is told before the work begins and when it is done; not called where there is none.

    Returns
    -------
    Archive
        Up to date.

    Raises
    ------
    DataError
        The folder cannot be written.

    Examples
    --------
    >>> make_archive("patient_capital").folder.name
    'patient_capital'
    """
    study = study if isinstance(study, Study) else read_study(study)
    folder = (root or ROOT) / study.name
    try:
        kept = open_archive(folder)
    except DataError:
        kept = None
    if kept is not None and kept.manifest["key"] == archive_key(study, draws):
        return kept
    said(f"Evaluating '{study.name}' on {jobs} processes. This takes some minutes, and only once.")
    results = evaluate_study(study, draws=draws, jobs=jobs, explore=True)
    kept = write_archive(study, results, draws, root)
    said(f"Done: {kept.folder}")
    return kept
