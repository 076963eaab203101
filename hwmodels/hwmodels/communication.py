"""Bytes and times of collectives, and the bubble of a pipeline, with the convention named."""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_RING = "Patarasuk and Yuan, Bandwidth optimal all-reduce, JPDC 69(2), 2009"
_ZERO = "Rajbhandari et al., ZeRO, SC 2020, section 7"
_SC21 = "Narayanan et al., Megatron-LM, SC 2021, section 2"


@formula(
    "W = 2 * (n - 1) / n * S",
    source=_RING,
    kind="bound",
    unit_in={"n": "1", "S": "byte"},
    unit_out="byte",
    monotone="++",
    convention="reduced by the devices, not in the network",
)
def ring_allreduce_bytes(n: Value, S: Value) -> Value:
    """Bytes that each device sends in a ring all-reduce.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    S : (...) array_like
        Size of the buffer that is reduced [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte], and the least that any all-reduce among the devices sends; a switch that adds
        (SHARP, NVLS) halves it.
    """
    return 2 * (n - 1) / n * S


@formula(
    "T = 2 * (n - 1) / n * S / B",
    source=_RING,
    kind="bound",
    unit_in={"n": "1", "S": "byte", "B": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="latency left out; reduced by the devices, not in the network",
)
def allreduce_seconds_bound(n: Value, S: Value, B: Value) -> Value:
    """Shortest time of an all-reduce among n devices.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    S : (...) array_like
        Size of the buffer [byte].
    B : (...) array_like
        What one device can send, in one direction: half of the bidirectional total that vendors
        print for a link [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s].
    """
    return 2 * (n - 1) / n * S / B


@formula(
    "T = 2 * (n - 1) * a + 2 * (n - 1) / n * S / B",
    source=_RING,
    kind="estimate",
    unit_in={"n": "1", "a": "s", "S": "byte", "B": "byte/s"},
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: one latency for each of the 2 (n - 1) steps",
)
def ring_allreduce_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of a ring all-reduce with a latency for each step.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    a : (...) array_like
        Latency of one step [s].
    S : (...) array_like
        Size of the buffer [byte].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s].  Good for buffers of 16 MiB and more; small ones take other algorithms.
    """
    return 2 * (n - 1) * a + 2 * (n - 1) / n * S / B


@formula(
    "W = 3 * (n - 1) / n * S",
    source=_ZERO,
    kind="identity",
    unit_in={"n": "1", "S": "byte"},
    unit_out="byte",
    monotone="++",
    convention="one reduce-scatter and two all-gathers, rings",
)
def zero_3_bytes_sent(n: Value, S: Value) -> Value:
    """Bytes that each device sends in a step of ZeRO stage 3: 1.5 times stages 0 to 2.

    Parameters
    ----------
    n : (...) array_like
        Degree of data parallelism, at least one.
    S : (...) array_like
        Weights, and gradients of the same size [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return 3 * (n - 1) / n * S


@formula(
    "b = (p - 1) / (v * m + p - 1)",
    source=_SC21,
    kind="identity",
    unit_in={"p": "1", "v": "1", "m": "1"},
    unit_out="1",
    monotone="+--",
    convention="share of the step; stages of equal time, GPipe or 1F1B",
)
def pipeline_bubble(p: Value, v: Value, m: Value) -> Value:
    """Share of a step that a pipeline stage idles.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    v : (...) array_like
        Model chunks a stage: 1 without interleaving.
    m : (...) array_like
        Micro-batches a step.

    Returns
    -------
    b : (...) ndarray or float
        Between zero and one.
    """
    return (p - 1) / (v * m + p - 1)


@formula(
    "b = (p - 1) / (v * m)",
    source=_SC21,
    kind="identity",
    unit_in={"p": "1", "v": "1", "m": "1"},
    unit_out="1",
    monotone="+--",
    convention="relative to the ideal step; stages of equal time, GPipe or 1F1B",
)
def pipeline_bubble_of_ideal(p: Value, v: Value, m: Value) -> Value:
    """Idle time of a pipeline stage over the time that an ideal step takes.

    Parameters
    ----------
    p : (...) array_like
        Stages.
    v : (...) array_like
        Model chunks a stage: 1 without interleaving.
    m : (...) array_like
        Micro-batches a step.

    Returns
    -------
    b : (...) ndarray or float
        May exceed one.
    """
    return (p - 1) / (v * m)
