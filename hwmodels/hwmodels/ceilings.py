"""The largest rate and capacity that a name can mean, which no sound measurement passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hwmodels.accelerator import Accelerator, Peak, precision_name
from hwmodels.provenance import Sourced

DATASHEET_ROUNDING = 1.02
"""Room above a printed figure: datasheets round, and parts run a little above nominal."""
# Consumer cards are sold and shown above their reference clock: a 2.52 GHz part at 3.15 GHz.
_CONSUMER_CLOCK = 1.25


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A rate that no dense kernel passes.

    Attributes
    ----------
    value : float
        [FLOP/s], or [op/s] for integers.
    unit : str
    part : Accelerator
        The variant that has it.
    peak : Peak
        The dense peak that it was made from.
    verified : bool
        Whether every number behind it was checked.  Without a known clock it is False: a part
        that clocks higher than the printed peak assumes would pass it.
    text : str
        How it was made: "989.4 TFLOP/s × 1980/1830 MHz × 1.02".
    """

    value: float
    unit: str
    part: Accelerator
    peak: Peak
    verified: bool
    text: str


def dense_peak(parts: Iterable[Accelerator], precision: str) -> Peak | None:
    """Largest dense peak among variants; None where none has the precision."""
    peaks = [p.peak[w] for p in parts for w in _labels(precision)[:1] if w in p.peak]
    return max(peaks, key=lambda s: (s.value, s.verified)) if peaks else None


def dense_peak_range(parts: Iterable[Accelerator], precision: str) -> tuple[float, float] | None:
    """Smallest and largest dense peak among variants [FLOP/s]; None where none has it."""
    peaks = [p.peak[w].value for p in parts for w in _labels(precision)[:1] if w in p.peak]
    return (min(peaks), max(peaks)) if peaks else None


def _labels(precision: str) -> tuple[str, ...]:
    """What a label may stand for, itself first: TF32 is often printed as FP32."""
    name = precision_name(precision)
    return {"": (), "fp32": ("fp32", "tf32"), "half": ("fp16", "bf16")}.get(name, (name,))


def hard_peak(parts: Iterable[Accelerator], precision: str) -> Ceiling | None:
    """Rate that no dense kernel on any of the variants can pass.

    The largest peak that the label may hide (TF32 behind "FP32", 16-bit accumulation on consumer
    parts), at the highest clock, with room for rounding in the datasheet.

    Returns
    -------
    Ceiling or None
        None where no variant has the precision.
    """
    found = [
        _ceiling(part, label)
        for part in parts
        for label in _labels(precision)
        if label in part.peak
    ]
    return max(found, key=lambda c: (c.value, c.verified)) if found else None


def _ceiling(part: Accelerator, precision: str) -> Ceiling:
    peak = part.peak[precision]
    value = peak.value * DATASHEET_ROUNDING
    text = f"{peak.value / 1e12:g} T{peak.unit.replace('op', 'OP')}"
    spec, fastest = part.clock_spec, part.clock_max
    verified = peak.verified and spec is not None and fastest is not None
    if spec is not None and fastest is not None and fastest.value > spec.value:
        value *= fastest.value / spec.value
        text += f" × {fastest.value / 1e6:g}/{spec.value / 1e6:g} MHz"
        verified = verified and fastest.verified and spec.verified
    if part.consumer:
        value *= _CONSUMER_CLOCK
        text += f" × {_CONSUMER_CLOCK:g} overclocked"
    if part.accumulate_16 > 1 and precision in ("fp16", "fp8"):
        value *= part.accumulate_16
        text += f" × {part.accumulate_16:g} with 16-bit accumulation"
    return Ceiling(value, peak.unit, part, peak, verified, f"{text} × {DATASHEET_ROUNDING:g}")


def most_capacity(parts: Iterable[Accelerator]) -> Sourced | None:
    """Largest memory among variants that state can be put in [byte].

    Where a part reaches coherent memory beyond its own, that counts: what is above its own memory
    may be there.
    """
    held = [_held(p) for p in parts]
    return max(held, key=lambda s: (s.value, s.verified)) if held else None


def _held(part: Accelerator) -> Sourced:
    own, more = part.capacity, part.reachable
    if more is None:
        return own
    return Sourced(own.value + more.value, own.unit, more.source, own.verified and more.verified,
                   f"{own.value:.4g} byte of its own, and {more.note or 'more beyond it'}")  # fmt: skip
