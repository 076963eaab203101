r"""## What it checks
That a stated percentage (a change, a share, a difference in points) agrees with the two values
stated for it.

## Why it matters
Percent of the new value instead of the old one, and points written as percent, are the two
commonest slips of an evaluation section.

## What is left alone
"x% faster" is tried as rate and as time. Where the values are percentages themselves, points,
relative change and the share of the remaining error are all tried, unless the text says which it
means.

## Example
```latex
Exposed communication falls from 412\,ms to 173\,ms, 68\% lower.
%                                                    ^^^^ TK102: is 58% less
```
Write the percentage of the value before the change.

## References
- Huff, "How to Lie with Statistics", 1954, chapter 8, on changing bases.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.model import Change, ChangeWord
from tanaka.rules.api import Context, Outcome, rule
from tanaka.rules.numbers.checks.change import check_change

_FACTORS = (ChangeWord.TIMES_FASTER, ChangeWord.TIMES_LESS, ChangeWord.TIMES_MORE)


@rule("TK102", since="0.1.0")
def percent_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Percentages against the values they compare."""
    for change in ctx.paper.of(Change):
        if change.word not in _FACTORS:
            yield from check_change(ctx, change, "TK102", "percent-mismatch")
