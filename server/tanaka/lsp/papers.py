"""Which paper a document belongs to, and bringing that paper's files to the analysis.

Looked for from the document outwards: ``% !TeX root``, ``tanaka.toml``, a file with a document
class in the same folder or one above that inputs it, at last anywhere below the workspace folder.
A document that none of these reaches is a paper of its own.

With a paper come its bibliographies and the project's own knowledge; its baseline comes after
that, since a PDF takes a process and a second.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tanaka.analysis import AnalysisHost, Change
from tanaka.analysis.baseline import candidates, is_pdf
from tanaka.analysis.config import read_config
from tanaka.lsp.files import SUFFIXES, Files, Unreadable, ancestors
from tanaka.text import DocId, folder, relative, resolve

SETTINGS = "tanaka.toml"
KNOWLEDGE = ".tanaka/knowledge"
_ROUNDS = 64  # \input in an \input ...; each round reads one level


class Papers:
    """Keeps the texts of papers that have an open document in the analysis."""

    def __init__(self, host: AnalysisHost, files: Files) -> None:
        self._host = host
        self._files = files
        self._tried: set[DocId] = set()
        self._listed: set[DocId] = set()
        self._given: dict[DocId, DocId] = {}
        self._unread: dict[DocId, str] = {}
        self._problems: dict[DocId, str] = {}
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
        """Read what the paper of a document needs and is not there yet, but for its baseline."""
        if doc.endswith(".bib"):
            return  # it belongs to the papers that name it, and is no paper
        await self._find(doc)
        root = self.root(doc)
        if root is not None:
            await self._read(self._host.snapshot().project(root).bibliographies)
            await self._list(resolve(folder(root), KNOWLEDGE), suffixes=(".toml",))

    async def _find(self, doc: DocId) -> None:
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

    # -- the baseline ---------------------------------------------------------------------------
    def choose(self, root: DocId, baseline: DocId | None) -> None:
        """Take the author's choice of a baseline; None takes it back."""
        if baseline is None:
            self._given.pop(root, None)
        else:
            self._given[root] = baseline
        self._host.apply(Change(baselines={root: baseline}))

    def problem(self, root: DocId) -> str | None:
        """Why a paper is not read against the baseline that it names, in a sentence."""
        return self._problems.get(root)

    async def accompany(self, root: DocId) -> bool:
        """Read the baseline of a paper, the first candidate that is there; whether it is new.

        One that is there and cannot be read is a problem, and no other takes its place: a delta
        against a paper that the author did not mean would look like one.
        """
        before = self.files_read
        config = self._host.snapshot().config_of(root)
        given = self._given.get(root)
        named = [given] if given else [doc for doc, _ in candidates(root, config)]
        problem: str | None = None
        for doc in named:
            if await self._bring(doc):
                problem = self._unread.get(doc)
                break
        else:
            if given or config.baseline:
                problem = f"The baseline {relative(named[0], folder(root))} is not there."
        if problem is None:
            self._problems.pop(root, None)
        else:
            self._problems[root] = problem
        for _ in range(_ROUNDS):
            found = self._host.snapshot().baseline_root(root)
            if found is None or not await self._read(
                self._host.snapshot().project(found[0]).missing
            ):
                break
        return self.files_read > before

    async def _bring(self, doc: DocId) -> bool:
        """Whether a baseline is there under a name: a PDF, a LaTeX file, or a folder of them."""
        if is_pdf(doc):
            if doc not in self._tried:
                self._tried.add(doc)
                await self._read_pdf(doc)
            return doc in self._unread or doc in self._host.snapshot().texts
        if doc.endswith(SUFFIXES):
            await self._read([doc])
            return doc in self._host.snapshot().texts
        await self._list(doc)
        return any(known.startswith(f"{doc}/") for known in self._host.snapshot().texts)

    async def _read_pdf(self, doc: DocId) -> None:
        self._unread.pop(doc, None)
        text: str | None = None
        try:
            data = await self._files.read_bytes(doc)
            if data is not None:
                # Here and not above: most papers have no PDF beside them.
                from tanaka.children.pdf import PdfText, read_pdf_async

                read = await read_pdf_async(data)
                text = read.text if isinstance(read, PdfText) else None
                notes = read.notes if isinstance(read, PdfText) else (read.message,)
                if notes:
                    self._unread[doc] = f"{doc.rpartition('/')[2]}: {'; '.join(notes)}."
        except Unreadable as why:
            self._unread[doc] = str(why)
        if text != self._host.snapshot().texts.get(doc):
            self._host.apply(Change({doc: text}))
            self.files_read += 1

    # -- what changes outside of the editor -----------------------------------------------------
    def concerns(self, doc: DocId) -> bool:
        """Whether a file that changed on disk may matter: a build writes PDFs all the time."""
        return (
            doc.endswith((*SUFFIXES, "/" + SETTINGS))
            or f"/{KNOWLEDGE}/" in doc
            or doc in self._tried
            or doc in self._host.snapshot().texts
        )

    async def refresh(self, docs: Collection[DocId], is_open: Collection[DocId]) -> None:
        """Read again files that have changed on disk; those that are open are the editor's.

        A PDF keeps its text until `accompany` has read it again.
        """
        texts: dict[DocId, str | None] = {}
        for doc in docs:
            if doc not in is_open and not is_pdf(doc):
                texts[doc] = await self._files.read(doc)
        self._tried -= set(docs)
        self._listed.clear()
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

    async def _list(self, top: DocId, *, suffixes: tuple[str, ...] = SUFFIXES) -> None:
        """Read all files below a folder, which is listed once until something changes."""
        if top not in self._listed:
            self._listed.add(top)
            await self._read(await self._files.list(top, recursive=True, suffixes=suffixes))

    async def _respelled(self, doc: DocId) -> tuple[DocId, str | None]:
        """The one file whose name differs in nothing but case: macOS and Windows find it too."""
        beside = await self._files.list(DocId(folder(doc)), recursive=False)
        alike = [d for d in beside if d.casefold() == doc.casefold()]
        if len(alike) != 1 or alike[0] in self._host.snapshot().texts:
            return doc, None
        return alike[0], await self._files.read(alike[0])


def _may_be_alone(doc: DocId) -> bool:
    return doc.endswith(SUFFIXES) or "." not in doc.rpartition("/")[2]
