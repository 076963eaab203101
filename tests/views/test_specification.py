"""What is published of the name under the pointer, at its exact place, and what rests on it."""

from __future__ import annotations

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.rules.api import RooflineFigure
from tanaka.text import DocId
from tanaka.views.hover import HoverView, hover, markdown, plain_text
from tanaka.views.places import Places
from tanaka.views.specification import PUBLISHED, specification

from .papers import papers

MAIN = DocId("main.tex")
HEAD = "\\documentclass{article}\n"
BODY = "\\begin{document}\n"


def paper(text: str, preamble: str = "") -> Report:
    return analyse({MAIN: f"{HEAD}{preamble}{BODY}{text}\n\\end{{document}}\n"})


def seen(report: Report, words: str, *, at: int = 0) -> HoverView:
    view = hover(report, MAIN, report.texts[MAIN].index(words) + at)
    assert view is not None
    return view


def under(report: Report, view: HoverView) -> str:
    return report.texts[MAIN][view.span.start : view.span.end]


def cells(view: HoverView) -> dict[str, str]:
    return {row.label: row.shown for row in view.rows}


def sources(view: HoverView) -> dict[str, str]:
    return {row.label: row.source for row in view.rows}


def rest(view: HoverView) -> str:
    return view.tail[-1]


# -- what is published --------------------------------------------------------------------------


def test_a_part_shows_its_peaks_its_memory_and_its_links_with_their_sources() -> None:
    report = paper("We run on the A100-SXM4-80GB.")
    view = seen(report, "A100", at=2)
    assert (view.word, view.text) == (PUBLISHED, "NVIDIA A100 SXM4 80GB")
    assert under(report, view) == "A100-SXM4-80GB"
    told = cells(view)
    assert told["dense bf16, fp16"] == "312 TFLOP/s"
    assert told["dense tf32"] == "156 TFLOP/s"
    assert told["memory"] == "80 GB"
    assert told["memory bandwidth"] == "2.039 TB/s"
    assert told["link"] == "300 GB/s"
    link = next(r.detail for r in view.rows if r.label == "link")
    assert link.startswith("NVLink 3, in one direction, 600 GB/s in both")
    assert told["power limit"] == "400 W"
    assert sources(view)["dense bf16, fp16"] == "NVIDIA A100 datasheet"
    sparse = next(r.detail for r in view.rows if r.label == "dense bf16, fp16")
    assert sparse == "624 TFLOP/s with 2:4 sparsity"


def test_a_name_of_several_variants_names_them_and_gives_ranges() -> None:
    view = seen(paper("We run on A100 GPUs."), "A100")
    assert view.text.startswith("A100 may mean NVIDIA A100 PCIe 40GB, ")
    assert cells(view)["memory"] == "40 GB or 80 GB"
    assert cells(view)["memory bandwidth"] == "1.555 to 2.039 TB/s"
    assert cells(view)["dense bf16, fp16"] == "312 TFLOP/s"
    assert cells(view)["power limit"] == "250 to 400 W"


def test_a_capacity_beside_the_name_chooses_the_variant() -> None:
    view = seen(paper("Each runs on an 80\\,GB SXM A100 GPU."), "A100")
    assert "40GB" not in view.text


def test_a_system_is_what_it_is_made_of() -> None:
    view = seen(paper("We run on one DGX H100 system."), "H100")
    assert cells(view)["memory bandwidth"].endswith("TB/s")


def test_a_model_shows_its_shape_its_cache_and_its_weights() -> None:
    report = paper("We serve Llama-2-70B from two nodes.")
    view = seen(report, "Llama")
    assert (view.text, under(report, view)) == ("Llama-2-70B", "Llama-2-70B")
    told = cells(view)
    assert (told["layers"], told["width"], told["heads"]) == ("80", "8,192", "64")
    assert next(r.detail for r in view.rows if r.label == "heads") == "8 for keys and values"
    assert told["parameters"] == "68.98 G"
    assert told["cache of a token"] == "327.7 kB"  # 2 * 80 * 8 * 128 * 2 bytes
    assert told["weights in 16 bits"] == "138 GB"
    assert sources(view)["layers"] == "Llama 2"


def test_a_model_of_the_shape_of_another_says_so() -> None:
    view = seen(paper("We serve Qwen2.5-72B from one node."), "Qwen")
    assert view.text == "Qwen2.5-72B has the shape of Qwen2-72B"


def test_a_mixture_says_how_many_experts_a_token_goes_through() -> None:
    view = seen(paper("We serve Mixtral 8x7B from one node."), "Mixtral")
    row = next(r for r in view.rows if r.label == "parameters of a token")
    assert (row.shown, row.detail) == ("12.88 G", "2 of 8 experts of a layer")


def test_an_encoder_shows_its_shape_and_its_weights() -> None:
    view = seen(paper("We fine-tune BERT-large on one V100."), "BERT")
    told = cells(view)
    assert view.text == "BERT-large"
    assert (told["layers"], told["longest sequence"]) == ("24", "512 tokens")
    assert told["parameters"].startswith("335")
    assert "cache of a token" not in told
    assert cells(seen(paper("We fine-tune T5-base."), "T5"))["layers"] == "12 of each half"


def test_a_network_for_images_shows_what_an_image_costs() -> None:
    told = cells(seen(paper("We train ResNet-50 on one V100."), "ResNet"))
    assert told["image"] == "224 × 224 pixels"
    assert told["multiply-adds of an image"] == "4.089 G"
    assert told["forward pass of an image"] == "8.178 GFLOP"
    assert cells(seen(paper("We train ViT-L/16 on one V100."), "ViT"))["patches"] == "196"


def test_a_link_shows_one_direction_and_both() -> None:
    report = paper("Nodes are joined by HDR InfiniBand and the GPUs by NVLink.")
    view = seen(report, "HDR")
    assert under(report, view) == "HDR InfiniBand"
    assert cells(view) == {
        "on the wire": "200 Gb/s", "one direction": "25 GB/s", "both directions": "50 GB/s"
    }  # fmt: skip
    several = seen(report, "NVLink")
    assert "may mean NVLink 1, " in several.text
    assert cells(several)["one direction"].startswith("80 GB/s to ")


@pytest.mark.parametrize("words", ["Zephyr-X9000 card", "13B decoder", "PyTorch", "ImageNet"])
def test_what_the_catalogue_does_not_know_has_none(words: str) -> None:
    report = paper(f"We use the {words} here.")
    at = report.texts[MAIN].index(words)
    assert specification(report, MAIN, at, Places(report)) is None


# -- where it stands ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "preamble", "pointed", "words"),
    [
        ("It is an NVIDIA~A100 GPU.", "", "A100", "NVIDIA~A100"),
        ("On \\textbf{A100} GPUs.", "", "A100", "A100"),
        ("On A\\-100 and % a comment\non \\emph{H100-SXM} GPUs.", "", "H100", "H100-SXM"),
        ("With $8\\times$A100 GPUs.", "", "A100", "A100"),
        ("Naïve “runs” – on an A100 GPU.", "", "A100", "A100"),
        ("\\caption{Latency on V100 GPUs.}", "", "V100", "V100"),
        ("On 64 \\gpu{} cards.", "\\newcommand{\\gpu}{A100-SXM4-80GB}\n", "\\gpu{} cards", "\\gpu"),
        ("\\section{Results on H100 GPUs}\nText.", "", "H100", "H100"),
    ],
)
def test_the_place_is_exact(text: str, preamble: str, pointed: str, words: str) -> None:
    report = paper(text, preamble)
    body = report.texts[MAIN]
    start = body.index(pointed, body.index("\\begin{document}"))
    view = hover(report, MAIN, start + 1)
    assert view is not None
    assert view.word == PUBLISHED
    assert under(report, view) == words


def test_a_cell_of_a_table_has_one() -> None:
    report = paper(
        "\\begin{tabular}{lr}\nGPU & ms \\\\ \\hline\nA100 GPU & 12 \\\\\nH100 GPU & 7 \\\\\n\\end{tabular}"
    )
    view = seen(report, "H100")
    assert view.word == PUBLISHED
    assert under(report, view) == "H100"


def test_a_name_in_a_comment_or_in_the_preamble_has_none() -> None:
    report = paper("Text. % on A100 GPUs\nMore.", "% A100 GPUs\n\\def\\x{V100 GPU}\n")
    text = report.texts[MAIN]
    for words in ("A100 GPUs\n\\def", "V100 GPU", "A100 GPUs\nMore"):
        view = hover(report, MAIN, text.index(words))
        assert view is None or view.word != PUBLISHED


def test_digits_beside_a_name_are_a_number_and_those_in_it_are_the_name() -> None:
    report = paper("We use eight A100-SXM4-80GB GPUs for Llama-2 13B.")
    assert seen(report, "eight").word == "read:"
    assert seen(report, "A100").word == PUBLISHED
    view = seen(report, "80GB", at=1)
    assert (view.word, under(report, view)) == (PUBLISHED, "A100-SXM4-80GB")
    assert seen(report, "13B").word == "read:"
    assert seen(report, "Llama").word == PUBLISHED


# -- what rests on it ---------------------------------------------------------------------------

TWO = (
    "In BF16 each A100 sustains 389\\,TFLOP/s on our largest matrix product.\n"
    "\n"
    "In BF16 each A100 sustains 150\\,TFLOP/s in training.\n"
    "\n"
    "In BF16 each H100 sustains 450\\,TFLOP/s in training."
)


def test_the_numbers_that_rest_on_a_part_are_listed_with_their_places() -> None:
    report = paper(TWO)
    view = seen(report, "A100")
    assert rest(view).startswith("Rests on it: 389 TFLOP/s per GPU (TK201, impossible, main.tex:3)")
    assert "150 TFLOP/s per GPU (TK201, consistent, main.tex:5)" in rest(view)
    assert "450 TFLOP/s" not in rest(view)
    other = rest(seen(report, "H100"))
    assert "450 TFLOP/s per GPU (TK201, consistent, main.tex:7)" in other
    assert "389 TFLOP/s" not in other


def test_a_rate_held_against_a_peak_rests_on_the_part_and_not_on_the_model() -> None:
    report = paper(
        "We train Llama-2-7B in BF16 on 64 A100-SXM4-80GB GPUs.\n\n"
        "In BF16 each A100-SXM4-80GB sustains 389\\,TFLOP/s on our largest matrix product.\n"
    )
    assert "389 TFLOP/s" in rest(seen(report, "A100", at=2))
    told = rest(seen(report, "Llama"))
    assert "389 TFLOP/s" not in told
    assert "64 devices (TK301, consistent" in told


def test_a_part_that_nothing_rests_on_says_so() -> None:
    view = seen(paper("We run on the A100-SXM4-80GB."), "A100")
    assert view.tail == ("No number of the paper was held against it.",)


def test_the_papers_points_stand_under_its_roof() -> None:
    report = paper(TWO)
    at = report.texts[MAIN].index("A100")
    found = specification(report, MAIN, at, Places(report))
    assert found is not None
    figure = found.figure
    assert isinstance(figure, RooflineFigure)
    assert (figure.precision, figure.peak) == ("bf16", 312e12)
    assert [(p.label, p.rate, p.fault) for p in figure.points] == [
        ("main.tex:3", 389e12, True), ("main.tex:5", 150e12, False)
    ]  # fmt: skip
    assert {k.label for k in figure.ceilings} >= {"tf32"}
    assert seen(report, "A100").drawing is not None


def test_a_decode_rate_stands_at_its_intensity() -> None:
    report = paper(
        "Llama-2-7B in FP16 decodes at 120 tokens/s at batch size 1 on one A100-SXM4-80GB GPU."
    )
    at = report.texts[MAIN].index("A100")
    found = specification(report, MAIN, at, Places(report))
    assert found is not None
    assert isinstance(found.figure, RooflineFigure)
    if report.held or report.findings:  # the rule's own figure
        (point,) = found.figure.points
        assert point.intensity == pytest.approx(1.0, rel=0.1)


# -- how it is shown ----------------------------------------------------------------------------


def test_the_table_leads_and_the_drawing_follows() -> None:
    text = markdown(seen(paper(TWO), "A100"))
    assert text.startswith("**published:** A100 may mean ")
    assert text.index("| dense bf16, fp16 |") < text.index("data:image/svg+xml")
    assert "main.tex:3" in text


def test_without_markdown_it_reads_as_lines() -> None:
    text = plain_text(seen(paper(TWO), "A100"))
    assert "dense bf16, fp16: 312 TFLOP/s" in text
    assert "Rests on it: 389 TFLOP/s per GPU (TK201, impossible, main.tex:3)" in text


def test_every_name_of_every_paper_covers_its_own_words() -> None:
    from tanaka.views.named import named_at, said

    count = 0
    for _, report in papers():
        for doc in report.files:
            text = report.texts[doc]
            for s in said(report, doc, 0, len(text)):
                if not s.text:
                    continue
                assert 0 <= s.whole.start <= s.whole.end <= len(text)
            for start in range(0, len(text), 97):
                found = named_at(report, doc, start)
                if found is None:
                    continue
                count += 1
                assert found.span.covers(doc, start)
                words = text[found.span.start : found.span.end]
                if "\\" not in words and "{" not in words:
                    squeezed = "".join(words.replace("~", " ").split())
                    assert squeezed.rstrip("s") == "".join(found.entity.name.split()).rstrip("s")
    assert count > 10
