"""How long a collective takes, as a range, and how much of that a step sees.

Bytes and bounds are in `hwmodels.collectives`, algorithms in `hwmodels.collective_algorithms`,
what a training step sends in `hwmodels.parallelism`, and bubbles in `hwmodels.pipeline`; the names
that other packages take from here are those.
"""

from __future__ import annotations

from hwmodels.answer import Answer, Term
from hwmodels.bus_bandwidth import bus_factor
from hwmodels.collective_algorithms import ring_allreduce_seconds
from hwmodels.collectives import (
    allreduce_seconds_bound,
    nvls_allreduce_bytes,
    ring_allreduce_bytes,
)
from hwmodels.elementwise import Value, maximum
from hwmodels.formula import OutsideValidity, formula
from hwmodels.parallelism import zero_3_bytes_sent
from hwmodels.pipeline import pipeline_bubble, pipeline_bubble_of_ideal

__all__ = [
    "ACROSS_CALL_SECONDS",
    "BANDWIDTH_ONLY_FROM",
    "NODE_CALL_SECONDS",
    "NVLS_EFFICIENCY",
    "RING_EFFICIENCY",
    "allreduce_seconds_bound",
    "collective_seconds",
    "exposed",
    "pipeline_bubble",
    "pipeline_bubble_of_ideal",
    "ring_allreduce_bytes",
    "ring_allreduce_seconds",
    "unhidden_seconds_bound",
    "zero_3_bytes_sent",
]

Range = tuple[float, float]

_MEASURED = "Bekman, ML Engineering, network: all-reduce on nodes of 8 A100, H200 and B200"

BANDWIDTH_ONLY_FROM = 16 * 2**20
"""Smallest payload [byte] that is judged by bandwidth alone.

Below it the latency of a call weighs more than its bytes: nodes that reach 80 % of their link at
16 GiB show a third to a half of it at 16 MiB, and a hundredth at 32 KiB.
"""

RING_EFFICIENCY: Range = (0.74, 0.85)
"""Bus bandwidth of a ring over what the link carries in one direction, from 1 GiB up.

Bekman measured 0.78 on A100, 0.80 to 0.82 on H200 and 0.75 to 0.76 on B200.
"""

NVLS_EFFICIENCY: Range = (0.52, 0.70)
"""What a link carries in an all-reduce by NVLS, (n + 1) / n of the payload, over what it could.

Bekman measured 0.68 to 0.69 on 5 to 8 H200 and 0.60 on 6 to 8 B200, and 0.53 in an older run.
"""

NODE_CALL_SECONDS: Range = (18e-6, 190e-6)
"""What a call inside one node takes beyond its bytes [s]: 18 us at 32 KiB, 180 us at 64 MiB."""

ACROSS_CALL_SECONDS: Range = (90e-6, 500e-6)
"""What a call over four nodes takes beyond its bytes [s]: 98 us at 32 KiB, 450 us at 16 MiB."""


def collective_seconds(
    name: str,
    n: float,
    size: float,
    link: float,
    *,
    efficiency: Range | None = None,
    call: Range | None = None,
    in_network: bool = False,
) -> Answer:
    """Range of the time of one collective among devices with equal links.

    Parameters
    ----------
    name : str
        A key of `hwmodels.bus_bandwidth.COLLECTIVES`.
    n : float
        Devices, at least two.
    size : float
        Size as nccl-tests counts it [byte].
    link : float
        What one device can send, in one direction [byte/s].
    efficiency : (low, high), optional
        Share of the link that is reached; `RING_EFFICIENCY`, or `NVLS_EFFICIENCY` in the network.
    call : (low, high), optional
        What a call takes beyond its bytes [s]: `NODE_CALL_SECONDS` inside a node.  Left out, the
        bytes alone are counted.
    in_network : bool
        Whether the switch adds (NVLS); of all-reduce only.

    Raises
    ------
    OutsideValidity
        For a payload below `BANDWIDTH_ONLY_FROM` without the time of a call, for fewer than two
        devices, and for a switch that adds in a collective without sums.
    ValueError
        For a name that is none, or a share that is not between 0 and 1.
    """
    factor = bus_factor(name, n) if n >= 1 else 0.0
    if n < 2:
        raise OutsideValidity("a collective needs two devices")
    if call is None and size < BANDWIDTH_ONLY_FROM:
        raise OutsideValidity(
            f"{size / 2**20:g} MiB: below 16 MiB the latency of a call decides, and none was given"
        )
    carried = factor * size
    if in_network:
        if name != "all-reduce":
            raise OutsideValidity(f"{name} has no sum that a switch could make for all devices")
        carried = nvls_allreduce_bytes(n, size)
    least, most = efficiency or (NVLS_EFFICIENCY if in_network else RING_EFFICIENCY)
    if not 0 < least <= most <= 1:
        raise ValueError(f"efficiency runs from {least} to {most}, not between 0 and 1")
    fast, slow = call or (0.0, 0.0)
    wire = Term("bytes", carried / (most * link), carried / (least * link), "s")
    start = Term("latency", fast, slow, "s")
    where = "summed in the switch" if in_network else "done by the devices"
    return Answer(
        wire.low + start.low,
        wire.high + start.high,
        "s",
        "estimate",
        f"{name}, {where}, {100 * least:g} to {100 * most:g} % of the link in one direction"
        + (", latency left out" if call is None else ""),
        _MEASURED,
        (wire, start) if call is not None else (wire,),
    )


@formula(
    "X = max(C, H) - H",
    source="definition: what does not fit beside the work",
    kind="bound",
    unit_in={"C": "s", "H": "s"},
    unit_out="s",
    monotone="+-",
    convention="all of the work can hide it, and neither slows the other down",
)
def unhidden_seconds_bound(C: Value, H: Value) -> Value:
    """Least time that a step waits for its communication.

    Parameters
    ----------
    C : (...) array_like
        Communication [s].
    H : (...) array_like
        Work that it can run beside [s].

    Returns
    -------
    X : (...) ndarray or float
        [s].
    """
    return maximum(C, H) - H


def exposed(communication: Range, work: Range) -> Answer:
    """Between what time a step waits for its communication: with full overlap, and with none.

    Parameters
    ----------
    communication : (low, high)
        Its time on its own [s].
    work : (low, high)
        The work that it could run beside [s].

    Raises
    ------
    ValueError
        For a range upside down.
    """
    least, _ = unhidden_seconds_bound.interval(C=communication, H=work)
    return Answer(
        least,
        communication[1],
        "s",
        "bound",
        "from full overlap to none; each at the speed that it has on its own",
        "definition",
    )
