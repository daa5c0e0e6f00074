"""What the book shows of a calibration: error rates, power, and what one costs in the other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import beta

from analysis.claims.calibration.kept import read_calibration
from analysis.claims.calibration.summary import EVERY
from analysis.claims.exhibit import Exhibit
from analysis.claims.families.families import FAMILIES
from analysis.claims.numbers import flatten
from analysis.claims.record import Page
from analysis.claims.study import Study
from analysis.inference.cells import Grid

__all__ = ["AIM", "calibration_page"]

AIM = 0.05
"""Share of books with nothing to find that may carry a "supported"."""
SIZES = ("plain 0.2", "plain 0.4", "plain 0.6")


def calibration_page(study: Study) -> Page:
    """Show how often the rules of a study err; nothing if it was never calibrated.

    Returns
    -------
    Page
        Numbers ``calibrated_<family>_<column>`` and ``calibrated_worst``, exhibits ``error_rates``
        and ``frontier``, grids ``families``, ``planted``, ``claims``, ``books`` and ``meanings``;
        of whole books, ``calibrated_books_<data set>_`` with ``worst``, ``mean``, ``panels``,
        ``claims`` and ``coverage``.
    """
    kept = read_calibration(study)
    if kept is None:
        return Page()
    table = kept.families.set_index("family")
    placebo = table.loc[[f for f in FAMILIES if f in table.index]]
    planted = table.loc[[f for f in table.index if f.startswith("planted")]]
    numbers = {name.replace(" ", "_").replace(".", ""): _numbers(row)
               for name, row in table.iterrows()}  # fmt: skip
    numbers |= {"worst": float(placebo["any_supported"].max()), "aim": AIM,
                "panels": int(placebo["panels"].min()),
                "coverage": {"low": float(placebo["coverage"].min()),
                             "high": float(placebo["coverage"].max())},
                "commit": str(table["commit"].iloc[0]),
                "books": _whole_books(kept.books)}  # fmt: skip
    exhibits = {
        "error_rates": Exhibit("error_rates", {"rows": _rates(study, placebo), "aim": AIM}),
        "frontier": Exhibit("frontier", {
            "rows": kept.frontier, "chosen": study.rules.supported, "aim": AIM, "sizes": SIZES,
        }),
    }  # fmt: skip
    grids = {
        "families": _grid(placebo, "Books in which there is nothing to find", "any_supported"),
        "planted": _grid(planted, "Claims in which an effect was planted", ""),
        "claims": _claims(study, kept.claims),
        "books": _books(kept.books),
        "meanings": _meanings(),
    }
    return Page(flatten(numbers, "calibrated"), exhibits, grids)


def _whole_books(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {
        str(name): {"worst": float(rows["any_supported"].max()),
                    "mean": float(rows["any_supported"].mean()),
                    "panels": int(rows["panels"].min()), "claims": int(rows["claims"].max()),
                    **({} if name == EVERY else {"coverage": float(rows["coverage"].min())})}
        for name, rows in table.groupby("dataset")
    }  # fmt: skip


def _books(table: pd.DataFrame) -> Grid:
    """One row a data set, the word over all first: share of books with a "supported"."""
    wide = table.set_index(["dataset", "family"])["any_supported"].unstack()  # noqa: PD010
    claims = table.groupby("dataset")["claims"].max()
    coverage = table.groupby("dataset")["coverage"].min()
    order = sorted(wide.index, key=lambda name: (name != EVERY, -claims[name]))
    families = [name for name in FAMILIES if name in wide.columns]
    rows = [
        ("over all data sets" if name == EVERY else str(name).replace("_", " "),
         str(claims[name]), "–" if name == EVERY else f"{coverage[name]:.1%}",
         *(f"{wide.loc[name, family]:.1%}" for family in families))
        for name in order
    ]  # fmt: skip
    note = f"{int(table['panels'].min())} synthetic books a family. Claims that predict an effect."
    # A soft hyphen lets a column be narrow.
    labels = (FAMILIES[name].label.replace("auto", "auto\u00ad") for name in families)
    heads = ("Data set", "Claims", "Worst coverage", *labels)
    return Grid.of("Whole books: share with any “supported”", heads, rows, (note,))


def _meanings() -> Grid:
    rows = tuple((family.label, family.keeps, family.draws) for family in FAMILIES.values())
    heads = ("Panels", "Kept", "Random")
    return Grid("What “by chance” can mean", heads, rows, style="book")


def _numbers(row: pd.Series) -> dict[str, object]:
    return {k: int(v) if k == "panels" else float(v) for k, v in row.items() if k != "commit"}


def _rates(study: Study, placebo: pd.DataFrame) -> pd.DataFrame:
    """Give the share of books with a "supported" and its exact interval, by edition."""
    rows = [
        _rate(FAMILIES[name].label, row["any_supported"], row["panels"],
              f"edition {study.rules.edition}")
        for name, row in placebo.iterrows()
    ]  # fmt: skip
    for edition in study.editions:
        for name, (share, panels) in (edition.get("any_supported") or {}).items():
            rows.append(_rate(FAMILIES[name].label, share, panels, f"edition {edition['edition']}"))
    return pd.DataFrame(rows)


def _rate(label: str, share: float, panels: float, reading: str) -> dict[str, object]:
    hits = round(share * panels)
    low = beta.ppf(0.025, hits, panels - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, panels - hits) if hits < panels else 1.0
    return {"label": label, "estimate": share, "low": float(low), "high": float(high),
            "reading": reading}  # fmt: skip


def _grid(table: pd.DataFrame, caption: str, first: str) -> Grid:
    words = {
        "any_supported": "Any supported", "supported": "Supported", "suggestive": "Suggestive",
        "contradicted": "Contradicted", "no_sizeable_effect": "No sizeable effect",
        "cannot_be_tested_here": "Cannot be tested", "p05": "p < 0.05", "coverage": "Coverage",
    }  # fmt: skip
    names = [name for name in words if name != "any_supported" or first]
    rows = [
        (FAMILIES[family].label if family in FAMILIES else str(family), str(int(row["panels"])),
         *("–" if np.isnan(row[name]) else f"{row[name]:.1%}" for name in names))
        for family, row in table.iterrows()
    ]  # fmt: skip
    note = (
        "“Any supported” is a share of books, the words are shares of claims, “p < 0.05” and "
        "coverage are shares of signed parts. Coverage is that of the 95% interval of the leading "
        "test."
    )
    heads = ("Panels", "Number", *(words[name] for name in names))
    return Grid.of(caption, heads, rows, (note,))


def _claims(study: Study, table: pd.DataFrame) -> Grid:
    """One row a claim: how often its leading test rejects in each family, and what is found."""
    families = [name for name in FAMILIES if name in set(table["family"])]
    sizes = [name for name in ("planted 0.4", "planted 0.6") if name in set(table["family"])]
    found = table.set_index(["claim", "family"])
    rows = []
    for claim in study.ledger:
        if claim.id not in set(table["claim"]):
            continue
        cells = [_cell(found, claim.id, family, "p05") for family in families]
        cells += [_cell(found, claim.id, size, "supported") for size in sizes]
        rows.append((study.link(claim), *cells))
    heads = ("Claim", *(FAMILIES[name].label for name in families), *sizes)
    note = "Placebo families: share of signed parts with p < 0.05. Planted: share called supported."
    return Grid.of("The same by claim", heads, rows, (note,))


def _cell(found: pd.DataFrame, claim: str, family: str, column: str) -> str:
    if (claim, family) not in found.index:
        return "–"
    value = float(found.loc[(claim, family), column])
    return "–" if np.isnan(value) else f"{value:.0%}"
