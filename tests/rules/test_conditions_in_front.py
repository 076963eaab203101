"""A condition that a sentence begins with binds its numbers to a case of its own."""

from __future__ import annotations

import pytest

from fixture import analyse

_PAPER = r"""\begin{abstract}
Heron recovers from a failure in 41~s, 14$\times$ faster than a restart.
\end{abstract}
\section{Setup}
All experiments use 64 A100 GPUs and a batch size of 512.
\section{Evaluation}
Heron recovers from a failure in 41~s, 14$\times$ faster than a restart. %s
\section{Conclusion}
Heron recovers from a failure in 41~s.
"""


@pytest.mark.parametrize(
    "sentence",
    [
        "On a smaller cluster of 16 nodes, Heron recovers from a failure in 33~s.",
        "For the larger model, Heron recovers from a failure in 78~s.",
        r"With 100~Gb/s Ethernet, Heron recovers from a failure 9$\times$ faster than a restart.",
        r"Under FP8, Heron is 11$\times$ faster than a restart.",
        "If the network is shared, Heron recovers from a failure in 55~s.",
        "When offloading is on, Heron recovers from a failure in 62~s.",
        "With a batch size of 1,024, training takes 19 hours.",
        "On 32 GPUs, training takes 5.9 days.",
        "For the sensitivity study we use 8 GPUs and a batch size of 64.",
        "On a V100, a batch size of 128 is used to fit in 32~GB.",
    ],
)
def test_another_case_has_another_value(sentence: str) -> None:
    found = analyse({"main.tex": _PAPER % sentence}).findings
    assert [f.finding.message for f in found if f.finding.code in ("TK106", "TK107")] == []


def test_the_same_case_has_one_value() -> None:
    report = analyse({"main.tex": _PAPER.replace("in 41~s, 14", "in 14~s, 14", 1) % ""})
    assert [f.finding.code for f in report.findings if f.finding.code == "TK106"] == ["TK106"]
