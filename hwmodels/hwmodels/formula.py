"""A formula: the text that is read and the function that is computed, tested to agree."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Generic, ParamSpec

P = ParamSpec("P")
KINDS = ("identity", "bound", "estimate")


@dataclass(frozen=True)
class Formula(Generic[P]):
    """A formula of the field.

    Attributes
    ----------
    text : str
        What the user reads: "u = R / P".
    function : callable
        What is computed; scalars in, a scalar out.
    source : str
        Where the formula is from.
    kind : str
        "identity", "bound" or "estimate".  Only the first two may carry a proof.
    units : mapping
        Unit of each argument, and of the result under its symbol.
    """

    text: str
    function: Callable[P, float]
    source: str
    kind: str
    units: Mapping[str, str]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> float:
        """The result, in the base unit of ``symbol``."""
        return self.function(*args, **kwargs)

    @property
    def symbol(self) -> str:
        """Name of the result."""
        return self.text.partition("=")[0].strip()

    @property
    def expression(self) -> str:
        """Right side of the text."""
        return self.text.partition("=")[2].strip()

    @property
    def name(self) -> str:
        """Name of the function."""
        return getattr(self.function, "__name__", "formula")

    def interval(self, **reach: tuple[float, float]) -> tuple[float, float]:
        """Smallest and largest result over a box, for a formula monotone in each argument."""
        names = list(reach)
        values = [
            self.function(**dict(zip(names, corner, strict=True)))  # type: ignore[call-arg]
            for corner in product(*reach.values())
        ]
        return min(values), max(values)


FORMULAS: list[Formula[...]] = []


def formula(
    text: str, *, source: str, kind: str, units: Mapping[str, str]
) -> Callable[[Callable[P, float]], Formula[P]]:
    """Register a function as a formula with the text that is shown for it."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}")

    def register(function: Callable[P, float]) -> Formula[P]:
        made = Formula(text, function, source, kind, units)
        FORMULAS.append(made)
        return made

    return register


_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_CALLS: Mapping[str, Callable[..., float]] = {
    "max": max, "min": min, "sqrt": math.sqrt, "log": math.log, "exp": math.exp,
    "ceil": math.ceil, "floor": math.floor,
}  # fmt: skip


def evaluate(expression: str, values: Mapping[str, float]) -> float:
    """Value of a formula's text: names, numbers, arithmetic, and a few functions.

    Raises
    ------
    ValueError
        For anything else.
    """

    def walk(node: ast.AST) -> float:
        if isinstance(node, ast.Expression):
            return walk(node.body)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return node.value
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            return _CALLS[node.func.id](*(walk(a) for a in node.args))
        raise ValueError(f"not a formula: {ast.dump(node)}")

    return walk(ast.parse(expression, mode="eval"))
