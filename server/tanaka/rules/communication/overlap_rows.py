"""Tables of computation and communication whose caption says that the one hides the other in full."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Paper, Physical
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Line, asserted, lines, plain

_WORK = Lazy(r"^\W*(?:computation|compute|backward(?: pass)?|computing)\b(?!\s?(?:\+|and|/|share|util))", re.I)  # fmt: skip
_TALK = Lazy(r"^\W*(?:communication|comm\.?|exchange|all[- ]?reduce|all[- ]?gather|all[- ]?to[- ]?all|synchroni[sz]ation|transfer)\b(?!\s?(?:\+|and|/|share|volume))", re.I)  # fmt: skip
_HIDDEN = Lazy(
    r"\b(?:fully|completely|entirely|perfectly|totally) (?:overlapped|hidden)\b|\b(?:overlap\w*|hid(?:es?|den)) (?:fully|completely|entirely|perfectly)\b|\b(?:overlaps?|hides?) all (?:of the )?communication\b|\bno communication is exposed\b",
    re.I,
)
_HEDGED = Lazy(
    r"\b(?:not|except|unless|if|where|without|until|almost|nearly|before|would|could|can|layers?|micro-?batch\w*|accumulat\w+|steps? late|in (?:bold|italics|gr[ae]y)|mark\w*|rows?)\b",
    re.I,
)


def overlap_rows(paper: Paper) -> Iterator[Physical]:
    """Rows of tables that state computation and communication of a step, the latter all hidden."""
    for table in paper.tables:
        if not _HIDDEN.search(table.caption) or _HEDGED.search(table.caption):
            continue
        for line in lines(paper, table):
            claim = _claim(line)
            if claim is not None:
                yield claim


def _claim(line: Line) -> Physical | None:
    if _HEDGED.search(line.name):
        return None
    work, talk = (line.only(p, lambda n: plain(n, "s", 1e-9)) for p in (_WORK, _TALK))
    if work is None or talk is None:
        return None
    return Physical(
        "hiding", talk.id, (("window", work.id),), (("window", "work"),), (), frozenset({"table"}), frozenset(),
        asserted(work, talk),
    )  # fmt: skip
