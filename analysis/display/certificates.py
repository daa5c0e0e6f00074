"""The appendix on certificates: what each method does where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.certificates import registry
from analysis.certificates.table import read_rows
from analysis.certified import ACCEPTED
from analysis.display.charts import power_chart, size_chart
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.picture import Picture

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


@dataclass(frozen=True)
class CertificatesPage:
    """Sizes, power and the whole table."""

    sizes: Picture
    power: Picture
    rows: Html


def certificates_page() -> CertificatesPage:
    """Lay out the committed certificates and publish how many methods pass."""
    entries = registry()
    rows = _table()
    tested = [m for m, entry in entries.items() if entry.nominal == "test"]
    null = rows[(rows["effect"] == 0) & rows["method"].isin(tested)].dropna(subset=["rejects"])
    null = null.assign(title=null["method"].map(lambda m: entries[m].title)).set_index("title")
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
        rows=_rows(rows.assign(title=rows["method"].map(lambda m: entries[m].title))),
    )


def method_certificates() -> dict[str, Html]:
    """Lay out the certificates of each family of methods at a true effect of zero."""
    rows, entries = _table(), registry()
    low, high = ACCEPTED
    out = {}
    for family, files in FAMILIES.items():
        names = [m for m, entry in entries.items() if entry.file in files]
        null = rows[rows["method"].isin(names) & (rows["effect"] == 0)]
        verdict = [
            "no test" if entries[m].nominal != "test" or pd.isna(share)
            else "accepted" if low <= share <= high else "warned"
            for m, share in zip(null["method"], null["rejects"], strict=True)
        ]  # fmt: skip
        shown = pd.DataFrame(
            {
                "Method": [entries[m].title for m in null["method"]],
                "Panels": null["replications"],
                "Coverage": null["coverage"],
                "Size": null["rejects"],
                "Verdict": verdict,
            }
        )
        share = "{:.1%}".format
        out[family] = table(
            shown, "On synthetic panels where nothing is to be found",
            {"Coverage": share, "Size": share},
        )  # fmt: skip
    return out


def _table() -> pd.DataFrame:
    rows = pd.DataFrame(read_rows())
    numeric = [c for c in rows.columns if c != "method"]
    rows[numeric] = rows[numeric].apply(pd.to_numeric)
    return rows


def _rows(rows: pd.DataFrame) -> Html:
    shown = pd.DataFrame(
        {
            "Method": rows["title"].where(~rows["title"].duplicated(), ""),
            "Effect": rows["effect"],
            "Panels": rows["replications"],
            "Failed": rows["failures"],
            "Bias": rows["bias"],
            "Coverage": rows["coverage"],
            "Rejects": rows["rejects"],
        }
    )
    share = "{:.1%}".format
    return table(
        shown, "Every certificate: bias, coverage of the 95% interval, share of rejections at 5%",
        {"Effect": "{:g}".format, "Bias": "{:+.3f}".format, "Coverage": share, "Rejects": share},
    )  # fmt: skip
