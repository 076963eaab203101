"""Finds mechanisms in a sentence of plain text, and the settings that it states for them.

All forms are compiled once for a knowledge base.  Most sentences name no mechanism: each form has
a few letters that whatever it matches must hold, and a sentence without them is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from tanaka.knowledge.model import Form, Knowledge
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_DASHES = str.maketrans(
    {"–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "’": "'"}
)  # fmt: skip
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "twelve": "12", "sixteen": "16", "thirty-two": "32", "sixty-four": "64",
    "first": "1", "second": "2", "third": "3",
}  # fmt: skip
_NUMBER = rf"(\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(w for w in _WORDS if w not in ('first', 'second', 'third'))})"
_PERCENT = r"(\d+(?:\.\d+)? ?%)"


_START = 3  # letters of a needle that a sentence is asked for before the whole of it
_TELLING = Lazy(r".[A-Z0-9]|[a-z][- ][a-z]|!|et al")
"""A capital or a digit inside, or more than one word: what a sentence would not say by chance."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A mechanism, and the words that name it."""

    mechanism: str
    start: int
    end: int


class _Compiled:
    """A form, compiled when a sentence first has its letters."""

    def __init__(self, mechanism: str, form: Form) -> None:
        self.mechanism = mechanism
        self._form = form

    @cached_property
    def pattern(self) -> Lazy:
        whole = rf"(?<![A-Za-z0-9])(?:{self._form.pattern})(?![A-Za-z0-9])"
        return Lazy(whole, 0 if self._form.cased else re.I)

    @cached_property
    def _needs(self) -> Lazy:
        return Lazy(rf"\b(?:{self._form.needs})", re.I)

    @cached_property
    def _unless(self) -> Lazy:
        return Lazy(rf"\b(?:{self._form.unless})", re.I)

    def fits(self, text: str) -> bool:
        """Whether the rest of a sentence bears the meaning out."""
        return (not self._form.needs or self._needs.search(text) is not None) and (
            not self._form.unless or self._unless.search(text) is None
        )


class Matcher:
    """The forms of a knowledge base, ready to be looked for."""

    def __init__(self, known: Knowledge) -> None:
        self._kin = {m.id: frozenset(known.ancestors(m.id)) for m in known.mechanisms}
        self._settings = {m.id: m.settings for m in known.mechanisms if m.settings}
        always: list[_Compiled] = []
        by_needle: dict[str, list[_Compiled]] = {}
        for m in known.mechanisms:
            for form in m.forms:
                made = _Compiled(m.id, form)
                found = needles(form.pattern)
                for needle in found:
                    by_needle.setdefault(needle, []).append(made)
                if not found:
                    always.append(made)
        self._always = tuple(always)
        self._by_start: dict[str, list[tuple[str, tuple[_Compiled, ...]]]] = {}
        for needle, forms in by_needle.items():
            self._by_start.setdefault(needle[:_START], []).append((needle, tuple(forms)))
        self._short = tuple(s for s in self._by_start if len(s) < _START)
        names = {n for w in known.works for n in (w.name, *w.names) if _TELLING.search(n)}
        self.works = _any_of(names)
        """Finds names of works that are no ordinary words."""

    def hits(self, text: str) -> tuple[Hit, ...]:
        """What a sentence names, in reading order.

        Of names that share words the most special is kept: a kind hides what it is a kind of, and
        a longer name a shorter one inside it.
        """
        text = plainer(text)
        low = text.lower()
        tried = dict.fromkeys(self._always)
        starts = {low[i : i + _START] for i in range(len(low) - _START + 1)}
        starts &= self._by_start.keys()
        starts.update(s for s in self._short if s in low)
        for start in sorted(starts):
            for needle, forms in self._by_start[start]:
                if needle in low:
                    tried.update(dict.fromkeys(forms))
        found: list[Hit] = []
        for form in tried:
            match = form.pattern.search(text)
            if match is None or not form.fits(text):
                continue
            while match is not None:
                if match.end() > match.start():
                    found.append(Hit(form.mechanism, match.start(), match.end()))
                match = form.pattern.search(text, max(match.end(), match.start() + 1))
        kept = {h for h in found if not any(self._hides(o, h) for o in found)}
        return tuple(sorted(kept, key=lambda h: (h.start, -h.end, h.mechanism)))

    def _hides(self, other: Hit, hit: Hit) -> bool:
        if other.end <= hit.start or hit.end <= other.start:
            return False
        if hit.mechanism in self._kin[other.mechanism]:
            return True
        longer = other.end - other.start > hit.end - hit.start
        within = other.start <= hit.start and hit.end <= other.end
        if other.mechanism == hit.mechanism:
            return longer or (
                other.end - other.start == hit.end - hit.start and other.start < hit.start
            )
        return longer and within and other.mechanism not in self._kin[hit.mechanism]

    def settings(self, mechanism: str, text: str) -> tuple[tuple[str, str], ...]:
        """Knobs of a mechanism with the values that a sentence states: numbers as digits."""
        text = plainer(text)
        stated: list[tuple[str, str]] = []
        for knob in self._settings.get(mechanism, ()):
            for pattern in knob.patterns:
                match = setting(pattern).search(text)
                if match is not None:
                    stated.append((knob.name, _value(match.group(1))))
                    break
        return tuple(stated)


def _any_of(names: Iterable[str]) -> Lazy:
    """Finds whole names, the longest first; by their initials, so that few are tried."""
    by_initial: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        by_initial.setdefault(name[0], []).append(re.escape(name[1:]))
    listed = "|".join(f"{re.escape(i)}(?:{'|'.join(rest)})" for i, rest in by_initial.items())
    return Lazy(rf"(?<![\w-])(?:{listed})(?!\w)" if listed else r"(?!)")


@lru_cache(maxsize=8)
def matcher(known: Knowledge) -> Matcher:
    """The matcher of a knowledge base."""
    return Matcher(known)


def plainer(text: str) -> str:
    """A sentence with all dashes and blanks alike, character for character."""
    return text.translate(_DASHES)


@lru_cache(maxsize=1024)
def setting(pattern: str) -> Lazy:
    """Expression of a setting; ``{n}`` in it is a number or its word, ``{n%}`` a percentage."""
    own_group = re.search(r"(?<!\\)\((?!\?)", pattern) is not None
    number = f"(?:{_NUMBER[1:]}" if own_group else _NUMBER
    source = pattern.replace("{n%}", _PERCENT).replace("{n}", number)
    return Lazy(rf"(?<![A-Za-z0-9.])(?:{source})(?![A-Za-z0-9]|\.\d)", re.I)


def _value(text: str) -> str:
    low = text.lower().strip()
    return _WORDS.get(low, re.sub(r"(?<=\d),(?=\d)", "", low))


# -- letters that a match must hold ---------------------------------------------------------------


def needles(pattern: str) -> frozenset[str]:
    """Strings in lower case of which every text that a pattern matches holds one.

    Empty where none were found; the pattern must then be tried on every text.
    """
    found: set[str] = set()
    for alternative in _split(pattern):
        best = _best(_required(alternative))
        if best is None:
            return frozenset()
        found |= best
    return frozenset(found)


def _best(candidates: Iterable[frozenset[str]]) -> frozenset[str] | None:
    """The candidate whose shortest string is longest."""
    rated = [(min(map(len, c)), -len(c), c) for c in candidates if c]
    return max(rated, key=lambda r: r[:2])[2] if rated else None


def _required(sequence: str) -> list[frozenset[str]]:
    """Alternatives for what a sequence without a bar must hold: its runs of letters, its groups."""
    out: list[frozenset[str]] = []
    run = ""
    at = 0

    def close() -> None:
        nonlocal run
        if len(run) >= 2:
            out.append(frozenset({run.lower()}))
        run = ""

    while at < len(sequence):
        atom = _atom(sequence, at)
        after = at + len(atom)
        quantifier = re.match(r"[?*+]\??|\{\d+(?:,\d*)?\}\??", sequence[after:])
        needed = quantifier is None or quantifier.group().startswith(("+", "{1"))
        letter = atom[1:] if len(atom) == 2 and atom[0] == "\\" and not atom[1].isalnum() else atom
        if len(letter) == 1 and letter not in ".^$" and needed:
            run += letter
            if quantifier is not None:
                close()
        else:
            close()
            if needed and atom.startswith("("):
                inner = _inside(atom)
                within = needles(inner) if inner is not None else frozenset()
                if within:
                    out.append(within)
        at = after + (quantifier.end() if quantifier else 0)
    close()
    return out


def _atom(text: str, at: int) -> str:
    """The character, class, escape or group that begins at an offset."""
    if text[at] == "\\":
        return text[at : at + 2]
    if text[at] == "[":
        end = text.index("]", at + 2)
        return text[at : end + 1]
    if text[at] != "(":
        return text[at]
    depth, i = 0, at
    while i < len(text):
        step = _skip(text, i)
        depth += (text[i] == "(") - (text[i] == ")")
        i += step
        if depth == 0:
            break
    return text[at:i]


def _skip(text: str, at: int) -> int:
    if text[at] == "\\":
        return 2
    return text.index("]", at + 2) + 1 - at if text[at] == "[" else 1


def _inside(group: str) -> str | None:
    """Pattern of a group that takes part in the match; None for one that only looks."""
    if group.startswith("(?:"):
        return group[3:-1]
    return None if group.startswith("(?") else group[1:-1]


def _split(pattern: str) -> list[str]:
    """Alternatives of a pattern at its top level."""
    parts, start, at = [], 0, 0
    while at < len(pattern):
        if pattern[at] == "|":
            parts.append(pattern[start:at])
            start = at + 1
            at += 1
        else:
            at += len(_atom(pattern, at))
    return [*parts, pattern[start:]]
