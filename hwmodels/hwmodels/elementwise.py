"""Elementwise functions that take a number or an array.

A number stays a Python float and costs no import; numpy is loaded with the first array.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Value: TypeAlias = float | NDArray[np.float64]
else:
    Value = Any


def is_number(x: object) -> bool:
    """Whether a value is a plain number, and not an array or a sequence."""
    return isinstance(x, int | float)


def _either(scalar: Callable[..., float], name: str) -> Callable[..., Value]:
    def apply(*xs: Value) -> Value:
        if all(isinstance(x, int | float) for x in xs):
            return float(scalar(*xs))
        import numpy as np

        found: NDArray[np.float64] = getattr(np, name)(*xs)
        return found

    return apply


maximum = _either(max, "maximum")
minimum = _either(min, "minimum")
ceil = _either(math.ceil, "ceil")
floor = _either(math.floor, "floor")
sqrt = _either(math.sqrt, "sqrt")
log = _either(math.log, "log")
exp = _either(math.exp, "exp")
log1p = _either(math.log1p, "log1p")
log2 = _either(math.log2, "log2")
