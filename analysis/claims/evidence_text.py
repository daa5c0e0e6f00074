"""Evidence, verdict and the whole ledger's results as plain text for a terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from analysis.claims.evaluated import Evaluated, Reading
from analysis.claims.evidence import Evidence
from analysis.claims.finding import Finding
from analysis.claims.record import Record
from analysis.claims.text import claim_text, labelled, spoken, table, wrap
from analysis.claims.verdicts import Verdict
from analysis.inference import Estimate
from analysis.inference.cells import plain_number
from analysis.models import EFFECTS

__all__ = ["evidence_text", "finding_line", "results_text", "verdict_text"]

_PASSED = {
    True: "{0} (passed): {1}",
    False: "{0} (failed): {1}",
    None: "{0} (not asked): {1}",
}


def evidence_text(made: Evaluated, judged: Verdict, width: int = 100) -> str:
    """Return the card of a claim with its verdict, its regressions and its checks."""
    evidence = made.evidence
    parts = [claim_text(evidence.claim, width), verdict_text(evidence, judged, width)]
    parts += [_reading_text(reading, width) for reading in made.every]
    if made.readings:
        leading = made.readings[0].estimates.columns[0]
        parts.append(labelled("Inference", leading.convention, width))
    if evidence.checks:
        checks = [
            spoken(_PASSED[c.passed]).format(spoken(c.name), spoken(c.found))
            for c in evidence.checks
        ]
        parts.append("\n".join(labelled("Check", text, width, str) for text in checks))
    return "\n\n".join(parts)


def verdict_text(evidence: Evidence, judged: Verdict, width: int = 100) -> str:
    """Say the verdict, what every part rests on, the rows left out, and what else to know."""
    lines = [labelled("Verdict", f"{judged.word.upper()}. {judged.reason}", width)]
    lines += [labelled("Part", finding_line(f), width) for f in evidence.findings]
    lines += [labelled("Left out", text, width) for text in evidence.dropped]
    return "\n".join(lines + [labelled("Note", text, width) for text in evidence.notes])


def finding_line(f: Finding) -> str:
    """Say what the leading test found, with its own interval, then the columns with CR3."""
    columns = ", ".join(f"{c.label} {_span(c.estimate, c.low, c.high)}" for c in f.columns)
    whole = _span(f.tested, f.low, f.high)
    text = f"{f.outcome} on {f.term}, predicted {f.sign}: {whole} {f.unit}, p = {f.p:.3f} ({f.test}"
    dealt = "" if math.isnan(f.p_dealt) else f"{f.p_dealt:.3f} with histories dealt out anew, "
    text += f"), {dealt}{f.p_family:.3f} in the chapter. Columns with CR3 intervals: {columns}; "
    text += f"smallest detectable {f.smallest}."
    if f.decomposition:
        parts = ", ".join(f"{s.name} {_span(s.estimate, s.low, s.high)}" for s in f.decomposition)
        text += f" Of the term: {parts}."
    if f.lowest_without:
        text += f" Leaving one out {f.lowest:+.2f} to {f.highest:+.2f}"
        largest = f", largest p {f.p_without:.3f} without {f.p_without_entity}"
        text += f"{largest if f.p_without_entity else ''}."
    return text


def _span(estimate: float, low: float, high: float) -> str:
    ends = f"[{low:+.2f}, {high:+.2f}]" if math.isfinite(low + high) else "without interval"
    return f"{estimate:+.2f} {ends}"


def results_text(results: Sequence[Record], width: int = 100) -> str:
    """List every claim with estimate, p-values and verdict, and count the verdicts."""
    rows = [("id", "sign", "tested", "95%", "p", "chapter", "q", "mde", "verdict")]
    for result in results:
        head, tail = result.evidence.claim.id, result.verdict.word
        if not result.evidence.findings:
            rows.append((head, result.evidence.claim.sign, *[""] * 6, tail))
        for f in result.evidence.findings:
            estimate, ends = _span(f.tested, f.low, f.high).split(" ", 1)
            ends = ends if f.has_interval else "none"
            numbers = (estimate, ends, f"{f.p:.3f}", f"{f.p_family:.3f}", f"{result.q:.3f}")
            rows.append((head, f.sign, *numbers, f.smallest, tail))
    counts = Counter(result.verdict.word for result in results)
    total = ", ".join(f"{n} {word}" for word, n in counts.most_common())
    note = _note(results)
    return "\n".join(
        [table(rows, "<<>>>>>><", width), "", *wrap(note, width), *wrap(f"{total}.", width)]
    )


def _note(results: Sequence[Record]) -> str:
    """Name the unit, and the claims that are counted in another."""
    found = [(r.id, f.unit) for r in results for f in r.evidence.findings]
    other = ", ".join(dict.fromkeys(f"{c}: {unit}" for c, unit in found if unit != "within-SDs"))
    words = f" ({other})" if other else ""
    return (
        f"Estimates, 95% intervals and p of the leading tests, in within-SDs{words}; q over the "
        "whole ledger; mde: what the leading test would usually find."
    )


def _reading_text(reading: Reading, width: int) -> str:
    columns = reading.estimates.columns
    heads = [spoken(EFFECTS[name].label) for name in reading.estimates.names]
    rows = [("", *heads)]
    for i, line in enumerate(columns[0].terms):
        mark = " *" if line.term == reading.focal else ""
        cells = [_cells(column, i) for column in columns]
        term = spoken(line.term) if " " in line.term else line.term  # one word is a name
        names = (term + mark, *map(spoken, ("  CR1 SE", "  CR3 interval", "  detectable")))
        rows += [
            (name, *values) for name, values in zip(names, zip(*cells, strict=True), strict=True)
        ]
    rows.append(("n", *(f"{c.n:,}" for c in columns)))
    rows.append((spoken("within R²"), *(f"{c.within_r2:.3f}" for c in columns)))
    specification = str(columns[0].specification).split(", with ")[0]
    title = "\n".join(wrap(f"[{reading.name}] {specification}", width))
    body = table(rows, "<" + ">" * len(columns), width, str)
    mark = "* focal term" if any(line.term == reading.focal for line in columns[0].terms) else ""
    span = f"Outcome years {columns[0].first_year}-{columns[0].last_year}. {mark}".strip()
    dropped = [labelled("Left out", text, width) for text in _dropped(columns, heads)]
    return "\n".join([title, body, labelled("Rows", span, width), *dropped])


def _cells(column: Estimate, i: int) -> tuple[str, str, str, str]:
    line = column.terms[i]
    shown = (line.estimate, line.se, line.low_cr3, line.high_cr3, line.mde)
    value, se, low, high, detectable = (plain_number(x, line.se) for x in shown)
    return value, f"({se})", f"[{low}, {high}]", detectable


def _dropped(columns: Sequence[Estimate], heads: Sequence[str]) -> list[str]:
    """Say once what all columns leave out alike; otherwise column by column."""
    texts = [
        f"{c.grid_rows - c.n:,} of {c.grid_rows:,} rows ({'; '.join(map(str, c.dropped))})"
        for c in columns
    ]
    if len(set(texts)) == 1:
        return texts[:1]
    return [f"{head}: {text}" for head, text in zip(heads, texts, strict=True)]
