"""Papers that no rule of physics was mended against: how much is found there, and that nothing right is called wrong."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from seeded import own
from seeded.any_source import Paper
from seeded.family import UNSEEN
from seeded.score import Score, score

HOME = UNSEEN.home
NAMES = own.names(HOME)
README = Path(__file__).resolve().parents[2] / "README.md"


@cache
def paper(name: str) -> Paper:
    return own.run(name, HOME)


@cache
def measured() -> Score:
    return score([paper(name) for name in NAMES], UNSEEN)


@cache
def result() -> Score:
    return Score.read(json.loads((HOME / "result.json").read_text("utf-8"))["own"])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_an_untouched_paper_is_wrong(name: str) -> None:
    assert [str(a) for a in paper(name).alarms] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_right_by_a_hair_is_wrong(name: str) -> None:
    tried = [t for t in paper(name).tried if t.twin is not None]
    said = [(t.seed.relation, str(a)) for t in tried for a in (*t.twin.found, *t.twin.beside)]
    assert said == []


def test_no_fewer_errors_are_found_than_the_result_says() -> None:
    found, seeded = measured().all.of()
    was, written = result().all.of()
    assert seeded == written == sum(len(own.seeds(n, HOME)) for n in NAMES)
    assert found >= was


def test_the_readme_tells_the_result() -> None:
    found, seeded = result().all.of()
    said = f"{found} of {seeded} errors ({100 * found / seeded:.0f} %)"
    assert said in " ".join(README.read_text("utf-8").split())
