"""Quick fixes write what was recomputed as the author writes: his decimals, his thousands marks."""

from __future__ import annotations

import pytest

from fixture import analyse
from tanaka.rules.api import FixKind
from tanaka.text import DocId

MAIN = DocId("main.tex")
FASTER = "Latency falls from 427\\,ms to 137\\,ms, "
NODES = "We use 256 nodes with 8 GPUs each, for a total of "

CASES = [
    (FASTER + "a $3.9\\times$ speedup.", "a $3.1\\times$ speedup."),
    (FASTER + "a 3.91x speedup.", "a 3.12x speedup."),
    (FASTER + "a \\num{3.9}$\\times$ speedup.", "a \\num{3.1}$\\times$ speedup."),
    (FASTER + "a $5\\times$ speedup.", "a $3\\times$ speedup."),
    (FASTER + "40\\% less.", "68\\% less."),
    (FASTER + "40.5\\,\\% less.", "67.9\\,\\% less."),
    (FASTER + "\\SI{40}{\\percent} less.", "\\SI{68}{\\percent} less."),
    (FASTER + "a $31.2\\times$ speedup.", "a $3.12\\times$ speedup."),
    (FASTER + "a $31\\times$ speedup.", "a $3.1\\times$ speedup."),
    (FASTER + "6.79\\% less.", "67.9\\% less."),
    (NODES + "1024 GPUs.", "2048 GPUs."),
    (NODES + "1,024 GPUs.", "2,048 GPUs."),
    (NODES + "$1{,}024$ GPUs.", "$2{,}048$ GPUs."),
    (NODES + "1\\,024 GPUs.", "2\\,048 GPUs."),
    (NODES + "\\num{1024} GPUs.", "\\num{2048} GPUs."),
]


@pytest.mark.parametrize(("wrong", "mended"), CASES)
def test_the_fix_keeps_the_authors_style(wrong: str, mended: str) -> None:
    text = wrong + "\n"
    report = analyse({MAIN: text})
    (found,) = report.findings
    (fix,) = (f for f in found.fixes if f.kind is FixKind.QUICKFIX)
    written = report.texts[MAIN]
    for edit in sorted(fix.edits, key=lambda e: -e.span.start):
        written = written[: edit.span.start] + edit.new + written[edit.span.end :]
    assert mended in written
    assert analyse({MAIN: written}).findings == ()
