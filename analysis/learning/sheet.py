"""An invented spreadsheet, kept as people keep them: for trying out how one's own is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.certificates.design import Design, draw_panel, lagged
from analysis.errors import DataError

__all__ = ["CLAIM", "write_sheet"]

CLAIM = Path(__file__).with_name("sheet_claim.yml")
"""A ledger of one claim, in the measures of the book, that the spreadsheet can answer."""

NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"  # cyclical signs: places that do not exist
SIDES = "东南西北"
HEADS = ["城市", "年份", "省份", "地区生产总值（亿元）", "一般公共预算支出（万元）",
         "科学技术支出（万元）", "发明专利授权量", "备注"]  # fmt: skip
EFFECT = 0.8  # of the log of last year's science share on the log of patents
SEED = 20261128


def write_sheet(path: str | Path, *, years: int = 12, last: int = 2022, seed: int = SEED) -> Path:
    """Write a synthetic table of cities as CSV, with Chinese headings and the usual blemishes.

    Thousands are separated, a few cells hold a dash, one row is missing and one column is a remark.
    In truth one per cent more science in the budget raises next year's patents by 0.8 per cent.

    Parameters
    ----------
    path
        Of the file.
    years, last
        How many years, and the last one.
    seed
        Of all figures.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    path, rng = Path(path), np.random.default_rng(seed)
    design = Design(entities=len(NAMES), years=years, effect=EFFECT)
    size, share, noise, growth = (draw_panel(design, rng) for _ in range(4))
    product = 900 * np.exp(0.5 * size[:, :1] + 0.06 * np.arange(years) + 0.05 * growth)
    budget = 0.15 * product * 1e4
    science = 0.02 * np.exp(0.3 * share)
    patents = np.exp(4 + size[:, :1] + EFFECT * lagged(0.3 * share) + 0.15 * noise)
    places = [f"{name}市" for name in NAMES]
    provinces = [f"{SIDES[i % len(SIDES)]}省" for i in range(len(NAMES))]
    table = pd.DataFrame({
        HEADS[0]: np.repeat(places, years),
        HEADS[1]: np.tile(np.arange(last - years + 1, last + 1), len(NAMES)),
        HEADS[2]: np.repeat(provinces, years),
        HEADS[3]: product.ravel().round(2),
        HEADS[4]: [f"{value:,.0f}" for value in budget.ravel()],
        HEADS[5]: [f"{value:,.0f}" for value in (science * budget).ravel()],
        HEADS[6]: rng.poisson(patents).ravel() + 1,
        HEADS[7]: "",
    })  # fmt: skip
    table.loc[table.index[5::70], HEADS[5]] = "—"
    table = table.drop(index=table.index[100])
    try:
        table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    except OSError as error:
        raise DataError(
            f"The table cannot be written to {path}: {error.strerror}, choose another place."
        ) from error
    return path
