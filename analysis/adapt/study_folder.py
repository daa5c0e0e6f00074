"""The part of a study that a reader's figures answer, as a study of its own on disk."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import yaml

from analysis.adapt.answers import Answers
from analysis.claims.study import Study, read_study
from analysis.claims.yaml_file import read_yaml

__all__ = ["write_study"]


def write_study(folder: Path, answers: Answers) -> Study:
    """Write ``study.yml``, ``ledger.yml`` with the claims that were answered, and what they need.

    Parameters
    ----------
    folder
        Made by this.
    answers
        Claims as they were put to the figures.

    Returns
    -------
    Study
        As read back. Its chapters are the families that have a claim, numbered in their order; its
        literature is that of the claims which are the same in the study that was asked.
    """
    folder.mkdir()
    study = answers.asked.study
    claims = [record.evidence.claim for record in answers.answered]
    families = [name for name in study.families if any(c.family == name for c in claims)]
    chapters = {
        name: {"page": f"{at:02d}_{_slug(name)}", "title": study.chapters[name]["title"]}
        for at, name in enumerate(families, 1)
    }
    units = {claim.unit: answers.panel.name for claim in claims}
    head = {"name": study.name, "units": units or {answers.panel.roles.unit: answers.panel.name},
            "chapters": chapters or {"none": {"page": "none", "title": "None"}},
            "letters": dict(study.letters)}  # fmt: skip
    ledger = {"protocol": study.ledger.protocol, "claims": [claim.to_dict() for claim in claims]}
    _write(folder / "study.yml", head)
    _write(folder / "ledger.yml", ledger)
    for name in ("rules.yml", "measures.yml"):
        shutil.copyfile(study.folder / name, folder / name)
    _write_literature(folder, study)
    return read_study(folder)


def _write_literature(folder: Path, study: Study) -> None:
    """Keep what published studies say of a claim that is still the same one."""
    path = study.folder / "literature.yml"
    if not path.is_file():
        return
    own = {claim.id: claim.sentence for claim in read_study(study.folder).ledger}
    same = {claim.id for claim in study.ledger if own.get(claim.id) == claim.sentence}
    kept = []
    for entry in read_yaml(path, "The file", "studies")["studies"]:
        found = [
            {**one, "claims": both} for one in entry["findings"]
            if (both := [claim for claim in one["claims"] if claim in same])
        ]  # fmt: skip
        kept += [{**entry, "findings": found}] if found else []
    _write(folder / "literature.yml", {"studies": kept})


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").lower()


def _write(path: Path, content: object) -> None:
    # Through JSON: views, tuples and dates become what YAML knows.
    known = partial(json.dumps, default=lambda o: dict(o) if isinstance(o, Mapping) else str(o))
    plain = json.loads(known(content))
    text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8", newline="\n")
