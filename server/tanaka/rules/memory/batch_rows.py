"""Batches of tables that keep all activations: sequences of a device, the model of the line, the length of the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Number, NumberId, Paper, Physical, Table
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules.table_lines import Entry, Line, asserted, lines, models, plain

_PER_DEVICE = Lazy(r"^\W*(?:#\s?)?(?:(?:seq(?:uence)?s?\.?|samples?|(?:micro|local|device)[- ]?batch(?: size)?|batch(?: size)?)\s?(?:per|/)\s?(?:GPU|device|card)|(?:micro|local|device|per-GPU)[- ]?batch(?:[- ]size)?|MBS)\W*$", re.I)  # fmt: skip
_PLAIN = Lazy(r"^\W*(?:seq(?:uence)?s?\.?|b|batch(?: size)?)\W*$", re.I)
_SAID = Lazy(
    r"\b(?:sequences?|batch(?:es)?|micro-?batch(?:es)?|b)\b[^.;]{0,30}\bper (?:GPU|device)\b", re.I
)
_NEVER = Lazy(r"\b(?:without|no) (?:any |activation |gradient )*(?:re-?comput\w+|checkpointing)\b|\bdense (?:models|ones) none\b|\bnothing is re-?computed\b|\b(?:re-?comput\w+|checkpointing) (?:is|was) (?:off|disabled|not used)\b", re.I)  # fmt: skip
_AGAIN = Lazy(r"\bre-?comput\w*|\bcheckpoint\w*", re.I)
_ELSE = Lazy(
    r"\boff-?load\w*|\bOOM\b|\bestimat\w*|\bpredict\w*|\bwould\b|\bTP\b|\bPP\b|\bSP\b|\bCP\b|\btensor\b|\bpipeline\b|\bsequence[- ]parallel\w*|\bstages?\b|\bLoRA\b|\badapters?\b|\bfrozen\b|\baccumulat\w*|"
    r"\bglobal\b|\binferen\w*|\bserv(?:e|es|ed|ing)\b|\bdecod\w*|\bprefill\b|\blayer-?wise\b|\bimages?\b|\bcompress\w*|\brevers\w*",
    re.I,
)


_HOW = Lazy(r"\bchunk\w*|\bspars\w*|\bexperts?\b|\bMoE\b|\bMixtral\b|\bshard\w*|\bours\b", re.I)
_LENGTH = Lazy(r"\b(?:len(?:gth)?s?|context|tokens per sequence)\b", re.I)
_RAN = Lazy(
    r"\bmemory\b|\btime\b|\bthroughput\b|\btok\w*\b|\bMFU\b|\bTFLOP\w*|\bstep\b|\bpeak\b", re.I
)


def batch_rows(paper: Paper) -> Iterator[Physical]:
    """Sequences of a device of lines that ran without recomputation."""
    for table in paper.tables:
        said = " | ".join((table.caption, *table.header, *table.stubs))
        if any(_LENGTH.search(label) for label in (*table.header, *table.stubs)):
            continue  # `kept_rows` reads those
        if _ELSE.search(said) or not any(
            _RAN.search(label) for label in (*table.header, *table.stubs)
        ):
            continue
        if not _NEVER.search(table.caption):
            continue
        for line in lines(paper, table):
            for entry in line.entries:
                claim = _claim(paper, table, line, entry)
                if claim is not None:
                    yield claim


def _claim(paper: Paper, table: Table, line: Line, entry: Entry) -> Physical | None:
    own = _PER_DEVICE.search(entry.label) or (
        _PLAIN.search(entry.label) and _SAID.search(table.caption)
    )
    if (
        not own
        or not _counts(entry.number)
        or _AGAIN.search(line.said)
        or _ELSE.search(line.said)
        or _HOW.search(line.said)
    ):
        return None
    model = line.one(entry, models)
    heads = [e.number for e in line.entries if e.number.kind is Kind.PARAM_COUNT and plain(e.number, "1", 1e8)]  # fmt: skip
    if not model and not heads:
        return None
    told = [paper.number(n) for n in table.stated]
    lengths = [n for n in told if n.kind is Kind.SEQ_LEN and n.quantity.point >= 128]
    given: list[tuple[str, NumberId]] = [("params", n.id) for n in heads[:1]]
    given += [("sequence", n.id) for n in lengths[:1]]
    device = line.part(entry) or ""
    names = [("form", "batch"), *((("model", model),) if model else ()), *((("device", device),) if device else ())]  # fmt: skip
    return Physical("kept batch", entry.number.id, tuple(given), tuple(names), (), frozenset({"table"}), frozenset({"never"}), asserted(entry.number))  # fmt: skip


def _counts(number: Number) -> bool:
    return plain(number, "1", 1.0) and number.quantity.point.is_integer()
