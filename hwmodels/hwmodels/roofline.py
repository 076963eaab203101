"""Compute- and bandwidth-bound times and rates."""

from __future__ import annotations

from hwmodels.formula import formula

_ROOFLINE = "Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009"


@formula("T = max(F / P, B / W)", source=_ROOFLINE, kind="bound",
         units={"F": "FLOP", "P": "FLOP/s", "B": "byte", "W": "byte/s", "T": "s"})  # fmt: skip
def roofline_time(F: float, P: float, B: float, W: float) -> float:
    """Time of a kernel when compute and memory traffic overlap perfectly.

    Parameters
    ----------
    F : float
        Work [FLOP].
    P : float
        Peak arithmetic rate [FLOP/s].
    B : float
        Traffic [byte].
    W : float
        Memory bandwidth [byte/s].

    Returns
    -------
    float
        A lower bound on the time [s].
    """
    return max(F / P, B / W)


@formula("I = P / W", source=_ROOFLINE, kind="identity", units={"P": "FLOP/s", "W": "byte/s", "I": "FLOP/byte"})
def ridge(P: float, W: float) -> float:
    """Arithmetic intensity at which compute and bandwidth bind alike [FLOP/byte]."""
    return P / W


@formula("R = min(P, I * W)", source=_ROOFLINE, kind="bound",
         units={"P": "FLOP/s", "I": "FLOP/byte", "W": "byte/s", "R": "FLOP/s"})  # fmt: skip
def attainable(P: float, I: float, W: float) -> float:  # noqa: E741 - the field's own letter
    """Highest rate at an arithmetic intensity [FLOP/s]."""
    return min(P, I * W)


@formula("u = R / P", source=_ROOFLINE, kind="identity", units={"R": "FLOP/s", "P": "FLOP/s", "u": "1"})
def utilization(R: float, P: float) -> float:
    """Share of a peak that a rate is."""
    return R / P
