"""Training state: weights, gradients and optimizer state by recipe and ZeRO stage.

Activations, buffers and fragmentation come on top; leaving them out only lowers a bound.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwmodels.elementwise import Value, ceil
from hwmodels.formula import Formula, formula
from hwmodels.optimizers import RECIPES, Recipe

__all__ = [
    "RECIPES", "ZERO_STAGES", "Fit", "Recipe", "devices_needed", "fits", "largest_parameter_count",
    "training_state_bytes", "zero_0_bytes", "zero_1_bytes", "zero_2_bytes", "zero_3_bytes",
    "zero_bytes_per_device",
]  # fmt: skip

_ZERO = "Rajbhandari et al., ZeRO, SC 2020, section 3"


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


_SHARDED = {"D >= 1": "the state is sharded over at least one device"}
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
    valid=_SHARDED,
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
    valid=_SHARDED,
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
    valid=_SHARDED,
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
    convention="nothing is offloaded to the host or to disk, and the whole state is held at once",
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
        Fewer do where a part of it is offloaded, or freed before the rest is made.
    """
    return ceil(M / C)


@formula(
    "N = D * C / c",
    source=_ZERO,
    kind="bound",
    unit_in={"D": "device", "C": "byte/device", "c": "byte/parameter"},
    unit_out="parameter",
    monotone="++-",
    convention="nothing is offloaded to the host or to disk, and the whole state is held at once",
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
        An upper bound [parameter]; offloading holds more.
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
