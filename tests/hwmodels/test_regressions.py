"""Mistakes that calculators of this kind have really made, each kept out of ours.

Who made one is not the point: they are easy to make, and most of them are off by a factor that a
reader would believe.
"""

from __future__ import annotations

import pytest

from hwmodels import (
    activations,
    catalog,
    collective_algorithms,
    collectives,
    decode,
    fabric,
    flops,
    kv_cache,
    memory,
    models,
    numerics,
    parallelism,
    pipeline,
    roofline,
    transformer,
)
from hwmodels.catalog import RateError, find
from hwmodels.formula import FORMULAS, unit_of
from hwmodels.units import UnitError, parse, to_base


def test_a_cache_holds_keys_and_values() -> None:
    """Without the factor 2 a cache of Llama-2-7B at 4,096 tokens is 1 GiB instead of 2."""
    llama = models.find_model("Llama-2-7B")
    assert llama is not None
    assert 4096 * llama.kv_bytes(2) == 2 * 2**30


def test_a_cache_counts_key_value_heads_and_not_query_heads() -> None:
    llama = models.find_model("Llama-3-8B")
    assert llama is not None
    assert llama.heads.value == 4 * llama.kv_heads.value
    assert llama.kv_bytes(2) == 2 * 32 * 8 * 128 * 2


@pytest.mark.parametrize(
    ("part", "precision", "sparse"),
    [
        ("A100", "fp16", 624e12), ("H100 SXM", "bf16", 1979e12), ("H100 PCIe", "bf16", 1513e12),
        ("L4", "bf16", 242e12), ("L40S", "bf16", 733e12), ("H100 SXM", "fp8", 3958e12),
    ],
)  # fmt: skip
def test_a_sparse_peak_is_not_a_dense_one(part: str, precision: str, sparse: float) -> None:
    """The figure on the front of a datasheet counts the zeros of 2:4 sparsity."""
    variants = find(part)
    assert variants
    for variant in variants:
        assert variant.rate(precision).value == pytest.approx(sparse / 2, rel=0.015)
    ceiling = catalog.hard_peak(variants, precision)
    assert ceiling is not None and ceiling.value < 0.6 * sparse


def test_80_gb_on_a_label_are_gibibytes() -> None:
    """A proof that something does not fit uses what is built in, 7 % more than 80 GB."""
    (part,) = find("A100-SXM4-80GB")
    assert part.label_bytes == 80e9
    assert part.capacity.value == 80 * 2**30
    assert memory.devices_needed(85e9, part.capacity.value) == 1
    assert to_base(1, "GiB")[0] == pytest.approx(1.0737 * to_base(1, "GB")[0], rel=1e-4)


@pytest.mark.parametrize(
    ("name", "precision"), [("A100", "fp8"), ("V100", "bf16"), ("H100", "fp4"), ("T4", "bf16")]
)
def test_a_rate_that_a_part_lacks_is_an_error_and_not_another_rate(
    name: str, precision: str
) -> None:
    for part in find(name):
        with pytest.raises(RateError, match=r"it has .*fp16"):
            part.rate(precision)


def test_float32_is_not_the_rate_of_tensor_cores() -> None:
    """On an A100 it is 19.5 TFLOP/s; 156 is TF32 and 312 is 16 bits."""
    for part in find("A100"):
        assert part.rate("fp32").value == pytest.approx(19.5e12)
        assert part.rate("tf32").value == 8 * part.rate("fp32").value


def test_a_link_is_printed_for_both_directions_together() -> None:
    """NVLink's 600 and 900 GB/s are 300 and 450 each way, which is what a ring sends over."""
    for name, total in (("A100-SXM4-80GB", 600e9), ("H100 SXM", 900e9)):
        for part in find(name):
            assert part.link is not None and part.link_total is not None
            assert part.link_total.value == total
            assert 2 * part.link.value == total


@pytest.mark.parametrize(
    "wrong", ["USD + byte", "token + byte", "parameter + token", "FLOP + op", "bit + byte"]
)
def test_dollars_tokens_and_bytes_do_not_add(wrong: str) -> None:
    left, _, right = wrong.partition(" + ")
    with pytest.raises(UnitError):
        parse(left) + parse(right)


def test_no_formula_takes_tokens_for_bytes() -> None:
    for made in FORMULAS:
        assert unit_of(made) == parse(made.unit_out).base, made.name


def test_a_rate_per_hour_is_not_one_per_second_and_an_unknown_unit_is_refused() -> None:
    assert to_base(7200, "1/h")[0] == pytest.approx(2.0)
    with pytest.raises(UnitError, match="unknown unit"):
        to_base(120, "1/min")


def test_16_bit_activations_are_counted_once() -> None:
    """The 34 of a layer are bytes of 16-bit numbers; times two they would be 68."""
    kept = activations.fused_activation_bytes(s=2048, b=1, h=12288, t=1)
    assert kept == 34 * 2048 * 12288


def test_attention_scores_are_part_of_what_is_kept() -> None:
    kept = activations.activation_bytes(s=2048, b=1, h=12288, a=96, t=1)
    without = activations.fused_activation_bytes(s=2048, b=1, h=12288, t=1)
    assert kept - without == pytest.approx(5 * 96 * 2048**2)


def test_sharding_is_over_the_data_parallel_group_alone() -> None:
    """Tensor and pipeline shards are divided out once; dividing by all devices counts them twice."""
    recipe = memory.RECIPES["mixed-adam-16"]
    shard = 70e9 / (8 * 4)  # tensor parallel over 8, pipeline over 4: 32 devices hold one copy
    held = memory.zero_bytes_per_device(shard, recipe, 16, 3)
    assert held * 32 * 16 == pytest.approx(70e9 * 16)


def test_zero_2_keeps_whole_weights_and_shards_gradients() -> None:
    """An old text has 4N + 16N / D; the stage holds 2N + 14N / D."""
    recipe = memory.RECIPES["mixed-adam-16"]
    assert memory.zero_bytes_per_device(7e9, recipe, 8, 2) == 7e9 * (2 + 14 / 8)


@pytest.mark.parametrize("name", ["mixed-adam-16", "mixed-adam-18", "mixed-adam-20"])
def test_training_takes_eight_times_the_weights_and_not_three(name: str) -> None:
    recipe = memory.RECIPES[name]
    assert recipe.total >= 8 * recipe.weights == 16


def test_a_multiplication_and_an_addition_are_two_flops() -> None:
    """Also in the output layer, which one tool counts as one."""
    gpt = transformer.train_flops_per_token(175e9)
    assert gpt == 3 * 2 * 175e9


def test_hardware_flops_are_not_a_fixed_multiple_of_model_flops() -> None:
    """Full recomputation is a whole forward pass, 4/3; selective only the scores."""
    model = transformer.train_flops_per_token(22e9)
    full = transformer.train_flops_per_token_recomputed(22e9)
    assert full / model == pytest.approx(4 / 3)


def test_memory_of_a_mixture_is_of_all_experts_and_its_work_of_the_active_ones() -> None:
    mixtral = models.find_model("Mixtral-8x7B")
    assert mixtral is not None
    assert mixtral.parameters == pytest.approx(46.7e9, rel=0.005)
    assert mixtral.active_parameters == pytest.approx(12.9e9, rel=0.005)
    assert mixtral.read < mixtral.active_parameters


def test_decoding_does_not_read_the_table_of_input_embeddings() -> None:
    """With it the bound on Llama-3-8B would be 7 % too strict, and reality could pass it."""
    llama = models.find_model("Llama-3-8B")
    assert llama is not None
    table = llama.vocabulary.value * llama.hidden.value
    assert llama.read == pytest.approx(llama.parameters - table)
    bound = decode.decode_roof(1, decode.weight_bytes(llama.read, 2), 1, 3.35e12)
    strict = decode.decode_roof(1, decode.weight_bytes(llama.parameters, 2), 1, 3.35e12)
    assert bound / strict == pytest.approx(1.07, abs=0.005)


def test_formats_go_by_name_and_not_by_counts_of_bits() -> None:
    """E4M3 as IEEE would have it ends at 240; the one that hardware has ends at 448."""
    by_name = {f.name: f for f in numerics.FORMATS.values()}
    assert by_name["FP8 E4M3"].largest == 448
    assert by_name["FP8 E5M2"].largest == 57344
    assert by_name["FP16"].largest == 65504


def test_a_bubble_of_the_step_is_not_a_bubble_of_the_ideal_step() -> None:
    whole, ideal = (
        pipeline.pipeline_bubble(8, 1, 8),
        pipeline.pipeline_bubble_of_ideal(8, 1, 8),
    )
    assert whole == 7 / 15 and ideal == 7 / 8


def test_one_device_sends_nothing() -> None:
    assert collectives.ring_allreduce_bytes(1, 1e9) == 0
    assert collective_algorithms.ring_allreduce_seconds(1, 1e-6, 1e9, 1e9) == 0


def test_the_slower_of_compute_and_memory_decides_and_they_are_not_added() -> None:
    assert roofline.roofline_time(F=2.0, P=1.0, B=1.0, W=1.0) == 2.0


def test_a_hierarchy_reduces_inside_a_node_once() -> None:
    """A whole all-reduce inside and then a second one would cost twice the links of the node."""
    nodes = fabric.Fabric(8, 4.5e11, 5e10)
    inside = collectives.allreduce_seconds_bound(8, 1e9, 4.5e11)
    across = collectives.allreduce_seconds_bound(4, 1e9 / 8, 5e10)
    found = nodes.allreduce(4, 1e9, efficiency=(1.0, 1.0))
    assert found.high == pytest.approx(inside + across)
    assert found.low == pytest.approx(max(inside, across))


def test_sums_in_the_switch_pass_the_bound_of_a_ring_and_not_that_of_the_network() -> None:
    """Eight H200 reach a bus bandwidth of 482 GB/s over links of 450."""
    measured = 2**34 / 275.58e9
    assert measured < collectives.allreduce_seconds_bound(8, 2**34, 450e9)
    assert measured > collectives.in_network_allreduce_seconds_bound(8, 2**34, 450e9)


def test_tensor_parallelism_reduces_four_times_a_layer_and_not_two() -> None:
    """Twice in the forward pass and twice in the backward one, each of 2 b s h bytes."""
    sent = parallelism.tensor_parallel_bytes_sent(f=4, x=0, t=8, b=1, s=2048, h=12288, e=2)
    each = collectives.ring_allreduce_bytes(8, 2 * 2048 * 12288)
    assert sent == pytest.approx(4 * each)


def test_a_latent_cache_has_no_factor_of_two() -> None:
    assert kv_cache.latent_kv_bytes_per_position(l=61, c=512, r=64, e=2) == 70272


def test_selective_recomputation_does_not_cost_a_forward_pass() -> None:
    """A fixed ratio of hardware to model FLOPs is right for neither."""
    shape = {"B": 64, "s": 2048, "l": 96, "h": 12288, "V": 51200}
    model = flops.model_step_flops(**shape)
    assert flops.selective_step_flops(**shape) / model == pytest.approx(1.027, abs=0.002)
    assert flops.recomputed_step_flops(**shape) / model == pytest.approx(4 / 3, abs=0.003)
