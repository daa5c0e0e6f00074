"""Time the fast parts beside the libraries they replace, and the whole beside an older commit.

    python tests/bench/run.py [section ...]

All in the same run on the same machine. Ratios are printed, never asserted: seconds depend on the
machine. Each section runs in a process of its own, with one linear-algebra thread, so that its
peak memory is its own. Where a library would take minutes, a part of the work is timed and scaled;
the line says so.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECTIONS = {
    "curve": "specification curve: 31 × 14, clustered, 9,908 specifications",
    "wild": "wild cluster bootstrap: 31 clusters × 13 years, 5 regressors, 9,999 draws",
    "large": "three-way effects: a million firm-years, 5 regressors",
    "large_peer": "the same through pyfixest itself, no wrapper",
    "books": "the ledger put to placebo panels, 999 draws, seconds a panel",
    "evaluate": "all claims put to the figures, 9,999 draws",
    "cold": "make book, nothing built",
    "edit": "make book, the code of one chapter changed",
    "nothing": "make book, nothing changed",
    "pages": "pages of the built book: largest paint on a phone, throttled 4G (kept in pages.csv)",
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        sys.exit(f"Unknown section {unknown[0]}: choose from {', '.join(SECTIONS)}.")
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, one linear-algebra thread\n")
    for name in names or SECTIONS:
        print(SECTIONS[name])
        lines = in_a_process(name)
        width = max(len(line["what"]) for line in lines)
        base = lines[0]["seconds"]
        for line in lines:
            ratio = line["seconds"] / base if line["seconds"] else 0.0
            seconds = f"{line['seconds']:10.4f} s {ratio:9.1f}×" if line["seconds"] else " " * 22
            print(f"  {line['what']:<{width}} {seconds}  {line['note']}")
        print()


def in_a_process(name: str) -> list[dict]:
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    command = [sys.executable, str(Path(__file__).resolve()), "--section", name]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def section(name: str) -> None:
    import builds  # all beside this file; they need the path set by `in_a_process`
    import cases
    import pages

    one = next(module for module in (cases, builds, pages) if hasattr(module, name))
    for line in getattr(one, name)():
        print(json.dumps(line))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"what": "peak memory", "seconds": None, "note": f"{peak:,.0f} MiB in all"}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--section"]:
        section(sys.argv[2])
    else:
        main(sys.argv[1:])
