"""Compute- and bandwidth-bound times and rates, and what a part's gain is worth to the whole."""
# ruff: noqa: E741 - I is the field's own letter for arithmetic intensity

from __future__ import annotations

from collections.abc import Mapping

from hwmodels.answer import Answer, Term
from hwmodels.elementwise import Value, maximum, minimum
from hwmodels.formula import formula

_ROOFLINE = "Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009"
_HIERARCHICAL = "Yang, Kurth, Williams, Hierarchical Roofline, CCPE 32(20), 2020"
_AMDAHL = "Amdahl, Validity of the Single Processor Approach, AFIPS 1967"


@formula(
    "T = max(F / P, B / W)",
    source=_ROOFLINE,
    kind="bound",
    unit_in={"F": "FLOP", "P": "FLOP/s", "B": "byte", "W": "byte/s"},
    unit_out="s",
    monotone="+-+-",
    convention="perfect overlap; B crosses to memory: what a cache keeps is not in it",
)
def roofline_time(F: Value, P: Value, B: Value, W: Value) -> Value:
    """Time of a kernel when compute and memory traffic overlap perfectly.

    Parameters
    ----------
    F : (...) array_like
        Work [FLOP].
    P : (...) array_like
        Peak arithmetic rate at the precision of the work [FLOP/s].
    B : (...) array_like
        Traffic to and from memory [byte]; a proof needs far more than the last-level cache holds.
    W : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound on the time [s].  Without any overlap the sum of the two terms is reached.
    """
    return maximum(F / P, B / W)


@formula(
    "I = P / W",
    source=_ROOFLINE,
    kind="identity",
    unit_in={"P": "FLOP/s", "W": "byte/s"},
    unit_out="FLOP/byte",
    monotone="+-",
)
def ridge(P: Value, W: Value) -> Value:
    """Arithmetic intensity at which compute and bandwidth bind alike.

    Parameters
    ----------
    P : (...) array_like
        Peak arithmetic rate [FLOP/s].
    W : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    I : (...) ndarray or float
        [FLOP/byte]; below it bandwidth binds.
    """
    return P / W


@formula(
    "I = F / B",
    source=_ROOFLINE,
    kind="identity",
    unit_in={"F": "FLOP", "B": "byte"},
    unit_out="FLOP/byte",
    monotone="+-",
)
def arithmetic_intensity(F: Value, B: Value) -> Value:
    """Work done for each byte moved.

    Parameters
    ----------
    F : (...) array_like
        Work [FLOP].
    B : (...) array_like
        Traffic to and from memory [byte]; traffic that a cache absorbs is not counted.

    Returns
    -------
    I : (...) ndarray or float
        [FLOP/byte].
    """
    return F / B


@formula(
    "R = min(P, I * W)",
    source=_ROOFLINE,
    kind="bound",
    unit_in={"P": "FLOP/s", "I": "FLOP/byte", "W": "byte/s"},
    unit_out="FLOP/s",
    monotone="+++",
    convention="perfect overlap; I over the bytes that cross to memory, not those that a cache keeps",
)
def attainable(P: Value, I: Value, W: Value) -> Value:
    """Highest rate at an arithmetic intensity: the roof.

    Parameters
    ----------
    P : (...) array_like
        Peak arithmetic rate [FLOP/s].
    I : (...) array_like
        Arithmetic intensity [FLOP/byte]; higher than counted where operands stay in a cache.
    W : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    R : (...) ndarray or float
        An upper bound on the rate [FLOP/s].
    """
    return minimum(P, I * W)


@formula(
    "u = R / P",
    source=_ROOFLINE,
    kind="identity",
    unit_in={"R": "FLOP/s", "P": "FLOP/s"},
    unit_out="1",
    monotone="+-",
)
def utilization(R: Value, P: Value) -> Value:
    """Share of a peak that a rate is.

    Parameters
    ----------
    R : (...) array_like
        Rate [FLOP/s].
    P : (...) array_like
        Peak of the same devices at the same precision [FLOP/s].

    Returns
    -------
    u : (...) ndarray or float
        Above one for no dense kernel, whatever counts its FLOPs rightly.
    """
    return R / P


@formula(
    "T = F / P + B / W",
    source=_ROOFLINE,
    kind="estimate",
    unit_in={"F": "FLOP", "P": "FLOP/s", "B": "byte", "W": "byte/s"},
    unit_out="s",
    monotone="+-+-",
    convention="compute and memory traffic take turns",
)
def serial_time(F: Value, P: Value, B: Value, W: Value) -> Value:
    """Time of a kernel at full rates whose compute and memory traffic do not overlap.

    Parameters
    ----------
    F : (...) array_like
        Work [FLOP].
    P : (...) array_like
        Arithmetic rate [FLOP/s].
    B : (...) array_like
        Traffic to and from memory [byte].
    W : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s], at most twice `roofline_time`.
    """
    return F / P + B / W


@formula(
    "R = min(P, I * W, J * L)",
    source=_HIERARCHICAL,
    kind="bound",
    unit_in={"P": "FLOP/s", "I": "FLOP/byte", "W": "byte/s", "J": "FLOP/byte", "L": "byte/s"},
    unit_out="FLOP/s",
    monotone="+++++",
    convention="an intensity for each level, from the bytes that cross it",
)
def attainable_through_cache(P: Value, I: Value, W: Value, J: Value, L: Value) -> Value:
    """Highest rate under the roofs of memory and of one cache.

    Parameters
    ----------
    P : (...) array_like
        Peak arithmetic rate [FLOP/s].
    I : (...) array_like
        Work over the bytes that cross to memory [FLOP/byte].
    W : (...) array_like
        Memory bandwidth [byte/s].
    J : (...) array_like
        Work over the bytes that cross to the cache [FLOP/byte].
    L : (...) array_like
        Bandwidth of the cache [byte/s].

    Returns
    -------
    R : (...) ndarray or float
        An upper bound on the rate [FLOP/s].
    """
    return minimum(minimum(P, I * W), J * L)


def lowest_ceiling(ceilings: Mapping[str, float]) -> Answer:
    """The lowest of several ceilings, and what the others would allow.

    Parameters
    ----------
    ceilings : mapping
        By name the rate that each allows [FLOP/s]: a peak, or an intensity times a bandwidth.

    Returns
    -------
    Answer
        A bound on the rate [FLOP/s]: its first term is the ceiling that binds.

    Raises
    ------
    ValueError
        Without any.
    """
    if not ceilings:
        raise ValueError("a roofline needs a ceiling")
    found = sorted(ceilings.items(), key=lambda item: item[1])
    return Answer(
        0.0,
        found[0][1],
        "FLOP/s",
        "bound",
        "the lowest of the ceilings given",
        _ROOFLINE,
        tuple(Term(name, 0.0, rate, "FLOP/s") for name, rate in found),
    )


@formula(
    "S = 1 / ((1 - f) + f / s)",
    source=_AMDAHL,
    kind="identity",
    unit_in={"f": "1", "s": "1"},
    unit_out="1",
    monotone="++",
    convention="the rest of the work unchanged and not overlapped",
    valid={"f >= 0": "no share of the time", "f <= 1": "no share of the time"},
    domain={"f": (0, 1)},
)
def amdahl(f: Value, s: Value) -> Value:
    """Gain of the whole where one part of it is made faster.

    Parameters
    ----------
    f : (...) array_like
        Share of the time that the part takes before, from 0 to 1.
    s : (...) array_like
        Gain of that part, at least one.

    Returns
    -------
    S : (...) ndarray or float
        Gain of the whole.
    """
    return 1 / ((1 - f) + f / s)


@formula(
    "S = 1 / (1 - f)",
    source=_AMDAHL,
    kind="bound",
    unit_in={"f": "1"},
    unit_out="1",
    monotone="+",
    convention="the rest of the work unchanged and not overlapped",
    valid={"f >= 0": "no share of the time", "f <= 1": "no share of the time"},
    domain={"f": (0, 0.99)},
)
def amdahl_limit(f: Value) -> Value:
    """Gain of the whole where one part of it takes no time at all.

    Parameters
    ----------
    f : (...) array_like
        Share of the time that the part takes before, below 1.

    Returns
    -------
    S : (...) ndarray or float
        An upper bound on the gain of the whole.
    """
    return 1 / (1 - f)
