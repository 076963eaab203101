"""The review as data, for a terminal, and as Markdown."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.paper.model import SectionId
from tanaka.text import DocId, Edit, Span
from tanaka.views.places import Places
from tanaka.views.review import Review, Run, Table, record
from tanaka.views.review_text import as_markdown, as_text, head_text, part_text, tail_text, words
from tanaka.views.svg import Theme
from tanaka.views.terminal import columns
from tanaka.voice.plain import review

from .papers import example, papers

PARTS = ["mirror", "novelty-gap", "mechanism-stress-test", "twist"]


def titled(report: Report, title: str) -> SectionId:
    return next(s.id for s in report.paper.sections if s.title == title)


def encoded(report: Report, made: Review) -> dict[str, Any]:
    places = Places(report)

    def place(span: Span) -> Any:
        return {"label": places.label(span)}

    def edit(edits: tuple[Edit, ...]) -> Any:
        return [[e.span.doc, e.new] for e in edits]

    return json.loads(json.dumps(record(made, place, edit), allow_nan=False))


@pytest.mark.parametrize("title", ["", "Evaluation", "Related work"])
def test_four_parts_in_order_for_the_paper_and_for_a_section(title: str) -> None:
    section = titled(example(), title) if title else None
    document = encoded(example(), review(example(), section=section))
    assert document["schema"] == "tanaka.review/1"
    assert [p["id"] for p in document["parts"]] == PARTS
    assert [p["title"] for p in document["parts"]] == [
        "The Mirror", "The Novelty Gap", "The Mechanism Stress Test", "The Twist",
    ]  # fmt: skip
    assert document["scope"] == ("section" if title else "paper")
    assert document["title"] == (title or "The whole paper")
    assert document["source"] == "engine only"
    for part in document["parts"]:
        assert part["voice"], part["id"]
        assert all(run["text"] for paragraph in part["voice"] for run in paragraph)


def test_the_record_of_a_finding() -> None:
    document = encoded(example(), review(example()))
    found = document["findings"][0]
    assert set(found) == {
        "code", "name", "verdict", "say", "rest", "at", "derivation", "figures", "actions", "fingerprint",
    }  # fmt: skip
    assert [f["verdict"] for f in document["findings"]] == ["impossible"] * 9 + ["implausible"]
    ratio = next(f for f in document["findings"] if f["code"] == "TK101")
    assert ratio["say"] == "2.62 s / 2.12 s is 1.24×, not 1.5×."
    assert [r["value"] for r in ratio["derivation"]] == ["2.62", "2.12", "1.236", "1.5"]
    assert [r.get("sum", False) for r in ratio["derivation"]] == [False, False, True, False]
    assert ratio["derivation"][0]["at"] == {"label": "sections/evaluation.tex:14"}
    assert ratio["figures"][0]["svg"].startswith("<svg")
    assert [a["title"] for a in ratio["actions"]] == ["Write $1.2\\times$"]
    last = document["findings"][-1]
    assert last["rest"].startswith("True only if ")
    assert document["tally"] == {
        "impossible": 9, "implausible": 1, "open": sum(not q["answered"] for q in document["questions"]),
    }  # fmt: skip
    assert document["coverage"]["checked"] == example().coverage.checked


def test_the_questions_stand_in_the_stress_test_with_their_button() -> None:
    document = encoded(example(), review(example()))
    part = document["parts"][2]
    asked = next(f for f in part["findings"] if f["code"] == "TK501")
    assert asked["say"].endswith("?")
    (button,) = asked["actions"]
    assert button["title"] == "Add straggler experiment"
    assert button["latex"].startswith("\\subsection{Stragglers}")
    assert button["edit"][0][0] == "sections/evaluation.tex"
    drawn = {f["title"]: f["equations"] for f in part["figures"]}
    assert drawn["Wait for the slowest node"] == ["30 ms × 2.344 = 70.3 ms"]
    assert not any(q["answered"] for q in document["questions"])


def test_an_answered_question_is_ticked() -> None:
    text = """
\\section{Evaluation}
With data parallelism we train synchronously on 64 nodes. We inject a delay into one
slow node and plot the step time; stragglers are measured in Figure 3.
"""
    made = review(analyse({"main.tex": text}))
    answered = [q for q in made.questions if q.answered]
    assert [q.code for q in answered] == ["TK501"]


def test_the_theme_reaches_the_figures() -> None:
    made = review(example(), theme=Theme.DARK)
    svgs = [d.svg for f in made.findings for d in f.figures]
    assert svgs
    assert all(f'color="{Theme.DARK.ink}"' in s for s in svgs)


# -- text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 79])
def test_the_text_fits_the_terminal(width: int) -> None:
    for name, report in papers():
        for line in as_text(review(report), Places(report), width=width).splitlines():
            assert line == line.rstrip()
            assert columns(line) <= width or " " not in line.strip(), (name, line)


def test_the_text_has_its_headings_tables_and_questions() -> None:
    text = as_text(review(example()), Places(example()))
    for heading in ("The Mirror", "The Novelty Gap", "The Mechanism Stress Test", "The Twist"):
        assert f"\n{heading}\n{'-' * len(heading)}\n" in text
    assert re.search(
        r"\n  yours: bounded staleness\n    in your words: [^\[]+\[main\.tex:\d+\]\n", text
    )
    assert re.search(
        r"\n  HetPipe \(USENIX ATC 2020\) \[sections/introduction\.tex:\d+\]\n    shares with you: ",
        text,
    )
    assert "\n[ ] Which loss do both systems reach in equal time? [main.tex:20]\n" in text
    # A control law has its own signs.
    assert re.sub(r"(?m)^ {4}\S.* = .*$", "", text).isascii()


def short(table: Table) -> Review:
    made = review(example())
    part = type(made.parts[0])("mirror", "The Mirror", ((Run("x"),),), table)
    return type(made)(**{
        **{n: getattr(made, n) for n in made.__dataclass_fields__}, "parts": (part,), "findings": (), "questions": (),
    })  # fmt: skip


def test_a_table_that_fits_is_aligned() -> None:
    table = Table(("a", "bb"), (((Run("long cell"),), (Run("x"),)), ((Run("y"),), (Run("z"),))))
    lines = as_text(short(table), Places(example())).splitlines()
    assert "  a          bb" in lines
    assert "  long cell  x" in lines
    assert "  y          z" in lines


def test_the_markdown_says_the_same() -> None:
    for name, report in papers():
        made, places = review(report), Places(report)
        text = as_markdown(made, places)
        assert text.startswith("# The whole paper\n\n`main.tex:1`. ")
        assert [h for h in re.findall(r"^## (.+)$", text, re.M) if h.startswith("The ")] == [
            p.title for p in made.parts
        ]
        # Each table has as many cells a row as its head.
        for block in re.findall(r"(?:^\|.*\|\n?)+", text, re.M):
            bars = {len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}
            assert len(bars) == 1, (name, block)
        bare = re.sub(r"\\(.)", r"\1", text).replace("`", "").replace("**", "")
        for part in made.parts:
            for paragraph in part.voice:
                said = " ".join(words(paragraph).split()).replace("&", "&amp;")
                assert said in " ".join(bare.split()), name


def test_a_hostile_file_name_cannot_leave_its_code_span() -> None:
    files = {"main.tex": "\\documentclass{a}\\begin{document}\\input{a`b}\\end{document}",
             "a`b.tex": "\nThe time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n"}  # fmt: skip
    report = analyse(files)
    assert report.findings[0].span.doc == DocId("a`b.tex")
    text = as_markdown(review(report), Places(report))
    assert "`a'b.tex:2`" in text
    assert all(line.count("`") % 2 == 0 for line in text.splitlines())


# -- sources and laws ---------------------------------------------------------------------------


def test_a_number_carries_its_place_its_source_and_its_step() -> None:
    document = encoded(example(), review(example()))
    runs = [r for p in document["parts"][2]["voice"] for r in p]
    (peak,) = [r for r in runs if r["text"] == "312 TFLOP/s"]
    assert peak["mark"] == "[sheet: A100]"
    key, symbol = peak["step"].split("#")
    found = next(f for f in document["findings"] if f["fingerprint"] == key)
    (row,) = [d for d in found["derivation"] if d.get("symbol") == symbol]
    assert (row["value"], row["unit"]) == ("312", "TFLOP/s")
    (rate,) = [r for r in runs if r["text"] == "389 TFLOP/s"]
    assert rate["at"]["label"].startswith("sections/implementation.tex:")


def test_the_marks_are_printed_in_brackets() -> None:
    made, places = review(example()), Places(example())
    text = " ".join(as_text(made, places).split())
    assert "312 TFLOP/s [sheet: A100]." in text
    markdown = as_markdown(made, places)
    assert "312 TFLOP/s \\[sheet: A100\\]." in markdown.replace("\n", " ")
    assert re.search(r"TFLOP/s `?\\?\[?`?sections/implementation\.tex:\d+`", markdown)


def test_the_law_is_a_block_of_its_own() -> None:
    made, places = review(example()), Places(example())
    law = made.parts[3].law
    assert law
    assert encoded(example(), made)["parts"][3]["law"] == law
    assert f"\n\n    {' '.join(law.split())}\n" in as_markdown(made, places)


def test_the_text_can_be_printed_part_by_part() -> None:
    made, places = review(example()), Places(example())
    pieces = [head_text(made, places), *(part_text(p) for p in made.parts), tail_text(made, places)]
    assert "".join(pieces) == as_text(made, places)
