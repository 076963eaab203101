"""What waiting for the slowest worker of a synchronous step costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwmodels.answer import Answer, Term
from hwmodels.heavy_tails import slowest_of
from hwmodels.straggler import (
    expected_max_bound,
    expected_max_normal,
    spread_that_eats_gain,
    step_inflation,
)
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.cli.refused import Refused
from tanaka.views.calculation import Calculation, Row, row, shown, spread

if TYPE_CHECKING:
    from tanaka.rules.api import Figure


def _straggler(given: Given) -> Calculation:
    n = given.whole("workers", 0, least=2)
    step = given.number("step", 0.0)
    share = given.reach("spread", 0.0)
    if step <= 0 or share[0] <= 0:
        raise Refused("straggler: step and spread are above zero")
    ends = [slowest_of(n, step, c * step) for c in share]
    low, high = ends[0].low, ends[1].high
    wait = low - step, high - step
    e = expected_max_normal(n)
    rows = [
        row("step of one worker", step, "s", "mean"),
        Row("its deviation", share[0] * step, share[1] * step, "s", f"{spread(100 * share[0], 100 * share[1], '1')} % of the step"),
    ]  # fmt: skip
    for i, t in enumerate(ends[0].terms):
        other = next((u for u in ends[1].terms if u.name == t.name), ends[1].terms[i])
        rows.append(Row(t.name, t.low, other.high, "s", f"slowest of {n}"))
    most = step + share[1] * step * expected_max_bound(n)
    rows.append(row("any distribution", most, "s", "no expectation passes this", expected_max_bound.source))  # fmt: skip
    inflation = step_inflation(step, wait[0]), step_inflation(step, wait[1])
    rows.append(Row("inflation", *inflation, "1", "of the mean step"))
    notes = []
    gain: float | None = None
    if given.has("gain"):
        gain = given.number("gain", 0.0)
        if gain <= 0:
            raise Refused("gain: time that a change saves in a step, above zero")
        eaten = spread_that_eats_gain(gain, e)
        notes.append(("used up", f"a deviation of {shown(eaten, 's', 3)}, {100 * eaten / step:.2g} % of the step, costs the gain of {shown(gain, 's')} (normal)"))  # fmt: skip

    def figure() -> Figure:
        from tanaka.rules.api import StragglerFigure

        sigma = share[1] * step
        assumed = tuple(a for a in (0.02, 0.05, 0.1) if not share[0] <= a <= share[1])
        return StragglerFigure(n, step, sigma, (*assumed, *share[:1]), sigma * e, gain, "workers")

    return Calculation(
        "straggler",
        f"step of {n} workers that wait for each other",
        Answer(
            low, high, "s", ends[0].kind, ends[0].convention, ends[0].source,
            (Term("wait", *wait, "s"), Term("inflation", *inflation, "1")),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        figure=figure,
    )  # fmt: skip


CALCULATORS = {
    "straggler": Calculator(
        "straggler",
        "Expected step of workers in lock-step, by the spread of one of them",
        (
            Argument("workers", "1", "in lock-step", required=True),
            Argument("step", "s", "mean time of one worker", required=True),
            Argument("spread", "1", "standard deviation as a share of the step: 5%", required=True),
            Argument("gain", "s", "time that a change saves: which spread uses it up"),
        ),
        _straggler,
        ("workers=64", "step=900ms", "spread=5%", "gain=60ms"),
    )
}
