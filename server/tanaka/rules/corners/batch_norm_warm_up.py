r"""## What it checks
That a paper that trains with batch normalisation on small batches per device, or with late or local
updates, says whose statistics are used: synchronised, recomputed, frozen, or each device's own.

## Why it matters
A device sees only its own samples, so the mean of a small batch is noisy; the running statistics of
a step keep a share of their start; and no gradient carries them, so each replica ends up with its
own, and evaluates with them.

## What is left alone
Layer, group and root-mean-square norms, frozen, folded or synchronised batch normalisation,
inference, related work, and batches of more than 16 samples per device without late updates.

## Example
```latex
We train ResNet-50 with batch normalisation on 32 workers with data parallelism.
%                       ^^^^^^^^^^^^^^^^^^^ TK504: 0.25 standard deviations
Each worker takes 16 images.
```
Report accuracy with synchronised and with recomputed statistics, and sweep the batch per device.

## References
- Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
  Covariate Shift", ICML 2015.
- Wu and He, "Group Normalization", ECCV 2018.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.normalization import initial_weight_left, mean_noise
from tanaka.paper.setup import Known, chapter, own, told, training_setup, trains
from tanaka.rules.api import (
    Assumption,
    AtMention,
    AtNumber,
    Context,
    Finding,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.corners.experiment import first, insert, latex, short
from tanaka.rules.derivation import Derivation, printed

_LATE = ("stale-update", "local-updates")
_KINDS = ("asynchronous-update", "bounded-staleness", "local-updates")
_SMALL = 16
_MOMENTUM = 0.1
_ELSEWHERE = "each replica has its own, and no gradient carries them"


@rule("TK504", since="0.1.0")
def batch_norm_warm_up(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, at its first own word of batch normalisation."""
    paper = ctx.paper
    trigger = first(own(paper, "batch-norm"))
    if trigger is None or not trains(paper) or told(paper, "batch-norm-answer"):
        return
    setup = training_setup(paper)
    here = chapter(paper, trigger)
    late = [m for m in own(paper, *_LATE) if chapter(paper, m) == here]
    batch = setup.batch or (setup.micro_batch if own(paper, "pipeline-parallelism") else None)
    small = batch is not None and 1 <= batch.count <= _SMALL
    if not small and not late:
        return
    d = Derivation(paper)
    slots: list[Slot] = []
    operands = [batch.id] if batch is not None else []
    words = {"stale-update": "late gradients", "local-updates": "local updates"}
    case, message, bold = (
        "C",
        f"Batch normalisation meets {words[late[0].what] if late else ''}, and nothing says whose statistics are evaluated.",
        "The samples of a device's statistics are not stated.",
    )
    if batch is not None:
        case, message, bold = _noise(d, batch, slots)
        left = _left(d, setup.warm_up, setup.momentum, slots)
        if left is not None and setup.warm_up is not None:
            operands.append(setup.warm_up.id)
            if setup.momentum is not None:
                operands.append(setup.momentum.id)
                case, message = "A", (
                    f"{left.shown} of the initial running statistics are left after {setup.warm_up.count:,} steps, and "
                    f"{batch.count} samples per device make each update; nothing says whose statistics are evaluated."
                )  # fmt: skip
    if late:
        slots.append(
            Slot(
                "mechanism",
                {"stale-update": "asynchrony", "local-updates": "local training"}[late[0].what],
            )
        )
    yield Finding(
        "TK504", "batch-norm-warm-up", Verdict.OPEN, AtMention(trigger.id), message, tuple(d.steps),
        operands=tuple(operands), note="whose statistics?", bold=bold,
        question="Are the statistics synchronised, recomputed, or each device's own?",
        related=tuple((AtNumber(k.id), w) for k, w in ((batch, "samples per device"),) if k),
        fixes=insert("Add batch normalisation experiment", paper, trigger, _experiment(batch)),
        slots=tuple(slots), case=case, mechanisms=tuple(dict.fromkeys(m.what for m in own(paper, *_KINDS))),
    )  # fmt: skip


def _noise(d: Derivation, batch: Known, slots: list[Slot]) -> tuple[str, str, str]:
    """Noise of a mean over the samples of one device, if each sample counts once."""
    count = d.stated("samples per device", batch.id, symbol="b", inferred=batch.why)
    noise = d.computed("noise of a batch's mean, at most", "1", f"in standard deviations, of {count.shown} samples",
                       mean_noise, count, reference=f"{mean_noise.source}; less where the positions of a sample differ",
                       shown=short(mean_noise(batch.value)), symbol="e")  # fmt: skip
    slots += [
        Slot("batch", str(batch.count), "b", count=batch.count, at=AtNumber(batch.id)),
        Slot("noise", f"up to {noise.shown} standard deviations", "e"),
    ]
    return (
        "B",
        f"{batch.count} samples per device leave a noise of up to {noise.shown} standard deviations in each batch's mean, "
        "and nothing says whose statistics are evaluated.",
        f"{batch.count} samples per device: {_ELSEWHERE}.",
    )  # fmt: skip


def _left(
    d: Derivation, steps: Known | None, momentum: Known | None, slots: list[Slot]
) -> Step | None:
    """Weight of the initial statistics after the stated warm-up."""
    if steps is None:
        return None
    count = d.stated("steps of warm-up", steps.id, symbol="k", inferred=steps.why, exact=True)
    m = (
        d.stated("weight of a new batch", momentum.id, symbol="m", exact=True)
        if momentum is not None
        else d.known(
            "weight of a new batch",
            _MOMENTUM,
            "1",
            Assumption("momentum 0.1, a common default"),
            shown=f"{_MOMENTUM:g}",
            symbol="m",
        )
    )
    value = initial_weight_left(m.value, count.value)
    shown = f"{printed(100 * value, 2)}%" if value >= 1e-4 else "less than 0.01%"
    slots.append(Slot("k", f"{steps.count:,}", "k", count=steps.count, at=AtNumber(steps.id)))
    slots.append(Slot("left", shown, "w"))
    return d.computed("of the initial statistics that is left", "%", f"(1 - {m.shown})^{count.shown}",
                      initial_weight_left, m, count, reference=initial_weight_left.source, shown=shown, symbol="w")  # fmt: skip


def _experiment(batch: Known | None) -> str:
    """A subsection that sweeps the batch per device around the stated one."""
    b = batch.count if batch is not None else 16
    levels = sorted({max(1, b // 4), max(1, b // 2), b, 2 * b, 4 * b})
    rows = "\n".join(f"{v} & {latex(short(mean_noise(v)))} \\\\" for v in levels)
    return rf"""
\subsection{{Batch statistics}}\label{{sec:batch-statistics}}
No gradient carries the running statistics of batch normalisation. If every
sample counts once, the mean over the samples of one device has a noise of

\begin{{center}}
\begin{{tabular}}{{rr}}
\hline
samples per device & noise (standard deviations) \\
\hline
{rows}
\hline
\end{{tabular}}
\end{{center}}

At one global batch we vary the samples per device and report accuracy with each
device's own statistics, with synchronised batch normalisation, and with
statistics recomputed before evaluation, during warm-up and at the end, over five
runs. % Fill in the measured accuracies.
"""
