"""The set-up of a training run: what a sentence calls a number, and one value plainly stated."""

from __future__ import annotations

import pytest

from fixture import analyse
from tanaka.paper.model import How
from tanaka.paper.setup import Known, TrainingSetup, training_setup, trains


def setup(text: str) -> TrainingSetup:
    return training_setup(analyse({"main.tex": text}).paper)


def shown(known: Known | None) -> str | None:
    return known.shown if known is not None else None


@pytest.mark.parametrize(
    ("sentence", "part", "value"),
    [
        ("The model has 40 layers and a hidden size of 5120.", "hidden", "5120"),
        ("We set $d_{model}=512$ in training.", "hidden", "512"),
        ("The model has 40 layers, hidden size 5120 and 40 heads.", "layers", "40"),
        ("The model has 48 layers, hidden size 5120 and 40 heads.", "heads", "40"),
        ("We train with a sequence length of 2{,}048.", "sequence", "2,048"),
        ("The micro-batch is two sequences.", "micro_batch", "two"),
        ("The micro-batch size is 4.", "micro_batch", "4"),
        ("We train with 8-way tensor parallelism.", "tensor", "8"),
        ("The pipeline-parallel degree is 16.", "stages", "16"),
        ("We train a pipeline of 16 stages.", "stages", "16"),
        ("Each GPU holds 201M parameters.", "held", "201M"),
        ("Each worker takes 16 images.", "batch", "16"),
        ("The batch size per GPU is 32.", "batch", "32"),
        ("We use 8 images per GPU.", "batch", "8"),
        ("Replicas are at most 4 steps ahead of the slowest.", "bound", "4"),
        ("The staleness bound is 8.", "bound", "8"),
        ("Batch normalization uses a momentum of 0.1.", "momentum", "0.1"),
        ("We train with 500 warm-up steps.", "warm_up", "500"),
        ("Gradients have a typical magnitude of $1\\times10^{-6}$.", "gradient", "1e-6"),
        ("A training step takes 350 ms.", "step", "350 ms"),
        ("The undo log keeps the weights of each step, 0.40\\,GB each.", "version", "0.40 GB"),
    ],
)
def test_a_part_is_read_where_it_is_said(sentence: str, part: str, value: str) -> None:
    known = getattr(setup(sentence), part)
    if part == "gradient":
        assert known is not None and known.value == pytest.approx(1e-6)
    else:
        assert shown(known) == value


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("The momentum of our optimizer is 0.9.", "momentum"),
        ("We report the mean over 200 steps after 50 steps of warm-up.", "warm_up"),
        ("The undo log needs 1.6\\,GB per GPU.", "version"),
        ("Gradients have a norm below 1.5.", "gradient"),
        ("We could use a hidden size of 5120.", "hidden"),
        ("A hidden size of 4096 or a hidden size of 5120 would do.", "hidden"),
        ("Our kernel processes 16 images.", "batch"),
        ("We train one expert on 4 nodes and another on 9.", "stages"),
    ],
)
def test_what_is_not_that_part_is_not_taken_for_it(sentence: str, part: str) -> None:
    assert getattr(setup(sentence), part) is None


def test_two_values_are_none() -> None:
    text = "The small model has hidden size 1024.\n\nThe large model has hidden size 5120.\n"
    assert setup(text).hidden is None


def test_of_two_layouts_the_one_on_all_devices_is_bound_by_inference() -> None:
    text = (
        "We train on 64 nodes with 8 GPUs each (512 GPUs). Tensor, pipeline and data parallel degrees are 8, 8 and 8 on 512 GPUs.\n\n"
        "For tests, tensor, pipeline and data parallel degrees are 8, 4 and 4 on 128 GPUs.\n"
    )  # fmt: skip
    stages = setup(text).stages
    assert stages is not None and (stages.count, stages.how) == (8, How.INFERRED)
    assert "2 layouts" in stages.why and "512" in stages.why
    alone = setup(text.split("\n\n")[0] + "\n").stages
    assert alone is not None and (alone.how, alone.why) == (How.STATED, "")


def test_nodes_that_cannot_hold_the_devices_are_of_a_part() -> None:
    assert shown(setup("We train on 64 nodes and 512 GPUs.").nodes) == "64"
    assert setup("We train on 2048 GPUs, and each token of training goes to 4 nodes.").nodes is None


def test_a_state_is_believed_where_it_fits_the_parameters() -> None:
    text = "Each GPU holds 201M parameters. Their weights and the optimizer state take {} in all.\n"
    in_all = (
        "Weights and optimizer state of one GPU, which holds 201M parameters, are {} together.\n"
    )
    assert text and setup(in_all.format("1.1\\,GB")).state is None, "the words come before the sum"
    before = (
        "A GPU holds 201M parameters. Weights, gradients and optimizer state are together {}.\n"
    )
    assert shown(setup(before.format("1.1\\,GB")).state) == "1.1 GB"
    assert setup(before.format("208\\,GB")).state is None, "that is all devices'"


@pytest.mark.parametrize(
    ("sentence", "flush", "zero", "schedule"),
    [
        ("We train a 1F1B pipeline and drop nothing.", True, 0, "1F1B"),
        ("We train a 1F1B pipeline. Our training removes the flush.", False, 0, "1F1B"),
        ("We train GPipe with ZeRO stage 2.", True, 2, "GPipe"),
        ("We train an interleaved 1F1B pipeline schedule, shard the optimizer state and compare ZeRO-3.", True, None, ""),
    ],
)  # fmt: skip
def test_schedule_flush_and_sharding(
    sentence: str, flush: bool, zero: int | None, schedule: str
) -> None:
    found = setup(sentence)
    assert (found.flush, found.zero, found.schedule) == (flush, zero, schedule)


def test_a_count_in_the_name_of_a_part_is_not_of_that_part() -> None:
    assert setup("We train on one RTX 3060 machine.").workers is None


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("We train a model.", True),
        ("We serve a trained model for inference.", False),
        ("Inference is fast.", False),
        ("\\section{Related work} Others train models.", False),
    ],
)
def test_what_a_paper_is_about(text: str, whether: bool) -> None:
    assert trains(analyse({"main.tex": text + "\n"}).paper) is whether
