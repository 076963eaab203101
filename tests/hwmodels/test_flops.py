"""FLOPs of a token and of a step: the conventions are one another's sums, and give printed runs."""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.flops import (
    infer_flops_per_token,
    infer_flops_per_token_with_attention,
    model_step_flops,
    recomputed_step_flops,
    selective_step_flops,
    train_attention_flops_per_token,
    train_flops_per_token_recomputed_with_attention,
    train_flops_per_token_selective,
    train_logits_flops_per_token,
    training_flops,
)
from hwmodels.kv_cache import latent_kv_bytes_per_position, windowed_kv_bytes
from hwmodels.transformer import (
    train_flops_per_token,
    train_flops_per_token_causal,
    train_flops_per_token_with_attention,
)

size = st.integers(1, 500)
few = settings(max_examples=40, deadline=None, database=None, derandomize=True)


@few
@given(size, size, size, size)
def test_latent_heads_are_the_general_case_of_the_twelve(l: int, a: int, d: int, s: int) -> None:
    """12 l h s where queries and values are as wide as a head, half of it for a causal kernel."""
    whole = train_flops_per_token_with_attention(0, l, a * d, s)
    assert train_attention_flops_per_token(l, a, d, d, s) == whole
    causal = train_flops_per_token_causal(0, l, a * d, s)
    assert train_attention_flops_per_token(l, a, d, d, s / 2) == causal


@few
@given(size, size, size, size, size)
def test_a_step_is_its_tokens(B: int, s: int, l: int, h: int, V: int) -> None:
    """Layers of 12 h^2 and the output layer, biases and norms left out."""
    layers, logits = 12 * l * h**2, train_logits_flops_per_token(V, h)
    model = train_flops_per_token_with_attention(layers, l, h, s) + logits
    assert model_step_flops(B, s, l, h, V) == pytest.approx(B * s * model)
    again = train_flops_per_token_recomputed_with_attention(layers, l, h, s) + logits
    assert recomputed_step_flops(B, s, l, h, V) == pytest.approx(B * s * again)


@few
@given(size, size, size, size, size)
def test_recomputing_costs_a_forward_pass_at_most(B: int, s: int, l: int, h: int, V: int) -> None:
    model, full = model_step_flops(B, s, l, h, V), recomputed_step_flops(B, s, l, h, V)
    assert model < full < 4 / 3 * model * (1 + 1e-9)
    assert model <= selective_step_flops(B, s, l, h, V) <= 2 * model


@few
@given(st.floats(1, 1e12), size, size, size)
def test_selective_recomputation_adds_a_third_of_attention(
    N: float, l: int, h: int, s: int
) -> None:
    plain = train_flops_per_token_with_attention(N, l, h, s)
    more = train_flops_per_token_selective(N, l, h, s) - plain
    assert more == pytest.approx((plain - train_flops_per_token(N)) / 3, rel=1e-3)


def test_the_paper_counts_more_of_selective_recomputation_than_runs_again() -> None:
    """24 l h s for attention against 16: each says so, and only one is the paper's."""
    l, h, s = 96, 12288, 2048
    plain, paper = model_step_flops(1, s, l, h, 51200), selective_step_flops(1, s, l, h, 51200)
    assert (paper - plain) / s == pytest.approx((24 - 12) * l * h * s)
    again = train_flops_per_token_selective(175e9, l, h, s)
    assert again - train_flops_per_token_with_attention(175e9, l, h, s) == pytest.approx(
        (16 - 12) * l * h * s
    )
    assert train_flops_per_token_selective.source.startswith("counted")
    assert "24 * l * h * s" in train_flops_per_token_selective.convention
    assert "Korthikanti" in selective_step_flops.source
    assert "16 * l * h * s" in selective_step_flops.convention


@few
@given(st.floats(1, 1e12), size, size, size)
def test_a_forward_pass_is_a_third_of_training(N: float, l: int, h: int, s: int) -> None:
    assert infer_flops_per_token(N) == pytest.approx(train_flops_per_token(N) / 3)
    trained = train_flops_per_token_with_attention(N, l, h, s)
    assert infer_flops_per_token_with_attention(N, l, h, s) == pytest.approx(trained / 3)


def test_a_run_of_the_published_budget() -> None:
    """GPT-3: 3.14e23 FLOP for 300 billion tokens of 174.6 billion parameters (appendix D)."""
    assert training_flops(train_flops_per_token(174.6e9), 300e9) == pytest.approx(
        3.14e23, rel=0.002
    )


def test_a_window_caps_its_layers_and_a_latent_counts_once() -> None:
    plain = windowed_kv_bytes(8, 128, 2, 32, 0, 4096, 1024)
    assert windowed_kv_bytes(8, 128, 2, 16, 16, 4096, 1024) == 0.625 * plain
    assert windowed_kv_bytes(8, 128, 2, 0, 32, 512, 1024) == plain / 8
    assert latent_kv_bytes_per_position(61, 512, 64, 2) == 70_272
