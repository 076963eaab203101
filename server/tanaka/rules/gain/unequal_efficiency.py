r"""## What it checks
That a gain in work per joule over a named part compares the same thing on both sides: the same
number format, and power that is measured at the same boundary.

## Why it matters
A TDP is the most that a board may draw; power after layout leaves out memory, regulators and
host. Four bits a weight move a quarter of the bytes of sixteen. Each of these is a factor before
the idea begins.

## What is left alone
Comparisons at the wall, at one level for both sides, or normalized to one process node; the same
format on both sides; and gains over parts whose power basis is not named.

## Example
```latex
Post-layout, FlowDec draws 120\,W.
At the H100's 700\,W TDP it is $20\times$ more energy-efficient.
%                              ^^^^^^^^^^ TK704: post-layout
```
Measure joules per token at the wall on both sides, in the same number format.

## References
- Sze et al., "Efficient Processing of Deep Neural Networks: A Tutorial and Survey", Proceedings
  of the IEEE 105(12), 2017, on what an efficiency figure must name.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.decode import MODEL_NAME, bits
from tanaka.paper.model import Asserted, DecodeRate, EfficiencyGain, Mention, Number, Paper, Where
from tanaka.rules.api import (
    AppendToSection,
    Assumption,
    AtMention,
    AtNumber,
    Context,
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


@rule("TK704", since="0.1.0")
def unequal_efficiency(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, at the first gain whose two sides differ."""
    paper = ctx.paper
    if any(m.role == "ours" for m in paper.mentions_of("wall-power")):
        return
    for claim in paper.of(EfficiencyGain):
        gain = paper.number(claim.gain)
        if claim.asserted is not Asserted.YES or not claim.device or gain.where is Where.RELATED:
            continue
        formats = _formats(paper, claim)
        chip = next((m for m in paper.mentions_of("chip-power") if m.role == "ours"), None)
        boundary = chip is not None and bool(claim.basis)
        if not boundary and formats is None:
            continue
        yield _asked(ctx, claim, gain, formats, chip if boundary else None)
        return


def _formats(paper: Paper, claim: EfficiencyGain) -> tuple[str, str] | None:
    """Number formats of both sides, ours first, where ours is the narrower; None where not known.

    Either the sentence names both, or rates of the same part and of the paper's own system do.
    """
    if len(claim.formats) == 2:
        widths = [bits(f) for f in claim.formats]
        if None not in widths and widths[0] != widths[1]:
            narrow, wide = sorted(claim.formats, key=lambda f: bits(f) or 0.0)
            return narrow, wide
        return None
    if len(claim.formats) > 2:
        return None
    rates = [r for r in paper.of(DecodeRate) if r.weights and r.asserted is Asserted.YES]
    theirs = {bits(r.weights): r.weights for r in rates if r.device == claim.device}
    ours = {bits(r.weights): r.weights for r in rates if not r.device and _own(paper, r)}
    if len(theirs) != 1 or len(ours) != 1:
        return None
    (their_bits, their_name), (our_bits, our_name) = *theirs.items(), *ours.items()
    if our_bits is None or their_bits is None or our_bits >= their_bits:
        return None
    return our_name, their_name


def _own(paper: Paper, rate: DecodeRate) -> bool:
    """Whether a rate may be of the paper's own system: its sentence names no other."""
    names = {dict(m.settings).get("name", "") for m in paper.mentions_of("own-name")}
    entity = paper.number(rate.rate).entity
    return not names or entity in names or not entity or MODEL_NAME.match(entity) is not None


def _asked(
    ctx: Context, claim: EfficiencyGain, gain: Number, formats: tuple[str, str] | None, chip: Mention | None
) -> Finding:  # fmt: skip
    d = Derivation(ctx.paper)
    factor = d.stated("gain in work per joule", claim.gain, symbol="G")
    slots = [Slot("claim", factor.shown, factor.symbol, at=AtNumber(claim.gain)),
             Slot("line", "", at=AtNumber(claim.gain)), Slot("device", claim.device)]  # fmt: skip
    question = f"How much of {factor.shown} is left with both sides at the wall?"
    basis = "TDP" if "TDP" in claim.basis else claim.basis
    message, case = "", "B"
    if chip is not None:
        message = f"{factor.shown} holds power of the chip alone (post-layout or simulated) against the {basis} of the {claim.device}"
    if formats is not None:
        narrow, wide = formats
        joined = f"{narrow} against {wide}"
        message += (
            f", and {joined}" if message else f"{factor.shown} holds {joined} on the {claim.device}"
        )
        ratio = (bits(wide) or 1.0) / (bits(narrow) or 1.0)
        share = d.known("bytes a weight, theirs over ours", ratio, "1",
                        Assumption("joules follow bytes read, as in decoding at small batch"),
                        shown=f"{ratio:g}", symbol="q")  # fmt: skip
        slots += [Slot("ours", narrow), Slot("theirs", wide), Slot("axis", "bytes a weight")]
        if gain.quantity.shown_unit == "×":
            net = d.computed("gain at equal bytes", "1", f"{factor.shown} / {share.shown}", lambda g, q: g / q,
                             factor, share, symbol="E")  # fmt: skip
            slots.append(Slot("gain", f"{printed(net.value)}×", net.symbol))
            case = "A"
        if chip is None:
            question = f"How much of {factor.shown} is left at equal bytes a weight?"
    else:
        slots += [Slot("ours", "power of the chip alone"), Slot("theirs", f"the {basis} of the {claim.device}"),
                  Slot("axis", "the boundary of the measurement")]  # fmt: skip
    return Finding(
        "TK704", "unequal-efficiency", Verdict.OPEN, AtNumber(claim.gain), f"{message}.", tuple(d.steps),
        operands=(claim.gain,), note="the two sides are not the same", bold=f"{message}.", question=question,
        related=((AtMention(chip.id), "power of the chip alone"),) if chip is not None else (),
        fixes=_measured(ctx, claim, gain), slots=tuple(slots), case=case,
    )  # fmt: skip


def _measured(ctx: Context, claim: EfficiencyGain, gain: Number) -> tuple[Fix, ...]:
    """A table of joules per token, both sides at the wall and in both formats."""
    section = evaluation(ctx.paper) or gain.section
    if not section:
        return ()
    text = rf"""
\subsection{{Energy at the wall}}\label{{sec:wall}}
We measure both systems at the wall, memory and host included, in the same
number format and on the same prompts.

\begin{{center}}
\begin{{tabular}}{{lrrr}}
\hline
system & format & tokens/s & J/token \\
\hline
ours & & & \\ % Fill in the measured values.
{claim.device}, our format & & & \\
{claim.device}, as compared so far & & & \\
\hline
\end{{tabular}}
\end{{center}}
"""
    return (Fix("Add energy at the wall", FixKind.INSERT, (AppendToSection(section, text),)),)
