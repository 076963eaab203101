"""What a sentence names: parts, links, models, data sets, systems and metrics, and what it does not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.catalog import accelerators
from hwmodels.models import models
from tanaka.latex.plain import CITE
from tanaka.paper.entities import EntityKind, entities, same_name


def named(text: str, kind: EntityKind, own: tuple[str, ...] = ()) -> list[str]:
    return [e.name for e in entities(text, own) if e.kind is kind]


def keyed(text: str, kind: EntityKind) -> list[tuple[str, str]]:
    return [(e.name, e.key) for e in entities(text) if e.kind is kind]


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("We use A100 80GB SXM cards.", "A100 80GB SXM", "a100-sxm4-80gb"),
        ("It runs on 4 Tesla V100-SXM2-16GB parts.", "Tesla V100-SXM2-16GB", "v100-sxm2-16gb"),
        ("It runs on one H100 NVL.", "H100 NVL", "h100-nvl-94gb"),
        ("An RTX 4090 is enough.", "RTX 4090", "rtx-4090-24gb"),
        ("The MI300X has more memory.", "MI300X", "mi300x"),
        ("Eight NVIDIA H200 GPUs are used.", "NVIDIA H200", "h200-sxm5-141gb"),
        ("One L4 is enough.", "L4", "l4-24gb"),
        ("Both L4s are idle.", "L4", "l4-24gb"),
        ("The NVIDIA L4 draws 72 W.", "NVIDIA L4", "l4-24gb"),
        ("On T4 GPUs it is slow.", "T4", "t4-16gb"),
        ("A TPU v4 pod has 4,096 chips.", "TPU v4", "tpu-v4"),
        ("It runs on A10 GPUs.", "A10", "a10-24gb"),
        ("We use the Gaudi2.", "Gaudi2", "gaudi2"),
        # known, and not which variant
        ("We use A100s.", "A100", ""),
        ("We use NVIDIA A100 80GB cards.", "NVIDIA A100 80GB", ""),
        # named, and in no catalogue
        ("The Coral Edge TPU is small.", "Coral Edge TPU", ""),
        ("We port it to the Jetson AGX Orin.", "Jetson AGX Orin", ""),
        ("Each DGX A100 holds eight.", "DGX A100", ""),
    ],
)
def test_a_device_has_a_key_where_its_name_means_one_variant(
    text: str, name: str, key: str
) -> None:
    assert keyed(text, EntityKind.DEVICE) == [(name, key)]


@pytest.mark.parametrize(
    "text",
    [
        "An L4 cache would be smaller.",
        "Norms are L1 and L2, and a layer of L4 switches follows.",
        "See level L4 of the hierarchy.",
        "The T4 template and the A2 form are attached.",
        "Table A10 of the appendix, paper size A10 and chapter A10 say so.",
        "Section A100x of the appendix is empty.",
    ],
)
def test_letters_and_digits_alone_are_no_device(text: str) -> None:
    assert named(text, EntityKind.DEVICE) == []


@pytest.mark.parametrize("part", accelerators(), ids=lambda p: p.id)
def test_every_family_of_the_catalogue_is_known(part: object) -> None:
    family = part.family  # type: ignore[attr-defined]
    assert [n for n in named(f"It runs on NVIDIA {family} GPUs.", EntityKind.DEVICE) if family in n]


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("They are joined by NVLink 3.0.", "NVLink 3.0", "nvlink"),
        ("An NVSwitch joins them.", "NVSwitch", "nvswitch"),
        ("Nodes talk over HDR InfiniBand.", "HDR InfiniBand", "infiniband"),
        ("Nodes talk over InfiniBand NDR400.", "InfiniBand NDR400", "infiniband"),
        ("Nodes talk over 200 Gb/s InfiniBand.", "InfiniBand", "infiniband"),
        ("Nodes talk over RoCE v2.", "RoCE v2", "roce"),
        ("The card sits on PCIe 4.0 x16.", "PCIe 4.0 x16", "pcie"),
        ("The card sits on PCIe Gen4.", "PCIe Gen4", "pcie"),
        ("They share 100 Gb Ethernet.", "100 Gb Ethernet", "ethernet"),
        ("They share 10 GbE.", "10 GbE", "ethernet"),
    ],
)
def test_links(text: str, name: str, key: str) -> None:
    assert keyed(text, EntityKind.LINK) == [(name, key)]


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("We train GPT-3 175B.", "GPT-3 175B", "gpt-3-175b"),
        ("We train LLaMA-2-70B.", "LLaMA-2-70B", "llama-2-70b"),
        ("We train Llama 2 7B.", "Llama 2 7B", "llama-2-7b"),
        ("We serve OPT-30B.", "OPT-30B", "opt-30b"),
        ("We serve Mixtral 8x7B.", "Mixtral 8x7B", "mixtral-8x7b"),
        ("We serve Llama-3.1-8B-Instruct.", "Llama-3.1-8B-Instruct", "llama-3-8b"),
        ("We train BERT-large.", "BERT-large", ""),
        ("We train ResNet-50 for 90 epochs.", "ResNet-50", ""),
        ("We train ViT-L/16.", "ViT-L/16", ""),
        ("We train a 13B decoder.", "13B decoder", ""),
        ("We train a 1.3B-parameter dense model.", "1.3B-parameter dense model", ""),
        ("MobileNetV2 is small.", "MobileNetV2", ""),
        ("We train ResNet 90 epochs.", "ResNet", ""),
    ],
)
def test_models_have_a_key_where_their_shape_is_known(text: str, name: str, key: str) -> None:
    assert keyed(text, EntityKind.MODEL) == [(name, key)]


@pytest.mark.parametrize("model", models(), ids=lambda m: m.id)
def test_every_model_of_the_catalogue_is_known(model: object) -> None:
    found = keyed(f"We serve {model.name} here.", EntityKind.MODEL)  # type: ignore[attr-defined]
    assert found == [(model.name, model.id)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["OPT is an option.", "A yi and a phi.", "The model has 13 blocks.", "13B bytes are read."])  # fmt: skip
def test_words_that_name_no_model(text: str) -> None:
    assert named(text, EntityKind.MODEL) == []


def test_data_sets() -> None:
    text = "We use ImageNet-1k, C4, The Pile, WikiText-103, ShareGPT, MMLU, GSM8K and WMT 2014."
    assert named(text, EntityKind.DATASET) == [
        "ImageNet-1k", "C4", "The Pile", "WikiText-103", "ShareGPT", "MMLU", "GSM8K", "WMT 2014",
    ]  # fmt: skip


def test_systems_of_others() -> None:
    text = "Megatron-LM, DeepSpeed, vLLM, FlashAttention-2, PyTorch, TensorRT-LLM, Alpa and GPipe differ."
    found = [e for e in entities(text) if e.kind is EntityKind.SYSTEM]
    assert [e.name for e in found] == [
        "Megatron-LM", "DeepSpeed", "vLLM", "FlashAttention-2", "PyTorch", "TensorRT-LLM", "Alpa", "GPipe",
    ]  # fmt: skip
    assert not any(e.ours for e in found)


def test_a_work_of_the_knowledge_base_has_its_id() -> None:
    (found,) = entities("PipeDream-2BW keeps two versions.")
    assert (found.kind, found.key) == (EntityKind.SYSTEM, "pipedream-2bw")


def test_a_name_with_capitals_inside_is_a_system_and_a_citation_may_follow() -> None:
    assert named(f"Unlike QuickPipe {CITE}, it waits.", EntityKind.SYSTEM) == ["QuickPipe"]


@pytest.mark.parametrize(
    "text",
    ["Adam and LoRA are used.", "ReLU and BatchNorm follow.", "It takes 32 GiB.", "An AllReduce of 3 TFlops.", "A PhD at OpenAI."],
)  # fmt: skip
def test_capitals_inside_that_name_no_system(text: str) -> None:
    assert named(text, EntityKind.SYSTEM) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("We reach 3 ms.", "We"),
        ("Our system reaches 3 ms.", "Our system"),
        ("Here our staged approach wins.", "our staged approach"),
        ("The proposed scheduler wins.", "proposed scheduler"),
    ],
)
def test_ours_by_its_pronoun(text: str, name: str) -> None:
    assert [(e.name, e.ours) for e in entities(text)] == [(name, True)]


def test_ours_by_its_name() -> None:
    text = "Tidal reaches 3 ms; PolarPipe does not."
    assert [(e.name, e.ours) for e in entities(text, ("Tidal",))] == [("Tidal", True), ("PolarPipe", False)]  # fmt: skip
    assert [e.name for e in entities("Tidally locked.", ("Tidal",))] == []


def test_our_data_set_is_no_system() -> None:
    assert named("On our two nodes it is slow.", EntityKind.SYSTEM) == []


@pytest.mark.parametrize(
    ("said", "canonical"),
    [
        ("throughput", "throughput"), ("p99 latency", "tail latency"), ("end-to-end latency", "latency"),
        ("TTFT", "time to first token"), ("time-to-first-token", "time to first token"), ("TPOT", "time per output token"),
        ("step time", "step time"), ("memory footprint", "memory"), ("top-1 accuracy", "accuracy"), ("perplexity", "perplexity"),
        ("energy consumption", "energy"), ("MFU", "MFU"), ("goodput", "goodput"), ("memory bandwidth", "memory bandwidth"),
    ],
)  # fmt: skip
def test_metrics_have_one_name(said: str, canonical: str) -> None:
    assert [(e.name, e.key) for e in entities(f"Its {said} is good.")] == [(said, canonical)]


@pytest.mark.parametrize(
    "text", ["a low-latency network", "a latency-bound kernel", "a power of two", "computing power", "memory is full"]
)  # fmt: skip
def test_words_of_a_metric_that_measure_nothing(text: str) -> None:
    assert named(text, EntityKind.METRIC) == []


def test_two_names_of_one_part_begin_alike() -> None:
    assert same_name("NVIDIA A100-80GB").startswith(same_name("A100"))
    assert not same_name("H100").startswith(same_name("A100"))


_PIECES = st.sampled_from(
    ["NVIDIA ", "A100", "-80GB", " SXM", "L4", "GPT-3", " 175B", "13B ", "decoder", "we ", "our ", "system", "vLLM", CITE,
     "100 Gb ", "Ethernet", "ImageNet", "p99", " latency", "QuickPipe", "-", " ", ",", "(", "Orin", "Jetson ", "8x7B", "é", "×"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join)))
def test_entities_lie_in_the_text_in_order_and_never_overlap(text: str) -> None:
    found = entities(text)
    assert all(len(e.name) <= e.end - e.start <= len(e.name) + 1 for e in found)
    assert all(0 <= e.start < e.end <= len(text) for e in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_a_pronoun_behind_a_model_is_no_part_of_its_name() -> None:
    assert [e.name for e in entities("With Llama-2-7B it answers faster")] == ["Llama-2-7B"]
    assert [e.name for e in entities("Gemma-2-9B-it answers faster")] == ["Gemma-2-9B-it"]
