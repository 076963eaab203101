"""A paper's files from disk: the only place of the command line that opens a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tanaka.analysis import Analysis, AnalysisHost, Change, Report
from tanaka.text import DocId, decode

_LARGEST = 8_000_000  # bytes; a paper's source is a hundredth of it
_MOST = 400  # files of one folder
_SKIPPED = {"build", "node_modules", "__pycache__"}


class Unreadable(Exception):
    """Input that cannot be used; the message is the one line the user sees."""


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


def load(path: Path) -> Loaded:
    """Load a ``.tex`` file, or the paper of a folder.

    Documents are named relative to the root file's folder.

    Raises
    ------
    Unreadable
        With one clear sentence.
    """
    if not path.exists():
        raise Unreadable(f"{path}: no such file or folder")
    if path.is_dir():
        path = _root_of_folder(path)
    elif path.suffix not in (".tex", ".ltx"):
        raise Unreadable(f"{path}: not a .tex file or a folder")
    base = path.parent
    host = AnalysisHost()
    root = DocId(path.name)
    host.apply(Change(_beside(base) | {root: read_text(path)}))
    analysis = host.snapshot()
    magic = analysis.magic_root(root)
    if (
        magic is not None
        and (base / magic).is_file()
        and (base / magic).resolve() != path.resolve()
    ):
        return load((base / magic).resolve())
    for _ in range(64):
        missing = analysis.project(root).missing
        found: dict[DocId, str | None] = dict(f for d in missing for f in _read_missing(base, d))
        if not found:
            break
        host.apply(Change(found))
        analysis = host.snapshot()
    return Loaded(host, analysis, root, base)


def _beside(base: Path) -> dict[DocId, str | None]:
    settings = base / "tanaka.toml"
    return {DocId("tanaka.toml"): read_text(settings)} if settings.is_file() else {}


def _read_missing(base: Path, asked: DocId) -> list[tuple[DocId, str]]:
    """A file that the paper inputs, by its name on disk; empty where there is none to read."""
    # An \input may climb out of the paper's folder; two folders up is a shared macro file, more
    # is no business of ours.
    if asked.startswith("../../../") or Path(asked).suffix not in (".tex", ".ltx", ""):
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
