"""The types that every other layer reads: Quantity, Reading, Kind, Qualifier."""

from __future__ import annotations

import math
from enum import StrEnum

from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal
from tanaka.records import dataclass


class Kind(StrEnum):
    """What a quantity measures.  The names are those of the JSON output."""

    PEAK_COMPUTE = "peak_compute"
    ACHIEVED_COMPUTE = "achieved_compute"
    MEMORY_CAPACITY = "memory_capacity"
    MEMORY_BANDWIDTH = "memory_bandwidth"
    LINK_BANDWIDTH = "link_bandwidth"
    PARAM_COUNT = "param_count"
    TOKEN_COUNT = "token_count"
    BATCH_SIZE = "batch_size"
    SEQ_LEN = "seq_len"
    GPU_COUNT = "gpu_count"
    NODE_COUNT = "node_count"
    DEGREE = "degree"
    LATENCY = "latency"
    THROUGHPUT = "throughput"
    SPEEDUP = "speedup"
    UTILIZATION = "utilization"
    ENERGY = "energy"
    POWER = "power"
    COST = "cost"
    DURATION = "duration"
    ACCURACY = "accuracy"
    OTHER = "other"
    LEARNING_RATE = "learning_rate"
    HYPERPARAMETER = "hyperparameter"
    PROCESS_NODE = "process_node"


class Qualifier(StrEnum):
    """How the author hedges a number."""

    EXACT = "exact"
    APPROX = "approx"
    MAX = "max"
    MIN = "min"
    LT = "lt"
    GT = "gt"
    MEAN = "mean"
    RANGE = "range"
    LIST = "list"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit and the intervals that its print and its hedge allow.

    Attributes
    ----------
    value : float or tuple of float
        In base units; the two ends for a range.
    nominal, hard : Interval
        In base units.  ``nominal`` is shown; only ``hard`` may carry a proof.
    unit : str
        Base unit ("byte/s"), "1" for counts, ratios and shares.
    shown_unit : str
        The unit as written ("GB/s"), "%" and "×" included.
    scale : float
        Base units in one shown unit.
    literal : Literal
        The digits as printed, in shown units.
    qualifier : Qualifier
    count : bool
        Whether it is an exact integer count, of width zero.
    """

    value: float | tuple[float, ...]
    nominal: Interval
    hard: Interval
    unit: str
    shown_unit: str
    scale: float
    literal: Literal
    qualifier: Qualifier
    count: bool = False

    @property
    def point(self) -> float:
        """One value: the middle for a range."""
        if isinstance(self.value, tuple):
            return sum(self.value) / len(self.value)
        return self.value

    @property
    def hedged(self) -> bool:
        """Whether the author said "about" or the like."""
        return self.qualifier in (Qualifier.APPROX, Qualifier.ORDER)

    @property
    def bounded(self) -> bool:
        """Whether the author gave a value, and not only a bound on it."""
        return math.isfinite(self.nominal.low) and math.isfinite(self.nominal.high)

    @property
    def shown(self) -> str:
        """The number and unit for a message: "450 TFLOP/s", "2.3×", "41%", "512"."""
        digits = self.literal.text.replace("{", "").replace("}", "").strip()
        if isinstance(self.value, tuple):
            digits = "–".join(f"{v / self.scale:g}" for v in self.value)
        if self.shown_unit in ("", "1"):
            return digits
        glue = "" if self.shown_unit in ("%", "×", "K", "M", "B", "T") and self.unit == "1" else " "
        return f"{digits}{glue}{self.shown_unit}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A quantity found in plain text, with where it stands there.

    Attributes
    ----------
    start, end : int
        The whole surface, unit and counted noun included.
    literal_start, literal_end : int
        The digits alone: what a fix replaces.
    quantity : Quantity
    kind : Kind
    noun : str
        What is counted ("gpu", "node", "layer", "micro-batch"), or "".
    per : str
        "gpu", "node", "token", ... for "per GPU" and "each"; "" where nothing is said.
    series : int
        Readings of one list ("2.8, 3.7 and 9.5 TFLOPS") or one span ("from 420 to 140 ms") share a
        positive number within their text; 0 where a reading stands alone.
    """

    start: int
    end: int
    literal_start: int
    literal_end: int
    quantity: Quantity
    kind: Kind
    noun: str = ""
    per: str = ""
    series: int = 0
