r"""## What it checks
That the key-value cache of a stated number of sequences of a stated length, with the weights where
their width is stated, fits into the memory of the devices named.

## Why it matters
The cache decides how many requests run at once. A batch that cannot be there was smaller, shorter,
shared a prefix, or had fewer key-value heads than the model.

## What is left alone
Limits ("up to 256 requests of up to 32K tokens"), totals, shared prefixes, windows, eviction and
offloading; models whose key-value heads are not known. Multi-head, grouped, multi-query and latent
attention are told apart by the model. Nothing is proven unless the text says that all sequences
are there at that length, and in what width they are kept.

## Example
```latex
On one A100-80GB, Llama-2-7B decodes 64 concurrent sequences of exactly 4{,}096 tokens with an FP16 KV cache.
%                                    ^^^^^^^^^^^^^^^^^^^^^^^ TK303: 137 GB
```
State the lengths as they were, the width of the cache, and what is shared.

## References
- Kwon et al., "PagedAttention", SOSP 2023.
- Ainslie et al., "GQA", EMNLP 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from hwmodels.decode import kv_bytes_per_position, weight_bytes
from hwmodels.inference_memory import kv_cache_bytes, largest_batch, largest_context
from hwmodels.models import Model, find_model
from tanaka.paper.model import Asserted, Paper, Physical
from tanaka.paper.physics.sizes_beside import LOOSE
from tanaka.paper.physics.widths import widths
from tanaka.rules import machine
from tanaka.rules.api import (
    Assumption,
    AtMention,
    AtNumber,
    Computed,
    Context,
    Finding,
    FitFigure,
    FitPart,
    Held,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, hard
from tanaka.rules.memory.bound import with_count, with_device, with_model, with_width
from tanaka.rules.memory.home_rows import batch_rows
from tanaka.rules.memory.room import NEAR, PROOF, Room, room
from tanaka.rules.memory.sizes import count_of, per_position, size

_OF_THE_WHOLE = ("offload", "caching", "early-exit")
_EXCUSES = ("offload", "quantised", "caching", "compression", "sparsity", "early-exit")


@rule("TK303", since="0.1.0")
def kv_cache_does_not_fit(ctx: Context) -> Iterator[Outcome]:
    """Caches of batches against the capacity of the devices named."""
    for claim in chain(ctx.paper.physical("cache residence"), batch_rows(ctx.paper)):
        if claim.asserted is Asserted.NO:
            continue
        outcome = _first(ctx, claim)
        if outcome and (LOOSE not in claim.cues or isinstance(outcome, Finding)):
            yield outcome


def _first(ctx: Context, claim: Physical) -> Outcome | None:
    """What the claim's own words prove or break; else what the rest of the paper makes of them."""
    held = None if LOOSE in claim.cues else _judged(ctx, claim)
    if isinstance(held, Finding):
        return held
    bound = with_count(ctx.paper, with_device(ctx, with_model(ctx.paper, claim)))
    bound = with_width(ctx.paper, bound, "weights", "weights")
    bound = with_width(ctx.paper, bound, "precision", "cache")
    if bound is claim and LOOSE not in claim.cues:
        return held
    return _judged(ctx, bound) or held


def _judged(ctx: Context, claim: Physical) -> Outcome | None:
    paper = ctx.paper
    tokens_at, batch_at = claim.at("tokens"), claim.at("batch")
    model = find_model(claim.name("model")) if claim.name("model") else None
    if tokens_at is None or batch_at is None:
        return None
    if model is None and claim.at("layers") is None and claim.at("each") is None:
        return None
    d = Derivation(paper)
    said = widths(claim.name("precision"))
    width = said[0].bits / 8 if said else 2.0
    each = _position(paper, d, claim, model, width, f"{said[0].name}, as stated" if said else "")
    if each is None:
        return None
    batch = d.stated("sequences", batch_at, symbol="b", exact=True)
    tokens = d.stated("tokens of each", tokens_at, symbol="s")
    need = d.computed("cache", "byte", f"{batch.value:,.0f} × {tokens.value:,.0f} × {each.shown}", kv_cache_bytes, batch, tokens, each,
                      reference=kv_cache_bytes.source, shown=size(batch.value * tokens.value * each.value, 4 if model is not None and claim.name("weights") else 3), symbol="K")  # fmt: skip
    least = hard(paper.number(batch_at)).low * _least(
        model, each, width, hard(paper.number(tokens_at)).low
    )
    parts = [FitPart("cache", need.value, True)]
    weights = _weights(paper, d, claim)
    total = need
    if weights is not None:
        value = need.value + weights.value
        total = Step("cache and weights", value, value, value, "byte", f"{need.shown} + {weights.shown}", Computed(), True, size(value), "M")  # fmt: skip
        d.steps.append(total)
        least += weights.value
        parts.append(FitPart("weights", weights.value, True))
    place = room(d, paper, claim)
    if place is None:
        return None
    if LOOSE in claim.cues and weights is not None and weights.value > place.there.value:
        return None  # that the weights alone do not fit is for another rule to say
    there = place.there
    operands = tuple(dict.fromkeys((batch_at, *(id for _, id in claim.given))))
    figure = FitFigure(tuple(parts), there.value, place.name)
    if total.value <= there.value:
        return Held("TK303", operands, f"{total.shown} of {there.shown}", tuple(d.steps),
                    slots=(Slot("axis", "the cache against the memory"), Slot("need", f"{total.shown} of cache", total.symbol), Slot("cap", there.shown, "C")),
                    figure=figure)  # fmt: skip
    by_token = model is None and claim.at("layers") is None  # a cache of a token that is stated
    excuses = machine.excuses(paper, *(_OF_THE_WHOLE if by_token else _EXCUSES))
    if least <= there.value * (NEAR if LOOSE in claim.cues else 1.0) or (excuses and not said):
        return None
    proven = (
        {"exact", "cache width"} <= claim.cues and bool(said) and not claim.far and not excuses and place.verified
        and least > PROOF * there.value
        and (model is not None or claim.at("layers") is not None) and machine.firm(paper, claim, tokens_at, batch_at)
    )  # fmt: skip
    only_if = "" if proven else _only_if(weights, place, batch.value, tokens.value, each.value)
    what = "cache and weights" if weights is not None else "cache"
    hold = "holds" if place.devices == 1 else "hold"
    name = (
        model.name
        if model is not None
        else "the stated heads"
        if claim.at("layers") is not None
        else f"{each.shown} a token"
    )
    return Finding(
        "TK303", "kv-cache-does-not-fit", Verdict.IMPOSSIBLE if proven else Verdict.IMPLAUSIBLE, AtNumber(batch_at),
        f"{total.shown} of {what} of {name}, on {place.name}, which {hold} {there.shown}.",
        tuple(d.steps), operands=operands,
        note=f"{size(total.value - there.value, 2)} short",
        bold=f"{total.text} is {total.shown}; {place.name} {hold} {there.shown}.",
        only_if=only_if, related=tuple((AtMention(m.id), "may make room") for m in excuses[:2]), figure=figure,
        slots=(
            Slot("batch", f"{batch.value:,.0f}", "b", count=int(batch.value)), Slot("tokens", f"{tokens.value:,.0f} tokens", "s"),
            Slot("bytes", each.shown, "P"), Slot("need", total.shown, total.symbol), Slot("cap", there.shown, "C"), Slot("device", place.family),
            *((Slot("excuse", only_if),) if only_if else ()),
        ),
    )  # fmt: skip


def _position(
    paper: Paper, d: Derivation, claim: Physical, model: Model | None, width: float, said: str
) -> Step | None:
    """Cache of one position of one sequence."""
    each_at = claim.at("each")
    if model is None and claim.at("layers") is None and each_at is not None:
        return d.stated("cache of a token", each_at, symbol="P")
    if not said:
        d.known("width of an element", 2.0, "byte", Assumption("16-bit elements"), shown="2 B")
    if claim.at("layers") is None:
        return (
            per_position(d, model, width, said or "16-bit elements") if model is not None else None
        )
    del paper
    ids = [claim.at(role) for role in ("layers", "kv", "head")]
    layers, heads, head = (
        d.stated(label, id, symbol=symbol, exact=True)
        for label, id, symbol in zip(("layers", "key-value heads", "head size"), ids, ("l", "k", "d"), strict=True)
        if id is not None
    )  # fmt: skip
    e = d.known("width of an element", width, "byte", Computed(said or "16-bit elements"), shown=f"{width:g} B", symbol="e")  # fmt: skip
    value = kv_bytes_per_position(layers.value, heads.value, head.value, width)
    return d.computed("cache of a token", "byte", f"2 × {layers.value:.0f} × {heads.value:.0f} × {head.value:.0f} × {e.shown}",
                      kv_bytes_per_position, layers, heads, head, e, reference=kv_bytes_per_position.source, total=False,
                      shown=size(value, 6), symbol="P")  # fmt: skip


def _least(model: Model | None, each: Step, width: float, tokens: float) -> float:
    """Least cache of one sequence: a window keeps no more than itself [byte]."""
    if model is not None and model.window is not None:
        return model.kv_bytes_of(tokens, width)
    return each.value * tokens


def _weights(paper: Paper, d: Derivation, claim: Physical) -> Step | None:
    """Weights of the model, where their width is stated."""
    said = widths(claim.name("weights"))
    if not said:
        return None
    count = count_of(d, paper, claim.name("model"), claim.at("params"), label="label" in claim.cues, tabled=dict(claim.counted).get("params"))  # fmt: skip
    if count is None:
        return None
    w = d.known("width of a weight", said[0].bits / 8, "byte", Computed(f"{said[0].name}, as stated"), shown=f"{said[0].bits / 8:g} B", symbol="w")  # fmt: skip
    return d.computed("weights", "byte", f"{count.step.shown} × {w.shown}", weight_bytes, count.step, w, reference=weight_bytes.source, total=False,
                      shown=size(count.step.value * w.value, 4), symbol="W")  # fmt: skip


def _only_if(weights: Step | None, place: Room, batch: float, tokens: float, each: float) -> str:
    """The most sequences of that length, or the longest of that many."""
    taken = weights.value if weights is not None else 0.0
    most = largest_batch(place.there.value, taken, tokens, each)
    longest = largest_context(place.there.value, taken, batch, each)
    long = f"they have at most {int(longest):,} tokens each"
    if most < 1:
        return long
    return f"at most {most:,.0f} such sequences are there at once, or {long}"
