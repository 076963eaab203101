"""What a batch keeps of its activations at least, and the sequence or batch that fits instead."""

from __future__ import annotations

import math

from hwmodels.catalog import Sourced, sources
from hwmodels.layer_activations import layer_bytes
from hwmodels.layout import Batch, Decoder, Layout, decoder_of
from hwmodels.models import Model
from tanaka.records import dataclass
from tanaka.rules.api import Computed, Datasheet, Step
from tanaka.rules.derivation import Derivation, printed

# The least of the usual blocks: two matrices or a gate, few key-value heads, fused kernels.
_HEADS = 32.0


def least_per_element(model: Model | None) -> float:
    """Bytes that a layer keeps of each element of its input, with the leanest kernels that are known."""
    length, hidden = 1024.0, 4096.0
    shapes = []
    if model is not None and model.dense and model.uniform and not model.relative:
        shapes.append(decoder_of(model))
    else:
        shapes += [
            Decoder(1.0, hidden, _HEADS, 1.0, hidden / _HEADS, hidden * wide, 0.0, gated=gated)
            for wide, gated in ((8 / 3, True), (4.0, False))
        ]
    found = []
    for shape in shapes:
        low = layer_bytes(shape, Layout(), Batch(sequence=length))[0][0]
        found.append(float(low) / length / float(shape.hidden))
    return min(found)


@dataclass(frozen=True, slots=True)
class Kept:
    """Activations of a batch against one device, and what would fit."""

    activations: Step
    capacity: Step
    tokens: Step
    sequences: Step
    recomputed: Step
    shared: float

    @property
    def over(self) -> float:
        """Activations over capacity."""
        return self.activations.value / self.capacity.value

    @property
    def way_out(self) -> str:
        """The changes that would each make them fit, solved."""
        ways = []
        if self.recomputed.value <= self.capacity.value:
            ways.append(f"layers are recomputed, which leaves {self.recomputed.shown}")
        tokens, sequences = math.floor(self.tokens.value), math.floor(self.sequences.value)
        if tokens >= 1:
            ways.append(f"a sequence has at most {tokens:,} tokens")
        if sequences >= 1:
            ways.append(f"a micro-batch has at most {sequences:,} sequence{'s' if sequences != 1 else ''}")  # fmt: skip
        shares = math.ceil(self.over * self.shared)
        ways.append(f"sequence parallelism shares them over at least {shares:,} devices")
        return ", or ".join(ways)


def kept(
    d: Derivation, s: Step, b: Step, h: Step, layers: Step, share: Step | None, model: Model | None, held: Sourced,
    flight: Step | None = None,
) -> Kept:  # fmt: skip
    """Activations of all layers on one device, from steps for each count.

    Parameters
    ----------
    d : Derivation
    s, b, h, layers : Step
        Positions, sequences, hidden size, layers on the device.
    share : Step or None
        Devices that the batch or the layer is shared by.
    model : Model or None
    held : Sourced
        Capacity of one device.
    flight : Step or None
        Micro-batches in flight on the stage; one without a pipeline.
    """
    each = float(f"{least_per_element(model):.3g}")
    known = model.name if model is not None else "any usual block"
    origin = Computed(f"{known}: fused attention, the leanest kernels, 16 bits")
    e = d.known("kept for each element of a layer's input, at least", each, "byte", origin, shown=f"{each:g} B", symbol="e")  # fmt: skip
    n = share.value if share is not None else 1.0
    over = f" / {n:.0f}" if n != 1 else ""
    S, B, H, L = s.value, b.value, h.value, layers.value
    f = flight.value if flight is not None else 1.0
    many = f" × {f:.0f}" if f != 1 else ""
    texts = {"s": f"{S:,.0f}", "b": f"{B:,.0f}", "h": f"{H:,.0f}", "l": f"{L:,.0f}"}

    def add(label: str, value: float, unit: str, text: str, shown: str, symbol: str = "", *, total: bool = False) -> Step:  # fmt: skip
        d.steps.append(Step(label, value, value, value, unit, text, Computed(), total, shown, symbol))  # fmt: skip
        return d.steps[-1]

    def size(value: float) -> str:
        unit, scale = ("TB", 1e12) if value >= 1e12 else ("GB", 1e9)
        return f"{printed(value / scale)} {unit}"

    total = S * B * H * L * each * f / n
    activations = add("activations of one device", total, "byte",
                      f"{texts['s']} × {texts['b']} × {texts['h']} × {texts['l']} × {e.shown}{many}{over}", size(total), "A", total=True)  # fmt: skip
    capacity = d.known("memory of one device", held.value, "byte", Datasheet(held.source, sources()[held.source].title),
                       shown=f"{held.value / 2**30:g} GiB", symbol="H")  # fmt: skip
    times = f" × {n:.0f}" if n != 1 else ""
    tokens = held.value * n / (B * H * L * each * f)
    sequences = held.value * n / (S * H * L * each * f)
    t = add("tokens of a sequence that fit", tokens, "1",
            f"{capacity.shown}{times} / ({texts['b']} × {texts['h']} × {texts['l']} × {e.shown}{many})", f"{tokens:,.1f}", "F")  # fmt: skip
    q = add("sequences that fit", sequences, "1",
            f"{capacity.shown}{times} / ({texts['s']} × {texts['h']} × {texts['l']} × {e.shown}{many})", f"{sequences:,.2f}")  # fmt: skip
    lean = S * B * H * (2 * L * f + each) / n
    r = add("with layers recomputed", lean, "byte",
            f"{texts['s']} × {texts['b']} × {texts['h']} × ({texts['l']} × 2 B{many} + {e.shown}){over}", size(lean))  # fmt: skip
    return Kept(activations, capacity, t, q, r, n)
