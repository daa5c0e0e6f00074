"""Pilot policies as the book uses them: who, where, since when, and how sure we are of it."""

from __future__ import annotations

import pandas as pd

from analysis.claims.evaluated import Evaluated
from analysis.claims.numbers import flatten
from analysis.claims.record import Page
from analysis.claims.study import Study
from analysis.data import Panel
from analysis.errors import UnknownNameError
from analysis.inference.cells import Grid, signed, zero_words

__all__ = ["bounded", "concurrent", "diagnostics", "other_pilots", "policy_grid"]

VERIFY = "verify"
UNDATED = "_undated"  # ends the name of rows whose year is only the first it can be
MANY = 12  # entities that another pilot may reach before they are counted and not named


def policy_grid(policy: str, study: Study) -> Grid:
    """Show the entities of a pilot policy: places, start, and how sure we are of each row.

    Parameters
    ----------
    policy
        Short name in the table of policies.
    study
        Gives the table, and the panel that names the entities.

    Raises
    ------
    UnknownNameError
        There is no such policy.
    """
    panel = study.panel(study.main)
    rows, names = _rows_of(policy, study.policies), _names(panel)
    frame = pd.DataFrame(
        {
            panel.roles.entity.capitalize(): [names.get(code, code) for code in rows["entity"]],
            "Places": list(rows["where"]),
            "Start": list(rows["start"]),
            "How sure": [_sure(words) for words in rows["confidence"]],
            "Note": [note or "–" for note in rows["note"]],
        }
    )
    marked = int(rows["confidence"].str.contains(VERIFY).sum())
    return Grid.of_frame(frame, f"{rows['policy_zh'].iloc[0]}: {_count(len(rows), marked)}")


def other_pilots(policy: str, study: Study, years: int = 2) -> Page:
    """Show which other pilots the entities of a policy hold, as `concurrent` on the main data set.

    Returns
    -------
    Page
        The grid ``other_pilots``, and the numbers under ``<policy>_``.
    """
    numbers, grid = concurrent(policy, study, years)
    return Page(flatten(numbers, prefix=policy), grids={"other_pilots": grid})


def concurrent(
    policy: str, study: Study, years: int = 2, dataset: str = ""
) -> tuple[dict[str, object], Grid]:
    """Set the other pilots beside one: where they began too, and how near in time.

    Policies of other data sets, which reach no entity of the panel nor of the policy, are left out.

    Parameters
    ----------
    policy, study
        As in `policy_grid`.
    years
        How far apart two starts may be to count as near each other.
    dataset
        Whose entities the policy names; the main data set if not given.

    Returns
    -------
    numbers : dict
        The count of its entities under their noun, ``start`` (first year), ``others`` (other
        policies that reached at least one), ``largest`` (most treated entities reached by one of
        them), ``earlier`` (others that had begun in all of them by then), ``years`` and ``near``
        (treated entities where another one began within so many years) and ``verify`` (rows of the
        others still to be verified). What is not dated is neither earlier nor near.
    grid : Grid
        One row per other policy.
    """
    whole, panel = study.policies, study.panel(dataset or study.main)
    names, noun = _names(panel), panel.roles.entities.capitalize()
    rows = _rows_of(policy, whole)
    own = _first_years(rows)
    of_panel = whole.loc[whole["entity"].isin({*names, *own.index}), "policy"]
    whole = whole[whole["policy"].isin(of_panel)]
    others = {name: group for name, group in whole.groupby("policy", sort=False) if name != policy}
    here = {name: _first_years(group).reindex(own.index).dropna() for name, group in others.items()}
    numbers = {
        **_counts(own, here, years, noun.lower()),
        "verify": sum(int(g["confidence"].str.contains(VERIFY).sum()) for g in others.values()),
    }
    near = {name: _near(name, starts, own, years) for name, starts in here.items()}
    shown = [
        {**_other_row(group, here[name], names, noun), f"Within {years} years": near[name]}
        for name, group in others.items()
    ]
    what = f"Other pilots in the {len(own)} {noun.lower()} of {rows['policy_zh'].iloc[0]}"
    return numbers, Grid.of_frame(pd.DataFrame(shown), what)


def diagnostics(made: Evaluated) -> Page:
    """Count the comparisons behind a two-way estimate, and bound the effect of a policy honestly.

    Returns
    -------
    Page
        ``<id>_comparisons``, of one cohort with another or with the never treated (Goodman-Bacon
        2021), and ``<id>_comparisons_weight`` of those with the never treated, in percent. Where
        the library can give them, the grid ``<id>_bounds`` by how much trends may bend (Rambachan
        and Roth 2023), and for the first and the last bend ``<id>_straight_zero`` and
        ``<id>_bent_zero``.
    """
    numbers, grid = bounded(made)
    name = made.claim.id.lower()
    return Page(flatten(numbers, prefix=name), grids={f"{name}_bounds": grid} if grid else {})


def bounded(made: Evaluated) -> tuple[dict[str, object], Grid | None]:
    """Return the numbers and the bounds of `diagnostics` without a prefix; None without bounds."""
    from analysis.inference.events.diagnostics import diagnose

    bounds, parts = diagnose(made.result["study"])
    grid = None
    never = float(parts.loc[parts["kind"].str.contains("never"), "weight"].sum())
    numbers: dict[str, object] = {
        "comparisons": len(parts), "comparisons_weight": 100 * never,
    }  # fmt: skip
    if len(bounds):
        first, last = bounds.iloc[0], bounds.iloc[-1]
        numbers["straight_zero"] = zero_words(first["low"], first["high"])
        numbers["bent_zero"] = zero_words(last["low"], last["high"])
        grid = Grid.of(
            f"{made.claim.id}: 95% intervals of the mean effect where the difference in trends may "
            f"change its slope by so much a year; in units of the outcome, exploratory",
            ("Bend a year", "Estimate", "Interval"),
            [
                (f"{b.bend:.2g}", signed(b.estimate, 3),
                 f"{signed(b.low, 3)} to {signed(b.high, 3)}")
                for b in bounds.itertuples()
            ],
        )  # fmt: skip
    return numbers, grid


def _first_years(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("entity")["start_year"].min()


def _counts(own: pd.Series, here: dict[str, pd.Series], years: int, noun: str) -> dict[str, object]:
    """Count how far other pilots reach the entities of one, and how near in time."""
    dated = [starts for name, starts in here.items() if not name.endswith(UNDATED)]
    close = {
        code for starts in dated for code, year in starts.items() if abs(year - own[code]) <= years
    }
    everywhere = [s for s in dated if len(s) == len(own) and (s <= own.loc[s.index]).all()]
    return {
        noun: len(own),
        "start": int(own.min()),
        "others": sum(len(starts) > 0 for starts in here.values()),
        "largest": max(map(len, here.values()), default=0),
        "earlier": len(everywhere),
        "years": years,
        "near": len(close),
    }


def _other_row(
    rows: pd.DataFrame, here: pd.Series, names: dict[str, str], noun: str
) -> dict[str, object]:
    name = str(rows["policy"].iloc[0])
    words = name.removesuffix(UNDATED).replace("_", " ")
    return {
        "Other pilot": f"{words} {rows['policy_zh'].iloc[0]}",
        f"Begins in these {noun.lower()}": _began(name, here, names) or None,
        f"{noun} elsewhere": rows["entity"].nunique() - len(here),
        "How sure": "; ".join(map(_sure, rows["confidence"].unique())),
    }


def _near(policy: str, here: pd.Series, own: pd.Series, years: int) -> str | None:
    """Count the entities where another pilot began so near in time; None where it has no date."""
    dated = not policy.endswith(UNDATED)
    return f"{(here - own.loc[here.index]).abs().le(years).sum()}" if dated else None


def _began(policy: str, here: pd.Series, names: dict[str, str]) -> str:
    """Name the entities with their year; many are counted by year, those not dated without one."""
    if policy.endswith(UNDATED):
        few = "; ".join(names.get(code, code) for code in here.index)
        return f"{few if len(here) <= MANY else len(here)}, year not known" if len(here) else ""
    if len(here) > MANY:
        counts = here.astype(int).value_counts().sort_index()
        return f"{len(here)}: " + "; ".join(f"{n} in {year}" for year, n in counts.items())
    return "; ".join(f"{names.get(code, code)} {year:.0f}" for code, year in here.items())


def _rows_of(policy: str, whole: pd.DataFrame) -> pd.DataFrame:
    rows = whole[whole["policy"] == policy]
    if rows.empty:
        raise UnknownNameError("policy", policy, whole["policy"].unique(), "the table of policies")
    return rows


def _names(panel: Panel) -> dict[str, str]:
    """Entities in both languages, by code."""
    entities = panel.entities
    return dict((entities["label_en"] + " " + entities["label_zh"]).items())


def _sure(words: str) -> str:
    """Let rows that were not checked stand out, so that nobody reads their dates as facts."""
    return f"**{words}**" if VERIFY in words else words


def _count(rows: int, marked: int) -> str:
    noun = "row" if rows == 1 else "rows"
    if not marked:
        return f"{rows} {noun}, none marked to be verified"
    return f"{rows} {noun}, of which {marked} still to be verified"
