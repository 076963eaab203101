"""Public models: their shapes give their published sizes, and names mean one model or none."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import hwmodels
from hwmodels.catalog import DataError, sources
from hwmodels.models import Model, find_model, models, read_model

FOLDER = Path(hwmodels.__file__).parent / "data" / "models"
each = pytest.mark.parametrize("model", models(), ids=[m.id for m in models()])


@each
def test_the_shape_gives_the_published_size(model: Model) -> None:
    exact = "checkpoint" in model.published.note
    assert model.parameters == pytest.approx(model.published.value, rel=1e-12 if exact else 0.012)
    assert model.verified


@each
def test_heads_share_out_the_hidden_size(model: Model) -> None:
    assert model.heads.value * model.head_size.value == model.hidden.value
    assert model.heads.value % model.kv_heads.value == 0
    assert (model.experts is None) == (model.active is None) == model.dense


@each
def test_a_pass_reads_less_than_everything_and_more_than_half(model: Model) -> None:
    assert model.read <= model.active_parameters <= model.parameters
    assert model.read > 0.85 * model.active_parameters
    embedding = model.vocabulary.value * model.hidden.value
    if not model.tied:
        assert model.active_parameters - model.read == embedding


@each
def test_the_file_is_named_after_the_model(model: Model) -> None:
    text = (FOLDER / f"{model.id}.toml").read_text("utf-8")
    assert tomllib.loads(text)["id"] == model.id
    assert re.sub(r"[^a-z0-9.]", "", model.name.lower()) == re.sub(r"[^a-z0-9.]", "", model.id)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Llama-2-7B", "llama-2-7b"),
        ("LLaMA2-7B", "llama-2-7b"),
        ("Llama 2 7B chat", "llama-2-7b"),
        ("Llama-2-7b-hf", "llama-2-7b"),
        ("LLaMA-7B", "llama-7b"),
        ("Llama-3.1-8B-Instruct", "llama-3-8b"),
        ("Mixtral 8×7B", "mixtral-8x7b"),
        ("Mistral-7B-Instruct-v0.2", "mistral-7b"),
        ("Qwen2.5-72B", "qwen2-72b"),
        ("GPT-3", "gpt-3-175b"),
        ("OPT-66B", "opt-66b"),
    ],
)
def test_names_as_authors_write_them(name: str, id: str) -> None:
    found = find_model(name)
    assert found is not None and found.id == id


@pytest.mark.parametrize("name", ["", "7B", "Llama", "Llama-2", "Llama-2-7B-GPTQ", "TinyLlama-7B"])
def test_what_names_no_model(name: str) -> None:
    assert find_model(name) is None


def test_no_name_is_given_to_two_models() -> None:
    names = [
        n
        for m in models()
        for n in {re.sub(r"[^a-z0-9.]", "", s.lower()) for s in (m.id, m.name, *m.aliases)}
    ]
    assert sorted(set(names)) == sorted(names)


def test_a_mixture_of_experts_reads_the_active_ones() -> None:
    mixtral = find_model("Mixtral-8x7B")
    assert mixtral is not None
    assert mixtral.parameters == pytest.approx(46.7e9, rel=1e-3)
    assert mixtral.active_parameters == pytest.approx(12.9e9, rel=2e-3)


def test_shared_heads_shrink_the_cache() -> None:
    small, large = find_model("Llama-2-7B"), find_model("Llama-2-70B")
    assert small is not None and large is not None
    assert small.kv_bytes(2) == 524_288
    assert large.kv_bytes(2) == 327_680, "eighty layers, but eight heads of sixty-four"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('convention = "gated"', 'convention = "mixed"', "convention is not one of gated, dense"),
        (
            "layers       = { value = 32,",
            "layers       = { value = 0,",
            "shape.layers.value is not",
        ),
        ('source = "llama-2"', 'source = "rumour"', "cites 'rumour'"),
        ("tied       = false", "", "tied is missing"),
    ],
)
def test_a_fault_is_named(old: str, new: str, says: str) -> None:
    text = (FOLDER / "llama-2-7b.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(DataError, match=re.escape(says)):
        read_model("llama-2-7b.toml", text.replace(old, new), sources())
