r"""## What it checks
That a paper that trains in FP16 or FP8, or writes a kernel for them, says what happens to numbers
too small for the format: loss scaling, subnormals, the width of the accumulator.

## Why it matters
FP16 has its full precision down to 6.10e-5 and nothing below 5.96e-8, and gradients live there.
Hardware keeps subnormals or flushes them, compilers have a switch for it, and a kernel of one's own
inherits neither. A running sum of equal terms in FP16 stops growing at 2,048 of them.

## What is left alone
BF16, whose range is that of FP32; FP16 used by others; formats used for inference without a kernel
of one's own; papers that name loss scaling, subnormals, a wider accumulator, scales per tile,
tolerances or calibration anywhere.

## Example
```latex
To speed up training, our custom kernel computes the gradient of attention in FP16.
%                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TK503: 6.10e-5
```
State loss scaling, how subnormals are handled, and the format that the kernel adds up in.

## References
- Micikevicius et al., "Mixed Precision Training", ICLR 2018.
- Micikevicius et al., "FP8 Formats for Deep Learning", arXiv 2209.05433, 2022.
- IEEE, "Standard for Floating-Point Arithmetic", IEEE 754-2019.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.numerics import FORMATS, Format, longest_sum, share_below
from tanaka.paper.model import Mention, Paper
from tanaka.paper.setup import Known, own, told, training_setup, trains
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
from tanaka.rules.corners.experiment import first, insert
from tanaka.rules.derivation import Derivation, printed

# FP8 is two formats; the one with the wider range is the friendlier.
_TRAPS = {
    "fp16-kernel": ("FP16", True),
    "fp8-kernel": ("FP8 E5M2", True),
    "reduced-kernel": ("", True),
    "fp16-training": ("FP16", False),
    "fp8-training": ("FP8 E5M2", False),
}
_ANSWERS = ("range-answer", "loss-scaling")
_DECADE = 1.0


@rule("TK503", since="0.1.0")
def low_precision_range(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper: of its own kernel first, then of its training."""
    paper = ctx.paper
    if told(paper, *_ANSWERS):
        return
    found = next(((w, m) for w in _TRAPS if (m := first(_traps(paper, w))) is not None), None)
    if found is None:
        return
    what, trigger = found
    name, kernel = _TRAPS[what]
    setup = training_setup(paper)
    d = Derivation(paper)
    format = FORMATS.get(name)
    slots: list[Slot] = []
    case, message, bold = "C", "", ""
    if format is not None:
        slots, case, message, bold = _range(d, format, setup.gradient, kernel)
    else:
        message = (
            "Nothing says what the kernel of reduced precision does with numbers below its range."
        )
        bold = "The format of the kernel and its subnormals are not stated."
    asked = "What does the kernel do with a subnormal, and in what width does it add?" if kernel else "What keeps small gradients from becoming zero?"  # fmt: skip
    yield Finding(
        "TK503", "low-precision-range", Verdict.OPEN, AtMention(trigger.id), message, tuple(d.steps),
        operands=(setup.gradient.id,) if format is not None and setup.gradient else (),
        note="neither loss scaling nor subnormals are mentioned", bold=bold, question=asked,
        fixes=insert("Add range experiment", paper, trigger, _experiment(format or FORMATS["FP16"], kernel)),
        slots=tuple(slots), case=case,
        mechanisms=tuple(dict.fromkeys(m.what for m in own(paper, "fp8", "mixed-precision"))),
    )  # fmt: skip


def _traps(paper: Paper, what: str) -> tuple[Mention, ...]:
    """Own kernels of one format; own training of it, where the paper trains at all."""
    found = own(paper, what)
    return found if what.endswith("kernel") or trains(paper) else ()


def _range(
    d: Derivation, format: Format, gradient: Known | None, kernel: bool
) -> tuple[list[Slot], str, str, str]:
    """Steps of a format's range, and what of the stated gradient lies below it."""
    short = format.name.partition(" ")[0]
    source = Computed(format.source)
    normal = d.known(f"smallest normal number of {format.name}", format.normal, "1", source,
                     shown=_small(format.normal), symbol="x")  # fmt: skip
    tiny = d.known("smallest subnormal number", format.subnormal, "1", source,
                   shown=_small(format.subnormal), symbol="y")  # fmt: skip
    longest = longest_sum(format.significand)
    d.known("equal terms at which a sum in it stops growing", longest, "1", Computed(longest_sum.source),
            shown=f"{longest:,.0f}", symbol="n")  # fmt: skip
    slots = [Slot("fmt", short), Slot("tiny", normal.shown, "x"), Slot("smallest", tiny.shown, "y")]
    unsaid = (
        "nothing says what the kernel does with subnormals or in what width it adds"
        if kernel
        else "neither loss scaling nor subnormals are mentioned"
    )
    if gradient is None:
        return (
            slots, "B",
            f"{normal.shown} is where {format.name} begins to lose precision and {tiny.shown} where it ends, "
            f"and {unsaid}.",
            f"{format.name} ends at {tiny.shown}.",
        )  # fmt: skip
    median = d.stated("typical gradient", gradient.id, symbol="g")
    spread = d.known("standard deviation of its logarithm", _DECADE, "1",
                     Assumption("log-normal gradients, one decade wide"), shown="1 decade", symbol="s")  # fmt: skip
    share = share_below(format.normal, median.value, spread.value)
    low, high = sorted(
        share_below(format.normal, v, spread.value) for v in (median.low, median.high)
    )
    shown = f"{printed(100 * share, 2)}%"
    d.steps.append(Step("entries below the smallest normal number", share, low, high, "%",
                        f"share of a log-normal below {normal.shown}", Computed("log-normal distribution"),
                        True, shown, "f"))  # fmt: skip
    slots += [Slot("flushed", shown, "f"), Slot("gradient", median.shown, "g", at=AtNumber(gradient.id))]  # fmt: skip
    side = "below" if median.value < format.normal else "above"
    return (
        slots, "A",
        f"{median.shown} as a typical gradient is {side} {normal.shown}, the smallest normal number of "
        f"{format.name}, and {unsaid}.",
        f"{format.name} has its full precision down to {normal.shown}.",
    )  # fmt: skip


def _small(value: float) -> str:
    """A small number as programs print it: 6.10e-5."""
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _experiment(format: Format, kernel: bool) -> str:
    """A subsection with the limits of the formats in question, and the factors to vary."""
    names = ["FP16", "BF16"] if format.name == "FP16" else ["FP8 E4M3", "FP8 E5M2", "BF16"]

    def power(value: float) -> str:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"${mantissa}\\times10^{{{int(exponent)}}}$"

    rows = "\n".join(
        f"{n} & {power(f.subnormal)} & {power(f.normal)} & {power(f.largest)} & "
        f"{longest_sum(f.significand):,.0f} \\\\".replace(",", "{,}")
        for n in names
        for f in (FORMATS[n],)
    )
    test = (
        "The kernel is tested with $2^{-20}$ and with $2^{-24}$ as input, against a reference in FP64.\n"
        if kernel
        else ""
    )
    return rf"""
\subsection{{Range of {format.name}}}\label{{sec:range}}
Numbers below the smallest normal number lose bits, or are flushed to zero, and
long sums stop growing:

\begin{{center}}
\begin{{tabular}}{{lrrrr}}
\hline
format & smallest subnormal & smallest normal & largest & longest sum of ones \\
\hline
{rows}
\hline
\end{{tabular}}
\end{{center}}

We vary loss scaling (none, static, dynamic), the handling of subnormals (kept,
flushed to zero) and the accumulator (16 and 32 bits), and report for each layer
the share of the gradient below the smallest normal number, the steps that are
skipped, and the final loss against BF16.
{test}% Fill in the measured shares.
"""
