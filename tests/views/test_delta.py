"""The delta as data, text and Markdown: what it says of each row, and that it says it in print."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.text import Span
from tanaka.views import delta, encode
from tanaka.views.places import Places
from tanaka.views.terminal import columns

DRAFT = r"""\section{Design}
We train with pipeline and data parallelism. Pipeline parallelism has eight stages.
Data parallelism has eight replicas. The layout of our state follows ZeRO stage 2.
We keep ZeRO stage 2 in all experiments, which use 128 nodes.
We propose bounded staleness | between replicas. Bounded staleness lets a replica run ahead.
On queues see~\cite{ssp}.
\bibliography{refs}
"""
BASELINE = r"""\title{FlushPipe: A Pipeline}
\section{Design}
We train with pipeline and data parallelism. Pipeline parallelism has eight stages.
Data parallelism has eight replicas. The layout of our state follows ZeRO stage 1.
We keep ZeRO stage 1 in all experiments, which use 64 nodes.
"""
REFS = "@inproceedings{ssp, title = {More Effective Distributed {ML} via a Stale Synchronous Parallel Parameter Server}, year = {2013}}\n"


@cache
def pair() -> Report:
    return analyse({"main.tex": DRAFT, "refs.bib": REFS, "baseline/main.tex": BASELINE})


def record(report: Report) -> dict[str, Any]:
    places = Places(report)
    found = delta.record(report, lambda span: encode.span_record(places, span))
    return json.loads(json.dumps(found, allow_nan=False))


def test_without_a_baseline_there_is_no_delta() -> None:
    alone = analyse({"main.tex": DRAFT})
    assert delta.record(alone, lambda span: None) is None
    assert delta.text(alone) == delta.markdown(alone) == ""


def test_the_document_of_a_delta() -> None:
    document = record(pair())
    assert set(document) == {"schema", "root", "baseline", "rows", "works"}
    assert document["schema"] == "tanaka.delta/1"
    assert document["root"] == "main.tex"
    assert document["baseline"] == {
        "file": "baseline/main.tex",
        "title": "FlushPipe: A Pipeline",
        "chosen": "found beside the root",
    }
    assert sorted(r["name"] for r in document["rows"][:2]) == [
        "data parallelism",
        "pipeline parallelism",
    ]
    assert [(r["kind"], r["name"]) for r in document["rows"][2:]] == [
        ("re-configured", "sharded training state"),
        ("re-configured", "nodes"),
        ("added", "bounded staleness"),
    ]


def test_each_row_carries_its_words_in_both_papers() -> None:
    report = pair()
    for row in record(report)["rows"]:
        for shown in (*row["draft"], *row["baseline"]):
            at = shown["at"]
            line = report.texts[at["file"]].split("\n")[at["start"]["line"] - 1]
            inside = line[at["start"]["column"] - 1 : at["end"]["column"] - 1]
            assert inside == shown["words"]
        assert all(s["at"]["file"] == "main.tex" for s in row["draft"])
        assert all(s["at"]["file"] == "baseline/main.tex" for s in row["baseline"])
    settings = {r["name"]: r["settings"] for r in record(report)["rows"] if r["settings"]}
    assert settings == {
        "sharded training state": [{"name": "stage", "draft": "2", "baseline": "1"}],
        "nodes": [{"name": "nodes", "draft": "128", "baseline": "64"}],
    }


def test_prior_art_says_what_is_cited() -> None:
    works = {w["id"]: w for w in record(pair())["works"]}
    assert works["hetpipe"]["cited"] is False
    assert works["ssp"]["cited"] is True
    assert works["hetpipe"]["mechanisms"] == [
        "bounded staleness",
        "data parallelism",
        "pipeline parallelism",
    ]
    assert works["hetpipe"]["reference"] == "HetPipe (USENIX ATC 2020)"
    order = list(works)
    assert order.index("hetpipe") < order.index("ssp")  # what joins more comes first


def test_nothing_is_called_uncited_where_the_bibliography_was_not_read() -> None:
    report = analyse({"main.tex": DRAFT, "baseline/main.tex": BASELINE})
    assert {w["cited"] for w in record(report)["works"]} == {None}
    assert "perhaps cited" in delta.text(report)


def test_places_are_the_front_ends_own() -> None:
    seen: list[Span] = []

    def place(span: Span) -> str:
        seen.append(span)
        return f"{span.doc}@{span.start}"

    found = delta.record(pair(), place)
    assert found is not None
    assert {s.doc for s in seen} == {"main.tex", "baseline/main.tex"}


@pytest.mark.parametrize("width", [40, 60, 79, 120])
def test_text_stays_within_its_columns(width: int) -> None:
    lines = delta.text(pair(), width=width).split("\n")
    assert all(columns(line) <= max(width, 40 + 22) for line in lines if line)
    assert all(line == line.rstrip() for line in lines)


def test_text_is_ascii_and_names_every_row_once() -> None:
    text = delta.text(pair())
    assert text.isascii()
    for heading in ("shared", "re-configured", "added", "prior art it touches"):
        assert text.count(f"\n{heading}\n") == 1
    assert "stage: 2 instead of 1" in text
    assert "main.tex:5  bounded staleness" in text
    assert "HetPipe (USENIX ATC 2020), not cited" in text


def test_colour_changes_no_word() -> None:
    painted = delta.text(pair(), colour=True)
    assert "\x1b[" in painted
    import re

    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == delta.text(pair())


def test_the_papers_words_break_no_table() -> None:
    rows = [line for line in delta.markdown(pair()).split("\n") if line.startswith("|")]
    assert len(rows) == 2 + 5
    assert {line.replace("\\|", "").count("|") for line in rows} == {6}
    assert "| re-configured | nodes |" in delta.markdown(pair())


def test_two_papers_without_anything_in_common_say_so() -> None:
    report = analyse({"main.tex": "We sort.", "baseline/main.tex": "We search."})
    assert record(report)["rows"] == []
    assert "nothing that both papers tell plainly" in delta.text(report)
    assert "nothing that both papers tell plainly" in delta.markdown(report)
