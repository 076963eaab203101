"""Number formats: range, precision, every value, and bytes an element with its scales.

A floating-point format is three integers; everything else follows from them.  Block formats store
narrow elements and a scale for each few of them; how wide the tensor's range may be is then in the
scale, and within a block in the element.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from hwmodels.elementwise import Value, is_number
from hwmodels.formula import formula

_IEEE = "IEEE 754-2019, section 3"
_FP8 = "Micikevicius et al., FP8 Formats for Deep Learning, arXiv 2209.05433, 2022, table 1"
_BF16 = "Kalamkar et al., A Study of BFLOAT16, arXiv 1905.12322, 2019"
_TF32 = "NVIDIA, A100 whitepaper, 2020"
_MX = "OCP Microscaling Formats (MX) Specification 1.0, 2023, section 5"
_NVFP4 = "NVIDIA, Introducing NVFP4 for Efficient and Accurate Low-Precision Inference, 2025"
_TWO = "two's complement"


@dataclass(frozen=True, slots=True)
class Format:
    """A binary floating-point format with a sign.

    Attributes
    ----------
    name : str
    exponent, mantissa : int
        Bits; the leading one of a normal number is not stored.
    source : str
    reserved : int
        How many of the largest significands of the largest exponent are not finite: all of them
        in the formats of IEEE 754 (that exponent is for infinities and NaN; written -1), one in
        E4M3, none in the formats of four and six bits.
    """

    name: str
    exponent: int
    mantissa: int
    source: str
    reserved: int = -1

    @property
    def bits(self) -> int:
        """Bits of a code, the sign included; TF32 is kept in 32."""
        return 1 + self.exponent + self.mantissa

    @property
    def bias(self) -> int:
        """What is subtracted from a stored exponent."""
        return int(2 ** (self.exponent - 1) - 1)

    @property
    def significand(self) -> int:
        """Bits of precision of a normal number, the leading one included."""
        return self.mantissa + 1

    @property
    def normal(self) -> float:
        """Smallest positive number with full precision."""
        return float(smallest_normal(self.bias))

    @property
    def subnormal(self) -> float:
        """Smallest positive number at all; half of it and what is smaller becomes zero."""
        return float(smallest_subnormal(self.bias, self.mantissa))

    @property
    def largest(self) -> float:
        """Largest finite number."""
        most = 2**self.exponent - 1 - self.bias
        steps = 2**self.mantissa
        if self.reserved < 0:
            return math.ldexp(2 - 1 / steps, most - 1)
        return math.ldexp(1 + (steps - 1 - self.reserved) / steps, most)

    @property
    def overflow(self) -> float:
        """Where rounding to the nearest leaves the finite numbers: half a step above the largest.

        In FP64 no number shows it, and it is infinite.
        """
        most = math.frexp(self.largest)[1] - 1
        return self.largest + math.ldexp(0.5, most - self.mantissa)

    @property
    def unit_roundoff(self) -> float:
        """Largest relative error of rounding a normal number to the nearest."""
        return 2.0**-self.significand

    @property
    def infinite(self) -> bool:
        """Whether there is a code for infinity."""
        return self.reserved < 0

    @property
    def count(self) -> int:
        """Different finite numbers, zero once."""
        top = 2**self.mantissa if self.reserved < 0 else self.reserved
        return int(2 * (2 ** (self.exponent + self.mantissa) - top) - 1)

    def values(self) -> Iterator[float]:
        """Every finite number that is not negative, from zero up."""
        for code in range((self.count + 1) // 2):
            stored, bits = divmod(code, 2**self.mantissa)
            leading, power = (0, 1) if stored == 0 else (1, stored)
            yield math.ldexp(leading + bits / 2**self.mantissa, power - self.bias)


@dataclass(frozen=True, slots=True)
class Integer:
    """A signed integer format, used symmetrically: its lowest code has no counterpart.

    Attributes
    ----------
    name : str
    bits : int
    source : str
    """

    name: str
    bits: int
    source: str

    @property
    def largest(self) -> float:
        """Largest number."""
        return float(2 ** (self.bits - 1) - 1)

    @property
    def subnormal(self) -> float:
        """Smallest positive number."""
        return 1.0

    @property
    def count(self) -> int:
        """Different numbers of the symmetric range, zero once."""
        return int(2**self.bits - 1)


@dataclass(frozen=True, slots=True)
class Scale:
    """What the elements of a block are multiplied by.

    Attributes
    ----------
    name : str
    bits : int
    least, most : float
        Smallest and largest scale.
    """

    name: str
    bits: int
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class BlockFormat:
    """Narrow elements with a scale for each block of them.

    Attributes
    ----------
    name : str
    element : Format or Integer
    block : int
        Elements that share a scale.
    scale : Scale
    source : str
    note : str
        What is stored once for the whole tensor.
    """

    name: str
    element: Format | Integer
    block: int
    scale: Scale
    source: str
    note: str = ""

    @property
    def bytes(self) -> float:
        """Bytes an element, its part of the scale included [byte]."""
        return float(block_element_bytes(self.element.bits, self.scale.bits, self.block))

    @property
    def largest(self) -> float:
        """Largest number under the largest scale, that of the whole tensor left out."""
        return self.element.largest * self.scale.most

    @property
    def subnormal(self) -> float:
        """Smallest positive number under the smallest scale, that of the tensor left out."""
        return self.element.subnormal * self.scale.least

    @property
    def block_range(self) -> float:
        """Largest over smallest positive magnitude within one block."""
        return self.element.largest / self.element.subnormal


FORMATS = MappingProxyType({
    f.name: f
    for f in (
        Format("FP64", 11, 52, _IEEE),
        Format("FP32", 8, 23, _IEEE),
        Format("TF32", 8, 10, _TF32),
        Format("BF16", 8, 7, _BF16),
        Format("FP16", 5, 10, _IEEE),
        Format("FP8 E5M2", 5, 2, _FP8),
        Format("FP8 E4M3", 4, 3, _FP8, reserved=1),
        Format("FP6 E3M2", 3, 2, _MX, reserved=0),
        Format("FP6 E2M3", 2, 3, _MX, reserved=0),
        Format("FP4 E2M1", 2, 1, _MX, reserved=0),
    )
})  # fmt: skip
INTEGERS = MappingProxyType(
    {i.name: i for i in (Integer("INT8", 8, _TWO), Integer("INT4", 4, _TWO))}
)

_E8M0 = Scale("E8M0", 8, 2.0**-127, 2.0**127)
_E4M3 = Scale("E4M3", 8, 2.0**-9, 448.0)  # its smallest subnormal and its largest number
BLOCK_FORMATS = MappingProxyType({
    b.name: b
    for b in (
        BlockFormat("MXFP8 E5M2", FORMATS["FP8 E5M2"], 32, _E8M0, _MX),
        BlockFormat("MXFP8 E4M3", FORMATS["FP8 E4M3"], 32, _E8M0, _MX),
        BlockFormat("MXFP6 E3M2", FORMATS["FP6 E3M2"], 32, _E8M0, _MX),
        BlockFormat("MXFP6 E2M3", FORMATS["FP6 E2M3"], 32, _E8M0, _MX),
        BlockFormat("MXFP4", FORMATS["FP4 E2M1"], 32, _E8M0, _MX),
        BlockFormat("NVFP4", FORMATS["FP4 E2M1"], 16, _E4M3, _NVFP4, "a scale in FP32"),
    )
})  # fmt: skip


@formula(
    "x = 2^(1 - b)",
    source=_IEEE,
    kind="identity",
    unit_in={"b": "1"},
    unit_out="1",
    monotone="-",
)
def smallest_normal(b: Value) -> Value:
    """Smallest positive number that a format holds with all its bits.

    Parameters
    ----------
    b : (...) array_like
        Bias of the exponent: 15 in FP16, 127 in BF16.

    Returns
    -------
    x : (...) ndarray or float
        Below it, each halving costs one bit of precision.
    """
    return 2.0 ** (1 - b)


@formula(
    "x = 2^(1 - b - m)",
    source=_IEEE,
    kind="identity",
    unit_in={"b": "1", "m": "1"},
    unit_out="1",
    monotone="--",
)
def smallest_subnormal(b: Value, m: Value) -> Value:
    """Smallest positive number that a format holds where subnormals are kept.

    Parameters
    ----------
    b : (...) array_like
        Bias of the exponent: 15 in FP16, 127 in BF16.
    m : (...) array_like
        Stored bits of the significand: 10 in FP16, 7 in BF16.

    Returns
    -------
    x : (...) ndarray or float
        Where subnormals are flushed, everything below the smallest normal is zero instead.
    """
    return 2.0 ** (1 - b - m)


@formula(
    "B = (e + s / k) / 8",
    source=_MX,
    kind="identity",
    unit_in={"e": "bit", "s": "bit", "k": "1"},
    unit_out="byte",
    monotone="++-",
    coefficients={"8": "bit/byte"},
    convention="what is stored once for a tensor left out",
)
def block_element_bytes(e: Value, s: Value, k: Value) -> Value:
    """Bytes of an element of a block format, its part of the scale included.

    Parameters
    ----------
    e : (...) array_like
        Bits of an element [bit].
    s : (...) array_like
        Bits of the scale of a block, and of an offset if there is one [bit].
    k : (...) array_like
        Elements in a block.

    Returns
    -------
    B : (...) ndarray or float
        [byte].
    """
    return (e + s / k) / 8


def rounded(x: Value, made: Format, *, saturate: bool = False) -> Value:
    """Nearest number of a format, ties to the even one.

    Parameters
    ----------
    x : (...) array_like
        Finite numbers.
    made : Format
    saturate : bool
        Whether what is beyond the range becomes the largest number.  Otherwise it becomes
        infinite, or NaN in a format that has no infinity; formats that have neither saturate.

    Returns
    -------
    (...) ndarray or float
    """
    beyond = math.inf if made.infinite else math.nan
    if saturate or made.reserved == 0:
        beyond = made.largest
    lowest = 1 - made.bias
    if is_number(x):
        if x == 0:
            return 0.0
        power = max(math.frexp(x)[1] - 1, lowest) - made.mantissa
        near = abs(math.ldexp(round(math.ldexp(x, -power)), power))
        return math.copysign(near if near <= made.largest else beyond, x)
    import numpy as np

    given = np.asarray(x, float)
    powers = np.maximum(np.frexp(given)[1] - 1, lowest) - made.mantissa
    nears = np.abs(np.ldexp(np.rint(np.ldexp(given, -powers)), powers))
    found: Value = np.copysign(np.where(nears <= made.largest, nears, beyond), given)
    return found
