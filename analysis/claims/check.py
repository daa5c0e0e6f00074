"""Check that data, sidecars, measures and ledger fit together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.claims.ledger import Ledger, ledger
from analysis.claims.results import DATASETS
from analysis.errors import DataError, LedgerError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from analysis.claims.claim import Claim
    from analysis.data import Panel

__all__ = ["check", "check_claim", "check_ledger"]


def check(root: Path | None = None, dataset: str = "china") -> dict[str, int]:
    """Load everything and return what was checked, with counts.

    Parameters
    ----------
    root : Path, optional
        Folder of data sets; the project's own by default.
    dataset : str
        The data set on which claims without a unit of their own are tested.

    Raises
    ------
    AnalysisError
        The first thing that is not as declared, in one sentence.
    """
    from analysis.data import identities, load, load_policies, provenance
    from analysis.measures import build
    from analysis.studies.patient_capital import declared

    raw = load(dataset, root)
    panels = {dataset: build(raw, declared())}
    book = ledger()
    for name in set(DATASETS.values()) - {dataset}:
        if root is None or (root / name).is_dir():  # a student's folder may hold one data set only
            panels[name] = build(load(name, root), declared())
    rules = identities(raw)
    if not rules["holds"].all():
        worst = rules.loc[~rules["holds"]].iloc[0]
        raise DataError(
            f"Identity '{worst['name']}' misses by {worst['deviation']:.3g} at {worst['where']}, "
            f"more than {worst['tolerance']:.3g}: mend the figures or the tolerance."
        )
    policies = load_policies(root)
    checked = check_ledger(book, panels, policies, dataset)
    return {
        "tables with a sidecar": len(provenance(root)),
        f"{raw.roles.entities} in {dataset}": len(raw.entities),
        f"years in {dataset}": len(raw.years),
        f"series in {dataset}": len(raw.variables),
        f"figures in {dataset}": int(raw.frame.notna().to_numpy().sum()),
        "flagged figures": len(raw.flags),
        "identities": len(rules),
        "cells in identities": int(rules["cells"].sum()),
        "measures": len(panels[dataset].variables) - len(raw.variables),
        "policies": policies["policy"].nunique(),
        "claims": len(book),
        "claims checked against measures": checked,
        "claims without measures or their data set": len(book) - checked,
        "claims declared for estimation": sum(claim.declared for claim in book),
    }


def check_ledger(
    book: Ledger, panels: dict[str, Panel], policies: pd.DataFrame, dataset: str
) -> int:
    """Check the claims that have measures and a panel here, and return how many there are.

    Parameters
    ----------
    book : Ledger
        The ledger.
    panels : dict of str to Panel
        Panels with measures, by data set.
    policies : DataFrame
        As `analysis.data.load_policies` returns it.
    dataset : str
        The data set of claims without a unit of their own.

    Raises
    ------
    LedgerError, OverlapError, UnknownNameError
        The first claim that does not fit.
    """
    checked = 0
    for claim in book:
        panel = panels.get(DATASETS.get(claim.unit, dataset))
        if claim.outcome is None or panel is None:
            continue
        checked += 1
        check_claim(claim, panel)
        if claim.policy and claim.policy not in set(policies["policy"]):
            raise UnknownNameError("policy", claim.policy, set(policies["policy"]), claim.id)
    return checked


def check_claim(claim: Claim, panel: Panel) -> None:
    """Check that the measures of a claim exist and that its two sides share no raw series.

    Raises
    ------
    LedgerError
        A measure does not exist; the message names the claim.
    OverlapError
        The two sides share a raw series.
    """
    from analysis.measures import require_disjoint
    from analysis.studies.patient_capital import declared

    for name in claim.names:
        try:
            panel.describe(name)
        except UnknownNameError as error:
            raise LedgerError(f"{claim.id} cannot be tested: {error}") from error
    if claim.declared and claim.regressors:
        claim.build_specification()
    if not claim.regressors:
        return
    for outcome in (claim.outcome, *claim.also.outcomes):
        require_disjoint(panel, declared(), outcome, claim.regressors)
    for name in claim.also.regressors:
        require_disjoint(panel, declared(), claim.outcome, name)
