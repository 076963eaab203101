"""What the rules of memory share: sizes as printed, what a name or a label may count, what a cache keeps."""

from __future__ import annotations

from hwmodels.catalog import sources
from hwmodels.kv_cache import latent_kv_bytes_per_position
from hwmodels.models import Model, find_model
from tanaka.paper.model import Number, NumberId, Paper, Physical
from tanaka.quantity.interval import Interval
from tanaka.records import dataclass
from tanaka.rules.api import Computed, Datasheet, Step
from tanaka.rules.derivation import Derivation, hard, printed

_BINARY = {"K": 1.024, "M": 1.024**2, "G": 1.024**3, "T": 1.024**4}
LABEL = (0.85, 1.15)
"""How far the count of a model may lie from the number in its name."""
_PREFIXES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def size(value: float, digits: int = 3) -> str:
    """A size as read: "14.7 GB", "131 kB", "256 B"."""
    for scale, unit in _PREFIXES:
        if value >= scale * (1 - 0.5 * 10.0**-digits):
            return f"{trimmed(value / scale, digits)} {unit}"
    return f"{trimmed(value, digits)} B"


def trimmed(value: float, digits: int) -> str:
    """A number with some significant digits, zeros behind the point left out."""
    text = printed(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def claimed(number: Number) -> Interval:
    """What a printed size may be [byte]: "GB" may count in GiB, and the reverse."""
    reach = hard(number)
    unit = number.quantity.shown_unit
    factor = _BINARY.get(unit[:1].upper(), 1.0)
    if "i" in unit:
        return Interval(reach.low / factor, reach.high)
    return Interval(reach.low, reach.high * factor)


@dataclass(frozen=True, slots=True)
class Count:
    """Parameters of a model.

    Attributes
    ----------
    low, high : float
        Between which they lie; the same for a published model.
    step : Step
        With the value that is shown.
    model : Model or None
        The published model, where a name means one.
    name : str
        For a sentence: "Llama-2-70B", "a 70B model".
    """

    low: float
    high: float
    step: Step
    model: Model | None
    name: str


def count_of(
    d: Derivation, paper: Paper, name: str, at: NumberId | None, *, label: bool, tabled: float | None = None
) -> Count | None:  # fmt: skip
    """Parameters by the exact name of a public model, else by what is stated, in a table at last; None where nowhere."""
    model = find_model(name) if name else None
    if model is not None:
        value = model.parameters
        step = d.known("parameters", value, "1", Datasheet(model.layers.source, f"{model.name}: {sources()[model.layers.source].title}"),
                       shown=billions(value), symbol="N")  # fmt: skip
        # what is published may leave tables out
        low = min(value, model.published.value)
        return Count(low, max(value, model.published.value), step, model, model.name)
    if at is None and tabled:
        step = d.known("parameters", tabled, "1", Computed("the paper's own table"), shown=billions(tabled), symbol="N")  # fmt: skip
        near = LABEL if label else (0.99, 1.01)
        return Count(
            near[0] * tabled, near[1] * tabled, step, None, name or f"a {billions(tabled)} model"
        )
    if at is None:
        return None
    number = paper.number(at)
    step = d.stated("parameters", at, symbol="N")
    reach = hard(number)
    if label:
        point = number.quantity.point
        reach = Interval(min(reach.low, LABEL[0] * point), max(reach.high, LABEL[1] * point))
    return Count(reach.low, reach.high, step, None, f"a {number.quantity.shown} model")


def billions(value: float) -> str:
    """Parameters as read: "68.977B", "124M"."""
    return f"{trimmed(value / 1e9, 5)}B" if value >= 1e9 else f"{trimmed(value / 1e6, 4)}M"


def per_position(d: Derivation, model: Model, width: float, said: str) -> Step:
    """Cache of one position of a public model, with the product that makes it."""
    source = sources()[model.layers.source]
    layers = model.layers.value
    if model.key_value_rank is not None:
        rotary = model.rotary_size.value if model.rotary_size is not None else 0.0
        text = f"{layers:.0f} × ({model.key_value_rank.value:.0f} + {rotary:.0f}) × {width:g} B"
        origin = latent_kv_bytes_per_position.source
    else:
        text = f"2 × {layers:.0f} × {model.kv_heads.value:.0f} × {model.head_size.value:.0f} × {width:g} B"
        origin = f"{source.title}: layers, key-value heads and head size; {said}"
    value = model.kv_bytes(width)
    d.steps.append(Step("cache of a token", value, value, value, "byte", text, Computed(origin), False, size(value, 6), "K"))  # fmt: skip
    return d.steps[-1]


def unshared(model: Model, width: float) -> float:
    """Cache of a position if every head kept a key and a value of its own [byte]."""
    values = model.score_size + model.weighed_size
    return float(model.layers.value * model.heads.value * values * width)


def declared_width(claim: Physical) -> bool:
    """Whether the width stands beside the number."""
    return bool(claim.name("precision")) and "precision" not in claim.far
