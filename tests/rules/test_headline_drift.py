"""Headlines with the value that the rest of the paper has, and with another one.

Each case is a small paper with one place left open: with the right value nothing is said of it,
with the wrong one that number is the finding.
"""

from __future__ import annotations

import pytest

from fixture import analyse

_CASES: list[tuple[str, str, str, str]] = [
    # abstract, rest of the paper, right, wrong
    (r"Our scheduler reduces tail latency at peak load by @\%.",
     r"At peak load our scheduler reduces tail latency by 34\%.", "34", "43"),
    (r"Peak memory of the training step falls to @~GB per GPU.",
     r"Peak memory of the training step is 37.9~GB per GPU.", "37.9", "79.3"),
    (r"Decoding reaches a throughput of @ tokens/s on one card.",
     r"On one card decoding has a throughput of 4,120 tokens/s.", "4,120", "8,240"),
    (r"The quantized model keeps an accuracy of @\% on the retrieval task.",
     r"On the retrieval task the quantized model has an accuracy of 94.3\%.", "94.3", "49.3"),
    (r"Checkpointing the optimizer state takes @ seconds.",
     r"Checkpointing the optimizer state takes 3.46 seconds on all nodes.", "3.46", "6.92"),
    (r"The prefix cache has a hit rate of @\% under the chat trace.",
     r"Under the chat trace the prefix cache has a hit rate of 98.5\%.", "98.5", "89.5"),
    (r"Energy per generated token drops to @~J on the phone.",
     r"On the phone the energy per generated token is 0.201~J.", "0.201", "2.01"),
    (r"Fused attention runs @$\times$ faster than the unfused kernel.",
     r"The fused attention kernel is 2.31$\times$ faster than the unfused kernel.", "2.31", "3.21"),
    (r"Weight streaming hides @\% of the transfer time behind computation.",
     r"Weight streaming hides 87\% of the transfer time behind computation.", "87", "78"),
    (r"Cold start of a function takes @~ms with our snapshots.",
     r"With our snapshots the cold start of a function takes 148~ms.", "148", "1480"),
    (r"Expert parallelism cuts the exchange volume per layer by @\%.",
     r"The exchange volume per layer is cut by 61\% with expert parallelism.", "61", "16"),
    (r"The compiler shortens kernel launch overhead to @~$\mu$s.",
     r"Kernel launch overhead is shortened by the compiler to 4.8~$\mu$s.", "4.8", "8.4"),
    (r"Our loader saturates the link at @~GB/s of read bandwidth.",
     r"Read bandwidth of our loader saturates the link at 11.6~GB/s.", "11.6", "16.1"),
    (r"Speculative decoding accepts @\% of the drafted tokens.",
     r"Of the drafted tokens, speculative decoding accepts 72.4\%.", "72.4", "74.2"),
    (r"Offloading costs a slowdown of @\% in the training step.",
     r"The slowdown of the training step through offloading is 6.2\%.", "6.2", "2.6"),
    (r"Time to first token is @~ms with chunked prefill.",
     r"With chunked prefill the time to first token is 89~ms.", "89", "98"),
    (r"The rack draws @~kW during pretraining.",
     r"During pretraining the rack draws 41.7~kW.", "41.7", "71.4"),
    (r"Sparse attention reaches a perplexity of @ on long documents.",
     r"On long documents sparse attention reaches a perplexity of 8.31.", "8.31", "9.97"),
    (r"Goodput of the cluster over the month is @\%.",
     r"Over the month the goodput of the cluster is 97.9\%.", "97.9", "79.9"),
    (r"Model utilization on the largest cluster stays at @\% MFU.",
     r"On the largest cluster model utilization stays at 46.2\% MFU.", "46.2", "64.2"),
    (r"Compression shrinks gradient traffic by up to @$\times$.",
     r"Gradient traffic shrinks by up to 13.9$\times$ with compression.", "13.9", "19.3"),
    (r"Recovery after a failure takes @ minutes on average.",
     r"Recovery after a failure takes 4.5 minutes on average.", "4.5", "9.0"),
    (r"Batched inference serves @ requests/s within the deadline.",
     r"Within the deadline batched inference serves 640 requests/s.", "640", "460"),
    (r"Padding wastes @\% of the computation in the baseline.",
     r"In the baseline, padding wastes 23\% of the computation.", "23", "32"),
    (r"Pruned models lose @ points of accuracy on the test set.",
     r"On the test set pruned models lose 0.8 points of accuracy.", "0.8", "1.8"),
    (r"Migration of a running job interrupts training for @ seconds.",
     r"Training is interrupted for 12.4 seconds by the migration of a running job.", "12.4", "21.4"),
    (r"Index lookup takes @~$\mu$s from remote memory.",
     r"From remote memory an index lookup takes 7.3~$\mu$s.", "7.3", "3.7"),
    (r"Our simulator predicts step time with an error of @\%.",
     r"The simulator predicts the step time with an error of 3.1\%.", "3.1", "1.3"),
]  # fmt: skip


def _found(abstract: str, body: str, value: str) -> list[str]:
    text = (
        f"\\begin{{abstract}}\n{abstract.replace('@', value)}\n\\end{{abstract}}\n"
        f"\\section{{Evaluation}}\n{body}\n\\section{{Conclusion}}\n{body}\n"
    )
    report = analyse({"main.tex": text})
    return [
        report.texts[f.span.doc][f.span.start : f.span.end]
        for f in report.findings
        if f.finding.code in ("TK106", "TK109")
    ]


@pytest.mark.parametrize(("abstract", "body", "right", "wrong"), _CASES)
def test_a_headline_with_the_value_of_the_evaluation_is_left_alone(
    abstract: str, body: str, right: str, wrong: str
) -> None:
    del wrong
    assert _found(abstract, body, right) == []


@pytest.mark.parametrize(("abstract", "body", "right", "wrong"), _CASES)
def test_a_headline_with_another_value_is_the_finding(
    abstract: str, body: str, right: str, wrong: str
) -> None:
    del right
    found = _found(abstract, body, wrong)
    assert len(found) == 1
    assert found[0].startswith(wrong)
