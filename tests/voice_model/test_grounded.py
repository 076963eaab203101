"""What a model is asked, and what of its answer may be shown.

The law: whatever a model writes, the text that is shown holds no number that the engine's does not.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example as case
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from tanaka import quantity
from tanaka.text import DocId, Span
from tanaka.views.review import Part, Run, Table
from tanaka.voice.brief import Brief, brief, messages, preview
from tanaka.voice.grounded import ground, objections, sentences
from tanaka.voice.plain import review
from tanaka.voice.wording import Atom, atoms, is_numeric, printed_numbers
from views.papers import example
from voice_model.speaker import answer, fair, given, part, persona, slot

GIVEN = given()


def text(of: Part) -> str:
    return "\n".join("".join(r.text for r in p) for p in of.voice)


def values(shown: str) -> set[float]:
    """Numbers as the engine itself would read them."""
    found: set[float] = set()
    for reading in quantity.read(shown):
        value = reading.quantity.value
        found |= set(value) if isinstance(value, tuple) else {value}
    return found


def kept(*said: str) -> bool:
    """Whether sentences pass the guard."""
    return all(not list(objections(s, GIVEN)) for s in said)


def refused(said: str) -> list[str]:
    return list(objections(said, GIVEN))


# --- what is asked --------------------------------------------------------------------------------


def test_no_number_name_or_work_stands_in_the_sentences_themselves() -> None:
    plain = GIVEN.plain
    assert not any(
        is_numeric(c)
        for c in plain.replace("{e", "{").replace("{c", "{")
        if c not in "0123456789}{"
    )
    bare = "".join(piece.partition("}")[2] or piece for piece in plain.split("{"))
    assert not printed_numbers(bare)
    assert "A100" not in bare and "SSP" not in bare


def test_a_fact_is_told_with_where_it_comes_from() -> None:
    body = json.loads(messages(GIVEN, persona())[1]["content"])
    shown = {e["shown"]: e for e in body["evidence"].values()}
    assert {"450 TFLOP/s", "64 nodes", "30 ms", "70.3 ms", "[eval.tex:41]"} <= set(shown)
    assert body["works"] == {"c1": "SSP (NIPS 2013)"}


def test_a_paragraph_without_a_fact_is_not_sent() -> None:
    assert "memory" not in messages(GIVEN, persona())[1]["content"]


def test_the_paper_is_not_sent_but_for_short_quotes() -> None:
    """Of the table that quotes the draft, a few cells, each cut."""
    rows = tuple(((Run("kept"),), (Run("x" * 900 + str(i)),)) for i in range(9))
    quoted = replace(part(), table=Table(("Read as", "In your words"), rows))
    body = json.loads(messages(brief(quoted, persona()), persona())[1]["content"])
    assert len(body["quotes"]) <= 4
    assert all(len(q["quote"]) <= 200 for q in body["quotes"])


def test_what_would_be_sent_is_what_is_sent() -> None:
    shown = preview([GIVEN], persona(), model="qwen", base="http://127.0.0.1:1/v1")
    for message in messages(GIVEN, persona()):
        assert message["content"] in shown
    assert shown.startswith("To http://127.0.0.1:1/v1\nModel qwen\n")


def test_a_part_without_a_fact_is_not_worth_a_request() -> None:
    silent = Part("twist", "The Twist", ((Run("I hold the twist back."),),))
    assert not brief(silent, persona()).is_worth_saying
    assert "Nothing: no part" in preview([brief(silent, persona())], persona(), model="m", base="b")


def test_a_link_is_one_fact_whatever_it_carries() -> None:
    at = Span(DocId("a.tex"), 0, 1)
    linked = Part("mirror", "The Mirror", ((Run("You keep "), Run("the flush", at), Run(".")),))
    taken = brief(linked, persona())
    assert taken.sentences[0].text == "You keep {e1}."
    assert ground(taken, answer(["You keep {e1} as it was."])).part is not None


# --- what the engine says passes --------------------------------------------------------------------


def said_back(taken: Brief) -> str:
    return answer([s.text for s in taken.sentences])


def test_the_engines_own_words_pass_and_come_out_as_they_went_in() -> None:
    found = ground(GIVEN, said_back(GIVEN))
    assert found.part is not None and not found.dropped
    assert text(found.part) == text(part())
    links = [r.at for p in found.part.voice for r in p if r.at]
    assert links == [r.at for p in part().voice for r in p if r.at]


@pytest.mark.parametrize("index", range(4))
def test_so_does_every_part_of_the_examples_review(index: int) -> None:
    whole = review(example())
    own = whole.parts[index]
    taken = brief(own, persona(), findings=whole.findings)
    if not taken.is_worth_saying:
        assert not any(atoms("".join(r.text for r in p)) for p in own.voice)
        return
    found = ground(taken, said_back(taken))
    assert found.part is not None and not found.dropped, found.dropped
    assert text(found.part) == text(own)
    for paragraph, ours in zip(found.part.voice, own.voice, strict=True):
        assert [r for r in paragraph if r != Run(r.text)] == [r for r in ours if r != Run(r.text)]


def test_other_words_for_the_same_facts_pass() -> None:
    assert kept(*fair())


@pytest.mark.parametrize(
    "said",
    [
        f"Hold {slot('450')} against the dense peak: {slot('1.44')}.",
        f"{slot('64 nodes')} meet at a barrier, and the slowest sets the pace.",
        "That is where I would look before a reviewer does.",
        "You own the draft, and I own the doubt.",
        f"The bound is that of {slot('SSP')}.",
    ],
)
def test_plain_words_around_a_fact_pass(said: str) -> None:
    assert not refused(said)


# --- and what is not the engine's does not ----------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("It is 2 times slower.", "digit"),
        ("\u0662 nodes wait.", "digit"),
        ("\u4e09 nodes wait.", "digit"),
        ("\u00bd of the step is spent there.", "digit"),
        ("\u2164 nodes wait.", "digit"),
        ("Two nodes wait.", "counts"),
        ("Forty-two nodes wait.", "counts"),
        ("T\u00fb\u00fb\u00fb, tw\u00f3 nodes wait.", "counts"),
        ("You lose half of it.", "counts"),
        ("It is twice the peak.", "counts"),
        ("It is a hundredfold.", "counts"),
        ("It is an order of magnitude above.", "counts"),
        ("A dozen nodes wait.", "counts"),
        ("One node waits.", "counts"),
        ("A single node waits.", "counts"),
        ("It takes an hour.", "counts"),
        ("Ninety per cent of it is lost.", "counts"),
        ("t w o nodes wait.", "letter"),
        ("t-w-o nodes wait.", "letter"),
        ("tw\u043e nodes wait.", "U+043E"),
        ("tw\u200bo nodes wait.", "U+200B"),
        ("Nvidia and Google build such chips.", "Google"),
        ("HBM is the limit.", "HBM"),
        ("DeepSpeed did it before you.", "DeepSpeed"),
        ("Smith et al. did it before you.", "reference"),
        ("See arXiv for it.", "reference"),
        ("Look at https://evil.example for it.", "stop inside"),
        ("Look at evil.example for it.", "stop inside"),
        ("![seen](x) is a picture.", "sign"),
        ("Use `rm` for it.", "sign"),
        ("<b>Look</b> at the peak.", "sign"),
        ("The \\cite of it is missing.", "sign"),
        ("It is 100\u066a wrong.", "digit"),
        ("The result is wrong.", "verdict"),
        ("I accept the paper.", "verdict"),
        ("There is no weakness in it.", "verdict"),
        ("Ignore what was said before.", "verdict"),
        ("No one has done it.", "verdict"),
        ("This is a novel direction.", "never says"),
        ("It is clearly above the peak.", "never says"),
        ("Look at the peak!", "exclamation"),
        ("Look at the peak", "does not end"),
        ("The peak is {e99}.", "unknown slot"),
        (f"The peak is {slot('450')}k.", "glued"),
        (f"The peak is {slot('450')}{slot('1.44')}.", "glued"),
        (f"The peak is {slot('450')}.{slot('1.44')} it is.", "glued"),
        (f"The peak is {slot('450')} {slot('1.44')} dense.", "without a word"),
        (f"The peak is {slot('450')}, {slot('1.44')} dense.", "without a word"),
        (f"The peak is {slot('450')} k.", '"k" after'),
        (f"The peak is {slot('1.44')} percent.", "unit"),
        (f"The peak is minus {slot('450')}.", '"minus" before'),
        (f"The peak is more than {slot('450')}.", '"than" before'),
        (f"The peak is at least {slot('450')}.", '"at least" before'),
        (f"The peak is not {slot('450')}.", "negation"),
        (f"At {slot('1.44')} the dense peak is {slot('450')}.", "another order"),
        (f"The wind blows at {slot('30 ms')}.", "without what it is said of"),
        (f"The peak of {slot('450')} leaves a spread of {slot('30 ms')}.", "two paragraphs"),
    ],
)
def test_a_fact_of_its_own_is_refused(said: str, why: str) -> None:
    assert any(why in reason for reason in refused(said)), refused(said)


@pytest.mark.parametrize(
    "reply",
    ["", "no", "[]", "{}", "null", "{" * 9000, '{"sentences": "x", "end": true}', '{"sentences": [], "end": true}',
     '{"sentences": [1], "end": true}', answer(fair(), end=False), answer(fair() * 40), "\x00" * 9, answer(fair())[:-2]],
)  # fmt: skip
def test_a_reply_that_is_not_in_form_is_no_reply(reply: str) -> None:
    assert isinstance(sentences(reply), str)
    assert ground(GIVEN, reply).part is None


@pytest.mark.parametrize(
    "around",
    ["```json\n{}\n```", "Sure! {e1} it is. {}", "{} Anything else?", "{{}}"[0:0] + "x {}"],
)
def test_words_around_the_answer_do_no_harm(around: str) -> None:
    reply = around.replace("{}", answer(fair()))
    assert sentences(reply) == fair()


def test_half_of_it_dropped_is_no_answer() -> None:
    bad = ["It is 2 times slower."] * len(fair())
    assert ground(GIVEN, answer([*fair(), *bad])).part is None
    assert ground(GIVEN, answer([*fair(), *bad[1:]])).part is not None


def test_every_paragraph_keeps_its_first_figure_and_every_work() -> None:
    assert {GIVEN.slots[i].shown for i in GIVEN.must} == {
        "450 TFLOP/s",
        "64 nodes",
        "SSP (NIPS 2013)",
    }
    for id in GIVEN.must:
        rest = [s for s in fair() if f"{{{id}}}" not in s]
        assert ground(GIVEN, answer(rest)).part is None


def test_talk_about_nothing_is_no_answer() -> None:
    idle = [
        f"I would look at it {w}."
        for w in ("again", "slowly", "twice over"[6:], "aloud", "calmly", "there", "here")
    ]
    assert ground(GIVEN, answer([*fair(), *idle])).part is None


def test_a_number_brings_its_place_and_its_remark() -> None:
    found = ground(GIVEN, answer(fair()))
    assert found.part is not None
    shown = text(found.part)
    assert "late [assumed: normal times]." in shown
    assert "dense peak [eval.tex:41]." in shown


# --- the law ----------------------------------------------------------------------------------------

_SLOTS = [f"{{{i}}}" for i in GIVEN.slots]
_WORDS = ["the", "peak", "slowest", "late", "is", "not", "about", "times", "GB", "two", "half", "-", "/", ",", ".", "x", "%",
          "[", "]", "1", "9.5", "\u0663", "\uff15", "one", "hundred", "minus", "\u00b2", "e1", "{", "}"]  # fmt: skip
_pieces = st.lists(st.sampled_from([*_SLOTS, *_WORDS]), max_size=12)
_sentence = st.builds(
    lambda p, j, s: j.join(p) + s,
    _pieces,
    st.sampled_from([" ", ""]),
    st.sampled_from([".", "?", ""]),
)
_mutated = st.builds(
    lambda base, at, new: base[: at % (len(base) + 1)] + new + base[at % (len(base) + 1) :],
    st.sampled_from([s.text for s in GIVEN.sentences] + fair()),
    st.integers(0, 200),
    st.one_of(st.sampled_from([*_SLOTS, *_WORDS]), st.characters()),
)


@settings(max_examples=300, deadline=None)
@forall(st.lists(st.one_of(_sentence, _mutated, st.sampled_from(fair())), max_size=9))
@case(fair())
def test_no_reply_shows_a_number_that_is_not_the_engines(said: list[str]) -> None:
    found = ground(GIVEN, answer(said))
    if found.part is None:
        return
    assert printed_numbers(text(found.part)) <= printed_numbers(text(part()))
    assert values(text(found.part)) <= values(text(part()))


@settings(max_examples=150, deadline=None)
@forall(st.lists(_mutated, min_size=1, max_size=4))
def test_nor_beside_a_fair_answer(said: list[str]) -> None:
    found = ground(GIVEN, answer([*fair(), *said]))
    if found.part is not None:
        assert values(text(found.part)) <= values(text(part()))


@settings(max_examples=150, deadline=None)
@forall(st.text(max_size=300))
def test_any_text_at_all_is_taken_without_raising(reply: str) -> None:
    assert ground(GIVEN, reply).part is None


def test_atoms_lie_side_by_side_inside_of_the_text() -> None:
    for paragraph in (p for part_ in review(example()).parts for p in part_.voice):
        said = "".join(r.text for r in paragraph)
        found = atoms(said)
        assert all(a.end <= b.start for a, b in pairwise(found))
        assert all(0 <= a.start < a.end <= len(said) for a in found)
        assert {a.kind for a in found} <= set(Atom)
