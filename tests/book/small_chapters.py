"""Chapters of a small book, for the tests of how chapters are run."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TOP = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Page
"""
CHAPTER = (
    TOP
    + """
```{code-cell}
from analysis.constant import VALUE
from myst_nb import glue
glue("value", VALUE, display=False)
```

The value is {glue:text}`value`.
"""
)
# Leaves a mark every time it is run.
MARKING = (
    TOP
    + """
```{code-cell}
---
mystnb:
  figure:
    caption: A caption.
---
print("said by NAME", file=open("NAME.ran", "a"))
"shown by NAME"
```

Prose.
"""
)


def chapter(source: str) -> str:
    return f"{TOP}\n```{{code-cell}}\n{source}\n```\n"


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
