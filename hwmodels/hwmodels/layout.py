"""What is trained, how it is spread over devices, and what a step computes.

Every count may be an array: a sweep is one `Layout` of arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hwmodels.activations import Recompute
from hwmodels.elementwise import Value
from hwmodels.saved_tensors import Kernels
from hwmodels.schedules import Schedule
from hwmodels.sharding import DEEPSPEED_BUCKET

if TYPE_CHECKING:
    from hwmodels.models import Model

Versions = Literal["none", "double-buffered", "stashed"]


@dataclass(frozen=True, slots=True)
class Decoder:
    """Shape of a decoder-only transformer; every count may be an array.

    Attributes
    ----------
    layers, hidden, heads, kv_heads, head_size, feed_forward, vocabulary : float
        Of a mixture of experts, ``feed_forward`` is the width of one expert.
    gated : bool
        Whether the feed-forward has a gate: three matrices instead of two.
    tied : bool
        Whether the output layer is the input embedding.
    experts, active, shared : float
        Routed experts of a layer, how many a token goes to, and how many it always goes to.
    norms : int
        Vectors of a layer's norms: one for each, two with a bias, none without parameters.
    """

    layers: Value
    hidden: Value
    heads: Value
    kv_heads: Value
    head_size: Value
    feed_forward: Value
    vocabulary: Value
    gated: bool = True
    tied: bool = False
    experts: Value = 0.0
    active: Value = 0.0
    shared: Value = 0.0
    norms: int = 2

    @property
    def mixture(self) -> bool:
        """Whether there are experts."""
        return not (isinstance(self.experts, int | float) and self.experts == 0)

    @property
    def table(self) -> Value:
        """Parameters of an embedding table [parameter]."""
        return self.vocabulary * self.hidden

    @property
    def tables(self) -> int:
        """Embedding tables of the model."""
        return 1 if self.tied else 2

    @property
    def _feed_forward(self) -> Value:
        return (3 if self.gated else 2) * self.hidden * self.feed_forward

    @property
    def dense_layer(self) -> Value:
        """Parameters of a layer that are no routed experts [parameter]."""
        attention = self.hidden * self.head_size * (2 * self.heads + 2 * self.kv_heads)
        wide = self._feed_forward * (self.shared if self.mixture else 1)
        return attention + wide + self.hidden * (self.norms + self.experts)

    @property
    def expert_layer(self) -> Value:
        """Parameters of the routed experts of a layer [parameter]."""
        return self._feed_forward * self.experts

    @property
    def parameters(self) -> Value:
        """All of them, biases left out [parameter]."""
        layer = self.dense_layer + self.expert_layer
        last = self.hidden if self.norms else 0
        return self.layers * layer + self.tables * self.table + last


def decoder_of(model: Model) -> Decoder:
    """The decoder that a published model is.

    Biases, learned positions and norms of heads, at most a fiftieth of it, are left out: a bound that
    rests on the rest is only lower.

    Parameters
    ----------
    model : Model

    Raises
    ------
    ValueError
        Where its layers are not alike, or its attention is latent or projects relative positions:
        their sizes are not in a `Decoder`.
    """
    if not model.uniform or model.relative:
        raise ValueError(f"{model.name} has layers of several kinds, or another attention")
    return Decoder(
        model.layers.value,
        model.hidden.value,
        model.heads.value,
        model.kv_heads.value,
        model.head_size.value,
        model.feed_forward.value,
        model.vocabulary.value,
        gated=model.convention == "gated",
        tied=model.tied,
        experts=model.experts.value if model.experts else 0.0,
        active=model.active.value if model.active else 0.0,
        norms=model.norm_vectors,
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """How the model is spread; every degree may be an array.

    Attributes
    ----------
    tensor, pipeline, context, data : float
        Degrees: their product is the number of devices.
    expert, expert_tensor : float
        Degrees of expert parallelism and of tensor parallelism within an expert.
    zero : int
        What is sharded over the replicas: 0 nothing, 1 optimizer state, 2 gradients too, 3 weights
        too (FSDP).
    shards : float or None
        Devices of a shard group where it is smaller than all replicas (HSDP).
    sequence_parallel : bool
        Whether tensor parallelism also shares norms and dropouts.
    schedule : Schedule
    chunks : float
        Model chunks of a stage in an interleaved schedule.
    versions : str
        Weights kept beside the current ones: "none", one ("double-buffered", PipeDream-2BW), or one
        for each micro-batch in flight ("stashed", PipeDream).
    offload_optimizer, offload_weights : bool
    bucket : float
        Parameters of a reduction bucket beside the gradients; 0 where they are reduced in place
        [parameter].
    """

    tensor: Value = 1.0
    pipeline: Value = 1.0
    context: Value = 1.0
    data: Value = 1.0
    expert: Value = 1.0
    expert_tensor: Value = 1.0
    zero: int = 0
    shards: Value | None = None
    sequence_parallel: bool = False
    schedule: Schedule = Schedule.ONE_F_ONE_B
    chunks: Value = 2.0
    versions: Versions = "none"
    offload_optimizer: bool = False
    offload_weights: bool = False
    bucket: Value = DEEPSPEED_BUCKET

    @property
    def devices(self) -> Value:
        """Devices of the run [device]."""
        return self.tensor * self.pipeline * self.context * self.data

    @property
    def shard_group(self) -> Value:
        """Devices that share a dense state."""
        return self.data * self.context if self.shards is None else self.shards


@dataclass(frozen=True, slots=True)
class Batch:
    """What one replica computes in a step, and what it keeps of it.

    Attributes
    ----------
    sequence : float
        Positions of a sequence [token].
    micro_batch, micro_batches : float
        Sequences of a micro-batch, and micro-batches of a step.
    recompute : Recompute
    fused_attention : bool
        Whether attention scores are never stored.
    kernels : Kernels or None
        None where it is not known: the interval then covers them all.
    fused_loss : bool or None
        Whether the loss is computed without holding its logits; None where it is not known.
    dropout : bool
    width : float
        Of an activation [byte].
    """

    sequence: Value
    micro_batch: Value = 1.0
    micro_batches: Value = 1.0
    recompute: Recompute = Recompute.NONE
    fused_attention: bool = True
    kernels: Kernels | None = None
    fused_loss: bool | None = None
    dropout: bool = False
    width: Value = 2.0
