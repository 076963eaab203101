"""The language server as an editor has it, over standard input and output, for `scripts/bench.py`.

Each keystroke makes one stated factor wrong or right again, with digits that were not there
before, and is timed until the server has published that; between keystrokes prose is typed.
"""

from __future__ import annotations

import json
import queue
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60.0  # [s]
_FACTOR = re.compile(r"a \$(?P<r>[\d.]+)\\times\$ speedup")


@dataclass(frozen=True)
class Times:
    """What an editor would have seen [s], and the server's memory [byte]."""

    initialize: float
    at_rest: int
    first: float
    all: float
    typed: tuple[float, ...]
    missed: int
    memory: int

    @property
    def p50(self) -> float:
        """Median of the keystrokes."""
        return statistics.median(self.typed)

    @property
    def p95(self) -> float:
        """The keystroke that one of twenty is slower than."""
        return statistics.quantiles(self.typed, n=20, method="inclusive")[-1]


class Client:
    """A server process, and what it says."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tanaka", "serve"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._heard: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        source = self.process.stdout
        assert source is not None
        while head := source.readline():
            length = 0
            while line := head.strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                head = source.readline()
            body = source.read(length)
            self._heard.put((time.perf_counter(), json.loads(body)))

    def say(self, **content: object) -> None:
        """Send a message."""
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def until(self, holds: Callable[[dict[str, Any]], bool], limit: float = PATIENCE) -> float:
        """When a message came for which something holds.

        Raises
        ------
        queue.Empty
            If none does in time.
        """
        end = time.perf_counter() + limit
        while True:
            at, message = self._heard.get(timeout=max(0.001, end - time.perf_counter()))
            if holds(message):
                return at

    def memory(self) -> int:
        """Resident memory [byte]; 0 where the system does not say."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.is_file():
            return 0
        found = re.search(r"VmRSS:\s+(\d+)", status.read_text("utf-8"))
        return int(found.group(1)) * 1024 if found else 0


def served(text: str, keystrokes: int) -> Times:
    """Open a paper in a fresh server and type in it."""
    client = Client()
    folder = Path(tempfile.mkdtemp())
    try:
        return _served(client, text, keystrokes, (folder / "main.tex").as_uri())
    finally:
        client.process.kill()
        shutil.rmtree(folder)


def _served(client: Client, text: str, keystrokes: int, uri: str) -> Times:
    lines = text.split("\n")
    places = [(i, m) for i, line in enumerate(lines) if (m := _FACTOR.search(line))]
    first = places[0][0]
    lines[first] = _FACTOR.sub("a $9.87\\\\times$ speedup", lines[first])
    began = time.perf_counter()
    options = {"diagnosticsDelay": 0}
    client.say(
        id=1,
        method="initialize",
        params={
            "processId": None, "rootUri": None, "capabilities": {}, "initializationOptions": options
        },
    )  # fmt: skip
    initialize = client.until(lambda m: m.get("id") == 1) - began
    client.say(method="initialized", params={})
    wrong = {first}

    def shows(line: int, *, fault: bool) -> Callable[[dict[str, Any]], bool]:
        def holds(message: dict[str, Any]) -> bool:
            if message.get("method") != "textDocument/publishDiagnostics":
                return False
            found = message["params"]["diagnostics"]
            return fault == any(d["range"]["start"]["line"] == line for d in found)

        return holds

    time.sleep(1)  # the analysis is loaded: this is the server at rest
    at_rest = client.memory()
    opened = time.perf_counter()
    document = {"uri": uri, "languageId": "latex", "version": 1, "text": "\n".join(lines)}
    client.say(method="textDocument/didOpen", params={"textDocument": document})
    seen = client.until(shows(first, fault=True)) - opened
    whole = client.until(lambda m: m.get("method") == "tanaka/status") - opened

    version = 1

    def edit(line: int, start: int, end: int, new: str) -> None:
        nonlocal version
        version += 1
        lines[line] = lines[line][:start] + new + lines[line][end:]
        places_ = [{"line": line, "character": c} for c in (start, end)]
        client.say(
            method="textDocument/didChange",
            params={
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [
                    {"range": {"start": places_[0], "end": places_[1]}, "text": new}
                ],
            },
        )

    typed: list[float] = []
    missed = 0
    for k in range(keystrokes):
        line = places[(7 * k) % len(places)][0]
        match = _FACTOR.search(lines[line])
        assert match is not None
        right = line in wrong
        new = f"{places[(7 * k) % len(places)][1]['r']}" if right else f"{4 + k % 6}.{k % 90 + 10}"
        pressed = time.perf_counter()
        edit(line, match.start("r"), match.end("r"), new)
        try:
            typed.append(client.until(shows(line, fault=not right), 5.0) - pressed)
        except queue.Empty:
            missed += 1
        wrong ^= {line}
        prose = line + 1 if line + 1 < len(lines) else line - 1
        edit(prose, len(lines[prose]), len(lines[prose]), " indeed")
        time.sleep(0.03)
    return Times(initialize, at_rest, seen, whole, tuple(typed), missed, client.memory())


def linted(text: str) -> float | None:
    """How long chktex takes for the same file [s]; None where it is not installed."""
    if shutil.which("chktex") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "main.tex"
        file.write_text(text, "utf-8")
        began = time.perf_counter()
        subprocess.run(["chktex", "-q", file.name], cwd=folder, capture_output=True, check=False)
        return time.perf_counter() - began
