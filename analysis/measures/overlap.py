"""The overlap guard: no raw series may stand on both sides of a regression.

If an index shares one of eight ingredients with the outcome, a test of two independent things
rejects far more often than it says. The guard compares the raw series behind two sets of names.

Rules
-----
* A raw series that is content of both sides is shared.
* A raw series that is content of one side and a size denominator of the other is shared: regional
  product per head against anything divided by regional product is half an identity.
* Twins count as one series.
* A size denominator on both sides is allowed and reported as ``scale``.
* A whole on one side and its part on the other is allowed and reported as ``parts``.
* Two breakdowns of one whole, one on each side, are allowed and reported as ``crossed``: R&D by
  activity and R&D by source count the same money.

``require_disjoint`` is for the outcome against the regressors of interest. Controls are often
made of regional product on purpose; pass them to ``overlap`` and print what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.data import Panel
from analysis.errors import OverlapError
from analysis.measures.declarations import Declarations


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two sides have in common.

    Attributes
    ----------
    shared
        Raw series that stand on both sides; must be empty for a regressor of interest.
    twins
        Pairs (left, right) of twin series, one on each side; must be empty likewise.
    scale
        Size denominators on both sides; allowed, to be said under the table.
    parts
        Pairs (whole, part), one on each side; allowed, to be said under the table.
    crossed
        Pairs (left, right) from two breakdowns of one whole; allowed, to be said likewise.
    """

    shared: tuple[str, ...] = ()
    twins: tuple[tuple[str, str], ...] = ()
    scale: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    crossed: tuple[tuple[str, str], ...] = ()

    @property
    def disjoint(self) -> bool:
        """Whether neither a raw series nor a twin stands on both sides."""
        return not (self.shared or self.twins)

    def __str__(self) -> str:
        said = {
            f"both sides contain {_and(self.shared)}": self.shared,
            f"twins stand on both sides ({_pairs(self.twins)})": self.twins,
            f"both sides are divided by {_and(self.scale)}": self.scale,
            f"one side is part of the other ({_pairs(self.parts)})": self.parts,
            f"both sides break down one whole ({_pairs(self.crossed)})": self.crossed,
        }
        text = "; ".join(words for words, found in said.items() if found)
        text = text or "no raw series in common"
        return f"{text[0].upper()}{text[1:]}."


def overlap(
    panel: Panel, declared: Declarations, left: str | Iterable[str], right: str | Iterable[str]
) -> Overlap:
    """Return what the raw series behind ``left`` and behind ``right`` have in common.

    Parameters
    ----------
    panel
        Holds both sides as variables, raw, measured or composite.
    declared
        Says which series are twins, parts of one another or a size.
    left, right
        One name or several; the outcome and the regressors, or an index and a regressor.

    Returns
    -------
    Overlap
        Shared series, twins, parts and sizes; true where something is shared.

    Raises
    ------
    UnknownNameError
        If the panel does not hold a name.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> from analysis.measures import build
    >>> panel = load("china")
    >>> declared = read_study("patient_capital").measures
    >>> str(overlap(build(panel, declared), declared, "gov", "loan"))
    'Both sides are divided by gdp.'
    """
    lc, ls = _series(panel, left)
    rc, rs = _series(panel, right)
    shared = (lc & rc) | (lc & rs) | (ls & rc)
    twins = {
        (one, twin)
        for one in lc | ls
        for twin in declared.twin_of(one)
        if (one in lc and twin in rc | rs) or (one in ls and twin in rc)
    }
    same_size = {one for one in ls if {one, *declared.twin_of(one)} & rs}
    parts = {
        (group.whole, part)
        for group in declared.parts
        for part in group.parts
        if (group.whole in lc and part in rc) or (group.whole in rc and part in lc)
    }
    crossed = {
        (one, other)
        for group in declared.crossed
        for mine, theirs in (group.by, group.by[::-1])
        for one in lc.intersection(mine)
        for other in rc.intersection(theirs)
    }
    found = (shared, twins, same_size, parts, crossed)
    return Overlap(*(tuple(sorted(kind)) for kind in found))


def require_disjoint(
    panel: Panel, declared: Declarations, left: str | Iterable[str], right: str | Iterable[str]
) -> Overlap:
    """Return the ``Overlap`` of two sides, refusing shared raw series and twins (OverlapError).

    Parameters
    ----------
    panel, declared, left, right
        As in `overlap`.

    Returns
    -------
    Overlap
        Without shared content.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> from analysis.data import load
    >>> from analysis.errors import OverlapError
    >>> from analysis.measures import build
    >>> panel = load("china")
    >>> declared = read_study("patient_capital").measures
    >>> try:
    ...     require_disjoint(build(panel, declared), declared, "gov", "gov")
    ... except OverlapError:
    ...     print("refused")
    refused
    """
    found = overlap(panel, declared, left, right)
    if found.disjoint:
        return found
    series = [*found.shared, *(one for pair in found.twins for one in pair)]
    what = _and(found.shared)
    if found.twins:
        pairs = " and ".join(f"the twins {one} and {other}" for one, other in found.twins)
        what = f"{what} and {pairs}" if what else pairs
    raise OverlapError(
        f"{_and(_containing(panel, left, series))} and {_and(_containing(panel, right, series))} "
        f"share {what}: choose an outcome or a regressor without it, such as a single ingredient "
        "instead of an index."
    )


def _series(panel: Panel, names: str | Iterable[str]) -> tuple[set[str], set[str]]:
    """Return content and scale series behind one or several names."""
    content: set[str] = set()
    scale: set[str] = set()
    for name in _names(names):
        variable = panel.describe(name)
        own = set(variable.series) or {name}
        content |= own - set(variable.scale)
        scale |= set(variable.scale)
    return content, scale - content


def _containing(panel: Panel, names: str | Iterable[str], series: Iterable[str]) -> tuple[str, ...]:
    wanted = set(series)
    return tuple(
        name for name in _names(names) if wanted & (set(panel.describe(name).series) or {name})
    )


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))


def _and(names: Iterable[str]) -> str:
    listed = list(names)
    return " and ".join(filter(None, [", ".join(listed[:-1]), *listed[-1:]]))


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{one} and {other}" for one, other in pairs)
