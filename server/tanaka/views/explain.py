"""A rule's manual page, and the index of all."""

from __future__ import annotations

from collections.abc import Iterable

from tanaka.rules.api import Rule


def page(rule: Rule) -> str:
    """The page as Markdown: title, since when, and the rule's own manual."""
    return (
        f"# {rule.code} {rule.name}\n\nSince {rule.since}, {rule.status}.\n\n{rule.doc.strip()}\n"
    )


def index(rules: Iterable[Rule]) -> str:
    """One line a rule: its code, its name, and what it checks."""
    return "".join(f"{r.code}  {r.name:<34} {_first_sentence(r.doc)}\n" for r in rules)


def _first_sentence(doc: str) -> str:
    body = doc.partition("## What it checks")[2].strip()
    return " ".join(body.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".") + "."
