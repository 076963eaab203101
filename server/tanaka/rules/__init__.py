"""Every rule, by hand, in order of code."""

from tanaka.rules.api import Rule

RULES: tuple[Rule, ...] = ()
