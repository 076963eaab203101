"""The records of prior work and of mechanisms."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import tanaka.voice.works as works
from tanaka.voice.works import Work, known

FILE = Path(works.__file__).parent / "data" / "works.toml"
RECORDS = tomllib.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("work", known().works, ids=[w.id for w in known().works])
def test_a_work_is_whole(work: Work) -> None:
    assert work.title
    assert work.venue
    assert 1990 <= work.year <= int(known().searched[:4])
    assert work.mechanisms <= set(known().mechanisms)
    assert work.mechanisms
    assert not re.search(r"\d", re.sub(r"1F1B", "", work.does)), "a number of theirs needs a source"
    assert not work.does.endswith(".")


def test_an_entry_that_is_not_verified_is_left_out() -> None:
    assert {w.id for w in known().works} == {w["id"] for w in RECORDS["work"] if w["verified"]}
    assert len({w["id"] for w in RECORDS["work"]}) == len(RECORDS["work"])


def test_every_mechanism_of_a_delta_has_two_ways_out() -> None:
    for mechanism in known().mechanisms.values():
        assert bool(mechanism.theory) == bool(mechanism.design) == mechanism.delta, mechanism.key
        assert not mechanism.theory.endswith(".")
        assert not mechanism.design.endswith(".")


def test_works_named_in_prose_are_records() -> None:
    cited = {w.cited for w in known().works}
    for mechanism in known().mechanisms.values():
        for found in re.findall(r"[A-Z]\w+ \([^)]*\d{4}\)", mechanism.design + mechanism.theory):
            assert found in cited


@pytest.mark.parametrize(
    ("id", "text", "found"),
    [
        ("pipedream", "as in PipeDream~\\cite{x}", True),
        ("pipedream", "PipeDream-2BW bounds them", False),
        ("pipedream-2bw", "PipeDream-2BW bounds them", True),
        ("ssp", "Stale Synchronous Parallel training", True),
        ("ssp", "DSSP moves it", False),
        ("zero", "ZeRO~\\cite{zero}", True),
        ("zero", "zero bubbles", False),
        ("local-sgd", "local SGD", True),
    ],
)
def test_a_work_is_found_by_its_name_and_not_inside_another(
    id: str, text: str, found: bool
) -> None:
    assert bool(known().work(id).pattern().search(text)) is found
