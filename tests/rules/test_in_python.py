"""Every derivation, pasted into Python, gives the numbers that it shows.

The lines of `tanaka.views.python` are run, and each value is held against the printed one, within the
rounding of its digits.  How a step was made is worked out a second time from its text by a reader of
printed quantities that is this test's own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from fixture import Case, analyse, cases
from tanaka.rules.api import Step
from tanaka.views import printing
from tanaka.views.python import as_python

HERE = Path(__file__).parent
FILES = sorted(p for p in HERE.glob("TK[1-4]*.md"))

NOT_ARITHMETIC = {
    "TK105": [
        r"the (?:arithmetic|geometric|harmonic) mean of",  # a mean of a column, which stands above it
    ],
    "TK109": [r"(?:of them)$"],  # a count that the paper states in words
    "TK110": [
        r"[–] ?\d",  # ranges
        r"USD/million tokens",
        r"\d images",  # samples of another name
    ],
}
"""Steps of a rule of numbers whose text is no arithmetic, with the reason.  Physics has none."""


# -- printed quantities, read anew ------------------------------------------------------------
_PREFIX = {"": 1.0, "n": 1e-9, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9,
           "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21, "Y": 1e24, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}  # fmt: skip
_LETTER = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12, "P": 1e15}
_PREFIXED = ("FLOPS", "FLOPs", "FLOP", "FLOPs", "OPS", "OP", "Wh", "Hz", "Bps", "bps", "B", "b", "s", "W", "J", "byte", "bytes")  # fmt: skip
_EIGHTH = ("b", "bps")
_TIME = {"min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0,
         "month": 2592000.0, "year": 31557600.0}  # fmt: skip
_ONE = re.compile(
    r"(?:tok(?:en)?|seq(?:uence)?|sample|request|req|image|img|param(?:eter)?|step|element|bit|GPU|device|node|layer|head|"
    r"lane|link|word|value|op|update|USD|epoch|frame|cycle|core|state|byte|micro-batch|stage|chunk|rank|time|expert)s?(?:e?s)?"
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e-?\d+|\s?[×·]\s?10\^[-−]?\d+)?"
_UNIT = r"(?:%|[×x](?!\s?[\d(A-Za-z])|(?!x\b|max\b|min\()[A-Za-zµμ]+\d*(?:-[A-Za-z]+)?(?:/[A-Za-zµμ]+)*)"
_QUANTITY = re.compile(
    rf"(?P<digits>{_DIGITS})(?:(?P<space>\s?)(?P<unit>(?:[KMBGT]\s(?=[A-Za-z])(?!x\b|max\b|min\b))?{_UNIT}))?"
)


def scale(unit: str, *, glued: bool) -> float:
    """Base units in one of a printed unit; KeyError where this test knows none of that name."""
    if not unit or unit in ("×", "x"):
        return 1.0
    if unit in ("%", "point", "points"):
        return 0.01
    if unit in _LETTER and (glued or unit != "B"):
        return _LETTER[unit]
    letter, _, counted = unit.partition(" ")
    if counted:
        return _LETTER[letter] * scale(counted, glued=False)
    above, *below = unit.split("/")
    out = _simple(above)
    for part in below:
        out /= _simple(part)
    return out


def _simple(name: str) -> float:
    name = re.sub(r"^[A-Za-z][A-Za-z\d]*-(?=(?:hour|day|week|month|year)s?$)", "", name)
    whole = name.removesuffix("s") if len(name) > 1 else name
    if whole in _TIME:
        return _TIME[whole]
    if name == "QPS":
        return 1.0
    for base in _PREFIXED:
        prefix = name.removesuffix(base)
        if prefix != name and prefix in _PREFIX:
            return _PREFIX[prefix] * (3600.0 if base == "Wh" else 0.125 if base in _EIGHTH else 1.0)
    if _ONE.fullmatch(name) or _ONE.fullmatch(name.lower()):
        return 1.0
    raise KeyError(name)


def number(digits: str) -> float:
    digits = re.sub(r"\s?[×·]\s?10\^", "e", digits.replace(",", "")).replace("−", "-")
    return float(digits)


def read(text: str) -> tuple[float, float] | None:
    """A printed quantity in base units, and half a unit of its last digit; None where it is words."""
    match = re.match(rf"\s*(?P<sign>[-−]?)\s*{_QUANTITY.pattern}", text)
    if match is None:
        return None
    try:
        one = scale(match["unit"] or "", glued=not match["space"])
    except KeyError:
        one = 1.0  # a word behind a number: "64 nodes that wait"
    mantissa = re.match(r"[\d,.]+", match["digits"])
    assert mantissa is not None
    decimals = len(mantissa.group().partition(".")[2])
    value = number(match["digits"])
    tens = value / number(mantissa.group()) if value else 1.0
    return (-value if match["sign"] else value) * one, 0.5 * 10.0**-decimals * tens * one


def worked_out(text: str) -> float | None:
    """Value of an arithmetic text from its printed digits; None where it is no arithmetic."""
    out, at = "", 0
    while at < len(text):
        quantity = _QUANTITY.match(text, at)
        if quantity is not None:
            try:
                one = scale(quantity["unit"] or "", glued=not quantity["space"])
            except KeyError:
                return None
            out += f"({number(quantity['digits'])!r}*{one!r})"
            at = quantity.end()
            continue
        name = re.compile(r"max|min").match(text, at)
        sign = {"×": "*", "·": "*", "x": "*", "−": "-", "–": "-", "^": "**"}.get(text[at], text[at])
        if name is None and sign not in ("+", "-", "*", "/", "(", ")", ",", "**", " "):
            return None
        out += name.group() if name else sign
        at = name.end() if name else at + 1
    out = re.sub(r"\)\s*\((?=[^)]*\))", ")*(", out)
    try:
        return float(eval(out, {"__builtins__": {}, "max": max, "min": min}))
    except (SyntaxError, TypeError, ZeroDivisionError):
        return None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 × (8 - 1) / 8 × 10 GB / 12.5 GB/s", 1.4),
        ("13B × 16 B", 208e9),
        ("max(3 ms, 2 s) + 1 s", 3.0),
        ("min(4, 8 - 1)", 4.0),
        ("2 × 80 GiB", 2 * 80 * 2.0**30),
        ("1 / (1 - 41%)", 1 / 0.59),
        ("(1 - 0.5)^3", 0.125),
        ("400 Gb/s / 2", 25e9),
        ("6 × 7B × 1.2T / 1,024 / 24 hours", 6 * 7e9 * 1.2e12 / 1024 / 86400),
    ],
)
def test_this_tests_own_reader(text: str, value: float) -> None:
    found = worked_out(text)
    assert found is not None
    assert math.isclose(found, value, rel_tol=1e-12)


@pytest.mark.parametrize("text", ["all of it", "of 64 samples", "40 layers, of which 2 wait", ""])
def test_words_are_no_arithmetic_to_it(text: str) -> None:
    assert worked_out(text) is None


def test_a_printed_quantity_and_what_its_digits_leave_open() -> None:
    assert read("1.25 GB/s") == (1.25e9, 0.005e9)
    assert read("41%") == (pytest.approx(0.41), 0.005)
    assert read("2664 K GPU-hours") == (2664e3 * 3600, 0.5e3 * 3600)
    assert read("13B") == (13e9, 0.5e9)
    assert read("about") is None


# -- the derivations --------------------------------------------------------------------------
@cache
def derivations(path: Path) -> tuple[tuple[str, str, tuple[Step, ...]], ...]:
    """Chapter, rule and steps of all that is found or held in a file of fixtures."""
    return tuple(
        (case.title, code, steps)
        for case in cases(path)
        for code, steps in _of(case)
        if code[:3] in ("TK1", "TK2", "TK3", "TK4")
    )


def _of(case: Case) -> Iterator[tuple[str, tuple[Step, ...]]]:
    report = analyse(case.files)
    for item in report.findings:
        yield item.finding.code, item.finding.steps
    for held in report.held:
        yield held.code, held.steps


def run(steps: tuple[Step, ...]) -> list[float]:
    """Values that Python gives for the lines of a derivation, run one after the other."""
    names: dict[str, object] = {"__builtins__": {}, "max": max, "min": min}
    values = []
    for line in as_python(steps).splitlines():
        name, _, rest = line.partition(" = ")
        assert name.isidentifier(), line
        assert name not in names, f"{name} is assigned twice"
        exec(line, names)
        assert "  # " in rest
        values.append(float(names[name]))  # type: ignore[arg-type]
    return values


def wrong(code: str, steps: tuple[Step, ...]) -> Iterator[str]:
    """What of a derivation Python does not give."""
    values = run(steps)
    assert len(values) == len(steps)
    for step, value in zip(steps, values, strict=True):
        shown = printing.step_value(step).text
        told = read(shown)
        if not step.text and re.search(r"\d\s?[–-]\s?\d|/million ", shown):
            continue  # a range, of which the middle is computed with; a price of many
        if step.text:
            reasons = NOT_ARITHMETIC.get(code, [])
            if any(re.search(r, step.text) for r in reasons):
                continue
            again = worked_out(step.text)
            if again is None:
                yield f"{step.label}: {step.text!r} is no arithmetic"
                continue
            if not math.isclose(again, value, rel_tol=1e-9, abs_tol=1e-30):
                yield f"{step.label}: {step.text!r} is {again!r}, and Python gives {value!r}"
        if told is None and re.search(r"\d", shown):
            yield f"{step.label}: {shown!r} is no quantity"
        elif told is not None and not abs(value - told[0]) <= told[1] * (1 + 1e-9) + 1e-12 * abs(
            told[0]
        ):
            yield f"{step.label}: {step.text or 'input'} is {value:.6g}, and {shown} is shown"


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_python_gives_what_is_shown(path: Path) -> None:
    found = [
        f"{title}: {code}: {words}"
        for title, code, steps in derivations(path)
        for words in wrong(code, steps)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_every_rule_shows_a_derivation(path: Path) -> None:
    assert any(code == path.stem and steps for _, code, steps in derivations(path))
