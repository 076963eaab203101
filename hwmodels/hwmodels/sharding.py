"""How parallelism cuts a training state: stages, experts, shards, offload, and buffers on top.

The ZeRO stages are in `hwmodels.memory`; here is what they are applied to on one device.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hwmodels.elementwise import Value, minimum
from hwmodels.formula import formula
from hwmodels.memory import ZERO_STAGES
from hwmodels.optimizers import Recipe

_PIPELINE = "Narayanan et al., Megatron-LM, SC 2021, section 2"
_EXPERTS = "Lepikhin et al., GShard, ICLR 2021, section 3"
_ZERO = "Rajbhandari et al., ZeRO, SC 2020, section 6"
_FSDP = "Zhao et al., PyTorch FSDP, VLDB 2023, section 3"
_DEEPSPEED = "DeepSpeed documentation, memory requirements"
_OFFLOAD = "Ren et al., ZeRO-Offload, ATC 2021, section 4"

DEEPSPEED_BUCKET = 5e8
"""Parameters of a reduction bucket in DeepSpeed by default (its configuration documentation)."""


@formula(
    "n = (B * l / L + k * W) / t",
    source=_PIPELINE,
    kind="identity",
    unit_in={
        "B": "parameter", "l": "1", "L": "1", "k": "1", "W": "parameter", "t": "1",
    },
    unit_out="parameter",
    monotone="++-++-",
    convention="equal layers; vocabulary and blocks shared evenly by tensor parallelism",
)  # fmt: skip
def stage_parameters(B: Value, l: Value, L: Value, k: Value, W: Value, t: Value) -> Value:  # noqa: E741 - layers
    """Parameters of one device of a pipeline stage.

    Parameters
    ----------
    B : (...) array_like
        Parameters of all layers [parameter].
    l, L : (...) array_like
        Layers of the stage, and of the model.
    k : (...) array_like
        Embedding tables on the stage: one on the first, one on the last, none between.
    W : (...) array_like
        Parameters of a table [parameter].
    t : (...) array_like
        Degree of tensor parallelism.

    Returns
    -------
    n : (...) ndarray or float
        [parameter]; the last norm, a few thousand, is left out.
    """
    return (B * l / L + k * W) / t


@formula(
    "n = E * l / (L * x * t)",
    source=_EXPERTS,
    kind="identity",
    unit_in={"E": "parameter", "l": "1", "L": "1", "x": "1", "t": "1"},
    unit_out="parameter",
    monotone="++---",
    convention="whole experts on a device, as many on each",
)
def expert_parameters(E: Value, l: Value, L: Value, x: Value, t: Value) -> Value:  # noqa: E741 - layers
    """Expert parameters of one device.

    Parameters
    ----------
    E : (...) array_like
        Parameters of the experts of all layers [parameter].
    l, L : (...) array_like
        Layers of the stage, and of the model.
    x : (...) array_like
        Degree of expert parallelism.
    t : (...) array_like
        Degree of tensor parallelism within an expert.

    Returns
    -------
    n : (...) ndarray or float
        [parameter].
    """
    return E * l / (L * x * t)


@formula(
    "R = D * t / (x * y)",
    source="Liu et al., MoE Parallel Folding, 2025; devices of a stage counted both ways",
    kind="identity",
    unit_in={"D": "1", "t": "1", "x": "1", "y": "1"},
    unit_out="1",
    monotone="++--",
    convention="experts and dense parameters on the same devices",
)
def expert_replicas(D: Value, t: Value, x: Value, y: Value) -> Value:
    """Devices that hold the same experts: the group that their state may be sharded over.

    Parameters
    ----------
    D : (...) array_like
        Replicas of the dense parameters: data times context parallelism.
    t : (...) array_like
        Degree of tensor parallelism of the dense parameters.
    x : (...) array_like
        Degree of expert parallelism.
    y : (...) array_like
        Degree of tensor parallelism within an expert.

    Returns
    -------
    R : (...) ndarray or float
        At least one in a layout that exists.
    """
    return D * t / (x * y)


@formula(
    "M = k * min(u, n) * g",
    source=_ZERO,
    kind="estimate",
    unit_in={"k": "1", "u": "parameter", "n": "parameter", "g": "byte/parameter"},
    unit_out="byte",
    monotone="++++",
    convention="buckets beside the gradients; none where they are reduced in place",
)
def bucket_bytes(k: Value, u: Value, n: Value, g: Value) -> Value:
    """Buffers that gradients are gathered in to be reduced.

    Parameters
    ----------
    k : (...) array_like
        Buckets at once: two where one is filled while the other is sent.
    u : (...) array_like
        Parameters of a bucket (`DEEPSPEED_BUCKET`) [parameter].
    n : (...) array_like
        Parameters of the device [parameter].
    g : (...) array_like
        Width of a gradient [byte/parameter].

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return k * minimum(u, n) * g


@formula(
    "M = n * ((1 + q) * w + g)",
    source=_FSDP,
    kind="estimate",
    unit_in={"n": "parameter", "q": "1", "w": "byte/parameter", "g": "byte/parameter"},
    unit_out="byte",
    monotone="++++",
    convention="the largest unit gathered, q more fetched ahead, its gradient not yet scattered",
)
def gathered_bytes(n: Value, q: Value, w: Value, g: Value) -> Value:
    """Whole layers that a device holds for a moment when weights are sharded.

    Parameters
    ----------
    n : (...) array_like
        Parameters of the largest layer, or unit [parameter].
    q : (...) array_like
        Units that are fetched ahead.
    w, g : (...) array_like
        Weights and gradients as they are computed with [byte/parameter].

    Returns
    -------
    M : (...) ndarray or float
        [byte]: four bytes for each parameter of the largest layer in DeepSpeed's estimator, without
        fetching ahead.
    """
    return n * ((1 + q) * w + g)


@formula(
    "M = 4 * n / D",
    source=_DEEPSPEED,
    kind="estimate",
    unit_in={"n": "parameter", "D": "1"},
    unit_out="byte",
    monotone="+-",
    coefficients={"4": "byte/parameter"},
    convention="all gradients of the shard at once",
)
def upcast_gradient_bytes(n: Value, D: Value) -> Value:
    """FP32 copies of 16-bit gradients that the optimizer makes for its step.

    Parameters
    ----------
    n : (...) array_like
        Parameters of the device [parameter].
    D : (...) array_like
        Devices that share the optimizer state.

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return 4 * n / D


@formula(
    "M = N * c / n",
    source=_OFFLOAD,
    kind="identity",
    unit_in={"N": "parameter", "c": "byte/parameter", "n": "1"},
    unit_out="byte",
    monotone="++-",
    convention="what left the devices, on one of n hosts; pinned buffers left out",
)
def host_bytes(N: Value, c: Value, n: Value) -> Value:
    """State that offloading puts into the memory of one host.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    c : (...) array_like
        What is kept on the hosts: 16 for gradients, FP32 weights and both means of Adam
        [byte/parameter].
    n : (...) array_like
        Hosts that share it.

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return N * c / n


def offloaded(recipe: Recipe, *, optimizer: bool = True, weights: bool = False) -> Recipe:
    """What a recipe leaves on the device when parts of it are kept on the host.

    Parameters
    ----------
    recipe : Recipe
    optimizer : bool
        Whether the optimizer state, and with it the accumulated gradients, is on the host.
    weights : bool
        Whether the weights are, too: a device then holds the layer that it computes.
    """
    return replace(
        recipe,
        name=f"{recipe.name} offloaded",
        weights=0.0 if weights else recipe.weights,
        gradients=0.0 if optimizer else recipe.gradients,
        master=0.0 if optimizer else recipe.master,
        moment1=0.0 if optimizer else recipe.moment1,
        moment2=0.0 if optimizer else recipe.moment2,
    )


@dataclass(frozen=True, slots=True)
class Sharding:
    """What is sharded over how many devices.

    Attributes
    ----------
    name : str
    stage : int
        0 (nothing) to 3 (weights too).
    shards : float
        Devices of a shard group.
    replicas : float
        Groups that hold the same shards: more than one in hybrid sharding.
    """

    name: str
    stage: int
    shards: float
    replicas: float = 1.0

    @classmethod
    def replicated(cls, devices: float) -> Sharding:
        """Every device holds everything."""
        return cls("DDP", 0, 1.0, devices)

    @classmethod
    def zero(cls, stage: int, devices: float) -> Sharding:
        """ZeRO over all replicas.

        Raises
        ------
        ValueError
            For a stage outside 0 to 3.
        """
        if stage not in (0, 1, 2, 3):
            raise ValueError(f"stage is 0 to 3, not {stage}")
        return cls(f"ZeRO-{stage}", stage, devices) if stage else cls.replicated(devices)

    @classmethod
    def fully_sharded(cls, devices: float) -> Sharding:
        """FSDP: weights, gradients and optimizer state over all devices."""
        return cls("FSDP", 3, devices)

    @classmethod
    def hybrid(cls, group: float, groups: float) -> Sharding:
        """HSDP: sharded within a group, replicated between groups."""
        return cls("HSDP", 3, group, groups)

    def state(self, n: float, recipe: Recipe) -> float:
        """State of one device that computes with n parameters [byte]."""
        held = (n, recipe.weights, recipe.gradients, recipe.optimizer)
        return ZERO_STAGES[self.stage](*held, *((self.shards,) if self.stage else ()))
