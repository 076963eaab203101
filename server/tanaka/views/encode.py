"""The JSON of ``check``, and what every JSON shares: plain dictionaries, lines and columns from one."""

from __future__ import annotations

import math
from typing import TypeAlias

from tanaka.analysis.report import Located, Report
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
