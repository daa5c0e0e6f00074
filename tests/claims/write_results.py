"""Write results.yml anew from the archive: ``python -m tests.claims.write_results``."""

import dataclasses
from pathlib import Path

import yaml

from analysis.claims import current_archive, verdict
from tests.published import published

RESULTS = Path(__file__).with_name("results.yml")
HEAD = """\
# Estimates (within-SDs; M26 in years) in three columns, leading p, p within the chapter and
# verdict, with 9,999 draws, by the regressions that decide. Written anew after
# `python -m analysis evaluate` by `python -m tests.claims.write_results`.
"""


def name_of(record):
    """The claim, and the data set where it is not the one declared first."""
    further = record.evidence.claim.dataset
    return f"{record.id}@{further}" if further else record.id


def pinned(record):
    """What is pinned of a claim: rounded estimates and p, and the word."""
    out = {"verdict": record.verdict.word}
    if found := record.evidence.findings:
        out["estimates"] = [[round(c.estimate, 3) + 0.0 for c in f.columns] for f in found]
        out["p"] = [round(f.p, 3) for f in found]
        out["p_chapter"] = [round(f.p_family, 3) for f in found]
    return out


def strict(record, rules):
    """The word of a claim if nothing could be small enough to be called supported."""
    numbers = dataclasses.replace(rules.numbers, supported=0.0)
    return verdict(record.evidence, dataclasses.replace(rules, numbers=numbers)).word


def write():
    """Write the file, and say which words depend on the number that is called supported."""
    study = published()
    records = current_archive(study).records
    moved = {name_of(r): strict(r, study.rules) for r in records}
    lines = [f"{name_of(r)} ({r.verdict.word}, otherwise {moved[name_of(r)]})" for r in records
             if moved[name_of(r)] != r.verdict.word]  # fmt: skip
    note = f"# Words that depend on the number `supported`: {', '.join(lines) or 'none'}.\n"
    values = {name_of(record): pinned(record) for record in records}
    text = yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=100)
    RESULTS.write_text(HEAD + note + text, encoding="utf-8")


if __name__ == "__main__":
    write()
