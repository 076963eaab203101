"""The JSON of ``check`` and ``facts``: plain dictionaries, lines and columns from one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

from tanaka.analysis.report import Located, Report
from tanaka.quantity import Kind, Qualifier
from tanaka.rules.api import (
    Assumption,
    Computed,
    Datasheet,
    Declared,
    Inferred,
    Origin,
    Stated,
    Step,
)
from tanaka.text import DocId, Span
from tanaka.views import derivation, printing
from tanaka.views.places import Places

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def point(places: Places, doc: DocId, offset: int) -> Json:
    """Line and column from one, columns in code points; in a PDF the page, and 1."""
    line, column = places.position(doc, offset)
    return {"line": line + 1, "column": column + 1}


def span_record(places: Places, span: Span) -> dict[str, Json]:
    """File, start and exclusive end; in a PDF the words that stand there, too."""
    record: dict[str, Json] = {
        "file": places.file(span.doc),
        "start": point(places, span.doc, span.start),
        "end": point(places, span.doc, span.end),
    }
    quoted = places.quote(span)
    return record | ({"quote": quoted} if quoted else {})


def bound(value: float) -> float | None:
    """A finite number, or None where there is no bound."""
    return value if math.isfinite(value) else None


def findings(report: Report) -> dict[str, Json]:
    """``tanaka.findings/1`` for one paper."""
    places = Places(report)
    return {
        "schema": "tanaka.findings/1",
        "root": places.file(report.root),
        "files": [places.file(d) for d in report.files],
        "findings": [_finding(item, places) for item in report.findings],
        "suppressed": [
            {
                "code": s.located.finding.code,
                "file": places.file(s.located.span.doc),
                "line": places.start(s.located.span)[0] + 1,
                "reason": s.reason,
            }
            for s in report.suppressed
        ],
        "coverage": coverage(report),
    }


def coverage(report: Report) -> dict[str, Json]:
    """Coverage counts as every front end shows them."""
    c = report.coverage
    by_rule: dict[str, Json] = dict(c.by_rule)
    return {
        "quantities": c.quantities,
        "read": c.read,
        "bound": c.bound,
        "checked": c.checked,
        "consistent": c.consistent,
        "by_rule": by_rule,
    }


def _finding(item: Located, places: Places) -> Json:
    f = item.finding
    return {
        "code": f.code,
        "name": f.name,
        "verdict": str(f.verdict),
        "severity": f.verdict.severity,
        **span_record(places, item.span),
        "message": f.message,
        "question": f.question,
        "only_if": f.only_if,
        "derivation": [_step(s, places) for s in f.steps],
        "related": [{**span_record(places, s), "message": words} for s, words in item.related],
        "fixes": [
            {
                "title": x.title,
                "kind": str(x.kind),
                "edits": [{**span_record(places, e.span), "new_text": e.new} for e in x.edits],
            }
            for x in item.fixes
        ],
        "fingerprint": f.fingerprint,
    }


def _step(step: Step, places: Places) -> Json:
    origin: dict[str, Json] = {"kind": source_kind(step.origin)}
    where = derivation.stated_at(step.origin, places)
    if where is not None:
        origin |= {"file": places.file(where.doc), "line": places.start(where)[0] + 1}
    origin["ref"] = derivation.source(step.origin, places)
    return {
        "symbol": step.symbol or step.label,
        "label": step.label,
        "value": bound(step.value),
        "low": bound(step.low),
        "high": bound(step.high),
        "unit": "1" if step.unit == "%" else step.unit,
        "text": printing.step_text(step) or printing.step_value(step).text,
        "source": origin,
    }


def source_kind(origin: Origin) -> str:
    """Kind of a step's source, as the JSON output names it."""
    match origin:
        case Stated():
            return "stated"
        case Inferred():
            return "inferred"
        case Declared():
            return "declared"
        case Datasheet():
            return "datasheet"
        case Assumption():
            return "assumption"
        case Computed():
            return "formula"


def facts(report: Report) -> dict[str, Json]:
    """``tanaka.facts/1``: every quantity, in reading order."""
    places = Places(report)
    out: list[Json] = []
    for n in report.paper.numbers:
        span = report.spans.numbers[n.id].whole
        q = n.quantity
        # "15% higher" of kind speedup is told as the factor 1.15
        base = 1.0 if n.kind is Kind.SPEEDUP and q.shown_unit == "%" else 0.0
        value: Json = [base + v for v in q.value] if isinstance(q.value, tuple) else base + q.value
        context: dict[str, Json] = dict(n.context)
        out.append(
            {
                "id": n.id,
                **span_record(places, span),
                "text": report.texts[span.doc][span.start : span.end],
                "value": value,
                "low": bound(base + q.nominal.low),
                "high": bound(base + q.nominal.high),
                "unit": q.unit,
                "kind": str(n.kind),
                "qualifier": str(Qualifier.RANGE if isinstance(q.value, tuple) else q.qualifier),
                "entity": n.entity,
                "binding": str(n.binding),
                "checked": n.id in report.checked,
                "context": context,
            }
        )
    return {"schema": "tanaka.facts/1", "root": places.file(report.root), "facts": out}


def facts_text(report: Report) -> str:
    """Every quantity, one a line, by file, for people."""
    places = Places(report)
    lines: list[str] = []
    current: DocId | None = None
    entries: list[tuple[DocId, int, str]] = []
    order: Mapping[DocId, int] = {d: i for i, d in enumerate(report.files)}
    for n in report.paper.numbers:
        span = report.spans.numbers[n.id].whole
        q = n.quantity
        line, column = places.start(span)
        value = (
            f"{q.value[0]:g} to {q.value[1]:g} {q.unit}"
            if isinstance(q.value, tuple)
            else f"{q.value:.6g} {q.unit}"
        )
        state = "checked" if n.id in report.checked else "read"
        about = f"  {n.entity}" if n.entity else ""
        place = f"{line + 1:>5}" + ("" if places.pages(span.doc) else f":{column + 1}")
        written = " ".join(report.texts[span.doc][span.start : span.end].split())
        entries.append(
            (
                span.doc,
                span.start,
                f"  {place:<10} {written[:34]:<34}  {value:<20}  {n.kind:<16} {state:<7}{about}",
            )
        )
    for doc, _, text in sorted(entries, key=lambda e: (order.get(e[0], 99), e[1])):
        if doc != current:
            lines.append(places.file(doc))
            current = doc
        lines.append(text.rstrip())
    c = report.coverage
    lines.append(
        f"{c.quantities} numbers, {c.read} read, {c.bound} bound, {c.checked} checked, {c.consistent} consistent."
    )
    return "\n".join(lines) + "\n"
