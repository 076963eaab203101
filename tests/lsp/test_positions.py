"""Columns in code points and in the editor's units, and the mirror of a document under edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from tanaka.lsp.documents import Buffer, Names
from tanaka.lsp.positions import Encoding, offset, position
from tanaka.text import DocId, LineIndex

# Line ends, and what other splitters take for line ends; one, two, three and four bytes wide.
TEXT = st.text(alphabet=st.sampled_from("ab1\n\r\f\u2028\u0085é→😀𝟙"), max_size=40)
ENCODINGS = st.sampled_from(list(Encoding))


@pytest.mark.parametrize(
    ("encoding", "units"), [(Encoding.UTF8, 10), (Encoding.UTF16, 5), (Encoding.UTF32, 4)]
)
def test_units_of_each_encoding(encoding: Encoding, units: int) -> None:
    assert encoding.units("aé→😀") == units


def test_a_position_inside_a_character_is_before_it() -> None:
    assert Encoding.UTF16.column("a😀b", 2) == 1
    assert Encoding.UTF8.column("é", 1) == 0


@given(TEXT, ENCODINGS, st.integers(0, 60))
def test_an_offset_survives_the_way_to_the_editor_and_back(
    text: str, encoding: Encoding, at: int
) -> None:
    lines = LineIndex(text)
    at = min(at, len(text))
    if text[at - 1 : at + 1] == "\r\n":
        at += 1  # there is no position between the two
    assert offset(lines, position(lines, at, encoding), encoding) == at


@given(TEXT, st.data())
def test_the_mirror_is_the_editors_text(text: str, data: st.DataObject) -> None:
    encoding = data.draw(ENCODINGS)
    buffer = Buffer(text, 1)
    expected = text
    for version in range(2, 6):
        lines = LineIndex(expected)
        places = [i for i in range(len(expected) + 1) if expected[i - 1 : i + 1] != "\r\n"]
        a, b = sorted(data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2)))
        new = data.draw(TEXT)
        at = types.Range(position(lines, a, encoding), position(lines, b, encoding))
        behind = buffer.change(
            [types.TextDocumentContentChangePartial(range=at, text=new)], version, encoding
        )
        expected = expected[:a] + new + expected[b:]
        assert buffer.text == expected
        assert behind == a + len(new)
        assert buffer.version == version


def test_a_whole_new_text_replaces_the_old() -> None:
    buffer = Buffer("old", 1)
    buffer.change([types.TextDocumentContentChangeWholeDocument("new\n")], 2, Encoding.UTF16)
    assert buffer.text == "new\n"
    assert buffer.lines.line_count == 2


def test_a_name_is_the_uri_as_a_person_reads_it() -> None:
    names = Names()
    assert names.doc("file:///my%20paper/sec%3A1.tex") == "file:///my paper/sec:1.tex"
    assert names.uri(DocId("file:///my paper/sec:1.tex")) == "file:///my%20paper/sec%3A1.tex"


def test_a_file_that_the_client_never_named_is_spelled_by_the_standard() -> None:
    names = Names()
    names.doc("file:///my%20paper/main.tex")
    assert names.uri(DocId("file:///my paper/öl#1.tex")) == "file:///my%20paper/%C3%B6l%231.tex"


def test_a_project_in_the_query_of_a_uri_is_kept() -> None:
    names = Names()
    main = "overleaf-workshop://host/Paper/main.tex?user%3D1%26project%3D2"
    assert names.doc(main) == "overleaf-workshop://host/Paper/main.tex"
    assert names.uri(names.doc(main)) == main
    made = names.uri(DocId("overleaf-workshop://host/Paper/sec/a.tex"))
    assert made == "overleaf-workshop://host/Paper/sec/a.tex?user%3D1%26project%3D2"
    assert names.uri(DocId("file:///Paper/main.tex")) == "file:///Paper/main.tex"
