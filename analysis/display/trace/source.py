"""What pages of series are made from: a panel, its sidecars, and who asks for which series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.claims import Archive, Study
from analysis.data.dataset import read_dataset
from analysis.data.files import read_yaml
from analysis.data.panel import Panel
from analysis.data.sidecar import Sidecar, read_sidecar
from analysis.data.variable import Variable

__all__ = ["Source", "read_source"]


@dataclass(frozen=True, eq=False)
class Source:
    """A data set as its pages show it.

    Parameters
    ----------
    panel : Panel
        With the measures of the study.
    sidecars : mapping of str to Sidecar
        By table.
    remarks : mapping of str to str
        What the codes of flagged cells mean.
    asked : mapping of str to tuple of str
        Claims by the series or measure that they use on this data set.
    """

    panel: Panel
    sidecars: Mapping[str, Sidecar]
    remarks: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the data set."""
        return self.panel.name

    @property
    def series(self) -> tuple[Variable, ...]:
        """What was published."""
        return tuple(v for n, v in self.panel.variables.items() if v.series == (n,))

    @property
    def measures(self) -> tuple[Variable, ...]:
        """What was built of it."""
        return tuple(v for v in self.panel.variables.values() if v.formula)

    @property
    def labels(self) -> dict[str, str]:
        """Words by short name."""
        return {name: v.label_en for name, v in self.panel.variables.items()}


def read_source(study: Study, archive: Archive, dataset: str) -> Source:
    """Read a data set with all that its pages say.

    Parameters
    ----------
    study : Study
        Gives the panel.
    archive : Archive
        Says which claims were put to it.
    dataset : str
        One of the study's.

    Raises
    ------
    DataError
        The data set cannot be read.
    """
    found, panel = read_dataset(dataset, study.data), study.panel(dataset)
    tables = [*found.tables, *([found.totals] if found.totals else [])]
    flags = read_yaml(Path(found.path(found.flags, ".yml"))) if found.flags else {}
    asked: dict[str, list[str]] = {}
    for record in archive.records:
        if record.dataset != dataset:
            continue
        names = [name for name in record.evidence.claim.names if name in panel]
        series = (s for name in names for s in panel.describe(name).series)
        for name in dict.fromkeys((*names, *series)):
            asked.setdefault(name, []).append(record.id)
    return Source(
        panel,
        {table: read_sidecar(found.path(table, ".yml")) for table in tables},
        {str(code): str(words) for code, words in (flags.get("codes") or {}).items()},
        {name: tuple(ids) for name, ids in asked.items()},
    )
