"""Public models: their shapes give their published sizes, and names mean one model or none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hwmodels
from hwmodels.catalog import DataError, sources
from hwmodels.conventions import parameter_counts
from hwmodels.models import Model, find_id, find_model, models, read_model

DATA = Path(hwmodels.__file__).parent / "data"
FOLDER = DATA / "models"
each = pytest.mark.parametrize("model", models(), ids=[m.id for m in models()])


def named(name: str) -> Model:
    found = find_model(name)
    assert found is not None, name
    return found


def rounding(note: str) -> float:
    """Half of the last digit of "printed as 6.7B", as a share; what was printed holds no better."""
    printed = re.search(r"printed as ([\d.]+)[BMT]", note)
    assert printed is not None, note
    digits = len(printed[1].partition(".")[2])
    return float(0.5 * 10.0**-digits / float(printed[1]))


# --- sizes --------------------------------------------------------------------------------------


@each
def test_the_shape_gives_the_published_size(model: Model) -> None:
    note = model.published.note
    if "checkpoint" in note:
        assert model.parameters == model.published.value
    else:
        within = max(0.01, rounding(note)) if "printed" in note else 0.001
        assert model.parameters == pytest.approx(model.published.value, rel=within)


def test_most_sizes_are_of_checkpoints_to_the_last_parameter() -> None:
    exact = [m for m in models() if "checkpoint" in m.published.note]
    assert len(exact) >= 75


@each
def test_the_shape_gives_the_parameters_of_a_token(model: Model) -> None:
    """With both tables, without the input's, or without either; some cut the last digit off."""
    if model.published_active is None:
        assert model.dense
        return
    printed, within = model.published_active.value, rounding(model.published_active.note)
    ways = parameter_counts(model).values()
    assert min(abs(n / printed - 1) for n in ways) <= max(0.01, 2 * within)


@pytest.mark.parametrize(
    ("name", "all", "active", "way"),
    [
        ("Mixtral-8x7B", 46.7e9, 12.9e9, "all parameters"),
        ("Mixtral-8x22B", 140.6e9, 39e9, "all parameters"),
        ("DeepSeek-V3", 671e9, 37e9, "no input table"),
        ("DeepSeek-V2", 236e9, 21e9, "no input table"),
        ("DeepSeek-V2-Lite", 15.7e9, 2.4e9, "no input table"),
        ("Qwen3-30B-A3B", 30.5e9, 3.3e9, "all parameters"),
        ("gpt-oss-120b", 116.83e9, 5.13e9, "no input table"),
        ("gpt-oss-20b", 20.91e9, 3.61e9, "no input table"),
        ("Llama-4-Maverick", 400e9, 17e9, "all parameters"),
    ],
)
def test_mixtures(name: str, all: float, active: float, way: str) -> None:
    model = named(name)
    assert model.parameters == pytest.approx(all, rel=0.003)
    assert parameter_counts(model)[way] == pytest.approx(active, rel=0.025)


def test_what_was_not_found_in_a_source_is_said_and_proves_nothing() -> None:
    assert {m.id for m in models() if not m.verified} == {
        "chinchilla-70b", "gopher-280b", "mpt-7b", "mpt-30b",
    }  # fmt: skip


# --- shapes -------------------------------------------------------------------------------------

WIDER = {  # heads times head size is not the hidden size
    "gemma-2-2b", "gemma-2-9b", "gemma-2-27b", "gemma-7b", "gemma-3-1b", "gemma-3-4b",
    "gemma-3-12b", "gemma-3-27b", "qwen3-0.6b", "qwen3-4b", "qwen3-32b", "qwen3-30b-a3b",
    "qwen3-235b-a22b", "gpt-oss-20b", "gpt-oss-120b", "palm-540b", "deepseek-v2", "deepseek-v3",
    "kimi-k2",
}  # fmt: skip


@each
def test_heads_share_out_the_hidden_size_but_where_they_are_known_not_to(model: Model) -> None:
    whole = model.heads.value * model.head_size.value
    assert (whole != model.hidden.value) == (model.id in WIDER)
    assert model.heads.value % model.kv_heads.value == 0
    assert (model.experts is None) == (model.active is None) == model.dense
    if model.experts is not None and model.active is not None:
        assert model.active.value < model.experts.value
    if model.window is not None:
        assert model.windowed_layers is None or model.windowed_layers.value < model.layers.value
    if model.dense_layers is not None:
        assert model.dense_layers.value < model.layers.value


@each
def test_a_pass_reads_less_than_everything(model: Model) -> None:
    assert 0 < model.read <= model.active_parameters <= model.parameters
    embedding = model.vocabulary.value * model.hidden.value
    left_out = model.active_parameters - model.read
    positions = model.positions.value if model.positions else 0.0
    assert left_out == (0 if model.tied else embedding) + positions * model.hidden.value
    assert (model.active_parameters == model.parameters) == model.dense


@each
def test_a_windowed_cache_is_never_larger_than_a_plain_one(model: Model) -> None:
    @settings(max_examples=20, deadline=None, database=None, derandomize=True)
    @given(st.floats(1, 1e6), st.sampled_from([1.0, 2.0, 4.0]))
    def holds(positions: float, width: float) -> None:
        kept = model.kv_bytes_of(positions, width)
        assert kept <= positions * model.kv_bytes(width) * (1 + 1e-12)
        if model.window is None or positions <= model.window.value:
            assert kept == pytest.approx(positions * model.kv_bytes(width))
        assert model.kv_bytes_of(2 * positions, width) >= kept

    holds()


def test_shared_heads_shrink_the_cache() -> None:
    small, large = named("Llama-2-7B"), named("Llama-2-70B")
    assert small.kv_bytes(2) == 524_288
    assert large.kv_bytes(2) == 327_680, "eighty layers, but eight heads of sixty-four"
    assert named("Falcon-7B").kv_bytes(2) == 2 * 32 * 64 * 2, "one head for all of them"


def test_a_latent_cache_has_no_factor_two() -> None:
    v3 = named("DeepSeek-V3")
    assert v3.kv_bytes(2) == 70_272, "Zhao et al., ISCA 2025, table 1"
    assert not v3.uniform and v3.latent
    assert v3.score_size == 192 and v3.weighed_size == 128


def test_a_window_on_half_of_the_layers() -> None:
    gemma = named("Gemma-2-9B")
    long = gemma.kv_bytes_of(8192, 2)
    assert long == pytest.approx(0.75 * 8192 * gemma.kv_bytes(2)), "half of them keep half"


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda p: p.stem)
def test_the_file_is_named_after_the_model(path: Path) -> None:
    top = tomllib.loads(path.read_text("utf-8"))
    assert top["id"] == path.stem
    assert re.sub(r"[^a-z0-9.]", "", top["name"].lower()) == re.sub(r"[^a-z0-9.]", "", path.stem)


def test_the_index_says_what_the_files_say() -> None:
    rows = json.loads((DATA / "model_names.json").read_text("utf-8"))
    tops = [tomllib.loads(p.read_text("utf-8")) for p in sorted(FOLDER.glob("*.toml"))]
    assert rows == [
        [t["id"], t.get("architecture", "decoder"), t["name"], *t["aliases"]] for t in tops
    ]
    assert len(rows) >= 140


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Llama-2-7B", "llama-2-7b"),
        ("LLaMA2-7B", "llama-2-7b"),
        ("Llama 2 7B chat", "llama-2-7b"),
        ("Llama-2-7b-hf", "llama-2-7b"),
        ("LLaMA-7B", "llama-7b"),
        ("LLaMA-30B", "llama-33b"),
        ("Llama-3.1-8B-Instruct", "llama-3-8b"),
        ("Llama-3.2-1B-Instruct", "llama-3.2-1b"),
        ("Mixtral 8×7B", "mixtral-8x7b"),
        ("Mistral-7B-Instruct-v0.2", "mistral-7b"),
        ("Qwen2.5-72B", "qwen2-72b"),
        ("Qwen2.5-14B-Instruct", "qwen2.5-14b"),
        ("GPT-3", "gpt-3-175b"),
        ("GPT-2 XL", "gpt-2-1.5b"),
        ("OPT-66B", "opt-66b"),
        ("BLOOM", "bloom-176b"),
        ("BLOOM-7B1", "bloom-7.1b"),
        ("PaLM", "palm-540b"),
        ("DeepSeek-R1", "deepseek-v3"),
        ("gemma-2-9b-it", "gemma-2-9b"),
        ("Falcon-40B", "falcon-40b"),
        ("Megatron-Turing NLG 530B", "mt-nlg-530b"),
    ],
)
def test_names_as_authors_write_them(name: str, id: str) -> None:
    assert named(name).id == id


@pytest.mark.parametrize(
    "name",
    [
        "", "7B", "Llama", "Llama-2", "Llama-2-7B-GPTQ", "TinyLlama-7B", "base", "hf",
        "Llama-70B",  # of the second or the third family: their vocabularies differ
        "GPT-2", "OPT", "Gemma", "Qwen-72B", "GPT-3 XL", "GPT-3 13B",
        "BERT-base", "ResNet-50", "T5-11B",  # no decoders
    ],
)  # fmt: skip
def test_what_names_no_decoder(name: str) -> None:
    assert find_model(name) is None


def test_one_name_for_two_families_means_what_both_are() -> None:
    """ "Llama-7B" may be of the first or the second: the shapes are the same, so either will do."""
    first, second = named("Llama-7B"), named("Llama-2-7B")
    counts = ("layers", "hidden", "heads", "kv_heads", "feed_forward", "vocabulary")
    assert all(getattr(first, c).value == getattr(second, c).value for c in counts)


def test_no_name_is_given_to_two_models() -> None:
    rows = json.loads((DATA / "model_names.json").read_text("utf-8"))
    names = [
        n
        for id, _, *said in rows
        for n in {re.sub(r"[^a-z0-9.]", "", s.lower()) for s in (id, *said)}
    ]
    assert sorted(set(names)) == sorted(names)


def test_every_name_finds_its_own_model() -> None:
    for id, _, *said in json.loads((DATA / "model_names.json").read_text("utf-8")):
        assert {find_id(n) for n in (id, *said)} == {id}


def test_a_name_opens_one_file_and_no_bibliography() -> None:
    program = """
import sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
from hwmodels.models import find_model
assert find_model("Llama-2-7B") and find_model("no such model") is None
print([p.rpartition("/")[2] for p in opened if "/data/" in p])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['model_names.json', 'llama-2-7b.toml']\n"


# --- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "old", "new", "says"),
    [
        ("llama-2-7b", '"gated"', '"mixed"', "convention is not one of gated, dense"),
        ("llama-2-7b", "layers       = { value = 32,", "layers       = { value = 0,",
         "shape.layers.value is not"),
        ("llama-2-7b", 'source = "llama-2"', 'source = "rumour"', "cites 'rumour'"),
        ("llama-2-7b", "tied       = false", "", "tied is missing"),
        ("llama-2-7b", "tied       = false", 'tied = false\nbiases = ["all"]', "biases has 'all'"),
        ("llama-2-7b", "tied       = false", 'tied = false\nnorms = ["third"]', "norms has 'third'"),
        ("llama-2-7b", "tied       = false", 'tied = false\nnorm = "batch"', "norm is not one of"),
        ("llama-2-7b", "tied       = false", "tied = false\nmoe = true", "moe is not known"),
        ("llama-2-7b", "kv_heads ", "key_heads ", "shape.key_heads is not known"),
        ("llama-2-7b", "tied       = false", 'tied = false\narchitecture = "vision"',
         "architecture is not decoder"),
        ("mixtral-8x7b", "active       =", "shared       =", "shape.active is missing beside"),
        ("deepseek-v3", "value_size ", "expert_widths ", "shape.expert_widths is not known"),
        ("gemma-2-9b", 'window          = { value = 4096, unit = "token"',
         'window          = { value = 4096, unit = "1"', "is a unit of 1, not of token"),
    ],
)  # fmt: skip
def test_a_fault_is_named(id: str, old: str, new: str, says: str) -> None:
    text = (FOLDER / f"{id}.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(DataError, match=re.escape(says)):
        read_model(f"{id}.toml", text.replace(old, new), sources())
