"""The panel: one rectangle of figures, indexed by entity and year, that can explain itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Self

import pandas as pd

from analysis.data.dataset import Identity
from analysis.data.frame import frame_parts
from analysis.data.geography import Geography
from analysis.data.labels import entity_names, grid_index
from analysis.data.samples import DeclaredSample
from analysis.data.variable import Roles, Variable
from analysis.errors import DataError, UnknownNameError, require_type

FLAG_COLUMNS = ("entity", "year", "variable", "flag", "note")


@dataclass(frozen=True, eq=False)
class Panel:
    """Figures of entities over years, with their meaning.

    Parameters
    ----------
    name
        Short name of the data set.
    frame
        Full rectangle, index levels ``("entity", "year")``, sorted; float columns in base units.
        A column of text is a factor: it groups rows and is no figure.
        Whole numbers for entities become text; text, dates and periods for years become numbers.
        Because no row is missing, ``groupby(level="entity").shift()`` is a true lag.
    variables
        One :class:`Variable` per column of ``frame``.
    entities
        One row per entity: labels, region, place on the tile map.
    totals
        Published totals over all entities by year, in base units; may be empty.
    flags
        Remarks on single cells: entity, year, variable, flag, note.
    roles
        Nouns and years of the data set.
    identities
        Accounting identities declared for the data set.
    geography
        Who borders on whom and where entities lie; None if the data set says neither.
    samples
        Parts of the data set on which its claims are asked again.
    notes
        What a reader should know of how the rectangle came about.

    Raises
    ------
    DataError
        A label of a row is missing, doubled or no year; a column is doubled or not described.
    """

    name: str
    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    entities: pd.DataFrame
    roles: Roles
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    flags: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FLAG_COLUMNS)))
    identities: tuple[Identity, ...] = ()
    geography: Geography | None = None
    samples: Mapping[str, DeclaredSample] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __new__(cls, *given: object, **named: object) -> Self:
        """Refuse a bare table, which `from_frame` reads."""
        if len(given) == 1 and not named:
            require_type(given[0], str, "a table becomes a panel by Panel.from_frame")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        where = f"Panel '{self.name}'"
        require_type(self.variables, Mapping, "give one Variable by name of a column")
        require_type(self.entities, pd.DataFrame, "give one row per entity, indexed by its name")
        object.__setattr__(self, "frame", grid_index(self.frame, where))
        if self.entities.index.inferred_type != "string":
            named = self.entities.set_axis(entity_names(self.entities.index, where))
            object.__setattr__(self, "entities", named)
        if (twice := self.entities.index.duplicated()).any():
            name = self.entities.index[int(twice.argmax())]
            raise DataError(f"{where} describes the entity {name} more than once: keep one row.")
        if undescribed := [c for c in self.frame.columns if c not in self.variables]:
            raise DataError(
                f"{where} has a column '{undescribed[0]}' without a Variable: "
                "describe every column that is added."
            )

    @classmethod
    def from_frame(
        cls, df: pd.DataFrame, *, entity: str, year: str, region: str | None = None,
        labels: Mapping[str, str] | None = None, units: Mapping[str, str] | None = None,
        name: str = "panel",
    ) -> Panel:  # fmt: skip
        """Make a panel of any DataFrame with one row per entity and year.

        Years without a row are added with missing figures, so that a lag is a lag; `notes` says
        how many. Numbers for entities become text. Columns of words are attributes in `entities`
        where they never change within an entity, and factors of `frame` otherwise.

        Parameters
        ----------
        df
            Any order of rows and columns; it is left as it is.
        entity, year
            Columns, or levels of the index, that name each row. Dates and periods are read as
            their year.
        region
            Column of groups of entities, such as provinces of cities; constant within an entity.
        labels, units
            Label for readers and unit by column.
        name
            Short name for tables and messages.

        Returns
        -------
        Panel
            The full rectangle from the first year to the last.

        Raises
        ------
        DataError
            A row stands twice, has no entity or no year; a cell is infinite or is no number among
            numbers; the region of an entity changes. Rows are counted from 1.
        UnknownNameError
            A column is not in the table.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame(
        ...     {"city": ["A", "A", "B"], "t": [2020, 2022, 2020], "gdp": [1.0, 1.5, 2.0]}
        ... )
        >>> panel = Panel.from_frame(table, entity="city", year="t", units={"gdp": "yuan"})
        >>> panel
        Panel panel: 2 cities, 2020-2022, 1 variables
        >>> panel.notes
        ('3 of 6 rows of the rectangle were not in the table; their figures are missing.',)
        """
        parts = frame_parts(df, entity, year, region, labels, units, name)
        return cls(
            name, parts.frame, parts.variables, parts.entities, parts.roles, notes=parts.notes
        )

    def __getitem__(self, name: str) -> pd.Series:
        self._require(name)
        return self.frame[name]

    def __contains__(self, name: object) -> bool:
        return name in self.frame.columns

    def describe(self, name: str) -> Variable:
        """Return the :class:`Variable` of a column.

        Examples
        --------
        >>> from analysis.data import load
        >>> load("china").describe("gdp").first_year
        2010
        """
        self._require(name)
        return self.variables[name]

    def _require(self, name: str) -> None:
        if not isinstance(name, str) or name not in self.frame.columns:
            raise UnknownNameError("variable", name, self.frame.columns, f"the panel '{self.name}'")

    @property
    def figures(self) -> tuple[str, ...]:
        """Columns of `frame` that are numbers, without the factors."""
        return tuple(c for c in self.frame if self.variables[c].processing != "factor")

    @property
    def years(self) -> range:
        """Years of the rectangle."""
        return self.roles.years

    @property
    def region(self) -> pd.Series:
        """Region of the entity of every row; DataError if the entities carry no region."""
        if "region" not in self.entities.columns:
            raise DataError(
                f"Panel '{self.name}' has no regions: add a region column to the table of entities."
            )
        entity = self.frame.index.get_level_values("entity")
        values = self.entities["region"].reindex(entity).to_numpy()
        return pd.Series(values, index=self.frame.index, name="region")

    def with_columns(self, columns: pd.DataFrame, variables: Mapping[str, Variable]) -> Panel:
        """Return a new panel with more columns on the index of ``frame``, each with its Variable.

        Raises
        ------
        DataError
            If the index differs, a name is taken, or a column is not described.
        """
        require_type(columns, pd.DataFrame, "put a column into one with column.to_frame('name')")
        if not columns.index.equals(self.frame.index):
            raise DataError(
                f"Columns added to panel '{self.name}' have another index: "
                "reindex them to panel.frame.index first."
            )
        if taken := [c for c in columns.columns if c in self.frame.columns]:
            raise DataError(
                f"Panel '{self.name}' already has a column '{taken[0]}': give the new one "
                "another name."
            )
        frame = pd.concat([self.frame, columns], axis=1)
        described = {**self.variables, **{c: variables[c] for c in columns if c in variables}}
        return replace(self, frame=frame, variables=described)

    def __repr__(self) -> str:
        return (
            f"Panel {self.roles.title_en}: {len(self.entities)} {self.roles.entities}, "
            f"{self.roles.first_year}-{self.roles.last_year}, {self.frame.shape[1]} variables"
        )

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(text)}</p>" for text in (repr(self), *self.notes))
