r"""## What it checks
That learning rate, schedule or hyper-parameters are not tuned for the paper's own runs and left
at their defaults for the baseline.

## Why it matters
A default was set for another batch, another model and another machine. What tuning gains is not
what the idea gains.

## What is left alone
Papers that tune both sides, runs that inherit the settings of the baseline, and papers that train
nothing.

## Example
```latex
\section{Training}
We train both models for 20 epochs and tuned the learning rate of our method over 24 settings.
The baseline keeps its default hyper-parameters.
%            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TK603: default
```
Give both sides the same budget and ranges, and print both best values.

## References
- Dodge et al., "Show Your Work: Improved Reporting of Experimental Results", EMNLP 2019.
- Choi et al., "On Empirical Comparisons of Optimizers for Deep Learning", arXiv 1910.05446, 2019.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.model import Mention, Paper
from tanaka.paper.setup import speaks_of
from tanaka.rules.api import (
    AppendToSection,
    AtMention,
    Context,
    Finding,
    Fix,
    FixKind,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.fairness.sides import said_of
from tanaka.rules.sections import evaluation


@rule("TK603", since="0.1.0")
def one_sided_tuning(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, at the words that leave the baseline untuned."""
    paper = ctx.paper
    if not speaks_of(paper, "training"):
        return
    tuned, untuned = said_of(paper, "tuned"), said_of(paper, "untuned")
    ours, theirs = tuned.get("ours", {}), untuned.get("baseline", {})
    if not ours or not theirs or tuned.get("baseline") or untuned.get("ours"):
        return
    there, missing = next(iter(ours.values())), next(iter(theirs.values()))
    item = next(iter(ours))
    trials, budget = dict(there.settings).get("trials"), dict(missing.settings).get("trials")
    counted = trials is not None and budget is not None
    slots = [Slot("item", item, at=AtMention(there.id)), Slot("line", "", at=AtMention(missing.id))]
    if trials is not None:
        slots.append(Slot("ours", f"{trials} settings", at=AtMention(there.id)))
    if budget is not None:
        slots.append(Slot("theirs", budget, at=AtMention(missing.id)))
    words = dict(missing.settings).get("words", "")
    yield Finding(
        "TK603", "one-sided-tuning", Verdict.OPEN, AtMention(missing.id),
        f"The {item} of the method is tuned{f' over {trials} settings' if trials else ''}, the baseline is left as it came (“{words}”).",
        (), note="tuned on one side only", bold="Tuned on one side only.",
        question=f"What does the baseline reach with a {item} tuned by the same budget?",
        related=((AtMention(there.id), "tuned here"),), fixes=_experiment(paper, missing, item, trials),
        slots=tuple(slots), case="A" if counted else "B",
    )  # fmt: skip


def _experiment(paper: Paper, at: Mention, item: str, trials: str | None) -> tuple[Fix, ...]:
    """The same search on both sides."""
    section = evaluation(paper) or at.section
    if not section:
        return ()
    budget = f"{trials} settings" if trials else "the same number of settings"
    text = rf"""
\subsection{{Equal tuning}}\label{{sec:tuning}}
We tune the {item} of both systems over {budget}, in the same ranges and by the
same criterion, and report both best values and the spread over the search.

\begin{{center}}
\begin{{tabular}}{{lrrr}}
\hline
 & best {item} & result & median over the search \\
\hline
baseline & & & \\ % Fill in the measured values.
ours & & & \\
\hline
\end{{tabular}}
\end{{center}}
"""
    return (Fix("Add equal tuning", FixKind.INSERT, (AppendToSection(section, text),)),)
