"""What a sentence claims about its numbers: bound by grammar where it is sure, and left open elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixture import analyse
from tanaka.analysis import Report
from tanaka.paper import parties
from tanaka.paper.entities import Entity, EntityKind
from tanaka.paper.measures import higher_is_better, measures_in
from tanaka.paper.model import (
    Asserted,
    ClaimSort,
    Direction,
    How,
    NumberId,
    Statement,
    Where,
)
from tanaka.paper.sentences import sentences
from tanaka.paper.statements import local_statements, statements, statements_of


def said(text: str, where: Where = Where.BODY) -> dict[str, Statement]:
    """Statements of one sentence, by the digits of their numbers."""
    (sentence,) = sentences(text)
    ids = [NumberId(r.quantity.literal.text) for r in sentence.readings]
    return {str(s.number): s for s in statements(sentence, ids, where)}


def only(text: str) -> Statement:
    """The one statement of a sentence."""
    (statement,) = said(text).values()
    return statement


def shown(s: Statement) -> str:
    """A statement as "subject | object | metric | direction | better"."""
    better = {True: "better", False: "worse", None: ""}[s.better]
    return " | ".join((s.subject, s.object, s.metric, s.direction.value, better))


# -- who, whom, what, which way -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sort", "expected"),
    [
        # verbs with "by"
        ("StaleSync improves throughput by 2.3x over Megatron-LM on 64 A100s.", "comparative", "StaleSync | Megatron-LM | throughput | higher | better"),
        ("Our system cuts peak memory by 61%.", "change", "ours |  | memory | lower | better"),
        ("StaleSync improves latency by a factor of 3.", "change", "StaleSync |  | latency | lower | better"),
        ("Compared with the baseline, StaleSync reduces latency by 2x.", "comparative", "StaleSync | baseline | latency | lower | better"),
        ("StaleSync outperforms the state-of-the-art systems by 1.5x.", "comparative", "StaleSync | state of the art | performance | higher | better"),
        ("The clock raises power by 12%.", "change", "clock |  | power | higher | worse"),
        ("StaleSync, on average, reduces traffic by 8.9x.", "change", "StaleSync |  | traffic | lower | better"),
        # comparatives
        ("StaleSync is 40% faster than vLLM.", "comparative", "StaleSync | vLLM | speed | higher | better"),
        ("vLLM is 40% slower than ours.", "comparative", "vLLM | ours | speed | lower | worse"),
        ("StaleSync is twice as fast as vLLM.", "comparative", "StaleSync | vLLM | speed | higher | better"),
        ("StaleSync has 30% lower tail latency than vLLM.", "comparative", "StaleSync | vLLM | latency | lower | better"),
        ("StaleSync's memory footprint is 40% lower than vLLM's.", "comparative", "StaleSync | vLLM | memory | lower | better"),
        ("The throughput of StaleSync is 2.1x that of vLLM.", "comparative", "StaleSync | vLLM | throughput | higher | better"),
        ("StaleSync reaches 2x the throughput of vLLM.", "comparative", "StaleSync | vLLM | throughput | higher | better"),
        ("StaleSync needs half the memory of vLLM.", "comparative", "StaleSync | vLLM | memory | lower | better"),
        ("StaleSync reaches 4.2 QPS, which is 6.7x better than EdgeRAG.", "comparative", "StaleSync | EdgeRAG | throughput | higher | better"),
        ("StaleSync reaches 13.3 QPS (17% higher than the baseline).", "comparative", "StaleSync | baseline | throughput | higher | better"),
        ("StaleSync reaches 88% accuracy, outperforming RedEye by 6%.", "comparative", "StaleSync | RedEye | accuracy | higher | better"),
        # nouns
        ("StaleSync achieves a 1.8x speedup over vLLM.", "comparative", "StaleSync | vLLM | speed | higher | better"),
        ("StaleSync achieves a 30% reduction in end-to-end latency.", "change", "StaleSync |  | latency | lower | better"),
        ("StaleSync achieves a latency reduction of up to 12x.", "change", "StaleSync |  | latency | lower | better"),
        ("The buffers add 8% area overhead.", "change", "buffers |  | area | higher | worse"),
        ("StaleSync suffers a 2% accuracy loss.", "change", "StaleSync |  | accuracy | lower | worse"),
        # verbs that are factors
        ("StaleSync doubles throughput over vLLM.", "comparative", "StaleSync | vLLM | throughput | higher | better"),
        ("StaleSync halves memory.", "change", "StaleSync |  | memory | lower | better"),
        # a metric that may go either way
        ("GPT-3 has 10x more parameters than GPT-2.", "comparative", "GPT-3 | GPT-2 | parameters | higher | "),
    ],
)  # fmt: skip
def test_a_claim_says_who_is_compared_with_whom_in_what(
    text: str, sort: str, expected: str
) -> None:
    statement = only(text)
    assert shown(statement) == expected
    assert statement.sort.value == sort
    assert statement.asserted is Asserted.YES


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("StaleSync reduces memory from 80 GB to 31 GB.", ("31", "80", "31")),
        ("StaleSync lowers step time from 420 ms to 140 ms, a 3.0x speedup.", ("3.0", "420", "140")),
    ],
)  # fmt: skip
def test_a_change_has_the_two_values_stated_for_it(text: str, values: tuple[str, str, str]) -> None:
    statement = only(text)
    assert (statement.number, statement.old, statement.new) == values
    assert (statement.subject, statement.direction) == ("StaleSync", Direction.LOWER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("StaleSync outperforms vLLM by 1.5x, and Orca by 2.1x.",
         {"1.5": "StaleSync | vLLM | performance", "2.1": "StaleSync | Orca | performance"}),
        ("StaleSync achieves 1.5x and 2.1x higher throughput than vLLM and Orca, respectively.",
         {"1.5": "StaleSync | vLLM | throughput", "2.1": "StaleSync | Orca | throughput"}),
        ("We achieve 1.5x and 2.1x over vLLM and Orca, respectively.",
         {"1.5": "ours | vLLM | ", "2.1": "ours | Orca | "}),
        ("StaleSync reduces latency and memory by 2x and 3x, respectively.",
         {"2": "StaleSync |  | latency", "3": "StaleSync |  | memory"}),
        ("FlashRAG and PipeRAG have 16% and 8% higher power, respectively.",
         {"16": "FlashRAG |  | power", "8": "PipeRAG |  | power"}),
        ("Compared to EdgeRAG, StaleSync reduces latency by 2x and improves throughput by 3x.",
         {"2": "StaleSync | EdgeRAG | latency", "3": "StaleSync | EdgeRAG | throughput"}),
        ("StaleSync reduces latency by 2x and improves throughput by 3x over EdgeRAG.",
         {"2": "StaleSync |  | latency", "3": "StaleSync | EdgeRAG | throughput"}),
        ("We obtain a 1.8x speedup over vLLM and a 30% reduction in memory.",
         {"1.8": "ours | vLLM | speed", "30": "ours |  | memory"}),
        ("It is 50% higher than ISAAC and 21% above Nebula.", {"50": " | ISAAC | ", "21": " | Nebula | "}),
    ],
)  # fmt: skip
def test_each_number_of_a_sentence_has_its_own_claim(text: str, expected: dict[str, str]) -> None:
    found = said(text)
    assert {k: " | ".join((s.subject, s.object, s.metric)) for k, s in found.items()} == expected


def test_respectively_gives_each_its_condition() -> None:
    found = said("StaleSync improves throughput by 2x and 3x on GPT and BERT, respectively.")
    assert {k: s.condition for k, s in found.items()} == {"2": "on GPT", "3": "on BERT"}


# -- shares, bounds, capabilities -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The flush takes 12% of the step.", "flush | step | step time"),
        ("Communication accounts for 38% of the iteration time.", "communication | iteration time | step time"),
        ("The cache uses only 26% of the available 24 GB budget.", "cache | available budget | "),
        ("NeuroTuner achieves 97% of the oracle performance.", "NeuroTuner | oracle performance | performance"),
        ("It is 0.6% of wall time.", " | wall time | time"),
    ],
)  # fmt: skip
def test_a_share_says_of_what_it_is(text: str, expected: str) -> None:
    statement = only(text)
    assert statement.sort is ClaimSort.SHARE
    assert " | ".join((statement.subject, statement.object, statement.metric)) == expected
    assert statement.better is None


@pytest.mark.parametrize(
    ("text", "expected", "hedge"),
    [
        ("StaleSync runs with less than 1% accuracy loss.", "StaleSync |  | accuracy | lower | worse", "less than"),
        ("StaleSync is within 2% of the baseline.", "StaleSync | baseline |  |  | ", "within"),
        ("StaleSync is at most 3.1x slower than vLLM.", "StaleSync | vLLM | speed | lower | worse", "at most"),
        ("The memory of StaleSync never exceeds 70 GB.", "StaleSync |  | memory | lower | ", "at most"),
        ("StaleSync keeps memory below 70 GB.", "StaleSync |  | memory | lower | ", "less than"),
        ("The relative error remains below 0.25%.", " |  | error | lower | ", "less than"),
        ("StaleSync maintains accuracy above 95%.", "StaleSync |  | accuracy | higher | ", "more than"),
    ],
)  # fmt: skip
def test_a_bound_says_on_which_side_the_values_lie(text: str, expected: str, hedge: str) -> None:
    statement = only(text)
    assert statement.sort is ClaimSort.BOUND
    assert shown(statement) == expected
    assert statement.hedge == (hedge,)
    assert statement.asserted is Asserted.YES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("StaleSync fits a 70B model on a single 80 GB GPU.", ("70", "StaleSync", "model size", "on a single 80 GB GPU")),
        ("StaleSync supports contexts of up to 128K tokens.", ("128", "StaleSync", "context length", "")),
        ("StaleSync scales to 1,024 GPUs.", ("1,024", "StaleSync", "devices", "")),
        ("StaleSync trains a 530B-parameter model.", ("530", "StaleSync", "model size", "")),
        ("We can train a 530B-parameter model.", ("530", "ours", "model size", "")),
    ],
)  # fmt: skip
def test_a_capability_says_what_is_possible(text: str, expected: tuple[str, str, str, str]) -> None:
    statement = only(text)
    assert statement.sort is ClaimSort.CAPABILITY
    assert (statement.number, statement.subject, statement.metric, statement.condition) == expected


# -- what states nothing --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "We train a 1.3B-parameter model on 64 GPUs.",  # a set-up
        "The model was trained on 8 GPUs.",
        "The accuracy is 76.3%.",  # a level
        "We sample 10% of the data.",
        "StaleSync supports 4 precisions.",
        "The model fits the data with 3% error.",
        "Raising the batch size from 8 to 64 helps.",  # a knob
        "The latency when the hop grows from 10 ms to 100 ms is unchanged.",
        "Doubling the number of cores to 16 helps little.",
        "If the difference is less than 1%, we repeat the run.",
        "A request is dropped when its latency exceeds 70 ms.",
        "Recall is 64% under regular shapes.",
        "Each layer has a 4x expansion factor.",
        "The grid has 32x32 cells and the link is x16.",
        "See Figure 3 for all 12 runs.",
    ],
)
def test_a_setting_or_a_level_is_no_claim(text: str) -> None:
    assert not said(text)


@pytest.mark.parametrize(
    "text",
    [
        "It is 2x faster than vLLM.",
        "The latter is 2x faster than vLLM.",
        "This reduces latency by 2x compared with vLLM.",
        "Compared with vLLM, they are 2x faster.",
        "Orca, Sarathi and DeepSpeed are 2x faster than vLLM.",
        "The approach is 2x faster than vLLM.",
        "Choosing larger batches is 2x faster than vLLM.",
        "Throughput is improved by 2x over vLLM.",
        "StaleSync enables Orca to run 2x faster than vLLM.",
        "Weights are kept with one scale for 128 of them, which is 2x faster than vLLM.",
        "As it promises to be 2x faster than vLLM, we use it.",
    ],
)
def test_a_subject_that_is_not_sure_stays_open(text: str) -> None:
    (statement,) = (s for s in said(text).values() if s.number == "2")
    assert (statement.subject, statement.subject_how) == ("", How.NONE)
    assert statement.object == "vLLM"


@pytest.mark.parametrize(
    "text",
    [
        "StaleSync is 2x faster.",
        "StaleSync is 2x faster than before.",
        "StaleSync is 2x faster than it.",
        "StaleSync is 2x faster than the latter.",
        "StaleSync is 2x faster than expected.",
        "StaleSync improves throughput by 2x over 40 hours.",
        "StaleSync improves throughput by 2x over all runs.",
        "Over 40 hours, StaleSync improves throughput by 2x.",
        "StaleSync is 2x faster after less than a minute.",
        "Against the peak of 312 TFLOP/s, StaleSync improves utilization by 2x.",
    ],
)
def test_an_object_that_is_not_named_stays_open(text: str) -> None:
    (statement,) = (s for s in said(text).values() if s.number == "2")
    assert (statement.subject, statement.object) == ("StaleSync", "")
    assert statement.object_how is How.NONE


@pytest.mark.parametrize(
    "text",
    [
        "StaleSync reduces latency and memory by 2x.",
        "StaleSync emits 2x more packets than vLLM.",
        "StaleSync yields a 2x improvement over vLLM.",
    ],
)
def test_a_metric_that_is_not_one_stays_open(text: str) -> None:
    statement = only(text)
    assert (statement.metric, statement.metric_how) == ("", How.NONE)


# -- how firmly -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("StaleSync reduces energy by up to 3.1x.", ("up to",)),
        ("StaleSync reduces energy by at least 3.1x.", ("at least",)),
        ("StaleSync reduces energy by about 3.1x.", ("about",)),
        ("StaleSync reduces energy by more than 3.1x.", ("more than",)),
        ("StaleSync reduces energy by 3.1x on average.", ("on average",)),
        ("On average, StaleSync reduces energy by 3.1x.", ("on average",)),
        ("StaleSync reduces energy by up to 3.1x in the best case.", ("up to", "best case")),
        ("StaleSync reduces energy by 3.1x.", ()),
    ],
)
def test_hedges_are_kept(text: str, hedge: tuple[str, ...]) -> None:
    statement = only(text)
    assert statement.hedge == hedge
    assert statement.asserted is Asserted.YES


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("StaleSync improves throughput by 2.3x on 64 A100s.", "on 64 A100s"),
        ("StaleSync improves throughput by 2.3x at batch 1.", "at batch 1"),
        ("Across five models, StaleSync improves throughput by 2.3x.", "across five models"),
        ("Across five models, StaleSync improves throughput by 2.3x at batch 1.", "across five models at batch 1"),
        ("StaleSync is 2.3x faster than vLLM on the SSD benchmark.", "on the SSD benchmark"),
        ("StaleSync improves throughput by 2.3x on average.", ""),
        ("StaleSync improves throughput by 2.3x in Figure 4.", ""),
        ("StaleSync improves throughput by 2.3x at no cost.", ""),
        ("On 64 nodes its throughput grows by 2.3x, as we show.", ""),
    ],
)  # fmt: skip
def test_a_condition_is_what_is_printed(text: str, condition: str) -> None:
    (statement,) = (s for s in said(text).values() if s.number == "2.3")
    assert statement.condition == condition


@pytest.mark.parametrize(
    ("text", "asserted"),
    [
        ("StaleSync would be 2x faster than vLLM.", Asserted.NO),
        ("We aim to be 2x faster than vLLM.", Asserted.NO),
        ("StaleSync does not improve throughput by 2x.", Asserted.NO),
        ("StaleSync cannot fit a 70B model.", Asserted.NO),
        ("Dao et al. report a 3x speedup over PyTorch.", Asserted.QUOTED),
        ("Orca \ue000 improves throughput by 2x.", Asserted.QUOTED),
        ("We are 2x faster than Orca \ue000.", Asserted.YES),
        ("We are 2x faster than Orca.", Asserted.YES),
    ],
)
def test_what_is_not_claimed_is_told_apart(text: str, asserted: Asserted) -> None:
    assert only(text).asserted is asserted


def test_related_work_is_quoted_with_its_own_subject() -> None:
    quoted = only("Dao et al. report a 3x speedup over PyTorch.")
    assert (quoted.subject, quoted.object) == ("Dao et al.", "PyTorch")
    (related,) = said("Orca improves throughput by 2x.", Where.RELATED).values()
    assert (related.subject, related.asserted) == ("Orca", Asserted.QUOTED)


def test_what_the_authors_saw_of_another_is_inferred_to_be_theirs() -> None:
    seen = only("We observe a 2.2x speedup over vLLM.")
    assert (seen.subject, seen.subject_how) == ("ours", How.INFERRED)
    assert only("We observe a 2.2x speedup.").subject == ""


# -- metrics --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("end-to-end latency", ("latency",)), ("time to first token", ("latency",)), ("training throughput", ("throughput",)),
        ("memory bandwidth", ("memory bandwidth",)), ("peak memory usage", ("memory",)), ("communication data volume", ("traffic",)),
        ("latency overhead", ("latency",)), ("energy efficiency", ("energy efficiency",)), ("the cost of communication", ("cost",)),
        ("latency and memory", ("latency", "memory")), ("accuracy on ImageNet", ("accuracy",)), ("batch size", ()), ("users", ()),
    ],
)  # fmt: skip
def test_a_phrase_is_of_the_metric_of_its_head(phrase: str, found: tuple[str, ...]) -> None:
    assert measures_in(phrase) == found


def test_which_way_is_better_is_known_where_it_does_not_depend() -> None:
    assert higher_is_better("throughput") is True
    assert higher_is_better("latency") is False
    assert higher_is_better("parameters") is None


# -- names, laws ----------------------------------------------------------------------------------


def test_an_entity_gives_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    places: Mapping[str, tuple[str, bool]] = {"Megatron-LM v3": ("Megatron-LM", False), "StaleSync": ("StaleSync", True)}  # fmt: skip

    def known(text: str, own: tuple[str, ...] = ()) -> tuple[Entity, ...]:
        return tuple(
            Entity(EntityKind.SYSTEM, name, name.lower(), ours, at, at + len(words))
            for words, (name, ours) in places.items()
            if (at := text.find(words)) >= 0
        )

    monkeypatch.setattr(parties, "entities", known)
    statement = only("StaleSync is 2.7x faster than Megatron-LM v3 by default.")
    assert (statement.subject, statement.object) == ("ours", "Megatron-LM")


NAME = st.sampled_from(["StaleSync", "vLLM", "Megatron-LM", "Orca", "ZeRO-3", "PipeDream"])
PAIR = st.lists(NAME, min_size=2, max_size=2, unique=True)


@given(PAIR, st.integers(2, 99))
def test_whoever_is_faster_the_other_is_slower(names: list[str], factor: int) -> None:
    a, b = names
    faster = only(f"{a} is {factor}x faster than {b}.")
    slower = only(f"{b} is {factor}x slower than {a}.")
    assert (faster.subject, faster.object) == (slower.object, slower.subject) == (a, b)
    assert (faster.better, slower.better) == (True, False)


@given(
    st.lists(
        st.sampled_from(
            [
                "StaleSync",
                "improves",
                "reduces",
                "throughput",
                "memory",
                "by",
                "2x",
                "40%",
                "1.5x",
                "over",
                "vLLM",
                "than",
                "and",
                ",",
                "which",
                "is",
                "of",
                "the",
                "(",
                ")",
                "on",
                "8",
                "GPUs",
                "respectively",
                "from",
                "80",
                "GB",
                "to",
                "31",
                "it",
                "faster",
                "compared",
                "with",
                "never",
                "exceeds",
                "within",
                ".",
            ]
        ),
        max_size=24,
    )
)
def test_reading_never_raises_and_each_number_has_one_statement(words: list[str]) -> None:
    for sentence in sentences(" ".join(words)):
        found = local_statements(sentence)
        assert len({s.number for s in found}) == len(found)
        for s in found:
            assert all(0 <= i < len(sentence.readings) for i in (s.number, s.old, s.new) if i is not None)  # fmt: skip
            assert s.subject == "" or s.subject != s.object
            assert (s.subject == "") == (s.subject_how is How.NONE)
            assert (s.metric == "") == (s.metric_how is How.NONE)


# -- in a paper -----------------------------------------------------------------------------------

DOCUMENT = (
    "\\documentclass{article}\n\\begin{document}\n\\section{Evaluation}\n%s\n\\end{document}\n"
)


def report(body: str) -> Report:
    return analyse({"main.tex": DOCUMENT % body})


def test_a_number_finds_the_statements_that_it_takes_part_in() -> None:
    paper = report("StaleSync reduces memory from 80\\,GB to 31\\,GB. It has 4 stages.").paper
    by_text = {n.quantity.literal.text: n.id for n in paper.numbers}
    (statement,) = statements_of(paper, by_text["31"])
    assert statements_of(paper, by_text["80"]) == (statement,)
    assert statements_of(paper, by_text["4"]) == ()
    assert (statement.metric, statement.old, statement.new) == ("memory", by_text["80"], by_text["31"])  # fmt: skip


def test_rewording_around_a_claim_changes_no_statement() -> None:
    before = report("StaleSync is $2\\times$ faster than vLLM on 8 GPUs.")
    after = report("Notably, StaleSync is $2\\times$ faster than vLLM on 8 GPUs, as we show below.")
    assert before.paper.statements == after.paper.statements
    other = report("StaleSync is $2\\times$ faster than Orca on 8 GPUs.")
    assert before.paper.statements != other.paper.statements
