"""Encoders, encoder-decoders and networks for images: sizes as published, FLOPs by convention."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hwmodels
from hwmodels.catalog import DataError, sources
from hwmodels.models import find_model
from hwmodels.networks import (
    Encoder,
    EncoderDecoder,
    Network,
    Vision,
    VisionTransformer,
    find_network,
    networks,
    read_network,
)

FOLDER = Path(hwmodels.__file__).parent / "data" / "models"
each = pytest.mark.parametrize("network", networks(), ids=[n.id for n in networks()])


@each
def test_the_shape_gives_the_published_size(network: Network) -> None:
    assert network.parameters == network.published.value
    assert network.published.source in sources()


@pytest.mark.parametrize("kind", [Encoder, EncoderDecoder, VisionTransformer, Vision])
def test_there_are_several_of_each_kind(kind: type) -> None:
    assert len([n for n in networks() if type(n) is kind]) >= 4


@pytest.mark.parametrize(
    "network",
    [n for n in networks() if isinstance(n, VisionTransformer)],
    ids=lambda n: n.id,
)
def test_multiply_adds_of_a_vision_transformer_follow_from_its_shape(
    network: VisionTransformer,
) -> None:
    assert network.counted_multiply_adds == pytest.approx(network.multiply_adds.value, rel=2e-4)
    assert network.patches == int(network.patches)


@pytest.mark.parametrize(
    ("name", "printed", "forward", "training"),
    [
        ("ResNet-50", 4.1e9, 8.2e9, 24.6e9),
        ("ResNet-101", 7.8e9, 15.6e9, 46.8e9),
        ("ResNet-152", 11.5e9, 23.0e9, 69.0e9),
        ("VGG-16", 15.5e9, 31.0e9, 93.0e9),
        ("ViT-B/16", 17.6e9, 35.2e9, 105.6e9),
    ],
)
def test_what_papers_print_as_flops_are_multiply_adds(
    name: str, printed: float, forward: float, training: float
) -> None:
    network = find_network(name)
    assert isinstance(network, Vision)
    assert network.multiply_adds.value == pytest.approx(printed, rel=0.01)
    assert network.inference_flops == pytest.approx(forward, rel=0.01)
    assert network.train_flops == pytest.approx(training, rel=0.01)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("BERT-large", "bert-large"),
        ("BERT-base-uncased", "bert-base"),
        ("RoBERTa-base", "roberta-base"),
        ("T5-11B", "t5-11b"),
        ("ResNet50", "resnet-50"),
        ("ViT-B/16", "vit-b-16"),
        ("ViT-Base/16", "vit-b-16"),
        ("VGG16", "vgg-16"),
        ("Llama-2-7B", "llama-2-7b"),
    ],
)
def test_names_as_authors_write_them(name: str, id: str) -> None:
    found = find_network(name)
    assert found is not None and found.id == id
    assert (find_model(name) is None) == (id != "llama-2-7b")


@pytest.mark.parametrize("name", ["", "BERT", "ResNet", "ViT", "T5", "large"])
def test_a_family_is_no_model(name: str) -> None:
    assert find_network(name) is None


@pytest.mark.parametrize(
    ("id", "old", "new", "says"),
    [
        ("resnet-50", '"vision"', '"picture"', "architecture is not one of encoder, encoder-dec"),
        ("resnet-50", "multiply_adds =", "macs =", "macs is not known"),
        ("resnet-50", 'unit = "1/sample"', 'unit = "FLOP/sample"', "is a unit of FLOP/sample"),
        ("bert-base", "segments ", "kinds ", "shape.kinds is not known"),
        ("bert-base", "layers ", "# layers ", "shape.layers is not a table"),
    ],
)
def test_a_fault_is_named(id: str, old: str, new: str, says: str) -> None:
    text = (FOLDER / f"{id}.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(DataError, match=re.escape(says)):
        read_network(f"{id}.toml", text.replace(old, new), sources())
