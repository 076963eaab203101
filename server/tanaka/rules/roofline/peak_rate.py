"""The peak that a rate of matrix products is held against, in a format that may be left open."""

from __future__ import annotations

from dataclasses import replace

from hwmodels.catalog import (
    PRECISIONS,
    Accelerator,
    Peak,
    dense_peak,
    dense_peak_range,
    hard_peak,
    precision_name,
    sources,
)
from tanaka.paper.model import How, Number, Physical
from tanaka.records import dataclass
from tanaka.rules import machine
from tanaka.rules.api import Assumption, Computed, Context, Datasheet, Step
from tanaka.rules.derivation import Derivation, hard, printed
from tanaka.rules.roofline.peaks import SIXTEEN, told_formats

_LABEL = 0.85
_LABELS = {"fp32": ("fp32", "tf32"), "half": ("bf16", "fp16"), "": ()}


@dataclass(frozen=True, slots=True)
class PeakRate:
    """Dense peaks of a named part.

    Attributes
    ----------
    device : Named
    parts : tuple of Accelerator
    family : str
        Its name for a sentence.
    precision : str
    stated : bool
        Whether the format is stated or declared; else bf16 or the like is assumed.
    peak : Peak
        The largest dense peak at that format among the variants.
    least : float
        The smallest of them [FLOP/s].
    ceiling : float
        What no dense kernel passes in any format that the paper leaves open [FLOP/s].
    narrower : tuple of str
        Faster formats that the part has and that are not excluded where none is stated.
    verified : bool
    """

    device: machine.Named
    parts: tuple[Accelerator, ...]
    family: str
    precision: str
    stated: bool
    peak: Peak
    least: float
    ceiling: float
    narrower: tuple[str, ...]
    verified: bool

    @property
    def shown(self) -> str:
        """The peak as printed."""
        return rate_text(self.peak.value)


def significant(value: float, digits: int = 4) -> str:
    """A value rounded to so many digits, before the point too: 18,232 as "18,230"."""
    return printed(float(f"{value:.{digits - 1}e}"), digits)


def in_digits(step: Step, number: Number) -> str:
    """A stated value in digits, for a sum: "two days" as "2 days", "seven billion" as "7B"."""
    q = number.quantity
    if q.literal.text[:1].isdigit():
        return step.shown
    value = f"{q.point / q.scale:,.10g}"
    if q.shown_unit in ("", "1"):
        return value
    return f"{value}{q.shown_unit}" if q.shown_unit in "KMBT" else f"{value} {q.shown_unit}"


def rate_text(value: float) -> str:
    """A rate in TFLOP/s, or in PFLOP/s from ten thousand on."""
    if value >= 1e16:
        return f"{significant(value / 1e15)} PFLOP/s"
    return f"{significant(value / 1e12)} TFLOP/s"


def peak_rate(ctx: Context, claim: Physical) -> PeakRate | None:
    """Peaks of the part that a claim names, or the set-up does; None where it is not known."""
    device = machine.named(ctx, claim, "device")
    parts = machine.parts(device)
    if device is None or not parts:
        return None
    said = machine.named(ctx, claim, "precision")
    precision = precision_name(said.name) if said is not None else ""
    loosely = not claim.name("precision") or bool(claim.far & {"open", "precision"})
    if precision == "fp32" and loosely and told_formats(ctx.paper) & SIXTEEN:
        said, precision = (
            None,
            "",
        )  # that of master weights and moments: the products are in sixteen bits
    stated = said is not None and said.proves and bool(precision)
    labels = _LABELS.get(precision, (precision,))
    if not any(label in p.peak for label in labels for p in parts):
        # a format that the part has no products in: they run in another
        stated, labels = False, ("bf16", "fp16", "tf32", "fp32")
    found = [(peak, label) for label in labels if (peak := dense_peak(parts, label)) is not None]
    if not stated:
        found = found[:1]
    if not found:
        return None
    peak, precision = max(found, key=lambda f: f[0].value)
    open_formats = [precision, *labels]
    narrower: list[str] = []
    if not stated or machine.excuses(ctx.paper, "quantised"):
        narrower = [p for p in PRECISIONS if (other := dense_peak(parts, p)) is not None and other.value > peak.value]  # fmt: skip
    ceilings = [c for p in (*open_formats, *narrower) if (c := hard_peak(parts, p)) is not None]
    most = max(ceilings, key=lambda c: c.value)
    reach = dense_peak_range(parts, precision)
    if peak.value == 0 or reach is None:
        return None
    return PeakRate(
        device, parts, parts[0].family, precision, stated, peak, reach[0], most.value,
        tuple(narrower), all(c.verified for c in ceilings),
    )  # fmt: skip


def peak_step(d: Derivation, roof: PeakRate) -> Step:
    """The peak as an input of a derivation."""
    title = sources()[roof.peak.source].title
    if not roof.stated:
        return d.known(
            f"dense {roof.precision} peak", roof.peak.value, "FLOP/s",
            Assumption(f"{roof.precision}; no format is stated ({title})"), shown=roof.shown, symbol="P",
        )  # fmt: skip
    return d.known(
        f"dense {roof.precision} peak", roof.peak.value, "FLOP/s", Datasheet(roof.peak.source, title),
        shown=roof.shown, symbol="P",
    )  # fmt: skip


def settled(steps: tuple[Step, ...], roof: PeakRate) -> tuple[Step, ...]:
    """Steps of a proof: what is above the peak of every format rests on the choice of none."""
    sheet = Datasheet(roof.peak.source, sources()[roof.peak.source].title)
    return tuple(replace(s, origin=sheet) if s.symbol == "P" else s for s in steps)


def in_eight_bits(roof: PeakRate) -> tuple[str, float] | None:
    """A narrower format of floating point that the text leaves open, and its dense peak."""
    for label in ("fp8", "fp4"):
        peak = dense_peak(roof.parts, label)
        if label in roof.narrower and peak is not None:
            return label, peak.value
    return None


def fewest_parameters(number: Number) -> float:
    """Fewest parameters, tables that are looked up left out, that a size may mean.

    "7B" is a label: of a model that we do not know it may be 6.0.
    """
    point = number.quantity.point
    digits = len(number.quantity.literal.text.replace(".", "").strip("0"))
    low = point * _LABEL if digits <= 2 else max(0.0, hard(number).low)
    # a table of words is more of a small model than of a large one
    return low * (0.6 if point < 1e9 else 0.85 if point < 3e9 else 0.95)


def of(how: machine.Named) -> str:
    """Words behind a part whose name another sentence gives."""
    return f" ({how.where})" if how.how is How.INFERRED and how.where else ""


def device_count(d: Derivation, claim: Physical, devices: float) -> Step:
    """How many devices a claim speaks of, as an input or as nodes times devices of each."""
    at, nodes = claim.at("devices"), claim.at("nodes")
    if at is None and nodes is None:
        said = "one, as stated" if devices == 1 else "as stated in words"
        return d.known("devices", devices, "1", Computed(said), shown=f"{devices:,.0f}", symbol="n")
    if nodes is None:
        assert at is not None
        return d.stated("devices", at, symbol="n", exact=True)
    of_nodes = d.stated("nodes", nodes, exact=True)
    if at is not None:
        apiece = d.stated("devices of a node", at, exact=True)
    else:
        each = dict(claim.counted).get("each", 0.0)
        apiece = d.known("devices of a node", each, "1", Computed("by its name"), shown=f"{each:.0f}")  # fmt: skip
    step = Step("devices", devices, devices, devices, "1", f"{of_nodes.value:.0f} × {apiece.value:.0f}",
                Computed(), False, f"{devices:,.0f}", "n")  # fmt: skip
    d.steps.append(step)
    return step
