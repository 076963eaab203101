"""Which document is the baseline paper: named, or found beside the root."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tanaka.analysis.config import Config
from tanaka.paper.model import Paper
from tanaka.paper.spans import SpanTable
from tanaka.records import dataclass
from tanaka.text import DocId, folder, resolve

FOUND = ("proposal_call.pdf", "baseline.pdf", "baseline")
"""Names that are looked for beside the root, in this order; the last is a folder."""


class Chosen(StrEnum):
    """Who chose the baseline."""

    GIVEN = "given"
    SETTINGS = "tanaka.toml"
    FOUND = "found beside the root"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The baseline paper as it was read.

    Attributes
    ----------
    root : DocId
    chosen : Chosen
    files : tuple of DocId
    texts : mapping of DocId to str
    paper : Paper
    spans : SpanTable
    title : str
        Of the paper, or the name of its file.
    """

    root: DocId
    chosen: Chosen
    files: tuple[DocId, ...]
    texts: Mapping[DocId, str]
    paper: Paper
    spans: SpanTable
    title: str


def candidates(root: DocId, config: Config) -> tuple[tuple[DocId, Chosen], ...]:
    """Documents and folders that can be the baseline of a root, the first that exists wins.

    A shell reads what it finds of them; a folder stands for the paper in it.
    """
    here = folder(root)
    if config.baseline:
        return ((resolve(here, config.baseline), Chosen.SETTINGS),)
    return tuple((resolve(here, name), Chosen.FOUND) for name in FOUND)


def is_pdf(doc: DocId) -> bool:
    """Whether a document's text was taken from a PDF."""
    return doc.lower().endswith(".pdf")
