"""Prints how long the engine takes, each time beside a yardstick measured in the same run.

A time alone says as much about the machine as about the program; the ratio says what changed.
Nothing asserts on these numbers.  Run it with ``make bench``; it takes less than a minute.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from bench_hwmodels import hwmodels_table
from bench_server import linted, served
from pylatexenc.latexwalker import LatexWalker

from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.cli.files import load
from tanaka.rules.local import LOCAL
from tanaka.rules.registry import RULES
from tanaka.text import DocId
from tanaka.views.hover import hover
from tanaka.voice.plain import review

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "stale-pipeline" / "main.tex"
MAIN = DocId("main.tex")
REPEATS = 5
PATIENCE = 3.0  # [s]

# -- a paper of any size ----------------------------------------------------------------------

_PROSE = (
    "A worker that is late holds back all others, and the scheduler cannot know which it will be.",
    "We keep the order of the updates, since the proof of the bound leans on it.",
    "The queue between two stages is short on purpose, because memory is what we lack.",
    "Nothing of this depends on the model, and little of it on the network~\\cite{example}.",
)
_NUMBERS = (
    "The step time falls from {old}\\,ms to {new}\\,ms, a ${factor:.2f}\\times$ speedup.",
    "On {nodes} nodes each A100 sustains {rate}\\,TFLOP/s in BF16, and the loss is the same.",
    "The share of time spent waiting drops from {before}\\% to {after}\\%.",
)
_HARDWARE = r"""
Each A100-80GB has 80\,GB of memory at 2.0\,TB/s and a dense BF16 peak of 312\,TFLOP/s. In run {run}
a rate of 156\,TFLOP/s per A100 is 50\% of its 312\,TFLOP/s. We train a 7B model with AdamW in BF16 on
64 A100-80GB GPUs. The weights of a 13B model take 26\,GB in BF16. A pipeline of 4 stages and 12
micro-batches has a bubble of 20\%. From 8 to 64 GPUs the speedup is $6.4\times$, an efficiency of
80\%. On one A100-80GB, Llama 2 7B in BF16 decodes 90 tokens/s at batch 1.
"""
_HEADLINES = r"""\begin{abstract}
We present a scheduler that makes training faster. The step time falls from 400\,ms to 200\,ms on 8
nodes, a $2.00\times$ speedup, because it waits for nobody. On 64 nodes each A100 sustains
121\,TFLOP/s in BF16, and the share of time spent waiting drops by 20 points.
\end{abstract}
"""
_TABLE = r"""\begin{{table}}\caption{{Step times of run {run}.}}
\begin{{tabular}}{{lrrr}}
system & nodes & step (ms) & speedup \\ \hline
baseline & {nodes} & {old} & 1.00 \\
ours & {nodes} & {new} & {factor:.2f} \\
\end{{tabular}}\end{{table}}
"""


def paper(size: int) -> str:
    """A paper of about that many characters; the same every time, and without mistakes."""
    parts = [
        "\\documentclass{article}\n\\begin{document}\n\\title{A generated paper}\n",
        _HEADLINES,
    ]
    length = sum(map(len, parts))
    for run in count(1):
        old, new = 400 + 7 * (run % 50), 200 + 3 * (run % 50)
        said = {
            "run": run, "old": old, "new": new, "factor": old / new, "nodes": 8 << run % 4,
            "rate": 120 + run % 60, "before": 30 + run % 9, "after": 10 + run % 9,
        }  # fmt: skip
        lines = [f"\\section{{Run {run}}}"] if run % 8 == 1 else []
        for paragraph in range(3):
            sentences = [_PROSE[(run + paragraph + i) % len(_PROSE)] for i in range(3)]
            sentences.insert(1, _NUMBERS[paragraph].format(**said))
            lines += ["", *sentences]
        if run % 8 == 0:
            lines.append(_HARDWARE.format(run=run))
        if run % 4 == 0:
            lines += ["", _TABLE.format(**said)]
        parts.append("\n".join(lines) + "\n")
        length += len(parts[-1])
        if length > size:
            return "".join([*parts, "\\end{document}\n"])
    raise AssertionError("count() does not end")


# -- measuring --------------------------------------------------------------------------------


def seconds(run: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def best(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """The shortest of several runs: what the machine adds is never negative."""
    return min(seconds(run) for _ in range(repeats))


@dataclass(frozen=True)
class Yardstick:
    """Something that takes its time whatever we do."""

    name: str
    seconds: float


def parse(text: str, repeats: int = 3) -> Yardstick:
    """One whole-file parse with pylatexenc."""
    took = best(lambda: LatexWalker(text).get_latex_nodes(), repeats)
    return Yardstick(f"pylatexenc, {len(text) / 1e3:.0f} kB", took)


def show(what: str, took: float, yardstick: Yardstick) -> None:
    """Print a line of the table."""
    shown = f"{1e3 * took:.1f} ms" if took >= 1e-3 else f"{1e6 * took:.0f} µs"
    print(f"{what:<40}{shown:>12}{took / yardstick.seconds:>10.2g} × {yardstick.name}", flush=True)


def report_of(text: str) -> tuple[AnalysisHost, Report]:
    """A fresh host with a paper in it, and the paper's report."""
    host = AnalysisHost()
    host.apply(Change({MAIN: text}))
    return host, host.snapshot().report(MAIN)


def keystrokes(
    where: str, text: str, after: str, typed: str, yardstick: Yardstick, *, begin: float = 0.5
) -> None:
    """Type in the middle of a paper, or where it begins, a character at a time, and ask for what can be told at once.

    Then for the whole report, as when the author pauses.  Types for as long as `PATIENCE`, so that a slow machine still ends; five times at least.
    """
    host, _ = report_of(text)
    whole_rules = [r.code for r in RULES if r not in LOCAL]
    ran = sum(host.counts.by_rule[c] for c in whole_rules)
    at = text.index(after, int(begin * len(text))) + len(after)
    took: list[float] = []
    whole: list[float] = []
    for i in range(1, len(typed) + 1):
        edited = text[:at] + typed[:i] + text[at:]

        def press(edited: str = edited) -> None:
            host.apply(Change({MAIN: edited}))
            host.snapshot().glance(MAIN)

        took.append(seconds(press))
        whole.append(seconds(lambda: host.snapshot().report(MAIN)))
        if len(took) >= 5 and sum(took) > PATIENCE:
            break
    name = f"keystroke in {where}, {len(text) / 1e3:.0f} kB"
    show(f"{name}, p50", statistics.median(took), yardstick)
    show(f"{name}, p95", statistics.quantiles(took, n=20, method="inclusive")[-1], yardstick)
    show("  and the whole paper behind it, p50", statistics.median(whole), yardstick)
    show(
        "  and the whole paper behind it, p95",
        statistics.quantiles(whole, n=20, method="inclusive")[-1],
        yardstick,
    )
    again = (sum(host.counts.by_rule[c] for c in whole_rules) - ran) / len(whole)
    print(f"  and {again:.1f} of {len(whole_rules)} rules of the whole paper run again for a key")


# -- processes --------------------------------------------------------------------------------


def python(program: str) -> Callable[[], object]:
    """A run of a Python process of its own."""
    return lambda: subprocess.run([sys.executable, "-c", program], check=True)


def message(**content: object) -> bytes:
    """A message of the base protocol."""
    body = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def answer_to_initialize() -> float:
    """From the start of ``tanaka serve`` to its answer to ``initialize``."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "tanaka", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        asked = {"processId": None, "rootUri": None, "capabilities": {}}
        server.stdin.write(message(id=1, method="initialize", params=asked))
        server.stdin.flush()
        if not server.stdout.readline().startswith(b"Content-"):
            raise RuntimeError("tanaka serve gave no answer to initialize")
        took = time.perf_counter() - began
        server.kill()
    return took


def over_stdio(text: str, yardstick: Yardstick) -> None:
    """The server as an editor has it, and a linter on the same file."""
    size = f"{len(text) / 1e3:.0f} kB"
    seen = served(text, 40)
    show(f"opened over stdio, {size}: first finding", seen.first, yardstick)
    show("  all findings", seen.all, yardstick)
    show("keystroke to published, p50", seen.p50, yardstick)
    show("keystroke to published, p95", seen.p95, yardstick)
    print(
        f"  missed {seen.missed}; {seen.at_rest / 2**20:.0f} MiB at rest, {seen.memory / 2**20:.0f} with the paper"
    )
    took = linted(text)
    if took is not None:
        show(f"chktex, {size} (another work)", took, yardstick)


# -- all of it --------------------------------------------------------------------------------


def main() -> None:
    """Print the table."""
    began = time.perf_counter()
    print(f"Python {sys.version.split()[0]}; the shortest of a few runs unless p50 or p95 is said")

    loaded = load(EXAMPLE)
    example = "".join(loaded.analysis.texts.values())
    yard = parse(example)
    show("cold check of the example", best(lambda: load(EXAMPLE).analysis_report()), yard)
    report = loaded.analysis_report()
    at = report.findings[0].span
    show("hover on a finding", best(lambda: hover(report, at.doc, at.start)), yard)
    show("stress test of the example", best(lambda: review(report)), yard)
    hwmodels_table()

    for size in (100_000, 1_000_000):
        text = paper(size)
        large = size > 500_000
        yard = parse(text, repeats=1 if large else 3)
        cold = best(partial(report_of, text), repeats=1 if large else 3)
        show(f"cold check of {len(text) / 1e3:.0f} kB", cold, yard)
        words = "and the whole of it besides, as said"
        keystrokes("prose", text, "on purpose, because ", words, yard)
        keystrokes("a number", text, "The step time falls from ", "1234567890" * 4, yard)
        keystrokes("a rate", text, "each A100 sustains ", "1234567890" * 4, yard)
        keystrokes("the abstract", text, "speedup, because ", words, yard, begin=0)
        keystrokes("a cell", text, "baseline & ", "1234567890" * 4, yard)
        keystrokes("a caption", text, "\\caption{", words, yard)
        over_stdio(text, yard)

    start = Yardstick("python -c pass", best(python("pass")))
    show("import tanaka.cli.main", best(python("import tanaka.cli.main")), start)
    served = min(answer_to_initialize() for _ in range(REPEATS))
    show("tanaka serve answers initialize", served, start)
    print(f"{time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()
