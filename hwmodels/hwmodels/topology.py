"""Collectives over nodes: fast links inside, slower ones between, and what a switch fabric carries.

g devices make a node, k nodes the job.  O is what a device sends to other nodes in one direction:
its own network card, or its share of the cards of the node.
"""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_HIERARCHY = "Bekman, ML Engineering, network, on how inter-node speed depends on intra-node speed"
_RING = "Patarasuk and Yuan, Bandwidth optimal all-reduce, JPDC 69(2), 2009; nodes as devices"
_FAT_TREE = "Al-Fares et al., A scalable, commodity data center network architecture, SIGCOMM 2008"
_CUT = "Dally and Towles, Principles and Practices of Interconnection Networks, 2004"

_NODES = {"k >= 1": "a job needs a node", "g >= 1": "a node needs a device"}


@formula(
    "T = 2 * (k - 1) / k * S / (g * O)",
    source=_RING,
    kind="bound",
    unit_in={"k": "1", "S": "byte", "g": "1", "O": "byte/s"},
    unit_out="s",
    monotone="++--",
    convention="latency left out; reduced by the devices, not in the network",
    valid=_NODES,
)
def across_allreduce_seconds_bound(k: Value, S: Value, g: Value, O: Value) -> Value:  # noqa: E741
    """Shortest time that an all-reduce keeps the links between nodes busy.

    Parameters
    ----------
    k : (...) array_like
        Nodes, at least one.
    S : (...) array_like
        Size of the buffer [byte].
    g : (...) array_like
        Devices of a node, each with its share of what leaves the node.
    O : (...) array_like
        What a device can send to other nodes, in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s].
    """
    return 2 * (k - 1) / k * S / (g * O)


@formula(
    "r = u * (k - 1) / (g * k - 1)",
    source=_HIERARCHY,
    kind="identity",
    unit_in={"u": "byte/s", "k": "1", "g": "1"},
    unit_out="byte/s",
    monotone="++-",
    convention="hierarchical; all of the time charged to the links between nodes",
    valid=_NODES | {"g * k > 1": "one device sends nothing"},
    domain={"k": (2, 1e4)},
)
def across_rate(u: Value, k: Value, g: Value) -> Value:
    """What a device sends to other nodes during an all-reduce of a reported bus bandwidth.

    Parameters
    ----------
    u : (...) array_like
        Bus bandwidth by nccl-tests [byte/s].
    k : (...) array_like
        Nodes.
    g : (...) array_like
        Devices of a node.

    Returns
    -------
    r : (...) ndarray or float
        [byte/s], to be held against the network card; the bus bandwidth is not.
    """
    return u * (k - 1) / (g * k - 1)


@formula(
    "T = (k - 1) / k * S / O",
    source=_CUT,
    kind="bound",
    unit_in={"k": "1", "S": "byte", "O": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="latency left out; equal messages to all devices",
    valid={"k >= 1": "a job needs a node"},
)
def across_all_to_all_seconds_bound(k: Value, S: Value, O: Value) -> Value:  # noqa: E741
    """Shortest time that an all-to-all keeps the links between nodes busy.

    Parameters
    ----------
    k : (...) array_like
        Nodes, at least one.
    S : (...) array_like
        What a device has to send, its own share with it [byte].
    O : (...) array_like
        What a device can send to other nodes, in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s].
    """
    return (k - 1) / k * S / O


@formula(
    "C = n * O / (2 * o)",
    source=_CUT,
    kind="identity",
    unit_in={"n": "1", "O": "byte/s", "o": "1"},
    unit_out="byte/s",
    monotone="++-",
    convention="in one direction; half of the devices on each side",
    valid={"o >= 1": "an oversubscription below one is none"},
)
def bisection_bandwidth(n: Value, O: Value, o: Value) -> Value:  # noqa: E741
    """What crosses the middle of a fabric.

    Parameters
    ----------
    n : (...) array_like
        Devices.
    O : (...) array_like
        What a device can send into the fabric, in one direction [byte/s].
    o : (...) array_like
        Oversubscription: what enters over what passes; 1 for a fat tree without blocking.

    Returns
    -------
    C : (...) ndarray or float
        [byte/s].
    """
    return n * O / (2 * o)


@formula(
    "T = (n^2 - 1) / (4 * n) * S / C",
    source=_CUT,
    kind="bound",
    unit_in={"n": "1", "S": "byte", "C": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="latency left out; equal messages to all devices; exact for an odd number",
    valid={"n >= 1": "a collective needs a device"},
)
def bisection_all_to_all_seconds_bound(n: Value, S: Value, C: Value) -> Value:
    """Shortest time of an all-to-all through the middle of a fabric.

    Of the n devices (n - 1) / 2 send at least (n + 1) / 2 of n equal messages to the other side.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    S : (...) array_like
        What a device has to send, its own share with it [byte].
    C : (...) array_like
        Bisection bandwidth in one direction [byte/s].

    Returns
    -------
    T : (...) ndarray or float
        A lower bound [s].
    """
    return (n**2 - 1) / (4 * n) * S / C


@formula(
    "b = O / o",
    source=_FAT_TREE,
    kind="identity",
    unit_in={"O": "byte/s", "o": "1"},
    unit_out="byte/s",
    monotone="+-",
    convention="all devices under a switch send out of it at once",
    valid={"o >= 1": "an oversubscription below one is none"},
)
def oversubscribed_bandwidth(O: Value, o: Value) -> Value:  # noqa: E741
    """What is left to each device where all send past an oversubscribed switch.

    Parameters
    ----------
    O : (...) array_like
        What a device can send into the fabric, in one direction [byte/s].
    o : (...) array_like
        Oversubscription of the switch.

    Returns
    -------
    b : (...) ndarray or float
        [byte/s].
    """
    return O / o


@formula(
    "n = r^2 / 2",
    source=_FAT_TREE,
    kind="identity",
    unit_in={"r": "1"},
    unit_out="1",
    monotone="+",
    convention="leaf and spine, no blocking",
)
def two_tier_ports(r: Value) -> Value:
    """Ports of a fat tree of two tiers.

    Parameters
    ----------
    r : (...) array_like
        Ports of a switch.

    Returns
    -------
    n : (...) ndarray or float
        Ports for hosts.
    """
    return r**2 / 2


@formula(
    "n = r^3 / 4",
    source=_FAT_TREE,
    kind="identity",
    unit_in={"r": "1"},
    unit_out="1",
    monotone="+",
    convention="three tiers, no blocking",
)
def three_tier_ports(r: Value) -> Value:
    """Ports of a fat tree of three tiers.

    Parameters
    ----------
    r : (...) array_like
        Ports of a switch.

    Returns
    -------
    n : (...) ndarray or float
        Ports for hosts.
    """
    return r**3 / 4
