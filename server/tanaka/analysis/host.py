"""One writer, immutable snapshots.

The host holds texts and caches; a snapshot answers queries about one revision of them.  Caches
are keyed by content, so an edit recomputes the blocks it touches and the rules whose facts it
changed, and an undo recomputes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tanaka.analysis.baseline import Baseline, Chosen, candidates, is_pdf
from tanaka.analysis.config import Config, read_config
from tanaka.analysis.locate import locate
from tanaka.analysis.report import Coverage, Report, Suppressed
from tanaka.analysis.runner import Verdicts, judge
from tanaka.analysis.suppression import Suppressions, read_suppressions
from tanaka.knowledge.catalog import KnowledgeError, knowledge, overlaid
from tanaka.knowledge.model import Knowledge
from tanaka.latex import blocks, macros
from tanaka.latex import project as projects
from tanaka.latex.source import Source, read_source
from tanaka.paper import references
from tanaka.paper.bibliography import Bibliography, Entry
from tanaka.paper.build import BlockFacts, File, build, cut_file, read_block
from tanaka.paper.delta import audit
from tanaka.paper.model import How, Paper, SpanTable
from tanaka.rules.api import Context
from tanaka.text import DocId, folder, relative, resolve

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Change:
    """Texts that are new or different; None takes a document away.

    ``baselines`` names the baseline's root for a paper's root, over what its settings say; None
    takes the choice back.  The text of a PDF is what `tanaka.ingest` made of it.
    """

    texts: Mapping[DocId, str | None] = field(default_factory=dict)
    baselines: Mapping[DocId, DocId | None] = field(default_factory=dict)


@dataclass(slots=True)
class Counts:
    """What has been computed so far: tests assert these, and no times."""

    blocks_read: int = 0
    files_cut: int = 0
    papers_built: int = 0
    rules_run: int = 0
    bibliographies_read: int = 0


class Memo:
    """Least recently used values by key, as many as weigh no more than a limit together."""

    def __init__(self, limit: int) -> None:
        self._limit, self._weight = limit, 0
        self._values: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable, make: Callable[[], V], weight: int = 1) -> V:
        """Value of a key, made on the first call."""
        found = self._values.get(key)
        if found is not None:
            self._values.move_to_end(key)
            return found[0]  # type: ignore[return-value]
        value = make()
        self._values[key] = (value, weight)
        self._weight += weight
        while self._weight > self._limit and len(self._values) > 1:
            self._weight -= self._values.popitem(last=False)[1][1]
        return value


_OVERLAY = ".tanaka/knowledge"


class AnalysisHost:
    """Holds the texts and the caches.  Synchronous; does no I/O."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._texts: dict[DocId, str] = {}
        self._baselines: dict[DocId, DocId] = {}
        self._sources = Memo(16_000_000)  # characters; each text is kept twice
        self._blocks = Memo(3_000_000)  # characters; a block weighs about a hundred times its text
        self._definitions = Memo(16_000_000)
        self._files = Memo(6_000_000)
        self._suppressions = Memo(64)
        self._entries = Memo(8_000_000)
        self._said = Memo(6_000_000)
        self._overlays = Memo(8)
        self._papers = Memo(16)
        self._verdicts = Memo(64)
        self._snapshot: Analysis | None = None

    def apply(self, change: Change) -> None:
        """Take texts in.  Nothing is computed until it is asked for."""
        for doc, text in change.texts.items():
            if text is None:
                self._texts.pop(doc, None)
            else:
                self._texts[doc] = text
        for root, chosen in change.baselines.items():
            if chosen is None:
                self._baselines.pop(root, None)
            else:
                self._baselines[root] = chosen
        self._snapshot = None

    def snapshot(self) -> Analysis:
        """The state as it is now; it never changes."""
        if self._snapshot is None:
            self._snapshot = Analysis(self, dict(self._texts), dict(self._baselines))
        return self._snapshot

    # -- memoised steps -----------------------------------------------------------------------
    def source(self, text: str) -> Source:
        """Visible text and comments of a file's text."""
        return self._sources.get(text, lambda: read_source(text), len(text) + 64)

    def block(self, text: str, used: tuple[macros.Macro, ...]) -> BlockFacts:
        """Facts of a block, by its text and the macros that it uses."""
        key = (text, tuple(m.key for m in used))

        def make() -> BlockFacts:
            self.counts.blocks_read += 1
            return read_block(text, used)

        return self._blocks.get(key, make, len(text) + 16)

    def has_read(self, text: str, used: tuple[macros.Macro, ...]) -> bool:
        """Whether a block's facts are at hand."""
        return (text, tuple(m.key for m in used)) in self._blocks

    def definitions(self, doc: DocId, source: Source) -> tuple[macros.Macro, ...]:
        """User macros that a file defines."""
        return self._definitions.get(
            (doc, source.text), lambda: tuple(macros.definitions(doc, source)), len(source.text)
        )

    def file(
        self,
        doc: DocId,
        source: Source,
        defined: tuple[macros.Macro, ...],
        table: Mapping[str, macros.Macro],
        known: Hashable,
    ) -> File:
        """A file cut and read; a function of its text and of the project's macros, ``known``."""

        def make() -> File:
            self.counts.files_cut += 1
            text = macros.without_definitions(source.visible, defined)
            return cut_file(doc, text, lambda t: self.block(t, macros.used(t, table)))

        return self._files.get((doc, source.text, known), make, len(source.text) + 64)

    def suppressions(self, source: Source) -> Suppressions:
        """Comments of a file that silence something."""
        return self._suppressions.get(source.text, lambda: read_suppressions(source))

    def entries(self, text: str, *, bib: bool) -> tuple[Entry, ...]:
        r"""Entries of a ``.bib`` text, or the ``\bibitem``s of another."""

        def make() -> tuple[Entry, ...]:
            self.counts.bibliographies_read += 1
            return references.read_bib(text) if bib else references.read_items(text)

        return self._entries.get((text, bib), make, len(text) + 64)

    def said(
        self,
        source: Source,
        file: File,
        table: Mapping[str, macros.Macro],
        known: Hashable,
        base: Knowledge,
    ) -> references.Said:
        """What a file says of works; a function of its text, the macros and the knowledge base."""
        return self._said.get(
            (source.text, known, base),
            lambda: references.read_file(source, (b.facts for b in file.blocks), table, base),
            len(source.text) + 64,
        )

    def knowledge(self, overlay: Mapping[str, str]) -> tuple[Knowledge, tuple[str, ...]]:
        """What is known of the field under a project's own records.

        The packaged records alone, and a sentence, where those cannot be used.
        """

        def make() -> tuple[Knowledge, tuple[str, ...]]:
            try:
                return overlaid(overlay), ()
            except KnowledgeError as error:
                return knowledge(), (f"{_OVERLAY}/{error}",)

        return self._overlays.get(tuple(sorted(overlay.items())), make)

    def verdicts(self, key: Hashable, make: Callable[[], Verdicts]) -> Verdicts:
        """Outcomes of the rules over a paper."""
        return self._verdicts.get(key, make)

    def paper(
        self, key: Hashable, make: Callable[[], tuple[Paper, SpanTable]]
    ) -> tuple[Paper, SpanTable]:
        """Paper and spans of a root at one revision."""
        return self._papers.get(key, make)


class Analysis:
    """A snapshot: queries over one revision."""

    def __init__(
        self, host: AnalysisHost, texts: Mapping[DocId, str], baselines: Mapping[DocId, DocId]
    ) -> None:
        self._host = host
        self.texts = texts
        self._baselines = baselines
        self._reports: dict[DocId, Report] = {}
        self._projects: dict[DocId, projects.Project] = {}
        self._roots: tuple[DocId, ...] | None = None
        self._folded: dict[str, list[DocId]] | None = None

    def _source(self, doc: DocId) -> Source | None:
        text = self.texts.get(doc)
        return None if text is None else self._host.source(text)

    def config_of(self, root: DocId) -> Config:
        """Settings beside a root."""
        return read_config(self.texts.get(resolve(folder(root), "tanaka.toml")))

    def roots(self) -> tuple[DocId, ...]:
        """Root files among the known texts, the likeliest first.

        What ``tanaka.toml`` names, what ``% !TeX root`` names, then files with a document class
        that lie in no baseline folder.
        """
        if self._roots is None:
            found = list(self.named_roots())
            sources = {
                d: s
                for d in self.texts
                if d.endswith((".tex", ".ltx")) and (s := self._source(d)) is not None
            }
            for doc in sources:
                magic = projects.magic_root(doc, sources[doc])
                if magic is not None and magic in self.texts:
                    found.append(magic)
            found += projects.candidates(sources, self._is_baseline)
            self._roots = tuple(dict.fromkeys(found))
        return self._roots

    def named_roots(self) -> tuple[DocId, ...]:
        """Roots that a ``tanaka.toml`` names."""
        found: list[DocId] = []
        for doc, text in self.texts.items():
            if doc.rpartition("/")[2] == "tanaka.toml":
                named = read_config(text).root
                if named and (root := resolve(folder(doc), named)) in self.texts:
                    found.append(root)
        return tuple(found)

    def magic_root(self, doc: DocId) -> DocId | None:
        """Root that a file's ``% !TeX root`` names."""
        source = self._source(doc)
        return None if source is None else projects.magic_root(doc, source)

    def _is_baseline(self, doc: DocId) -> bool:
        return "baseline" in doc.split("/")[:-1]

    def project(self, root: DocId) -> projects.Project:
        """Files of a paper in reading order."""
        if root not in self._projects:
            self._projects[root] = projects.assemble(root, self._source, self._respelled)
        return self._projects[root]

    def _respelled(self, doc: DocId) -> DocId | None:
        """The one document whose name is this one's but for upper and lower case."""
        if self._folded is None:
            self._folded = {}
            for known in self.texts:
                self._folded.setdefault(known.casefold(), []).append(known)
        found = self._folded.get(doc.casefold(), [])
        return found[0] if len(found) == 1 else None

    def root_of(self, doc: DocId) -> DocId | None:
        """Root of the paper that a document belongs to; None where no root inputs it."""
        for root in self.roots():
            files = self.project(root).files
            if doc in files or doc == resolve(folder(root), "tanaka.toml"):
                return root
        return None

    def report(self, root: DocId) -> Report:
        """Findings, coverage and the rest for one paper."""
        if root not in self._reports:
            self._reports[root] = self._report(root)
        return self._reports[root]

    def _report(self, root: DocId) -> Report:
        known, amiss = self._knowledge(root)
        parts, sources, paper, spans = self._paper(root, known)
        config = self.config_of(root)
        baseline = self.baseline(root)
        cited, entries = self._bibliography(parts, sources, known)
        other = baseline.paper if baseline is not None else None
        delta = audit(paper, other, known) if other is not None else None
        context = Context(
            paper, known, cited, other, baseline.title if baseline else "", delta, is_pdf(root)
        )
        judged = self._host.verdicts(
            (paper, config, other, known, cited, is_pdf(root)),
            lambda: judge(context, config, self._host.counts),
        )
        silenced = {d: self._host.suppressions(s) for d, s in sources.items()}
        texts = {d: s.text for d, s in sources.items()} | entries
        if baseline is not None:
            texts = {**baseline.texts, **texts}
        return _report(
            parts, sources, texts, paper, spans, judged, silenced, config, context, baseline, amiss
        )

    def _knowledge(self, root: DocId) -> tuple[Knowledge, tuple[str, ...]]:
        """The records that a root's folder overlays, and what is wrong with its own."""
        home = resolve(folder(root), _OVERLAY) + "/"
        own = {
            d.removeprefix(home): text
            for d, text in self.texts.items()
            if d.startswith(home) and d.endswith(".toml")
        }
        return self._host.knowledge(own)

    def _paper(
        self, root: DocId, known: Knowledge
    ) -> tuple[projects.Project, dict[DocId, Source], Paper, SpanTable]:
        parts = self.project(root)
        sources = {d: s for d in parts.files if (s := self._source(d)) is not None}
        key = (root, tuple((d, sources[d].text) for d in parts.files), parts.pieces, known)
        paper, spans = self._host.paper(key, lambda: self._build(parts, sources, known))
        return parts, sources, paper, spans

    def _bibliography(
        self, parts: projects.Project, sources: Mapping[DocId, Source], known: Knowledge
    ) -> tuple[Bibliography, dict[DocId, str]]:
        """What a paper cites, and the texts of the files that an entry may be added to."""
        defined, table = self._macros(parts, sources)
        keys = tuple(table[name].key for name in sorted(table))
        said = [
            self._host.said(
                source, self._host.file(d, source, defined[d], table, keys), table, keys, known
            )
            for d, source in sources.items()
        ]
        texts = {d: t for d in parts.bibliographies if (t := self.texts.get(d)) is not None}
        entries = {d: self._host.entries(t, bib=d.endswith(".bib")) for d, t in texts.items()}
        own = [e for s in sources.values() for e in self._host.entries(s.text, bib=False)]
        found = references.assemble(
            parts.bibliographies,
            entries,
            own,
            said,
            ascii=all(t.isascii() for t in texts.values()),
        )
        return found, {d: texts[d] for d in found.docs}

    def baseline_root(self, root: DocId) -> tuple[DocId, Chosen] | None:
        """Root of a paper's baseline among the known texts, and who chose it."""
        given = self._baselines.get(root)
        named: tuple[tuple[DocId, Chosen], ...] = (
            ((given, Chosen.GIVEN),) if given else candidates(root, self.config_of(root))
        )
        for doc, chosen in named:
            if doc in self.texts and doc != root:
                return doc, chosen
            inside = {
                d: s
                for d in self.texts
                if d.startswith(f"{doc}/") and (s := self._source(d)) is not None
            }
            found = projects.candidates(inside, lambda d: d == root)
            if found:
                return found[0], chosen
        return None

    def baseline(self, root: DocId) -> Baseline | None:
        """The baseline paper of a root, read; None where there is none."""
        found = self.baseline_root(root)
        if found is None:
            return None
        parts, sources, paper, spans = self._paper(found[0], self._knowledge(root)[0])
        texts = {d: s.text for d, s in sources.items()}
        own = self._macros(parts, sources)[1]
        title = projects.title(sources[found[0]], own) or relative(found[0], folder(root))
        return Baseline(found[0], found[1], parts.files, texts, paper, spans, title)

    def _build(
        self, parts: projects.Project, sources: Mapping[DocId, Source], known: Knowledge
    ) -> tuple[Paper, SpanTable]:
        self._host.counts.papers_built += 1
        defined, table = self._macros(parts, sources)
        keys = tuple(table[name].key for name in sorted(table))
        files = {d: self._host.file(d, s, defined[d], table, keys) for d, s in sources.items()}
        return build(parts.pieces, files.__getitem__, folder(parts.root), known)

    def _macros(
        self, parts: projects.Project, sources: Mapping[DocId, Source]
    ) -> tuple[dict[DocId, tuple[macros.Macro, ...]], dict[str, macros.Macro]]:
        """User macros by file, and by name: a later file wins."""
        defined = {d: self._host.definitions(d, s) for d, s in sources.items()}
        return defined, {m.name: m for d in parts.files for m in defined.get(d, ())}

    def warm(self, root: DocId) -> Iterator[None]:
        """Read the blocks of a paper that were not read yet, one a step.

        A shell takes these steps between other work, so that `report` on a paper that was just
        opened does not keep it from answering.
        """
        parts = self.project(root)
        sources = {d: s for d in parts.files if (s := self._source(d)) is not None}
        defined, table = self._macros(parts, sources)
        for doc, source in sources.items():
            text = macros.without_definitions(source.visible, defined[doc])
            for start, end in blocks.cut(text):
                piece = text[start:end]
                if piece.strip():
                    used = macros.used(piece, table)
                    if not self._host.has_read(piece, used):
                        self._host.block(piece, used)
                        yield


def _report(
    parts: projects.Project,
    sources: Mapping[DocId, Source],
    texts: Mapping[DocId, str],
    paper: Paper,
    spans: SpanTable,
    judged: Verdicts,
    silenced: Mapping[DocId, Suppressions],
    config: Config,
    context: Context,
    baseline: Baseline | None,
    amiss: tuple[str, ...],
) -> Report:
    other = baseline.spans if baseline is not None else None
    located = [locate(f, spans, texts, sources, other) for f in judged.findings]
    order = {d: i for i, d in enumerate(parts.files)}
    located.sort(key=lambda f: (order.get(f.span.doc, 99), f.span.start, f.finding.code))
    shown, hidden = [], []
    for item in located:
        reason = silenced[item.span.doc].reason(item) if item.span.doc in silenced else None
        if reason is None:
            shown.append(item)
        else:
            hidden.append((item, reason))
    faulty = {n for f in judged.findings for n in f.operands}
    checked = judged.checked
    coverage = Coverage(
        quantities=paper.seen,
        read=len(paper.numbers),
        bound=sum(n.binding in (How.STATED, How.DECLARED) for n in paper.numbers),
        checked=len(checked),
        consistent=len(checked - faulty),
        by_rule=judged.by_rule,
    )
    return Report(
        root=parts.root,
        files=parts.files,
        texts=texts,
        paper=paper,
        spans=spans,
        findings=tuple(shown),
        held=judged.held,
        suppressed=tuple(Suppressed(i, r) for i, r in hidden),
        coverage=coverage,
        missing=parts.missing,
        problems=(*config.problems, *amiss),
        failures=judged.failures,
        checked=checked,
        knowledge=context.knowledge,
        bibliography=context.bibliography,
        baseline=baseline,
        delta=context.delta,
        venue=config.venue,
    )


__all__ = ["Analysis", "AnalysisHost", "Change", "Counts"]
