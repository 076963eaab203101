"""A derivation as lines of Python: pasted into a prompt, they give the numbers that are shown.

An input is the value that is printed, in base units; a result is how it was made, from the printed
digits of its inputs, so that nothing has to be defined before it::

    N = 13e9  # parameters, stated
    M = 13e9 * 16  # needed, 208 GB
"""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from tanaka.analysis.report import Located, Report
from tanaka.rules.api import Step
from tanaka.views import derivation, printing
from tanaka.views.places import Places


def as_python(steps: Iterable[Step], places: Places | None = None) -> str:
    """Lines of a derivation, one a step.

    What was made by no arithmetic (the expected maximum of many samples) stands as its value, and
    how it was made behind it.

    Parameters
    ----------
    steps : iterable of Step
    places : Places or None
        Where the paper's numbers stand; without it an input only says that it is stated.
    """
    taken: set[str] = set()
    lines = []
    for step in steps:
        name = _name(step, taken)
        taken.add(name)
        shown = printing.step_value(step)
        made = expression(step.text) if step.text else None
        if made is not None:
            lines.append(f"{name} = {made}  # {_words(step.label)}, {shown.text}")
            continue
        value = expression(shown.text) or repr(step.value)
        behind = step.text or _source(step, places)
        lines.append(f"{name} = {value}  # {', '.join(filter(None, (_words(step.label), behind)))}")
    return "\n".join(lines)


def report_python(report: Report) -> str:
    """The derivations of a paper's findings as one script, each behind its place and its sentence."""
    places = Places(report)
    return "\n\n".join(_finding(item, places) for item in report.findings if item.finding.steps)


def _finding(item: Located, places: Places) -> str:
    f = item.finding
    head = f"# {places.label(item.span)}: {f.code} {f.verdict}: {_words(f.message)}"
    return f"{head}\n{as_python(f.steps, places)}"


def _words(text: str) -> str:
    return " ".join(text.split())


def _source(step: Step, places: Places | None) -> str:
    if places is not None:
        return _words(derivation.source(step.origin, places))
    return type(step.origin).__name__.lower()


_LETTERS = {
    "₀": "0",
    "₁": "1",
    "₂": "2",
    "₃": "3",
    "₄": "4",
    "₅": "5",
    "₆": "6",
    "₇": "7",
    "₈": "8",
    "₉": "9",
}


def _name(step: Step, taken: set[str]) -> str:
    """A name for a step: its symbol, or its label in words."""
    text = unicodedata.normalize(
        "NFKC", "".join(_LETTERS.get(c, c) for c in step.symbol or step.label)
    )
    name = re.sub(r"\W+", "_", text).strip("_") or "x"
    if not name[0].isidentifier():
        name = f"_{name}"
    if keyword.iskeyword(name) or name in ("max", "min"):
        name += "_"
    count, made = 1, name
    while made in taken:
        count += 1
        made = f"{name}_{count}"
    return made


def expression(text: str) -> str | None:
    """An arithmetic expression over printed quantities as Python, in base units; None where it is none."""
    if printing.evaluate(text) is None:
        return None
    out = ""
    before = ""
    for kind, value, scale in printing.tokens(text):
        if kind == "(" and before in ("number", ")"):
            out += " * "
        match kind:
            case "number":
                out += _literal(value, scale)
            case "+" | "-" | "*" | "/":
                unary = before in ("", "(", ",", "+", "-", "*", "/", "^")
                out += kind if unary else f" {kind} "
            case "^":
                out += " ** "
            case ",":
                out += ", "
            case _:
                out += kind
        before = kind
    return out


def _literal(digits: str, scale: float) -> str:
    """Digits times a scale as Python has them: 13e9, 0.41, (80 * 2**30)."""
    value = Decimal(digits)
    if scale == 1:
        return f"{value:f}" if abs(value.adjusted()) < 16 else str(value)
    power = round(math.log10(scale)) if scale > 0 else 0
    if math.isclose(scale, 10.0**power, rel_tol=1e-12):
        if -4 <= power <= 0:
            return f"{value.scaleb(power).normalize():f}"
        mantissa, _, exponent = digits.partition("e")
        return f"{mantissa}e{power + int(exponent or 0)}"
    two = math.log2(scale)
    if two == round(two):
        return f"({digits} * 2**{round(two)})"
    return f"({digits} * {int(scale) if scale == int(scale) else repr(scale)})"


__all__ = ["as_python", "expression", "report_python"]
