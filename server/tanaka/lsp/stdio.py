"""Reads a client's messages from standard input on the loop itself.

pygls reads standard input in a thread and goes there and back three times for each message, which
takes longer than to judge the sentence that was typed.  Where standard input is a pipe or a socket
of a POSIX system the loop can wait for it, and does.
"""

from __future__ import annotations

import asyncio
import os
import stat
from typing import BinaryIO


class PipeReader:
    """An asynchronous reader of a pipe, as `pygls.io_.run_async` takes it."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream

    @classmethod
    async def of(cls, stdin: BinaryIO) -> PipeReader:
        """Make the running loop wait for this pipe."""
        stream = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), stdin
        )
        return cls(stream)

    async def readline(self) -> bytes:
        """Read one line of a header; nothing at the end."""
        return await self._stream.readline()

    async def readexactly(self, size: int) -> bytes:
        """Read a message of `size` bytes; nothing where the client left in its midst."""
        # Several messages may be here already: what the one before set off comes first.
        await asyncio.sleep(0)
        try:
            return await self._stream.readexactly(size)
        except asyncio.IncompleteReadError:
            return b""


def waits_on_the_loop(stdin: BinaryIO, stdout: BinaryIO) -> bool:
    """Whether the loop can wait for this input without a change to how the output is written.

    Waiting makes the open file non-blocking, and so an output that is the same open file.
    """
    if os.name != "posix":
        return False
    try:
        read, written = os.fstat(stdin.fileno()), os.fstat(stdout.fileno())
    except (OSError, ValueError):  # not a file of the system
        return False
    a_pipe = stat.S_ISFIFO(read.st_mode) or stat.S_ISSOCK(read.st_mode)
    return a_pipe and (read.st_dev, read.st_ino) != (written.st_dev, written.st_ino)
