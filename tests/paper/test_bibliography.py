"""What a paper cites: entries of any shape, keys of any command, and which work an entry is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.knowledge.model import Verified, Work
from tanaka.latex import macros
from tanaka.latex.project import assemble as project
from tanaka.latex.source import read_source
from tanaka.paper.bibliography import (
    Bibliography,
    Entry,
    bibtex,
    key_of,
    same,
    unused_key,
)
from tanaka.paper.references import cite_keys, citing, read_bib, read_items
from tanaka.text import DocId


def work(id: str, name: str, title: str, **more: object) -> Work:
    given = {
        "names": (),
        "authors": ("Park, Jay H.", "others"),
        "venue": "USENIX ATC",
        "year": 2020,
        "arxiv": "",
        "verified": Verified.ALL,
        "does": "",
    } | more
    return Work(id=id, name=name, title=title, **given)  # type: ignore[arg-type]


HETPIPE = work(
    "hetpipe",
    "HetPipe",
    "HetPipe: Enabling Large DNN Training on (Whimpy) Heterogeneous GPU Clusters",
)
HOGWILD = work(
    "hogwild",
    "Hogwild!",
    "Hogwild!: A Lock-Free Approach to Parallelizing Stochastic Gradient Descent",
    names=("Hogwild",),
    authors=("Recht, Benjamin", "Ré, Christopher"),
    venue="NIPS",
    year=2011,
    arxiv="1106.5730",
)
ZERO = work(
    "zero",
    "ZeRO",
    "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models",
    venue="SC",
)


def only(text: str) -> Entry:
    (found,) = read_bib(text)
    return found


# -- .bib text --------------------------------------------------------------------------------


def test_an_entry_is_read_whatever_its_delimiters() -> None:
    braces = only("@inproceedings{k, title = {A {Title} of {\\'E}t{\\'e}}, year = 2019}")
    quotes = only('@InProceedings{k, title = "A {Title} of {\\\'E}t{\\\'e}", year = "2019"}')
    assert braces == quotes
    assert (braces.key, braces.title, braces.year) == ("k", "A Title of Ete", 2019)


def test_authors_and_identifiers_are_read() -> None:
    entry = only(
        "@misc{k, author = {Recht, Benjamin and R{\\'e}, Christopher}, title = {X},"
        " eprint = {1106.5730v2}, archivePrefix = {arXiv}, date = {2011-06-28}}"
    )
    assert entry.authors == ("Recht, Benjamin", "Re, Christopher")
    assert (entry.arxiv, entry.year) == ("1106.5730", 2011)


@pytest.mark.parametrize(
    "field",
    [
        "journal = {arXiv preprint arXiv:1106.5730}",
        "url = {https://arxiv.org/abs/1106.5730}",
        "note = {arXiv:1106.5730v1}",
    ],
)
def test_an_arxiv_number_is_found_in_any_of_its_places(field: str) -> None:
    assert only(f"@article{{k, title = {{X}}, {field}}}").arxiv == "1106.5730"


def test_a_number_that_only_looks_like_one_is_none() -> None:
    assert only("@article{k, title = {X}, doi = {10.1145/1106.57301}}").arxiv == ""


def test_an_entry_under_edit_does_not_hide_its_neighbours() -> None:
    text = (
        "@article{a, title = {First}, year = {2001}}\n"
        "@article{b, title = {Second is half typed\n\n"
        "@article{c, title = {Third}}\n"
    )
    found = {e.key: e.title for e in read_bib(text)}
    assert found["a"] == "First"
    assert found["c"] == "Third"
    assert found["b"].startswith("Second is half typed")


def test_two_entries_of_one_key_are_both_there() -> None:
    text = "@article{a, title = {First}}\n@article{a, title = {Second}}"
    assert [e.title for e in read_bib(text)] == ["First", "Second"]


@given(st.text(alphabet='@{}",=\\ab12\n %articlek', max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_broken(text: str) -> None:
    read_bib(text)
    read_items("\\bibitem{x}" + text)


def test_bibitems_are_read_without_their_markup() -> None:
    text = (
        "\\begin{thebibliography}{9}\n"
        "\\bibitem{gpipe} Y.~Huang et al. {GPipe}: Efficient Training. NeurIPS, 2019. % mine\n"
        "\\bibitem[Dao et~al., 2022]{dao} Dao, T.\n\\newblock {\\em Fast attention}. 2022.\n"
        "% \\bibitem{gone} Nothing.\n"
        "\\end{thebibliography} 1999"
    )
    first, second = read_items(text)
    assert (first.key, first.year) == ("gpipe", 2019)
    assert first.words == "Y. Huang et al. GPipe: Efficient Training. NeurIPS, 2019."
    assert (second.key, second.words) == ("dao", "Dao, T. Fast attention. 2022.")


# -- citations --------------------------------------------------------------------------------


def keys(text: str) -> set[str]:
    source = read_source(text)
    own = citing(macros.table([(DocId("main.tex"), source)]))
    return {key for region in source.regions for key in cite_keys(region, own)}


@pytest.mark.parametrize(
    "text",
    [
        r"\cite{a}",
        r"\citep[see][p.~3]{a}",
        r"\citet*{a}",
        r"\Citet{a}",
        r"\parencite[3]{a}",
        r"\autocite{a}",
        r"\textcite{a}",
        r"\footcite[12]{a}",
        r"\footfullcite{a}",
        r"\supercite{a}",
        r"\nocite{a}",
        r"\citealp {a}",
        "\\cite{\n  a}",
        r"\newcommand{\seealso}[1]{(see \cite{#1})} X \seealso{a}",
        r"\newcommand{\hp}{HetPipe~\cite{a}}",
    ],
)
def test_every_way_of_citing_is_seen(text: str) -> None:
    assert keys(text) == {"a"}


def test_lists_of_keys_and_of_groups_are_taken_apart() -> None:
    assert keys(r"\cite{a, b,c} \autocites[1]{d}[2]{e}") == set("abcde")


@pytest.mark.parametrize(
    "text", [r"\citestyle{plain}", "% \\cite{a}", r"\begin{verbatim}\cite{a}\end{verbatim}"]
)
def test_what_cites_nothing_gives_no_key(text: str) -> None:
    assert keys(text) == set()


# -- which files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (r"\bibliography{a,b}", ["a.bib", "b.bib", "main.bbl"]),
        (r"\addbibresource[glob]{x/y.bib}", ["x/y.bib", "main.bbl"]),
        (r"\bibliography{IEEEabrv, refs}", ["refs.bib", "main.bbl"]),
        (r"\bibliography{a.bib} \bibliographyapx{b}", ["a.bib", "b.bib", "main.bbl"]),
        (r"\bibliographystyle{plain}", []),
        (r"% \bibliography{a}", []),
    ],
)
def test_a_project_names_its_bibliographies(text: str, named: list[str]) -> None:
    source = read_source(text)
    found = project(DocId("main.tex"), lambda d: source if d == "main.tex" else None)
    assert list(found.bibliographies) == named


def test_they_are_looked_for_from_the_root_whoever_names_them() -> None:
    files = {
        "p/main.tex": read_source(r"\input{end/refs}"),
        "p/end/refs.tex": read_source(r"\bibliography{lib/all}"),
    }
    found = project(DocId("p/main.tex"), files.get)
    assert found.bibliographies == ("p/lib/all.bib", "p/main.bbl")


# -- which work an entry is -------------------------------------------------------------------


def cited(entry: Entry, *more: Entry) -> Bibliography:
    return Bibliography((entry, *more), frozenset({entry.key}))


def entry(title: str = "", year: int | None = None, key: str = "k", **more: str) -> Entry:
    return Entry(key, title, (), year, more.get("arxiv", ""), more.get("words", ""))


@pytest.mark.parametrize(
    "found",
    [
        entry("Hogwild: a lock free approach to parallelizing stochastic gradient descent"),
        entry("HOGWILD!", 2011),
        entry("A Lock-Free Approach to Parallelizing Stochastic Gradient Descent"),
        entry("Lock-Free Approach to Parallelizing Stochastic Gradient Descent"),
        entry("Something else", arxiv="1106.5730"),
        entry("A draft without its title", 2011, key="recht2011hogwild"),
        entry(words="B. Recht et al. Hogwild!: A lock-free approach to parallelizing stochastic gradient descent. 2011."),
    ],
)  # fmt: skip
def test_a_cited_entry_that_may_be_the_work_is_an_answer(found: Entry) -> None:
    assert cited(found).cites(HOGWILD)


@pytest.mark.parametrize(
    "found",
    [
        entry("ZeRO-Offload: Democratizing Billion-Scale Model Training", 2021, "offload"),
        entry("ZeRO-Infinity: Breaking the GPU Memory Wall", 2021, "infinity"),
        entry("Memory Optimizations", 2020, "memory"),
        entry("Zero-shot learning", 2009, "shot"),
    ],
)
def test_a_name_before_a_colon_is_not_enough(found: Entry) -> None:
    assert not cited(found).cites(ZERO)


def test_an_entry_that_nobody_cites_is_no_citation() -> None:
    there = entry(HETPIPE.title, 2020, "park20")
    bibliography = Bibliography((there,), frozenset({"other"}))
    assert not bibliography.cites(HETPIPE)
    assert key_of(HETPIPE, bibliography) == "park20"


def test_a_key_without_its_entry_may_be_the_work() -> None:
    bibliography = Bibliography((entry("X", key="x"),), frozenset({"hetpipe2020", "x"}))
    assert bibliography.cites(HETPIPE)
    assert not bibliography.cites(ZERO)


def test_only_the_whole_title_or_the_arxiv_number_is_sure() -> None:
    assert same(entry("hogwild! a lock-free approach to parallelizing stochastic gradient descent"), HOGWILD)  # fmt: skip
    assert same(entry("Anything", arxiv="1106.5730"), HOGWILD)
    assert not same(entry("Hogwild!", 2011), HOGWILD)


# -- a paper ----------------------------------------------------------------------------------


def report(text: str, **files: str) -> Report:
    host = AnalysisHost()
    body = f"\\documentclass{{article}}\\begin{{document}}\n{text}\n\\end{{document}}\n"
    named = {DocId(name.replace("_", ".")): t for name, t in files.items()}
    host.apply(Change({DocId("main.tex"): body, **named}))
    return host.snapshot().report(DocId("main.tex"))


GPIPE = "@inproceedings{gpipe, title = {{GPipe}: Efficient Training of Giant Neural Networks using Pipeline Parallelism}, year = {2019}}\n"


def test_a_bibliography_that_was_read_can_miss_something() -> None:
    found = report(r"We build on~\cite{gpipe}.\bibliography{refs}", refs_bib=GPIPE).bibliography
    assert found.speaks
    assert found.docs == ("refs.bib",)
    assert [e.key for e in found.entries] == ["gpipe"]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (r"We build on~\cite{gpipe}.\bibliography{refs}", {}),  # nobody has the file
        (r"We build on~\cite{gpipe}.\bibliography{refs,more}", {"refs_bib": GPIPE}),
        (r"We build on~\cite{gpipe}.", {}),  # nor does it say which
        (r"We build on~\cite{a,b,c,d,gpipe}.\bibliography{refs}", {"refs_bib": GPIPE}),
        (r"We cite nothing.\bibliography{refs}", {"refs_bib": GPIPE}),
        ("We cite nothing.", {}),
    ],
)
def test_nothing_can_be_missing_where_not_all_was_read(text: str, files: dict[str, str]) -> None:
    assert not report(text, **files).bibliography.speaks


def test_what_bibtex_printed_serves_where_the_file_is_not_there() -> None:
    printed = "\\begin{thebibliography}{1}\\bibitem{gpipe} GPipe. 2019.\\end{thebibliography}"
    found = report(r"On~\cite{gpipe}.\bibliography{refs}", main_bbl=printed).bibliography
    assert found.speaks
    assert found.docs == ()  # nothing may be written to it


def test_nocite_of_everything_cites_everything() -> None:
    found = report(r"\nocite{*}\bibliography{refs}", refs_bib=GPIPE).bibliography
    assert found.cited == {"gpipe"}


def test_typing_prose_reads_no_bibliography_again() -> None:
    host = AnalysisHost()
    text = "\\documentclass{article}\\begin{document}On~\\cite{gpipe}.\\bibliography{refs}\\end{document}"
    host.apply(Change({DocId("main.tex"): text, DocId("refs.bib"): GPIPE}))
    host.snapshot().report(DocId("main.tex"))
    read = host.counts.bibliographies_read
    host.apply(Change({DocId("main.tex"): text.replace("On", "Built on")}))
    host.snapshot().report(DocId("main.tex"))
    assert host.counts.bibliographies_read == read
    host.apply(Change({DocId("refs.bib"): GPIPE + "@misc{x, title = {X}}"}))
    found = host.snapshot().report(DocId("main.tex")).bibliography
    assert [e.key for e in found.entries] == ["gpipe", "x"]


# -- new entries ------------------------------------------------------------------------------


def test_an_entry_protects_names_and_escapes_accents() -> None:
    assert bibtex(HOGWILD, "hogwild") == (
        "@inproceedings{hogwild,\n"
        "  author = {Recht, Benjamin and R{\\'e}, Christopher},\n"
        "  title = {{Hogwild}!: A Lock-Free Approach to Parallelizing Stochastic Gradient Descent},\n"
        "  booktitle = {NIPS},\n"
        "  year = {2011},\n"
        "  eprint = {1106.5730},\n"
        "  archivePrefix = {arXiv}\n"
        "}"
    )
    assert "author = {Recht, Benjamin and Ré, Christopher}" in bibtex(HOGWILD, "h", ascii=False)
    assert "{HetPipe}: Enabling Large {DNN} Training" in bibtex(HETPIPE, "h")
    assert "author = {Park, Jay H. and others}" in bibtex(HETPIPE, "h")
    assert "{ZeRO}: Memory Optimizations" in bibtex(ZERO, "z")


def test_what_was_not_found_in_public_text_is_not_written() -> None:
    with pytest.raises(ValueError, match="not verified"):
        bibtex(work("x", "X", "X", verified=Verified.TITLE), "x")


@given(
    st.text(st.characters(codec="latin-1", categories=["L", "P", "Zs"]), min_size=1, max_size=60)
    .map(lambda t: " ".join(t.split()))
    .filter(lambda t: re.search("[A-Za-z]", t) and not set(t) & set('{}\\"'))
)
@settings(max_examples=40, deadline=None)
def test_a_written_entry_reads_back_as_the_work(title: str) -> None:
    written = work("w", "W", title, arxiv="2001.00001")
    found = only(bibtex(written, "w"))
    assert found.key == "w"
    assert same(found, written)


def test_a_new_key_is_nobody_elses() -> None:
    taken = Bibliography(
        (entry("X", key="HetPipe"), entry("Y", key="hetpipe2020")), frozenset({"hetpipe2020a"})
    )
    assert unused_key(HETPIPE, Bibliography()) == "hetpipe"
    assert unused_key(HETPIPE, taken) == "hetpipe2020b"
