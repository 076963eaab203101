"""Activations of one layer of a `Decoder` on one device: what stays, and what is computed again.

Low and high where it is not known how much the operators of the layer keep.
"""

from __future__ import annotations

from hwmodels.activations import Recompute
from hwmodels.elementwise import Value, maximum
from hwmodels.layout import Batch, Decoder, Layout
from hwmodels.saved_tensors import (
    Kernels,
    attention_kept,
    dense_feed_forward_kept,
    device_tokens,
    eager_attention_kept,
    eager_residual_kept,
    experts_kept,
    gated_feed_forward_kept,
    layer_kept,
    residual_kept,
    scores_kept,
    sequence_parallel_layer_kept,
)


def _kept(model: Decoder, batch: Batch, kernels: Kernels) -> tuple[Value, Value]:
    """What a layer saves of a token: whole on each device, and shared by tensor parallelism."""
    e, h, f = batch.width, model.hidden, model.feed_forward
    a, k, d = model.heads, model.kv_heads, model.head_size
    attention = attention_kept(e, a, k, d)
    whole = residual_kept(e, h, 1.0 if batch.dropout else 0.0)
    inside: Value
    if model.mixture:
        inside = experts_kept(model.active + model.shared, e, f, h, model.experts)
    else:
        inside = (gated_feed_forward_kept if model.gated else dense_feed_forward_kept)(e, f)
    wide = f * (model.active + model.shared if model.mixture else 1)
    if kernels is Kernels.EAGER:
        attention = eager_attention_kept(e, a, d)
        whole = whole + eager_residual_kept(h, e) - residual_kept(e, h, 0.0)
        inside = inside + e * wide  # the gate's nonlinearity keeps its output, too
    elif kernels is Kernels.LEAN:
        whole = whole - 2 * e * h
        inside = inside - e * wide
    if not batch.fused_attention and batch.recompute is Recompute.NONE:
        attention = attention + scores_kept(a, batch.sequence)
    return whole, attention + inside


def layer_bytes(
    model: Decoder, layout: Layout, batch: Batch
) -> tuple[tuple[Value, Value], tuple[Value, Value]]:
    """Activations of one layer and micro-batch on one device, low and high.

    Returns
    -------
    kept : (low, high)
        What stays until the backward pass [byte].
    again : (low, high)
        What is computed again when it comes, and is there for one layer at a time [byte].
    """
    tokens = device_tokens(batch.sequence, batch.micro_batch, layout.context)
    shared = sequence_parallel_layer_kept if layout.sequence_parallel else layer_kept
    if batch.kernels is None:
        ends = (Kernels.LEAN, Kernels.EAGER)
    else:
        ends = (batch.kernels, batch.kernels)
    low = shared(tokens, *_kept(model, batch, ends[0]), layout.tensor)
    high = low
    if ends[1] is not ends[0]:
        high = shared(tokens, *_kept(model, batch, ends[1]), layout.tensor)
    if batch.recompute is Recompute.FULL:
        whole = batch.width * model.hidden * tokens
        least = whole / layout.tensor if layout.sequence_parallel else whole
        again = (maximum(low - least, 0.0), maximum(high - least, 0.0))
        return (least, least), again
    if batch.recompute is Recompute.SELECTIVE and not batch.fused_attention:
        scores = tokens * scores_kept(model.heads, batch.sequence) / layout.tensor
        return (low, high), (scores, scores)
    return (low, high), (0.0, 0.0)
