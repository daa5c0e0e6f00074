"""What every page starts from: a study, and the archive of its results."""

from __future__ import annotations

from pathlib import Path

from analysis.claims import Archive, Study, current_archive, read_study

__all__ = ["opened"]


def opened(study: str | Path | Study, archive: Path | Archive | None) -> tuple[Study, Archive]:
    """Return a study and its archive, read where they are only named."""
    study = study if isinstance(study, Study) else read_study(study)
    return study, archive if isinstance(archive, Archive) else current_archive(study, archive)
