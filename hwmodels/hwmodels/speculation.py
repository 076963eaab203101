"""Speculative decoding and multi-token prediction: tokens a pass, and the roof that they raise.

A pass of the model checks g guessed tokens and adds one of its own.  Multi-token prediction is
the same with guesses that the pass before made.
"""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_LEVIATHAN = "Leviathan, Kalman, Matias, Speculative Decoding, ICML 2023, section 3"
_ROOFLINE = "Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009"


@formula(
    "t = (1 - a^(g + 1)) / (1 - a)",
    source=_LEVIATHAN + ", equation 1",
    kind="estimate",
    unit_in={"a": "1", "g": "1"},
    unit_out="1",
    monotone="++",
    convention="each guess accepted with the same probability, independently",
    valid={"a < 1": "at 1 every guess is accepted, which makes g + 1 tokens", "a >= 0": "a share"},
    domain={"a": (0, 0.99), "g": (0, 100)},
)
def expected_tokens_per_pass(a: Value, g: Value) -> Value:
    """Tokens that a pass is expected to yield.

    Parameters
    ----------
    a : (...) array_like
        Probability that a guess is accepted, from 0 to below 1.
    g : (...) array_like
        Guesses that a pass checks; the extra heads of multi-token prediction.

    Returns
    -------
    t : (...) ndarray or float
        From 1 to g + 1.
    """
    return (1 - a ** (g + 1)) / (1 - a)


@formula(
    "t = g + 1",
    source=_LEVIATHAN,
    kind="bound",
    unit_in={"g": "1"},
    unit_out="1",
    monotone="+",
    convention="one line of guesses; of a tree g is its depth",
)
def most_tokens_per_pass(g: Value) -> Value:
    """Most tokens that a pass can yield.

    Parameters
    ----------
    g : (...) array_like
        Guesses in a line that a pass checks.

    Returns
    -------
    t : (...) ndarray or float
        An upper bound.
    """
    return g + 1


@formula(
    "S = t / (g * c + v)",
    source=_LEVIATHAN + ", theorem 3.8, where v is 1",
    kind="estimate",
    unit_in={"t": "1", "g": "1", "c": "1", "v": "1"},
    unit_out="1",
    monotone="+---",
    convention="guesses one after the other, then one check; nothing overlapped",
)
def speculative_speedup(t: Value, g: Value, c: Value, v: Value) -> Value:
    """Gain of speculation over one pass a token.

    Parameters
    ----------
    t : (...) array_like
        Tokens that a pass yields.
    g : (...) array_like
        Guesses that it checks.
    c : (...) array_like
        Time of one guess over the time of a pass.
    v : (...) array_like
        Time of a pass that checks g guesses over one that checks none; 1 where reading the
        weights is all that counts.

    Returns
    -------
    S : (...) ndarray or float
        Below 1 where speculation costs more than it brings.
    """
    return t / (g * c + v)


@formula(
    "R = (g + 1) * b / (B / (n * M))",
    source=_ROOFLINE,
    kind="bound",
    unit_in={"g": "1", "b": "1", "B": "byte", "n": "device", "M": "byte/s/device"},
    unit_out="token/s",
    monotone="++-++",
    coefficients={"": "token"},
    convention="every guess accepted, and made for nothing",
)
def speculative_roof(g: Value, b: Value, B: Value, n: Value, M: Value) -> Value:
    """Most tokens a second that the memory allows where each pass checks guesses.

    Parameters
    ----------
    g : (...) array_like
        Guesses in a line that a pass checks.
    b : (...) array_like
        Sequences decoded together.
    B : (...) array_like
        Bytes that a pass of the model itself reads [byte].
    n : (...) array_like
        Devices that share the model [device].
    M : (...) array_like
        Memory bandwidth of one [byte/s/device].

    Returns
    -------
    R : (...) ndarray or float
        An upper bound [token/s].
    """
    return (g + 1) * b / (B / (n * M))
