"""Bubbles of pipelines: both conventions, and formulas against schedules that are played out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels import pipeline
from hwmodels.formula import OutsideValidity
from hwmodels.pipeline_step import BUBBLES, Passes, schedule_step
from hwmodels.schedules import Schedule

few = settings(max_examples=30, deadline=None, database=None, derandomize=True)
stages, micro_batches = st.integers(1, 12), st.integers(1, 24)
EQUAL = Passes(1.0, 1.0, 1.0)

# A pass is its kind, its micro-batch and its chunk of the model: chunk c is on stage c mod p.
Pass = tuple[str, int, int]


def played(orders: list[list[Pass]], seconds: dict[str, float], chunks: int) -> float:
    """Longest time from the first to the last pass of a stage when each does its list in order."""
    done: dict[Pass, float] = {}
    at = [0] * len(orders)
    clock = [0.0] * len(orders)
    start = [math.inf] * len(orders)

    def needs(kind: str, batch: int, chunk: int) -> list[Pass]:
        if kind == "F":
            return [("F", batch, chunk - 1)] if chunk else []
        if kind == "B":
            return [("F", batch, chunk)] + ([("B", batch, chunk + 1)] if chunk + 1 < chunks else [])
        return [("B", batch, chunk)]

    while any(at[s] < len(orders[s]) for s in range(len(orders))):
        moved = False
        for s, order in enumerate(orders):
            while at[s] < len(order) and all(n in done for n in needs(*order[at[s]])):
                here = order[at[s]]
                begin = max([clock[s], *(done[n] for n in needs(*here))])
                start[s] = min(start[s], begin)
                done[here] = clock[s] = begin + seconds[here[0]]
                at[s] += 1
                moved = True
        assert moved, "the schedule waits for itself"
    return max(c - s for c, s in zip(clock, start, strict=True))


def gpipe(p: int, m: int) -> list[list[Pass]]:
    return [
        [("F", i, s) for i in range(m)] + [("B", i, s) for i in reversed(range(m))]
        for s in range(p)
    ]


def one_f_one_b(p: int, m: int) -> list[list[Pass]]:
    orders = []
    for s in range(p):
        ahead = min(p - s - 1, m)
        order = [("F", i, s) for i in range(ahead)]
        for i in range(m):
            if i + ahead < m:
                order.append(("F", i + ahead, s))
            order.append(("B", i, s))
        orders.append(order)
    return orders


def interleaved(p: int, m: int, v: int) -> list[list[Pass]]:
    """Megatron-LM's order: groups of p micro-batches through each chunk in turn."""

    def nth(k: int, s: int, kind: str) -> Pass:
        group, place = divmod(k, p * v)
        chunk, within = divmod(place, p)
        chunk = chunk if kind == "F" else v - 1 - chunk
        return kind, group * p + within, chunk * p + s

    orders = []
    for s in range(p):
        ahead = min(2 * (p - s - 1) + (v - 1) * p, m * v)
        order = [nth(k, s, "F") for k in range(ahead)]
        for k in range(m * v):
            if k + ahead < m * v:
                order.append(nth(k + ahead, s, "F"))
            order.append(nth(k, s, "B"))
        orders.append(order)
    return orders


def zb_h1(p: int, m: int) -> list[list[Pass]]:
    """1F1B whose gradients of weights wait: stage s does them s micro-batches later."""
    orders = []
    for s, base in enumerate(one_f_one_b(p, m)):
        order: list[Pass] = []
        for kind, i, chunk in base:
            order.append((kind, i, chunk))
            if kind == "B" and i >= s:
                order.append(("W", i - s, chunk))
        order += [("W", i, s) for i in range(max(0, m - s), m)]
        orders.append(order)
    return orders


@few
@given(stages, micro_batches, st.floats(0.1, 3.0))
def test_gpipe_and_1f1b_take_as_long_as_the_formula_says(p: int, m: int, backward: float) -> None:
    expected = m * (1 + backward) + pipeline.idle_1f1b(p, 1.0, backward, 1)
    seconds = {"F": 1.0, "B": backward}
    for orders in (gpipe(p, m), one_f_one_b(p, m)):
        assert played(orders, seconds, p) == pytest.approx(expected)
    for name in ("GPipe", "1F1B"):
        step = schedule_step(name, p, m, Passes(1.0, backward / 2, backward / 2))
        assert step.low == step.high == pytest.approx(expected)


@few
@given(st.integers(2, 6), st.integers(1, 4), st.integers(2, 4))
def test_interleaving_divides_the_bubble(p: int, rounds: int, v: int) -> None:
    m = p * rounds
    found = played(interleaved(p, m, v), {"F": 1.0 / v, "B": 2.0 / v}, p * v)
    assert found == pytest.approx(3 * m + pipeline.idle_1f1b(p, 1.0, 2.0, v))
    step = schedule_step("interleaved 1F1B", p, m, Passes(1.0, 1.0, 1.0), v)
    assert found == pytest.approx(step.low)


def zb_h2(p: int, m: int) -> list[list[Pass]]:
    """Twice the forward passes ahead, and gradients of weights 2s micro-batches later."""
    orders = []
    for s in range(p):
        ahead = min(2 * (p - s - 1), m)
        order: list[Pass] = [("F", i, s) for i in range(ahead)]
        for i in range(m):
            if i + ahead < m:
                order.append(("F", i + ahead, s))
            order.append(("B", i, s))
            if i >= 2 * s:
                order.append(("W", i - 2 * s, s))
        order += [("W", i, s) for i in range(max(0, m - 2 * s), m)]
        orders.append(order)
    return orders


@few
@given(st.integers(1, 7), st.integers(0, 12), st.floats(0.5, 2.0), st.floats(0.0, 1.0))
def test_zero_bubble_schedules_leave_what_the_formula_says(
    p: int, more: int, inputs: float, share: float
) -> None:
    weights = share * min(1.0, (1.0 + inputs) / 2)
    seconds, passes = {"F": 1.0, "B": inputs, "W": weights}, Passes(1.0, inputs, weights)
    for name, orders, least in (("ZB-H1", zb_h1, p), ("ZB-H2", zb_h2, 2 * p - 1)):
        step = schedule_step(name, p, least + more, passes)
        assert played(orders(p, least + more), seconds, p) == pytest.approx(step.low), name
        assert step.kind == "identity"


@pytest.mark.parametrize("p", [2, 3, 8])
def test_fewer_micro_batches_leave_more_than_the_formula_says(p: int) -> None:
    seconds = {"F": 1.0, "B": 1.0, "W": 1.0}
    for name, orders, least in (("ZB-H1", zb_h1, p), ("ZB-H2", zb_h2, 2 * p - 1)):
        m = least - 1
        idle = played(orders(p, m), seconds, p) - 3 * m
        assert idle > schedule_step(name, p, least, EQUAL).terms[1].low
        with pytest.raises(OutsideValidity, match=f"takes {least} micro-batches"):
            schedule_step(name, p, m, EQUAL)


def test_long_gradients_of_weights_leave_more_than_the_formula_says() -> None:
    idle = played(zb_h1(6, 24), {"F": 1.0, "B": 1.2, "W": 1.05}, 6) - 24 * 3.25
    assert idle > 5 * (1.0 + 1.2 - 1.05)
    with pytest.raises(OutsideValidity, match="longer than a forward pass"):
        pipeline.idle_zb_h1(6, 1.0, 1.2, 1.05)


def test_zero_bubble_h1_leaves_a_third() -> None:
    idle = pipeline.idle_1f1b(8, 1.0, 2.0, 1)
    assert pipeline.idle_zb_h1(8, 1.0, 1.0, 1.0) == pytest.approx(idle / 3)


@few
@given(stages, st.integers(1, 8), micro_batches)
def test_one_bubble_has_two_names(p: int, v: int, m: int) -> None:
    of_step, of_ideal = (
        pipeline.pipeline_bubble(p, v, m),
        pipeline.pipeline_bubble_of_ideal(p, v, m),
    )
    assert pipeline.bubble_of_step(of_ideal) == pytest.approx(of_step)
    assert pipeline.bubble_of_ideal_step(of_step) == pytest.approx(of_ideal)
    assert of_step <= of_ideal


@few
@given(st.integers(2, 64), st.floats(0.01, 0.9), st.integers(1, 8))
def test_micro_batches_that_bring_a_bubble_down(p: int, b: float, v: int) -> None:
    m = pipeline.micro_batches_for_bubble(p, b, v)
    if m < 1:
        assert pipeline.pipeline_bubble(p, v, 1) <= b, "a single one already does"
    else:
        assert pipeline.pipeline_bubble(p, v, m) == pytest.approx(b)


def test_bubbles_of_the_zero_bubble_schedules_as_printed() -> None:
    """With equal passes: 1F1B (p - 1) / m, ZB1P (p - 1) / 3m, ZB2P and ZBV nothing."""
    p, m = 8, 32
    work = 3.0 * m
    shares = {
        name: schedule_step(name, p, m, EQUAL).terms[1].low / work
        for name in ("1F1B", "ZB-H1", "ZB-H2", "ZB-V")
    }
    assert shares == pytest.approx(
        {"1F1B": (p - 1) / m, "ZB-H1": (p - 1) / (3 * m), "ZB-H2": 0, "ZB-V": 0}
    )


def test_dualpipe_and_zero_bubble_as_deepseek_prints_them() -> None:
    """(PP/2 - 1)(F&B + B - 3W) and (PP - 1)(F + B - 2W), with B the whole backward pass."""
    pp, f, b, w = 16, 1.0, 2.2, 0.9
    pair = f + b
    assert pipeline.idle_dualpipe(pp, pair, b - w, w) == pytest.approx(
        (pp / 2 - 1) * (pair + b - 3 * w)
    )
    assert pipeline.idle_zb_h1(pp, f, b - w, w) == pytest.approx((pp - 1) * (f + b - 2 * w))


def test_chimera_halves_the_bubble_of_1f1b() -> None:
    chimera = pipeline.bubble_of_ideal_step(pipeline.chimera_bubble(32, 64))
    plain = pipeline.pipeline_bubble_of_ideal(32, 1, 64)
    assert chimera / plain == pytest.approx((32 - 2) / (2 * (32 - 1)))
    step = schedule_step("Chimera", 4, 8, Passes(2.0, 1.0, 1.0))
    assert step.terms[1].low / step.low == pytest.approx(pipeline.chimera_bubble(4, 8))


def test_a_single_stage_never_idles() -> None:
    for name in ("GPipe", "1F1B", "ZB-H1", "ZB-H2", "ZB-V"):
        assert schedule_step(name, 1, 8, EQUAL).low == 24


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ZB-H2", 8, 8, EQUAL), "takes 15 micro-batches"),
        (("DualPipe", 8, 8, EQUAL), "takes 16 micro-batches"),
        (("DualPipe", 7, 20, EQUAL), "in pairs"),
        (("Chimera", 4, 7, Passes(2.0, 1.0, 1.0)), "in pairs"),
        (("Chimera", 4, 8, EQUAL), "as long as a forward"),
        (("ZB-V", 4, 8, Passes(1.0, 2.0, 1.0)), "equal time"),
        (("ZB-H2", 4, 8, Passes(1.0, 0.5, 0.9)), "it is none"),
        (("interleaved 1F1B", 4, 6, EQUAL, 2), "do not go round"),
        (("1F1B", 0, 6, EQUAL), "a stage and a micro-batch"),
    ],
)
def test_what_a_schedule_is_not_defined_for_is_refused(arguments: tuple, says: str) -> None:
    with pytest.raises(OutsideValidity, match=says):
        schedule_step(*arguments)


def test_names_of_schedules_are_those_of_their_memory() -> None:
    known = {str(s) for s in Schedule}
    assert {"GPipe", "1F1B", "interleaved 1F1B", "ZB-H1", "ZB-H2", "ZB-V"} <= known & set(BUBBLES)
    with pytest.raises(ValueError, match="no schedule 'PipeDream': there are GPipe"):
        schedule_step("PipeDream", 4, 8, EQUAL)
    with pytest.raises(ValueError, match="1F1B with 2 chunks"):
        schedule_step("1F1B", 4, 8, EQUAL, 2)
