"""Run the simulations behind the rules: resumable, one file a chunk, the same on any machine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.claims.calibration.books import book, claims_of
from analysis.claims.calibration.placebo import Placebo, placebo
from analysis.claims.calibration.plant import kind_of, plant, plantable
from analysis.claims.claim import Claim
from analysis.claims.evaluation import answer
from analysis.claims.evidence import Evidence
from analysis.claims.finding import Check, read_finding
from analysis.claims.question import Question
from analysis.claims.special import SPECIAL
from analysis.claims.study import Study, read_study
from analysis.errors import AnalysisError, SpecificationError
from analysis.fingerprint import fingerprint
from analysis.places import CODE, FIGURES, INSTALLED

__all__ = ["PLANTED", "Simulated", "Task", "key", "revision", "run", "simulated", "tasks"]

CHUNK = 25
DRAWS = 999
PLANTED = (0.2, 0.4, 0.6)
"""Sizes of planted effects, in within-SDs per within-SD."""
BASE = "dealt"
"""The family in which effects are planted: nothing else is to be found, gaps and tails are real."""


@dataclass(frozen=True, slots=True)
class Task:
    """Some panels of one family on one data set, with or without a planted effect.

    Parameters
    ----------
    dataset, family : str
        Where, and which family.
    size : float
        Of the planted effect; 0 for placebo panels.
    first, last : int
        Panels `first` to `last` − 1.
    deep : bool
        As for `book`: whether other rules than those of the study can be tried on the answers.
    """

    dataset: str
    family: str
    size: float
    first: int
    last: int
    deep: bool = True

    @property
    def file(self) -> str:
        """Name of the file that holds its answers."""
        size = f"-planted-{self.size:g}" if self.size else "" if self.deep else "-words"
        return f"{self.dataset}-{self.family}{size}-{self.first:04d}-{self.last:04d}.json"


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """What one simulated panel says about the claims that were put to it.

    Parameters
    ----------
    dataset, family, size, panel
        Which panel.
    evidence : tuple of Evidence
        One for each claim.
    kinds : tuple of str
        What stands in the focal term of each.
    """

    dataset: str
    family: str
    size: float
    panel: int
    evidence: tuple[Evidence, ...]
    kinds: tuple[str, ...]


def tasks(
    datasets: Iterable[str], families: Iterable[str], panels: int, planted: int
) -> Iterator[Task]:
    """List what is to be run: `panels` placebo panels a family, `planted` panels a size.

    Without planted panels no other rules are tried, so less is asked of the placebo panels.
    """
    if panels < 1 and planted < 1:
        raise SpecificationError("A calibration of no panels says nothing: ask for one or more.")
    for dataset in datasets:
        for family in families:
            yield from _chunks(dataset, family, 0.0, panels, planted > 0)
        for size in PLANTED:
            yield from _chunks(dataset, BASE, size, planted, True)


def _chunks(dataset: str, family: str, size: float, panels: int, deep: bool) -> Iterator[Task]:
    for first in range(0, panels, CHUNK):
        yield Task(dataset, family, size, first, min(first + CHUNK, panels), deep)


def run(
    study: str | Path, todo: Sequence[Task], folder: Path, *, jobs: int = 1,
    said: Callable[[str], None] = print,
) -> None:  # fmt: skip
    """Run what is not there yet; every task writes its own file when it is done.

    Parameters
    ----------
    study : str or Path
        As for `read_study`: workers read it themselves.
    todo : sequence of Task
        From `tasks`.
    folder : Path
        Where files are kept; one that is there is not made again.
    jobs : int
        Processes.
    said : callable
        Told how far it is.
    """
    from joblib import Parallel, delayed

    folder.mkdir(parents=True, exist_ok=True)
    left = [task for task in todo if not (folder / task.file).exists()]
    said(f"{len(todo) - len(left)} of {len(todo)} tasks are there already.")
    done = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(_write)(study, task, folder) for task in left
    )
    for i, task in enumerate(done, 1):
        said(f"{i} of {len(left)}: {task.file}")


def _write(study: str | Path, task: Task, folder: Path) -> Task:
    found = list(_answers(read_study(study), task))
    partial = folder / f"{task.file}.partial"
    partial.write_text(json.dumps(found), encoding="utf-8")
    partial.replace(folder / task.file)
    return task


def _answers(study: Study, task: Task) -> Iterator[list[dict[str, Any]]]:
    made = placebo(study, task.dataset, task.family)
    numbers = range(task.first, task.last)
    if not task.size:
        for found in book(made, numbers, draws=DRAWS, deep=task.deep):
            yield [_compact(evidence) for evidence in found]
        return
    for number in numbers:
        drawn = made.replaced(number)
        asked = [made.question(claim, drawn) for claim in _planted(made)]
        found = (_with_effect(question, task.size) for question in asked)
        yield [_compact(evidence) for evidence in found if evidence]


def _with_effect(question: Question, size: float) -> Evidence | None:
    """Plant an effect and ask; None where there is no place for one."""
    try:
        return answer(plant(question, size), DRAWS).evidence if plantable(question) else None
    except AnalysisError as error:
        return Evidence(question.claim, dataset=question.panel.name, cannot=str(error))


def _planted(made: Placebo) -> tuple[Claim, ...]:
    return tuple(claim for claim in claims_of(made) if claim.design not in SPECIAL)


def _compact(evidence: Evidence) -> dict[str, Any]:
    """Keep what a verdict needs, without words."""
    plain = evidence.to_dict()
    checks = [{**c, "asks": "", "found": ""} for c in plain["checks"]]
    return {"id": evidence.claim.id, "findings": plain["findings"], "checks": checks,
            "cannot": evidence.cannot}  # fmt: skip


def key(study: Study) -> str:
    """Return the name under which answers are kept: code, data and ledger, not the rules."""
    rooms = [CODE / room for room in ("data", "measures", "models", "inference", "claims")]
    names = ("ledger.yml", "replications.yml", "measures.yml", "study.yml")
    declared = [study.folder / name for name in names if (study.folder / name).exists()]
    return fingerprint([*rooms, *declared, study.data or FIGURES], (".py", ".yml", ".csv"))


def revision() -> str:
    """Commit of the code that runs, with a mark where files were changed since; "" without git."""
    if INSTALLED:  # the commit around it, if any, is that of another project
        return ""
    git = ["git", "-C", str(CODE.parent)]
    try:
        head = subprocess.run(
            [*git, "rev-parse", "--short=12", "HEAD"], check=True, capture_output=True, text=True
        )
        changed = subprocess.run(
            [*git, "status", "--porcelain", "analysis", "data"], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if changed.stdout else "")


def simulated(study: Study, folder: Path, todo: Iterable[Task]) -> Iterator[Simulated]:
    """Read the answers of tasks back, panel by panel.

    Raises
    ------
    FileNotFoundError
        A task has not been run.
    """
    for task in todo:
        claims = {claim.id: claim for claim in study.runs(dataset=task.dataset)}
        panels = json.loads((folder / task.file).read_text(encoding="utf-8"))
        for number, answers in zip(range(task.first, task.last), panels, strict=True):
            found = tuple(_read(one, claims, task.dataset) for one in answers)
            kinds = tuple(kind_of(one.claim, study.measures) for one in found)
            yield Simulated(task.dataset, task.family, task.size, number, found, kinds)


def _read(plain: Mapping[str, Any], claims: Mapping[str, Claim], dataset: str) -> Evidence:
    findings = tuple(read_finding(entry) for entry in plain["findings"])
    checks = tuple(Check(**entry) for entry in plain["checks"])
    claim = claims[plain["id"]]
    return Evidence(claim, findings, checks, cannot=plain["cannot"], dataset=dataset)
