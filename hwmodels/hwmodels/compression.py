"""Gradient compression: bytes on the wire by collective, time of the codec, and when it pays.

Codes that can be added go through an all-reduce.  Others go round whole, so that each device sends
its code to all others; or shards are summed by one device each and compressed again.
"""

from __future__ import annotations

from hwmodels.elementwise import Value, maximum
from hwmodels.formula import formula

_POWERSGD = "Vogels et al., PowerSGD, NeurIPS 2019"
_UTILITY = "Agarwal et al., On the utility of gradient compression, MLSys 2022"


@formula(
    "W = (n - 1) * E",
    source=_POWERSGD,
    kind="identity",
    unit_in={"n": "1", "E": "byte"},
    unit_out="byte",
    monotone="++",
    convention="an all-gather of codes that do not add up, by a ring",
    valid={"n >= 1": "a collective needs a device"},
)
def gathered_code_bytes_sent(n: Value, E: Value) -> Value:
    """Bytes that each device sends where every device gets the code of every other.

    Parameters
    ----------
    n : (...) array_like
        Devices, at least one.
    E : (...) array_like
        Code of one device [byte].

    Returns
    -------
    W : (...) ndarray or float
        [byte]: it grows with the devices, where that of a ring all-reduce stays below two buffers.
    """
    return (n - 1) * E


@formula(
    "n = 2 * R",
    source=_UTILITY,
    kind="identity",
    unit_in={"R": "1"},
    unit_out="1",
    monotone="+",
    convention="bytes alone: an all-gather of codes against a ring all-reduce of the gradient",
    valid={"R >= 1": "it does not compress"},
)
def devices_where_gathering_loses(R: Value) -> Value:
    """Devices from which gathered codes are as many bytes as the gradient summed by a ring.

    Parameters
    ----------
    R : (...) array_like
        Size of the gradient over that of its code, indices with it.

    Returns
    -------
    n : (...) ndarray or float
        Devices.
    """
    return 2 * R


@formula(
    "d = 2 * w / (n * (v + i))",
    source=_UTILITY,
    kind="identity",
    unit_in={"w": "byte", "n": "1", "v": "byte", "i": "byte"},
    unit_out="1",
    monotone="+---",
    convention="bytes alone: an all-gather of top-k against a ring all-reduce of the gradient",
)
def density_where_gathering_loses(w: Value, n: Value, v: Value, i: Value) -> Value:
    """Share of the elements from which gathered top-k is as many bytes as the gradient in a ring.

    Parameters
    ----------
    w : (...) array_like
        Size of an element of the gradient [byte].
    n : (...) array_like
        Devices.
    v : (...) array_like
        Size of a value that is sent [byte].
    i : (...) array_like
        Size of an index [byte].

    Returns
    -------
    d : (...) ndarray or float
        Above one where gathering never loses.
    """
    return 2 * w / (n * (v + i))


@formula(
    "t = a * S / M",
    source=_UTILITY,
    kind="estimate",
    unit_in={"a": "1", "S": "byte", "M": "byte/s"},
    unit_out="s",
    monotone="++-",
    convention="by memory traffic",
)
def pass_seconds(a: Value, S: Value, M: Value) -> Value:
    """Time of passes over a gradient in memory.

    Parameters
    ----------
    a : (...) array_like
        Passes: reads and writes of the whole gradient.
    S : (...) array_like
        Size of the gradient [byte].
    M : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    t : (...) ndarray or float
        [s].
    """
    return a * S / M


@formula(
    "t = (c * E + S) / M",
    source=_UTILITY,
    kind="estimate",
    unit_in={"c": "1", "E": "byte", "S": "byte", "M": "byte/s"},
    unit_out="s",
    monotone="+++-",
    convention="by memory traffic: each code is read and the sum is written",
)
def decode_seconds(c: Value, E: Value, S: Value, M: Value) -> Value:
    """Time to read codes and write the gradient that they make.

    Parameters
    ----------
    c : (...) array_like
        Codes: one where they were summed on the way, else one of each device.
    E : (...) array_like
        Code of one device [byte].
    S : (...) array_like
        Size of the gradient [byte].
    M : (...) array_like
        Memory bandwidth [byte/s].

    Returns
    -------
    t : (...) ndarray or float
        [s].
    """
    return (c * E + S) / M


@formula(
    "B = (D - C) / t",
    source=_UTILITY,
    kind="identity",
    unit_in={"D": "byte", "C": "byte", "t": "s"},
    unit_out="byte/s",
    monotone="+--",
    convention="nothing is hidden; both at the same share of the link",
    valid={"D >= C": "it sends more than the gradient itself and never pays"},
    domain={"D": (50, 1e6), "C": (1, 50)},
)
def break_even_bandwidth(D: Value, C: Value, t: Value) -> Value:
    """Bandwidth above which compression costs more time than it saves.

    Parameters
    ----------
    D : (...) array_like
        What each device sends without compression [byte].
    C : (...) array_like
        What it sends with compression [byte].
    t : (...) array_like
        Encoding and decoding [s].

    Returns
    -------
    B : (...) ndarray or float
        [byte/s].
    """
    return (D - C) / t


@formula(
    "x = D / (C + t * B)",
    source=_UTILITY,
    kind="estimate",
    unit_in={"D": "byte", "C": "byte", "t": "s", "B": "byte/s"},
    unit_out="1",
    monotone="+---",
    convention="of the communication alone; nothing is hidden, latency left out",
)
def compression_speedup(D: Value, C: Value, t: Value, B: Value) -> Value:
    """How much shorter communication gets by compression: the curve over the bandwidth.

    Parameters
    ----------
    D : (...) array_like
        What each device sends without compression [byte].
    C : (...) array_like
        What it sends with compression [byte].
    t : (...) array_like
        Encoding and decoding [s].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].

    Returns
    -------
    x : (...) ndarray or float
        One at the break-even bandwidth, D / C on a slow link, and nothing on a fast one.
    """
    return D / (C + t * B)


@formula(
    "s = max(D / B, H) - max(C / B, H) - t",
    source=_UTILITY,
    kind="estimate",
    unit_in={"D": "byte", "C": "byte", "B": "byte/s", "H": "s", "t": "s"},
    unit_out="s",
    monotone="+----",
    convention="the codec runs on the device that computes; latency left out",
    valid={"D >= C": "it sends more than the gradient itself and saves nothing"},
    domain={"D": (50, 1e6), "C": (1, 50)},
)
def compression_saved_seconds(D: Value, C: Value, B: Value, H: Value, t: Value) -> Value:
    """What compression takes off a step whose work hides a part of the communication.

    Parameters
    ----------
    D : (...) array_like
        What each device sends without compression [byte].
    C : (...) array_like
        What it sends with compression [byte].
    B : (...) array_like
        Achieved bandwidth of one device in one direction [byte/s].
    H : (...) array_like
        Work that the communication runs beside [s].
    t : (...) array_like
        Encoding and decoding [s].

    Returns
    -------
    s : (...) ndarray or float
        [s]: below zero, by the time of the codec, where all of it was hidden already.
    """
    return maximum(D / B, H) - maximum(C / B, H) - t
