r"""Cut a region into blocks that can be parsed, and cached, one by one.

Regions begin at section commands, whatever the brace state, so that a half-typed brace costs at
most its own section's remainder; inside a region blank lines cut where they lie in no *matched*
brace or environment pair (an opener that is never closed is ignored, so typing
``\begin{table}`` swallows nothing).
"""

from __future__ import annotations

import bisect
import re
from itertools import pairwise

from tanaka.patterns import Lazy

_TOKEN = Lazy(
    r"\\(?:begin|end)\s*\{(?P<env>[A-Za-z*]+)\}|\\.|(?P<open>\{)|(?P<close>\})|(?P<blank>\n[ \t\r]*\n\s*)",
    re.S,
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
        if env := match.group("env"):
            if env in _TRANSPARENT:
                continue
            if match.group().startswith("\\begin"):
                stack.append((env, match.start()))
            else:
                _close(stack, pairs, env, match.end())
        elif match.group("open"):
            stack.append(("{", match.start()))
        elif match.group("close"):
            _close(stack, pairs, "{", match.end())
        elif match.group("blank"):
            blanks.append(match.span())
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
