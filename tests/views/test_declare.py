"""Where a claim does not say on which part: what may be declared, and that it then is checked."""

from __future__ import annotations

import tomllib

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.rules.api import FixKind, Verdict
from tanaka.text import DocId
from tanaka.views.actions import ActionView
from tanaka.views.declare import declarations, of_number

from .papers import papers

MAIN, TOML = DocId("main.tex"), DocId("tanaka.toml")
HEAD = "\\documentclass{article}\n\\begin{document}\n"
PARTS = "\\section{Design}\nThe A100-SXM4-80GB computes in BF16, and an A100 has NVLink. Serving uses an H100-SXM5-80GB.\n"  # fmt: skip
RATE = "Each GPU sustains 389\\,TFLOP/s on our largest matrix product.\n"


def paper(text: str) -> Report:
    return analyse({MAIN: f"{HEAD}{text}\\end{{document}}\n"})


def offered(report: Report, words: str, settings: str | None = None) -> dict[str, ActionView]:
    at = report.texts[MAIN].index(words)
    found = declarations(report, MAIN, at, at, None if settings is None else (TOML, settings))
    return {view.title: view for view in found}


def applied(report: Report, view: ActionView, settings: str = "") -> dict[str, str]:
    """Texts of the paper with an action's edits."""
    texts = {MAIN: report.texts[MAIN], TOML: settings}
    for edit in view.edits:
        text = texts[edit.span.doc]
        texts[edit.span.doc] = text[: edit.span.start] + edit.new + text[edit.span.end :]
    return {doc: text for doc, text in texts.items() if text}


def findings(texts: dict[str, str]) -> list[tuple[str, Verdict, str]]:
    report = analyse(texts)
    assert not report.failures
    return [(f.finding.code, f.finding.verdict, f.finding.message) for f in report.findings]


def test_an_unbound_rate_offers_the_parts_that_the_paper_names() -> None:
    report = paper(f"{PARTS}\\section{{Results}}\n{RATE}")
    views = offered(report, "389")
    assert list(views) == ["Declare the device: A100-SXM4-80GB, bf16", "Declare the device: H100-SXM5-80GB, bf16"]  # fmt: skip
    view = next(iter(views.values()))
    assert view.kind is FixKind.INSERT
    assert "a reviewer will ask" in view.reason
    assert not view.preferred


def test_declaring_the_device_makes_the_rule_speak_and_it_says_so() -> None:
    report = paper(f"{PARTS}\\section{{Results}}\n{RATE}")
    assert [f.finding.code for f in report.findings if f.finding.code == "TK201"] == []
    view = offered(report, "389")["Declare the device: A100-SXM4-80GB, bf16"]
    texts = applied(report, view)
    lines = texts[MAIN].split("\n")
    at = lines.index(RATE.rstrip())
    assert lines[at - 1] == "% tanaka: given device = A100-SXM4-80GB, precision = bf16"
    assert (
        "TK201", Verdict.IMPOSSIBLE,
        "389 TFLOP/s is 1.25 times the dense bf16 peak of the A100 (declared), 312 TFLOP/s.",
    ) in findings(texts)  # fmt: skip
    mended = analyse({**texts, MAIN: texts[MAIN].replace("389", "289")})
    assert not [f for f in mended.findings if f.finding.code == "TK201"]
    assert [h.summary for h in mended.held if h.code == "TK201"] == ["289 TFLOP/s / 312 TFLOP/s = 0.926"]  # fmt: skip


def test_where_the_sentence_says_the_precision_the_device_alone_is_declared() -> None:
    report = paper(f"{PARTS}\\section{{Results}}\n{RATE.replace('Each', 'In BF16 each')}")
    view = offered(report, "389")["Declare the device: A100-SXM4-80GB"]
    found = findings(applied(report, view))
    assert any("(declared)" in said for code, _, said in found if code == "TK201")


def test_in_the_settings_it_holds_for_the_whole_paper() -> None:
    report = paper(f"{PARTS}\\section{{Results}}\n{RATE}")
    settings = '[paper]\nroot = "main.tex"\n'
    view = offered(report, "389", settings)["Declare the device for the whole paper: A100-SXM4-80GB, bf16"]  # fmt: skip
    texts = applied(report, view, settings)
    assert tomllib.loads(texts[TOML]) == {
        "paper": {"root": "main.tex"},
        "given": {"device": "A100-SXM4-80GB", "precision": "bf16"},
    }
    assert any(code == "TK201" for code, _, _ in findings(texts))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[given]\n", {"device": "A100-SXM4-80GB", "precision": "bf16"}),
        ("[given]", {"device": "A100-SXM4-80GB", "precision": "bf16"}),
        ("[given]  # of ours\ngpus = 64\n", {"device": "A100-SXM4-80GB", "precision": "bf16", "gpus": 64}),
        ("[given]\nprecision = \"fp16\"\n\n[rules]\nignore = []\n", {"device": "A100-SXM4-80GB", "precision": "fp16"}),
    ],
)  # fmt: skip
def test_the_table_that_is_there_is_used(before: str, after: dict[str, object]) -> None:
    report = paper(f"{PARTS}\\section{{Results}}\n{RATE}")
    view = next(v for t, v in offered(report, "389", before).items() if "whole paper" in t)
    assert tomllib.loads(applied(report, view, before)[TOML])["given"] == after


def test_what_the_settings_say_already_is_not_offered_again() -> None:
    report = paper(f"{PARTS}\\section{{Results}}\n{RATE}")
    said = '[given]\ndevice = "H100"\nprecision = "fp8"\n'
    assert not [t for t in offered(report, "389", said) if "whole paper" in t]


def test_where_the_paper_names_no_part_the_author_completes_it() -> None:
    report = paper(f"\\section{{Results}}\n{RATE}")
    views = offered(report, "389")
    assert list(views) == ["Declare the device: a reviewer will ask which"]
    texts = applied(report, next(iter(views.values())))
    assert "% tanaka: given device = \nEach GPU" in texts[MAIN]
    report = analyse(texts)
    assert not report.given[MAIN].items  # nothing is declared before it is completed
    assert not [f for f in report.findings if f.finding.code == "TK201"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"\\section{{Results}} {RATE}", "\\section{Results} % tanaka: given device = "),
        (f"\\section{{Results}}\n  {RATE}", "  % tanaka: given device = "),
        (f"\\section{{Results}}\nIt is fast. {RATE}", "It is fast. % tanaka: given device = "),
        (f"\\section{{Results}}\n\\textbf{{{RATE.rstrip()}}}\n", "\\textbf{% tanaka: given device = "),
    ],
)  # fmt: skip
def test_the_comment_reaches_the_number_wherever_it_stands(text: str, line: str) -> None:
    report = paper(text)
    (view,) = offered(report, "389").values()
    texts = applied(report, view)
    assert line in texts[MAIN].split("\n")
    done = texts[MAIN].replace("device = ", "device = A100-SXM4-80GB, precision = bf16", 1)
    assert any(code == "TK201" for code, _, _ in findings({MAIN: done}))


def test_a_utilisation_is_asked_for_its_part_too() -> None:
    report = paper(f"{PARTS}\\section{{Results}}\nTraining reaches 62\\% MFU. It takes 4\\,ms.\n")
    assert "Declare the device: A100-SXM4-80GB, bf16" in offered(report, "62")
    assert offered(report, "4\\,ms") == {}


@pytest.mark.parametrize(
    "text",
    [
        "In BF16 each A100 sustains 389\\,TFLOP/s on our largest matrix product.\n",
        f"% tanaka: given device = A100, precision = bf16\n{RATE}",
        "\\section{Related work}\nEach GPU sustains 389\\,TFLOP/s in their work~\\cite{a}.\n",
        "We plan to sustain 389\\,TFLOP/s on each GPU.\n",
    ],
)
def test_what_is_bound_or_not_claimed_is_not_asked_for(text: str) -> None:
    assert offered(paper(text), "389") == {}


def test_a_part_without_its_precision_is_asked_for_that_alone() -> None:
    report = paper(f"{PARTS}\\section{{Results}}\n{RATE.replace('GPU', 'A100')}")
    assert list(offered(report, "389")) == ["Declare the precision: bf16"]


def test_every_offer_of_every_paper_is_a_comment_or_an_entry() -> None:
    for _, report in papers():
        for number in report.paper.numbers:
            for view in of_number(report, number.id, (TOML, "")):
                (edit,) = view.edits
                if edit.span.doc == TOML:
                    assert tomllib.loads(edit.new)["given"]
                    continue
                assert edit.span.start == edit.span.end
                assert edit.new.strip().startswith("% tanaka: given ")
                assert edit.new.endswith("\n")
                assert view.title.startswith("Declare the ")
