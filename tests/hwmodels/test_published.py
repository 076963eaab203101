"""The models against tables that others printed: value, tolerance and source in the CSV files."""

from __future__ import annotations

import re

import pytest

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
from hwmodels.units import to_base

from .published import (
    BY_NAME,
    COLUMNS,
    evaluated_rows,
    measured_rows,
    names,
    ours,
    printed,
    rounding,
    rows,
    work,
)

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


EVALUATED = evaluated_rows()


@pytest.mark.parametrize(
    ("name", "row"), EVALUATED, ids=[f"{n} {r['source']}" for n, r in EVALUATED]
)
def test_evaluated_row(name: str, row: Row) -> None:
    assert ours(row) == pytest.approx(printed(row), rel=float(row["tolerance"])), row["source"]


MEASURED = measured_rows()


@pytest.mark.parametrize("row", MEASURED, ids=[r["source"] for r in MEASURED])
def test_no_measurement_passes_a_bound(row: Row) -> None:
    bound, measured = ours(row), to_base(float(row["measured"]), row["unit"])[0]
    if row["side"] == "at most":
        assert measured <= bound, row["source"]
    else:
        assert row["side"] == "at least" and measured >= bound, row["source"]


def test_what_is_held_against_measurements_is_a_bound() -> None:
    for row in MEASURED:
        used = set(re.findall(r"[a-z]\w*(?=\()", row["bound"]))
        assert "bound" in {BY_NAME[name].kind for name in used}, row


def test_an_identity_is_within_one_percent_or_the_rounding_of_what_was_printed() -> None:
    for _, row in EVALUATED:
        tolerance = float(row["tolerance"])
        assert 0 < tolerance <= max(0.01, 1.1 * rounding(row)), row


def test_a_row_names_formulas_that_exist() -> None:
    for _, row in EVALUATED:
        used = set(re.findall(r"[a-z]\w*(?=\()", row["formula"])) or {row["formula"]}
        assert used <= set(BY_NAME), row


def test_a_wrong_figure_is_noticed() -> None:
    row = dict(
        zip(COLUMNS, ("ridge", "P=312e12 W=2e12", "150", "FLOP/byte", "0.01", ""), strict=True)
    )
    assert ours(row) == 156.0 and abs(ours(row) / printed(row) - 1) > float(row["tolerance"])
    assert rounding(row) == pytest.approx(0.5 / 150)


def test_there_are_enough_rows_from_enough_sources() -> None:
    found = [row for name in names() for row in rows(name)]
    assert len(found) >= 150
    assert len({work(row) for row in found}) >= 12


def test_a_row_that_a_program_put_out_says_so() -> None:
    """It is no publication.  What a peer computes is held against ours in `partners.toml`."""
    cited = {row["source"] for name in names() for row in rows(name)}
    assert not {s for s in cited if "mlsysim" in s}
    put_out = {s for s in cited if re.search(r"calc_\w+|estimator", s)}
    assert put_out and all(s.startswith("output of a program: ") for s in put_out)


@pytest.mark.parametrize("name", names())
def test_every_row_says_where_it_is_from(name: str) -> None:
    found = rows(name)
    assert found
    for row in found:
        assert len(row["source"]) > 10
        if list(row) == COLUMNS:
            continue  # how far they may be off is tested above
        if "tolerance" in row:
            assert 0 < float(row["tolerance"]) <= 0.03
        else:
            assert row["side"] in ("at most", "at least")
