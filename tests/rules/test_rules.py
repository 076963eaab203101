"""Every rule against its fixtures, and against the example of its own manual page."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixture import Case, cases, check, example_of
from tanaka.rules.registry import RULES

HERE = Path(__file__).parent
CASES = [(path.stem, case) for path in sorted(HERE.glob("TK*.md")) for case in cases(path)]
RIGHT = cases(HERE / "true-headlines.md")


@pytest.mark.parametrize(("code", "case"), CASES, ids=[f"{c}-{k.title}" for c, k in CASES])
def test_fixture(code: str, case: Case) -> None:
    """Each chapter finds what it says, and nothing else."""
    del code
    check(case)


@pytest.mark.parametrize("case", RIGHT, ids=[c.title for c in RIGHT])
def test_a_headline_that_is_right_in_another_way_is_left_alone(case: Case) -> None:
    assert "TK106" in case.silent
    check(case)


@pytest.mark.parametrize("rule", RULES, ids=[r.code for r in RULES])
def test_example_of_the_manual_triggers_its_rule(rule) -> None:
    case = example_of(rule.doc)
    assert {e.code for e in case.expected} == {rule.code}
    check(case)


@pytest.mark.parametrize("rule", RULES, ids=[r.code for r in RULES])
def test_every_rule_has_a_firing_and_a_silent_case(rule) -> None:
    own = [case for code, case in CASES if code == rule.code]
    assert any(case.expected for case in own), "no firing case"
    assert any(not case.expected for case in own), "no silent case"
