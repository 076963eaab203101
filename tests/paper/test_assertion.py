"""A number is asserted unless it is supposed, wished for, denied, or another's."""

from __future__ import annotations

import pytest

from tanaka.latex.plain import CITE
from tanaka.paper.assertion import asserted
from tanaka.paper.model import Asserted, Where


def said(text: str, where: Where = Where.BODY) -> Asserted:
    return asserted(text, text.index("12"), where)


@pytest.mark.parametrize(
    "text",
    [
        "We reach 12 ms.",
        "We reach 12 ms without touching the weights.",
        "We do not use the cache, and reach 12 ms.",
        "It fits, utilizing only 12% of the memory budget.",
        "For example, on the largest input it reaches 12 ms.",
        "It is 12× faster than the naive baseline.",
        "If the link is slow, the old system stalls; ours takes 12 ms.",
    ],
)
def test_asserted(text: str) -> None:
    assert said(text) is Asserted.YES


@pytest.mark.parametrize(
    "text",
    [
        "It would take 12 ms.",
        "Suppose a step of 12 ms.",
        "For example, a model with 12 layers.",
        "Our goal is 12 ms.",
        "The latency target of 12 ms is strict.",
        "We serve under a 12 ms SLO.",
        "It never reaches 12 ms.",
        "A gain of 12% is not seen.",
        "In theory it takes 12 ms.",
        "A naive estimate gives 12 ms.",
        "The design must stay below 12 W.",
    ],
)
def test_not_asserted(text: str) -> None:
    assert said(text) is Asserted.NO


def test_of_another() -> None:
    assert said(f"They need 12 ms {CITE}.") is Asserted.QUOTED
    assert said("The authors report 12 ms.") is Asserted.QUOTED
    assert said("It takes 12 ms.", Where.RELATED) is Asserted.QUOTED
    assert said("It takes 12 ms.", Where.FUTURE) is Asserted.NO
