"""The whole study: every claim on its figures, and what chapters and pages explore besides."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_all_start_methods, get_context
from types import ModuleType

from threadpoolctl import threadpool_limits

from analysis.claims.calibration_page import calibration_page
from analysis.claims.claim import Claim
from analysis.claims.evaluated import Evaluated
from analysis.claims.evaluation import evaluate_family
from analysis.claims.evidence import Evidence
from analysis.claims.explore.events import event_page
from analysis.claims.family import DRAWS, discoveries
from analysis.claims.question import Question
from analysis.claims.record import Page, Record, make_record
from analysis.claims.study import STUDIES, Study
from analysis.claims.verdicts import verdict
from analysis.claims.whole import whole
from analysis.data.codebook import Codebook
from analysis.errors import DataError, LedgerError

__all__ = ["Family", "Results", "evaluate_study"]


@dataclass(frozen=True)
class Family:
    """The evaluated claims of a chapter, for what it explores besides; ``family.m02`` is M02.

    Parameters
    ----------
    name : str
        Of the family.
    study : Study
        Gives panels, rules, measures and policies.
    claims : mapping of str to Evaluated
        By id, each on the first data set it is put to.

    Examples
    --------
    >>> from analysis.claims import Question, evaluate, read_study
    >>> study = read_study("patient_capital")
    >>> made = evaluate(Question(study.ledger["M05"], study.panel("china"), study), draws=99)
    >>> Family("countries", study, {"M05": made}).m05.claim.id
    'M05'
    """

    name: str
    study: Study
    claims: Mapping[str, Evaluated]

    def __getitem__(self, claim: str) -> Evaluated:
        return self.claims[claim]

    def __getattr__(self, name: str) -> Evaluated:
        for claim, made in self.__dict__.get("claims", {}).items():
            if claim.upper() == name.upper():
                return made
        raise AttributeError(f"family '{self.__dict__.get('name')}' has no '{name}'")


@dataclass(frozen=True)
class Results:
    """All that evaluating a study gives, in plain values.

    Parameters
    ----------
    records : tuple of Record
        In the order of the ledger; a claim on several data sets has one for each.
    pages : mapping of str to Page
        By family or module.
    codebooks : mapping of str to Codebook
        By data set.
    """

    records: tuple[Record, ...]
    pages: Mapping[str, Page]
    codebooks: Mapping[str, Codebook]


@threadpool_limits.wrap(limits=1, user_api="blas")  # small matrices: threads wait for each other
def evaluate_study(
    study: Study, *, draws: int = DRAWS, jobs: int = 2, explore: bool = False,
    lengthy: bool = True, said: Callable[[str], None] | None = None,
) -> Results:  # fmt: skip
    """Put every claim of a study to the figures, family by family.

    A claim that cannot be asked says why, and so does each claim of a data set that is not there.

    Parameters
    ----------
    study : Study
        What is claimed.
    draws : int
        Of the wild bootstrap.
    jobs : int
        Processes; the answer does not depend on it.
    explore : bool
        Whether pictures, tables and pages are wanted too. Pages look at the figures they were
        written for; a study put to other figures has none.
    lengthy : bool
        Whether what is explored includes curves and the protocol's questions, which take hours on
        thousands of entities.
    said : callable, optional
        Told of every family and page that is done.

    Returns
    -------
    Results
        Records of all claims; with `explore` pages and codebooks too.

    Raises
    ------
    LedgerError
        A number of draws or processes is below one.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from analysis.claims import Ledger, read_study
    >>> study = read_study("patient_capital")
    >>> one = Ledger((study.ledger["M05"],), study.families, (), {}, study.ledger.protocol)
    >>> found = evaluate_study(replace(study, ledger=one), draws=99, jobs=1)
    >>> sorted({record.id for record in found.records})
    ['M05']
    """
    if draws < 1 or jobs < 1:
        raise LedgerError(f"{draws} draws on {jobs} processes: ask for one or more of each.")
    families = sorted(study.families, key=lambda f: -len(study.ledger.filter(family=f)))
    work = [(_family, (name, draws, explore, lengthy)) for name in families]
    if explore and not study.moved:
        work += [(_page, (name,)) for name in study.pages]
    done = []
    for made in _side_by_side(study, work, jobs):
        done.append(made)
        if said:
            said(f"{len(done)} of {len(work)} parts of the study are done")
    found = {(r.id, r.evidence.claim.dataset): r for records, _, _ in done for r in records}
    ordered = [found[run.id, run.dataset] for run in study.runs()]
    q = discoveries([record.evidence for record in ordered])
    pages = {name: page for _, pages, _ in done for name, page in pages.items()}
    if explore and not study.moved:
        pages["whole"] = whole(study, ordered) | calibration_page(study)
    return Results(
        tuple(
            replace(r, q=q.get((r.id, r.dataset)), earlier=study.earlier(r.evidence.claim))
            for r in ordered
        ),
        pages,
        {name: book for _, _, books in done for name, book in books.items()},
    )


Part = tuple[list[Record], dict[str, Page], dict[str, Codebook]]
Task = tuple[Callable[..., Part], tuple[object, ...]]


def _side_by_side(study: Study, work: Sequence[Task], jobs: int) -> Iterator[Part]:
    """Do the work in processes that are copies of this one, where the system can copy itself.

    A copy has all imports and panels already; without fork each process reads them anew.
    """
    if jobs == 1:
        yield from (run(study, *given) for run, given in work)
        return
    if "fork" not in get_all_start_methods() or sys.platform == "darwin":
        from joblib import Parallel, delayed

        plain = study.at()  # without panels, which are larger than their tables
        tasks = (delayed(run)(plain, *given) for run, given in work)
        yield from Parallel(n_jobs=jobs, batch_size=1, return_as="generator")(tasks)
        return
    for dataset in {study.dataset_of(run) for run in study.runs() if run.declared}:
        with suppress(DataError):  # said of each claim that needs it
            study.panel(dataset)
    with get_context("fork").Pool(jobs, _receive, (study,)) as pool:
        yield from pool.imap(_do, work, chunksize=1)


def _receive(study: Study) -> None:
    global _study
    _study = study


def _do(task: Task) -> Part:
    run, given = task
    return run(_study, *given)


def _family(study: Study, family: str, draws: int, explore: bool, lengthy: bool) -> Part:
    """Evaluate a family on every data set it is put to, then explore."""
    runs = study.runs(family=family)
    made: list[Evaluated] = []
    records, books = [], {}
    for dataset in dict.fromkeys(study.dataset_of(run) for run in runs):
        inside = [run for run in runs if study.dataset_of(run) == dataset]
        try:
            panel = study.panel(dataset) if any(run.declared for run in inside) else None
        except DataError as error:
            records += [_without_figures(study, run, dataset, error) for run in inside]
            continue
        asked = [Question(run, panel, study) for run in inside]
        made += evaluate_family(asked, draws=draws)
        if panel is not None:
            books[dataset] = Codebook.of(panel)
    records += [_record(one, explore, lengthy) for one in made]
    module = study.chapters[family].get("module")
    pages = {}
    if explore and module and not study.moved:
        claims = {one.claim.id: one for one in reversed(made)}
        pages[family] = _module(study, module).explore(Family(family, study, claims))
    return records, pages, books


def _record(made: Evaluated, explore: bool, lengthy: bool) -> Record:
    """Put down a claim; an event on a further data set also shows what it rests on."""
    record, claim = make_record(made, explore=explore, lengthy=lengthy), made.claim
    if explore and claim.dataset and claim.design == "event" and made.readings:
        return replace(record, shown=record.shown | event_page(made))
    return record


def _without_figures(study: Study, run: Claim, dataset: str, error: DataError) -> Record:
    cannot = str(error) if run.declared else ""
    evidence = Evidence(run, cannot=cannot, dataset=dataset if run.declared else "")
    return Record(evidence, verdict(evidence, study.rules))


def _page(study: Study, name: str) -> Part:
    page = _module(study, name).explore(study)
    return [], {name: page}, {}


def _module(study: Study, name: str) -> ModuleType:
    if study.folder.parent == STUDIES:
        return import_module(f"analysis.studies.{study.folder.name}.pages.{name}")
    path = study.folder / "pages" / f"{name}.py"
    spec = spec_from_file_location(f"{study.name}_{name}", path)
    if spec is None or not path.is_file():
        raise LedgerError(f"study.yml names the module '{name}', but there is no {path.name}.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
