"""Peaks behind devices and shares behind rates, for who asks to see them."""

from __future__ import annotations

import pytest

from fixture import analyse
from tanaka.text import DocId
from tanaka.views.peaks import peaks

from .papers import papers

MAIN = DocId("main.tex")


def hinted(text: str, **files: str) -> list[tuple[str, str]]:
    """The words that carry a hint, and what it says."""
    report = analyse({MAIN: text, **files})
    source = report.texts[MAIN]
    found = peaks(report, MAIN, 0, len(source))
    return [(source[h.at.start : h.at.end], h.label) for h in found]


def tooltips(text: str) -> list[str]:
    report = analyse({MAIN: text})
    return [h.tooltip for h in peaks(report, MAIN, 0, len(report.texts[MAIN]))]


def test_a_count_of_devices_carries_what_they_peak_at_together() -> None:
    text = "We train in BF16 on 64 A100-SXM4-80GB GPUs."
    assert hinted(text) == [("A100-SXM4-80GB", "= 20.0 PFLOP/s bf16 dense")]
    assert tooltips(text) == ["64 × 312 TFLOP/s (NVIDIA A100 datasheet)"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("In FP16 one V100-SXM2-32GB is used.", ("V100-SXM2-32GB", "= 125 TFLOP/s fp16 dense")),
        ("On one DGX A100 in BF16 we train.", ("DGX A100", "= 2.50 PFLOP/s bf16 dense")),
        ("Eight H100 GPUs run in FP8.", ("H100", "= 12.1 to 15.8 PFLOP/s fp8 dense")),
        ("Each of the 512 H800 GPUs trains in BF16.", ("H800", "= 507 PFLOP/s bf16 dense")),
    ],
)
def test_devices_and_what_they_peak_at(text: str, hint: tuple[str, str]) -> None:
    assert hinted(text) == [hint]


@pytest.mark.parametrize(
    "text",
    [
        "We train on 64 A100 GPUs.",  # in no precision that is told
        "We train in BF16 or FP8 on 64 H100 GPUs.",  # in which of the two?
        "We train in BF16 on 64 GPUs.",  # of no known kind
        "We train in FP8 on 64 A100 GPUs.",  # which have none
        "We train in BF16 on 64 Zephyr-X cards.",
    ],
)
def test_where_something_would_have_to_be_assumed_there_is_none(text: str) -> None:
    assert hinted(text) == []


def test_the_set_up_gives_the_precision() -> None:
    text = (
        "\\section{Experimental setup}\nWe train in BF16 on A100-SXM4-80GB GPUs.\n"
        "\\section{Results}\nOn 16 A100-SXM4-80GB GPUs the step takes 1.2\\,s."
    )
    assert ("A100-SXM4-80GB", "= 4.99 PFLOP/s bf16 dense") in hinted(text)
    assert any(t.endswith(", precision of the set-up") for t in tooltips(text))


def test_a_declaration_gives_the_precision() -> None:
    text = "% tanaka: given precision = bf16\nWe train on 64 A100-SXM4-80GB GPUs."
    assert hinted(text) == [("A100-SXM4-80GB", "= 20.0 PFLOP/s bf16 dense")]
    assert tooltips(text)[0].endswith(", precision declared")


def test_a_name_said_again_in_its_paragraph_has_no_other() -> None:
    text = "In BF16 the A100 is fast. In BF16 the A100 is used.\n\nIn BF16 the A100 is cheap."
    assert len(hinted(text)) == 2


def test_a_rate_carries_its_share_of_the_peak() -> None:
    text = "In BF16 each A100 sustains 138\\,TFLOP/s on our largest product."
    assert hinted(text)[1:] == [("138\\,TFLOP/s", "= 44% of peak")]
    assert tooltips(text)[1] == "138 TFLOP/s / 312 TFLOP/s, the dense bf16 peak (NVIDIA A100 datasheet)"  # fmt: skip


def test_a_rate_of_training_is_a_model_flops_utilisation() -> None:
    text = "In BF16 each A100 sustains 138\\,TFLOP/s in training."
    assert ("138\\,TFLOP/s", "= 44% MFU") in hinted(text)


def test_a_rate_on_several_variants_has_a_range() -> None:
    text = "In FP16 each H100 sustains 450\\,TFLOP/s on our largest product."
    assert ("450\\,TFLOP/s", "= 45 to 60% of peak") in hinted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Each A100 sustains 138\\,TFLOP/s.",
        "In BF16 we sustain 138\\,TFLOP/s per GPU.",
        "In BF16 our A100 cluster sustains 138\\,PFLOP/s in aggregate.",
        "In BF16 an A100 could reach 138\\,TFLOP/s if nothing else ran.",
    ],
)
def test_a_rate_that_is_not_bound_has_none(text: str) -> None:
    assert not any("%" in label for _, label in hinted(text))


def test_only_what_is_visible_is_asked_for() -> None:
    text = "In BF16 we use 8 A100 GPUs.\n\nIn BF16 we use 16 H100-SXM GPUs.\n"
    report = analyse({MAIN: text})
    source = report.texts[MAIN]
    line = source.index("In BF16 we use 16")
    (only,) = peaks(report, MAIN, line, len(source))
    assert source[only.at.start : only.at.end] == "H100-SXM"


def test_every_paper_is_hinted_in_order_and_inside_its_text() -> None:
    for _, report in papers():
        for doc in report.files:
            text = report.texts[doc]
            found = peaks(report, doc, 0, len(text))
            assert [h.at.end for h in found] == sorted(h.at.end for h in found)
            assert all(0 <= h.at.start < h.at.end <= len(text) for h in found)
            assert all(h.label.startswith("= ") and h.tooltip for h in found)
