"""The models against tables that others printed: value, tolerance and source in the CSV files."""

from __future__ import annotations

import pytest

from hwmodels.communication import (
    allreduce_seconds_bound,
    pipeline_bubble,
    pipeline_bubble_of_ideal,
)
from hwmodels.memory import RECIPES, zero_bytes_per_device
from hwmodels.straggler import expected_max_normal
from hwmodels.timeline import (
    activations_in_flight,
    fused_activation_bytes,
    interleaved_factor,
    tensor_parallel_activation_bytes,
)
from hwmodels.transformer import (
    dense_decoder_parameters,
    gated_decoder_parameters,
    train_flops_per_token_recomputed,
    training_seconds,
)

from .published import FOLDER, rows

Row = dict[str, str]


def table(name: str) -> pytest.MarkDecorator:
    found = rows(name)
    ids = [" ".join(list(r.values())[:3]) for r in found]
    return pytest.mark.parametrize("row", found, ids=ids)


def close(row: Row, printed: float, ours: float) -> None:
    assert ours == pytest.approx(printed, rel=float(row["tolerance"])), row["source"]


@table("zero_memory")
def test_zero_memory(row: Row) -> None:
    ours = zero_bytes_per_device(
        float(row["billion_parameters"]) * 1e9,
        RECIPES["mixed-adam-16"],
        int(row["devices"]),
        int(row["stage"]),
    )
    close(row, float(row["printed_gb"]) * 1e9, ours)


@table("training_state")
def test_training_state_of_llama_2_7b(row: Row) -> None:
    ours = zero_bytes_per_device(
        float(row["parameters"]), RECIPES[row["recipe"]], int(row["devices"]), int(row["stage"])
    )
    close(row, float(row["printed_gib"]) * 2**30, ours)


@table("korthikanti_state")
def test_state_of_one_device_at_18_bytes(row: Row) -> None:
    blocks = 12 * int(row["layers"]) * int(row["hidden"]) ** 2  # the figure leaves embeddings out
    shared = int(row["tensor_parallel"]) * int(row["pipeline_parallel"])
    ours = blocks * RECIPES["mixed-adam-18"].total / shared
    close(row, float(row["printed_gib"]) * 2**30, ours)


@table("korthikanti_activations")
def test_activations_of_the_first_stage(row: Row) -> None:
    """Eight devices share a layer; the first of p stages holds L / p layers of p micro-batches."""
    layers, stages, chunks = (int(row[k]) for k in ("layers", "pipeline_parallel", "chunks"))
    shape = {"s": 2048, "b": int(row["micro_batch"]), "h": int(row["hidden"]), "t": 8}
    if row["formula"] == tensor_parallel_activation_bytes.name:
        each = tensor_parallel_activation_bytes(**shape, a=int(row["heads"]))
    else:
        each = fused_activation_bytes(**shape)
    more = interleaved_factor(stages, chunks) if chunks > 1 else 1
    ours = more * activations_in_flight(stages, layers / stages, each)
    close(row, float(row["printed_gib"]) * 2**30, ours)


@table("dense_parameters")
def test_parameters_of_gpt_models(row: Row) -> None:
    ours = dense_decoder_parameters(
        int(row["layers"]), int(row["hidden"]), int(row["vocabulary"]), int(row["sequence"])
    )
    close(row, float(row["printed_billion"]) * 1e9, ours)


@table("gated_parameters")
def test_parameters_of_llama_models(row: Row) -> None:
    ours = gated_decoder_parameters(
        *(
            int(row[k])
            for k in ("layers", "hidden", "kv_heads", "head", "ffn", "vocabulary", "tables")
        )
    )
    close(row, int(row["parameters"]), ours)


@table("training_days")
def test_training_days(row: Row) -> None:
    ours = training_seconds(
        train_flops_per_token_recomputed(float(row["parameters"])),
        float(row["tokens"]),
        int(row["devices"]),
        float(row["tflops"]) * 1e12,
    )
    close(row, float(row["printed_days"]), ours / 86400)


@table("order_statistics")
def test_expected_maximum(row: Row) -> None:
    close(row, float(row["expected_max"]), expected_max_normal(int(row["n"])))


@table("pipeline_and_collectives")
def test_bubbles_and_collectives(row: Row) -> None:
    known = (pipeline_bubble, pipeline_bubble_of_ideal, allreduce_seconds_bound)
    chosen = {f.name: f for f in known}[row["formula"]]
    given = dict(a.split("=") for a in row["arguments"].split())
    close(row, float(row["printed"]), chosen(**{k: float(v) for k, v in given.items()}))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda p: p.stem)
def test_every_row_says_where_it_is_from(path) -> None:
    found = rows(path.stem)
    assert found
    for row in found:
        assert len(row["source"]) > 10
        assert 0 < float(row["tolerance"]) <= 0.03
