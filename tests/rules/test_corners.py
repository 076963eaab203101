"""The corner cases: the plans have what they need, the experiments answer, compile, and are computed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixture import analyse, cases
from hwmodels.timeline import activation_bytes
from tanaka.analysis import Located, Report
from tanaka.rules.api import Assumption, Finding, FixKind, TimelineFigure, Verdict
from tanaka.text import apply_edits

HERE = Path(__file__).parent
CODES = ("TK502", "TK503", "TK504", "TK505", "TK512")
CASES = [(code, c) for code in CODES for c in cases(HERE / f"{code}.md") if c.expected]
few = settings(max_examples=15, deadline=None, database=None, derandomize=True)
each = pytest.mark.parametrize(("code", "case"), CASES, ids=[f"{c}-{k.title}" for c, k in CASES])

# Slots that a plan of a rule cannot do without.
NEEDED = {
    ("TK502", "A"): {"stall", "time", "inflation", "n"},
    ("TK502", "B"): {"stall", "steps"},
    ("TK502", "C"): {"stall"},
    ("TK503", "A"): {"fmt", "tiny", "flushed"},
    ("TK503", "B"): {"fmt", "tiny"},
    ("TK503", "C"): set(),
    ("TK504", "A"): {"k", "left", "batch"},
    ("TK504", "B"): {"batch", "noise"},
    ("TK504", "C"): set(),
    ("TK505", "A"): {"n", "momentum"},
    ("TK505", "B"): {"setting"},
    ("TK505", "C"): set(),
    ("TK512", "A"): {"phase", "live", "need", "cap"},
    ("TK512", "B"): {"need", "cap", "phase", "invariant"},
    ("TK512", "C"): set(),
}


def asked(report: Report, code: str) -> Located:
    (item,) = [f for f in report.findings if f.finding.code == code]
    return item


def finding(text: str, code: str) -> Finding:
    return asked(analyse({"main.tex": text}), code).finding


def inserted(report: Report, item: Located) -> dict[str, str]:
    texts = {str(d): t for d, t in report.texts.items()}
    (fix,) = [f for f in item.fixes if f.kind is FixKind.INSERT]
    for edit in fix.edits:
        texts[edit.span.doc] = apply_edits(texts[edit.span.doc], [edit])
    return texts


def in_section(files: dict[str, str]) -> dict[str, str]:
    """The paper of a case with a heading, without which there is no place to insert."""
    return files | {"main.tex": "\\section{Method}\n" + files["main.tex"]}


def test_every_letter_of_the_plans_has_a_case() -> None:
    seen = {(code, asked(analyse(c.files), code).finding.case) for code, c in CASES}
    assert seen == set(NEEDED)


@each
def test_a_plan_finds_its_slots_and_a_slot_its_step(code: str, case) -> None:
    found = asked(analyse(case.files), code).finding
    names = {s.name for s in found.slots}
    assert NEEDED[code, found.case] <= names
    assert len(names) == len(found.slots)
    symbols = {s.symbol for s in found.steps if s.symbol}
    for slot in found.slots:
        assert slot.text and (not slot.symbol or slot.symbol in symbols), slot


@each
def test_an_assumption_stays_out_of_the_message(code: str, case) -> None:
    """What the paper does not say is never printed as its number."""
    found = asked(analyse(case.files), code).finding
    assumed = [s.shown for s in found.steps if isinstance(s.origin, Assumption)]
    words = f"{found.message} {found.note} {found.bold} {found.question}"
    assert not any(re.search(rf"(?<![\w.]){re.escape(a)}(?![\w.])", words) for a in assumed if a)


@each
def test_nothing_is_impossible_and_only_memory_is_implausible(code: str, case) -> None:
    verdict = asked(analyse(case.files), code).finding.verdict
    assert verdict is Verdict.OPEN or (code == "TK512" and verdict is Verdict.IMPLAUSIBLE)


@each
def test_the_inserted_experiment_answers_the_question(code: str, case) -> None:
    report = analyse(in_section(case.files))
    after = analyse(inserted(report, asked(report, code)))
    assert code not in {f.finding.code for f in after.findings}


@each
def test_the_inserted_experiment_is_whole(code: str, case) -> None:
    report = analyse(in_section(case.files))
    before, after = report.texts["main.tex"], inserted(report, asked(report, code))["main.tex"]
    assert after.startswith(before[: before.index("\\end{document}")].rstrip()[:40])
    added = after.replace("\\end{document}", "")[len(before) - len("\\end{document}") :]
    assert added.count("\\begin{") == added.count("\\end{") == 2
    columns = re.search(r"\\begin\{tabular\}\{(\w+)\}", added)
    assert columns
    rows = [r for r in added.splitlines() if r.endswith("\\\\")]
    assert {r.count("&") + 1 for r in rows} == {len(columns.group(1))}
    assert not re.search(r"(?<!\\)%(?! Fill in)", added), "a comment would cut the line"


# Where TeX is not installed there is nothing to run; CI must have it.
if shutil.which("pdflatex") or os.environ.get("CI"):

    def test_the_inserted_experiments_compile(tmp_path: Path) -> None:
        """All of them in one document, each from the case that has the most numbers."""
        parts = []
        for code, case in CASES:
            report = analyse(in_section(case.files))
            item = asked(report, code)
            (fix,) = [f for f in item.fixes if f.kind is FixKind.INSERT]
            label = f"-{code}-{len(parts)}"
            parts.append(re.sub(r"(\\label\{[^}]+)\}", rf"\g<1>{label}}}", fix.edits[0].new))
        body = "\n".join(parts)
        (tmp_path / "main.tex").write_text(
            f"\\documentclass{{article}}\n\\begin{{document}}\n\\section{{A}}\n{body}\n\\end{{document}}\n",
            "utf-8",
        )
        run = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-2000:]
        log = (tmp_path / "main.log").read_text("latin-1")
        assert "undefined" not in log.lower() and "multiply" not in log


# -- the numbers are those of the paper -----------------------------------------------------------


def step(found: Finding, symbol: str) -> float:
    (value,) = [s.value for s in found.steps if s.symbol == symbol]
    return value


@few
@given(st.integers(2, 512), st.integers(1, 64), st.integers(25, 9000))
def test_a_stall_uses_up_the_bound_after_as_many_steps(nodes: int, bound: int, ms: int) -> None:
    found = finding(
        f"In training, {nodes} nodes apply their gradients asynchronously, at most {bound} steps ahead of the slowest.\n"
        f"A training step takes {ms} ms.", "TK502",
    )  # fmt: skip
    assert step(found, "W") == pytest.approx(bound * ms / 1e3)
    assert step(found, "g") == pytest.approx(0.2 / (ms / 1e3))
    assert f"{nodes} nodes" in found.message and "200 ms" not in found.message


@few
@given(st.integers(2, 4096))
def test_momentum_of_the_workers_of_the_sentence(workers: int) -> None:
    found = finding(f"In training, {workers} workers push gradients to a server that applies them asynchronously.", "TK505")  # fmt: skip
    assert step(found, "u") == pytest.approx(1 - 1 / workers)
    assert step(found, "a") == workers - 1


SHAPE = (
    "We train on A100-80GB GPUs with a 1F1B pipeline of {p} stages and {m} micro-batches a step; the micro-batch is {b} sequences.\n"
    "The model has {layers} layers, hidden size {h}, {a} heads and a sequence length of 2048, 12.85B parameters.\n"
    "Tensor, pipeline and data parallel degrees are 8, {p} and 8 on {gpus} GPUs. Tensor and sequence parallelism stay inside a node.\n"
    "The optimizer state is sharded as in ZeRO stage 1.\n\n"
    "Updates are applied asynchronously, and our pipeline drops the flush. The staleness is bounded.\n"
)


def shaped(p: int, m: int, b: int, per_stage: int, a: int) -> Finding:
    text = SHAPE.format(p=p, m=m, b=b, layers=p * per_stage, h=128 * a, a=a, gpus=64 * p)
    return finding(text, "TK512")


@few
@given(
    st.integers(2, 16), st.integers(2, 64), st.integers(2, 8), st.integers(1, 8), st.integers(8, 64)
)
def test_the_peak_is_states_and_activations_in_flight(
    p: int, m: int, b: int, per_stage: int, a: int
) -> None:
    found = shaped(p, m, b, per_stage, a)
    layer = activation_bytes(2048, b, 128 * a, a, 8)
    states = 12.85e9 / 8 / p * 5.5
    peak = states + min(m, p) * per_stage * layer
    assert step(found, "P") == pytest.approx(peak)
    over = peak > 80 * 2**30
    assert (found.verdict is Verdict.IMPLAUSIBLE) == over
    figure = found.figure
    assert isinstance(figure, TimelineFigure) and figure.fault == over
    assert len(figure.stages) == p and figure.capacity == 80 * 2**30
    tops = [sum(layer.sizes[1] for layer in s.layers if layer.sure) for s in figure.stages]
    assert max(tops) == pytest.approx(peak) and tops == sorted(tops, reverse=True)


def test_what_would_make_it_fit_is_named_with_its_peak() -> None:
    found = shaped(8, 64, 16, 5, 40)
    assert found.verdict is Verdict.IMPLAUSIBLE
    assert re.fullmatch(r"attention scores are not stored, which leaves [\d.]+ GB", found.only_if)
    assumed = [s for s in found.steps if isinstance(s.origin, Assumption)]
    assert assumed, "the assumption that it rests on is a step"


def test_a_degree_that_is_not_stated_is_not_guessed() -> None:
    text = SHAPE.format(p=8, m=64, b=2, layers=40, h=5120, a=40, gpus=512)
    without = text.replace(
        "Tensor, pipeline and data parallel degrees are 8, 8 and 8 on 512 GPUs. ", ""
    )
    assert finding(text, "TK512").case == "B"
    assert finding(without, "TK512").case == "C"


def test_two_values_of_one_part_are_no_value() -> None:
    text = SHAPE.format(p=8, m=64, b=2, layers=40, h=5120, a=40, gpus=512)
    twice = text.replace("The optimizer", "For a test we use a hidden size of 1024. The optimizer")
    assert finding(twice, "TK512").case == "C"


def test_the_timeline_is_of_the_same_size_in_the_inserted_table() -> None:
    text = "\\section{Method}\n" + SHAPE.format(p=8, m=64, b=2, layers=40, h=5120, a=40, gpus=512)
    report = analyse({"main.tex": text})
    item = asked(report, "TK512")
    peak = next(s.shown for s in item.finding.steps if s.symbol == "P")
    table = inserted(report, item)["main.tex"]
    assert f"total & {peak.replace(' ', chr(92) + ',')} &" in table


def test_the_share_below_the_range_follows_the_stated_gradient() -> None:
    def share(scale: str) -> float:
        text = f"We train the model in FP16. Gradients have a median magnitude of ${scale}$."
        return step(finding(text, "TK503"), "f")

    assert share(r"6.1\times10^{-5}") == pytest.approx(0.5, abs=0.01)
    assert share(r"2\times10^{-5}") > 0.5 > share(r"2\times10^{-4}") > 0.01


def test_a_finding_is_about_what_is_stated_and_not_about_where() -> None:
    text = "We train a model on 64 nodes, and an all-reduce ends each step.\n"
    one = finding(text, "TK502")
    moved = finding("Some words first.\n\n" + text, "TK502")
    assert one.fingerprint == moved.fingerprint
