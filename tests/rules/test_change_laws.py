"""What must not raise a verdict on a change, and what must not touch it.

A hedge, a citation, a comment or another comparand never makes a finding worse.  Another unit,
siunitx, a macro and other names of systems leave it as it is.
"""

from __future__ import annotations

import random
import re

import pytest

from sentences_of_change import sentence, verdicts
from tanaka.rules.api import Verdict

RANK = {Verdict.OPEN: 1, Verdict.IMPLAUSIBLE: 2, Verdict.IMPOSSIBLE: 3}
CHANGED = re.compile(r"\$\d[\d.]*\\times\$|(?<![\d.])\d[\d.]*\\%")


def ranks(texts: list[str]) -> list[int]:
    return [max((RANK[v] for v in found), default=0) for found in verdicts(texts)]


def drawn(seed: int, count: int = 90) -> list[str]:
    """Sentences about changes: half of them true, half wrong by a factor of 1.3 to 4."""
    rng = random.Random(seed)
    wrong = (rng.choice([1.0, rng.uniform(1.3, 4)]) for _ in range(count))
    return [sentence(rng, by)[0] for by in wrong]


def hedged(text: str) -> str:
    at = CHANGED.search(text)
    return text if at is None else f"{text[: at.start()]}about {text[at.start() :]}"


def cited(text: str) -> str:
    return f"{text[:-1]}~\\cite{{pluto}}."


def commented(text: str) -> str:
    return f"{text} % as measured in May, $9.9\\times$ before"


def beside_another(text: str) -> str:
    return f"{text[:-1]}, next to the 77.7 of Orca."


def footnoted(text: str) -> str:
    return f"{text[:-1]}\\footnote{{With all caches on.}}."


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("said_too", [hedged, cited, commented, beside_another, footnoted])
def test_what_is_said_too_raises_no_verdict(said_too, seed: int) -> None:
    texts = drawn(300 + seed)
    before, after = ranks(texts), ranks([said_too(t) for t in texts])
    assert any(before)
    raised = [said_too(t) for t, a, b in zip(texts, before, after, strict=True) if b > a]
    assert not raised


UNITS = ((r"\,ms", r"\,s", -3), (r"\,tokens/s", r"K\,tokens/s", -3), (r"\,GB", r"\,MB", 3))
NUMBER = r"(?<![\d.,{}])(\d+(?:\.\d+)?)"


def shifted(digits: str, places: int) -> str:
    """A number with its decimal point moved, and as many digits as before."""
    whole, _, part = digits.partition(".")
    if places > 0:
        part = part.ljust(places, "0")
        moved = f"{whole}{part[:places]}.{part[places:]}".rstrip(".")
    else:
        whole = whole.rjust(1 - places, "0")
        moved = f"{whole[:places]}.{whole[places:]}{part}"
    return moved.lstrip("0") if not moved.startswith("0.") and moved.strip("0.") else moved


def rescaled(text: str) -> str:
    for unit, other, places in UNITS:
        text = re.sub(
            NUMBER + re.escape(unit) + r"(?![A-Za-z/])",
            lambda m, places=places, other=other: shifted(m.group(1), places) + other,
            text,
        )
    return text


def in_siunitx(text: str) -> str:
    for unit, macro in ((r"\,ms", r"\milli\second"), (r"\,GB", r"\giga\byte"), (r"\,J", r"\joule")):
        text = re.sub(
            NUMBER + re.escape(unit) + r"(?![A-Za-z/])",
            lambda m, macro=macro: rf"\SI{{{m.group(1)}}}{{{macro}}}",
            text,
        )
    return text


def in_a_macro(text: str) -> str:
    at = CHANGED.search(text)
    if at is None:
        return text
    digits = re.search(r"\d[\d.]*", at.group())
    assert digits is not None
    start = at.start() + digits.start()
    end = at.start() + digits.end()
    # Each number has a macro of its own: "3.5" is \\gaindzf.
    name = "\\gain" + "".join("z" if c == "." else chr(ord("a") + int(c)) for c in digits.group())
    return f"\\def{name}{{{digits.group()}}}{text[:start]}{name}{{}}{text[end:]}"


def renamed(text: str) -> str:
    return text.replace("Pluto", "Zephyr").replace("Quark", "DeepRun")


def plain(texts: list[str]) -> list[str]:
    """Sentences whose values keep their digits in another unit: no whole tens, no thousands marks."""
    return [t for t in texts if not re.search(r"\d0(?:\\,|~|\})|\{,\}|\\SI|\\qty", t)]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("dressed", [rescaled, in_siunitx, in_a_macro, renamed])
def test_another_dress_leaves_the_verdict(dressed, seed: int) -> None:
    texts = drawn(400 + seed, 140)
    if dressed in (rescaled, in_siunitx):
        texts = plain(texts)
    before, after = ranks(texts), ranks([dressed(t) for t in texts])
    assert sum(t != dressed(t) for t in texts) >= 10
    assert any(before)
    other = [(a, b, dressed(t)) for t, a, b in zip(texts, before, after, strict=True) if a != b]
    assert not other
