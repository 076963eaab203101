"""Model and hardware utilisation (MFU, HFU) against tokens a second, days and device hours.

What one token costs is passed in: which convention counts it (`hwmodels.transformer`) is for the
caller to name, and both sides of an identity must mean the same one.
"""

from __future__ import annotations

from hwmodels.elementwise import Value
from hwmodels.formula import formula

_PALM = "Chowdhery et al., PaLM, appendix B, 2022"
_KORTHIKANTI = "Korthikanti et al., Reducing Activation Recomputation, 2022, section 6"


@formula(
    "u = R * F / (n * P)",
    source=_PALM,
    kind="identity",
    unit_in={"R": "token/s", "F": "FLOP/token", "n": "device", "P": "FLOP/s/device"},
    unit_out="1",
    monotone="++--",
    convention="MFU where F is the work of the model alone, HFU where it counts recomputation",
)
def flops_utilization(R: Value, F: Value, n: Value, P: Value) -> Value:
    """Share of the peak that a training rate is: MFU or HFU, as F counts.

    Parameters
    ----------
    R : (...) array_like
        Tokens a second of all devices together [token/s].
    F : (...) array_like
        Work of one token, by the convention of `hwmodels.transformer` that is meant [FLOP/token].
    n : (...) array_like
        Devices [device].
    P : (...) array_like
        Dense peak of one at the precision of the products [FLOP/s/device].

    Returns
    -------
    u : (...) ndarray or float
        Above one for no dense run, whatever counts its FLOPs rightly.
    """
    return R * F / (n * P)


@formula(
    "R = u * n * P / F",
    source=_PALM,
    kind="identity",
    unit_in={"u": "1", "n": "device", "P": "FLOP/s/device", "F": "FLOP/token"},
    unit_out="token/s",
    monotone="+++-",
    convention="u by the convention that F was counted in",
    domain={"u": (0, 1)},
)
def tokens_at_utilization(u: Value, n: Value, P: Value, F: Value) -> Value:
    """Tokens a second at a utilisation.

    Parameters
    ----------
    u : (...) array_like
        MFU or HFU, from 0 to 1.
    n : (...) array_like
        Devices [device].
    P : (...) array_like
        Dense peak of one [FLOP/s/device].
    F : (...) array_like
        Work of one token [FLOP/token].

    Returns
    -------
    R : (...) ndarray or float
        [token/s].
    """
    return u * n * P / F


@formula(
    "R = n * P / F",
    source=_PALM,
    kind="bound",
    unit_in={"n": "device", "P": "FLOP/s/device", "F": "FLOP/token"},
    unit_out="token/s",
    monotone="++-",
    convention="F no more than what every token costs: 6N without the input table where all is "
    "trained, N active; P no datasheet rate that parts pass",
)
def most_training_tokens(n: Value, P: Value, F: Value) -> Value:
    """Most tokens a second that the arithmetic allows.

    Parameters
    ----------
    n : (...) array_like
        Devices [device].
    P : (...) array_like
        Rate that no dense kernel passes [FLOP/s/device]: that of `hwmodels.catalog.hard_peak`, as
        parts that clock higher than their datasheet says pass its peak.
    F : (...) array_like
        Least work of one token [FLOP/token].  6N is it only where every parameter is trained: with
        frozen layers or LoRA a frozen weight costs no gradient of its own (4N, or 2N before the
        first trained layer), and of a mixture of experts N is what one token goes through.

    Returns
    -------
    R : (...) ndarray or float
        An upper bound [token/s].
    """
    return n * P / F


@formula(
    "G = T * F / (u * P)",
    source=_PALM,
    kind="identity",
    unit_in={"T": "token", "F": "FLOP/token", "u": "1", "P": "FLOP/s/device"},
    unit_out="device*s",
    monotone="++--",
    convention="u by the convention that F was counted in; restarts left out",
    domain={"u": (0.01, 1)},
)
def device_time_at_utilization(T: Value, F: Value, u: Value, P: Value) -> Value:
    """Device time that a training run takes at a utilisation: GPU-hours in seconds.

    Parameters
    ----------
    T : (...) array_like
        Tokens [token].
    F : (...) array_like
        Work of one token [FLOP/token].
    u : (...) array_like
        MFU or HFU, above 0, to 1.
    P : (...) array_like
        Dense peak of a device [FLOP/s/device].

    Returns
    -------
    G : (...) ndarray or float
        [device*s]; over the devices the length of the run, over 3600 the device hours.
    """
    return T * F / (u * P)


@formula(
    "u = T * F / (G * P)",
    source=_PALM,
    kind="identity",
    unit_in={"T": "token", "F": "FLOP/token", "G": "device*s", "P": "FLOP/s/device"},
    unit_out="1",
    monotone="++--",
    convention="MFU where F is the work of the model alone, HFU where it counts recomputation",
)
def utilization_of_device_time(T: Value, F: Value, G: Value, P: Value) -> Value:
    """Utilisation that a number of device hours and tokens amount to.

    Parameters
    ----------
    T : (...) array_like
        Tokens [token].
    F : (...) array_like
        Work of one token [FLOP/token].
    G : (...) array_like
        Device time: hours times 3600, or devices times the length of the run [device*s].
    P : (...) array_like
        Dense peak of a device [FLOP/s/device].

    Returns
    -------
    u : (...) ndarray or float
        Below that of a step where restarts and evaluation are in the device time.
    """
    return T * F / (G * P)


@formula(
    "G = T / r",
    source="definition",
    kind="identity",
    unit_in={"T": "token", "r": "token/s/device"},
    unit_out="device*s",
    monotone="+-",
)
def device_time_at_rate(T: Value, r: Value) -> Value:
    """Device time that a number of tokens takes at a rate of each device.

    Parameters
    ----------
    T : (...) array_like
        Tokens [token].
    r : (...) array_like
        Tokens a second of one device [token/s/device].

    Returns
    -------
    G : (...) ndarray or float
        [device*s].
    """
    return T / r


@formula(
    "v = u * H / F",
    source=_KORTHIKANTI,
    kind="identity",
    unit_in={"u": "1", "H": "FLOP/token", "F": "FLOP/token"},
    unit_out="1",
    monotone="++-",
    convention="both of one run: H with what is recomputed, F without",
    domain={"u": (0, 1)},
)
def hardware_utilization(u: Value, H: Value, F: Value) -> Value:
    """HFU of a run of known MFU.

    Parameters
    ----------
    u : (...) array_like
        MFU, from 0 to 1.
    H : (...) array_like
        Work of one token with what is recomputed [FLOP/token].
    F : (...) array_like
        Work of one token of the model alone [FLOP/token].

    Returns
    -------
    v : (...) ndarray or float
        HFU; 4/3 of MFU with full recomputation.
    """
    return u * H / F
