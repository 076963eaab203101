"""What low rank, a latent and recomputation leave of memory, as formulas of what the sentence states."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hwmodels.activations import Recompute
from hwmodels.codecs import low_rank_ratio
from hwmodels.kv_cache import latent_kv_bytes_per_position
from hwmodels.layer_activations import layer_bytes
from hwmodels.layout import Batch, Decoder, Layout, decoder_of
from hwmodels.models import find_model
from hwmodels.saved_tensors import scores_kept
from tanaka.paper.model import Paper, Physical
from tanaka.rules.memory.saved import Part, Saving

REDUCTIONS = ("adapter", "projection", "latent", "full", "selective", "units")


def reductions(paper: Paper, claim: Physical) -> Iterator[Saving]:
    """The ways in which a claim of `tanaka.paper.physics.low_rank` may be counted."""
    technique, counted = claim.name("technique"), dict(claim.counted)
    if technique == "adapter":
        yield _adapter(claim, counted)
    elif technique == "projection":
        yield from _projected(claim, counted)
    elif technique == "latent":
        yield _latent(counted)
    elif technique == "units":
        yield _units(counted)
    else:
        yield from _again(paper, claim, technique)


_OF = {"of-trained": "the trained parameters", "of-optimizer": "the optimizer state", "of-gradients": "the gradients"}  # fmt: skip


def _of(claim: Physical) -> str:
    return next(words for cue, words in _OF.items() if cue in claim.cues)


def _values(name: str, value: float, text: str) -> Part:
    return Part(name, value, text=text)


def _adapter(claim: Physical, counted: dict[str, float]) -> Saving:
    """Two factors of low rank in place of a matrix."""
    r, p, q = counted["rank"], counted["rows"], counted["columns"]
    ratio = float(low_rank_ratio(p, q, r))

    def way(wanted: float) -> str:
        most = math.floor(p * q / (p + q) / wanted)
        return f"the rank is at most {most:,}" if most >= 1 else f"they are of one in {wanted / ratio:.3g} matrices"  # fmt: skip

    return Saving(
        f"a rank-{r:.0f} adapter", _of(claim), "values of a matrix", "1",
        (_values("values of the matrix", p * q, f"{p:,.0f} × {q:,.0f}"),),
        (_values("values of its factors", r * (p + q), f"{r:,.0f} × ({p:,.0f} + {q:,.0f})"),),
        None, ratio, False, "", low_rank_ratio.source, way,
    )  # fmt: skip


def _projected(claim: Physical, counted: dict[str, float]) -> Iterator[Saving]:
    """Gradients, and their two moments, projected to low rank, with the projector or without."""
    r, m, n = counted["rank"], counted["rows"], counted["columns"]
    source = "Zhao et al., GaLore, ICML 2024, table 1"
    optimizer = "of-optimizer" in claim.cues

    def way(wanted: float) -> str:
        most = math.floor(m / wanted)
        return f"the rank is at most {most:,}" if most >= 1 else "states of other matrices shrink too"  # fmt: skip

    k = 2.0 if optimizer else 1.0
    whole = f"{k:.0f} × {m:,.0f} × {n:,.0f}" if optimizer else f"{m:,.0f} × {n:,.0f}"
    low = f"{k:.0f} × {r:,.0f} × {n:,.0f}" if optimizer else f"{r:,.0f} × {n:,.0f}"
    before = (_values("values of the matrix", k * m * n, whole),)
    for name, size, text in (
        ("values kept of low rank", k * r * n, low),
        ("values kept with the projector", k * r * n + r * m, f"{low} + {r:,.0f} × {m:,.0f}"),
    ):
        yield Saving(
            f"a rank-{r:.0f} projection", _of(claim), "values of a matrix", "1", before, (_values(name, size, text),),
            None, m / r, False, "", source, way,
        )  # fmt: skip


def _latent(counted: dict[str, float]) -> Saving:
    """One latent for all heads in place of a key and a value of each."""
    c, rotary = counted["latent"], counted.get("rotary", 0.0)
    heads, size = counted["heads"], counted["size"]
    kept = float(latent_kv_bytes_per_position(1.0, c, rotary, 1.0))

    def way(wanted: float) -> str:
        return f"a token keeps at most {math.floor(2 * heads * size / wanted):,} values a layer"

    text = f"{c:,.0f} + {rotary:,.0f}" if rotary else f"{c:,.0f} × 1"
    return Saving(
        f"a latent of {kept:,.0f} values", "the cache", "values of a token and layer", "1",
        (_values("keys and values of all heads", 2 * heads * size, f"2 × {heads:,.0f} × {size:,.0f}"),),
        (_values("values of the latent", kept, text),),
        None, 2 * heads * size / kept, False, "", latent_kv_bytes_per_position.source, way,
    )  # fmt: skip


def _units(counted: dict[str, float]) -> Saving:
    """What is kept in place of what was, in a unit of the paper's own."""
    before, after = counted["before"], counted["after"]

    def way(wanted: float) -> str:
        return f"{before / wanted:.3g} is what is kept"

    return Saving(
        f"keeping {after:g} of {before:g}", "what is kept", "units", "1", (Part("kept before", before),), (Part("kept after", after),),
        None, before / after, False, "", "identity", way,
    )  # fmt: skip


def _again(paper: Paper, claim: Physical, kind: str) -> Iterator[Saving]:
    """Activations of a layer of a public model, with its scores stored, and what stays."""
    model, at = find_model(claim.name("model")), claim.at("sequence")
    if model is None or at is None or not (model.dense and model.uniform) or model.relative:
        return
    s, shape = paper.number(at).quantity.point, decoder_of(model)
    h, scores = float(shape.hidden), float(scores_kept(shape.heads, s))
    least, most = _per_token(shape, s)
    rest = least if kind == "selective" else most
    of, what = f"the activations of {model.name}", "bytes of a token and layer"
    stored = _values("attention scores", scores, f"5 B × {float(shape.heads):,.0f} × {s:,.0f}")
    other = _values("the rest of a layer", rest, f"{rest / h:.4g} B × {h:,.0f}")
    source = scores_kept.source
    if kind == "selective":

        def longer(wanted: float) -> str:
            length = rest * (wanted - 1) / (5 * float(shape.heads))
            return f"a sequence has at least {math.ceil(length):,} tokens"

        limit = (scores + rest) / rest
        yield Saving("selective recomputation", of, what, "byte", (stored, other), (other,), None, limit, False,
                     "the leanest kernels", source, longer)  # fmt: skip
        return
    kept = _values("the input of a layer", 2 * h, f"2 B × {h:,.0f}")
    limit = (scores + rest) / (2 * h)

    def fewer(wanted: float) -> str:
        return f"the input of one layer in {math.ceil(wanted / limit):,} is kept"

    yield Saving("full recomputation", of, what, "byte", (stored, other), (kept,), None, limit, False,
                 "the least lean kernels, scores stored", source, fewer)  # fmt: skip


def _per_token(shape: Decoder, s: float) -> tuple[float, float]:
    """What a layer keeps of a token besides the scores, low and high [byte]."""
    batch = Batch(sequence=s, recompute=Recompute.NONE, fused_attention=True, dropout=True)
    (_, high), _ = layer_bytes(shape, Layout(), batch)
    (low, _), _ = layer_bytes(shape, Layout(), Batch(sequence=s, fused_attention=True))
    return float(low) / s, float(high) / s
