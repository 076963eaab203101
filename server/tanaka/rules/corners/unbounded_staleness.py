r"""## What it checks
That a paper whose gradients are applied late says how late they may be, or what is done about it:
a bound, a correction of the learning rate or the momentum, a measured distribution, a proof.

## Why it matters
A gradient that arrives after others have moved the weights points from where the weights were. On
average that acts like momentum: M workers without a bound add about 1 - 1/M to the one that is set,
so the tuned value of a synchronous run overshoots.

## What is left alone
Asynchronous checkpoints, logging, data loading, copies, kernels and serving; moving averages kept
on a host; papers that state a bound, one step of delay, a staleness-aware step, a momentum tuned
for it, results equal bit by bit, or a proof of convergence anywhere.

## Example
```latex
In our training, 32 workers push gradients and a parameter server applies them asynchronously.
%                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TK505: 0.97
```
State a bound, or print the distribution of ages and the momentum that was tuned for it.

## References
- Mitliagkas et al., "Asynchrony begets Momentum, with an Application to Deep Learning", Allerton
  2016.
- Ho et al., "More Effective Distributed ML via a Stale Synchronous Parallel Parameter Server",
  NIPS 2013.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.staleness import implicit_momentum, mean_staleness
from tanaka.paper.model import Mention, Number, NumberId, Paper
from tanaka.paper.setup import TrainingSetup, of_sentence, own, told, training_setup, trains
from tanaka.rules.api import (
    AtMention,
    Context,
    Finding,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.corners.experiment import first, halvings, insert
from tanaka.rules.derivation import Derivation, printed

_WHAT = ("stale-update", "asynchronous-update", "lock-free-updates")
_ANSWERS = (
    "staleness-bound", "staleness-answer", "bounded-staleness", "adaptive-staleness", "staleness-aware-step",
    "equivalent-update",
)  # fmt: skip


@rule("TK505", since="0.1.0")
def unbounded_staleness(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, where it says that its own updates are asynchronous."""
    paper = ctx.paper
    trigger = first(own(paper, _WHAT[0]))
    if trigger is None or not trains(paper) or told(paper, *_ANSWERS):
        return
    setup = training_setup(paper)
    d = Derivation(paper)
    workers = _workers(paper, trigger, setup)
    adam = setup.adam
    slots = [Slot("mechanism", "asynchronous updates")]
    operands: tuple[NumberId, ...] = ()
    case = "B" if adam else "C"
    if workers is not None:
        number, why = workers
        n = round(number.quantity.point)
        count = d.stated("workers that do not wait", number.id, symbol="M", inferred=why)
        momentum = d.computed("momentum that they add", "1", f"1 - 1 / {count.shown}", implicit_momentum,
                              count, reference=implicit_momentum.source, symbol="u")  # fmt: skip
        age = d.computed("mean age of a gradient, in updates", "1", f"{count.shown} - 1", mean_staleness,
                         count, reference=mean_staleness.source, symbol="a", total=False)  # fmt: skip
        text = _digits(momentum.value)
        slots += [Slot("n", str(n), "M", count=n), Slot("momentum", text, "u"), Slot("age", f"{age.value:.0f} updates", "a")]  # fmt: skip
        operands, case = (number.id,), "A"
        message = (
            f"{n} workers that do not wait add a momentum of about {text}, with gradients {age.value:.0f} updates "
            "old on average, and neither a bound nor a correction is stated."
        )  # fmt: skip
        bold = f"{n} workers without a bound add a momentum of about {text}."
    elif adam:
        slots.append(Slot("setting", "Adam", ""))
        message = "Both moments of Adam take gradients of an age that is not stated, and nothing bounds it."
        bold = "Both moments take gradients of unknown age."
    else:
        message = (
            "Gradients are applied asynchronously, and neither a bound nor their age is stated."
        )
        bold = "No bound on the age of a gradient is stated."
    yield Finding(
        "TK505", "unbounded-staleness", Verdict.OPEN, AtMention(trigger.id), message, tuple(d.steps),
        operands=operands, note="neither a bound nor a correction is stated", bold=bold,
        question="How old may a gradient be when it is applied?",
        fixes=insert("Add staleness experiment", paper, trigger, _experiment(workers, adam)),
        slots=tuple(slots), case=case,
        mechanisms=tuple(dict.fromkeys(m.what for m in own(paper, *_WHAT[1:]))),
    )  # fmt: skip


def _workers(paper: Paper, trigger: Mention, setup: TrainingSetup) -> tuple[Number, str] | None:
    """Workers of the trigger's own sentence, else the only count of workers of the paper."""
    for noun in ("replica", "gpu", "node"):
        number = of_sentence(
            paper, trigger, lambda n, noun=noun: n.noun == noun and n.quantity.count and n.quantity.point >= 2  # type: ignore[misc]
        )  # fmt: skip
        if number is not None:
            return number, ""
    if setup.workers is None or setup.workers.why:
        return None
    return setup.workers.number, "the only workers that are counted"


def _digits(momentum: float) -> str:
    """A momentum with as many nines as it has: 0.5, 0.97, 0.998."""
    for places in range(1, 9):
        if round(momentum, places) < 1 and abs(round(momentum, places) - momentum) < 0.005:
            return f"{momentum:.{max(places, 2) if momentum > 0.9 else places}f}"
    return printed(momentum)


def _experiment(workers: tuple[Number, str] | None, adam: bool) -> str:
    """A subsection that bounds the age, and tunes the momentum for it."""
    n = round(workers[0].quantity.point) if workers else 16
    counts = [1, *halvings(n)] if n > 8 else sorted({1, 2, n})
    rows = "\n".join(
        f"{c} & {mean_staleness(c):.0f} & {_digits(implicit_momentum(c)) if c > 1 else '0'} \\\\"
        for c in counts
    )
    moments = "momentum and both decay rates of Adam" if adam else "momentum"
    return rf"""
\subsection{{Age of the gradients}}\label{{sec:staleness}}
Workers that do not wait for each other apply gradients that are several updates
old. With memoryless compute times the mean age and the momentum that this adds
to the one that is set are

\begin{{center}}
\begin{{tabular}}{{rrr}}
\hline
workers & mean age (updates) & implicit momentum \\
\hline
{rows}
\hline
\end{{tabular}}
\end{{center}}

We log the age of every update and report its median, its 99th percentile and
its maximum. For a staleness bound of 0, 1, 2, 4, 8 and none we tune the
learning rate and the {moments} on a grid of equal size, and report the loss at
equal tokens and at equal wall-clock time, over five runs.
% Fill in the measured distribution and the bound.
"""
