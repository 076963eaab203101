"""Sentences that are true by construction are never called impossible, and false ones are found."""

from __future__ import annotations

import random

import pytest

from sentences_of_change import sentence, verdicts
from tanaka.rules.api import Verdict


@pytest.mark.parametrize("seed", range(6))
def test_no_true_sentence_is_impossible(seed: int) -> None:
    rng = random.Random(seed)
    texts = [sentence(rng)[0] for _ in range(150)]
    wrong = [t for t, v in zip(texts, verdicts(texts), strict=True) if Verdict.IMPOSSIBLE in v]
    assert not wrong


@pytest.mark.parametrize("seed", range(3))
def test_true_sentences_are_hardly_ever_doubted(seed: int) -> None:
    rng = random.Random(100 + seed)
    texts = [sentence(rng)[0] for _ in range(150)]
    doubted = [t for t, v in zip(texts, verdicts(texts), strict=True) if v]
    assert len(doubted) <= 1, doubted


@pytest.mark.parametrize("seed", range(3))
def test_nine_wrong_changes_of_ten_are_found(seed: int) -> None:
    rng = random.Random(200 + seed)
    texts: list[str] = []
    while len(texts) < 120:
        by = rng.choice([rng.uniform(1.25, 3), 1 / rng.uniform(1.25, 3)])
        text, change = sentence(rng, by)
        if change >= 1:  # "0.62x" and "0.4%" have one or two digits that say little
            texts.append(text)
    found = [bool(v) for v in verdicts(texts)]
    missed = [t for t, f in zip(texts, found, strict=True) if not f]
    assert sum(found) >= 0.9 * len(texts), missed
