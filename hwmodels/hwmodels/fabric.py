"""A fabric of nodes: bounds and ranges of its collectives, and which links are the bottleneck."""

from __future__ import annotations

from dataclasses import dataclass

from hwmodels.answer import Answer, Term
from hwmodels.collectives import (
    allreduce_seconds_bound,
    exchange_seconds_bound,
    in_network_allreduce_seconds_bound,
)
from hwmodels.communication import BANDWIDTH_ONLY_FROM, RING_EFFICIENCY
from hwmodels.formula import OutsideValidity
from hwmodels.topology import (
    across_all_to_all_seconds_bound,
    across_allreduce_seconds_bound,
    across_rate,
)

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fabric:
    """Nodes with links inside, and a network between them.

    Attributes
    ----------
    devices : int
        Of a node: those that share an NVLink domain.
    inside : float
        What a device can send inside its node, in one direction [byte/s].
    across : float
        What a device can send to other nodes, in one direction [byte/s]: cards of a node times
        their rate over its devices.
    oversubscription : float
        Of the network where all nodes send at once; 1 for rails or a fat tree without blocking.
    """

    devices: int
    inside: float
    across: float
    oversubscription: float = 1.0

    def _checked(self, nodes: int) -> None:
        if nodes < 1 or nodes * self.devices < 2:
            raise OutsideValidity("a collective needs two devices")

    def allreduce_bound(self, nodes: int, size: float, *, in_network: bool = True) -> Answer:
        """Shortest time of an all-reduce over all devices of the nodes, by any algorithm.

        Parameters
        ----------
        nodes : int
            Nodes.
        size : float
            Size of the buffer [byte].
        in_network : bool
            Whether switches may add and copy, as those of NVLink 4 and of SHARP do.  Only a text
            that says the devices reduce excludes it: 8 H200 pass the bound without.

        Raises
        ------
        OutsideValidity
            For fewer than two devices.
        """
        self._checked(nodes)
        every = nodes * self.devices
        # A node as a whole sends through the links of its devices; each device through both.
        if in_network:
            by_node = in_network_allreduce_seconds_bound(nodes, size, self.devices * self.across)
            by_device = in_network_allreduce_seconds_bound(every, size, self.inside + self.across)
        else:
            by_node = across_allreduce_seconds_bound(nodes, size, self.devices, self.across)
            by_device = allreduce_seconds_bound(every, size, self.inside + self.across)
        terms = (
            Term("between nodes", by_node, by_node, "s"),
            Term("all links of a device", by_device, by_device, "s"),
        )
        who = "whoever reduces" if in_network else "reduced by the devices"
        return Answer(
            max(by_node, by_device),
            float("inf"),
            "s",
            "bound",
            f"latency left out; {who}; the slowest of its terms",
            across_allreduce_seconds_bound.source,
            terms,
        )

    def allreduce(
        self,
        nodes: int,
        size: float,
        *,
        efficiency: Range = RING_EFFICIENCY,
        call: Range | None = None,
    ) -> Answer:
        """Range of the time of a hierarchical all-reduce, its phases overlapped or in a row.

        Parameters
        ----------
        nodes : int
            Nodes.
        size : float
            Size of the buffer [byte].
        efficiency : (low, high)
            Share of the links that is reached.
        call : (low, high), optional
            What a call takes beyond its bytes [s], `hwmodels.communication.ACROSS_CALL_SECONDS`
            over nodes.  Left out, the bytes alone are counted.

        Returns
        -------
        Answer
            [s].  Its first term names the links that are the bottleneck.

        Raises
        ------
        OutsideValidity
            For fewer than two devices, and for a payload below 16 MiB without the time of a call.
        """
        self._checked(nodes)
        inside = allreduce_seconds_bound(self.devices, size, self.inside)
        across = self.oversubscription * across_allreduce_seconds_bound(
            nodes, size, self.devices, self.across
        )
        return _phases("hierarchical all-reduce", size, inside, across, efficiency, call)

    def all_to_all(
        self,
        nodes: int,
        size: float,
        *,
        efficiency: Range = RING_EFFICIENCY,
        call: Range | None = None,
    ) -> Answer:
        """Range of the time of an all-to-all, what stays in nodes beside what leaves, or after it.

        Over rails, where a card reaches only its like in other nodes, a message changes rail
        inside the node, so that the links inside carry as much as in one large node.

        Parameters
        ----------
        nodes : int
            Nodes.
        size : float
            What a device has to send, its own share with it [byte].
        efficiency : (low, high)
            Share of the links that is reached.
        call : (low, high), optional
            What a call takes beyond its bytes [s].  Left out, the bytes alone are counted.

        Returns
        -------
        Answer
            [s].  Its first term names the links that are the bottleneck.

        Raises
        ------
        OutsideValidity
            For fewer than two devices, and for a payload below 16 MiB without the time of a call.
        """
        self._checked(nodes)
        inside = exchange_seconds_bound(self.devices, size, self.inside)
        across = self.oversubscription * across_all_to_all_seconds_bound(nodes, size, self.across)
        return _phases("all-to-all over rails", size, inside, across, efficiency, call)


def _phases(
    name: str, size: float, inside: float, across: float, efficiency: Range, call: Range | None
) -> Answer:
    """From the longer phase at the best of the links to both in a row at the worst."""
    if call is None and size < BANDWIDTH_ONLY_FROM:
        raise OutsideValidity(
            f"{size / 2**20:g} MiB: below 16 MiB the latency of a call decides, and none was given"
        )
    least, most = efficiency
    if not 0 < least <= most <= 1:
        raise ValueError(f"efficiency runs from {least} to {most}, not between 0 and 1")
    fast, slow = call or (0.0, 0.0)
    terms = [
        Term(where, seconds / most, seconds / least, "s")
        for where, seconds in (("inside nodes", inside), ("between nodes", across))
    ]
    terms.sort(key=lambda term: -term.high)
    if call is not None:
        terms.append(Term("latency", fast, slow, "s"))
    return Answer(
        max(inside, across) / most + fast,
        (inside + across) / least + slow,
        "s",
        "estimate",
        f"{name}, {100 * least:g} to {100 * most:g} % of the links; from overlapped to in a row"
        + (", latency left out" if call is None else ""),
        across_rate.source,
        tuple(terms),
    )
