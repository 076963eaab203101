"""What was read, as ``tanaka.facts/1`` and for people: every quantity once, lists and spans as one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.paper.model import Number
from tanaka.quantity import Kind
from tanaka.views import facts
from tanaka.views.terminal import columns

from .papers import example, papers, restated, words_of

FACT = {"id", "file", "start", "end", "text", "value", "low", "high", "unit", "kind", "qualifier",
        "entity", "binding", "context"}  # fmt: skip
LIST = "They sustain 2.8, 3.7, 6.0 and 9.5\\,TFLOPS. It took 3\\,ms."
SPAN = "The time falls from 420\\,ms to 140\\,ms."


def read(report: Report) -> dict[str, Any]:
    return json.loads(json.dumps(facts.record(report), allow_nan=False))


def fact(sentence: str, words: str) -> dict[str, Any]:
    return next(f for f in read(analyse({"main.tex": sentence}))["facts"] if words in f["text"])


def together(sentence: str, count: int, *, kind: Kind | None = None) -> Report:
    """A paper whose first numbers share a series, whether or not the reader says so."""
    report = analyse({"main.tex": sentence})
    members = {n.id for n in report.paper.numbers[:count]}
    first = report.paper.numbers[0].id

    def shared(number: Number) -> Number:
        if number.id not in members:
            return replace(number, series="")
        return replace(number, series=first, kind=kind or number.kind)

    return restated(report, shared)


# -- JSON ---------------------------------------------------------------------------------------


def test_every_fact_has_its_keys_and_points_at_its_words() -> None:
    for _, report in papers():
        document = read(report)
        assert document["schema"] == "tanaka.facts/1"
        assert len({f["id"] for f in document["facts"]}) == len(document["facts"])
        for fact in document["facts"]:
            assert set(fact) >= FACT
            assert words_of(report, fact) == fact["text"].replace("\r\n", "\n")
            assert fact["binding"] in ("stated", "inferred", "declared", "none")
            assert isinstance(fact["value"], float | int | list)


def test_every_number_is_told_once() -> None:
    for name, report in papers():
        told = [i for f in read(report)["facts"] for i in f.get("members", [f["id"]])]
        assert sorted(told) == sorted(n.id for n in report.paper.numbers), name


def test_values_are_in_base_units() -> None:
    assert fact("It needs 2\\,GB.", "2")["value"] == 2e9
    assert fact("It has 80\\,GiB of memory.", "80")["value"] == 80 * 2**30
    found = fact("It reaches 41.2\\% utilisation.", "41.2")
    assert (found["value"], found["unit"]) == (pytest.approx(0.412), "1")
    assert (found["low"], found["high"]) == (pytest.approx(0.4115), pytest.approx(0.4125))


def test_a_range_is_two_values() -> None:
    found = fact("The rate is 2--4\\,GB/s.", "2")
    assert found["value"] == [2e9, 4e9]
    assert found["qualifier"] == "range"
    assert (found["low"], found["high"]) == (1.5e9, 4.5e9)


def test_an_open_side_of_a_fact_is_null() -> None:
    found = fact("It needs less than 2\\,GB.", "2")
    assert found["low"] is None
    assert found["qualifier"] == "lt"


def test_a_percentage_that_is_a_speedup_is_told_as_a_factor() -> None:
    report = together("Throughput is 15\\% higher.", 1, kind=Kind.SPEEDUP)
    (found,) = read(report)["facts"]
    assert (found["value"], found["low"], found["high"]) == (1.15, pytest.approx(1.145), pytest.approx(1.155))  # fmt: skip
    assert found["unit"] == "1"


def test_a_list_is_one_fact_with_its_members() -> None:
    report = together(LIST, 4)
    listed, other = read(report)["facts"]
    assert listed["value"] == [2.8e12, 3.7e12, 6e12, 9.5e12]
    assert listed["qualifier"] == "list"
    assert listed["unit"] == "FLOP/s"
    assert (listed["low"], listed["high"]) == (2.75e12, 9.55e12)
    assert listed["text"] == "2.8, 3.7, 6.0 and 9.5\\,TFLOPS"
    assert listed["members"] == [n.id for n in report.paper.numbers[:4]]
    assert "members" not in other


def test_a_span_is_one_fact_from_its_lower_to_its_upper_end() -> None:
    (found,) = read(together(SPAN, 2))["facts"]
    assert found["value"] == [pytest.approx(0.14), pytest.approx(0.42)]
    assert found["qualifier"] == "range"
    assert found["text"] == "420\\,ms to 140\\,ms"


@pytest.mark.parametrize(
    ("sentence", "qualifier"),
    [
        ("It takes between 250\\,ms and 750\\,ms.", "range"),
        ("It takes 250\\,ms and 750\\,ms.", "list"),
        ("Between runs it takes 250\\,ms and 750\\,ms.", "list"),
        ("It takes 250\\,ms or 750\\,ms.", "list"),
        ("It grows from 250 to 750\\,tokens.", "range"),
    ],
)
def test_two_numbers_are_a_span_only_where_the_words_say_so(sentence: str, qualifier: str) -> None:
    (found,) = read(together(sentence, 2))["facts"]
    assert found["qualifier"] == qualifier


def test_a_span_of_a_percentage_and_a_factor_is_told_in_factors() -> None:
    report = together("It ranges from 5\\% to $8\\times$ speedup.", 2)
    (found,) = read(report)["facts"]
    assert found["value"] == [1.05, 8.0]
    assert found["kind"] == "speedup"


def test_numbers_of_two_units_stay_apart() -> None:
    report = together("It takes 250\\,ms and 7\\,GB.", 2)
    assert [f["unit"] for f in read(report)["facts"]] == ["s", "byte"]
    assert not any("members" in f for f in read(report)["facts"])


def test_a_fact_says_how_it_was_read_and_what_is_known_of_it() -> None:
    bits = fact("Each GPU has one 200\\,Gb/s InfiniBand port.", "200")
    assert bits["value"] == 25e9
    assert bits["told"]["value"] == "200 Gb/s per GPU = 25 GB/s"
    assert bits["told"]["may_be"] == "[199.5, 200.5] Gb/s"
    assert bits["told"]["kind"] == "link bandwidth"
    assert "InfiniBand" in {a["value"] for a in bits["told"]["about"]}
    (open_,) = fact("It took 3\\,ms.", "3")["told"]["about"]
    assert open_ == {"role": "about", "value": "not known", "how": ""}


# -- text ---------------------------------------------------------------------------------------


def body(text: str) -> list[str]:
    """Lines that hold a fact."""
    return [
        x for x in text.splitlines() if x[:2] == "  " and x.split()[0].replace(":", "").isdigit()
    ]


def test_each_file_is_named_once_over_its_facts_and_the_counts_stand_last() -> None:
    text = facts.text(example())
    lines = text.splitlines()
    assert lines[0].split("  ")[-1].strip() == "how"
    assert lines.count("sections/evaluation.tex") == 1
    c = example().coverage
    assert lines[-2].startswith(f"{c.quantities} numbers, {c.read} read, {c.bound} bound")
    assert len(body(text)) == len(read(example())["facts"])


def test_a_line_says_where_what_was_written_how_it_was_read_and_whether_it_was_checked() -> None:
    row = next(x for x in body(facts.text(example())) if "$1.5\\times$" in x)
    assert row.split()[:4] == ["14:48", "*", "$1.5\\times$", "1.5x"]
    bound = next(x for x in body(facts.text(example())) if "2\\,GB" in x)
    assert "< 2 GB" in bound
    assert "speedup" in row
    bits = next(x for x in body(facts.text(example())) if "200\\,Gb/s" in x)
    assert "200 Gb/s = 25 GB/s" in bits
    assert "link bandwidth" in bits


def test_a_list_takes_one_line() -> None:
    listed, _ = body(facts.text(together(LIST, 4)))
    assert "2.8, 3.7, 6.0, 9.5 TFLOPS" in listed


@pytest.mark.parametrize("width", [40, 60, 79, 100, 160])
def test_no_line_of_a_fact_is_longer_than_the_terminal(width: int) -> None:
    for name, report in papers()[:40]:
        for line in body(facts.text(report, width=width)):
            assert columns(line) <= max(width, 66), (name, line)
            assert line == line.rstrip(), name


def test_columns_stand_under_their_heads() -> None:
    text = facts.text(example())
    head = text.splitlines()[0]
    at = head.index("read as")
    for line in body(text):
        assert line[at - 1] == " ", line
        assert line[at] != " ", line


def test_colour_changes_no_word() -> None:
    plain = facts.text(example(), colour=False)
    assert "\x1b" not in plain
    coloured = facts.text(example(), colour=True)
    assert "\x1b[1m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_a_hostile_paper_cannot_speak_to_the_terminal() -> None:
    report = analyse({"main.tex": "It takes 4\x1b[31m0\\,ms and $\x1b]0;x\x07 7$\\,ms."})
    assert "\x1b" not in facts.text(report)
