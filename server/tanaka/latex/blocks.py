r"""Cut a region into blocks that can be parsed, and cached, one by one.

Regions begin at section commands, whatever the brace state, so that a half-typed brace costs at
most its own section's remainder; inside a region blank lines cut where they lie in no *matched*
brace or environment pair (an opener that is never closed is ignored, so typing
``\begin{table}`` swallows nothing).
"""

from __future__ import annotations

import bisect
from itertools import pairwise

from tanaka.patterns import Lazy

# A command's name is passed over: only what could hide a brace or a line's end is a token.
_TOKEN = Lazy(
    r"\\(?:begin\s*\{(?P<begin>[A-Za-z*]+)\}|end\s*\{(?P<end>[A-Za-z*]+)\}|[^A-Za-z])"
    r"|(?P<open>\{)|(?P<close>\})|(?P<blank>\n[ \t\r]*\n\s*)"
)
_TRANSPARENT = frozenset({"document", "abstract", "center", "appendices", "appendix", "onecolumn"})


def cut(visible: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each block of a region, in order; together they cover it.

    Parameters
    ----------
    visible : str
        Visible text of a `tanaka.latex.source.Region`.
    """
    stack: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    blanks: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(visible):
        kind = match.lastgroup
        if kind == "open":
            stack.append(("{", match.start()))
        elif kind == "close":
            _close(stack, pairs, "{", match.end())
        elif kind == "blank":
            blanks.append(match.span())
        elif kind is not None and (name := match[kind]) not in _TRANSPARENT:
            if kind == "begin":
                stack.append((name, match.start()))
            else:
                _close(stack, pairs, name, match.end())
    outer = _outermost(pairs)
    begins = [a for a, _ in outer]
    cuts = [0]
    for a, b in blanks:
        i = bisect.bisect_right(begins, a) - 1
        if i < 0 or outer[i][1] <= a:
            cuts.append(b)
    cuts.append(len(visible))
    return tuple((a, b) for a, b in pairwise(cuts) if b > a)


def _close(stack: list[tuple[str, int]], pairs: list[tuple[int, int]], name: str, end: int) -> None:
    for i in range(len(stack) - 1, -1, -1):
        if stack[i][0] == name:
            pairs.append((stack[i][1], end))
            del stack[i:]
            return


def _outermost(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    outer: list[tuple[int, int]] = []
    for a, b in sorted(pairs, key=lambda p: (p[0], -p[1])):
        if not outer or a >= outer[-1][1]:
            outer.append((a, b))
    return outer
