"""Read a PDF in a child process with caps, and make it text; problems are values.

The child (`tanaka.children.pdf_reader`) gets the bytes on standard input and nothing else: no
path, no network code, an environment of a few names.  What it writes is data, made text by
`tanaka.ingest.pdf` here.  Results are kept by the hash of the bytes.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tanaka.ingest.layout import drawn
from tanaka.ingest.pdf import latex_of
from tanaka.records import dataclass

_CHILD = Path(__file__).with_name("pdf_reader.py")
_PASSED = ("SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_KEPT = 16
_ANSWER = 64_000_000  # bytes of JSON; ten times what the caps on characters let through


@dataclass(frozen=True, slots=True)
class Caps:
    """What a PDF may cost.

    Attributes
    ----------
    size : int
        Bytes of the file.
    pages, characters : int
        More is left out, and said.
    memory : int
        MiB of the child's address space; only POSIX enforces it.
    seconds : float
        On the clock, start included.
    """

    size: int = 50_000_000
    pages: int = 60
    characters: int = 2_000_000
    memory: int = 768
    seconds: float = 15.0


CAPS = Caps()


@dataclass(frozen=True, slots=True)
class PdfText:
    """A PDF as text.

    Attributes
    ----------
    text : str
        LaTeX, as `tanaka.ingest.pdf` makes it.
    pages : int
        That were read.
    notes : tuple of str
        What was left out, each one sentence without a full stop.
    """

    text: str
    pages: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PdfProblem:
    """Why a PDF gives no text: one sentence for the user, without a full stop."""

    message: str


_cache: OrderedDict[tuple[str, Caps], PdfText | PdfProblem] = OrderedDict()


def read_pdf(data: bytes, caps: Caps = CAPS) -> PdfText | PdfProblem:
    """Text of a PDF's bytes.  Waits for the child; for the command line.

    Parameters
    ----------
    data : bytes
    caps : Caps
    """
    key = _key(data, caps)
    if key in _cache:
        return _cache[key]
    refused = _refused(data, caps)
    if isinstance(refused, PdfProblem):
        return refused
    child = subprocess.Popen(
        refused, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=_environment(), start_new_session=True,
    )  # fmt: skip
    try:
        out, _ = child.communicate(data, timeout=caps.seconds)
    except subprocess.TimeoutExpired:
        return _remember(key, _slow(caps))
    finally:
        _end(child.pid, running=child.poll() is None)
        child.communicate()
    return _remember(key, _understood(out, child.returncode, caps))


async def read_pdf_async(data: bytes, caps: Caps = CAPS) -> PdfText | PdfProblem:
    """Text of a PDF's bytes, for a server that must go on answering.  Cancelling ends the child.

    Parameters
    ----------
    data : bytes
    caps : Caps
    """
    key = _key(data, caps)
    if key in _cache:
        return _cache[key]
    refused = _refused(data, caps)
    if isinstance(refused, PdfProblem):
        return refused
    child = await asyncio.create_subprocess_exec(
        *refused, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=_environment(), start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(caps.seconds):
            out, _ = await child.communicate(data)
    except TimeoutError:
        return _remember(key, _slow(caps))
    finally:
        _end(child.pid, running=child.returncode is None)
        await child.wait()
    return _remember(key, _understood(out, child.returncode or 0, caps))


def _key(data: bytes, caps: Caps) -> tuple[str, Caps]:
    return hashlib.sha256(data).hexdigest(), caps


def _remember(key: tuple[str, Caps], found: PdfText | PdfProblem) -> PdfText | PdfProblem:
    _cache[key] = found
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    return found


def _refused(data: bytes, caps: Caps) -> Sequence[str] | PdfProblem:
    """The child's command, or why none is started."""
    if len(data) > caps.size:
        return PdfProblem(f"larger than {caps.size / 1e6:.0f} MB")
    # Readers accept junk before the mark, within the first kilobyte.
    if b"%PDF-" not in data[:1024]:
        return PdfProblem("not a PDF")
    # Where the library is, without loading it: the child sees no site of the user's own.
    spec = importlib.util.find_spec("pypdfium2")
    if spec is None or not spec.submodule_search_locations:
        return PdfProblem("PDFs cannot be read here: the Python package pypdfium2 is not installed")
    folder = str(Path(next(iter(spec.submodule_search_locations))).parent)
    numbers = (caps.size, caps.pages, caps.characters, caps.memory, int(caps.seconds) + 1)
    return (sys.executable, "-I", str(_CHILD), folder, *map(str, numbers))


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED if name in os.environ}


def _end(pid: int, *, running: bool) -> None:
    """End a child that still runs, and whatever it started."""
    if not running:
        return
    try:
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def _slow(caps: Caps) -> PdfProblem:
    return PdfProblem(f"reading took longer than {caps.seconds:g} s, so it was ended")


def _understood(out: bytes, status: int, caps: Caps) -> PdfText | PdfProblem:
    """What the child's answer says."""
    if status == -getattr(signal, "SIGXCPU", 24):
        return _slow(caps)
    crashed = PdfProblem(
        f"the PDF reader needed more memory than the {caps.memory} MB it may have, or crashed"
    )
    if status != 0 or len(out) > _ANSWER:
        return crashed
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError:
        return crashed
    problem = answer.get("problem")
    if problem == "memory":
        return crashed
    if problem == "encrypted":
        return PdfProblem("encrypted, so it cannot be read without its password")
    if problem is not None:
        return PdfProblem("damaged: it begins like a PDF, and has no page that can be read")
    document = drawn(answer["pages"], answer["fonts"])
    if answer["cut"] and not document.sheets:
        return PdfProblem(f"more than {caps.characters:,} characters on its first page")
    read, count = len(document.sheets), int(answer["count"])
    text = latex_of(document)
    notes = []
    if answer["cut"]:
        notes.append(f"more than {caps.characters:,} characters: only the first {read} of {count} pages were read")  # fmt: skip
    elif count > read:
        notes.append(f"it has {count} pages: only the first {read} were read")
    if not any(sheet.lines for sheet in document.sheets):
        return PdfProblem("no text in it: scanned pages are pictures, and are not read")
    return PdfText(text, read, tuple(notes))
