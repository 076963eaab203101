r"""## What it checks
That a pipeline whose updates do not wait for a flush says with which weights a micro-batch in flight
goes back, and that all that is live at once fits: states, versions to undo, activations.

## Why it matters
A flush empties the pipeline before the weights change. Without it several micro-batches are between
their forward and their backward pass at that moment: their activations belong to the old weights.
Keeping the old weights costs memory on top of the activations, and the peak of both is in the same
phase, on the first stage.

## What is left alone
Recomputed activations, speculative decoding, overlapped communication without late updates, weight
stashing, results equal bit by bit, and papers that print a peak or a memory timeline or say what becomes of the activations.
Logits, buffers and fragmentation are left out: they only add. An "80 GB" part is taken to hold
80 GiB.

## Example
```latex
We train with pipeline parallelism. Our scheme removes the flush and applies gradients asynchronously.
%                                              ^^^^^^^^^^^^^^^^^ TK512: in flight
```
Print the memory of the first stage through a step, with the commit marked, and name the weights of
each backward pass.

## References
- Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", MLSys 2023.
- Narayanan et al., "PipeDream: Generalized Pipeline Parallelism for DNN Training", SOSP 2019.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.catalog import most_capacity
from tanaka.paper.model import Mention, Paper
from tanaka.paper.setup import TrainingSetup, own, told, training_setup, trains
from tanaka.rules.api import AtMention, Context, Finding, Outcome, Slot, Verdict, rule
from tanaka.rules.corners.experiment import first, insert, latex
from tanaka.rules.derivation import Derivation
from tanaka.rules.machine import excuses
from tanaka.rules.step_drawing import PHASES, drawing
from tanaka.rules.step_memory import StepMemory, parts_named, shape_of, size, step_memory
from tanaka.rules.step_passing import passing

_LATE = ("no-flush", "speculative-update")
_KINDS = ("asynchronous-update", "bounded-staleness", "speculation", "rollback")
_PIPELINE = ("pipeline-parallelism", "scheduled-1f1b", "scheduled-gpipe", "scheduled-otherwise")
_INVARIANT = "one set of weights for the forward and the backward pass of a micro-batch"
_QUESTION = "With which weights does a micro-batch in flight run its backward pass?"


@rule("TK512", since="0.1.0")
def backward_memory_spike(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, where it says that its pipeline is not emptied before an update."""
    paper = ctx.paper
    trigger = _trigger(paper)
    if trigger is None:
        return
    setup = training_setup(paper)
    if setup.recomputes or told(paper, "memory-answer", "equivalent-update"):
        return
    d = Derivation(paper)
    made = step_memory(d, setup)
    mechanisms = tuple(dict.fromkeys(m.what for m in own(paper, *_KINDS)))
    fixes = insert("Add memory timeline", paper, trigger, _experiment(made, setup))
    slots: tuple[Slot, ...] = (Slot("invariant", _INVARIANT),)
    if made is None:
        yield Finding(
            "TK512", "backward-memory-spike", Verdict.OPEN, AtMention(trigger.id),
            "Micro-batches are in flight when the weights change, and nothing says with which weights they go back.",
            (), note="micro-batches are in flight here", bold="Micro-batches are in flight when the weights change.",
            question=_QUESTION, fixes=fixes, slots=slots, case="C", mechanisms=mechanisms,
        )  # fmt: skip
        return
    slots += _slots(made)
    held = max(made.top.open_at_commit, 1)
    flight = f"{held} micro-batch{'es' if held != 1 else ''}"
    shape = shape_of(setup)
    chunked = bool(excuses(paper, "chunked-loss"))
    parts = passing(d, setup, shape, made, chunked=chunked)[0] if shape is not None else ()
    if made.over and made.capacity is not None:
        yield Finding(
            "TK512", "backward-memory-spike", Verdict.IMPLAUSIBLE, AtMention(trigger.id),
            f"{made.peak.shown} is live at once on the first stage, {_live(made)}, and one {made.device} holds "
            f"{made.capacity.shown}.",
            tuple(d.steps), operands=made.numbers, note="more than the device holds",
            bold=f"{made.peak.shown} of {made.capacity.shown} on the first stage.", only_if=_way_out(made),
            fixes=fixes, figure=drawing(made, parts), slots=slots, case="A", mechanisms=mechanisms,
        )  # fmt: skip
        return
    room = f" of {made.capacity.shown}" if made.capacity is not None else ""
    yield Finding(
        "TK512", "backward-memory-spike", Verdict.OPEN, AtMention(trigger.id),
        f"{flight} of the first stage may be in flight when the weights change, and nothing says with which weights "
        f"they go back; {made.peak.shown}{room} is live then."
        if room
        else f"{flight} of the first stage may be in flight when the weights change, with {made.peak.shown} live, and "
        "nothing says with which weights they go back.",
        tuple(d.steps), operands=made.numbers, note=f"up to {flight} in flight here",
        bold=f"{flight} in flight when the weights change.", question=_QUESTION, fixes=fixes,
        figure=drawing(made, parts), slots=slots, case="B" if room else "C", mechanisms=mechanisms,
    )  # fmt: skip


def _trigger(paper: Paper) -> Mention | None:
    """The sentence that does away with the flush, else that of the speculative update."""
    if not trains(paper) or not told(paper, *_PIPELINE):
        return None
    return next((m for w in _LATE if (m := first(own(paper, w))) is not None), None)


def _live(made: StepMemory) -> str:
    parts = [f"{step.shown} of {name}" for name, step in made.live]
    return ", ".join(parts[:-1]) + f" and {parts[-1]}"


def _way_out(made: StepMemory) -> str:
    """The least change under which the peak fits, with the peak that it leaves."""
    assert made.capacity is not None
    for words, peak in made.ways_out:
        if peak <= made.capacity.value:
            return f"{words}, which leaves {size(peak)}"
    return "activations are recomputed and versions or states leave the device"


def _slots(made: StepMemory) -> tuple[Slot, ...]:
    live = [f"{name} {step.shown}" for name, step in made.live]
    found = [
        Slot("phase", f"the {made.top.at} phase"),
        Slot("need", made.peak.shown, "P"),
        Slot("live", ", ".join(live[:-1]) + f" and {live[-1]}", "P"),
        Slot("act", made.activations.shown, "A"),
        Slot("micro", str(made.top.in_flight[1]), "f", count=made.top.in_flight[1]),
    ]
    if made.capacity is not None:
        found.append(Slot("cap", made.capacity.shown, "H"))
    return tuple(found)


def _experiment(made: StepMemory | None, setup: TrainingSetup) -> str:
    """A subsection with the memory of the first stage by phase, and what must be said of it."""
    rows = _rows(made)
    parts = parts_named(setup.devices)
    limit = most_capacity(parts)
    holds = (
        f" One {parts[0].family} holds {latex(f'{limit.value / 2**30:g} GiB')}." if limit else ""
    )
    flight = f"up to {made.top.in_flight[1]} micro-batches" if made is not None else "micro-batches"
    return rf"""
\subsection{{Memory of a step}}\label{{sec:memory-timeline}}
The pipeline is not empty when the weights change: {flight} of the first
stage are between their forward and their backward pass. The memory timeline of
one device of that stage is, at most in each phase,

\begin{{center}}
\begin{{tabular}}{{lrrrr}}
\hline
 & {" & ".join(PHASES)} \\
\hline
{rows}
\hline
\end{{tabular}}
\end{{center}}

Logits and buffers are left out.{holds} We mark the commit in a measured trace of
allocated memory, and state with which version of the weights a micro-batch in
flight runs its backward pass, what a roll-back does with its activations, and
how many bytes that moves. % Fill in the measured trace and the rule.
"""


def _rows(made: StepMemory | None) -> str:
    if made is None:
        return "\n".join(
            f"{name} & -- & -- & -- & -- \\\\"
            for name in ("states", "versions", "activations", "total")
        )
    top = made.top
    parts = [("states", (top.states,) * len(PHASES))]
    if made.versions is not None:
        parts.append(("versions", (top.versions,) * len(PHASES)))
    parts += [("activations", top.activations), ("total", top.totals)]
    return "\n".join(
        f"{name} & {' & '.join(latex(size(v)) if v else '0' for v in sizes)} \\\\"
        for name, sizes in parts
    )
