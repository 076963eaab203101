"""``tanaka explain``: a rule's page, or the list of rules."""

from __future__ import annotations

import argparse

from tanaka.cli.files import Unreadable
from tanaka.rules.registry import RULES
from tanaka.views.explain import index, page


def explain(given: argparse.Namespace) -> int:
    """Print a page."""
    if not given.code:
        print(index(RULES), end="")
        return 0
    rule = next((r for r in RULES if given.code.upper() == r.code or given.code == r.name), None)
    if rule is None:
        raise Unreadable(f"{given.code}: no such rule; `tanaka explain` lists them")
    print(page(rule), end="")
    return 0
