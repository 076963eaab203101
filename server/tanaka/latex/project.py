"""Which files make a paper: roots, what they input in the order TeX reads it, bibliographies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice

from tanaka.latex.macros import Macro
from tanaka.latex.source import Region, Source
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.text import DocId, folder, resolve

# Only \input takes a name without braces; \includegraphics and \includeonly are other macros.
_INPUT = Lazy(
    r"\\(?:input|include|subfile|subfileinclude|(?P<maybe>InputIfFileExists))(?![A-Za-z@])\s*"
    r"\{\s*(?P<braced>[^{}]+?)\s*\}"
    r"|\\input[ \t]+(?P<bare>[^\s{}\\%\[\]]+)"
    r"|\\(?P<sub>sub)?(?:import|includefrom|inputfrom)\*?(?![A-Za-z@])\s*"
    r"\{\s*(?P<dir>[^{}]*?)\s*\}\s*\{\s*(?P<file>[^{}]+?)\s*\}"
)
# Drawings, bibliographies and classes that \input may name too: no text of the paper.
_NO_TEXT = Lazy(r"\.(?:tikz|pgf|pdf_tex|eps_tex|bbl|sty|cls|clo|def|cfg|dat|gnuplot)$", re.I)
# Families of a bibliography package have commands of their own: \bibliographyapx.
_BIBLIOGRAPHY = Lazy(
    r"\\(?:bibliography(?!style|unit)[A-Za-z]*|add(?:bibresource|globalbib|sectionbib)|nobibliography\*?)"
    r"\s*(?:\[[^\]]*\]\s*)?\{(?P<names>[^{}]*)\}"
)
# Only abbreviations of journals' names: they come with TeX and hold no entry.
_ABBREVIATIONS = Lazy(r"^(?:IEEE(?:abrv|full)|abrv|strings?|acronyms?)$", re.I)
_CLASS = Lazy(r"^[^%\n]*\\documentclass\b", re.M)
_MAGIC_ROOT = Lazy(r"^\s*!\s*TeX\s+root\s*=\s*(\S.*?)\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file, in reading order: text between two inputs."""

    doc: DocId
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Project:
    r"""The files of a paper.

    Attributes
    ----------
    root : DocId
    files : tuple of DocId
        What is typeset, in order of first use.
    pieces : tuple of Piece
        The same as TeX reads it.
    missing : tuple of DocId
        What is input and nobody has.
    bibliographies : tuple of DocId
        The ``.bib`` files that it names, in order, and at the end the ``.bbl`` file that BibTeX
        makes of them beside the root, which an archive often has alone.  Whether somebody has
        them is not asked here.
    """

    root: DocId
    files: tuple[DocId, ...]
    pieces: tuple[Piece, ...]
    missing: tuple[DocId, ...]
    bibliographies: tuple[DocId, ...] = ()

    @property
    def shape(self) -> tuple[tuple[DocId, ...], ...]:
        """What it is made of, wherever in the text that is said."""
        return self.files, self.missing, self.bibliographies


def has_document_class(source: Source) -> bool:
    """Whether a file is a document of its own."""
    return bool(source.each("class", _classes)) and bool(source.each("begins", _begins))


def _classes(region: Region) -> tuple[bool, ...]:
    has = "\\documentclass" in region.visible and _CLASS.search(region.visible) is not None
    return (True,) if has else ()


def _begins(region: Region) -> tuple[bool, ...]:
    return (True,) if "\\begin{document}" in region.visible else ()


_USE = Lazy(r"\\(?P<name>[A-Za-z@]+)")
_ROUNDS = 3  # macros that use macros
_TITLE = Lazy(r"\\title\s*(?:\[[^\]]*\]\s*)?\{")


def title(source: Source, own: Mapping[str, Macro]) -> str:
    r"""Title of a document as plain words; "" where it has none.

    The paper's ``own`` macros without arguments are put in; other macros are dropped and their
    arguments kept, which serves for a name in a sentence.
    """
    match = _TITLE.search(source.visible)
    if match is None:
        return ""
    depth, at = 1, match.end()
    while at < len(source.visible) and depth:
        depth += {"{": 1, "}": -1}.get(source.visible[at], 0)
        at += 1
    words = re.sub(r"\\\\(?:\[[^\]]*\])?", " ", source.visible[match.end() : at - 1])
    for _ in range(_ROUNDS):
        words = _USE.sub(
            lambda m: (
                own[m["name"]].body
                if m["name"] in own and not own[m["name"]].arguments
                else m.group()
            ),
            words,
        )
    words = re.sub(r"\\[A-Za-z@]+\*?\s?|[{}~]", " ", words)
    words = re.sub(r"\\([%$&#_])", r"\1", words)
    return " ".join(words.split())


def magic_root(doc: DocId, source: Source) -> DocId | None:
    """Root that ``% !TeX root = ...`` names, seen from the file's folder."""
    comments = (c for region in source.regions for c in region.comments)
    for comment in islice(comments, 20):
        if match := _MAGIC_ROOT.match(comment.text):
            return resolve(folder(doc), match.group(1))
    return None


def assemble(
    root: DocId,
    source_of: Callable[[DocId], Source | None],
    respelled: Callable[[DocId], DocId | None] = lambda doc: None,
) -> Project:
    """Follow the inputs from a root.  A loop is cut, a missing file is noted.

    Parameters
    ----------
    root : DocId
    source_of : callable
        Source of a document, or None where nobody has it.
    respelled : callable
        The one document whose name differs from a missing one in upper and lower case only, or
        None.  macOS and Windows find such a file, so authors do not notice.
    """
    base = folder(root)
    files: list[DocId] = []
    pieces: list[Piece] = []
    missing: list[DocId] = []

    def read(doc: DocId, within: tuple[DocId, ...]) -> None:
        source = source_of(doc)
        if source is None:
            if doc not in missing:
                missing.append(doc)
            return
        if doc not in files:
            files.append(doc)
        at = 0
        for start, name in source.each("inputs", inputs):
            child = _target(name, base, folder(doc), source_of, respelled)
            if child is None or child in within or len(within) > 24:
                continue
            pieces.append(Piece(doc, at, start + name.start))
            at = start + name.start  # a block that begins with the command belongs to what follows
            read(child, (*within, child))
        pieces.append(Piece(doc, at, len(source.text)))

    read(root, (root,))
    named = [
        doc
        for file in files
        if (source := source_of(file)) is not None
        for doc in bibliographies(source, base)
    ]
    if named:
        stem = root.rpartition(".")[0] if "." in root.rpartition("/")[2] else root
        named.append(DocId(f"{stem}.bbl"))
    return Project(
        root,
        tuple(files),
        tuple(p for p in pieces if p.end > p.start),
        tuple(missing),
        tuple(dict.fromkeys(named)),
    )


def bibliographies(source: Source, base: str) -> tuple[DocId, ...]:
    r"""The ``.bib`` files that a file names, seen from the root's folder, as TeX looks for them.

    A name that is made by a macro is left out.
    """
    names = [name for _, name in source.each("bibliographies", _bibliographies)]
    return tuple(
        resolve(base, name if name.endswith(".bib") else f"{name}.bib")
        for name in dict.fromkeys(names)
        if name
        and not re.search(r"[\\#]|^\w+://", name)
        and not _ABBREVIATIONS.match(name.rpartition("/")[2].removesuffix(".bib"))
    )


def _bibliographies(region: Region) -> tuple[str, ...]:
    if "bibliography" not in region.visible and "\\add" not in region.visible:
        return ()
    return tuple(
        name.strip().strip('"')
        for match in _BIBLIOGRAPHY.finditer(region.visible)
        for name in match["names"].split(",")
    )


@dataclass(frozen=True, slots=True)
class Input:
    r"""An ``\input`` and its kin: its place in its region, and what it names."""

    start: int
    end: int
    name: str
    folder: str | None
    beside: bool
    """Whether the folder is seen from the file that names it."""
    maybe: bool


def inputs(region: Region) -> tuple[Input, ...]:
    """What a region inputs, in order."""
    if not any(
        word in region.visible for word in ("input", "include", "import", "subfile", "Input")
    ):
        return ()
    return tuple(
        Input(
            *m.span(),
            m["file"] or (m["braced"] or m["bare"] or "").strip('"'),
            m["dir"] if m["file"] else None,
            bool(m["sub"]),
            bool(m["maybe"]),
        )
        for m in _INPUT.finditer(region.visible)
    )


def _target(
    given: Input,
    base: str,
    here: str,
    source_of: Callable[[DocId], Source | None],
    respelled: Callable[[DocId], DocId | None],
) -> DocId | None:
    """Document that an input names; where nobody has it, the name to ask for, or None."""
    name, bases = given.name, (base, here)
    if given.folder is not None:
        name = given.folder + "/" + name
        bases = (here, base) if given.beside else (base, here)
    if not name or name.startswith("|") or "\\" in name or "#" in name or _NO_TEXT.search(name):
        return None
    names = (name,) if name.endswith((".tex", ".ltx")) else (name + ".tex", name)
    asked = [resolve(where, spelling) for where in dict.fromkeys(bases) for spelling in names]
    for doc in asked:
        if source_of(doc) is not None:
            return doc
    for doc in asked:
        if (other := respelled(doc)) is not None:
            return other
    return None if given.maybe else asked[0]


def candidates(texts: Mapping[DocId, Source], baseline: Callable[[DocId], bool]) -> list[DocId]:
    """Files that can be a root, those of a baseline folder left out, shallow names first."""
    roots = [d for d, s in texts.items() if has_document_class(s) and not baseline(d)]
    return sorted(roots, key=lambda d: (d.count("/"), d.rpartition("/")[2] != "main.tex", d))
