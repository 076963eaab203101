"""The voice worker seen from the server and the command line: started late, stopped for sure.

`Worker` speaks to the process; `worded` has one part of a review said in a model's words, and
falls back on the engine's whenever anything at all goes wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tanaka.children.target import Target, Unusable
from tanaka.records import dataclass
from tanaka.views.review import Part, Review
from tanaka.voice.brief import SCHEMA, Brief, Message, again, answer_tokens, messages
from tanaka.voice.grounded import ground, labelled
from tanaka_persona import Persona

_PROGRAM = Path(__file__).with_name("voice_worker.py")
# What the process sees of our environment: nothing that holds a key, nothing that names a server
# but the proxy that a site insists on.
_KEPT = (
    "PATH", "LANG", "LC_ALL", "SYSTEMROOT", "WINDIR", "TMPDIR", "TEMP", "TMP", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy",
)  # fmt: skip
_LONGEST_LINE = 1 << 20  # bytes of one event
_START = 60.0  # [s]: litellm imports in three, on a busy machine in more
_GRACE = 0.5  # [s]: a cancelled request answers within milliseconds; then the process is killed
_MOST_WAIT = 20.0  # [s]: what a server may ask us to wait before a second try
_AGAIN = frozenset({"rate", "offline", "cut", "server"})

_SAYS = {
    "offline": "cannot be reached",
    "auth": "refuses the key",
    "no-model": "does not know the model",
    "rate": "is asked too often",
    "too-long": "finds the request too long",
    "timeout": "does not answer",
    "budget": "takes too long",
    "cut": "ended in the middle of its answer",
    "bad-request": "does not take the request",
    "too-much": "says too much",
    "elsewhere": "points to another server, which was not asked",
    "server": "answers with an error",
}


class VoiceError(Exception):
    """The voice did not come about.

    Attributes
    ----------
    kind : str
        One of those of the worker, or "worker" for the process itself.
    detail : str
        What the server said, without the key: for a log, never for a review.
    retry_after : float or None
        What the server asked us to wait [s].
    """

    def __init__(
        self, kind: str, message: str, *, detail: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Budgets:
    """What a request may take.

    Attributes
    ----------
    idle : float
        Silence before and between pieces of an answer [s].
    total : float
        One part, with all its tries [s].
    """

    idle: float = 30.0
    total: float = 120.0


@dataclass(frozen=True, slots=True)
class Worded:
    """A part, and whose words it is in.

    Attributes
    ----------
    part : Part
        With a last line that says so.
    by_model : bool
    refused : str
        Why the engine's words stayed; "" where they did not.
    dropped : tuple of str
        Why sentences were left out, and what a server said: for a log.
    reply : str
        What the model wrote, so that it can be used again while the facts are the same.
    """

    part: Part
    by_model: bool
    refused: str = ""
    dropped: tuple[str, ...] = ()
    reply: str = ""


def find_python(named: str = "", own: str | None = None) -> str:
    """A Python that has litellm.

    Parameters
    ----------
    named : str
        By the setting or the variable; "" for the one that runs us, if it has it.
    own : str, optional
        The one that runs us.

    Raises
    ------
    Unusable
        With what to do about it.
    """
    if named.strip():
        path = shutil.which(os.path.expanduser(named.strip()))  # noqa: PTH111 - as a person writes it
        if path is None:
            raise Unusable(f"{named}: the Python of the voice is not there, or is no program")
        return path
    if importlib.util.find_spec("litellm") is not None:
        return own or sys.executable
    raise Unusable(
        "the voice needs litellm, in a Python environment of its own: make one (python -m venv DIR; "
        "DIR/bin/pip install 'tanaka[voice]') and name DIR/bin/python in tanaka.voice.python, or in "
        "TANAKA_VOICE_PYTHON on the command line"
    )


class Worker:
    """The process, started by the first request and again after it has ended."""

    def __init__(self, python: str, *, idle_end: float = 600.0) -> None:
        """``idle_end`` seconds without a request end the process."""
        self.python = python
        self._idle_end = idle_end
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._events: dict[int, asyncio.Queue[dict[str, Any]]] = {}
        self._ready: asyncio.Future[None] | None = None
        self._last = 0
        self._said = ""

    @property
    def pid(self) -> int | None:
        """Of the running process; None where there is none."""
        running = self._process
        return None if running is None or running.returncode is not None else running.pid

    async def say(
        self,
        target: Target,
        asked: Sequence[Message],
        *,
        key: str = "",
        idle: float = 30.0,
        budget: float = 120.0,
        max_tokens: int = 1024,
        schema: Mapping[str, Any] | None = None,
        heard: Callable[[str], None] | None = None,
    ) -> str:
        """A model's whole answer.

        Parameters
        ----------
        target : Target
        asked : sequence of Message
        key : str
            Goes to the process with this request, and is kept nowhere.
        idle, budget : float
            Silence allowed, and all that may pass [s].
        max_tokens : int
            Longest answer [tokens].
        schema : mapping, optional
            JSON Schema of the answer, where its server takes one.
        heard : callable, optional
            Called with each piece as it comes.

        Raises
        ------
        VoiceError
        """
        if key and not target.takes_a_key:
            raise VoiceError("auth", f"a key is not sent over http to {target.host}: use https")
        process = await self._running()
        self._last += 1
        id = self._last
        events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._events[id] = events
        request = {
            "op": "say", "id": id, "model": target.model, "base": target.base, "reach": target.base,
            "key": key, "messages": list(asked), "idle": idle, "budget": budget,
            "max_tokens": max_tokens, "schema": None if schema is None else dict(schema),
        }  # fmt: skip
        pieces: list[str] = []
        ended = False
        try:
            await self._send(process, request)
            # The process keeps the budget; this is for one that does not answer at all.
            async with asyncio.timeout(budget + 5.0):
                while True:
                    event = await events.get()
                    match event["ev"]:
                        case "delta":
                            pieces.append(str(event["text"]))
                            if heard is not None:
                                heard(pieces[-1])
                        case "end":
                            ended = True
                            # A server that has the key could say it back.
                            whole = "".join(pieces)
                            return whole.replace(key, "[key]") if key else whole
                        case _:
                            ended = True
                            raise self._failure(event, target)
        except TimeoutError:
            raise VoiceError("budget", f"{target.host} {_SAYS['budget']}") from None
        finally:
            if not ended:
                await asyncio.shield(self._cancel(id, events))
            self._events.pop(id, None)

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None

    # -- the process ----------------------------------------------------------------------------
    async def _running(self) -> asyncio.subprocess.Process:
        process = self._process
        if process is None or process.returncode is not None:
            process = await self._start()
        ready = self._ready
        if ready is not None:
            try:
                async with asyncio.timeout(_START):
                    await asyncio.shield(ready)
            except TimeoutError:
                await self.close()
                raise VoiceError("worker", "the voice's process does not start") from None
        return process

    async def _start(self) -> asyncio.subprocess.Process:
        environment = {k: v for k in _KEPT if (v := os.environ.get(k)) is not None}
        try:
            process = await asyncio.create_subprocess_exec(
                self.python, "-I", "-X", "utf8", str(_PROGRAM), str(self._idle_end),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                env=environment, cwd=tempfile.gettempdir(), limit=_LONGEST_LINE,
            )  # fmt: skip
        except OSError as error:
            raise VoiceError("worker", f"{self.python} does not run: {error.strerror}") from error
        self._process = process
        self._ready = asyncio.get_running_loop().create_future()
        self._ready.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._reading = asyncio.get_running_loop().create_task(self._read(process, self._ready))
        return process

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Future[None]) -> None:
        """Hand each event to the request that it is of; when the process ends, tell them all."""
        assert process.stdout is not None and process.stderr is not None
        complaints = asyncio.get_running_loop().create_task(_tail(process.stderr))
        try:
            while line := await process.stdout.readline():
                event = json.loads(line)
                if event["ev"] == "ready":
                    ready.set_result(None)
                elif (queue := self._events.get(event["id"])) is not None:
                    queue.put_nowait(event)
        except ValueError:
            # A line that is too long, or no JSON: it is not our worker that speaks.
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        why = await complaints
        if not ready.done():
            lacks = "litellm is not installed there" if "No module named 'litellm'" in why else why
            ready.set_exception(
                VoiceError(
                    "worker",
                    f"the voice does not start with {self.python}: {lacks or 'it ended at once'}",
                )
            )
        if self._process is process:
            self._process = None
        for queue in self._events.values():
            queue.put_nowait({"ev": "died"})

    async def _send(self, process: asyncio.subprocess.Process, request: dict[str, Any]) -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise VoiceError("worker", "the voice's process has ended") from error

    async def _cancel(self, id: int, events: asyncio.Queue[dict[str, Any]]) -> None:
        """Stop a request by a message, and by force where that is not heard."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            await self._send(process, {"op": "cancel", "id": id})
            async with asyncio.timeout(_GRACE):
                while (await events.get())["ev"] in ("delta",):
                    pass
        except (TimeoutError, VoiceError):
            await self.close()

    @staticmethod
    def _failure(event: Mapping[str, Any], target: Target) -> VoiceError:
        if event["ev"] == "died":
            return VoiceError("worker", "the voice's process has ended")
        kind = str(event.get("kind"))
        said = str(event.get("message") or "")
        text = f"{target.host} {_SAYS.get(kind, _SAYS['server'])}"
        return VoiceError(kind, text, detail=said, retry_after=event.get("retry_after"))


async def _tail(stream: asyncio.StreamReader) -> str:
    """The last line of what a process complained about."""
    last = b""
    while block := await stream.read(4096):
        last = (last + block)[-4096:]
    lines = last.decode("utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""


# -- a review in other words --------------------------------------------------------------------


def titled(made: Review, target: Target) -> Review:
    """The review with the voice named in its head and its foot."""
    foot = (
        "The last line of a part says whose words it is in; every fact comes from the draft, "
        "from a datasheet, or from the formula beside it."
    )
    return replace(made, source=target.label, footer=foot)


async def worded(
    worker: Worker,
    target: Target,
    given: Brief,
    persona: Persona,
    *,
    key: str = "",
    budgets: Budgets | None = None,
    heard: Callable[[str], None] | None = None,
) -> Worded:
    """One part in a model's words, or as the engine words it where that fails.

    A failure that time may heal, and an answer that cannot be used, are each tried once more;
    everything together stays within the budget.
    """
    if not given.is_worth_saying:
        return Worded(given.part, False)
    allowed = budgets or Budgets()
    loop = asyncio.get_running_loop()
    until = loop.time() + allowed.total
    asked = messages(given, persona)
    failed = refused = False
    dropped: tuple[str, ...] = ()
    while True:
        left = until - loop.time()
        try:
            if left <= 0:
                raise VoiceError("budget", f"{target.host} {_SAYS['budget']}")
            reply = await worker.say(
                target, asked, key=key, idle=min(allowed.idle, left), budget=left,
                max_tokens=answer_tokens(given), schema=SCHEMA, heard=heard,
            )  # fmt: skip
        except VoiceError as error:
            wait = error.retry_after if error.retry_after is not None else 1.0
            if failed or error.kind not in _AGAIN or wait > min(_MOST_WAIT, until - loop.time()):
                detail = (error.detail,) if error.detail else ()
                return _engine(given, str(error), (*dropped, *detail))
            failed = True
            await asyncio.sleep(wait)
            continue
        said = said_again(target, given, reply)
        dropped += said.dropped
        if said.by_model:
            return replace(said, dropped=dropped)
        if refused:
            return _engine(given, said.refused, dropped)
        refused = True
        asked = again(messages(given, persona), reply, said.dropped)


def said_again(target: Target, given: Brief, reply: str) -> Worded:
    """What a reply that is there already makes of a part; nothing is asked."""
    found = ground(given, reply)
    if found.part is None:
        return _engine(given, f"{target.shown} was refused: {found.dropped[0]}", found.dropped)
    left_out = " Some of its sentences were left out." if found.dropped else ""
    whose = f"Worded by {target.shown} @ {target.host}; every fact is the engine's.{left_out}"
    return Worded(labelled(found.part, whose), True, dropped=found.dropped, reply=reply)


def _engine(given: Brief, why: str, dropped: tuple[str, ...]) -> Worded:
    return Worded(labelled(given.part, f"The engine's own words: {why}."), False, why, dropped)
