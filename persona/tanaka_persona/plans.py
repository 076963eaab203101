"""Sentence plans: what is said when no language model words it, as a writer can read and change it.

A plan is a template in plain Markdown.  ``{slot}`` is a value that carries its unit,
``{n:worker}`` a count with its noun, ``{n?waits|wait}`` the form that agrees with a count,
``{a/slot}`` a value behind its article, ``{times/slot}`` a factor as "1.24 times", and what stands
between white brackets goes as a whole where a slot in it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias


class PlanError(Exception):
    """A plan that cannot be used; the message names its heading and what is wrong."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A value.

    ``form`` is "" for the value alone, "count" with its ``noun``, "a" behind its article and
    "times" for a factor in words.
    """

    name: str
    form: str = ""
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """The form that agrees with a count."""

    name: str
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Optional:
    """What is left out as a whole where a slot in it is missing."""

    parts: tuple[Node, ...]


Node: TypeAlias = "Words | Slot | Either | Optional"


@dataclass(frozen=True)
class Plan:
    """One way to say one thing.

    Attributes
    ----------
    rule : str
        Code of a rule ("TK101"), of a family ("TK1xx"), or a part ("MIRROR").
    letter : str
        "A", "B", ...; "W" states a step of a walk-through, "N" names what a paper needs.
    verdicts : tuple of str
        Verdicts that it is for; empty for all.
    when : str
        For whom it is, for the writer.
    say, then : str
        The attack and its repair; always emitted together.
    """

    rule: str
    letter: str
    verdicts: tuple[str, ...]
    when: str
    say: str
    then: str

    @property
    def id(self) -> str:
        """Rule and letter."""
        return f"{self.rule} {self.letter}"

    @cached_property
    def said(self) -> tuple[Node, ...]:
        """The attack, read."""
        return parse(self.say)

    @cached_property
    def repair(self) -> tuple[Node, ...]:
        """The repair, read."""
        return parse(self.then)


VERDICTS = ("impossible", "implausible", "open", "held")
_RULE = re.compile(r"(?m)^##\s+(\S.*?)\s*$")
_PLAN = re.compile(r"(?m)^###\s+(\S.*?)\s*$")
_HEAD = re.compile(r"(?P<letter>[A-Z]\d?)(?P<verdicts>(?: [a-z]+)*)(?::\s*(?P<when>.+))?")
_NAME = r"[a-z][a-z0-9_]*"
_TOKEN = re.compile(
    rf"\{{(?:(?P<either>{_NAME})\?(?P<one>[^{{}}|]*)\|(?P<many>[^{{}}|]*)"
    rf"|(?P<form>a|times)/(?P<shaped>{_NAME})|(?P<counted>{_NAME}):(?P<noun>[^{{}}]+|\{{{_NAME}\}})"
    rf"|(?P<name>{_NAME}))\}}|(?P<open>⟦)|(?P<close>⟧)"
)
_UNIT = re.compile(
    r"\s?(?:%|×|x\b|times (?:faster|slower|more|less)|percent|per cent|"
    r"[munµkMGT]?s\b|[kMGT]i?B\b|[kMGT]?B/s|[MGT]b/s|[GTP]?FLOP|tokens?/s|W\b|J\b|GB|ms)"
)


def read_plans(text: str) -> tuple[Plan, ...]:
    """Plans of a file, in its order.

    Raises
    ------
    PlanError
    """
    plans: list[Plan] = []
    pieces = _RULE.split(text)
    for rule, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if not re.fullmatch(r"TK\d(?:\d\d|xx)|[A-Z]+", rule):
            raise PlanError(f"{rule}: neither a rule, a family, nor a part")
        if any(p.rule == rule for p in plans):
            raise PlanError(f"{rule}: stands there twice")
        parts = _PLAN.split(body)
        if parts[0].strip():
            raise PlanError(f"{rule}: text before its first plan")
        for head, words in zip(parts[1::2], parts[2::2], strict=True):
            plan = _plan(rule, head, words)
            if any(p.id == plan.id for p in plans):
                raise PlanError(f"{plan.id}: stands there twice")
            plans.append(plan)
    if not plans:
        raise PlanError("no plan")
    return tuple(plans)


def _plan(rule: str, head: str, words: str) -> Plan:
    match = _HEAD.fullmatch(head)
    if match is None:
        raise PlanError(f"{rule} {head}: not a letter, its verdicts and a note")
    letter, verdicts = match["letter"], tuple(match["verdicts"].split())
    where = f"{rule} {letter}"
    for verdict in verdicts:
        if verdict not in VERDICTS:
            raise PlanError(f"{where}: no verdict {verdict!r}")
    lines = [line.strip() for line in words.strip().splitlines()]
    say = " ".join(line for line in lines if line and not line.startswith(">"))
    then = " ".join(line[1:].strip() for line in lines if line.startswith(">"))
    plan = Plan(rule, letter, verdicts, match["when"] or "", say, then)
    try:
        _check(plan)
    except PlanError as error:
        raise PlanError(f"{where}: {error}") from error
    return plan


def _check(plan: Plan) -> None:
    if not plan.say:
        raise PlanError("says nothing")
    for nodes in (plan.said, plan.repair):
        _no_unit_behind_a_slot(nodes)
    say, then = _bare(plan.said).rstrip(), _bare(plan.repair).rstrip()
    step = plan.letter[0] == "W" and plan.rule != "WALK"
    ruled = plan.rule.startswith("TK") and not step and plan.letter != "N"
    if ruled and "open" in plan.verdicts and not say.endswith("?"):
        raise PlanError("what is open ends in a question")
    if step and "?" in say:
        raise PlanError("a step of a walk-through asks nothing")
    if ruled and not plan.then:
        raise PlanError("an attack without its repair")
    if then and plan.rule != "GAP" and ("?" in then or not then.endswith(".")):
        raise PlanError("a repair ends in a full stop and asks nothing")
    if plan.letter == "N" and say.endswith((".", "?")):
        raise PlanError("a need is a clause, without a full stop")


def _bare(nodes: tuple[Node, ...]) -> str:
    """A template's own words, a letter for each slot."""
    return "".join(
        n.text if isinstance(n, Words) else n.one if isinstance(n, Either) else _bare(n.parts) if isinstance(n, Optional) else "x"
        for n in nodes
    )  # fmt: skip


def parse(text: str) -> tuple[Node, ...]:
    """A template, read.

    Raises
    ------
    PlanError
    """
    stack: list[list[Node]] = [[]]
    at = 0

    def plain(upto: int) -> None:
        words = text[at:upto]
        if re.search(r"[{}]", words):
            raise PlanError(f"not a slot: {words.strip()!r}")
        if words:
            stack[-1].append(Words(words))

    for token in _TOKEN.finditer(text):
        plain(token.start())
        at = token.end()
        if token["open"]:
            if len(stack) > 1:
                raise PlanError("one optional clause inside another")
            stack.append([])
        elif token["close"]:
            if len(stack) == 1:
                raise PlanError("an optional clause that was not opened")
            inner = tuple(stack.pop())
            if not any(isinstance(n, Slot | Either) for n in inner):
                raise PlanError("an optional clause without a slot")
            stack[-1].append(Optional(inner))
        elif token["either"]:
            stack[-1].append(Either(token["either"], token["one"], token["many"]))
        elif token["shaped"]:
            stack[-1].append(Slot(token["shaped"], token["form"]))
        elif token["counted"]:
            stack[-1].append(Slot(token["counted"], "count", token["noun"]))
        else:
            stack[-1].append(Slot(token["name"]))
    plain(len(text))
    if len(stack) > 1:
        raise PlanError("an optional clause that is not closed")
    return tuple(stack[0])


def slots(nodes: tuple[Node, ...], *, required: bool = False) -> Iterator[str]:
    """Names of the slots of a template; ``required`` leaves out those of optional clauses."""
    for node in nodes:
        if isinstance(node, Slot | Either):
            yield node.name
        elif isinstance(node, Optional) and not required:
            yield from slots(node.parts)


def _no_unit_behind_a_slot(nodes: tuple[Node, ...]) -> None:
    """A slot carries its unit: another one behind it would be printed twice."""
    for before, after in pairwise(nodes):
        if isinstance(before, Slot) and before.form in ("", "a") and isinstance(after, Words):
            found = _UNIT.match(after.text)
            if found:
                raise PlanError(f"the unit {found.group().strip()!r} behind {{{before.name}}}")
    for node in nodes:
        if isinstance(node, Optional):
            _no_unit_behind_a_slot(node.parts)


__all__ = ["VERDICTS", "Either", "Node", "Optional", "Plan", "PlanError", "Slot", "Words", "parse", "read_plans", "slots"]  # fmt: skip
