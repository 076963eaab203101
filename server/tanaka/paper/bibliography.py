"""What a paper cites: the entries of its bibliography, the keys that its text uses, and new entries.

A work of the knowledge base is looked for among the entries twice.  Loosely, to say that a paper
cites it: a doubt is a yes, since nobody wants to be asked for what is there.  Strictly, to cite an
entry that is there already: a doubt is a no.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache

from tanaka.knowledge.model import Work, name_pattern
from tanaka.patterns import Lazy
from tanaka.records import dataclass
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


@dataclass(frozen=True)
class Bibliography:
    r"""Entries, cited keys, and the files that an entry may be added to.

    Attributes
    ----------
    entries : tuple of Entry
    cited : frozenset of str
        Keys that the text cites; all keys where it has ``\nocite{*}``.
    docs : tuple of DocId
        ``.bib`` files, the one to add to first.
    known : bool
        False where the paper names a bibliography that nobody could read: then nothing can be
        said to be missing from it.
    named : frozenset of str
        Ids of works that the text calls by name.
    apart : frozenset of str
        Keys and ids of works whose sentence says what sets them apart from the paper.
    linked : frozenset of str
        Ids of works that are named beside a web address.
    ascii : bool
        Whether the files write accents as LaTeX.
    """

    entries: tuple[Entry, ...] = ()
    cited: frozenset[str] = frozenset()
    docs: tuple[DocId, ...] = ()
    known: bool = True
    named: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()
    ascii: bool = True

    @cached_property
    def _titles(self) -> tuple[_Told, ...]:
        return tuple(_told(e) for e in self.entries)

    @cached_property
    def _keys(self) -> dict[str, tuple[str, ...]]:
        """Keys of the entries that may be a work, by its id, as far as it was asked for."""
        return {}

    @cached_property
    def _unresolved(self) -> tuple[str, ...]:
        """Cited keys that no entry has, folded."""
        have = {e.key.casefold() for e in self.entries}
        return tuple(joined(k) for k in sorted(self.cited) if k.casefold() not in have)

    @property
    def speaks(self) -> bool:
        """Whether a work can be said to be missing: the paper cites, and all of it was read."""
        return self.known and bool(self.cited) and bool(self.entries)

    def keys_of(self, work: Work) -> tuple[str, ...]:
        """Keys of the entries that may be a work, cited or not."""
        found = self._keys.get(work.id)
        if found is None:
            found = tuple(t.entry.key for t in self._titles if _may_be(t, work))
            self._keys[work.id] = found
        return found

    def cites(self, work: Work) -> bool:
        """Whether the paper cites a work, or names it with its web address."""
        cited = {k.casefold() for k in self.cited}
        return (
            work.id in self.linked
            or any(k.casefold() in cited for k in self.keys_of(work))
            or any(_calls(key, work) for key in self._unresolved)
        )

    def tells_apart(self, work: Work) -> bool:
        """Whether a sentence that names or cites a work says what the paper does otherwise."""
        return work.id in self.apart or any(k in self.apart for k in self.keys_of(work))


_ACCENT = Lazy(r"\\(?:[`'^\"~=.]|[Hckruvbdt](?![A-Za-z]))\s*\{?\\?([A-Za-z])\}?")
# Letters that Unicode does not take apart, with the macros that make them.
_LETTERS = {
    "\\ss": "ss", "\\o": "o", "\\O": "O", "\\l": "l", "\\L": "L", "\\ae": "ae", "\\AE": "AE", "\\oe": "oe",
    "\\OE": "OE", "\\aa": "a", "\\AA": "A", "\\dh": "d", "\\DH": "D", "\\th": "th", "\\TH": "TH", "\\dj": "d", "\\DJ": "D",
}  # fmt: skip
_LETTER = Lazy(r"\\(?:ss|[oOlL]|ae|AE|oe|OE|aa|AA|dh|DH|th|TH|dj|DJ)(?![A-Za-z])")
_SIGNS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "đ": "d", "Đ": "D"})  # fmt: skip
_MACRO = Lazy(r"\\[A-Za-z]+\*?|\\.|[{}$~]")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Words of a bibliography's field: no markup, accents folded, blanks made one."""
    text = _ACCENT.sub(r"\1", text)
    text = _LETTER.sub(lambda m: _LETTERS[m.group()], text)
    text = _MACRO.sub(lambda m: " " if m.group() in ("~", "\\\\") else "", text)
    folded = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", plain(text).lower()))


@lru_cache(maxsize=8192)
def joined(text: str) -> str:
    """A title as letters and digits alone: "Lock-Free" and "lock free" are one."""
    return "".join(_words(text))


_NEAR = 0.75  # share of words that two spellings of one title have in common
_FEWEST = 4  # words; a title of fewer is its exact self


@lru_cache(maxsize=4096)
def _work_words(work: Work) -> frozenset[str]:
    return frozenset(_words(work.title))


@dataclass(frozen=True, slots=True)
class _Told:
    """An entry with what it is compared by, made once."""

    entry: Entry
    words: frozenset[str]
    title: str
    body: str
    text: str
    key: str


def _told(entry: Entry) -> _Told:
    text = f"{plain(entry.title)} {plain(entry.words)}"
    words = frozenset(_words(entry.title))
    return _Told(entry, words, joined(entry.title), joined(entry.words), text, joined(entry.key))


@lru_cache(maxsize=4096)
def _names(work: Work) -> frozenset[str]:
    return frozenset(joined(n) for n in (work.name, *work.names))


@lru_cache(maxsize=4096)
def _subtitles(work: Work) -> frozenset[str]:
    """Parts of a title behind its name that are long enough to stand alone."""
    parts = re.split(r"[:?]\s|\s-+\s", work.title)[1:]
    return frozenset(joined(p) for p in parts if len(_words(p)) >= _FEWEST)


def _may_be(told: _Told, work: Work) -> bool:
    """Whether an entry may be a work: by title, else by arXiv id, else by name and year."""
    entry, ours = told.entry, joined(work.title)
    if told.title and told.title == ours:
        return True
    if entry.arxiv and entry.arxiv == work.arxiv:
        return True
    if told.body and len(ours) >= 12 and ours in told.body:
        return True
    theirs = _work_words(work)
    if min(len(told.words), len(theirs)) >= _FEWEST:
        both = len(told.words & theirs)
        if both >= _NEAR * (len(told.words) + len(theirs) - both):
            return True
        # A subtitle that was left out, or that stands alone; the name before a colon is too little.
        if told.title in _subtitles(work):
            return True
    if entry.year is not None and abs(entry.year - work.year) > 2:
        return False
    if told.title and told.title in _names(work):
        return True
    return bool(_name(work).search(told.text)) or (
        entry.year is not None and _calls(told.key, work)
    )


@lru_cache(maxsize=4096)
def _name(work: Work) -> re.Pattern[str]:
    return name_pattern(work)


def _calls(key: str, work: Work) -> bool:
    """Whether a folded key calls a work: "narayanan2019pipedream", "ssp13"."""
    names = {joined(n) for n in (work.id, work.name, *work.names)}
    bare = re.sub(r"\d+", "", key)
    return any(
        n and (n == key or re.sub(r"\d+$", "", n) == bare or (len(n) >= 5 and n in key))
        for n in names
    )


def same(entry: Entry, work: Work) -> bool:
    """Whether an entry surely is a work: the title as a whole, or its arXiv id."""
    ours = joined(work.title)
    if entry.title:
        return joined(entry.title) == ours or bool(entry.arxiv and entry.arxiv == work.arxiv)
    return len(ours) >= 12 and ours in joined(entry.words)


def key_of(work: Work, bibliography: Bibliography) -> str | None:
    """Key of the entry that surely is a work; None where there is none."""
    found = [e.key for e in bibliography.entries if same(e, work)]
    return next((k for k in found if k in bibliography.cited), found[0] if found else None)


def unused_key(work: Work, bibliography: Bibliography) -> str:
    """A key for a new entry: the work's id, with year and a letter where others have it."""
    taken = {e.key.casefold() for e in bibliography.entries}
    taken |= {k.casefold() for k in bibliography.cited}
    if work.id.casefold() not in taken:
        return work.id
    dated = f"{work.id}{work.year}"
    letters: list[str] = ["", *"abcdefghijklmnopqrstuvwxyz", *map(str, range(len(taken) + 1))]
    return next(dated + x for x in letters if (dated + x).casefold() not in taken)


# -- writing ----------------------------------------------------------------------------------

_PLACES = {"inproceedings": "booktitle", "article": "journal", "incollection": "booktitle", "techreport": "institution", "phdthesis": "school"}  # fmt: skip
_SPECIAL = Lazy(r"(?<!\\)([&%$#_])")


def bibtex(work: Work, key: str, *, ascii: bool = True) -> str:
    r"""An entry for a work that may be cited.

    Parameters
    ----------
    work : Work
    key : str
    ascii : bool
        Whether accents are written as LaTeX (``{\'e}``).

    Raises
    ------
    ValueError
        Where not all of the entry was found in public text: nobody may print a guess.
    """
    if not work.citable:
        raise ValueError(f"{work.id} is not verified")

    def written(text: str) -> str:
        escaped = _SPECIAL.sub(r"\\\1", text)
        return _accents(escaped) if ascii else escaped

    kind = work.kind if work.venue else "misc"
    fields = [
        ("author", " and ".join(work.authors)),
        ("title", _protected(work)),
        (_PLACES.get(kind, "howpublished"), work.venue),
        ("year", str(work.year)),
        ("eprint", work.arxiv),
        ("archivePrefix", "arXiv" if work.arxiv else ""),
    ]
    lines = ",\n".join(f"  {name} = {{{written(value)}}}" for name, value in fields if value)
    return f"@{kind}{{{key},\n{lines}\n}}"


def _protected(work: Work) -> str:
    """Title with braces around what a style must not put in lower case."""
    names = {work.name, *work.names}

    def guarded(match: re.Match[str]) -> str:
        word = match.group()
        # "Lock-Free" is a title's spelling, "Megatron-LM" a name's.
        capitals = any(re.search(r"(?<=.)[A-Z]|\d[A-Z]", part) for part in word.split("-"))
        keep = capitals or word in names
        return f"{{{word}}}" if keep and re.search(r"[A-Z]", word) else word

    return re.sub(r"[^\W_](?:[^\s(){}:;,?!\"“”]*[^\W_])?", guarded, work.title)


def _accents(text: str) -> str:
    """Letters beyond ASCII as LaTeX, each in braces, as BibTeX sorts them."""
    if text.isascii():
        return text
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    encoder = UnicodeToLatexEncoder(
        replacement_latex_protection="braces-all", unknown_char_policy="keep"
    )
    return "".join(c if c.isascii() else str(encoder.unicode_to_latex(c)) for c in text)
