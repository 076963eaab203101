"""Experts that a pass over a batch reads: the expected number, and what it cannot leave."""

from __future__ import annotations

from hwmodels.elementwise import Value, minimum
from hwmodels.formula import formula

_ROUTING = "Shazeer et al., Outrageously Large Neural Networks, ICLR 2017; counted"


@formula(
    "x = E * (1 - (1 - k / E)^b)",
    source=_ROUTING,
    kind="estimate",
    unit_in={"E": "1", "k": "1", "b": "1"},
    unit_out="1",
    monotone="+++",
    convention="routing uniform and independent from token to token",
    valid={"k <= E": "a token goes through no more experts than there are"},
    domain={"E": (16, 512), "k": (1, 16), "b": (1, 1e3)},
)
def expected_experts(E: Value, k: Value, b: Value) -> Value:
    """Different experts of a layer that a batch is expected to read.

    Parameters
    ----------
    E, k : (...) array_like
        Experts of a layer, and how many of them a token goes through.
    b : (...) array_like
        Tokens of the pass.

    Returns
    -------
    x : (...) ndarray or float
        From k for one token to E.  Tokens that resemble each other share experts and read fewer:
        no bound can be made of it, only of k, which every batch reads.
    """
    return E * (1 - (1 - k / E) ** b)


@formula(
    "x = min(E, b * k)",
    source=_ROUTING,
    kind="bound",
    unit_in={"E": "1", "k": "1", "b": "1"},
    unit_out="1",
    monotone="+++",
    convention="each token goes through k experts of the layer, shared ones not among them",
)
def most_experts(E: Value, k: Value, b: Value) -> Value:
    """Most experts of a layer that a batch can read; the fewest are k.

    Parameters
    ----------
    E, k : (...) array_like
        Experts of a layer, and how many of them a token goes through.
    b : (...) array_like
        Tokens of the pass.

    Returns
    -------
    x : (...) ndarray or float
        An upper bound.
    """
    return minimum(E, b * k)


@formula(
    "R = S + x * X",
    source=_ROUTING,
    kind="identity",
    unit_in={"S": "parameter", "x": "1", "X": "parameter"},
    unit_out="parameter",
    monotone="+++",
    convention="x experts in every layer; for a bound from below x is what one token goes through",
)
def mixture_read_parameters(S: Value, x: Value, X: Value) -> Value:
    """Parameters that a pass over a mixture of experts reads.

    Parameters
    ----------
    S : (...) array_like
        Parameters that every token goes through: attention, shared experts, router, output layer
        [parameter].
    x : (...) array_like
        Different routed experts that are read in each layer.
    X : (...) array_like
        Parameters of one routed expert, summed over the layers [parameter].

    Returns
    -------
    R : (...) ndarray or float
        [parameter].
    """
    return S + x * X
