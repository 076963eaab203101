"""Where a sentence ends, and where a full stop ends none."""

from __future__ import annotations

import pytest

from tanaka.paper.sentences import sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It takes 12 ms. The rest is idle.", 2),
        # names that begin with a small letter
        ("It takes 12 ms. vLLM takes 15 ms.", 2),
        ("It takes 12 ms. nanoGPT takes 15 ms.", 2),
        # abbreviations, units and small words begin none
        ("It is faster than others, e.g. vLLM and Orca.", 1),
        ("Orca vs. vLLM is shown.", 1),
        ("It draws approx. 12 kW on a node.", 1),
        ("It needs 5 incl. kWh of the fans.", 1),
        ("The file config.yaml. is read", 1),
    ],
)
def test_a_text_has_so_many_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_sentences_cover_their_text() -> None:
    text = "It takes 12 ms. vLLM takes 15 ms.  We save 3 ms."
    assert [text[s.start : s.start + len(s.text)] for s in sentences(text)] == [
        s.text for s in sentences(text)
    ]
