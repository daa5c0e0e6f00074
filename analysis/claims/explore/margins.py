"""Effects across the margin of the rules: both intervals, from the one that is stored."""

from __future__ import annotations

from scipy.special import stdtrit

__all__ = ["margin_row", "reach_at_zero"]


def margin_row(estimate: float, low: float, high: float, clusters: int) -> dict[str, float]:
    """Return a row for `within_margin`: the 95% interval and the 90% one of the same error.

    Parameters
    ----------
    estimate, low, high
        An effect and its 95% interval from t(G−1).
    clusters
        G.
    """
    narrow = (high - low) / 2 * float(stdtrit(clusters - 1, 0.95) / stdtrit(clusters - 1, 0.975))
    return {
        "estimate": estimate, "low95": low, "high95": high,
        "low90": estimate - narrow, "high90": estimate + narrow,
    }  # fmt: skip


def reach_at_zero(estimate: float, smallest_margin: float) -> float:
    """Return the smallest margin that would pass if the estimate were exactly zero."""
    return smallest_margin - abs(estimate)
