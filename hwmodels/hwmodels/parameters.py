"""Parameters of the parts of a transformer: attention, feed-forward, experts, tables, whole stacks.

`hwmodels.models` adds the parts up for a published shape.  Counts of layers, heads and rows are
plain numbers; a parameter is not.
"""
# ruff: noqa: E741 - l is the field's own letter for layers

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_GQA = "Ainslie et al., GQA, EMNLP 2023, section 2"
_MLA = "DeepSeek-AI, DeepSeek-V2, 2024, section 2.1 and appendix C"
_MOE = "DeepSeek-AI, DeepSeek-V3, 2024, section 2.1.2"
_GLU = "Shazeer, GLU Variants Improve Transformer, 2020"
_BERT = "Devlin et al., BERT, NAACL 2019, section 3; counted from its published configuration"
_T5 = "Raffel et al., T5, JMLR 2020, section 2.1; counted from its published configuration"
_VIT = "Dosovitskiy et al., ViT, ICLR 2021, section 3.1 and table 1"


@formula(
    "N = 2 * h * d * (a + k)",
    source=_GQA,
    kind="identity",
    unit_in={"h": "1", "d": "1", "a": "1", "k": "1"},
    unit_out="parameter",
    monotone="++++",
    coefficients={"": "parameter"},
    convention="query, key, value and output matrices; biases left out",
)
def attention_parameters(h: Value, d: Value, a: Value, k: Value) -> Value:
    """Parameters of the attention of one layer: multi-head, grouped-query or multi-query.

    Parameters
    ----------
    h : (...) array_like
        Hidden size.
    d : (...) array_like
        Head size; times the heads it need not be the hidden size.
    a : (...) array_like
        Query heads.
    k : (...) array_like
        Key-value heads; as many as query heads without sharing, one for multi-query attention.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].
    """
    return 2 * h * d * (a + k)


@formula(
    "N = q * (h + 1 + a * (n + r)) + h * (c + r) + c * (1 + a * (n + v)) + a * v * h",
    source=_MLA,
    kind="identity",
    unit_in={"h": "1", "a": "1", "q": "1", "c": "1", "r": "1", "n": "1", "v": "1"},
    unit_out="parameter",
    monotone="+++++++",
    coefficients={"": "parameter"},
    convention="with the norms of both latents",
)
def latent_attention_parameters(
    h: Value, a: Value, q: Value, c: Value, r: Value, n: Value, v: Value
) -> Value:
    """Parameters of the multi-head latent attention of one layer, queries compressed too.

    Parameters
    ----------
    h : (...) array_like
        Hidden size.
    a : (...) array_like
        Heads.
    q : (...) array_like
        Rank of the queries.
    c : (...) array_like
        Rank of keys and values: what is cached, beside the rotated part.
    r : (...) array_like
        Size of the rotated part of a query and of the shared key.
    n : (...) array_like
        Size of the other part of a head's query and key.
    v : (...) array_like
        Size of a head's value.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].
    """
    return q * (h + 1 + a * (n + r)) + h * (c + r) + c * (1 + a * (n + v)) + a * v * h


@formula(
    "N = h * a * (n + r) + h * (c + r) + c * (1 + a * (n + v)) + a * v * h",
    source=_MLA,
    kind="identity",
    unit_in={"h": "1", "a": "1", "c": "1", "r": "1", "n": "1", "v": "1"},
    unit_out="parameter",
    monotone="++++++",
    coefficients={"": "parameter"},
    convention="with the norm of the latent",
)
def latent_key_value_parameters(
    h: Value, a: Value, c: Value, r: Value, n: Value, v: Value
) -> Value:
    """Parameters of the latent attention of one layer where queries are not compressed.

    Parameters
    ----------
    h, a, c, r, n, v : (...) array_like
        As of `latent_attention_parameters`.

    Returns
    -------
    N : (...) ndarray or float
        [parameter]; DeepSeek-V2-Lite is of this kind.
    """
    return h * a * (n + r) + h * (c + r) + c * (1 + a * (n + v)) + a * v * h


@formula(
    "N = m * h * f",
    source=_GLU,
    kind="identity",
    unit_in={"m": "1", "h": "1", "f": "1"},
    unit_out="parameter",
    monotone="+++",
    coefficients={"": "parameter"},
    convention="biases left out",
)
def feed_forward_parameters(m: Value, h: Value, f: Value) -> Value:
    """Parameters of one feed-forward block.

    Parameters
    ----------
    m : (...) array_like
        Matrices: 3 with a gate, 2 without.
    h : (...) array_like
        Hidden size.
    f : (...) array_like
        Width.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].
    """
    return m * h * f


@formula(
    "N = (x + S) * m * h * f + h * E",
    source=_MOE,
    kind="identity",
    unit_in={"x": "1", "S": "1", "m": "1", "h": "1", "f": "1", "E": "1"},
    unit_out="parameter",
    monotone="++++++",
    coefficients={"": "parameter"},
    convention="the router counted whole; its bias for balance left out",
)
def expert_block_parameters(x: Value, S: Value, m: Value, h: Value, f: Value, E: Value) -> Value:
    """Parameters of the experts of one layer, of those that are counted.

    Parameters
    ----------
    x : (...) array_like
        Routed experts that are counted: all for what is stored, those of a token for its work.
    S : (...) array_like
        Shared experts, which every token goes through.
    m : (...) array_like
        Matrices of an expert: 3 with a gate, 2 without.
    h : (...) array_like
        Hidden size.
    f : (...) array_like
        Width of an expert.
    E : (...) array_like
        Routed experts that the router chooses among.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].
    """
    return (x + S) * m * h * f + h * E


@formula(
    "N = l * (4 * h^2 + 2 * h * f + 9 * h + f) + (V + s + t + 2) * h + h * (h + 1)",
    source=_BERT,
    kind="identity",
    unit_in={"l": "1", "h": "1", "f": "1", "V": "1", "s": "1", "t": "1"},
    unit_out="parameter",
    monotone="++++++",
    coefficients={"": "parameter"},
    convention="with the pooler, without the head of a task",
)
def encoder_parameters(l: Value, h: Value, f: Value, V: Value, s: Value, t: Value) -> Value:
    """Parameters of a BERT-style encoder.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    h : (...) array_like
        Hidden size.
    f : (...) array_like
        Width of the feed-forward.
    V : (...) array_like
        Vocabulary.
    s : (...) array_like
        Rows of the table of positions.
    t : (...) array_like
        Rows of the table of segments.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].  With biases and layer norms.
    """
    return l * (4 * h**2 + 2 * h * f + 9 * h + f) + (V + s + t + 2) * h + h * (h + 1)


@formula(
    "N = l * (12 * h * a * d + 4 * h * f + 5 * h) + V * h + 2 * h + 2 * b * a",
    source=_T5,
    kind="identity",
    unit_in={"l": "1", "h": "1", "a": "1", "d": "1", "f": "1", "V": "1", "b": "1"},
    unit_out="parameter",
    monotone="+++++++",
    coefficients={"": "parameter"},
    convention="T5: no biases, no gate, tied embeddings, relative positions shared by the layers",
)
def encoder_decoder_parameters(
    l: Value, h: Value, a: Value, d: Value, f: Value, V: Value, b: Value
) -> Value:
    """Parameters of a T5-style encoder and decoder.

    Parameters
    ----------
    l : (...) array_like
        Layers of the encoder, and as many of the decoder.
    h : (...) array_like
        Hidden size.
    a : (...) array_like
        Heads.
    d : (...) array_like
        Head size; times the heads it need not be the hidden size.
    f : (...) array_like
        Width of the feed-forward.
    V : (...) array_like
        Vocabulary.
    b : (...) array_like
        Buckets of relative positions.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].  A decoder layer has a second attention, on what the encoder gives.
    """
    return l * (12 * h * a * d + 4 * h * f + 5 * h) + V * h + 2 * h + 2 * b * a


@formula(
    "N = l * (4 * h^2 + 2 * h * f + 9 * h + f) + (3 * p^2 + s + 5) * h + y * (h + 1)",
    source=_VIT,
    kind="identity",
    unit_in={"l": "1", "h": "1", "f": "1", "p": "1", "s": "1", "y": "1"},
    unit_out="parameter",
    monotone="++++++",
    coefficients={"": "parameter"},
    convention="three colours, a class token, learned positions, a linear head",
)
def vision_transformer_parameters(
    l: Value, h: Value, f: Value, p: Value, s: Value, y: Value
) -> Value:
    """Parameters of a vision transformer with its classifier.

    Parameters
    ----------
    l : (...) array_like
        Layers.
    h : (...) array_like
        Hidden size.
    f : (...) array_like
        Width of the feed-forward.
    p : (...) array_like
        Pixels on the side of a patch.
    s : (...) array_like
        Patches of an image.
    y : (...) array_like
        Classes.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].
    """
    return l * (4 * h**2 + 2 * h * f + 9 * h + f) + (3 * p**2 + s + 5) * h + y * (h + 1)
