"""Times of collectives by algorithm: a latency for each step, and bytes over a bandwidth.

The alpha-beta model: a message of S bytes takes a + S / B.  All of it is estimate: libraries
switch algorithms and protocols by size, and overlap what is counted one after the other here.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, ceil, log2, sqrt
from hwmodels.formula import formula

_HOCKNEY = "Hockney, The communication challenge for MPP, Parallel Computing 20(3), 1994"
_RING = "Patarasuk and Yuan, Bandwidth optimal all-reduce, JPDC 69(2), 2009"
_THAKUR = "Thakur et al., Optimization of collective communication in MPICH, IJHPCA 19(1), 2005"
_CHAN = "Chan et al., Collective communication: theory, practice, and experience, CCPE 19, 2007"
_TWO_TREES = "Sanders, Speck and Träff, Two-tree algorithms, Parallel Computing 35(12), 2009"
_NVLS = "NVIDIA, Upgrading Multi-GPU Interconnectivity with the Third-Generation NVSwitch, 2022"

_TIMES = {"n": "1", "a": "s", "S": "byte", "B": "byte/s"}
_AMONG = {"n >= 1": "a collective needs a device"}


@formula(
    "T = a + S / B",
    source=_HOCKNEY,
    kind="estimate",
    unit_in={"a": "s", "S": "byte", "B": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="alpha-beta",
)
def message_seconds(a: Value, S: Value, B: Value) -> Value:
    """Time of a message from one device to another.

    Parameters
    ----------
    a : (...) array_like
        Latency [s].
    S : (...) array_like
        Size of the message [byte].
    B : (...) array_like
        Achieved bandwidth in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return a + S / B


@formula(
    "T = 2 * (n - 1) * a + 2 * (n - 1) / n * S / B",
    source=_RING,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: one latency for each of the 2 (n - 1) steps",
    valid=_AMONG,
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
    "T = (n - 1) * a + (n - 1) / n * S / B",
    source=_THAKUR,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: one latency for each of the n - 1 steps",
    valid=_AMONG,
)
def ring_exchange_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of a ring reduce-scatter or all-gather, or of an all-to-all by pairs.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    a : (...) array_like
        Latency of one step [s].
    S : (...) array_like
        Size of the n shards together [byte].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return (n - 1) * a + (n - 1) / n * S / B


@formula(
    "T = 2 * ceil(log2(n)) * (a + S / B)",
    source=_THAKUR,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: reduced up a binomial tree and broadcast down it, not pipelined",
    valid=_AMONG,
)
def tree_allreduce_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of an all-reduce by a tree that sends the whole buffer at each level.

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
        [s].
    """
    return 2 * ceil(log2(n)) * (a + S / B)


@formula(
    "T = 2 * ceil(log2(n)) * a + 2 * S / B",
    source=_TWO_TREES,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: pipelined over two trees; a leaf of one is inside the other",
    valid=_AMONG,
)
def double_tree_allreduce_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of an all-reduce by double binary trees.

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
        [s]: the bytes of a ring of many devices, at the latency of a tree.
    """
    return 2 * ceil(log2(n)) * a + 2 * S / B


@formula(
    "T = 2 * ceil(log2(n)) * a + 2 * (n - 1) / n * S / B",
    source=_THAKUR,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: halving and doubling; n a power of two, else it takes more",
    valid=_AMONG,
)
def halving_doubling_allreduce_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of an all-reduce by recursive halving and doubling (Rabenseifner).

    Parameters
    ----------
    n : (...) array_like
        Devices, a power of two.
    a : (...) array_like
        Latency of one step [s].
    S : (...) array_like
        Size of the buffer [byte].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return 2 * ceil(log2(n)) * a + 2 * (n - 1) / n * S / B


@formula(
    "T = 2 * a + (n + 1) / n * S / B",
    source=_NVLS,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="-++-",
    convention="alpha-beta: reduced and copied in one switch, n + 1 transfers of a shard",
    valid={"n >= 2": "nothing is reduced by one device"},
    domain={"n": (2, 1e4)},
)
def nvls_allreduce_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of an all-reduce whose sums are made in the switch (NVLS).

    Parameters
    ----------
    n : (...) array_like
        Devices of one NVLink domain, at least two.
    a : (...) array_like
        Latency from a device through the switch to another [s].
    S : (...) array_like
        Size of the buffer [byte].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return 2 * a + (n + 1) / n * S / B


@formula(
    "T = ceil(log2(n)) * (a + S / B)",
    source=_THAKUR,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: down a binomial tree, not pipelined",
    valid=_AMONG,
)
def tree_broadcast_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of a broadcast by a tree that sends the whole message at each level.

    Parameters
    ----------
    n : (...) array_like
        Devices, the root with them, at least one.
    a : (...) array_like
        Latency of one step [s].
    S : (...) array_like
        Size of the message [byte].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s].
    """
    return ceil(log2(n)) * (a + S / B)


@formula(
    "T = (sqrt((n - 2) * a) + sqrt(S / B))^2",
    source=_CHAN,
    kind="estimate",
    unit_in=_TIMES,
    unit_out="s",
    monotone="+++-",
    convention="alpha-beta: along a line of devices, in the number of pieces that is fastest",
    valid={"n >= 2": "a broadcast needs another device"},
    domain={"n": (2, 1e4)},
)
def pipelined_broadcast_seconds(n: Value, a: Value, S: Value, B: Value) -> Value:
    """Time of a broadcast that passes its message on in pieces.

    Of c pieces it takes (n - 2 + c) (a + S / (c B)), the least where c is
    sqrt((n - 2) S / (a B)).

    Parameters
    ----------
    n : (...) array_like
        Devices, the root with them, at least two.
    a : (...) array_like
        Latency of one step [s].
    S : (...) array_like
        Size of the message [byte].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        [s]: S / B in the limit without latency.
    """
    return (sqrt((n - 2) * a) + sqrt(S / B)) ** 2
