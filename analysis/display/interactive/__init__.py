"""What a reader can move: pieces of a page that stand without a script and answer with one.

Every piece holds its data as JSON inside the page, so that nothing is asked for elsewhere, and a
static figure or table, which stays where no script runs.
"""

from analysis.display.interactive.page import Explorer, explorer

__all__ = ["Explorer", "explorer"]
