"""Lines of tables that say where a model lies: its weights beside its devices, its batch and context beside both.

Made claims of `footprint`, `residence` and `cache residence`, which prove nothing; what a line leaves
open is bound as for prose (`bound`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.catalog import find
from hwmodels.models import find_model
from tanaka.paper.decode import format_names
from tanaka.paper.model import Number, NumberId, Paper, Physical, Table
from tanaka.paper.physics.sizes_beside import LOOSE
from tanaka.paper.physics.widths import widths
from tanaka.patterns import Lazy
from tanaka.rules.roofline.decode_rows import format_of
from tanaka.rules.table_lines import Entry, Line, asserted, lines, models, plain

_WEIGHTS = Lazy(r"\b(?:weights?|model size|weight (?:memory|size|footprint)|param(?:eter)?s? (?:memory|size))\b", re.I)  # fmt: skip
_TOKENS = Lazy(r"^\W*(?:(?:mean |avg\.? |average )?(?:context|ctx)(?:[- ](?:length|size|len))?|seq(?:uence)?\.?[- ]?(?:len(?:gth)?\.?)?|(?:prompt|input|KV) length|length)\W*(?:\(?tokens\)?)?\W*$", re.I)  # fmt: skip
_BATCH = Lazy(
    r"^\W*(?:batch(?:[- ]?sizes?)?|BS|sequences|requests|concurrent (?:requests|users|sequences)|streams)\W*$",
    re.I,
)
# Where a model is not wholly in the memory, or a line is of more than one replica or of a limit.
_ELSE = Lazy(
    r"\btrain\w*|\bfine-?tun\w*|\boff-?load\w*|\bswap\w*|\bstream(?:ed|ing)\b|\bspars\w*|\bprun\w*|\bcompress\w*|\bFlexGen\b|\bCPU\b|\bhost\b|\bhybrid\b|\bsimulat\w*|\bestimat\w*|\bpredict\w*|\bproject\w*|\btheor\w*|"
    r"\bper (?:GPU|device|layer|token|step)\b|/\s?(?:GPU|token|layer)\b|\blayers?\b|\bshard\w*|\bstages?\b|\breplicas?\b|\bnodes?\b|\bQ?LoRA\b|\badapter\w*|\bdraft\w*|\bspeculat\w*|\bNVMe\b|\bmax\w*|\blimit\w*|\bup to\b|\bprefix\w*|\bshared?\b|\bevict\w*|\bwindow\w*|"
    r"\bprefill\b|\btotal tokens\b|\boom\b|\bout of memory\b|\bcannot\b|\bnot fit\b|\bactiv\w*",
    re.I,
)
_CACHE = Lazy(r"\b(?:KV|key[- ]value|cache)\b", re.I)
_A_TOKEN = Lazy(r"\b(?:per|a|one|each|of a|for a)[- ]token\b|/\s?tok(?:en)?\b", re.I)
_SIZE = Lazy(r"^\W*(?:(?:KV )?(?:cache|size|memory|bytes)|[kKM]i?B)\b", re.I)
_PART = Lazy(r"\b(?:per|each|a|one)[- ](?:layer|head|GPU|device)\b|/\s?(?:layer|head|GPU)\b|\band (?:layer|head)\b|\b(?:compress|evict|quanti|window|sav|reduc|ratio|latent|shar|weights|states?)\w*\b", re.I)  # fmt: skip
_CACHE_ELSE = Lazy(r"\b(?:compress|evict|prun|spars|window|shar|prefix|draft|quanti|effective|retain)\w*\b|\bper (?:layer|head|GPU|device)\b", re.I)  # fmt: skip
_FORMAT_ALONE = Lazy(r"^\W*(?:BF16|FP16|FP32|FP8|INT8|INT4|NF4|bfloat16|float16|\d+[- ]bits?)\W*(?:\(?[GMT]i?B\)?)?\W*$", re.I)  # fmt: skip
_SPLIT = Lazy(r"\beach\b|\b(?:tensor|pipeline|model|expert)[- ]parallel\w*|\bevery (?:GPU|device)\b|\bof one\b|\bTP\b|\bPP\b", re.I)  # fmt: skip
_PARAMS = Lazy(r"^\W*(?:#\s?|no\. of |number of )?(?:params?|parameters)\W*$", re.I)
_SIZE_ALONE = Lazy(
    r"^\W*(?:(?:file |disk |checkpoint )?size|checkpoint|footprint)\W*(?:\(?[GMT]i?B\)?)?\W*$", re.I
)
_FILES = Lazy(r"\b(?:weights?|checkpoints?|model sizes?)\b", re.I)
_TRAINED = Lazy(r"\b(?:moments?|master|optimi[sz]er|Adam\w*|states?|train\w*)\b", re.I)
_LABEL = Lazy(r"(?<![\w.-])(?P<n>\d+(?:\.\d+)?)B\b")


def weight_rows(paper: Paper) -> Iterator[Physical]:
    """Sizes of weights of the models and formats of lines."""
    for table, line in _lines(paper):
        for entry in line.entries:
            if not _of_weights(table, entry):
                continue
            said, width = _model(line, entry), _width(line, entry)
            at = line.only(_PARAMS, lambda n: plain(n, "1", 1e6))
            if said is None and at is not None and not line.one(entry, models):
                said = ("", 0.0)
            if said is None or not width:
                continue
            name, label = said
            given = (("params", at.id),) if at is not None and not name and not label else ()
            if not (name or label or given):
                continue
            # a file may hold more than weights, whatever the caption says of the other columns
            alone = _SIZE_ALONE.search(entry.label)
            if alone and (_TRAINED.search(table.caption) or any(e is not entry and _WEIGHTS.search(e.label) for e in line.entries)):  # fmt: skip
                continue
            whole = re.search(r"\bweights?\b", entry.label if alone else f"{entry.label} | {table.caption}", re.I)  # fmt: skip
            named = (("kind", "weights" if whole else "checkpoint"), ("precision", width), *((("model", name),) if name else ()))  # fmt: skip
            counted = (("params", label),) if label and not name else ()
            cues = frozenset({LOOSE, "weights", "label"})
            yield Physical("footprint", entry.number.id, given, named, counted, frozenset({"table"}), cues if not given else cues - {"label"}, asserted(entry.number))  # fmt: skip


def token_rows(paper: Paper) -> Iterator[Physical]:
    """Caches of one token of the models of lines."""
    for table, line in _lines(paper, _CACHE_ELSE):
        if not _CACHE.search(" ".join((table.caption, *table.header, *table.stubs))):
            continue
        for entry in line.entries:
            label = f"{entry.label} | {table.caption}"
            if not plain(entry.number, "byte", 64.0) or entry.cell.also or not _A_TOKEN.search(entry.label if _A_TOKEN.search(entry.label) else label):  # fmt: skip
                continue
            # "the cache of one token, and BF16 weights" is of two columns
            of_columns = re.sub(r"\b(?:weights?|states?)\b", " ", table.caption) if _A_TOKEN.search(entry.label) else table.caption  # fmt: skip
            own = f"{entry.label} | {of_columns}"
            if _PART.search(f"{own} | {line.said}") or not (_A_TOKEN.search(entry.label) or _SIZE.search(entry.label)):  # fmt: skip
                continue
            name, width = line.one(entry, models), _width(line, entry)
            if not name or find_model(name) is None:
                continue
            named = [("kind", "cache-token"), ("model", name), *([("precision", width)] if width else [])]  # fmt: skip
            yield Physical("footprint", entry.number.id, (), tuple(named), (), frozenset({"table"}), frozenset({LOOSE}), asserted(entry.number))  # fmt: skip


def home_rows(paper: Paper) -> Iterator[Physical]:
    """Weights of a stated size on the counted devices of their line."""
    for table, line in _lines(paper):
        sizes = [e for e in line.entries if _of_weights(table, e)]
        if len(sizes) != 1:
            continue
        entry = sizes[0]
        device, devices = line.part(entry), line.devices(entry)
        if not device or not find(device) or devices is None:
            continue
        given: list[tuple[str, NumberId]] = [("size", entry.number.id)]
        if devices[1] is not None:
            given.append(("devices", devices[1]))
        yield Physical(
            "residence", entry.number.id, tuple(given), (("device", device),), (("devices", devices[0]),),
            frozenset({"table"}), frozenset({LOOSE}), asserted(entry.number),
        )  # fmt: skip


def batch_rows(paper: Paper) -> Iterator[Physical]:
    """Caches of the batch and the context of a line on its devices."""
    for _, line in _lines(paper):
        batch = line.only(_BATCH, _counts)
        tokens = line.only(_TOKENS, _counts)
        if batch is None or tokens is None or batch.quantity.point < 1 or tokens.quantity.point < 2:
            continue
        entry = next(e for e in line.entries if e.number is batch)
        said, device, devices = _model(line, entry), line.part(entry), line.devices(entry)
        if said is None or not device or not find(device) or devices is None:
            continue
        name, label = said
        weights, cache = format_of(line, entry)
        given: list[tuple[str, NumberId]] = [("tokens", tokens.id), ("batch", batch.id)]
        if devices[1] is not None:
            given.append(("devices", devices[1]))
        named = [("device", device)]
        named += [(role, value) for role, value in (("model", name), ("weights", weights), ("precision", cache)) if value]  # fmt: skip
        counted = (("devices", devices[0]), *((("params", label),) if label and not name else ()))
        yield Physical(
            "cache residence", batch.id, tuple(given), tuple(named), counted, frozenset({"table"}),
            frozenset({LOOSE, "label"}), asserted(batch, tokens),
        )  # fmt: skip


def _lines(paper: Paper, but: Lazy = _ELSE) -> Iterator[tuple[Table, Line]]:
    for table in paper.tables:
        if but.search(table.caption):
            continue
        for line in lines(paper, table):
            if not but.search(line.said):
                yield table, line


def _of_weights(table: Table, entry: Entry) -> bool:
    """Whether a number is the size of all weights of a model."""
    return bool(
        plain(entry.number, "byte", 1e8)
        and not entry.cell.also
        and (
            _WEIGHTS.search(entry.label)
            or (_WEIGHTS.search(table.caption) and _FORMAT_ALONE.search(entry.label))
            or (_FILES.search(table.caption) and _SIZE_ALONE.search(entry.label))
        )
        and not _ELSE.search(entry.label)
        and not _SPLIT.search(f"{table.caption} | {entry.label}")
        and not re.search(r"\b(?:cache|KV|state|total|peak|saving|left)\b", entry.label, re.I)
    )


def _model(line: Line, entry: Entry) -> tuple[str, float] | None:
    """The model of a line by its public name, or by its label ("13B, FP16"); None where it is open."""
    name = line.one(entry, models)
    if name is None:
        return None
    if name and find_model(name) is not None:
        return name, 0.0
    for text in (f"{line.said} | {entry.label}", line.table.caption):
        found = {float(m["n"]) for m in _LABEL.finditer(text)}
        if found:
            return ("", 1e9 * found.pop()) if len(found) == 1 else None
    return None


def _width(line: Line, entry: Entry) -> str:
    """The one format of a line, its column or the caption."""
    for text in (f"{line.said} | {entry.label}", line.table.caption):
        said = widths(text)
        if said:
            return said[0].name if len({w.bits for w in said}) == 1 else ""
        if format_names(text)[0]:
            return ""
    return ""


def _counts(number: Number) -> bool:
    return plain(number, "1", 1.0)
