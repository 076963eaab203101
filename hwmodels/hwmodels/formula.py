"""A formula: the text that is read and the function that is computed, tested to agree."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any, overload

from hwmodels.elementwise import Value, is_number
from hwmodels.units import Unit, UnitError, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

KINDS = ("identity", "bound", "estimate")


class OutsideValidity(ValueError):
    """Arguments that a formula says nothing about; the message gives the reason."""


@dataclass(frozen=True)
class Formula:
    """A formula of the field.

    Call it on numbers, or on arrays that broadcast against each other.

    Attributes
    ----------
    text : str
        What the user reads: "u = R / P".
    function : callable
        What is computed.
    source : str
        Where the formula is from.
    kind : str
        "identity" (it follows from a definition, or from the named convention), "bound" (nothing
        real passes it) or "estimate" (a model of what happens).  An estimate never carries a proof.
    unit_in : mapping
        Unit of each argument.
    unit_out : str
        Unit of the result.
    monotone : str
        One sign per argument: "+" the result never falls as the argument grows, "-" it never
        rises, "?" it is monotone in a direction that depends on the other arguments.
    coefficients : mapping
        Units of numbers in the text that carry one, as the 6 FLOP per parameter and token of
        "6 * N"; the first occurrence of the number is meant.  Under "" the unit of what the whole
        right side counts.
    convention : str
        What was counted and what was not, where the field has several ways.
    valid : mapping
        Conditions on the arguments, written as the text is ("n >= 1"), and for each what it says
        to who breaks it ("a ring needs a device").
    domain : mapping
        Lowest and highest value that is meant of an argument, where it is not any number from 1
        up: a share runs from 0 to 1.
    """

    text: str
    function: Callable[..., Value]
    source: str
    kind: str
    unit_in: Mapping[str, str]
    unit_out: str
    monotone: str
    coefficients: Mapping[str, str] = field(default_factory=dict)
    convention: str = ""
    valid: Mapping[str, str] = field(default_factory=dict)
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    _checks: tuple[tuple[Callable[..., Any], str], ...] = ()

    @overload
    def __call__(self, *args: float, **kwargs: float) -> float: ...
    @overload
    def __call__(self, *args: ArrayLike, **kwargs: ArrayLike) -> NDArray[np.float64]: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result, in its base unit; an array if any argument is one.

        Raises
        ------
        OutsideValidity
            Where an argument breaks one of the conditions of `valid`.
        """
        if all(map(is_number, args)) and all(map(is_number, kwargs.values())):
            for holds, reason in self._checks:
                if not holds(*args, **kwargs):
                    raise OutsideValidity(f"{self.name}: {reason}")
            return self.function(*args, **kwargs)
        import numpy as np

        arrays = [np.asarray(x, float) for x in args]
        named = {k: np.asarray(v, float) for k, v in kwargs.items()}
        for holds, reason in self._checks:
            if not np.all(holds(*arrays, **named)):
                raise OutsideValidity(f"{self.name}: {reason}")
        return self.function(*arrays, **named)

    @property
    def name(self) -> str:
        """Name of the function."""
        return str(self.function.__name__)

    @property
    def args(self) -> tuple[str, ...]:
        """Names of the arguments, in order."""
        code = self.function.__code__
        return code.co_varnames[: code.co_argcount]

    @property
    def symbol(self) -> str:
        """Left side of the text: the name of the result."""
        return self.text.partition("=")[0].strip()

    @property
    def expression(self) -> str:
        """Right side of the text."""
        return self.text.partition("=")[2].strip()

    def interval(self, **reach: tuple[float, float]) -> tuple[float, float]:
        """Smallest and largest result over a box of arguments.

        Parameters
        ----------
        **reach : (low, high)
            For every argument, in base units.

        Raises
        ------
        TypeError
            For an argument too few or too many.
        ValueError
            For an interval upside down.
        """
        if set(reach) != set(self.args):
            raise TypeError(f"{self.name} takes intervals for {', '.join(self.args)}")
        for name, (low, high) in reach.items():
            if not low <= high:
                raise ValueError(f"{name} runs from {low} down to {high}")
        ends: dict[str, tuple[tuple[float, float], ...]] = {}
        for name, sign in zip(self.args, self.monotone, strict=True):
            low, high = reach[name]
            # pairs of (what makes the result small, what makes it large)
            ends[name] = {"+": ((low, high),), "-": ((high, low),)}.get(
                sign, ((low, low), (high, high))
            )
        results = [
            self(**{n: pair[side] for n, pair in zip(ends, chosen, strict=True)})
            for chosen in product(*ends.values())
            for side in (0, 1)
        ]
        return min(results), max(results)

    def substituted(self, **values: str) -> str:
        """The right side with printed values in the place of names.

        A name without a value stays; a value that is itself a sum or a product gets parentheses.

        Raises
        ------
        TypeError
            For a name that is not an argument.
        """
        if unknown := set(values) - set(self.args):
            raise TypeError(f"{self.name} has no argument {', '.join(sorted(unknown))}")

        def put(match: re.Match[str]) -> str:
            value = values.get(match.group())
            if value is None:
                return match.group()
            alone = match.group() == self.expression
            return f"({value})" if _COMPOUND.search(value) and not alone else value

        return re.sub(r"(?<![\w.])[A-Za-z_]\w*(?!\w|\s*\()", put, self.expression)


_COMPOUND = re.compile(r"[×·^*]|^[-−]|\s[-+−/]\s")

FORMULAS: list[Formula] = []


def formula(
    text: str,
    *,
    source: str,
    kind: str,
    unit_in: Mapping[str, str],
    unit_out: str,
    monotone: str,
    coefficients: Mapping[str, str] | None = None,
    convention: str = "",
    valid: Mapping[str, str] | None = None,
    domain: Mapping[str, tuple[float, float]] | None = None,
) -> Callable[[Callable[..., Value]], Formula]:
    """Register a function as a formula with the text that is shown for it.

    The arguments are the attributes of `Formula`.

    Raises
    ------
    ValueError
        Where the text, the units or the signs do not match the arguments of the function.
    """

    def register(function: Callable[..., Value]) -> Formula:
        made = Formula(
            text,
            function,
            source,
            kind,
            unit_in,
            unit_out,
            monotone,
            coefficients or {},
            convention,
            valid or {},
            domain or {},
        )
        args = made.args
        if kind not in KINDS:
            raise ValueError(f"{made.name}: kind must be one of {', '.join(KINDS)}")
        if names(made.expression) != set(args):
            raise ValueError(f"{made.name}: {made.expression!r} does not use exactly {args}")
        if set(unit_in) != set(args):
            raise ValueError(f"{made.name}: units are given for {sorted(unit_in)}, not {args}")
        if not set(made.domain) <= set(args):
            raise ValueError(
                f"{made.name}: a domain is given for {sorted(made.domain)}, not {args}"
            )
        if len(monotone) != len(args) or set(monotone) - set("+-?"):
            raise ValueError(f"{made.name}: one of + - ? for each of {args}")
        checks = tuple((_condition(text, args), reason) for text, reason in made.valid.items())
        object.__setattr__(made, "_checks", checks)
        object.__setattr__(made, "__doc__", function.__doc__)
        object.__setattr__(made, "__wrapped__", function)
        FORMULAS.append(made)
        return made

    return register


_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_CALLS: Mapping[str, Callable[..., Any]] = {
    "max": max, "min": min, "sqrt": math.sqrt, "log": math.log, "log2": math.log2, "exp": math.exp,
    "ceil": math.ceil, "floor": math.floor, "sum": math.fsum,
    "where": lambda condition, yes, no: yes if condition else no,
}  # fmt: skip


def _tree(expression: str) -> ast.expr:
    return ast.parse(expression.replace("^", "**"), mode="eval").body


def names(expression: str) -> set[str]:
    """Names that an expression uses, functions left out."""
    tree = _tree(expression)
    called = {n.func for n in ast.walk(tree) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n not in called}


def evaluate(
    expression: str,
    values: Mapping[str, Any],
    calls: Mapping[str, Callable[..., Any]] = _CALLS,
    number: Callable[[float], Any] = lambda n: n,
) -> Any:
    """Value of the text of a formula.

    Knows names, numbers, ``+ - * / ^``, comparisons, and max, min, sqrt, log, log2, exp, ceil,
    floor, where and sum; nothing else is ever run.

    Parameters
    ----------
    expression : str
    values : mapping
        Of each name: numbers, or anything with the operators.
    calls : mapping
        The functions, for values that are not numbers.
    number : callable
        What a number of the text becomes.

    Raises
    ------
    ValueError
        For anything else in the text.
    """

    def walk(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int() | float() as n) if not isinstance(n, bool):
                return number(n)
            case ast.Name(id=name) if name in values:
                return values[name]
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() | float() as n)):
                return walk(left) ** n
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](walk(left), walk(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](walk(left), walk(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -walk(operand)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in calls:
                return calls[name](*(walk(a) for a in args))
        raise ValueError(f"not part of a formula: {ast.unparse(node)!r}")

    return walk(_tree(expression))


def _condition(text: str, args: tuple[str, ...]) -> Callable[..., Any]:
    """A comparison of arguments as a function of them all, numbers or arrays.

    Raises
    ------
    ValueError
        Where it is no comparison, or of something else.
    """

    def walk(node: ast.AST) -> Callable[[Mapping[str, Any]], Any]:
        match node:
            case ast.Constant(value=int() | float() as n) if not isinstance(n, bool):
                return lambda _: n
            case ast.Name(id=name) if name in args:
                return operator.itemgetter(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return both(op, walk(left), walk(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = walk(operand)
                return lambda values: -inner(values)
        raise ValueError(f"not a condition on {', '.join(args)}: {text!r}")

    def both(
        op: ast.AST, left: Callable[[Any], Any], right: Callable[[Any], Any]
    ) -> Callable[[Mapping[str, Any]], Any]:
        apply = _OPERATORS[type(op)]
        return lambda values: apply(left(values), right(values))

    match _tree(text):
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            holds = both(op, walk(left), walk(right))
        case _:
            raise ValueError(f"not a condition on {', '.join(args)}: {text!r}")
    return lambda *given, **named: holds(dict(zip(args, given, strict=False)) | named)


def unit_of(made: Formula) -> str:
    """Base unit of the result as the text gives it, from the units of the arguments.

    Raises
    ------
    UnitError
        Where the text adds two dimensions, or takes the logarithm of one.
    """
    pending = {float(n): parse(unit) for n, unit in made.coefficients.items() if n}

    def number(n: float) -> Unit:
        return pending.pop(float(n), Unit())

    def same(*units: Unit) -> Unit:
        for unit in units[1:]:
            units[0] + unit
        return units[0]

    def bare(unit: Unit) -> Unit:
        if unit.powers:
            raise UnitError(f"{unit.base} inside a function that takes a number")
        return unit

    found = evaluate(
        made.expression,
        {name: parse(unit) for name, unit in made.unit_in.items()},
        {
            "max": same, "min": same, "sum": same, "ceil": same, "floor": same,
            "log": bare, "log2": bare, "exp": bare, "sqrt": lambda unit: unit ** Fraction(1, 2),
        },
        number,
    )  # fmt: skip
    whole: Unit = found * parse(made.coefficients.get("", "1"))
    return whole.base
