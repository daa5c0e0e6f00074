"""What of a study can be asked of a reader's figures: claim by claim, never all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.claims.claim import Claim, Secondary
from analysis.claims.ledger import Ledger, read_ledger
from analysis.claims.question import Question
from analysis.claims.study import Study
from analysis.claims.yaml_file import read_yaml
from analysis.data import Panel

__all__ = ["Asked", "ask", "with_ledger"]

_POLICY = "It is about the policy"


@dataclass(frozen=True, eq=False)
class Asked:
    """A study put to one data set.

    Attributes
    ----------
    study : Study
        Its ledger holds each claim that can be asked once, in the form that fits the figures.
    cannot : tuple of tuple
        A claim, as it would be asked, and why it cannot be.
    left_out : mapping of str to tuple of str
        Secondary readings the figures lack, by claim.
    """

    study: Study
    cannot: tuple[tuple[Claim, str], ...]
    left_out: dict[str, tuple[str, ...]]

    @property
    def reasons(self) -> dict[str, int]:
        """Count why claims are not asked, each reason as the end of a sentence that begins "n"."""
        return dict(Counter(_reason(claim, why) for claim, why in self.cannot))

    def of(self, ids: Collection[str]) -> Study:
        """Return the study with these claims alone."""
        if set(ids) == set(self.study.ids):
            return self.study
        kept = [claim for claim in self.study.ledger if claim.id in ids]
        return replace(self.study, ledger=_ledger(self.study.ledger, kept))


def ask(study: Study, panel: Panel, root: Path, policies: Iterable[str] = ()) -> Asked:
    """Find for every claim of a study the test that a panel can answer.

    A claim may be declared for several data sets. The form for the one that the panel resembles
    comes first, then that of the claim itself, then the others; the first whose measures are all
    there is asked, without the secondary readings that are not.

    Parameters
    ----------
    study
        What is claimed.
    panel
        The reader's figures with the measures of the study.
    root
        Folder of the reader's data set.
    policies
        Those whose dates the reader gives: where and when the study's own began says nothing about
        other entities.
    """
    chosen, cannot, left_out = [], [], {}
    for claim in study.ledger:
        runs = sorted(claim.runs, key=lambda run: (study.dataset_of(run) != panel.roles.like,
                                                   bool(run.dataset)))  # fmt: skip
        plain = [_alone(run) for run in runs]
        lacks = [_lacks(run, panel, study, policies) for run in plain]
        if "" in lacks:
            run = plain[lacks.index("")]
            kept, gone = _without_absent(run, panel)
            chosen.append(kept)
            left_out |= {claim.id: gone} if gone else {}
        else:
            nearest = min(range(len(plain)), key=lambda i: (len(_absent(plain[i], panel)), i))
            cannot.append((plain[nearest], lacks[nearest]))
    units = {claim.unit: panel.name for claim in study.ledger for claim in claim.runs}
    asked = replace(study.at(root), units={panel.roles.unit: panel.name, **units},
                    ledger=_ledger(study.ledger, chosen))  # fmt: skip
    asked._panels[panel.name] = panel
    return Asked(asked, tuple(cannot), left_out)


def _reason(claim: Claim, why: str) -> str:
    if claim.status == "needs user data":
        return "about things for which the study has no series"
    if not claim.declared:
        return "wishes, which no figures can judge" if claim.status == "normative" else why
    if why.startswith(_POLICY):
        return "for want of the dates of a policy (give them with --policies)"
    return "for want of series that the table lacks"


def with_ledger(study: Study, path: Path) -> Study:
    """Return a study with a reader's own ledger, whose families are whatever it names.

    Raises
    ------
    LedgerError
        The ledger is malformed; the message names entry and field.
    """
    entries = read_yaml(path, "The ledger", "claims")["claims"]
    named = [entry.get("family") for entry in entries if isinstance(entry, dict)]
    families = list(dict.fromkeys(str(name) for name in named if name))
    ledger = read_ledger(path, families)
    chapters = {name: {"page": name, "title": name} for name in families}
    return replace(study, ledger=ledger, chapters=chapters, pages=())


def _ledger(ledger: Ledger, claims: Sequence[Claim]) -> Ledger:
    return replace(ledger, claims=tuple(claims), replications=())


def _alone(run: Claim) -> Claim:
    return replace(run, dataset="", tests=())


def _lacks(run: Claim, panel: Panel, study: Study, policies: Iterable[str]) -> str:
    """Say why a claim cannot be asked; "" if it can."""
    if not run.declared:
        return run.why_not
    if run.policy and run.policy not in policies:
        return (
            f"{_POLICY} '{run.policy}': where and when that began is known for the "
            "study's own entities alone, so give dates of your own with --policies."
        )
    return Question(_without_absent(run, panel)[0], panel, study).lacks


def _without_absent(run: Claim, panel: Panel) -> tuple[Claim, tuple[str, ...]]:
    """Take out secondary readings whose measures the panel lacks, and name them."""
    if not run.declared:
        return run, ()
    both = {k: getattr(run.secondary, k) for k in ("outcomes", "regressors", "held")}
    gone = tuple(name for names in both.values() for name in names if name not in panel)
    kept = {k: tuple(name for name in names if name in panel) for k, names in both.items()}
    return replace(run, secondary=Secondary(**kept)), gone


def _absent(run: Claim, panel: Panel) -> list[str]:
    if not run.declared or run.policy:
        return [""] * 99
    return [name for name in _without_absent(run, panel)[0].names if name not in panel]
