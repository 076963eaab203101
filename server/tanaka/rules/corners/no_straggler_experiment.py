r"""## What it checks
That a paper whose method waits for all of eight or more workers says what one slow worker does.

## Why it matters
A synchronous step lasts as long as its slowest worker. The expected maximum of n grows with n,
so the cost is invisible on eight workers and decides the result on five hundred.

## What is left alone
Inference, one node, simulated workers, and papers that inject, delay, back up or measure
stragglers anywhere.

## Example
```latex
With data parallelism we train synchronously on 64 nodes of eight A100.
%                              ^^^^^^^^^^^^^ TK501: wait for the slowest of 64
```
Slow one worker by a few per cent and plot the step time of both systems.

## References
- Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013.
- David and Nagaraja, "Order Statistics", 2003, section 3.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.straggler import barrier_wait, expected_max_normal
from tanaka.paper.model import Asserted, Change, Mention, Number, Paper, Where
from tanaka.paper.setup import mentioned_things, speaks_of, training_setup
from tanaka.paper.setup import spread as stated_spread
from tanaka.rules.api import (
    AppendToSection,
    Assumption,
    AtMention,
    Computed,
    Context,
    Finding,
    Fix,
    FixKind,
    Outcome,
    Slot,
    Step,
    StragglerFigure,
    Verdict,
    rule,
)
from tanaka.rules.corners.experiment import halvings, latex, seconds
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.sections import evaluation

_RATIOS = (0.02, 0.05, 0.10)
_FEWEST = 8
_PARALLEL = ("data-parallelism", "pipeline-parallelism", "tensor-parallelism", "all-reduce", "zero")


@rule("TK501", since="0.1.0")
def no_straggler_experiment(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, at the sentence that makes it relevant."""
    paper = ctx.paper
    answered = [m for m in paper.mentions_of("straggler-answer") if m.where is not Where.RELATED]
    if answered or not speaks_of(paper, "training"):
        return
    trigger = _trigger(ctx)
    workers = _workers(paper, trigger) if trigger is not None else None
    if trigger is None or workers is None:
        return
    n = int(workers.quantity.point)
    expected = expected_max_normal(n)
    d = Derivation(paper)
    d.stated("workers in lock-step", workers.id, symbol="n")
    peak = d.known("expected maximum of n normal draws", expected, "1", Assumption("normal worker times"),
                   shown=printed(expected), symbol="E")  # fmt: skip
    step = training_setup(paper).step
    spread = stated_spread(paper)
    base = d.stated("step", step.id, symbol="T") if step else None
    if spread is not None:
        sigma = d.stated("spread of one worker", spread.id, symbol="s")
        why = f"{sigma.shown} × {peak.shown}"
    elif base is not None:
        value = _RATIOS[1] * base.value
        sigma = d.known(
            "spread of one worker",
            value,
            "s",
            Assumption("5% of the step"),
            shown=f"{1e3 * value:.3g} ms",
            symbol="s",
        )
        why = f"{sigma.shown} × {peak.shown}"
    else:
        sigma = None
        why = ""
    wait = (
        d.computed(
            "wait for the slowest",
            "s",
            why,
            barrier_wait,
            sigma,
            peak,
            reference=barrier_wait.source,
            symbol="w",
        )
        if sigma
        else None
    )
    gain = _gain(paper)
    workers_word = (
        "nodes"
        if workers.noun == "node"
        else "devices"
        if workers.noun == "gpu"
        else f"{workers.noun}s"
    )
    if wait is not None:
        cost = f"With a spread of {sigma.shown if sigma else ''} a worker, the expected wait for the slowest of {n} is {1e3 * wait.value:.3g} ms a step."
    else:
        cost = f"The slowest of {n} is expected {printed(expected)} standard deviations above the mean."
    slots = [
        Slot("n", f"{n:,}", "n", count=n),
        Slot("worker", workers_word.removesuffix("s")),
        Slot("peak", printed(expected), "E"),
    ]
    if wait is not None and sigma is not None:
        slots += [Slot("sigma", sigma.shown, "s"), Slot("wait", f"{1e3 * wait.value:.3g} ms", "w")]
    if gain is not None:
        # The two times and not the factor stated for them, which may be wrong.
        slow, fast = gain[0].quantity, gain[1].quantity
        slots += [
            Slot("gain", f"the gain from {slow.shown} to {fast.shown}", "G"),
            Slot("stretch", f"{100 * _edge(gain):.0f}%", "G"),
        ]
        d.steps.append(Step("slow worker that uses up the gain", _edge(gain), slow.nominal.low / fast.nominal.high - 1,
                            slow.nominal.high / fast.nominal.low - 1, "%", f"{slow.shown} / {fast.shown} - 1",
                            Computed("a synchronous step lasts as long as its slowest worker"), True,
                            f"{100 * _edge(gain):.0f}% slower", "G"))  # fmt: skip
    figure = None
    if base is not None and wait is not None and sigma is not None:
        figure = StragglerFigure(n, base.value, sigma.value if spread is not None else None, _RATIOS, wait.value,
                                 None, workers_word)  # fmt: skip
    fix = _experiment(paper, trigger, n, workers_word, base, gain)
    yield Finding(
        "TK501", "no-straggler-experiment", Verdict.OPEN, AtMention(trigger.id),
        f"{n} {workers_word} wait for the slowest of {n}, and no experiment slows one. {cost}",
        tuple(d.steps), operands=(workers.id,), note="no experiment slows one worker",
        bold=f"{n} {workers_word} wait for the slowest of {n}.",
        question="What happens to the step time when one worker is slow?",
        fixes=(fix,) if fix else (), figure=figure,
        slots=tuple(slots), case="A" if spread is not None else "B" if gain is not None else "D" if wait is not None else "E",
        mechanisms=(trigger.what,),
    )  # fmt: skip


def _trigger(ctx: Context) -> Mention | None:
    """The first sentence of the paper's own text that says all wait for all."""
    waits = [
        m
        for m in ctx.paper.mentions_of("synchronous-training")
        if m.role in ("ours", "baseline")
        and m.where not in (Where.RELATED, Where.FUTURE, Where.TITLE, Where.CAPTION)
    ]
    things = mentioned_things(ctx.paper) if waits else ()
    if not any(ctx.knowledge.is_a(what, p) for what in things for p in _PARALLEL):
        return None
    counted = [m for m in waits if m.where not in (Where.ABSTRACT,)]
    return (counted or waits)[0]


def _workers(paper: Paper, trigger: Mention) -> Number | None:
    """Nodes that a step waits for, devices where no nodes are counted; the trigger's own first."""
    counted = [
        n for n in paper.counts_of("node", "gpu", "replica")
        if n.quantity.count and n.quantity.point >= _FEWEST and n.per == "" and n.asserted is Asserted.YES
        and n.where not in (Where.RELATED, Where.TABLE)
    ]  # fmt: skip
    for noun in ("node", "gpu", "replica"):
        own = [n for n in counted if n.noun == noun and n.id in trigger.numbers]
        if len(own) == 1:
            return own[0]
    for noun in ("node", "gpu", "replica"):
        counts = [n for n in counted if n.noun == noun]
        if counts:
            values = [n.quantity.point for n in counts]
            common = max(set(values), key=lambda v: (values.count(v), v))
            return next(n for n in counts if n.quantity.point == common)
    return None


def _gain(paper: Paper) -> tuple[Number, Number] | None:
    """The longer and the shorter of the two times of the first change that is a factor."""
    for change in paper.of(Change):
        old, new = paper.number(change.old), paper.number(change.new)
        if paper.number(change.change).quantity.shown_unit == "×" and old.quantity.unit == "s":
            fast, slow = sorted((old, new), key=lambda n: n.quantity.point)
            bounded = slow.quantity.bounded and fast.quantity.bounded
            differ = slow.quantity.point > fast.quantity.point
            return (slow, fast) if bounded and differ and fast.quantity.nominal.low > 0 else None
    return None


def _edge(gain: tuple[Number, Number]) -> float:
    """Share by which the longer time exceeds the shorter."""
    return gain[0].quantity.point / gain[1].quantity.point - 1


def _experiment(
    paper: Paper,
    trigger: Mention,
    n: int,
    workers: str,
    base: Step | None,
    gain: tuple[Number, Number] | None,
) -> Fix | None:
    """A subsection with factors and levels from the paper's own numbers."""
    section = evaluation(paper) or trigger.section
    if not section:
        return None
    edge = _edge(gain) if gain is not None else 0.25
    levels = sorted(
        {0.0, round(edge / 4, 2), round(edge / 2, 2), round(edge, 2), round(2 * edge, 2)}
    )
    slow = ", ".join(f"{100 * v:.0f}\\%" for v in levels)
    waits = [(r, r * expected_max_normal(n)) for r in _RATIOS]
    rows = "\n".join(
        f"{100 * r:.0f}\\% & {100 * w:.0f}\\% & "
        + (
            f"{1e3 * w * base.value:,.0f}".replace(",", "{,}") + "\\,ms"
            if base is not None
            else "--"
        )
        + r" \\"
        for r, w in waits
    )
    step = f" of {latex(seconds(base.value))}" if base is not None else ""
    counts = ", ".join(str(c) for c in halvings(n))
    text = rf"""
\subsection{{Stragglers}}\label{{sec:stragglers}}
A synchronous step{step} lasts as long as the slowest of the {n} {workers}.
If their times are normal with standard deviation $\sigma$, the slowest is
expected ${printed(expected_max_normal(n))}\,\sigma$ above the mean:

\begin{{center}}
\begin{{tabular}}{{rrr}}
\hline
$\sigma$ of the step & expected wait & per step \\
\hline
{rows}
\hline
\end{{tabular}}
\end{{center}}

We slow one worker by {slow} for 60\,s at a time, on {counts} {workers}, for
the baseline and for our system, and report the mean and the 99th percentile of
the step time, the throughput, and the loss at equal wall-clock time, over five
runs. A slowdown of {100 * edge:.0f}\% would use up our gain in a synchronous
system. % Fill in the measured values.
"""
    return Fix("Add straggler experiment", FixKind.INSERT, (AppendToSection(section, text),))
