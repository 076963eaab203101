"""Training state: weights, gradients and optimizer state by recipe and ZeRO stage."""

from __future__ import annotations

from dataclasses import dataclass

from hwmodels.formula import formula

_ZERO = "Rajbhandari et al., ZeRO, SC 2020, section 3"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Bytes a parameter, by what holds them.

    Attributes
    ----------
    weights, gradients, master, moments : float
        [byte per parameter]; ``moments`` are both of Adam's.
    source : str
    """

    name: str
    weights: float
    gradients: float
    master: float
    moments: float
    source: str

    @property
    def total(self) -> float:
        """All of it [byte per parameter]."""
        return self.weights + self.gradients + self.master + self.moments


RECIPES = {
    r.name: r
    for r in (
        Recipe("mixed-adam-16", 2, 2, 4, 8, _ZERO),
        Recipe("mixed-adam-18", 2, 4, 4, 8, "Megatron-LM, FP32 main gradients"),
        Recipe("mixed-adam-20", 2, 6, 4, 8, "DeepSpeed memory estimator, FP16 and FP32 gradients"),
        Recipe("pure-16-bit-adam", 2, 2, 0, 4, "weights, gradients and moments in 16 bits"),
        Recipe("8-bit-adam", 2, 2, 0, 2, "Dettmers et al., 8-bit Optimizers, ICLR 2022"),
        Recipe("fp32-adam", 4, 4, 0, 8, "Kingma and Ba, Adam, ICLR 2015"),
        Recipe("leanest", 2, 2, 0, 0, "16-bit weights and gradients, no optimizer state on the device"),
    )
}


@formula("M = N * c", source=_ZERO, kind="identity", units={"N": "1", "c": "byte", "M": "byte"})
def training_state_bytes(N: float, c: float) -> float:
    """Weights, gradients and optimizer state of a model.

    Parameters
    ----------
    N : float
        Parameters.
    c : float
        Bytes per parameter (see `RECIPES`).

    Returns
    -------
    float
        [byte], over all devices that share it; activations and buffers come on top.
    """
    return N * c


def zero_bytes_per_device(N: float, recipe: Recipe, devices: int, stage: int) -> float:
    """Training state of one device under ZeRO [byte].

    Parameters
    ----------
    N : float
        Parameters.
    recipe : Recipe
    devices : int
        Data-parallel degree that the state is sharded over.
    stage : int
        0 (nothing sharded) to 3 (weights too).

    Raises
    ------
    ValueError
        For a stage outside 0 to 3, or less than one device.
    """
    if stage not in (0, 1, 2, 3) or devices < 1:
        raise ValueError("stage is 0 to 3, and there is at least one device")
    optimizer = recipe.master + recipe.moments
    shared = [optimizer, recipe.gradients, recipe.weights][:stage]
    return N * (recipe.total - sum(shared) + sum(shared) / devices)


@formula("D = ceil(M / C)", source=_ZERO, kind="bound", units={"M": "byte", "C": "byte", "D": "1"})
def devices_needed(M: float, C: float) -> float:
    """Fewest devices of capacity C [byte] that hold M [byte]."""
    return float(-(-M // C))


@formula("N = D * C / c", source=_ZERO, kind="bound", units={"D": "1", "C": "byte", "c": "byte", "N": "1"})
def largest_parameter_count(D: float, C: float, c: float) -> float:
    """Most parameters whose state D devices of capacity C [byte] hold at c bytes each."""
    return D * C / c
