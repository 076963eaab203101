"""Parameters and FLOPs of decoder-only transformers, with the convention named."""

from __future__ import annotations

from hwmodels.formula import formula

_SC21 = "Narayanan et al., Megatron-LM, SC 2021, section 5"
_PALM = "Chowdhery et al., PaLM, appendix B, 2022"


@formula("N = 12 * l * h ** 2 * (1 + 13 / (12 * h) + (V + s) / (12 * l * h))", source=_SC21, kind="identity",
         units={"l": "1", "h": "1", "V": "1", "s": "1", "N": "1"})  # fmt: skip
def dense_decoder_parameters(l: float, h: float, V: float, s: float) -> float:  # noqa: E741
    """Parameters of a GPT-style decoder with learned positions.

    Parameters
    ----------
    l, h, V, s : float
        Layers, hidden size, vocabulary, sequence length.
    """
    return 12 * l * h**2 * (1 + 13 / (12 * h) + (V + s) / (12 * l * h))


@formula("F = 6 * N", source=_PALM, kind="bound", units={"N": "1", "F": "FLOP"})
def train_flops_per_token(N: float) -> float:
    """Forward and backward FLOPs of one token, attention scores left out [FLOP]."""
    return 6 * N


@formula("F = 6 * N + 12 * l * h * s", source=_PALM, kind="identity",
         units={"N": "1", "l": "1", "h": "1", "s": "1", "F": "FLOP"})  # fmt: skip
def train_flops_per_token_with_attention(N: float, l: float, h: float, s: float) -> float:  # noqa: E741
    """The same with the full, uncausal attention scores [FLOP]."""
    return 6 * N + 12 * l * h * s


@formula("F = 8 * N", source=_SC21, kind="identity", units={"N": "1", "F": "FLOP"})
def train_flops_per_token_recomputed(N: float) -> float:
    """Hardware FLOPs of one token under full recomputation [FLOP]."""
    return 8 * N
