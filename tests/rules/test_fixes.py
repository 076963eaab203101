"""Quick fixes write what was recomputed as the author writes: his decimals, his thousands marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixture import analyse, cases
from tanaka.analysis import Report
from tanaka.analysis.report import LocatedFix
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
    written = applied(report, fix, MAIN)
    assert mended in written
    assert analyse({MAIN: written}).findings == ()


def applied(report: Report, fix: LocatedFix, doc: DocId) -> str:
    written = report.texts[doc]
    for edit in sorted(fix.edits, key=lambda e: -e.span.start):
        written = written[: edit.span.start] + edit.new + written[edit.span.end :]
    return written


# -- what the hardware says -------------------------------------------------------------------
SPARSE = "Say that 2:4 sparsity is counted"
OFFERED = [
    # the unit, in the spelling of the author
    ("The A100-80GB has 80\\,MB of memory.", "Write GB", "has 80\\,GB of"),
    ("The A100-80GB has $80$\\,MB of memory.", "Write GB", "has $80$\\,GB of"),
    ("The A100-80GB has 80MB of memory.", "Write GB", "has 80GB of"),
    ("The A100-80GB has \\SI{80}{\\mega\\byte} of memory.", "Write GB", "\\SI{80}{\\giga\\byte} of"),
    ("The A100-80GB has \\SI{80}{MB} of memory.", "Write GB", "\\SI{80}{GB} of"),
    ("The H100 SXM has a memory bandwidth of 3.35\\,GBps.", "Write TB/s", "3.35\\,TBps."),
    ("The H100 SXM has a TDP of 700\\,kW.", "Write W", "700\\,W."),
    ("The V100 SXM2 has a dense FP16 peak of 125\\,GFLOPS.", "Write TFLOPS", "125\\,TFLOPS."),
    ("The NVLink of the H100 SXM carries 900~Gb/s.", "Write GB/s", "900~GB/s."),
    ("Each node has eight A100-80GB GPUs with 640\\,TB of GPU memory in total.", "Write GB", "640\\,GB of"),
    ("In BF16 each A100 sustains 250\\,PFLOP/s on our largest matrix product.", "Write TFLOP/s", "250\\,TFLOP/s on"),
    ("Each GPU sends 110\\,GB/s in one direction over its one 200\\,Gb/s port.", "Write Gb/s", "110\\,Gb/s in"),
    ("A STREAM copy over 4\\,GB attains 1.8\\,PB/s on an A100-80GB.", "Write TB/s", "1.8\\,TB/s on"),
    ("128 A100s train the dense 7B model in BF16 on 1T tokens in 31 hours.", "Write days", "in 31 days."),
    ("The weights of Llama-2-70B take 140\\,MB in FP16.", "Write GB", "140\\,GB in"),
    ("A ring all-reduce of 10\\,GB among 8 GPUs over 25\\,GB/s links takes 1.2\\,ms.", "Write s", "1.2\\,s."),
    # the value, where it is known
    ("Each node has eight A100-80GB GPUs with 1\\,TB of GPU memory in total.", "Write 0.64 TB", "with 0.64\\,TB of"),
    ("A part that takes 30\\% of the time becomes 4$\\times$ faster, so the whole is 2.5$\\times$ faster.", "Write 1.3×", "is 1.3$\\times$ faster."),
    ("On 64 GPUs, ZeRO-1 reduces the model states per GPU by 16 times.", "Write 3.8", "by 3.8 times."),
    # the dense peak, and the words of the sparse one
    ("The A100 has a dense BF16 peak of 624\\,TFLOP/s.", "Write the dense peak, 312 TFLOP/s", "of 312\\,TFLOP/s."),
    ("In BF16 each A100 sustains 624\\,TFLOP/s on our largest matrix product.", "Write the dense peak, 312 TFLOP/s", "sustains 312\\,TFLOP/s on"),
    ("In BF16 each A100 sustains 450\\,TFLOP/s on our largest matrix product.", SPARSE, "450\\,TFLOP/s (with 2:4 sparsity) on"),
    ("In BF16 each A100 sustains $450$~TFLOPS.", SPARSE, "$450$~TFLOPS (with 2:4 sparsity)."),
    ("The A100 has a dense BF16 peak of 624\\,TFLOP/s.", SPARSE, "624\\,TFLOP/s (with 2:4 sparsity)."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "title", "mended"), OFFERED)
def test_what_the_hardware_says_is_written_as_the_author_writes(
    wrong: str, title: str, mended: str
) -> None:
    report = analyse({MAIN: wrong + "\n"})
    (found,) = report.findings
    fix = next(f for f in found.fixes if f.title == title)
    written = applied(report, fix, MAIN)
    assert mended in written
    assert analyse({MAIN: written}).findings == ()


NOT_OFFERED = [
    # no other unit agrees with what is known
    "In BF16 each A100 sustains 700\\,TFLOP/s on our largest matrix product.",
    "128 A100s train the dense 7B model in BF16 on 1T tokens in 6 days.",
    "A ring all-reduce of 10\\,GB among 8 GPUs over 25\\,GB/s links takes 0.4\\,s.",
    # only a bound is known, and no value
    "On one A100-80GB, Llama-2-7B in BF16 decodes 300 tokens/s at batch 1.",
    "A STREAM copy over 4\\,GB attains 2.4\\,TB/s on an A100-80GB.",
]


@pytest.mark.parametrize("wrong", NOT_OFFERED)
def test_nothing_is_written_where_only_a_bound_is_known(wrong: str) -> None:
    (found,) = analyse({MAIN: wrong + "\n"}).findings
    assert [f.kind for f in found.fixes] == [FixKind.IGNORE]


@pytest.mark.parametrize(
    ("rate", "written"),
    [
        ("$450\\,\\mathrm{TFLOP/s}$ of it", "$450\\,\\mathrm{TFLOP/s}$ (with 2:4 sparsity) of it"),
        ("\\textbf{450\\,TFLOP/s} of it", ""),
        ("$R = 450\\,TFLOP/s$ of it", ""),
        ("\\begin{equation}450\\,TFLOP/s\\end{equation}", ""),
    ],
)
def test_words_go_where_text_is_and_nowhere_else(rate: str, written: str) -> None:
    report = analyse({MAIN: f"In BF16 each A100 sustains {rate}.\n"})
    fixes = [f for found in report.findings for f in found.fixes if f.title == SPARSE]
    assert [written in applied(report, f, MAIN) for f in fixes] == ([True] if written else [])


PAGES = sorted(Path(__file__).parent.glob("TK[234]*.md"))
_MOST = 5


@pytest.mark.parametrize("page", PAGES, ids=[p.stem for p in PAGES])
def test_a_fix_answers_its_finding(page: Path) -> None:
    firing = [c for c in cases(page) if any(e.code == page.stem for e in c.expected)]
    for case in firing[:_MOST]:
        texts = {DocId(name): text for name, text in case.files.items()}
        report = analyse(texts)
        told = [f for f in report.findings if f.finding.code == page.stem]
        for found in told:
            for fix in (f for f in found.fixes if f.kind is not FixKind.IGNORE):
                written = {**texts, found.span.doc: applied(report, fix, found.span.doc)}
                left = [f for f in analyse(written).findings if f.finding.code == page.stem]
                assert len(left) < len(told), (case.title, fix.title)
