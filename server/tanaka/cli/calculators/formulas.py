"""Every formula of `hwmodels` as a calculator."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import cleandoc
from pkgutil import iter_modules
from types import ModuleType

import hwmodels
from hwmodels.answer import Answer
from hwmodels.formula import FORMULAS, Formula
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row


@cache
def modules() -> dict[str, ModuleType]:
    """The modules of the package, by name."""
    return {m.name: import_module(f"hwmodels.{m.name}") for m in iter_modules(hwmodels.__path__)}


@cache
def by_module() -> dict[str, tuple[Formula, ...]]:
    """Formulas by the module that declares them, in its order; modules without one left out."""
    found: dict[str, list[Formula]] = {name: [] for name in modules()}
    for made in FORMULAS:
        name = str(made.function.__module__)
        if name.startswith("hwmodels."):
            found[name.removeprefix("hwmodels.")].append(made)
    return {name: tuple(several) for name, several in found.items() if several}


def title(module: str) -> str:
    """What a module is about, in a line."""
    return (modules()[module].__doc__ or "").partition("\n")[0].rstrip(".")


@cache
def named() -> dict[str, Formula]:
    """Formulas by what they are called here: "roofline-time".

    Where two modules use one name, the module stands before it: "decode.weight-bytes".
    """
    every = [(module, made) for module, several in by_module().items() for made in several]
    names = [_spelled(made.name) for _, made in every]
    return {
        (name if names.count(name) == 1 else f"{_spelled(module)}.{name}"): made
        for (module, made), name in zip(every, names, strict=True)
    }


def _spelled(name: str) -> str:
    return name.replace("_", "-").lower()


# -- what the docstring says ------------------------------------------------------------------


def summary(made: Formula) -> str:
    """First line of the docstring, without its point."""
    return cleandoc(made.__doc__ or "").partition("\n")[0].rstrip(".")


def _described(made: Formula) -> dict[str, str]:
    return dict(_entries(made, "Parameters"))


def _entries(made: Formula, section: str) -> Iterator[tuple[str, str]]:
    """Names and descriptions of a section of a numpydoc docstring."""
    text = cleandoc(made.__doc__ or "")
    match = re.search(rf"^{section}\n-+\n(.*?)(?=\n\S[^\n]*\n-{{3,}}\n|\Z)", text, re.S | re.M)
    names: list[str] = []
    words: list[str] = []
    for line in (match.group(1) if match else "").splitlines():
        if line[:1].strip():
            for name in names:
                yield name, " ".join(words)
            names, words = [n.strip() for n in line.partition(":")[0].split(",")], []
        else:
            words += line.split()
    for name in names:
        yield name, " ".join(words)


def _meaning(made: Formula, name: str) -> str:
    """What an argument is, in a few words: the unit stands elsewhere."""
    words = re.sub(r"\s*\[[^\]]*\]", "", _described(made).get(name, ""))
    return words.rstrip(".")


def arguments(made: Formula) -> tuple[Argument, ...]:
    """What a formula takes, in its own order."""
    return tuple(
        Argument(name, made.unit_in[name], _meaning(made, name), required=True)
        for name in made.args
    )


def limits(made: Formula) -> list[str]:
    """Where the formula holds, each in a line."""
    shares = [f"{low:g} <= {name} <= {high:g}" for name, (low, high) in _shares(made).items()]
    return [*shares, *(f"{condition}: {reason}" for condition, reason in made.valid.items())]


def _shares(made: Formula) -> dict[str, tuple[float, float]]:
    """Arguments that are shares; what else a domain says is where the tests look."""
    return {name: ends for name, ends in made.domain.items() if tuple(ends) == (0, 1)}


# -- the calculation --------------------------------------------------------------------------


def calculate(name: str, made: Formula, given: Given) -> Calculation:
    """The result of a formula for numbers, or for ranges of them.

    Raises
    ------
    Refused
        Outside its validity, and where it has no finite value.
    """
    reach = {n: (m.low, m.high) for n, m in given.measures.items()}
    for n, (least, most) in _shares(made).items():
        if reach[n][0] < least or reach[n][1] > most:
            raise Refused(
                f"{name}: {n} runs from {least:g} to {most:g}, not {given.measures[n].text}"
            )
    try:
        low, high = made.interval(**reach)
    except ZeroDivisionError:
        raise Refused(f"{name}: these arguments divide by zero") from None
    except OverflowError:
        raise Refused(f"{name}: these arguments give a number too large to hold") from None
    except ValueError as error:
        raise Refused(str(error).replace(made.name, name, 1)) from None
    if isinstance(low, complex) or math.isnan(low) or math.isnan(high):
        raise Refused(f"{name}: these arguments give no number")
    return Calculation(
        name,
        summary(made),
        Answer(low, high, made.unit_out, made.kind, made.convention, made.source),
        made.text,
        made.substituted(**{n: m.text for n, m in given.measures.items()}),
        tuple(
            Row(n, m.low, m.high, made.unit_in[n], _meaning(made, n))
            for n, m in given.measures.items()
        ),
    )
