"""Reading PDFs in a child: what a real one gives, and how bad ones end."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from children import make_pdf
from children.make_pdf import Text, pdf
from tanaka.children import pdf as parent
from tanaka.children.pdf import Caps, PdfProblem, PdfText, read_pdf, read_pdf_async

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline" / "proposal_call.pdf"
SMALL = Caps(seconds=10, memory=512)


def text(data: bytes) -> str:
    found = read_pdf(data)
    assert isinstance(found, PdfText), found
    return found.text


def problem(data: bytes, caps: Caps = SMALL) -> str:
    found = read_pdf(data, caps)
    assert isinstance(found, PdfProblem), found
    assert "\n" not in found.message and not found.message.endswith(".")
    return found.message


def children() -> set[int]:
    """Processes that this one has started and that still run, those given up included."""
    own = str(os.getpid())
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == own:
            found.add(int(stat.parent.name))
    return found


# -- real files -------------------------------------------------------------------------------


def test_the_paper_of_the_example_is_latex() -> None:
    found = text(EXAMPLE.read_bytes())
    assert found.startswith("\\documentclass{article}\n%% page 1\n\\title{FlushPipe: A Synchronous")
    for line in ("\\begin{abstract}", "\\section{Schedule}", "\\bibitem{1}", "%% page 2"):
        assert line in found, line
    assert "the 1F1B schedule \\cite{" in found


def test_ten_to_the_sixth_is_not_106() -> None:
    raised = [
        Text(72, 700, "We train on 1.3 × 10"), Text(157.2, 703.6, "6", 7), Text(161, 700, " tokens in h"),
        Text(210.7, 698.5, "1", 7), Text(214.3, 700, " and w"),
    ]  # fmt: skip
    found = text(pdf(raised))
    assert "1.3 × 10$^{6}$ tokens in h$_{1}$ and w" in found


def test_two_columns_are_read_one_after_the_other_however_they_are_drawn() -> None:
    left = [f"Left line {i} says what the left column has to say." for i in range(12)]
    right = [f"Right line {i} says what the right column has to say." for i in range(12)]
    rows = [
        Text(x, 700 - 12 * i, words[i], 9)
        for i in range(12)
        for x, words in ((60, left), (320, right))
    ]
    columns = sorted(rows, key=lambda t: (t.x, -t.y))
    for drawn in (rows, columns, columns[::-1]):
        found = text(pdf(drawn))
        places = [found.index(words) for words in (*left, *right)]
        assert places == sorted(places)


def test_a_paragraph_over_a_page_is_one_and_the_page_is_marked() -> None:
    head = Text(72, 770, "A running head of every page", 8)
    lines = [Text(72, 700 - 12 * i, f"Line {i} of a long paragraph goes on and on as it") for i in range(9)]  # fmt: skip
    pages = [
        [head, *lines, Text(300, 30, "1")],
        [head, Text(72, 700, "reaches its end here after 12 ms."), Text(300, 30, "2")],
    ]
    found = text(pdf(*pages))
    assert "as it\n%% page 2\nreaches its end here after 12 ms." in found
    assert "running head" not in found


def test_more_pages_than_allowed_are_left_out_and_it_is_said() -> None:
    found = read_pdf(make_pdf.many_pages(5), Caps(pages=3))
    assert isinstance(found, PdfText)
    assert (found.pages, found.notes) == (3, ("it has 5 pages: only the first 3 were read",))
    found = read_pdf(make_pdf.many_pages(5), Caps(characters=100))
    assert isinstance(found, PdfText)
    assert found.notes == ("more than 100 characters: only the first 2 of 5 pages were read",)


async def test_a_server_reads_the_same_and_answers_meanwhile() -> None:
    data = pdf([Text(72, 700, "The step takes 12 ms.")])
    found, turns = None, 0

    async def read() -> None:
        nonlocal found
        found = await read_pdf_async(data)

    task = asyncio.create_task(read())
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 1
    assert found == read_pdf(data)


async def test_a_reading_that_nobody_wants_any_more_leaves_no_child() -> None:
    before = children()
    task = asyncio.create_task(read_pdf_async(make_pdf.nested_forms(24, width=4), Caps(memory=700)))
    while children() == before:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() <= before


def test_the_same_bytes_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf([Text(72, 700, "Read once, and kept by its content.")])
    first = read_pdf(data)
    monkeypatch.setattr(parent, "_refused", lambda *_: pytest.fail("started again"))
    assert read_pdf(data) is first


def test_the_child_sees_no_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    assert "SOME_API_KEY" not in parent._environment()
    assert set(parent._environment()) <= set(parent._PASSED)


# -- bad files --------------------------------------------------------------------------------


def test_what_is_no_pdf_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a child was started"))
    assert problem(b"") == "not a PDF"
    assert problem(b"\\documentclass{article}") == "not a PDF"
    assert problem(b"%PDF-" + b"x" * 2000, Caps(size=1000)) == "larger than 0 MB"


def test_junk_and_half_a_file_are_damaged() -> None:
    assert problem(b"%PDF-1.4\n" + b"\x00\xff" * 5000).startswith("damaged")
    assert problem(EXAMPLE.read_bytes()[:300]).startswith("damaged")
    assert problem(make_pdf.page_loop()).startswith("damaged")


def test_an_encrypted_file_says_so() -> None:
    assert problem(make_pdf.encrypted(b"tulip")).startswith("encrypted")
    # The same with an empty password opens for everybody.
    assert "Nobody reads this." in text(make_pdf.encrypted(b""))


def test_pictures_alone_are_no_text() -> None:
    assert problem(pdf([])).startswith("no text in it")


@pytest.mark.parametrize(
    "data",
    [make_pdf.flate_bomb(900), make_pdf.nested_forms(24), make_pdf.many_glyphs(20_000_000)],
    ids=["flate", "forms", "glyphs"],
)
def test_an_exploding_file_ends_in_one_sentence_and_leaves_no_child(data: bytes) -> None:
    before = children()
    assert len(data) < 200_000
    said = problem(data)
    ends = ("the PDF reader needed more memory", "reading took longer", "more than 2,000,000 char")
    assert said.startswith(ends)
    assert children() <= before
    assert "12 ms" in text(pdf([Text(72, 700, "The next file still takes 12 ms.")]))


def test_200_thousand_pages_are_60() -> None:
    found = read_pdf(make_pdf.many_pages(200_000))
    assert isinstance(found, PdfText)
    assert found.notes == ("it has 200000 pages: only the first 60 were read",)


def test_what_takes_too_long_is_ended() -> None:
    before = children()
    said = problem(EXAMPLE.read_bytes() + b"\n", Caps(seconds=0.001))
    assert said == "reading took longer than 0.001 s, so it was ended"
    assert children() <= before
