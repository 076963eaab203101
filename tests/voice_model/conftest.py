"""A server that is spoken to from another thread, for tests that are no coroutines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from .speaker import Speaker, speaker


@pytest.fixture(scope="module")
def _threaded() -> Iterator[Speaker]:
    ready = threading.Event()
    made: list[Speaker] = []
    stop: list[asyncio.Event] = []
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        async with speaker() as server:
            made.append(server)
            stop.append(asyncio.Event())
            loops.append(asyncio.get_running_loop())
            ready.set()
            await stop[0].wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(20)
    yield made[0]
    loops[0].call_soon_threadsafe(stop[0].set)
    thread.join(20)


@pytest.fixture
def beside(_threaded: Speaker) -> Speaker:
    """A server that runs in a thread of its own."""
    _threaded.forget()
    return _threaded
