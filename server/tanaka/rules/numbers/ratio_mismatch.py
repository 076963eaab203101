r"""## What it checks
That a stated factor agrees with the two values stated for it.

## Why it matters
It is the first division a reviewer does. A factor that its own sentence contradicts costs the
trust in every other number.

## What is left alone
Factors are tried as rate and as time, in both orders where the words do not say which value is
old, and "N times more" as N and as 1 + N. Truncation, rounding twice and trailing zeros that may
be no digits are tried before a proof. A factor in words ("doubles") or with its values in another
sentence, or in a table, is never a proof, and nothing is said where any two values of the paragraph
give it. "Up to", averages and factors across a suite are not
checked against one pair.

## Example
```latex
The step time falls from 420\,ms to 140\,ms, a $3.5\times$ speedup.
%                                              ^^^^^^^^^^^ TK101: 420 ms / 140 ms is 3.00×
```
Write the factor that the two times give, or name the run that gives the factor.

## References
- Nuijten et al., "The prevalence of statistical reporting errors in psychology", Behavior
  Research Methods 48, 2016: the same check, for p-values.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.model import Change, ChangeWord
from tanaka.rules.api import Context, Outcome, rule
from tanaka.rules.numbers.checks.change import check_change

_WORDS = (ChangeWord.TIMES_FASTER, ChangeWord.TIMES_LESS, ChangeWord.TIMES_MORE)


@rule("TK101", since="0.1.0")
def ratio_mismatch(ctx: Context) -> Iterator[Outcome]:
    """Factors against the values they compare."""
    for change in ctx.paper.of(Change):
        if change.word in _WORDS:
            yield from check_change(ctx, change, "TK101", "ratio-mismatch")
