"""The small drawing at the head of a chapter: the causal story of its claims and their signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path as Line

from analysis.claims import Claim, Study
from analysis.display import drawing
from analysis.display.routes import Link, Node, along, route
from analysis.display.theme import INK, MUTED, PAPER, SIDE_COLOURS, WIDE, subplots
from analysis.errors import UnknownNameError

__all__ = ["Diagram", "diagram", "layout"]

UNIT = WIDE / 100  # inches: drawings are 100 wide, and as high as their entry says
RISE = 0.056  # inches: a unit of height, a little more than one of width, for names of two lines
NAME, SMALL = 10.5, 9.71  # font sizes; smaller ones would make a phone scroll a drawing
LINE = 3.0  # from one line of a name to the next, in units
LEGEND = 7.0  # height below the drawing


@dataclass(frozen=True, slots=True)
class Diagram:
    """Layout of one chapter's drawing; lengths in units of a hundredth of its width."""

    height: float
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        """Claims that hang anywhere, as often as they hang."""
        return tuple(one.claim for one in (*self.nodes, *self.links) if one.claim)


def _node(entry: dict[str, Any]) -> Node:
    place = dict(zip("xywh", entry["at"], strict=True))
    return Node(**place, **{key: value for key, value in entry.items() if key != "at"})


def layout(family: str, study: Study) -> Diagram:
    """Return the layout of a family's drawing.

    Raises
    ------
    UnknownNameError
        The study has no drawing of that name.
    """
    if family not in study.diagrams:
        raise UnknownNameError("family", family, study.diagrams, "diagrams.yml")
    entry = study.diagrams[family]
    return Diagram(
        height=entry["height"],
        nodes=tuple(_node(box) for box in entry["boxes"]),
        links=tuple(map(Link.read, entry["arrows"])),
    )


def diagram(family: str, study: Study) -> drawing.Picture:
    """Draw the mechanism behind one chapter, every claim on the arrow or box it speaks of.

    Parameters
    ----------
    family
        One of the study's.
    study
        Gives the layout, and each claim's status and predicted sign.

    Returns
    -------
    Picture
        Shown as SVG.

    Raises
    ------
    UnknownNameError
        No drawing has that name, or it names a claim that the ledger does not hold.

    Examples
    --------
    >>> from analysis.claims import read_study
    >>> study = read_study("patient_capital")
    >>> type(diagram("two-wheels", study)).__name__
    'Picture'
    """
    whole = layout(family, study)
    claims = {name: study.ledger[name] for name in whole.claims}
    height = whole.height + LEGEND
    figure, ax = subplots(height=height * RISE, width=WIDE)
    figure.get_layout_engine().set(w_pad=0, h_pad=0)
    ax.set(xlim=(-0.4, 100.4), ylim=(height, -0.4))
    ax.axis("off")
    for node in whole.nodes:
        _draw_node(ax, node, claims)
    for link in whole.links:
        _draw_link(ax, link, whole, claims)
    _draw_legend(ax, list(claims.values()), whole.height)
    return drawing.Picture(figure)


def _draw_node(ax: Axes, node: Node, claims: dict[str, Claim]) -> None:
    drawing.draw_outline(ax, node.x, node.y, node.w, node.h, node.side)
    english = drawing.wrap_words(node.en, (node.w - 2.5) * UNIT, NAME)
    # The names of the groups tell other languages that both say the same (`language.pictures`).
    lines = [*((line, NAME, "beside_en") for line in english), (node.zh, NAME - 0.5, "beside_zh")]
    x = node.x + node.w / 2
    y = node.y + node.h / 2 - LINE * (len(lines) - 1) / 2 - (2.6 if node.claim else 0)
    for words, size, group in lines:
        ax.text(x, y, words, fontsize=size, color=SIDE_COLOURS[node.side], ha="center",
                va="center_baseline", zorder=4, gid=group)  # fmt: skip
        y += LINE
    if node.claim:
        _hang(ax, x, y + 1.2, claims[node.claim])


def _draw_link(ax: Axes, link: Link, whole: Diagram, claims: dict[str, Claim]) -> None:
    line = route(link, whole.nodes, whole.links)
    heads = {"end": "-|>", "both": "<|-|>", "none": "-"}[link.heads]
    arrow = FancyArrowPatch(
        path=Line(line), arrowstyle=heads, mutation_scale=11, zorder=1 if link.claim else 0.9,
        color=_colour(link, whole), lw=1.7 if link.claim else 1.1, capstyle="butt",
        linestyle=":" if link.dotted else "-", joinstyle="miter",
    )  # fmt: skip
    ax.add_patch(arrow)
    x, y = along(line, link.at)
    half = 0.0
    if link.claim:
        half = drawing.words_width(_words(claims[link.claim]), SMALL) / UNIT / 2 + 0.9
        _hang(ax, x, y, claims[link.claim])
    if link.label:
        _draw_label(ax, link, x, y, half)


def _draw_label(ax: Axes, link: Link, x: float, y: float, half: float) -> None:
    up = 2.5 if link.claim else 0.6
    dx, dy, ha, va = {
        "above": (0, -up, "center", "bottom"),
        "below": (0, up, "center", "top"),
        "left": (-half - 0.8, 0, "right", "center"),
        "right": (half + 0.8, 0, "left", "center"),
    }[link.place]
    ax.text(
        x + dx, y + dy, link.label, fontsize=SMALL, color=MUTED, ha=ha, va=va, zorder=3,
        linespacing=1.05, bbox={"boxstyle": "square,pad=0.12", "facecolor": PAPER, "lw": 0},
    )  # fmt: skip


def _colour(link: Link, whole: Diagram) -> str:
    """Colour a claim by the side it starts from; mere context stays grey."""
    if not link.claim:
        return MUTED
    key = str(link.start).partition(".")[0]
    sides = {node.key: node.side for node in whole.nodes}
    return SIDE_COLOURS[sides.get(key, "mediator")]


def _sign(claim: Claim) -> str:
    return claim.sign.replace("-", "−")


def _words(claim: Claim) -> str:
    return f"{claim.id} {_sign(claim)}"


def _hang(ax: Axes, x: float, y: float, claim: Claim) -> None:
    drawing.draw_tag(ax, x, y, _words(claim), claim.status, SMALL)


def _draw_legend(ax: Axes, claims: list[Claim], height: float) -> None:
    y, x = height + 4.8, 2.5
    for status in drawing.statuses_shown(c.status for c in claims):
        drawing.draw_tag(ax, x, y, claims[0].id[:1], status, SMALL)
        ax.text(x + 3, y, status, fontsize=SMALL, color=INK, va="center")
        x += 9 + drawing.words_width(status, SMALL) / UNIT
    signs = "  ".join(sorted({_sign(claim) for claim in claims}, key="+−±0".index))
    ax.text(100, y, f"{signs}  what the paper predicts", fontsize=SMALL, color=MUTED, ha="right",
            va="center")  # fmt: skip
