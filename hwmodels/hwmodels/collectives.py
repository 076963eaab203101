"""What collectives send, and the least time and bytes that any algorithm can do with.

S is always the size that nccl-tests prints: the whole buffer of an all-reduce, a broadcast or an
all-to-all on one device, and the n shards together of a reduce-scatter or an all-gather.  B is
what one device can send in one direction, half of the total that vendors print for a link.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, minimum
from hwmodels.formula import formula

_RING = "Patarasuk and Yuan, Bandwidth optimal all-reduce, JPDC 69(2), 2009"
_CHAN = "Chan et al., Collective communication: theory, practice, and experience, CCPE 19, 2007"
_NVLS = "NVIDIA, Upgrading Multi-GPU Interconnectivity with the Third-Generation NVSwitch, 2022"

_AMONG = {"n >= 1": "a collective needs a device"}


@formula(
    "W = 2 * (n - 1) / n * S",
    source=_RING,
    kind="bound",
    unit_in={"n": "1", "S": "byte"},
    unit_out="byte",
    monotone="++",
    convention="reduced by the devices, not in the network",
    valid=_AMONG,
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
    "W = min(2 * (n - 1) / n, 1) * S",
    source=_NVLS,
    kind="bound",
    unit_in={"n": "1", "S": "byte"},
    unit_out="byte",
    monotone="++",
    convention="whoever reduces and copies, the devices or the switches",
    valid=_AMONG,
)
def allreduce_bytes_bound(n: Value, S: Value) -> Value:
    """Least that each device sends in an all-reduce, even where switches add and copy.

    What a device holds has to leave it once, and the sum has to come in once.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    S : (...) array_like
        Size of the buffer that is reduced [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte] in each direction.
    """
    return minimum(2 * (n - 1) / n, 1) * S


@formula(
    "W = (n + 1) / n * S",
    source=_NVLS,
    kind="identity",
    unit_in={"n": "1", "S": "byte"},
    unit_out="byte",
    monotone="-+",
    convention="as NVLS does it: n + 1 transfers of a shard where a ring takes 2 (n - 1)",
    valid={"n >= 2": "nothing is reduced by one device"},
    domain={"n": (2, 1e4)},
)
def nvls_allreduce_bytes(n: Value, S: Value) -> Value:
    """Bytes that each device sends in an all-reduce whose sums are made in the switch.

    Parameters
    ----------
    n : (...) array_like
        Devices of one NVLink domain, at least two.
    S : (...) array_like
        Size of the buffer that is reduced [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte]: all of its own data, and the shard whose sum it hands to the others.
    """
    return (n + 1) / n * S


@formula(
    "W = (n - 1) / n * S",
    source=_CHAN,
    kind="bound",
    unit_in={"n": "1", "S": "byte"},
    unit_out="byte",
    monotone="++",
    convention="S is the n shards together",
    valid=_AMONG,
)
def exchange_bytes(n: Value, S: Value) -> Value:
    """Bytes that pass the link of each device in a reduce-scatter, an all-gather or an all-to-all.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    S : (...) array_like
        Size of the n shards together [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte].  A ring sends and receives just this.  A switch that adds or copies spares one
        direction only: the shards of the others still leave, or come in.
    """
    return (n - 1) / n * S


@formula(
    "T = 2 * (n - 1) / n * S / B",
    source=_RING,
    kind="bound",
    unit_in={"n": "1", "S": "byte", "B": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="latency left out; reduced by the devices, not in the network",
    valid=_AMONG,
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
    "T = min(2 * (n - 1) / n, 1) * S / B",
    source=_NVLS,
    kind="bound",
    unit_in={"n": "1", "S": "byte", "B": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="latency left out; whoever reduces and copies, the devices or the switches",
    valid=_AMONG,
)
def in_network_allreduce_seconds_bound(n: Value, S: Value, B: Value) -> Value:
    """Shortest time of an all-reduce, even where switches add and copy.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    S : (...) array_like
        Size of the buffer [byte].
    B : (...) array_like
        What one device can send, in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s].  A bus bandwidth may pass the link by 2 (n - 1) / n under it.
    """
    return minimum(2 * (n - 1) / n, 1) * S / B


@formula(
    "T = (n - 1) / n * S / B",
    source=_CHAN,
    kind="bound",
    unit_in={"n": "1", "S": "byte", "B": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="latency left out; S is the n shards together",
    valid=_AMONG,
)
def exchange_seconds_bound(n: Value, S: Value, B: Value) -> Value:
    """Shortest time of a reduce-scatter, an all-gather or an all-to-all.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    S : (...) array_like
        Size of the n shards together [byte].
    B : (...) array_like
        What one device can send, in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s], with or without switches that add and copy.
    """
    return (n - 1) / n * S / B


@formula(
    "T = S / B",
    source=_CHAN,
    kind="bound",
    unit_in={"S": "byte", "B": "byte/s"},
    unit_out="s",
    monotone="+-",
    convention="latency left out",
)
def transfer_seconds_bound(S: Value, B: Value) -> Value:
    """Shortest time of a message from one device to another, a broadcast or a reduction to a root.

    Parameters
    ----------
    S : (...) array_like
        Size of the message [byte].
    B : (...) array_like
        What one device can send, in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s]: all of it leaves, or enters, one device.
    """
    return S / B
