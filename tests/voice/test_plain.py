"""The review without a language model: complete, grounded, in the persona's voice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.knowledge.catalog import knowledge
from tanaka.paper.model import SectionId
from tanaka.rules.api import Verdict
from tanaka.text import apply_edits
from tanaka.views.places import Places
from tanaka.views.review import FindingRow, Paragraph, Part, Review, Run
from tanaka.views.review_text import words
from tanaka.voice.plain import default_persona, opening, parts, review
from tanaka.voice.speech import Speech
from tanaka_persona.plans import Optional, Words, parse
from views.papers import accelerator, example, papers, with_baseline

PARTS = ("mirror", "novelty-gap", "mechanism-stress-test", "twist")


MADE: dict[int, tuple[Review, ...]] = {}


def reviews(report: Report) -> tuple[Review, ...]:
    """The reviews of the paper and of each of its sections, made once."""
    if id(report) not in MADE:
        sections = [review(report, section=s.id) for s in report.paper.sections]
        MADE[id(report)] = (review(report), *sections)
    return MADE[id(report)]


def every() -> tuple[tuple[str, Report], ...]:
    """The examples, with and without a baseline, and the papers of the rules' chapters."""
    return (("with baseline", with_baseline()), ("accelerator", accelerator()), *papers())


def part(made: Review, id: str) -> Part:
    return next(p for p in made.parts if p.id == id)


def spoken(made: Part) -> list[str]:
    """The persona's own sentences of a part; the table quotes the draft and the records."""
    return [words(p) for p in (*made.voice, made.survive) if p]


def titled(report: Report, title: str) -> SectionId:
    return next(s.id for s in report.paper.sections if s.title == title)


def said(text: str, id: str) -> str:
    """One part of the review of a small paper, as one text."""
    return " ".join(spoken(part(review(analyse({"main.tex": text})), id)))


# -- complete -----------------------------------------------------------------------------------


def test_four_parts_in_order_none_of_them_silent() -> None:
    for name, report in every():
        for made in reviews(report):
            assert tuple(p.id for p in made.parts) == PARTS
            for p in made.parts:
                assert p.voice, (name, p.id)
                for text in spoken(p):
                    assert text.strip()
                    assert text.rstrip()[-1] in ".?", text


def test_the_parts_come_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    report = with_baseline()
    made = review(report)
    assert replace(opening(report), parts=tuple(parts(report))) == made
    assert opening(report).parts == ()

    def fails(*_: object) -> Part:
        raise AssertionError("nobody asked for this part")

    monkeypatch.setattr("tanaka.voice.plain.stress", fails)
    coming = parts(report)
    assert [next(coming), next(coming)] == list(made.parts[:2])


def test_a_section_with_nothing_wrong_gets_one_honest_line() -> None:
    for name, report in every():
        for made in reviews(report):
            # What is open about the delta is asked in the Mirror and the Gap.
            asked = [q for q in made.questions if not q.answered and not q.code.startswith("TK8")]
            stress = spoken(part(made, "mechanism-stress-test"))
            honest = "I could not break this with the numbers stated."
            if not made.findings and not asked:
                # A second sentence names the one check that was close.
                (line,) = stress
                assert re.fullmatch(rf"{re.escape(honest)}(?: The nearest call was .+\. It holds\.)?", line), name  # fmt: skip
            else:
                assert honest not in " ".join(stress), name


def test_the_review_of_a_section_is_about_its_findings_alone() -> None:
    made = review(example(), section=titled(example(), "Evaluation"))
    assert {f.code for f in made.findings} == {"TK101", "TK102", "TK104"}
    assert made.tally == {"impossible": 4, "implausible": 0, "open": 0}
    text = " ".join(spoken(part(made, "mechanism-stress-test")))
    assert "1.24×" in text
    assert "389" not in text, "that one stands in another section"


# -- grounded -----------------------------------------------------------------------------------

NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


def numbers(text: str) -> set[str]:
    return set(NUMBER.findall(text.replace("1F1B", "")))


def runs(made: Review) -> Iterator[tuple[Part, Paragraph]]:
    for p in made.parts:
        for paragraph in (*p.voice, p.survive):
            yield p, paragraph


def rows(made: Review) -> Iterator[FindingRow]:
    yield from made.findings
    for p in made.parts:
        yield from p.findings


def test_every_place_that_is_named_is_a_link_to_it() -> None:
    for report in (example(), with_baseline()):
        places = Places(report)
        for made in reviews(report):
            for _, paragraph in runs(made):
                for run in paragraph:
                    if run.at is not None and not run.step and not run.mark:
                        assert run.text == places.label(run.at)
                    if run.at is not None and run.mark:
                        assert run.mark == f"[{places.label(run.at)}]"
                    assert run.at is not None or not re.search(r"\.tex:\d", run.text), run.text


_NAMES = re.compile(
    r"\b\d+(?:\.\d+)?[BM] (?:model|decoder)|\b(?:on|over) [\d,]+ (?:devices|GPUs)|\bRTX \d{4}|\b[A-Za-z][\w.]*-[\w./-]*\w|\b[A-Z]+\d+[A-Z]*(?: [A-Za-z]+\d*)* \d+GB\b|\b[A-Z]+\d+\w*(?: SXM\d)?"
)
"""Names of models, parts and techniques at a degree, as the paper states them; their digits need no step: \"Llama-2-70B\"."""


def test_every_number_of_the_stress_test_is_a_link_to_its_step() -> None:
    plans = numbers(" ".join(f"{p.say} {p.then}" for p in default_persona().plans))
    linked = 0
    for name, report in every():
        conditions = set().union(*(numbers(f.finding.only_if) for f in report.findings), plans)
        for made in reviews(report):
            steps = {r.fingerprint: {d.symbol for d in r.derivation} for r in rows(made)}
            counted = {str(n) for n in range(len(report.findings) + 1)}
            for p, paragraph in runs(made):
                if p.id != "mechanism-stress-test":
                    continue
                for run in paragraph:
                    if run.step:
                        key, _, symbol = run.step.partition("#")
                        assert key in steps, (name, run)
                        assert not symbol or symbol in steps[key], (name, run)
                        linked += bool(numbers(run.text))
                    elif run.at is None:
                        loose = numbers(_NAMES.sub("", run.text)) - conditions - counted
                        assert not loose, (name, run)
    assert linked > 100


@cache
def on_record() -> frozenset[str]:
    """Numbers of the records and of the plans, and the levels that a twist may be given."""
    known = knowledge()
    texts = [known.searched, str(len(known.works))]
    texts += [f"{p.say} {p.then}" for p in default_persona().plans]
    texts += [w.cited for w in known.works]
    texts += [c.what for c in known.combinations] + [c.experiment for c in known.corner_cases]
    texts += [f"{m.theory} {m.design} {m.name}" for m in known.mechanisms]
    texts += [repr(t) for t in known.twists]
    # Levels are the draft's own counts, halved and doubled.
    texts += [str(2**k) for k in range(14)] + [str(k * 3) for k in range(1, 1001)]
    return frozenset().union(*map(numbers, texts))


def ungrounded(report: Report, made: Review) -> set[str]:
    """Numbers of the parts that neither the draft nor a record nor a step holds."""
    texts = [*report.texts.values(), str(len(report.paper.numbers))]
    for r in rows(made):
        texts += [r.say, r.rest, *(f"{d.shown} {d.detail}" for d in r.derivation)]
    allowed = on_record().union(*map(numbers, texts), map(str, range(len(report.findings) + 1)))
    spoken_ones = [
        run.text
        for _, paragraph in runs(made)
        for run in paragraph
        if not run.step and (run.at is None or run.mark)
    ]
    return set().union(*map(numbers, spoken_ones)) - allowed if spoken_ones else set()


def test_every_number_that_is_spoken_is_known() -> None:
    for name, report in every():
        for made in reviews(report):
            assert ungrounded(report, made) == set(), name


def test_an_invented_number_would_be_caught() -> None:
    made = review(example())
    false = replace(made.parts[0], voice=((Run("Your step takes 7.77 s."),),))
    assert ungrounded(example(), replace(made, parts=(false,))) == {"7.77"}


def test_only_works_whose_venue_and_year_were_found_are_cited() -> None:
    cited = sorted({w.cited for w in knowledge().works if w.cited}, key=len, reverse=True)
    for name, report in every():
        for made in reviews(report):
            for p in made.parts:
                cells = [words(c) for row in (p.table.rows if p.table else ()) for c in row]
                for text in [*spoken(p), *(c for c in cells if p.id != "mirror")]:
                    for work in cited:
                        text = text.replace(work, "")
                    assert not re.search(r"\([^()]*\b(?:19|20)\d\d\)", text), (name, text)


def test_the_example_cites_its_nearest_work_with_venue_and_year() -> None:
    text = " ".join(spoken(part(review(with_baseline()), "novelty-gap")))
    assert "My immediate concern is HetPipe (USENIX ATC 2020): " in text
    assert "For bounded staleness alone there is SSP (NIPS 2013)." in text
    assert "What is left is speculative updates [" in text


def test_nothing_is_said_of_prior_work_that_is_known_to_be_imprecise() -> None:
    for _, report in every():
        text = " ".join(t for p in review(report).parts for t in spoken(p))
        for wrong in ("revisited by PipeDream", "Hogwild! era", "KV-cache materiali", "no prior system", "shipped that"):  # fmt: skip
            assert wrong not in text


def test_the_paper_itself_is_no_prior_work_of_its_own() -> None:
    text = """\\documentclass{a}\\newcommand{\\sys}{HetPipe}\\title{\\sys{}: Pipelines Again}\\begin{document}
\\section{Method}
We propose bounded staleness for pipeline parallelism. Bounded staleness keeps the pipeline parallelism
of all stages busy, and we train with pipeline parallelism on every node.
\\end{document}"""
    gap = part(review(analyse({"main.tex": text})), "novelty-gap")
    shown = " ".join([*spoken(gap), *(words(c) for row in (gap.table.rows if gap.table else ()) for c in row)])  # fmt: skip
    assert "SSP (NIPS 2013)" in shown
    assert "HetPipe" not in shown


# -- in voice -----------------------------------------------------------------------------------


def test_no_word_that_the_persona_never_says() -> None:
    never = re.compile("|".join(rf"\b{re.escape(w)}\b" for w in default_persona().never), re.I)
    for name, report in every():
        titles = " ".join([*(w.name for w in knowledge().works), *report.texts.values()])
        for made in reviews(report):
            for p in made.parts:
                for text in spoken(p):
                    found = never.search(text)
                    assert not found or found.group() in titles, (name, found, text)
                    assert "!" not in text.replace("Hogwild!", ""), text


def test_sentences_are_whole() -> None:
    for name, report in every():
        for made in reviews(report):
            for p in made.parts:
                for text in spoken(p):
                    assert "  " not in text, (name, text)
                    assert not re.search(r"\s[.,;:?]|\(\)|\[\]|[{}⟦⟧]|\.\.|: \.|, \.", text), (
                        name,
                        text,
                    )
                    assert re.match(r"[($]|[-−]?\d", text) or text[0].isupper(), (name, text)


HEDGES = re.compile(r"\b(?:may|might|could|likely|probably|about|roughly|seems)\b")


def test_at_most_one_hedge_a_sentence() -> None:
    for name, report in every():
        for made in reviews(report):
            for text in spoken(part(made, "mechanism-stress-test")):
                for sentence in re.split(r"(?<=[.?]) ", text):
                    assert len(HEDGES.findall(sentence)) <= 1, (name, sentence)


def test_at_most_one_question_a_part_with_nothing_but_its_repair_behind_it() -> None:
    for name, report in every():
        for made in reviews(report):
            for p in made.parts:
                text = " ".join(words(v) for v in p.voice)
                allowed = 2 if p.id == "mirror" else 1
                assert text.count("?") <= allowed, (name, text)
                if "?" in text:
                    behind = text.rpartition("?")[2]
                    assert len(re.split(r"(?<=\.) ", behind.strip())) <= 2, (name, text)
                    assert "?" in words(p.voice[-1]), "the question stands in the last paragraph"


def test_no_sentence_is_said_twice() -> None:
    for name, report in every():
        for made in reviews(report):
            sentences = [
                s for p in made.parts for v in spoken(p) for s in re.split(r"(?<=[.?]) ", v) if len(s) > 40
            ]  # fmt: skip
            assert len(sentences) == len(set(sentences)), name


LONGEST = {"mirror": 70, "novelty-gap": 110, "mechanism-stress-test": 320, "twist": 110}


def test_the_whole_and_each_part_are_within_their_lengths() -> None:
    for name, report in every():
        for made in reviews(report):
            lengths = {}
            for p in made.parts:
                text = re.sub(r"\[[^\]]*\]", "", " ".join(spoken(p)))
                lengths[p.id] = len(text.split())
                assert lengths[p.id] <= LONGEST[p.id], (name, p.id, text)
            assert sum(lengths.values()) <= default_persona().max_words, name


def plain_sentences() -> set[str]:
    """Sentences that a plan holds without a slot: they are its own."""
    found: set[str] = set()
    for plan in default_persona().plans:
        for template in (plan.say, plan.then):
            for sentence in re.split(r"(?<=[.?])\s", template.replace("⟦", "").replace("⟧", "")):
                if "{" not in sentence:
                    found.add(sentence.strip())
    return found


def test_two_papers_share_no_sentence_but_what_a_plan_holds_whole() -> None:
    own = plain_sentences()
    fillings = [w for p in default_persona().plans for n in (*p.said, *p.repair) if isinstance(n, Words) for w in [n.text]]  # fmt: skip
    assert fillings
    said_by = []
    for report in (with_baseline(), accelerator()):
        made = review(report)
        said_by.append({
            s.strip() for p in made.parts for v in spoken(p) for s in re.split(r"(?<=[.?]) ", v)
        })  # fmt: skip
    assert said_by[0] & said_by[1] - own == set()


def test_plans_hold_no_sentence_twice() -> None:
    """A sentence of two plans would be said twice in one answer."""
    sentences = [
        s.strip()
        for p in default_persona().plans
        if p.letter[0] not in "W"
        for s in re.split(r"(?<=[.?])\s", f"{p.say} {p.then}")
        if len(s) > 60 and "{" not in s
    ]
    assert parse("{a}⟦ b {c}⟧")[1] == Optional((Words(" b "), *parse("{c}")))
    assert len(sentences) > 20


# -- verdicts -----------------------------------------------------------------------------------


def test_an_impossible_finding_is_said_without_a_hedge() -> None:
    lead = words(part(review(example()), "mechanism-stress-test").voice[0])
    assert lead.startswith("389 TFLOP/s [sections/implementation.tex:")
    assert "is 1.25 times the dense BF16 peak of an A100, 312 TFLOP/s [sheet: A100]." in lead
    assert not HEDGES.search(lead)


def test_an_implausible_one_says_what_it_holds_on() -> None:
    text = said(
        "\nThe time falls from 420\\,ms to 140\\,ms, about a $3.6\\times$ speedup.", PARTS[2]
    )
    assert "holds only if the hedge covers more than a tenth" in text
    assert "cannot" not in text


def test_what_the_machine_cannot_do_comes_before_slips_of_the_pen() -> None:
    stress = part(review(example()), "mechanism-stress-test")
    by_key = {f.fingerprint: f.code for f in review(example()).findings}
    codes = [by_key[r.step.partition("#")[0]] for v in stress.voice for r in v if r.step.partition("#")[0] in by_key]  # fmt: skip
    assert list(dict.fromkeys(codes))[:3] == ["TK201", "TK301", "TK101"]
    assert "6 more findings are in the list above." in " ".join(spoken(stress))


def test_a_finding_is_said_in_the_words_of_its_own_rule() -> None:
    persona = default_persona()
    borrowed = set()
    for name, report in papers():
        for item in report.findings:
            if item.finding.code.startswith("TK5"):
                continue  # told beside the worker that waits, whom a finding alone does not know
            speech = Speech(report, persona)
            plan = speech.of(item, speech.common() | speech.sources.found(item)).plan
            if plan.rule != item.finding.code:
                borrowed.add((item.finding.code, plan.id, name))
    assert not borrowed


def test_what_fails_is_not_praised_by_another_check_of_it() -> None:
    text = said(
        "\\documentclass{article}\\begin{document}\nOn an H100 in BF16 we sustain 450\\,TFLOP/s, 53\\% of its "
        "dense peak of 989\\,TFLOP/s.\n\\end{document}",
        "mechanism-stress-test",
    )
    assert "53%" in text
    assert "I tried" not in text


def test_the_same_fault_elsewhere_is_named_and_not_repeated() -> None:
    text = " ".join(spoken(part(review(example()), "mechanism-stress-test")))
    assert "The same check fails at [sections/conclusion.tex:5]." in text
    assert "483" not in text


def test_what_it_takes_to_survive_is_said_once_with_the_venue() -> None:
    for name, report in every():
        for made in reviews(report):
            text = " ".join(t for p in made.parts for t in spoken(p))
            stress = part(made, "mechanism-stress-test")
            assert text.count("If you want this to survive ") == bool(stress.survive), name
            if made.findings:
                assert stress.survive, name
    made = review(example(), venue="EuroSys")
    survive = words(part(made, "mechanism-stress-test").survive)
    assert survive.startswith("If you want this to survive EuroSys, you need ")
    assert "MLSys" in words(part(review(example()), "mechanism-stress-test").survive)


# -- what is known decides what is said ---------------------------------------------------------

SLOW = """
\\section{Method}
With data parallelism we train synchronously on 64 nodes. The step time falls from 2.62\\,s to 2.12\\,s, a
$1.24\\times$ speedup."""


def test_the_slow_worker_is_followed_with_the_drafts_numbers() -> None:
    text = said(SLOW, PARTS[2])
    assert "Follow one step to its barrier." in text
    assert re.search(r"64 nodes (?:\[[^]]*\] )?(?:meet at a barrier|wait for the slowest of 64)", text)  # fmt: skip
    # 2.62 s / 2.12 s, and not what the draft prints for it.
    assert "24% slower" in text


def test_a_default_is_said_to_be_one_each_time() -> None:
    alone = SLOW.partition("The step time")[0] + "A training step takes 2.12\\,s on all nodes."
    text = said(alone, PARTS[2])
    for stall in re.finditer(r"200 ms(?! \[assumed\])", text):
        raise AssertionError(text[stall.start() - 40 : stall.end() + 20])
    assert "[assumed" in text


FITS = """
\\section{Set-up}
We train a 13B model with AdamW in BF16, FP32 master weights and FP32 moments, all of it kept in HBM, on
eight A100-80GB. The time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.
"""


def test_an_attack_that_failed_is_said_too() -> None:
    text = said(FITS, PARTS[2])
    assert re.search(r"I tried memory\. 208 GB of training state (?:\[[^]]*\] )?of 687 GB", text)
    assert text.count("It holds.") == 1
    made = review(analyse({"main.tex": FITS}))
    (passed,) = [f for f in part(made, PARTS[2]).findings if f.verdict == "answered"]
    assert passed.code == "TK301"
    assert passed.derivation


def test_the_nearest_call_of_a_paper_in_which_nothing_fails_is_named() -> None:
    close = "\n\\section{Text}\nThe time falls from 420\\,ms to 137\\,ms, a $3.1\\times$ speedup.\n"
    assert said(close, PARTS[2]) == (
        "I could not break this with the numbers stated. "
        "The nearest call was 420 ms / 137 ms = 3.07, with 3.1× stated [main.tex:3]. It holds."
    )
    plain = close.replace("137", "140").replace("3.1", "3.0")
    assert said(plain, PARTS[2]) == "I could not break this with the numbers stated."


def test_of_a_section_only_its_own_checks_are_spoken_of() -> None:
    text = (
        FITS
        + "\n\\section{Text}\nThe time falls from 420\\,ms to 140\\,ms, a $3.9\\times$ speedup.\n"
    )
    report = analyse({"main.tex": text})
    other = review(report, section=titled(report, "Text"))
    assert "I tried" not in " ".join(spoken(part(other, PARTS[2])))


@pytest.mark.parametrize(
    ("text", "mirror", "gap", "twist"),
    [
        ("It takes 420\\,ms.", "I read 1 number here and no mechanism that I know by name. What moves, and from where to where?",
         "Without a mechanism of yours I cannot place the draft", "I hold the twist back. It has to be structural"),
        ("We train with data parallelism. Data parallelism and tensor parallelism are used for training.",
         "which many have. Which mechanism is yours?",
         "Without a mechanism of yours", "I hold the twist back."),
        ("We propose gradient compression for training.",
         "I see gradient compression [main.tex:3]. I hold no paper to subtract. Which one do you extend?",
         "Which path are you taking?", "density"),
        ("We propose bounded staleness for training. We use data parallelism.",
         "I hold no paper to subtract. Which one do you extend?", "Which path are you taking?", "staleness"),
    ],
)  # fmt: skip
def test_a_part_that_knows_too_little_says_what_would_unlock_it(
    text: str, mirror: str, gap: str, twist: str
) -> None:
    draft = f"\n\\section{{Method}}\n{text}\n"
    assert mirror in said(draft, "mirror")
    assert gap in said(draft, "novelty-gap")
    assert twist in said(draft, "twist")


def test_the_mirror_says_what_replaces_what() -> None:
    text = " ".join(spoken(part(review(with_baseline()), "mirror")))
    assert text.startswith("I see you are trying to extend ") and " of FlushPipe by replacing " in text  # fmt: skip
    assert "] with speculative updates [" in text
    assert "bounded staleness [" in text
    assert text.endswith("Is that correct? And for decoder-only transformers only?")


def test_the_table_of_the_delta_quotes_both_papers_with_their_places() -> None:
    report = with_baseline()
    table = part(review(report), "mirror").table
    assert table is not None
    whole = " ".join(" ".join(t.split()) for t in report.texts.values())
    kinds = [words(row[0]) for row in table.rows]
    assert set(kinds) >= {"kept", "removed", "added"}
    order = ["kept", "re-configured", "removed", "added"]
    assert sorted(kinds, key=order.index) == kinds
    for how, name, quote, place, theirs, there in table.rows:
        assert words(name)
        for said_there, at in ((quote, place), (theirs, there)):
            for piece in words(said_there).split():
                assert piece.strip("…,.;:()") in whole, words(said_there)
            assert bool(words(said_there)) == bool(words(at))
        if words(how) in ("kept", "removed"):
            assert words(there).startswith("baseline/main.tex:")
        if words(how) != "added":
            assert words(there)
        assert words(place)


def test_the_whole_delta_has_what_the_draft_does_not_mention() -> None:
    report = with_baseline()
    short, long = (part(review(report, whole_delta=w), "mirror").table for w in (False, True))
    assert short is not None
    assert long is not None
    assert len(long.rows) >= len(short.rows)
    assert report.delta is not None
    assert len(long.rows) == len(report.delta.rows)


def test_the_mirror_quotes_the_draft() -> None:
    report = example()
    table = part(review(report), "mirror").table
    assert table is not None
    whole = " ".join(" ".join(report.texts[d].split()) for d in report.files)
    for how, _, quote, place in table.rows:
        assert words(how) in ("yours", "used")
        (run,) = place
        assert run.at is not None
        for piece in words(quote).split():
            bare = piece.strip("…,.;:()")
            assert bare in whole or bare.replace("S=4", "S=") in whole, words(quote)


def test_a_quote_expands_the_drafts_macros_and_stops_at_its_sentence() -> None:
    text = """
\\newcommand{\\sys}{FooSync}
\\section{Method}
One thing is said before. We propose \\sys{}, and it keeps \\emph{bounded staleness} for training~\\cite{a}
as in Section~\\ref{b}. % not this
Another thing is said after, with data parallelism for training of all replicas.
"""
    table = part(review(analyse({"main.tex": text})), "mirror").table
    assert table is not None
    quotes = {words(m): words(q) for _, m, q, _ in table.rows}
    assert quotes["bounded staleness"].startswith("…FooSync, and it keeps bounded staleness")


def test_the_table_of_works_says_where_they_are_cited() -> None:
    table = part(review(with_baseline()), "novelty-gap").table
    assert table is not None
    places = {words(row[0]).split(" (")[0]: words(row[-1]) for row in table.rows}
    assert places["HetPipe"].startswith("sections/introduction.tex:")
    assert "not cited" in places.values()


def test_a_work_in_a_comment_is_not_named() -> None:
    text = "\n\\section{Method}\nWe propose bounded staleness. % as SSP does~\\cite{ssp}\n"
    table = part(review(analyse({"main.tex": text})), "novelty-gap").table
    assert table is not None
    assert {words(row[-1]) for row in table.rows} == {"not found"}


def test_the_missing_citations_are_one_button() -> None:
    asked = 0
    for name, report in every():
        wanted = [f for f in report.findings if f.finding.code == "TK803" and f.fixes[0].edits]
        buttons = part(review(report), "novelty-gap").actions
        cited = [f for f in wanted if any("ite" in fix.title for fix in f.fixes)]
        if not cited:
            assert buttons == (), name
            continue
        asked += len(cited)
        (button,) = buttons
        assert button.title == (f"Add {len(cited)} citations" if len(cited) > 1 else "Add the citation")  # fmt: skip
        for doc in {e.span.doc for e in button.edits}:
            edits = tuple(e for e in button.edits if e.span.doc == doc)
            after = apply_edits(report.texts[doc], edits)
            assert len(after) > len(report.texts[doc]), name
    assert asked


def test_the_twist_can_be_put_into_the_paper() -> None:
    report = with_baseline()
    twist = part(review(report), "twist")
    insert, show = twist.actions
    assert (insert.title, insert.primary) == ("Insert into paper", True)
    assert show.latex == insert.latex
    assert insert.latex.count("\\begin{equation}") == insert.latex.count("\\end{equation}") == 1
    assert "=" in twist.law
    assert "\\" not in twist.law, "plain characters"
    assert any(e.span.doc == "sections/design.tex" for e in insert.edits)


def test_a_twist_that_is_taken_is_said_to_be_taken() -> None:
    text = " ".join(spoken(part(review(with_baseline()), "twist")))
    assert text.startswith("Adaptive compression coupled to staleness is taken: DeCo-SGD (arXiv 2507.17346, 2025).")  # fmt: skip
    assert f"(search of {knowledge().searched})" in text


def test_the_memory_timeline_and_the_stragglers_are_drawn() -> None:
    stress = part(review(with_baseline()), "mechanism-stress-test")
    titles = [d.title for d in stress.figures]
    assert any(t.startswith("Memory of ") for t in titles)
    assert "Wait for the slowest node" in titles


def test_the_verdicts_of_the_tally_are_those_of_the_findings() -> None:
    for _, report in every():
        for made in reviews(report):
            assert made.tally["impossible"] == sum(
                f.verdict == Verdict.IMPOSSIBLE for f in made.findings
            )
            assert made.tally["open"] == sum(not q.answered for q in made.questions)


def test_a_question_that_would_not_be_asked_is_not_ticked() -> None:
    """A paper on serving that slows a worker answers nothing about a training step."""
    answer = "In Figure 3 we slow one worker by 5\\% and measure the latency."
    serving = analyse({"main.tex": f"We serve a model on 64 nodes. Inference is batched. {answer}"})
    training = analyse({"main.tex": f"We train a model on 64 nodes. Our training is synchronous. {answer}"})  # fmt: skip
    assert review(serving).questions == ()
    assert [q.answered for q in review(training).questions if q.code == "TK501"] == [True]
