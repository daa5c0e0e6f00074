"""Measures of patient capital inside the firm: who lends, who owns, who is short of money.

All are Series on the index (firm, year). Years before are looked up by the calendar, so a gap in a
firm's record gives a missing value and not the figure of some earlier year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data.firm_panel import FirmPanel, read_firm_panel
from analysis.errors import DataError

__all__ = [
    "STAGES", "FirmMeasures", "earlier", "firm_measures", "life_cycle", "mount_firms",
    "relational_share", "sa_index", "stability", "strategic_share", "us_regressors", "young",
]  # fmt: skip

PAST_YEARS = 3
YOUNG_AGE = 12.0
STAGES = ("introduction", "growth", "mature", "shake-out", "decline")
_BY_SIGNS = dict(zip(
    ((-1, -1, 1), (1, -1, 1), (1, -1, -1), (-1, -1, -1), (1, 1, 1), (1, 1, -1), (-1, 1, 1),
     (-1, 1, -1)),
    (*STAGES[:3], *[STAGES[3]] * 3, *[STAGES[4]] * 2), strict=True,
))  # fmt: skip
SA_ASSETS_CAP, SA_AGE_CAP = 4500.0, 37.0  # million US dollars of 2004; years


@dataclass(frozen=True, slots=True, eq=False)
class FirmMeasures:
    """What a regression needs of a firm panel.

    Attributes
    ----------
    frame : DataFrame
        Index (firm, year): the panel's own columns and the measures that could be computed.
    undefined : DataFrame
        One row per measure: rows without a value, and why it can have none.
    """

    frame: pd.DataFrame
    undefined: pd.DataFrame


def earlier(series: pd.Series, years: int) -> pd.Series:
    """Return each firm's value of so many years before, missing where it has no row then."""
    index = series.index.set_names(["firm", "year"])
    wanted = pd.MultiIndex.from_arrays(
        [index.get_level_values("firm"), index.get_level_values("year") - years]
    )
    return pd.Series(series.reindex(wanted).to_numpy(), index=index, name=series.name)


def relational_share(short: pd.Series, long: pd.Series, bonds: pd.Series) -> pd.Series:
    """Bank loans over debt: David, O'Brien and Yoshikawa's (2008) relational debt as a share.

    Loans are short and long borrowing; debt adds bonds payable. What falls due within a year mixes
    both and is left out of both. Missing for a firm without debt. A proxy: it says that a firm
    borrows from banks, not that it has borrowed from the same bank for long.
    """
    loans = short + long
    debt = loans + bonds
    return (loans / debt.where(debt > 0)).rename("relational_share")


def stability(share: pd.Series, years: int = PAST_YEARS) -> pd.Series:
    """Institutional share over the standard deviation of its past `years` years.

    Missing unless all of the past years are there, and where the share never moved: a zero spread
    would make the ratio endless.
    """
    past = pd.concat([earlier(share, k) for k in range(1, years + 1)], axis=1)
    spread = past.std(axis=1, ddof=1, skipna=False)
    return (share / spread.where(spread > 0)).rename("stability")


def strategic_share(share: pd.Series, ratio: pd.Series, industry: pd.Series) -> pd.Series:
    """Institutional share, 0 to 1, where owners are stable, else 0.

    Owners count as stable where `ratio` reaches the median of the firm's industry in the year. A
    proxy: stable totals may hide owners who change places. Missing where `ratio` is.
    """
    keys = [industry, industry.index.get_level_values("year")]
    stable = ratio >= ratio.groupby(keys).transform("median")
    return (share / 100 * stable).where(ratio.notna()).rename("strategic_share")


def sa_index(assets: pd.Series, age: pd.Series, *, caps: bool = False) -> pd.Series:
    """Size-age index of financing constraints (Hadlock and Pierce 2010): higher is tighter.

    −0.737 s + 0.043 s² − 0.040 a with s the log of total assets in millions and a the age.

    Parameters
    ----------
    assets
        Total assets in yuan.
    age
        Years since foundation; Hadlock and Pierce count years since listing.
    caps
        Hadlock and Pierce hold s at the log of 4,500 million US dollars of 2004 and a at 37 years.
        Chinese studies put millions of yuan in and no cap, which is the default; with caps,
        `assets` must be in US dollars of 2004.

    Raises
    ------
    DataError
        Assets are not positive.
    """
    if (assets <= 0).any():
        firm, year = assets.index[int((assets <= 0).to_numpy().argmax())]
        raise DataError(
            f"Firm {firm} has no assets in {year}, and their log does not exist: mend the cell or "
            "leave it empty."
        )
    millions = assets / 1e6
    if caps:
        millions, age = millions.clip(upper=SA_ASSETS_CAP), age.clip(upper=SA_AGE_CAP)
    size = np.log(millions)
    return (-0.737 * size + 0.043 * size**2 - 0.040 * age).rename("sa")


def young(age: pd.Series, limit: float = YOUNG_AGE) -> pd.Series:
    """Mark firms up to so many years from their foundation: a crude stage of life, 1 or 0."""
    return (age <= limit).astype(float).where(age.notna()).rename("young")


def life_cycle(operating: pd.Series, investing: pd.Series, financing: pd.Series) -> pd.Series:
    """Tell the stage of life of a firm by the signs of its three cash flows (Dickinson 2011).

    Operating, investing and financing: − − + is introduction, + − + growth, + − − mature,
    − + + and − + − decline; − − −, + + + and + + − are shake-out.

    A proxy: a firm whose flows change sign changes its stage, so a single bad year is a "decline".

    Parameters
    ----------
    operating, investing, financing
        Net flows of a year on one index, in any unit: only signs count.

    Returns
    -------
    Series
        One of `STAGES`; missing where a flow is missing or exactly zero, which has no sign.

    Examples
    --------
    >>> flows = pd.DataFrame({"o": [-3.0, 5, 8], "i": [-1.0, -4, -2], "f": [5.0, 1, -4]})
    >>> life_cycle(flows["o"], flows["i"], flows["f"]).tolist()
    ['introduction', 'growth', 'mature']
    """
    signs = np.sign(pd.concat([operating, investing, financing], axis=1).to_numpy(float))
    stages = [_BY_SIGNS.get(tuple(row)) for row in signs]
    return pd.Series(stages, operating.index, dtype="str", name="stage")


def firm_measures(panel: FirmPanel) -> FirmMeasures:
    """Compute every measure the panel has columns for, and count the undefined cells.

    These are ``relational_share``, ``stability``, ``strategic_share``, ``age``, ``sa``, ``young``.
    """
    f = panel.frame
    out = {"relational_share": relational_share(f["short_loans"], f["long_loans"], f["bonds"])}
    out["stability"] = stability(f["institutions"])
    out["strategic_share"] = strategic_share(f["institutions"], out["stability"], f["industry"])
    if "founded" in f:
        age = f.index.get_level_values("year") - f["founded"].dt.year
        out["age"] = age.astype(float).rename("age")
        out["young"] = young(out["age"])
        if "total_assets" in f:
            out["sa"] = sa_index(f["total_assets"], out["age"])
    why = {
        "relational_share": "no debt, or a missing figure",
        "stability": f"fewer than {PAST_YEARS} years before, or a share that never moved",
        "strategic_share": "as stability",
        "age": "no date of foundation",
        "young": "no date of foundation",
        "sa": "no date of foundation or no assets",
    }
    undefined = pd.DataFrame(
        [(name, int(values.isna().sum()), len(f), why[name]) for name, values in out.items()],
        columns=["measure", "undefined", "rows", "why"],
    )
    return FirmMeasures(frame=f.assign(**out), undefined=undefined)


def mount_firms(
    table: pd.DataFrame, columns: Mapping[str, str] | Path | None = None
) -> FirmMeasures:
    """Check a reader's table of firms, as `read_firm_panel` does, and compute the measures."""
    return firm_measures(read_firm_panel(table, columns))


def us_regressors(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the logs that the published regressions on US firms use, as they define them.

    Capital per employee, sales, the stock of R&D (0 where there is none, with its own dummy in the
    table) and cite-weighted patents before the sample, which stand in for a firm effect.
    """
    stock = frame["randd"]
    return frame.assign(
        log_capital_labour=np.log(frame["capital"] / frame["employment"]),
        log_sales=np.log(frame["sales"]),
        log_rd_stock=np.log(stock.where(stock > 0, 1.0)),
        log_before=np.log(frame["precites"]),
        log_cites=np.log(frame["cites"].where(frame["cites"] > 0)),
    )
