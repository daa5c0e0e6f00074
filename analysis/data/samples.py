"""Samples a data set declares: the parts of it on which its claims are asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from analysis.data.variable import Roles
from analysis.errors import DataError, require_known, suggestion

USES = ("curve", "question")
"""What a sample serves: the curve of a claim's specifications, or its question about samples."""

_FEWEST = 8  # years an earlier end must leave, or lags and effects leave nothing to compare


@dataclass(frozen=True, slots=True)
class DeclaredSample:
    """A part of a data set on which its claims are asked again, as ``dataset.yml`` declares it.

    Parameters
    ----------
    name, label
        Key, and the words under which results are shown.
    last_year
        Rows after it are left out; None keeps all.
    exclude_years
        Years left out.
    exclude
        Column of the table of entities and the value by which entities are left out.
    use
        What it serves, of ``USES``.

    Examples
    --------
    >>> from analysis.data import load
    >>> {name: sample.last_year for name, sample in load("china").samples.items()}
    {'to_2019': 2019, 'without_pandemic': None, 'without_municipalities': None}
    """

    name: str
    label: str
    last_year: int | None = None
    exclude_years: tuple[int, ...] = ()
    exclude: Mapping[str, object] = field(default_factory=dict, hash=False)
    use: tuple[str, ...] = USES

    def changes(
        self,
        roles: Roles,
        entities: pd.DataFrame,
        exclude_entities: Iterable[str] = (),
        last_year: int | None = None,
    ) -> dict[str, Any]:
        """Return the fields of a sample it changes; none where it leaves no row out.

        Parameters
        ----------
        roles, entities
            Of the panel.
        exclude_entities, last_year
            What the sample of a regression leaves out already, and where it ends.
        """
        out: dict[str, Any] = {}
        last = last_year or roles.last_year
        if self.last_year and roles.first_year + _FEWEST <= self.last_year + 1 <= last:
            out["last_year"] = self.last_year
        if self.exclude_years and roles.first_year < min(self.exclude_years) <= last:
            out["exclude_years"] = tuple(y for y in self.exclude_years if y <= roles.last_year)
        gone = [
            str(name)
            for column, value in self.exclude.items()
            for name in entities.index[entities[column] == value]
        ]
        if gone:
            out["exclude_entities"] = tuple(dict.fromkeys((*exclude_entities, *gone)))
        return out


def read_samples(raw: Mapping[str, Any], file: str) -> dict[str, DeclaredSample]:
    """Read the block ``samples`` of a ``dataset.yml``; sentences for what is malformed."""
    return {str(name): _sample(str(name), block, file) for name, block in raw.items()}


def _sample(name: str, block: object, file: str) -> DeclaredSample:
    where = f"sample '{name}' of {file}"
    known = [f.name for f in fields(DeclaredSample)][1:]
    if not isinstance(block, Mapping) or not block.get("label"):
        raise DataError(f"The {where} has no label: write {{label: to 2019, last_year: 2019}}.")
    for key in block:
        require_known("key", key, known, where)
    use = tuple(block.get("use") or USES)
    for one in use:
        require_known("use", one, USES, where)
    years = [*block.get("exclude_years", ()), *filter(None, [block.get("last_year")])]
    if wrong := [year for year in years if not isinstance(year, int)]:
        raise DataError(f"The {where} has the year '{wrong[0]}': write a whole number.")
    if not years and not block.get("exclude"):
        raise DataError(
            f"The {where} leaves nothing out: give it last_year, exclude_years or exclude."
        )
    return DeclaredSample(
        name,
        str(block["label"]),
        block.get("last_year"),
        tuple(sorted(block.get("exclude_years", ()))),
        dict(block.get("exclude") or {}),
        use,
    )


def require_columns(
    samples: Mapping[str, DeclaredSample], entities: pd.DataFrame, file: str
) -> None:
    """Refuse a sample that names a column or a value the table of entities does not hold."""
    for sample in samples.values():
        for column, value in sample.exclude.items():
            at = f"The sample '{sample.name}' leaves out entities by '{column}: {value}'"
            if column not in entities.columns:
                hint = suggestion(column, entities.columns)
                raise DataError(f"{at}, but {file} has no such column: {hint}")
            if not (entities[column] == value).any():
                raise DataError(f"{at}, but no row of {file} has that value: mend one of them.")
