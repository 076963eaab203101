"""Our own papers with errors that physics refutes: what is found, and what must never be called impossible."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from seeded import own
from seeded.any_source import Paper
from seeded.family import PHYSICS
from seeded.score import LARGE, Score, markdown, marks, score
from seeded.wrong import FORM, SIZES

HOME = PHYSICS.home
NAMES = own.names(HOME)
README = Path(__file__).resolve().parents[2] / "README.md"

# What the set must have at least, and what must be found of errors that are larger than a last digit.
PAPERS, SEEDS, SEEDS_A_RULE, STATEMENTS, SOURCES = 8, 150, 4, 150, 100
RECALL = 0.85


@cache
def paper(name: str) -> Paper:
    return own.run(name, HOME)


@cache
def measured() -> Score:
    return score([paper(name) for name in NAMES], PHYSICS)


@cache
def result() -> Score:
    return Score.read(json.loads((HOME / "result.json").read_text("utf-8"))["own"])


# -- the set ----------------------------------------------------------------------------------
def test_there_is_enough_of_everything() -> None:
    written = [s for name in NAMES for s in own.seeds(name, HOME)]
    told = own.statements(HOME)
    assert len(NAMES) >= PAPERS
    assert len(written) >= SEEDS
    assert len(told) >= STATEMENTS
    assert sum(bool(s.source) for s in told) >= SOURCES
    for rule in PHYSICS.rules:
        assert sum(s.rule == rule and s.covered for s in written) >= SEEDS_A_RULE, rule


def test_every_rule_with_errors_has_twins() -> None:
    written = [s for name in NAMES for s in own.seeds(name, HOME)]
    assert {s.rule for s in written if s.twin} == {s.rule for s in written}


def test_errors_are_of_known_sizes() -> None:
    written = [s for name in NAMES for s in own.seeds(name, HOME)]
    assert {s.size for s in written} <= {*SIZES, FORM}


def test_every_file_of_seeds_has_its_paper() -> None:
    """Papers without errors are there for what is said of them untouched."""
    assert {p.stem for p in (HOME / "seeds").glob("*.toml")} <= set(NAMES)


def test_a_changed_name_is_found_in_its_paragraph() -> None:
    """A device has no place of its own in a finding."""
    named = [t for name in NAMES for t in paper(name).tried if t.seed.size == FORM]
    tried = [t.result for t in named if t.seed.old == "FP8" and t.seed.rule == "TK201"]
    assert [r.by("TK201") for r in tried] == ["own"]


# -- what is found ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_an_untouched_paper_is_wrong(name: str) -> None:
    assert [str(a) for a in paper(name).alarms] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_right_by_a_hair_is_impossible(name: str) -> None:
    said = [
        (t.seed.relation, str(a))
        for t in paper(name).tried
        if t.twin is not None
        for a in (*t.twin.found, *t.twin.beside)
        if a.verdict == "impossible"
    ]
    assert said == []


def test_what_is_true_and_looks_wrong_is_never_impossible() -> None:
    said = [
        (s.origin, str(a))
        for s, found in own.spoken(HOME)
        for a in found
        if a.verdict == "impossible"
    ]
    assert said == []


def test_enough_is_found_of_all_that_is_larger_than_a_last_digit() -> None:
    found, seeded = measured().all.of(LARGE)
    assert found >= RECALL * seeded


@pytest.mark.parametrize("rule", PHYSICS.rules)
def test_no_fewer_errors_are_found_than_the_result_says(rule: str) -> None:
    """Where a change finds more, ``make physics`` writes the result anew."""
    was, now = result().rules[rule], measured().rules[rule]
    assert now.seeded == was.seeded
    missed = [
        f"{name}: {t.seed.line}: {t.seed.old} -> {t.seed.new}"
        for name in NAMES
        for t in paper(name).tried
        if t.seed.rule == rule and not t.result.found
    ]
    assert now.of()[0] >= was.of()[0], missed


def test_twins_and_untouched_papers_have_no_more_findings_than_the_result_says() -> None:
    now, was = measured(), result()
    assert all(now.alarms[v] <= was.alarms[v] for v in now.alarms)
    assert now.twins.implausible <= was.twins.implausible


# -- what is told of it -----------------------------------------------------------------------
def test_the_result_is_that_of_the_set() -> None:
    ours = result()
    assert ours.papers == len(NAMES)
    assert ours.statements == len(own.statements(HOME))
    assert ours.all.of()[1] + ours.outside[1] == sum(len(own.seeds(n, HOME)) for n in NAMES)
    assert ours.twins.written == sum(bool(s.twin) for n in NAMES for s in own.seeds(n, HOME))


def test_the_readme_shows_the_result_where_it_has_the_table() -> None:
    text = README.read_text("utf-8")
    begin, _ = marks(PHYSICS)
    table = markdown(result())
    assert begin not in text or table in text, "make physics writes the table"
