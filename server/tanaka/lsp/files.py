"""Files that are not open: from disk where the scheme is ``file``, else through the client.

A document of another scheme (Overleaf's, a shared session's) is on no disk here, and is never
looked for on one.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from tanaka.lsp import ext
from tanaka.lsp.documents import Names
from tanaka.text import DocId, decode

SUFFIXES = (".tex", ".ltx")
_LARGEST = 8_000_000  # bytes; a paper's source is a hundredth of it
_LARGEST_PDF = 50_000_000  # bytes
_MOST_FILES = 400  # LaTeX files of one folder; a thesis has a hundred
_MOST_ENTRIES = 20_000  # entries looked at below a workspace folder: a home folder has more
_DEEPEST = 6
_SKIPPED = {"build", "node_modules", "__pycache__", "venv"}

Ask = Callable[[str, Any], Awaitable[Any]]


class Unreadable(Exception):
    """A file is there and was not read; the message says why, in a sentence."""


class Files:
    """Reads and lists, within bounds."""

    def __init__(self, names: Names, ask: Ask | None) -> None:
        """``ask`` sends a request to the client; None where the client answers none of ours."""
        self._names = names
        self._ask = ask

    async def read(self, doc: DocId) -> str | None:
        """Text of a file; None where there is none, or where it is no text."""
        path = _path(doc)
        if path is not None:
            return _read(path)
        if self._ask is None:
            return None
        result = ext.plain(await self._ask(ext.READ_FILE, {"uri": self._names.uri(doc)}))
        text = result.get("text") if isinstance(result, dict) else None
        return text if isinstance(text, str) else None

    async def read_bytes(self, doc: DocId) -> bytes | None:
        """Bytes of a PDF; None where there is none.

        Raises
        ------
        Unreadable
            If it is there and is too large, or its bytes did not arrive.
        """
        path = _path(doc)
        if path is not None:
            return _read_bytes(path)
        if self._ask is None:
            return None
        asked = {"uri": self._names.uri(doc), "encoding": "base64"}
        result = ext.plain(await self._ask(ext.READ_FILE, asked))
        given = result if isinstance(result, dict) else {}
        text, problem = given.get("text"), given.get("problem")
        if isinstance(problem, str) and problem:
            raise Unreadable(problem)
        if not isinstance(text, str):
            return None
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            raise Unreadable(f"{_name(doc)} did not arrive as bytes.") from None

    async def list(
        self, folder: DocId, *, recursive: bool, suffixes: tuple[str, ...] = SUFFIXES
    ) -> list[DocId]:
        """Files of a folder with some suffixes, those of LaTeX if not said, by name."""
        path = _path(folder)
        if path is not None:
            files = _walk(path, suffixes) if recursive else _entries(path, suffixes)
            return [DocId(f"{folder}/{f.relative_to(path).as_posix()}") for f in files]
        if self._ask is None:
            return []
        asked = {
            "uri": self._names.uri(folder), "recursive": recursive, "suffixes": list(suffixes)
        }  # fmt: skip
        result = ext.plain(await self._ask(ext.LIST_FILES, asked))
        uris = result.get("uris") if isinstance(result, dict) else None
        wanted = [u for u in uris if isinstance(u, str)] if isinstance(uris, list) else []
        return sorted(self._names.doc(u) for u in wanted)[:_MOST_FILES]


def _path(doc: DocId) -> Path | None:
    if not doc.startswith("file://"):
        return None
    name = doc[len("file://") :]
    if name[:1] == "/" and name[2:3] == ":":
        name = name[1:]  # file:///c:/paper on Windows
    return Path(name)


def _read(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        return decode(path.read_bytes())
    except OSError:
        return None


def _read_bytes(path: Path) -> bytes | None:
    try:
        if not path.is_file():
            return None
        size = path.stat().st_size
        if size > _LARGEST_PDF:
            raise Unreadable(
                f"{path.name} has {size / 1e6:.0f} MB, and {_LARGEST_PDF / 1e6:.0f} MB is the most that is read."
            )
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror or error}.") from None


def _name(doc: DocId) -> str:
    return doc.rpartition("/")[2]


def _entries(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    try:
        found = sorted(f for f in path.iterdir() if f.suffix in suffixes)
    except OSError:
        return []
    return found[:_MOST_FILES]


def _walk(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    seen = 0
    for here, folders, files in os.walk(path):
        depth = len(Path(here).relative_to(path).parts)
        kept = [f for f in folders if not f.startswith(".") and f not in _SKIPPED]
        folders[:] = sorted(kept) if depth < _DEEPEST else []
        found += [Path(here) / f for f in sorted(files) if f.endswith(suffixes)]
        seen += len(files) + len(folders)
        if seen > _MOST_ENTRIES or len(found) >= _MOST_FILES:
            break
    return found[:_MOST_FILES]


def ancestors(doc: DocId, top: DocId | None) -> Iterator[DocId]:
    """Folders of a document from the innermost outwards, to a top folder or two above.

    Without a top, a file in ``paper/sections`` finds ``paper/main.tex``, and no more.
    """
    here = DocId(doc.rpartition("/")[0])
    for _ in range(_DEEPEST if top else 3):
        if here.endswith(("/", ":")) or not here:
            return
        yield here
        if here == top:
            return
        here = DocId(here.rpartition("/")[0])
