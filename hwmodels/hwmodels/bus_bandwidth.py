"""Algorithm and bus bandwidth of collectives, as nccl-tests reports them.

S is the size that nccl-tests prints: the whole buffer of an all-reduce, a broadcast or an
all-to-all on one device, and the n shards together of a reduce-scatter or an all-gather.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from hwmodels.collectives import (
    allreduce_seconds_bound,
    exchange_seconds_bound,
    transfer_seconds_bound,
)
from hwmodels.elementwise import Value
from hwmodels.formula import Formula, formula

_NCCL = "NVIDIA, nccl-tests, doc/PERFORMANCE.md"

_AMONG = {"n >= 1": "a collective needs a device"}


@formula(
    "A = S / T",
    source=_NCCL,
    kind="identity",
    unit_in={"S": "byte", "T": "s"},
    unit_out="byte/s",
    monotone="+-",
)
def algorithm_bandwidth(S: Value, T: Value) -> Value:
    """The algorithm bandwidth (algbw) of a collective: its size over its time.

    Parameters
    ----------
    S : (...) array_like
        Size as nccl-tests counts it [byte].
    T : (...) array_like
        Time of one call [s].

    Returns
    -------
    A : (...) ndarray or float
        [byte/s].
    """
    return S / T


@formula(
    "U = f * A",
    source=_NCCL,
    kind="identity",
    unit_in={"f": "1", "A": "byte/s"},
    unit_out="byte/s",
    monotone="++",
    convention="nccl-tests",
)
def bus_bandwidth(f: Value, A: Value) -> Value:
    """The bus bandwidth (busbw): what a link carries if the devices do the collective themselves.

    Parameters
    ----------
    f : (...) array_like
        Factor of the collective, `bus_factor`.
    A : (...) array_like
        Algorithm bandwidth [byte/s].

    Returns
    -------
    U : (...) ndarray or float
        [byte/s], to be held against what a link carries in one direction.  The factor stays the
        same where a switch reduces, so that NVLS is reported above its links.
    """
    return f * A


@formula(
    "T = f * S / U",
    source=_NCCL,
    kind="identity",
    unit_in={"f": "1", "S": "byte", "U": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="nccl-tests",
)
def seconds_at_bus_bandwidth(f: Value, S: Value, U: Value) -> Value:
    """Time of a collective from the bus bandwidth that was reported for it.

    Parameters
    ----------
    f : (...) array_like
        Factor of the collective, `bus_factor`.
    S : (...) array_like
        Size as nccl-tests counts it [byte].
    U : (...) array_like
        Bus bandwidth [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return f * S / U


@formula(
    "f = 2 * (n - 1) / n",
    source=_NCCL,
    kind="identity",
    unit_in={"n": "1"},
    unit_out="1",
    monotone="+",
    convention="nccl-tests",
    valid=_AMONG,
)
def allreduce_bus_factor(n: Value) -> Value:
    """Bus bandwidth over algorithm bandwidth of an all-reduce.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.

    Returns
    -------
    f : (...) ndarray or float
        Between zero and two.
    """
    return 2 * (n - 1) / n


@formula(
    "f = (n - 1) / n",
    source=_NCCL,
    kind="identity",
    unit_in={"n": "1"},
    unit_out="1",
    monotone="+",
    convention="nccl-tests",
    valid=_AMONG,
)
def exchange_bus_factor(n: Value) -> Value:
    """Bus bandwidth over algorithm bandwidth of a reduce-scatter, all-gather or all-to-all.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.

    Returns
    -------
    f : (...) ndarray or float
        Between zero and one.
    """
    return (n - 1) / n


@dataclass(frozen=True, slots=True)
class Collective:
    """How one collective is counted.

    Attributes
    ----------
    name : str
        As nccl-tests writes it, in words: "all-reduce".
    factor : Formula or None
        Bus bandwidth over algorithm bandwidth, of the devices; None where it is one.
    seconds_bound : Formula
        Shortest time when the devices do it: of (n, S, B), or of (S, B) where there is a root.
    """

    name: str
    factor: Formula | None
    seconds_bound: Formula


COLLECTIVES = MappingProxyType(
    {
        c.name: c
        for c in (
            Collective("all-reduce", allreduce_bus_factor, allreduce_seconds_bound),
            Collective("reduce-scatter", exchange_bus_factor, exchange_seconds_bound),
            Collective("all-gather", exchange_bus_factor, exchange_seconds_bound),
            Collective("all-to-all", exchange_bus_factor, exchange_seconds_bound),
            Collective("broadcast", None, transfer_seconds_bound),
            Collective("reduce", None, transfer_seconds_bound),
            Collective("send-receive", None, transfer_seconds_bound),
        )
    }
)


def collective(name: str) -> Collective:
    """The collective of a name.

    Raises
    ------
    ValueError
        For a name that is none; it lists what there is.
    """
    if name not in COLLECTIVES:
        raise ValueError(f"no collective {name!r}: there are {', '.join(COLLECTIVES)}")
    return COLLECTIVES[name]


def bus_factor(name: str, n: float) -> float:
    """Bus bandwidth over algorithm bandwidth, by the convention of nccl-tests.

    Parameters
    ----------
    name : str
        A key of `COLLECTIVES`.
    n : float
        Devices, at least one.
    """
    factor = collective(name).factor
    return 1.0 if factor is None else factor(n)
