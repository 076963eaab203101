"""What a training step is of: the shape of a model, its layout over devices, the machine.

Each field is a number, or an array where a sweep is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hwmodels.catalog import find
from hwmodels.elementwise import Value, is_number
from hwmodels.formula import OutsideValidity

if TYPE_CHECKING:
    from hwmodels.catalog import Accelerator
    from hwmodels.models import Model

RECOMPUTATIONS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"none": (0.0, 0.0), "selective": (0.0, 1.0), "half": (0.5, 0.0), "full": (1.0, 1.0)}
)
"""Share of the forward products, and of attention, that the backward pass computes again.

"selective" is Korthikanti's (attention alone), "half" keeps attention and every second product.
"""

SHARDINGS = ("replicated", "zero-1", "zero-2", "zero-3")


@dataclass(frozen=True, slots=True)
class Shape:
    """A decoder-only transformer as a step sees it; numbers, or arrays for a sweep.

    Attributes
    ----------
    layers, hidden, heads, kv_heads, head_size : Value
    feed_forward : Value
        Width of one feed-forward block.
    matrices : Value
        Products of a block: 3 with a gate, else 2.
    vocabulary : Value
        Rows of the output layer.
    tied : bool
        Whether the input table is the output layer.
    experts, active : Value
        Blocks of a layer, and how many of them a token goes through; 1 and 1 where dense.
    """

    layers: Value
    hidden: Value
    heads: Value
    kv_heads: Value
    head_size: Value
    feed_forward: Value
    matrices: Value
    vocabulary: Value
    tied: bool = False
    experts: Value = 1
    active: Value = 1

    @classmethod
    def of(cls, model: Model) -> Shape:
        """Shape of a public model (`hwmodels.models.find_model`).

        Raises
        ------
        OutsideValidity
            For a model whose layers are not alike: latent attention, experts beside dense layers
            or shared ones, relative positions.
        """
        if not model.uniform or model.relative:
            raise OutsideValidity(f"{model.name}: its layers are not plain and alike")
        return cls(
            model.layers.value,
            model.hidden.value,
            model.heads.value,
            model.kv_heads.value,
            model.head_size.value,
            model.feed_forward.value,
            model.matrices,
            model.vocabulary.value,
            model.tied,
            model.experts.value if model.experts else 1,
            model.active.value if model.active else 1,
        )

    def layer_parameters(self, blocks: Value) -> Value:
        """Parameters of the products of one layer with a number of feed-forward blocks."""
        wide = self.heads * self.head_size + self.kv_heads * self.head_size
        return self.hidden * (2 * wide + blocks * self.matrices * self.feed_forward)

    @property
    def in_products(self) -> Value:
        """Parameters that one token is multiplied with, the output layer too [parameter]."""
        return self.layers * self.layer_parameters(self.active) + self.head

    @property
    def head(self) -> Value:
        """Parameters of the output layer [parameter]."""
        return self.vocabulary * self.hidden

    @property
    def stored(self) -> Value:
        """Parameters that are kept, norms and biases left out [parameter]."""
        tables = self.head if self.tied else 2 * self.head
        return self.layers * self.layer_parameters(self.experts) + tables


@dataclass(frozen=True, slots=True)
class Layout:
    """How a step is split over devices, and what it recomputes; numbers, or arrays for a sweep.

    Attributes
    ----------
    sequence : Value
        Tokens of a sample.
    micro_batch : Value
        Samples that go through together on one device group.
    micro_batches : Value
        Of a step, on each replica.
    tensor, pipeline, chunks, context, replicas, experts : Value
        Degrees of tensor, pipeline (and chunks a stage), context, data and expert parallelism.
        Expert-parallel devices are taken from the replicas.
    recomputation : str
        One of `RECOMPUTATIONS`.
    attention : str
        "scores" where the score matrix goes through memory, else "flash-1", "flash-2", "flash-3".
    sharding : str
        One of `SHARDINGS`.
    sequence_parallel : bool
        Whether norms and dropout are split among the tensor-parallel devices.
    overlapped : bool
        Whether communication runs beside the work.
    execution : str
        "fused" (Megatron, Transformer Engine, compiled) or "eager".
    """

    sequence: Value
    micro_batch: Value = 1
    micro_batches: Value = 1
    tensor: Value = 1
    pipeline: Value = 1
    chunks: Value = 1
    context: Value = 1
    replicas: Value = 1
    experts: Value = 1
    recomputation: str = "none"
    attention: str = "flash-2"
    sharding: str = "zero-1"
    sequence_parallel: bool = True
    overlapped: bool = True
    execution: str = "fused"

    def __post_init__(self) -> None:
        for name, known in (
            ("recomputation", tuple(RECOMPUTATIONS)),
            ("sharding", SHARDINGS),
            ("execution", ("fused", "eager")),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}")
        for name in (
            "sequence", "micro_batch", "micro_batches", "tensor", "pipeline", "chunks", "context",
            "replicas", "experts",
        ):  # fmt: skip
            if not at_least_one(getattr(self, name)):
                raise OutsideValidity(f"training_step: {name} is at least 1")

    @property
    def devices(self) -> Value:
        """Devices of the run [device]."""
        return self.tensor * self.pipeline * self.context * self.replicas

    @property
    def tokens(self) -> Value:
        """Tokens of a step [token]."""
        return self.micro_batches * self.micro_batch * self.sequence * self.replicas


@dataclass(frozen=True, slots=True)
class Machine:
    """What the devices can do; numbers, or arrays for a sweep.

    Attributes
    ----------
    peak : Value
        At the precision of the products [FLOP/s/device].
    sustained : Value
        Best product that was measured, over the peak.
    bandwidth : Value
        Of memory [byte/s].
    link : Value
        Scale-up link of a device in one direction [byte/s].
    network : Value
        Share of a device in its node's network, in one direction [byte/s].
    node : Value
        Devices that the scale-up link reaches.
    family : str
        Of the part, for the share that attention reaches.
    """

    peak: Value
    sustained: Value
    bandwidth: Value
    link: Value
    network: Value
    node: Value
    family: str

    @classmethod
    def of(
        cls, part: Accelerator, network: float, node: float = 8, precision: str = "bf16"
    ) -> Machine:
        """Machine of one part of the catalogue.

        Parameters
        ----------
        part : Accelerator
        network : float
            Share of a device in its node's network, in one direction [byte/s].
        node : float
            Devices that the scale-up link reaches.
        precision : str
            Of the products.

        Raises
        ------
        RateError
            For a precision that the part does not have.
        OutsideValidity
            For a part without a measured ceiling or a link: say them yourself.
        """
        peak = part.rate(precision)
        if part.link is None:
            raise OutsideValidity(f"{part.name} has no scale-up link")
        return cls(
            peak.value,
            sustained(part, precision),
            part.bandwidth.value,
            part.link.value,
            network,
            node,
            part.family,
        )


# Variants of one die at one peak; only the first has a published ceiling.
_SAME_DIE = {
    "A100": "a100-sxm4-80gb", "A800": "a100-sxm4-80gb", "H800": "h100-sxm5-80gb",
}  # fmt: skip


def sustained(part: Accelerator, precision: str) -> float:
    """Best matrix product that was measured on a part, over its printed peak.

    At 16 bits either format stands for both: products run at one rate.

    Raises
    ------
    RateError
        For a precision that the part does not have.
    OutsideValidity
        For a part of which no measurement is in the catalogue, nor of its die at the same peak.
    """
    peak = part.rate(precision)
    key = {"fp16": "bf16"}.get(precision, precision)
    found = part.measured.get(key)
    if found is None and part.family in _SAME_DIE:
        (like,) = find(_SAME_DIE[part.family])
        if key in like.peak and like.peak[key].value == peak.value:
            found = like.measured.get(key)
    if found is None:
        raise OutsideValidity(
            f"no measured ceiling of {part.name} at {precision}; there is one at "
            + (", ".join(part.measured) or "no precision")
        )
    return found.value / peak.value


def at_least_one(x: Value) -> bool:
    """Whether a number, or each of an array, is at least 1."""
    return bool(x >= 1) if is_number(x) else bool((x >= 1).all())  # type: ignore[union-attr]


def holds(comparison: Any) -> Value:
    """1 where a comparison of numbers or arrays holds, else 0."""
    found: Value = comparison * 1.0
    return found
