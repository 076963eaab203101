"""Which ways of counting a printed figure may mean: complete, ordered, and the ones papers used."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.conventions import (
    HARDWARE,
    TRAINING,
    attention_counts,
    inference_conventions,
    nearest,
    parameter_counts,
    reach,
    training_conventions,
)
from hwmodels.formula import OutsideValidity
from hwmodels.models import Model, find_model, models
from hwmodels.transformer import train_flops_per_token

few = settings(max_examples=30, deadline=None, database=None, derandomize=True)


def named(name: str) -> Model:
    found = find_model(name)
    assert found is not None
    return found


def trained(name: str, sequence: float, work: str = TRAINING) -> dict[str, float]:
    return {c.name: c.flops for c in training_conventions(named(name), sequence) if c.work == work}


@few
@given(st.sampled_from(models()), st.floats(1, 1e6))
def test_every_convention_has_a_name_of_its_own_and_lies_in_the_reach(
    model: Model, sequence: float
) -> None:
    for counted in (
        training_conventions(model, sequence),
        inference_conventions(model, sequence),
    ):
        assert len({c.name for c in counted}) == len(counted)
        whole = reach(counted)
        assert whole.unit == "FLOP/token" and whole.kind == "identity"
        assert all(whole.covers(c.flops) for c in counted)
        assert nearest(counted, whole.low).flops == whole.low
        assert nearest(counted, 2 * whole.high).flops == whole.high


@few
@given(st.sampled_from(models()), st.floats(1, 1e5))
def test_hardware_takes_no_less_than_the_model_and_a_third_more_at_most_but_for_the_doubled(
    model: Model, sequence: float
) -> None:
    least = min(c.flops for c in training_conventions(model, sequence) if c.work == TRAINING)
    counted = [c for c in training_conventions(model, sequence) if c.work == HARDWARE]
    assert all(c.flops >= least for c in counted)
    forward = {c.name.partition(" ")[2]: c.flops for c in inference_conventions(model, sequence)}
    full = {c.name: c for c in counted if c.name.startswith("8N")}
    assert full
    for name, found in full.items():
        same = name.partition("full recomputation")[2].removeprefix(", ").strip()
        assert found.flops == pytest.approx(4 * forward[same]), name


@few
@given(st.sampled_from(models()), st.floats(1, 1e5), st.floats(1, 1e5))
def test_a_longer_sequence_never_costs_a_token_less(model: Model, one: float, other: float) -> None:
    short, long = sorted((one, other))
    less = {c.name: c.flops for c in training_conventions(model, short)}
    more = {c.name: c.flops for c in training_conventions(model, long)}
    assert set(less) <= set(more)
    assert all(more[name] >= flops * (1 - 1e-12) for name, flops in less.items())


def test_tables_of_embeddings_are_in_or_out() -> None:
    llama = named("Llama-2-7B")
    table = 32000 * 4096
    assert parameter_counts(llama) == {
        "all parameters": 6_738_415_616,
        "no input table": 6_738_415_616 - table,
        "no tables": 6_738_415_616 - 2 * table,
    }
    tied = parameter_counts(named("Gemma-2B"))
    assert set(tied) == {"all parameters", "no tables"}, "what is looked up is the output layer"


def test_a_mixture_counts_the_experts_of_a_token() -> None:
    counted = trained("Mixtral-8x7B", 4096)
    assert counted["6N, all parameters"] == pytest.approx(train_flops_per_token(12.88e9), rel=1e-3)


def test_a_window_shortens_what_is_looked_at() -> None:
    seen = attention_counts(named("Mistral-7B"), 8192)
    assert seen == {
        "attention": 8192,
        "causal attention": 4096,
        "windowed attention": 4096,
        "causal windowed attention": 3072,
    }
    assert set(attention_counts(named("Mistral-7B"), 4096)) == {"attention", "causal attention"}


@pytest.mark.parametrize(
    ("model", "sequence", "printed", "convention", "within"),
    [
        # Zhao et al., Insights into DeepSeek-V3, ISCA 2025, table 2: a trained token at 4,096
        ("DeepSeek-V3", 4096, 250e9, "6N + causal attention, no input table", 0.003),
        # Chowdhery et al., PaLM, appendix B: 6N + 12 L H Q T with the parameters of table 1
        (
            "PaLM-540B",
            2048,
            6 * 540.35e9 + 12 * 118 * 12288 * 2048,
            "6N + attention, all parameters",
            1e-4,
        ),
        # Touvron et al., LLaMA: 6N alone
        ("LLaMA-65B", 2048, 6 * 65.2e9, "6N, all parameters", 0.002),
    ],
)
def test_conventions_that_papers_used(
    model: str, sequence: float, printed: float, convention: str, within: float
) -> None:
    counted = [c for c in training_conventions(named(model), sequence) if c.work == TRAINING]
    found = nearest(counted, printed)
    assert found.name == convention
    assert found.flops == pytest.approx(printed, rel=within)


def test_nonsense_is_refused() -> None:
    with pytest.raises(OutsideValidity, match="at least a token"):
        training_conventions(named("Llama-2-7B"), 0)
    with pytest.raises(ValueError, match="above zero"):
        nearest(training_conventions(named("Llama-2-7B"), 1), 0)
