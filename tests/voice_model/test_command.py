"""``tanaka stress-test --voice`` as a person runs it, against a server on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tanaka.voice.wording import printed_numbers
from voice_model.speaker import KEY, ROOT, Call, Speaker, answer, parrot, python

PAPER = ROOT / "examples" / "stale-pipeline"


def run(server: Speaker | None, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command, with nothing of this machine's keys and settings in its environment."""
    env = {k: v for k, v in os.environ.items() if "KEY" not in k and not k.startswith("TANAKA")}
    if server is not None:
        env |= {"TANAKA_VOICE_BASE": server.base, "TANAKA_VOICE_PYTHON": python()}
    command = [sys.executable, "-m", "tanaka", "stress-test", str(PAPER), *arguments]
    return subprocess.run(command, env=env | more, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def plain() -> str:
    """What is printed without a voice."""
    done = run(None)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_parts_are_said_in_the_models_words(beside: Speaker, plain: str) -> None:
    beside.script = parrot
    done = run(beside, "--voice", "parrot")
    assert done.returncode == 0, done.stderr
    host = beside.base.removeprefix("http://").removesuffix("/v1")
    assert f"voice: parrot @ {host}" in " ".join(done.stdout.split())
    assert "Nothing left this machine" not in done.stdout
    said = " ".join(done.stdout.split())
    assert said.count(f"Worded by parrot @ {host}; every fact is the engine's.") == len(
        beside.calls
    )
    assert beside.calls and "engine only" in " ".join(plain.split())


def test_a_server_that_is_not_there_leaves_the_engines_words() -> None:
    nowhere = Speaker("http://127.0.0.1:9/v1", parrot)
    done = run(nowhere, "--voice", "gone", "--output-format", "json")
    assert done.returncode == 0
    assert "tanaka: The Mirror: 127.0.0.1:9 cannot be reached" in done.stderr
    ours = json.loads(run(None, "--output-format", "json").stdout)
    told = json.loads(done.stdout)
    for own, said in zip(ours["parts"], told["parts"], strict=True):
        if said["voice"] != own["voice"]:
            *rest, last = said["voice"]
            assert rest == own["voice"]
            assert last[0]["text"] == "The engine's own words: 127.0.0.1:9 cannot be reached."
    assert {k: v for k, v in told.items() if k not in ("parts", "source", "footer")} == {
        k: v for k, v in ours.items() if k not in ("parts", "source", "footer")
    }


def test_invented_numbers_are_not_printed(beside: Speaker, plain: str) -> None:
    beside.answers(answer(["The step takes 987.6 ms.", "That is 43 times too long."]))
    done = run(beside, "--voice", "liar")
    assert done.returncode == 0
    host = beside.base.removeprefix("http://").removesuffix("/v1")
    shown = done.stdout.replace(host, "")
    assert printed_numbers(shown) <= printed_numbers(plain)


def test_the_key_is_taken_from_the_environment_and_is_nowhere_else(beside: Speaker) -> None:
    async def refuse(call: Call) -> None:
        await call.refuse(401, f"bad key {KEY}")

    beside.script = refuse
    done = run(
        beside, "--voice", "m", TANAKA_VOICE_KEY=KEY, OPENAI_API_KEY="sk-of-another-server-0"
    )
    assert beside.calls[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in done.stdout + done.stderr
    assert "refuses the key" in done.stderr


def test_what_would_be_sent_is_printed_and_nothing_is_sent(beside: Speaker) -> None:
    shown = run(beside, "--voice", "parrot", "--show-what-would-be-sent")
    assert shown.returncode == 0 and beside.calls == []
    beside.script = parrot
    run(beside, "--voice", "parrot")
    for call in beside.calls:
        for message in call.body["messages"]:
            assert message["content"] in shown.stdout


def test_json_is_whole_and_names_the_voice(beside: Speaker) -> None:
    beside.script = parrot
    done = run(beside, "--voice", "parrot", "--output-format", "json")
    made = json.loads(done.stdout)
    assert made["source"].startswith("voice: parrot @ 127.0.0.1")
    assert "Worded by parrot" in made["parts"][0]["voice"][-1][0]["text"]


def test_parts_are_printed_as_they_come(beside: Speaker) -> None:
    """The first part stands on the screen while the second is still being said."""

    async def slow(call: Call) -> None:
        if len(beside.calls) > 1:
            await call.hung_up.wait()
        else:
            await parrot(call)

    beside.script = slow
    env = os.environ | {"TANAKA_VOICE_BASE": beside.base, "TANAKA_VOICE_PYTHON": python()}
    command = [sys.executable, "-m", "tanaka", "stress-test", str(PAPER), "--voice", "slow"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = ""
        while "Worded by" not in seen:
            line = process.stdout.readline()
            assert line, seen
            seen += line
        assert "The Mirror" in seen and "The Mechanism Stress Test" not in seen
        process.kill()


@pytest.mark.parametrize(
    ("arguments", "more", "why"),
    [
        (["--voice", "qwen3"], {}, "TANAKA_VOICE_BASE"),
        (["--voice", "ollama/qwen3"], {}, "environment of its own"),
        (["--voice", "ollama/qwen3"], {"TANAKA_VOICE_PYTHON": "no-such-python"}, "not there"),
        (["--show-what-would-be-sent"], {}, "--voice MODEL"),
        (["--voice", "m"], {"TANAKA_VOICE_BASE": "nowhere"}, "not an address"),
    ],
)
def test_bad_usage_is_one_clear_line(arguments: list[str], more: dict[str, str], why: str) -> None:
    done = run(None, *arguments, **more)
    assert done.returncode == 2
    assert (
        done.stderr.count("\n") == 1 and done.stderr.startswith("tanaka: ") and why in done.stderr
    )
    assert done.stdout == ""
