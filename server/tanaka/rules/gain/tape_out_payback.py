r"""## What it checks
That a paper which announces new silicon for use, and not as a test chip, says what pays for it.

## Why it matters
The cost of a design is spent before the first chip. At a modern node it is tens to hundreds of
millions of dollars, and a saving of a few hundred watts earns a few hundred dollars a chip.

## What is left alone
FPGA and simulator prototypes, academic test chips, and papers that speak of non-recurring cost,
break-even, amortization or cost of ownership anywhere. The cost at a node is disputed and named
so; the saving is energy alone, with the paper's own power and efficiency.

## Example
```latex
After layout, tape-out follows in 18 months, then deployment in our fleet.
%             ^^^^^^^^ TK702: what pays for it
```
Print the break-even volume: what the design costs, what a chip saves, and for how long.

## References
- Khazraee et al., "Moonwalk: NRE Optimization in ASIC Clouds", ASPLOS 2017.
- Feng and Ma, "Chiplet Actuary: A Quantitative Cost Model and Multi-Chiplet Architecture
  Exploration", DAC 2022.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.cost import (
    ELECTRICITY,
    LIFETIME,
    Default,
    break_even_units,
    energy_value,
    power_saved,
)
from tanaka.knowledge.model import ComplexityFact, Knowledge
from tanaka.paper.model import (
    Asserted,
    EfficiencyGain,
    Mention,
    Number,
    Paper,
    PowerFigure,
    Where,
)
from tanaka.rules.api import (
    AppendToSection,
    Assumption,
    AtMention,
    AtNumber,
    Context,
    Datasheet,
    Finding,
    Fix,
    FixKind,
    Outcome,
    Slot,
    Step,
    Verdict,
    rule,
)
from tanaka.rules.derivation import Derivation, printed
from tanaka.rules.sections import evaluation

_ASIDE = (Where.RELATED, Where.TABLE)


@rule("TK702", since="0.1.0")
def tape_out_payback(ctx: Context) -> Iterator[Outcome]:
    """Asks once per paper, at the words that announce the tape-out."""
    paper = ctx.paper
    announced = [m for m in paper.mentions_of("tape-out") if m.role == "ours"]
    if not announced or paper.mentions_of("payback-answer"):
        return
    at = announced[0]
    node, gain, power = _node(paper, at), _gain(paper), _power(paper)
    cost = _cost(ctx.knowledge, node) if node is not None else None
    months = _months(paper, at)
    d = Derivation(paper)
    slots = [Slot("line", "", at=AtMention(at.id))]
    numbers: list[Number] = []
    question = "How many chips pay for the tape-out?"
    case, message = "C", "A tape-out is announced, and nothing says what pays for it."
    if node is not None and cost is not None:
        numbers.append(node)
        nre = _nre(d, cost)
        slots += [Slot("nre", nre.shown, nre.symbol), Slot("node", node.quantity.shown)]
        case = "D"
        message = f"A design at {node.quantity.shown} costs about {nre.shown} (disputed), and no saving per chip is stated."
        if gain is not None and power is not None:
            numbers += [gain, power]
            saved, units = _payback(d, gain, power, nre)
            slots += [Slot("saving", saved.shown, saved.symbol),
                      Slot("units", f"{units.shown} chips", units.symbol)]  # fmt: skip
            case = "A"
            message = (
                f"At {gain.quantity.shown} and {power.quantity.shown} a chip saves {saved.shown} of electricity in {LIFETIME.shown}; "
                f"{nre.shown} at {node.quantity.shown} (disputed) take {units.shown} chips."
            )
    elif gain is not None and months is not None:
        case = "B"
        numbers += [gain, months]
        message = f"{gain.quantity.shown} today, and silicon in {_month_count(months)} months."
        question = "What does the part do that is on sale by then?"
    if gain is not None:
        factor = next((s for s in d.steps if s.symbol == "G"), None) or d.stated(
            "gain in work per joule", gain.id, symbol="G"
        )
        slots.append(Slot("gain", factor.shown, factor.symbol, at=AtNumber(gain.id)))
    if months is not None:
        time = d.stated("time to silicon", months.id)
        slots.append(Slot("months", time.shown, "", _month_count(months), AtNumber(months.id)))
    yield Finding(
        "TK702", "tape-out-payback", Verdict.OPEN, AtMention(at.id), message, tuple(d.steps),
        operands=tuple(n.id for n in numbers), note="what pays for it is not said", bold=message, question=question,
        related=tuple((AtNumber(n.id), "goes into the payback") for n in numbers),
        fixes=_lines(ctx, at, d), slots=tuple(slots), case=case,
    )  # fmt: skip


# -- what the paper states ------------------------------------------------------------------------


def _node(paper: Paper, at: Mention) -> Number | None:
    """The process node of the design: in the sentence of the tape-out, else the only one."""
    nodes = [
        n
        for n in paper.numbers
        if n.quantity.shown_unit == "nm" and n.asserted is not Asserted.NO and n.where not in _ASIDE
    ]
    own = [n for n in nodes if n.id in at.numbers]
    elsewhere = {i for m in paper.mentions_of("device") for i in m.numbers}
    candidates = own or [n for n in nodes if n.id not in elsewhere]
    return candidates[0] if len({n.quantity.point for n in candidates}) == 1 else None


def _gain(paper: Paper) -> Number | None:
    """The first stated factor of work per joule over a named part."""
    for claim in paper.of(EfficiencyGain):
        n = paper.number(claim.gain)
        if (
            claim.asserted is Asserted.YES
            and claim.device
            and n.quantity.bounded
            and n.quantity.shown_unit == "×"
            and n.quantity.point > 1
        ):
            return n
    return None


def _power(paper: Paper) -> Number | None:
    """The power of the paper's own chip: the only one that is no named part's."""
    own = [
        paper.number(p.power)
        for p in paper.of(PowerFigure)
        if not p.device and p.asserted is Asserted.YES
    ]
    own = [n for n in own if n.where not in _ASIDE and n.quantity.bounded]
    return own[0] if own and len({n.quantity.point for n in own}) == 1 else None


def _months(paper: Paper, at: Mention) -> Number | None:
    found = [paper.number(i) for i in at.numbers]
    times = [n for n in found if n.quantity.shown_unit in ("months", "month", "years", "year")]
    usable = [n for n in times if not isinstance(n.quantity.value, tuple)]
    return usable[0] if len(usable) == 1 else None


def _month_count(number: Number) -> int:
    per = 12 if number.quantity.shown_unit.startswith("year") else 1
    return round(number.quantity.literal.value * per)


# -- what it adds up to -----------------------------------------------------------------------------


def _cost(known: Knowledge, node: Number) -> ComplexityFact | None:
    """Cost of a design at a node, from a source that was seen."""
    name = f"{node.quantity.point * 1e9:g}nm"
    found = [
        f
        for f in known.facts
        if re.search(r"\bNRE\b|non-?recurring", f.topic, re.I) and f.sure
        and re.sub(r"\s", "", f.at.lower()) == name and "USD" in f.unit
    ]  # fmt: skip
    return found[0] if found else None


def _dollars(fact: ComplexityFact) -> float:
    return 1e6 if re.search(r"million|\bM\b", fact.unit) else 1.0


def _nre(d: Derivation, fact: ComplexityFact) -> Step:
    scale = _dollars(fact)
    value = fact.value * scale
    note = f"{fact.source}; a model input{', disputed' if fact.disputed else ''}"
    return d.known(f"cost of a design at {fact.at}", value, "USD", Datasheet(fact.id, note),
                   shown=_money(value), symbol="N", low=fact.low * scale, high=fact.high * scale)  # fmt: skip


def _payback(d: Derivation, gain: Number, power: Number, nre: Step) -> tuple[Step, Step]:
    """What a chip saves in its life [USD], and how many of them pay for the design."""
    factor = d.stated("gain in work per joule", gain.id, symbol="G")
    own = d.stated("power of the chip", power.id, symbol="p")
    watts = d.computed("power saved at equal work", "W", f"({factor.shown.rstrip('×')} - 1) × {own.shown}", power_saved,
                       factor, own, reference=power_saved.source, total=False, symbol="S")  # fmt: skip
    life, price = _default(d, LIFETIME, "t"), _default(d, ELECTRICITY, "c")
    worth = energy_value(watts.value, life.value, price.value)
    saved = d.computed("electricity saved by a chip", "USD", f"{printed(watts.value)} W for {life.shown} at {price.shown}", energy_value,
                       watts, life, price, reference=energy_value.source, shown=_money(worth), symbol="V")  # fmt: skip
    count = break_even_units(nre.value, saved.value)
    units = d.computed("chips until the design is paid", "1", f"{nre.shown} / {saved.shown}", break_even_units, nre, saved,
                       reference=break_even_units.source, shown=_count(count), symbol="U")  # fmt: skip
    return saved, units


def _default(d: Derivation, default: Default, symbol: str) -> Step:
    return d.known(default.name, default.value, default.unit, Assumption(default.source), shown=default.shown, symbol=symbol)  # fmt: skip


def _money(value: float) -> str:
    """Dollars with three digits: "$298 M", "$5,990", "$563"."""
    if value >= 1e9:
        return f"${printed(value / 1e9)} B"
    return f"${printed(value / 1e6)} M" if value >= 1e6 else f"${printed(value)}"


def _count(value: float) -> str:
    """A count with three digits: "49,700", "529,000"."""
    return f"{float(f'{value:.3g}'):,.0f}"


def _lines(ctx: Context, at: Mention, d: Derivation) -> tuple[Fix, ...]:
    """Three lines: cost of the design, saving per unit, lifetime."""
    section = evaluation(ctx.paper) or at.section
    if not section:
        return ()
    steps = {s.symbol: s for s in d.steps}

    def line(symbol: str, otherwise: str) -> str:
        found = steps.get(symbol)
        return found.shown.replace("$", r"\$") if found and found.shown else otherwise

    design = line("N", r"\textbf{[cost of the design]}")
    saved = line("V", r"\textbf{[saving]}")
    units = line("U", r"\textbf{[cost of the design / saving]}")
    text = rf"""
\paragraph{{What pays for the tape-out.}}
\begin{{itemize}}
\item Non-recurring cost of the design: {design}. % with its source
\item Saving per chip over its life, energy alone: {saved}. % joules per token at the wall, both sides
\item Lifetime {LIFETIME.shown.replace(" ", "~")} at full load, electricity at {ELECTRICITY.shown.replace("$", chr(92) + "$")}:
  break-even at {units} chips. % give the range
\end{{itemize}}
"""
    return (Fix("Add break-even volume", FixKind.INSERT, (AppendToSection(section, text),)),)
