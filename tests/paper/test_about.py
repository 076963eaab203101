"""What a number is about beyond its own sentence: table, paragraph, set-up, paper, and the author's word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixture import analyse
from tanaka.paper.about import About, Bound, Declared, Reach, Role, about
from tanaka.paper.model import How, Paper

SET_UP = "All experiments run on 64 A100-80GB GPUs in BF16 over InfiniBand."


def paper(body: str) -> Paper:
    return analyse({"main.tex": body}).paper


def of(paper: Paper, shown: str, *given: Declared) -> About:
    """What the one number that is printed so is about."""
    (number,) = [n for n in paper.numbers if n.quantity.shown == shown]
    return about(paper, number.id, given)


def told(bound: Bound | None) -> tuple[str, How, Reach] | None:
    return None if bound is None else (bound.value, bound.how, bound.reach)


def evaluation(
    *, before: str = "", setup: str = SET_UP, results: str = "", after: str = ""
) -> Paper:
    return paper(
        f"{before}\n\n\\section{{Evaluation}}\n\\subsection{{Setup}}\n{setup}\n\n"
        f"\\subsection{{Throughput}}\nThe step takes 140\\,ms. {results}\n\n{after}"
    )


# -- its own words ------------------------------------------------------------------------------


def test_its_phrase_and_its_sentence() -> None:
    found = of(paper("On 64 GPUs, StaleSync reaches 24 tokens/s on A100s."), "24 tokens/s")
    assert told(found.of(Role.ENTITY)) == ("StaleSync", How.STATED, Reach.PHRASE)
    assert told(found.of(Role.DEVICE)) == ("A100", How.STATED, Reach.PHRASE)
    assert told(found.of(Role.DEVICES)) == ("64", How.STATED, Reach.SENTENCE)
    assert found.of(Role.PRECISION) is None


def test_a_count_names_the_number_that_states_it() -> None:
    read = paper("On 64 GPUs, StaleSync reaches 24 tokens/s.")
    (count,) = [n.id for n in read.numbers if n.noun == "gpu"]
    devices = of(read, "24 tokens/s").of(Role.DEVICES)
    assert devices is not None and devices.at == count


# -- tables -------------------------------------------------------------------------------------

TABLE = r"""
\section{Evaluation}
\begin{table}\caption{Latency of LLaMA-2-7B.}
\begin{tabular}{lrr}
System & A100 (ms) & H100 (ms) \\ \midrule
vLLM & 12.5 & 7.4 \\
Ours & 10.3 & 6.2 \\
\end{tabular}\end{table}
"""


def test_row_column_and_caption_of_a_cell() -> None:
    found = of(paper(TABLE), "7.4 ms")
    assert told(found.of(Role.ENTITY)) == ("vLLM", How.STATED, Reach.ROW)
    assert told(found.of(Role.DEVICE)) == ("H100", How.STATED, Reach.COLUMN)
    assert told(found.of(Role.MODEL)) == ("LLaMA-2-7B", How.STATED, Reach.CAPTION)


def test_a_caption_with_two_models_binds_none() -> None:
    two = TABLE.replace("LLaMA-2-7B", "LLaMA-2-7B and OPT-30B")
    assert of(paper(two), "7.4 ms").of(Role.MODEL) is None


def test_a_caption_that_names_one_part_does_not_bind_the_columns_of_others() -> None:
    one = TABLE.replace("A100 (ms)", "ours (ms)").replace("LLaMA-2-7B", "LLaMA-2-7B on A100")
    assert told(of(paper(one), "7.4 ms").of(Role.DEVICE)) == ("H100", How.STATED, Reach.COLUMN)
    bound = of(paper(one), "12.5 ms").of(Role.DEVICE)
    assert bound is None or bound.how is not How.STATED


# -- the paragraph ------------------------------------------------------------------------------


def test_the_only_part_of_the_paragraph_is_inferred() -> None:
    read = paper(r"We measure on an H100. The step takes 140\,ms.")
    assert told(of(read, "140 ms").of(Role.DEVICE)) == ("H100", How.INFERRED, Reach.PARAGRAPH)


def test_of_two_parts_in_the_paragraph_none_is() -> None:
    read = paper(r"We measure on an H100 and on an A100. The step takes 140\,ms.")
    assert of(read, "140 ms").of(Role.DEVICE) is None


def test_a_part_in_a_sentence_without_numbers_counts_as_much() -> None:
    read = paper(r"An H100 takes 120\,ms. The A100 is older. The step takes 140\,ms.")
    assert of(read, "140 ms").of(Role.DEVICE) is None
    assert told(of(read, "120 ms").of(Role.DEVICE)) is not None


def test_two_names_of_one_part_are_one() -> None:
    read = paper(r"We measure on an NVIDIA A100-80GB. Each A100 is alone. The step takes 140\,ms.")
    assert told(of(read, "140 ms").of(Role.DEVICE)) == ("NVIDIA A100-80GB", How.INFERRED, Reach.PARAGRAPH)  # fmt: skip


def test_a_learning_rate_has_no_part() -> None:
    read = paper(r"We measure on an H100. The learning rate is 0.25.")
    assert of(read, "0.25").of(Role.DEVICE) is None


# -- the set-up ---------------------------------------------------------------------------------


def test_the_one_set_up_states_what_its_evaluation_runs_on() -> None:
    found = of(evaluation(), "140 ms")
    assert told(found.of(Role.DEVICE)) == ("A100-80GB", How.STATED, Reach.PAPER)
    assert told(found.of(Role.DEVICES)) == ("64", How.STATED, Reach.PAPER)
    assert told(found.of(Role.PRECISION)) == ("bf16", How.STATED, Reach.PAPER)
    assert told(found.of(Role.LINK)) == ("InfiniBand", How.STATED, Reach.PAPER)


@pytest.mark.parametrize(
    "setup",
    [
        "Unless stated otherwise, we use 64 A100-80GB GPUs.",
        "We run all experiments on 64 A100-80GB GPUs.",
        "We use 64 A100-80GB GPUs.",  # under the heading "Setup"
        "Our testbed has 64 A100-80GB GPUs.",
    ],
)
def test_how_a_set_up_is_told(setup: str) -> None:
    found = of(evaluation(setup=setup), "140 ms")
    assert told(found.of(Role.DEVICE)) == ("A100-80GB", How.STATED, Reach.PAPER)
    assert told(found.of(Role.DEVICES)) == ("64", How.STATED, Reach.PAPER)


def test_a_sentence_of_one_experiment_is_no_set_up() -> None:
    read = paper(
        r"\section{Evaluation}\subsection{Training}We train on A100 GPUs.\subsection{Serving}The request takes 140\,ms."
    )
    device = of(read, "140 ms").of(Role.DEVICE)
    assert device is None or device.how is How.INFERRED


def test_two_set_ups_state_nothing() -> None:
    read = evaluation(setup=SET_UP + " All experiments of the appendix run on 16 H100 GPUs.")
    found = of(read, "140 ms")
    assert found.of(Role.DEVICE) is None
    assert found.of(Role.DEVICES) is None


def test_another_part_where_results_are_told_takes_it_back() -> None:
    read = evaluation(after=r"\subsection{Other parts}On an H100 the step takes 70\,ms.")
    device = of(read, "140 ms").of(Role.DEVICE)
    assert device is None or device.how is How.INFERRED


def test_a_number_with_a_part_of_its_own_keeps_it_and_not_the_count_of_the_other() -> None:
    read = evaluation(results=r"On an H100 the step takes 70\,ms.")
    found = of(read, "70 ms")
    assert told(found.of(Role.DEVICE)) == ("H100", How.STATED, Reach.SENTENCE)
    devices = found.of(Role.DEVICES)
    assert devices is None or devices.how is not How.STATED


def test_a_scaling_study_takes_the_count_back() -> None:
    read = evaluation(after=r"\subsection{Scaling}On 16 GPUs, the step takes 500\,ms.")
    devices = of(read, "140 ms").of(Role.DEVICES)
    assert devices is None or devices.how is How.INFERRED
    assert told(of(read, "500 ms").of(Role.DEVICES)) == ("16", How.STATED, Reach.SENTENCE)


def test_related_work_does_not_run_on_our_set_up() -> None:
    read = evaluation(after=r"\section{Related work}The step of others takes 900\,ms.")
    assert of(read, "900 ms").of(Role.DEVICE) is None


def test_a_cited_number_does_not_run_on_our_set_up() -> None:
    read = evaluation(results=r"Others report a step of 900\,ms~\cite{x}.")
    assert of(read, "900 ms").of(Role.DEVICE) is None


def test_parts_of_related_work_take_nothing_back() -> None:
    read = evaluation(before=r"\section{Related work}Others use an H100, and it takes 90\,ms.")
    assert told(of(read, "140 ms").of(Role.DEVICE)) == ("A100-80GB", How.STATED, Reach.PAPER)


def test_the_set_up_is_inferred_for_what_sums_up() -> None:
    read = evaluation(before=r"\section{Introduction}Our step takes 77\,ms.")
    assert told(of(read, "77 ms").of(Role.DEVICE)) == ("A100-80GB", How.INFERRED, Reach.PAPER)


def test_what_is_supposed_is_bound_by_its_own_words_only() -> None:
    read = evaluation(results=r"Ideally the step would take 50\,ms.")
    assert of(read, "50 ms").of(Role.DEVICE) is None


# -- coreference --------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["It", "The latter", "This"])
def test_nobody_follows_a_pronoun_to_another_sentence(subject: str) -> None:
    read = paper(f"StaleSync beats vLLM. {subject} reaches 24 tokens/s.")
    assert of(read, "24 tokens/s").of(Role.ENTITY) is None


def test_the_number_of_another_system_is_not_ours() -> None:
    read = paper("We present StaleSync. DeepSpeed reaches 24 tokens/s.")
    assert told(of(read, "24 tokens/s").of(Role.ENTITY)) == ("DeepSpeed", How.STATED, Reach.PHRASE)


# -- the author's word --------------------------------------------------------------------------


def test_what_is_declared_binds_what_prose_leaves_open() -> None:
    found = of(paper(r"The step takes 140\,ms."), "140 ms", Declared(Role.DEVICE, "H100-SXM"))
    assert told(found.of(Role.DEVICE)) == ("H100-SXM", How.DECLARED, Reach.DECLARED)


def test_what_the_sentence_says_stands() -> None:
    found = of(
        paper(r"The step takes 140\,ms on an A100."), "140 ms", Declared(Role.DEVICE, "H100-SXM")
    )
    assert told(found.of(Role.DEVICE)) == ("A100", How.STATED, Reach.PHRASE)


def test_a_comment_outranks_the_set_up_and_a_default_does_not() -> None:
    here, anywhere = Declared(Role.DEVICE, "H100"), Declared(Role.DEVICE, "H100", everywhere=True)
    assert told(of(evaluation(), "140 ms", here).of(Role.DEVICE)) == ("H100", How.DECLARED, Reach.DECLARED)  # fmt: skip
    assert told(of(evaluation(), "140 ms", anywhere).of(Role.DEVICE)) == ("A100-80GB", How.STATED, Reach.PAPER)  # fmt: skip


def test_a_declared_part_does_not_bring_the_count_of_the_set_up() -> None:
    found = of(evaluation(), "140 ms", Declared(Role.DEVICE, "H100"))
    devices = found.of(Role.DEVICES)
    assert devices is None or devices.how is not How.STATED


def test_both_outrank_what_is_inferred() -> None:
    read = paper(r"We measure on an A100. The step takes 140\,ms.")
    for everywhere in (False, True):
        found = of(read, "140 ms", Declared(Role.DEVICE, "H100", everywhere))
        assert told(found.of(Role.DEVICE)) == ("H100", How.DECLARED, Reach.DECLARED)


# -- laws ---------------------------------------------------------------------------------------

_SENTENCES = st.sampled_from(
    [SET_UP, r"The step takes 140\,ms.", "On an H100 it reaches 24 tokens/s.", r"\section{Evaluation}", r"\section{Related work}",
     "\n\n", "We use 8 nodes.", "StaleSync is 2.3 times faster than vLLM.", r"\section{Setup}", "We train GPT-3 175B in FP8."]
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(_SENTENCES, max_size=10).map(" ".join))
def test_every_number_has_each_role_once_and_words_before_guesses(text: str) -> None:
    read = paper(text)
    for number in read.numbers:
        found = about(read, number.id)
        assert len({b.role for b in found.bounds}) == len(found.bounds)
        for role, value in number.context:
            if role in set(Role):
                own = found.of(Role(role))
                assert own is not None and (own.value, own.how) == (value, How.STATED)
