"""The appendix on certificates: what each method does where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.certificates import registry
from analysis.certificates.table import read_rows
from analysis.certified import ACCEPTED
from analysis.display.charts import power_chart, size_chart
from analysis.display.drawing import Picture
from analysis.display.html import Html, publish, table

FAMILIES = {
    "clusters": ("clustered", "clusters", "wild"),
    "form": ("form",),
    "dynamic": ("dynamic",),
    "spatial": ("spatial",),
    "events": ("events",),
    "sensitivity": ("sensitivity",),
    "dependence": ("dependence",),
}
"""Which files of the registry certify the methods of a family."""

# The clustered intervals of one regression, comparable because they see the same panels.
POWER_OF = ("cr1", "cr2", "cr3", "wild")
SHARE = "{:.1%}".format


@dataclass(frozen=True)
class CertificatesPage:
    """Sizes, power and the whole table."""

    sizes: Picture
    power: Picture
    rows: Html


def certificates_page() -> CertificatesPage:
    """Lay out the committed certificates and publish how many methods pass.

    Returns
    -------
    CertificatesPage
        Its tables and pictures.

    Examples
    --------
    >>> page = certificates_page()
    >>> len(page.sizes.figure.axes) > 0
    True
    """
    rows, entries = _table(), registry()
    tested = [m for m, entry in entries.items() if entry.nominal == "test"]
    null = rows[(rows["effect"] == 0) & rows["method"].isin(tested)].dropna(subset=["rejects"])
    null = null.set_index("title")
    low, high = ACCEPTED
    inside = null["rejects"].between(low, high)
    chosen = rows[rows["method"].isin(POWER_OF)]
    small = chosen.loc[chosen["effect"] == chosen["effect"][chosen["effect"] > 0].min(), "rejects"]
    publish(
        {
            "methods": rows["method"].nunique(),
            "tested": len(null),
            "pass": int(inside.sum()),
            "warned": int((~inside).sum()),
            "low": low,
            "high": high,
            "entities": int(null["entities"].mode().iloc[0]),
            "years": int(null["years"].mode().iloc[0]),
            "power_small": float(small.max()),
            "seed": str(int(rows["seed"].iloc[0])),
        },
        prefix="certificates",
    )
    curves = chosen.pivot_table(index="effect", columns="method", values="rejects")
    curves = curves.rename(columns={m: entries[m].title for m in curves})
    return CertificatesPage(
        sizes=size_chart(null.sort_values("rejects")[["rejects", "mc_error"]]),
        power=power_chart(curves),
        rows=_rows(rows),
    )


def method_certificates() -> dict[str, Html]:
    """Lay out the certificates of each family of methods at a true effect of zero.

    Returns
    -------
    dict of str to Html
        By family of methods.

    Examples
    --------
    >>> "clusters" in method_certificates()
    True
    """
    rows, entries, out = _table(), registry(), {}
    for family, files in FAMILIES.items():
        names = [m for m, entry in entries.items() if entry.file in files]
        null = rows[rows["method"].isin(names) & (rows["effect"] == 0)]
        tests = null["method"].map(lambda m: entries[m].nominal == "test") & null["rejects"].notna()
        passed = null["rejects"].between(*ACCEPTED)
        verdict = np.select([~tests, passed], ["no test", "accepted"], "warned")
        shown = null[["title", "replications", "coverage", "rejects"]].assign(verdict=verdict)
        out[family] = table(
            shown.set_axis(["Method", "Panels", "Coverage", "Size", "Verdict"], axis=1),
            "On synthetic panels where nothing is to be found",
            {"Coverage": SHARE, "Size": SHARE},
        )
    return out


def _table() -> pd.DataFrame:
    rows, entries = pd.DataFrame(read_rows()), registry()
    numeric = rows.columns.drop("method")
    rows[numeric] = rows[numeric].apply(pd.to_numeric)
    return rows.assign(title=[entries[m].title for m in rows["method"]])


def _rows(rows: pd.DataFrame) -> Html:
    names = ["title", "effect", "replications", "failures", "bias", "coverage", "rejects"]
    heads = ["Method", "Effect", "Panels", "Failed", "Bias", "Coverage", "Rejects"]
    shown = rows.assign(title=rows["title"].mask(rows["title"].duplicated(), ""))
    return table(
        shown[names].set_axis(heads, axis=1),
        "Every certificate: bias, coverage of the 95% interval, share of rejections at 5%",
        {"Effect": "{:g}".format, "Bias": "{:+.3f}".format, "Coverage": SHARE, "Rejects": SHARE},
    )
