"""Whether something fits into a device, by how much, and what would make it fit.

The number on the label counts in GiB; what a program can use of it is less, by a context, a
communication library and what the allocator cannot join.  A proof that something does not fit
compares with the most that a device holds; that it fits is only ever an estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from hwmodels.activations import Recompute
from hwmodels.answer import Answer
from hwmodels.catalog import Accelerator
from hwmodels.elementwise import Value, maximum
from hwmodels.formula import formula
from hwmodels.layout import Batch, Decoder, Layout
from hwmodels.optimizers import Recipe
from hwmodels.training_memory import training_bytes, training_memory, training_memory_bound

_OVERHEAD = (
    "Bekman, ML Engineering, training/performance: CUDA context 0.5 to 2 GiB, NCCL 1 to 2 GiB"
)

CONTEXT = (0.5 * 2.0**30, 2 * 2.0**30)
"""What a context takes [byte], low and high."""
COMMUNICATION = (1 * 2.0**30, 2 * 2.0**30)
"""What a communication library takes on top [byte], low and high."""


@formula(
    "U = max(C - x, 0)",
    source=_OVERHEAD,
    kind="estimate",
    unit_in={"C": "byte", "x": "byte"},
    unit_out="byte",
    monotone="+-",
    coefficients={"0": "byte"},
    convention="context and communication library; fragmentation left out",
)
def usable_bytes(C: Value, x: Value) -> Value:
    """What a program can allocate of the memory of a device.

    Parameters
    ----------
    C : (...) array_like
        Capacity: the label in GiB [byte].
    x : (...) array_like
        What is taken before it begins: `CONTEXT`, and `COMMUNICATION` on several devices [byte].

    Returns
    -------
    U : (...) ndarray or float
        [byte].
    """
    return maximum(C - x, 0.0)


class Verdict(StrEnum):
    """How a need compares with a device."""

    FITS = "fits"
    UNCERTAIN = "uncertain"
    SHORT = "does not fit"
    IMPOSSIBLE = "cannot fit"


@dataclass(frozen=True, slots=True)
class Room:
    """Memory of one device, as printed, as built and as usable [byte].

    Attributes
    ----------
    label : float
        The number on the label in GB.
    capacity : float
        The same number in GiB: the most that there is, and what a proof compares with.
    usable : tuple of float
        Low and high, an estimate.
    """

    label: float
    capacity: float
    usable: tuple[float, float]

    @classmethod
    def of(cls, gigabytes: float, *, devices: int = 2) -> Room:
        """Room of a part whose label says so many GB.

        Parameters
        ----------
        gigabytes : float
            "80" of an "80 GB" part.
        devices : int
            How many take part: a single one needs no communication library.

        Raises
        ------
        ValueError
            Where there is no memory or no device.
        """
        return cls._made(gigabytes * 1e9, gigabytes * 2.0**30, devices)

    @classmethod
    def of_part(cls, part: Accelerator, *, devices: int = 2) -> Room:
        """Room of a part of the catalogue, which knows what is built in where it is no round number.

        Parameters
        ----------
        part : Accelerator
        devices : int
            How many take part.
        """
        return cls._made(part.label_bytes, part.capacity.value, devices)

    @classmethod
    def _made(cls, label: float, capacity: float, devices: int) -> Room:
        if not label > 0 or devices < 1:
            raise ValueError("a device has memory, and there is at least one")
        taken = [
            c + (n if devices > 1 else 0.0) for c, n in zip(CONTEXT, COMMUNICATION, strict=True)
        ]
        return cls(
            label,
            capacity,
            (usable_bytes(capacity, taken[1]), usable_bytes(capacity, taken[0])),
        )


@dataclass(frozen=True, slots=True)
class Fitting:
    """A need against a room.

    Attributes
    ----------
    verdict : Verdict
    margin : tuple of float
        What is left, low and high; negative where it is short [byte].  Of a bound the high one is
        what is left of the whole capacity.
    need : Answer
    """

    verdict: Verdict
    margin: tuple[float, float]
    need: Answer


def compare(need: Answer, room: Room) -> Fitting:
    """A need against a room; only a bound above the capacity cannot fit.

    Parameters
    ----------
    need : Answer
        [byte], a bound or an estimate.
    room : Room

    Raises
    ------
    ValueError
        For a need that is not in bytes.
    """
    if need.unit != "byte":
        raise ValueError(f"a need is in bytes, not in {need.unit}")
    if need.kind != "estimate" and need.low > room.capacity:
        verdict = Verdict.IMPOSSIBLE
    elif need.low > room.usable[1]:
        verdict = Verdict.SHORT
    elif need.high <= room.usable[0]:
        verdict = Verdict.FITS
    else:
        verdict = Verdict.UNCERTAIN
    most = room.usable[1] if need.kind == "estimate" else room.capacity
    return Fitting(verdict, (room.usable[0] - need.high, most - need.low), need)


def training_fit(
    model: Decoder, layout: Layout, batch: Batch, recipe: Recipe, room: Room
) -> Fitting:
    """A training run against a room: the proof where there is one, else the estimate."""
    proof = compare(training_memory_bound(model, layout, recipe), room)
    if proof.verdict is Verdict.IMPOSSIBLE:
        return proof
    return compare(training_memory(model, layout, batch, recipe), room)


@dataclass(frozen=True, slots=True)
class Way:
    """A change that makes a run fit.

    Attributes
    ----------
    name : str
        "ZeRO-3", "256 devices".
    value : float
        The number that was solved for.
    layout : Layout
    batch : Batch
    need : float
        High estimate of the peak then [byte].
    """

    name: str
    value: float
    layout: Layout
    batch: Batch
    need: float


def ways_to_fit(
    model: Decoder, layout: Layout, batch: Batch, recipe: Recipe, room: Room
) -> Iterator[Way]:
    """Changes that would each make a run fit for sure, solved from the model.

    Full recomputation, the lowest ZeRO stage above the present one (with recomputation where
    neither is enough alone), the fewest devices, the narrowest wider tensor parallelism, the largest
    micro-batch and the longest sequence.  What fits already gives nothing.

    Parameters
    ----------
    model : Decoder
    layout : Layout
    batch : Batch
    recipe : Recipe
    room : Room

    Yields
    ------
    Way
        Only changes that lead below the low estimate of what is usable.
    """
    limit = room.usable[0]

    def need(layout: Layout, batch: Batch) -> float:
        return float(training_bytes(model, layout, batch, recipe)[1])

    if need(layout, batch) <= limit:
        return
    lean = replace(batch, recompute=Recompute.FULL)
    # Recomputation joins another change only where it is needed and not enough.
    joins = batch.recompute is not Recompute.FULL
    if joins and (bytes_ := need(layout, lean)) <= limit:
        yield Way("full recomputation", 1, layout, lean, bytes_)
        joins = False
    for stage in range(layout.zero + 1, 4):
        changed = replace(layout, zero=stage)
        if (bytes_ := need(changed, batch)) <= limit:
            yield Way(f"ZeRO-{stage}", stage, changed, batch, bytes_)
            break
        if joins and (bytes_ := need(changed, lean)) <= limit:
            yield Way(f"ZeRO-{stage} and full recomputation", stage, changed, lean, bytes_)
            break
    if layout.zero and layout.shards is None:
        found = _least(lambda d: need(replace(layout, data=d), batch) <= limit, float(layout.data))
        if found is not None:
            changed = replace(layout, data=found)
            yield Way(f"{changed.devices:g} devices", float(changed.devices), changed, batch, need(changed, batch))  # fmt: skip
    wider = float(layout.tensor)
    while (wider := 2 * wider) <= float(model.kv_heads):
        changed = replace(layout, tensor=wider)
        if (bytes_ := need(changed, batch)) <= limit:
            yield Way(f"tensor parallelism of {wider:g}", wider, changed, batch, bytes_)
            break
    b = _most(lambda x: need(layout, replace(batch, micro_batch=x)) <= limit, float(batch.micro_batch))  # fmt: skip
    if b is not None:
        fewer = replace(batch, micro_batch=b)
        yield Way(f"{b:g} sequences a micro-batch", b, layout, fewer, need(layout, fewer))
    s = _most(lambda x: need(layout, replace(batch, sequence=x)) <= limit, float(batch.sequence))
    if s is not None:
        shorter = replace(batch, sequence=s)
        yield Way(f"sequences of {s:g}", s, layout, shorter, need(layout, shorter))


def largest_micro_batch(
    model: Decoder, layout: Layout, batch: Batch, recipe: Recipe, room: Room, *, most: int = 65536
) -> int:
    """Sequences of a micro-batch that fit by the high estimate; 0 where not even one does."""

    def holds(b: float) -> bool:
        high = training_bytes(model, layout, replace(batch, micro_batch=b), recipe)[1]
        return float(high) <= room.usable[0]

    return int(_most(holds, float(most) + 1) or 0)


def longest_sequence(
    model: Decoder, layout: Layout, batch: Batch, recipe: Recipe, room: Room, *, most: int = 2**24
) -> int:
    """Positions of a sequence that fit by the high estimate; 0 where not even one does."""

    def holds(s: float) -> bool:
        high = training_bytes(model, layout, replace(batch, sequence=s), recipe)[1]
        return float(high) <= room.usable[0]

    return int(_most(holds, float(most) + 1) or 0)


_MOST_REPLICAS = 2.0**20


def _least(holds: Callable[[float], bool], above: float) -> float | None:
    """Smallest whole number above one at which something that stays true is true."""
    low, high = above, 2 * above
    while not holds(high):
        low, high = high, 2 * high
        if high > _MOST_REPLICAS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _most(holds: Callable[[float], bool], below: float) -> float | None:
    """Largest whole number below one at which something that stays false is not yet false."""
    low, high = 1.0, below
    if below <= 1 or not holds(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
