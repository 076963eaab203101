"""Memory of one device: of a training step, or of a model that answers requests."""

from __future__ import annotations

from hwmodels.activations import Recompute
from hwmodels.optimizers import RECIPES
from tanaka.cli.calculators import named, serving_memory, training_memory
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.views.calculation import Calculation


def _memory(given: Given) -> Calculation:
    if given.word("for", "training") == "inference":
        return serving_memory.calculate(given)
    return training_memory.calculate(given)


CALCULATORS = {
    "memory": Calculator(
        "memory",
        "Memory of one device by term, whether it fits, and what would make it fit",
        (
            named.MODEL,
            named.PARAMETERS,
            Argument("for", "", "what is done", choices=("training", "inference"), shown="training"),
            Argument(named.PART.name, "", named.PART.help),
            Argument("devices", "1", "accelerators", shown="1"),
            Argument("recipe", "", "optimizer and precision", choices=tuple(RECIPES), shown="mixed-adam-16"),
            Argument("zero", "1", "ZeRO stage, 0 to 3; 3 is FSDP", shown="0"),
            Argument("tp", "1", "degree of tensor and sequence parallelism", shown="1"),
            Argument("pp", "1", "pipeline stages", shown="1"),
            Argument("cp", "1", "degree of context parallelism", shown="1"),
            Argument("ep", "1", "degree of expert parallelism, taken from the other devices", shown="1"),
            Argument("schedule", "", "of the pipeline", choices=tuple(training_memory.SCHEDULES), shown="1f1b"),
            Argument("sequence", "1", "positions of a sequence: counts activations"),
            Argument("micro-batch", "1", "sequences of a micro-batch", shown="1"),
            Argument("micro-batches", "1", "micro-batches of a step", shown="pp"),
            Argument("recompute", "", "activations computed again", choices=tuple(str(r) for r in Recompute), shown="none"),
            Argument("attention", "", "whether scores go through memory", choices=("fused", "scores"), shown="fused"),
            Argument("batch", "1", "for inference: sequences at once", shown="1"),
            Argument("context", "1", "for inference: positions in the cache of each", shown="0"),
            Argument("weights", "byte/parameter", "for inference: width of a weight", shown="2B/parameter"),
            Argument("cache", "byte", "for inference: width of an element of the cache", shown="2B"),
        ),
        _memory,
        ("model=llama-2-13b", "part=A100-80GB", "devices=8", "pp=4", "sequence=4096", "micro-batches=8"),
    )
}  # fmt: skip
