"""What the tests of the voice share: a part with known facts, and a server that speaks OpenAI's protocol.

The server is real: a socket on this machine, HTTP, and events streamed as the protocol has them.
What it answers is a function that a test gives; what it was asked, and whether the caller hung
up, is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tanaka.text import DocId, Span
from tanaka.views.review import Part, Run
from tanaka.voice.brief import Brief, brief
from tanaka_persona import Persona, load

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build" / "voice-venv" / "bin" / "python"
PATIENCE = 20.0  # seconds; a test that waits so long has failed
KEY = "sk-test-0123456789abcdefghij"


def python() -> str:
    """The Python that has litellm; ``make test`` makes it before it runs this."""
    assert PYTHON.is_file(), "build/voice-venv is not there: make build/stamps/voice"
    return str(PYTHON)


@cache
def persona() -> Persona:
    """Who speaks."""
    return load()


def _at(name: str) -> Span:
    return Span(DocId(name), 0, 1)


def part() -> Part:
    """A part as the engine makes one: two paragraphs of facts, and one without."""
    return Part(
        "mechanism-stress-test",
        "The Mechanism Stress Test",
        (
            (
                Run("Start with the peak: 450 TFLOP/s is 1.44 times the dense peak of the A100 ["),
                Run("eval.tex:41", _at("eval.tex")),
                Run("]. It cannot be. Print the bytes and the time."),
            ),
            (Run("Then memory. It holds."),),
            (
                Run("Now follow the slowest: 64 nodes meet at a barrier ["),
                Run("design.tex:7", _at("design.tex")),
                Run(
                    "]. With a spread of 30 ms the slowest is expected 70.3 ms late [assumed: normal times]. "
                    "The bound itself is SSP (NIPS 2013). What does the slow node do to the step?"
                ),
            ),
        ),
    )


@cache
def given() -> Brief:
    """The part taken apart."""
    return brief(part(), persona(), works=["SSP (NIPS 2013)"])


def slot(shown: str, of: Brief | None = None) -> str:
    """The slot of a fact, by what it shows."""
    found = [s.id for s in (of or given()).slots.values() if shown in s.shown]
    assert found, shown
    return f"{{{found[0]}}}"


def fair() -> list[str]:
    """Other words for the same facts."""
    s = slot
    return [
        f"Begin at the peak: {s('450')} on the {s('A100')} is {s('1.44')} its dense peak.",
        "It cannot be.",
        "Print the bytes, then the time.",
        f"Walk along with the slowest: {s('64 nodes')} meet at the barrier.",
        f"A spread of {s('30 ms')} leaves the slowest {s('70.3')} late.",
        f"The bound is {s('SSP')}.",
        "What does a slow node do to the step?",
    ]


def answer(sentences: Sequence[str], **more: Any) -> str:
    """An answer in the form that is asked for."""
    return json.dumps({"sentences": list(sentences), "end": True} | more)


# -- the server -------------------------------------------------------------------------------


@dataclass
class Call:
    """One request, and the way to answer it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def status(self, code: int, body: str, **headers: str) -> None:
        """A whole response."""
        data = body.encode()
        named = {"Content-Type": "application/json", **headers}
        head = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in named.items())
        await self.send(
            f"HTTP/1.1 {code} X\r\n{head}Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode()
            + data
        )

    async def refuse(self, code: int, message: str, **headers: str) -> None:
        """An error as OpenAI's server has them."""
        await self.status(
            code, json.dumps({"error": {"message": message, "type": "x", "code": None}}), **headers
        )

    async def begin(self) -> None:
        """The head of a stream."""
        await self.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        )

    async def piece(self, text: str | None, finish: str | None = None) -> None:
        """One piece of an answer."""
        delta = {} if text is None else {"content": text}
        chunk = {
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": self.body["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }  # fmt: skip
        await self.send(f"data: {json.dumps(chunk)}\n\n".encode())

    async def end(self) -> None:
        """The end of a stream that is whole."""
        await self.piece(None, "stop")
        await self.send(b"data: [DONE]\n\n")

    async def say(self, text: str, pieces: int = 7) -> None:
        """A whole answer, streamed."""
        await self.begin()
        size = max(1, len(text) // pieces)
        for at in range(0, len(text), size):
            await self.piece(text[at : at + size])
        await self.end()


async def parrot(call: Call) -> None:
    """Say the engine's own sentences back, as a model that is all obedience."""
    asked = json.loads(call.body["messages"][1]["content"])
    await call.say(answer(asked["sentences"]))


Script = Callable[[Call], Awaitable[None]]


@dataclass
class Speaker:
    """A server that was started."""

    base: str
    script: Script
    calls: list[Call] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    def answers(self, *replies: str) -> None:
        """Say these, one a request; the last again and again."""
        left = list(replies)

        async def script(call: Call) -> None:
            await call.say(left.pop(0) if len(left) > 1 else left[0])

        self.script = script

    def forget(self) -> None:
        """Begin anew."""
        self.calls.clear()
        self.called.clear()
        self.answers(answer(fair()))


@asynccontextmanager
async def speaker() -> AsyncIterator[Speaker]:
    """A server on this machine."""
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:]) if k}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            call = Call(reader, writer, head[0].split()[1], headers, json.loads(body or b"{}"))
            started.calls.append(call)
            started.called.set()
            gone = asyncio.create_task(reader.read())
            gone.add_done_callback(lambda _: call.hung_up.set())
            tasks.add(gone)
            await started.script(call)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller is free to leave
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    started = Speaker(f"http://127.0.0.1:{port}/v1", lambda call: call.say(answer(fair())))
    try:
        yield started
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
