"""Parts and models by name, as calculators take them: never a guess, never another precision."""

from __future__ import annotations

from collections.abc import Iterable

from hwmodels.catalog import (
    Accelerator,
    RateError,
    Sourced,
    accelerators,
    find,
    hard_peak,
    sources,
)
from hwmodels.ceilings import DATASHEET_ROUNDING
from hwmodels.models import Model, find_model, models
from hwmodels.transformer import train_flops_per_token
from tanaka.cli.calculators.arguments import Argument, Given, nearest
from tanaka.cli.refused import Refused

Parts = tuple[Accelerator, ...]
Reach = tuple[float, float]

PART = Argument("part", "", "accelerator: A100-SXM4-80GB, or A100 for all its variants")
PRECISION = Argument("precision", "", "of the products: bf16, fp16, fp8, ...", shown="bf16")
MODEL = Argument("model", "", "a public model, whose shape is known: llama-2-7b")
PARAMETERS = Argument("N", "parameter", "parameters, where no model is named")


def parts(name: str) -> Parts:
    """Variants that a name may mean.

    Raises
    ------
    Refused
        Where the part is not known, with the names that are near.
    """
    found = find(name)
    if not found:
        known = sorted({label for p in accelerators() for label in (p.id, p.family)})
        raise Refused(f"{name}: no such part{_hint(name, known)}")
    return found


def model(name: str) -> Model:
    """The model that a name means.

    Raises
    ------
    Refused
        Where it is not known, with the names that are near.
    """
    found = find_model(name)
    if found is None:
        raise Refused(f"{name}: no such model{_hint(name, [m.id for m in models()])}")
    return found


def _hint(name: str, known: Iterable[str]) -> str:
    hint = nearest(name.replace(" ", "-"), known)
    return f"; {hint}" if hint else ""


def size(given: Given, calculator: str) -> tuple[Reach, Model | None]:
    """Parameters [parameter], and the model where one is named.

    Raises
    ------
    Refused
        Where both are given, or neither.
    """
    if given.has("model") == given.has("N"):
        raise Refused(f"{calculator} needs a model or N, the number of parameters, not both")
    if given.has("model"):
        named = model(given.word("model"))
        return (named.parameters, named.parameters), named
    return given.reach("N", 0.0), None


def rates(several: Parts, precision: str) -> Reach:
    """Smallest and largest dense peak among variants [FLOP/s].

    Raises
    ------
    Refused
        Where one of them has no such rate: it is never taken from another precision.
    """
    try:
        found = [p.rate(precision) for p in several]
    except RateError as error:
        raise Refused(str(error)) from None
    return reach(found)


def hard(several: Parts, precision: str) -> tuple[float, bool]:
    """Rate that no kernel on any of the variants passes, and whether all behind it was checked.

    It lies above the dense peak by the clock and by the rounding of datasheets.

    Raises
    ------
    Refused
        Where no variant has the precision.
    """
    found = hard_peak(several, precision)
    if found is None:
        rates(several, precision)  # says which rates there are
        raise Refused(f"{precision}: no such rate")
    return found.value, found.verified


def rounded(printed: Reach) -> Reach:
    """Printed bandwidths with the room above them that a bound leaves for rounding."""
    return DATASHEET_ROUNDING * printed[0], DATASHEET_ROUNDING * printed[1]


def reach(numbers: Iterable[Sourced]) -> Reach:
    """Smallest and largest of some numbers."""
    values = [n.value for n in numbers]
    return min(values), max(values)


def links(several: Parts) -> Reach:
    """Smallest and largest scale-up link among variants, one direction [byte/s].

    Raises
    ------
    Refused
        For a part that has none.
    """
    without = [p.name for p in several if p.link is None]
    if without:
        raise Refused(f"{', '.join(without)}: no scale-up link; give its bandwidth")
    return reach(p.link for p in several if p.link is not None)


def label(several: Parts, typed: str) -> str:
    """One name for what was meant: that of the part, or the one typed for several."""
    return several[0].name if len(several) == 1 else typed


def cited(numbers: Iterable[Sourced]) -> str:
    """Short titles of the sources of some numbers."""
    keys = dict.fromkeys(n.source for n in numbers)
    known = sources()
    return "; ".join(known[k].title if k in known else k for k in keys)


def training_flops(active: float) -> float:
    """Work of training on a token [FLOP/token]: 6 for each active parameter."""
    return train_flops_per_token(active)


def verified(numbers: Iterable[Sourced]) -> bool:
    """Whether every one of some numbers was found in its source."""
    return all(n.verified for n in numbers)
