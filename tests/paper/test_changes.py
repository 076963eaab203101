"""Which factor belongs to which two values: by the words between them, and never by nearness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanaka.paper.change.changes import changes
from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import sentences


def paired(text: str) -> list[tuple[str, str, str]]:
    """Change, old value, new value, as printed."""
    (sentence,) = sentences(text)

    def words(i: int) -> str:
        r = sentence.readings[i]
        return text[r.start : r.end].strip()

    return [(words(c.change), words(c.old), words(c.new)) for c in changes(sentence)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # from ... to
        ("The step falls from 420 ms to 140 ms, a 3.0× speedup.", [("3.0×", "420 ms", "140 ms")]),
        ("It goes from 4.97 to 16.32 tok/s at four slots (3.28×).", [("3.28×", "4.97", "16.32 tok/s")]),
        ("We cut energy by 40%, from 50 J to 30 J.", [("40%", "50 J", "30 J")]),
        ("Recall goes from 73.2% (1,805 of 2,467) to 82.4% (2,034 of 2,467), +9.3 points.",
         [("73.2%", "2,467", "1,805"), ("82.4%", "2,467", "2,034"), ("9.3 points", "73.2%", "82.4%")]),
        ("We see a 25% latency reduction, decreasing the time from 8.2 ms to 6.1 ms.", [("25%", "8.2 ms", "6.1 ms")]),
        # against
        ("It runs 4% slower than default (20.86 vs. 21.74 tok/s).", [("4%", "21.74 tok/s", "20.86")]),
        # better than X (B)
        ("It takes 28.56 s, a 1.35× improvement over Edge (38.62 s).", [("1.35×", "38.62 s", "28.56 s")]),
        ("A link has 160 GB/s, roughly 3.2 times that of the other (50 GB/s).", [("3.2 times", "50 GB/s", "160 GB/s")]),
        ("It reaches 0.432 QPS, which is 6.7× better than A (0.0645 QPS) and about 1.16× faster than B (0.370 QPS).",
         [("6.7×", "0.0645 QPS", "0.432 QPS"), ("1.16×", "0.370 QPS", "0.432 QPS")]),
        ("The stack hits 50.55 tok/s at K = 5, 15% above the headline (43.97 tok/s).",
         [("15%", "43.97 tok/s", "50.55 tok/s")]),
        # A beats B by F
        ("It reaches 196.70 GOPS/W, surpassing Isaac's 152 GOPS/W by roughly 29%.", [("29%", "152 GOPS/W", "196.70 GOPS/W")]),
        # A, while B: a F difference
        ("Sending costs 3000 mJ, while computing costs only 10 mJ—a 300× difference.", [("300×", "10 mJ", "3000 mJ")]),
        ("One takes 8.4 J and 140 s, while the other takes 0.3 J in 200 ms—28× less energy and 700× faster.",
         [("28×", "0.3 J", "8.4 J"), ("700×", "200 ms", "140 s")]),
        ("Quark has 1.3 GB where Pluto has 8.4 GB, a 6.5× difference.", [("6.5×", "8.4 GB", "1.3 GB")]),
        # the new value first
        ("It climbs to 88.6 requests/s from 31.4 requests/s, a 2.8× increase.",
         [("2.8×", "31.4 requests/s", "88.6 requests/s")]),
        ("It takes 23.1 ms per token, down from 58.2 ms, a 2.5× speedup.", [("2.5×", "58.2 ms", "23.1 ms")]),
        # a factor without a sign, and one in words
        ("Fusion cuts latency by a factor of 3.0, from 418 ms to 139 ms.", [("3.0", "418 ms", "139 ms")]),
        ("Batching doubles the throughput from 31.4 to 62.1 requests/s.", [("doubles", "31.4", "62.1 requests/s")]),
        # with and without
        ("The overhead is 5.3%: 418 ms with it and 397 ms without.", [("5.3%", "397 ms", "418 ms")]),
        # respectively
        ("It falls from 418 ms to 139 ms and from 61 GB to 17 GB, by 3.0× and 3.6×, respectively.",
         [("3.0×", "418 ms", "139 ms"), ("3.6×", "61 GB", "17 GB")]),
        ("It falls from 418 ms and 61 GB to 139 ms and 17 GB, 3.0× and 3.6× lower, respectively.",
         [("3.0×", "418 ms", "139 ms"), ("3.6×", "61 GB", "17 GB")]),
        ("A and B take 418 ms and 512 ms; ours takes 139 ms, 3.0× and 3.7× faster, respectively.",
         [("3.0×", "418 ms", "139 ms"), ("3.7×", "512 ms", "139 ms")]),
        ("In 6.5 s it is 2.5× and 3.0× faster than A (16.4 s) and B (19.8 s), respectively.",
         [("2.5×", "16.4 s", "6.5 s"), ("3.0×", "19.8 s", "6.5 s")]),
        ("In 6.5 s it is 2.5× and 3.0× faster than A (16.4 s) and B (19.8 s), respectively, and 4.4× faster than C.",
         [("2.5×", "16.4 s", "6.5 s"), ("3.0×", "19.8 s", "6.5 s")]),
        # shares, and a division written out
        ("It takes 0.6% of the time (27 ms out of 4521 ms).", [("0.6%", "4521 ms", "27 ms")]),
        ("The cache takes 6.3 GB, only 26% of the available 24 GB.", [("26%", "24 GB", "6.3 GB")]),
        ("The gain is 29.34 / 16.33 = 1.80×.", [("1.80×", "29.34", "16.33")]),
    ],
)  # fmt: skip
def test_a_change_finds_its_values(text: str, found: list[tuple[str, str, str]]) -> None:
    assert paired(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "On A the step drops from 420 ms to 168 ms; across the suite we gain 3.1×.",
        "The step falls from 420 ms to 140 ms, and accuracy improves by 3%.",
        "The step falls from 420 ms to 140 ms, with completion time improving 1.3×.",
        "When the hop grows from 10 ms to 100 ms, a 1.5× slowdown is seen.",
        "Increasing the batch size from 8 MB to 64 MB, a 3.1× larger cache is needed.",
        "The clock rises from 1.2 GHz to 2.4 GHz, a 1.7× speedup.",
        "We go from 8 GPUs to 64 GPUs, a 5.2× speedup.",
        "Tail latency is 86 ms–1 s against 22–55 s, i.e. 53–398× lower.",
        "The runs took 12.1 s, 14.3 s and 19.8 s, 40% faster with prefetching.",
        "It is 2.5× and 3.0× faster than A (16.4 s), B (19.8 s) and C (9.1 s), respectively, in 6.5 s.",
        "At K = 10 it emits 7.5 tokens, 3.1× the tokens at K = 3.",
        "The window is 8K, and an 8B model is 13.9× faster.",
        "Attention takes 31% of the time although it is 12% of the 40 GFLOPs.",
        "Compute takes 10 ms, and 80% of the 40 ms step is hidden.",
        "Traffic falls by 64%, which cuts the step time from 418 ms to 302 ms.",
        "A 2.5× faster link reduces the step time from 418 ms to 302 ms.",
        "Doubling the GPUs reduces the step time from 418 ms to 239 ms.",
        "It nearly halves latency, from 418 ms to 231 ms.",
        "The ratio of 4 to 1 keeps latency at 63.4 ms instead of 91.2 ms.",
        "It falls from 91 ms to 63 ms for a batch of 8, a factor of 2 for a batch of 64.",
        "It falls from 418 ms to 139 ms and from 61 GB to 17 GB, by 3.0×, 3.6× and 1.2×, respectively.",
    ],
)
def test_a_change_of_something_else_is_left_alone(text: str) -> None:
    assert paired(text) == []


def test_a_named_comparand_without_its_value_is_only_inferred() -> None:
    (sentence,) = sentences("The step falls from 420 ms to 137 ms, a 5.1× speedup over Pluto.")
    assert [c.paired for c in changes(sentence)] == [How.INFERRED]
    (sentence,) = sentences(
        "The step falls from 420 ms to 137 ms, a 3.1× speedup over the baseline."
    )
    assert [c.paired for c in changes(sentence)] == [How.STATED]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("from 50 J to 40 J, 20% lower", ChangeWord.PERCENT_LESS),
        ("from 50 J to 60 J, 20% more", ChangeWord.PERCENT_MORE),
        ("from 50 s to 40 s, 25% faster", ChangeWord.PERCENT_FASTER),
        ("from 40 s to 50 s, 25% slower", ChangeWord.PERCENT_SLOWER),
        ("from 40% to 50%, a 10% absolute gain", ChangeWord.POINTS),
        ("from 40% to 50%, a 25% relative gain", ChangeWord.RELATIVE_MORE),
        ("from 50 s to 25 s, 2.0× faster", ChangeWord.TIMES_FASTER),
        ("from 50 s to 25 s, 2.0× less", ChangeWord.TIMES_LESS),
        ("from 25 GB to 50 GB, 2.0× more", ChangeWord.TIMES_MORE),
    ],
)
def test_the_words_that_a_change_is_stated_in(text: str, word: ChangeWord) -> None:
    (sentence,) = sentences(f"It goes {text}.")
    assert [c.word for c in changes(sentence)] == [word]


WORDS = st.sampled_from(
    ["from 420 ms", "to 140 ms", "a 3.0× speedup", "over Pluto (3.2 s)", ",", "and", "respectively", "(41%)", "12 GB",
     "40% less", "while", "vs.", "—", "of the 24 GB", "by 12%", "1/2", "= 2.0×", ";", "(", ")", "K = 3", "5"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_whatever_is_said_no_reading_plays_two_parts(text: str) -> None:
    for sentence in sentences(text):
        found = changes(sentence)
        assert len({c.change for c in found}) == len(found)
        for c in found:
            assert len({c.change, c.old, c.new}) == 3
            assert max(c.change, c.old, c.new) < len(sentence.readings)
