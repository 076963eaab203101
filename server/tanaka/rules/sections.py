"""Which section of a paper an experiment belongs to."""

from __future__ import annotations

import re

from tanaka.paper.model import Paper, SectionId


def evaluation(paper: Paper) -> SectionId | None:
    """The section with the results; None where no heading says so."""
    for section in paper.sections:
        if section.level == 1 and re.search(r"evaluation|experiment|results", section.title, re.I):
            return section.id
    return None
