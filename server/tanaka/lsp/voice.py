"""The voice in an editor: asked for by a person, never awaited by anything, stopped at once.

A review is answered in the engine's words; the parts in a model's words follow by notification.
The process behind it is started by the first stress test with the voice turned on.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from tanaka.children.target import ENGINE, Target, Unusable, target
from tanaka.lsp import ext
from tanaka.records import dataclass

if TYPE_CHECKING:
    from tanaka.children.voice import Worded, Worker
    from tanaka.views.review import Part, Review
    from tanaka.voice.brief import Brief

log = logging.getLogger(__name__)

_MOST_KEPT = 64  # replies that are kept to be said again


class Talk(Protocol):
    """What the voice says to the client, and asks of it."""

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""

    async def ask(self, method: str, params: Any) -> Any:
        """Send a request; never awaited in a task that may be cancelled."""

    def log(self, message: str) -> None:
        """One line for the output channel."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``tanaka.voice``; a value of the wrong type is as good as none.

    Attributes
    ----------
    enabled : bool
    model, base, python : str
    consent : tuple of str
        Hosts that a client without a way to ask allows beforehand.
    """

    enabled: bool = False
    model: str = ""
    base: str = ""
    python: str = ""
    consent: tuple[str, ...] = ()

    @staticmethod
    def of(given: object) -> Settings:
        """Settings from what came."""
        data = given if isinstance(given, Mapping) else {}

        def text(name: str) -> str:
            value = data.get(name)
            return value.strip() if isinstance(value, str) else ""

        hosts = data.get("consent")
        return Settings(
            data.get("enabled") is True,
            text("model"),
            text("apiBase"),
            text("python"),
            tuple(h for h in hosts if isinstance(h, str)) if isinstance(hosts, list) else (),
        )


class Voice:
    """One client's voice."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.settings = Settings()
        self.client_answers = False
        self._worker: Worker | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._last = 0
        self._replies: dict[tuple[str, ...], str] = {}

    # -- settings -------------------------------------------------------------------------------
    def configure(self, given: object) -> None:
        """Take the settings; another model, or none, ends what the last one was saying."""
        settings = Settings.of(given)
        if settings == self.settings:
            return
        keeps_process = settings.enabled and settings.python == self.settings.python
        self.settings = settings
        self.stop()
        if self._worker is not None and not keeps_process:
            worker, self._worker = self._worker, None
            self._later(worker.close())
        try:
            found = self._target()
        except Unusable as error:
            self._state("failed", ENGINE, str(error))
        else:
            self._state(
                "off" if found is None else "ready", ENGINE if found is None else found.label
            )

    def _target(self) -> Target | None:
        """Who would speak; None while the voice is off."""
        return target(self.settings.model, self.settings.base) if self.settings.enabled else None

    def _usable(self) -> Target | None:
        try:
            return self._target()
        except Unusable:
            return None

    # -- a review -------------------------------------------------------------------------------
    def reworded(self, made: Review, works: Sequence[str]) -> Review:
        """The review with the words that were already made for the same facts; nothing is sent."""
        from tanaka.children.voice import titled

        found = self._usable()
        if found is None:
            return made
        parts = tuple(
            part if (said := self._kept(found, brief)) is None else said.part
            for part, brief in zip(made.parts, self._briefs(made, works), strict=True)
        )
        return replace(titled(made, found), parts=parts)

    def speak(
        self, made: Review, works: Sequence[str], root: str, record: Callable[[Part], Any]
    ) -> int | None:
        """Begin to say a review in other words; the id that its parts will carry.

        Parameters
        ----------
        made : Review
            In the engine's words.
        works : sequence of str
            Works as they are cited.
        root : str
            URI of the paper.
        record : callable
            A part as the client takes it.
        """
        try:
            found = self._target()
        except Unusable as error:
            self._state("failed", ENGINE, str(error))
            return None
        if found is None:
            return None
        self.stop()
        self._last += 1
        briefs = [b for b in self._briefs(made, works) if b.is_worth_saying]
        task = asyncio.get_running_loop().create_task(
            self._say(self._last, found, briefs, root, record)
        )
        task.add_done_callback(self._done)
        self._speaking = task
        return self._last

    def would_be_sent(self, made: Review, works: Sequence[str]) -> ext.WouldBeSent:
        """Word for word what `speak` would send; nothing is sent, and nothing is started."""
        from tanaka.voice.brief import preview
        from tanaka.voice.plain import default_persona

        try:
            model = self.settings.model
            found = target(model, self.settings.base) if model or self.settings.enabled else None
        except Unusable as error:
            return {"text": f"Nothing: {error}.\n", "label": ENGINE, "base": None}
        if found is None:
            text = "Nothing: the voice is off, and no model is named in tanaka.voice.model.\n"
            return {"text": text, "label": ENGINE, "base": None}
        text = preview(
            self._briefs(made, works), default_persona(), model=found.shown, base=found.base
        )
        if not self.settings.enabled:
            text = f"The voice is off, so nothing is sent. Were it on, this would be:\n\n{text}"
        return {"text": text, "label": found.label, "base": found.origin}

    def stop(self) -> None:
        """Stop speaking; what was said stays."""
        speaking, self._speaking = self._speaking, None
        if speaking is not None and not speaking.done():
            speaking.cancel()
            found = self._usable()
            self._state("stopped", ENGINE if found is None else found.label)

    async def close(self) -> None:
        """Stop, and end the process."""
        self.stop()
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.close()

    # -- speaking -------------------------------------------------------------------------------
    async def _say(
        self,
        id: int,
        found: Target,
        briefs: Sequence[Brief],
        root: str,
        record: Callable[[Part], Any],
    ) -> None:
        from tanaka.children.voice import Worker, find_python, worded
        from tanaka.voice.plain import default_persona

        if not await self._uncancelled(self._allowed(found, root)):
            self._state("stopped", ENGINE, f"Nothing was sent to {found.host}: it was not allowed.")
            return
        key = await self._uncancelled(self._key(found))
        self._state("speaking", found.label)
        if self._worker is None:
            try:
                self._worker = Worker(find_python(self.settings.python))
            except Unusable as error:
                self._state("failed", ENGINE, str(error))
                return
        note = None
        for brief in briefs:
            said = self._kept(found, brief)
            if said is None:
                said = await worded(self._worker, found, brief, default_persona(), key=key)
                self._keep(found, brief, said)
            for line in said.dropped:
                self._talk.log(f"voice, {brief.part.title}: {line}")
            note = note or said.refused or None
            told: ext.VoicePart = {
                "id": id, "uri": root, "part": record(said.part),
                "label": found.label if said.by_model else ENGINE, "refused": said.refused or None,
            }  # fmt: skip
            self._talk.tell(ext.VOICE_PART, told)
        self._state("failed" if note else "done", found.label, note)

    async def _allowed(self, found: Target, root: str) -> bool:
        """Whether facts of the paper may go there."""
        if found.is_here:
            return True
        if not self.client_answers:
            return found.host in self.settings.consent
        asked: ext.VoiceConsentParams = {"root": root, "host": found.host, "model": found.shown}
        answer = ext.plain(await self._talk.ask(ext.VOICE_CONSENT, asked))
        return isinstance(answer, dict) and answer.get("allowed") is True

    async def _key(self, found: Target) -> str:
        """The key for a server, asked for when it is needed and kept nowhere."""
        if not self.client_answers:
            return os.environ.get(found.key_variable, "") if found.key_variable else ""
        asked: ext.VoiceKeyParams = {"base": found.origin}
        answer = ext.plain(await self._talk.ask(ext.VOICE_KEY, asked))
        key = answer.get("key") if isinstance(answer, dict) else None
        return key if isinstance(key, str) else ""

    @staticmethod
    async def _uncancelled(work: Awaitable[Any]) -> Any:
        """A request to the client, finished even where its asker is cancelled: pygls wants it so."""
        task = asyncio.ensure_future(work)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("The voice failed", exc_info=error)
            self._state("failed", ENGINE, "the voice failed; the output channel says how")
            self._talk.log(f"The voice failed: {type(error).__name__}")

    def _later(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _state(self, state: str, label: str, note: str | None = None) -> None:
        told: ext.VoiceState = {"state": state, "label": label, "note": note}
        self._talk.tell(ext.VOICE_STATE, told)

    # -- what was said --------------------------------------------------------------------------
    @staticmethod
    def _briefs(made: Review, works: Sequence[str]) -> tuple[Brief, ...]:
        from tanaka.voice.brief import briefs
        from tanaka.voice.plain import default_persona

        return briefs(made, default_persona(), works=works)

    @staticmethod
    def _name(found: Target, brief: Brief) -> tuple[str, ...]:
        return (found.model, found.base, *brief.facts)

    def _keep(self, found: Target, brief: Brief, said: Worded) -> None:
        if said.by_model:
            while len(self._replies) >= _MOST_KEPT:
                del self._replies[next(iter(self._replies))]
            self._replies[self._name(found, brief)] = said.reply

    def _kept(self, found: Target, brief: Brief) -> Worded | None:
        """A part in words that were made for the same facts; its links are those of today."""
        from tanaka.children.voice import said_again

        reply = self._replies.get(self._name(found, brief))
        if reply is None:
            return None
        said = said_again(found, brief, reply)
        return said if said.by_model else None
