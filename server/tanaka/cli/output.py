"""What every command does with standard output: its encoding, colour, width and JSON.

Imports nothing heavy: ``serve`` starts through here too.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from json import dump
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanaka.views.encode import Json

_NARROWEST, _WIDEST = 40, 120


def prepare() -> None:
    """Make the output UTF-8 wherever no terminal says otherwise, and printable where one does.

    Without this the same paper gives other bytes, or none, under another locale.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")


def colour() -> bool:
    """Whether escape sequences are wanted: on a terminal, and nobody said no."""
    return (
        sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "") != "dumb"
    )


def width(usual: int, widest: int = _WIDEST) -> int:
    """Columns of a line: those of the terminal within reason, the usual ones for a pipe or a file."""
    if not sys.stdout.isatty():
        return usual
    # Some terminals put the cursor on the next line after the last column.
    return min(max(shutil.get_terminal_size().columns - 1, _NARROWEST), widest)


def json(document: Json) -> None:
    """Print a document; numbers that JSON cannot say are an error, not a guess."""
    dump(document, sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
    print()


def drop() -> None:
    """Send what is left to nowhere: the reader (head, less) has seen enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
