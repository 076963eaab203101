"""What a reader would look up: behind devices their dense peak, behind rates their share of it."""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.catalog import Accelerator, dense_peak, dense_peak_range, precision_name, sources
from tanaka.analysis.report import Report
from tanaka.paper.about import Role
from tanaka.paper.binding import precision_names
from tanaka.paper.model import AchievedRate, Asserted, How, NumberId
from tanaka.paper.physics.scene import parts_of
from tanaka.paper.setting import SET_UP
from tanaka.records import dataclass
from tanaka.text import DocId, Span
from tanaka.views import printing
from tanaka.views.hints import HintView, whole_word
from tanaka.views.named import Said, said
from tanaka.views.specification import variants

_SILENT = frozenset({"effective", "aggregate", "sparse"})


@dataclass(frozen=True, slots=True)
class _Format:
    """A precision, and where it is stated if not in the sentence."""

    name: str
    where: str


def peaks(report: Report, doc: DocId, start: int, end: int) -> tuple[HintView, ...]:
    """Hints of a range of a document, in reading order.

    A device has one where nothing else would have to be assumed: its dense peak is known, and the
    precision is stated there or by the paper's set-up.  A name that a block says again has none.
    """
    found: list[HintView] = []
    ids = _numbers(report, doc, start, end)
    rates = {c.rate: c for c in report.paper.of(AchievedRate)}
    seen: set[tuple[int, str]] = set()
    for s in said(report, doc, start, end):
        if s.sentence is not None and s.text:
            whole = s.whole
            own = [id for id, span in ids if whole.start <= span.start and span.end <= whole.end]
            found += _devices(report, s, own, seen)
    found += (
        hint
        for id, span in ids
        if id in rates and (hint := _share(report, rates[id], span)) is not None
    )
    within = (h for h in found if start <= h.at.end and h.at.start <= end)
    return tuple(sorted(within, key=lambda h: h.at.end))


def _numbers(report: Report, doc: DocId, start: int, end: int) -> list[tuple[NumberId, Span]]:
    """Numbers of the stretches that a range touches, with their places."""
    return [
        (id, report.spans.numbers[id].whole)
        for row in report.spans.rows
        if row.doc == doc and row.at <= end
        for id, ((a, b), _, _) in row.unit.number_places.items()
        if row.at + a <= end + _REACH and start - _REACH <= row.at + b
    ]


_REACH = 4000  # characters: a sentence that begins on the screen may end below it


def _devices(
    report: Report, s: Said, ids: list[NumberId], seen: set[tuple[int, str]]
) -> Iterator[HintView]:
    assert s.sentence is not None
    for part in parts_of(s.sentence):
        counted = part.count is not None and part.count > 1
        key = (s.at, part.name)
        if key in seen and not counted:
            continue
        parts = variants(part.name, s.text[: part.start])
        format_ = _precision(report, s.text, ids)
        reach = dense_peak_range(parts, format_.name) if parts and format_ is not None else None
        peak = dense_peak(parts, format_.name) if parts and format_ is not None else None
        if format_ is None or reach is None or peak is None:
            continue
        seen.add(key)
        count = part.count or 1.0
        ends = [_three(count * v, peak.unit) for v in reach]
        same = ends[0].text == ends[1].text
        lead = ends[0].number if ends[0].unit == ends[1].unit else ends[0].text
        value = ends[1].text if same else f"{lead} to {ends[1].text}"
        one = printing.quantity(peak.value, peak.unit).text
        title = sources()[peak.source].title if peak.source in sources() else peak.source
        work = f"{count:,.0f} × {one}" if counted else f"dense {format_.name} peak {one}"
        several = f", of {parts[0].family} variants the fastest" if not same else ""
        at = whole_word(report.texts[s.doc], s.span(part.start, part.end))
        yield HintView(at, f"= {value} {format_.name} dense", f"{work}{several} ({title}){format_.where}")  # fmt: skip


def _three(value: float, unit: str) -> printing.Printed:
    """A value with three digits that count, its zeros kept: "20.0 PFLOP/s"."""
    shown = printing.quantity(value, unit, 3)
    return printing.Printed(printing.digits(value / shown.scale, 3, strip=False), shown.unit, shown.scale)  # fmt: skip


def _precision(report: Report, text: str, ids: list[NumberId]) -> _Format | None:
    """The one precision of a sentence, of its numbers, or of the paper's set-up."""
    named = {n for p in precision_names(text) if (n := precision_name(p))}
    if named:
        return _Format(named.pop(), "") if len(named) == 1 else None
    for id in ids:
        bound = report.about(id).of(Role.PRECISION)
        if bound is not None and bound.how in (How.STATED, How.DECLARED) and (n := precision_name(bound.value)):  # fmt: skip
            return _Format(n, ", precision declared" if bound.how is How.DECLARED else ", precision of the set-up")  # fmt: skip
    for key, value in report.defaults:
        if key == "precision" and (n := precision_name(value)):
            return _Format(n, ", precision declared")
    told = {
        n
        for m in report.paper.mentions
        if m.what == SET_UP and m.role == "ours"
        for key, value in m.settings
        if key == "precision" and (n := precision_name(value))
    }
    return _Format(told.pop(), ", precision of the set-up") if len(told) == 1 else None


def _share(report: Report, claim: AchievedRate, span: Span) -> HintView | None:
    """The share of the dense peak, where part and precision of a rate are stated or declared."""
    number = report.paper.number(claim.rate)
    if claim.scale != "gpu" or claim.asserted is Asserted.NO or claim.cues & _SILENT:
        return None
    if not number.quantity.bounded or isinstance(number.quantity.value, tuple):
        return None
    device = claim.device or _certain(report, claim.rate, Role.DEVICE)
    precision = claim.precision or _certain(report, claim.rate, Role.PRECISION)
    parts: tuple[Accelerator, ...] = variants(device) if device else ()
    reach = dense_peak_range(parts, precision) if parts and precision else None
    peak = dense_peak(parts, precision) if reach is not None else None
    if reach is None or peak is None or reach[0] <= 0:
        return None
    rate = number.quantity.point
    low, high = (f"{100 * rate / p:.0f}" for p in (reach[1], reach[0]))
    share = low if low == high else f"{low} to {high}"
    training = _certain(report, claim.rate, Role.PHASE) == "training"
    name = "MFU" if training and "recompute" not in claim.cues else "of peak"
    title = sources()[peak.source].title if peak.source in sources() else peak.source
    one = printing.quantity(peak.value, peak.unit).text
    shown = printing.quantity(rate, "FLOP/s").text
    at = whole_word(report.texts[span.doc], span)
    return HintView(at, f"= {share}% {name}", f"{shown} / {one}, the dense {precision} peak ({title})")  # fmt: skip


def _certain(report: Report, id: NumberId, role: Role) -> str:
    """What a number is bound to by words or by a declaration, and not by a guess."""
    bound = report.about(id).of(role)
    return bound.value if bound is not None and bound.how in (How.STATED, How.DECLARED) else ""
