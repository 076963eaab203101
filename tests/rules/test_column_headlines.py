"""Headlines whose counterpart stands in a table alone, or in an item or a bracket elsewhere.

Each case is a sentence with one number left open: with the right value nothing is said, with the
wrong one that number is the finding.
"""

from __future__ import annotations

import pytest

from fixture import analyse

_SERVING = r"""
\section{Evaluation}
Four traces are replayed on one pool of cards.
\begin{table}\caption{Highest request rate (req/s) on four traces. The last row is the geometric mean.}\label{tab:r}
\begin{tabular}{lccccc}
\toprule
 & \multicolumn{3}{c}{Rate (req/s)} & \multicolumn{2}{c}{Weir over} \\
Trace & Pooled & Chunked & Weir & Pooled & Chunked \\
\midrule
Mail & 5.10 & 6.30 & 10.71 & 2.10$\times$ & 1.70$\times$ \\
Shop & 3.30 & 4.05 & 6.24 & 1.89$\times$ & 1.54$\times$ \\
Notes & 1.60 & 2.01 & 3.89 & 2.43$\times$ & 1.94$\times$ \\
\midrule
Geomean & & & & 2.13$\times$ & 1.72$\times$ \\
\bottomrule
\end{tabular}\end{table}
"""
_CARDS = r"""
\section{Evaluation}
All systems train the same model on the same cards.
\begin{table}\caption{Training of the 13B model.}\label{tab:c}
\begin{tabular}{lrrr}
\toprule
System & Step time (ms) & Peak memory (GB) & Energy (J) \\
\midrule
Megastep & 812 & 61.4 & 913 \\
Shardwise & 744 & 48.7 & 871 \\
Quarry & 537 & 39.2 & 688 \\
\bottomrule
\end{tabular}\end{table}
"""
_HEADLINES: list[tuple[str, str, str, str]] = [
    (r"Weir sustains @$\times$ the request rate of the chunked scheduler on average.", _SERVING, "1.72", "1.27"),
    (r"In the geometric mean over all traces, Weir raises the request rate by @$\times$ over chunked scheduling.", _SERVING, "1.72", "1.79"),
    (r"Weir improves the request rate by @$\times$ over chunked scheduling (geometric mean).", _SERVING, "1.72", "2.06"),
    (r"Weir raises the request rate by 2.13$\times$ over a pooled engine on average and by up to @$\times$.", _SERVING, "2.43", "4.86"),
    (r"Quarry needs @\% less peak memory than Shardwise.", _CARDS, "19.5", "23.4"),
    (r"Quarry shortens the step time by @\% compared with Shardwise.", _CARDS, "27.8", "55.6"),
    (r"Quarry reduces the energy per step by @\% over Shardwise.", _CARDS, "21.0", "27.3"),
    (r"The peak memory of Quarry is @\% lower than that of Megastep.", _CARDS, "36.2", "43.4"),
]  # fmt: skip
_PLACES: list[tuple[str, str, str, str]] = [
    # Summary, evaluation, right, wrong
    (r"The planner loses @\% of step time.", r"The planner increases the step time by 4.6\%.", "4.6", "9.2"),
    (r"Memory shrinks at the price of @\% in step time.", r"The planner increases the step time by 4.6\%.", "4.6", "9.2"),
    (r"Our plan lowers the cost of energy by @\%.", r"Cost of energy: 27.4\% lower than before.", "27.4", "32.9"),
    (r"The planner reduces the memory for activations by a factor of @.",
     r"Activation memory falls from 58.2\,GB to 13.4\,GB, a factor of 4.34.", "4.34", "5.21"),
    (r"Pacing lowers the p99 by @\%, without a single extra card.",
     r"At 256 GPUs pacing lowers the p99 by 57.3\%.", "57.3", "28.6"),
    (r"The latency of networks is reduced by up to @\%.",
     r"The latency of networks is reduced by 28.1\% to 41.7\%.", "41.7", "50.0"),
]  # fmt: skip


def _found(headline: str, rest: str, value: str) -> list[str]:
    text = f"\\begin{{abstract}}\n{headline.replace('@', value)}\n\\end{{abstract}}\n{rest}"
    report = analyse({"main.tex": text})
    return [
        report.texts[f.span.doc][f.span.start : f.span.end]
        for f in report.findings
        if f.finding.code in ("TK106", "TK109")
    ]


def _body(sentence: str) -> str:
    return f"\\section{{Evaluation}}\n{sentence}\n\\section{{Conclusion}}\n{sentence}\n"


@pytest.mark.parametrize(("headline", "table", "right", "wrong"), _HEADLINES)
def test_a_headline_that_the_lines_of_a_table_give_is_left_alone(
    headline: str, table: str, right: str, wrong: str
) -> None:
    del wrong
    assert _found(headline, table, right) == []


@pytest.mark.parametrize(("headline", "table", "right", "wrong"), _HEADLINES)
def test_a_headline_that_the_lines_of_a_table_do_not_give_is_the_finding(
    headline: str, table: str, right: str, wrong: str
) -> None:
    del right
    found = _found(headline, table, wrong)
    assert [f[: len(wrong)] for f in found] == [wrong]


@pytest.mark.parametrize(("headline", "sentence", "right", "wrong"), _PLACES)
def test_a_headline_in_other_words_than_the_evaluation_is_left_alone(
    headline: str, sentence: str, right: str, wrong: str
) -> None:
    del wrong
    assert _found(headline, _body(sentence), right) == []


@pytest.mark.parametrize(("headline", "sentence", "right", "wrong"), _PLACES)
def test_another_value_in_other_words_is_the_finding(
    headline: str, sentence: str, right: str, wrong: str
) -> None:
    del right
    found = _found(headline, _body(sentence), wrong)
    assert [f[: len(wrong)] for f in found] == [wrong]


_TRUE = [
    # A part of the memory, a mean over something else, another run, another base, a bound.
    (r"Quarry needs 31.5\% less optimizer memory than Shardwise.", _CARDS),
    (r"With 4 sequences a card, Quarry needs 24.0\% less peak memory than Shardwise.", _CARDS),
    (r"On a second cluster, Quarry shortens the step time by 33.1\% compared with Shardwise.", _CARDS),
    (r"Quarry needs 24.2\% more energy than an oracle.", _CARDS),
    (r"Under bursts Weir sustains 1.31$\times$ the request rate of the chunked scheduler.", _SERVING),
    (r"Weir sustains 1.73$\times$ the request rate of the chunked scheduler, averaged arithmetically.", _SERVING),
    (r"The fastest trace gains 1.94$\times$ over chunked scheduling, the mean is 1.72$\times$.", _SERVING),
    (r"Quarry trains 1.51$\times$ faster than Megastep and takes 34\% less time.", _CARDS),
    (r"Megastep needs 57\% more memory than Quarry.", _CARDS),
    (r"In simulation, Quarry shortens the step time by 41.0\% compared with Shardwise.", _CARDS),
    (r"On the 70B model, Quarry needs 12.3\% less peak memory than Shardwise.", _CARDS),
    (r"Quarry cuts the idle time by 62.0\% compared with Shardwise.", _CARDS),
]  # fmt: skip


@pytest.mark.parametrize(("headline", "table"), _TRUE)
def test_a_headline_of_another_thing_than_the_table_is_left_alone(
    headline: str, table: str
) -> None:
    assert _found(headline, table, "") == []
