"""Whose mechanism a sentence speaks of.  Each row is one sentence, and its near misses stand below it.

In a sentence of the table the mechanism is named once; ``+`` marks what is offered as the authors'
own doing, and ``-`` says that the mechanism is not named at all.
"""

from __future__ import annotations

import pytest

from tanaka.analysis import AnalysisHost, Change
from tanaka.knowledge.catalog import knowledge
from tanaka.paper.mentions import mechanisms
from tanaka.paper.model import Mention, Paper, Where
from tanaka.paper.roles import own_names
from tanaka.text import DocId

CITE = "\ue000"
NAMES = ("SlackPipe",)

BODY = [
    # What the paper has.
    ("flush", "SlackPipe keeps the pipeline flush.", "ours"),
    ("all-reduce", "Gradients are summed by a ring all-reduce.", "ours"),
    ("bounded-staleness", "We propose bounded staleness between replicas.", "ours+"),
    ("bounded-staleness", "SlackPipe introduces bounded staleness between replicas.", "ours+"),
    ("gradient-compression", "We propose gradient compression for data-parallel training.", "ours+"),
    ("data-parallelism", "We propose gradient compression for data-parallel training.", "ours"),
    ("zero", f"Our state is sharded as in ZeRO stage 1{CITE}.", "ours"),
    ("mixed-precision", f"Gradients are accumulated in mixed precision{CITE}.", "ours"),
    ("tensor-parallelism", "Tensor parallelism stays inside a node.", "ours"),
    ("tensor-parallelism", "Tensor parallelism has degree 8.", "ours"),
    ("one-forward-one-backward", f"SlackPipe runs the 1F1B schedule{CITE} with eight stages.", "ours"),
    ("bounded-staleness", "A gradient is never applied to weights more than four steps newer.", "ours"),
    ("error-feedback", "We combine top-k gradients with error feedback.", "ours+"),
    ("top-k", "We combine top-k gradients with error feedback.", "ours"),
    ("io-aware-attention", "We extend the suite by adding a FlashAttention control.", "ours"),
    # What it does away with, and what comes instead.
    ("flush", "SlackPipe replaces the pipeline flush by speculative updates of the weights.", "negated"),
    ("speculation", "SlackPipe replaces the pipeline flush by speculative updates of the weights.", "ours+"),
    ("all-reduce", "We use gossip averaging of gradients instead of an all-reduce.", "negated"),
    ("gossip", "We use gossip averaging of gradients instead of an all-reduce.", "ours"),
    ("all-reduce", "Gradients travel without any all-reduce.", "negated"),
    ("flush", "SlackPipe removes the pipeline flush.", "negated"),
    ("flush", "It drops the flush of the pipeline.", "negated"),
    ("flush", "There is no pipeline flush.", "negated"),
    ("flush", "With the pipeline flush gone, a stage goes on.", "negated"),
    ("synchronous-training", "A worker does not wait for the slowest.", "negated"),
    ("recomputation", "Activations are kept, not recomputed.", "negated"),
    ("offload", "The optimizer keeps its moments in HBM, and nothing is offloaded.", "negated"),
    ("n-m-sparsity", "Vendors quote a peak with 2:4 sparsity, which we do not use.", "negated"),
    ("gradient-clipping", "Neither loss scaling nor gradient clipping is used.", "negated"),
    ("rollback", "Training did not meet a loss spike that stays or need any roll-back.", "negated"),
    # Words of absence that speak of something else.
    ("pipeline-parallelism", "SlackPipe removes the barrier from pipeline parallelism.", "ours"),
    ("pipeline-parallelism", "SlackPipe removes the pipeline bubble.", "ours"),
    ("all-reduce", "SlackPipe removes the overhead of the all-reduce.", "related"),
    ("all-reduce", "SlackPipe avoids the all-reduce bottleneck.", "related"),
    ("all-reduce", "Throughput drops with the all-reduce on slow links.", "ours"),
    ("all-reduce", "We not only keep the all-reduce but shrink it.", "ours"),
    ("flush", "No change is made to the pipeline flush.", "ours"),
    # The baseline's.
    ("zero", "The baseline is our earlier testbed: 1F1B, and optimizer states sharded as in ZeRO stage 1.", "baseline"),
    ("flush", "In the baseline the pipeline flush ends each batch.", "baseline"),
    ("fp8", "Our baseline uses FP8 training with fine scales.", "baseline"),
    ("tensor-compiler", "Specifically, the second baseline is PyTorch with XLA.", "baseline"),
    ("zero", "SlackPipe raises the sharding of the baseline from stage 1 to ZeRO stage 2.", "ours"),
    # Measured against.
    ("fill-drain-schedule", "We compare SlackPipe with GPipe.", "compared"),
    ("fill-drain-schedule", "SlackPipe is faster than the GPipe schedule (3.05 s) by a third.", "compared"),
    ("one-forward-one-backward", "It is faster than GPipe (3.05 s) and 1F1B (2.62 s).", "compared"),
    ("one-forward-one-backward", "Its throughput grows by 8, that of 1F1B by 7.", "compared"),
    ("tensor-compiler", "On average, SlackPipe outperforms PyTorch, Glow, and TVM by 12%.", "compared"),
    ("weight-stashing", "Unlike PipeDream, which keeps several weight versions, we keep one.", "compared"),
    ("zero-bubble-schedule", "Compared with the schedules of others, DualPipe leaves less idle.", "ours"),
    # Others'.
    ("flush", f"PipeDream{CITE} removes the pipeline flush.", "related"),
    ("flush", "PipeDream removes the pipeline flush.", "related"),
    ("error-feedback", f"Lin et al.{CITE} add error feedback to the compressed gradients.", "related"),
    ("pipeline-parallelism", "Existing systems use pipeline parallelism.", "related"),
    ("pipeline-parallelism", "Pipeline parallelism is a way to split a model.", "related"),
    ("zero-bubble-schedule", "It is similar to a zero-bubble schedule.", "related"),
    ("gradient-compression", "Gradient compression could be added.", "related"),
    ("low-rank-compression", "It is orthogonal to low-rank compression of gradients.", "related"),
    # Other meanings.
    ("recomputation", "A checkpoint is written each hour so that a failure costs little.", "-"),
    ("pipeline-parallelism", "The retrieval pipeline has four stages.", "-"),
    ("offload", "We offload I/O to the network card.", "-"),
    ("expert-parallelism", "Three human experts worked in parallel.", "-"),
    ("io-aware-attention", "Attention to detail matters.", "-"),
    ("zero", "The database is sharded at stage 2.", "-"),
    ("speculation", "Speculative decoding commits four tokens at once.", "-"),
    ("asynchronous-update", "Asynchronous checkpointing of the optimizer hides the write.", "-"),
    ("asynchronous-update", "Batches are prefetched asynchronously.", "-"),
    ("quantized-gradients", "A quantum of work is one tile.", "-"),
    # Another's in the first half of a sentence, ours in the second.
    ("speculative-decoding", "Prior systems use speculative decoding, whereas we read fewer bytes.", "related"),
    ("speculative-decoding", "Decoding is sped up by speculative decoding, whereas we read fewer bytes.", "related"),
    ("speculative-decoding", "Lee et al. rely on speculative decoding; our decoder stays as it is.", "related"),
    ("speculative-decoding", f"While speculative decoding{CITE} helps at batch 1, we serve large batches.", "related"),
    ("continuous-batching", "Although many systems use continuous batching, we serve one request at a time.", "related"),
    ("fp8", "In training the forward pass runs in FP8, whereas we keep the sums in FP32.", "ours"),
    ("all-reduce", "While the all-reduce runs, we compute the next layer.", "ours"),
    ("bounded-staleness", "Although bounded staleness adds noise, we see no loss.", "ours"),
    ("continuous-batching", "The table lists vLLM (paged memory, continuous batching) and ours.", "compared"),
    ("all-reduce", "The scheduler never splits an all-reduce.", "ours"),
    ("all-reduce", "The scheduler never runs an all-reduce.", "negated"),
    # Others without a name, ways that are weighed, and what is left for later.
    ("kv-eviction", "Others evict KV entries.", "related"),
    ("kv-cache-quantization", "Systems with KV cache quantization pay for it.", "related"),
    ("weight-quantization", "Another alternative is to quantize the weights to INT4.", "related"),
    ("top-k", "We tried top-k gradients.", "compared"),
    ("data-parallelism", "We replace the all-reduce of data-parallel training by a gather.", "ours"),
    ("all-reduce", "We replace the all-reduce of data-parallel training by a gather.", "negated"),
    ("all-reduce", "We avoid the use of all-reduce.", "negated"),
    ("all-reduce", "The step falls from 815 ms (a ring all-reduce after the backward pass) to 350 ms.", "compared"),
    ("kv-cache-quantization", "With an INT8 KV cache decoding runs 4% slower than default.", "compared"),
    ("activation-compression", "Activation compression between stages is only relevant under slow links.", "compared"),
    ("activation-compression", "Our activation compression between stages brings no benefit on this network.", "compared"),
    ("kv-cache-quantization", "Our INT8 KV cache is 4% slower, and half as large.", "ours"),
    ("activation-compression", "Our activation compression between stages halves the traffic.", "ours"),
    ("disaggregation", "DistServe, our main competitor, disaggregates prefill and decode.", "related"),
    ("error-feedback", "We leave error feedback of the gradient to future work.", "related"),
    ("speculative-decoding", "Speculative decoding is left for future work.", "related"),
    ("fp8", "FP8 training is future work.", "related"),
    ("asynchronous-update", "If workers were asynchronous, gradients would age.", "related"),
    ("gossip", "Does gossip averaging of gradients help?", "related"),
    ("prefix-caching", "Baselines: (1) PageServe; (2) TreeServe with prefix caching.", "baseline"),
    # What comes to what was there before, and what only seems to be denied.
    ("speculative-decoding", "We present SlackPipe, which adds speculative decoding to a continuous batching server.", "ours+"),
    ("continuous-batching", "We present SlackPipe, which adds speculative decoding to a continuous batching server.", "ours"),
    ("bounded-staleness", "A worker is never more than 4 steps ahead of the slowest.", "ours"),
    ("asynchronous-update", "Stages no longer wait for the flush and apply stale gradients.", "ours"),
    ("speculation", "SlackPipe drops the flush and commits each update speculatively.", "ours"),
    ("continuous-batching", "Without continuous batching both systems lose 40%.", "related"),
    ("gradient-clipping", "Without gradient clipping training diverges.", "related"),
    ("io-aware-attention", "Replacing FlashAttention by plain kernels costs 20%.", "related"),
    ("continuous-batching", "Without continuous batching a request runs alone.", "negated"),
    ("all-reduce", "Without overlap the all-reduce takes 40% of the step.", "ours"),
    ("all-reduce", "Gradients move without waiting for the all-reduce.", "negated"),
    ("overlap", "To isolate the network we disable overlap with communication.", "related"),
    ("paged-kv-cache", "No kernel and no paged KV cache is touched.", "ours"),
    # Words of neighbouring fields.
    ("chiplets", "The interposer forwards calls to the server on the same chip.", "-"),
    ("chiplets", "An LD_PRELOAD interposer intercepts CUDA calls in each package.", "-"),
    ("low-rank-compression", "Low-rank compression of keys and values is trained by gradient descent on workers.", "-"),
    ("top-k", "Sparse attention makes a top-k selection of key blocks, and the gradient flows through it.", "-"),
    ("offload", "Plain blocking cgo offload holds a thread.", "-"),
    ("flush", "A speculative load that fails rolls back the pipeline; a flush takes 20 cycles.", "-"),
    ("rollback", "Speculative updates of the branch history are rolled back.", "-"),
    ("speculation", "Speculative updates of materialized views are confirmed at commit.", "-"),
    ("asynchronous-update", "Updates of the index are applied asynchronously, and stale entries are kept until compaction.", "-"),
    ("asynchronous-update", "Validation runs asynchronously while gradients are computed.", "-"),
]  # fmt: skip


def role_of(mechanism: str, text: str, where: Where = Where.BODY, told: bool = False) -> str:
    found = [m for m in mechanisms(text, where, NAMES, told, knowledge()) if m.what == mechanism]
    assert len(found) <= 1, "a mechanism is mentioned once in a sentence"
    return found[0].role + "+" * found[0].proposed if found else "-"


@pytest.mark.parametrize(("mechanism", "text", "role"), BODY)
def test_in_the_body(mechanism: str, text: str, role: str) -> None:
    assert role_of(mechanism, text) == role


@pytest.mark.parametrize(
    ("where", "text", "role"),
    [
        (Where.INTRODUCTION, "Pipelines end each batch with a pipeline flush.", "related"),
        (Where.INTRODUCTION, f"The pipeline flush costs time{CITE}.", "related"),
        (Where.INTRODUCTION, "We observe that the pipeline flush costs time.", "related"),
        (Where.INTRODUCTION, "Our pipeline flush is cheap.", "ours"),
        (Where.INTRODUCTION, "SlackPipe removes the pipeline flush.", "negated"),
        (Where.ABSTRACT, "A pipeline flush ends each batch.", "related"),
        (Where.RELATED, f"GPipe ends a batch with a pipeline flush{CITE}.", "related"),
        (Where.RELATED, f"GPipe ends a batch with a pipeline flush{CITE}; we keep it.", "ours"),
        (Where.RELATED, "In contrast, we use a pipeline flush.", "ours"),
        (Where.RELATED, "We do not use a pipeline flush.", "negated"),
        (Where.RELATED, "None of these needs a pipeline flush.", "related"),
        (Where.FUTURE, "We will remove the pipeline flush.", "related"),
        (Where.CAPTION, "The pipeline flush of each schedule.", "compared"),
        (Where.CAPTION, "The pipeline flush in SlackPipe.", "ours"),
        (Where.TITLE, "SlackPipe: Training without a Pipeline Flush", "negated"),
        (Where.CONCLUSION, "The pipeline flush is replaced by a confirmation.", "negated"),
    ],
)
def test_by_its_place(where: Where, text: str, role: str) -> None:
    assert role_of("flush", text, where) == role


def test_an_introduction_goes_on_with_what_it_began() -> None:
    text = "A pipeline flush ends each batch."
    assert role_of("flush", text, Where.INTRODUCTION, told=True) == "ours"
    assert role_of("flush", text[:-1] + f"{CITE}.", Where.INTRODUCTION, told=True) == "related"


def test_a_sentence_in_other_letters_is_nobody_s() -> None:
    assert role_of("pruning", "Можно удалять целые нейроны и слои (filter pruning).") == "related"


@pytest.mark.parametrize(
    ("where", "text", "names"),
    [
        (Where.TITLE, "SlackPipe: Bounded Waiting", ("SlackPipe",)),
        (Where.TITLE, "Attention: A Survey", ()),
        (Where.ABSTRACT, "We present Cascade, a runtime.", ("Cascade",)),
        (Where.ABSTRACT, "We propose a runtime that we call LastCall.", ("LastCall",)),
        (Where.ABSTRACT, "Others present Cascade, a runtime.", ()),
        (Where.ABSTRACT, "We present Table results below.", ()),
    ],
)
def test_what_a_paper_calls_itself(where: Where, text: str, names: tuple[str, ...]) -> None:
    assert own_names(text, where) == names


# -- in a paper ---------------------------------------------------------------------------------

PAPER = r"""\documentclass{article}
\newcommand{\sys}{SlackPipe}
\title{\sys: Training with Slack}
\begin{document}
\maketitle
\begin{abstract}
Pipelines end a batch with a pipeline flush. We present \sys{}, which keeps bounded staleness
between its replicas. A replica rolls back to the last confirmed step.
\end{abstract}
\section{Design}
\sys{} shards its optimizer states with ZeRO stage~2~\cite{zero, fsdp}.
A replica runs at most $S$ steps ahead of the slowest one. We use $S = 4$ unless we say otherwise.
\end{document}
"""


def paper(text: str = PAPER, **own: str) -> Paper:
    host = AnalysisHost()
    more = {DocId(f".tanaka/knowledge/mechanisms/{name}.toml"): t for name, t in own.items()}
    host.apply(Change({DocId("main.tex"): text, **more}))
    return host.snapshot().report(DocId("main.tex")).paper


def of(paper: Paper, what: str) -> list[Mention]:
    return [m for m in paper.mentions if m.what == what]


def test_a_mention_has_its_settings_and_citations() -> None:
    (zero,) = of(paper(), "zero")
    assert (zero.role, zero.where) == ("ours", Where.BODY)
    assert zero.settings == (("stage", "2"),)
    assert zero.cites == ("zero", "fsdp")


def test_the_next_sentence_may_set_a_knob() -> None:
    found = of(paper(), "bounded-staleness")
    assert [m.settings for m in found] == [(), (("bound", "4"),)]


def test_an_abstract_is_background_until_it_speaks_of_itself() -> None:
    assert [m.role for m in of(paper(), "flush")] == ["related"]
    assert [m.role for m in of(paper(), "rollback")] == ["ours"]
    assert of(paper(), "bounded-staleness")[0].where is Where.ABSTRACT


def test_a_project_s_own_mechanism_is_found() -> None:
    own = '[slack]\nname = "slack"\nparent = "training"\ndefinition = "Slack."\nforms = ["Slack"]\nworks = []\n'
    assert of(paper(), "slack") == []
    assert {m.role for m in of(paper(mine=own), "slack")} == {"ours"}


def test_an_overlay_that_cannot_be_used_is_said_and_left_out() -> None:
    host = AnalysisHost()
    bad = {DocId(".tanaka/knowledge/mechanisms/mine.toml"): "[slack]\nnmae = 'x'"}
    host.apply(Change({DocId("main.tex"): PAPER, **bad}))
    report = host.snapshot().report(DocId("main.tex"))
    (problem,) = report.problems
    assert problem == ".tanaka/knowledge/mechanisms/mine.toml: slack: unknown key 'nmae'"
    assert report.knowledge is knowledge()
