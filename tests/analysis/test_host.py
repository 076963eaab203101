"""Snapshots: what an edit recomputes, what it finds, and that it is the same as from scratch."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.analysis.host import Memo
from tanaka.rules import registry
from tanaka.rules.api import PREVIEW, Context, Rule
from tanaka.rules.local import LOCAL
from tanaka.rules.registry import RULES
from tanaka.text import DocId

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline"
ROOT, EVALUATION = DocId("main.tex"), DocId("sections/evaluation.tex")


def example() -> dict[DocId, str]:
    return {
        DocId(p.relative_to(EXAMPLE).as_posix()): p.read_text("utf-8")
        for p in sorted(EXAMPLE.rglob("*.tex"))
        if "baseline" not in p.parts
    }


def host_of(files: dict[DocId, str]) -> AnalysisHost:
    host = AnalysisHost()
    host.apply(Change(dict(files)))
    return host


def seen(report: Report) -> list[tuple[str, int, int, str, str]]:
    return [
        (f.span.doc, f.span.start, f.span.end, f.finding.code, f.finding.message)
        for f in report.findings
    ]


def test_typing_prose_reads_one_block_and_runs_no_rule() -> None:
    files = example()
    host = host_of(files)
    before = host.snapshot().report(ROOT)
    blocks, rules = host.counts.blocks_read, host.counts.rules_run
    text = files[EVALUATION].replace("Most of the difference is", "Most of the whole difference is")
    assert text != files[EVALUATION]
    host.apply(Change({EVALUATION: text}))
    after = host.snapshot().report(ROOT)
    assert host.counts.blocks_read == blocks + 1
    assert host.counts.rules_run == rules
    assert [f.finding for f in after.findings] == [f.finding for f in before.findings]
    assert after.paper == before.paper


def test_a_glance_judges_the_stretch_under_edit_and_runs_no_rule_of_the_whole_paper() -> None:
    files = example()
    host = host_of(files)
    host.snapshot().report(ROOT)
    read, rules = host.counts.units_read, host.counts.rules_run
    host.apply(Change({EVALUATION: files[EVALUATION].replace("to 2.12\\,s, a", "to 2.02\\,s, a")}))
    glance = host.snapshot().glance(ROOT)
    assert host.counts.units_read == read + 1
    assert host.counts.rules_run == rules + len(LOCAL)
    assert any(f.finding.code == "TK101" and "2.02" in f.finding.message for f in glance)
    report = host.snapshot().report(ROOT)
    of_the_paper = sum(r not in LOCAL or r.whole is not None for r in RULES)
    assert rules + len(LOCAL) < host.counts.rules_run < rules + len(LOCAL) + of_the_paper / 2
    # What is about numbers that are still there has stood all the while.
    still = {f.finding.code for f in glance if f.finding.code not in {r.code for r in LOCAL}}
    assert still == {f.finding.code for f in report.findings} - {r.code for r in LOCAL}


def test_a_number_keeps_its_id_when_another_of_its_sentence_changes() -> None:
    def ids(text: str) -> dict[float, str]:
        report = host_of({ROOT: text}).snapshot().report(ROOT)
        return {n.quantity.point: n.id for n in report.paper.numbers}

    document = "\\begin{document}\\section{A}\nIt falls from 420\\,ms to 140\\,ms on X, 3\\,GB.\n"
    before, after = ids(document), ids("New words.\n\n" + document.replace("140", "150"))
    assert before[0.42] == after[0.42] and before[3e9] == after[3e9]
    twice = host_of({ROOT: document + "\nAgain 420\\,ms and 420\\,ms.\n"}).snapshot().report(ROOT)
    found = [n.id for n in twice.paper.numbers]
    assert len(found) == len(set(found)) == 5
    assert len({n.block for n in twice.paper.numbers}) == 2


def test_findings_show_from_the_top_while_a_paper_is_read() -> None:
    files = long_paper()
    wrong = "It falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n\n"
    text = files[ROOT].replace("\\begin{document}\n", "\\begin{document}\n" + wrong, 1)
    host = host_of(files | {ROOT: text})
    assert wrong in text
    steps = host.snapshot().warm(ROOT)
    first = next(shown for read, found in steps if not read and (shown := found()))
    assert [f.finding.code for f in first] == ["TK101"]
    assert host.counts.blocks_read < 100
    assert sum(read for read, _ in steps) > 300
    assert [f.finding.code for f in host.snapshot().report(ROOT).findings][:1] == ["TK101"]


def test_a_branch_that_is_not_typeset_says_nothing_whoever_sets_its_switch() -> None:
    body = "\\ifdraft It takes 5\\,ms. \\else It takes 7\\,ms. \\fi"
    main = "\\documentclass{article}\\input{set}\n\\begin{document}\n\\input{body}\n\\end{document}"

    def values(setting: str) -> list[float]:
        files = {ROOT: main, DocId("set.tex"): setting, DocId("body.tex"): body}
        return [n.quantity.point for n in host_of(files).snapshot().report(ROOT).paper.numbers]

    assert values("\\newif\\ifdraft") == [0.007]
    assert values("\\newif\\ifdraft\\drafttrue") == [0.005]
    assert values("") == [0.005, 0.007]  # nobody knows


def test_decimals_are_read_as_the_main_language_writes_them() -> None:
    def values(language: str) -> list[float]:
        text = (
            f"\\documentclass{{article}}\\usepackage[{language}]{{babel}}\n\\begin{{document}}\n"
            "Das dauert 1,5\\,s bei 2.048\\,GB.\n\n\\begin{tabular}{lr}\n a & Zeit (s) \\\\ \\hline\n"
            " x & 2,25 \\\\\n y & 3,75 \\\\\n\\end{tabular}\n\\end{document}"
        )
        return [
            n.quantity.point for n in host_of({ROOT: text}).snapshot().report(ROOT).paper.numbers
        ]

    assert values("ngerman") == [1.5, 2.048e12, 2.25, 3.75]
    assert values("english")[1] == 5.0  # "1" and "5 s"


def test_changing_a_number_runs_the_rules() -> None:
    files = example()
    host = host_of(files)
    host.snapshot().report(ROOT)
    rules = host.counts.rules_run
    host.apply(Change({EVALUATION: files[EVALUATION].replace("to 2.12\\,s, a", "to 2.13\\,s, a")}))
    host.snapshot().report(ROOT)
    assert host.counts.rules_run > rules


def test_undo_recomputes_nothing() -> None:
    files = example()
    host = host_of(files)
    before = host.snapshot().report(ROOT)
    host.apply(Change({EVALUATION: files[EVALUATION].replace("2.12", "2.02")}))
    host.snapshot().report(ROOT)
    counts = (host.counts.blocks_read, host.counts.units_read, host.counts.rules_run)
    host.apply(Change({EVALUATION: files[EVALUATION]}))
    assert seen(host.snapshot().report(ROOT)) == seen(before)
    assert (host.counts.blocks_read, host.counts.units_read, host.counts.rules_run) == counts


def test_a_warm_paper_is_reported_without_reading_a_block() -> None:
    host = host_of(example())
    snapshot = host.snapshot()
    before = 0
    for _ in snapshot.warm(ROOT):
        assert host.counts.blocks_read <= before + 1
        before = host.counts.blocks_read
    blocks = host.counts.blocks_read
    assert blocks > 20
    report = snapshot.report(ROOT)
    assert host.counts.blocks_read == blocks
    assert seen(report) == seen(host_of(example()).snapshot().report(ROOT))
    assert not list(snapshot.warm(ROOT))  # nothing is left to do


def test_the_same_paper_under_another_address_has_the_same_ids() -> None:
    files = example()
    away = {DocId(f"file:///somewhere/else/{doc}"): text for doc, text in files.items()}
    here = host_of(files).snapshot().report(ROOT)
    there = host_of(away).snapshot().report(DocId("file:///somewhere/else/main.tex"))
    assert there.paper == here.paper
    assert [f.finding.fingerprint for f in there.findings] == [
        f.finding.fingerprint for f in here.findings
    ]


def test_an_old_snapshot_does_not_change() -> None:
    files = example()
    host = host_of(files)
    old = host.snapshot()
    before = seen(old.report(ROOT))
    host.apply(Change({EVALUATION: ""}))
    assert seen(old.report(ROOT)) == before
    assert seen(host.snapshot().report(ROOT)) != before


PIECES = st.sampled_from(
    ["", " word ", "7", "{", "}", "$", "\n\n", "\\section{X}\n", "\\begin{table}", "% c\n", "\\input{sections/design}", "2.0$\\times$",
     "\\newcommand{\\numnodes}{8}", "\\end{abstract}", "&", "\\\\", " from 3 s to 2 s, ", "é😀"]
)  # fmt: skip
EDITS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 40), PIECES), max_size=6)


@given(EDITS)
@settings(max_examples=8, deadline=None)
def test_any_edits_give_the_same_as_from_scratch(edits: list[tuple[int, int, str]]) -> None:
    files = example()
    host = host_of(files)
    text = files[EVALUATION]
    for at, length, new in edits:
        at = at % (len(text) + 1)
        text = text[:at] + new + text[at + length :]
        host.apply(Change({EVALUATION: text}))
        host.snapshot().report(ROOT)
    fresh = host_of(files | {EVALUATION: text})
    assert seen(host.snapshot().report(ROOT)) == seen(fresh.snapshot().report(ROOT))


def test_a_failing_rule_is_one_line_and_the_others_speak(monkeypatch) -> None:
    def broken(context: Context):
        raise RuntimeError("no")
        yield context

    alone = seen(host_of(example()).snapshot().report(ROOT))
    rule = Rule("TK999", "broken", "0", "stable", broken, "")
    monkeypatch.setattr(registry, "RULES", (rule, *registry.RULES))
    report = host_of(example()).snapshot().report(ROOT)
    assert len(report.failures) == 1
    assert re.match(r"TK999 failed: RuntimeError: no", report.failures[0])
    assert len(alone) > 10 and seen(report) == alone


def test_a_fix_never_copies_a_number_that_is_at_fault_itself() -> None:
    files = example()

    def headline(files: dict[DocId, str]) -> list[str]:
        report = host_of(files).snapshot().report(ROOT)
        (found,) = [f for f in report.findings if f.finding.code == "TK106"]
        return [x.title for x in found.fixes if x.kind == "quickfix"]

    assert headline(files) == []  # the table's largest factor is the wrong cell
    table = DocId("tables/scaling.tex")
    mended = files[table].replace("$1.38\\times$", "$1.18\\times$")
    assert headline(files | {table: mended}) == ["Write $1.2\\times$"]


def test_roots_are_found_by_class_magic_comment_and_settings() -> None:
    document = "\\documentclass{article}\\begin{document}\\input{a}\\end{document}"
    host = host_of(
        {
            DocId("p/main.tex"): document,
            DocId("p/a.tex"): "x",
            DocId("p/baseline/main.tex"): document,
        }
    )
    assert host.snapshot().roots() == ("p/main.tex",)
    assert host.snapshot().root_of(DocId("p/a.tex")) == "p/main.tex"
    host.apply(
        Change(
            {
                DocId("p/other.tex"): document,
                DocId("p/tanaka.toml"): '[paper]\nroot = "other.tex"\n',
            }
        )
    )
    assert host.snapshot().roots()[0] == "p/other.tex"


def test_bad_settings_are_said_and_the_rest_is_used() -> None:
    host = host_of(example() | {DocId("tanaka.toml"): '[rules]\nignore = ["TK1"]\nselect = 3\n'})
    report = host.snapshot().report(ROOT)
    assert report.problems == ("tanaka.toml: rules.select is not a list of codes",)
    assert {f.finding.code[:3] for f in report.findings} == {"TK2", "TK3", "TK5", "TK6"}


def test_rules_in_preview_are_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = tuple(replace(r, status=PREVIEW) if r.code == "TK501" else r for r in RULES)
    monkeypatch.setattr(registry, "RULES", tried)
    settings_of = {"off": "", "on": "[rules]\npreview = true\n"}

    def codes(host: AnalysisHost, settings: str) -> set[str]:
        files = example() | {DocId("tanaka.toml"): settings_of[settings]}
        host.apply(Change(dict(files)))
        return {f.finding.code for f in host.snapshot().report(ROOT).findings}

    assert "TK501" not in codes(AnalysisHost(), "off")
    assert "TK501" in codes(AnalysisHost(), "on")
    assert "TK501" in codes(AnalysisHost(preview=True), "off")
    assert "TK201" in codes(AnalysisHost(), "off")


def test_a_preview_that_is_no_answer_is_said() -> None:
    host = host_of(example() | {DocId("tanaka.toml"): "[rules]\npreview = 1\n"})
    problems = host.snapshot().report(ROOT).problems
    assert problems == ("tanaka.toml: rules.preview is neither true nor false",)


def suppressed(
    comment: str, line: str = "from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup."
) -> Report:
    text = (
        "\\documentclass{article}\n\\begin{document}\n"
        + comment.replace("LINE", line)
        + "\n\\end{document}\n"
    )
    return host_of({ROOT: text}).snapshot().report(ROOT)


def test_suppression_at_a_line_a_paragraph_a_stretch_and_a_file() -> None:
    for comment in (
        "LINE % tanaka: ignore TK101 -- another run",
        "% tanaka: ignore TK101 -- another run\nLINE",
        "% tanaka: off TK1 -- draft\nLINE\n\nLINE\n% tanaka: on",
        "LINE\n\n% tanaka: ignore-file TK101 -- draft",
    ):
        report = suppressed(comment)
        assert not report.findings, comment
        assert report.suppressed
        assert report.suppressed[0].reason in ("another run", "draft")


def test_a_suppression_without_a_reason_or_of_another_rule_silences_nothing() -> None:
    for comment in (
        "LINE % tanaka: ignore TK101",
        "LINE % tanaka: ignore TK102 -- why",
        "LINE\n% tanaka: ignore TK101 -- later\n",
    ):
        assert suppressed(comment).findings, comment


def test_coverage_counts_numbers() -> None:
    c = host_of(example()).snapshot().report(ROOT).coverage
    assert c.quantities >= c.read >= c.checked >= c.consistent > 0
    assert c.read >= c.bound


def long_paper() -> dict[DocId, str]:
    """A paper of about 100 KB in two files, each paragraph with a number, some with a claim."""
    paragraphs = [
        f"Paragraph {i} tells of run {i} in some thirty plain words that say little, so that the paper is as long as papers are "
        f"and its blocks as many. It took {100 + i} ms, and the step fell from {400 + i} ms to {200 + i} ms on the way.\n"
        for i in range(480)
    ]
    half = len(paragraphs) // 2
    sections = [
        f"\\section{{Part {k}}}\n" + "\n".join(paragraphs[k * 48 : (k + 1) * 48]) for k in range(10)
    ]
    first, second = "\n".join(sections[: half // 48]), "\n".join(sections[half // 48 :])
    main = f"\\documentclass{{article}}\n\\newcommand{{\\ngpu}}{{64}}\n\\begin{{document}}\n{first}\n\\input{{rest}}\n\\end{{document}}\n"
    return {ROOT: main, DocId("rest.tex"): second}


def test_a_key_in_a_long_paper_reads_its_own_block_and_cuts_its_own_region() -> None:
    files = long_paper()
    assert sum(map(len, files.values())) > 90_000
    host = host_of(files)
    host.snapshot().report(ROOT)
    before = host.counts.blocks_read, host.counts.regions_read, host.counts.rules_run
    text = files[ROOT].replace("tells of run 77", "tells at length of run 77")
    host.apply(Change({ROOT: text}))
    host.snapshot().report(ROOT)
    assert host.counts.blocks_read == before[0] + 1
    assert host.counts.regions_read == before[1] + 1
    assert host.counts.rules_run == before[2]


def test_a_macro_is_read_anew_where_it_is_used() -> None:
    files = long_paper()
    rest = files[DocId("rest.tex")].replace("It took 400 ms", "It took \\ngpu{} ms")
    assert rest != files[DocId("rest.tex")]
    files |= {DocId("rest.tex"): rest}
    host = host_of(files)
    host.snapshot().report(ROOT)
    before = host.counts.blocks_read
    host.apply(Change({ROOT: files[ROOT].replace("{64}", "{65}")}))
    report = host.snapshot().report(ROOT)
    assert host.counts.blocks_read == before + 1, "the one block that uses it"
    assert any(n.quantity.point == 0.065 for n in report.paper.numbers)
    assert seen(report) == seen(
        host_of(files | {ROOT: files[ROOT].replace("{64}", "{65}")}).snapshot().report(ROOT)
    )


def test_memory_is_bounded_by_what_is_kept() -> None:
    memo = Memo(10)
    made = []
    for key in "abcab":
        memo.get(key, lambda k=key: made.append(k), 4)
    assert made == list("abcab"), "three values of weight four do not fit"
    memo.get("b", lambda: made.append("b"), 4)
    assert made == list("abcab"), "the last is kept"


def test_a_file_found_in_other_case_is_read_under_its_own_name() -> None:
    document = "\\documentclass{article}\\begin{document}\\input{sec/intro}\\end{document}"
    host = host_of({ROOT: document, DocId("sec/Intro.tex"): "It takes 12 ms."})
    report = host.snapshot().report(ROOT)
    assert report.files == (ROOT, "sec/Intro.tex")
    assert not report.missing
    host.apply(Change({DocId("sec/INTRO.tex"): "It takes 13 ms."}))
    assert host.snapshot().report(ROOT).missing == ("sec/intro.tex",), "two candidates are none"


class Editing(RuleBasedStateMachine):
    """Any run of edits, in any file, ends where a fresh start on the same texts does."""

    def __init__(self) -> None:
        super().__init__()
        self.files = example()
        self.host = host_of(self.files)

    @rule(
        doc=st.sampled_from(sorted(example())),
        at=st.integers(0, 10_000),
        length=st.integers(0, 30),
        new=PIECES,
    )
    def splice(self, doc: DocId, at: int, length: int, new: str) -> None:
        text = self.files[doc]
        at %= len(text) + 1
        self.files[doc] = text[:at] + new + text[at + length :]
        self.host.apply(Change({doc: self.files[doc]}))

    @rule(doc=st.sampled_from(sorted(example())))
    def restore(self, doc: DocId) -> None:
        self.files[doc] = example()[doc]
        self.host.apply(Change({doc: self.files[doc]}))

    @rule()
    def look(self) -> None:
        assert not self.host.snapshot().report(ROOT).failures

    @rule()
    def compare(self) -> None:
        report, fresh = (
            self.host.snapshot().report(ROOT),
            host_of(self.files).snapshot().report(ROOT),
        )
        assert seen(report) == seen(fresh)
        assert report.paper == fresh.paper
        assert {i: report.spans.numbers[i] for i in report.spans.numbers} == {
            i: fresh.spans.numbers[i] for i in fresh.spans.numbers
        }
        assert report.coverage == fresh.coverage


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
