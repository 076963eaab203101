"""Parameters of the parts: that they add up to the whole, and to what others count for models."""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.parameters import (
    attention_parameters,
    expert_block_parameters,
    feed_forward_parameters,
    latent_attention_parameters,
    latent_key_value_parameters,
    vision_transformer_parameters,
)
from hwmodels.transformer import gated_decoder_parameters

size = st.integers(1, 200)
few = settings(max_examples=40, deadline=None, database=None, derandomize=True)


@few
@given(size, size, size, size, size, size)
def test_attention_and_feed_forward_make_a_gated_layer(
    l: int,
    heads: int,
    k: int,
    d: int,
    f: int,
    V: int,
) -> None:
    h = heads * d
    layer = attention_parameters(h, d, heads, k) + feed_forward_parameters(3, h, f) + 2 * h
    assert l * layer + 2 * V * h + h == gated_decoder_parameters(l, h, k, d, f, V, 2)


@few
@given(size, size, size)
def test_multi_head_attention_is_four_square_matrices(a: int, d: int, k: int) -> None:
    h = a * d
    assert attention_parameters(h, d, a, a) == 4 * h**2
    assert attention_parameters(h, d, a, min(k, a)) <= 4 * h**2


@few
@given(size, size, size, size, size, size)
def test_experts_counted_and_stored_differ_by_those_that_rest(
    x: int, E: int, S: int, h: int, f: int, m: int
) -> None:
    x, E = sorted((x, E))
    stored = expert_block_parameters(E, S, m, h, f, E)
    counted = expert_block_parameters(x, S, m, h, f, E)
    assert stored - counted == (E - x) * feed_forward_parameters(m, h, f)


def test_compressing_queries_pays_where_the_rank_is_small() -> None:
    """DeepSeek-V2 and V3: 128 heads of 128 and 64, ranks 1536 and 512."""
    shape = {"h": 7168, "a": 128, "c": 512, "r": 64, "n": 128, "v": 128}
    plain = latent_key_value_parameters(**shape)
    assert latent_attention_parameters(q=1536, **shape) == 187_107_328
    assert latent_attention_parameters(q=1536, **shape) < plain
    assert latent_attention_parameters(q=7168, **shape) > plain


def test_finer_patches_cost_positions_and_save_projection() -> None:
    base = {"l": 12, "h": 768, "f": 3072, "y": 1000}
    assert vision_transformer_parameters(p=16, s=196, **base) == 86_567_656
    assert vision_transformer_parameters(p=32, s=49, **base) == 88_224_232
