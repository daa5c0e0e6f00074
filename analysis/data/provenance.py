"""Where the figures come from and how full they are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.data.dataset import DATA, read_dataset
from analysis.data.files import read_yaml, short
from analysis.data.panel import Panel
from analysis.data.sidecar import read_sidecar

PROVENANCE_COLUMNS = (
    "dataset", "table", "title", "title_zh", "publisher", "years", "variables", "compiled_via",
    "licence", "retrieved", "checks", "sha256",
)  # fmt: skip


def coverage(panel: Panel) -> pd.DataFrame:
    """Share of entities with a figure, by variable (rows) and year (columns), 0 to 1.

    Parameters
    ----------
    panel : Panel
        Any panel.

    Returns
    -------
    DataFrame
        Shares from 0 to 1, a row per variable and a column per year.

    Examples
    --------
    >>> from analysis.data import load
    >>> panel = load("china")
    >>> float(coverage(panel).loc["gdp", 2020])
    1.0
    """
    share = panel.frame.notna().groupby(level="year").mean()
    return share.T.rename_axis(index="variable", columns="year")


def provenance(root: Path | None = None) -> pd.DataFrame:
    """One row per table of figures, over all data sets in `root`, and one for the policies.

    Columns are ``PROVENANCE_COLUMNS``; ``variables`` counts columns, ``years`` is first-last, and
    ``publisher`` and ``compiled_via`` list all that stand behind the table's columns.

    Parameters
    ----------
    root
        Folder of data sets; the project's ``data`` if None.

    Returns
    -------
    DataFrame
        As above.

    Examples
    --------
    >>> tables = provenance()
    >>> bool((tables["variables"] > 0).mean() > 0.9)
    True
    """
    base = DATA if root is None else Path(root)
    rows = []
    for path in sorted(base.glob("*/dataset.yml")):
        ds = read_dataset(path.parent.name, base)
        tables = [*ds.tables, *([ds.totals] if ds.totals else [])]
        rows += [_table(ds.name, ds.path(table, ".yml")) for table in tables]
    policies = base / "policies" / "policies.yml"
    if policies.exists():
        raw = read_yaml(policies)
        rows.append({"dataset": "policies", **{k: raw.get(k, "") for k in PROVENANCE_COLUMNS[1:]}})
        rows[-1] |= {"variables": len(raw["columns"]), "years": "", "table": short(policies)}
    return pd.DataFrame(rows, columns=list(PROVENANCE_COLUMNS))


def _table(dataset: str, path: Path) -> dict[str, object]:
    side = read_sidecar(path)
    columns = side.columns.values()
    words = ("table", "title", "title_zh", "licence", "retrieved", "checks")
    return {key: getattr(side, key) for key in words} | {
        "dataset": dataset,
        "publisher": "; ".join(dict.fromkeys(c.publisher for c in columns if c.publisher)),
        "years": f"{side.years[0]}-{side.years[-1]}",
        "variables": len(side.columns),
        "compiled_via": "; ".join(dict.fromkeys(c.compiled_via for c in columns if c.compiled_via)),
        "sha256": side.sha256 or "not pinned",
    }
