"""Decoding rates of tables: model, part, format and batch of the line, the column or the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.catalog import find, most_capacity
from hwmodels.models import find_model
from tanaka.paper.decode import bits, format_names
from tanaka.paper.model import DecodeRate, Number, NumberId, Paper, Table
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules.table_lines import Entry, Line, asserted, lines, models, parts, plain

_DECODES = Lazy(
    r"\bdecod(?:e|es|ed|ing)\b|\bgenerat(?:e|es|ed|ing|ion)\b|\boutput tok\w*|\bTPOT\b|\bper output token\b|\binter-token\b",
    re.I,
)
_NOT = Lazy(
    r"\b(?:prefill\w*|prompts?|train\w*|fine-?tun\w*|first token|TTFT|end-to-end|E2E|total|overall|combined|input)\b", re.I
)  # fmt: skip
# What makes a pass yield more, or read less, than the batch and the weights.
ELSE = Lazy(
    r"\bspec(?:ulat\w*|[. -]?dec\w*)\b|\bdraft\w*|\bMedusa\b|\bEAGLE\b|\blook-?ahead\w*|\bn-?gram\b|\bmulti-?token\b|\bMTP\b|\bparallel decod\w*|\bdiffusion\b|"
    r"\bspars\w*|\bprun\w*|\bskip\w*|\bearly[- ]exit\w*|\bprefix\w*|(?<!one )(?<!each )(?<!per )(?<!single )\breplicas?\b|\bdata[- ]parallel\w*|\boff-?load\w*|\bsimulat\w*|\bestimat\w*|\bpredict\w*|\bproject\w*|"
    r"\btheor\w*|\broof\w*|\bideal\w*|\bmodell?ed\b|\bupper bound\b|\bhybrid\b|\bcpu\b|\bfpga\b|\basic\b|\bpim\b|\bfirst\b|\bbeams?\b|\bexit\b|\bcompress\w*|\bcascade\w*|\bsmall model\b|\bpeak\b|"
    r"\bmax(?:imum)? (?:batch|throughput)\b|\bconcurren\w*|\busers?\b|\bstreams\b|\brequests?\b|\bkernels?\b|\blayers?\b|\battention\b|\bQ?LoRA\b|\badapter\w*|\bdistill\w*",
    re.I,
)
_QUANTISED = Lazy(r"\bAWQ\b|\bGPTQ\b|\bGGUF\b|\bGGML\b|\bQ[2-8]_|\bquant\w*|\bEXL2\b|\bHQQ\b|\bQuIP\b|\bAQLM\b|\b\w*Quant\w*\b|\bSqueezeLLM\b|\bSpQR\b|\bQTIP\b|\bRTN\b|\bAtom\b|\bQServe\b|\bMarlin\b|\bFLUTE\b|\bBitNet\b|\bternary\b|\bbinary\b|\blow-rank\b|\bW\d\w*|\bbitsandbytes\b|\b\w*bit\w*\b", re.I)  # fmt: skip
_EACH = Lazy(r"\bper (?:GPU|device|chip|accelerator|card)\b|/\s?(?:GPU|device|chip|accelerator|card)\b", re.I)  # fmt: skip
_BATCH = Lazy(r"^\W*(?:decod(?:e|ing) )?(?:batch(?:[- ]?sizes?)?|BS)\b(?!\s?(?:per|/))", re.I)
_MANY = Lazy(
    r"\b(?:GPUs|nodes?|servers?|clusters?|machines?|devices|accelerators|cards|racks?|pods?|instances?|systems?|multi-?GPU|DGX|HGX|TP|PP|DP|tensor|parallel\w*|shard\w*|distribut\w*)\b|\d\s?[×x]\s?[A-Z]",
    re.I,
)
_BITS = Lazy(r"^\W*#?\s?(?:weight )?(?:bits?|bit[- ]?width)\W*$", re.I)
_SAID_BATCH = Lazy(r"\b(?:batch(?:[- ]?sizes?)?|BS)(?: (?:of|is))?\s?[=:-]?\s?(?P<n>\d+|one)\b(?!\s?(?:to|and|or|,|–|-|through)\s?(?:\d|one\b|two\b|four\b|eight\b|sixteen\b|up\b|larger|more)|\.\d)", re.I)  # fmt: skip
_SWEPT = Lazy(
    r"\bbatch(?:[- ]?sizes)\b|\bvarious batch\w*|\bdifferent batch\w*|\bbatch sizes?\s?[,:(]", re.I
)
_TIME = Lazy(r"\bTPOT\b|\bITL\b|\binter-token\b|\btime (?:per|of an?) (?:output )?token\b|\bms\s?/\s?tok\w*|\blatency per (?:output )?token\b|/\s?token\b", re.I)  # fmt: skip


def decode_rows(paper: Paper) -> Iterator[tuple[DecodeRate, frozenset[str]]]:
    """Rates and times of tokens in tables that speak of decoding.

    With each is told whether one part is assumed ("alone"), and whether its own line or column
    names part or model, and nothing else in words ("own").
    """
    for table in paper.tables:
        if ELSE.search(table.caption):
            continue
        for line in lines(paper, table):
            if ELSE.search(line.said):
                continue
            for entry in line.entries:
                claim = _claim(table, line, entry)
                if claim is not None:
                    yield claim


def _claim(table: Table, line: Line, entry: Entry) -> tuple[DecodeRate, frozenset[str]] | None:
    number, label = entry.number, entry.label
    time = plain(number, "s") and number.quantity.point < 10 and _TIME.search(label)
    if not (plain(number, "token/s") or time) or entry.cell.also or ELSE.search(label):
        return None
    said = f"{label} | {line.said}"
    if _NOT.search(said) or not (_DECODES.search(said) or (_DECODES.search(table.caption) and not _NOT.search(table.caption))):  # fmt: skip
        return None
    model = line.one(entry, models)
    device = line.part(entry)
    if not model or not device or len(models(said)) > 1:
        return None
    width, cache = format_of(line, entry)
    batch, at = batch_of(line, entry)
    if not width or batch is None or (time and batch != 1):
        return None
    each = _EACH.search(label) or number.per in ("gpu", "each")
    devices = (1.0, None) if each else line.devices(entry)
    alone = devices is None and _one_part(line, entry, device, model, width)
    if devices is None and not alone:
        return None
    count, counted = devices or (1.0, None)
    # nothing but parts and models in words: no method of which the caption says no format
    named = all(parts(text) or models(text) for _, text in line.words)
    own = named and bool(parts(said) or models(said))
    how = {name for name, so in (("alone", alone), ("own", own)) if so}
    return DecodeRate(
        number.id, True, model, width, cache, batch, at, context_of(line), device, count, counted, None,
        asserted(number),
    ), frozenset(how)  # fmt: skip


def _one_part(line: Line, entry: Entry, device: str, model: str, width: str) -> bool:
    """Whether a part that nobody counts stands in the singular, and holds the model alone."""
    said = f"{line.said} | {entry.label}"
    text = said if parts(said) else line.table.caption
    many = _MANY.search(f"{said} | {line.table.caption}") or any(_MANY.search(e.label) for e in line.entries)  # fmt: skip
    known, held, each = find_model(model), most_capacity(find(device)), bits(width)
    if (
        many
        or re.search(re.escape(device) + r"s\b", text)
        or known is None
        or held is None
        or each is None
    ):
        return False
    return known.parameters * each / 8 <= 0.8 * held.value


def format_of(line: Line, entry: Entry) -> tuple[str, str]:
    """Formats of weights and cache; of a line that speaks of fewer bits without their number none."""
    own = f"{line.said} | {entry.label}"
    column = line.only(_BITS, lambda n: plain(n, "1", 1.0) or plain(n, "bit", 1.0))
    if column is not None:
        return f"{column.quantity.point:g}-bit", ""
    width, cache = format_names(own)
    if width:
        return width, cache
    if _QUANTISED.search(own) or any(
        format_names(o)[0] or _QUANTISED.search(o) for o in line.others
    ):
        return "", ""
    return format_names(line.table.caption)


def batch_of(line: Line, entry: Entry) -> tuple[float | None, NumberId | None]:
    """The batch of a line, of a column ("batch size 8") or of the caption; None where it is open."""
    at = line.only(_BATCH, _is_batch)
    if at is not None:
        return at.quantity.point, at.id
    if any(_BATCH.search(e.label) and plain(e.number, "1") for e in line.entries):
        return None, None
    own = _batches(f"{entry.label} | {line.said}")
    if not own:
        if any(_batches(o) for o in line.others) or _SWEPT.search(line.table.caption):
            return None, None
        own = _batches(line.table.caption)
    return (own.pop(), None) if len(own) == 1 else (None, None)


_CONTEXT = Lazy(
    r"^\W*(?:mean |average |avg\.? )?(?:contexts?|ctx|cached(?: tokens)?|KV)(?:[- ](?:length|len\.?|tokens|size))?\W*(?:\(?tokens?\)?\W*)?$",
    re.I,
)


def context_of(line: Line) -> NumberId | None:
    """The number of a line that says how many positions each of its sequences has in the cache."""
    at = line.only(_CONTEXT, lambda n: plain(n, "1", 1.0) and n.quantity.point <= 1e7)
    return at.id if at is not None else None


def _batches(text: str) -> set[float]:
    return {1.0 if m["n"].lower() == "one" else float(m["n"]) for m in _SAID_BATCH.finditer(text)}


def _is_batch(number: Number) -> bool:
    return plain(number, "1", 1.0) and number.quantity.point.is_integer() and number.kind in (Kind.BATCH_SIZE, Kind.OTHER)  # fmt: skip
