"""What the columns and entities of a data set mean, without its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from analysis.data.panel import Panel
from analysis.data.variable import Roles, Variable
from analysis.errors import require_known

__all__ = ["Codebook"]


@dataclass(frozen=True, eq=False)
class Codebook:
    """Names, labels and definitions of a panel; answers `describe` as a panel does.

    Parameters
    ----------
    name
        Of the data set.
    roles
        Nouns and years.
    variables
        By name of the column.
    entities
        One row per entity: labels, region.
    """

    name: str
    roles: Roles
    variables: Mapping[str, Variable]
    entities: pd.DataFrame

    @classmethod
    def of(cls, panel: Panel) -> Codebook:
        """Take the figures off a panel."""
        kept = [c for c in ("label_en", "label_zh", "region") if c in panel.entities]
        return cls(panel.name, panel.roles, panel.variables, panel.entities[kept])

    def __contains__(self, name: object) -> bool:
        return name in self.variables

    def describe(self, name: str) -> Variable:
        """Return the variable of a column.

        Raises
        ------
        UnknownNameError
            There is no such column.
        """
        require_known("variable", name, self.variables, f"the codebook '{self.name}'")
        return self.variables[name]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "roles": asdict(self.roles),
            "variables": [asdict(variable) for variable in self.variables.values()],
            "entities": self.entities.astype(object).reset_index().to_dict(orient="list"),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Codebook:
        """Read back what `to_dict` wrote."""
        made = [
            Variable(**{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()})
            for one in plain["variables"]
        ]
        entities = pd.DataFrame(plain["entities"]).pipe(lambda t: t.set_index(t.columns[0]))
        return cls(
            plain["name"], Roles(**plain["roles"]), {one.name: one for one in made}, entities
        )
