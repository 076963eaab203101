"""What a proof of physics needs of its words: a plain sentence is plain, and one thing more opens it."""

from __future__ import annotations

import pytest

from fixture import analyse
from tanaka.paper.model import OPEN, Physical
from tanaka.paper.physics.plain import DISOWNED, EXPLAINED, PLAIN, bare_text, taken_back
from tanaka.paper.physics.plain.beside import OPENS
from tanaka.paper.physics.plain.vocabulary import vocabularies
from tanaka.rules.api import Verdict

RATE = "The GEMM kernel runs at 500 TFLOP/s in BF16 on one A100."
CLAIMS = {
    "training state": "Full fine-tuning of a 30B model with AdamW, FP32 master weights and FP32 moments, all kept in HBM, uses 2 A100-80GB GPUs.",
    "collective": "A ring all-reduce of 10\\,GB over 64 nodes with one 100\\,Gb/s NIC each takes 0.4\\,s.",
    "bubble": "1F1B with 8 stages and 8 micro-batches leaves a 5\\% bubble.",
    "saving": "On 8 GPUs ZeRO-1 cuts the state memory per GPU 16$\\times$.",
}

BESIDE = [
    "This figure is a typo.",
    "Or so we say.",
    "It would be absurd.",
    "See below how this works.",
]


def verdicts(body: str) -> set[Verdict]:
    """Of the rules of physics."""
    report = analyse({"main.tex": f"\\section{{Evaluation}}\n{body}\n"})
    return {i.finding.verdict for i in report.findings if i.finding.code[2] in "234"}


def heard(body: str) -> set[str]:
    paper = analyse({"main.tex": f"\\section{{Evaluation}}\n{body}\n"}).paper
    return {m.what for m in paper.mentions_of(PLAIN, DISOWNED, EXPLAINED)}


# -- a rate --------------------------------------------------------------------------------------


def test_a_plain_rate_is_plain() -> None:
    assert heard(RATE) == {PLAIN}
    assert verdicts(RATE) == {Verdict.IMPOSSIBLE}


@pytest.mark.parametrize(
    "body",
    [
        RATE.replace("kernel", "quokka kernel"),  # a word that is not known
        RATE.replace("on one", "in 3 of its waves on one"),  # a part is taken
        RATE.replace("A100.", "A100 and one H100."),  # another part is named
        RATE.replace("A100.", "A100\\footnote{Counting what it skips.}."),
        "Myth 1. " + RATE,
        *(f"{RATE} {b}" for b in BESIDE),
    ],
)
def test_one_thing_more_opens_a_rate(body: str) -> None:
    assert PLAIN not in heard(body)
    assert Verdict.IMPOSSIBLE not in verdicts(body)


def test_one_number_more_opens_a_rate() -> None:
    assert Verdict.IMPOSSIBLE not in verdicts(RATE.replace("kernel", "kernel with 12 tables"))


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (RATE.replace("The GEMM", "In our simulator the GEMM"), DISOWNED),
        (f"{RATE} This rate is of course impossible.", DISOWNED),
        (RATE.replace("A100.", "A100, counting the zeros."), EXPLAINED),
        (RATE.replace("A100.", "A100 because the rest is skipped."), EXPLAINED),
    ],
)
def test_a_rate_that_is_disowned_or_explained_is_left_alone(body: str, what: str) -> None:
    assert heard(body) == {what}
    assert not verdicts(body)


def test_what_is_absent_opens_nothing() -> None:
    assert bare_text("Days of training without sparsity")
    assert not bare_text("Days of training with sparsity")


# -- a claim with roles --------------------------------------------------------------------------


@pytest.mark.parametrize("relation", CLAIMS)
def test_a_plain_claim_is_plain(relation: str) -> None:
    assert Verdict.IMPOSSIBLE in verdicts(CLAIMS[relation])


@pytest.mark.parametrize("relation", CLAIMS)
@pytest.mark.parametrize(
    "more", [" quokka {}", " at {} of 3 quokkas", "\\footnote{{Of one half.}} {}"]
)
def test_one_thing_more_opens_a_claim(relation: str, more: str) -> None:
    said = CLAIMS[relation]
    head, _, last = said.removesuffix(".").rpartition(" ")
    assert Verdict.IMPOSSIBLE not in verdicts(f"{head}{more.format(last)}.")


@pytest.mark.parametrize("relation", CLAIMS)
@pytest.mark.parametrize(
    "beside", [*BESIDE, "Half of it stays on another machine.", "We repeat it."]
)
def test_a_remark_beside_opens_a_claim(relation: str, beside: str) -> None:
    assert Verdict.IMPOSSIBLE not in verdicts(f"{CLAIMS[relation]} {beside}")


def test_a_claim_that_is_no_proof_says_so() -> None:
    report = analyse({"main.tex": CLAIMS["bubble"].replace("leaves", "quokka leaves")})
    assert [OPEN in c.cues for c in report.paper.of(Physical) if c.relation == "bubble"] == [True]


@pytest.mark.parametrize(
    "text", ["This is a typo.", "It should read 4.", "The number is wrong.", "This is impossible."]
)
def test_a_sentence_takes_its_claim_back(text: str) -> None:
    assert taken_back(text)


def test_no_doubt_takes_nothing_back() -> None:
    assert not taken_back("There is no doubt that it takes 4 s.")


# -- the words -----------------------------------------------------------------------------------


def test_words_are_in_small_letters_and_open_nothing_else() -> None:
    for relation, v in vocabularies().items():
        assert v.beside in OPENS, relation
        assert all(w == w.lower() for w in v.words), relation
        assert not {w for w in v.words if taken_back(w)}, relation
