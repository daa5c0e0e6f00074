"""What a cell shows stands before the code that made it.

A reader who opens a page wants the answer; the fold with the code follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from myst_nb.sphinx_ import HideInputCells
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class AnswersFirst(SphinxPostTransform):
    """Move the folded code of a cell behind what the cell shows."""

    default_priority = HideInputCells.default_priority + 1  # it folds the code
    formats: ClassVar = ("html",)

    def run(self, **_kwargs: object) -> None:
        """Turn round every cell that hides its code alone."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code" and cell.get("hide_mode") == "input":
                cell.children = [*cell.children[1:], *cell.children[:1]]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_post_transform(AnswersFirst)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
