"""What an editor lists: problems, actions under the caret, and the lines above headings."""

from __future__ import annotations

from fixture import analyse
from tanaka.analysis import Located
from tanaka.rules.api import FixKind, Verdict
from tanaka.text import DocId, LineIndex, apply_edits
from tanaka.views.actions import ActionView, actions, end_of_section, of_finding
from tanaka.views.diagnostics import diagnostics, message
from tanaka.views.lenses import TITLE, lenses
from tanaka.views.places import Places
from tanaka.views.sections import around, family, section_of, top

from .papers import example, papers

MAIN = DocId("main.tex")
EVALUATION = DocId("sections/evaluation.tex")


def found(code: str) -> Located:
    return next(f for f in example().findings if f.finding.code == code)


# -- problems -----------------------------------------------------------------------------------


def test_every_finding_is_listed_with_the_severity_of_its_verdict() -> None:
    report = example()
    listed = diagnostics(report)
    assert [d.code for d in listed] == [f.finding.code for f in report.findings]
    wanted = {"impossible": "error", "implausible": "warning", "open": "information"}
    for view, item in zip(listed, report.findings, strict=True):
        assert view.severity == wanted[item.finding.verdict]
        assert view.span == item.span
        assert view.fingerprint == item.finding.fingerprint
        assert view.name


def test_messages_state_or_ask_and_never_speak_as_the_persona() -> None:
    for _, report in papers():
        for item in report.findings:
            text = message(item)
            words = set(text.replace("'", " ").replace(",", " ").split())
            assert not words & {"you", "You", "your", "Your", "I", "survive"}, text
            if item.finding.verdict is Verdict.OPEN:
                assert text.endswith("?"), text
            else:
                assert text.endswith("."), text
                assert "?" not in text, text


def test_an_implausible_message_names_what_would_save_it() -> None:
    assert " True only if the headline is about a run" in message(found("TK106"))


def test_an_impossible_message_hedges_nothing() -> None:
    for item in example().findings:
        if item.finding.verdict is Verdict.IMPOSSIBLE:
            assert "True only if" not in message(item)


# -- actions ------------------------------------------------------------------------------------


def test_the_real_fix_comes_first_and_ignoring_last() -> None:
    for _, report in papers():
        for item in report.findings:
            kinds = [a.kind for a in of_finding(item)]
            order = [FixKind.QUICKFIX, FixKind.INSERT, FixKind.IGNORE]
            assert kinds == sorted(kinds, key=order.index)
            assert kinds[-1] is FixKind.IGNORE
            assert kinds.count(FixKind.IGNORE) == 1


def test_a_caret_in_the_words_or_at_their_edge_offers_the_actions() -> None:
    span = found("TK101").span
    for start, end in ((span.start, span.start), (span.end, span.end), (span.start - 9, span.end)):
        titles = [a.title for a in actions(example(), EVALUATION, start, end)]
        assert titles[0] == "Write $1.2\\times$"
        assert titles[-1] == "Ignore TK101 here, with a reason"
    assert actions(example(), EVALUATION, 0, 1) == ()
    assert actions(example(), MAIN, span.start, span.start) == ()


def test_the_one_real_fix_is_preferred_and_nothing_else() -> None:
    views = of_finding(found("TK101"))
    assert [a.preferred for a in views] == [True, False]
    assert [a.preferred for a in of_finding(found("TK501"))] == [False, False]


def test_an_insertion_says_what_it_answers_and_ignoring_asks_for_a_reason() -> None:
    insert, ignore = of_finding(found("TK501"))
    assert insert.title == "Add straggler experiment"
    assert insert.reason.startswith("answers TK501: ")
    assert insert.reason.endswith("?")
    assert "without one it is not ignored" in ignore.reason
    assert of_finding(found("TK101"))[0].reason == ""


def test_over_a_whole_file_all_fixes_come_before_all_ignores_and_none_twice() -> None:
    report = example()
    views = actions(report, EVALUATION, 0, len(report.texts[EVALUATION]))
    kinds = [a.kind for a in views]
    assert kinds == sorted(kinds, key=[FixKind.QUICKFIX, FixKind.INSERT, FixKind.IGNORE].index)
    assert len({(a.title, a.edits) for a in views}) == len(views)


def test_the_comment_to_ignore_silences_only_with_a_reason_of_ones_own() -> None:
    text = "\nThe time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n"
    report = analyse({"main.tex": text})
    (item,) = report.findings
    ignore = next(a for a in of_finding(item) if a.kind is FixKind.IGNORE)
    edited = apply_edits(report.texts[MAIN], ignore.edits)
    after = analyse({"main.tex": edited.replace("-- reason", "-- both were rounded")})
    assert after.findings == ()
    assert [s.reason for s in after.suppressed] == ["both were rounded"]


def test_an_insertion_goes_behind_the_last_line_of_its_section() -> None:
    text = "\\section{Design}\nOne line.\n\n\n\\section{Evaluation}\nAnother.\n"
    report = analyse({"main.tex": f"\n{text}"})
    bodies = [report.spans.sections[s.id].body for s in report.paper.sections]
    first = end_of_section(report, bodies[0])
    whole = report.texts[MAIN]
    assert whole[: first.start].endswith("One line.\n")
    assert first.start == first.end
    last = end_of_section(report, bodies[-1])
    assert whole[: last.start].rstrip().endswith("Another.")


def test_two_findings_that_offer_the_same_edit_show_it_once() -> None:
    report = example()
    item = found("TK101")
    twice = type(report)(**{
        **{n: getattr(report, n) for n in report.__dataclass_fields__}, "findings": (item, item),
    })  # fmt: skip
    views: tuple[ActionView, ...] = actions(twice, EVALUATION, item.span.start, item.span.start)
    assert [a.kind for a in views] == [FixKind.QUICKFIX, FixKind.IGNORE]


# -- lenses and sections --------------------------------------------------------------------------


def test_a_lens_above_every_section_counts_what_was_found_there() -> None:
    (lens,) = lenses(example(), EVALUATION)
    # Three in the section's own file, one in a table that it inputs.
    assert lens.title == f"{TITLE}: 4 impossible"
    heading = example().texts[EVALUATION][lens.heading.start : lens.heading.end]
    assert "Evaluation" in heading
    (clean,) = lenses(example(), DocId("sections/related.tex"))
    assert clean.title == TITLE


def test_subsections_have_no_lens_of_their_own() -> None:
    report = example()
    total = sum(len(lenses(report, d)) for d in report.files)
    assert total == sum(s.level == 1 for s in report.paper.sections) == 6


def test_findings_in_subsections_and_tables_belong_to_their_section() -> None:
    report, places = example(), Places(example())
    evaluation = next(s.id for s in report.paper.sections if s.title == "Evaluation")
    members = family(report.paper, evaluation)
    assert len(members) == 7
    for item in report.findings:
        if item.span.doc in (EVALUATION, "tables/scaling.tex"):
            assert section_of(item, report, places) in members
            assert top(report.paper, section_of(item, report, places)) == evaluation


def test_a_place_in_a_table_file_lies_in_the_section_that_inputs_it() -> None:
    report = example()
    scaling = around(report, DocId("tables/scaling.tex"), 300)
    assert scaling is not None
    assert report.paper.section(scaling).title == "Evaluation"
    assert around(report, MAIN, 0) is None


def test_places_count_from_zero_and_labels_from_one() -> None:
    places = Places(example())
    span = found("TK101").span
    assert places.label(span) == "sections/evaluation.tex:14"
    assert places.start(span) == (13, 47)
    text = example().texts[span.doc]
    assert LineIndex(text).offset(*places.start(span)) == span.start
    assert places.text(span) == "$1.5\\times$"
    assert places.end(span) == (13, 47 + len("$1.5\\times$"))
