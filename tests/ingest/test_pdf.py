"""Lines of a drawing to LaTeX: what a reader of the PDF sees is what the engine reads."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tanaka.analysis import AnalysisHost, Change
from tanaka.ingest.layout import Drawn, Font, Run, Sheet, font
from tanaka.ingest.letters import clean, escaped, joined, script
from tanaka.ingest.pdf import Pages, latex_of, page_of, quote
from tanaka.latex.parse import parse_block
from tanaka.quantity import read
from tanaka.text import DocId

FONTS = (Font("Times"), font("Times-Bold"), font("CMMI10"))
ROMAN, BOLD, MATH = 0, 1, 2


def run(words: str, x: float, y: float, size: float = 10, face: int = ROMAN) -> Run:
    """Words that begin at a place; a letter is half as wide as it is high."""
    return Run(words, x, x + 0.5 * size * len(words), y, size, face)


def page(*lines: tuple[Run, ...] | Run) -> Sheet:
    return Sheet(612, 792, tuple(li if not isinstance(li, Run) else (li,) for li in lines))


def latex(*sheets: Sheet) -> str:
    return latex_of(Drawn(sheets, FONTS))


def body(text: str) -> str:
    """What stands between the beginning and the end of the document."""
    return text.partition("\\begin{document}")[2].partition("\\end{document}")[0].strip()


def paragraph(*lines: str, x: float = 72, y: float = 700, size: float = 10) -> list[Run]:
    return [run(words, x, y - 1.2 * size * i, size) for i, words in enumerate(lines)]


FILLER = "This line is here because a column has a width and it is as wide as that."


# -- letters ----------------------------------------------------------------------------------


def test_ligatures_are_undone() -> None:
    assert clean("ef\ufb01cient \ufb02ow o\ufb03ce") == "efficient flow office"
    # The slots of TeX's fonts, where a font tells no names.
    assert clean("\x1dush \x1crst di\x1berent e\x1ecient") == "flush first different efficient"


def test_what_no_reader_sees_goes_and_styled_letters_are_letters() -> None:
    assert clean("a\u200bb\ufffec\ue123d") == "abcd"
    assert clean("\U0001d465 = \U0001d7d1") == "x = 3"


def test_specials_are_escaped_as_the_reader_of_latex_undoes_them() -> None:
    words = "41% of $5 for A_b #3 {x}"
    (passage,) = parse_block(escaped(words)).passages
    assert passage.plain.text == words
    assert "\\&" in escaped("AT&T") and "\\textbackslash{}" in escaped("a\\b")


def test_an_exponent_is_read_as_one() -> None:
    for words in ("1.3 × 10" + script("6", "^") + " tokens", escaped("1.3 × 10^6 tokens")):
        (passage,) = parse_block(words).passages
        (reading,) = read(passage.plain.text)
        assert (reading.quantity.value, reading.noun) == (1.3e6, "token")


def test_a_word_that_a_line_end_cut_is_spelled_as_elsewhere_in_the_paper() -> None:
    words = {"lexicon", "data-parallel", "batch", "size"}
    assert joined("lexi", "con", words) == "lexicon"
    assert joined("data", "parallel", words) == "data-parallel"
    assert joined("batch", "size", words) == "batch-size"
    assert joined("capa", "bility", words) == "capability"
    assert joined("GPT", "3", words) == "GPT-3"
    assert joined("64", "way", words) == "64-way"


# -- lines ------------------------------------------------------------------------------------


def test_a_raised_small_number_is_an_exponent_and_a_lowered_one_an_index() -> None:
    line = (
        run("We train on 1.3 × 10", 72, 700), run("6", 172, 704, 7), run(" tokens in h", 176, 700),
        run("1", 236, 698, 7), run(" and it takes some time.", 240, 700),
    )  # fmt: skip
    assert "1.3 × 10$^{6}$ tokens in h$_{1}$ and" in latex(page(line))


def test_a_fraction_in_a_line_is_one_number_over_the_other() -> None:
    lines = [
        (run("A ring moves about 2 ·", 72, 700),), (run("7", 184, 704, 7),), (run("8", 184, 696, 7),),
        (run("of that over each of the ports.", 190, 700),),
    ]  # fmt: skip
    assert "A ring moves about 2 · 7/8 of that over each" in latex(page(*lines))


def test_a_line_end_inside_a_word_or_a_sentence_ends_neither() -> None:
    text = latex(page(*paragraph("The runtime combines a pipeline with tensor paral\u00ad", "lelism inside of a node, and takes 12", "ms for each of the steps.")))  # fmt: skip
    assert "tensor parallelism\ninside" in text
    assert "\n\n" not in body(text)


def test_headings_are_sections_by_number_weight_and_size() -> None:
    text = latex(
        page(
            run("A Title That Is Large", 200, 740, 17),
            run("Somebody", 280, 715),
            run("Abstract", 280, 690, 10, BOLD),
            *paragraph(FILLER, FILLER, FILLER, y=670),
            run("1 Introduction", 72, 610, 12, BOLD),
            *paragraph(FILLER, FILLER, "in 2 ways.", y=590),
            run("1.1 A Detail", 72, 540, 10, BOLD),
            *paragraph(FILLER, "3 nodes are used in it, not 4 of them.", FILLER, y=520),
            run("References", 72, 470, 12, BOLD),
            *paragraph("[1] A. Author. A work. 2019.", "[2] B. Author. Another. 2020.", y=450),
        )
    )
    commands = re.findall(r"^\\(\w+)(?:\{([^{}]*)\})?", text, re.M)
    assert commands == [
        ("documentclass", "article"), ("title", "A Title That Is Large"), ("begin", "document"),
        ("begin", "abstract"), ("end", "abstract"), ("section", "Introduction"),
        ("subsection", "A Detail"), ("begin", "thebibliography"), ("bibitem", "1"), ("bibitem", "2"),
        ("end", "thebibliography"), ("end", "document"),
    ]  # fmt: skip
    assert "%: Somebody" in text


def cited(words: str) -> str:
    bibliography = [f"[{n}] A. Author. Work number {n}. 20{n + 10}." for n in range(1, 9)]
    return latex(
        page(
            *paragraph(FILLER, words, FILLER),
            run("References", 72, 600, 12, BOLD),
            *paragraph(*bibliography, y=580),
        )
    )


def test_citations_are_citations_and_intervals_are_not() -> None:
    assert "as it was \\cite{3,7} and \\cite{4,5,6}." in cited("as it was [3, 7] and [4–6].")
    assert "in [0, 1] and [12, 64], or a[3]" in cited("in [0, 1] and [12, 64], or a[3] of it.")


def test_citations_by_name_and_year() -> None:
    text = latex(
        page(
            *paragraph(FILLER, "It was shown (Harlap et al., 2018; Li and Wu, 2020) and (see 2018)."),
            run("References", 72, 600, 12, BOLD),
            *paragraph("Aaron Harlap, Deepak N. PipeDream. 2018.", y=580),
            *paragraph("Li, X. and Wu, Y. Another work of note. 2020.", y=560),
        )
    )  # fmt: skip
    assert "It was shown \\cite{harlap2018,li2020} and (see 2018)." in text


def test_running_heads_page_numbers_and_numbers_in_the_margin_go() -> None:
    sheets = [
        page(
            run("Proceedings of 2024", 200, 770, 8),
            *[
                (run(f"{50 * n + i:03}", 30, 700 - 12 * i, 7), run(FILLER, 72, 700 - 12 * i))
                for i in range(20)
            ],
            run(str(n + 1), 300, 40, 9),
        )
        for n in range(2)
    ]  # fmt: skip
    found = body(latex(*sheets))
    assert set(re.sub(r"%% page \d", "", found).split("\n")) == {FILLER, ""}


def test_footnotes_stand_behind_their_paragraph_and_their_marks_are_no_exponents() -> None:
    text = latex(
        page(
            (run(FILLER[:-1] + ".", 72, 700), run("2", 442, 704, 7)),
            *paragraph(FILLER, FILLER, y=688),
            (run("2", 72, 104, 6), run("Measured on 64 nodes of another cluster.", 75, 100, 8)),
        )
    )
    assert "that.\\thanks{2}\n" in text
    assert "\\footnotetext[2]{Measured on 64 nodes of another cluster.}" in text
    squared = (run("The die has an area of 45 mm", 72, 700), run("2", 212, 704, 7), run("in all of it.", 218, 700))  # fmt: skip
    assert "45 mm$^{2}$ in all" in latex(page(squared))


# -- floats -----------------------------------------------------------------------------------


def table(*rows: tuple[str, ...], y: float = 560) -> list[tuple[Run, ...]]:
    return [
        tuple(run(words, 72 + 130 * c, y - 12 * i) for c, words in enumerate(row) if words)
        for i, row in enumerate(rows)
    ]


def test_a_table_with_clear_columns_is_read_with_its_units() -> None:
    text = latex(
        page(
            *paragraph(FILLER, FILLER),
            run("Table 1: Time of a step.", 72, 580, 10),
            *table(("Schedule", "step (ms)", "speedup"), ("GPipe", "3,050", "1.00×"), ("1F1B", "2,620", "1.16×")),
        )
    )  # fmt: skip
    assert "\\caption{Table 1: Time of a step.}\n\\begin{tabular}{lrr}" in text
    assert "GPipe & 3,050 & 1.00× \\\\" in text
    host = AnalysisHost()
    root = DocId("baseline.pdf")
    host.apply(Change({root: text}))
    report = host.snapshot().report(root)
    (found,) = report.paper.tables
    assert found.header == ("Schedule", "step (ms)", "speedup")
    assert {n.quantity.shown for n in report.paper.numbers} == {"3,050 ms", "2,620 ms", "1.00×", "1.16×"}  # fmt: skip


def test_a_table_that_is_not_clear_states_no_number() -> None:
    rows = table(("Schedule", "step", "bubble"), ("GPipe", "3050", "689"), ("1F1B", "2620", "259"))
    astray = (run("mixed", 72, 524), run("17 23 29 31", 190, 524), run("5", 332, 524), run("7", 352, 524))  # fmt: skip
    text = latex(page(*paragraph(FILLER, FILLER), run("Table 1: Steps.", 72, 580, 10), *rows, astray))  # fmt: skip
    assert "tabular" not in text
    assert "%: GPipe 3050 689" in text


def test_labels_of_a_figure_are_in_no_sentence() -> None:
    text = latex(
        page(
            *paragraph(FILLER, "and this sentence goes on", y=700),
            (run("0.0", 80, 640, 6), run("0.5", 130, 640, 6), run("1.0", 180, 640, 6)),
            run("Figure 3: Loss over time.", 72, 610, 9),
            *paragraph("behind the figure, to its end.", y=580),
        )
    )
    assert "goes on\n%: 0.0 0.5 1.0\nbehind the figure" in text
    assert "\\begin{figure}\n\\caption{Figure 3: Loss over time.}\n\\end{figure}" in text


# -- pages ------------------------------------------------------------------------------------


def test_places_in_the_text_are_pages() -> None:
    text = latex(
        page(*paragraph(FILLER, "The first page says 12 ms and ends in")),
        page(*paragraph("the middle of a sentence about 34 ms.")),
    )
    assert page_of(text, 0) == 1
    assert page_of(text, text.index("12 ms")) == 1
    assert page_of(text, text.index("34 ms")) == 2
    pages = Pages(text)
    assert [pages.page(i) for i in range(len(text))] == [page_of(text, i) for i in range(len(text))]
    assert (pages.last, pages.start(2), pages.start(9)) == (2, text.index("%% page 2"), 0)


def test_a_quote_is_what_stands_on_the_page() -> None:
    text = latex(page(*paragraph(FILLER, "It falls by 41% to 1.3 × 10^6 of A_b [7].", FILLER)))
    at = text.index("41")
    assert quote(text, at, at + 4) == "It falls by 41% to 1.3 × 10^6 of A_b [7]."
    long = latex(page(*paragraph(*[FILLER.replace(".", ",")] * 9)))
    at = long.index("because", 200)
    assert quote(long, at, at + 7).startswith("... ") and quote(long, at, at + 7).endswith(" ...")
    assert len(quote(long, at, at + 7)) < 190


# -- laws -------------------------------------------------------------------------------------

WORDS = st.lists(
    st.one_of(
        st.sampled_from(["the", "step", "takes", "of", "a", "data-parallel", "GPUs,", "time.", "41%", "$5", "A_b", "[2]", "(3)"]),
        st.integers(0, 99999).map(str),
        st.decimals(0, 999, places=2).map(str),
    ),
    min_size=5,
    max_size=14,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=12), st.integers(1, 3))
def test_every_number_of_the_lines_survives_in_order(lines: list[list[str]], per_page: int) -> None:
    said = [" ".join(words) for words in lines]
    sheets = [
        page(*paragraph(FILLER, *said[i : i + per_page * 4], FILLER))
        for i in range(0, len(said), per_page * 4)
    ]
    text = re.sub(r"%% page \d+", "", latex(*sheets))
    digits = re.findall(r"\d+", " ".join(said))
    assert [d for d in re.findall(r"\d+", body(text))] == digits


NUMBERS = st.one_of(st.floats(-50, 900), st.sampled_from([0.0, float("nan"), float("inf"), 1e30]))
RUNS = st.builds(
    Run,
    st.one_of(st.text(max_size=12), st.sampled_from(["Table 1: x", "Abstract", "References", "[1] A", "1 Intro", "\\", "{", "%% page 9", "$^", "-", "\u00ad"])),
    NUMBERS, NUMBERS, NUMBERS, st.one_of(st.floats(0.1, 40), NUMBERS), st.integers(-1, 3),
)  # fmt: skip
SHEETS = st.lists(
    st.builds(Sheet, NUMBERS, NUMBERS, st.lists(st.lists(RUNS, max_size=5).map(tuple), max_size=12).map(tuple)),
    max_size=4,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(SHEETS)
def test_reading_never_raises_and_the_text_is_a_whole_document(sheets: list[Sheet]) -> None:
    text = latex_of(Drawn(tuple(sheets), FONTS))
    assert text.startswith("\\documentclass{article}\n%% page 1\n")
    assert text.endswith("\\end{document}\n")
    assert text.count("\\begin{abstract}") == text.count("\\end{abstract}")
    assert 1 <= Pages(text).last <= max(len(sheets), 1)
    host = AnalysisHost()
    host.apply(Change({DocId("a.pdf"): text}))
    assert not host.snapshot().report(DocId("a.pdf")).failures
