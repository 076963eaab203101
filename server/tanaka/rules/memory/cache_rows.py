"""Sizes of key-value caches in tables: the model, the context and the batch of the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.models import find_model
from tanaka.paper.decode import format_names
from tanaka.paper.model import Number, NumberId, Paper, Physical, Table
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Entry, Line, asserted, lines, models, plain

_CACHE = Lazy(r"\b(?:KV|K/V|key[-/ ]value)[- ]?cache\w*|\bcache(?: (?:size|memory))?\b", re.I)
_SIZE = Lazy(r"^\W*(?:(?:total )?(?:size|memory|footprint|storage)|[KMGT]i?B)\b", re.I)
_TOKENS = Lazy(r"^\W*(?:context(?:[- ](?:length|size|window))?|seq(?:uence)?\.?[- ]?(?:len(?:gth)?\.?)?|(?:prompt|input|KV) length|length|tokens|positions)\W*(?:\(?tokens\)?)?\W*$", re.I)  # fmt: skip
_BATCH = Lazy(
    r"^\W*(?:batch(?:[- ]?sizes?)?|BS|sequences|concurrent (?:requests|users|sequences))\W*$", re.I
)
# Of less than the cache, or of more.
_ELSE = Lazy(
    r"\bper\b|/\s?(?:token|layer|GPU|head)|\blayers?\b|\bGPUs?\b|\bsav\w*|\breduc\w*|\bcompress\w*|\bspars\w*|\bevict\w*|\bprun\w*|\bwindow\w*|\bsliding\b|\bshar\w*|\bprefix\w*|\bweights?\b|\btotal\b|\bpeak\b|"
    r"\bbudget\b|\bretain\w*|\bkept\b|\boff-?load\w*|\bpag\w*|\bfragment\w*|\bwast\w*|\bMLA\b|\blatent\b|\blinear\b|\bhybrid\b|\bstate\b|\bratio\b|\bquanti[sz]\w*|\bours?\b|\brelative\b|\bindex\w*|\btensor[- ]parallel\w*|\bTP\b",
    re.I,
)
_PLAIN = Lazy(r"^(?:[\s|,;()/+*×x\d.KMB-]|full|dense|baseline|standard|vanilla|MHA|GQA|MQA|KV|cache|tokens?|context|batch|size|length|[KMGT]i?B)*$", re.I)  # fmt: skip


def cache_rows(paper: Paper) -> Iterator[Physical]:
    """Sizes of whole caches of known models, as claims that prove nothing."""
    for table in paper.tables:
        said = " ".join((table.caption, *table.header, *table.stubs))
        if not _CACHE.search(said) or _ELSE.search(table.caption):
            continue
        for line in lines(paper, table):
            for entry in line.entries:
                claim = _claim(table, line, entry)
                if claim is not None:
                    yield claim


def _claim(table: Table, line: Line, entry: Entry) -> Physical | None:
    number, label = entry.number, entry.label
    own = _CACHE.search(label) or (_CACHE.search(table.caption) and _SIZE.search(label))
    if not own or not plain(number, "byte") or entry.cell.also or _ELSE.search(f"{label} | {line.said}"):  # fmt: skip
        return None
    name = line.one(entry, models)
    width = _width(line, entry)
    tokens = line.only(_TOKENS, _counts)
    if not name or find_model(name) is None or tokens is None or width is None:
        return None
    rest = re.sub(r"\S+", lambda m: "" if format_names(m.group())[0] else m.group(), line.said.replace(name, " "))  # fmt: skip
    if not _PLAIN.match(rest):
        return None  # a method, of which the line alone says something
    batch = line.only(_BATCH, _counts)
    given: list[tuple[str, NumberId]] = [("tokens", tokens.id)]
    cues = {"several"}  # sequences that nobody counts
    if batch is not None:
        given.append(("batch", batch.id))
        cues = set()
    named = [("kind", "cache"), ("model", name), *([("precision", width)] if width else [])]
    return Physical(
        "footprint", number.id, tuple(given), tuple(named), (), frozenset({"table"}), frozenset(cues),
        asserted(number, tokens, batch),
    )  # fmt: skip


def _width(line: Line, entry: Entry) -> str | None:
    """The one format that is named for a size; "" for none, None for two."""
    for text in (f"{line.said} | {entry.label}", line.table.caption):
        weights, cache = format_names(text)
        if cache or weights:
            return cache or weights
        if re.search(r"\b\w*bits?\b|\bINT\d|\bFP\d", text, re.I):
            return None
    return ""


def _counts(number: Number) -> bool:
    return plain(number, "1", 1.0)
