"""Batches of tables whose activations are all kept: sequence, micro-batch and shape of the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.models import find_model
from tanaka.paper.model import Number, NumberId, Paper, Physical, Table
from tanaka.paper.physics.activations import KEPT
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Line, asserted, lines, models, plain

_BATCH = Lazy(r"^\W*(?:(?:micro|local|device|per-(?:GPU|device))[- ]?batch(?:[- ]?sizes?)?|MBS|batch(?:[- ]?sizes?)? ?(?:per|/) ?(?:GPU|device))\W*$", re.I)  # fmt: skip
_LENGTH = Lazy(r"^\W*(?:seq(?:uence)?\.?[- ]?(?:len(?:gth)?s?\.?)?|context(?:[- ]length)?|tokens per sequence|length)\W*$", re.I)  # fmt: skip
_LAYERS = Lazy(r"^\W*#?\s?(?:num(?:ber)?\.? of )?layers\W*$|^\W*L\W*$", re.I)
_WIDTH = Lazy(r"^\W*(?:hidden(?: (?:size|dim(?:ension)?|width))?|model dim(?:ension)?|d_?\{?model\}?|width)\W*$", re.I)  # fmt: skip
_RECOMPUTED = Lazy(r"\bre-?comput\w*|\bcheckpoint\w*", re.I)
_NONE = Lazy(r"^\W*(?:no|none|off|without|disabled|✗|✘|×|x)\W*$", re.I)
_RAN = Lazy(r"\bmemory\b|\btime\b|\bthroughput\b|\btok\w*\b|\bMFU\b|\bTFLOP\w*|\bspeed\b", re.I)
_ELSE = Lazy(
    r"\boff-?load\w*|\bOOM\b|\bout of memory\b|\bestimat\w*|\bpredict\w*|\bwould\b|\bcompress\w*|\brevers\w*|\bchunk\w*|\bparallel\w*|\bTP\b|\bPP\b|\bSP\b|\bCP\b|\bstages?\b|\bshard\w*|\bZeRO\b|\bFSDP\b|"
    r"\bQ?LoRA\b|\badapter\w*|\bfrozen\b|\baccumulat\w*|\bglobal\b|\binferen\w*|\bserv(?:e|es|ed|ing)\b|\bdecod\w*|\bprefill\b|\bexperts?\b|\bMoE\b|\bspars\w*|\blayer-?wise\b|\bper layer\b|\bone layer\b",
    re.I,
)


def kept_rows(paper: Paper) -> Iterator[Physical]:
    """Claims of lines that ran with all activations kept."""
    for table in paper.tables:
        said = " ".join((table.caption, *table.header, *table.stubs))
        if _ELSE.search(said) or not (KEPT.search(table.caption) or _RECOMPUTED.search(said)):
            continue
        for line in lines(paper, table):
            claim = None if _ELSE.search(line.said) else _claim(paper, table, line)
            if claim is not None:
                yield claim


def _claim(paper: Paper, table: Table, line: Line) -> Physical | None:
    batch, length = line.only(_BATCH, _counts), line.only(_LENGTH, _counts)
    if batch is None or length is None or not _kept(table, line):
        return None
    entry = next(e for e in line.entries if e.number is batch)
    if not any(_RAN.search(e.label) for e in line.entries):
        return None  # it did not run, or nobody says
    device, devices, model = line.part(entry), line.devices(entry), line.one(entry, models)
    layers, width = line.only(_LAYERS, _counts), line.only(_WIDTH, _counts)
    public = bool(model) and find_model(model or "") is not None
    if not device or devices is None or devices[0] != 1 or not (public or (layers and width)):
        return None
    given: list[tuple[str, NumberId]] = [("sequence", length.id)]
    if layers and width:
        given += [("layers", layers.id), ("hidden", width.id)]
    names = (("device", device), *((("model", model),) if public and model else ()))
    return Physical(
        "activations", batch.id, tuple(given), names, (("devices", 1.0),), frozenset({"table"}),
        frozenset({"micro"}), asserted(batch, length, layers, width),
    )  # fmt: skip


def _kept(table: Table, line: Line) -> bool:
    """Whether the line says that nothing is recomputed, or the caption does for all."""
    cells = [c for c in line.words if _RECOMPUTED.search(c[0])]
    if cells:
        return len(cells) == 1 and _NONE.match(cells[0][1]) is not None
    return KEPT.search(table.caption) is not None and not _RECOMPUTED.search(line.said)


def _counts(number: Number) -> bool:
    return plain(number, "1", 1.0) and number.quantity.point.is_integer()
