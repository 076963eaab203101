"""Every drawing is well-formed, finite, small, and no text of it leaves it or touches another."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tanaka.rules.api import (
    Axis,
    BarsFigure,
    Curve,
    CurvePoint,
    CurvesFigure,
    Figure,
    FitFigure,
    FitPart,
    Layer,
    RooflineCeiling,
    RooflineFigure,
    RooflinePoint,
    StragglerFigure,
    TimelineFigure,
    TimelineLayer,
    TimelineStage,
)
from tanaka.views import hover, printing
from tanaka.views.svg import Drawing, Size, Theme, draw, is_drawn
from tanaka.views.svg.drawing import decades, round_steps
from tanaka.views.svg.frame import spread_out
from tanaka.views.svg.widths import fitted, text_width

from .judge import equations, holds
from .papers import figures

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def boxes(root: ET.Element) -> list[tuple[str, float, float, float, float]]:
    """Each text with its left, top, right and bottom [px], on the safe side of any font."""
    size = float(root.attrib["font-size"])
    out = []
    for e in root.iter(f"{SVG}text"):
        text = e.text or ""
        width = text_width(text, size, bold=e.get("font-weight") == "600")
        x, y = float(e.attrib["x"]), float(e.attrib["y"])
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[e.get("text-anchor", "start")]
        out.append((text, left, y - 0.76 * size, left + width, y + 0.22 * size))
    return out


def check(drawing: Drawing, figure: Figure) -> None:
    """The laws that hold for every drawing."""
    root = ET.fromstring(drawing.svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in ("x", "y", "width", "height", "cx", "cy", "r", "points"):
                numbers = [float(n) for n in NUMBERS.findall(value)]
                assert numbers, (name, value)
                assert re.fullmatch(r"[-\d., ]+", value), (name, value)
                assert all(-1 <= n <= 901 for n in numbers), (name, value)
                if name in ("y", "cy"):
                    assert all(-1 <= n <= height + 1 for n in numbers), (name, value)
    placed = boxes(root)
    for text, left, top, right, bottom in placed:
        assert text.strip(), "an empty text"
        assert left >= -0.1, text
        assert top >= -0.1, text
        assert right <= width + 0.1, text
        assert bottom <= height + 0.1, text
    for (a, l1, t1, r1, b1), (b, l2, t2, r2, b2) in combinations(placed, 2):
        assert l1 >= r2 or l2 >= r1 or t1 >= b2 or t2 >= b1, (a, b)
    assert len(hover.data_uri(drawing.svg)) < hover.LARGEST_IMAGE
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.text, "a title for those who cannot see it"
    assert desc is not None and desc.text, "and a description"
    assert root.attrib["role"] == "img"
    words = [*(e.text or "" for e in root.iter(f"{SVG}text")), *drawing.equations]
    given = repr(figure).lower()
    for word in ("nan", "inf"):
        if word not in given:
            assert not re.search(rf"\b{word}\b", " ".join(words).lower()), words
    for text in (drawing.description, *drawing.equations):
        for left, right in equations(text):
            assert holds(left, right) is not False, text


ALL = [(f, name) for f, name in figures().items()]


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("size", Size)
def test_drawings_of_the_papers(size: Size, theme: Theme) -> None:
    for figure, _ in ALL:
        check(draw(figure, size, theme), figure)


def test_every_kind_of_figure_is_among_them() -> None:
    kinds = {RooflineFigure, FitFigure, StragglerFigure, BarsFigure, TimelineFigure, CurvesFigure}
    assert {type(f) for f, _ in ALL} == kinds


# -- any figure that a rule could make ------------------------------------------------------------

POSITIVE = st.one_of(
    st.floats(1e-30, 1e30, allow_nan=False, allow_infinity=False),
    st.floats(0.1, 1e6),
    st.sampled_from([1e-300, 1e-9, 999.96, 1.0, 1e3, 312e12, 1e15, 1e300]),
)
LABELS = st.one_of(
    st.text(max_size=90),
    st.sampled_from(["", "ours", "<b>&amp;</b>", "W" * 200, "漢字" * 30, "a\x0bb\x00c", "\ud800"]),
)
POINTS = st.lists(
    st.builds(RooflinePoint, LABELS, st.none() | POSITIVE, POSITIVE, st.booleans()), max_size=6
)
CEILINGS = st.lists(st.builds(RooflineCeiling, LABELS, POSITIVE), max_size=4)
ROOFLINES = st.builds(
    RooflineFigure, LABELS, LABELS, POSITIVE, POSITIVE, POINTS.map(tuple), CEILINGS.map(tuple)
)
FITS = st.builds(
    FitFigure,
    st.lists(st.builds(FitPart, LABELS, POSITIVE, st.booleans()), max_size=7).map(tuple),
    POSITIVE,
    LABELS,
)
STRAGGLERS = st.builds(
    StragglerFigure,
    st.integers(0, 2_000_000),
    POSITIVE,
    st.none() | POSITIVE,
    st.lists(st.floats(1e-6, 10), max_size=5).map(tuple),
    POSITIVE,
    st.none() | POSITIVE | st.just(-1.0),
    LABELS,
)
BARS = st.builds(
    BarsFigure,
    LABELS.map(lambda t: f"Stated {t}"),
    st.sampled_from(["1", "%", "×", "s", "byte", "FLOP/s", ""]),
    st.lists(st.tuples(LABELS, POSITIVE | st.just(0.0) | st.just(-5.0), st.booleans()), max_size=9).map(tuple),
)  # fmt: skip


@st.composite
def curves(draw: st.DrawFn) -> CurvesFigure:
    height = POSITIVE | st.just(0.0)
    line = st.lists(st.tuples(POSITIVE, height), min_size=2, max_size=40)
    marks = st.sampled_from(["ink", "ours", "fault", "held"])
    drawn = st.builds(Curve, LABELS, line.map(lambda p: tuple(sorted(dict(p).items()))), marks)
    unit = st.sampled_from(["1", "%", "s", "byte/s", "byte", "USD"])
    axis = st.builds(Axis, LABELS, unit, st.booleans())
    return CurvesFigure(
        draw(LABELS.map(lambda t: f"Gain {t}")), draw(axis), draw(axis),
        tuple(draw(st.lists(drawn, min_size=1, max_size=6))),
        tuple(draw(st.lists(st.builds(CurvePoint, LABELS, POSITIVE, height, st.booleans()), max_size=5))),
        draw(st.none() | st.tuples(POSITIVE, LABELS)),
    )  # fmt: skip


@st.composite
def timelines(draw: st.DrawFn) -> TimelineFigure:
    phases = tuple(
        draw(st.lists(LABELS | st.sampled_from(["fill", "drain"]), min_size=1, max_size=5))
    )
    size = POSITIVE | st.just(0.0)
    layer = st.builds(
        TimelineLayer,
        LABELS,
        st.sampled_from(Layer),
        st.lists(size, min_size=len(phases), max_size=len(phases)).map(tuple),
        st.integers(1, 40),
        st.booleans(),
    )
    stage = st.builds(
        TimelineStage, LABELS, LABELS, st.lists(layer, min_size=1, max_size=4).map(tuple)
    )
    stages = tuple(draw(st.lists(stage, min_size=1, max_size=9)))
    return TimelineFigure(
        phases, stages, draw(st.none() | POSITIVE), draw(LABELS), draw(st.booleans())
    )


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(ROOFLINES, FITS, STRAGGLERS, BARS, timelines(), curves()),
    st.sampled_from(Size),
    st.sampled_from(Theme),
)
def test_any_figure_is_drawn_within_the_laws(figure: Figure, size: Size, theme: Theme) -> None:
    if is_drawn(figure):
        check(draw(figure, size, theme), figure)


@pytest.mark.parametrize(
    "figure",
    [
        None,
        RooflineFigure("a", "b", 0.0, 1.0, ()),
        RooflineFigure("a", "b", math.inf, 1.0, ()),
        RooflineFigure("a", "b", 1e12, 1e12, (RooflinePoint("p", math.nan, 1.0, False),)),
        FitFigure((), 1.0, "one card"),
        FitFigure((FitPart("p", -1.0, False),), 1.0, "one card"),
        StragglerFigure(1, 1.0, None, (0.05,), 0.1, None),
        StragglerFigure(64, 1.0, None, (), 0.1, None),
        BarsFigure("t", "s", ()),
        BarsFigure("t", "s", (("a", 0.0, False),)),
        TimelineFigure((), (), None, "one card", False),
        TimelineFigure(("steady",), (TimelineStage("s", "", ()),), 1.0, "one card", False),
        TimelineFigure(
            ("steady",),
            (TimelineStage("s", "", (TimelineLayer("a", Layer.STATE, (0.0,)),)),),
            1.0,
            "",
            False,
        ),
        TimelineFigure(
            ("a", "b"),
            (TimelineStage("s", "", (TimelineLayer("a", Layer.STATE, (1e9,)),)),),
            1.0,
            "",
            False,
        ),
        TimelineFigure(
            ("a",),
            (TimelineStage("s", "", (TimelineLayer("a", Layer.STATE, (math.inf,)),)),),
            1.0,
            "",
            False,
        ),
    ],
)
def test_what_has_nothing_to_show_is_not_drawn(figure: Figure | None) -> None:
    assert not is_drawn(figure)


# -- what a reader has to see -------------------------------------------------------------------


def texts(figure: Figure, size: Size) -> list[str]:
    return [e.text or "" for e in ET.fromstring(draw(figure, size).svg).iter(f"{SVG}text")]


A100 = RooflineFigure(
    "A100-80GB", "BF16", 312e12, 2.039e12,
    (RooflinePoint("as written", None, 389e12, True), RooflinePoint("update", 0.57, 1e12, False)),
)  # fmt: skip
CARDS = FitFigure(
    (FitPart("BF16, 4 B", 51.4e9, False), FitPart("FP32, 12 B", 154e9, True)), 171.8e9, "two cards"
)
NODES = StragglerFigure(64, 2.12, 0.03, (0.02, 0.05, 0.1), 0.03 * 2.3438, None)


def stage(number: int, in_flight: int, undo: float = 71.5e9) -> TimelineStage:
    held = 19.3e9 * in_flight / 4
    return TimelineStage(
        f"stage {number}",
        f"{in_flight} micro-batches in flight",
        (
            TimelineLayer("states", Layer.STATE, (6.8e9,) * 4),
            TimelineLayer("undo, 12 steps", Layer.VERSIONS, (undo,) * 4, 12),
            TimelineLayer("activations", Layer.ACTIVATIONS, (held, held, held, 0.0), in_flight),
        ),
    )


STEP = TimelineFigure(
    ("fill", "steady", "drain", "commit"), tuple(stage(k, 4 - k) for k in range(4)), 85.9e9, "one A100", True
)  # fmt: skip
ROOMY = TimelineFigure(STEP.phases, (stage(0, 2, 1.15e9),), 85.9e9, "one A100", False)


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize(
    ("figure", "wanted"),
    [
        (STEP, ["97.6", "capacity 85.9 GB", "activations", "undo, 12 steps", "states", "GB"]),
        (ROOMY, ["17.6", "capacity 85.9 GB ↑", "fill", "steady", "drain", "commit"]),
        (A100, ["peak 312", "as written 389", "update 1", "ridge 153", "HBM 2.039 TB/s", "TFLOP/s"]),
        (CARDS, ["needed 205 GB", "two cards hold 172 GB", "33.6 GB short", "BF16, 4 B: 51.4"]),
        (NODES, ["70.3 ms", "σ = 1.4%", "σ = 2%", "σ = 5%", "σ = 10%", "nodes in lock-step, n"]),
    ],
)  # fmt: skip
def test_what_matters_is_named(figure: Figure, size: Size, wanted: list[str]) -> None:
    shown = texts(figure, size)
    for text in wanted:
        assert text in shown


# -- ceilings, curves, and many points in one place -------------------------------------------------

LADDER = RooflineFigure(
    "H100", "bf16, fp8, tf32", 1979e12, 3.35e12,
    (RooflinePoint("gemm", 200, 250e12, False), RooflinePoint("norm", 0.5, 1.675e12, False)),
    (RooflineCeiling("bf16", 989.4e12), RooflineCeiling("tf32", 494.5e12)),
)  # fmt: skip
NAMES = ("gemm1", "gemm2", "attention", "StaleSync", "Megatron", "mlp", "layer-norm", "softmax")
CROWD = RooflineFigure(
    "A100", "bf16", 312e12, 2.039e12,
    tuple(RooflinePoint(n, 170 + 8 * k, (190 + 4 * k) * 1e12, False) for k, n in enumerate(NAMES)),
)  # fmt: skip
EVEN = CurvesFigure(
    "Gain of compression", Axis("bandwidth", "byte/s", log=True), Axis("gain", "1", log=True),
    (Curve("compressed", tuple((1e9 * 2**k, 40 / 2**k) for k in range(12)), "ours"),),
    (CurvePoint("even at 40 GB/s", 40e9, 1.0), CurvePoint("1.25 GB/s: 32×", 1.25e9, 32.0)),
    (1.0, "no gain"), ("2.599 GB / 60 ms = 43.3 GB/s",),
)  # fmt: skip
WASTE = CurvesFigure(
    "Time lost", Axis("work between two checkpoints", "s", log=True), Axis("share lost", "%"),
    (Curve("1,024 nodes", tuple((100.0 * 2**k, 0.3 / 2**k + 0.002 * 2**k) for k in range(9)), "ours"),),
    (CurvePoint("best 20 min: 5%", 1200.0, 0.05), CurvePoint("yours 4 h", 14400.0, 0.28, fault=True)),
)  # fmt: skip


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("figure", [LADDER, CROWD, EVEN, WASTE])
def test_ceilings_crowds_and_curves_keep_the_laws(figure: Figure, size: Size, theme: Theme) -> None:
    check(draw(figure, size, theme), figure)
    assert crossed(draw(figure, size, theme)) == []


@pytest.mark.parametrize("size", Size)
def test_every_point_of_a_crowd_is_named(size: Size) -> None:
    shown = texts(CROWD, size)
    for k, name in enumerate(NAMES):
        assert f"{name} {190 + 4 * k}" in shown


@pytest.mark.parametrize("size", Size)
def test_ceilings_are_named_and_the_rates_share_a_unit_that_shows_them(size: Size) -> None:
    assert {"peak 1,979", "bf16 989.4", "tf32 494.5", "ridge 591", "norm 1.68"} <= set(texts(LADDER, size))  # fmt: skip


@pytest.mark.parametrize("size", Size)
def test_a_break_even_is_marked_and_its_axes_have_units(size: Size) -> None:
    wanted = {"even at 40 GB/s", "1.25 GB/s: 32×", "no gain", "compressed", "bandwidth, GB/s"}
    assert wanted <= set(texts(EVEN, size))
    assert {"share lost, %", "best 20 min: 5%"} <= set(texts(WASTE, size))
    assert "work between two checkpoints, min" in texts(WASTE, size)


def test_names_are_escaped() -> None:
    point = RooflinePoint("<script>&", 10, 1e12, False)
    svg = draw(RooflineFigure('a"b<c>', "bf16", 312e12, 2e12, (point,)), Size.PANEL).svg
    assert "<script>" not in svg
    assert "&lt;script&gt;&amp;" in svg


@pytest.mark.parametrize(
    "points", [((1.0, 1.0),), ((2.0, 1.0), (1.0, 1.0)), ((0.0, 1.0), (1.0, 1.0)), ((1.0, math.nan), (2.0, 1.0))]
)  # fmt: skip
def test_what_is_no_curve_is_not_drawn(points: tuple[tuple[float, float], ...]) -> None:
    axis = Axis("x", "1")
    assert not is_drawn(CurvesFigure("t", axis, axis, (Curve("c", points),), ()))
    assert not is_drawn(CurvesFigure("t", axis, axis, (), ()))


def crossed(drawing: Drawing) -> list[str]:
    """Texts that a line runs through, gridlines aside."""
    root = ET.fromstring(drawing.svg)
    out = []
    for line in root.iter(f"{SVG}polyline"):
        if line.get("opacity"):
            continue
        points = [tuple(map(float, p.split(","))) for p in line.attrib["points"].split()]
        for (x1, y1), (x2, y2) in pairwise(points):
            for k in range(101):
                x, y = x1 + (x2 - x1) * k / 100, y1 + (y2 - y1) * k / 100
                out += [t for t, left, top, right, bottom in boxes(root)
                        if left + 1 < x < right - 1 and top + 1 < y < bottom - 1]  # fmt: skip
    return sorted(set(out))


@pytest.mark.parametrize("size", Size)
def test_no_line_runs_through_a_label(size: Size) -> None:
    found = [f for f, _ in ALL if isinstance(f, RooflineFigure | StragglerFigure)]
    for figure in (A100, NODES, *found):
        assert crossed(draw(figure, size)) == [], figure


def test_the_hover_holds_the_worked_equations_and_the_panel_has_them_beside_it() -> None:
    for figure in (A100, NODES):
        beside = draw(figure, Size.PANEL)
        assert beside.equations
        inside = " ".join(texts(figure, Size.HOVER))
        for equation in beside.equations:
            assert equation in inside
            assert equation not in " ".join(texts(figure, Size.PANEL))


def test_bars_show_the_difference_in_as_few_digits_as_tell_it() -> None:
    far = BarsFigure("t", "%", (("as written", 68.0, True), ("recomputed", 58.0097, False)))
    near = BarsFigure("t", "×", (("as written", 1.234, True), ("recomputed", 1.231, False)))
    assert {"68%", "58%"} <= set(texts(far, Size.HOVER))
    assert {"1.234×", "1.231×"} <= set(texts(near, Size.HOVER))


def test_a_device_with_a_long_name_keeps_its_precision() -> None:
    long = RooflineFigure("NVIDIA A100 PCIe 40GB", "bf16", 312e12, 1.555e12, ())
    assert "Roofline, NVIDIA A100 PCIe 40GB, bf16" in " ".join(texts(long, Size.HOVER))


def test_a_theme_changes_the_ink_of_the_text_and_no_more() -> None:
    dark, light = draw(A100, Size.HOVER, Theme.DARK).svg, draw(A100, Size.HOVER, Theme.LIGHT).svg
    assert dark != light
    assert dark.replace(Theme.DARK.ink, Theme.LIGHT.ink) == light


# -- scales ---------------------------------------------------------------------------------------


@given(st.floats(1e-20, 1e20), st.floats(1, 1e30), st.integers(2, 9))
def test_decades_span_their_range_and_are_few(low: float, ratio: float, most: int) -> None:
    found = decades(low, low * ratio, most)
    assert len(found) <= most
    assert found[0] <= low * (1 + 1e-6)


@given(st.floats(1e-20, 1e20), st.integers(2, 6))
def test_steps_are_round_even_and_reach_the_top(high: float, most: int) -> None:
    steps = round_steps(high, most)
    assert steps[0] == 0
    assert steps[-1] >= high * (1 - 1e-9)
    assert len(steps) <= most + 2
    assert len({f"{b - a:.6g}" for a, b in pairwise(steps)}) == 1
    assert len({printing.digits(s) for s in steps}) == len(steps)


@given(st.lists(st.floats(0, 150), min_size=1, max_size=6), st.floats(1, 20))
def test_labels_at_curve_ends_keep_their_order_and_their_distance(
    ends: list[float], gap: float
) -> None:
    rows = spread_out(sorted(ends), gap, 150)
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(rows))
    assert max(rows) <= 150 + 1e-9


@given(LABELS, st.floats(0, 400), st.booleans())
@example("as written", 30.0, True)
def test_a_cut_text_fits(text: str, room: float, bold: bool) -> None:
    cut: Callable[[str], float] = lambda t: text_width(t, 12, bold=bold)  # noqa: E731
    assert cut(fitted(text, 12, room, bold=bold)) <= max(room, 0)


def bars_of(figure: TimelineFigure, size: Size, mark: str) -> list[tuple[float, float, float]]:
    """Left, top and bottom of the rectangles of one colour."""
    root = ET.fromstring(draw(figure, size).svg)
    return [
        (
            float(e.attrib["x"]),
            float(e.attrib["y"]),
            float(e.attrib["y"]) + float(e.attrib["height"]),
        )
        for e in root.iter(f"{SVG}rect")
        if e.get("class") == f"f-{mark}"
    ]


def test_the_undo_log_is_drawn_as_its_steps_and_activations_come_and_go_in_pieces() -> None:
    assert len(bars_of(STEP, Size.HOVER, "held")) == 12, "one for each step"
    tops = [top for _, top, _ in sorted(bars_of(STEP, Size.HOVER, "ours"))]
    highest = tops.index(min(tops))
    assert tops[: highest + 1] == sorted(tops[: highest + 1], reverse=True), "they come one by one"
    assert tops[highest:] == sorted(tops[highest:]), "and go one by one"
    assert len(tops) == 4 + 3, "the last that comes stays until the first goes"


def test_layers_stand_on_each_other() -> None:
    states, undo = bars_of(STEP, Size.PANEL, "ink"), bars_of(STEP, Size.PANEL, "held")
    first = min(left for left, _, _ in states)
    top = next(t for left, t, _ in states if left == first)
    lowest = max(bottom for left, _, bottom in undo if left == first)
    assert abs(lowest - top) <= 2, "no gap and no overlap between two layers"


def test_a_stage_above_the_capacity_has_its_number_at_fault() -> None:
    root = ET.fromstring(draw(STEP, Size.PANEL).svg)
    at_fault = [e.text for e in root.iter(f"{SVG}text") if e.get("class") == "t-fault"]
    assert at_fault == ["97.6", "92.8", "88.0", "capacity 85.9 GB"], "stage 3 needs 83.1"


def test_the_equation_of_a_timeline_adds_up_to_its_peak() -> None:
    for figure in (STEP, ROOMY):
        first, rest = draw(figure, Size.PANEL).equations
        assert holds(*first.split(" = "))
        assert holds(*rest.split(" = "))


def test_what_is_there_at_most_is_an_outline_and_no_fault() -> None:
    layers = (
        TimelineLayer("states", Layer.STATE, (20e9,) * 3),
        TimelineLayer("activations", Layer.ACTIVATIONS, (60e9, 60e9, 0.0)),
        TimelineLayer("logits, at most", Layer.PASSING, (0.0, 10e9, 0.0), sure=False),
    )
    stages = (TimelineStage("each device", "", layers),)
    left_out = ("Gathered layers are left out: no size is stated",)
    figure = TimelineFigure(
        ("forward", "backward", "update"), stages, 85.9e9, "one A100", False, left_out
    )
    drawn = draw(figure, Size.PANEL)
    assert {"80.0–90.0", "logits, at most"} <= set(texts(figure, Size.PANEL))
    assert 'class="f-fault"' not in drawn.svg
    assert "80 GB" in drawn.description
    assert "90 GB at most" in drawn.description
    assert drawn.description.endswith("no size is stated.")
    assert all(holds(*e.split(" = ")) for e in drawn.equations)
    assert len(drawn.equations) == 3


def test_of_many_stages_the_ends_and_the_worst_are_shown() -> None:
    stages = tuple(stage(k, 1, 40e9 if k == 5 else 10e9) for k in range(16))
    names = [t for t in texts(TimelineFigure(STEP.phases, stages, None, "one A100", False), Size.PANEL) if t.startswith("stage ")]  # fmt: skip
    assert len(names) == 4
    assert {"stage 0", "stage 5", "stage 15"} <= set(names)
