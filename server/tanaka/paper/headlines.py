"""Results that a sentence states, and the words that say of what: for holding places together.

A result is a factor, a percentage or a measurement.  What it is of is kept as words (metrics,
names, settings, comparands, stems), so that a rule may hold the abstract against a table or
against another section without the text of either.
"""

from __future__ import annotations

from tanaka.paper.clause import Clause  # noqa: F401  (kept for the type of callers)
