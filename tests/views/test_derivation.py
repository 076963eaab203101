"""Where a step's number comes from, in words and in JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tanaka.analysis import Located
from tanaka.rules.api import (
    Assumption,
    AtSection,
    AtSpan,
    Computed,
    Datasheet,
    Declared,
    Inferred,
    Origin,
    Stated,
    Step,
)
from tanaka.views import encode
from tanaka.views.derivation import rows, source, stated_at
from tanaka.views.places import Places
from tanaka.views.sections import section_of
from tanaka.views.terminal import report_text

from .papers import example, moved

NUMBER = next(f for f in example().findings if f.finding.code == "TK101").finding.operands[0]
PLACE = "sections/evaluation.tex:14"
ORIGINS: list[tuple[Origin, str, str]] = [
    (Stated(NUMBER), f"stated, {PLACE}", "stated"),
    (Stated("gone"), "stated", "stated"),  # type: ignore[arg-type]
    (Inferred(NUMBER, "the only device"), f"{PLACE}, inferred: the only device", "inferred"),
    (Inferred(NUMBER, ""), f"{PLACE}, inferred", "inferred"),
    (Declared("gpus = 64"), "declared: gpus = 64", "declared"),
    (Datasheet("k", "A100 datasheet"), "A100 datasheet", "datasheet"),
    (Computed("ZeRO, section 3"), "ZeRO, section 3", "formula"),
    (Assumption("a ring"), "assumed: a ring", "assumption"),
]


@pytest.mark.parametrize(("origin", "words", "kind"), ORIGINS)
def test_every_origin_is_named(origin: Origin, words: str, kind: str) -> None:
    places = Places(example())
    assert source(origin, places) == words
    assert encode.source_kind(origin) == kind
    assert (stated_at(origin, places) is not None) == (PLACE in words)


def with_steps(*steps: Step) -> tuple[Located, Any]:
    item = next(f for f in example().findings if f.finding.code == "TK101")
    changed = moved(item, finding=replace(item.finding, steps=steps, note=""))
    return changed, replace(example(), findings=(changed,))


def test_a_row_of_each_origin_reaches_the_terminal_and_the_json() -> None:
    steps = [Step(f"row {i}", 2.0, 1.95, 2.05, "s", "", o) for i, (o, _, _) in enumerate(ORIGINS)]
    item, report = with_steps(*steps)
    text = report_text(report, width=120)
    for i, (origin, words, kind) in enumerate(ORIGINS):
        row = rows(item.finding.steps, Places(report))[i]
        assert (row.shown, row.interval, row.source) == ("2 s", "[1.95, 2.05]", words)
        line = next(x for x in text.splitlines() if f"row {i} " in x)
        if not isinstance(origin, Computed | Stated):
            assert words in line
        record = encode.findings(report)["findings"][0]["derivation"][i]  # type: ignore[index, call-overload]
        assert record["source"]["kind"] == kind  # type: ignore[index, call-overload]


def test_without_a_note_the_message_is_said_under_the_table() -> None:
    item, report = with_steps()
    text = " ".join(report_text(report).split())
    assert f"= so: {item.finding.message.replace('×', 'x')}" in text


def test_without_steps_there_is_no_table() -> None:
    _, report = with_steps()
    assert report_text(report).count("   |\n") == 1


def test_related_places_elsewhere_are_listed_three_at_most() -> None:
    item, report = with_steps()
    others = [f.span for f in example().findings if f.span.doc != item.span.doc][:5]
    changed = moved(item, related=tuple((s, "the other") for s in others))
    text = " ".join(report_text(replace(report, findings=(changed,))).split())
    assert text.count(", the other") == 3
    assert "; and 2 more" in text


def test_a_finding_about_a_section_or_a_bare_place_belongs_to_its_section() -> None:
    item, _ = with_steps()
    places = Places(example())
    section = example().paper.sections[3].id
    about = moved(item, finding=replace(item.finding, at=AtSection(section)))
    assert section_of(about, example(), places) == section
    bare = moved(item, finding=replace(item.finding, at=AtSpan(item.span)))
    inside = section_of(bare, example(), places)
    assert inside is not None
    assert example().paper.section(inside).title == "Step time"
