"""A rule of the whole paper runs again only where a fact that it read has changed."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cached_property
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tanaka
from fixture import cases
from reading.edited import EDITS, PIECES, ROOT, difference, fresh, host_of
from tanaka.analysis import AnalysisHost, Change
from tanaka.analysis.watching import WatchedContext
from tanaka.paper.model import Mention, Number, Paper
from tanaka.paper.reads import Answers, Watched, query
from tanaka.rules.local import LOCAL
from tanaka.rules.registry import RULES
from tanaka.text import DocId

LOCAL_CODES = {r.code for r in LOCAL}
WHOLE = {r.code for r in RULES} - LOCAL_CODES
"""Rules that need the paper; those of a stretch run once for each stretch that is new."""

PAPER = r"""\documentclass{article}
\title{Lanes: Overlapped Pipelines}
\begin{document}
\begin{abstract}
We present Lanes, which is up to 2.4$\times$ faster than LockStep.
\end{abstract}
\section{Set-up}
We train with AdamW in BF16 on 64 A100-80GB GPUs of eight nodes, with a sequence length of 2048, a
micro-batch size of 4, and ZeRO-1.
\section{Kernels}
In BF16 each A100 sustains 268\,TFLOP/s on our largest matrix product.

The weather in the machine room was fine on most of those days.
\section{Serving}
On one H100 SXM, Llama 3.1 8B in BF16 decodes 168 tokens/s at batch 1.
\section{Training}
For the ablation we train a 13B model with Adam on two A100-80GB.
\section{Discussion}
The paper has 31 pages, and 12 of them are proofs.
\end{document}
"""


def ran(host: AnalysisHost, text: str) -> Counter[str]:
    """Rules of the whole paper that run when a paper becomes ``text``, with how often."""
    before = Counter(host.counts.by_rule)
    host.apply(Change({ROOT: text}))
    assert not host.snapshot().report(ROOT).failures
    return Counter(
        {c: n - before[c] for c, n in host.counts.by_rule.items() if n > before[c] and c in WHOLE}
    )


def opened(text: str = PAPER) -> AnalysisHost:
    host = host_of({ROOT: text})
    host.snapshot().report(ROOT)
    return host


def edited(old: str, new: str) -> str:
    assert PAPER.count(old) == 1
    return PAPER.replace(old, new)


# -- what an edit runs ------------------------------------------------------------------------
def test_a_fresh_paper_runs_each_rule_of_the_whole_paper_once() -> None:
    counts = opened().counts.by_rule
    assert {c: counts[c] for c in WHOLE} == dict.fromkeys(WHOLE, 1)


@pytest.mark.parametrize(("old", "new"), [("fine on most", "fair on most"), ("fine on most", "fine, cool and dry on most")])  # fmt: skip
def test_prose_without_facts_runs_no_rule_of_the_whole_paper(old: str, new: str) -> None:
    assert not ran(opened(), edited(old, new))


def test_a_paragraph_of_prose_runs_no_rule_that_holds_the_paper_against_physics() -> None:
    text = edited("of those days.", "of those days.\n\nIt rained once, at night.")
    again = set(ran(opened(), text))
    assert not {c for c in again if c.startswith(("TK2", "TK3", "TK4"))}


ANY = {"TK106", "TK107"}
"""Rules that hold any two numbers of the paper against each other."""


@pytest.mark.parametrize(
    ("old", "new", "runs"),
    [
        ("31 pages", "32 pages", set()),
        ("268\\,TFLOP/s", "269\\,TFLOP/s", {"TK201"}),
        ("168 tokens/s", "169 tokens/s", {"TK207"}),
        ("two A100-80GB", "three A100-80GB", {"TK301"}),
        ("64 A100-80GB", "128 A100-80GB", set()),
        ("eight nodes", "sixteen nodes", {"TK304", "TK502"}),
        ("length of 2048", "length of 4096", {"TK304", "TK502"}),
        ("size of 4", "size of 8", {"TK304", "TK502"}),
    ],
)
def test_a_number_runs_the_rules_that_read_it_and_no_others(
    old: str, new: str, runs: set[str]
) -> None:
    assert ran(opened(), edited(old, new)) == Counter(ANY | runs)


def test_a_claim_of_one_relation_runs_no_rule_of_another() -> None:
    text = edited("of those days.", "of those days.\n\nWe train a 7B model on four A100-40GB.")
    again = {c for c in ran(opened(), text) if c.startswith(("TK2", "TK3", "TK4"))}
    assert "TK301" in again
    assert not again & {"TK202", "TK203", "TK208", "TK210", "TK305", "TK401", "TK404", "TK405"}


def test_an_undone_edit_runs_nothing() -> None:
    host = opened()
    ran(host, edited("268\\,TFLOP/s", "389\\,TFLOP/s"))
    assert not ran(host, PAPER)


def test_a_setting_runs_the_rules_that_it_turns_on_and_no_others() -> None:
    host = opened()
    toml = DocId("tanaka.toml")
    host.apply(Change({toml: '[rules]\nignore = ["TK207"]\n'}))
    host.snapshot().report(ROOT)
    before = Counter(host.counts.by_rule)
    host.apply(Change({toml: '[rules]\nignore = ["TK501"]\n'}))
    host.snapshot().report(ROOT)
    assert host.counts.by_rule - before == Counter({"TK207": 1})


# -- that what is kept is right ---------------------------------------------------------------
_FIRING = [
    case.files["main.tex"]
    for path in sorted((Path(__file__).parents[1] / "rules").glob("TK*.md"))
    for case in cases(path)
    if set(case.files) == {"main.tex"} and "\\begin{document}" not in case.files["main.tex"]
]
DIGITS = ("0", "1", "2", "5", "9", "16", "0.5", "1{,}024")


def _paper(parts: list[int]) -> str:
    body = "\n\n".join(
        f"\\section{{Part {i}}}\n{_FIRING[k % len(_FIRING)]}" for i, k in enumerate(parts)
    )
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


@given(
    st.lists(st.integers(0, len(_FIRING) - 1), min_size=4, max_size=10),
    st.lists(
        st.tuples(
            st.sampled_from(range(len(EDITS))),
            st.integers(0, 100_000),
            st.sampled_from((*DIGITS * 6, *PIECES)),
        ),
        min_size=1,
        max_size=6,
    ),
)
@settings(max_examples=40, deadline=None)
def test_any_edits_find_what_a_fresh_analysis_finds(parts, edits) -> None:
    text = _paper(parts)
    host = host_of({ROOT: text})
    host.snapshot().report(ROOT)
    for edit, at, piece in edits:
        text = EDITS[edit](text, at, piece)
        host.apply(Change({ROOT: text}))
        assert not difference(host.snapshot().report(ROOT), fresh({ROOT: text}))


# -- what is noted ----------------------------------------------------------------------------
def _public(of: type) -> set[str]:
    kinds = (property, cached_property)
    return {
        n for n, v in vars(of).items() if not n.startswith("_") and (callable(v) or isinstance(v, kinds))
    }  # fmt: skip


def test_a_watched_paper_notes_all_that_a_paper_tells() -> None:
    assert _public(Paper) <= _public(Watched)
    assert "stretches" in _public(Watched)


def test_a_watched_paper_gives_what_the_paper_gives() -> None:
    paper = opened().snapshot().report(ROOT).paper
    watched = Watched(Answers(paper))
    for name in ("numbers", "claims", "later", "mentions", "tables", "sections", "statements", "stretches", "seen", "order"):  # fmt: skip
        assert getattr(watched, name) == getattr(paper, name), name
    first = paper.numbers[0]
    assert watched.number(first.id) is first is watched.by_id[first.id]
    assert list(watched.by_id) == [n.id for n in paper.numbers]
    assert watched.mentions_of("training") == paper.mentions_of("training")
    assert watched.mentions_of() == paper.numbers_of() == watched.counts_of() == ()
    assert watched.physical("utilization") == paper.physical("utilization")
    assert watched.physical() == paper.physical() == ()
    assert watched.numbers_of(first.kind) == paper.numbers_of(first.kind)
    assert watched.place(first.id) == 0
    assert {q[0] for q in watched.log} >= {"numbers", "number", "mentions_of", "place"}


def test_a_context_notes_what_is_known_beside_the_paper() -> None:
    paper = opened().snapshot().report(ROOT).paper
    watched = Watched(Answers(paper, {"knowledge": 1, "given": ()}))
    context = WatchedContext(watched)
    assert context.paper is watched
    assert context.knowledge == 1
    assert list(watched.log) == [("beside", "knowledge")]


def test_a_query_runs_again_where_what_it_read_differs_and_its_value_decides() -> None:
    runs: list[str] = []

    @query
    def devices(paper: Paper) -> int:
        runs.append("devices")
        return len(paper.counts_of("gpu"))

    @query
    def doubled(paper: Paper, factor: int) -> int:
        runs.append("doubled")
        return factor * devices(paper)

    def papers(*texts: str) -> list[Paper]:
        return [fresh({ROOT: edited("31 pages", t)}).paper for t in texts]

    one, other, third = papers("31 pages", "30 pages on 4 GPUs", "30 pages on 6 GPUs")
    first = Answers(one)
    one.answers = first
    assert doubled(one, 2) == 2 * devices(one)
    assert runs == ["doubled", "devices"]
    other.answers = Answers(other, before=first)
    assert doubled(other, 2) == 2 * devices(other) == doubled(one, 2) + 2
    assert runs == ["doubled", "devices"] * 2 or runs == [
        "doubled",
        "devices",
        "devices",
        "doubled",
    ]
    del runs[:]
    third.answers = Answers(third, before=other.answers)
    assert doubled(third, 2) == doubled(other, 2)
    assert runs == ["devices"]  # another count, and as many as before


def test_what_fails_is_noted_as_far_as_it_came() -> None:
    @query
    def broken(paper: Paper) -> int:
        return len(paper.mentions_of("training")) // 0

    watched = Watched(Answers(opened().snapshot().report(ROOT).paper))
    with pytest.raises(ZeroDivisionError):
        broken(watched)
    assert ("mentions_of", "training") in watched.log


def test_a_watched_paper_is_no_key_of_a_cache() -> None:
    with pytest.raises(TypeError, match="query"):
        hash(Watched(Answers(Paper(()))))


def test_no_cache_is_keyed_by_a_paper() -> None:
    wrong = []
    for path in sorted(Path(tanaka.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            cached = any("cache" in ast.unparse(d) for d in node.decorator_list)
            taken = {ast.unparse(a.annotation) for a in node.args.args if a.annotation is not None}
            if cached and taken & {"Paper", "Context", "Whole", "Report"}:
                wrong.append(f"{path.name}: {node.name}")
    assert wrong == []


def test_no_rule_asks_for_all_claims_of_the_hardware() -> None:
    """One that did would run again at every other's claim: `Paper.physical` has those of a relation."""
    rules = Path(tanaka.__file__).parent / "rules"
    assert [p.name for p in rules.rglob("*.py") if "of(Physical)" in p.read_text("utf-8")] == []


def test_facts_are_compared_by_what_they_say() -> None:
    """A kept outcome names facts of an earlier revision: those that are equal are the same."""
    for kind in (Number, Mention):
        assert kind.__eq__ is not object.__eq__
