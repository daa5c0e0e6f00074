"""Tests and diagnostics as pictures: what was found beside what it is to be held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from analysis.display.charts.intervals import label_rows, mark, name_values
from analysis.display.charts.rows import draw_hill
from analysis.display.drawing import Picture, wrap_words, write
from analysis.display.theme import BLUE, GREEN, MUTED, ORANGE, PAPER, subplots, zero_line
from analysis.inference.cells import signed

__all__ = ["bacon", "bias", "correlation", "granger", "placebo", "selection", "unit_root"]

Named = Callable[[str], str]


def selection(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """Draw how far a coefficient moves with the controls, and with the unseen beyond them."""
    m, lines = result.moments, result.rows()
    rows = [("without controls", m.short, m.short), ("with controls", m.controlled, m.controlled)]
    rows += [
        (f"and the unseen (δ = {result.assumed_delta:g}), R² up to {line['r_max']:.2f}",
         m.controlled, line["beta"])
        for line in lines
    ]  # fmt: skip
    words = xlabel or f"coefficient of {named(result.label)}"
    ratios = "; ".join(f"{signed(x['delta'])} at R² {x['r_max']:.2f}" for x in lines)
    note = f"no intervals: this is no test\nδ that would make it {result.target:g}: {ratios}"
    figure, ax, at = _rows([label for label, *_ in rows], f"{words}\n{note}", 0.55)
    colours = [MUTED, BLUE, *[ORANGE] * len(lines)]
    for (_label, start, end), y, colour in zip(rows, at, colours, strict=True):
        if not np.isfinite(end):
            write(ax, "no admissible root", (start, y), (6, -3), color=colour, fontsize=9.5)
            continue
        ax.plot([start, end], [y, y], color=colour, lw=1.6)
        ax.plot(end, y, "o" if start == end else "D", color=colour, ms=6.5, zorder=3)
        name_values(ax, [end], [y], colour)
    if result.target:
        ax.axvline(result.target, color=GREEN, lw=1, ls="--")
    return Picture(figure)


def unit_root(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """Draw each statistic beside the value below which a unit root is rejected."""
    tests = getattr(result, "tests", (result,))
    labels = [f"{named(t.label)}, {t.test.upper()}" for t in tests]
    words = xlabel or "mean t of the entities"
    note = "green: a unit root is rejected at 5%\npower: against an autoregression of 0.9"
    figure, ax, at = _rows(labels, f"{words}; {note}", 0.62)
    low = min(min(t.statistic, t.critical) for t in tests) * 1.15
    for test, y in zip(tests, at, strict=True):
        ax.hlines(y, low, test.critical, color=GREEN, lw=9, alpha=0.22)
        ax.plot([test.critical] * 2, [y - 0.22, y + 0.22], color=GREEN, lw=1.8)
        rejected = test.statistic < test.critical
        ax.plot(test.statistic, y, "o", color=BLUE, mfc=BLUE if rejected else PAPER, mew=1.4, ms=7)
        said = f"{signed(test.statistic)}, {_p(test.p)}; power {test.power:.0%}"
        write(ax, said, (0, y), (-4, 7), ha="right", color=BLUE, fontsize=9.5)
    ax.set_xlim(low, 0.02 * abs(low))
    return Picture(figure)


def granger(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """Draw the Wald statistic of every entity, and the mean that is tested."""
    directions = result.directions
    labels = [f"{named(d.cause_label)} → {named(d.effect_label)}" for d in directions]
    words = xlabel or "Wald statistic by entity; diamond: their mean, which is tested"
    figure, ax, at = _rows(labels, f"{words}\np by a bootstrap of dependent entities", 0.85)
    top = max(float(d.individual["wald"].max()) for d in directions)
    for d, y in zip(directions, at, strict=True):
        ax.plot(d.individual["wald"], np.full(len(d.individual), y), "o", color=MUTED, alpha=0.45,
                mew=0, ms=6)  # fmt: skip
        ax.plot(d.wald_mean, y, "D", color=ORANGE, ms=8, zorder=3)
        said = f"mean {d.wald_mean:.2f}, {_p(d.p_bootstrap)}"
        left = d.wald_mean < top / 2
        write(ax, said, (d.wald_mean, y), (0, 9), ha="left" if left else "right", color=ORANGE,
              fontsize=10)  # fmt: skip
    return Picture(figure)


def correlation(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """Draw statistics of dependence beside what independent entities would give."""
    kinds = [[s for s in result.statistics if (s.name == "mean_absolute") is alone]
             for alone in (False, True)]  # fmt: skip
    kinds = [part for part in kinds if part]
    height = 0.6 * len(result.statistics) + 0.8 * len(kinds) + 0.5
    figure, axes = subplots(
        len(kinds), 1, height=height, squeeze=False, height_ratios=list(map(len, kinds))
    )
    for ax, part in zip(axes[:, 0], kinds, strict=True):
        at = label_rows(ax, [s.label for s in part])
        if part[0].name != "mean_absolute":  # these are standard normal without dependence
            ax.axvspan(-1.96, 1.96, color=GREEN, alpha=0.13, lw=0)
        for s, y in zip(part, at, strict=True):
            ax.plot(s.value, y, "o", color=BLUE, ms=7, zorder=3)
            p = s.p_simulated if np.isfinite(s.p_simulated) else s.p
            said = signed(s.value) + (f", {_p(p)}" if np.isfinite(p) else "")
            write(ax, said, (s.value, y), (0, 8), ha="center", color=BLUE, fontsize=9.5)
            if np.isfinite(s.expected):
                ax.plot(s.expected, y, "D", color=ORANGE, mfc=PAPER, mew=1.4, ms=7)
        ends = [x for s in part for x in (s.value, s.expected, 0.0) if np.isfinite(x)]
        room = 0.35 * (np.ptp(ends) or 1.0)
        ax.set_xlim(min(ends) - room, max(ends) + room)
    note = "hollow: mean of simulated independent entities; green: inside ±1.96"
    words = xlabel or f"residuals of {named(result.outcome_label)}"
    axes[-1, 0].set_xlabel(f"{words}\n{note}", fontsize=10)
    return Picture(figure)


def bias(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """Draw the average effect beside biases of trends that the test would often have missed."""
    labels = ["average effect"]
    labels += [f"bias of a trend noticed with {x.power:.0%} power" for x in result.powers]
    note = (
        f"joint test of {len(result.times)} points before: {_p(result.p)}, permuted "
        f"{_p(result.p_permutation)}; hollow: bias where the test passed"
    )
    words = xlabel or f"{named(result.label)}; no intervals"
    figure, ax, at = _rows(labels, "\n".join([words, *wrap_words(note, 4.6, 10)]), 0.62)
    ax.plot(result.effect, at[0], "o", color=BLUE, ms=7)
    name_values(ax, [result.effect], at[:1], BLUE)
    for line, y in zip(result.powers, at[1:], strict=True):
        ax.plot([0, line.bias], [y, y], color=ORANGE, lw=1.6)
        ax.plot(line.bias, y, "s", color=ORANGE, ms=7, zorder=3)
        ax.plot(line.bias_if_passed, y, "s", color=ORANGE, mfc=PAPER, mew=1.4, ms=7)
        name_values(ax, [line.bias], [y], ORANGE)
    return Picture(figure)


def bacon(result: Any, named: Named, xlabel: str | None, ylabel: str | None) -> Picture:  # noqa: ANN401
    """Draw every comparison of two groups by its estimate and its weight."""
    table = result.tidy()
    kinds = list(dict.fromkeys(table["kind"]))
    figure, ax = subplots(height=3.8)
    zero_line(ax)
    ax.axvline(result.estimate, color=MUTED, lw=1.2, ls="--")
    weights = {kind: weight for kind, weight, _ in result.shares}
    for i, (kind, colour, shape) in enumerate(mark(kinds, "kinds of comparison")):
        part = table[table["kind"] == kind]
        ax.plot(part["estimate"], 100 * part["weight"], shape, color=colour, ms=7, alpha=0.85)
        words = f"{kind.replace('_', ' ')}: {weights[kind]:.0%}"
        y = 1.05 + 0.075 * (len(kinds) - 1 - i)
        ax.plot(0.015, y, shape, color=colour, ms=6.5, transform=ax.transAxes, clip_on=False)
        ax.text(0.04, y, words, transform=ax.transAxes, color=colour, va="center", fontsize=10)
    right = result.estimate < table["estimate"].median()
    write(ax, f"two-way: {signed(result.estimate)}", (result.estimate, 1),
          (-5 if right else 5, -3), xycoords=("data", "axes fraction"), va="top",
          ha="right" if right else "left", color=MUTED, fontsize=10)  # fmt: skip
    ax.set_ylim(0, 118 * table["weight"].max())
    ax.set_xlabel(xlabel or f"{named(result.label)}\nestimate of a comparison; no intervals",
                  fontsize=10)  # fmt: skip
    ax.set_ylabel(ylabel or "weight, %")
    return Picture(figure)


def placebo(result: Any, named: Named, xlabel: str | None, _: str | None) -> Picture:  # noqa: ANN401
    """Draw the true map against maps that are permuted: ρ and each term on an axis of its own."""
    table = result.tidy()
    whose = table["quantity"].str.partition(" of ")[2]
    groups = [(name, part) for name, part in table.groupby(whose, sort=False)]
    figure, axes = subplots(
        len(groups), 1, height=0.5 * len(table) + 0.55 * len(groups) + 0.6, squeeze=False,
        height_ratios=[len(part) + 0.5 for _, part in groups],
    )  # fmt: skip
    for ax, (name, part) in zip(axes[:, 0], groups, strict=True):
        labels = [q.partition(" of ")[0].replace("rho", "ρ") for q in part["quantity"]]
        at = label_rows(ax, labels)
        if name:
            ax.set_title(named(name), fontsize=10.5)
        for line, y in zip(part.itertuples(), at, strict=True):
            draw_hill(ax, result.drawn[line.quantity], y, 0.55)
            ax.hlines(y, line.low, line.high, color=MUTED, lw=3, alpha=0.7)
            ax.plot(line.observed, y, "D", color=ORANGE, ms=7, zorder=3)
            said = f"{signed(line.observed)}, {line.share:.0%} as far"
            write(ax, said, (line.observed, y), (0, 8), ha="center", color=ORANGE, fontsize=9.5)
        ends = [0.0, *part["observed"], *part["low"], *part["high"]]
        room = 0.22 * np.ptp(ends)
        ax.set_xlim(min(ends) - room, max(ends) + room)
    note = f"diamond: true map; pale: {len(result.drawn):,} permuted maps, bar: 95% of them"
    axes[-1, 0].set_xlabel(f"{xlabel}\n{note}" if xlabel else note, fontsize=10)
    return Picture(figure)


def _rows(labels: Sequence[str], xlabel: str, height: float) -> tuple[Any, Axes, np.ndarray]:
    """Axes with a named row each, and room for words above the top one."""
    wrapped = ["\n".join(wrap_words(label, 1.9, 10.5)) for label in labels]
    figure, ax = subplots(height=height * len(labels) + 1.25)
    at = label_rows(ax, wrapped, "\n".join(
        part for line in xlabel.split("\n") for part in wrap_words(line, 4.6, 10)
    ))  # fmt: skip
    ax.margins(x=0.14)
    return figure, ax, at


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
