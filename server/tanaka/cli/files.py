"""A paper's files from disk: the only place of the command line that opens a file."""

from __future__ import annotations

import os
import posixpath
import sys
from pathlib import Path

from tanaka.analysis import Analysis, AnalysisHost, Change, Report
from tanaka.analysis.baseline import Chosen, candidates
from tanaka.cli.refused import Refused
from tanaka.records import dataclass
from tanaka.text import DocId, decode, folder

_LARGEST = 8_000_000  # bytes; a paper's source is a hundredth of it
_MOST = 400  # files of one folder
_SKIPPED = {"build", "node_modules", "__pycache__"}


class Unreadable(Refused):
    """A paper, or a name in it, that cannot be used."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A paper in memory: the host, a snapshot, and the root."""

    host: AnalysisHost
    analysis: Analysis
    root: DocId
    folder: Path

    def analysis_report(self) -> Report:
        """The report of the paper."""
        return self.analysis.report(self.root)


def read_text(path: Path) -> str:
    """Text of a file; bytes that are no UTF-8 are replaced, nothing is lost silently.

    Raises
    ------
    Unreadable
        Where the file is missing, too large, or no text.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise Unreadable(f"{path}: larger than {_LARGEST // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    text = decode(data)
    if text is None:
        raise Unreadable(f"{path}: not a text file")
    return text


def load(path: Path, baseline: Path | None = None, *, preview: bool = False) -> Loaded:
    """Load a ``.tex`` file, a PDF, or the paper of a folder, and the baseline paper with it.

    Documents are named relative to the root file's folder.  A baseline that nobody named is
    looked for beside the root; what cannot be read of it is said on standard error, and the paper
    is read without it.

    Parameters
    ----------
    path : Path
    baseline : Path or None
        A ``.tex`` file, a PDF or a folder, anywhere.
    preview : bool
        Whether rules in preview are run, whatever the settings say.

    Raises
    ------
    Unreadable
        With one clear sentence.
    """
    path = _root_file(path)
    base = path.parent
    host = AnalysisHost(preview=preview)
    root = DocId(path.name)
    host.apply(Change(_beside(base) | {root: _read_paper(path)}))
    analysis = host.snapshot()
    magic = analysis.magic_root(root)
    if (
        magic is not None
        and (base / magic).is_file()
        and (base / magic).resolve() != path.resolve()
    ):
        return load((base / magic).resolve(), baseline, preview=preview)
    _complete(host, base, root)
    if baseline is not None:
        other = _baseline_paper(host, base, baseline)
        if other == root:
            raise Unreadable(f"--baseline {baseline}: that is the paper itself")
        host.apply(Change(baselines={root: other}))
    else:
        _find_baseline(host, base, root)
    _cite(host, base, root)
    return Loaded(host, host.snapshot(), root, base)


def _root_file(path: Path) -> Path:
    if not path.exists():
        raise Unreadable(f"{path}: no such file or folder")
    if path.is_dir():
        return _root_of_folder(path)
    if path.suffix.lower() not in (".tex", ".ltx", ".pdf"):
        raise Unreadable(f"{path}: not a .tex file or a folder, and not a .pdf")
    return path


def _read_paper(path: Path) -> str:
    """Text of a root file: LaTeX as it stands, a PDF as it was made text."""
    if path.suffix.lower() != ".pdf":
        return read_text(path)
    from tanaka.children.pdf import CAPS, PdfProblem, read_pdf

    try:
        if path.stat().st_size > CAPS.size:
            raise Unreadable(f"{path}: larger than {CAPS.size // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    found = read_pdf(data)
    if isinstance(found, PdfProblem):
        raise Unreadable(f"{path}: {found.message}")
    for note in found.notes:
        _say(f"{path}: {note}")
    return found.text


def _say(words: str) -> None:
    print(f"tanaka: {words}", file=sys.stderr)


def _complete(host: AnalysisHost, base: Path, root: DocId) -> None:
    """Read what a paper inputs, and what that inputs, until nothing more is found."""
    for _ in range(64):
        missing = host.snapshot().project(root).missing
        found = dict(f for d in missing for f in _read_missing(base, d, folder(root)))
        if not found:
            return
        host.apply(Change({**found}))


def _baseline_paper(host: AnalysisHost, base: Path, path: Path) -> DocId:
    """Read a baseline paper; its root's name seen from the paper's folder."""
    file = _root_file(path)
    text = _read_paper(file)
    try:
        name = Path(os.path.relpath(file.resolve(), base.resolve())).as_posix()
    except ValueError:  # another drive
        name = file.resolve().as_posix()
    doc = DocId(name)
    host.apply(Change({doc: text}))
    _complete(host, base, doc)
    return doc


def _find_baseline(host: AnalysisHost, base: Path, root: DocId) -> None:
    """Read the baseline that the settings name, or the first that lies beside the root."""
    for doc, chosen in candidates(root, host.snapshot().config_of(root)):
        path = base / doc
        named = chosen is Chosen.SETTINGS
        if doc == root or not (named or path.exists()):
            continue
        try:
            other = _baseline_paper(host, base, path)
        except Unreadable as error:
            where = "named in tanaka.toml" if named else "found beside the root"
            _say(f"{error}; it is the baseline {where}, and is left out")
            continue
        if other != root:
            host.apply(Change(baselines={root: other} if named and other != doc else {}))
            return


def _cite(host: AnalysisHost, base: Path, root: DocId) -> None:
    """Read the bibliographies that a paper names, and what a project adds to the knowledge base."""
    found: dict[DocId, str | None] = {}
    for doc in host.snapshot().project(root).bibliographies:
        if _beyond(doc, folder(root)) or Path(doc).suffix not in (".bib", ".bbl"):
            continue
        _read_into(found, base, doc)
    for file in sorted((base / ".tanaka" / "knowledge").rglob("*.toml"))[:_MOST]:
        _read_into(found, base, DocId(file.relative_to(base).as_posix()))
    host.apply(Change(found))


def _read_into(found: dict[DocId, str | None], base: Path, doc: DocId) -> None:
    path = base / doc
    if path.is_file():
        try:
            found[doc] = read_text(path)
        except Unreadable as error:
            _say(f"{error}; it is left out")


def _beside(base: Path) -> dict[DocId, str | None]:
    settings = base / "tanaka.toml"
    return {DocId("tanaka.toml"): read_text(settings)} if settings.is_file() else {}


def _beyond(doc: DocId, home: str) -> bool:
    """Whether a name lies more than two folders above a paper: no business of ours.

    Two folders up is a shared file of macros.
    """
    return posixpath.relpath(doc, home or ".").startswith("../../../")


def _read_missing(base: Path, asked: DocId, home: str) -> list[tuple[DocId, str]]:
    """A file that the paper inputs, by its name on disk; empty where there is none to read."""
    if _beyond(asked, home) or Path(asked).suffix not in (".tex", ".ltx", ""):
        return []
    doc = asked if (base / asked).is_file() else _respelled(base, asked)
    if doc is None:
        return []
    try:
        return [(doc, read_text(base / doc))]
    except Unreadable:
        return []


def _respelled(base: Path, doc: DocId) -> DocId | None:
    """Name of the one file that differs from ``doc`` in upper and lower case only.

    macOS, Windows and Overleaf's importers find it, so authors never notice the difference.
    """
    at, parts = base, []
    for part in Path(doc).parts:
        if part == ".." or (at / part).exists():
            name = part
        else:
            try:
                found = [p.name for p in at.iterdir() if p.name.casefold() == part.casefold()]
            except OSError:
                return None
            if len(found) != 1:
                return None
            name = found[0]
        at /= name
        parts.append(name)
    return DocId("/".join(parts)) if at.is_file() else None


def _root_of_folder(path: Path) -> Path:
    texts: dict[DocId, str | None] = dict(_beside(path))
    for file in sorted(path.rglob("*.tex"))[:_MOST]:
        name = file.relative_to(path)
        if any(p.startswith(".") or p in _SKIPPED for p in name.parts[:-1]):
            continue
        try:
            texts[DocId(name.as_posix())] = read_text(file)
        except Unreadable:
            continue
    host = AnalysisHost()
    host.apply(Change(texts))
    roots = host.snapshot().roots()
    if not roots:
        raise Unreadable(
            f"{path}: no file with \\documentclass, and no tanaka.toml that names a root"
        )
    shallow = [r for r in roots if r.count("/") == roots[0].count("/")]
    named = host.snapshot().named_roots()
    if len(shallow) > 1 and not named and not roots[0].endswith("main.tex"):
        names = ", ".join(shallow[:4])
        raise Unreadable(
            f"{path}: several files could be the root ({names}); name one, or set [paper] root in tanaka.toml"
        )
    return path / roots[0]
