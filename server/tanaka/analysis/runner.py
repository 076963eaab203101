"""Run the rules over a paper: each guarded, each number blamed once."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from typing import Protocol

from tanaka.analysis.config import Config
from tanaka.paper.model import NumberId
from tanaka.rules.api import AtNumber, Context, Finding, Fix, FixKind, Held, Rule, Verdict
from tanaka.rules.registry import RULES


class _Counts(Protocol):
    rules_run: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the rules said: findings, checks that held, numbers checked, failures."""

    findings: tuple[Finding, ...]
    held: tuple[Held, ...]
    checked: frozenset[NumberId]
    by_rule: tuple[tuple[str, int], ...]
    failures: tuple[str, ...]


# The most telling rule speaks: specification, identity, ratio and percent, physics, drift.
_ORDER = (
    "TK109",
    "TK202",
    "TK203",
    "TK108",
    "TK110",
    "TK101",
    "TK102",
    "TK103",
    "TK104",
    "TK105",
    "TK2",
    "TK3",
    "TK4",
    "TK106",
    "TK107",
)


def judge(context: Context, config: Config, counts: _Counts) -> Verdicts:
    """Outcomes of all enabled rules; a rule that raises is one line in ``failures``."""
    findings: list[Finding] = []
    held: list[Held] = []
    failures: list[str] = []
    checked: set[NumberId] = set()
    by_rule: list[tuple[str, int]] = []
    for rule in RULES:
        if not config.enabled(rule.code):
            continue
        counts.rules_run += 1
        outcomes, failure = _run(rule, context)
        if failure:
            failures.append(failure)
        touched: set[NumberId] = set()
        for outcome in outcomes:
            if isinstance(outcome, Held):
                held.append(outcome)
                touched.update(outcome.numbers)
            else:
                findings.append(outcome)
                if outcome.verdict is not Verdict.OPEN:
                    touched.update(outcome.operands)
        checked |= touched
        by_rule.append((rule.code, len(touched)))
    if context.from_pdf:
        findings = [_doubted(f) for f in findings]
    return Verdicts(
        tuple(_trusted(_once(findings))),
        tuple(held),
        frozenset(checked),
        tuple(by_rule),
        tuple(failures),
    )


def _doubted(finding: Finding) -> Finding:
    """A finding in a PDF: letters were put together from a drawing, so nothing there is proven."""
    if finding.verdict is not Verdict.IMPOSSIBLE:
        return finding
    return replace(
        finding, verdict=Verdict.IMPLAUSIBLE, only_if="the PDF was not read as it was printed"
    )


def _run(rule: Rule, context: Context) -> tuple[list[Finding | Held], str]:
    outcomes: list[Finding | Held] = []
    try:
        for outcome in rule.check(context):
            outcomes.append(outcome)  # noqa: PERF402 - what was found before a failure is kept
    except Exception as error:  # noqa: BLE001 - a rule must not take the paper with it
        where = traceback.extract_tb(error.__traceback__)[-1]
        return (
            outcomes,
            f"{rule.code} failed: {type(error).__name__}: {error} ({where.name}:{where.lineno})",
        )
    return outcomes, ""


def _rank(code: str) -> int:
    return next((i for i, prefix in enumerate(_ORDER) if code.startswith(prefix)), len(_ORDER))


def _once(findings: list[Finding]) -> list[Finding]:
    """One number, one finding: the others become related notes of the most telling one."""
    kept: list[Finding] = []
    by_number: dict[NumberId, int] = {}
    for finding in sorted(findings, key=lambda f: _rank(f.code)):
        number = finding.at.number if isinstance(finding.at, AtNumber) else None
        if number is not None and finding.verdict is not Verdict.OPEN and number in by_number:
            i = by_number[number]
            kept[i] = replace(
                kept[i],
                related=(*kept[i].related, (finding.at, f"{finding.code}: {finding.message}")),
            )
            continue
        if number is not None and finding.verdict is not Verdict.OPEN:
            by_number[number] = len(kept)
        kept.append(finding)
    return kept


def _trusted(findings: list[Finding]) -> list[Finding]:
    """Findings without the quick fixes that were computed from a number at fault itself."""
    faulty = {
        f.at.number
        for f in findings
        if isinstance(f.at, AtNumber) and f.verdict is not Verdict.OPEN
    }

    def keeps(finding: Finding, fix: Fix) -> bool:
        own = finding.at.number if isinstance(finding.at, AtNumber) else None
        others = (n for n in finding.operands if n != own)
        return fix.kind is not FixKind.QUICKFIX or faulty.isdisjoint(others)

    return [replace(f, fixes=tuple(x for x in f.fixes if keeps(f, x))) for f in findings]
