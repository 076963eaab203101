"""Scaling: speed-up of more devices, steps and samples of larger batches, their learning rates.

Amdahl's law is in `hwmodels.roofline`, the loss of larger models in `hwmodels.compute_optimal`.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, sqrt
from hwmodels.formula import formula

_GUSTAFSON = "Gustafson, Reevaluating Amdahl's Law, CACM 31(5), 1988"
_KARP_FLATT = "Karp and Flatt, Measuring parallel processor performance, CACM 33(5), 1990"
_USL = "Gunther, Guerrilla Capacity Planning, 2007, chapter 4: the universal scalability law"
_DEFINITION = "definition of parallel efficiency"
_NOISE = "McCandlish et al., An Empirical Model of Large-Batch Training, arXiv 1812.06162, 2018"
_LINEAR = "Goyal et al., Accurate, Large Minibatch SGD, arXiv 1706.02677, 2017"
_ROOT = "Krizhevsky, One weird trick, arXiv 1404.5997, 2014; Hoffer et al., NeurIPS 2017"


@formula(
    "S = (1 - f) + f * n",
    source=_GUSTAFSON,
    kind="identity",
    unit_in={"f": "1", "n": "1"},
    unit_out="1",
    monotone="++",
    convention="the problem grows with the devices; f is the parallel share of the time on n",
    domain={"f": (0, 1)},
)
def gustafson(f: Value, n: Value) -> Value:
    """Speed-up on a problem that grows with the devices.

    Parameters
    ----------
    f : (...) array_like
        Share of the time on n devices that is spent in parallel, between zero and one.
    n : (...) array_like
        Devices, at least one.

    Returns
    -------
    S : (...) ndarray or float
        Not limited by the serial share, as Amdahl's law on a fixed problem is.
    """
    return (1 - f) + f * n


@formula(
    "f = (1 / S - 1 / n) / (1 - 1 / n)",
    source=_KARP_FLATT,
    kind="identity",
    unit_in={"S": "1", "n": "1"},
    unit_out="1",
    monotone="-+",
    valid={"n > 1": "one device has no speed-up", "S > 0": "a speed-up is above zero"},
    domain={"n": (2, 1e6)},
)
def serial_share(S: Value, n: Value) -> Value:
    """Serial share of the work that a measured speed-up amounts to.

    Parameters
    ----------
    S : (...) array_like
        Speed-up over one device.
    n : (...) array_like
        Devices, above one.

    Returns
    -------
    f : (...) ndarray or float
        Where it grows with n, overhead grows too; below zero the speed-up is above linear.
    """
    return (1 / S - 1 / n) / (1 - 1 / n)


@formula(
    "e = 1 / (1 + s * (n - 1) + k * n * (n - 1))",
    source=_USL,
    kind="estimate",
    unit_in={"s": "1", "k": "1", "n": "1"},
    unit_out="1",
    monotone="---",
    convention="s and k fitted to measurements of the same system",
    valid={"n >= 1": "there is at least one device"},
    domain={"s": (0, 1), "k": (0, 1)},
)
def scalability_efficiency(s: Value, k: Value, n: Value) -> Value:
    """Efficiency of n devices that queue for something shared and wait for each other.

    Parameters
    ----------
    s : (...) array_like
        Contention: share that only one can do at a time.
    k : (...) array_like
        Coherency: cost of each pair of devices that must agree.
    n : (...) array_like
        Devices, at least one.

    Returns
    -------
    e : (...) ndarray or float
        Times n it is the speed-up, which falls again beyond `scalability_peak`.  Without
        coherency it is Amdahl's law.
    """
    return 1 / (1 + s * (n - 1) + k * n * (n - 1))


@formula(
    "n = sqrt((1 - s) / k)",
    source=_USL,
    kind="estimate",
    unit_in={"s": "1", "k": "1"},
    unit_out="1",
    monotone="--",
    valid={"k > 0": "without coherency cost the speed-up never falls", "s <= 1": "s is a share"},
    domain={"s": (0, 1), "k": (1e-9, 1)},
)
def scalability_peak(s: Value, k: Value) -> Value:
    """Devices at which the speed-up is largest.

    Parameters
    ----------
    s, k : (...) array_like
        Contention and coherency, as in `scalability_efficiency`.

    Returns
    -------
    n : (...) ndarray or float
    """
    return sqrt((1 - s) / k)


@formula(
    "e = (T / t) / (n / m)",
    source=_DEFINITION,
    kind="identity",
    unit_in={"T": "s", "t": "s", "n": "device", "m": "device"},
    unit_out="1",
    monotone="+--+",
    convention="strong scaling: the same work on both sides",
)
def strong_scaling_efficiency(T: Value, t: Value, n: Value, m: Value) -> Value:
    """Speed-up of more devices on the same work, over what the devices would allow.

    Parameters
    ----------
    T, t : (...) array_like
        Time on the few and on the many devices [s].
    n, m : (...) array_like
        The many and the few devices [device].

    Returns
    -------
    e : (...) ndarray or float
    """
    return (T / t) / (n / m)


@formula(
    "e = T / t",
    source=_DEFINITION,
    kind="identity",
    unit_in={"T": "s", "t": "s"},
    unit_out="1",
    monotone="+-",
    convention="weak scaling: the same work for each device",
)
def weak_scaling_efficiency(T: Value, t: Value) -> Value:
    """Time on few devices over that on many, where the work grows with them.

    Parameters
    ----------
    T, t : (...) array_like
        Time on the few and on the many devices [s].

    Returns
    -------
    e : (...) ndarray or float
    """
    return T / t


@formula(
    "e = (R / r) / (n / m)",
    source=_DEFINITION,
    kind="identity",
    unit_in={"R": "sample/s", "r": "sample/s", "n": "device", "m": "device"},
    unit_out="1",
    monotone="+--+",
    convention="of throughput: says nothing of the batch that it took",
)
def throughput_scaling_efficiency(R: Value, r: Value, n: Value, m: Value) -> Value:
    """Gain in throughput of more devices, over what the devices would allow.

    Parameters
    ----------
    R, r : (...) array_like
        Throughput on the many and on the few devices [sample/s].
    n, m : (...) array_like
        The many and the few devices [device].

    Returns
    -------
    e : (...) ndarray or float
    """
    return (R / r) / (n / m)


@formula(
    "c = E / m",
    source=_NOISE,
    kind="identity",
    unit_in={"E": "sample", "m": "1"},
    unit_out="sample",
    monotone="+-",
    convention="to one value of the loss, at the best learning rate of each batch",
)
def critical_batch(E: Value, m: Value) -> Value:
    """Batch at which a training takes twice the least steps and twice the least samples.

    Parameters
    ----------
    E : (...) array_like
        Least samples that reach the loss, with small batches [sample].
    m : (...) array_like
        Least steps that reach it, with large ones.

    Returns
    -------
    c : (...) ndarray or float
        [sample].  Grows as the loss falls.
    """
    return E / m


@formula(
    "c = t / g",
    source=_NOISE,
    kind="estimate",
    unit_in={"t": "sample", "g": "1"},
    unit_out="sample",
    monotone="+-",
    convention="the simple noise scale, for a Hessian near a multiple of the identity; within a "
    "factor of two or three of the critical batch",
)
def noise_scale(t: Value, g: Value) -> Value:
    """Critical batch from gradients: their variance over the square of their mean.

    Parameters
    ----------
    t : (...) array_like
        Trace of the covariance of the gradient of one sample [sample].
    g : (...) array_like
        Squared norm of the mean gradient, in the same measure.

    Returns
    -------
    c : (...) ndarray or float
        [sample].
    """
    return t / g


@formula(
    "S = m * (1 + c / B)",
    source=_NOISE,
    kind="estimate",
    unit_in={"m": "1", "c": "sample", "B": "sample"},
    unit_out="1",
    monotone="++-",
    convention="to one value of the loss, at the best learning rate of each batch",
)
def steps_to_loss(m: Value, c: Value, B: Value) -> Value:
    """Steps that a batch takes to a loss.

    Parameters
    ----------
    m : (...) array_like
        Least steps, with very large batches.
    c : (...) array_like
        Critical batch [sample].
    B : (...) array_like
        Batch [sample].

    Returns
    -------
    S : (...) ndarray or float
        Halves as a small batch doubles, and stays where it is large.
    """
    return m * (1 + c / B)


@formula(
    "E = e * (1 + B / c)",
    source=_NOISE,
    kind="estimate",
    unit_in={"e": "sample", "B": "sample", "c": "sample"},
    unit_out="sample",
    monotone="++-",
    convention="to one value of the loss, at the best learning rate of each batch",
)
def samples_to_loss(e: Value, B: Value, c: Value) -> Value:
    """Samples that a batch takes to a loss: what the training costs.

    Parameters
    ----------
    e : (...) array_like
        Least samples, with very small batches [sample].
    B : (...) array_like
        Batch [sample].
    c : (...) array_like
        Critical batch [sample].

    Returns
    -------
    E : (...) ndarray or float
        [sample].
    """
    return e * (1 + B / c)


@formula(
    "e = r * B / b",
    source=_LINEAR,
    kind="estimate",
    unit_in={"r": "1", "B": "sample", "b": "sample"},
    unit_out="1",
    monotone="++-",
    convention="the linear scaling rule, for SGD with a warm-up; fails beyond the critical batch",
)
def linear_scaled_rate(r: Value, B: Value, b: Value) -> Value:
    """Learning rate of a larger batch by the linear rule.

    Parameters
    ----------
    r : (...) array_like
        Learning rate of the smaller batch.
    B, b : (...) array_like
        The larger and the smaller batch [sample].

    Returns
    -------
    e : (...) ndarray or float
    """
    return r * B / b


@formula(
    "e = r * sqrt(B / b)",
    source=_ROOT,
    kind="estimate",
    unit_in={"r": "1", "B": "sample", "b": "sample"},
    unit_out="1",
    monotone="++-",
    convention="the square-root scaling rule: keeps the variance of an update; usual for Adam",
)
def root_scaled_rate(r: Value, B: Value, b: Value) -> Value:
    """Learning rate of a larger batch by the square-root rule.

    Parameters
    ----------
    r : (...) array_like
        Learning rate of the smaller batch.
    B, b : (...) array_like
        The larger and the smaller batch [sample].

    Returns
    -------
    e : (...) ndarray or float
    """
    return r * sqrt(B / b)
