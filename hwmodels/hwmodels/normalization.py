"""Batch normalisation: the noise of a batch's statistics, and lag and noise of the running ones."""

from __future__ import annotations

from hwmodels.elementwise import Value, log, sqrt
from hwmodels.formula import formula

_DEFINITION = "Ioffe and Szegedy, Batch Normalization, ICML 2015, section 3.1; a moving average"
_MEAN = "standard error of a mean of independent samples"
_VARIANCE = "variance of the sample variance; Mood, Graybill and Boes, 1974, section VI.2"
_GHOST = "Hoffer et al., Train longer, generalize better, NeurIPS 2017, section 4"
_SYNC = "Peng et al., MegDet, CVPR 2018, section 3.3"
_AVERAGE = "an exponentially weighted moving average"


@formula(
    "w = (1 - m)^k",
    source=_DEFINITION,
    kind="identity",
    unit_in={"m": "1", "k": "1"},
    unit_out="1",
    monotone="--",
    convention="m is the weight of the new batch: 0.1 is PyTorch's default, 0.9 elsewhere",
    valid={
        "m >= 0": "no weight of an average",
        "m <= 1": "no weight of an average",
        "k >= 0": "no count of updates",
    },
    domain={"m": (0, 1), "k": (1, 1e3)},
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
    valid={"b >= 1": "a batch has at least one sample"},
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


@formula(
    "e = sqrt((k - 1) / b + 2 / (b * (b - 1)))",
    source=_VARIANCE,
    kind="identity",
    unit_in={"b": "1", "k": "1"},
    unit_out="1",
    monotone="-+",
    convention="relative to the variance; b independent samples, divided by b - 1",
    valid={
        "b > 1": "one sample has no variance",
        "k >= 1": "no distribution has a kurtosis below 1",
    },
    domain={"b": (2, 1e6)},
)
def variance_noise(b: Value, k: Value) -> Value:
    """Standard error of a batch's variance, relative to the variance.

    Parameters
    ----------
    b : (...) array_like
        Independent samples, at least two (`mean_noise` says what is one).
    k : (...) array_like
        Kurtosis of what is averaged: 3 for normal values, more for heavy tails.

    Returns
    -------
    e : (...) ndarray or float
        For normal values the root of 2 / (b - 1).
    """
    return sqrt((k - 1) / b + 2 / (b * (b - 1)))


@formula(
    "b = B / n",
    source=_GHOST,
    kind="identity",
    unit_in={"B": "sample", "n": "device"},
    unit_out="sample/device",
    monotone="+-",
    convention="each device normalises its own part, in one pass; accumulation of gradients makes "
    "it smaller still",
)
def ghost_batch(B: Value, n: Value) -> Value:
    """Samples behind one statistic where devices do not share theirs.

    Parameters
    ----------
    B : (...) array_like
        Samples of a pass over all devices [sample].
    n : (...) array_like
        Devices [device].

    Returns
    -------
    b : (...) ndarray or float
        [sample/device].
    """
    return B / n


@formula(
    "B = b * g",
    source=_SYNC,
    kind="identity",
    unit_in={"b": "sample/device", "g": "device"},
    unit_out="sample",
    monotone="++",
    convention="statistics shared within a group of devices, in each layer and pass",
)
def synchronized_batch(b: Value, g: Value) -> Value:
    """Samples behind one statistic where a group of devices shares it.

    Parameters
    ----------
    b : (...) array_like
        Samples of one device [sample/device].
    g : (...) array_like
        Devices of the group [device].

    Returns
    -------
    B : (...) ndarray or float
        [sample].
    """
    return b * g


@formula(
    "e = s * sqrt(m / (2 - m))",
    source=_AVERAGE,
    kind="identity",
    unit_in={"s": "1", "m": "1"},
    unit_out="1",
    monotone="++",
    convention="the start forgotten; independent batches of one distribution; m weighs the newest",
    valid={"m > 0": "a weight of zero never moves", "m <= 1": "a weight is at most one"},
    domain={"m": (0.001, 1)},
)
def running_noise(s: Value, m: Value) -> Value:
    """Noise of a running statistic, from that of a single batch.

    Parameters
    ----------
    s : (...) array_like
        Standard error of the statistic of one batch (`mean_noise`, `variance_noise`).
    m : (...) array_like
        Weight of the newest batch, above zero and at most one.

    Returns
    -------
    e : (...) ndarray or float
        As of ``(2 - m) / m`` batches averaged.
    """
    return s * sqrt(m / (2 - m))


@formula(
    "a = (1 - m) / m",
    source=_AVERAGE,
    kind="identity",
    unit_in={"m": "1"},
    unit_out="1",
    monotone="-",
    convention="the newest batch has age zero; m weighs the newest",
    valid={"m > 0": "a weight of zero never moves", "m <= 1": "a weight is at most one"},
    domain={"m": (0.001, 1)},
)
def running_lag(m: Value) -> Value:
    """Mean age of what a running statistic is made of, in updates.

    Parameters
    ----------
    m : (...) array_like
        Weight of the newest batch, above zero and at most one.

    Returns
    -------
    a : (...) ndarray or float
        [updates].  A statistic that drifts by d an update is behind by a d.
    """
    return (1 - m) / m


@formula(
    "k = log(w) / log(1 - m)",
    source=_AVERAGE,
    kind="identity",
    unit_in={"w": "1", "m": "1"},
    unit_out="1",
    monotone="--",
    valid={
        "w > 0": "the start is never forgotten quite",
        "w <= 1": "a weight is at most one",
        "m > 0": "a weight of zero never moves",
        "m < 1": "a weight of one forgets at once",
    },
    domain={"w": (1e-6, 1), "m": (0.001, 0.99)},
    convention="m weighs the newest batch",
)
def updates_until_forgotten(w: Value, m: Value) -> Value:
    """Updates until the initial running statistic has at most a given weight.

    Parameters
    ----------
    w : (...) array_like
        Weight that is left, above zero; 0.5 gives the half-life.
    m : (...) array_like
        Weight of the newest batch, between zero and one.

    Returns
    -------
    k : (...) ndarray or float
        [updates], the inverse of `initial_weight_left`.
    """
    return log(w) / log(1 - m)
