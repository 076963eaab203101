"""Tables with what a codec takes, what of the communication is left, and the step: rows against the plain one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Number, Paper, Physical
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Line, asserted, lines, plain

_CODEC = Lazy(r"\b(?:codecs?|encod\w+|(?:de)?compression|(?:de)?compress\w*|quanti[sz]\w+|selection|packing|conversion)\b(?!\s(?:ratio|rate|factor|level))", re.I)  # fmt: skip
_EXPOSED = Lazy(r"\b(?:exposed|visible|non-overlapped)\b", re.I)
_TALK = Lazy(r"\b(?:communication|comm\.?|exchange|all[- ]?reduce|all[- ]?gather|synchroni[sz]ation|sync|wire|transfer|network)\b", re.I)  # fmt: skip
_STEP = Lazy(r"^\W*(?:training |total )?(?:steps?|iterations?|total|end[- ]to[- ]end)\b", re.I)
_PLAIN = Lazy(r"\b(?:none|dense|baseline|uncompressed|plain|no compression|without|off|vanilla|FP32|FP16|BF16|full)\b", re.I)  # fmt: skip
_BESIDE = Lazy(r"\b(?:overlap\w*|hid(?:es?|den)|side stream|in parallel|asynchron\w+|per (?:bucket|layer|chunk)|CPU)\b", re.I)  # fmt: skip
_NOT_BESIDE = Lazy(r"\b(?:without|no|not|with no) (?:\w+ )?(?:overlap\w*|hid\w+)\b|\boverlap\w* (?:is )?(?:off|disabled|switched off)\b", re.I)  # fmt: skip

_GAINS = Lazy(r"\b(?:all|every|each|always)\b[^.;]{0,40}\b(?:gains?|faster|shorter|pays|profits?|benefits?)\b|\b(?:speeds? up|pays? (?:off )?|shortens?|accelerates?|benefits?) (?:for |in |with |on )?(?:all|every|each)\b", re.I)  # fmt: skip
_DENIED = Lazy(r"\b(?:not|no|never|except|but|only|or)\b|n't\b", re.I)
_CODED = Lazy(r"\b(?:compressed|coded|quanti[sz]ed|sparse|INT[48]|FP8|[1-8][- ]bit|with (?:it|codec|compression)|low-rank|top-?k)\b", re.I)  # fmt: skip
_CODEC_ONLY = Lazy(r"^\W*(?:codec|encod\w+(?: (?:and|\+|/) decod\w+)?|(?:de)?compression|quanti[sz]ation|packing|conversion)\b(?!\s(?:ratio|rate|factor|level))", re.I)  # fmt: skip


def codec_rows(paper: Paper) -> Iterator[Physical]:
    """Rows whose step is said to be shorter than that of the plain row, with codec and saving."""
    for table in paper.tables:
        if not any(_CODEC.search(h) for h in (*table.header, *table.stubs)):
            continue
        if _BESIDE.search(_NOT_BESIDE.sub(" ", table.caption)):
            continue
        found = list(lines(paper, table))
        if _GAINS.search(table.caption) and not _DENIED.search(table.caption):
            yield from (c for line in found if (c := _of_line(line)) is not None)
            continue
        base = [x for x in found if _PLAIN.search(x.name) and not _number(x, _CODEC, least=1e-9)]
        if len(base) != 1:
            continue
        for line in found:
            if line is not base[0] and (claim := _claim(line, base[0])) is not None:
                yield claim


def _of_line(line: Line) -> Physical | None:
    """A row that states the exchange with the codec and without, where the caption says that all rows gain."""
    codec = _number(line, _CODEC_ONLY, least=1e-9)
    dense = [e.number for e in line.entries if _TALK.search(e.label) and _PLAIN.search(e.label) and plain(e.number, "s")]  # fmt: skip
    coded = [e.number for e in line.entries if _TALK.search(e.label) and _CODED.search(e.label) and plain(e.number, "s")]  # fmt: skip
    if codec is None or len(dense) != 1 or len(coded) != 1 or dense == coded:
        return None
    return Physical(
        "codec-pays", codec.id, (("before", dense[0].id), ("after", coded[0].id)), (), (), frozenset({"table"}),
        frozenset({"gain"}), asserted(codec, dense[0], coded[0]),
    )  # fmt: skip


def _claim(line: Line, base: Line) -> Physical | None:
    codec = _number(line, _CODEC, least=1e-9)
    step, plain_step = _step(line), _step(base)
    column = _EXPOSED if any(_EXPOSED.search(e.label) for e in base.entries) else _TALK
    before, after = _number(base, column), _number(line, column)
    if codec is None or step is None or plain_step is None or before is None or after is None:
        return None
    if step.quantity.nominal.high >= plain_step.quantity.nominal.low:
        return None  # nothing is said to be gained
    return Physical(
        "codec-pays", codec.id, (("before", before.id), ("after", after.id)), (), (), frozenset({"table"}),
        frozenset({"gain"}), asserted(codec, step),
    )  # fmt: skip


def _step(line: Line) -> Number | None:
    """How long a step is; "in ms per step" leaves its own column without a unit."""
    return line.only(_STEP, lambda n: plain(n, "s") or plain(n, "1"))


def _number(line: Line, label: Lazy, least: float = 0.0) -> Number | None:
    return line.only(label, lambda n: plain(n, "s", least))
