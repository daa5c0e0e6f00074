"""The lines of which scripts are made: a regression, what a design derives, the test that leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pprint import pformat
from textwrap import indent
from typing import TYPE_CHECKING

from analysis.claims.designs.within import is_common
from analysis.claims.question import Question

if TYPE_CHECKING:
    from analysis.claims import Claim, Finding
    from analysis.claims.claim import Part
    from analysis.models import Specification

__all__ = ["DERIVED", "ENDINGS", "absorbed", "difference", "estimated", "expected", "imports",
           "product", "written"]  # fmt: skip

DESIGNS, INFERENCE = "analysis.claims.designs", "analysis.inference"
HOMES = {
    "dataclasses": ["replace"],
    "analysis": ["Sample", "Specification", "load"],
    "analysis.claims": ["Question", "read_study"],
    DESIGNS: ["Regression", "arrange", "leading_test"],
    f"{DESIGNS}.derived": ["add_column", "centred_product", "fixed_exposure", "horizon_contrast",
                           "lagged", "scaled_difference", "without_initial"],
    f"{DESIGNS}.spatial": ["connected", "weights_of"],
    f"{DESIGNS}.within": ["with_expected", "within_product"],
    INFERENCE: ["distributed_lags", "estimate_columns", "mean_lag_change", "randomisation_test",
                "wild"],
    f"{INFERENCE}.clusters.equivalence": ["tost"],
    f"{INFERENCE}.spatial.design": ["spatial_design"],
    f"{INFERENCE}.spatial.direct": ["direct_effect"],
    f"{INFERENCE}.spatial.lines": ["fit_design"],
    "analysis.measures": ["build"],
    "analysis.models.treatment": ["with_treatment"],
}  # fmt: skip


def imports(body: str) -> str:
    """Return the imports of the names that a script calls."""
    lines = []
    for home, names in HOMES.items():
        if used := [n for n in names if re.search(rf"(?<![\w.\"']){n}\(", body)]:
            lines.append(f"from {home} import {', '.join(used)}")
    return "\n".join(lines)


def written(spec: Specification, policy: bool = False) -> str:
    """Write a specification as a call, an argument a line; defaults are left out."""
    lines = []
    for name, value in spec.to_mapping().items():
        shown = pformat(value, width=88, sort_dicts=False).replace("'", '"')
        if name == "sample":
            shown = f"Sample({', '.join(f'{k}={v!r}' for k, v in value.items())})"
        if policy and name == "regressors":
            shown = "[policy.name]"
        lines.append(f"{name}={shown},")
    arguments = indent("\n".join(lines), "    ")
    return f"spec = Specification(\n{arguments}\n)"


def difference(claim: Claim, part: Part) -> str:
    """Take a second outcome off the first, both in within-SDs."""
    name = f"{claim.outcome} less {part.less}"
    return f"""
values = scaled_difference(panel, "{claim.outcome}", "{part.less}", spec)
panel = add_column(panel, "{name}", values, ("{claim.outcome}", "{part.less}"), "{name}")
spec = replace(spec, outcome="{name}")"""


def product(part: Part) -> str:
    """Let a product speak by what moves inside entities."""
    return f"""
# What moves inside entities decides; fixed differences times a trend do not.
focal, sign = "{part.focal}", "{part.sign}"
judged = within_product(Regression(panel, spec, focal, sign, spec.outcome, focal))
panel, spec, focal = judged.panel, judged.spec, judged.focal"""


def expected(part: Part) -> str:
    """Hold composites at means and paths fixed."""
    return f"""
# What the composite would be at entity means and national paths is held fixed.
declared = Regression(panel, spec, focal, "{part.sign}", spec.outcome, focal)
judged = with_expected(declared, study.measures)
panel, spec, focal = judged.panel, judged.spec, judged.focal"""


def absorbed(question: Question, spec: Specification, focal: str) -> str:
    """Take out what is the same for all entities; its products with others stay."""
    common = [name for name in spec.regressors if is_common(question.panel, name)]
    if not common:
        return ""
    inside = {*focal.split(":")}
    met = [p for p in spec.interactions if {*p} & {*common} and not {*p} <= inside]
    lines = ["", "# Year effects hold what is the same for all entities."]
    for pair in met:
        dated = [(name, spec.lag_of(name)) for name in pair]
        name, words = ":".join(pair), " × ".join(pair)
        lines.append(f"values = centred_product(panel, {dated!r})")
        lines.append(f'panel = add_column(panel, "{name}", values, {pair!r}, "{words}")')
    added = [":".join(pair) for pair in met]
    lines += [
        f"common, added = {common!r}, {added!r}",
        "kept = [n for n in spec.regressors if n not in common] + added",
        "lags = {n: k for n, k in spec.lags if n not in common} | dict.fromkeys(added, 0)",
        "crossed = [p for p in spec.interactions if not {*p} & {*common}]",
        "spec = replace(spec, regressors=tuple(kept), lags=lags, interactions=tuple(crossed))",
    ]
    return "\n".join(lines)


def _event(question: Question) -> str:
    setup, focal = question.claim.setup, question.claim.parts[0].focal
    (first, last), (start, end) = setup["exposure"], setup["active"]
    end = end or question.panel.roles.last_year
    name = f"{focal} from {start}"
    return f"""
exposure = fixed_exposure(panel, "{focal}", ({first}, {last}))
year = panel.frame.index.get_level_values("year")
values = exposure * ((year >= {start}) & (year <= {end}))
panel = add_column(panel, "{name}", values, ("{focal}",), "{name}")
spec, focal = replace(spec, regressors=("{name}",)), "{name}\""""


def _horizons(question: Question) -> str:
    setup = question.claim.setup
    early, late, last = setup["early"], setup["late"], max(setup["horizons"])
    return f"""
values = horizon_contrast(panel, spec.outcome, {early!r}, {late!r}, {last})
panel = add_column(panel, "late less early", values, (spec.outcome,), "late less early")
spec = replace(spec, outcome="late less early", lag=spec.lag + {last})"""


def _memory(question: Question) -> str:
    return """
before = lagged(panel, spec.outcome, 1)
panel = add_column(panel, "before", before, (spec.outcome,), "year before")
wider, lags = (*spec.regressors, "before"), {**dict(spec.lags), "before": 0}
spec = replace(spec, regressors=wider, lags=lags)"""


DERIVED: Mapping[str, Callable[[Question], str]] = {
    "event": _event,
    "local-projection": _horizons,
    "panel-var": _memory,
}
"""Design -> the columns that it derives."""


def estimated(finding: Finding, in_sds: bool) -> str:
    """Estimate all columns on the rows they share, and read the leading one."""
    effects = ", ".join(f'"{column.effects}"' for column in finding.columns)
    scale = "line.scale * column.fitted.within_sd[0]" if in_sds else "line.scale"
    return f"""
column = estimate_columns(spec, panel, [{effects}])["two_way"]
line = column.coefficient(focal)
scale = {scale}  # into within-SDs per within-SD"""


def _bootstrapped(claim: Claim, finding: Finding) -> str:
    return "size, p = line.estimate * scale, wild(column, focal, draws=9_999).p"


def _equivalent(claim: Claim, finding: Finding) -> str:
    return f"""size, margin = line.estimate * scale, {finding.plausible!r}
p = max(tost(size, line.se_cr3 * scale, column.clusters - 1, margin)[:2])"""


def _permuted(claim: Claim, finding: Finding) -> str:
    return """held, outcome = without_initial(figures, spec)  # controls as in the regression
test = randomisation_test(policy, outcome, held, sample=spec.sample)
size, p = test.estimate * scale, test.p"""


def _mapped(claim: Claim, finding: Finding) -> str:
    return f"""near = weights_of(panel, "{claim.setup["maps"][0]}")
judged = Regression(panel, spec, focal, "{finding.sign}", spec.outcome, focal)
found = connected(judged, near)  # those with a neighbour
design = spatial_design(found.spec, found.panel, near, transform=True, balance="largest")
rho = fit_design(design, "sdm").rho
test = direct_effect(found.spec, found.panel, near, focal, rho, draws=999)
size, p = test.estimate * scale, test.p"""


def _searched(claim: Claim, finding: Finding) -> str:
    return """test = leading_test(question, judged)  # all thresholds at once
size, p = test.estimate * scale, test.p"""


ENDINGS: Mapping[str, Callable[[Claim, Finding], str]] = {
    "wild bootstrap": _bootstrapped,
    "two one-sided tests": _equivalent,
    "permutation": _permuted,
    "spatial bootstrap": _mapped,
    "threshold bootstrap": _searched,
}
"""Leading test -> the lines that run it."""
