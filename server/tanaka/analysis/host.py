"""One writer, immutable snapshots.

The host holds texts and caches; a snapshot answers queries about one revision of them.  Caches
are keyed by content, so an edit recomputes the blocks it touches and the rules whose facts it
changed, and an undo recomputes nothing.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from tanaka.analysis.baseline import Baseline, Chosen, candidates, is_pdf
from tanaka.analysis.config import Config, read_config
from tanaka.analysis.given import Givens, declared, problems_of, read_given
from tanaka.analysis.locate import locate
from tanaka.analysis.report import Coverage, Located, Report, Suppressed
from tanaka.analysis.runner import (
    Outcome,
    Verdicts,
    findings_of,
    joined,
    judge_paper,
    judge_stretch,
)
from tanaka.analysis.suppression import read_suppressions
from tanaka.latex import blocks, macros
from tanaka.latex import project as projects
from tanaka.latex.source import Region, Source, Switches, read_source, read_switches, reread
from tanaka.paper.build import Whole, again, rows
from tanaka.paper.spans import Row, SpanTable
from tanaka.paper.unit import BlockFacts, Frame, Read, Unit, read_block, read_region
from tanaka.records import dataclass
from tanaka.rules.api import Context, Finding
from tanaka.text import DocId, Span, folder, relative, resolve

if TYPE_CHECKING:
    from tanaka.knowledge.model import Knowledge
    from tanaka.paper import references
    from tanaka.paper.bibliography import Bibliography, Entry
    from tanaka.paper.delta import Delta
    from tanaka.paper.reads import Answers

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

    regions_read: int = 0
    blocks_read: int = 0
    units_read: int = 0
    rules_run: int = 0
    bibliographies_read: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    """Runs of each rule, by its code."""


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


class Macros:
    """The user macros of a paper, by name, and how it writes decimals.

    The same object as long as none of that changes.
    """

    def __init__(self, defined: tuple[macros.Macro, ...], decimal_comma: bool) -> None:
        self.defined, self.decimal_comma = defined, decimal_comma
        self.by_name = macros.joined(defined)

    @cached_property
    def citing(self) -> tuple[str, ...]:
        """Those that cite."""
        from tanaka.paper import references

        return references.citing(self.by_name)


class AnalysisHost:
    """Holds the texts and the caches.  Synchronous; does no I/O.

    Parameters
    ----------
    preview : bool
        Whether rules in preview are run, whatever the settings say.
    """

    def __init__(self, *, preview: bool = False) -> None:
        self._preview = preview
        self.counts = Counts()
        self._texts: dict[DocId, str] = {}
        self._baselines: dict[DocId, DocId] = {}
        self._sources: dict[DocId, dict[Switches, Source]] = {}
        self._switches: dict[DocId, Switches] = {}
        self._blocks = Memo(3_000_000)  # characters; a block weighs about a hundred times its text
        self._units = Memo(6_000_000)
        self._judged = Memo(6_000_000)
        self._entries = Memo(8_000_000)
        self._overlays = Memo(8)
        self._configs = Memo(8)
        self._verdicts = Memo(64)
        self._deltas = Memo(8)
        self._macros: dict[DocId, Macros] = {}
        self._bibliographies: dict[DocId, tuple[object, Bibliography]] = {}
        self._answers: dict[DocId, Answers] = {}
        self._last: dict[DocId, tuple[tuple[Outcome, ...], Baseline | None]] = {}
        self.last_rows: dict[
            DocId, tuple[projects.Project, dict[DocId, Source], Macros, tuple[Row, ...]]
        ] = {}
        self._snapshot: Analysis | None = None

    def apply(self, change: Change) -> None:
        """Take texts in.  Nothing is computed until it is asked for."""
        for doc, text in change.texts.items():
            if text is None:
                self._texts.pop(doc, None)
                self._sources.pop(doc, None)
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
    def source(self, doc: DocId, text: str, switches: Switches | None = None) -> Source:
        """Regions of a document's text; those that it shares with the text before are the same.

        Without ``switches`` it is read with those that it was read with last, or its own.
        """
        known = self._sources.setdefault(doc, {})
        if switches is None:
            switches = next(reversed(known), None) or read_switches(text)
        before = known.pop(switches, None)
        made = read_source(text, switches) if before is None else reread(before, text)
        if len(known) >= _SPELLINGS:
            known.pop(next(iter(known)))
        known[switches] = made
        return made

    def last_switches(self, root: DocId, text: str) -> Switches:
        """Switches that a paper was read with last; those of its root's text at first."""
        return self._switches.get(root) or read_switches(text)

    def keep_switches(self, root: DocId, switches: Switches) -> None:
        """Remember what a paper was read with."""
        self._switches[root] = switches

    def block(self, text: str, own: Macros) -> BlockFacts:
        """Facts of a block, by its text and the macros that it uses."""
        used = macros.used(text, own.by_name)

        def make() -> BlockFacts:
            self.counts.blocks_read += 1
            return read_block(text, used, decimal_comma=own.decimal_comma)

        return self._blocks.get(self._block_key(text, used, own), make, len(text) + 16)

    def _block_key(self, text: str, used: tuple[macros.Macro, ...], own: Macros) -> Hashable:
        return text, tuple(m.key for m in used), own.decimal_comma

    def steps(self, region: Region, own: Macros) -> Iterator[None]:
        """Read the blocks of a region that were not read yet, one a step."""
        if region.has_latest("read", own):
            return
        text = region.kept("plain", _plain)
        for start, end in blocks.cut(text):
            piece = text[start:end]
            if piece.strip():
                used = macros.used(piece, own.by_name)
                if self._block_key(piece, used, own) not in self._blocks:
                    self.block(piece, own)
                    yield

    def macros(self, root: DocId, sources: Iterable[Source], switches: Switches) -> Macros:
        """User macros of a paper; a later file wins."""
        flat = tuple(m for source in sources for _, m in source.each("macros", _defined))
        before = self._macros.get(root)
        if before is None or (before.defined, before.decimal_comma) != (
            flat,
            switches.decimal_comma,
        ):
            before = self._macros[root] = Macros(flat, switches.decimal_comma)
        return before

    def read(self, region: Region, own: Macros) -> Read:
        """A region's blocks with their facts; a function of its text and the paper's macros."""

        def make(region: Region) -> Read:
            self.counts.regions_read += 1
            text = region.kept("plain", _plain)
            return read_region(text, lambda t: self.block(t, own))

        return region.latest("read", own, make)

    def unit(self, region: Region, read: Read, low: int, high: int, frame: Frame) -> Unit:
        """A stretch of a region, read in its place in the paper."""

        def make() -> Unit:
            self.counts.units_read += 1
            return Unit(read, low, high, frame)

        key = (region.text, low, high, frame, tuple(b.facts for b in read.placed))
        return self._units.get(key, make, len(region.text) + 64)

    def judged(self, unit: Unit) -> tuple[Outcome, ...]:
        """Outcomes of the rules that need no more than a unit."""
        found = unit.kept.get("judged")
        if found is None:
            found = unit.kept["judged"] = self._judged.get(
                unit.stretch,
                lambda: judge_stretch(unit.stretch, self.counts),
                64 * len(unit.stretch.numbers) + 64,
            )
        return found  # type: ignore[return-value]

    def entries(self, text: str, *, bib: bool) -> tuple[Entry, ...]:
        r"""Entries of a ``.bib`` text, or the ``\bibitem``s of another."""
        from tanaka.paper import references

        def make() -> tuple[Entry, ...]:
            self.counts.bibliographies_read += 1
            return references.read_bib(text) if bib else references.read_items(text)

        return self._entries.get((text, bib), make, len(text) + 64)

    def bibliography(
        self, root: DocId, key: Hashable, make: Callable[[], Bibliography]
    ) -> Bibliography:
        """Bibliography of a paper; the same object as long as what it is made of is."""
        before = self._bibliographies.get(root)
        if before is None or before[0] != key:
            before = self._bibliographies[root] = (key, make())
        return before[1]

    def config(self, text: str | None) -> Config:
        """Settings of a ``tanaka.toml``."""
        return self._configs.get(text, lambda: self._read_config(text))

    def _read_config(self, text: str | None) -> Config:
        found = read_config(text)
        return replace(found, preview=True) if self._preview else found

    def knowledge(self, overlay: Mapping[str, str]) -> tuple[Knowledge, tuple[str, ...]]:
        """What is known of the field under a project's own records.

        The packaged records alone, and a sentence, where those cannot be used.
        """
        from tanaka.knowledge.catalog import KnowledgeError, knowledge, overlaid

        def make() -> tuple[Knowledge, tuple[str, ...]]:
            try:
                return overlaid(overlay), ()
            except KnowledgeError as error:
                return knowledge(), (f"{_OVERLAY}/{error}",)

        return self._overlays.get(tuple(sorted(overlay.items())), make)

    def verdicts(
        self,
        root: DocId,
        key: Hashable,
        make: Callable[[], tuple[Outcome, ...]],
        baseline: Baseline | None,
    ) -> tuple[Outcome, ...]:
        """Outcomes of the rules of the whole paper."""
        found = self._verdicts.get(key, make)
        self._last[root] = found, baseline
        return found

    def answers(self, root: DocId, context: Context) -> Answers:
        """What rules ask about a paper; answers are kept from its revision before."""
        from tanaka.analysis.watching import answers_of

        found = self._answers[root] = answers_of(context, self._answers.get(root))
        return found

    def last_outcomes(self, root: DocId) -> tuple[Outcome, ...]:
        """Outcomes of the rules of the whole paper when they ran last."""
        return self._last.get(root, ((), None))[0]

    def last_baseline(self, root: DocId) -> Baseline | None:
        """The baseline that they ran against."""
        return self._last.get(root, ((), None))[1]

    def delta(self, key: Hashable, make: Callable[[], Delta]) -> Delta:
        """Delta of a paper against its baseline."""
        return self._deltas.get(key, make)


_SPELLINGS = 4  # of the switches that one file is read with


def _defined(region: Region) -> tuple[macros.Macro, ...]:
    if not any(word in region.visible for word in _DEFINING):
        return ()
    alone = Source(region.text, (region,), Switches())
    return tuple(macros.definitions(DocId(""), alone))


_DEFINING = (
    "command",
    "def",
    "Command",
    "MathOperator",
    "\\let",
    "DeclareSIUnit",
    "acronym",
    "acrodef",
)


def _plain(region: Region) -> str:
    defined = region.kept("macros", _defined)
    return macros.without_definitions(region.visible, defined) if defined else region.visible


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
        self._switches: dict[DocId, Switches] = {}
        self._known: dict[DocId, tuple[Knowledge, tuple[str, ...]]] = {}
        self._wholes: dict[DocId, tuple[projects.Project, dict[DocId, Source], Macros, Whole]] = {}
        self._roots: tuple[DocId, ...] | None = None
        self._folded: dict[str, list[DocId]] | None = None

    def _source(self, doc: DocId, switches: Switches | None = None) -> Source | None:
        text = self.texts.get(doc)
        return None if text is None else self._host.source(doc, text, switches)

    def config_of(self, root: DocId) -> Config:
        """Settings beside a root."""
        return self._host.config(self.texts.get(resolve(folder(root), "tanaka.toml")))

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
            self._projects[root], self._switches[root] = self._assembled(root)
        return self._projects[root]

    def _assembled(self, root: DocId) -> tuple[projects.Project, Switches]:
        """Files of a paper, and the switches of all of them, which decide what they input."""
        switches = self._host.last_switches(root, self.texts.get(root, ""))
        for _ in range(_ROUNDS):
            found: dict[DocId, Source] = {}

            def source_of(doc: DocId, with_: Switches = switches) -> Source | None:
                source = self._source(doc, with_)
                if source is not None:
                    found[doc] = source  # noqa: B023 - of this round
                return source

            parts = projects.assemble(root, source_of, self._respelled)
            whole = Switches()
            for doc in parts.files:
                whole = whole.joined(found[doc].own_switches)
            for doc in parts.files if whole.flags else ():
                whole = whole.set_by(found[doc].text)
            if whole == switches:
                break
            switches = whole
        self._host.keep_switches(root, switches)
        return parts, switches

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

    def glance(self, root: DocId) -> tuple[Located, ...]:
        """Findings as far as they can be told at once, for whoever is typing.

        What a stretch says is judged as it is now.  The rules of the whole paper are not run: what
        they found last stands, where what it is about still does.
        """
        if root in self._reports:
            return self._reports[root].findings
        parts, sources, _, whole = self._whole(root)
        baseline = self._host.last_baseline(root)
        judged = findings_of(
            (self._host.judged(row.unit) for row in whole.rows),
            self._host.last_outcomes(root),
            self.config_of(root),
            from_pdf=is_pdf(root),
        )
        texts = self.texts if baseline is None else {**baseline.texts, **self.texts}
        other = None if baseline is None else baseline.spans
        return _shown(parts, sources, texts, whole.spans, judged, other)[0]

    def _report(self, root: DocId) -> Report:
        host = self._host
        known, amiss = self._knowledge(root)
        parts, sources, own, whole = self._whole(root)
        config = self.config_of(root)
        baseline = self.baseline(root)
        cited, entries = self._bibliography(root, parts, sources, own, known)
        other = baseline.paper if baseline is not None else None
        paper = whole.paper
        delta: Delta | None = None
        if other is not None:
            from tanaka.paper.delta import audit

            delta = host.delta((paper, other, known), lambda: audit(paper, other, known))
        comments = {d: g for d, s in sources.items() if (g := read_given(s)).items}
        given = tuple(
            (id, found)
            for n in (paper.numbers if comments else ())
            if (found := declared((), comments, whole.spans.numbers[(id := n.id)].whole))
        )
        defaults = declared(config.given, {}, Span(root, 0, 0))
        context = Context(
            paper,
            known,
            cited,
            other,
            baseline.title if baseline else "",
            delta,
            is_pdf(root),
            given,
            defaults,
        )
        outcomes = host.verdicts(
            root,
            (paper, config, other, known, cited, is_pdf(root), given),
            lambda: judge_paper(host.answers(root, context), config, host.counts),
            baseline,
        )
        verdicts = joined(
            (host.judged(row.unit) for row in whole.rows), outcomes, config, from_pdf=is_pdf(root)
        )
        texts = {d: s.text for d, s in sources.items()} | entries
        if baseline is not None:
            texts = {**baseline.texts, **texts}
        return _report(parts, sources, texts, whole, verdicts, config, known, cited, baseline, delta,
                       amiss)  # fmt: skip

    def _knowledge(self, root: DocId) -> tuple[Knowledge, tuple[str, ...]]:
        """The records that a root's folder overlays, and what is wrong with its own."""
        if root not in self._known:
            home = resolve(folder(root), _OVERLAY) + "/"
            own = {
                d.removeprefix(home): text
                for d, text in self.texts.items()
                if d.startswith(home) and d.endswith(".toml")
            }
            self._known[root] = self._host.knowledge(own)
        return self._known[root]

    def _whole(self, root: DocId) -> tuple[projects.Project, dict[DocId, Source], Macros, Whole]:
        """A paper's files, and what they state at their places."""
        if root not in self._wholes:
            parts, sources, own = self._parts(root)
            found = self._edited(root, parts, sources, own)
            if found is None:
                found = tuple(r for r in self._rows(root, parts, sources, own) if r is not None)
            self._keep(root, parts, sources, own, found)
        return self._wholes[root]

    def _keep(
        self,
        root: DocId,
        parts: projects.Project,
        sources: dict[DocId, Source],
        own: Macros,
        found: tuple[Row, ...],
    ) -> None:
        self._host.last_rows[root] = (parts, sources, own, found)
        self._wholes[root] = (parts, sources, own, self._put_together(root, found, sources))

    def _edited(
        self, root: DocId, parts: projects.Project, sources: dict[DocId, Source], own: Macros
    ) -> tuple[Row, ...] | None:
        """The paper's units where only one region of one file differs from the paper before."""
        last = self._host.last_rows.get(root)
        if last is None or last[2] is not own or last[0].shape != parts.shape:
            return None
        before = last[1]
        if [p.doc for p in last[0].pieces] != [p.doc for p in parts.pieces]:
            return None
        differ = [d for d, s in sources.items() if before.get(d) is not s]
        if len(differ) != 1 or before.keys() != sources.keys():
            return last[3] if not differ and before.keys() == sources.keys() else None
        doc = differ[0]
        return again(
            last[3],
            before[doc],
            sources[doc],
            lambda region: self._host.read(region, own),
            self._host.unit,
        )

    def _parts(self, root: DocId) -> tuple[projects.Project, dict[DocId, Source], Macros]:
        """A paper's files, their regions, and its own macros."""
        parts = self.project(root)
        switches = self._switches[root]
        sources = {d: s for d in parts.files if (s := self._source(d, switches)) is not None}
        return parts, sources, self._host.macros(root, sources.values(), switches)

    def _rows(
        self,
        root: DocId,
        parts: projects.Project,
        sources: Mapping[DocId, Source],
        own: Macros,
        ahead: Callable[[Region], Iterator[None]] = lambda region: iter(()),
    ) -> Iterator[Row | None]:
        """A paper's units in reading order, each read when it is asked for."""
        return rows(
            parts.pieces,
            sources,
            lambda doc, region: self._host.read(region, own),
            self._host.unit,
            folder(root),
            ahead,
        )

    def _put_together(
        self, root: DocId, found: tuple[Row, ...], sources: Mapping[DocId, Source]
    ) -> Whole:
        return Whole(found, lambda: self._knowledge(root)[0], sources)

    def _bibliography(
        self,
        root: DocId,
        parts: projects.Project,
        sources: Mapping[DocId, Source],
        own: Macros,
        known: Knowledge,
    ) -> tuple[Bibliography, dict[DocId, str]]:
        """What a paper cites, and the texts of the files that an entry may be added to."""
        from tanaka.paper import references

        said = tuple(
            self._said(region, own, known)
            for source in sources.values()
            for region in source.regions
        )
        texts = {d: t for d in parts.bibliographies if (t := self.texts.get(d)) is not None}
        entries = {d: self._host.entries(t, bib=d.endswith(".bib")) for d, t in texts.items()}
        items = tuple(
            entry
            for source in sources.values()
            for _, entry in source.each("items", lambda r: references.read_items(r.text))
        )
        found = self._host.bibliography(
            root,
            (parts.bibliographies, tuple(entries.items()), items, said, tuple(texts.values())),
            lambda: references.assemble(
                parts.bibliographies,
                entries,
                items,
                said,
                ascii=all(t.isascii() for t in texts.values()),
            ),
        )
        return found, {d: texts[d] for d in found.docs}

    def _said(self, region: Region, own: Macros, known: Knowledge) -> references.Said:
        """What a region says of works."""
        from tanaka.paper import references

        read = self._host.read
        return region.latest(
            "said",
            (own, known.key),
            lambda region: references.read_region(
                region, (b.facts for b in read(region, own).placed), own.citing, known
            ),
        )

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
        parts, sources, own, whole = self._whole(found[0])
        whole = self._put_together(root, whole.rows, sources)
        texts = {d: s.text for d, s in sources.items()}
        title = projects.title(sources[found[0]], own.by_name) or relative(found[0], folder(root))
        return Baseline(found[0], found[1], parts.files, texts, whole.paper, whole.spans, title)

    def warm(self, root: DocId) -> Iterator[tuple[bool, Callable[[], tuple[Located, ...]]]]:
        """Read a paper that was not read yet, in reading order, a block a step.

        A shell takes these steps between other work, so that `report` on a paper that was just
        opened does not keep it from answering.

        Yields
        ------
        read : bool
            Whether the step has read something of a stretch that is not whole yet.
        found : callable
            Findings of the stretches so far at their places: those of the rules that need no more.
        """
        if root in self._wholes:
            return
        host = self._host
        parts, sources, own = self._parts(root)
        config = self.config_of(root)
        texts = {d: s.text for d, s in sources.items()}
        read: list[Row] = []

        def located() -> tuple[Located, ...]:
            outcomes = (host.judged(r.unit) for r in read)
            judged = findings_of(outcomes, (), config, from_pdf=is_pdf(root))
            spans = self._put_together(root, tuple(read), sources).spans
            return _shown(parts, sources, texts, spans, judged, None)[0]

        for row in self._rows(root, parts, sources, own, lambda region: host.steps(region, own)):
            if row is None:
                yield True, located
                continue
            host.judged(row.unit)
            read.append(row)
            yield False, located
        # What is mentioned and cited is read here too, so that the whole report finds it made.
        yield True, located
        known = self._knowledge(root)[0]
        whole = self._put_together(root, tuple(read), sources)
        for row in read:
            for _ in row.unit.listen(whole.names, known):
                yield False, located
            whole.told(row.unit)
            yield False, located
        for source in sources.values():
            for region in source.regions:
                self._said(region, own, known)
                yield False, located
        self._keep(root, parts, sources, own, tuple(read))


_ROUNDS = 3  # a switch that decides about an input whose file sets a switch


def _report(
    parts: projects.Project,
    sources: Mapping[DocId, Source],
    texts: Mapping[DocId, str],
    whole: Whole,
    judged: Verdicts,
    config: Config,
    known: Knowledge,
    cited: Bibliography,
    baseline: Baseline | None,
    delta: Delta | None,
    amiss: tuple[str, ...],
) -> Report:
    paper, spans = whole.paper, whole.spans
    other = baseline.spans if baseline is not None else None
    shown, hidden = _shown(parts, sources, texts, spans, judged.findings, other)
    given = {d: found for d, s in sources.items() if (found := read_given(s)) != Givens()}
    wrong = [p for d, g in given.items() for p in problems_of(d, sources[d], g)]
    checked = judged.checked
    faulty = {n for f in judged.findings for n in f.operands}
    coverage = Coverage(
        quantities=paper.seen,
        read=sum(len(s.numbers) for s in paper.stretches),
        bound=sum(s.bound for s in paper.stretches),
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
        findings=shown,
        held=judged.held,
        suppressed=hidden,
        coverage=coverage,
        missing=parts.missing,
        problems=(*config.problems, *amiss, *wrong),
        failures=judged.failures,
        checked=checked,
        knowledge=known,
        bibliography=cited,
        baseline=baseline,
        delta=delta,
        venue=config.venue,
        defaults=config.given,
        given=given,
    )


def _shown(
    parts: projects.Project,
    sources: Mapping[DocId, Source],
    texts: Mapping[DocId, str],
    spans: SpanTable,
    findings: Sequence[Finding],
    other: SpanTable | None,
) -> tuple[tuple[Located, ...], tuple[Suppressed, ...]]:
    """Findings at their places in reading order, and those that a comment silences."""
    located = [at for f in findings if (at := locate(f, spans, texts, other)) is not None]
    order = {d: i for i, d in enumerate(parts.files)}
    located.sort(key=lambda f: (order.get(f.span.doc, 99), f.span.start, f.finding.code))
    silenced = {d: found for d, s in sources.items() if (found := read_suppressions(s)).items}
    shown, hidden = [], []
    for item in located:
        reason = silenced[item.span.doc].reason(item) if item.span.doc in silenced else None
        if reason is None:
            shown.append(item)
        else:
            hidden.append(Suppressed(item, reason))
    return tuple(shown), tuple(hidden)


__all__ = ["Analysis", "AnalysisHost", "Change", "Counts"]
