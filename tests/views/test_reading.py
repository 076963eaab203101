"""How a number was read, in words: value, interval, kind, what it is about, and how that is known."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.paper.about import About, Bound, Reach, Role
from tanaka.paper.model import (
    Asserted,
    ClaimSort,
    Direction,
    How,
    Number,
    NumberId,
    Statement,
)
from tanaka.quantity import Kind, Quantity, read
from tanaka.views import printing, reading
from tanaka.views.places import Places

from .papers import papers, restated


def first(text: str) -> Number:
    """The first number of a paper of one sentence."""
    return analyse({"main.tex": text}).paper.numbers[0]


def quantity(text: str) -> Quantity:
    return read(text)[0].quantity


# -- value --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It moves 200 Gb/s.", "200 Gb/s"),
        ("It has 80 GiB of memory.", "80 GiB"),
        ("It takes 420 ms.", "420 ms"),
        ("It is 2.3× faster.", "2.3×"),
        ("It reaches 41% utilisation.", "41%"),
        ("It runs on eight nodes.", "8"),
        ("It has 13B parameters.", "13B"),
        ("It keeps 4 bytes per parameter.", "4 B"),
        ("It has 3,400 lines.", "3,400"),
    ],
)
def test_a_value_is_shown_as_it_was_written(text: str, shown: str) -> None:
    assert reading.value_text(quantity(text)) == shown


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("It moves 200 Gb/s.", "25 GB/s"),
        ("It has 80 GiB of memory.", "85.9 GB"),
        ("It takes 1.5 hours.", "5,400 s"),
        ("It takes 90 GPU-hours.", "324,000 s of GPU time"),
        ("It draws 2 kWh.", "7.2 MJ"),
        ("It has 13B parameters.", "13 × 10⁹"),
        ("It reads 2.1M tokens.", "2,100,000"),
        ("It moves 25 GB/s.", ""),
        ("It takes 420 ms.", ""),
        ("It is 2.3× faster.", ""),
        ("It runs on 512 GPUs.", ""),
    ],
)
def test_base_units_are_shown_where_they_say_more(text: str, base: str) -> None:
    assert reading.base_text(quantity(text), Kind.OTHER) == base


def test_a_percentage_of_a_speedup_is_a_factor() -> None:
    q = quantity("It is 15% faster.")
    assert reading.base_text(q, Kind.SPEEDUP) == "1.15×"
    assert reading.base_text(q, Kind.UTILIZATION) == ""


def value_of(text: str) -> float | None:
    """What a printed amount says, in base units."""
    power = re.sub("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"10^{m.group(1).translate(DIGITS)}", text)
    return printing.evaluate(power)


DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def test_both_sides_of_the_equation_are_the_same_amount() -> None:
    tried = 0
    for name, report in papers():
        for number in report.paper.numbers:
            q = number.quantity
            base = reading.base_text(q, number.kind)
            if q.unit == "1" and q.scale == 1024:
                assert base == printing.digits(q.point, 7), "4K positions are 4,096"
            elif base and q.shown_unit != "%" and not isinstance(q.value, tuple):
                left, right = (value_of(t) for t in (reading.value_text(q), base))
                if left is not None and right is not None:
                    assert right == pytest.approx(left, rel=6e-4), (name, reading.amount(number))
                    tried += 1
    assert tried > 10


# -- interval -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label", "value", "how"),
    [
        ("It moves 25 GB/s.", "may be", "[24.5, 25.5] GB/s", "by its rounding"),
        ("It is 2.3× faster.", "may be", "[2.25, 2.35]×", "by its rounding"),
        ("It reaches 41% utilisation.", "may be", "[40.5, 41.5]%", "by its rounding"),
        ("It runs on 512 GPUs.", "exact", "a count", ""),
        (
            "The rate is 2.1–3.4 GB/s.",
            "may be",
            "[2.05, 3.45] GB/s",
            "by the rounding of its ends",
        ),
        ("It takes 420 ± 5 ms.", "may be", "[414, 426] ms", "by the ± printed with it"),
        ("It needs about 60 GB.", "may be", "[54, 66] GB", "hedged, as by “about”"),
    ],
)
def test_what_a_number_may_be_is_said_in_its_own_unit_and_why(
    text: str, label: str, value: str, how: str
) -> None:
    assert reading.interval_said(quantity(text)) == reading.Said(label, value, how)


@pytest.mark.parametrize(
    ("text", "side", "hedge"),
    [
        ("It is up to 3.0× faster.", "at most", "“up to”"),
        ("It needs less than 2 GB.", "at most", "“less than”"),
        ("It needs at least 2 GB.", "at least", "“at least”"),
        ("It needs more than 2 GB.", "at least", "“more than”"),
    ],
)
def test_a_bound_is_open_on_one_side(text: str, side: str, hedge: str) -> None:
    said = reading.interval_said(quantity(text))
    assert said.value.startswith(side)
    assert said.how == hedge


def test_only_a_printed_uncertainty_is_given_as_the_reason() -> None:
    for name, paper in papers():
        places = Places(paper)
        for number in paper.paper.numbers:
            if "±" in reading.interval_reason(number.quantity):
                at = places.number(number.id)
                assert at is not None
                assert "pm" in places.text(at), (name, number)


# -- kind ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("It runs on 512 GPUs.", "512 devices"),
        ("It runs on one node.", "1 node"),
        ("It runs 64 micro-batches.", "64 micro-batches"),
        ("It takes 420\\,ms.", "420 ms, latency"),
        ("The hidden size is 5{,}120.", "5,120, hidden size"),
        ("The share is 12\\%.", "12%, kind not known"),
    ],
)
def test_a_headline_names_what_is_counted_or_measured(text: str, headline: str) -> None:
    assert reading.headline(first(text)).startswith(headline)


def test_every_kind_has_words() -> None:
    number = first("It takes 420\\,ms.")
    for kind in Kind:
        words = reading.kind_text(replace(number, kind=kind))
        assert words
        assert "_" not in words


# -- what it is about ---------------------------------------------------------------------------

NUMBER = first("It takes 420\\,ms.")
PAPER = "We run on 64 GPUs.\n\nIt takes 420\\,ms."


def report() -> Report:
    return analyse({"main.tex": PAPER})


@pytest.mark.parametrize(
    ("how", "reach", "words", "short"),
    [
        (How.STATED, Reach.PHRASE, "stated beside it", "beside it"),
        (How.STATED, Reach.SENTENCE, "stated in its sentence", "sentence"),
        (How.STATED, Reach.ROW, "its row says so", "row"),
        (How.STATED, Reach.CAPTION, "the caption says so", "caption"),
        (How.STATED, Reach.SECTION, "the set-up of its section", "section"),
        (How.STATED, Reach.PAPER, "the only set-up of the paper", "paper"),
        (How.INFERRED, Reach.PARAGRAPH, "inferred: the only device in its paragraph", "inferred"),
        (How.INFERRED, Reach.PAPER, "inferred: the only device in the paper", "inferred"),
        (How.DECLARED, Reach.DECLARED, "declared by the author", "declared"),
        (How.NONE, Reach.PAPER, "not known", "not known"),
    ],
)  # fmt: skip
def test_how_a_binding_is_known_is_said(how: How, reach: Reach, words: str, short: str) -> None:
    bound = Bound(Role.DEVICE, "A100", how, reach)
    places = Places(report())
    assert reading.how_text(bound, places) == words
    assert reading.how_word(bound) == short


def test_every_reach_and_way_of_knowing_has_words() -> None:
    places = Places(report())
    for how in How:
        for reach in Reach:
            for role in Role:
                bound = Bound(role, "x", how, reach)
                assert reading.how_text(bound, places)
                assert reading.how_word(bound)


def test_a_binding_that_a_number_states_names_its_place() -> None:
    paper = report()
    gpus = paper.paper.numbers[0].id
    bound = Bound(Role.DEVICES, "64", How.STATED, Reach.SECTION, gpus)
    assert reading.how_text(bound, Places(paper)) == "the set-up of its section, main.tex:1"
    gone = replace(bound, at=NumberId("gone"))
    assert reading.how_text(gone, Places(paper)) == "the set-up of its section"


def test_the_entity_comes_first_and_every_role_is_named() -> None:
    about = About((
        Bound(Role.DEVICE, "A100", How.STATED, Reach.SECTION),
        Bound(Role.ENTITY, "StalePipe", How.STATED, Reach.SENTENCE),
        Bound(Role.MODEL, "13B decoder", How.INFERRED, Reach.PARAGRAPH),
    ))  # fmt: skip
    said = list(reading.about_said(NUMBER, about, reading.Near(), Places(report())))
    assert [(s.label, s.value) for s in said] == [
        ("about", "StalePipe"), ("device", "A100"), ("model", "13B decoder"),
    ]  # fmt: skip
    assert said[2].how == "inferred: the only model in its paragraph"


def test_a_number_about_nothing_known_says_so() -> None:
    (said,) = reading.about_said(NUMBER, About(), reading.Near(), Places(report()))
    assert said == reading.Said("about", "not known")


def test_a_number_on_a_known_device_is_about_something() -> None:
    about = About((Bound(Role.DEVICE, "A100", How.STATED, Reach.SENTENCE),))
    said = reading.about_said(NUMBER, about, reading.Near(), Places(report()))
    assert [s.label for s in said] == ["device"]


def test_what_was_measured_is_not_yet_what_it_is_about() -> None:
    about = About((Bound(Role.METRIC, "step time", How.STATED, Reach.SENTENCE),))
    said = reading.about_said(NUMBER, about, reading.Near(), Places(report()))
    assert [(s.label, s.value) for s in said] == [("about", "not known"), ("metric", "step time")]


def test_two_names_that_vie_are_named() -> None:
    on = [
        replace(NUMBER, id=NumberId(device), context=(("device", device),))
        for device in ("A100", "H100", "A100")
    ]
    around = reading.Near((NUMBER, *on))
    said = list(reading.about_said(NUMBER, About(), around, Places(report())))
    assert said[-1] == reading.Said("device", "not known", "its paragraph names 2: A100, H100")
    named = next(iter(reading.about_said(NUMBER, About(), around, Places(report()))))
    assert named == said[-1], "nothing else is known, and that is said once"
    alone = reading.Near((NUMBER, on[0], on[2]))
    assert list(reading.about_said(NUMBER, About(), alone, Places(report()))) == [
        reading.Said("about", "not known")
    ]


def test_what_stands_near_is_the_same_one_by_one_and_for_all() -> None:
    for name, paper in papers()[:60]:
        everywhere = reading.all_near(paper.paper)
        for number in paper.paper.numbers:
            assert reading.near(paper.paper, number) == everywhere[number.block], name


def test_a_number_is_not_about_itself() -> None:
    for name, paper in papers():
        for number in paper.paper.numbers:
            entity = reading.about_of(paper, number).of(Role.ENTITY)
            assert entity is None or entity.value != number.noun, (name, number)


# -- claims -------------------------------------------------------------------------------------


def statement(paper: Report, **change: object) -> Statement:
    old, new = (n.id for n in paper.paper.numbers[:2])
    return replace(
        Statement(
            old, ClaimSort.COMPARATIVE, None, None, "", How.NONE, "", How.NONE, "", How.NONE,
            Direction.NONE, None, (), "", Asserted.YES,
        ),
        **{"number": new, **change},
    )  # fmt: skip


PAIR = "The time falls from 420\\,ms to 140\\,ms."


def test_a_comparison_is_told_with_who_and_in_what() -> None:
    paper = analyse({"main.tex": PAIR})
    claim = statement(
        paper, metric="throughput", subject="StalePipe", object="1F1B", direction=Direction.HIGHER,
        condition="on 64 nodes",
    )  # fmt: skip
    words = "StalePipe: higher throughput than 1F1B, on 64 nodes"
    assert reading.claim_text(claim, paper.paper) == words


def test_a_change_is_told_with_its_two_values_and_their_unit_once() -> None:
    paper = analyse({"main.tex": PAIR})
    old, new = (n.id for n in paper.paper.numbers)
    claim = statement(
        paper, sort=ClaimSort.CHANGE, metric="time", old=old, new=new, direction=Direction.LOWER
    )
    assert reading.claim_text(claim, paper.paper) == "lower time, from 420 to 140 ms"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sort": ClaimSort.SHARE, "subject": "attention", "object": "the step"}, "attention: share of the step"),
        ({"sort": ClaimSort.BOUND, "metric": "memory", "direction": Direction.LOWER}, "memory below it"),
        ({"sort": ClaimSort.CAPABILITY, "subject": "StalePipe", "metric": "model size"}, "StalePipe: model size"),
        ({"object": "1F1B"}, "against 1F1B"),
        ({"subject": "StalePipe", "condition": "at " + "a long " * 20}, "StalePipe"),
        ({}, ""),
    ],
)  # fmt: skip
def test_other_claims_are_told_as_far_as_they_are_known(
    change: dict[str, object], words: str
) -> None:
    paper = analyse({"main.tex": PAIR})
    assert reading.claim_text(statement(paper, **change), paper.paper) == words


def test_a_number_tells_the_claim_that_it_belongs_to() -> None:
    paper = analyse({"main.tex": PAIR})
    old, new = paper.paper.numbers
    claim = statement(
        paper, sort=ClaimSort.CHANGE, metric="time", old=old.id, new=new.id, hedge=("about",)
    )
    claimed = restated(paper, statements=(claim,)).paper
    for number in (old, new):
        assert list(reading.claims_said(claimed, number)) == [
            reading.Said("claim", "time, from 420 to 140 ms", "change, about")
        ]
