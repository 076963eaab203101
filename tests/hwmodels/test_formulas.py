"""Every registered formula: its text is its function, its units work out, its signs hold."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hwmodels
from hwmodels import (
    communication,
    memory,
    roofline,
    straggler,
    transformer,
)
from hwmodels.formula import (
    FORMULAS,
    Formula,
    OutsideValidity,
    evaluate,
    formula,
    names,
    unit_of,
)
from hwmodels.units import UnitError, parse

MODULES = tuple(
    import_module(f"hwmodels.{found.name}") for found in iter_modules(hwmodels.__path__)
)
BY_NAME = {f.name: f for f in FORMULAS}

# Where a formula holds, for arguments that are not simply any number from 1 up.
DOMAIN = {
    ("smallest_normal", "b"): (1.0, 200.0),
    ("smallest_subnormal", "b"): (1.0, 200.0),
    ("smallest_subnormal", "m"): (1.0, 50.0),
    ("accumulation_error_bound", "n"): (1.0, 1e3),
    ("accumulation_error_bound", "u"): (1e-9, 5e-4),
    ("longest_sum", "p"): (1.0, 60.0),
}
each = pytest.mark.parametrize("made", FORMULAS, ids=[f.name for f in FORMULAS])


def domain(made: Formula, arg: str) -> tuple[float, float]:
    return made.domain.get(arg) or DOMAIN.get((made.name, arg), (1.0, 1e6))


def points(made: Formula) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries({a: st.floats(*domain(made, a)) for a in made.args})


def boxes(made: Formula) -> st.SearchStrategy[dict[str, tuple[float, float]]]:
    def pair(arg: str) -> st.SearchStrategy[tuple[float, float]]:
        ends = st.floats(*domain(made, arg))
        return st.tuples(ends, ends).map(lambda p: (min(p), max(p)))

    return st.fixed_dictionaries({a: pair(a) for a in made.args})


def test_every_formula_of_the_models_is_registered_once() -> None:
    public = [v for m in MODULES for v in vars(m).values() if isinstance(v, Formula)]
    assert {f.name for f in public} == set(BY_NAME)
    assert len(BY_NAME) == len(FORMULAS) > 20


@each
def test_text_is_the_function(made: Formula) -> None:
    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(points(made))
    def agrees(values: dict[str, float]) -> None:
        assert evaluate(made.expression, values) == pytest.approx(made(**values), rel=1e-9)

    agrees()


@each
def test_units_of_the_text_give_the_unit_of_the_result(made: Formula) -> None:
    assert unit_of(made) == parse(made.unit_out).base


@each
def test_monotone_as_declared(made: Formula) -> None:
    @settings(max_examples=30, deadline=None, database=None, derandomize=True)
    @given(points(made), st.data())
    def holds(values: dict[str, float], data: st.DataObject) -> None:
        for arg, sign in zip(made.args, made.monotone, strict=True):
            low, high = values[arg], domain(made, arg)[1]
            more = data.draw(st.floats(low, high), label=arg)
            before, after = made(**values), made(**(values | {arg: more}))
            slack = 1e-9 * max(abs(before), abs(after))
            assert after >= before - slack if sign == "+" else after <= before + slack, arg

    holds()


@each
def test_what_is_inside_the_box_stays_inside_the_interval(made: Formula) -> None:
    @settings(max_examples=30, deadline=None, database=None, derandomize=True)
    @given(boxes(made), st.data())
    def inside(reach: dict[str, tuple[float, float]], data: st.DataObject) -> None:
        point = {a: data.draw(st.floats(*ends), label=a) for a, ends in reach.items()}
        low, high = made.interval(**reach)
        slack = 1e-9 * max(abs(low), abs(high))
        assert low - slack <= made(**point) <= high + slack

    inside()


@each
def test_arrays_broadcast(made: Formula) -> None:
    rng = np.random.default_rng(7)
    shapes = [(3, 1), (4,), (), (1, 4), (3, 4), (1,), (3, 1)]
    arrays = {
        a: rng.uniform(domain(made, a)[0], min(domain(made, a)[1], 50), shapes[i % len(shapes)])
        for i, a in enumerate(made.args)
    }
    found = made(**arrays)
    spread = np.broadcast_arrays(*arrays.values())
    one_by_one = [made(*map(float, xs)) for xs in zip(*(s.ravel() for s in spread), strict=True)]
    assert np.shape(found) == spread[0].shape
    np.testing.assert_allclose(np.ravel(found), one_by_one, rtol=1e-12)


@each
def test_is_documented_with_its_arguments_units_and_source(made: Formula) -> None:
    doc = made.__doc__ or ""
    listed = doc.partition("Parameters")[2].partition("Returns")[0]
    for arg in made.args:
        assert arg in names_in(listed), f"{made.name} does not document {arg}"
    for unit in set(made.unit_in.values()) - {"1"}:
        assert f"[{unit}]" in listed, f"{made.name} does not say [{unit}]"
    assert "Returns" in doc and made.symbol in names_in(doc.partition("Returns")[2])
    assert made.source and made.kind in ("identity", "bound", "estimate")


BOUNDS = [f for f in FORMULAS if f.kind == "bound"]


@pytest.mark.parametrize("made", BOUNDS, ids=[f.name for f in BOUNDS])
def test_a_bound_says_what_it_takes_for_granted(made: Formula) -> None:
    """What it leaves out may be what a real run does: who proves by it must see it."""
    assert len(made.convention.split()) >= 3, made.name


NONSENSE = [
    ("steps_that_reach_bound", {"S": 4, "r": 1}, "never falls a bound behind"),
    ("steps_that_reach_bound", {"S": 4, "r": 0.9}, "never falls a bound behind"),
    ("bounded_staleness_seconds", {"k": 9, "T": 1, "S": 4, "r": 0.5}, "no faster"),
    ("bounded_staleness_rate", {"n": 8, "T": 1, "r": 0.5, "S": 4, "k": 9}, "no faster"),
    ("bounded_staleness_rate", {"n": 8, "T": 1, "r": 2, "S": 4, "k": 0}, "needs a step"),
    ("pipeline_bubble", {"p": 8, "v": 1, "m": 0}, "at least one micro-batch"),
    ("pipeline_bubble", {"p": 8, "v": 0, "m": 8}, "at least one chunk"),
    ("pipeline_bubble_of_ideal", {"p": 8, "v": 1, "m": 0}, "at least one micro-batch"),
    ("pipeline_bubble_of_ideal", {"p": 8, "v": 0.5, "m": 8}, "at least one chunk"),
    ("idle_1f1b", {"p": 8, "F": 1, "B": 2, "v": 0}, "at least one chunk"),
    ("micro_batches_for_bubble", {"p": 8, "b": 0.1, "v": 0}, "at least one chunk"),
    ("chimera_bubble", {"p": 8, "m": 0}, "at least one micro-batch"),
    ("any_worker_hit", {"q": 1.1, "n": 3}, "no probability"),
    ("any_worker_hit", {"q": -0.1, "n": 3}, "no probability"),
    ("mean_inflation", {"f": 1.1, "w": 1, "T": 1}, "no share"),
    ("amdahl", {"f": 1.1, "s": 2}, "no share"),
    ("amdahl", {"f": -0.1, "s": 2}, "no share"),
    ("amdahl_limit", {"f": 1.1}, "no share"),
    ("amdahl_limit", {"f": -0.1}, "no share"),
    ("implicit_momentum", {"M": 0}, "at least one worker"),
    ("mean_staleness", {"M": 0}, "at least one worker"),
    ("initial_weight_left", {"m": 1.1, "k": 3}, "no weight of an average"),
    ("initial_weight_left", {"m": -0.1, "k": 3}, "no weight of an average"),
    ("zero_1_bytes", {"N": 1, "w": 2, "g": 2, "o": 12, "D": 0.5}, "at least one device"),
    ("zero_2_bytes", {"N": 1, "w": 2, "g": 2, "o": 12, "D": 0}, "at least one device"),
    ("zero_3_bytes", {"N": 1, "w": 2, "g": 2, "o": 12, "D": 0}, "at least one device"),
    ("decode_roof", {"b": 1, "B": 0, "n": 1, "M": 1e12}, "reads its weights"),
    ("mean_noise", {"b": 0.5}, "at least one sample"),
]


@pytest.mark.parametrize(("name", "given", "reason"), NONSENSE)
def test_arguments_without_a_meaning_are_refused_with_the_reason(
    name: str, given: dict[str, float], reason: str
) -> None:
    with pytest.raises(OutsideValidity, match=reason):
        BY_NAME[name](**given)
    with pytest.raises(OutsideValidity, match=reason):
        BY_NAME[name](**{k: np.array([x, x]) for k, x in given.items()})


def names_in(text: str) -> set[str]:
    return {
        n.strip()
        for line in text.splitlines()
        if " : " in line
        for n in line.partition(" : ")[0].split(",")
    }


def made_up(text: str, **changed: object) -> Formula:
    """The roofline bound with another text: what the tests above must notice."""
    return replace(roofline.roofline_time, text=text, **changed)  # type: ignore[arg-type]


def test_a_wrong_text_is_noticed() -> None:
    wrong = made_up("T = max(F / P, B * W)")
    values = {"F": 2.0, "P": 3.0, "B": 5.0, "W": 7.0}
    assert evaluate(wrong.expression, values) != wrong(**values)
    with pytest.raises(UnitError, match="do not add"):
        unit_of(wrong)
    assert unit_of(made_up("T = F / P * B", unit_out="s")) == "byte*s"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": "u = R / Q"}, "does not use exactly"),
        ({"unit_in": {"R": "FLOP/s"}}, "units are given for"),
        ({"monotone": "+"}, "one of"),
        ({"monotone": "+x"}, "one of"),
        ({"kind": "guess"}, "kind must be"),
    ],
)
def test_a_formula_that_does_not_match_its_function_is_refused(
    change: dict[str, object], says: str
) -> None:
    whole: dict[str, object] = {
        "text": "u = R / P", "source": "here", "kind": "identity",
        "unit_in": {"R": "FLOP/s", "P": "FLOP/s"}, "unit_out": "1", "monotone": "+-",
    } | change  # fmt: skip
    before = list(FORMULAS)

    def share(R: float, P: float) -> float:
        return R / P

    with pytest.raises(ValueError, match=says):
        formula(**whole)(share)  # type: ignore[arg-type]
    assert before == FORMULAS


def test_an_argument_of_unknown_direction_is_tried_at_both_ends() -> None:
    def times(a: float, b: float) -> float:
        return a * b

    product = Formula("c = a * b", times, "here", "identity", {"a": "1", "b": "1"}, "1", "??")
    assert product.interval(a=(-2, 3), b=(-5, 1)) == (-15, 10)


def test_interval_refuses_what_it_cannot_read() -> None:
    with pytest.raises(TypeError, match="takes intervals for P, W"):
        roofline.ridge.interval(P=(1, 2))
    with pytest.raises(ValueError, match="runs from 2"):
        roofline.ridge.interval(P=(2, 1), W=(1, 1))


def test_printed_values_go_in_place_of_the_names() -> None:
    put = roofline.roofline_time.substituted
    assert put(F="1.3e12", P="3.1e14", B="4e9", W="2e12") == "max(1.3e12 / 3.1e14, 4e9 / 2e12)"
    assert put(F="1.3 TFLOP") == "max(1.3 TFLOP / P, B / W)"
    assert roofline.ridge.substituted(P="3 × 10^14", W="1 + 1") == "(3 × 10^14) / (1 + 1)"
    assert straggler.slow_ratio_that_eats_gain.substituted(G="2 × 3") == "2 × 3"
    with pytest.raises(TypeError, match="no argument Q"):
        put(Q="1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 * 3^2 - 1", 17),
        ("-a + 7", 5),
        ("max(a, 3) + min(a, 3)", 5),
        ("sqrt(16) + log(exp(a))", 6),
        ("ceil(2.1) + floor(2.9)", 5),
        ("where(a < 3, 10, 20) + where(a >= 3, 1, 2)", 12),
        ("sum(xs) / a", 3),
    ],
)
def test_the_language_of_texts(text: str, value: float) -> None:
    assert evaluate(text, {"a": 2.0, "xs": (1.0, 2.0, 3.0)}) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "a.real", "a[0]", "[a]", "lambda: a", "'a'", "True", "b", "a if a else a",
     "a < a < a", "max(a, key=a)", "open(a)", "a @ a", "~a", "f'{a}'"],
)  # fmt: skip
def test_nothing_else_is_run(text: str) -> None:
    with pytest.raises(ValueError, match="not part of a formula"):
        evaluate(text, {"a": 2.0})


def test_functions_are_not_names() -> None:
    assert names("max(a, sqrt(b)) + c2") == {"a", "b", "c2"}


def test_limits() -> None:
    """What must hold in the limit, whatever the coefficients."""
    time = roofline.roofline_time
    assert time(1e12, 1e12, 1e9, math.inf) == 1.0
    assert time(1e12, math.inf, 1e9, 1e9) == 1.0
    at_ridge = roofline.ridge(312e12, 2039e9)
    assert roofline.attainable(312e12, at_ridge, 2039e9) == pytest.approx(312e12)
    assert roofline.attainable(312e12, at_ridge / 2, 2039e9) == pytest.approx(156e12)
    assert communication.pipeline_bubble(1, 1, 8) == 0
    assert communication.pipeline_bubble(8, 1, 1e12) == pytest.approx(0, abs=1e-9)
    assert communication.ring_allreduce_bytes(1, 1e9) == 0
    assert communication.ring_allreduce_bytes(1e12, 1e9) == pytest.approx(2e9)
    assert straggler.any_worker_hit(0.0, 64) == 0 and straggler.any_worker_hit(1.0, 1) == 1
    assert straggler.step_inflation(1.0, 0.0) == 1
    for stage in range(4):
        whole = memory.zero_bytes_per_device(7e9, memory.RECIPES["mixed-adam-16"], 1, stage)
        assert whole == pytest.approx(112e9), "one device holds everything at every stage"


def test_two_routes_to_one_number() -> None:
    bubble, of_ideal = communication.pipeline_bubble, communication.pipeline_bubble_of_ideal
    share = bubble(8, 3, 32)
    assert of_ideal(8, 3, 32) == pytest.approx(share / (1 - share))
    no_latency = communication.ring_allreduce_seconds(8, 0.0, 1e9, 3e11)
    assert no_latency == pytest.approx(communication.allreduce_seconds_bound(8, 1e9, 3e11))
    sent = communication.ring_allreduce_bytes(8, 1e9)
    assert communication.zero_3_bytes_sent(8, 1e9) == pytest.approx(1.5 * sent)
    full = transformer.train_flops_per_token_with_attention(7e9, 32, 4096, 4096)
    causal = transformer.train_flops_per_token_causal(7e9, 32, 4096, 4096)
    without = transformer.train_flops_per_token(7e9)
    assert full - causal == pytest.approx(causal - without)
    assert transformer.train_flops_per_token_recomputed(7e9) / without == pytest.approx(4 / 3)
    assert straggler.synchronous_step(1.0, 0.1, 2.0) == 1.0 + straggler.barrier_wait(0.1, 2.0)
    assert straggler.barrier_wait(straggler.spread_that_eats_gain(0.3, 2.4), 2.4) == pytest.approx(
        0.3
    )
    assert straggler.mean_inflation(1.0, 0.2, 0.35) == pytest.approx(
        straggler.step_inflation(0.35, 0.2)
    )
