"""The whole project beside an older commit of itself: the same commands, in turn, in copies.

Both copies lie in `_build/bench/` and use this environment, so that nothing but the code differs.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "_build" / "bench"
REFERENCE = os.environ.get("BENCH_REFERENCE", "c31259e")
COPIES = {"now": BENCH / "now", REFERENCE: BENCH / REFERENCE}
# Never make the environment anew: it is a link to the one in use.
MAKE = ("make", "--old-file=.venv/.ready", "book")
EVALUATE = (".venv/bin/python", "-m", "analysis", "claims", "--evaluate", "--out", "_build/claims")
EDITED = "book/banks_and_cycles.md"


def timed(command, folder):
    """Return seconds on the clock and of the processors for a command that has to succeed."""
    environment = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL"}}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed in {folder}:\n{done.stdout}{done.stderr}")
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def git(*command):
    return subprocess.run(("git", *command), cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def prepare():
    """Lay out both copies anew, but for what they have built."""
    for folder in COPIES.values():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.name != "_build":
                shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
        (folder / ".venv").symlink_to(Path(sys.prefix))
    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0"):
        source = ROOT / name.decode()
        if name and source.is_file():
            copy = COPIES["now"] / name.decode()
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    packed = git("archive", REFERENCE)
    subprocess.run(("tar", "-x"), input=packed, cwd=COPIES[REFERENCE], check=True)


def compare(command, before=lambda _folder: None):
    """Yield a line for each copy; ``before`` makes it ready and is not timed."""
    prepare()
    for name, folder in COPIES.items():
        before(folder)
        clock, processors = timed(command, folder)
        note = f"{clock:.1f} s on the clock"
        yield {"what": f"{name}, seconds of the processors", "seconds": processors, "note": note}


def unbuilt(folder):
    shutil.rmtree(folder / "_build", ignore_errors=True)


def built(folder):
    timed(MAKE, folder)


def edited(folder):
    built(folder)
    chapter = folder / EDITED
    head, code, rest = chapter.read_text(encoding="utf-8").partition(
        "\nfrom analysis import display"
    )
    # Another comment each time: a chapter that was run before is not run again.
    chapter.write_text(f"{head}\n# {time.time()}{code}{rest}", encoding="utf-8")


def unevaluated(folder):
    for made in ("archive", "claims"):
        shutil.rmtree(folder / "_build" / made, ignore_errors=True)


def evaluate():
    yield from compare(EVALUATE, unevaluated)


def cold():
    yield from compare(MAKE, unbuilt)


def edit():
    yield from compare(MAKE, edited)


def nothing():
    yield from compare(MAKE, built)
