"""Methods of gradient compression by name: how their codes travel, what they cost, what they gain."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from hwmodels.answer import Answer, Term
from hwmodels.collectives import ring_allreduce_bytes
from hwmodels.compression import (
    compression_saved_seconds,
    decode_seconds,
    gathered_code_bytes_sent,
    pass_seconds,
)
from hwmodels.formula import OutsideValidity

_POWERSGD = "Vogels et al., PowerSGD, NeurIPS 2019"
_TOP_K = "Lin et al., Deep Gradient Compression, ICLR 2018"
_RANDOM_K = "Stich et al., Sparsified SGD with memory, NeurIPS 2018"
_SIGN = "Bernstein et al., signSGD, ICML 2018"
_ONE_BIT = "Tang et al., 1-bit Adam, ICML 2021"
_QSGD = "Alistarh et al., QSGD, NeurIPS 2017"
_TERNGRAD = "Wen et al., TernGrad, NeurIPS 2017"
_FP16 = "Micikevicius et al., Mixed precision training, ICLR 2018"
_FP8 = "Peng et al., FP8-LM, 2023"

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Codec:
    """How the codes of one method travel and what they cost.

    Attributes
    ----------
    name : str
        As papers write it.
    path : str
        "all-reduce" where codes add up, "all-gather" where every device gets all of them, or
        "shards" where one device sums a shard and compresses it again.
    passes : (low, high)
        Reads and writes of the whole gradient to encode it: counted for a kernel that does all at
        once, and for one pass for each step.
    feedback : bool
        Whether it keeps what it did not send.
    source : str
        Where it is from.
    """

    name: str
    path: str
    passes: Range
    feedback: bool
    source: str

    def bytes_sent(self, n: float, code: float) -> float:
        """Bytes that each device sends.

        Parameters
        ----------
        n : float
            Devices, at least one.
        code : float
            Code of one device [byte].
        """
        if self.path == "all-gather":
            return gathered_code_bytes_sent(n, code)
        # A shard goes to who sums it and comes back as a code: the bytes of a ring all-reduce.
        return ring_allreduce_bytes(n, code)


# Error feedback reads and writes a residual: two passes on top of the reading of the gradient.
# A radix sort of 32-bit keys with 64-bit positions reads and writes 12 bytes for each 4, four
# times: 24 passes.  PowerSGD reads its matrix for each factor and for the residual.
CODECS = MappingProxyType(
    {
        c.name: c
        for c in (
            Codec("FP16", "all-reduce", (1.0, 2.0), False, _FP16),
            Codec("FP8, one scale", "all-reduce", (1.0, 3.0), False, _FP8),
            Codec("top-k", "all-gather", (3.0, 26.0), True, _TOP_K),
            Codec("random-k", "all-gather", (2.0, 4.0), True, _RANDOM_K),
            Codec("random-k, shared seed", "all-reduce", (2.0, 4.0), True, _RANDOM_K),
            Codec("signSGD", "all-gather", (1.0, 2.0), False, _POWERSGD),
            Codec("signSGD, majority vote", "shards", (1.0, 2.0), False, _SIGN),
            Codec("1-bit Adam", "shards", (3.0, 5.0), True, _ONE_BIT),
            Codec("QSGD", "all-gather", (1.0, 3.0), False, _QSGD),
            Codec("TernGrad", "all-gather", (1.0, 3.0), False, _TERNGRAD),
            Codec("PowerSGD", "all-reduce", (4.0, 8.0), True, _POWERSGD),
        )
    }
)


def codec(name: str) -> Codec:
    """The codec of a name.

    Raises
    ------
    ValueError
        For a name that is none; it lists what there is.
    """
    if name not in CODECS:
        raise ValueError(f"no codec {name!r}: there are {', '.join(CODECS)}")
    return CODECS[name]


def codec_seconds(name: str, n: float, gradient: float, code: float, memory: Range) -> Answer:
    """Range of the time to encode a gradient and decode what comes back, by memory traffic.

    Parameters
    ----------
    name : str
        A key of `CODECS`.
    n : float
        Devices, at least two.
    gradient : float
        Size of the gradient [byte].
    code : float
        Code of one device [byte].
    memory : (low, high)
        Memory bandwidth that is reached [byte/s].

    Raises
    ------
    ValueError
        For a name that is none.
    OutsideValidity
        For fewer than two devices.
    """
    method = codec(name)
    if n < 2:
        raise OutsideValidity("nothing is sent by one device")
    codes = n if method.path == "all-gather" else 1.0
    at = {"S": (gradient, gradient), "M": memory}
    encode = pass_seconds.interval(a=method.passes, **at)
    decode = decode_seconds.interval(c=(codes, codes), E=(code, code), **at)
    return Answer(
        encode[0] + decode[0],
        encode[1] + decode[1],
        "s",
        "estimate",
        f"{name}, by memory traffic: {method.passes[0]:g} to {method.passes[1]:g} passes to encode",
        method.source,
        (Term("encode", *encode, "s"), Term("decode", *decode, "s")),
    )


def compression_gain(
    name: str,
    n: float,
    gradient: float,
    code: float,
    *,
    link: Range,
    cost: Range,
    hidden: Range = (0.0, 0.0),
) -> Answer:
    """Range of what compression takes off a step, against a ring all-reduce of the gradient.

    Parameters
    ----------
    name : str
        A key of `CODECS`.
    n : float
        Devices, at least two.
    gradient : float
        Size of the gradient [byte].
    code : float
        Code of one device [byte].
    link : (low, high)
        Bandwidth of one device in one direction that is reached [byte/s].
    cost : (low, high)
        Encoding and decoding [s], measured or `codec_seconds`.
    hidden : (low, high)
        Work that the communication runs beside [s].

    Returns
    -------
    Answer
        [s]; below zero where it makes the step longer.

    Raises
    ------
    ValueError
        For a name that is none.
    OutsideValidity
        For fewer than two devices.
    """
    method = codec(name)
    if n < 2:
        raise OutsideValidity("nothing is sent by one device")
    dense, sent = ring_allreduce_bytes(n, gradient), method.bytes_sent(n, code)
    more, less = max(dense, sent), min(dense, sent)
    low, high = compression_saved_seconds.interval(
        D=(more, more), C=(less, less), B=link, H=hidden, t=(0.0, 0.0)
    )
    if sent > dense:  # gathered codes can be more bytes than the gradient: a loss
        low, high = -high, -low
    return Answer(
        low - cost[1],
        high - cost[0],
        "s",
        "estimate",
        f"{name} by {method.path}, against a ring all-reduce; the codec is not hidden",
        method.source,
        (
            Term("without", dense / link[1], dense / link[0], "s"),
            Term("with", sent / link[1], sent / link[0], "s"),
            Term("codec", *cost, "s"),
        ),
    )
