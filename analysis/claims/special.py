"""Evidence for the two designs whose estimand is no slope: a mean lag, and a state of affairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis import inference
from analysis.claims.claim import Claim
from analysis.claims.evaluated import Evaluated
from analysis.claims.evidence import Evidence
from analysis.claims.finding import Check, Column, Finding
from analysis.claims.question import Question
from analysis.data import Panel
from analysis.errors import AnalysisError
from analysis.inference import DistributedLags
from analysis.inference.clusters.equivalence import tost
from analysis.inference.form.joint import Combination
from analysis.inference.power import minimum_detectable_effect
from analysis.models import EFFECTS

__all__ = ["SPECIAL"]

_COLUMNS = ("two_way", "region_year", "entity_trends")
_NO_BOOTSTRAP = "A mean lag is a ratio: no bootstrap, no leave-one-out; CR3 by the delta method."


def _mean_lag(question: Question) -> Evaluated:
    """Compare the mean lag of two periods under each set of effects."""
    claim, panel = question.claim, question.panel
    found, missing = {}, []
    for effects in _COLUMNS:
        try:
            found[effects] = _change(claim, panel, effects)
        except AnalysisError as error:
            missing.append(f"{EFFECTS[effects].label} cannot be estimated: {error}")
    if "two_way" not in found:
        return Evaluated(question, Evidence(claim, notes=tuple(missing)))
    earlier, later, change = found["two_way"]
    columns = tuple(_lag_column(name, *made[1:]) for name, made in found.items())
    weak = [name for name, one in (("earlier", earlier), ("later", later)) if one.weak]
    check = Check(
        "sum of lags",
        "Is there an effect whose lag could be averaged?",
        f"The sum of the lags cannot be told from zero in the {' and the '.join(weak)} period."
        if weak else "The sum of the lags differs from zero in both periods.",
        not weak,
    )  # fmt: skip
    others = (_other_lag(claim, panel, name) for name in claim.secondary.outcomes)
    evidence = Evidence(
        claim,
        (_lag_finding(question, columns, change),),
        (check,),
        tuple(map(str, later.dropped)),
        (*missing, _NO_BOOTSTRAP, *others),
    )
    found = {"earlier": earlier, "later": later, "change": change}
    return Evaluated(question, evidence, results=found)


def _other_lag(claim: Claim, panel: Panel, outcome: str) -> str:
    """Say what the declared secondary outcome gives."""
    label = panel.describe(outcome).label_en
    try:
        change = _change(replace(claim, outcome=outcome), panel, _COLUMNS[0])[2]
    except AnalysisError as error:
        return f"{label} instead cannot be estimated: {error}"
    return f"{label} instead: {_years(change)}."


def _years(change: Combination) -> str:
    ends = f"{change.estimate:+.1f} [{change.low_cr3:+.1f}, {change.high_cr3:+.1f}] years"
    return ends.replace("-", "−")


def _change(
    claim: Claim, panel: Panel, effects: str
) -> tuple[DistributedLags, DistributedLags, Combination]:
    """Return the lags of both periods, and the later mean lag less the earlier one."""
    spec, pair = claim.build_specification().with_effects(effects), []
    for first, last in claim.setup["periods"]:
        inside = replace(spec, sample=replace(spec.sample, first_year=first, last_year=last))
        regressor, lags = claim.regressors[0], claim.setup["lags"]
        pair.append(inference.distributed_lags(inside, panel, regressor, lags=lags))
    return (*pair, inference.mean_lag_change(*pair))


def _lag_column(effects: str, later: DistributedLags, change: Combination) -> Column:
    e = later.estimate
    return Column(
        effects, EFFECTS[effects].label, change.estimate, change.se, change.low_cr3,
        change.high_cr3, change.p_cr3, change.p_cr3,
        minimum_detectable_effect(change.se_cr3, e.clusters - 1), e.n, e.n_entities, e.clusters,
        e.first_year, e.last_year,
    )  # fmt: skip


def _lag_finding(question: Question, columns: tuple[Column, ...], change: Combination) -> Finding:
    claim, panel = question.claim, question.panel
    size, first = question.rules.plausible_lag, columns[0]
    p_low, p_high, smallest = tost(change.estimate, change.se_cr3, first.clusters - 1, size)
    return Finding(
        outcome=claim.outcome,
        outcome_label=panel.describe(claim.outcome).label_en,
        term=claim.regressors[0],
        term_label=f"Change in the mean lag of {panel.describe(claim.regressors[0]).label_en}",
        sign=claim.parts[0].sign,
        columns=columns,
        p=change.p_cr3,
        test="CR3",
        tested=change.estimate,
        low=change.low_cr3,
        high=change.high_cr3,
        lowest=float("nan"),
        lowest_without="",
        highest=float("nan"),
        highest_without="",
        effective_clusters=float("nan"),
        plausible=size,
        p_zero=max(p_low, p_high),
        smallest_margin=smallest,
        natural=f"mean lag: {_years(change)}",
        unit="years",
    )  # fmt: skip


def _describe(question: Question) -> Evaluated:
    """Say how a measure moved between the first and the last year, entity by entity."""
    claim, panel = question.claim, question.panel
    text, change, years = _movement(panel, claim.outcome)
    others = [_movement(panel, name)[0] for name in claim.secondary.outcomes]
    evidence = Evidence(claim, notes=tuple(others), describes=text)
    found = {"change": change, "path": _path(panel[claim.outcome].unstack(0)), "years": years}  # noqa: PD010
    return Evaluated(question, evidence, results=found)


def _movement(panel: Panel, name: str) -> tuple[str, pd.Series, tuple[int, int]]:
    wide = panel[name].unstack(0)  # noqa: PD010
    seen = wide.dropna(how="all")
    first, last = int(seen.index[0]), int(seen.index[-1])
    both = wide.columns[wide.loc[first].notna() & wide.loc[last].notna()]
    change = (wide.loc[last, both] - wide.loc[first, both]).astype(float)
    text = (
        f"{panel.describe(name).label_en}: from {first} to {last} the mean goes from "
        f"{wide.loc[first, both].mean():.2f} to {wide.loc[last, both].mean():.2f} over the "
        f"{len(both)} of {len(wide.columns)} {panel.roles.entities} observed in both years; it "
        f"rises in {int((change > 0).sum())} of them."
    )
    return text, change, (first, last)


def _path(wide: pd.DataFrame) -> pd.DataFrame:
    """Mean and quartiles over entities, year by year, of entities observed in every year."""
    seen = wide.dropna(how="all").dropna(axis=1)
    values = seen.to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "year": seen.index.astype(int),
            "mean": values.mean(axis=1),
            "low": np.quantile(values, 0.25, axis=1),
            "high": np.quantile(values, 0.75, axis=1),
            "entities": values.shape[1],
        }
    )


SPECIAL: Mapping[str, Callable[[Question], Evaluated]] = {
    "distributed-lag": _mean_lag,
    "descriptive": _describe,
}
"""Design -> evidence, for designs without a panel regression."""
