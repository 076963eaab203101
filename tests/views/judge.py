"""Whether printed equations hold, from their printed digits alone.

A judge of its own: exact fractions, its own table of units, its own grammar.  It shares no code
with `tanaka.views.printing`, which chooses the digits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

Dimension = Counter[str]

_PREFIX = {
    "n": Fraction(1, 10**9), "µ": Fraction(1, 10**6), "μ": Fraction(1, 10**6), "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000), "": Fraction(1), "k": Fraction(1000), "K": Fraction(1000),
    "M": Fraction(10**6), "G": Fraction(10**9), "T": Fraction(10**12), "P": Fraction(10**15),
    "E": Fraction(10**18), "Z": Fraction(10**21), "Y": Fraction(10**24),
}  # fmt: skip
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4}
_PREFIXED = {"B": "byte", "FLOP": "flop", "OP": "op", "s": "second", "W": "watt", "J": "joule", "Hz": "hertz", "Wh": "joule"}  # fmt: skip
_WHOLE = {"min": ("second", 60), "minute": ("second", 60), "h": ("second", 3600), "hour": ("second", 3600),
          "day": ("second", 86400), "week": ("second", 604800), "month": ("second", 2592000), "year": ("second", 31557600), "USD": ("dollar", 1)}  # fmt: skip
_RENTED = re.compile(r"[A-Za-z]+-(?=(?:hour|day|week|month|year)s?$)")
_SHORT = {"tok": "token", "Tok": "token", "seq": "sequence", "img": "image", "req": "request"}
_RATES = {"FLOPS": "flop", "OPS": "op", "QPS": "request"}
_COUNTED = {"token", "sample", "sequence", "request", "image", "param", "parameter", "step", "element"}  # fmt: skip
_COUNT_LETTERS = {"K": 10**3, "k": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12, "P": 10**15}  # fmt: skip


class Unknown(Exception):
    """The text is no arithmetic over quantities that the judge knows."""


def _simple_unit(name: str) -> tuple[Fraction, Dimension]:
    name = _RENTED.sub("", name)  # devices are counted: their hours are hours
    if (whole := name.removesuffix("s") if name != "s" else name) in _WHOLE:
        base, scale = _WHOLE[whole]
        return Fraction(scale), Counter({base: 1})
    name = _SHORT.get(name, name)
    if name.removesuffix("s") in _COUNTED:
        return Fraction(1), Counter({name.removesuffix("s"): 1})
    for base, dimension in (_PREFIXED | _RATES).items():
        if name.endswith(base):
            of = Counter({dimension: 1, "second": -1} if base in _RATES else {dimension: 1})
            prefix = name.removesuffix(base)
            if prefix in _BINARY:
                return Fraction(1024 ** _BINARY[prefix]), of
            if prefix in _PREFIX:
                # A joule is what a watt gives in a second.
                hours = 3600 if base == "Wh" else 1
                if dimension == "joule":
                    of = Counter({"watt": 1, "second": 1})
                return _PREFIX[prefix] * hours, of
    raise Unknown(name)


def _unit(name: str, *, glued: bool) -> tuple[Fraction, Dimension]:
    """Scale and dimension of a unit; a letter glued to digits counts ("13B"), alone "B" is a byte."""
    if not name:
        return Fraction(1), Counter()
    if name in ("%", "points", "point"):
        return Fraction(1, 100), Counter()
    if name in ("×", "x"):
        return Fraction(1), Counter()
    if name in _COUNT_LETTERS and (glued or name != "B"):
        return Fraction(_COUNT_LETTERS[name]), Counter()
    above, *below = name.split("/")
    scale, dimension = _simple_unit(above)
    for part in below:
        s, d = _simple_unit(part)
        scale /= s
        dimension = _minus(dimension, d)
    return scale, dimension


def _minus(a: Dimension, b: Dimension) -> Dimension:
    out = Counter(a)
    out.subtract(b)
    return Counter({k: v for k, v in out.items() if v})


def _plus(a: Dimension, b: Dimension) -> Dimension:
    out = Counter(a)
    out.update(b)
    return Counter({k: v for k, v in out.items() if v})


_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?"
_UNIT = r"(?:%|[×x](?!\s?[\d(A-Za-z])|(?!x\b)[A-Za-zµμ]+(?:/[A-Za-zµμ]+)*(?:-(?:hour|day|week|month|year)s?(?![A-Za-z]))?)"
_QUANTITY = re.compile(rf"(?P<digits>{_DIGITS})(?:(?P<space>\s?)(?P<unit>{_UNIT}))?")
_SIGNS = {"+": "+", "-": "-", "−": "-", "–": "-", "*": "*", "×": "*", "·": "*", "x": "*", "/": "/"}  # fmt: skip


def _fraction(digits: str) -> Fraction:
    return Fraction(digits.replace(",", ""))


class _Parser:
    """Sums of products of quantities, recursive descent, exact."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.operations = text, 0, 0

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _sign(self, wanted: str) -> str:
        self._skip()
        found = _SIGNS.get(self.text[self.at : self.at + 1], "")
        if not found or found not in wanted:
            return ""
        self.at += 1
        return found

    def atom(self) -> tuple[Fraction, Dimension]:
        if self._sign("-"):
            value, dimension = self.atom()
            return -value, dimension
        self._skip()
        if self.text[self.at : self.at + 1] == "(":
            self.at += 1
            value, dimension = self.total()
            self._skip()
            if self.text[self.at : self.at + 1] != ")":
                raise Unknown(self.text)
            self.at += 1
            return value, dimension
        match = _QUANTITY.match(self.text, self.at)
        if match is None:
            raise Unknown(self.text)
        self.at = match.end()
        scale, dimension = _unit(match["unit"] or "", glued=not match["space"])
        return _fraction(match["digits"]) * scale, dimension

    def product(self) -> tuple[Fraction, Dimension]:
        value, dimension = self.atom()
        while sign := self._sign("*/"):
            other, d = self.atom()
            self.operations += 1
            if sign == "*":
                value, dimension = value * other, _plus(dimension, d)
            elif other == 0:
                raise Unknown(self.text)
            else:
                value, dimension = value / other, _minus(dimension, d)
        return value, dimension

    def total(self) -> tuple[Fraction, Dimension]:
        value, dimension = self.product()
        while sign := self._sign("+-"):
            other, d = self.product()
            self.operations += 1
            if d != dimension:
                raise Unknown(f"{self.text}: unlike terms")
            value = value + other if sign == "+" else value - other
        return value, dimension

    def whole(self) -> tuple[Fraction, Dimension]:
        value, dimension = self.total()
        self._skip()
        if self.at != len(self.text):
            raise Unknown(self.text)
        return value, dimension


def arithmetic(text: str) -> tuple[Fraction, Dimension] | None:
    """Value in base units and dimension of an expression with at least one operation, or None."""
    parser = _Parser(text)
    try:
        value = parser.whole()
    except Unknown:
        return None
    return value if parser.operations else None


def _bare(dimension: Dimension) -> Dimension:
    return Counter({k: v for k, v in dimension.items() if k not in _COUNTED})


def holds(left: str, right: str) -> bool | None:
    """Whether an expression rounds to the printed result, in value and in dimension.

    None where one of the two is no arithmetic.
    """
    computed = arithmetic(left)
    match = re.fullmatch(rf"\s*(?P<sign>[-−]?)\s*{_QUANTITY.pattern}\s*", right)
    if computed is None or match is None:
        return None
    try:
        scale, dimension = _unit(match["unit"] or "", glued=not match["space"])
    except Unknown:
        return None
    value, of = computed
    mantissa, _, exponent = match["digits"].partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    stated = _fraction(match["digits"]) * (-1 if match["sign"] else 1)
    half = Fraction(1, 2) / Fraction(10) ** decimals
    # A pure number may be called by what it counts: "312 TFLOP/s / 137 GFLOP = 2,280 tokens/s".
    plain = (_bare(of), _bare(dimension))
    alike = of == dimension or (plain[0] == plain[1] and (plain[0] == of or plain[1] == dimension))
    return alike and abs(value / scale - stated) <= half


_EQUALS = re.compile(r"\s=\s|\s(?:is|are|gives?)\s")
# "50.9% - 41.2% is 9.7, not 15.7 points": the unit stands once, at the end.
_RESULT = re.compile(
    rf"[-−]?{_DIGITS}(?:\s?(?!not\b)(?:{_UNIT}))?(?:, not {_DIGITS}\s(?P<late>points))?"
)


def equations(text: str) -> Iterator[tuple[str, str]]:
    """Equations in a text: the longest arithmetic before "=" or "is", and the quantity behind it."""
    for sign in _EQUALS.finditer(text):
        right = _RESULT.match(text, sign.end())
        if right is None:
            continue
        result = right.group().partition(", not")[0]
        if right["late"]:
            result += " " + right["late"]
        # A word behind the number is no unit of it: "256 and", "58% less".
        words = re.match(
            rf"([-−]?{_DIGITS}(?:\s?[%×]|[A-Za-zµμ/]+)?)(?:\s([A-Za-zµμ/]+(?:-\w+)?))?", result
        )
        if words and words[2]:
            try:
                _unit(words[2], glued=False)
            except Unknown:
                result = words[1]
        before = text[: sign.start()]
        for start in re.finditer(r"(?<![\w.,])[(\d−-]", before):
            if re.search(r"[-+−–/×x*·(]\s*$", before[: start.start()]):
                continue  # the middle of an expression is not all of it
            if arithmetic(before[start.start() :]) is not None:
                yield before[start.start() :].strip(), result
                break
