"""Sentences that are true by construction are never called impossible, and false ones are found.

Two values are drawn, a change is computed from them, and all three are printed with a habit of
rounding that authors have: rounding half up or to even, truncating, rounding twice, whole tens.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest

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
PERCENTAGES = (
    "{Name} {goes} from {o} to {n}, {p}\\% {w}.",
    "{Name} {goes} {p}\\%, from {o} to {n}.",
    "We {make} {name} by {p}\\% (from {o} to {n}).",
    "{Name} of {n} is {p}\\% {w} than that of Pluto ({o}).",
    "{Name} is {n} against {o} for Pluto, {p}\\% {w}.",
    "{Name} {goes} from {o} to {n}, which is a {p}\\% {noun}, at a batch size of 32.",
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


def sentence(rng: random.Random, wrong: float = 1.0) -> tuple[str, float]:
    """A sentence, and how many digits its change has; ``wrong`` multiplies the change."""
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
        )  # fmt: skip
        return text, d
    metric = rng.choice(METRICS)
    old = metric.size * math.exp(rng.gauss(0, 0.7))
    ratio = rng.choice([rng.uniform(1.15, 2.2), rng.uniform(2, 9)])
    down = metric.less
    new = old / ratio if down else old * ratio
    coarse = rng.random() < 0.15
    other = wrong == 1.0 and rng.random() < 0.3
    o, n = (measured(rng, v, coarse=coarse) + metric.unit for v in (old, new))
    shared = {
        "o": o, "n": n, "name": metric.name, "Name": metric.name[0].upper() + metric.name[1:],
        "goes": "falls" if down else "rises", "make": "reduce" if down else "raise",
        "w": "lower" if down else "higher", "change": "reduction" if down else "increase",
        "noun": "reduction" if down else "increase",
    }  # fmt: skip
    if other:
        g, q = f"{rng.uniform(1.1, 9):.1f}", f"{rng.uniform(3, 90):.0f}"
        return rng.choice(UNRELATED).format(g=g, q=q, **shared), 0.0
    if kind < 0.65:
        factor = max(ratio * wrong, 0.01)
        text = rng.choice(FACTORS).format(f=printed(rng, factor, rng.choice([1, 2])), **shared)
        return text, factor
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


@pytest.mark.parametrize("seed", range(6))
def test_no_true_sentence_is_impossible(seed: int) -> None:
    rng = random.Random(seed)
    texts = [sentence(rng)[0] for _ in range(150)]
    wrong = [t for t, v in zip(texts, verdicts(texts), strict=True) if Verdict.IMPOSSIBLE in v]
    assert not wrong


@pytest.mark.parametrize("seed", range(3))
def test_true_sentences_are_hardly_ever_doubted(seed: int) -> None:
    rng = random.Random(100 + seed)
    texts = [sentence(rng)[0] for _ in range(150)]
    doubted = [t for t, v in zip(texts, verdicts(texts), strict=True) if v]
    assert len(doubted) <= 1, doubted


@pytest.mark.parametrize("seed", range(3))
def test_most_wrong_changes_are_found(seed: int) -> None:
    rng = random.Random(200 + seed)
    texts = [
        sentence(rng, rng.choice([rng.uniform(1.5, 3), 1 / rng.uniform(1.5, 3)]))[0]
        for _ in range(120)
    ]
    found = [bool(v) for v in verdicts(texts)]
    missed = [t for t, f in zip(texts, found, strict=True) if not f]
    assert sum(found) >= 0.75 * len(texts), missed
