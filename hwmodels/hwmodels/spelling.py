"""Names of accelerators as authors write them, and the parts that one may mean.

A name is its family and words about the variant, in any order and with any punctuation.  A word
that is not understood makes it another thing: "DGX A100" is a server, and "A100 MIG" a slice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple


class Spelling(NamedTuple):
    """What the names of a part are made of; ``label`` is its capacity in GB as printed."""

    id: str
    name: str
    family: str
    generation: str
    form: str
    memory: str
    label: str
    aliases: tuple[str, ...]


def meant(name: str, parts: Iterable[Spelling]) -> tuple[Spelling, ...]:
    """Parts that a name may mean, in their order; empty where it is not known."""
    parts = tuple(parts)
    found = [p for reading in _readings(name) for p in _meant(reading, parts)]
    return tuple(p for p in parts if p in found)


def _meant(squashed: str, parts: tuple[Spelling, ...]) -> tuple[Spelling, ...]:
    exact = tuple(p for p in parts if squashed in {_squashed(a) for a in (p.id, *p.aliases)})
    found = exact or tuple(p for p in parts if _pattern(p).fullmatch(squashed))
    # Full names come last: that of a package is also what its half goes by.
    return found or tuple(p for p in parts if squashed == _squashed(p.name))


# Words around a name that say nothing about the variant.
_NOISE = re.compile(
    r"\b(?:nvidia|amd|intel|habana|google|cloud|aws|amazon|cerebras|tesla|geforce|instinct|gpus?|"
    r"accelerators?|cards?|processors?|tensor core|pascal|volta|turing|ampere|ada lovelace|hopper|"
    r"grace hopper|blackwell(?: ultra)?|grace blackwell|memory|vram|hbm)\b"
)


def _readings(name: str) -> tuple[str, ...]:
    """What is left of a name, plural on and off: "L40s" are several L40, or the part L40S."""
    one = re.sub(r"(?<=[0-9BbXxep])s$", "", name.strip())
    return (_squashed(name),) if one == name.strip() else (_squashed(name), _squashed(one))


@cache
def _squashed(name: str) -> str:
    spaced = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
    spaced = re.sub(r"\bpci e(?:xpress)?\b", "pcie", spaced)
    return _NOISE.sub("", spaced).replace(" ", "")


@cache
def _pattern(part: Spelling) -> re.Pattern[str]:
    form = _squashed(part.form)
    words = {form, form.rstrip("0123456789"), _squashed(part.memory), _squashed(part.generation)}
    if form in ("chip", "board", "superchip"):
        words.add(f"{form}s")
    capacity = rf"{re.escape(part.label)}g(?:i?b)?"
    family = re.sub(r"^(rtx)", r"(?:\1)?", _squashed(part.family))  # "a 4090" is enough
    return re.compile(rf"{family}(?:{'|'.join(sorted(w for w in words if w))}|{capacity})*")
