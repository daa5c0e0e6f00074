"""What a file of measures declares, as frozen dataclasses.

A measure, an index or a composite knows the raw series it is made of. ``series`` names all of them;
``scale`` names those among them that serve only as size denominators.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.errors import require_known
from analysis.measures.transforms import TRANSFORMS


@dataclass(frozen=True, slots=True)
class Unit:
    """How a measure is stored and how it is shown: ``shown value = stored value * multiply``.

    Attributes
    ----------
    name : str
        The word measures use for it.
    stored, shown : str
        What a stored value counts, and what a printed one counts.
    multiply : float
        Factor from stored to shown.

    Examples
    --------
    >>> share = Unit("share", stored="share", shown="%", multiply=100)
    >>> f"{0.25 * share.multiply:g}{share.shown}"
    '25%'
    """

    name: str
    stored: str
    shown: str
    multiply: float


@dataclass(frozen=True, slots=True)
class Step:
    """One transform of a chain, with its number if it takes one (``rolling_sd: 4``)."""

    name: str
    argument: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Explained:
    """What a measure, an index and a composite each say of themselves.

    Attributes
    ----------
    name : str
        Short and unique; it becomes a column of the panel.
    label_en, label_zh, definition : str
        Labels of tables and figures, and one sentence on what it counts.
    proxy_for, years : str
        What it only stands for, and a remark where the series is short; empty if there is nothing.
    """

    name: str
    label_en: str
    label_zh: str
    definition: str
    proxy_for: str = ""
    years: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(_Explained):
    """A ratio or transform of raw series; the head of a file of measures explains the fields.

    Attributes
    ----------
    numerator, minus, denominator : tuple of str
        Raw series: summed, taken off the sum, and divided by.
    unit : Unit
        How it is stored and shown.
    side : str
        Side of the argument it stands on, one of those the file declares.
    direction : int
        +1 where more is more, -1 where more is less, 0 for neither.
    combine : str
        "ratio", "share_diversity" or "location_quotient".
    steps, only : tuple of Step, tuple of str
        Transforms from left to right, and data sets it is built for; empty for all.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> read_study("patient_capital").measures.measures["gov"].sources
    ('rd_funds_government', 'gdp')
    """

    numerator: tuple[str, ...]
    unit: Unit
    side: str
    direction: int
    minus: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    combine: str = "ratio"
    steps: tuple[Step, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Every raw series needed, in order of appearance, without repeats."""
        return tuple(dict.fromkeys(self.numerator + self.minus + self.denominator))


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(_Explained):
    """A weighted sum of measures (``ingredients``) under a weighting ``scheme``.

    Attributes
    ----------
    ingredients : tuple of str
        Measures, added up with weights.
    scheme : str
        How weights are found: "entropy", "equal", "pca" or "critic"; "topsis" scores by closeness.
    unit, side : Unit, str
        As in `Measure`.
    primary : bool
        Whether it is the leading index of its side.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> declared = read_study("patient_capital").measures
    >>> declared.index("pcp").scheme, declared.index("pcp").ingredients[:2]
    ('entropy', ('bas', 'app'))
    """

    ingredients: tuple[str, ...]
    scheme: str
    unit: Unit
    side: str
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite(_Explained):
    """Several indices (``systems``) seen together: a coordination degree, their mean or minimum.

    Attributes
    ----------
    systems : tuple of str
        Indices seen together.
    form : str
        Coordination degree, mean or minimum: see `coupling`.
    unit, side : Unit, str
        As in `Measure`.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> whole = next(iter(read_study("patient_capital").measures.composites.values()))
    >>> whole.form, whole.systems
    ('classic', ('pcp', 'ifin'))
    """

    systems: tuple[str, ...]
    form: str
    unit: Unit
    side: str


@dataclass(frozen=True, slots=True)
class Twins:
    """Two raw series that measure one thing twice, and why."""

    pair: tuple[str, str]
    why: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A raw series and series that are inside it, and why."""

    whole: str
    parts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Crossed:
    """Two breakdowns of one whole, and why their series overlap."""

    by: tuple[tuple[str, ...], tuple[str, ...]]
    why: str


@dataclass(frozen=True, slots=True)
class Ingredients:
    """Raw series of anything that has a name: ``content``, and ``scale`` used only as a size."""

    content: tuple[str, ...]
    scale: tuple[str, ...]

    @property
    def series(self) -> tuple[str, ...]:
        """Every raw series, content first."""
        return self.content + self.scale


Declared = Measure | Index | Composite


def inputs(item: Declared) -> tuple[str, ...]:
    """Return what a declared column is computed from: raw series, ingredients or systems."""
    if isinstance(item, Measure):
        return item.sources
    return item.ingredients if isinstance(item, Index) else item.systems


@dataclass(frozen=True)
class Declarations:
    """All declarations of one file; measures on two ``core_sides`` share no raw series.

    Attributes
    ----------
    measures, indices, composites : mapping of str to Measure, Index, Composite
        By name.
    twins, parts, crossed : tuple of Twins, Parts, Crossed
        Raw series that measure one thing twice, lie inside one another, or break one whole down in
        two ways, each with its reason.
    scale, scale_why : tuple of str, str
        Series that only say how large an entity is, and why.
    units : mapping of str to Unit
        By the word measures use.
    core_sides, sides : tuple of str
        Sides of the argument that share no raw series, and all of them.
    where : str
        Name of the file, for errors.

    Raises
    ------
    UnknownNameError
        From the look-ups, with the nearest declared names.
    """

    measures: Mapping[str, Measure]
    indices: Mapping[str, Index]
    composites: Mapping[str, Composite]
    twins: tuple[Twins, ...]
    parts: tuple[Parts, ...]
    crossed: tuple[Crossed, ...]
    scale: tuple[str, ...]
    scale_why: str
    units: Mapping[str, Unit]
    core_sides: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    where: str = field(default="measures.yml")

    def __iter__(self) -> Iterator[Declared]:
        yield from self.measures.values()
        yield from self.indices.values()
        yield from self.composites.values()

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def __getitem__(self, name: str) -> Declared:
        require_known("measure", name, self._all, self.where)
        return self._all[name]

    def index(self, name: str) -> Index:
        """Return the index ``name``."""
        require_known("index", name, self.indices, self.where)
        return self.indices[name]

    def ingredients(self, name: str) -> Ingredients:
        """Return the raw series behind a measure, an index or a composite.

        A series that is content in one ingredient and a size in another counts as content.
        """
        item = self[name]
        if isinstance(item, Measure):
            content = item.numerator + item.minus
            content += tuple(name for name in item.denominator if name not in self.scale)
            sizes = item.denominator
        else:
            below = [self.ingredients(part) for part in inputs(item)]
            content = tuple(series for part in below for series in part.content)
            sizes = tuple(series for part in below for series in part.scale)
        content = tuple(dict.fromkeys(content))
        return Ingredients(content, tuple(n for n in dict.fromkeys(sizes) if n not in content))

    def twin_of(self, series: str) -> tuple[str, ...]:
        """Return the declared twins of a raw series."""
        both_ways = [pair for twins in self.twins for pair in (twins.pair, twins.pair[::-1])]
        return tuple(other for one, other in both_ways if one == series)

    @cached_property
    def _all(self) -> dict[str, Declared]:
        return {item.name: item for item in self}

    def formula(self, name: str) -> str:
        """Return the readable formula, such as ``rd_funds_government / gdp``."""
        item = self[name]
        if isinstance(item, Measure):
            return measure_formula(item)
        rule = item.scheme if isinstance(item, Index) else item.form
        return f"{rule}({', '.join(inputs(item))})"


def measure_formula(measure: Measure) -> str:
    """Return the formula of a measure in plain characters."""
    top = _total(measure.numerator, measure.minus)
    bottom = _total(measure.denominator)
    text = {
        "ratio": f"{top} / {bottom}" if bottom else top,
        "share_diversity": f"1 - sum of squared shares of ({', '.join(measure.numerator)})",
        "location_quotient": f"({top} / total over entities) / ({bottom} / total over entities)",
    }[measure.combine]
    for step in measure.steps:
        text = TRANSFORMS[step.name].text.format(text, step.argument or 0)
    return text


def _total(names: tuple[str, ...], minus: tuple[str, ...] = ()) -> str:
    text = " + ".join(names) + "".join(f" - {name}" for name in minus)
    return f"({text})" if len(names) + len(minus) > 1 else text
