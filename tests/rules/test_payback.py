"""What pays for a tape-out, with a cost of the design from the knowledge base."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixture import analyse
from tanaka.knowledge.model import ComplexityFact
from tanaka.rules.api import Assumption, Context, Datasheet, Finding
from tanaka.rules.gain.tape_out_payback import tape_out_payback

NRE = ComplexityFact("cost-7nm", "NRE of a chip", "7 nm", 298, 298, 298, "USD million", "a cost model", True, True)  # fmt: skip
DRAFT = r"""We present FlowDec, a chip for decoding.
FlowDec is synthesized in 7\,nm and draws 120\,W.
Against the H100 and its 700\,W TDP it is $20\times$ more energy-efficient.
After layout, tape-out follows in 18 months, then deployment in our fleet.
"""


def asked(text: str, *facts: ComplexityFact) -> Finding:
    report = analyse({"main.tex": text})
    knowledge = replace(report.knowledge, facts=facts)
    (finding,) = tape_out_payback.check(Context(report.paper, knowledge))
    assert isinstance(finding, Finding)
    return finding


def slots(finding: Finding) -> dict[str, str]:
    return {s.name: s.text for s in finding.slots}


def test_saving_and_cost_give_the_volume() -> None:
    """19 times 120 W for three years at ten cents is $5,992; 298 million of them are 49,700 chips."""
    finding = asked(DRAFT, NRE)
    said = slots(finding)
    assert finding.case == "A"
    assert (
        said["saving"] == "$5,992" and said["nre"] == "$298 M" and said["units"] == "49,700 chips"
    )
    assert said["node"] == "7 nm" and said["months"] == "18 months" and said["gain"] == "20×"
    assert "49,700 chips" in finding.message and "disputed" in finding.message
    kinds = {type(s.origin) for s in finding.steps}
    assert {Assumption, Datasheet} <= kinds, "defaults and the cost are named as such"


def test_a_cost_without_a_saving() -> None:
    finding = asked(DRAFT.replace("draws 120\\,W", "is small"), NRE)
    assert finding.case == "D" and slots(finding)["nre"] == "$298 M"
    assert "saving" not in slots(finding)


def test_a_node_that_nothing_is_known_of() -> None:
    finding = asked(DRAFT.replace("7\\,nm", "9\\,nm"), NRE)
    assert finding.case == "B" and slots(finding)["months"] == "18 months"
    assert next(s.count for s in finding.slots if s.name == "months") == 18


@pytest.mark.parametrize(
    "fact", [replace(NRE, sure=False), replace(NRE, topic="mask set"), replace(NRE, unit="months")]
)
def test_a_fact_that_was_not_seen_or_is_of_something_else_is_not_used(fact: ComplexityFact) -> None:
    assert asked(DRAFT, fact).case == "B"


def test_the_inserted_lines_carry_the_numbers() -> None:
    (fix,) = asked(DRAFT + "\\section{Evaluation}\nAll is measured.\n", NRE).fixes
    (edit,) = fix.edits
    for number in (r"\$298 M", r"\$5,992", "49,700"):
        assert number in edit.text, edit.text
