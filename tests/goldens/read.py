"""Read what an R script printed: one ``name value`` per line, comments behind #."""

from pathlib import Path

FOLDER = Path(__file__).parent


def golden(file: str) -> dict[str, float]:
    """``golden("grunfeld")["tw.b.value"]`` is a number; a name printed twice is an error."""
    out: dict[str, float] = {}
    for line in (FOLDER / f"{file}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, value = line.split()
        if name in out:
            raise ValueError(f"{file}.txt prints '{name}' twice.")
        out[name] = float(value)
    return out
