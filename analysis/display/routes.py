"""Where the arrows of a drawing run: from names of places to the points of a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["Link", "Node", "along", "route"]

CORNER = 2.2  # radius of a turn, in drawing units
GAP = 0.7  # between the tip of an arrow and what it points at
SIDES = ("left", "right", "top", "bottom")

Place = str | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A box: corner, size, names in two languages, and a claim if one hangs inside."""

    key: str
    side: str
    x: float
    y: float
    w: float
    h: float
    en: str
    zh: str
    claim: str | None = None

    def edge(self, side: str) -> np.ndarray:
        """Return both ends of a side, shape (2, 2)."""
        x = {"left": (0, 0), "right": (self.w, self.w)}.get(side, (0, self.w))
        y = {"top": (0, 0), "bottom": (self.h, self.h)}.get(side, (0, self.h))
        return np.array([self.x, self.y]) + np.column_stack([x, y]).astype(float)


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow, and a claim if one hangs on it.

    Attributes
    ----------
    start, end : str or pair of float
        "box.side", "box.side@share" along that side, "arrow@x40" or "arrow@y40" for the point of
        another arrow there (an arrow that ends on an arrow changes its strength), or a point.
    turn : str or mapping, optional
        "corner" for one right angle; {x: 40} or {y: 40} for two, through that line.
    bend : float
        Curves a straight arrow, to the left of its direction where positive.
    claim : str, optional
        Claim that hangs on the arrow.
    at : float
        Where along the arrow the claim or the words stand.
    label, place : str
        Few words, and where they stand from the claim: above, below, left or right.
    key : str
        Name by which another arrow may end on this one.
    heads : str
        "end", "both" or "none".
    dotted : bool
        For what the paper leaves open.
    """

    start: Place
    end: Place
    turn: str | Mapping[str, float] | None = None
    bend: float = 0.0
    claim: str | None = None
    at: float = 0.5
    label: str = ""
    place: str = "above"
    key: str = ""
    heads: str = "end"
    dotted: bool = False

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Link:
        """Return the arrow of a drawing's entry, in which points are lists."""
        rest = {key: value for key, value in entry.items() if key not in ("from", "to")}
        ends = (entry[key] for key in ("from", "to"))
        return cls(*(end if isinstance(end, str) else tuple(end) for end in ends), **rest)


def route(link: Link, nodes: Sequence[Node], links: Sequence[Link]) -> np.ndarray:
    """Return the points of an arrow, shape (n, 2).

    An end that names a side without a share is put opposite the other end where that is possible,
    so that the arrow runs level or upright; otherwise it stands in the middle of the side.
    """
    first, last = (_edge(end, nodes, links) for end in (link.start, link.end))
    if link.turn is None:
        first, last = _opposite(first, last)
    first, last = first.mean(axis=0), last.mean(axis=0)
    if link.bend:
        return _shortened(_curve(first, last, link.bend), link)
    return _shortened(_rounded(_corners(first, last, link)), link)


def along(line: np.ndarray, share: float) -> tuple[float, float]:
    """Return the point at a share of a line's length."""
    length = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    x, y = (float(np.interp(share * length[-1], length, line[:, i])) for i in (0, 1))
    return x, y


def _edge(end: Place, nodes: Sequence[Node], links: Sequence[Link]) -> np.ndarray:
    """Both ends of what an arrow may touch: a side of a box, or a single point twice."""
    if not isinstance(end, str):
        return np.array([end, end], dtype=float)
    name, _, share = end.partition("@")
    key, _, side = name.partition(".")
    if not side:
        target = next(one for one in links if one.key == key)
        point = _meeting(route(target, nodes, links), share)
        return np.array([point, point])
    if side not in SIDES:
        raise ValueError(f"The arrow end '{end}' has no such side: use one of {', '.join(SIDES)}.")
    a, b = next(node for node in nodes if node.key == key).edge(side)
    if share:
        a = b = a + (b - a) * float(share)
    return np.array([a, b])


def _meeting(line: np.ndarray, where: str) -> np.ndarray:
    """Point of a line at "x40" or "y40"."""
    axis, value = "xy".index(where[0]), float(where[1:])
    for a, b in pairwise(line):
        if min(a[axis], b[axis]) <= value <= max(a[axis], b[axis]) and a[axis] != b[axis]:
            return a + (b - a) * (value - a[axis]) / (b[axis] - a[axis])
    raise ValueError(f"The arrow does not pass {where[0]} = {value:g}.")


def _opposite(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let two stretches that face each other meet at the middle of what they share."""
    for axis in (0, 1):
        level = [np.ptp(edge[:, 1 - axis]) == 0 for edge in (first, last)]
        low = max(edge[:, axis].min() for edge in (first, last))
        high = min(edge[:, axis].max() for edge in (first, last))
        free = any(np.ptp(edge[:, axis]) > 0 for edge in (first, last))
        if all(level) and free and low <= high:
            first, last = first.copy(), last.copy()
            first[:, axis] = last[:, axis] = (low + high) / 2
    return first, last


def _corners(first: np.ndarray, last: np.ndarray, link: Link) -> np.ndarray:
    if link.turn is None:
        return np.array([first, last])
    if link.turn == "corner":
        upright = str(link.start).partition("@")[0].endswith((".top", ".bottom"))
        corner = (first[0], last[1]) if upright else (last[0], first[1])
        return np.array([first, corner, last])
    axis = 0 if "x" in link.turn else 1
    between = np.array([first, last])
    between[:, axis] = link.turn["xy"[axis]]
    return np.array([first, *between, last])


def _rounded(corners: np.ndarray) -> np.ndarray:
    points = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        arms = [before - corner, after - corner]
        lengths = [max(float(np.hypot(*arm)), 1e-9) for arm in arms]
        ends = [corner + a * min(CORNER, n / 2) / n for a, n in zip(arms, lengths, strict=True)]
        points.extend(_bezier(ends[0], corner, ends[1]))
    return np.array([*points, corners[-1]])


def _curve(first: np.ndarray, last: np.ndarray, bend: float) -> np.ndarray:
    across = (last - first)[::-1] * np.array([1.0, -1.0])  # y counts downwards
    return _bezier(first, (first + last) / 2 + bend * across, last, 40)


def _bezier(a: np.ndarray, control: np.ndarray, b: np.ndarray, count: int = 9) -> np.ndarray:
    t = np.linspace(0, 1, count)[:, None]
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * control + t**2 * b


def _shortened(line: np.ndarray, link: Link) -> np.ndarray:
    """Leave a little air at the ends that carry a head."""
    line = line.copy()
    for end, near, wanted in ((-1, -2, ("end", "both")), (0, 1, ("both",))):
        if link.heads in wanted:
            arm = line[near] - line[end]
            line[end] += arm * min(GAP / max(float(np.hypot(*arm)), 1e-9), 0.5)
    return line
