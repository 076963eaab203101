"""One client's session: its documents, the analysis of their papers, and what it is shown.

Everything mutable belongs to the event loop.  Writes (open, change, close) are synchronous; what
reads files is awaited; what is shown is decided by `tanaka.lsp.hold`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import Collection, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lsprotocol import types

from tanaka.analysis import Analysis, AnalysisHost, Change, Located, Report
from tanaka.lsp import ext, to_proto
from tanaka.lsp.documents import Buffer, Names
from tanaka.lsp.files import Files
from tanaka.lsp.hold import Hold, Shown
from tanaka.lsp.papers import SETTINGS, Papers
from tanaka.lsp.positions import Encoding, offset
from tanaka.records import dataclass
from tanaka.rules.api import Finding
from tanaka.text import DocId, LineIndex, Span, folder, relative, resolve
from tanaka.views.diagnostics import diagnostic

if TYPE_CHECKING:
    from tanaka.analysis.twists import Offer

log = logging.getLogger(__name__)

_NAMED = re.compile(r'^[ \t]*(?P<key>root|baseline)[ \t]*=[ \t]*"(?P<name>[^"\n]+)"', re.M)
_SLICE = 0.005  # [s]: what a keystroke may wait for
_SETTLE = 0.06  # [s]: pause after an edit before the rules of the whole paper run
_TYPING = 0.5  # [s]: since the last key, for as long as the author is taken to type
_TURN = 0.001  # [s]: what then is read at once, and what is left to others behind it
_KEPT = 2000  # diagnostics, by finding
_FIRST_LOOK = 0.02  # [s]: of reading a paper that was just opened, before its first findings show


class Client(Protocol):
    """What a session says to its client, and asks of it."""

    def publish(self, params: types.PublishDiagnosticsParams) -> None:
        """Show the findings of one document."""

    def status(self, status: ext.Status) -> None:
        """Show the state of a paper."""

    def log(self, message: str) -> None:
        """One line for the output channel."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A document of a paper as a request finds it: the report, and the offset asked about."""

    report: Report
    doc: DocId
    offset: int


class Moment:
    """What positions are counted on at one moment (`to_proto.Ground`).

    A review is made while the author types on: its places and edits are those of the texts that
    it was made of, and carry their versions, so that no editor applies them to others.
    """

    def __init__(
        self, names: Names, encoding: Encoding, texts: Mapping[DocId, str],
        versions: Mapping[DocId, int],
    ) -> None:  # fmt: skip
        self.encoding = encoding
        self._names = names
        self._texts = texts
        self._versions = versions
        self._lines: dict[DocId, LineIndex] = {}

    def uri(self, doc: DocId) -> str:
        """URI of a document, as the client spells it."""
        return self._names.uri(doc)

    def lines(self, doc: DocId) -> LineIndex:
        """Lines of a document's text; one that was unknown has none."""
        if doc not in self._lines:
            self._lines[doc] = LineIndex(self._texts.get(doc, ""))
        return self._lines[doc]

    def version(self, doc: DocId) -> int | None:
        """Version that the editor had open."""
        return self._versions.get(doc)


class Modified(Exception):
    """The document was edited while its paper was read: the position asked about is gone."""


class Session:
    """State between messages; the handlers read it, and nothing below this package sees it."""

    def __init__(
        self, client: Client, files: Files, names: Names, *,
        encoding: Encoding, wants: to_proto.Wants, options: ext.Options,
    ) -> None:  # fmt: skip
        self.encoding = encoding
        self.wants = wants
        self.theme = options.theme
        self.code_lens = options.code_lens
        self.mark_checked = options.mark_checked
        self.show_peaks = options.show_peaks
        self.command_links = options.command_links
        self.host = AnalysisHost()
        self._client = client
        self._names = names
        self._buffers: dict[DocId, Buffer] = {}
        self._papers = Papers(self.host, files)
        self._hold = Hold(options.diagnostics_delay / 1000)
        self._loads: dict[DocId, asyncio.Task[None]] = {}
        self._besides: dict[DocId, asyncio.Task[None]] = {}
        self._beside_again: set[DocId] = set()
        self._publishing: asyncio.Task[None] | None = None
        self._left = False
        self._warming: set[DocId] = set()
        self._typed: set[DocId] = set()
        self._last_key = float("-inf")
        self._made: dict[int, tuple[Finding, object, types.Diagnostic]] = {}
        self._shapes: dict[DocId, object] = {}
        self._sent: dict[DocId, list[types.Diagnostic]] = {}
        self._edited: set[DocId] = set()
        self._said: set[str] = set()
        self._offered: tuple[Report, tuple[Offer, ...]] | None = None
        self._closed_lines: dict[DocId, tuple[str, LineIndex]] = {}
        for root, baseline in options.baselines:
            self._papers.choose(names.doc(root), DocId(names.doc(baseline).rstrip("/")))

    # -- what positions are counted on (`to_proto.Ground`) --------------------------------------
    def uri(self, doc: DocId) -> str:
        """URI of a document, as the client spells it."""
        return self._names.uri(doc)

    def lines(self, doc: DocId) -> LineIndex:
        """Lines of a document's text; one that is unknown has none."""
        buffer = self._buffers.get(doc)
        if buffer is not None:
            return buffer.lines
        text = self.host.snapshot().texts.get(doc, "")
        known = self._closed_lines.get(doc)
        if known is None or known[0] != text:
            known = self._closed_lines[doc] = (text, LineIndex(text))
        return known[1]

    def version(self, doc: DocId) -> int | None:
        """Version that the editor has open."""
        buffer = self._buffers.get(doc)
        return None if buffer is None else buffer.version

    def moment(self) -> Moment:
        """The texts and versions as they are now, for an answer that takes its time."""
        versions = {doc: buffer.version for doc, buffer in self._buffers.items()}
        return Moment(self._names, self.encoding, self.host.snapshot().texts, versions)

    # -- settings -------------------------------------------------------------------------------
    def set_folders(self, uris: Sequence[str]) -> None:
        """Workspace folders: how far outwards a root is looked for."""
        self._papers.tops = [DocId(self._names.doc(u).rstrip("/")) for u in uris]

    def set_delay(self, milliseconds: int) -> None:
        """Pause after the last edit before a new finding appears in its block."""
        self._hold.delay = milliseconds / 1000

    # -- writes ---------------------------------------------------------------------------------
    def opened(self, uri: str, text: str, version: int) -> None:
        """Take a document over from the disk."""
        doc = self._names.doc(uri)
        self._buffers[doc] = Buffer(text, version)
        self._edited.add(doc)
        self.host.apply(Change({doc: text}))
        self._load(doc, is_new=True)

    def changed(
        self, uri: str, changes: Sequence[types.TextDocumentContentChangeEvent], version: int
    ) -> None:
        """Take edits in; findings that no longer hold go at once."""
        doc = self._names.doc(uri)
        buffer = self._buffers.get(doc)
        if buffer is None:
            return
        behind = buffer.change(changes, version, self.encoding)
        self._hold.edited(doc, behind, asyncio.get_running_loop().time())
        self._edited.add(doc)
        self.host.apply(Change({doc: buffer.text}))
        self._typed |= self._warming
        self._last_key = asyncio.get_running_loop().time()
        shape = self._shape(doc)
        if shape is not None and self._shapes.get(doc) == shape:
            self._publish_soon()
        else:
            self._load(doc, is_new=False)  # an \input was typed

    def closed(self, uri: str) -> None:
        """Give a document back to the disk; unsaved edits are dropped."""
        doc = self._names.doc(uri)
        if self._buffers.pop(doc, None) is None:
            return
        self._hold.forget(doc)
        self._reload([doc])

    def files_changed(self, uris: Sequence[str]) -> None:
        """Files were made, changed or deleted on disk."""
        # A client that watches by itself and by our wish tells of each file twice.
        docs = dict.fromkeys(self._names.doc(u) for u in uris)
        if wanted := [d for d in docs if self._papers.concerns(d)]:
            self._reload(wanted)

    async def choose_baseline(self, uri: str, baseline: str | None) -> None:
        """Read the paper of a document against what its author chose; None: as it is set."""
        found = await self.asked(uri)
        if found is None:
            return
        root = found.report.root
        chosen = None if baseline is None else DocId(self._names.doc(baseline).rstrip("/"))
        self._papers.choose(root, chosen)
        await self._accompanied(root)
        self._publish_soon()

    def leave(self) -> None:
        """Stop what is under way, and show nothing more: who listened is gone."""
        self._left = True
        under_way = (self._publishing, *self._loads.values(), *self._besides.values())
        for task in under_way:
            if task is not None:
                task.cancel()

    # -- reads ----------------------------------------------------------------------------------
    async def asked(
        self, uri: str, at: types.Position | None = None, *, beside_baseline: bool = False
    ) -> Asked | None:
        """The report of a document's paper; None where it is part of none.

        ``beside_baseline`` waits until its baseline has been read too.

        Raises
        ------
        Modified
            If the document was edited meanwhile.
        """
        doc = self._names.doc(uri)
        before = self.version(doc)
        loading = self._loads.get(doc)
        if loading is not None:
            await asyncio.shield(loading)
        elif doc not in self._buffers and doc not in self.host.snapshot().texts:
            await self._papers.refresh([doc], ())
            await self._papers.load(doc)
        if beside_baseline and (whose := self._papers.root(doc)) is not None:
            await self._accompanied(whose)
        if at is not None and self.version(doc) != before:
            raise Modified
        root = self._papers.root(doc)
        report = None if root is None else self.host.snapshot().report(root)
        if report is None or doc not in report.files:
            return None
        return Asked(report, doc, 0 if at is None else offset(self.lines(doc), at, self.encoding))

    def baseline_of(self, report: Report) -> ext.BaselineStatus | None:
        """What a paper is read against."""
        used = report.baseline
        return None if used is None else {
            "uri": self.uri(used.root),
            "name": relative(used.root, folder(report.root)),
            "chosen": str(used.chosen),
        }  # fmt: skip

    def offers(self, report: Report) -> tuple[Offer, ...]:
        """Twists that fit a paper; an editor asks at each movement of the caret."""
        from tanaka.analysis.twists import offers

        if self._offered is None or self._offered[0] is not report:
            self._offered = (report, offers(report))
        return self._offered[1]

    def settings_of(self, report: Report) -> tuple[DocId, str] | None:
        """A paper's ``tanaka.toml`` with its text; None where it has none."""
        doc = resolve(folder(report.root), SETTINGS)
        text = self.host.snapshot().texts.get(doc)
        return None if text is None else (doc, text)

    def settings_links(self, uri: str) -> list[tuple[Span, DocId, str]]:
        """Names in an open ``tanaka.toml``, the documents that they mean, and words for each."""
        doc = self._names.doc(uri)
        buffer = self._buffers.get(doc)
        if buffer is None or doc.rpartition("/")[2] != SETTINGS:
            return []
        found = []
        analysis = self.host.snapshot()
        for match in _NAMED.finditer(buffer.text):
            root = next((r for r in analysis.roots() if folder(r) == folder(doc)), None)
            baseline = None if root is None else analysis.baseline_root(root)
            is_root = match["key"] == "root"
            target = root if is_root else baseline[0] if baseline else None
            if target is not None:
                words = "Open the paper" if is_root else "Open the baseline"
                found.append((Span(doc, match.start("name"), match.end("name")), target, words))
        return found

    # -- loading --------------------------------------------------------------------------------
    def _shape(self, doc: DocId) -> object:
        """What decides which files a document's paper is made of; None where it has none."""
        if doc.rpartition("/")[2] == SETTINGS:
            return None
        analysis = self.host.snapshot()
        root = self._papers.root(doc)
        return (
            None if root is None else (root, analysis.magic_root(doc), analysis.project(root).shape)
        )

    def _load(self, doc: DocId, *, is_new: bool) -> None:
        running = self._loads.get(doc)
        if running is None or running.done():
            self._loads[doc] = self._start(self._load_now(doc, is_new=is_new))
        else:
            self._publish_soon()

    async def _load_now(self, doc: DocId, *, is_new: bool) -> None:
        root: DocId | None = None
        try:
            before = self._papers.files_read
            await self._papers.load(doc)
            root = self._papers.root(doc)
            if root is not None:
                if is_new or self._papers.files_read > before:
                    await self._warm(root)
                self._accompany(root)
        finally:
            self._loads.pop(doc, None)
            if root is not None and (shape := self._shape(doc)) is not None:
                self._shapes[doc] = shape
            self._publish_soon()

    def _accompany(self, root: DocId) -> asyncio.Task[None]:
        """Read a paper's baseline beside everything else; once more where it is under way."""
        running = self._besides.get(root)
        if running is not None and not running.done():
            self._beside_again.add(root)
            return running
        task = self._besides[root] = self._start(self._accompany_now(root))
        return task

    async def _accompanied(self, root: DocId) -> None:
        # Waited for, and no more: what it raises is logged once, and the request is answered without.
        await asyncio.wait([self._accompany(root)])

    async def _accompany_now(self, root: DocId) -> None:
        while True:
            self._beside_again.discard(root)
            before = self._papers.problem(root)
            is_new = await self._papers.accompany(root)
            found = self.host.snapshot().baseline_root(root)
            if is_new and found is not None:
                await self._warm(found[0])
            if is_new or self._papers.problem(root) != before:
                self._publish_soon()
            if root not in self._beside_again:
                return

    async def _warm(self, root: DocId) -> None:
        """Read a paper that is not read yet in slices, so that requests are answered between.

        What is found on the way is shown, from the top: a long paper takes seconds.
        """
        if root in self._warming:
            return
        self._warming.add(root)
        loop = asyncio.get_running_loop()
        try:
            look = loop.time() + _FIRST_LOOK
            while not await self._read_through(root, self.host.snapshot(), look):
                look = loop.time()  # an edit: what was read by then is judged anew at once
        finally:
            self._warming.discard(root)
        # What was read stays: the collector need not walk over it again.
        gc.collect(1)
        gc.freeze()

    async def _read_through(self, root: DocId, snapshot: Analysis, look: float) -> bool:
        """Read a paper to its end, and show what is found from a time on; False where it is edited."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _SLICE
        fresh = False
        for read, found in snapshot.warm(root):
            fresh |= read
            now = loop.time()
            # Behind an edit, what was read before is passed by until the stretch under it is whole.
            whole = fresh and not read
            typed = root in self._typed
            if now <= until and not (typed and whole):
                continue
            if now > look and (whole or not typed):
                self._typed.discard(root)
                self._show({root: found()}, now)
                look = loop.time() + max(4 * (loop.time() - now), 2 * _FIRST_LOOK)
            # While the author types the thread that hears the editor gets its turn too.
            typing = loop.time() - self._last_key < _TYPING
            await asyncio.sleep(_TURN if typing else 0)
            if snapshot is not self.host.snapshot():
                return False
            until = loop.time() + (_TURN if typing else _SLICE)
        return snapshot is self.host.snapshot()

    def _reload(self, docs: Collection[DocId]) -> None:
        self._start(self._reload_now(docs))

    async def _reload_now(self, docs: Collection[DocId]) -> None:
        await self._papers.refresh(docs, self._buffers)
        for doc in tuple(self._buffers):
            await self._papers.load(doc)
        for root in self.roots():
            self._accompany(root)
        self._publish_soon()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._report_failure)
        return task

    def _report_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Reading a paper failed", exc_info=error)
            self._client.log(f"Reading a paper failed: {type(error).__name__}: {error}")

    # -- showing --------------------------------------------------------------------------------
    def _publish_soon(self) -> None:
        """Publish once what is queued has been taken in; never two at a time."""
        if self._publishing is not None:
            self._publishing.cancel()
        if self._left:
            return
        self._publishing = self._start(self._publish_when_due())

    async def _publish_when_due(self) -> None:
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        due = self._publish(loop.time(), settle=False)
        while due is not None:
            await asyncio.sleep(max(0.0, due - loop.time()) + 0.001)
            due = self._publish(loop.time(), settle=True)

    def roots(self) -> tuple[DocId, ...]:
        """Roots of the papers that have an open document, in order of opening."""
        found = (self._papers.root(doc) for doc in self._buffers)
        return tuple(dict.fromkeys(root for root in found if root is not None))

    def _publish(self, now: float, *, settle: bool) -> float | None:
        """Show what is found now; when there is more to show [s], or None.

        An edit is judged where it stands at once; the rules of the whole paper follow when the
        author pauses (``settle``).
        """
        snapshot = self.host.snapshot()
        roots = [root for root in self.roots() if root not in self._warming]
        if settle:
            reports = [snapshot.report(root) for root in roots]
            return self._show({r.root: r.findings for r in reports}, now, reports)
        due = self._show({root: snapshot.glance(root) for root in roots}, now)
        return now + _SETTLE if due is None else min(due, now + _SETTLE)

    def _show(
        self, located: Mapping[DocId, Sequence[Located]], now: float, reports: Sequence[Report] = ()
    ) -> float | None:
        """Publish the findings of papers, by root; when more is due [s], or None."""
        texts = self.host.snapshot().texts
        found: dict[DocId, dict[tuple[int, int, str], Shown]] = {}
        for root, findings in located.items():
            for doc in self.host.snapshot().project(root).files:
                found.setdefault(doc, {})
            for item in findings:
                span = item.span
                words = texts[span.doc][span.start : span.end]
                # A file that two papers input is shown once.
                found.setdefault(span.doc, {}).setdefault(
                    (span.start, span.end, item.finding.code), Shown(item, words)
                )
        visible, due = self._hold.take({d: items.values() for d, items in found.items()}, now)
        gone = [] if self._warming else [d for d in self._sent if d not in visible]
        for doc in gone:
            self._hold.gone(doc)
        for doc in [*visible, *gone]:
            self._send(doc, [self._diagnostic(shown.item) for shown in visible.get(doc, ())])
        self._edited -= found.keys()
        for report in reports:
            self._tell(report, visible)
        if len(self._made) > 2 * _KEPT:
            self._made = dict(list(self._made.items())[-_KEPT:])
        return due

    def _diagnostic(self, item: Located) -> types.Diagnostic:
        """What the editor is told of a finding; made once for each place that it has stood in."""
        spans = (item.span, *(span for span, _ in item.related))
        at = tuple(
            (span.doc, self.lines(span.doc).line_col(span.start), span.end - span.start)
            for span in spans
        )
        kept = self._made.get(id(item.finding))
        if kept is None or kept[0] is not item.finding or kept[1] != at:
            made = to_proto.diagnostic(diagnostic(item), self, self.wants)
            kept = self._made[id(item.finding)] = (item.finding, at, made)
        return kept[2]

    def _send(self, doc: DocId, found: list[types.Diagnostic]) -> None:
        """Publish where something is new, or where an edit may have moved the editor's marks."""
        before = self._sent.get(doc)
        if found == (before or []) and doc not in self._edited:
            return
        if found or doc in self._buffers:
            self._sent[doc] = found
        else:
            self._sent.pop(doc, None)
        self._client.publish(
            types.PublishDiagnosticsParams(self.uri(doc), found, self.version(doc))
        )

    def _tell(self, report: Report, visible: dict[DocId, tuple[Shown, ...]]) -> None:
        severities = [
            s.item.finding.verdict.severity for doc in report.files for s in visible.get(doc, ())
        ]
        c = report.coverage
        lines = [*report.failures, *report.problems]
        if (problem := self._papers.problem(report.root)) is not None:
            lines.append(problem)
        missing = [relative(d, folder(report.root)) for d in report.missing]
        if missing:
            lines.append(f"not found: {', '.join(missing[:4])}{', ...' if missing[4:] else ''}")
        for line in lines:
            if line not in self._said:
                self._said.add(line)
                self._client.log(line)
        status: ext.Status = {
            "uri": self.uri(report.root),
            "root": relative(report.root, folder(report.root)),
            "tally": {
                "impossible": severities.count("error"),
                "implausible": severities.count("warning"),
                "open": severities.count("information"),
            },
            "coverage": {
                "quantities": c.quantities, "read": c.read, "bound": c.bound,
                "checked": c.checked, "consistent": c.consistent,
            },
            "note": lines[0] if lines else None,
            "baseline": self.baseline_of(report),
        }  # fmt: skip
        # Sent even where no count has changed: the panel asks for its review anew at each.
        self._client.status(status)
