r"""The documents that the editor has open, and the names of those it has not.

The analysis names a document by its URI without percent-encoding, query and fragment, so that
``\input{my file}`` finds ``my%20file.tex``; here both spellings meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types

from tanaka.lsp.positions import Encoding, offset
from tanaka.text import DocId, LineIndex

# What a path may hold as it is; an editor's own spelling is used wherever it is known.
_SAFE = "/:@!$&'()*+,;=-._~"


class Names:
    """URIs as the client spells them, by document."""

    def __init__(self) -> None:
        self._uris: dict[DocId, str] = {}

    def doc(self, uri: str) -> DocId:
        """Document of a URI; its spelling is remembered."""
        bare = uri.partition("#")[0].partition("?")[0]
        doc = DocId(unquote(bare))
        self._uris.setdefault(doc, uri)
        return doc

    def uri(self, doc: DocId) -> str:
        """URI of a document: as the client spelled it, else made from its name.

        Some file systems (Overleaf's) carry the project in the query of every URI, so a made
        URI takes the query of the nearest one that is known.
        """
        known = self._uris.get(doc)
        if known is not None:
            return known
        made = quote(doc, safe=_SAFE)
        nearest = max(self._uris, key=lambda other: _shared(other, doc), default=None)
        if nearest is not None and _shared(nearest, doc) > doc.find("://") + 3:
            query = urlsplit(self._uris[nearest]).query
            return f"{made}?{query}" if query else made
        return made


def _shared(a: str, b: str) -> int:
    """Characters that two names have in common from the left."""
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))


class Buffer:
    """Text of one open document at one version."""

    __slots__ = ("_lines", "text", "version")

    def __init__(self, text: str, version: int) -> None:
        self.text = text
        self.version = version
        self._lines: LineIndex | None = None

    @property
    def lines(self) -> LineIndex:
        """Lines of the text."""
        if self._lines is None:
            self._lines = LineIndex(self.text)
        return self._lines

    def change(
        self,
        changes: Sequence[types.TextDocumentContentChangeEvent],
        version: int,
        encoding: Encoding,
    ) -> int:
        """Apply changes in their order; offset just behind the last one.

        The protocol knows three line ends; `LineIndex` cuts at those and at no other, where
        ``str.splitlines`` would also cut at form feeds and mirror another text than the editor's.
        """
        behind = 0
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start = offset(self.lines, change.range.start, encoding)
                end = max(start, offset(self.lines, change.range.end, encoding))
                lines = self.lines
                self.text = self.text[:start] + change.text + self.text[end:]
                self._lines = lines.edited(start, end, self.text)
                behind = start + len(change.text)
            else:
                self.text, behind = change.text, len(change.text)
                self._lines = None
        self.version = version
        return behind
