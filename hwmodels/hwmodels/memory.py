"""Training state: weights, gradients and optimizer state by recipe and ZeRO stage.

Activations, buffers and fragmentation come on top; leaving them out only lowers a bound.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwmodels.elementwise import Value, ceil
from hwmodels.formula import Formula, formula

_ZERO = "Rajbhandari et al., ZeRO, SC 2020, section 3"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Bytes a parameter, by what holds them.

    Attributes
    ----------
    name : str
    weights, gradients : float
        In the precision of the forward and backward pass, and any second copy of the gradients
        [byte per parameter].
    master : float
        FP32 copy of the weights that the optimizer updates [byte per parameter].
    moment1, moment2 : float
        Running means of the optimizer; SGD with momentum has one [byte per parameter].
    source : str
    """

    name: str
    weights: float
    gradients: float
    master: float
    moment1: float
    moment2: float
    source: str

    @property
    def moments(self) -> float:
        """Both running means [byte per parameter]."""
        return self.moment1 + self.moment2

    @property
    def optimizer(self) -> float:
        """What ZeRO stage 1 shards: master copy and running means [byte per parameter]."""
        return self.master + self.moments

    @property
    def total(self) -> float:
        """All of it [byte per parameter]."""
        return self.weights + self.gradients + self.optimizer


# Mixed precision has three usual totals: 16 keeps 16-bit gradients, 18 accumulates them in FP32,
# 20 holds both copies at once.
RECIPES = {
    r.name: r
    for r in (
        Recipe("mixed-adam-16", 2, 2, 4, 4, 4, _ZERO),
        Recipe("mixed-adam-18", 2, 4, 4, 4, 4, "Megatron-LM, FP32 main gradients"),
        Recipe("mixed-adam-20", 2, 2 + 4, 4, 4, 4,
               "DeepSpeed memory estimator, FP16 and FP32 gradients"),
        Recipe("fp32-adam", 4, 4, 0, 4, 4, "Kingma and Ba, Adam, ICLR 2015"),
        Recipe("pure-16-bit-adam", 2, 2, 0, 2, 2, "weights, gradients and moments in 16 bits"),
        Recipe("8-bit-adam", 2, 2, 0, 1, 1, "Dettmers et al., 8-bit Optimizers, ICLR 2022"),
        Recipe("mixed-8-bit-adam", 2, 2, 4, 1, 1,
               "Dettmers et al., 8-bit Optimizers, ICLR 2022, with an FP32 master copy"),
        Recipe("mixed-lion", 2, 2, 4, 4, 0, "Chen et al., Lion, NeurIPS 2023"),
        Recipe("mixed-sgd-momentum", 2, 2, 4, 4, 0, "Micikevicius et al., Mixed Precision, ICLR 2018"),
        Recipe("fp32-sgd-momentum", 4, 4, 0, 4, 0, "Polyak momentum in FP32"),
        Recipe("fp32-sgd", 4, 4, 0, 0, 0, "plain gradient descent in FP32"),
        Recipe("leanest", 2, 2, 0, 0, 0,
               "16-bit weights and gradients, no optimizer state on the device"),
    )
}  # fmt: skip


@formula(
    "M = N * c",
    source=_ZERO,
    kind="identity",
    unit_in={"N": "parameter", "c": "byte/parameter"},
    unit_out="byte",
    monotone="++",
    convention="activations and buffers left out",
)
def training_state_bytes(N: Value, c: Value) -> Value:
    """Weights, gradients and optimizer state of a model.

    Parameters
    ----------
    N : (...) array_like
        Parameters; of a mixture of experts all of them [parameter].
    c : (...) array_like
        Bytes per parameter (see `RECIPES`) [byte/parameter].

    Returns
    -------
    M : (...) ndarray or float
        [byte], over all devices that share it; activations and buffers come on top.
    """
    return N * c


_PER_PARAMETER = {"w": "byte/parameter", "g": "byte/parameter", "o": "byte/parameter"}


@formula(
    "M = N * (w + g + o)",
    source=_ZERO,
    kind="identity",
    unit_in={"N": "parameter"} | _PER_PARAMETER,
    unit_out="byte",
    monotone="++++",
)
def zero_0_bytes(N: Value, w: Value, g: Value, o: Value) -> Value:
    """Training state of one device where every device holds all of it.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    w, g, o : (...) array_like
        Weights, gradients, optimizer state [byte/parameter].

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return N * (w + g + o)


@formula(
    "M = N * (w + g + o / D)",
    source=_ZERO,
    kind="identity",
    unit_in={"N": "parameter"} | _PER_PARAMETER | {"D": "1"},
    unit_out="byte",
    monotone="++++-",
)
def zero_1_bytes(N: Value, w: Value, g: Value, o: Value, D: Value) -> Value:
    """Training state of one device with the optimizer state sharded.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    w, g, o : (...) array_like
        Weights, gradients, optimizer state [byte/parameter].
    D : (...) array_like
        Degree of data parallelism, at least one.

    Returns
    -------
    M : (...) ndarray or float
        [byte].
    """
    return N * (w + g + o / D)


@formula(
    "M = N * (w + (g + o) / D)",
    source=_ZERO,
    kind="identity",
    unit_in={"N": "parameter"} | _PER_PARAMETER | {"D": "1"},
    unit_out="byte",
    monotone="++++-",
)
def zero_2_bytes(N: Value, w: Value, g: Value, o: Value, D: Value) -> Value:
    """Training state of one device with gradients and optimizer state sharded.

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    w, g, o : (...) array_like
        Weights, gradients, optimizer state [byte/parameter].
    D : (...) array_like
        Degree of data parallelism, at least one.

    Returns
    -------
    M : (...) ndarray or float
        [byte], reduction buckets left out.
    """
    return N * (w + (g + o) / D)


@formula(
    "M = N * (w + g + o) / D",
    source=_ZERO,
    kind="identity",
    unit_in={"N": "parameter"} | _PER_PARAMETER | {"D": "1"},
    unit_out="byte",
    monotone="++++-",
)
def zero_3_bytes(N: Value, w: Value, g: Value, o: Value, D: Value) -> Value:
    """Training state of one device with everything sharded (FSDP's full sharding).

    Parameters
    ----------
    N : (...) array_like
        Parameters [parameter].
    w, g, o : (...) array_like
        Weights, gradients, optimizer state [byte/parameter].
    D : (...) array_like
        Degree of data parallelism, at least one.

    Returns
    -------
    M : (...) ndarray or float
        [byte], gathered layers left out.
    """
    return N * (w + g + o) / D


ZERO_STAGES: tuple[Formula, ...] = (zero_0_bytes, zero_1_bytes, zero_2_bytes, zero_3_bytes)


def zero_bytes_per_device(N: float, recipe: Recipe, devices: float, stage: int) -> float:
    """Training state of one device under ZeRO [byte].

    Parameters
    ----------
    N : float
        Parameters [parameter].
    recipe : Recipe
    devices : float
        Degree of data parallelism that the state is sharded over.
    stage : int
        0 (nothing sharded) to 3 (weights too).

    Raises
    ------
    ValueError
        For a stage outside 0 to 3, or less than one device.
    """
    if stage not in (0, 1, 2, 3) or devices < 1:
        raise ValueError("stage is 0 to 3, and there is at least one device")
    held = (N, recipe.weights, recipe.gradients, recipe.optimizer)
    return ZERO_STAGES[stage](*held, *((devices,) if stage else ()))


@formula(
    "D = ceil(M / C)",
    source=_ZERO,
    kind="bound",
    unit_in={"M": "byte", "C": "byte/device"},
    unit_out="device",
    monotone="+-",
)
def devices_needed(M: Value, C: Value) -> Value:
    """Fewest devices that hold a state together.

    Parameters
    ----------
    M : (...) array_like
        State [byte].
    C : (...) array_like
        Capacity of one device [byte/device].

    Returns
    -------
    D : (...) ndarray or float
        A lower bound [device], reached only where everything is sharded and nothing else is held.
    """
    return ceil(M / C)


@formula(
    "N = D * C / c",
    source=_ZERO,
    kind="bound",
    unit_in={"D": "device", "C": "byte/device", "c": "byte/parameter"},
    unit_out="parameter",
    monotone="++-",
)
def largest_parameter_count(D: Value, C: Value, c: Value) -> Value:
    """Most parameters whose state some devices hold together.

    Parameters
    ----------
    D : (...) array_like
        Devices [device].
    C : (...) array_like
        Capacity of one device [byte/device].
    c : (...) array_like
        Bytes per parameter (see `RECIPES`) [byte/parameter].

    Returns
    -------
    N : (...) ndarray or float
        An upper bound [parameter].
    """
    return D * C / c


@dataclass(frozen=True, slots=True)
class Fit:
    """What is needed against what is there [byte]."""

    needed: float
    available: float

    @property
    def fits(self) -> bool:
        """Whether it is there."""
        return self.needed <= self.available

    @property
    def margin(self) -> float:
        """What is left, negative where it is short [byte]."""
        return self.available - self.needed


def fits(needed: float, capacity: float, devices: float = 1) -> Fit:
    """What a state needs against what devices hold together.

    Parameters
    ----------
    needed : float
        [byte], over all devices.
    capacity : float
        Of one device [byte].
    devices : float
    """
    return Fit(needed, capacity * devices)
