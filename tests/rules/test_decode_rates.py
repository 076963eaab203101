"""Decoding rates that are true by construction are never called impossible; far too high ones are."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from fixture import analyse
from hwmodels.catalog import find
from hwmodels.decode import decode_pass_bytes, decode_roof, weight_bytes
from hwmodels.models import find_model
from tanaka.rules.api import Finding, Verdict

MODELS = ("Llama-2-7B", "Llama-2-13B", "Llama-2-70B", "Llama-3-8B", "Mistral-7B", "OPT-13B", "Qwen2-7B")  # fmt: skip
PARTS = ("A100-80GB", "A100", "H100 SXM", "H100", "H200", "V100", "RTX 4090", "MI300X")
FORMATS = {"FP16": 16, "BF16": 16, "FP8": 8, "INT8": 8, "INT4": 4, "4-bit": 4, "FP32": 32}
SENTENCES = (
    "At batch {b} in {f}, {m} decodes at {r} tokens/s on {n} {p}.",
    "With {f} weights{c}, {m} decodes at {r} tok/s at batch {b} on {n} {p}.",
    "On {n} {p}, {m} generates {r} tokens/s at batch size {b} in {f}{c}.",
    "Our runtime decodes {r} tokens per second of {m} in {f} on {n} {p} at batch {b}{c}.",
)
COUNTS = {1: "one", 2: "two", 4: "four", 8: "eight"}


@dataclass(frozen=True)
class Run:
    """A run: what is stated of it, and the roof of the friendliest part that its name means."""

    model: str
    part: str
    format: str
    batch: int
    context: int
    devices: int
    sentence: str

    @property
    def roof(self) -> float:
        shape = find_model(self.model)
        assert shape is not None
        width = FORMATS[self.format] / 8
        # The last sentence states no context, so nothing but the weights need be read.
        context = self.context if "{c}" in self.sentence else 0
        read = decode_pass_bytes(
            weight_bytes(shape.read, width), self.batch, context, shape.kv_bytes(width)
        )
        most = max(p.bandwidth.value for p in find(self.part))
        return decode_roof(self.batch, read, self.devices, most)

    def at(self, rate: float) -> str:
        context = f" and {self.context} tokens of context" if self.context else ""
        return self.sentence.format(
            b=self.batch, f=self.format, m=self.model, p=self.part, n=COUNTS[self.devices],
            c=context if "weights{c}" in self.sentence or not self.context else f" with a context of {self.context} tokens",
            r=f"{rate:.3g}" if rate < 1000 else f"{rate:.0f}",
        )  # fmt: skip


def runs() -> st.SearchStrategy[Run]:
    return st.builds(
        Run,
        st.sampled_from(MODELS),
        st.sampled_from([p for p in PARTS if find(p)]),
        st.sampled_from(sorted(FORMATS)),
        st.sampled_from([1, 2, 8, 32, 100]),
        st.sampled_from([0, 512, 2048, 4096]),
        st.sampled_from(sorted(COUNTS)),
        st.sampled_from(SENTENCES),
    )


def found(text: str) -> list[Finding]:
    report = analyse({"main.tex": text + "\n"})
    assert not report.failures
    return [f.finding for f in report.findings if f.finding.code == "TK207"]


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(runs(), st.floats(0.2, 1.0))
def test_no_true_rate_is_called_impossible(run: Run, share: float) -> None:
    for finding in found(run.at(share * run.roof)):
        assert finding.verdict is not Verdict.IMPOSSIBLE, (run, finding.message)


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(runs(), st.floats(1.5, 6.0))
def test_a_rate_far_above_the_roof_is_found(run: Run, factor: float) -> None:
    (finding,) = found(run.at(factor * run.roof))
    assert finding.verdict is Verdict.IMPOSSIBLE
    assert {s.name for s in finding.slots} >= {"bytes", "bw", "roof", "batch", "claim"}


def test_positions_before_a_window_are_not_read() -> None:
    """Mistral-7B looks back 4,096 positions: what a longer context adds need not be read."""
    model = find_model("Mistral-7B")
    (part,) = find("H200")
    assert model is not None and model.window is not None and model.window.value == 4096
    for context, called in ((4096, True), (8192, False)):
        read = decode_pass_bytes(weight_bytes(model.read, 2), 64, context, model.kv_bytes(2))
        rate = 1.3 * decode_roof(64, read, 1, part.bandwidth.value)
        said = f"At batch 64 in BF16 with a context of {context} tokens, Mistral-7B decodes at {rate:.0f} tokens/s on one H200."  # fmt: skip
        assert bool(found(said)) is called, said


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(
    runs(),
    st.sampled_from(
        [
            "Our runtime supports speculative decoding.",
            "The kernels skip pruned weights.",
            "A wafer holds all weights.",
            "Part of the cache is evicted.",
            "Replicas are added when load rises.",
            "Two-token heads are trained beside it.",
        ]
    ),
)
def test_an_excuse_anywhere_takes_the_proof_away(run: Run, excuse: str) -> None:
    """Nothing that is added to a paper may raise a verdict."""
    said = run.at(3 * run.roof)
    for text in (f"{said} {excuse}", f"{excuse}\n\n{said}"):
        for finding in found(text):
            assert finding.verdict is Verdict.IMPLAUSIBLE and finding.only_if, text


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(runs())
def test_what_is_taken_away_takes_the_proof_away(run: Run) -> None:
    """Without batch, format, model or device of its own nothing is proven of a rate."""
    said = run.at(3 * run.roof)
    for stated, other in (
        (f"batch {run.batch}", "this batch"),
        (f"batch size {run.batch}", "this size"),
        (run.format, "the usual format"),
        (run.model, "the model"),
        (f"{COUNTS[run.devices]} {run.part}", "the machine"),
    ):
        if stated in said:
            without = said.replace(stated, other)
            assert all(f.verdict is Verdict.IMPLAUSIBLE for f in found(without)), without
