"""Running statistics of batch normalisation: how long the start stays in them, and their noise."""

from __future__ import annotations

from hwmodels.elementwise import Value, sqrt
from hwmodels.formula import formula

_DEFINITION = "Ioffe and Szegedy, Batch Normalization, ICML 2015, section 3.1; a moving average"
_MEAN = "standard error of a mean of independent samples"


@formula(
    "w = (1 - m)^k",
    source=_DEFINITION,
    kind="identity",
    unit_in={"m": "1", "k": "1"},
    unit_out="1",
    monotone="--",
    convention="m is the weight of the new batch: 0.1 is PyTorch's default, 0.9 elsewhere",
)
def initial_weight_left(m: Value, k: Value) -> Value:
    """Weight that the initial running statistic still has after some updates.

    Parameters
    ----------
    m : (...) array_like
        Weight of the newest batch, between zero and one.
    k : (...) array_like
        Updates.

    Returns
    -------
    w : (...) ndarray or float
        Between zero and one.
    """
    return (1 - m) ** k


@formula(
    "e = 1 / sqrt(b)",
    source=_MEAN,
    kind="identity",
    unit_in={"b": "1"},
    unit_out="1",
    monotone="-",
    convention="in standard deviations; b independent samples",
)
def mean_noise(b: Value) -> Value:
    """Standard error of a batch's mean, in standard deviations of what is averaged.

    Parameters
    ----------
    b : (...) array_like
        Independent samples.  The statistics of a convolution run over images and positions: b is
        between the images alone, where a whole image is one sample, and images times positions.

    Returns
    -------
    e : (...) ndarray or float
        One for a single sample.
    """
    return 1 / sqrt(b)
