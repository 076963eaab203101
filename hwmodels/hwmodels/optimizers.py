"""Bytes per parameter of a training state, by optimizer and by precision.

A precision says what holds weights, gradients and the master copy; an optimizer says how many
running means there are.  The two together are a `Recipe`.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_ZERO = "Rajbhandari et al., ZeRO, SC 2020, section 3"
_ADAFACTOR = "Shazeer and Stern, Adafactor, ICML 2018, section 3"
_8BIT = "Dettmers et al., 8-bit Optimizers via Block-wise Quantization, ICLR 2022, section 2"
_MUON = "Jordan et al., Muon, 2024; Liu et al., Muon is Scalable for LLM Training, 2025, section 2"


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


@dataclass(frozen=True, slots=True)
class Precision:
    """What holds weights, gradients and the master copy [byte per parameter].

    Attributes
    ----------
    name : str
    weights, gradients, master : float
        As of a `Recipe`.
    moment : float
        Width of an unquantised running mean.
    source : str
    """

    name: str
    weights: float
    gradients: float
    master: float
    moment: float
    source: str


@dataclass(frozen=True, slots=True)
class Optimizer:
    """Running means of an optimizer, in widths of the precision's mean.

    Attributes
    ----------
    name : str
    moment1, moment2 : float
        One for a mean of every parameter, a quarter for one of 8 bits beside 32, zero for none or
        for one that is kept by row and column (`factored_moment_bytes`).
    source : str
    """

    name: str
    moment1: float
    moment2: float
    source: str


PRECISIONS = {
    p.name: p
    for p in (
        Precision("mixed-16", 2, 2, 4, 4, _ZERO),
        Precision("mixed-18", 2, 4, 4, 4, "Megatron-LM, FP32 main gradients"),
        Precision("mixed-20", 2, 2 + 4, 4, 4,
                  "DeepSpeed memory estimator, FP16 and FP32 gradients"),
        Precision("fp32", 4, 4, 0, 4, "everything in FP32"),
        Precision("pure-16-bit", 2, 2, 0, 2, "weights, gradients and moments in 16 bits"),
        Precision("16-bit-fp32-moments", 2, 2, 0, 4,
                  "16-bit weights that are updated in place, moments in FP32"),
    )
}  # fmt: skip

OPTIMIZERS = {
    o.name: o
    for o in (
        Optimizer("sgd", 0, 0, "Robbins and Monro, 1951"),
        Optimizer("momentum", 1, 0, "Polyak, 1964"),
        Optimizer("adam", 1, 1, "Kingma and Ba, Adam, ICLR 2015"),
        Optimizer("adamw", 1, 1, "Loshchilov and Hutter, AdamW, ICLR 2019"),
        Optimizer("adamw-8-bit", 0.25, 0.25, _8BIT),
        Optimizer("adafactor", 0, 0, _ADAFACTOR),
        Optimizer("adafactor-momentum", 1, 0, _ADAFACTOR),
        Optimizer("lamb", 1, 1, "You et al., LAMB, ICLR 2020"),
        Optimizer("lion", 1, 0, "Chen et al., Lion, NeurIPS 2023"),
    )
}


def recipe(optimizer: str, precision: str, *, adam_share: float = 0.0) -> Recipe:
    """Bytes a parameter of an optimizer in a precision.

    Parameters
    ----------
    optimizer : str
        Of `OPTIMIZERS`, or "muon".
    precision : str
        Of `PRECISIONS`.
    adam_share : float
        For Muon, the share of the parameters that Adam updates: embeddings, output layer, vectors.

    Raises
    ------
    ValueError
        For a name that is not known, with those that are; for a share outside 0 to 1; for 8-bit
        means in a precision whose means are not of 32 bits.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}, not {precision!r}")
    held = PRECISIONS[precision]
    if optimizer == "muon":
        if not 0 <= adam_share <= 1:
            raise ValueError("the share of Adam is between 0 and 1")
        means = Optimizer("muon", 1, adam_share, _MUON)
    elif optimizer in OPTIMIZERS:
        means = OPTIMIZERS[optimizer]
    else:
        raise ValueError(
            f"optimizer is one of {', '.join([*OPTIMIZERS, 'muon'])}, not {optimizer!r}"
        )
    if optimizer == "adamw-8-bit" and held.moment != 4:
        raise ValueError(f"8-bit means stand for 32-bit ones, which {precision} does not have")
    return Recipe(
        f"{held.name}-{means.name}",
        held.weights,
        held.gradients,
        held.master,
        means.moment1 * held.moment,
        means.moment2 * held.moment,
        f"{held.source}; {means.source}",
    )


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
        Recipe("16-bit-adam-fp32-moments", 2, 2, 0, 4, 4,
               "16-bit weights that are updated in place, moments in FP32"),
        Recipe("8-bit-adam", 2, 2, 0, 1, 1, "Dettmers et al., 8-bit Optimizers, ICLR 2022"),
        Recipe("mixed-8-bit-adam", 2, 2, 4, 1, 1,
               "Dettmers et al., 8-bit Optimizers, ICLR 2022, with an FP32 master copy"),
        Recipe("mixed-lamb", 2, 2, 4, 4, 4, "You et al., LAMB, ICLR 2020"),
        Recipe("mixed-lion", 2, 2, 4, 4, 0, "Chen et al., Lion, NeurIPS 2023"),
        Recipe("mixed-adafactor", 2, 2, 4, 0, 0, _ADAFACTOR),
        Recipe("mixed-sgd-momentum", 2, 2, 4, 4, 0, "Micikevicius et al., Mixed Precision, ICLR 2018"),
        Recipe("mixed-sgd", 2, 2, 4, 0, 0, "Micikevicius et al., Mixed Precision, ICLR 2018"),
        Recipe("fp32-sgd-momentum", 4, 4, 0, 4, 0, "Polyak momentum in FP32"),
        Recipe("fp32-sgd", 4, 4, 0, 0, 0, "plain gradient descent in FP32"),
        Recipe("fp32-adafactor", 4, 4, 0, 0, 0, _ADAFACTOR),
        Recipe("deepseek-v3-fp8", 1, 4, 4, 2, 2,
               "DeepSeek-AI, DeepSeek-V3, 2024, section 3.3: FP8 weights, FP32 gradients and master copy, BF16 moments"),
        Recipe("mixed-adam-fp8-copy", 2 + 1, 4, 4, 4, 4,
               "Transformer Engine documentation, FP8 copies of 16-bit weights; FP32 main gradients"),
        Recipe("leanest", 2, 2, 0, 0, 0,
               "16-bit weights and gradients, no optimizer state on the device"),
    )
}  # fmt: skip


@formula(
    "M = 4 * (r + c)",
    source=_ADAFACTOR,
    kind="identity",
    unit_in={"r": "1", "c": "1"},
    unit_out="byte",
    monotone="++",
    coefficients={"": "byte"},
    convention="second moment of one matrix, FP32; vectors keep theirs whole",
)
def factored_moment_bytes(r: Value, c: Value) -> Value:
    """Second moment of a matrix that is kept by its rows and columns.

    Parameters
    ----------
    r, c : (...) array_like
        Rows and columns.

    Returns
    -------
    M : (...) ndarray or float
        [byte]: 32 KiB for a square of 4,096, where a whole one takes 64 MiB.
    """
    return 4 * (r + c)


@formula(
    "m = 2 * (q + 4 / B)",
    source=_8BIT,
    kind="identity",
    unit_in={"q": "byte/parameter", "B": "parameter"},
    unit_out="byte/parameter",
    monotone="+-",
    coefficients={"4": "byte"},
    convention="both means of Adam, one FP32 scale a block of each",
)
def block_quantised_moments(q: Value, B: Value) -> Value:
    """Both running means of Adam, quantised in blocks with a scale each.

    Parameters
    ----------
    q : (...) array_like
        Width of a quantised element: 1 for 8 bits [byte/parameter].
    B : (...) array_like
        Parameters of a block: 2048 in the paper [parameter].

    Returns
    -------
    m : (...) ndarray or float
        [byte/parameter].
    """
    return 2 * (q + 4 / B)


@formula(
    "m = e * (1 + x)",
    source=_MUON,
    kind="identity",
    unit_in={"e": "byte/parameter", "x": "1"},
    unit_out="byte/parameter",
    monotone="++",
    convention="matrices keep a momentum, the share x keeps both means of Adam",
    domain={"x": (0.0, 1.0)},
    valid={"x >= 0": "a share is between 0 and 1", "x <= 1": "a share is between 0 and 1"},
)
def muon_moments(e: Value, x: Value) -> Value:
    """Running means of Muon, with Adam for embeddings, output layer and vectors.

    Parameters
    ----------
    e : (...) array_like
        Width of a mean: 4 for FP32 [byte/parameter].
    x : (...) array_like
        Share of the parameters that Adam updates.

    Returns
    -------
    m : (...) ndarray or float
        [byte/parameter].
    """
    return e * (1 + x)
