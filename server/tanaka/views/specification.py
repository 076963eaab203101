"""What is published of a device, a link or a model that the text names, and what rests on it.

A name may mean several variants; then a number is the range over all of them.  For a device the
paper's own operating points stand under its roof.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from hwmodels.catalog import PRECISIONS, Accelerator, Sourced, find, sources
from hwmodels.decode import weight_bytes
from hwmodels.links import Link, find_link, host_link, scale_up_link
from hwmodels.models import Model
from hwmodels.networks import Encoder, EncoderDecoder, Network, VisionTransformer, find_network
from tanaka.analysis.report import Report
from tanaka.paper.about import Role
from tanaka.paper.entities import EntityKind
from tanaka.paper.model import NumberId
from tanaka.records import dataclass
from tanaka.rules.api import Finding, Held, RooflineFigure
from tanaka.text import DocId, Span
from tanaka.views import printing
from tanaka.views.derivation import Row
from tanaka.views.named import named_at
from tanaka.views.places import Places
from tanaka.views.resting import named_by, resting, roof, sentence, summary

PUBLISHED = "published:"
"""First word of the hover on a name."""

_SYSTEM = re.compile(r"^(?:NVIDIA |Nvidia )?(?:DGX|HGX)[- ]")
_LED_BY = re.compile(r"(?:\b(\d{2,3})[ \u2009\xa0-]?GB[ -])?(?:(SXM\d?|PCIe)[ -])?$")
_WIDTH = 2.0  # bytes of a 16-bit element


@dataclass(frozen=True, slots=True)
class Specification:
    """What a hover on a name says.

    Attributes
    ----------
    span : Span
        The name's own words.
    text : str
        What it may mean.
    rows : tuple of Row
    figure : RooflineFigure or None
    tail : tuple of str
    """

    span: Span
    text: str
    rows: tuple[Row, ...]
    figure: RooflineFigure | None = None
    tail: tuple[str, ...] = ()
    is_model: bool = False

    def yields(self, report: Report, id: NumberId, offset: int) -> bool:
        """Whether a number that overlaps the name is what an offset is on.

        "eight" of "eight A100s" is, and "13B" of "Llama-2 13B"; "80" of "A100-80GB" is the name's.
        """
        digits = report.spans.numbers[id].literal
        inside = self.span.start <= digits.start and digits.end <= self.span.end
        narrower = digits.end - digits.start < self.span.end - self.span.start
        return digits.start <= offset <= digits.end and (not inside or (self.is_model and narrower))


def specification(report: Report, doc: DocId, offset: int, places: Places) -> Specification | None:
    """Specification of the name under an offset; None where there is none that is known."""
    here = named_at(report, doc, offset)
    if here is None:
        return None
    name, kind = here.entity.name, here.entity.kind
    if kind is EntityKind.DEVICE:
        before = here.said.text[: here.entity.start]
        parts = find(here.entity.key) if here.entity.key else variants(name, before)
        return _device(report, here.span, name, parts, places) if parts else None
    if kind is EntityKind.LINK:
        links = find_link(name)
        return _link(report, here.span, name, links, places) if links else None
    model = find_network(name)
    if isinstance(model, Model):
        return _model(report, here.span, name, model, places)
    return _network(report, here.span, name, model, places) if model is not None else None


def variants(name: str, before: str = "") -> tuple[Accelerator, ...]:
    """Parts that a name may mean, of a system those that it is made of.

    Parameters
    ----------
    name : str
    before : str
        Words that lead to it: "80 GB SXM" may choose among them.
    """
    bare = _SYSTEM.sub("", name)
    led = _LED_BY.search(before)
    capacity, form = led.groups() if led is not None else (None, None)
    narrower = f"{bare} {form or ''} {f'{capacity}GB' if capacity else ''}"
    return find(narrower) or find(bare)


# -- devices ------------------------------------------------------------------------------------


def _device(
    report: Report, span: Span, name: str, parts: tuple[Accelerator, ...], places: Places
) -> Specification:
    rows: list[Row | None] = [*_peaks(parts)]
    sizes = dict.fromkeys(f"{size / 1e9:g} GB" for size in sorted(p.label_bytes for p in parts))
    held = _listed(sizes, "or")
    kinds = _listed(dict.fromkeys(p.memory for p in parts))
    rows.append(_row("memory", held, kinds, (p.capacity for p in parts)))
    rows.append(_range("memory bandwidth", [p.bandwidth for p in parts], "byte/s"))
    called = _listed(dict.fromkeys(k.name for p in parts if (k := scale_up_link(p)) is not None))
    both = [p.link_total.value for p in parts if p.link_total is not None]
    each = f"in one direction, {_between(both, 'byte/s')} in both" if both else "in one direction"
    rows.append(_range("link", [p.link for p in parts], "byte/s", _with(called, each)))
    hosts = [host_link(p) for p in parts]
    pcie = _listed(dict.fromkeys(k.name for k in hosts if k is not None))
    there = [k.per_direction if k is not None else None for k in hosts]
    rows.append(_range("host link", there, "byte/s", _with(pcie, "in one direction")))
    rows.append(_range("power limit", [p.tdp for p in parts], "W"))
    ids = frozenset(p.id for p in parts)
    keys = frozenset(key for p in parts for key in _keys_of_part(p))
    met = partial(named_by, report, Role.DEVICE, _part_ids, ids)
    rest = tuple(resting(report, keys, met))
    figure = roof(report, parts, rest, met, places)
    return Specification(span, _meaning(name, [p.name for p in parts]), _given(rows), figure, summary(report, rest, places))  # fmt: skip


def _with(*words: str) -> str:
    return ", ".join(w for w in words if w)


def _peaks(parts: Sequence[Accelerator]) -> Iterator[Row]:
    """Dense peaks, formats of one rate in one row."""
    found: dict[tuple[str, tuple[tuple[float, str], ...]], list[str]] = {}
    for precision in PRECISIONS:
        having = tuple((p.peak[precision].value, p.id) for p in parts if precision in p.peak)
        if having:
            unit = next(p.peak[precision].unit for p in parts if precision in p.peak)
            found.setdefault((unit, having), []).append(precision)
    for (unit, _), precisions in sorted(
        found.items(), key=lambda f: (f[0][0] != "FLOP/s", -max(f[0][1])[0])
    ):
        peaks = [p.peak[precisions[0]] for p in parts if precisions[0] in p.peak]
        sparse = [k.sparse for k in peaks if k.sparse is not None]
        more = f"{_between(sparse, unit)} with 2:4 sparsity" if sparse else ""
        label = f"dense {', '.join(precisions)}"
        if len(peaks) < len(parts):
            more = _with(f"{len(peaks)} of {len(parts)} variants", more)
        yield _row(label, _between([k.value for k in peaks], unit), more, peaks)


def _keys_of_part(part: Accelerator) -> Iterator[str]:
    yield from (peak.source for peak in part.peak.values())
    for number in (part.capacity, part.bandwidth, part.link, part.link_total, part.tdp):
        if number is not None:
            yield number.source


def _part_ids(name: str) -> frozenset[str]:
    return frozenset(p.id for p in variants(name))


# -- links --------------------------------------------------------------------------------------


def _link(
    report: Report, span: Span, name: str, links: tuple[Link, ...], places: Places
) -> Specification:
    lines = [link.line for link in links if link.line is not None]
    note = links[0].note if len(links) == 1 else ""
    rows = [
        _range("on the wire", lines, "bit/s"),
        _range("one direction", [link.per_direction for link in links], "byte/s"),
        _range("both directions", [link.total for link in links], "byte/s"),
    ]
    if len({link.ports for link in links}) == 1 and links[0].ports > 1:
        rows.insert(0, _row("ports", f"{links[0].ports}", "the rates are of all", ()))
    ids = frozenset(link.id for link in links)
    numbers = [n for link in links for n in (link.line, link.per_direction, link.total)]
    keys = frozenset(n.source for n in numbers if n is not None)
    met = partial(named_by, report, Role.LINK, _link_ids, ids)
    rest = tuple(resting(report, keys, met))
    tail = (*((sentence(note),) if note else ()), *summary(report, rest, places))
    return Specification(span, _meaning(name, [x.name for x in links]), _given(rows), None, tail)


def _link_ids(name: str) -> frozenset[str]:
    return frozenset(link.id for link in find_link(name))


# -- models -------------------------------------------------------------------------------------


def _model(report: Report, span: Span, name: str, model: Model, places: Places) -> Specification:
    heads = f"{model.heads.value:,.0f}"
    shared = model.kv_heads.value != model.heads.value
    more = f"{model.kv_heads.value:,.0f} for keys and values" if shared else ""
    if model.latent:
        more = "keys and values in one latent vector"
    cache = model.kv_bytes(_WIDTH)
    counted, printed = _amount(model.parameters), _amount(model.published.value)
    rows = [
        _count("layers", model.layers),
        _count("width", model.hidden),
        _row("heads", heads, more, (model.heads, model.kv_heads)),
        _count("longest sequence", model.context, " tokens"),
        _count("vocabulary", model.vocabulary),
        _row("parameters", counted, "" if printed == counted else f"{printed} as printed",
             (model.published,)),
        None if model.dense else _row(
            "parameters of a token", _amount(model.active_parameters), _experts(model),
            (model.experts, model.active)),
        _row("cache of a token", _bytes(cache), "keys and values in 16 bits", ()),
        _row("weights in 16 bits", _bytes(float(weight_bytes(model.parameters, _WIDTH))),
             f"{_amount(model.parameters)} × 2 B", ()),
    ]  # fmt: skip
    keys = frozenset(n.source for n in (*model.shape(), model.published))
    met = partial(named_by, report, Role.MODEL, _model_ids, frozenset((model.id,)))
    rest = tuple(resting(report, keys, met, partial(_takes_from, names=(name, model.name))))
    text = (
        model.name if _bare(model.name) == _bare(name) else f"{name} has the shape of {model.name}"
    )
    return Specification(
        span, text, _given(rows), None, summary(report, rest, places), is_model=True
    )


def _network(
    report: Report, span: Span, name: str, network: Network, places: Places
) -> Specification:
    """An encoder, an encoder-decoder or a network for images."""
    rows: list[Row | None] = []
    if isinstance(network, Encoder | EncoderDecoder | VisionTransformer):
        both = " of each half" if isinstance(network, EncoderDecoder) else ""
        rows += [
            _count("layers", network.layers, both), _count("width", network.hidden), _count("heads", network.heads),
            _count("width of the feed-forward", network.feed_forward),
        ]  # fmt: skip
    if isinstance(network, Encoder):
        rows.append(_count("longest sequence", network.positions, " tokens"))
    if isinstance(network, Encoder | EncoderDecoder):
        rows.append(_count("vocabulary", network.vocabulary))
    else:
        side = f"{network.side.value:,.0f}"
        rows.append(_row("image", f"{side} × {side} pixels", "", (network.side,)))
        if isinstance(network, VisionTransformer):
            across = f"{network.side.value:.0f} / {network.patch.value:.0f}"
            rows.append(_row("patches", f"{network.patches:,.0f}", f"({across})²; one token more for the class", (network.patch,)))  # fmt: skip
        adds = network.multiply_adds
        rows += [
            _row("multiply-adds of an image", _amount(adds.value), "often printed as FLOPs", (adds,)),
            _row("forward pass of an image", printing.quantity(network.inference_flops, "FLOP").text, "2 FLOP a multiply-add", ()),
            _row("training step of an image", printing.quantity(network.train_flops, "FLOP").text, "forward and twice as much backward", ()),
        ]  # fmt: skip
    counted = _amount(network.parameters)
    rows += [
        _row("parameters", counted, "", (network.published,)),
        _row("weights in 16 bits", _bytes(float(weight_bytes(network.parameters, _WIDTH))), f"{counted} × 2 B", ()),
    ]  # fmt: skip
    met = partial(named_by, report, Role.MODEL, _model_ids, frozenset((network.id,)))
    rest = tuple(resting(report, frozenset((network.published.source,)), met))
    text = network.name if _bare(network.name) == _bare(name) else f"{name} is {network.name}"
    return Specification(
        span, text, _given(rows), None, summary(report, rest, places), is_model=True
    )


def _model_ids(name: str) -> frozenset[str]:
    found = find_network(name)
    return frozenset((found.id,)) if found is not None else frozenset()


def _takes_from(outcome: Finding | Held, names: tuple[str, ...]) -> bool:
    """Whether a derivation uses a model: its number of parameters, or something of its by name."""
    words = [s.label for s in outcome.steps]
    told = _bare(" ".join(words))
    return any("parameter" in w or "weights" in w for w in words) or any(
        _bare(n) in told for n in names
    )


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _experts(model: Model) -> str:
    if model.experts is None or model.active is None:
        return ""
    return f"{model.active.value:.0f} of {model.experts.value:.0f} experts of a layer"


# -- how it is printed --------------------------------------------------------------------------


def _meaning(name: str, names: Sequence[str]) -> str:
    """What a name may mean: itself, or one of several."""
    if len(names) == 1:
        return names[0]
    return f"{name} may mean {_listed(dict.fromkeys(names), 'or')}"


def _given(rows: Iterable[Row | None]) -> tuple[Row, ...]:
    return tuple(r for r in rows if r is not None)


def _count(label: str, number: Sourced | None, noun: str = "") -> Row | None:
    return None if number is None else _row(label, f"{number.value:,.0f}{noun}", "", (number,))


def _range(
    label: str, numbers: Sequence[Sourced | None], unit: str, detail: str = ""
) -> Row | None:
    known = [n for n in numbers if n is not None]
    if not known:
        return None
    if len(known) < len(numbers):
        detail = _with(detail, f"{len(known)} of {len(numbers)} variants")
    return _row(label, _between([n.value for n in known], unit), detail, known)


def _row(label: str, shown: str, detail: str, numbers: Iterable[Sourced | None]) -> Row:
    """A row with the titles of what its numbers were read in."""
    known = [n for n in numbers if n is not None]
    titles = dict.fromkeys(sources()[n.source].title if n.source in sources() else n.source for n in known)  # fmt: skip
    if any(not n.verified for n in known):
        detail = _with(detail, "not verified")
    return Row(label, "", "", detail, "", _listed(titles, most=2), None, False, shown=shown)


def _between(values: Sequence[float], unit: str) -> str:
    """One value, or the least and the largest."""
    least, most = (_printed(v, unit) for v in (min(values), max(values)))
    if least.text == most.text:
        return most.text
    return f"{least.number if least.unit == most.unit else least.text} to {most.text}"


def _printed(value: float, unit: str) -> printing.Printed:
    if unit != "bit/s":
        return printing.quantity(value, unit)
    scale, name = (1e12, "Tb/s") if value >= 1e12 else (1e9, "Gb/s")
    return printing.Printed(printing.digits(value / scale), name, scale)


def _listed(words: Iterable[str], last: str = "and", most: int = 8) -> str:
    """Words in a list, the last behind an "and"."""
    found = [w for w in words if w]
    if len(found) > most:
        found = [*found[:most], f"{len(found) - most} more"]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def _amount(value: float) -> str:
    return f"{printing.digits(value / 1e9, 4)} G" if value >= 1e9 else f"{printing.digits(value / 1e6, 4)} M"  # fmt: skip


def _bytes(value: float) -> str:
    return printing.quantity(value, "byte").text
