"""The fix of an uncited work: a citation in one file, its entry in another, and nothing else."""

from __future__ import annotations

import pytest

from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.paper.references import read_bib
from tanaka.rules.api import FixKind
from tanaka.text import DocId, apply_edits

MAIN, REFS = DocId("main.tex"), DocId("lib/refs.bib")
TEXT = r"""\documentclass{article}
\begin{document}
\section{Introduction}
We propose bounded staleness between replicas.
\section{Design}
Our bounded staleness has a counter. With bounded staleness a replica runs ahead.
It is built on pipelines~\cite{gpipe}.
\bibliography{lib/refs}
\end{document}
"""
GPIPE = "@inproceedings{gpipe, title = {{GPipe}: Efficient Training of Giant Neural Networks using Pipeline Parallelism}, year = {2019}}"
SSP = "More Effective Distributed {ML} via a Stale Synchronous Parallel Parameter Server"


def report(texts: dict[DocId, str]) -> Report:
    host = AnalysisHost()
    host.apply(Change(dict(texts)))
    return host.snapshot().report(MAIN)


def mended(texts: dict[DocId, str]) -> dict[DocId, str]:
    """Texts after the quick fix of the one question about a work."""
    (item,) = [f for f in report(texts).findings if f.finding.code == "TK803"]
    (fix,) = [x for x in item.fixes if x.kind is FixKind.QUICKFIX]
    assert fix.title == "Cite SSP (NIPS 2013)"
    touched = {e.span.doc for e in fix.edits}
    new = {d: apply_edits(texts[d], [e for e in fix.edits if e.span.doc == d]) for d in touched}
    return texts | new


@pytest.mark.parametrize("refs", ["", GPIPE, GPIPE + "\n\n\n", "% references\n" + GPIPE + "\n"])
def test_the_work_is_cited_and_its_entry_added(refs: str) -> None:
    # An empty file knows no entry, so that the paper must print one of its own.
    text = TEXT if refs else TEXT.replace("\\bibliography", "\\begin{thebibliography}{1}\\bibitem{gpipe} GPipe. 2019.\\end{thebibliography}\\bibliography")  # fmt: skip
    after = mended({MAIN: text, REFS: refs})
    assert "We propose bounded staleness~\\cite{ssp} between replicas." in after[MAIN]
    assert after[REFS].startswith(refs.rstrip())
    assert [e.key for e in read_bib(after[REFS])] == (["gpipe", "ssp"] if refs else ["ssp"])
    assert after[REFS].endswith("}\n")
    assert not [f for f in report(after).findings if f.finding.code == "TK803"]


def test_an_entry_that_is_there_is_only_cited() -> None:
    refs = f"{GPIPE}\n@inproceedings{{Ho:13, title = {{{SSP}}}, year = {{2013}}}}\n"
    after = mended({MAIN: TEXT, REFS: refs})
    assert "staleness~\\cite{Ho:13} between" in after[MAIN]
    assert after[REFS] == refs


def test_a_citation_behind_the_words_takes_the_key_in() -> None:
    # The work of another mechanism is cited there, which answers nothing.
    bw = "@inproceedings{bw, title = {Memory-Efficient Pipeline-Parallel {DNN} Training}, year = {2021}}"
    text = TEXT.replace("staleness between", "staleness~\\citep[see][]{bw} between")
    after = mended({MAIN: text, REFS: f"{GPIPE}\n{bw}\n"})
    assert "staleness~\\citep[see][]{bw,ssp} between" in after[MAIN]


def test_a_key_that_is_taken_is_not_taken_again() -> None:
    refs = f"{GPIPE}\n@misc{{ssp, title = {{Something else of one's own}}, year = {{1999}}}}\n"
    after = mended({MAIN: TEXT, REFS: refs})
    assert "staleness~\\cite{ssp2013} between" in after[MAIN]
    assert [e.key for e in read_bib(after[REFS])] == ["gpipe", "ssp", "ssp2013"]


def test_the_bibliography_is_none_of_the_papers_files() -> None:
    found = report({MAIN: TEXT, REFS: GPIPE})
    assert found.files == (MAIN,)
    assert found.bibliography_texts == {REFS: GPIPE}
    assert found.texts[REFS] == GPIPE
