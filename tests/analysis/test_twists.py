"""Twists: offered where a draft has what they need and lacks what they add, and compile as inserted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.analysis.twists import Offer, offers
from tanaka.knowledge.catalog import knowledge
from tanaka.knowledge.model import Twist
from tanaka.text import DocId, apply_edits

ROOT = DocId("main.tex")
DRAFT = r"""\documentclass{article}
\usepackage{amsmath}
\begin{document}
\section{Design}
We propose bounded staleness with a bound of $S = 6$ for data-parallel training on 32 nodes.
Our workers use bounded staleness: a worker runs at most six steps ahead.
%s
\section{Evaluation}
We train on 32 nodes~\cite{ssp}.
\bibliographystyle{plain}
\bibliography{refs}
\end{document}
"""
BIB = """@inproceedings{ssp, title = {More Effective Distributed {ML} via a Stale Synchronous Parallel
  Parameter Server}, author = {Ho, Qirong and others}, booktitle = {NIPS}, year = {2013}}
"""


def report(more: str = "", bib: str | None = BIB) -> Report:
    host = AnalysisHost()
    texts: dict[DocId, str | None] = {ROOT: DRAFT % more}
    if bib is not None:
        texts[DocId("refs.bib")] = bib
    host.apply(Change(texts))
    return host.snapshot().report(ROOT)


def offer(id: str, given: Report) -> Offer:
    return next(o for o in offers(given) if o.twist.id == id)


def ids(given: Report) -> set[str]:
    return set(ids_in_order(given))


def ids_in_order(given: Report) -> list[str]:
    return [o.twist.id for o in offers(given)]


def test_the_seeds_twist_is_offered_first_to_a_stale_draft() -> None:
    assert ids_in_order(report())[0] == "compression-follows-age"


def test_three_others_at_least_are_known_by_data() -> None:
    assert len(knowledge().twists) >= 4


@cache
def own_words(mechanism: str) -> str:
    """A sentence that a draft would say of itself, and is read so each time that it is said."""
    known = knowledge().by_mechanism[mechanism]
    for said in (f"We use {known.name}.", *known.hits):
        said = re.sub(r"([%&#_])", r"\\\1", said)
        mentions = report(f"{said}\n\n{said}").paper.mentions
        if [m.role for m in mentions if m.what == mechanism].count("ours") > 1:
            return said
    raise AssertionError(f"no sentence of {mechanism} reads as one's own")


def proposing(*mechanisms: str) -> str:
    """Prose of a draft that has some mechanisms."""
    return "\n\n".join(f"{own_words(m)}\n\n{own_words(m)}" for m in mechanisms)


LACKS = [(t, lacks) for t in knowledge().twists for lacks in t.lacks]


def needs(twist: Twist) -> tuple[str, ...]:
    """What a draft says that is offered a twist."""
    return (twist.has_any[0], *twist.amid[:1])


@pytest.mark.parametrize(("twist", "lacks"), LACKS, ids=[f"{t.id}-{x}" for t, x in LACKS])
def test_what_the_draft_has_already_is_not_added(twist: Twist, lacks: str) -> None:
    assert twist.id in ids(report(proposing(*needs(twist))))
    assert twist.id not in ids(report(proposing(*needs(twist), lacks)))


# A draft of no cluster, no training and no inference: nothing is said amid which a twist makes sense.
BARE = r"""\documentclass{article}\begin{document}\section{Design}%s\end{document}"""
AMID = [t for t in knowledge().twists if t.amid and not set(t.amid) & set(t.has_any)]


@pytest.mark.parametrize("twist", AMID, ids=[t.id for t in AMID])
def test_a_twist_stays_where_it_makes_sense(twist: Twist) -> None:
    def offered(*mechanisms: str) -> set[str]:
        host = AnalysisHost()
        host.apply(Change({ROOT: BARE % proposing(*mechanisms)}))
        return ids(host.snapshot().report(ROOT))

    assert twist.id in offered(*needs(twist))
    assert twist.id not in offered(twist.has_any[0])


def test_what_is_proposed_comes_before_what_is_used() -> None:
    """The records have both; a draft that proposes the one gets it first."""
    used = "We use backup workers. Our backup workers wait."
    given = ids_in_order(
        report(f"We propose gossip averaging. Our gossip averaging is fast.\n\n{used}")
    )
    assert given.index("graph-follows-consensus") < given.index("redundancy-follows-noise")
    used = "We use gossip averaging. Our gossip averaging is fast."
    given = ids_in_order(report(f"We propose backup workers. Our backup workers wait.\n\n{used}"))
    assert given.index("redundancy-follows-noise") < given.index("graph-follows-consensus")


def test_an_unrelated_draft_is_offered_nothing() -> None:
    host = AnalysisHost()
    host.apply(
        Change({ROOT: DRAFT.replace("staleness", "kindness").replace("steps ahead", "words") % ""})
    )
    assert {o.twist.id for o in offers(host.snapshot().report(ROOT))} == set()


def test_related_work_alone_is_no_reason() -> None:
    host = AnalysisHost()
    text = r"\documentclass{article}\begin{document}\section{Related work}Bounded staleness was proposed by others~\cite{a}. Bounded staleness helps them.\end{document}"
    host.apply(Change({ROOT: text}))
    assert ids(host.snapshot().report(ROOT)) == set()


def test_levels_come_from_the_draft() -> None:
    levels = dict(offer("compression-follows-age", report()).levels)
    assert levels["staleness bound"] == ("0", "3", "6", "12")
    assert dict(offer("bound-follows-clock", report()).levels)["nodes"] == ("8", "16", "32")


def test_without_a_stated_bound_the_levels_are_the_defaults() -> None:
    host = AnalysisHost()
    text = DRAFT.replace("with a bound of $S = 6$ ", "").replace(
        ": a worker runs at most six steps ahead", ""
    )
    host.apply(Change({ROOT: text % "", DocId("refs.bib"): BIB}))
    levels = dict(offer("compression-follows-age", host.snapshot().report(ROOT)).levels)
    assert levels["staleness bound"] == ("0", "2", "4", "8")


def test_nearest_work_is_named_and_cited() -> None:
    found = offer("compression-follows-age", report())
    assert r"DeCo-SGD~\cite{deco-sgd}" in found.latex
    text, bib = found.edits
    assert (text.span.doc, bib.span.doc) == (ROOT, "refs.bib")
    assert "@misc{deco-sgd," in bib.new


def test_an_entry_that_is_there_is_used() -> None:
    first = offer("compression-follows-age", report())
    bib = BIB + first.edits[1].new.replace("{deco-sgd,", "{lu2025,")
    found = offer("compression-follows-age", report(bib=bib))
    assert r"\cite{lu2025}" in found.latex
    assert all("deco-sgd," not in e.new for e in found.edits[1:])


def test_without_a_bibliography_works_are_named_with_venue_and_year() -> None:
    found = offer("compression-follows-age", report(bib=None))
    assert r"\cite{" not in found.latex
    assert "DeCo-SGD (arXiv 2507.17346, 2025)" in found.latex
    assert len(found.edits) == 1


def test_it_goes_to_the_end_of_the_design() -> None:
    found = offer("compression-follows-age", report())
    text = apply_edits(DRAFT % "", [found.edits[0]])
    assert (
        text.index("at most six")
        < text.index(r"\subsection{Adaptive")
        < text.index(r"\section{Evaluation}")
    )


def test_no_slot_is_left() -> None:
    for found in offers(report()):
        assert not re.search(r"\{(?:bound|nodes|workers|batch|context|devices)[*/}]", found.latex)


def every_offer() -> list[Offer]:
    """Each twist of the knowledge base in a draft that asks for it."""
    found: dict[str, Offer] = {}
    for twist in knowledge().twists:
        for id in twist.has_any:
            for o in offers(report(proposing(id, *twist.amid[:1]))):
                found.setdefault(o.twist.id, o)
    return list(found.values())


# Where TeX is not installed there is nothing to run; CI must have it.
if shutil.which("pdflatex") or os.environ.get("CI"):

    def test_every_twist_compiles_with_its_bibliography(tmp_path: Path) -> None:
        found = every_offer()
        assert {o.twist.id for o in found} == {t.id for t in knowledge().twists}
        text = DRAFT % "\n".join(o.latex for o in found)
        entries = {e for o in found for edit in o.edits[1:] for e in edit.new.strip().split("\n\n")}
        (tmp_path / "main.tex").write_text(text, "utf-8")
        (tmp_path / "refs.bib").write_text("\n\n".join([BIB, *sorted(entries)]), "utf-8")
        tex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main"]
        for command in (tex, ["bibtex", "main"], tex, tex):
            run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout[-2000:]
        log = (tmp_path / "main.log").read_text("latin-1")
        assert "undefined" not in log.lower()


def test_a_draft_is_not_measured_against_itself() -> None:
    host = AnalysisHost()
    text = DRAFT.replace(
        "\\begin{document}", "\\title{DSSP: A Bound That Moves}\n\\begin{document}"
    )
    host.apply(Change({ROOT: text % "", DocId("refs.bib"): BIB}))
    found = offer("bound-follows-clock", host.snapshot().report(ROOT))
    assert "dssp" in found.twist.nearest
    assert "dssp" not in {w.id for w in found.works}
