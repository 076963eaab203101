"""A paper of several files: where its parts stand, what they are called, and what survives an edit."""

from __future__ import annotations

from fixture import analyse
from tanaka.analysis import Report
from tanaka.paper.model import Where


def report(**files: str) -> Report:
    return analyse({f"{name}.tex": text for name, text in files.items()})


def where(r: Report) -> dict[str, Where]:
    return {n.quantity.literal.text: n.where for n in r.paper.numbers}


DOCUMENT = "\\documentclass{article}\n\\begin{document}\n%s\n\\end{document}\n"


def test_an_abstract_may_have_paragraphs_and_files_of_its_own() -> None:
    body = "\\begin{abstract}\nWe need 11 ms.\n\n\\input{abs}\n\nAnd 13 ms.\n\\end{abstract}\nText of 14 ms.\n"
    r = report(main=DOCUMENT % body, abs="It takes 12 ms.\n\nOr 15 ms.\n")
    assert where(r) == {
        "11": Where.ABSTRACT, "12": Where.ABSTRACT, "15": Where.ABSTRACT, "13": Where.ABSTRACT, "14": Where.BODY,
    }  # fmt: skip


def test_an_abstract_may_stand_in_the_preamble() -> None:
    text = "\\documentclass{x}\n\\begin{abstract}\nWe need 11 ms.\n\\end{abstract}\nNot 12 ms.\n\\begin{document}\nText of 13 ms.\n\\end{document}\n"
    assert where(report(main=text)) == {"11": Where.ABSTRACT, "13": Where.BODY}


def test_sections_say_what_part_of_the_paper_a_number_stands_in() -> None:
    body = (
        "\\section{Introduction}\nAbout 11 ms.\n\\section{Background}\nAbout 12 ms.\n\\subsection{More}\nAbout 13 ms.\n"
        "\\section{Design}\nAbout 14 ms.\n\\section{Conclusion}\nAbout 15 ms.\n\\appendix\n\\section{Proofs}\nAbout 16 ms.\n"
    )
    assert where(report(main=DOCUMENT % body)) == {
        "11": Where.INTRODUCTION, "12": Where.RELATED, "13": Where.RELATED, "14": Where.BODY, "15": Where.CONCLUSION,
        "16": Where.APPENDIX,
    }  # fmt: skip


def test_moving_and_rewording_leave_the_facts_as_they_are() -> None:
    body = "\\section{A}\nThe step falls from 420 ms to 140 ms.\n\nIt uses 12 GB.\n"
    before = report(main=DOCUMENT % body)
    moved = report(main=DOCUMENT % ("New words here.\n\n" + body.replace("It uses", "It takes")))
    assert moved.paper == before.paper
    assert hash(moved.paper) == hash(before.paper)
    n = before.paper.numbers[0].id
    assert moved.spans.numbers[n].whole.start > before.spans.numbers[n].whole.start
    changed = report(main=DOCUMENT % body.replace("12 GB", "13 GB"))
    assert changed.paper != before.paper


def test_every_number_has_a_place_and_its_words_stand_there() -> None:
    body = (
        "A step of $2.6\\times$ and 3\\,s.\n\\begin{table}\\caption{All 8 runs.}\\begin{tabular}{lr}\n"
        "Name & Time (ms) \\\\\\hline x & \\textbf{12.5} \\\\ y & 13 (14 cold) \\\\\n\\end{tabular}\\end{table}\n"
    )
    r = report(main=DOCUMENT % body)
    text = r.texts[r.root]
    for n in r.paper.numbers:
        place = r.spans.numbers[n.id]
        digits = text[place.literal.start : place.literal.end]
        assert digits == n.quantity.literal.text
        assert place.whole.start <= place.literal.start <= place.literal.end <= place.whole.end
        sentence = r.spans.sentences[n.id]
        assert sentence.start <= place.literal.start <= place.literal.end <= sentence.end
    assert set(r.spans.numbers) == {n.id for n in r.paper.numbers} == set(r.spans.sentences)
    assert len(r.spans.numbers) == len(r.paper.numbers)
    (table,) = r.paper.tables
    assert [r.paper.number(i).quantity.literal.text for i in table.stated] == ["8"]
    span = r.spans.tables[table.id]
    assert text[span.start : span.end].startswith("\\begin{tabular}")


def test_a_section_ends_behind_its_beginning_even_in_a_table_that_is_broken() -> None:
    """A tabular that is begun twice: the inner heading was read first, and the outer ended before it began."""
    begun = "\\begin{tabular}{lr}\nModel & Time \\\\ \\midrule\n7B & 210 \\\\\\part{P}\n"
    text = f"\\begin{{table}}\n{begun}{begun}13B & 420 \\\\\n\\end{{tabular}}\n\\end{{table}}\n"
    spans = report(main=DOCUMENT % text).spans
    assert len(spans.sections) == 2
    for section in spans.sections.values():
        assert section.body.start <= section.heading.end <= section.body.end
