"""Which paper a document belongs to, and bringing that paper's files to the analysis.

Looked for from the document outwards: ``% !TeX root``, ``tanaka.toml``, a file with a document
class in the same folder or one above that inputs it, at last anywhere below the workspace folder.
A document that none of these reaches is a paper of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tanaka.analysis import AnalysisHost, Change
from tanaka.analysis.config import read_config
from tanaka.lsp.files import SUFFIXES, Files, ancestors
from tanaka.text import DocId, folder, resolve

SETTINGS = "tanaka.toml"
_ROUNDS = 64  # \input in an \input ...; each round reads one level


class Papers:
    """Keeps the texts of papers that have an open document in the analysis."""

    def __init__(self, host: AnalysisHost, files: Files) -> None:
        self._host = host
        self._files = files
        self._tried: set[DocId] = set()
        self.files_read = 0
        """How many files have been brought in so far."""
        self.tops: Sequence[DocId] = ()
        """Workspace folders."""

    def root(self, doc: DocId) -> DocId | None:
        """Root of the paper of a document that was loaded; None where it is part of none."""
        analysis = self._host.snapshot()
        found = analysis.root_of(doc)
        if found is None and doc in analysis.texts and _may_be_alone(doc):
            return doc
        return found

    async def load(self, doc: DocId) -> None:
        """Read what the paper of a document needs and is not there yet."""
        magic = self._host.snapshot().magic_root(doc)
        if magic is not None:
            await self._read([magic])
        if await self._settled(doc):
            return
        top = self._top(doc)
        for above in ancestors(doc, top):
            settings = resolve(above, SETTINGS)
            await self._read([settings])
            named = read_config(self._host.snapshot().texts.get(settings)).root
            await self._read([resolve(above, named)] if named else [])
            if await self._settled(doc):
                return
            await self._read(await self._files.list(above, recursive=False))
            if await self._settled(doc):
                return
        if top is not None:
            await self._read(await self._files.list(top, recursive=True))
            await self._settled(doc)

    async def refresh(self, docs: Collection[DocId], is_open: Collection[DocId]) -> None:
        """Read again files that have changed on disk; those that are open are the editor's."""
        texts: dict[DocId, str | None] = {}
        for doc in docs:
            if doc not in is_open:
                texts[doc] = await self._files.read(doc)
        self._tried -= set(docs)
        if texts:
            self._host.apply(Change(texts))

    async def complete(self, root: DocId) -> None:
        """Read what a root inputs, whatever that inputs, and the settings beside it."""
        await self._read([resolve(folder(root), SETTINGS)])
        for _ in range(_ROUNDS):
            missing = self._host.snapshot().project(root).missing
            if not await self._read(missing):
                return

    async def _settled(self, doc: DocId) -> bool:
        """Whether a root is known that inputs the document, after reading what roots input."""
        for root in self._host.snapshot().roots():
            await self.complete(root)
        return self._host.snapshot().root_of(doc) is not None

    def _top(self, doc: DocId) -> DocId | None:
        holding = [t for t in self.tops if doc.startswith(t.rstrip("/") + "/")]
        return max(holding, key=len, default=None)

    async def _read(self, docs: Collection[DocId]) -> bool:
        """Whether one of the files could be read; each is tried once until it changes."""
        found: dict[DocId, str | None] = {}
        for doc in docs:
            if doc in self._tried or doc in self._host.snapshot().texts:
                continue
            self._tried.add(doc)
            text = await self._files.read(doc)
            if text is None:
                doc, text = await self._respelled(doc)
            if text is not None:
                found[doc] = text
        if not found:
            return False
        self.files_read += len(found)
        # The editor may have opened one of them while it was read: its text is the newer one.
        newer = self._host.snapshot().texts
        self._host.apply(Change({d: t for d, t in found.items() if d not in newer}))
        return True

    async def _respelled(self, doc: DocId) -> tuple[DocId, str | None]:
        """The one file whose name differs in nothing but case: macOS and Windows find it too."""
        beside = await self._files.list(DocId(folder(doc)), recursive=False)
        alike = [d for d in beside if d.casefold() == doc.casefold()]
        if len(alike) != 1 or alike[0] in self._host.snapshot().texts:
            return doc, None
        return alike[0], await self._files.read(alike[0])


def _may_be_alone(doc: DocId) -> bool:
    return doc.endswith(SUFFIXES) or "." not in doc.rpartition("/")[2]
