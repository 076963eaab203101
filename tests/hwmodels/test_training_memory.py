"""Everything a device holds in training: measured runs, laws, the bound below the estimate."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.activations import Recompute
from hwmodels.answer import Answer
from hwmodels.layout import Batch, Decoder, Layout, decoder_of
from hwmodels.models import Model
from hwmodels.models import models as catalogue
from hwmodels.optimizers import RECIPES
from hwmodels.saved_tensors import Kernels
from hwmodels.schedules import Schedule
from hwmodels.training_memory import (
    PHASES,
    phases,
    training_bytes,
    training_memory,
    training_memory_bound,
)

from .published import rows

few = settings(max_examples=40, deadline=None, database=None, derandomize=True)
LLAMA_2_7B = Decoder(32, 4096, 32, 32, 128, 11008, 32000)
MIXTRAL = Decoder(32, 4096, 32, 8, 128, 14336, 32000, experts=8, active=2)
ADAM = RECIPES["mixed-adam-16"]
MEASURED = rows("megatron_b200_memory")


def run(row: dict[str, str], kernels: Kernels | None) -> Answer:
    """What the run of a row holds: distributed optimizer, sequence parallelism, nothing recomputed."""
    model = Decoder(*(int(row[k]) for k in ("layers", "hidden", "heads", "kv_heads", "head", "ffn", "vocabulary")))  # fmt: skip
    tensor, pipeline, data, context = (int(row[k]) for k in ("tensor", "pipeline", "data", "context"))  # fmt: skip
    layout = Layout(
        tensor, pipeline, context, data, zero=1, sequence_parallel=True, bucket=0.0
    )  # Megatron-LM reduces gradients where they are
    loss = False if kernels is not None else None
    batch = Batch(int(row["sequence"]), micro_batches=4, kernels=kernels, fused_loss=loss)
    return training_memory(model, layout, batch, RECIPES["mixed-adam-18"])


@pytest.mark.parametrize("row", MEASURED, ids=lambda r: f"{r['model']} t{r['tensor']} p{r['pipeline']} c{r['context']} s{r['sequence']}")  # fmt: skip
@pytest.mark.parametrize("kernels", [Kernels.FUSED, None], ids=["fused", "unknown"])
def test_a_measured_run_lies_in_the_interval(row: dict[str, str], kernels: Kernels | None) -> None:
    found = run(row, kernels)
    assert found.kind == "estimate" and found.unit == "byte"
    assert found.covers(float(row["measured_gib"]) * 2**30), found


def test_the_intervals_of_the_measured_runs_are_narrow() -> None:
    widths = {k: median(run(row, k).width for row in MEASURED) for k in (Kernels.FUSED, None)}
    assert widths[Kernels.FUSED] < 1.12 and widths[None] < 1.3


@pytest.mark.parametrize("row", MEASURED, ids=lambda r: f"{r['model']} t{r['tensor']} p{r['pipeline']} c{r['context']} s{r['sequence']}")  # fmt: skip
def test_no_measured_run_passes_the_bound(row: dict[str, str]) -> None:
    model = Decoder(*(int(row[k]) for k in ("layers", "hidden", "heads", "kv_heads", "head", "ffn", "vocabulary")))  # fmt: skip
    degrees = (int(row[k]) for k in ("tensor", "pipeline", "context", "data"))
    bound = training_memory_bound(model, Layout(*degrees, zero=1), RECIPES["mixed-adam-18"])
    assert bound.kind == "bound" and bound.low <= float(row["measured_gib"]) * 2**30


@pytest.mark.parametrize(
    ("model", "printed"),
    [(LLAMA_2_7B, 6738415616), (Decoder(80, 8192, 64, 8, 128, 28672, 128256), 70553706496),
     (MIXTRAL, 46702792704)],
    ids=["Llama-2-7B", "Llama-3-70B", "Mixtral-8x7B"],
)  # fmt: skip
def test_parameters_of_published_checkpoints(model: Decoder, printed: int) -> None:
    assert model.parameters == printed


UNIFORM = [m for m in catalogue() if m.uniform and not m.relative]


@pytest.mark.parametrize("model", UNIFORM, ids=lambda m: m.id)
def test_a_published_model_is_a_decoder(model: Model) -> None:
    """No more than it has, and at most a fiftieth less."""
    assert 0.98 * model.parameters <= decoder_of(model).parameters <= model.parameters


def test_a_model_of_several_kinds_of_layers_is_none() -> None:
    several = [m for m in catalogue() if m not in UNIFORM]
    assert several
    for model in several:
        with pytest.raises(ValueError, match="layers of several kinds"):
            decoder_of(model)


layouts = st.builds(
    Layout,
    tensor=st.sampled_from([1, 2, 4, 8]), pipeline=st.sampled_from([1, 2, 4, 8]),
    context=st.sampled_from([1, 2]), data=st.sampled_from([1, 4, 32]),
    expert=st.sampled_from([1, 2, 4]), zero=st.integers(0, 3), sequence_parallel=st.booleans(),
    schedule=st.sampled_from(Schedule), versions=st.sampled_from(["none", "double-buffered", "stashed"]),
    offload_optimizer=st.booleans(), offload_weights=st.booleans(), bucket=st.sampled_from([0.0, 5e8]),
)  # fmt: skip
batches = st.builds(
    Batch,
    sequence=st.sampled_from([512, 4096, 32768]), micro_batch=st.integers(1, 8),
    micro_batches=st.integers(1, 32), recompute=st.sampled_from(Recompute),
    fused_attention=st.booleans(), kernels=st.sampled_from([*Kernels, None]),
    fused_loss=st.sampled_from([True, False, None]), dropout=st.booleans(),
)  # fmt: skip
models = st.sampled_from([LLAMA_2_7B, MIXTRAL, replace(LLAMA_2_7B, gated=False, tied=True)])
recipes = st.sampled_from(sorted(RECIPES)).map(RECIPES.__getitem__)


@few
@given(models, layouts, batches, recipes)
def test_the_bound_is_below_the_estimate_and_its_parts_make_it(
    model: Decoder, layout: Layout, batch: Batch, recipe
) -> None:
    found = training_memory(model, layout, batch, recipe)
    assert 0 < found.low <= found.high
    assert sum(t.high for t in found.terms) == pytest.approx(found.high)
    assert [t.high for t in found.terms] == sorted((t.high for t in found.terms), reverse=True)
    low, high = training_bytes(model, layout, batch, recipe)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    bound = training_memory_bound(model, layout, recipe)
    assert bound.low <= found.low * (1 + 1e-9)
    assert bound.low == pytest.approx(sum(t.low for t in bound.terms))


@few
@given(models, layouts, batches, recipes, st.sampled_from(["tensor", "context", "data"]))
def test_more_devices_never_need_more_each(
    model: Decoder, layout: Layout, batch: Batch, recipe, degree: str
) -> None:
    more = replace(layout, **{degree: 2 * getattr(layout, degree)})
    before = training_bytes(model, layout, batch, recipe)
    after = training_bytes(model, more, batch, recipe)
    assert after[0] <= before[0] * (1 + 1e-9) and after[1] <= before[1] * (1 + 1e-9)


@few
@given(models, layouts, batches, recipes)
def test_recomputation_never_raises_the_peak(
    model: Decoder, layout: Layout, batch: Batch, recipe
) -> None:
    layout = replace(layout, chunks=2)
    peaks = [
        training_bytes(model, layout, replace(batch, recompute=r), recipe)
        for r in (Recompute.FULL, Recompute.SELECTIVE, Recompute.NONE)
    ]
    for side in (0, 1):
        held = [p[side] for p in peaks]
        assert held[0] <= held[2] * (1 + 1e-9) and held[1] <= held[2] * (1 + 1e-9)


@few
@given(models, layouts, batches, recipes)
def test_a_later_stage_of_zero_never_holds_more_state(
    model: Decoder, layout: Layout, batch: Batch, recipe
) -> None:
    held = [training_memory_bound(model, replace(layout, zero=z), recipe).low for z in range(4)]
    assert all(b <= a * (1 + 1e-9) for a, b in pairwise(held))


@few
@given(layouts, batches, recipes)
def test_longer_sequences_and_larger_batches_never_need_less(
    layout: Layout, batch: Batch, recipe
) -> None:
    before = training_bytes(LLAMA_2_7B, layout, batch, recipe)
    for field in ("sequence", "micro_batch", "micro_batches"):
        more = replace(batch, **{field: getattr(batch, field) + 1})
        after = training_bytes(LLAMA_2_7B, layout, more, recipe)
        assert after[0] >= before[0] * (1 - 1e-9) and after[1] >= before[1] * (1 - 1e-9)


def test_a_sweep_is_its_single_checks() -> None:
    rng = np.random.default_rng(3)
    tensor, pipeline, data = (2.0 ** rng.integers(0, 4, 200) for _ in range(3))
    sequence, micro = rng.integers(256, 32768, 200), rng.integers(1, 64, 200)
    low, high = training_bytes(
        LLAMA_2_7B, Layout(tensor, pipeline, 1.0, data, zero=2), Batch(sequence, 1.0, micro), ADAM
    )
    for i in range(200):
        one = training_memory(
            LLAMA_2_7B,
            Layout(float(tensor[i]), float(pipeline[i]), 1.0, float(data[i]), zero=2),
            Batch(float(sequence[i]), 1.0, float(micro[i])),
            ADAM,
        )
        assert (one.low, one.high) == (pytest.approx(low[i]), pytest.approx(high[i]))


def test_the_peak_says_what_makes_it() -> None:
    batch = Batch(4096, 4, 16)
    found = training_memory(LLAMA_2_7B, Layout(data=8), Batch(4096), ADAM)
    assert found.terms[0].name == "optimizer" and "backward phase" in found.convention
    shared = training_memory(LLAMA_2_7B, Layout(data=64, zero=3), batch, ADAM)
    assert shared.terms[0].name == "activations"
    short = training_memory(LLAMA_2_7B, Layout(pipeline=4), Batch(128, 1, 1), ADAM)
    assert "of 4 stages" in short.convention


def test_double_buffered_weights_as_pipedream_2bw_counts_them() -> None:
    """2 |W| / d of weights, and d inputs: Narayanan et al., ICML 2021, section 3.1, a layer a stage."""
    d = 32
    batch = Batch(2048, 1, 64, recompute=Recompute.FULL, kernels=Kernels.FUSED)
    layout = Layout(pipeline=d, versions="double-buffered")
    (low, high), plain = (
        phases(LLAMA_2_7B, layout, batch, ADAM),
        phases(LLAMA_2_7B, replace(layout, versions="none"), batch, ADAM)[1],
    )
    for parts in (low["backward"], high["backward"]):
        assert parts["versions"] == parts["weights"]
        assert parts["activations"] == d * (2 * 2048 * 4096)
    assert "activations" in high["optimizer"], "the next step is in flight at the update"
    assert "activations" not in plain["optimizer"] and tuple(plain) == PHASES
    stashed = phases(LLAMA_2_7B, replace(layout, versions="stashed"), batch, ADAM)[1]
    assert stashed["forward"]["versions"] == (d - 1) * high["forward"]["weights"]


def test_experts_are_shared_over_their_own_group() -> None:
    whole = training_memory_bound(MIXTRAL, Layout(data=8, zero=1), ADAM).low
    spread = training_memory_bound(MIXTRAL, Layout(data=8, expert=8, zero=1), ADAM).low
    experts = MIXTRAL.layers * MIXTRAL.expert_layer
    dense = MIXTRAL.parameters - experts - MIXTRAL.hidden
    assert whole == pytest.approx((dense + experts) * (4 + 12 / 8))
    assert spread == pytest.approx(dense * (4 + 12 / 8) + experts / 8 * 16)
