"""Which entities carry the estimate of a claim, in numbers and as a picture."""

from __future__ import annotations

import pandas as pd

from analysis.claims.evaluated import Evaluated, Reading
from analysis.claims.exhibit import Exhibit

__all__ = ["carriers", "carriers_picture", "on_rows"]


def carriers(made: Evaluated) -> dict[str, object]:
    """Name the entity that weighs most in a product of two, and the estimate without it.

    Parameters
    ----------
    made
        A claim whose focal term is a product of a regressor and a moderator.

    Returns
    -------
    dict
        ``heaviest``, its share of what identifies the term in percent, its rows, the mean of the
        moderator on them, the estimate without it, ``next_share`` of the second; the same of every
        secondary reading under its name.
    """
    first = made.readings[0]
    rows = _weights(made, first)
    moderator = on_rows(first, first.focal.split(":")[1])
    numbers = {
        **_heaviest(rows),
        "heaviest_rows": int(rows["rows"].iloc[0]),
        "heaviest_moderator": float(moderator.loc[rows["code"].iloc[0]].mean()),
        "most_rows": int(rows["rows"].max()),
        "next_share": 100 * float(rows["share"].iloc[1]),
    }
    for reading in made.secondary:
        numbers[reading.name.split()[-1]] = _heaviest(_weights(made, reading))
    return numbers


def carriers_picture(made: Evaluated) -> Exhibit:
    """Draw the share of every entity against the estimate without it."""
    reading = made.readings[0]
    line = reading.lines["two_way"]
    shown = {
        "rows": _weights(made, reading), "full": line.estimate * line.scale,
        "xlabel": "within-SDs", "unit": made.panel.roles.entity,
    }  # fmt: skip
    return Exhibit("leave_one_out", shown)


def on_rows(reading: Reading, name: str) -> pd.Series:
    """Return a regressor on the rows of a reading, dated as there."""
    from analysis.models import estimation_rows

    return estimation_rows(reading.regression.spec, reading.regression.panel).frame[name]


def _heaviest(rows: pd.DataFrame) -> dict[str, object]:
    first = rows.iloc[0]
    return {
        "heaviest": str(first["label"]),
        "heaviest_share": 100 * float(first["share"]),
        "without_heaviest": float(first["without"]),
    }


def _weights(made: Evaluated, reading: Reading) -> pd.DataFrame:
    """Return the share of every entity and the estimate without it, the heaviest first."""
    from analysis.inference import influence

    line, found = reading.lines["two_way"], influence(reading.estimates["two_way"])
    table = found.of(line.term)
    named = made.panel.entities["label_en"]
    return pd.DataFrame(
        {
            "code": table["cluster"],
            "label": named.reindex(table["cluster"]).to_numpy(),
            "without": table["estimate_without"] * line.scale,
            "share": table["partial_leverage"],
            "rows": table["rows"],
        }
    )
