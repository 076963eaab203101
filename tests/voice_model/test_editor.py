"""The voice in an editor: the language server, the worker and a server on this machine, all real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from lsp.client import PATIENCE, Editor, editor, vscode
from tanaka.lsp import ext
from voice_model.speaker import KEY, ROOT, Call, Speaker, parrot, python, speaker

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAIN = ROOT / "examples" / "stale-pipeline" / "main.tex"


class Desk:
    """An editor with its voice: what it was told, and what it answers."""

    def __init__(self, client: Editor) -> None:
        self.client = client
        self.uri = MAIN.as_uri()
        self.parts: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.key: str | None = None
        self.allowed = True
        self._heard = asyncio.Event()
        self._settled = 0

        @client.feature(ext.VOICE_PART)
        def part(params: Any) -> None:
            self.parts.append(ext.plain(params))
            self._heard.set()

        @client.feature(ext.VOICE_STATE)
        def state(params: Any) -> None:
            self.states.append(ext.plain(params))
            self._heard.set()

        @client.feature(ext.VOICE_KEY)
        def key(params: Any) -> dict[str, Any]:
            self.asked.append(("key", ext.plain(params)))
            return {"key": self.key}

        @client.feature(ext.VOICE_CONSENT)
        def consent(params: Any) -> dict[str, Any]:
            self.asked.append(("consent", ext.plain(params)))
            self._heard.set()
            return {"allowed": self.allowed}

    async def until(self, *states: str) -> dict[str, Any]:
        """Wait until the voice is in one of some states."""
        async with asyncio.timeout(PATIENCE + 20):
            while not self.states or self.states[-1]["state"] not in states:
                self._heard.clear()
                await self._heard.wait()
        return self.states[-1]

    async def settle(self, **voice: Any) -> None:
        """Change the settings and wait until the server has them."""
        self._settled += 1  # a setting that nothing reads, so that each time is a change
        self.client.configuration = {"tanaka": {"voice": voice | {"consent": [str(self._settled)]}}}
        self.states.clear()
        self.client.workspace_did_change_configuration(_changed())
        await self.until("off", "ready", "failed")
        self.states.clear()
        self.parts.clear()
        self.asked.clear()

    async def stress(self, **more: Any) -> Any:
        """Ask for the stress test of the paper."""
        return await self.client.run(ext.STRESS_TEST, {"uri": self.uri, "scope": "paper", **more})


def _changed() -> Any:
    from lsprotocol import types

    return types.DidChangeConfigurationParams(settings=None)


@asynccontextmanager
async def desk(**options: Any) -> AsyncIterator[Desk]:
    async with editor(vscode(), {"diagnosticsDelay": 0, **options}, (MAIN.parent,)) as client:
        made = Desk(client)
        client.open(made.uri, MAIN.read_text("utf-8"))
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_desk() -> AsyncIterator[Desk]:
    async with desk(voice=True) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[Speaker]:
    async with speaker() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def on(open_desk: Desk, running: Speaker) -> Desk:
    """The voice turned on, with a server that says the engine's words back."""
    running.forget()
    running.script = parrot
    open_desk.key, open_desk.allowed = None, True
    await open_desk.settle(
        enabled=True, model=f"parrot-{len(running.base)}", apiBase=running.base, python=python()
    )
    return open_desk


def words(part: dict[str, Any]) -> list[str]:
    return ["".join(r["text"] for r in p) for p in part["voice"]]


async def test_off_is_the_default_and_asks_nobody(open_desk: Desk, running: Speaker) -> None:
    await open_desk.settle(enabled=True, model="m", apiBase=running.base)
    await open_desk.settle()
    running.forget()
    made = await open_desk.stress(voice=True)
    assert made["source"] == "engine only" and "voicing" not in made
    assert (open_desk.parts, open_desk.asked, running.calls) == ([], [], [])


async def test_the_engines_review_comes_at_once_and_the_words_follow(
    on: Desk, running: Speaker
) -> None:
    made = await on.stress(voice=True)
    assert made["voicing"] and len(made["parts"]) == 4
    assert made["source"].startswith("voice: parrot")
    assert (await on.until("done", "failed"))["state"] == "done", on.states
    assert {p["id"] for p in on.parts} == {made["voicing"]}
    ours = {p["id"]: p for p in made["parts"]}
    for told in on.parts:
        *said, last = words(told["part"])
        assert said == words(ours[told["part"]["id"]])
        assert last.startswith("Worded by parrot") and told["refused"] is None
    assert len(running.calls) == len(on.parts) > 2


async def test_nothing_is_asked_of_a_model_by_a_refresh(on: Desk, running: Speaker) -> None:
    """A review that follows an edit costs nothing; words that were made are used again."""
    first = await on.stress()
    assert "voicing" not in first and running.calls == []
    await on.stress(voice=True)
    await on.until("done")
    before = len(running.calls)
    again = await on.stress()
    assert len(running.calls) == before
    assert any(words(p)[-1].startswith("Worded by parrot") for p in again["parts"])
    await on.stress(voice=True)
    await on.until("done")
    assert len(running.calls) == before, "the same facts are not paid for twice"


async def test_findings_do_not_wait_for_the_voice(on: Desk, running: Speaker) -> None:
    async def hang(call: Call) -> None:
        await call.hung_up.wait()

    running.script = hang
    await on.settle(enabled=True, model="hangs", apiBase=running.base, python=python())
    await on.stress(voice=True)
    async with asyncio.timeout(PATIENCE):
        await running.called.wait()
    wrong = "The step time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n"
    other = (MAIN.parent / "beside.tex").as_uri()
    on.client.open(
        other, f"\\documentclass{{article}}\\begin{{document}}\n{wrong}\\end{{document}}\n"
    )
    await on.client.until("the finding", lambda: "TK101" in on.client.codes(other))
    assert on.states[-1]["state"] == "speaking"
    on.client.protocol.notify(ext.VOICE_STOP, {})
    assert (await on.until("stopped"))["label"].startswith("voice: hangs")
    async with asyncio.timeout(PATIENCE):
        await running.calls[0].hung_up.wait()
    on.client.close(other)


async def test_a_key_is_asked_for_when_it_is_needed_and_for_one_server(
    on: Desk, running: Speaker
) -> None:
    on.key = KEY
    await on.stress(voice=True)
    await on.until("done")
    origin = running.base.removesuffix("/v1")
    assert on.asked == [("key", {"base": origin})], "no consent is needed for this machine"
    assert all(c.headers["authorization"] == f"Bearer {KEY}" for c in running.calls)
    assert KEY not in str(on.client.logged) + str(on.states) + str(on.parts)


async def test_another_server_is_not_spoken_to_without_consent(on: Desk) -> None:
    """A name that no resolver knows: were it asked, the note would say that it cannot be reached."""
    on.allowed = False
    await on.settle(enabled=True, model="m", apiBase="https://voice.invalid/v1", python=python())
    await on.stress(voice=True)
    state = await on.until("stopped", "failed", "done")
    assert state["state"] == "stopped" and "not allowed" in state["note"]
    ((what, asked),) = on.asked
    assert what == "consent"
    assert asked == {"root": on.uri, "host": "voice.invalid", "model": "m"}
    assert on.parts == []


async def test_a_server_that_fails_leaves_the_engines_words(on: Desk, running: Speaker) -> None:
    async def refuse(call: Call) -> None:
        await call.refuse(401, f"bad key {KEY}")

    running.script = refuse
    on.key = KEY
    await on.settle(enabled=True, model="refuses", apiBase=running.base, python=python())
    made = await on.stress(voice=True)
    state = await on.until("failed", "done")
    assert state["state"] == "failed" and "refuses the key" in state["note"]
    ours = {p["id"]: p for p in made["parts"]}
    for told in on.parts:
        assert words(told["part"])[:-1] == words(ours[told["part"]["id"]])
    assert KEY not in str(on.client.logged) + str(on.states) + str(on.parts)


async def test_what_would_be_sent_is_what_is_sent(on: Desk, running: Speaker) -> None:
    shown = await on.client.run(ext.WHAT_WOULD_BE_SENT, {"uri": on.uri, "scope": "paper"})
    shown = ext.plain(shown)
    assert running.calls == [] and shown["base"] == running.base.removesuffix("/v1")
    await on.settle(enabled=True, model="other", apiBase=running.base, python=python())
    await on.stress(voice=True)
    await on.until("done")
    for call in running.calls:
        for message in call.body["messages"]:
            assert message["content"] in shown["text"]


async def test_what_would_be_sent_can_be_read_while_the_voice_is_off(
    on: Desk, running: Speaker
) -> None:
    await on.settle(enabled=False, model="m", apiBase=running.base)
    shown = ext.plain(
        await on.client.run(ext.WHAT_WOULD_BE_SENT, {"uri": on.uri, "scope": "paper"})
    )
    assert shown["text"].startswith("The voice is off, so nothing is sent.")
    assert '"evidence"' in shown["text"]


async def test_a_setting_that_cannot_be_used_is_said(on: Desk) -> None:
    on.states.clear()
    on.client.configuration = {
        "tanaka": {"voice": {"enabled": True, "model": "m", "apiBase": "nowhere"}}
    }
    on.client.workspace_did_change_configuration(_changed())
    state = await on.until("failed")
    assert "not an address" in state["note"] and state["label"] == "engine only"


async def test_a_client_that_cannot_be_asked_names_its_hosts(running: Speaker) -> None:
    """Another editor: no consent but the list in its own settings, and nothing is sent without."""
    async with desk() as made:
        await made.settle(
            enabled=True, model="m", apiBase="https://voice.invalid/v1", python=python()
        )
        await made.stress(voice=True)
        assert "not allowed" in (await made.until("stopped", "failed"))["note"]
        assert made.asked == []
