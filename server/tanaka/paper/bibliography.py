"""What a paper cites: the entries of its bibliography files, and the keys that its text uses."""

from __future__ import annotations

from dataclasses import dataclass

from tanaka.text import DocId


@dataclass(frozen=True, slots=True)
class Entry:
    r"""An entry of a ``.bib`` file, or a ``\bibitem``: what tells which work it is.

    ``words`` is its text without markup, for entries that have no fields.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    arxiv: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Bibliography:
    """Entries, cited keys, and the files that an entry may be added to.

    ``known`` is False where the paper names a bibliography that nobody could read: then nothing
    can be said to be missing from it.
    """

    entries: tuple[Entry, ...] = ()
    cited: frozenset[str] = frozenset()
    docs: tuple[DocId, ...] = ()
    known: bool = True
