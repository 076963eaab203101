r"""## What it checks
That a gain on one kernel is carried to the whole by the share of the time that the kernel takes.

## Why it matters
A kernel that takes 30% of the step and becomes infinitely fast makes the step 1.43 times faster.
The rest does not know that it was optimized.

## What is left alone
Papers that state end-to-end numbers, kernels that are said to be measured alone, gains that claim
no more than the share allows, and factors that are not carried to anything.

## Example
```latex
Attention takes 38\% of the decoding time.
Our attention kernel is $6.2\times$ faster, so decoding becomes $6.2\times$ faster.
%                                                               ^^^^^^^^^^^ TK701: 1.47
```
Print the end-to-end factor, and the share on each workload that it is claimed for.

## References
- Amdahl, "Validity of the Single Processor Approach to Achieving Large Scale Computing
  Capabilities", AFIPS 1967.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.roofline import amdahl, amdahl_limit
from tanaka.paper.model import Asserted, Number, Paper, PartGain, TimeShare, Where
from tanaka.rules.api import (
    AppendToSection,
    AtNumber,
    BarsFigure,
    Context,
    Figure,
    Finding,
    Fix,
    FixKind,
    Outcome,
    Slot,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.sections import evaluation

_AS_IS = 0.8  # a factor carried over is at least this share of the kernel's own
_HEADLINES = (Where.ABSTRACT, Where.CONCLUSION)
_APPLICATION = ("token/s", "sample/s", "request/s")
_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


@rule("TK701", since="0.1.0")
def kernel_only_gain(ctx: Context) -> Iterator[Outcome]:
    """Asks once per kernel, at the factor that goes too far."""
    paper = ctx.paper
    if any(m.role == "ours" for m in paper.mentions_of("end-to-end", "kernel-scope")):
        return
    asked: set[str] = set()
    for claim in paper.of(PartGain):
        gain = paper.number(claim.gain)
        if (
            claim.asserted is not Asserted.YES
            or claim.part.lower() in asked
            or not gain.quantity.bounded
            or gain.quantity.point <= 1
        ):
            continue
        share = _share(paper, claim.part)
        whole = paper.number(claim.whole) if claim.whole is not None else None
        if whole is not None and not _goes_too_far(gain, whole, share):
            continue
        if whole is None and (share is not None or not (claim.carried or _silicon(paper, gain))):
            continue
        asked.add(claim.part.lower())
        yield _asked(ctx, claim, gain, whole, share)


def _share(paper: Paper, part: str) -> Number | None:
    """The share of the time stated for a kernel; None where there is none, or several."""
    found = [
        paper.number(s.share)
        for s in paper.of(TimeShare)
        if _core(s.part) == _core(part) and s.asserted is not Asserted.NO
    ]
    values = {n.quantity.point for n in found}
    usable = len(values) == 1 and found[0].quantity.bounded and 0 < found[0].quantity.point < 1
    return found[0] if usable else None


def _core(part: str) -> str:
    """What a kernel is called, without the words for its being one."""
    words = [w for w in part.lower().split() if w not in ("kernel", "unit", "engine", "operator")]
    return words[-1] if words else "kernel"


def _goes_too_far(gain: Number, whole: Number, share: Number | None) -> bool:
    """Whether the factor of the whole is that of the kernel, or more than its share allows."""
    if not whole.quantity.bounded:
        return False
    if share is None:
        return whole.quantity.point >= _AS_IS * gain.quantity.point
    most = amdahl(min(share.quantity.hard.high, 0.999), gain.quantity.hard.high)
    return whole.quantity.hard.low > most


def _silicon(paper: Paper, gain: Number) -> bool:
    """Whether it is a headline of new silicon, and the paper has no rate of the application."""
    if gain.where not in _HEADLINES or not paper.mentioned("own-silicon"):
        return False
    return not any(
        n.quantity.unit in _APPLICATION and n.asserted is Asserted.YES for n in paper.numbers
    )


def _asked(
    ctx: Context, claim: PartGain, gain: Number, whole: Number | None, share: Number | None
) -> Finding:
    d = Derivation(ctx.paper)
    factor = d.stated(f"gain of the {claim.part}", claim.gain, symbol="s")
    at = AtNumber(claim.whole if claim.whole is not None else claim.gain)
    slots = [
        Slot("kernel", claim.part),
        Slot("gain", factor.shown, factor.symbol, at=AtNumber(claim.gain)),
        Slot("line", "", at=at),
    ]
    said = (
        d.stated("gain of the whole, as written", claim.whole) if claim.whole is not None else None
    )
    figure: Figure | None = None
    if share is not None:
        part = d.stated("share of the time", share.id, symbol="f")
        f = share.quantity.literal.value / 100
        value = amdahl(f, factor.value)
        total = d.computed("gain of the whole", "1", f"1 / (1 - {part.shown} + {part.shown} / {factor.shown})",
                           lambda a, b: amdahl(a, b), part, factor, reference=amdahl.source, symbol="S")  # fmt: skip
        end = f"{printed(total.value)}×"
        d.computed("with a kernel that takes no time", "1", f"1 / (1 - {part.shown})", lambda a: amdahl_limit(a), part,
                   reference=amdahl.source, total=False)  # fmt: skip
        slots += [Slot("share", part.shown, part.symbol), Slot("e2e", end, total.symbol)]
        message = f"{factor.shown} on {part.shown} of the time is {end} for the whole"
        message += f", not {said.shown}." if said else "."
        question = f"Which is the headline, {said.shown if said else factor.shown} or {end}?"
        figure = BarsFigure(
            f"{claim.part} at {part.shown} of the time", "×",
            ((f"{claim.part} alone", gain.quantity.point, False), ("the whole, from the share", value, False),
             *((("the whole, as written", whole.quantity.point, True),) if whole else ())),
        )  # fmt: skip
        case, note = "A", f"{end} by the share stated"
    else:
        message = f"{factor.shown} is stated for the {claim.part}, and no share of the time that it takes."
        question = f"Which share of the time is the {claim.part}?"
        case, note = "C", "share of the time unknown"
    return Finding(
        "TK701", "kernel-only-gain", Verdict.OPEN, at, message, tuple(d.steps),
        operands=tuple(n.id for n in (whole, gain, share) if n is not None),
        note=note, bold=message, question=question,
        related=((AtNumber(share.id), "the share"),) if share is not None else (),
        fixes=_table(ctx, claim, gain, share), figure=figure, slots=tuple(slots), case=case,
    )  # fmt: skip


def _table(ctx: Context, claim: PartGain, gain: Number, share: Number | None) -> tuple[Fix, ...]:
    """End-to-end gain against share, with the factor stated."""
    section = evaluation(ctx.paper) or gain.section
    if not section:
        return ()
    s = gain.quantity.point
    own = {round(share.quantity.point, 4)} if share is not None else set()
    rows = "\n".join(
        f"{100 * f:g}\\% & ${amdahl(f, s):.2f}\\times$ & ${amdahl_limit(f):.2f}\\times$ \\\\"
        for f in sorted({*_SHARES, *own})
    )
    text = rf"""
\subsection{{From the {claim.part} to the whole}}\label{{sec:share}}
The {claim.part} alone is ${s:g}\times$ faster. What that is worth end to end depends on the share
of the time that it takes before (Amdahl):

\begin{{center}}
\begin{{tabular}}{{rrr}}
\hline
share of the time & whole & limit \\
\hline
{rows}
\hline
\end{{tabular}}
\end{{center}}

We profile one full run of each workload, report this share, and measure the
end-to-end gain beside the computed one. % Fill in the measured values.
"""
    return (
        Fix("Add end-to-end gain against share", FixKind.INSERT, (AppendToSection(section, text),)),
    )
