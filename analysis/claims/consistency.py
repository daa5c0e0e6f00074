"""Check that data, sidecars, measures and ledger of a study fit together."""

from __future__ import annotations

from analysis.claims.claim import Claim
from analysis.claims.study import Study
from analysis.data import Panel
from analysis.errors import DataError, LedgerError, UnknownNameError
from analysis.measures import Declarations

__all__ = ["check", "check_claim"]


def check(study: Study) -> dict[str, int]:
    """Load everything and return what was checked, with counts.

    A study put to other figures is checked as far as these go: policies and data sets that are not
    there belong to claims that cannot be asked.

    Parameters
    ----------
    study : Study
        What is claimed, and its figures.

    Raises
    ------
    AnalysisError
        The first thing that is not as declared, in one sentence.
    """
    from analysis.data import identities, load, provenance

    raw = load(study.main, study.data)
    rules = identities(raw)
    if not rules["holds"].all():
        worst = rules.loc[~rules["holds"]].iloc[0]
        raise DataError(
            f"Identity '{worst['name']}' misses by {worst['deviation']:.3g} at {worst['where']}, "
            f"more than {worst['tolerance']:.3g}: mend the figures or the tolerance."
        )
    checked = sum(_checked(study, run) for run in study.runs())
    panel = study.panel(study.main)
    return {
        "tables with a sidecar": len(provenance(study.data)),
        f"{raw.roles.entities} in {study.main}": len(raw.entities),
        f"years in {study.main}": len(raw.years),
        f"series in {study.main}": len(raw.variables),
        f"figures in {study.main}": int(raw.frame.notna().to_numpy().sum()),
        "flagged figures": len(raw.flags),
        "identities": len(rules),
        "cells in identities": int(rules["cells"].sum()),
        "measures": len(panel.variables) - len(raw.variables),
        "policies": _policies(study),
        "claims": len(study.ledger),
        "claims checked against measures": checked,
        "claims without measures or their data set": len(study.runs()) - checked,
        "claims declared for estimation": sum(claim.declared for claim in study.ledger),
    }


def _policies(study: Study) -> int:
    try:
        return int(study.policies["policy"].nunique())
    except DataError:
        if study.moved:
            return 0
        raise


def _checked(study: Study, claim: Claim) -> bool:
    """Check one claim; False where it has no measures or its figures are not here."""
    if claim.outcome is None:
        return False
    try:
        panel = study.panel(study.dataset_of(claim))
        if study.moved and any(name not in panel for name in claim.names):
            return False
        if claim.policy and claim.policy not in set(study.policies["policy"]):
            known = set(study.policies["policy"])
            raise UnknownNameError("policy", claim.policy, known, claim.id)
    except DataError:
        if study.moved:
            return False
        raise
    check_claim(claim, panel, study.measures)
    return True


def check_claim(claim: Claim, panel: Panel, measures: Declarations) -> None:
    """Check that the measures of a claim exist and that its two sides share no raw series.

    Raises
    ------
    LedgerError
        A measure does not exist; the message names the claim.
    OverlapError
        The two sides share a raw series.
    """
    from analysis.measures import require_disjoint

    for name in claim.names:
        try:
            panel.describe(name)
        except UnknownNameError as error:
            raise LedgerError(f"{claim.id} cannot be tested: {error}") from error
    if claim.declared and claim.regressors:
        claim.build_specification()
    if not claim.regressors:
        return
    for outcome in (claim.outcome, *claim.secondary.outcomes):
        require_disjoint(panel, measures, outcome, claim.regressors)
    for name in claim.secondary.regressors:
        require_disjoint(panel, measures, claim.outcome, name)
