"""Run the rules: those of a stretch, those of the whole paper; each guarded, each number blamed once."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast

from tanaka.analysis.config import Config
from tanaka.paper.model import NumberId, Paper, Stretch
from tanaka.records import dataclass
from tanaka.rules.api import PREVIEW, AtNumber, Context, Finding, Fix, FixKind, Held, Rule, Verdict
from tanaka.rules.local import LOCAL

if TYPE_CHECKING:
    from tanaka.knowledge.model import Knowledge
    from tanaka.paper.reads import Answers

_NOTHING = cast("Knowledge", None)
"""What a rule of a stretch knows of the field: one that asks fails, and that is told."""


_UNPROVEN = frozenset(r.code for r in LOCAL if r.status == PREVIEW)


class _Counts(Protocol):
    rules_run: int
    by_rule: Counter[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule said of one stretch, or of the paper: findings, checks that held, a failure."""

    code: str
    findings: tuple[Finding, ...] = ()
    held: tuple[Held, ...] = ()
    checked: frozenset[NumberId] = frozenset()
    failure: str = ""


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
    "TK306",
    "TK401",
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


def _rules() -> tuple[Rule, ...]:
    """Every rule; those of the whole paper are loaded when the first paper is judged."""
    from tanaka.rules import registry

    return registry.RULES


def judge_stretch(stretch: Stretch, counts: _Counts) -> tuple[Outcome, ...]:
    """Outcomes of the rules that need no more than a stretch; those that said nothing are left out."""
    context = Context(Paper((stretch,)), _NOTHING)
    return tuple(o for rule in LOCAL if (o := _judged(rule, context, counts)) is not None)


def judge_paper(answers: Answers, config: Config, counts: _Counts) -> tuple[Outcome, ...]:
    """Outcomes of the other enabled rules; a rule runs where a fact that it read last has changed."""
    from tanaka.analysis.watching import WatchedContext

    def judged(rule: Rule) -> Outcome | None:
        return answers.recall(
            ("rule", rule.code), lambda paper: _judged(rule, WatchedContext(paper), counts)
        )

    asked = (w for rule in _rules() if config.wants(rule) and (w := _whole(rule)) is not None)
    return tuple(o for rule in asked if (o := judged(rule)) is not None)


def _whole(rule: Rule) -> Rule | None:
    """What a rule asks of the paper as a whole; None where a stretch tells all."""
    if rule not in LOCAL:
        return rule
    return None if rule.whole is None else replace(rule, check=rule.whole)


def joined(
    stretches: Iterable[tuple[Outcome, ...]],
    paper: Sequence[Outcome],
    config: Config,
    *,
    from_pdf: bool,
) -> Verdicts:
    """All outcomes together: each number is blamed once, and no fix rests on a number at fault."""
    by_code: dict[str, list[Outcome]] = {}
    for outcomes in (*stretches, paper):
        for o in outcomes:
            by_code.setdefault(o.code, []).append(o)
    enabled = [r.code for r in _rules() if config.wants(r)]
    ordered = [o for code in enabled for o in by_code.get(code, ())]
    return Verdicts(
        _blamed(_wanted(ordered, config), from_pdf=from_pdf),
        tuple(h for o in ordered for h in o.held),
        frozenset().union(*(o.checked for o in ordered)),
        tuple((code, sum(len(o.checked) for o in by_code.get(code, ()))) for code in enabled),
        tuple(dict.fromkeys(o.failure for o in ordered if o.failure)),
    )


def findings_of(
    stretches: Iterable[tuple[Outcome, ...]],
    paper: Sequence[Outcome],
    config: Config,
    *,
    from_pdf: bool,
) -> tuple[Finding, ...]:
    """The findings of `joined`, and nothing else: what an editor shows at a keystroke."""
    found = [
        o
        for outcomes in (*stretches, paper)
        for o in outcomes
        if o.findings and config.enabled(o.code) and (config.preview or o.code not in _UNPROVEN)
    ]
    # One after the other as `joined` has them: by rule, then in reading order.
    found.sort(key=lambda o: o.code)
    return _blamed(_wanted(found, config), from_pdf=from_pdf)


def _wanted(outcomes: Iterable[Outcome], config: Config) -> list[Finding]:
    """Findings of outcomes; a rule may make one that is told as another's (a slip of a unit)."""
    return [f for o in outcomes for f in o.findings if f.code == o.code or config.enabled(f.code)]


def _blamed(findings: list[Finding], *, from_pdf: bool) -> tuple[Finding, ...]:
    if from_pdf:
        findings = [_doubted(f) for f in findings]
    return tuple(_trusted(_once(findings)))


def _judged(rule: Rule, context: Context, counts: _Counts) -> Outcome | None:
    """What one rule says; one that raises is a line, and what it found before is kept."""
    counts.rules_run += 1
    counts.by_rule[rule.code] += 1
    found, failure = _run(rule, context)
    if not found and not failure:
        return None
    held = tuple(o for o in found if isinstance(o, Held))
    findings = tuple(o for o in found if isinstance(o, Finding))
    checked = frozenset(
        (
            *(n for h in held for n in h.numbers),
            *(n for f in findings if f.verdict is not Verdict.OPEN for n in f.operands),
        )
    )
    return Outcome(rule.code, findings, held, checked, failure)


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


@lru_cache(maxsize=256)
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

    return [
        f
        if all(keeps(f, x) for x in f.fixes)
        else replace(f, fixes=tuple(x for x in f.fixes if keeps(f, x)))
        for f in findings
    ]
