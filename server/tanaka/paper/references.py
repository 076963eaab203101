r"""Reading what a paper cites: ``.bib`` text, ``\bibitem``s, citations, and works that prose names.

Everything here is a function of a text, so that whoever calls it can keep the result by content.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from tanaka.knowledge.model import Knowledge, Work, name_pattern
from tanaka.latex.macros import Macro, matching_brace
from tanaka.latex.source import Region
from tanaka.paper.bibliography import Bibliography, Entry, joined, plain
from tanaka.paper.unit import BlockFacts
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.text import DocId

# Half-typed text is the normal case here, and the parser would report each recovery.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

# -- entries ----------------------------------------------------------------------------------

_ARXIV = Lazy(r"(?<!\d)(\d{4}\.\d{4,5})(?:v\d+)?(?!\d)|\b([a-z-]+/\d{7})\b")
_YEAR = Lazy(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_FIELD = Lazy(r"(?P<name>title|author|year|date|eprint)\s*=\s*[{\"]", re.I)


def read_bib(text: str) -> tuple[Entry, ...]:
    """Entries of a ``.bib`` text in order.  One that is half typed is read as far as it goes."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock
    from bibtexparser.model import Entry as Parsed

    library = parse_string(text)
    found: list[Entry] = []
    for block in library.blocks:
        if isinstance(block, DuplicateBlockKeyBlock) and isinstance(
            block.ignore_error_block, Parsed
        ):
            block = block.ignore_error_block
        if isinstance(block, Parsed):
            fields = {f.key.lower(): str(f.value) for f in block.fields}
            found.append(_entry(block.key, fields))
        elif block in library.failed_blocks and (entry := _half_typed(block.raw or "")):
            found.append(entry)
    return tuple(found)


def _half_typed(raw: str) -> Entry | None:
    """What can be told of an entry that does not parse."""
    head = re.match(r"\s*@\w+\s*[{(]\s*([^\s,={}]+)\s*,", raw)
    if head is None:
        return None
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(raw):
        at = match.end() - 1
        close = matching_brace(raw, at) if raw[at] == "{" else raw.find('"', at + 1)
        line = raw.find("\n", at)
        end = close if close is not None and close >= 0 else (line if line >= 0 else len(raw))
        fields.setdefault(match["name"].lower(), raw[at + 1 : end])
    return _entry(head.group(1), fields)


def _entry(key: str, fields: Mapping[str, str]) -> Entry:
    year = _YEAR.search(fields.get("year", "") + " " + fields.get("date", ""))
    places = (fields.get(n, "") for n in ("eprint", "journal", "note", "url", "howpublished", "volume", "doi", "number"))  # fmt: skip
    arxiv = next((m for p in places if (m := _ARXIV.search(p)) and _is_arxiv(p, fields)), None)
    return Entry(
        key,
        plain(fields.get("title", "")),
        tuple(plain(a) for a in re.split(r"\s+and\s+", fields.get("author", "")) if a.strip()),
        int(year.group(1)) if year else None,
        (arxiv.group(1) or arxiv.group(2)) if arxiv else "",
    )


def _is_arxiv(field: str, fields: Mapping[str, str]) -> bool:
    """Whether a field's number is an arXiv one: it says so, or it is the eprint."""
    return bool(re.search(r"arxiv|abs/", field, re.I)) or field == fields.get("eprint")


_ITEM = Lazy(r"\\bibitem(?:\s*\[(?:[^\[\]{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\])?\s*\{([^{}]+)\}")
_COMMENT = Lazy(r"(?<!\\)%[^\n]*")
_ITEMS_END = Lazy(r"\\bibitem|\\end\{thebibliography\}")


def read_items(text: str) -> tuple[Entry, ...]:
    r"""The ``\bibitem``s of a ``.tex`` or ``.bbl`` text."""
    if "\\bibitem" not in text:
        return ()
    text = _COMMENT.sub("", text)
    found: list[Entry] = []
    for match in _ITEM.finditer(text):
        close = _ITEMS_END.search(text, match.end())
        body = text[match.end() : close.start() if close else match.end() + 1500]
        words = plain(body.replace("\\newblock", " "))
        years = _YEAR.findall(_ARXIV.sub(" ", words))
        arxiv = _ARXIV.search(words) if re.search(r"arxiv|CoRR|abs/", words, re.I) else None
        found.append(
            Entry(
                match.group(1).strip(),
                "",
                (),
                int(years[-1]) if years else None,
                (arxiv.group(1) or arxiv.group(2)) if arxiv else "",
                words,
            )
        )
    return tuple(found)


# -- citations --------------------------------------------------------------------------------

_CITE = Lazy(r"\\(?P<name>[A-Za-z]*[cC]ite[A-Za-z]*)\*?(?![A-Za-z])")
_NOT_A_CITE = Lazy(r"style|setup|options|command|format|color|bst", re.I)
_OPTION = Lazy(r"\s*\[[^\[\]]*\]|\s*\([^()]*\)")
_KEYS = Lazy(r"\s*\{([^{}]*)\}")


def citing(table: Mapping[str, Macro]) -> tuple[str, ...]:
    """The paper's own macros that cite: what cites an argument of its own is a citation too."""
    return tuple(
        m.name
        for m in table.values()
        if m.arguments and _CITE.search(m.body) and not _CITE.fullmatch(f"\\{m.name}")
    )


def cite_keys(region: Region, own: Iterable[str]) -> frozenset[str]:
    r"""Keys that a region of a file cites, "*" for ``\nocite{*}``; ``own`` are macros that cite."""
    text = region.visible
    found: set[str] = set()
    for match in _CITE.finditer(text):
        if not _NOT_A_CITE.search(match["name"]):
            found |= _keys_behind(text, match.end(), many=match["name"].endswith("s"))
    for name in own:
        for match in re.finditer(rf"\\{re.escape(name)}(?![A-Za-z@])", text):
            found |= _keys_behind(text, match.end(), many=True)
    return frozenset(found)


def _keys_behind(text: str, at: int, *, many: bool) -> set[str]:
    """Keys in the braces behind a command, and in the braces behind those where it takes many."""
    found: set[str] = set()
    while True:
        while option := _OPTION.match(text, at):
            at = option.end()
        match = _KEYS.match(text, at)
        if match is None:
            return found
        found |= {k.strip() for k in match.group(1).split(",") if k.strip() and "#" not in k}
        if not many:
            return found
        at = match.end()


# -- prose ------------------------------------------------------------------------------------

_APART = Lazy(
    r"\b(?:unlike|whereas|in contrast|by contrast|contrary to|as opposed to|but|"
    r"differs? from|differ in|different from|difference (?:to|from)|concurrent(?:ly)?|"
    r"our (?:own )?(?:earlier|previous|prior|preceding)|orthogonal|complementary)\b",
    re.I,
)
_OURS = Lazy(r"\b(?:we|our|ours|us)\b", re.I)
_HOW = Lazy(r"\b(?:while|instead|rather|however|yet|although|not|no|only|without|beyond)\b", re.I)
_GOES_ON = Lazy(
    r"^(?:in contrast|by contrast|unlike (?:it|them|this|that|these)|it is (?:orthogonal|complementary)|"
    r"(?:however|instead|here), (?:we|our)|we (?:instead|do not|differ)|ours )",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one region of a file says of works.

    Attributes
    ----------
    cited : frozenset of str
        Keys, "*" for all.
    named : frozenset of str
        Ids of works that it calls by name.
    apart : frozenset of str
        Keys and ids of works whose sentence says what sets them apart.
    linked : frozenset of str
        Ids of works that stand beside a web address.
    """

    cited: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()


def read_region(
    region: Region, blocks: Iterable[BlockFacts], own: Iterable[str], known: Knowledge
) -> Said:
    """What a region says of works, from its text and from its blocks as they were read."""
    named, apart = _prose(blocks, known)
    return Said(cite_keys(region, own), named, apart, linked_works(region, known))


def _prose(blocks: Iterable[BlockFacts], known: Knowledge) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of the works that sentences name; keys and ids of those that they tell apart."""
    apart: set[str] = set()
    named: set[str] = set()
    for facts in blocks:
        # A block is read once for each knowledge base: typing changes one of hundreds.
        told = facts.told.get(known.key)
        if told is None:
            told = facts.told[known.key] = _block(facts, known)
        named |= told[0]
        apart |= told[1]
    return frozenset(named), frozenset(apart)


def _block(facts: BlockFacts, known: Knowledge) -> tuple[frozenset[str], frozenset[str]]:
    apart: set[str] = set()
    named: set[str] = set()
    for passage, said in zip(facts.block.passages, facts.said, strict=True):
        before: frozenset[str] = frozenset()
        for sentence in said:
            end = sentence.start + len(sentence.text)
            keys = {
                k
                for m in passage.plain.marks
                if m.kind == "cite" and sentence.start <= m.at < end
                for k in m.keys
            }
            works = named_works(sentence.text, known)
            named |= works
            about = frozenset(keys | works)
            if about and _tells_apart(sentence.text):
                apart |= about
            if before and _GOES_ON.match(sentence.text):
                apart |= before
            before = about
    return frozenset(named), frozenset(apart)


@lru_cache(maxsize=16384)
def named_works(text: str, known: Knowledge) -> frozenset[str]:
    """Ids of the works that a text calls by name."""
    called = {w.id: w for name, w in _called(known) if name in text}
    return frozenset(id for id, w in called.items() if name_pattern(w).search(text))


@lru_cache(maxsize=4)
def _called(known: Knowledge) -> tuple[tuple[str, Work], ...]:
    """Every name of every work, with the work."""
    return tuple((name, w) for w in known.works for name in (w.name, *w.names))


@lru_cache(maxsize=16384)
def _tells_apart(text: str) -> bool:
    return bool(_APART.search(text)) or bool(_OURS.search(text) and _HOW.search(text))


_ADDRESS = Lazy(r"\\(?:url|href|nolinkurl|path)\s*\{|https?://")
_BEFORE, _BEHIND = 120, 160  # characters around an address that may name its work


def linked_works(region: Region, known: Knowledge) -> frozenset[str]:
    """Ids of works that stand beside a web address, or in it."""
    found: set[str] = set()
    for match in _ADDRESS.finditer(region.text):
        if not region.visible.startswith(match.group()[:4], match.start()):
            continue  # in a comment
        around = region.text[max(0, match.start() - _BEFORE) : match.end() + _BEHIND]
        behind = region.text[match.end() : match.end() + _BEHIND]
        found |= _linked(around, re.split(r"[}\s]", behind, maxsplit=1)[0], known)
    return frozenset(found)


@lru_cache(maxsize=2048)
def _linked(around: str, address: str, known: Knowledge) -> frozenset[str]:
    """Ids of works that stand around an address, or in it."""
    folded = joined(address)
    inside = {
        w.id
        for w in known.works
        if (w.arxiv and w.arxiv in address)
        or any(len(n) >= 5 and joined(n) in folded for n in (w.id, w.name))
    }
    return named_works(plain(around), known) | inside


# -- the whole --------------------------------------------------------------------------------

_MANY = 0.2  # share of cited keys without an entry from which the entries are not all there


def assemble(
    named: Sequence[DocId],
    entries: Mapping[DocId, tuple[Entry, ...]],
    own: Iterable[Entry],
    said: Sequence[Said],
    *,
    ascii: bool,
) -> Bibliography:
    r"""The bibliography of a paper.

    Parameters
    ----------
    named : sequence of DocId
        Files that the paper names, the ``.bbl`` last.
    entries : mapping
        Entries of those that could be read.
    own : iterable of Entry
        ``\bibitem``s of the paper's text.
    said : sequence of Said
        One for each region of its files.
    ascii : bool
        Whether those files write accents as LaTeX.
    """
    cited = frozenset[str]().union(*(s.cited for s in said))
    bibs = [d for d in named if d.endswith(".bib")]
    found = [*own, *(e for d in named for e in entries.get(d, ()))]
    everything = tuple(dict.fromkeys(found))
    keys = {e.key.casefold() for e in everything}
    if "*" in cited:
        cited = cited - {"*"} | {e.key for e in everything}
    lost = sum(k.casefold() not in keys for k in cited)
    unread = any(d not in entries for d in bibs)
    printed = any(d in entries and entries[d] for d in named if d not in bibs)
    known = (not unread or printed) and (bool(everything) or not cited)
    known = known and lost <= max(2, _MANY * len(cited))
    writable = [d for d in bibs if d in entries]
    return Bibliography(
        everything,
        cited,
        tuple(sorted(writable, key=lambda d: not entries[d])),
        known,
        frozenset().union(*(s.named for s in said)),
        frozenset().union(*(s.apart for s in said)),
        frozenset().union(*(s.linked for s in said)),
        ascii,
    )
