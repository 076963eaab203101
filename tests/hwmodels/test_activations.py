"""Activations of a layer: the published sums, counted tensor by tensor, and what shares them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.activations import (
    activation_bytes,
    fused_activation_bytes,
    logits_bytes,
    output_activation_bytes,
    tensor_parallel_activation_bytes,
    tensor_parallel_fused_activation_bytes,
)
from hwmodels.saved_tensors import (
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

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
gpt = st.tuples(
    st.integers(1, 8192), st.integers(1, 16), st.integers(1, 96), st.sampled_from([64, 128]),
    st.sampled_from([1, 2, 4, 8]),
)  # fmt: skip


@few
@given(gpt)
def test_a_gpt_counted_tensor_by_tensor_is_the_34_of_korthikanti(shape: tuple[int, ...]) -> None:
    s, b, a, d, t = shape
    h = a * d
    tokens = device_tokens(s, b, 1)
    rows = 4 * a  # the logarithms of a fused kernel, which the paper does not count
    whole = residual_kept(2, h, 1)
    inside = attention_kept(2, a, a, d) - rows + dense_feed_forward_kept(2, 4 * h)
    scores = scores_kept(a, s)
    assert layer_kept(tokens, whole, inside, t) == pytest.approx(
        tensor_parallel_fused_activation_bytes(s, b, h, t)
    )
    assert sequence_parallel_layer_kept(tokens, whole, inside, t) == pytest.approx(
        fused_activation_bytes(s, b, h, t)
    )
    assert layer_kept(tokens, whole, inside + scores, t) == pytest.approx(
        tensor_parallel_activation_bytes(s, b, h, a, t)
    )
    assert sequence_parallel_layer_kept(tokens, whole, inside + scores, t) == pytest.approx(
        activation_bytes(s, b, h, a, t)
    )


def test_a_llama_layer() -> None:
    """Llama-2-7B: 4 x 2 h of norms, 8 h of attention, 6 f of the gate: 32 h bytes a token."""
    h, a, d, f = 4096, 32, 128, 11008
    kept = residual_kept(2, h, 0) + attention_kept(2, a, a, d) + gated_feed_forward_kept(2, f)
    assert kept / h == pytest.approx(8 + 8 + 6 * 11008 / 4096 + 4 / 128)
    grouped = attention_kept(2, a, 8, d)
    assert attention_kept(2, a, a, d) - grouped == 2 * 2 * 24 * d, "keys and values of 24 heads"


@few
@given(st.integers(1, 64), st.integers(1, 8), st.integers(256, 8192))
def test_written_operators_keep_more_than_fused_ones(a: int, k: int, h: int) -> None:
    assert eager_residual_kept(h, 2) >= residual_kept(2, h, 0)
    assert eager_attention_kept(2, a, 128) >= attention_kept(2, a, min(a, k), 128)


def test_one_expert_of_one_is_a_gated_layer_and_the_copies_of_its_tokens() -> None:
    dense = gated_feed_forward_kept(2, 1408)
    assert experts_kept(1, 2, 1408, 2048, 0) == dense + 2 * 2 * 2048
    assert experts_kept(6, 2, 1408, 2048, 64) == 6 * experts_kept(1, 2, 1408, 2048, 0) + 256


def test_context_parallelism_shares_the_tokens() -> None:
    assert device_tokens(131072, 1, 8) == 16384


def test_logits_of_a_large_vocabulary_are_gigabytes() -> None:
    assert logits_bytes(4096, 128256, 4, 1) == pytest.approx(2.1e9, rel=1e-2)
    whole = output_activation_bytes(4096, 1, 4096, 128256, 1)
    assert whole == pytest.approx(logits_bytes(4096, 128256, 4, 1) + 4 * 4096 * 4096)
