"""What one device sends in a training step, by kind of parallelism; the products that must hold.

Bytes are those of ring algorithms, sent by one device in one direction.  Elements of e bytes: 2
for 16 bits.
"""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_ZERO = "Rajbhandari et al., ZeRO, SC 2020, section 7"
_FSDP = "Zhao et al., PyTorch FSDP, VLDB 2023, section 3"
_SEQUENCE = "Korthikanti et al., Reducing Activation Recomputation, MLSys 2023, section 4"
_SC21 = "Narayanan et al., Megatron-LM, SC 2021"
_GSHARD = "Lepikhin et al., GShard, ICLR 2021, section 3"
_RING_ATTENTION = "Liu, Zaharia and Abbeel, Ring Attention, 2023"
_ULYSSES = "Jacobs et al., DeepSpeed Ulysses, 2023"

_TOKENS = {"b": "1", "s": "1", "h": "1", "e": "byte"}


@formula(
    "N = t * c * p * d",
    source=_SC21,
    kind="identity",
    unit_in={"t": "1", "c": "1", "p": "1", "d": "1"},
    unit_out="1",
    monotone="++++",
    convention="experts are spread over devices that are counted already",
)
def devices(t: Value, c: Value, p: Value, d: Value) -> Value:
    """Devices of a job from its degrees of parallelism.

    Parameters
    ----------
    t : (...) array_like
        Tensor parallelism.
    c : (...) array_like
        Context parallelism.
    p : (...) array_like
        Pipeline stages.
    d : (...) array_like
        Data parallelism.

    Returns
    -------
    N : (...) ndarray or float
        Devices.
    """
    return t * c * p * d


@formula(
    "B = b * m * d",
    source=_SC21,
    kind="identity",
    unit_in={"b": "1", "m": "1", "d": "1"},
    unit_out="1",
    monotone="+++",
)
def global_batch(b: Value, m: Value, d: Value) -> Value:
    """Sequences of a step.

    Parameters
    ----------
    b : (...) array_like
        Sequences of a micro-batch.
    m : (...) array_like
        Micro-batches that a replica takes in a step.
    d : (...) array_like
        Data parallelism: replicas.

    Returns
    -------
    B : (...) ndarray or float
        Sequences.
    """
    return b * m * d


@formula(
    "W = (n - 1) / n * (G + P)",
    source=_ZERO,
    kind="identity",
    unit_in={"n": "1", "G": "byte", "P": "byte"},
    unit_out="byte",
    monotone="+++",
    convention="one reduce-scatter of gradients and one all-gather of weights, rings",
    valid={"n >= 1": "data parallelism of no device"},
)
def zero_2_bytes_sent(n: Value, G: Value, P: Value) -> Value:
    """Bytes that each device sends in a step of ZeRO stage 1 or 2.

    Parameters
    ----------
    n : (...) array_like
        Degree of data parallelism, at least one.
    G : (...) array_like
        Gradients [byte].
    P : (...) array_like
        Weights as they are gathered [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte]: as much as the all-reduce of plain data parallelism where both have one size.
    """
    return (n - 1) / n * (G + P)


@formula(
    "W = 3 * (n - 1) / n * S",
    source=_ZERO,
    kind="identity",
    unit_in={"n": "1", "S": "byte"},
    unit_out="byte",
    monotone="++",
    convention="one reduce-scatter and two all-gathers, rings",
    valid={"n >= 1": "data parallelism of no device"},
)
def zero_3_bytes_sent(n: Value, S: Value) -> Value:
    """Bytes that each device sends in a step of ZeRO stage 3: 1.5 times stages 0 to 2.

    Parameters
    ----------
    n : (...) array_like
        Degree of data parallelism, at least one.
    S : (...) array_like
        Weights, and gradients of the same size [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return 3 * (n - 1) / n * S


@formula(
    "W = m * (n - 1) / n * (2 * P + G)",
    source=_FSDP,
    kind="identity",
    unit_in={"m": "1", "n": "1", "P": "byte", "G": "byte"},
    unit_out="byte",
    monotone="++++",
    convention="weights gathered for forward and backward and gradients reduced, each micro-batch",
    valid={"n >= 1": "sharded over no device"},
)
def fsdp_bytes_sent(m: Value, n: Value, P: Value, G: Value) -> Value:
    """Bytes that each device sends in a step of fully sharded data parallelism.

    Parameters
    ----------
    m : (...) array_like
        Micro-batches of a step.
    n : (...) array_like
        Devices that share a copy, at least one.
    P : (...) array_like
        Weights as they are gathered [byte].
    G : (...) array_like
        Gradients as they are reduced [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return m * (n - 1) / n * (2 * P + G)


@formula(
    "W = 2 * (r - 1) / r * G / n",
    source=_FSDP,
    kind="identity",
    unit_in={"r": "1", "G": "byte", "n": "1"},
    unit_out="byte",
    monotone="++-",
    convention="an all-reduce of each shard over the copies, ring",
    valid={"r >= 1": "no copy", "n >= 1": "sharded over no device"},
)
def hsdp_replica_bytes_sent(r: Value, G: Value, n: Value) -> Value:
    """Bytes that each device sends to the other copies in hybrid sharded data parallelism.

    What it sends to those that share its copy comes on top (`fsdp_bytes_sent`).

    Parameters
    ----------
    r : (...) array_like
        Copies, at least one.
    G : (...) array_like
        Gradients of the whole copy [byte].
    n : (...) array_like
        Devices that share a copy, at least one.

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return 2 * (r - 1) / r * G / n


@formula(
    "W = (2 * f + x) * (t - 1) / t * b * s * h * e",
    source=_SEQUENCE,
    kind="identity",
    unit_in={"f": "1", "x": "1", "t": "1"} | _TOKENS,
    unit_out="byte",
    monotone="+++++++",
    convention="of one layer and one micro-batch, rings",
    valid={"t >= 1": "a layer on no device"},
)
def tensor_parallel_bytes_sent(
    f: Value, x: Value, t: Value, b: Value, s: Value, h: Value, e: Value
) -> Value:
    """Bytes that each device sends for one layer under tensor parallelism.

    Sequence parallelism parts each all-reduce into a reduce-scatter and an all-gather of the same
    bytes together.

    Parameters
    ----------
    f : (...) array_like
        All-reduces: 4 forward and backward (Megatron), 2 more where the layer is recomputed.
    x : (...) array_like
        All-gathers on top: 2 where sequence parallelism keeps only its share of the inputs of the
        two products and gathers them again for the gradients of the weights; else 0.
    t : (...) array_like
        Tensor parallelism, at least one.
    b : (...) array_like
        Sequences of a micro-batch.
    s : (...) array_like
        Positions of a sequence.
    h : (...) array_like
        Hidden size.
    e : (...) array_like
        Size of an element [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return (2 * f + x) * (t - 1) / t * b * s * h * e


@formula(
    "W = 2 * v * m * b * s * h * e / t",
    source=_SC21,
    kind="identity",
    unit_in={"v": "1", "m": "1"} | _TOKENS | {"t": "1"},
    unit_out="byte",
    monotone="++++++-",
    convention="activations on, their gradients back; a stage between two others",
)
def pipeline_bytes_sent(
    v: Value, m: Value, b: Value, s: Value, h: Value, e: Value, t: Value
) -> Value:
    """Bytes that a device in the middle of a pipeline sends in a step.

    Parameters
    ----------
    v : (...) array_like
        Model chunks a stage: 1 without interleaving.
    m : (...) array_like
        Micro-batches of a step.
    b : (...) array_like
        Sequences of a micro-batch.
    s : (...) array_like
        Positions of a sequence.
    h : (...) array_like
        Hidden size.
    e : (...) array_like
        Size of an element [byte].
    t : (...) array_like
        Devices of a stage that send a share each (scatter and gather, or sequence parallelism);
        1 where every device sends it all.

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return 2 * v * m * b * s * h * e / t


@formula(
    "W = r * (x - 1) / x * f * k * b * s * h * e",
    source=_GSHARD,
    kind="identity",
    unit_in={"r": "1", "x": "1", "f": "1", "k": "1"} | _TOKENS,
    unit_out="byte",
    monotone="++++++++",
    convention="of one layer and one micro-batch; each copy of a token travels by itself",
    valid={"x >= 1": "experts on no device", "f >= 1": "a capacity below one drops tokens"},
)
def expert_parallel_bytes_sent(
    r: Value, x: Value, f: Value, k: Value, b: Value, s: Value, h: Value, e: Value
) -> Value:
    """Bytes that each device sends for one layer of experts.

    Parameters
    ----------
    r : (...) array_like
        All-to-alls: dispatch and combine are 2 forward and 4 with backward.
    x : (...) array_like
        Expert parallelism: devices that the experts are spread over evenly, at least one.
    f : (...) array_like
        Capacity factor: 1 where no place stays empty and no token is dropped.
    k : (...) array_like
        Experts that a token is sent to.
    b : (...) array_like
        Sequences of a micro-batch on the device.
    s : (...) array_like
        Positions of a sequence.
    h : (...) array_like
        Hidden size.
    e : (...) array_like
        Size of an element [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte].  Experts of one token on the same device, or node, may share one copy.
    """
    return r * (x - 1) / x * f * k * b * s * h * e


@formula(
    "W = f * (c - 1) / c * b * s * q * e",
    source=_RING_ATTENTION,
    kind="identity",
    unit_in={"f": "1", "c": "1", "b": "1", "s": "1", "q": "1", "e": "byte"},
    unit_out="byte",
    monotone="++++++",
    convention="of one layer and one micro-batch; every block goes round once a pass",
    valid={"c >= 1": "a sequence on no device"},
)
def context_parallel_bytes_sent(
    f: Value, c: Value, b: Value, s: Value, q: Value, e: Value
) -> Value:
    """Bytes that each device sends for one layer of ring attention.

    Parameters
    ----------
    f : (...) array_like
        Tensors that go round: 2 forward (keys and values), 4 more backward (with gradients).
    c : (...) array_like
        Context parallelism, at least one.
    b : (...) array_like
        Sequences of a micro-batch.
    s : (...) array_like
        Positions of the whole sequence.
    q : (...) array_like
        Width of the keys: key-value heads times the size of a head.
    e : (...) array_like
        Size of an element [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte].
    """
    return f * (c - 1) / c * b * s * q * e


@formula(
    "W = r * (c - 1) / c * b * s * h * e / c",
    source=_ULYSSES,
    kind="identity",
    unit_in={"r": "1", "c": "1"} | _TOKENS,
    unit_out="byte",
    monotone="+-++++",
    convention="of one layer and one micro-batch; as many key-value heads as heads",
    valid={"c >= 2": "a sequence on one device is not exchanged"},
    domain={"c": (2, 1e4)},
)
def ulysses_bytes_sent(r: Value, c: Value, b: Value, s: Value, h: Value, e: Value) -> Value:
    """Bytes that each device sends for one layer where sequences are exchanged for heads.

    Parameters
    ----------
    r : (...) array_like
        All-to-alls: 4 forward (queries, keys, values, outputs), 8 with backward.
    c : (...) array_like
        Context parallelism, at least two.
    b : (...) array_like
        Sequences of a micro-batch.
    s : (...) array_like
        Positions of the whole sequence.
    h : (...) array_like
        Hidden size.
    e : (...) array_like
        Size of an element [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte]: it falls with the degree, where that of ring attention does not.
    """
    return r * (c - 1) / c * b * s * h * e / c
