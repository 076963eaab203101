"""Loss of a model of a size after a training, and the best size for a budget.

Fits to trained models: estimates, that name whose fit they are.  Their exponents are known to a
few per cent, so that the best size for a large budget is known to a factor of two or three.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hwmodels.elementwise import Value, is_number, sqrt
from hwmodels.formula import OutsideValidity, formula

_CHINCHILLA = "Hoffmann et al., Training Compute-Optimal Large Language Models, NeurIPS 2022"
_REPLICATION = "Besiroglu et al., Chinchilla Scaling: A replication attempt, arXiv 2404.10102, 2024"


@dataclass(frozen=True, slots=True)
class LossFit:
    """Constants of ``L = E + A / N^a + B / D^b``, fitted to trained models.

    Attributes
    ----------
    name : str
    E, A, B, a, b : float
        The loss that is left at last, and weight and exponent of parameters and of tokens.
    source : str
    """

    name: str
    E: float
    A: float
    B: float
    a: float
    b: float
    source: str


LOSS_FITS = MappingProxyType({
    f.name: f
    for f in (
        LossFit("Hoffmann 2022", 1.69, 406.4, 410.7, 0.34, 0.28, f"{_CHINCHILLA}, appendix D.3"),
        LossFit("Besiroglu 2024", 1.8172, 482.01, 2085.43, 0.3478, 0.3658, _REPLICATION),
    )
})  # fmt: skip


@formula(
    "L = E + A / N^a + B / D^b",
    source=_CHINCHILLA,
    kind="estimate",
    unit_in={"E": "1", "A": "1", "N": "1", "a": "1", "B": "1", "D": "1", "b": "1"},
    unit_out="1",
    monotone="++--+--",
    convention="nats a token on the data of the fit; N parameters and D tokens as plain numbers; "
    "each token seen once",
    domain={"a": (0.1, 1), "b": (0.1, 1)},
)
def fitted_loss(E: Value, A: Value, N: Value, a: Value, B: Value, D: Value, b: Value) -> Value:
    """Loss of a model of N parameters after D tokens.

    Parameters
    ----------
    E, A, a, B, b : (...) array_like
        Constants of a fit (`LOSS_FITS`).
    N, D : (...) array_like
        Parameters, and tokens of training.

    Returns
    -------
    L : (...) ndarray or float
    """
    return E + A / N**a + B / D**b


@formula(
    "N = sqrt(C / (6 * r))",
    source=_CHINCHILLA,
    kind="estimate",
    unit_in={"C": "FLOP", "r": "token/parameter"},
    unit_out="parameter",
    monotone="+-",
    coefficients={"6": "FLOP/parameter/token"},
    convention="6 FLOP a parameter and token: attention left out; a fixed ratio of tokens, 20 by "
    "the rule of thumb",
)
def compute_optimal_parameters(C: Value, r: Value) -> Value:
    """Parameters of the model that a budget trains best, by a fixed ratio of tokens.

    Parameters
    ----------
    C : (...) array_like
        Budget [FLOP].
    r : (...) array_like
        Tokens for each parameter [token/parameter]; about 20.

    Returns
    -------
    N : (...) ndarray or float
        [parameter].  Models that are served for long are trained on more tokens.
    """
    return sqrt(C / (6 * r))


@formula(
    "D = r * N",
    source=_CHINCHILLA,
    kind="estimate",
    unit_in={"r": "token/parameter", "N": "parameter"},
    unit_out="token",
    monotone="++",
    convention="a fixed ratio of tokens, 20 by the rule of thumb",
)
def compute_optimal_tokens(r: Value, N: Value) -> Value:
    """Tokens that a model is trained on best, by a fixed ratio.

    Parameters
    ----------
    r : (...) array_like
        Tokens for each parameter [token/parameter]; about 20.
    N : (...) array_like
        Parameters [parameter].

    Returns
    -------
    D : (...) ndarray or float
        [token].
    """
    return r * N


def loss_optimal_split(compute: Value, fit: LossFit) -> tuple[Value, Value]:
    """Parameters and tokens that make the fitted loss of a budget least.

    Where the derivative of the loss along ``6 N D = C`` is zero.  The two fits differ by a factor
    of several at large budgets: their exponents are known to a few per cent only.

    Parameters
    ----------
    compute : (...) array_like
        Budget, above zero [FLOP].
    fit : LossFit

    Returns
    -------
    N, D : (...) ndarray or float
        [parameter] and [token].

    Raises
    ------
    OutsideValidity
        For a budget that is not above zero.
    """
    budget: Any = compute
    if not is_number(compute):
        import numpy as np

        budget = np.asarray(compute, float)
    if not (budget > 0 if is_number(budget) else (budget > 0).all()):
        raise OutsideValidity("a budget is above zero")
    both = fit.a + fit.b
    ratio = math.pow(fit.a * fit.A / (fit.b * fit.B), 1 / both)
    pairs = budget / 6
    return ratio * pairs ** (fit.b / both), pairs ** (fit.a / both) / ratio
