"""Utilisations of tables beside their rates of tokens: model, part and count of the line, the caption or the paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.models import find_model
from tanaka.paper.model import NumberId, Paper, Physical, Table
from tanaka.paper.physics import throughput, utilization
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules import machine
from tanaka.rules.table_lines import Entry, Line, asserted, formats, lines, models, plain

_SHARE = Lazy(r"\b(?:MFU|HFU)\b|\butili[sz]ation\b|(?:%|\bpercent\w*|\bshare|\bfraction) of (?:the )?(?:dense )?peak\b", re.I)  # fmt: skip
_MODEL_FLOPS = Lazy(r"\bMFU\b|\b[Mm]odel FLOPs?")
_HARDWARE_FLOPS = Lazy(r"\bHFU\b|\b[Hh]ardware FLOPs?")
_OF_ELSE = Lazy(r"\b(?:memory|HBM|VRAM|bandwidth|link|network|CPU|SM|cache|bubble|power|KV|expert|disk|PCIe)\b", re.I)  # fmt: skip
_TRAINS = Lazy(r"\b(?:pre-?|continued |fine-?)?(?:train|tun)\w*|\bMFU\b", re.I)
_PROMPTS = Lazy(r"\bprefill\w*|\bprompts?\b", re.I)
_DECODES = Lazy(r"\bdecod\w+|\bgenerat\w+|\boutput tok\w*|\bserv(?:e|es|ed|ing)\b|\bend-to-end\b", re.I)  # fmt: skip
# What may take less, or more, than six operations of each parameter and token.
_OTHER = Lazy(
    r"\bQ?LoRA\b|\badapters?\b|\bfrozen\b|\bfreez\w+|\bPEFT\b|\bdistil\w*|\bspeculat\w*|\bdraft\w*|\bspars\w*|\bprun\w*|\bencoder\w*|\bvision\b|\bimages?\b|\bViT\b|\bsimulat\w*|\bestimat\w*|\bpredict\w*|"
    r"\btheor\w*|\bideal\w*|\bprefix\b|\bcach(?:ed|ing)\b|\bhits?\b|\bpack\w*|\bRLHF\b|\bPPO\b|\brollout\w*|\bhybrid\b|\bMamba\b|\bsingle layer\b|\bone layer\b|\blayers? of\b|\bper layer\b",
    re.I,
)
_EACH = Lazy(r"\b(?:per|each)[ -](?:GPU|device|chip|accelerator|card|GCD|TPU)\b|/\s?(?:GPU|device|chip|accelerator|card|GCD|TPU)\b", re.I)  # fmt: skip
_OF_OTHERS = Lazy(r"\bper (?:node|user|request|stage|replica|host|core|server|machine|instance)\b|/\s?(?:node|user|request|replica|host|core)\b", re.I)  # fmt: skip
_PARAMS = Lazy(r"^\W*(?:#\s?)?param\w*(?: count)?\W*$|^\W*(?:model )?size\W*$|^\W*N\W*$", re.I)
_ACTIVE = Lazy(r"\bactiv(?:e|ated)\b", re.I)
_SEQUENCE = Lazy(r"\bseq\w*(?:[. -]*len\w*)?\b|\bcontext\b", re.I)
_LABEL = 0.1  # "13B" is the label of a model whose column of parameters says 13.02


def token_share_tables(paper: Paper) -> Iterator[tuple[Physical, ...]]:
    """Utilisations and rates of tokens that the lines of each table state, as claims on the former."""
    sparse = bool(machine.excuses(paper, "experts"))
    for table in paper.tables:
        if _OTHER.search(table.caption) or not any(_SHARE.search(h) for h in (*table.header, *table.stubs)):  # fmt: skip
            continue
        found = (_claim(table, line) for line in lines(paper, table))
        yield tuple(c for c in found if c is not None and not (sparse and c.at("params")))


def _claim(table: Table, line: Line) -> Physical | None:
    labels = " | ".join(dict.fromkeys(e.label for e in line.entries))
    said = f"{line.said} | {labels}"
    shares = [e for e in line.entries if e.number.quantity.shown_unit == "%" and _SHARE.search(e.label) and not _OF_ELSE.search(e.label)]  # fmt: skip
    rates = [e for e in line.entries if plain(e.number, "token/s") and not e.cell.also]
    if len(shares) != 1 or len(rates) != 1 or _OTHER.search(said) or shares[0].cell.also:
        return None
    share, rate = shares[0], rates[0]
    phase = _phase(said) or _phase(table.caption)
    device, sized = line.part(share), _size(table, line, share)
    width = line.one(share, formats)
    if not phase or device is None or sized is None or _OF_OTHERS.search(rate.label):
        return None
    each = _EACH.search(rate.label) or rate.number.per in ("gpu", "each")
    devices = (1.0, None) if each else line.devices(rate)
    if devices is None:
        return None
    label = share.label
    kind = "HFU" if _HARDWARE_FLOPS.search(label) else "MFU" if _MODEL_FLOPS.search(label) else "peak"  # fmt: skip
    given: list[tuple[str, NumberId]] = [("rate", rate.number.id), *sized[0]]
    named = [("phase", phase), ("kind", kind), *sized[1]]
    if devices[1] is not None:
        given.append(("devices", devices[1]))
    length = line.only(_SEQUENCE, lambda n: plain(n, "1", 16.0))
    if length is not None:
        given.append(("sequence", length.id))
    if device:
        named.append(("device", device))
    if width:
        named.append(("precision", width))
    everything = f"{said} | {table.caption}"
    cues = {n for cues in (throughput.CUES, utilization.CUES) for n, p in cues.items() if p.search(everything)}  # fmt: skip
    # of a group of columns the caption may say which of two it is for
    return Physical(
        "token-utilization", share.number.id, tuple(given), tuple(named), (("devices", devices[0]),), frozenset({"table"}),
        frozenset(cues - {"effective"}) if kind == "MFU" else frozenset(cues), asserted(share.number, rate.number),
    )  # fmt: skip


def _phase(text: str) -> str:
    """What is done at a rate; "" where a text names none, or two."""
    if _DECODES.search(text):
        return ""
    training, prompts = _TRAINS.search(text), _PROMPTS.search(text)
    if bool(training) == bool(prompts):
        return ""
    return "training" if training else "prefill"


def _size(
    table: Table, line: Line, entry: Entry
) -> tuple[tuple[tuple[str, NumberId], ...], tuple[tuple[str, str], ...]] | None:
    """A model that is known, or how many parameters there are; None where neither is told."""
    name = line.one(entry, models)
    if name and find_model(name):
        return (), (("model", name),)
    if any(_ACTIVE.search(e.label) for e in line.entries) or name is None:
        return None
    found = [
        e.number
        for e in line.entries
        if (_PARAMS.search(e.label) or e.number.kind is Kind.PARAM_COUNT) and plain(e.number, "1", 3e7)
        and e.number.quantity.shown_unit not in ("%", "×")
    ]  # fmt: skip
    if not found:
        return None
    # the label of a size, and the size in full
    best = max(found, key=lambda n: len(n.quantity.literal.text))
    if any(abs(n.quantity.point / best.quantity.point - 1) > _LABEL for n in found):
        return None
    return (("params", best.id),), ()
