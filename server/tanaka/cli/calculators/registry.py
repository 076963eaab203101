"""Every calculator by name: the models that put several formulas together, then the formulas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module

from tanaka.cli.calculators.arguments import Argument, Given, nearest
from tanaka.cli.refused import Refused
from tanaka.records import dataclass
from tanaka.views.calculation import Calculation


@dataclass(frozen=True, slots=True)
class Calculator:
    """One calculator.

    Attributes
    ----------
    name : str
    help : str
        What it gives, in a line.
    arguments : tuple of Argument
    calculate : callable
        From the arguments to the calculation; raises `Refused`.
    example : tuple of str
        Arguments of a call that works.
    positional : bool
        Whether it takes one name instead of arguments: "part A100".
    about : tuple of (str, str)
        What else its description says, a word and a sentence each.
    """

    name: str
    help: str
    arguments: tuple[Argument, ...]
    calculate: Callable[[Given], Calculation]
    example: tuple[str, ...] = ()
    positional: bool = False
    about: tuple[tuple[str, str], ...] = ()


# Module of each model, imported when it is called or listed.
_MODELS = {
    "memory": "memory",
    "training": "training",
    "decode": "decode",
    "roofline": "roofline",
    "allreduce": "allreduce",
    "compression": "compression",
    "straggler": "straggler",
    "failures": "failures",
    "part": "specifications",
    "shape": "specifications",
}
ALIASES = {
    "train": "training",
    "collective": "allreduce",
    "all-reduce": "allreduce",
    "stragglers": "straggler",
    "failure": "failures",
    "device": "part",
}


def models() -> tuple[Calculator, ...]:
    """The models, in the order of the list."""
    return tuple(_model(name) for name in _MODELS)


def _model(name: str) -> Calculator:
    module = import_module(f"tanaka.cli.calculators.{_MODELS[name]}")
    found: Calculator = module.CALCULATORS[name]
    return found


@cache
def find(name: str) -> Calculator:
    """The calculator of a name.

    Raises
    ------
    Refused
        Where there is none, with the names that are near.
    """
    from tanaka.cli.calculators import formulas

    spelled = name.strip().lower().replace("_", "-")
    spelled = ALIASES.get(spelled, spelled)
    if spelled in _MODELS:
        return _model(spelled)
    every = formulas.named()
    made = every.get(spelled)
    if made is None:
        hint = nearest(spelled, [*_MODELS, *ALIASES, *every])
        raise Refused(
            f"{name}: no such model; {hint + ' ' if hint else ''}`tanaka model` lists all"
        )
    about = [("formula", made.text), ("gives", made.unit_out), ("kind", made.kind)]
    about += [("holds for", words) for words in formulas.limits(made)]
    about += [("convention", made.convention)] if made.convention else []
    about += [("source", made.source)]
    return Calculator(
        spelled,
        formulas.summary(made),
        formulas.arguments(made),
        partial(formulas.calculate, spelled, made),
        about=tuple(about),
    )
