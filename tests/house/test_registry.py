"""The rules as a register: what is listed is what there is, each with its page, example and cases."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from fixture import analyse, cases, example_of
from tanaka import __version__, rules
from tanaka.rules.api import Assumption, Datasheet, Finding, Rule, Verdict
from tanaka.rules.registry import RULES
from tanaka.views.explain import index

from .tree import ROOT

HOME = Path(rules.__file__).parent
FIXTURES = ROOT / "tests" / "rules"
FAMILIES = sorted(p.name for p in HOME.iterdir() if (p / "__init__.py").is_file())
HEADINGS = ("What it checks", "Why it matters", "What is left alone", "Example", "References")

each = pytest.mark.parametrize("rule", RULES, ids=[r.code for r in RULES])


def registered(family: str) -> dict[str, Rule]:
    """Rules that the modules of a family make, by the name of their module."""
    found = {}
    for path in sorted((HOME / family).glob("*.py")):
        module = importlib.import_module(f"tanaka.rules.{family}.{path.stem}")
        for value in vars(module).values():
            if isinstance(value, Rule) and value.check.__module__ == module.__name__:
                assert path.stem not in found, f"{path.name} makes two rules"
                found[path.stem] = value
    return found


def test_the_list_is_what_the_files_make() -> None:
    made = [r for family in FAMILIES for r in registered(family).values()]
    assert sorted(r.code for r in RULES) == sorted(r.code for r in made)
    assert set(map(id, RULES)) == set(map(id, made))


def test_codes_are_in_order_and_names_are_unique() -> None:
    codes = [r.code for r in RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"TK[1-9]\d\d", c) for c in codes)
    assert len({r.name for r in RULES}) == len(RULES)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_rule_lies_in_the_folder_of_its_code_and_bears_the_name_of_its_file(family: str) -> None:
    said = re.match(r"(TK\d)xx: \S.*\.$", importlib.import_module(f"tanaka.rules.{family}").__doc__ or "")  # fmt: skip
    assert said, "the package does not say which codes it holds"
    found = registered(family)
    assert found
    for module, rule in found.items():
        assert rule.code.startswith(said.group(1))
        assert rule.name == module.replace("_", "-")


@each
def test_the_manual_has_every_heading_in_order(rule: Rule) -> None:
    found = re.findall(r"^## (.+)$", rule.doc, re.M)
    assert found == list(HEADINGS)
    for _, body in re.findall(r"^## (.+)$\n(.*?)(?=^## |\Z)", rule.doc, re.M | re.S):
        assert body.strip()


@each
def test_the_manual_says_how_to_mend_it_and_where_the_check_is_from(rule: Rule) -> None:
    example = rule.doc.partition("## Example")[2].partition("## References")[0]
    after = example.rpartition("```")[2].strip()
    assert after.endswith("."), "no sentence after the example says what to write instead"
    references = rule.doc.partition("## References")[2]
    assert re.findall(r"^- .*(?:19|20)\d\d", references.replace("\n  ", " "), re.M)


@each
def test_the_summary_is_one_sentence(rule: Rule) -> None:
    (line,) = [li for li in index(RULES).splitlines() if li.startswith(rule.code)]
    summary = line.partition(rule.name)[2].strip()
    assert re.match(r"That .+\.$", summary) and len(summary) < 200


@each
def test_the_caret_of_the_example_marks_what_is_underlined(rule: Rule) -> None:
    example = example_of(rule.doc)
    assert [e.code for e in example.expected] == [rule.code]
    mark = example.expected[0]
    line = example.files["main.tex"].splitlines()[mark.line]
    assert line[mark.start : mark.end].strip() == line[mark.start : mark.end] != ""


def test_every_rule_has_its_cases_and_no_case_is_an_orphan() -> None:
    # "TK106-right.md" holds more cases of TK106.
    assert {p.stem.partition("-")[0] for p in FIXTURES.glob("TK*.md")} == {r.code for r in RULES}
    assert all((FIXTURES / f"{r.code}.md").is_file() for r in RULES)
    assert {p.suffix for p in FIXTURES.glob("TK*")} == {".md"}


@each
def test_the_cases_of_a_rule_are_about_it(rule: Rule) -> None:
    found = cases(FIXTURES / f"{rule.code}.md")
    titles = [c.title for c in found]
    assert len(titles) == len(set(titles))
    for case in found:
        spoken = {e.code for e in case.expected} | set(case.silent) | set(case.held)
        assert rule.code in spoken, f"{case.title}: says nothing about {rule.code}"


def test_status_and_age() -> None:
    now = tuple(int(n) for n in __version__.split("."))
    for rule in RULES:
        assert rule.status in ("preview", "stable")
        assert tuple(int(n) for n in rule.since.split(".")) <= now, rule.code


def test_the_changelog_names_every_rule() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert {r.code for r in RULES} <= set(re.findall(r"\bTK\d{3}\b", text))


# --- what a finding is ---------------------------------------------------------------------------


@cache
def findings() -> tuple[Finding, ...]:
    """Every finding of every case and of every example."""
    papers = [c.files for r in RULES for c in cases(FIXTURES / f"{r.code}.md")]
    papers += [example_of(r.doc).files for r in RULES]
    return tuple(f.finding for files in papers for f in analyse(files).findings)


def test_every_verdict_is_among_them() -> None:
    """Else the tests below would hold of nothing."""
    assert {f.verdict for f in findings()} == set(Verdict)


def test_an_error_is_a_proof() -> None:
    """It has its steps, and none of them is an assumption."""
    for finding in findings():
        if finding.verdict is Verdict.IMPOSSIBLE:
            assert finding.steps, finding.message
            assumed = [s.label for s in finding.steps if isinstance(s.origin, Assumption)]
            assert assumed == [], finding.message


def test_a_doubt_names_what_would_make_it_true() -> None:
    for finding in findings():
        if finding.verdict is Verdict.IMPLAUSIBLE:
            assert finding.only_if, finding.message
            assert finding.steps, finding.message


def test_what_is_open_is_asked() -> None:
    for finding in findings():
        assert (finding.verdict is Verdict.OPEN) == bool(finding.question), finding.message
        if finding.question:
            assert finding.question.endswith("?")


def test_every_step_has_a_unit_a_source_and_an_interval_around_its_value() -> None:
    for finding in findings():
        for step in finding.steps:
            assert step.label and step.unit and step.origin is not None, finding.message
            assert step.low <= step.value <= step.high, f"{finding.message} {step.label}"
            if isinstance(step.origin, Datasheet):
                assert step.origin.key and step.origin.title


def test_a_message_states_and_does_not_address_anyone() -> None:
    for finding in findings():
        assert finding.message.endswith("."), finding.message
        words = finding.message + " " + finding.note
        assert not re.search(r"\b(?:you|your|I|we|our|please|should)\b", words), finding.message
        assert "!" not in words, finding.message
