"""What a served model takes of a device: the formulas of `hwmodels.inference_memory` together."""

from __future__ import annotations

from dataclasses import dataclass

from hwmodels.answer import Answer, Term
from hwmodels.elementwise import Value
from hwmodels.inference_memory import (
    BLOCK,
    device_kv_bytes,
    forward_workspace_bytes,
    kv_cache_bytes,
    paged_waste_bound,
)

_SOURCE = "Kwon et al., PagedAttention, SOSP 2023"


@dataclass(frozen=True, slots=True)
class Served:
    """A model as it is served; every number may be an array.

    Attributes
    ----------
    parameters : float
        Weights in ``width``; of a mixture of experts all of them [parameter].
    width : float
        Of such a weight, with its share of scales [byte/parameter].
    kv_bytes : float
        Cache of a position [byte/token].
    kv_heads : float
        Heads that tensor parallelism can share the cache by; 1 for latent attention.
    plain_parameters : float
        Weights that stay in 16 bits beside quantised ones: tables, norms [parameter].
    hidden, feed_forward : float
        For the activations of a pass; 0 leaves them out.
    """

    parameters: Value
    width: Value
    kv_bytes: Value
    kv_heads: Value = 1.0
    plain_parameters: Value = 0.0
    hidden: Value = 0.0
    feed_forward: Value = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is served at once, and on how many devices.

    Attributes
    ----------
    batch : float
        Sequences.
    context : float
        Positions of each [token].
    tensor, pipeline : float
        Degrees of parallelism.
    block : float
        Positions of a block of the cache [token].
    reserved : float or None
        Positions reserved for each sequence where the cache is contiguous; None where it is paged
        [token].
    chunk : float
        Tokens of the largest pass, in the high estimate [token].
    """

    batch: Value
    context: Value
    tensor: Value = 1.0
    pipeline: Value = 1.0
    block: Value = BLOCK
    reserved: Value | None = None
    chunk: Value = 2048.0


def _parts(model: Served, load: Load) -> dict[str, tuple[Value, Value]]:
    held = model.parameters * model.width + 2 * model.plain_parameters
    weights = held / (load.tensor * load.pipeline)
    each = device_kv_bytes(model.kv_bytes, load.tensor, model.kv_heads) / load.pipeline
    cache = kv_cache_bytes(load.batch, load.context, each)
    if load.reserved is None:
        waste = paged_waste_bound(load.batch, load.block, each)
        least = 0.0 * waste
    else:
        waste = least = kv_cache_bytes(load.batch, load.reserved, each) - cache
    wide = model.feed_forward / load.tensor
    work = forward_workspace_bytes(load.chunk, 2.0, model.hidden, wide)
    return {
        "weights": (weights, weights),
        "cache": (cache, cache),
        "cache reserved in vain": (least, waste),
        "activations": (0.0 * work, work),
    }


def inference_bytes(model: Served, load: Load) -> tuple[Value, Value]:
    """What a device holds, low and high; all numbers broadcast.

    Returns
    -------
    low, high : (...) ndarray or float
        [byte].
    """
    low: Value = 0.0
    high: Value = 0.0
    for least, most in _parts(model, load).values():
        low, high = low + least, high + most
    return low, high


def inference_memory(model: Served, load: Load) -> Answer:
    """What a device holds of a served model: weights, cache, its waste, a pass.

    Parameters
    ----------
    model : Served
    load : Load

    Returns
    -------
    Answer
        An estimate [byte], the largest term first.

    Raises
    ------
    ValueError
        Where fewer positions are reserved than sequences have.
    """
    if load.reserved is not None and load.reserved < load.context:
        raise ValueError("fewer positions are reserved than a sequence has")
    terms = [
        Term(name, float(low), float(high), "byte")
        for name, (low, high) in _parts(model, load).items()
        if high > 0
    ]
    terms.sort(key=lambda t: -t.high)
    kind = "one piece for each sequence" if load.reserved is not None else "paged"
    return Answer(
        sum(t.low for t in terms),
        sum(t.high for t in terms),
        "byte",
        "estimate",
        f"cache {kind}, {load.batch:g} sequences of {load.context:g} positions; even stages;"
        " context and fragmentation left out",
        _SOURCE,
        tuple(terms),
    )


def inference_memory_bound(model: Served, load: Load) -> Answer:
    """What the fullest device holds at the least: its share of the weights and of the cache.

    Parameters
    ----------
    model : Served
    load : Load
        Sequences that share no prefix, with the whole cache on the devices.

    Returns
    -------
    Answer
        A bound [byte], infinite above.
    """
    devices = float(load.tensor * load.pipeline)
    # Whichever way a server shares: by heads, by positions, by sequences.
    narrow = min(float(model.width), 2.0)
    held = float(model.parameters * model.width + narrow * model.plain_parameters)
    shares = {
        "weights": held / devices,
        "cache": float(kv_cache_bytes(load.batch, load.context, model.kv_bytes)) / devices,
    }
    terms = sorted(
        (Term(name, least, float("inf"), "byte") for name, least in shares.items()),
        key=lambda t: -t.low,
    )
    return Answer(
        sum(t.low for t in terms),
        float("inf"),
        "byte",
        "bound",
        "weights and cache, shared evenly by all devices; every layer keeps the whole context,"
        " no prefix is shared, nothing is evicted or offloaded",
        _SOURCE,
        tuple(terms),
    )
