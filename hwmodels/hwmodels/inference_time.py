"""Time of a decode pass and of a prefill, as estimates with their intervals.

Like `hwmodels.training_time`: shares of bandwidth, peak and link from the literature, taken as
independent.  The bounds that nothing passes are in `hwmodels.decode` and `hwmodels.prefill`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hwmodels.answer import Answer, Term
from hwmodels.communication import allreduce_seconds_bound
from hwmodels.decode import kv_bytes_per_position
from hwmodels.efficiency import INFERENCE, combined
from hwmodels.elementwise import Value, maximum
from hwmodels.experts import expected_experts
from hwmodels.formula import OutsideValidity
from hwmodels.prefill import prefill_flops
from hwmodels.step_parts import products_seconds, traffic_seconds
from hwmodels.training_layout import Shape, at_least_one, holds

_INFERENCE = "Pope et al., Efficiently Scaling Transformer Inference, MLSys 2023, section 3"


@dataclass(frozen=True, slots=True)
class Serving:
    """What a pass works on; numbers, or arrays for a sweep.

    Attributes
    ----------
    batch : Value
        Sequences that go through together.
    context : Value
        Positions of each in the cache while decoding, on average; of the prompt in a prefill.
    tensor : Value
        Devices that share the model.
    weight_bytes : Value
        Width of a weight in memory, scales included [byte/parameter].
    cache_bytes : Value
        Width of an element of the cache [byte].
    quantised : bool
        Whether weights are narrower than what the products take.
    """

    batch: Value
    context: Value
    tensor: Value = 1
    weight_bytes: Value = 2
    cache_bytes: Value = 2
    quantised: bool = False

    def __post_init__(self) -> None:
        for name in ("batch", "tensor"):
            if not at_least_one(getattr(self, name)):
                raise OutsideValidity(f"a pass: {name} is at least 1")


@dataclass(frozen=True, slots=True)
class Device:
    """What serves the model; numbers, or arrays for a sweep.

    Attributes
    ----------
    peak : Value
        At the precision of the products [FLOP/s/device].
    bandwidth : Value
        Of memory [byte/s].
    link : Value
        Scale-up link in one direction [byte/s]; infinite where there is one device.
    """

    peak: Value
    bandwidth: Value
    link: Value = float("inf")


CONVENTION = (
    "no queueing, no speculation; ranges of efficiency taken as independent, their spreads added "
    "in quadrature"
)
_NAMES = (
    "weights", "cache", "products beyond the reading", "collectives", "launches", "first token",
)  # fmt: skip


def decode_pass(shape: Shape, serving: Serving, device: Device) -> Answer:
    """Time from one token to the next of every sequence of a batch.

    Parameters
    ----------
    shape : Shape
    serving : Serving
    device : Device

    Returns
    -------
    Answer
        An estimate [s], with its parts.
    """
    return _answer(_decode_terms, shape, serving, device)


def decode_rate(shape: Shape, serving: Serving, device: Device) -> Answer:
    """Tokens a second of all sequences together while they decode.

    Returns
    -------
    Answer
        An estimate [token/s]; its terms are those of a pass [s].
    """
    found = decode_pass(shape, serving, device)
    batch = float(serving.batch)
    return Answer(
        batch / found.high,
        batch / found.low,
        "token/s",
        "estimate",
        CONVENTION,
        _INFERENCE,
        found.terms,
    )


def prefill_time(shape: Shape, serving: Serving, device: Device) -> Answer:
    """Time to read the prompts of a batch and make the first token of each.

    Returns
    -------
    Answer
        An estimate [s], with its parts.
    """
    return _answer(_prefill_terms, shape, serving, device)


def generation_rate(
    shape: Shape, serving: Serving, device: Device, prompt: float, output: float
) -> Answer:
    """Tokens made a second where all prompts of a batch are read and then continued.

    Parameters
    ----------
    shape : Shape
    serving : Serving
        Its context is not used.
    device : Device
    prompt, output : float
        Tokens of each prompt, and tokens made for it [token].

    Returns
    -------
    Answer
        An estimate [token/s], prefill included; its terms are seconds.

    Raises
    ------
    OutsideValidity
        Without an output.
    """
    if not output >= 1:
        raise OutsideValidity("generation_rate: a token is made at least")
    read, each = (replace(serving, context=c) for c in (prompt, prompt + output / 2))
    first, step = prefill_time(shape, read, device), decode_pass(shape, each, device)
    low, high = first.low + output * step.low, first.high + output * step.high
    made = float(serving.batch) * output
    terms = (
        Term("prefill", first.low, first.high, "s"),
        Term("decode", output * step.low, output * step.high, "s"),
    )
    return Answer(made / high, made / low, "token/s", "estimate", CONVENTION, _INFERENCE, terms)


def pass_range(shape: Shape, serving: Serving, device: Device) -> tuple[Value, Value]:
    """Ends of `decode_pass` for arrays that broadcast [s]."""
    return combined(*(_decode_terms(shape, serving, device, end) for end in (0, 1)))


def _answer(
    terms: Callable[[Shape, Serving, Device, int], tuple[Value, ...]],
    shape: Shape,
    serving: Serving,
    device: Device,
) -> Answer:
    fast, slow = (terms(shape, serving, device, end) for end in (0, 1))
    low, high = combined(fast, slow)
    return Answer(
        float(low),
        float(high),
        "s",
        "estimate",
        CONVENTION,
        _INFERENCE,
        tuple(
            Term(name, float(min(a, b)), float(max(a, b)), "s")
            for name, a, b in zip(_NAMES, fast, slow, strict=True)
            if b > 0
        ),
    )


_AT = tuple({k: (r.fast, r.slow)[end] for k, r in INFERENCE.items()} for end in (0, 1))
_products, _traffic = products_seconds.function, traffic_seconds.function
_allreduce, _cache = allreduce_seconds_bound.function, kv_bytes_per_position.function
_prefill, _expected = prefill_flops.function, expected_experts.function


def _read(shape: Shape, tokens: Value) -> Value:
    """Parameters that a pass over a number of tokens reads, input table left out."""
    blocks = _expected(shape.experts, shape.active, tokens)
    return shape.layers * shape.layer_parameters(blocks) + shape.head


def _around(shape: Shape, rows: Value, serving: Serving, device: Device, end: int) -> list[Value]:
    """Collectives of a pass over rows of hidden size, and launches."""
    at, t = _AT[end], serving.tensor
    calls = 2 * shape.layers
    sent = _allreduce(t, 2 * rows * shape.hidden, device.link * at["link"])
    return [calls * (holds(t > 1) * at["collective"] + sent), shape.layers * at["layer"]]


def _decode_terms(shape: Shape, serving: Serving, device: Device, end: int) -> tuple[Value, ...]:
    at, b, t = _AT[end], serving.batch, serving.tensor
    reached = at["quantised" if serving.quantised else "weights"]
    weights = _traffic(_read(shape, b) * serving.weight_bytes / t, device.bandwidth, reached)
    kept = _cache(shape.layers, shape.kv_heads, shape.head_size, serving.cache_bytes)
    cache = _traffic(b * serving.context * kept / t, device.bandwidth, at["cache"])
    work = _products(2, shape.in_products, b, t, device.peak, at["products"])
    # products hide behind the reading of the weights at best, and follow it at worst
    beyond = maximum(work - weights, 0.0) if end == 0 else work
    return (weights, cache, beyond, *_around(shape, b, serving, device, end), 0.0)


def _prefill_terms(shape: Shape, serving: Serving, device: Device, end: int) -> tuple[Value, ...]:
    at, b, t, s = _AT[end], serving.batch, serving.tensor, serving.context
    reached = at["quantised" if serving.quantised else "weights"]
    read = _read(shape, b * s) * serving.weight_bytes / t
    weights = _traffic(read, device.bandwidth, reached)
    heads = shape.heads * shape.head_size
    in_layers = shape.in_products - shape.head
    work = _prefill(b, s, in_layers, shape.layers, heads) / (t * device.peak * at["prompt"])
    kept = _cache(shape.layers, shape.kv_heads, shape.head_size, serving.cache_bytes)
    cache = _traffic(b * s * kept / t, device.bandwidth, at["cache"])  # written
    beyond = maximum(work - weights, 0.0) if end == 0 else work
    around = _around(shape, b * s, serving, device, end)
    return (weights, cache, beyond, *around, at["first token"])
