"""Plain text knows, run by run, the source that it came from."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from latex.reading import blocks
from tanaka.latex.plain import Mark, PassageKind, Plain
from tanaka.latex.walk import Buffer

PIECES = st.tuples(
    st.text(alphabet="ab \n\t\u2009", max_size=5), st.integers(0, 30), st.integers(0, 6), st.booleans()
)  # fmt: skip


def one_by_one(pieces: list[tuple[str, int, int, bool]]) -> list[tuple[str, int, int]]:
    """Characters with their sources, as they should be: spaces joined, the ends trimmed."""
    out: list[tuple[str, int, int]] = []
    for text, start, length, exact in pieces:
        for i, char in enumerate(text):
            source = (start + i, start + i + 1) if exact else (start, start + length)
            if char not in " \n\t":
                out.append((char, *source))
            elif out and out[-1][0] != " ":
                out.append((" ", *source))
    while out and out[-1][0].isspace():
        out.pop()
    return out


@given(st.lists(PIECES, max_size=8))
@settings(max_examples=200, deadline=None)
def test_runs_say_what_single_characters_would(pieces: list[tuple[str, int, int, bool]]) -> None:
    buffer = Buffer(PassageKind.PROSE)
    for text, start, length, exact in pieces:
        buffer.add(text, start, start + length, exact)
    plain = buffer.plain()
    expected = one_by_one(pieces)
    assert plain.text == "".join(c for c, _, _ in expected)
    assert plain.starts == tuple(s for _, s, _ in expected)
    assert plain.ends == tuple(e for _, _, e in expected)
    for a in range(len(expected)):
        for b in range(a + 1, len(expected) + 1):
            inside = expected[a:b]
            assert plain.literal(a, b) == (
                min(s for _, s, _ in inside),
                max(e for _, _, e in inside),
            )


def test_a_span_takes_an_element_whole_or_not_at_all() -> None:
    plain = Plain("a 2.3x b", ((0, 0, 8, True),), ((2, 6, 1, 9),))
    assert plain.source(2, 6) == (1, 9)
    assert plain.source(2, 5) == (2, 5)
    assert plain.source(0, 8) == (0, 9)
    assert plain.literal(2, 6) == (2, 6)


def test_no_text_has_a_place_too() -> None:
    assert Plain("").source(0, 0) == (0, 0)
    assert Plain("ab", ((0, 7, 9, True),)).source(1, 1) == (7, 7)
    assert Plain("ab", ((0, 7, 9, True),)).literal(0, 0) == (7, 7)


def test_the_last_character_can_be_taken_back() -> None:
    buffer = Buffer(PassageKind.PROSE)
    buffer.take_back()
    buffer.add("5^", 0, 2, True)
    buffer.take_back()
    buffer.add("°", 1, 7, False)
    plain = buffer.plain()
    assert (plain.text, plain.starts, plain.ends) == ("5°", (0, 1), (1, 7))


def test_marks_stand_at_their_signs() -> None:
    ((_, block),) = blocks("  As in  \\cite{a} and~\\ref{b}.")
    (passage,) = block.passages
    assert passage.plain.marks == (Mark(6, "cite", ("a",)), Mark(12, "ref", ("b",)))
    assert [passage.plain.text[m.at] for m in passage.plain.marks] == ["\ue000", "\ue001"]
