"""The voice's transport, in a process and an environment of its own: the only import of litellm.

It is run as a file, ``python -I voice_worker.py``, by a Python that need not know Tanaka, so it
imports nothing of it.  Requests come in as JSON, one a line; events go out the same way:

    in   {"op": "say", "id": 1, "model": ..., "base": ..., "key": ..., "messages": [...], ...}
         {"op": "cancel", "id": 1}
    out  {"ev": "ready"}, {"ev": "delta", "id": 1, "text": ...}, {"ev": "end", "id": 1},
         {"ev": "cancelled", "id": 1}, {"ev": "error", "id": 1, "kind": ..., "message": ...}

The key is in the request alone: it is never in an argument, in the environment, in a log or in a
message that comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

# Before the import: no table of prices and no header fetched from the net, no .env read.
os.environ.update(
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS="True",
    LITELLM_LOCAL_BLOG_POSTS="True",
    LITELLM_MODE="PRODUCTION",
    LITELLM_LOG="CRITICAL",
    HF_HUB_OFFLINE="1",
)

_LONGEST_MESSAGE = 300  # characters
_LARGEST_REPLY = 60_000  # characters
_SECRET = re.compile(r"\b(?:sk|pk|key|token|bearer|AIza)[-_ ]?[-\w]{8,}", re.I)
_PROXIES = ("HTTPS_PROXY", "https_proxy")
_PORTS = {"http": 80, "https": 443}
_BY_STATUS = {
    401: "auth",
    403: "auth",
    404: "no-model",
    408: "timeout",
    413: "too-long",
    429: "rate",
}

# A stray print of a library must not break the protocol: it goes to standard error.
_out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1, newline="\n")
os.dup2(2, 1)


def emit(**event: Any) -> None:
    """Send one event."""
    _out.write(json.dumps(event) + "\n")


class Elsewhere(PermissionError):
    """Something wanted to reach another server than the one that was asked for."""


class Wall:
    """Lets the process reach the server that a request names, and nothing else.

    That covers what a library does of its own accord, and a server that points to another one.
    """

    def __init__(self) -> None:
        self.hosts: set[tuple[str, int]] = set()
        self.addresses: set[tuple[str, int]] = set()
        self._look_up = socket.getaddrinfo

    def raise_up(self) -> None:
        """From here on every look-up and every connection is checked."""
        socket.getaddrinfo = self.look_up
        sys.addaudithook(self.check)
        for name in _PROXIES:
            self.allow(os.environ.get(name, ""))

    def allow(self, url: str) -> None:
        """Let a server through."""
        parts = urlsplit(url)
        if parts.hostname:
            port = parts.port or _PORTS.get(parts.scheme, 443)
            self.hosts.add((parts.hostname, port))
            self.addresses.add((parts.hostname, port))  # where it is a number already

    def look_up(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:
        """Addresses of a host that may be reached."""
        name = host.decode() if isinstance(host, bytes) else host
        if (name, int(port or 0)) not in self.hosts | self.addresses:
            raise Elsewhere(f"not the server that was asked for: {name}")
        found = self._look_up(host, port, *more, **named)
        self.addresses.update((str(entry[4][0]), int(port)) for entry in found)
        return found

    def check(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse a connection to an address that no look-up gave."""
        if event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            if not isinstance(address, tuple) or tuple(address[:2]) not in self.addresses:
                raise Elsewhere("not the server that was asked for")


def scrubbed(text: str, key: str) -> str:
    """A message in one short line without the key, or anything that looks like one."""
    if key:
        text = text.replace(key, "[key]")
    return _SECRET.sub("[key]", " ".join(text.split()))[:_LONGEST_MESSAGE]


def causes(error: BaseException | None) -> list[BaseException]:
    """An error and what it came from, at most ten."""
    found: list[BaseException] = []
    while error is not None and len(found) < 10 and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def kind(error: BaseException, begun: bool) -> str:
    """What went wrong, in one word: litellm's classes do not tell, its status codes mostly do."""
    chain = causes(error)
    names = {type(e).__name__ for e in chain}
    if "Elsewhere" in names:
        return "elsewhere"
    if "ContextWindowExceededError" in names:
        return "too-long"
    if names & {"Timeout", "APITimeoutError", "ReadTimeout", "ConnectTimeout", "SocketTimeoutError",
                "TimeoutException", "ServerTimeoutError"}:  # fmt: skip
        return "timeout"
    if not begun and (
        any(isinstance(e, ConnectionError) for e in chain)
        or names & {"ConnectError", "ClientConnectorError", "ClientConnectorDNSError", "gaierror"}
    ):
        return "offline"
    statuses = [s for e in chain if isinstance(s := getattr(e, "status_code", None), int)]
    known = next((s for s in statuses if s in _BY_STATUS), None)
    if known is not None:
        return _BY_STATUS[known]
    if begun:
        return "cut"
    if 400 in statuses:
        return "bad-request"
    return "server"


def retry_after(error: BaseException) -> float | None:
    """Seconds that the server asked to wait, where it did."""
    for each in causes(error):
        headers = getattr(each, "litellm_response_headers", None)
        response = getattr(each, "response", None)
        for found in (headers, getattr(response, "headers", None)):
            value = found.get("retry-after") if found is not None else None
            with contextlib.suppress(TypeError, ValueError):
                return float(value)  # type: ignore[arg-type]
    return None


def load() -> Any:
    """litellm, with all that talks of its own accord turned off."""
    import logging

    logging.disable(logging.CRITICAL)
    import litellm  # type: ignore[import-not-found, unused-ignore]

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.drop_params = False
    litellm.num_retries = 0
    for name in ("success_callback", "failure_callback", "callbacks", "input_callback",
                 "_async_success_callback", "_async_failure_callback", "service_callback"):  # fmt: skip
        setattr(litellm, name, [])
    return litellm


class Worker:
    """Runs what is asked, one task a request."""

    def __init__(self, litellm: Any, wall: Wall) -> None:
        self.litellm = litellm
        self.wall = wall
        self.tasks: dict[int, asyncio.Task[None]] = {}
        # How strictly a model may be held to a shape, by model and address: found by trying.
        self.level: dict[tuple[str, str], int] = {}

    def take(self, request: dict[str, Any]) -> None:
        """Begin or stop something."""
        id = int(request["id"])
        if request.get("op") == "cancel":
            task = self.tasks.get(id)
            if task is not None:
                task.cancel()
            return
        task = asyncio.get_running_loop().create_task(self.say(id, request))
        self.tasks[id] = task
        task.add_done_callback(lambda _: self.tasks.pop(id, None))

    async def say(self, id: int, request: dict[str, Any]) -> None:
        """Answer one request with events; the last is end, error or cancelled."""
        key = str(request.get("key") or "")
        state = {"begun": False}
        self.wall.allow(str(request["reach"]))
        deadline = asyncio.timeout(float(request["budget"]))
        try:
            async with deadline:
                await self.stream(id, request, key, state)
        except asyncio.CancelledError:
            emit(ev="cancelled", id=id)
        except Exception as error:  # noqa: BLE001 - whatever a library raises becomes an event
            what = "budget" if deadline.expired() else kind(error, state["begun"])
            emit(
                ev="error", id=id, kind=what,
                message=scrubbed(str(error), key), retry_after=retry_after(error),
            )  # fmt: skip

    async def stream(
        self, id: int, request: dict[str, Any], key: str, state: dict[str, bool]
    ) -> None:
        """Ask, holding the model to JSON as strictly as its server takes it."""
        at = (str(request["model"]), str(request.get("base") or ""))
        shapes = self.shapes(request.get("schema"))
        level = self.level.get(at, 0)
        while True:
            try:
                await self.once(id, request, key, state, shapes[level])
            except Exception as error:
                text = str(error).lower()
                refused = (
                    "response_format" in text or "json_schema" in text or "json_object" in text
                )
                if state["begun"] or not refused or level + 1 >= len(shapes):
                    raise
                level += 1
                self.level[at] = level
            else:
                return

    @staticmethod
    def shapes(schema: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Ways to ask for JSON, the strictest first; the last asks in words alone."""
        if schema is None:
            return [{}]
        named = {"name": "answer", "strict": True, "schema": schema}
        return [
            {"response_format": {"type": "json_schema", "json_schema": named}},
            {"response_format": {"type": "json_object"}},
            {},
        ]

    async def once(
        self,
        id: int,
        request: dict[str, Any],
        key: str,
        state: dict[str, bool],
        shape: dict[str, Any],
    ) -> None:
        """One call, with its stream."""
        base = request.get("base")
        chunks = await self.litellm.acompletion(
            model=request["model"],
            messages=request["messages"],
            max_tokens=int(request["max_tokens"]),
            stream=True,
            timeout=float(request["idle"]),
            max_retries=0,
            num_retries=0,
            # A server of one's own often wants no key; the libraries insist on some word.
            api_key=key or "none",
            **({"api_base": base} if base else {}),
            **shape,
        )
        size = 0
        finish = None
        async for chunk in chunks:
            choices = getattr(chunk, "choices", None) or []
            if not choices:
                continue
            text = getattr(choices[0].delta, "content", None)
            finish = choices[0].finish_reason or finish
            if text:
                state["begun"] = True
                size += len(text)
                if size > _LARGEST_REPLY:
                    emit(ev="error", id=id, kind="too-much", message="", retry_after=None)
                    await chunks.aclose() if hasattr(chunks, "aclose") else None
                    return
                emit(ev="delta", id=id, text=text)
        emit(ev="end", id=id, finish=finish)


async def main(idle: float) -> None:
    """Serve until standard input ends, or nothing was asked for ``idle`` seconds."""
    wall = Wall()
    wall.raise_up()
    worker = Worker(load(), wall)
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)

    # A thread, since a pipe cannot be waited for on every platform.
    threading.Thread(target=read, daemon=True).start()
    emit(ev="ready")
    while True:
        try:
            line = await asyncio.wait_for(lines.get(), idle)
        except TimeoutError:
            if worker.tasks:
                continue
            return
        if line is None:
            return
        worker.take(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0))
    _out.flush()
    os._exit(0)  # a library's thread must not keep the process
