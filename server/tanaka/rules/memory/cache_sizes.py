"""What a key-value cache should take: of a public model, of stated heads, or of a token times tokens."""

from __future__ import annotations

from hwmodels.decode import kv_bytes_per_position
from hwmodels.inference_memory import kv_cache_bytes
from hwmodels.models import Model, find_model
from tanaka.paper.model import NumberId, Paper, Physical
from tanaka.paper.physics.widths import widths
from tanaka.quantity import Qualifier
from tanaka.quantity.interval import Interval
from tanaka.rules.api import Assumption, Computed, Step
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.memory.expected import Expected, Reading
from tanaka.rules.memory.sizes import declared_width, per_position, size, trimmed, unshared

_OPEN = ((4.0, 4.0), (2.0, 2.0), (1.0, 1.2), (0.5, 0.7))
"""Widths of an element where the text states none, with their scales [byte]."""


def cache_size(paper: Paper, d: Derivation, claim: Physical) -> Expected | None:
    """The cache that a claim is about; None where its shape is not known."""
    if claim.name("kind") == "cache-product":
        return _product(paper, d, claim)
    found = widths(claim.name("precision"))
    width = found[0].bits / 8 if found else 2.0
    reach = ((width, found[0].most / 8),) if found else _OPEN
    said = f"{found[0].name}, as stated" if found else "16-bit elements"
    model = find_model(claim.name("model")) if claim.name("model") else None
    if model is not None:
        each = per_position(d, model, width, said)
    elif claim.at("layers") is not None:
        made = _stated_shape(paper, d, claim, width, said)
        if made is None:
            return None
        each = made
    else:
        return None
    if not found:
        d.known("width of an element", 2.0, "byte", Assumption("16-bit elements"), shown="2 B")
    one = each.value / width  # values that a token keeps
    if claim.name("kind") == "cache-token":
        return _of_token(paper, d, claim, model, each, one, reach)
    return _of_tokens(paper, d, claim, model, each, one, reach)


def _stated_shape(
    paper: Paper, d: Derivation, claim: Physical, width: float, said: str
) -> Step | None:
    ids = [claim.at(role) for role in ("layers", "kv", "head")]
    if None in ids:
        return None
    layers, heads, head = (
        d.stated(label, id, symbol=symbol, exact=True)
        for label, id, symbol in zip(("layers", "key-value heads", "head size"), ids, ("l", "k", "d"), strict=True)
        if id is not None
    )  # fmt: skip
    e = d.known("width of an element", width, "byte", Computed(said), shown=f"{width:g} B", symbol="e")  # fmt: skip
    value = kv_bytes_per_position(layers.value, heads.value, head.value, width)
    del paper
    return d.computed("cache of a token", "byte", f"2 × {layers.value:.0f} × {heads.value:.0f} × {head.value:.0f} × {e.shown}",
                      kv_bytes_per_position, layers, heads, head, e, reference=kv_bytes_per_position.source, total=False,
                      shown=size(value, 6), symbol="K")  # fmt: skip


def _of_token(
    paper: Paper, d: Derivation, claim: Physical, model: Model | None, each: Step, one: float,
    reach: tuple[tuple[float, float], ...],
) -> Expected:  # fmt: skip
    layers = model.layers.value if model is not None else _value(paper, claim, "layers")
    total, share = each, 1.0
    if "layer" in claim.cues and layers:
        share = 1 / layers
        value = each.value * share
        total = Step("cache of a token and layer", value, value, value, "byte", f"{each.shown} / {layers:.0f}",
                     Computed("as stated: of one layer"), True, size(value, 6), "M")  # fmt: skip
        d.steps.append(total)
    sure = tuple(
        Reading(Interval(share * one * low, share * one * high), "") for low, high in reach
    )
    other = _others(model, one, share, reach)
    if layers and share == 1.0:
        other += tuple(Reading(Interval(one * low / layers, one * high / layers), "it is of one layer") for low, high in reach)  # fmt: skip
    point = paper.number(claim.number).quantity.point
    only_if = f"a token keeps {trimmed(point / each.value / share, 3)} times as much as keys and values take"
    proves = declared_width(claim) and "model" not in claim.far
    return Expected(total, sure, other, only_if, proves, proves, _name(model), _operands(claim))


def _others(
    model: Model | None, one: float, share: float, reach: tuple[tuple[float, float], ...]
) -> tuple[Reading, ...]:
    """Caches of the same model that keep less or more."""
    out = [
        Reading(Interval(share * one * low / 2, share * one * high / 2), "keys alone are counted")
        for low, high in reach
    ]
    if model is not None:
        full = unshared(model, 1.0) * share
        why = f"keys and values of all {model.heads.value:.0f} heads are kept"
        for low, high in reach:
            bits = f" in {8 * low:g} bits" if len(reach) > 1 else ""
            out.append(Reading(Interval(full * low, full * high), why + bits))
    return tuple(out)


def _of_tokens(
    paper: Paper, d: Derivation, claim: Physical, model: Model | None, each: Step, one: float,
    reach: tuple[tuple[float, float], ...],
) -> Expected | None:  # fmt: skip
    at = claim.at("tokens")
    if at is None or "layer" in claim.cues:
        return None
    tokens = d.stated("tokens", at, symbol="c")
    batch_at = claim.at("batch")
    batch = (
        d.stated("sequences", batch_at, symbol="b") if batch_at is not None
        else d.known("sequences", 1.0, "1", Computed("one, as none are counted"), shown="1", symbol="b")
    )  # fmt: skip
    value = kv_cache_bytes(batch.value, tokens.value, each.value)
    total = d.computed("the cache", "byte", f"{batch.value:,.0f} × {_plain(tokens.value)} × {each.shown}", kv_cache_bytes,
                       batch, tokens, each, reference=kv_cache_bytes.source, shown=size(value), symbol="M")  # fmt: skip
    long = hard(paper.number(at))
    many = _many(paper, batch_at)
    least = long.low * one
    if model is not None and model.window is not None:
        least = model.kv_bytes_of(long.low, 1.0)
    # of so many tokens each, or of so many together
    sure = [
        Reading(Interval(many.low * least * low, many.high * long.high * one * high), "")
        for low, high in reach
    ]
    if batch_at is not None:
        sure += [Reading(Interval(least * low, long.high * one * high), "") for low, high in reach]
    other = _others(model, 1.0, many.high * long.high, reach) if model is not None else ()
    other = other[len(reach) :] + tuple(
        Reading(Interval(r.reach.low / 2, r.reach.high / 2), "keys alone are counted") for r in sure
    )
    point = paper.number(claim.number).quantity.point
    ratio = point / total.value
    only_if = (
        f"{trimmed(ratio * batch.value, 2)} sequences of that length are held" if ratio > 1
        else f"at most {_plain(float(f'{point / batch.value / each.value:.2g}'))} tokens of each are kept"
    )  # fmt: skip
    sure_of = declared_width(claim) and "model" not in claim.far
    above = 0.0 if "several" in claim.cues else 1.15
    return Expected(total, tuple(sure), other, only_if, False, sure_of, _name(model), _operands(claim), above)  # fmt: skip


def _product(paper: Paper, d: Derivation, claim: Physical) -> Expected | None:
    each_at, tokens_at, batch_at = claim.at("each"), claim.at("tokens"), claim.at("batch")
    if each_at is None or tokens_at is None:
        return None
    tokens = d.stated("tokens", tokens_at, symbol="c")
    each = d.stated("cache of a token", each_at, symbol="K")
    ones = d.known("sequences", 1.0, "1", Computed("one, as none are counted"), shown="1", symbol="b") if batch_at is None else d.stated("sequences", batch_at, symbol="b")  # fmt: skip
    value = kv_cache_bytes(ones.value, tokens.value, each.value)
    total = d.computed("the cache", "byte", f"{ones.value:,.0f} × {_plain(tokens.value)} × {each.shown}", kv_cache_bytes, ones,
                       tokens, each, reference=kv_cache_bytes.source, shown=size(value), symbol="M")  # fmt: skip
    long, per = hard(paper.number(tokens_at)), hard(paper.number(each_at))
    many = _many(paper, batch_at)
    # a decimal prefix may count in binary, on both sides
    reach = Interval(long.low * per.low / 1.074, many.high * long.high * per.high * 1.024)
    ratio = paper.number(claim.number).quantity.point / value
    only_if = (
        f"{trimmed(ratio * ones.value, 2)} sequences of that length are held" if ratio > 1
        else f"a token keeps {size(each.value * ratio, 2)}"
    )  # fmt: skip
    above = 0.0 if "several" in claim.cues else 1.15
    return Expected(total, (Reading(reach, ""),), (), only_if, False, True, f"{_plain(tokens.value)} tokens",
                    tuple(i for i in (tokens_at, each_at, batch_at) if i is not None), above)  # fmt: skip


def _many(paper: Paper, at: NumberId | None) -> Interval:
    """Sequences: one where none are counted; few are counted to the last."""
    if at is None:
        return Interval(1.0, 1.0)
    number = paper.number(at)
    point = number.quantity.point
    few = point < 10 and number.quantity.qualifier is Qualifier.EXACT
    return Interval(point, point) if few else hard(number)


def _plain(value: float) -> str:
    return f"{value:,.0f}"


def _value(paper: Paper, claim: Physical, role: str) -> float:
    at = claim.at(role)
    return paper.number(at).quantity.point if at is not None else 0.0


def _name(model: Model | None) -> str:
    return model.name if model is not None else "the stated heads"


def _operands(claim: Physical) -> tuple[NumberId, ...]:
    return tuple(id for _, id in claim.given)
