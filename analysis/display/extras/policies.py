"""Pilot policies as the book uses them: who, where, since when, and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from analysis.data import load_policies
from analysis.display.html import Html, table
from analysis.display.numbers import publish
from analysis.display.pages import book_panel
from analysis.errors import UnknownNameError

if TYPE_CHECKING:
    from analysis.data import Panel

__all__ = ["OtherPilots", "other_pilots", "policy_table"]

VERIFY = "verify"


def policy_table(
    policy: str, policies: pd.DataFrame | None = None, panel: Panel | None = None
) -> Html:
    """Show the provinces of a pilot policy: places, start, and how sure we are of each row.

    Parameters
    ----------
    policy
        Short name in data/policies/policies.csv.
    policies
        As `analysis.data.load_policies` returns it; the book's own if None.
    panel
        Names the entities; the book's own if None.

    Returns
    -------
    Html
        One row per row of the table. The caption counts those still to be verified.

    Raises
    ------
    UnknownNameError
        There is no such policy.
    """
    rows = _rows_of(policy, policies)
    frame = pd.DataFrame(
        {
            "Province": [_entity(code, panel) for code in rows["entity"]],
            "Places": list(rows["where"]),
            "Start": list(rows["start"]),
            "How sure": [_sure(words) for words in rows["confidence"]],
            "Note": [note or "–" for note in rows["note"]],
        }
    )
    marked = int(rows["confidence"].str.contains(VERIFY).sum())
    return table(frame, f"{rows['policy_zh'].iloc[0]}: {_count(len(rows), marked)}")


@dataclass(frozen=True)
class OtherPilots:
    """The other pilots that reached the provinces of one policy.

    Attributes
    ----------
    table : Html
        One row per other policy: its treated provinces with their starts, and the count elsewhere.
    numbers : mapping of str to object
        What was published under ``<policy>_``: ``provinces``, ``start`` (first year), ``others``
        (other policies that reached at least one), ``largest`` (most treated provinces reached by
        one of them), ``earlier`` (others that had begun in all of them by then), ``years`` and
        ``near`` (treated provinces where another one began within so many years) and ``verify``
        (rows of the other policies still to be verified).
    """

    table: Html
    numbers: dict[str, object]


def other_pilots(
    policy: str,
    policies: pd.DataFrame | None = None,
    panel: Panel | None = None,
    years: int = 2,
) -> OtherPilots:
    """Show which other pilots the provinces of a policy hold, and publish the counts.

    Parameters
    ----------
    policy, policies, panel
        As in `policy_table`.
    years
        How far apart two starts may be to count as near each other.
    """
    whole = load_policies() if policies is None else policies
    rows = _rows_of(policy, whole)
    own = _first_years(rows)
    others = {name: group for name, group in whole.groupby("policy", sort=False) if name != policy}
    here = {name: _first_years(group).reindex(own.index).dropna() for name, group in others.items()}
    numbers = {
        **_counts(own, list(here.values()), years),
        "verify": sum(int(g["confidence"].str.contains(VERIFY).sum()) for g in others.values()),
    }
    publish(numbers, prefix=policy)
    shown = [_other_row(group, here[name], panel) for name, group in others.items()]
    what = f"Other pilots in the provinces of {rows['policy_zh'].iloc[0]}"
    return OtherPilots(table(pd.DataFrame(shown), what), numbers)


def _first_years(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("entity")["start_year"].min()


def _counts(own: pd.Series, here: list[pd.Series], years: int) -> dict[str, object]:
    """Count how far other pilots reach the entities of one, and how near in time."""
    close = {
        code for starts in here for code, year in starts.items() if abs(year - own[code]) <= years
    }
    everywhere = [s for s in here if len(s) == len(own) and (s <= own.loc[s.index]).all()]
    return {
        "provinces": len(own),
        "start": int(own.min()),
        "others": sum(len(starts) > 0 for starts in here),
        "largest": max((len(starts) for starts in here), default=0),
        "earlier": len(everywhere),
        "years": years,
        "near": len(close),
    }


def _other_row(rows: pd.DataFrame, here: pd.Series, panel: Panel | None) -> dict[str, object]:
    names = [f"{_entity(code, panel).text} {year:.0f}" for code, year in here.items()]
    return {
        "Other pilot": Html(_policy_name(rows)),
        "Begins in these provinces": Html("; ".join(names)) if names else None,
        "Provinces elsewhere": rows["entity"].nunique() - len(here),
        "How sure": Html("; ".join(_sure(words).text for words in rows["confidence"].unique())),
    }


def _rows_of(policy: str, policies: pd.DataFrame | None) -> pd.DataFrame:
    whole = load_policies() if policies is None else policies
    rows = whole[whole["policy"] == policy]
    if rows.empty:
        raise UnknownNameError("policy", policy, whole["policy"].unique(), "the table of policies")
    return rows


def _entity(code: str, panel: Panel | None) -> Html:
    entities = (panel or book_panel()).entities
    if code not in entities.index:
        return Html(escape(code))
    row = entities.loc[code]
    chinese = f' <span lang="zh">{escape(row["label_zh"])}</span>' if "label_zh" in row else ""
    return Html(escape(row["label_en"]) + chinese)


def _policy_name(rows: pd.DataFrame) -> str:
    english = escape(str(rows["policy"].iloc[0]).replace("_", " "))
    return f'{english} <span lang="zh">{escape(rows["policy_zh"].iloc[0])}</span>'


def _sure(words: str) -> Html:
    """Rows that were not checked stand out, so that nobody reads their dates as facts."""
    text = escape(words)
    return Html(f"<strong>{text}</strong>" if VERIFY in words else text)


def _count(rows: int, marked: int) -> str:
    noun = "row" if rows == 1 else "rows"
    if not marked:
        return f"{rows} {noun}, none marked to be verified"
    return f"{rows} {noun}, of which {marked} still to be verified"
