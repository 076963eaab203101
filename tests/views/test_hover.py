"""What stands under the pointer, as data, as Markdown and as plain text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st

from fixture import analyse
from tanaka.analysis import Report
from tanaka.rules.api import Verdict
from tanaka.text import DocId
from tanaka.views import reading
from tanaka.views.hover import (
    HoverView,
    data_uri,
    escaped,
    hover,
    markdown,
    plain_text,
)
from tanaka.views.svg import Theme
from tanaka.views.svg.tick import GREEN, tick

from .papers import example, moved, papers

MAIN = DocId("main.tex")


def under(report: Report, words: str, doc: DocId = MAIN, *, at: int = 0) -> HoverView | None:
    """Hover with the pointer on some words."""
    return hover(report, doc, report.texts[doc].index(words) + at)


def seen(report: Report, words: str, doc: DocId = MAIN, *, at: int = 0) -> HoverView:
    view = under(report, words, doc, at=at)
    assert view is not None
    return view


def cells(view: HoverView) -> dict[str, str]:
    return {row.label: row.shown for row in view.rows}


def sources(view: HoverView) -> dict[str, str]:
    return {row.label: row.source for row in view.rows}


# -- findings -----------------------------------------------------------------------------------


def test_a_proof_shows_its_derivation() -> None:
    view = seen(example(), "$1.5\\times$ speedup", DocId("sections/evaluation.tex"))
    assert view.word == "impossible:"
    assert view.text == "the two values give 1.24"
    assert cells(view) == {"before": "2.62 s", "after": "2.12 s", "ratio": "1.236", "as written": "1.5×"}  # fmt: skip
    assert [r.label for r in view.rows if r.total] == ["ratio"]
    assert view.rows[2].detail == "2.62 s / 2.12 s"
    assert view.rows[0].source == "stated, sections/evaluation.tex:14"
    assert view.drawing is not None
    assert view.stress_test


def test_an_implausible_finding_says_what_would_save_it() -> None:
    view = seen(example(), "$1.8\\times$")
    assert view.word == "implausible:"
    assert any(t.startswith("True only if the headline is about a run") for t in view.tail)


def test_an_open_one_asks_first_and_explains_below() -> None:
    view = seen(example(), "speculatively and")
    assert view.word == "open:"
    assert view.text.endswith("?")
    assert view.tail == (
        next(f.finding.message for f in example().findings if f.finding.code == "TK601"),
    )


def test_the_surest_of_two_findings_leads_and_the_other_is_named() -> None:
    report = example()
    item = next(f for f in report.findings if f.finding.code == "TK106")
    proof = next(f for f in report.findings if f.finding.code == "TK101")
    both = replace(report, findings=(item, moved(proof, span=item.span)))
    view = hover(both, item.span.doc, item.span.start)
    assert view is not None
    assert view.word == "impossible:"
    assert any(t.startswith("Also implausible, TK106: ") for t in view.tail)


def test_a_number_that_a_finding_elsewhere_uses_says_so_with_its_place() -> None:
    view = seen(example(), "391 to 483", DocId("sections/conclusion.tex"))
    assert view.word == "impossible:"
    assert view.text == "483 sequences/s / 391 sequences/s is 1.24×, not 1.9×. (sections/conclusion.tex:5)"  # fmt: skip


# -- numbers ------------------------------------------------------------------------------------


def test_a_checked_number_shows_the_check_as_an_equation() -> None:
    view = seen(example(), "512\\nGPUs".replace("\\n", "\n"), DocId("sections/evaluation.tex"))
    assert view.word == "consistent:"
    assert view.text == "64 × 8 = 512"
    assert not view.stress_test
    assert view.drawing is None


def test_a_number_that_is_only_read_says_how_and_why_it_was_not_checked() -> None:
    view = seen(example(), "25\\,GB/s", DocId("sections/implementation.tex"))
    assert view.word == "read:"
    assert re.fullmatch(r"25 GB/s(?: per .+)?, link bandwidth", view.text)
    assert cells(view)["may be"] == "[24.5, 25.5] GB/s"
    assert sources(view)["may be"] == "by its rounding"
    assert set(cells(view)) > {"may be"}, "what it is about, or that it is not known"
    (why,) = view.tail
    assert why.startswith("Not checked: ")
    assert not view.read, "all of it stands in the rows"


@pytest.mark.parametrize(
    ("sentence", "words", "text", "why"),
    [
        ("Prior work reaches 41.2\\% utilisation~\\cite{a}.", "41.2", "41.2%, utilization", "another's number"),
        ("We plan to reach 60\\% utilisation.", "60", "60%, utilization", "a goal, a supposition or a denial"),
        ("The model has 13B parameters.", "13B", "13B parameters = 13 × 10⁹", "not checked"),
        ("The model has 40 layers.", "40", "40 layers", "not checked"),
        ("It takes 420\\,ms.", "420", "420 ms, latency", "not checked"),
        ("Each GPU has 80\\,GiB of memory.", "80", "80 GiB per GPU = 85.9 GB, memory capacity", "not checked"),
        ("The rate is 2--4\\,GB/s.", "2--", "2 to 4 GB/s", "not checked"),
        ("It needs less than 2\\,GB.", "2\\,GB", "2 GB, memory capacity", "not checked"),
        ("It runs on eight nodes.", "eight", "8 nodes", "not checked"),
        ("The hidden size is 5{,}120.", "5{,}", "5,120, hidden size", "not checked"),
    ],
)  # fmt: skip
def test_how_numbers_are_read(sentence: str, words: str, text: str, why: str) -> None:
    view = seen(analyse({"main.tex": sentence}), words)
    assert view.word == "read:"
    assert view.text.startswith(text)
    assert why in view.tail[0].lower()


def test_a_bound_is_shown_as_one() -> None:
    view = seen(analyse({"main.tex": "It needs less than 2\\,GB."}), "2\\,GB")
    assert cells(view)["may be"].startswith("at most 2")
    assert sources(view)["may be"] == "“less than”"


def test_a_count_is_exact() -> None:
    view = seen(analyse({"main.tex": "The model has 40 layers."}), "40")
    assert cells(view)["exact"] == "a count"
    assert "may be" not in cells(view)


def test_what_is_not_known_is_said_to_be_so() -> None:
    view = seen(analyse({"main.tex": "It takes 420\\,ms."}), "420")
    assert cells(view)["about"] == "not known"
    assert not sources(view)["about"]


def test_a_number_in_a_macro_names_the_macro_and_its_definition() -> None:
    files = {
        "main.tex": "\\input{macros}\nThe \\numnodes{} nodes of our cluster advance in lockstep.",
        "macros.tex": "% what we own\n\\newcommand{\\numnodes}{64}",
    }
    view = seen(analyse(files), "\\numnodes{} nodes of", at=3)
    assert view.text == "64 nodes"
    assert cells(view)["written"] == "\\numnodes"
    assert sources(view)["written"] == "defined in macros.tex:2"


def test_a_cell_names_its_row_and_its_column() -> None:
    view = seen(example(), "204 &", DocId("tables/bound.tex"))
    assert view.text.startswith("204 ms")
    assert cells(view)["row"] == "S 2"
    assert cells(view)["column"] == "exposed (ms)"


def test_a_cell_of_a_sum_shows_the_sum_and_still_names_its_row_and_its_column() -> None:
    view = seen(example(), "98 & 263", DocId("tables/steps.tex"))
    assert view.word == "consistent:"
    assert view.text == "1,949 ms + 98 ms + 263 ms = 2.31 s"
    assert "98 ms" in view.read
    assert "StalePipe, S=1 (its row says so)" in view.read
    assert "column bubble" in view.read


def test_an_equation_comes_before_the_same_number_in_another_place() -> None:
    view = seen(example(), "512\nGPUs", DocId("sections/evaluation.tex"))
    assert "=" in view.text
    assert "Also consistent, TK107: 512 in two places" in view.tail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Section~3 follows, with PyTorch 2.3 and ResNet-50.", "3 follows"),
        ("Section~3 follows, with PyTorch 2.3 and ResNet-50.", "2.3"),
        ("Section~3 follows, with PyTorch 2.3 and Shuttle-50.", "50"),
    ],
)
def test_a_numeral_that_is_no_quantity_has_no_hover(text: str, words: str) -> None:
    assert under(analyse({"main.tex": text}), words) is None


# -- how it was read, beside a derivation -------------------------------------------------------


def test_a_number_in_a_finding_says_how_it_was_read_too() -> None:
    view = seen(example(), "$1.5\\times$ speedup", DocId("sections/evaluation.tex"))
    assert view.word == "impossible:"
    assert view.read.startswith("1.5×, speedup, [1.45, 1.55] by its rounding. ")


def test_so_does_one_that_a_finding_elsewhere_uses() -> None:
    view = seen(example(), "391 to 483", DocId("sections/conclusion.tex"))
    assert view.word == "impossible:"
    assert view.read.startswith("391 sequences/s, throughput, [390.5, 391.5] by its rounding. ")  # fmt: skip


def test_and_one_that_is_consistent() -> None:
    view = seen(example(), "512\nGPUs", DocId("sections/evaluation.tex"))
    assert view.word == "consistent:"
    assert view.read.startswith("512 devices, exact. ")


def test_words_that_are_no_number_have_nothing_to_say_of_one() -> None:
    view = seen(example(), "speculatively and")
    assert view.word == "open:"
    assert not view.read


def test_every_number_of_every_paper_says_its_value_and_what_it_may_be() -> None:
    for name, report in papers():
        for id, span in report.spans.numbers.items():
            view = hover(report, span.whole.doc, span.whole.start)
            assert view is not None
            if report.number_at(span.whole.doc, span.whole.start) != id:
                continue  # another stands over it, as in "8" of "8--16"
            told = (view.text if view.word == "read:" else view.read) + " ".join(cells(view))
            assert told.startswith(reading.headline(report.paper.by_id[id])), name
            assert re.search(r"may be|exact|by |“", told + view.read), (name, told)


def test_no_cell_of_any_hover_is_empty() -> None:
    for name, report in papers():
        for span in report.spans.numbers.values():
            view = hover(report, span.whole.doc, span.whole.start)
            assert view is not None
            assert view.text, name
            for row in view.rows:
                assert row.label, name
                assert row.shown, (name, row)


def test_prose_has_no_hover() -> None:
    assert under(example(), "Pipelined training") is None


# -- comments -----------------------------------------------------------------------------------

WRONG = "The time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup."


def test_a_suppression_names_what_it_silences() -> None:
    report = analyse({"main.tex": f"\n% tanaka: ignore TK101 -- measured twice\n{WRONG}\n"})
    view = seen(report, "tanaka")
    assert view.word == "ignored:"
    assert view.text == "TK101, because: measured twice"
    (line,) = view.tail
    assert line.startswith("TK101, main.tex:3: ")


@pytest.mark.parametrize(
    ("comment", "word", "words"),
    [
        ("% tanaka: ignore TK101", "not ignored:", "a reason is missing"),
        ("% tanaka: ignore -- all of it", "ignored:", "all rules"),
        ("% tanaka: ignore TK301 -- other", "ignored:", "TK301, because: other"),
        ("% tanaka: ignore-file TK1 -- draft", "ignored:", "TK1, because: draft"),
        ("% tanaka: off TK1 -- draft", "ignored:", "TK1, because: draft"),
        ("% tanaka: on", "checked again", "from here on"),
    ],
)
def test_comments(comment: str, word: str, words: str) -> None:
    view = seen(analyse({"main.tex": f"\n{comment}\n{WRONG}\n"}), "tanaka")
    assert view.word == word
    assert words in view.text


def test_a_suppression_that_silences_nothing_says_so() -> None:
    report = analyse({"main.tex": f"\n% tanaka: ignore TK301 -- other\n{WRONG}\n"})
    assert seen(report, "tanaka").tail == ("It silences nothing at present.",)


def test_a_declaration_says_what_it_declares_and_how_far() -> None:
    text = (
        "\\section{Evaluation}\n% tanaka: given device = A100, gpus = 64\nA step takes 420\\,ms.\n"
        "\\section{Next}\nIt takes 3\\,ms.\n"
    )
    report = analyse({"main.tex": text})
    view = seen(report, "given device")
    assert view.word == "declared:"
    assert view.text.startswith("device = A100, gpus = 64, from here to line 3,")
    bound = seen(report, "420")
    assert cells(bound)["device"] == "A100"
    assert sources(bound)["device"] == "declared, main.tex:2"
    assert "device" not in cells(seen(report, "3\\,ms"))


def test_a_default_of_the_settings_is_named_as_one() -> None:
    report = analyse({
        "main.tex": "\\section{Evaluation}\nA step takes 420\\,ms.\n",
        "tanaka.toml": '[given]\ndevice = "A100"\n',
    })  # fmt: skip
    assert sources(seen(report, "420"))["device"] == "declared in tanaka.toml"


def test_a_declaration_that_is_none_says_why() -> None:
    report = analyse({"main.tex": "\\section{E}\n% tanaka: given device\nIt takes 420\\,ms.\n"})
    view = seen(report, "given device")
    assert view.word == "not declared:"
    assert "key = value" in view.text


def test_another_comment_has_no_hover() -> None:
    report = analyse({"main.tex": f"\n% see tanaka\n{WRONG}\n"})
    assert under(report, "see tanaka") is None


# -- Markdown -----------------------------------------------------------------------------------


def test_markdown_of_a_finding() -> None:
    view = seen(example(), "$1.5\\times$ speedup", DocId("sections/evaluation.tex"))
    text = markdown(view, stress_test="command:tanaka.stressTest?%5B%5D")
    head, table, read, image, *_, link = text.split("\n\n")
    assert head == "**impossible:** the two values give 1.24"
    assert re.fullmatch(r"!\[[^\]]*\]\(data:image/svg\+xml;base64,[A-Za-z0-9+/=]+\)", image)
    assert table.splitlines()[:2] == ["| | | |", "|:--|--:|:--|"]
    assert (
        "| ratio | &nbsp;&nbsp;**1.236**&nbsp;&nbsp; | 2.62 s / 2.12 s, \\[1.231, 1.241\\] |"
        in table
    )
    assert "| before | &nbsp;&nbsp;2.62\u00a0s&nbsp;&nbsp; |" in table, (
        "a unit was broken from its number"
    )
    assert read.startswith("**read:** 1.5×, speedup, ")
    assert link == "[Stress-test this section](command:tanaka.stressTest?%5B%5D)"


def test_a_number_that_agrees_has_a_green_mark_and_a_finding_has_none() -> None:
    view = seen(example(), "512\\nGPUs".replace("\\n", "\n"), DocId("sections/evaluation.tex"))
    head = markdown(view).split("\n\n")[0]
    assert head == f"![]({data_uri(tick())}) **consistent:** 64 × 8 = 512"
    assert GREEN in tick()
    assert markdown(view, images=False).startswith("**consistent:** 64 × 8 = 512")
    blamed = seen(example(), "$1.5\\times$ speedup", DocId("sections/evaluation.tex"))
    assert data_uri(tick()) not in markdown(blamed)


def test_a_drawing_that_carries_the_equation_comes_before_the_table() -> None:
    view = seen(example(), "389\\,TFLOP/s", DocId("sections/implementation.tex"))
    _, image, table, *_ = markdown(view).split("\n\n")
    assert image.startswith("![")
    assert table.startswith("| | | |")


def test_without_images_the_equations_are_printed() -> None:
    view = seen(example(), "389\\,TFLOP/s", DocId("sections/implementation.tex"))
    text = markdown(view, images=False)
    assert "data:" not in text
    assert "389 TFLOP/s / 312 TFLOP/s = 1.25" in text


def test_without_a_target_there_is_no_link() -> None:
    view = seen(example(), "$1.5\\times$ speedup", DocId("sections/evaluation.tex"))
    assert "Stress-test" not in markdown(view)


def test_plain_text_has_no_markup() -> None:
    view = seen(example(), "$1.5\\times$ speedup", DocId("sections/evaluation.tex"))
    assert plain_text(view).splitlines() == [
        "impossible: the two values give 1.24",
        "  before: 2.62 s  ([2.615, 2.625], stated, sections/evaluation.tex:14)",
        "  after: 2.12 s  ([2.115, 2.125], stated, sections/evaluation.tex:14)",
        "  ratio: 1.236  (2.62 s / 2.12 s, [1.231, 1.241])",
        "  as written: 1.5×  ([1.45, 1.55], stated, sections/evaluation.tex:14)",
        f"read: {view.read}",
    ]


def test_the_theme_reaches_the_drawing() -> None:
    item = next(f for f in example().findings if f.finding.figure is not None)
    for theme in Theme:
        view = hover(example(), item.span.doc, item.span.start, theme)
        assert view is not None
        assert view.drawing is not None
        assert f'color="{theme.ink}"' in view.drawing.svg


def test_every_image_of_the_papers_is_small_enough_for_a_hover() -> None:
    for name, report in papers():
        for item in report.findings:
            view = hover(report, item.span.doc, item.span.start)
            assert view is not None
            if view.drawing is not None:
                assert len(data_uri(view.drawing.svg)) < 70_000, name
                assert "data:image/svg+xml;base64," in markdown(view)


# What makes a link, an image, a command, emphasis, code, a heading, a list, a table or HTML.
LIVE = re.compile(r"[`*_\[\]|~$@<>]|://|www\.", re.I)


def dead(text: str) -> str:
    """Markdown with its escapes and entities taken out."""
    return re.sub(r"\\[!-/:-@\[-`{-~]|&(?:amp|lt|gt|ensp);", "", text)


NASTY = st.sampled_from([
    "[x](command:rm)", "![](http://a.b/c.png)", "<img src=x onerror=y>", "http://evil.example/a_b",
    "HTTPS://evil.example", "www.evil.example", "WWW.evil.example", "a@b.example", "`code`", "**bold**",
    "\\[x\\](y)", "\\", "\\\\", "# h", "- item", "1. item", "+ item", "| a | b |", "> quote", "~~x~~",
    "&lt;b&gt;", "\n\n# h", "\t- x", "===", "---", "$x$", "<https://evil.example>", "[a]: http://b", "\r", "\x0b",
])  # fmt: skip
WORDS = st.lists(NASTY | st.text(max_size=12), max_size=5).map("".join)


@given(WORDS)
@case("[x](command:rm) https://evil.example")
def test_words_of_a_paper_make_no_markup(words: str) -> None:
    text = escaped(words)
    assert not LIVE.search(dead(text)), text
    assert "\n" not in text
    assert "\r" not in text
    assert not re.match(r"(?:[-+=#]+|\d+[.)])(?:\s|$)", text), "a list, a rule or a heading"


@given(WORDS)
def test_escaping_loses_no_word(words: str) -> None:
    back = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped(words))
    back = back.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == " ".join(words.split())


def test_a_hostile_paper_makes_no_link() -> None:
    report = analyse({"main.tex": r"""
\section{Evaluation}
\begin{table}\caption{Time of all ![x](http://evil.example/p) runs.}
\begin{tabular}{lrrr}
\toprule
Nodes & [go](command:rm) (ms) & <b>Ours</b> (ms) & Speedup \\
\midrule
8 & 420 & 140 & $3.00\times$ \\
16 & 400 & 100 & $4.00\times$ \\
32 & 300 & 100 & $9.00\times$ \\
64 & 400 & 100 & $4.00\times$ \\
\bottomrule
\end{tabular}\end{table}
[go](command:rm) https://evil.example takes 40\,ms on www.evil.example.
% tanaka: ignore TK101 -- [go](command:rm) <b> https://evil.example
"""})  # fmt: skip
    views = [
        hover(report, s.whole.doc, offset)
        for s in report.spans.numbers.values()
        for offset in (s.whole.start,)
    ]
    views.append(under(report, "tanaka: ignore"))
    assert len(views) > 12
    assert any(view is not None and view.word == "consistent:" for view in views)
    mark = f"![]({data_uri(tick())}) **consistent:**"
    for view in views:
        assert view is not None
        for part in re.split(r"\n\n|\n|\| ", markdown(view)):
            text = re.sub(r"^!\[.*\]\(data:image/svg\+xml;base64,[\w+/=]+\)$", "", part)
            text = text.removeprefix(mark)
            assert not re.search(r"[\[\]<>`]|://|www\.", dead(text)), part


def test_questions_are_asked_only_where_nothing_is_wrong() -> None:
    for name, report in papers():
        for item in report.findings:
            view = hover(report, item.span.doc, item.span.start)
            assert view is not None
            asks = view.word == "open:"
            sure = any(
                f.finding.verdict is not Verdict.OPEN
                for f in report.at(item.span.doc, item.span.start)
            )
            assert asks != sure, name


@pytest.mark.parametrize("words", ["4,096", "size is 1", "64 A100"])
def test_a_number_of_the_set_up_shows_the_memory_of_a_step(words: str) -> None:
    text = (
        "We train Llama-2-7B with FSDP on 64 A100-80GB GPUs. The sequence length is 4,096 and the micro-batch "
        "size is 1. We train with FlashAttention and AdamW."
    )
    view = seen(analyse({"main.tex": text}), words, at=len(words) - 1 if words[0] == "s" else 0)
    assert view.word == "consistent:"
    assert view.drawing is not None
    assert "activations" in view.drawing.svg
    assert cells(view)["live at once"] == "20 GB"
