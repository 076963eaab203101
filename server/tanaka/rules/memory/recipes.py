"""Which recipes of training state a paper leaves open, the leanest first."""

from __future__ import annotations

from hwmodels.memory import RECIPES, Recipe
from tanaka.paper.model import Paper
from tanaka.paper.reads import query
from tanaka.paper.setup import told
from tanaka.rules import machine

_USUAL = ("mixed-adam-16", "mixed-adam-18", "mixed-adam-20")
_LEAN = ("16-bit-adam-fp32-moments", "pure-16-bit-adam")


@query
def stated_bytes(paper: Paper) -> float | None:
    """Bytes that the paper gives a parameter; None where it says none, or two."""
    said = {
        paper.number(c.number).quantity.point for c in paper.physical("recipe") if machine.said(c)
    }
    return said.pop() if len(said) == 1 else None


@query
def recipe_said(paper: Paper) -> bool:
    """Whether the paper gives a parameter as many bytes as mixed-precision Adam does."""
    each = stated_bytes(paper)
    return each is not None and any(RECIPES[n].total == each for n in _USUAL)


def recipes(paper: Paper) -> tuple[Recipe, ...]:
    """Recipes that the text leaves open; none where it names no optimizer like Adam and no bytes."""
    each = stated_bytes(paper)
    if each is not None:
        return tuple(RECIPES[n] for n in (*_USUAL, *_LEAN) if RECIPES[n].total == each)
    if not told(paper, "adam-optimizer"):
        return ()
    return tuple(RECIPES[n] for n in (*_LEAN, *_USUAL))
