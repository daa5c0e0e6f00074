"""A study: what is claimed, by which rules it is judged, and the figures it is put to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.claims.ledger import Ledger, read_ledger
from analysis.claims.literature import PublishedResult, read_literature
from analysis.claims.rules import Rules, read_rules
from analysis.claims.vocabulary import hint, is_word
from analysis.claims.yaml_file import read_yaml
from analysis.errors import LedgerError, UnknownNameError
from analysis.places import CODE

if TYPE_CHECKING:
    import pandas as pd

    from analysis.claims.claim import Claim
    from analysis.data import Panel
    from analysis.measures import Declarations
    from analysis.models.treatment import EventDesign

__all__ = ["Study", "read_study"]

STUDIES = CODE / "studies"


@dataclass(frozen=True)
class Study:
    """Everything that a claim is read, tested, judged and shown with.

    Parameters
    ----------
    name : str
        Name of the study.
    folder : Path
        Where its files are.
    ledger : Ledger
        Claims and families.
    rules : Rules
        How evidence becomes a verdict.
    units : mapping of str to str
        Unit of a claim -> data set on which it is tested; the first one is the main data set.
    chapters : mapping of str to mapping
        For each family ``page``, ``title`` and, if it explores more than its claims, ``module``.
    pages : tuple of str
        Modules of pages that stand outside the chapters.
    letters : mapping of str to str
        Long names and the letters that stand for them where there is little room.
    data : Path or None
        Folder of data sets; the project's own if None.
    moved : bool
        Whether the study is put to other figures than those it was written for.
    """

    name: str
    folder: Path
    ledger: Ledger
    rules: Rules
    units: Mapping[str, str]
    chapters: Mapping[str, Mapping[str, str]]
    pages: tuple[str, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    data: Path | None = None
    moved: bool = False
    _policies: pd.DataFrame | None = field(default=None, repr=False, compare=False)
    _panels: dict[str, Panel] = field(default_factory=dict, repr=False, compare=False)

    @property
    def main(self) -> str:
        """The data set of most claims."""
        return next(iter(self.units.values()))

    @property
    def datasets(self) -> tuple[str, ...]:
        """Data sets to which a claim is put."""
        return tuple(dict.fromkeys(filter(None, map(self.dataset_of, self.runs()))))

    @property
    def families(self) -> tuple[str, ...]:
        """Chapters, in the order of the book."""
        return self.ledger.families

    @cached_property
    def measures(self) -> Declarations:
        """How measures and indices are made from series."""
        from analysis.measures import read_declarations

        return read_declarations(self.folder / "measures.yml")

    @cached_property
    def literature(self) -> Mapping[str, tuple[PublishedResult, ...]]:
        """What published studies found, by claim; empty without a file."""
        path = self.folder / "literature.yml"
        return read_literature(path, self.ids) if path.exists() else {}

    @cached_property
    def editions(self) -> tuple[Mapping[str, Any], ...]:
        """Earlier rules: ``edition, declared, replaced, rules, why`` and ``words`` by claim."""
        path = self.folder / "editions.yml"
        return tuple(read_yaml(path, "The file", "editions")["editions"]) if path.exists() else ()

    def earlier(self, claim: Claim) -> dict[str, str]:
        """Return the words of a claim by edition, where the rules were declared anew since.

        Words hold for the study's own figures and the first data set of the claim.
        """
        if self.moved or claim.dataset:
            return {}
        words = {str(one["edition"]): one["words"] for one in self.editions}
        return {edition: said[claim.id] for edition, said in words.items() if claim.id in said}

    @cached_property
    def diagrams(self) -> Mapping[str, Any]:
        """Drawings of the argument by family, and of the whole mechanism under ``mechanism``."""
        out = {}
        for name in ("diagrams", "mechanism"):
            path = self.folder / f"{name}.yml"
            out[name] = read_yaml(path, "The drawing") if path.exists() else {}
        return {**out["diagrams"], "mechanism": out["mechanism"]}

    @cached_property
    def policies(self) -> pd.DataFrame:
        """Who is exposed to which policy, and since when."""
        from analysis.data import load_policies

        return load_policies(self.data) if self._policies is None else self._policies

    def with_policies(self, table: pd.DataFrame) -> Study:
        """Return the study with another table of exposures."""
        return replace(self, _policies=table)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all claims."""
        return tuple(claim.id for claim in self.ledger)

    def policy(self, name: str) -> EventDesign:
        """Return the event design of a policy."""
        from analysis.models.treatment import EventDesign

        return EventDesign.from_table(self.policies, name)

    def negative_controls(self, unit: str) -> tuple[str, ...]:
        """Return outcomes that the regressors of claims about a unit should not move."""
        return tuple(self.ledger.protocol.get("negative_controls", {}).get(unit, ()))

    def dataset_of(self, claim: Claim) -> str:
        """Return the data set to which a claim is put; "" if the study has none for its unit."""
        return claim.dataset or self.units.get(claim.unit, "")

    def address(self, claim: Claim) -> str:
        """Return where a claim is treated, "patience.html#m02", as seen from another page."""
        return f"{self.chapters[claim.family]['page']}.html#{claim.id.lower()}"

    def link(self, claim: Claim) -> str:
        """Return a claim's id as a link in a cell of a grid."""
        return f"[{claim.id}]({self.address(claim)})"

    def runs(self, family: str | None = None, dataset: str | None = None) -> tuple[Claim, ...]:
        """Return every claim as it is put to a data set, in the order of the ledger."""
        claims = self.ledger.filter(family=family)
        return tuple(
            run for claim in claims for run in claim.runs if dataset in (None, self.dataset_of(run))
        )

    def raw(self, dataset: str) -> Panel:
        """Return a data set as published, without measures.

        Raises
        ------
        DataError
            The data set cannot be read.
        """
        from analysis.data import load

        return load(dataset, self.data)

    def panel(self, dataset: str) -> Panel:
        """Return a data set with the measures of the study, read once.

        Raises
        ------
        DataError
            The data set cannot be read.
        """
        from analysis.measures import build

        if dataset not in self._panels:
            self._panels[dataset] = build(self.raw(dataset), self.measures)
        return self._panels[dataset]

    def at(self, data: Path | None = None, dataset: str | None = None) -> Study:
        """Return the study put to other figures.

        Parameters
        ----------
        data : Path, optional
            Folder of data sets.
        dataset : str, optional
            Takes the place of the main data set.
        """
        main = self.main
        units = {u: dataset if dataset and d == main else d for u, d in self.units.items()}
        moved = self.moved or data is not None or (dataset or main) != main
        return replace(self, units=units, data=data or self.data, moved=moved, _panels={})


def read_study(where: str | Path) -> Study:
    """Read a study.

    Parameters
    ----------
    where : str or Path
        Name of a folder in ``analysis/studies``, or a folder of your own with ``study.yml``,
        ``ledger.yml``, ``rules.yml`` and ``measures.yml``; ``literature.yml``, ``diagrams.yml``
        and ``mechanism.yml`` may be left out.

    Returns
    -------
    Study
        Figures are read when they are asked for.

    Raises
    ------
    UnknownNameError
        There is no such study.
    LedgerError
        A file is missing or malformed; the message names it.

    Examples
    --------
    >>> read_study("patient_capital").ledger["M16"].sign
    '+'
    """
    folder = Path(where)
    if not (folder / "study.yml").is_file():
        folder = STUDIES / str(where)
    if not (folder / "study.yml").is_file():
        known = sorted(path.parent.name for path in STUDIES.glob("*/study.yml"))
        raise UnknownNameError("study", str(where), known, "analysis/studies")
    raw = {"name": folder.name, **read_yaml(folder / "study.yml", "The file")}
    if fault := _fault(raw):
        raise LedgerError(f"study.yml of {folder.name} {fault}")
    return Study(
        name=raw["name"],
        folder=folder,
        ledger=read_ledger(folder / "ledger.yml", raw["chapters"]),
        rules=read_rules(folder / "rules.yml"),
        units=raw["units"],
        chapters=raw["chapters"],
        pages=tuple(raw.get("pages") or ()),
        letters=raw.get("letters") or {},
    )


def _fault(raw: Mapping[str, Any]) -> str:
    """Say what is wrong with a study and how to mend it; empty if nothing is."""
    if not is_word(raw["name"]):
        return f"has the name {raw['name']!r}: use letters, digits, - and _."
    for key in ("units", "chapters"):
        if not raw.get(key) or not isinstance(raw[key], Mapping):
            return f"has no mapping '{key}': add it."
    for name, chapter in raw["chapters"].items():
        if not isinstance(chapter, Mapping) or not {"page", "title"} <= chapter.keys():
            return f"has a chapter '{name}' without page and title: write both."
    if not isinstance(raw.get("pages") or [], list):
        return "has pages that are no list: list modules."
    known = ("name", "units", "chapters", "pages", "letters")
    unknown = [key for key in raw if key not in known]
    return f"has the unknown key '{unknown[0]}': {hint(unknown[0], known)}" if unknown else ""
