"""What the operators of a transformer layer save for the backward pass, tensor by tensor.

Counted for a token: the norms and dropouts, the attention, the feed-forward.  With a GPT's shape the
sum is the 34h of Korthikanti et al.; gates, shared heads and experts change single terms.
"""

from __future__ import annotations

from enum import StrEnum

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_KORTHIKANTI = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 4"
_RECOMPUTED = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 5"
_FLASH = "Dao et al., FlashAttention, NeurIPS 2022, section 3; grouped heads as in Ainslie et al., GQA, 2023"
_GATED = (
    "Shazeer, GLU Variants Improve Transformer, 2020; its tensors counted as in Korthikanti et al."
)
_EXPERTS = "Fedus et al., Switch Transformers, JMLR 2022, section 2; tensors counted as in Korthikanti et al."
_EAGER = "Hugging Face Transformers, modeling_llama.py, run as written; tensors saved for the backward pass"

_PER_TOKEN = {"": "1/token"}


class Kernels(StrEnum):
    """How much the operators of a layer keep."""

    LEAN = "lean"  # norm outputs and the gated product are computed again
    FUSED = "fused"  # each input of a matrix product, norm and gate once, in 16 bits
    EAGER = "eager"  # every operator of the written model keeps its own inputs


@formula(
    "K = e * (2 * a * d + 2 * k * d) + 4 * a",
    source=_FLASH,
    kind="identity",
    unit_in={"e": "byte", "a": "1", "k": "1", "d": "1"},
    unit_out="byte/token",
    monotone="++++",
    coefficients=_PER_TOKEN | {"4": "byte"},
    convention="query, key, value and output, one FP32 logarithm a row and head; no scores",
)
def attention_kept(e: Value, a: Value, k: Value, d: Value) -> Value:
    """What fused attention keeps of a token: queries, keys, values, output, one number a head.

    Parameters
    ----------
    e : (...) array_like
        Width of an element [byte].
    a, k : (...) array_like
        Query heads and key-value heads.
    d : (...) array_like
        Size of a head.

    Returns
    -------
    K : (...) ndarray or float
        [byte/token]; without the last number 8h for as many key-value heads as query heads, of
        which tensor parallelism shares all.
    """
    return e * (2 * a * d + 2 * k * d) + 4 * a


@formula(
    "K = 5 * a * s",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"a": "1", "s": "1"},
    unit_out="byte/token",
    monotone="++",
    coefficients={"": "byte/token"},
    convention="softmax and dropout outputs in 16 bits, a mask of one byte",
)
def scores_kept(a: Value, s: Value) -> Value:
    """What attention that stores its scores keeps of a token on top.

    Parameters
    ----------
    a : (...) array_like
        Query heads.
    s : (...) array_like
        Positions of a sequence.

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].
    """
    return 5 * a * s


@formula(
    "K = 4 * e * h + 2 * m * h",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"e": "byte", "h": "1", "m": "byte"},
    unit_out="byte/token",
    monotone="+++",
    coefficients=_PER_TOKEN,
    convention="inputs and outputs of two norms, two dropout masks",
    domain={"m": (0.0, 1.0)},
)
def residual_kept(e: Value, h: Value, m: Value) -> Value:
    """What the two norms of a layer, and the dropouts after its blocks, keep of a token.

    Parameters
    ----------
    e : (...) array_like
        Width of an element [byte].
    h : (...) array_like
        Hidden size.
    m : (...) array_like
        Width of a dropout mask: 1, or 0 without dropout [byte].

    Returns
    -------
    K : (...) ndarray or float
        [byte/token]: 10h in 16 bits with dropout.  Tensor parallelism alone does not share it,
        sequence parallelism does.
    """
    return 4 * e * h + 2 * m * h


@formula(
    "K = 2 * e * f",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"e": "byte", "f": "1"},
    unit_out="byte/token",
    monotone="++",
    coefficients=_PER_TOKEN,
    convention="input and output of the nonlinearity",
)
def dense_feed_forward_kept(e: Value, f: Value) -> Value:
    """What a feed-forward without a gate keeps of a token inside.

    Parameters
    ----------
    e : (...) array_like
        Width of an element [byte].
    f : (...) array_like
        Width of the feed-forward.

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].
    """
    return 2 * e * f


@formula(
    "K = 3 * e * f",
    source=_GATED,
    kind="identity",
    unit_in={"e": "byte", "f": "1"},
    unit_out="byte/token",
    monotone="++",
    coefficients=_PER_TOKEN,
    convention="both inputs of the gate and its output",
)
def gated_feed_forward_kept(e: Value, f: Value) -> Value:
    """What a gated feed-forward (SwiGLU) keeps of a token inside.

    Parameters
    ----------
    e : (...) array_like
        Width of an element [byte].
    f : (...) array_like
        Width of the feed-forward.

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].
    """
    return 3 * e * f


@formula(
    "K = k * (3 * e * f + 2 * e * h) + 4 * E",
    source=_EXPERTS,
    kind="identity",
    unit_in={"k": "1", "e": "byte", "f": "1", "h": "1", "E": "1"},
    unit_out="byte/token",
    monotone="+++++",
    coefficients=_PER_TOKEN | {"4": "byte"},
    convention="balanced experts with gates, no token dropped; FP32 router",
)
def experts_kept(k: Value, e: Value, f: Value, h: Value, E: Value) -> Value:
    """What a mixture of gated experts keeps of a token.

    Parameters
    ----------
    k : (...) array_like
        Experts that a token goes to.
    e : (...) array_like
        Width of an element [byte].
    f : (...) array_like
        Width of an expert.
    h : (...) array_like
        Hidden size: the copy that is sent to an expert, and what comes back.
    E : (...) array_like
        Experts of the layer.

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].
    """
    return k * (3 * e * f + 2 * e * h) + 4 * E


@formula(
    "K = 2 * h * (4 + 2 * e)",
    source=_EAGER,
    kind="estimate",
    unit_in={"h": "1", "e": "byte"},
    unit_out="byte/token",
    monotone="++",
    coefficients=_PER_TOKEN | {"4": "byte"},
    convention="each norm keeps an FP32 copy, the normalised input and its product",
)
def eager_residual_kept(h: Value, e: Value) -> Value:
    """What two root-mean-square norms keep of a token when they are run operator by operator.

    Parameters
    ----------
    h : (...) array_like
        Hidden size.
    e : (...) array_like
        Width of an element [byte].

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].
    """
    return 2 * h * (4 + 2 * e)


@formula(
    "K = 5 * e * a * d + 4 * a",
    source=_EAGER,
    kind="estimate",
    unit_in={"e": "byte", "a": "1", "d": "1"},
    unit_out="byte/token",
    monotone="+++",
    coefficients=_PER_TOKEN | {"4": "byte"},
    convention="keys and values repeated for every query head, the output twice",
)
def eager_attention_kept(e: Value, a: Value, d: Value) -> Value:
    """What fused attention keeps of a token where shared heads are repeated before it.

    Parameters
    ----------
    e : (...) array_like
        Width of an element [byte].
    a : (...) array_like
        Query heads.
    d : (...) array_like
        Size of a head.

    Returns
    -------
    K : (...) ndarray or float
        [byte/token].
    """
    return 5 * e * a * d + 4 * a


@formula(
    "T = s * b / c",
    source=_RECOMPUTED,
    kind="identity",
    unit_in={"s": "token", "b": "1", "c": "1"},
    unit_out="token",
    monotone="++-",
    convention="sequences cut into equal parts by context parallelism",
)
def device_tokens(s: Value, b: Value, c: Value) -> Value:
    """Tokens of a micro-batch whose activations one device keeps.

    Parameters
    ----------
    s : (...) array_like
        Positions of a sequence [token].
    b : (...) array_like
        Sequences of a micro-batch.
    c : (...) array_like
        Degree of context parallelism.

    Returns
    -------
    T : (...) ndarray or float
        [token].
    """
    return s * b / c


@formula(
    "A = T * (r + q / t)",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"T": "token", "r": "byte/token", "q": "byte/token", "t": "1"},
    unit_out="byte",
    monotone="+++-",
    convention="no sequence parallelism",
)
def layer_kept(T: Value, r: Value, q: Value, t: Value) -> Value:
    """Activations of one layer and micro-batch on one of t devices.

    Parameters
    ----------
    T : (...) array_like
        Tokens of the micro-batch on the device [token].
    r : (...) array_like
        What every device keeps whole: norms, dropouts, inputs of the products [byte/token].
    q : (...) array_like
        What tensor parallelism shares: heads and the inside of the feed-forward [byte/token].
    t : (...) array_like
        Degree of tensor parallelism.

    Returns
    -------
    A : (...) ndarray or float
        [byte].
    """
    return T * (r + q / t)


@formula(
    "A = T * (r + q) / t",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"T": "token", "r": "byte/token", "q": "byte/token", "t": "1"},
    unit_out="byte",
    monotone="+++-",
    convention="tensor and sequence parallelism",
)
def sequence_parallel_layer_kept(T: Value, r: Value, q: Value, t: Value) -> Value:
    """Activations of one layer and micro-batch on one of t devices that share all of them.

    Parameters
    ----------
    T : (...) array_like
        Tokens of the micro-batch on the device [token].
    r, q : (...) array_like
        What the layer keeps of a token, as of `layer_kept` [byte/token].
    t : (...) array_like
        Degree of tensor and sequence parallelism.

    Returns
    -------
    A : (...) ndarray or float
        [byte].
    """
    return T * (r + q) / t
