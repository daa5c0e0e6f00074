"""A finished figure as the book shows it: SVG, the same bytes for the same content."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that a notebook shows as SVG.

    Figures are made outside pyplot, so nothing depends on a backend, nothing is drawn twice and
    Chinese labels become outlines that any machine can show.

    Parameters
    ----------
    figure
        The finished matplotlib figure.
    """

    figure: Figure

    def svg(self) -> str:
        """Return the figure as an SVG document without a time stamp."""
        buffer = io.StringIO()
        self.figure.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()

    def save(self, path: Path) -> None:
        """Write the figure to ``path``; the ending decides the format."""
        self.figure.savefig(path)

    def _repr_svg_(self) -> str:
        return self.svg()
