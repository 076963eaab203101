r"""## What it checks
That a paper that trains on several nodes says what a stall of one of them does: who notices, after
which time-out, and what becomes of the step.

## Why it matters
A switch that reconvenes or a host that collects garbage silences a node for a fraction of a second.
Where all wait for all, every second of it is a second of every node. Where nobody waits, the others
run ahead until a bound stops them, and the silent node comes back with old gradients.

## What is left alone
One node, simulated workers, inference, and papers that state a time-out, inject stalls or failures,
retry, or keep backup workers anywhere. Late updates without a bound are TK505, a barrier without a
collective is TK501. The 200 ms of the derivation are an assumption, marked as
one; the message has the paper's own numbers only.

## Example
```latex
In training, 64 nodes apply their gradients asynchronously, at most four steps ahead of the slowest.
%                                                           ^^^^^^^^^^^^^^^^^^^^^^^^ TK502: 1.4 s
A training step takes 350 ms.
```
Stall one node with a traffic shaper and report the step time, the recovery time and what is lost.

## References
- Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013.
- Ho et al., "More Effective Distributed ML via a Stale Synchronous Parallel Parameter Server",
  NIPS 2013.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.straggler import stall_that_reaches_bound, steps_gained
from tanaka.paper.model import Mention, Paper, Where
from tanaka.paper.setup import Known, TrainingSetup, own, told, training_setup, trains
from tanaka.rules.api import (
    Assumption,
    AtMention,
    AtNumber,
    Computed,
    Context,
    Finding,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.corners.experiment import first, insert, latex, seconds
from tanaka.rules.derivation import Derivation, printed

_STALL = 0.2
_FREE = ("stale-update", "speculative-update")
_KINDS = ("bounded-staleness", "asynchronous-update", "speculation", "synchronous-training")


@rule("TK502", since="0.1.0")
def no_stall_behaviour(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, where its own text says that many nodes train together."""
    paper = ctx.paper
    if not trains(paper) or told(paper, "stall-answer") or own(paper, "simulated"):
        return
    setup = training_setup(paper)
    if setup.nodes is None or setup.nodes.count < 2:
        return
    free = bool(own(paper, *_FREE))
    trigger = _trigger(paper, free)
    if trigger is None:
        return
    n = setup.nodes.count
    d = Derivation(paper)
    d.stated("nodes", setup.nodes.id, symbol="n", inferred=setup.nodes.why)
    stall = d.known("stall of one of them", _STALL, "s", Assumption("a stall of 200 ms"), shown="200 ms", symbol="w")  # fmt: skip
    slots = [Slot("stall", stall.shown, "w"), Slot("n", str(n), "n", count=n)]
    slots.append(Slot("mechanism", "asynchronous updates" if free else "the barrier"))
    step = _stated(d, "step", setup.step, "T")
    if step is not None:
        slots.append(Slot("time", step.shown, "T", at=_at(setup.step)))
    found = _free(d, setup, stall, step) if free else _locked(d, n, stall, step)
    text = _experiment(setup, free)
    waits = "the all-reduce" if told(paper, "all-reduce") else "every other node"
    yield Finding(
        "TK502", "no-stall-behaviour", Verdict.OPEN, AtMention(trigger.id), found.message,
        tuple(d.steps),
        operands=tuple(k.id for k in (setup.nodes, setup.step, setup.bound if free else None) if k),
        note="no time-out is stated", bold=found.bold,
        question=f"When is a silent node given up, and what does {waits} do until then?",
        related=tuple((AtNumber(k.id), w) for k, w in ((setup.nodes, "the nodes"), (setup.step, "the step")) if k),
        fixes=insert("Add stall experiment", paper, trigger, text),
        slots=(*slots, *found.slots), case=found.case,
        mechanisms=tuple(dict.fromkeys(m.what for m in own(paper, *_KINDS))),
    )  # fmt: skip


class _Said:
    """What one stall comes to: the sentence, the slots, and the letter of the plan."""

    def __init__(self, message: str, bold: str, case: str, *slots: Slot) -> None:
        self.message, self.bold, self.case, self.slots = message, bold, case, slots


def _trigger(paper: Paper, free: bool) -> Mention | None:
    """The sentence about a node that stalls, else that of the bound, or of the collective.

    Without a bound, how far the others run ahead is the question of unbounded staleness, and without
    a collective that of the straggler: neither is asked twice.
    """
    stalls = [m for m in told(paper, "stall") if m.where is Where.BODY]
    if stalls:
        return stalls[0]
    return first(own(paper, "staleness-bound" if free else "all-reduce"))


def _at(known: Known | None) -> AtNumber | None:
    return AtNumber(known.id) if known is not None else None


def _stated(d: Derivation, label: str, known: Known | None, symbol: str) -> Step | None:
    if known is None:
        return None
    # "At most four steps" bounds the lead and is the bound itself.
    return d.stated(label, known.id, symbol=symbol, inferred=known.why, exact=symbol == "S")


def _locked(d: Derivation, n: int, stall: Step, step: Step | None) -> _Said:
    """All wait for all: the stall is added to the step of every node."""
    if step is None:
        return _Said(
            f"{n} nodes wait for each other, and no time-out is stated for one that goes silent.",
            f"{n} nodes wait for each other.", "C",
        )  # fmt: skip
    share = d.computed("added to the step of every node", "%", f"{stall.shown} / {step.shown}",
                       steps_gained, stall, step, reference=steps_gained.source, symbol="L")  # fmt: skip
    return _Said(
        f"{n} nodes wait for each other, and no time-out is stated: a stall of one of them as long "
        f"as the step of {step.shown} doubles that step for all.",
        f"Every second of one node's stall is a second of all {n}.", "A",
        Slot("inflation", f"{printed(100 * share.value, 2)}%", "L"),
    )  # fmt: skip


def _free(d: Derivation, setup: TrainingSetup, stall: Step, step: Step | None) -> _Said:
    """Nobody waits until a bound is reached: the others gain steps, and the node comes back late."""
    assert setup.nodes is not None
    n = setup.nodes.count
    if step is None:
        return _Said(
            f"{n} nodes train without waiting for each other, and no time-out is stated for one "
            "that goes silent.",
            f"One of {n} nodes goes silent.", "C",
        )  # fmt: skip
    gained = d.computed("steps that the others gain", "1", f"{stall.shown} / {step.shown}",
                        steps_gained, stall, step, reference=steps_gained.source, symbol="g")  # fmt: skip
    slots = [Slot("steps", f"{printed(gained.value, 2)} steps", "g")]
    nodes, replicas = setup.nodes, setup.replicas
    if replicas is not None and replicas.count > 1 and nodes.count % replicas.count == 0:
        each = nodes.count // replicas.count
        if each > 1:
            count = _stated(d, "replicas", replicas, "D")
            assert count is not None
            d.steps.append(Step("nodes of a replica, which wait at once", each, each, each, "1",
                                f"{nodes.shown} / {count.shown}", Computed("nodes over replicas"), False, str(each)))  # fmt: skip
    bound = _stated(d, "bound", setup.bound, "S")
    if bound is None:
        return _Said(
            f"{printed(1 / step.value)} steps of {step.shown} are gained by the others for each "
            f"second that one of {n} nodes stalls, and no time-out is stated.",
            f"One of {n} nodes stalls, and the others run ahead.", "B", *slots,
        )  # fmt: skip
    reach = d.computed("stall that uses up the bound", "s", f"{bound.shown} × {step.shown}",
                       stall_that_reaches_bound, bound, step,
                       reference=stall_that_reaches_bound.source, symbol="W")  # fmt: skip
    length = seconds(reach.value)
    slots.append(Slot("bound", f"{bound.shown} steps", "S", at=_at(setup.bound)))
    met = stall.value >= reach.value
    slots.append(Slot("reach", "reached" if met else f"not reached before {length}", "W"))
    return _Said(
        f"{length} of stall on one of {n} nodes use up the bound of {bound.shown} steps, and no "
        "time-out says what happens then.",
        f"{bound.shown} steps of {step.shown} are {length}.", "B", *slots,
    )  # fmt: skip


def _experiment(setup: TrainingSetup, free: bool) -> str:
    """A subsection with stalls from the paper's own step and bound."""
    assert setup.nodes is not None
    n, step, bound = setup.nodes.count, setup.step, setup.bound if free else None
    lengths = {0.05, _STALL, 1.0}
    if step is not None:
        lengths.add(float(f"{step.value:.3g}"))
        if bound is not None:
            lengths |= {float(f"{bound.value * step.value:.3g}"), float(f"{2 * bound.value * step.value:.3g}")}  # fmt: skip
    what = "steps gained" if free else "added to the step"
    rows = []
    for length in sorted(lengths):
        cell = "--"
        if step is not None:
            ratio = steps_gained(length, step.value)
            cell = printed(ratio, 2) if free else latex(f"{printed(100 * ratio, 2)}%")
        reached = ""
        if bound is not None and step is not None:
            over = length >= stall_that_reaches_bound(bound.value, step.value) * (1 - 5e-3)
            reached = f" & {'yes' if over else 'no'}"
        rows.append(f"{latex(seconds(length))} & {cell}{reached} \\\\")
    third = " & bound reached" if bound is not None and step is not None else ""
    columns = "rrl" if third else "rr"
    lines = "\n".join(rows)
    at = f" in steps of {latex(step.shown)}" if step is not None else ""
    realised = "the realised staleness, " if free else ""
    return rf"""
\subsection{{Stalls}}\label{{sec:stalls}}
A node that falls silent for a moment is no failure and no straggler. We stall
the network of one of the {n} nodes with a traffic shaper{at}:

\begin{{center}}
\begin{{tabular}}{{{columns}}}
\hline
stall & {what}{third} \\
\hline
{lines}
\hline
\end{{tabular}}
\end{{center}}

For each length we report {realised}the time to recover, the steps that are lost
or undone, and the loss at equal wall-clock time, for the baseline and for our
system. We state the time-out after which a node is given up, and what the
collective does until then. % Fill in the measured values and the time-out.
"""
