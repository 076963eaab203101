"""Sentences about changes, true by construction or wrong by a factor, for the tests of the change rules.

Two values are drawn, a change is computed from them, and all three are printed with a habit of
rounding that authors have: rounding half up or to even, truncating, rounding twice, whole tens.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from fixture import analyse
from tanaka.rules.api import Verdict

CHECKED = {"TK101", "TK102"}


@dataclass(frozen=True)
class Metric:
    """What is measured: its words, its unit in LaTeX, a typical size, and whether less is better."""

    name: str
    unit: str
    size: float
    less: bool


METRICS = (
    Metric("latency", r"\,ms", 200, True),
    Metric("the step time", r"\,s", 3, True),
    Metric("training time", "~hours", 30, True),
    Metric("energy", r"\,J", 40, True),
    Metric("peak memory", r"\,GB", 30, True),
    Metric("throughput", r"\,tokens/s", 900, False),
    Metric("throughput", r"\,req/s", 3000, False),
    Metric("bandwidth", r"\,GB/s", 150, False),
)
# {o} and {n} are the values before and after, {f} is the larger over the smaller, {less} and
# {more} are percentages of the value before, {w} is "higher" or "lower".
FACTORS = (
    "{Name} {goes} from {o} to {n}, a ${f}\\times$ {change}.",
    "{Name} {goes} from {o} to {n} (${f}\\times$).",
    "{Name} {goes} from {o} to {n}, i.e., it is ${f}\\times$ {w}.",
    "We {make} {name} by ${f}\\times$, from {o} to {n}.",
    "{Name} of {n} is ${f}\\times$ {w} than that of Pluto ({o}).",
    "Quark reaches {n}, a ${f}\\times$ {change} over Pluto ({o}).",
    "Pluto needs {o}, while Quark needs only {n}---a ${f}\\times$ difference.",
    "{Name} {goes} $({o} \\to {n})$, ${f}\\times$ {w}.",
    "{Name} is {n} versus {o}, ${f}\\times$ {w}.",
    "On 64 GPUs {name} {goes} from {o} to {n} in 5 runs, a ${f}\\times$ {change} (Table 3).",
    "{Name} {goes} from {o} to {n}, a ${f}\\times$ {change}, and 12 of 80 requests fail.",
)
FACTORS += (
    "{Name} {goes} by a factor of {f}, from {o} to {n}.",
    "{Name} {goes} from {o} to {n}, a {f}-fold {change}.",
    "{Name} {goes} to {n} from {o}, a ${f}\\times$ {change}.",
    "{Name} is {n}, {down} from {o}, a ${f}\\times$ {change}.",
    "{Name} {goes} from {o} to {n}; this is a ${f}\\times$ {change}.",
    "We see a ${f}\\times$ ({n} vs.\\ {o}) {change} of {name}.",
    "Quark needs {n} where Pluto needs {o}, a ${f}\\times$ difference.",
    "{Name} is {n} as opposed to {o}, ${f}\\times$ {w}.",
    "A ${f}\\times$ {change} is seen: {name} {goes} from {o} to {n}.",
    "The {change} is ${f}\\times$ ({o} against {n}).",
    "Compared to {o} for Pluto, Quark has {n}, i.e., ${f}\\times$ {w}.",
    "{Name} {goes} ${f}\\times$: ${o} \\to$ {n}.",
    "With caching, {name} {goes} from {o} to {n}, which is ${f}\\times$ {w} than before.",
    "{Name} is {n} with the cache and {o} without it, a ${f}\\times$ difference.",
    "\\paragraph{{Results.}} {Name} {goes} from {o} (with a sample of 12 runs) to {n}, ${f}\\times$ {w}.",
    "\\begin{{figure}}\\caption{{{Name} {goes} from {o} to {n}, a ${f}\\times$ {change}.}}\\end{{figure}}",
)
# The same over a full stop: read, but never a proof.
CONTINUED = (
    "{Name} {goes} from {o} to {n}. This is a ${f}\\times$ {change}.",
    "{Name} {goes} from {o} to {n}. That corresponds to a {change} of ${f}\\times$.",
    "The baseline needs {o}. Ours needs {n}, i.e., ${f}\\times$ {w}.",
    "The old system has {o}. The new one has {n}, a ${f}\\times$ {change}.",
    "Our system is ${f}\\times$ better. The {metric} {goes} from {o} to {n}.",
)
# Two changes; {f} and {f2} belong to their values by their place.
RESPECTIVE = (
    "{Name} and its variance {goes} from {o} to {n} and from {o2} to {n2}, by ${f}\\times$ and ${f2}\\times$, respectively.",
    "On A and B, {name} {goes} by ${f}\\times$ and ${f2}\\times$ (from {o} to {n} and from {o2} to {n2}), respectively.",
    "On A and B, {name} {goes} from {o} and {o2} to {n} and {n2}, ${f}\\times$ and ${f2}\\times$ {w}, respectively.",
)
PERCENTAGES = (
    "{Name} {goes} from {o} to {n}, {p}\\% {w}.",
    "{Name} {goes} {p}\\%, from {o} to {n}.",
    "We {make} {name} by {p}\\% (from {o} to {n}).",
    "{Name} of {n} is {p}\\% {w} than that of Pluto ({o}).",
    "{Name} is {n} against {o} for Pluto, {p}\\% {w}.",
    "{Name} {goes} from {o} to {n}, which is a {p}\\% {noun}, at a batch size of 32.",
)
PERCENTAGES += (
    "{Name} {goes} from {o} to {n} ({minus}{p}\\%).",
    "{Name} {goes} by {p}\\%, to {n} from {o}.",
    "{Name} {goes} from {o} to {n}; this is a {p}\\% {noun}.",
    "{Name} is {n} instead of {o}, a {noun} of {p}\\%.",
    "{Name} {goes} from {o} to {n}. This is a {p}\\% {noun}.",
    "{Name} is {p}\\% {w} ({n} vs.\\ {o}).",
    "We {make} {name} from {o} to {n}, or by {p}\\%.",
)
LEFT = (
    "{Name} {goes} to {left}\\% of the original, from {o} to {n}.",
    "{Name} {goes} from {o} to {n}, {left}\\% of the original.",
)
SHARES = (
    "Accuracy {up} from {o}\\% to {n}\\%, a {d}-point {gain}.",
    "Accuracy is {n}\\%, {d}\\% {w} than the runner-up ({o}\\%).",
    "The hit rate {up} from {o}\\% to {n}\\% ({sign}{d} points).",
    "The hit rate {up} from {o}\\% to {n}\\%, a {r}\\% relative {change}.",
)
# The change {g} or {q} is of something else: another system, quantity, workload or condition.
UNRELATED = (
    "{Name} {goes} from {o} to {n}; across the suite we gain up to ${g}\\times$.",
    "{Name} {goes} from {o} to {n}, and accuracy improves by {q}\\%.",
    "{Name} {goes} from {o} to {n}, ${g}\\times$ that of Pluto.",
    "{Name} {goes} from {o} to {n} while the cost falls by ${g}\\times$.",
    "{Name} {goes} from {o} to {n}, with completion time improving by ${g}\\times$.",
    "{Name} {goes} from {o} to {n} on 8 nodes and by ${g}\\times$ on 64.",
    "Pluto needs {o}, Quark {n}, and together with caching we are ${g}\\times$ faster.",
    "{Name} is {n}, ${g}\\times$ better than the best of five systems (see Table~4).",
    "{Name} {goes} from {o} to {n} for short prompts, and by {q}\\% for long ones.",
    "At {o} we use 16 workers, at {n} 64 workers, a $4.0\\times$ increase.",
    "{Name} {goes} from {o} to {n} (at the 99th percentile: ${g}\\times$).",
    "{Name} {goes} from {o} to {n}, and ${g}\\times$ further when the cache is on.",
    "When {name} {goes} from {o} to {n}, the queue is ${g}\\times$ longer.",
    "With {name} of {o} and {n}, the two systems differ by {q}\\% in accuracy.",
    "Pluto ({o}) and Quark ({n}) are both slower than our ${g}\\times$ smaller model.",
    "{Name} {goes} from {o} to {n}, {q}\\% of which is due to the cache.",
    "{Name} {goes} from {o} to {n}, and {q}\\% of the requests miss.",
    "We read {o} and write {n}, and compression is ${g}\\times$.",
    "Our goal is to bring {name} from {o} to {n}, a ${g}\\times$ {change}.",
    "{Name} would go from {o} to {n}, a ${g}\\times$ {change}, if nothing else changed.",
    "{Name} {goes} from {o} to {n}, up to ${g}\\times$ {w} in the best case.",
)
UNRELATED += (
    "{Name} {goes} from {o} to {n} with a ${g}\\times$ larger batch.",
    "{Name} {goes} from {o} to {n}, for a ${g}\\times$ larger model.",
    "{Name} {goes} from {o} to {n} (a ${g}\\times$ larger model fits).",
    "{Name} {goes} from {o} to {n} at ${g}\\times$ the speed.",
    "{Name} {goes} from {o} to {n}, a {q}\\% improvement in perplexity.",
    "Loading needs {o} and {name} {n}, a ${g}\\times$ speedup over the old system.",
    "{Name} {goes} from {o} in the first to {n} in the last epoch, and the whole run is ${g}\\times$ faster.",
    "The share of waiting falls from 31\\% to 12\\%, a ${g}\\times$ speedup.",
    "The miss rate falls from 31\\% to 12\\%, a {q}\\% improvement in latency.",
    "{Name} {goes} from {o} to {n}, which leaves room for {q}\\% more requests.",
    "{Name} {goes} from {o} to {n} in exchange for {q}\\% more energy and {q}\\% more area.",
    "Of the 720 runs, 281 diverge, and {q}\\% of those recover.",
    "{Name} is {n}, {q}\\% of the {o} that Pluto has in reserve is unused.",
)  # fmt: skip
SHARES += (
    "Accuracy {up} from {o}\\% to {n}\\%, which is {d} percentage points {w}.",
    "Accuracy of {n}\\% is {d} points {above} Pluto's {o}\\%.",
    "The error rate {up} from {o}\\% to {n}\\%, a relative error {change} of {r}\\%.",
)
UNRELATED += (
    "{Name} {goes} from {o} to {n}. On the larger model we gain ${g}\\times$.",
    "{Name} {goes} from {o} to {n}. This allows a ${g}\\times$ larger batch.",
    "{Name} {goes} from {o} to {n}. This is a ${g}\\times$ improvement end to end.",
    "{Name} {goes} from {o} to {n}. It is ${g}\\times$ better than Pluto.",
    "Attention is ${g}\\times$ faster. The step time falls from 418\\,ms to 302\\,ms.",
    "On average we are ${g}\\times$ better. On A, {name} {goes} from {o} to {n}.",
    "Loading takes {o}. Training takes {n}, ${g}\\times$ {w} than before.",
    "Pluto needs {o}. Orca needs {n}, ${g}\\times$ {w} than Quark.",
    "Traffic falls by {q}\\%, which brings {name} from {o} to {n}.",
    "A ${g}\\times$ faster link brings {name} from {o} to {n}.",
    "It doubles the batch, and {name} {goes} from {o} to {n}.",
    "With a {g}-fold larger batch, {name} {goes} from {o} to {n}.",
    "Attention is ${g}\\times$ faster, bringing {name} from {o} to {n}.",
    "With {q}\\% sparsity, {name} {goes} from {o} to {n}.",
    "We drop {q}\\% of the layers, and {name} {goes} from {o} to {n}.",
    "{Name} {goes} from {o} to {n}, {q}\\% of the way to the bound.",
    "{Name} {goes} from {o} to {n}\\footnote{{With all caches the gain is ${g}\\times$.}} in our runs.",
)
COUNTS = (
    "We parse {a} of {b} kernels ({s}\\%).",
    "In all, {s}\\% ({a}/{b}) of the kernels parse.",
)


def printed(rng: random.Random, value: float, decimals: int) -> str:
    """A value with a number of decimals, by one of the habits of printing."""
    exact, step = Decimal(repr(value)), Decimal(1).scaleb(-decimals)
    habit = rng.choice(["up", "even", "down", "twice"])
    if habit == "twice":
        exact = exact.quantize(step / 10, ROUND_HALF_UP)
    rounding = {"even": ROUND_HALF_EVEN, "down": ROUND_DOWN}.get(habit, ROUND_HALF_UP)
    out = f"{exact.quantize(step, rounding):f}"
    whole, dot, rest = out.partition(".")
    if len(whole) > 3 and rng.random() < 0.5:
        whole = f"{int(whole):,}".replace(",", "{,}")
    return whole + dot + rest


def measured(rng: random.Random, value: float, *, coarse: bool) -> str:
    """A measurement with three or four digits, or in whole tens."""
    magnitude = math.floor(math.log10(value))
    if coarse and value >= 200:
        return f"{round(value, -1):.0f}"
    return printed(rng, value, max(0, rng.choice([2, 3]) - magnitude))


_SIUNITX = {
    r"\,ms": r"\milli\second",
    r"\,s": r"\second",
    r"\,J": r"\joule",
    r"\,GB": r"\giga\byte",
}


def with_unit(rng: random.Random, digits: str, unit: str, *, dressed: bool = True) -> str:
    """Digits and their unit, plainly or as siunitx has it."""
    if dressed and unit in _SIUNITX and "{" not in digits and rng.random() < 0.15:
        return rng.choice([r"\SI{%s}{%s}", r"\qty{%s}{%s}"]) % (digits, _SIUNITX[unit])
    return digits + unit


def sentence(rng: random.Random, wrong: float = 1.0) -> tuple[str, float]:
    """A sentence, and its change; ``wrong`` multiplies the change."""
    kind = rng.random()
    if kind < 0.12:
        b = rng.randint(40, 900)
        a = rng.randint(b // 5, b // 2)
        share = min(100 * a / b * wrong, 99.0)
        decimals = rng.choice([0, 1])
        text = rng.choice(COUNTS).format(a=a, b=b, s=printed(rng, share, decimals))
        return text, share
    if kind < 0.3:
        old, new = rng.uniform(30, 70), rng.uniform(71, 98)
        if rng.random() < 0.5:
            old, new = new, old
        up, d = new > old, abs(new - old) * wrong
        text = rng.choice(SHARES).format(
            up="rises" if up else "falls", o=f"{old:.1f}", n=f"{new:.1f}", d=printed(rng, d, 1),
            r=printed(rng, 100 * abs(new - old) / old * wrong, 0), gain="gain" if up else "loss",
            change="increase" if up else "reduction", sign="+" if up else "-", w="higher" if up else "lower",
            above="above" if up else "below",
        )  # fmt: skip
        return text, d
    metric = rng.choice(METRICS)
    old = metric.size * math.exp(rng.gauss(0, 0.7))
    ratio = rng.choice([rng.uniform(1.15, 2.2), rng.uniform(2, 9)])
    down = metric.less
    new = old / ratio if down else old * ratio
    coarse = rng.random() < 0.15
    other = wrong == 1.0 and rng.random() < 0.3
    o, n = (with_unit(rng, measured(rng, v, coarse=coarse), metric.unit) for v in (old, new))
    shared = {
        "o": o, "n": n, "name": metric.name, "Name": metric.name[0].upper() + metric.name[1:],
        "metric": metric.name.removeprefix("the "), "goes": "falls" if down else "rises",
        "make": "reduce" if down else "raise", "w": "lower" if down else "higher",
        "change": "reduction" if down else "increase", "noun": "reduction" if down else "increase",
        "down": "down" if down else "up", "minus": "$-$" if down else "+",
    }  # fmt: skip
    if other:
        g, q = f"{rng.uniform(1.1, 9):.1f}", f"{rng.uniform(3, 90):.0f}"
        return rng.choice(UNRELATED).format(g=g, q=q, **shared), 0.0
    factor = max(ratio * wrong, 0.01)
    if kind < 0.65:
        f = printed(rng, factor, 2 if factor < 1 else rng.choice([1, 2]))
        return rng.choice(FACTORS + CONTINUED).format(f=f, **shared), factor
    if kind < 0.72:
        again = rng.uniform(1.3, 5)
        scale = rng.uniform(0.5, 2)
        o2 = measured(rng, old * scale, coarse=False) + metric.unit
        n2 = (
            measured(rng, old * scale / again if down else old * scale * again, coarse=False)
            + metric.unit
        )
        f, f2 = (printed(rng, v, 2) for v in (factor, again))
        return rng.choice(RESPECTIVE).format(f=f, f2=f2, o2=o2, n2=n2, **shared), factor
    if kind < 0.76 and down:
        left = min(100 / ratio * wrong, 99.0)
        return rng.choice(LEFT).format(left=printed(rng, left, rng.choice([0, 1])), **shared), left
    percent = 100 * (1 - 1 / ratio if down else ratio - 1) * wrong
    text = rng.choice(PERCENTAGES).format(p=printed(rng, percent, rng.choice([0, 1])), **shared)
    return text, percent


def verdicts(texts: list[str]) -> list[set[Verdict]]:
    """Verdicts on each of some sentences, each a paragraph of its own."""
    body = "\n\n".join(texts)
    report = analyse(
        {"main.tex": "\\documentclass{article}\n\\begin{document}\n" + body + "\n\\end{document}\n"}
    )
    assert not report.failures
    text = report.texts["main.tex"]
    starts, at = [], 0
    for t in texts:
        at = text.index(t, at)
        starts.append(at)
    out: list[set[Verdict]] = [set() for _ in texts]
    for item in report.findings:
        if item.finding.code in CHECKED:
            out[max(i for i, s in enumerate(starts) if s <= item.span.start)].add(
                item.finding.verdict
            )
    return out
