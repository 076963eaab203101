"""Our own papers with their errors: what is found, and that the papers without them are left alone.

The whole set is analysed once; each error costs what a keystroke costs.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from seeded import own
from seeded.analysed import Result
from seeded.any_source import RULES, Paper
from seeded.family import HERE
from seeded.score import LARGE, Score, markdown, score
from seeded.wrong import FORM, LAST_DIGIT, SIZES

# What the set must have at least, and what must be found of errors that are larger than a last digit.
PAPERS, SEEDS, SEEDS_A_RULE, STATEMENTS = 15, 150, 10, 150
RECALL = 0.85

RESULT = HERE / "result.json"
README = Path(__file__).resolve().parents[2] / "README.md"
NAMES = own.names()


@cache
def paper(name: str) -> Paper:
    return own.run(name)


@cache
def result() -> tuple[Score, Score | None]:
    data = json.loads(RESULT.read_text("utf-8"))
    others = data.get("others")
    return Score.read(data["own"]), Score.read(others) if others else None


@cache
def measured() -> Score:
    return score([paper(name) for name in NAMES])


# -- the set ----------------------------------------------------------------------------------
def test_there_is_enough_of_everything() -> None:
    written = [s for name in NAMES for s in own.seeds(name)]
    assert len(NAMES) >= PAPERS
    assert len(written) >= SEEDS
    assert len(own.statements()) >= STATEMENTS
    for rule in RULES:
        assert sum(s.rule == rule for s in written) >= SEEDS_A_RULE, rule
    for size in (*SIZES, FORM):
        assert any(s.size == size for s in written), size


def test_every_file_of_seeds_has_its_paper() -> None:
    assert {p.stem for p in (HERE / "seeds").glob("*.toml")} == set(NAMES)


def _set(folder: Path, text: str, seed: str) -> Path:
    (folder / "papers" / "one").mkdir(parents=True)
    (folder / "seeds").mkdir()
    (folder / "papers" / "one" / "main.tex").write_text(
        f"\\documentclass{{article}}\\begin{{document}}\n{text}\n\\end{{document}}\n", "utf-8"
    )
    (folder / "seeds" / "one.toml").write_text(f"[[seed]]\n{seed}\n", "utf-8")
    return folder


_TEXT = "The step falls from 420\\,ms to 140\\,ms, a $3.0\\times$ speedup. It is 3.0 again."
_SEED = """rule = "TK101"
size = "2x"
file = "main.tex"
find = 'a $3.0\\times$'
replace = 'a $6.0\\times$'"""


def test_a_seed_is_put_in_and_found(tmp_path: Path) -> None:
    given = own.run("one", _set(tmp_path, _TEXT, _SEED))
    assert given.alarms == ()
    (tried,) = given.tried
    assert (tried.seed.old, tried.seed.new, tried.seed.line) == ("3.0", "6.0", 2)
    assert tried.result.by("TK101") == "own"
    assert tried.result.verdict == "impossible"


def test_a_true_number_in_the_place_of_the_error_is_not_found(tmp_path: Path) -> None:
    same = _SEED.replace("6.0", "3.00")
    (tried,) = own.run("one", _set(tmp_path, _TEXT, same)).tried
    assert tried.result.found == ()


def test_a_finding_elsewhere_does_not_count(tmp_path: Path) -> None:
    text = _TEXT.replace("again", "again, on 64 GPUs in a paragraph of its own")
    other = _SEED.replace("a $3.0\\times$", "3.0 again").replace("a $6.0\\times$", "6.0 again")
    (tried,) = own.run("one", _set(tmp_path, text, other)).tried
    assert tried.result.found == ()


def test_a_twin_is_analysed_beside_its_error(tmp_path: Path) -> None:
    twin = _SEED + "\ntwin = 'a $3.00\\times$'"
    given = own.run("one", _set(tmp_path, _TEXT, twin))
    (tried,) = given.tried
    assert tried.result.found
    assert tried.twin == Result((), ())
    told = score([given]).twins
    assert (told.written, told.impossible, told.implausible) == (1, 0, 0)


def test_a_twin_of_which_something_is_said_is_counted(tmp_path: Path) -> None:
    twin = _SEED + "\ntwin = 'a $5.00\\times$'"
    told = score([own.run("one", _set(tmp_path, _TEXT, twin))]).twins
    assert (told.written, told.impossible, told.implausible) == (1, 1, 0)


def test_what_no_rule_is_meant_to_read_is_counted_apart(tmp_path: Path) -> None:
    apart = _SEED + '\ncovered = false\nwhy = "a figure of speech"'
    counted = score([own.run("one", _set(tmp_path, _TEXT, apart))])
    assert counted.all.of() == (0, 0)
    assert counted.outside == (1, 1)
    assert Score.read(json.loads(json.dumps(counted.data()))).outside == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("TK101", "TK999", "is no rule"),
        ('"2x"', '"3x"', "is no size"),
        ("find = 'a $3.0", "find = '$4.0", "stands 0 times"),
        ("find = 'a $3.0\\times$'", "find = '3.0'", "stands 2 times"),
        ("replace = 'a $6.0\\times$'", "replace = 'a $3.0\\times$'", "not exactly one"),
        ("replace = 'a $6.0\\times$'", "replace = '4 of $6.0\\times$'", "not exactly one"),
        ("file =", "where =", "the keys are"),
        ("rule =", "covered = false\nrule =", "needs a why"),
        ("rule =", "twin = 'a $3.0\\times$'\nrule =", "not exactly one"),
    ],
)
def test_a_seed_that_cannot_be_used_is_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in _SEED
    home = _set(tmp_path, _TEXT, _SEED.replace(old, new))
    with pytest.raises(own.Malformed, match=re.escape(words)):
        own.seeds("one", home)


# -- what is found ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_an_untouched_paper_is_impossible(name: str) -> None:
    assert [str(a) for a in paper(name).alarms if a.verdict == "impossible"] == []


def test_what_is_true_and_looks_wrong_is_left_alone() -> None:
    assert [(s.origin, [str(a) for a in found]) for s, found in own.spoken()] == []


@pytest.mark.parametrize("rule", RULES)
def test_no_fewer_errors_are_found_than_the_result_says(rule: str) -> None:
    """Where a change finds more, ``make seeded`` writes the result anew."""
    was, now = result()[0].rules[rule], measured().rules[rule]
    assert now.seeded == was.seeded
    missed = [
        f"{name}: {t.seed.line}: {t.seed.old} -> {t.seed.new}"
        for name in NAMES
        for t in paper(name).tried
        if t.seed.rule == rule and not t.result.found
    ]
    assert now.of()[0] >= was.of()[0], missed


def test_enough_is_found_of_all_that_is_larger_than_a_last_digit() -> None:
    found, seeded = measured().all.of(LARGE)
    assert found >= RECALL * seeded


def test_untouched_papers_have_no_more_findings_than_the_result_says() -> None:
    now, was = measured().alarms, result()[0].alarms
    told = [str(a) for name in NAMES for a in paper(name).alarms]
    assert all(now[v] <= was[v] for v in now), told


# -- what is told of it -----------------------------------------------------------------------
def test_the_result_is_that_of_the_set() -> None:
    ours = result()[0]
    assert ours.papers == len(NAMES)
    assert ours.statements == len(own.statements())
    assert ours.all.of()[1] == sum(len(own.seeds(name)) for name in NAMES)
    assert ours.all.of((LAST_DIGIT,))[1] > 0


def test_the_readme_shows_the_result() -> None:
    assert markdown(*result()) in README.read_text("utf-8"), "make seeded writes the table"
