"""``tanaka stress-test --voice`` as a person runs it, against a server on this machine.

Each run starts a process of its own, which loads litellm; so a run answers several questions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tanaka.cli.main import main
from tanaka.voice.wording import printed_numbers
from voice_model.speaker import KEY, ROOT, Call, Speaker, answer, parrot, python

PAPER = ROOT / "examples" / "stale-pipeline"
Here = Callable[..., tuple[int, str, str]]


def environment(server: Speaker, **more: str) -> dict[str, str]:
    """That of a run: nothing of this machine's keys and settings."""
    env = {k: v for k, v in os.environ.items() if "KEY" not in k and not k.startswith("TANAKA")}
    return env | {"TANAKA_VOICE_BASE": server.base, "TANAKA_VOICE_PYTHON": python()} | more


def run(server: Speaker, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tanaka", "stress-test", str(PAPER), *arguments]
    env = environment(server, **more)
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """The command in this process, for what starts nothing: status, output, error."""
    for name in [n for n in os.environ if n.startswith("TANAKA")]:
        monkeypatch.delenv(name)

    def call(*arguments: str, **more: str) -> tuple[int, str, str]:
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        status = main(["stress-test", str(PAPER), *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def host(server: Speaker) -> str:
    return server.base.removeprefix("http://").removesuffix("/v1")


def test_the_parts_are_said_in_the_models_words(beside: Speaker, here: Here) -> None:
    """With a key from the environment, and by requests that are, word for word, those announced."""
    beside.script = parrot
    done = run(
        beside, "--voice", "parrot", TANAKA_VOICE_KEY=KEY, OPENAI_API_KEY="sk-of-another-server-0"
    )
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert f"voice: parrot @ {host(beside)}" in said
    assert "Nothing left this machine" not in said
    assert (
        said.count(f"Worded by parrot @ {host(beside)}; every fact is the engine's.")
        == len(beside.calls)
        > 2
    )
    assert {c.headers["authorization"] for c in beside.calls} == {f"Bearer {KEY}"}
    assert KEY not in done.stdout + done.stderr

    _, announced, _ = here(
        "--voice", "parrot", "--show-what-would-be-sent", TANAKA_VOICE_BASE=beside.base
    )
    for call in beside.calls:
        for message in call.body["messages"]:
            assert message["content"] in announced


def test_what_cannot_be_used_leaves_the_engines_words(beside: Speaker, here: Here) -> None:
    """A part with invented numbers, and one whose key is refused with the key said back."""
    lie = answer(["The step takes 987.6 ms.", "That is 43 times too long."])

    async def script(call: Call) -> None:
        if '"part": "The Mirror"' in call.body["messages"][1]["content"]:
            await call.say(lie)
        else:
            await call.refuse(401, f"bad key {KEY}")

    beside.script = script
    done = run(beside, "--voice", "liar", "--output-format", "json", TANAKA_VOICE_KEY=KEY)
    assert done.returncode == 0
    assert KEY not in done.stdout + done.stderr
    assert f"{host(beside)} refuses the key" in done.stderr and "liar was refused" in done.stderr
    told = json.loads(done.stdout)
    ours = json.loads(here("--output-format", "json")[1])
    assert told["source"] == f"voice: liar @ {host(beside)}" and ours["source"] == "engine only"
    changed = 0
    for own, said in zip(ours["parts"], told["parts"], strict=True):
        if said["voice"] != own["voice"]:
            *rest, last = said["voice"]
            changed += 1
            assert rest == own["voice"]
            assert last[0]["text"].startswith("The engine's own words: ")
    assert changed > 2
    named = ("parts", "source", "footer")
    assert {k: v for k, v in told.items() if k not in named} == {
        k: v for k, v in ours.items() if k not in named
    }
    assert printed_numbers("987.6 43") & printed_numbers(done.stdout) <= printed_numbers(
        json.dumps(ours)
    )


def test_parts_are_printed_as_they_come(beside: Speaker) -> None:
    """The first part stands on the screen while the second is still being said."""

    async def slow(call: Call) -> None:
        if len(beside.calls) > 1:
            await call.hung_up.wait()
        else:
            await parrot(call)

    beside.script = slow
    command = [sys.executable, "-m", "tanaka", "stress-test", str(PAPER), "--voice", "slow"]
    with subprocess.Popen(
        command,
        env=environment(beside),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        seen = ""
        while "Worded by" not in seen:
            line = process.stdout.readline()
            assert line, seen
            seen += line
        assert "The Mirror" in seen and "The Mechanism Stress Test" not in seen
        process.kill()


def test_what_would_be_sent_is_printed_and_nothing_is_sent(beside: Speaker, here: Here) -> None:
    status, shown, _ = here(
        "--voice", "parrot", "--show-what-would-be-sent", TANAKA_VOICE_BASE=beside.base
    )
    assert status == 0 and beside.calls == []
    assert shown.startswith(f"To {beside.base}\nModel parrot\n") and '"evidence"' in shown


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
def test_bad_usage_is_one_clear_line(
    here: Here, arguments: list[str], more: dict[str, str], why: str
) -> None:
    status, out, err = here(*arguments, **more)
    assert status == 2
    assert err.count("\n") == 1 and err.startswith("tanaka: ") and why in err
    assert out == ""
